#include <coracle/http/entity_tag.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace coracle;

namespace {

std::string tags(std::string_view list) {
    std::string all;
    http::for_each_entity_tag(list, [&](const http::entity_tag& one) {
        all.append(all.empty() ? "" : " ").append(one.weak ? "W/" : "").append(one.quoted);
        return true;
    });
    return all;
}

TEST_CASE("a tag is a quoted text, perhaps a weak one") {
    CHECK(http::parse_entity_tag("\"a\"")->quoted == "\"a\"");
    CHECK(http::parse_entity_tag("W/\"a\"")->weak);
    CHECK(http::parse_entity_tag("\"\"")->quoted == "\"\"");
    CHECK(http::parse_entity_tag("\"a,b\\\xc3\xa4\"")->quoted == "\"a,b\\\xc3\xa4\"");
    for (const char* bad : {"", "a", "\"", "\"a", "a\"", "w/\"a\"", "W/a", "\"a\"b", "\"a b\"", "W/", "\"a\x7f\""})
        CHECK_FALSE_MESSAGE(http::parse_entity_tag(bad), bad);
}

TEST_CASE("the strong comparison wants two strong tags, the weak one the same text") {
    http::entity_tag strong{"\"1\""}, weak{"\"1\"", true}, other{"\"2\""};
    CHECK(http::same_strongly(strong, strong));
    CHECK_FALSE(http::same_strongly(strong, weak));
    CHECK_FALSE(http::same_strongly(weak, weak));
    CHECK(http::same_weakly(strong, weak));
    CHECK(http::same_weakly(weak, weak));
    CHECK_FALSE(http::same_weakly(strong, other));
}

TEST_CASE("a list is read with commas inside of tags, and what is no tag is passed over") {
    CHECK(tags("\"a\", W/\"b\",\"c,d\"") == "\"a\" W/\"b\" \"c,d\"");
    CHECK(tags("a, \"b\"") == "\"b\"");
    CHECK(tags("\"a\"x, \"b\"") == "\"b\"");
    CHECK(tags(" ,, \"a\" ,") == "\"a\"");
    CHECK(tags("\"a").empty());
    CHECK(tags("*").empty());
    int seen = 0;
    http::for_each_entity_tag("\"a\",\"b\"", [&](const http::entity_tag&) { return ++seen < 1; });
    CHECK(seen == 1);
}

TEST_CASE("a file's tag changes with its time, its size and its form") {
    std::string one = http::file_entity_tag(1'700'000'000'123'456'789, 1234);
    CHECK(one == "\"17979cfe3d85cd15-4d2\"");
    CHECK(http::parse_entity_tag(one));
    CHECK(http::file_entity_tag(1'700'000'000'123'456'790, 1234) != one);
    CHECK(http::file_entity_tag(1'700'000'000'123'456'789, 1235) != one);
    CHECK(http::file_entity_tag(1'700'000'000'123'456'789, 1234, "gz") == "\"17979cfe3d85cd15-4d2-gz\"");
    CHECK(http::file_entity_tag(-1, 0) == "\"ffffffffffffffff-0\"");
}

}  // namespace
