#include <doctest/doctest.h>

#include <coracle/app/answer_fields.hpp>

using namespace coracle;

TEST_CASE("cookies are fields of an answer, each its own, and one is forgotten by a date in the past") {
    answer_fields answer;
    answer.headers.set("x-id", "7");
    answer.set_cookie("a", "1");
    answer.set_cookie("b", "2");
    answer.delete_cookie("c");
    CHECK(answer.headers.size() == 4);
    CHECK(answer.headers["set-cookie"].starts_with("a=1;"));
    CHECK(answer.headers.wire().find("set-cookie: b=2;") != std::string_view::npos);
    CHECK(answer.headers.wire().find("Max-Age=0") != std::string_view::npos);
}
