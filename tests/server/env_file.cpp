#include <coracle/server/env_file.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <string_view>

using namespace coracle;

inline namespace in_env_file {

struct env_text {
    std::map<std::string, std::string> set{};
    std::string wrong{};
};
env_text read_env(std::string_view text, std::map<std::string, std::string> there = {}) {
    env_text all;
    auto find = [&](const char* name) -> const char* {
        auto one = there.find(name);
        return one == there.end() ? nullptr : one->second.c_str();
    };
    all.wrong = server::env_file(text).read(find, [&](const std::string& name, const std::string& value) {
        all.set[name] = value;
        there.emplace(name, value);
    });
    return all;
}
std::string value_of(std::string_view text) {
    env_text all = read_env("A=" + std::string(text));
    CHECK_MESSAGE(all.wrong.empty(), all.wrong);
    CHECK(all.set.size() == 1);
    return all.set["A"];
}

TEST_CASE("an env file is lines of KEY=VALUE, comments and nothing") {
    env_text all = read_env(
        "\xef\xbb\xbf# a comment\n\n  A=1\r\nexport B = two words  # said "
        "here\n\tC=\nALONE\nD.x-y=#none\nexport=9\nE=a#b");
    CHECK(all.wrong.empty());
    CHECK(all.set == std::map<std::string, std::string>{
                         {"A", "1"}, {"B", "two words"}, {"C", ""}, {"D.x-y", ""}, {"export", "9"}, {"E", "a#b"}});
    CHECK(read_env("").wrong.empty());
    CHECK(read_env("#").set.empty());
}

TEST_CASE("the values of an env file may be quoted, over several lines") {
    CHECK(value_of("'a # b'") == "a # b");
    CHECK(value_of("'a\\'b\\\\c\\n$'  # and so on") == "a'b\\c\\n$");
    CHECK(value_of("\"a\\n\\t\\\"b\\\" \\\\ \\z\"") == "a\n\t\"b\" \\ \\z");
    CHECK(value_of("\"one\ntwo\"\n") == "one\ntwo");
    CHECK(value_of("''") == "");
    CHECK(value_of("it's \"so\"") == "it's \"so\"");
    CHECK(value_of("a=b=c") == "a=b=c");
    CHECK(value_of(" \t ") == "");
}

TEST_CASE("the values of an env file may refer to what is set, but not within single quotes") {
    std::map<std::string, std::string> there{{"HOME", "/var/a"}, {"EMPTY", ""}};
    env_text all = read_env(
        "A=${HOME}/x\nB=\"${A}:${NONE}:${NONE:-d}\"\nC='${A}'\nD=$HOME "
        "${HOME\nE=${EMPTY:-d}${EMPTY}\nHOME=/other\nF=${HOME}",
        there);
    CHECK(all.set["A"] == "/var/a/x");
    CHECK(all.set["B"] == "/var/a/x::d");
    CHECK(all.set["C"] == "${A}");
    CHECK(all.set["D"] == "$HOME ${HOME");
    CHECK(all.set["E"] == "d");
    CHECK(all.set["F"] == "/var/a");  // what was set before is not overridden
}

TEST_CASE("what is wrong in an env file is said with its line") {
    CHECK(read_env("A=1\n\nnot a variable\n").wrong ==
          "line 3 must be KEY=value, # a comment, or empty; quotes end with the value");
    for (std::string_view bad : {"A=1\n=2", "A=\"x\nB=1", "A='x", "A='x' y", "A b=1", "export =1 2=3\nx y"})
        CHECK_MESSAGE(!read_env(bad).wrong.empty(), bad);
    CHECK(read_env("B=1\nA=\"1\n2\n\nC=4").wrong.starts_with("line 2 "));
    CHECK(read_env(std::string_view("A=\0b", 4)).wrong == "it has a byte of value 0: it is no text");
}

}  // namespace in_env_file
