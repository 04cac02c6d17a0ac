#include <doctest/doctest.h>

#include <coracle/app/query_values.hpp>

#include <string>

using coracle::query_values;

TEST_CASE("query parameters are decoded and kept in order; the last of a name counts") {
    query_values values;
    CHECK(values.read("a=1&b=x+y%20z&a=2&empty=&flag&caf%C3%A9=%FF"));
    CHECK(values.size() == 6);
    CHECK(values.name(1) == "b");
    CHECK(values.value(1) == "x y z");
    CHECK(values.last("a") == "2");
    CHECK(values.last("empty") == "");
    CHECK(values.last("flag") == "");
    CHECK(!values.last("none"));
    CHECK(values.name(5) == "caf\xC3\xA9");
    CHECK(values.value(5) == "\xEF\xBF\xBD");
}

TEST_CASE("reading again replaces what was there") {
    query_values values;
    CHECK(values.read("a=1"));
    CHECK(values.read(""));
    CHECK(values.size() == 0);
    CHECK(!values.last("a"));
}

TEST_CASE("more parameters than allowed are noticed") {
    std::string text;
    for (int i = 0; i < 1001; ++i) text += "a=1&";
    query_values values;
    CHECK_FALSE(values.read(text));
    CHECK(values.read("a=1"));
}
