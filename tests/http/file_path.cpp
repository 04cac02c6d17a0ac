#include <coracle/base/random_sequence.hpp>
#include <coracle/http/file_path.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

/// "css/site.css", "css/" for a directory, "-" for none.
std::string names(std::string_view path, bool hidden = false) {
    auto read = http::read_file_path(path, hidden);
    if (!read) return "-";
    return read->names + (read->directory ? "/" : "");
}

TEST_CASE("a path is cut at its slashes, and each name is decoded once") {
    CHECK(names("/a.txt") == "a.txt");
    CHECK(names("/css/site.css") == "css/site.css");
    CHECK(names("/css/") == "css/");
    CHECK(names("/") == "/");
    CHECK(names("") == "/");
    CHECK(names("/a%20b/%C3%A4") == "a b/\xc3\xa4");
    CHECK(names("/a%2520b") == "a%20b");
    CHECK(http::read_file_path("/css/site.css", false)->last() == "site.css");
    CHECK(http::read_file_path("/site.css", false)->last() == "site.css");
}

TEST_CASE("P1 P4 P7: steps, separators, drives and what cannot be decoded name nothing") {
    for (const char* path :
         {"/..",   "/.",     "/../a",  "/a/..", "/a/../b", "/%2e%2e/a", "/%2E./a", "/a%2fb",     "/a%5cb",
          "/a\\b", "/..\\a", "//a",    "/a//b", "/a//",    "//",        "/c:/a",   "/a%3a$DATA", "/%",
          "/%2",   "/%00",   "/a%00b", "/a%0a", "/a%7f",   "a",         "a/b",     "/%2f",       "/a/%2e"})
        CHECK_MESSAGE(names(path, true) == "-", path);
}

TEST_CASE("hidden names are none unless they are asked for, but for the well-known place") {
    CHECK(names("/.env") == "-");
    CHECK(names("/a/.git/config") == "-");
    CHECK(names("/%2eenv") == "-");
    CHECK(names("/.env", true) == ".env");
    CHECK(names("/.well-known/acme-challenge/x") == ".well-known/acme-challenge/x");
    CHECK(names("/a/.well-known/x") == "-");
    CHECK(names("/...", true) == "...");
}

TEST_CASE("P1: whatever is put together, what comes out are plain names one below the other") {
    const std::vector<std::string> parts = {"a",   ".", "..",  "/",   "%2e", "%2f", "%5c",    "\\", "%25",  "2e",
                                            "%00", ":", "%3a", "..;", "%",   "b",   "%c0%af", "//", "/../", "%2e%2e/"};
    random_sequence dice(3);
    int good = 0;
    for (int round = 0; round < 50000; ++round) {
        std::string path = "/";
        for (std::uint64_t n = dice.below(8); n-- > 0;) path += parts[dice.below(parts.size())];
        auto read = http::read_file_path(path, true);
        if (!read) continue;
        ++good;
        std::string_view rest = read->names;
        while (!rest.empty()) {
            std::string_view name = rest.substr(0, rest.find('/'));
            CHECK_MESSAGE((!name.empty() && name != "." && name != ".."), path);
            CHECK_MESSAGE(name.find_first_of(std::string_view("\\:\0", 3)) == std::string_view::npos, path);
            rest.remove_prefix(name.size() == rest.size() ? rest.size() : name.size() + 1);
        }
        CHECK_FALSE(read->names.ends_with('/'));
    }
    CHECK(good > 1000);
}

}  // namespace
