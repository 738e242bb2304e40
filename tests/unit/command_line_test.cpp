#include "cli/command_line.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/completion.hpp"
#include "cli/manual.hpp"
#include "commands/commands.hpp"

namespace stimmbuch::program {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class CommandLineTest : public testing::Test {
 protected:
  std::expected<CommandLine, Failure> parse(const std::vector<std::string>& words) {
    return parse_command_line(words, commands_);
  }
  std::string error_of(const std::vector<std::string>& words) {
    const auto line = parse(words);
    EXPECT_FALSE(line);
    if (line) return "";
    EXPECT_EQ(line.error().code, ExitCode::usage);
    return line.error().text;
  }

  const std::vector<Command> commands_ = all_commands();
};

TEST_F(CommandLineTest, NamesACommandByItsWords) {
  const auto line = parse({"log", "cat", "--data", "d", "--limit=3"}).value();
  EXPECT_EQ(line.command->name, "log cat");
  EXPECT_EQ(line.given.settings.at("data"), "d");
  EXPECT_EQ(line.given.number("--limit", 0), 3U);
  EXPECT_EQ(line.given.number("--after", 7), 7U);
}

TEST_F(CommandLineTest, TakesArgumentsAndOptionsInAnyOrder) {
  const auto line =
      parse({"import", "pabulib", "a.pb", "--json", "b.pb", "--server", "http://127.0.0.1:1"}).value();
  EXPECT_THAT(line.given.arguments, ElementsAre("a.pb", "b.pb"));
  EXPECT_TRUE(line.given.has("--json"));
  EXPECT_EQ(line.given.settings.at("server"), "http://127.0.0.1:1");
}

TEST_F(CommandLineTest, TakesSwitchesOfSettings) {
  EXPECT_EQ(parse({"serve", "--recover-tail"}).value().given.settings.at("recover_tail"), "true");
  EXPECT_EQ(parse({"serve", "--recover-tail=false"}).value().given.settings.at("recover_tail"), "false");
  EXPECT_FALSE(parse({"serve"}).value().given.settings.contains("recover_tail"));
}

TEST_F(CommandLineTest, NamesWhatWasProbablyMeant) {
  EXPECT_THAT(error_of({"serv"}), HasSubstr("Did you mean serve?"));
  EXPECT_THAT(error_of({"log", "tial"}), HasSubstr("Did you mean log tail?"));
  EXPECT_THAT(error_of({"serve", "--lisen", "x"}),
              AllOf(HasSubstr("There is no option --lisen."), HasSubstr("Did you mean --listen?")));
  EXPECT_THAT(error_of({"token", "--role", "oprator"}), HasSubstr("Did you mean operator?"));
  EXPECT_THAT(error_of({"completion", "zhs"}), HasSubstr("Did you mean zsh?"));
}

TEST_F(CommandLineTest, MissesWhatACommandNeeds) {
  EXPECT_THAT(error_of({}), HasSubstr("A command is missing"));
  EXPECT_THAT(error_of({"log"}), HasSubstr("log needs a command"));
  EXPECT_THAT(error_of({"tally"}), HasSubstr("POLL is missing"));
  EXPECT_THAT(error_of({"tally", "a", "b"}), HasSubstr("'b' is not expected"));
  EXPECT_THAT(error_of({"token"}), HasSubstr("--role ROLE is missing"));
  EXPECT_THAT(error_of({"serve", "--listen"}), HasSubstr("--listen"));
}

TEST_F(CommandLineTest, RefusesNumbersThatAreNone) {
  EXPECT_FALSE(parse({"log", "cat", "--limit=-1"}).value().given.number("--limit", 0));
  EXPECT_FALSE(parse({"log", "cat", "--limit", "3x"}).value().given.number("--limit", 0));
}

TEST_F(CommandLineTest, ExplainsWhateverIsMissing) {
  EXPECT_TRUE(parse({"--help"}).value().wants_manual);
  EXPECT_TRUE(parse({"log", "--help"}).value().wants_manual);
  EXPECT_TRUE(parse({"token", "--help"}).value().wants_manual);
}

TEST_F(CommandLineTest, TellsItsVersionByAnOptionToo) {
  EXPECT_EQ(parse({"--version"}).value().command->name, "version");
}

TEST_F(CommandLineTest, EveryCommandHasAManual) {
  for (const Command& command : commands_) {
    const std::string text = manual(command, commands_, 100);
    EXPECT_THAT(text, HasSubstr(command.purpose.substr(0, 20))) << command.name;
    if (command.run == nullptr) continue;
    EXPECT_GE(command.examples.size(), 2U) << command.name;
    EXPECT_LE(command.examples.size(), 4U) << command.name;
    EXPECT_THAT(text, AllOf(HasSubstr("Usage: stimmbuch " + command.name), HasSubstr("Exit codes:"),
                            HasSubstr("--help")))
        << command.name;
    for (const Setting* const setting : settings_of(command)) {
      EXPECT_THAT(text, AllOf(HasSubstr(setting->flag()), HasSubstr(setting->variable()))) << command.name;
    }
  }
}

// An example that the program would not take explains nothing.
TEST_F(CommandLineTest, TakesTheExamplesOfItsManuals) {
  for (const Command& command : commands_) {
    for (const Example& example : command.examples) {
      std::vector<std::string> words;
      std::string line = example.line.substr(0, example.line.find(" >"));
      for (std::size_t begin = 0; begin < line.size();) {
        const std::size_t end = std::min(line.find(' ', begin), line.size());
        words.push_back(line.substr(begin, end - begin));
        begin = end + 1;
      }
      const auto parsed = parse(words);
      ASSERT_TRUE(parsed) << example.line << ": " << parsed.error().text;
      EXPECT_EQ(parsed->command->name, command.name);
    }
  }
}

TEST_F(CommandLineTest, EveryOptionIsCompleted) {
  for (const auto* const shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell, commands_);
    for (const Command& command : commands_) {
      EXPECT_THAT(script, HasSubstr(command.name)) << shell;
      for (const Option& option : command.options)
        EXPECT_THAT(script, HasSubstr(option.name.substr(2))) << shell;
    }
  }
}

}  // namespace
}  // namespace stimmbuch::program
