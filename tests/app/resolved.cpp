// app.resolve<f>: a dependency's value outside of a request.
#include <coracle/app/resolved.hpp>

#include <coracle/app/app.hpp>
#include <coracle/app/header.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <string>

using namespace coracle;

namespace {
std::string order;
int number() { return 7; }
generator<std::string> session(depends<number> n) {
    order += "+";
    co_await hop();
    co_yield "session " + std::to_string(*n);
    co_await hop();
    order += "-";
}
std::string token(header<"authorization"> given) { return *given; }
}  // namespace

TEST_CASE("a dependency is resolved without a request, cleaned up when told, and may be overridden") {
    hand_loop loop;
    app app;
    auto job = [&app]() -> task<std::string> {
        auto open = co_await app.resolve<session>();
        std::string text = *open + std::to_string(open->size());
        order += "j";
        co_await open.close();
        co_await open.close();
        co_return text;
    };
    CHECK(run_through(loop, job()) == "session 79");
    CHECK(order == "+j-");
    app.override<number>([] { return 10; });
    CHECK(run_through(loop, job()) == "session 1010");
    auto needs_request = [&app]() -> task<> { auto text = co_await app.resolve<token>(); };
    CHECK_THROWS_AS(run_through(loop, needs_request()), validation_error);
}
