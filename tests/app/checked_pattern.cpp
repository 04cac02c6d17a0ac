#include <doctest/doctest.h>

#include <coracle/app/checked_pattern.hpp>
#include <coracle/json/checked.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What must not compile is in tests/shape/must_not_compile/, what is refused while the program runs in app.cpp.
using namespace coracle;

namespace {

struct item {
    int n = 0;
};
enum class kind { a, b };

template <class H>
constexpr bool fits(std::string_view text, H) {
    try {
        detail::tell_mistake(text, detail::look_at_route(route::pattern(text), parameters_of<H>{}));
        return true;
    } catch (const route::pattern_error&) {
        return false;
    }
}

}  // namespace

TEST_CASE("a route fits a handler that takes what it names") {
    CHECK(fits("/", [] {}));
    CHECK(fits("/{a}/{b}{?c,d=1}", [](int, std::string, std::vector<int>, double) {}));
    CHECK(fits("/{a}", [](item, int, request&) {}));
    CHECK(!fits("/{a}", [] {}));
    CHECK(!fits("/", [](int) {}));
    CHECK(!fits("/{a}{?b}", [](int) {}));
}

TEST_CASE("who takes the request alone may look names up in it") {
    CHECK(fits("/{a}/{b}{?c}", [](request&) {}));
    CHECK(fits("/{a}", [](const request&, item) {}));
    CHECK(!fits("/{a}/{b}", [](request&, int) {}));
}

TEST_CASE("defaults are of the parameter's type") {
    CHECK(fits("/{?a=-128}", [](std::int8_t) {}));
    CHECK(!fits("/{?a=-129}", [](std::int8_t) {}));
    CHECK(!fits("/{?a=-1}", [](unsigned) {}));
    CHECK(!fits("/{?a=}", [](int) {}));
    CHECK(!fits("/{?a= 1}", [](int) {}));
    CHECK(fits("/{?a=18446744073709551615}", [](std::uint64_t) {}));
    CHECK(fits("/{?a=1e-3}", [](double) {}));
    CHECK(!fits("/{?a=.5}", [](double) {}));
    CHECK(fits("/{?a=b}", [](kind) {}));
    CHECK(!fits("/{?a=c}", [](kind) {}));
    CHECK(fits("/{?a=}", [](std::string) {}));
    CHECK(fits("/{?a=1}", [](std::optional<int>) {}));
    CHECK(!fits("/{?a=x}", [](std::optional<int>) {}));
    CHECK(!fits("/{?a=1}", [](std::vector<int>) {}));
}

TEST_CASE("a default fits the constraints of the parameter") {
    using percent = checked<int, minimum<0>, maximum<100>>;
    using name = checked<std::string, min_length<1>>;
    CHECK(fits("/{id}{?a=7}", [](percent, percent) {}));
    CHECK(fits("/{?a=7}", [](std::optional<percent>) {}));
    CHECK(!fits("/{?a=101}", [](percent) {}));
    CHECK(!fits("/{?a=x}", [](percent) {}));
    CHECK(fits("/{?a=x}", [](name) {}));
    CHECK(!fits("/{?a=}", [](name) {}));
    CHECK(fits("/{?a=0.5}", [](checked<double, minimum<0>>) {}));
}

TEST_CASE("a literal is checked by the compiler and kept as it is") {
    auto handler = [](int, item) {};
    checked_pattern<decltype(handler), true> route("/users/{id}");
    CHECK(route.text() == "/users/{id}");
}
