# What every target of this tree has in common, and the two functions that declare targets:
#   stimmbuch_module(<name> SOURCES ... [HEADERS ...] [PUBLIC ...] [PRIVATE ...] [APART ...])
#     a static library stimmbuch_<name> with the alias stimmbuch::<name>; its public headers lie under
#     ./include and its sources under ./src. PUBLIC lists only what the headers show. With CMAKE_UNITY_BUILD, which
#     all presets set, the sources of a folder are compiled as one; those under APART, whose private names clash with
#     others', by themselves.
#   stimmbuch_test(<name> SOURCES ... LABEL <folder> [LINK ...] [PROPERTIES ...] [APART ...])
#     one GoogleTest program whose cases are registered with CTest under the label of their folder; the target
#     tests_<folder> builds all of a folder.

add_library(stimmbuch_flags INTERFACE)
target_compile_options(stimmbuch_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual)
# GCC 12 sees overlapping copies in concatenations of std::string that are none (its bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(stimmbuch_flags INTERFACE -Wno-restrict)
endif()
if(CMAKE_UNITY_BUILD)
  # Sources that are compiled as one see each other's private names: locals may shadow those, not each other.
  target_compile_options(stimmbuch_flags INTERFACE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(stimmbuch_flags INTERFACE -Wno-subobject-linkage)
  endif()
endif()
if(STIMMBUCH_SANITIZE)
  target_compile_options(stimmbuch_flags INTERFACE
    -fsanitize=${STIMMBUCH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(stimmbuch_flags INTERFACE -fsanitize=${STIMMBUCH_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumented code hides from GCC which alternative of a variant lives.
    target_compile_options(stimmbuch_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
  # Asio keeps coroutine frames in a per-thread cache that hides use-after-free from the sanitizers.
  target_compile_definitions(stimmbuch_flags INTERFACE BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
  if(STIMMBUCH_SANITIZE STREQUAL "thread")
    # Asio puts fences beside locks that order the same accesses; the thread sanitizer sees only the locks.
    target_compile_options(stimmbuch_flags INTERFACE -Wno-tsan)
  endif()
endif()
if(STIMMBUCH_BUILD_FUZZERS)
  # In every module, so that the fuzzer sees which branches an input reaches.
  target_compile_options(stimmbuch_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# By folder and not by number: a new source must not change which others meet.
function(stimmbuch_unite target)
  cmake_parse_arguments(ARG "" "" "SOURCES;APART" ${ARGN})
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
  foreach(source IN LISTS ARG_SOURCES)
    if(NOT source IN_LIST ARG_APART)
      cmake_path(GET source PARENT_PATH folder)
      string(MAKE_C_IDENTIFIER "${folder}" folder)
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP "${folder}")
    endif()
  endforeach()
endfunction()

function(stimmbuch_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;PUBLIC;PRIVATE;APART" ${ARGN})
  set(target stimmbuch_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(stimmbuch::${name} ALIAS ${target})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${ARG_HEADERS})
  target_link_libraries(${target} PUBLIC ${ARG_PUBLIC} PRIVATE stimmbuch_flags ${ARG_PRIVATE})
  stimmbuch_unite(${target} SOURCES ${ARG_SOURCES} APART ${ARG_APART})
endfunction()

function(stimmbuch_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;LINK;PROPERTIES;APART" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE stimmbuch_flags GTest::gtest GTest::gmock GTest::gtest_main ${ARG_LINK})
  stimmbuch_unite(${name} SOURCES ${ARG_SOURCES} APART ${ARG_APART})
  # Tests are compiled once and run for seconds: what they test is optimised, not they.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # At that level GCC 12 takes an optional that a sort moves for one that is used before it is set.
    target_compile_options(${name} PRIVATE -Wno-maybe-uninitialized)
  endif()
  gtest_discover_tests(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT 300 ${ARG_PROPERTIES}
                       DISCOVERY_TIMEOUT 60)
  if(NOT TARGET tests_${ARG_LABEL})
    add_custom_target(tests_${ARG_LABEL})
  endif()
  add_dependencies(tests_${ARG_LABEL} ${name})
endfunction()
