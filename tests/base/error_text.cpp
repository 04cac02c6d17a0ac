// error_text: exceptions of every kind say something.
#include <coracle/base/error_text.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <stdexcept>
#include <string>

using coracle::error_text;

TEST_CASE("an exception says its what(), a text itself, and anything else that it is something else") {
    CHECK(error_text(std::make_exception_ptr(std::runtime_error("no such user"))) == "no such user");
    CHECK(error_text(std::make_exception_ptr(std::string("by hand"))) == "by hand");
    CHECK(error_text(std::make_exception_ptr(static_cast<const char*>("literal"))) == "literal");
    CHECK(error_text(std::make_exception_ptr(42)) == "an exception that is no std::exception");
    CHECK(error_text(nullptr).empty());
}
