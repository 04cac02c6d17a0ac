#include <doctest/doctest.h>

#include <coracle/base/exception_text.hpp>

#include <stdexcept>
#include <string>

using namespace coracle;

namespace {
template <class F>
std::string text_of(F fail) {
    try {
        fail();
    } catch (...) {
        return exception_trace(std::current_exception());
    }
    return "nothing";
}
struct odd {};
}  // namespace

TEST_CASE("an exception is its type and what it says, then where it came from") {
    CHECK(text_of([] { throw std::runtime_error("full"); }) == "std::runtime_error: full");
    CHECK(text_of([] { throw "text"; }) == "char const*: text");
    CHECK(text_of([] { throw 7; }) == "int");
    CHECK(text_of([] { throw odd(); }).find("odd") != std::string::npos);
    CHECK(exception_trace(nullptr) == "");
    std::string nested = text_of([] {
        try {
            throw std::out_of_range("row 7");
        } catch (...) {
            std::throw_with_nested(std::runtime_error("cannot load"));
        }
    });
    CHECK(nested == "std::runtime_error: cannot load\n  because of std::out_of_range: row 7");
}
