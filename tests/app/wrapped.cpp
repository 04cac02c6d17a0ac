#include <doctest/doctest.h>

#include <coracle/app/wrapped.hpp>
#include <coracle/json/convert.hpp>
#include <coracle/json/write.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

using namespace coracle;

namespace {
struct named : wrapped<std::string> {
    using wrapped<std::string>::wrapped;
};
}  // namespace

TEST_CASE("a wrapped value is used through * and ->, and converts to its type") {
    named text("abc");
    CHECK(*text == "abc");
    CHECK(text->size() == 3);
    *text = "d";
    const std::string& inside = text;
    CHECK(inside == "d");
    CHECK(std::as_const(text)->size() == 1);
}

TEST_CASE("it is made from what its type is made from, and copies as one") {
    named text(std::string("abc"));
    named copy = text;
    named moved = std::move(text);
    CHECK(*copy == *moved);
    static_assert(!std::is_convertible_v<int, named>);
    wrapped<std::optional<int>> perhaps = 3;
    CHECK(**perhaps == 3);
    perhaps = std::nullopt;
    CHECK_FALSE(perhaps->has_value());
    wrapped<std::unique_ptr<int>> owner(std::make_unique<int>(4));
    wrapped<std::unique_ptr<int>> next(std::move(owner));
    CHECK(**next == 4);
}

TEST_CASE("in JSON it is its value") {
    json made{{"text", named("abc")}, {"number", wrapped<int>(3)}};
    CHECK(made.dump() == R"({"text":"abc","number":3})");
}
