#include <coracle/base/version.hpp>

#include <doctest/doctest.h>

#include <string>

TEST_CASE("the number and the text are the same version") {
    std::string text = std::to_string(CORACLE_VERSION / 10000) + "." + std::to_string(CORACLE_VERSION / 100 % 100) +
                       "." + std::to_string(CORACLE_VERSION % 100);
    CHECK(text == CORACLE_VERSION_STRING);
}

TEST_CASE("the number can be asked for by the preprocessor") {
#if CORACLE_VERSION >= 100
    CHECK(true);
#else
    CHECK(false);
#endif
}
