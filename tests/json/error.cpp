#include <doctest/doctest.h>

#include <coracle/json/error.hpp>

using namespace coracle;

TEST_CASE("a parse error says what, and where in lines and characters") {
    parse_error why;
    why.message = "Expecting value";
    why.position = 12;
    why.character = 10;
    why.line = 2;
    why.column = 5;
    CHECK(why.what() == "Expecting value: line 2 column 5 (char 10)");
    json_error thrown(why);
    CHECK(std::string(thrown.what()) == why.what());
    CHECK(thrown.position() == 12);
    CHECK(thrown.line() == 2);
    CHECK(thrown.column() == 5);
}

TEST_CASE("an error without a text has no place") {
    json_error thrown("expected an array, found null");
    CHECK(std::string(thrown.what()) == "expected an array, found null");
    CHECK(thrown.where().message.empty());
}
