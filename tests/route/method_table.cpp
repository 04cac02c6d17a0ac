#include <doctest/doctest.h>

#include <coracle/route/method_table.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

using coracle::route::method_table;

namespace {
std::uint32_t find(const method_table& methods, std::string_view token) {
    return methods.find(coracle::http::method_from(token), token);
}
}  // namespace

TEST_CASE("registered methods have fixed numbers and are matched by case") {
    method_table methods;
    CHECK(find(methods, "GET") == method_table::get);
    CHECK(find(methods, "HEAD") == method_table::head);
    CHECK(find(methods, "OPTIONS") == method_table::options);
    CHECK(find(methods, "get") == method_table::none);
    CHECK(find(methods, "") == method_table::none);
    CHECK(find(methods, "GETS") == method_table::none);
    CHECK(methods.name(method_table::options) == "OPTIONS");
}

TEST_CASE("other tokens get a number when a route names them") {
    method_table methods;
    CHECK(find(methods, "PURGE") == method_table::none);
    auto number = methods.add("PURGE");
    CHECK(methods.add("PURGE") == number);
    CHECK(find(methods, "PURGE") == number);
    CHECK(methods.name(number) == "PURGE");
    CHECK(methods.add("purge") != number);
}

TEST_CASE("what cannot be a method is refused with a sentence") {
    method_table methods;
    CHECK_THROWS_WITH_AS(methods.add(""), doctest::Contains("token such as GET"), std::logic_error);
    CHECK_THROWS_WITH_AS(methods.add("A B"), doctest::Contains("token such as GET"), std::logic_error);
    CHECK_THROWS_WITH_AS(methods.add("get"), doctest::Contains("write GET for 'get'"), std::logic_error);
    CHECK_THROWS_WITH_AS(methods.add("Delete"), doctest::Contains("write DELETE"), std::logic_error);
    for (int i = 0; methods.size() < 32; ++i) methods.add("M" + std::to_string(i));
    CHECK_THROWS_WITH_AS(methods.add("LAST"), doctest::Contains("32 different methods"), std::logic_error);
}

TEST_CASE("the Allow list names HEAD with GET, and OPTIONS always") {
    method_table methods;
    auto purge = methods.add("PURGE");
    std::string out = "old";
    methods.list(1U << method_table::get, out);
    CHECK(out == "GET, HEAD, OPTIONS");
    methods.list(1U << find(methods, "POST") | 1U << purge, out);
    CHECK(out == "POST, OPTIONS, PURGE");
    methods.list(1U << method_table::head, out);
    CHECK(out == "HEAD, OPTIONS");
}
