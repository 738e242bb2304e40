#include "stimmbuch/eventstore/codec/versions.hpp"

#include <gtest/gtest.h>

// An event that has been released three times: a name, then a name with a colour, then several colours.
namespace stimmbuch::test::painted {

namespace v1 {
struct Painted {
  std::string name;
};
}  // namespace v1

namespace v2 {
struct Painted {
  std::string name;
  std::string colour;
};
}  // namespace v2

struct Painted {
  std::string name;
  std::vector<std::string> colours;
};

namespace v1 {
v2::Painted upcast(const Painted& old) {
  return {old.name, "white"};
}
}  // namespace v1

namespace v2 {
painted::Painted upcast(const Painted& old) {
  return {old.name, {old.colour}};
}
}  // namespace v2

}  // namespace stimmbuch::test::painted

namespace stimmbuch::codec {

template <>
inline constexpr auto members<test::painted::v1::Painted> =
    std::tuple{required("name", &test::painted::v1::Painted::name)};
template <>
inline constexpr auto members<test::painted::v2::Painted> =
    std::tuple{required("name", &test::painted::v2::Painted::name),
               required("colour", &test::painted::v2::Painted::colour)};
template <>
inline constexpr auto members<test::painted::Painted> = std::tuple{
    required("name", &test::painted::Painted::name), required("colours", &test::painted::Painted::colours)};

namespace {

using test::painted::Painted;
using Versions = History<test::painted::v1::Painted, test::painted::v2::Painted, Painted>;

struct Answer {
  bool read;
  bool done;
  Painted event;
};

Answer read_as(std::uint32_t version, std::string_view data) {
  Reader in(data);
  Painted event;
  const bool read = read_version(in, version, event, Versions{});
  return {read, in.done(), event};
}

TEST(Versions, OfAllAgesAreReadAsTheNewest) {
  const auto first = read_as(1, R"({"name":"fence"})");
  EXPECT_TRUE(first.done);
  EXPECT_EQ(first.event.name, "fence");
  EXPECT_EQ(first.event.colours, std::vector<std::string>{"white"});
  EXPECT_EQ(read_as(2, R"({"name":"fence","colour":"red"})").event.colours, std::vector<std::string>{"red"});
  EXPECT_EQ(read_as(3, R"({"name":"fence","colours":["a","b"]})").event.colours,
            (std::vector<std::string>{"a", "b"}));
}

TEST(Versions, AreNotMixedUp) {
  EXPECT_FALSE(read_as(1, R"({"name":"fence","colour":"red"})").done);
  EXPECT_FALSE(read_as(2, R"({"name":"fence"})").read);
  EXPECT_FALSE(read_as(3, R"({"name":"fence","colour":"red"})").read);
}

TEST(Versions, ThatDoNotExistAreNotRead) {
  EXPECT_FALSE(read_as(0, R"({"name":"fence"})").read);
  EXPECT_FALSE(read_as(4, R"({"name":"fence","colours":[]})").read);
}

TEST(Versions, TheNewestIsTheLast) {
  EXPECT_EQ(Versions::newest, 3U);
}

}  // namespace
}  // namespace stimmbuch::codec
