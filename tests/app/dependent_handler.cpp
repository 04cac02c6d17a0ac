// dependent_handler: an endpoint with dependencies: what it costs, and what it does not.
#include <coracle/app/dependent_handler.hpp>

#include <coracle/app/app.hpp>

#include <app/stage.hpp>
#include <doctest/doctest.h>

#include <string>
#include <type_traits>

using namespace coracle;

namespace {
std::string order;
int number() { return 7; }
generator<int> yields() {
    order += " +";
    co_yield 1;
    order += " -";
}
}  // namespace

TEST_CASE("handlers without dependencies are what they were, and those with them wait for no pool to be called") {
    auto plain = [](int id) -> task<int> { co_return id; };
    auto depending = [](depends<number> id) -> task<int> { co_return *id; };
    static_assert(!std::is_base_of_v<detail::dependent_endpoint, detail::handler_endpoint<decltype(plain)>>);
    static_assert(std::is_base_of_v<detail::dependent_endpoint, detail::handler_endpoint<decltype(depending)>>);
    CHECK(!detail::handler_endpoint<decltype(depending)>("/", {}, depending).runs_now());
}

TEST_CASE("clean-up of the request runs behind its background tasks") {
    app app;
    app.get("/", [](depends<yields>, depends<yields, scope::function>, background_tasks& later) -> task<int> {
        later.add([] { order += " task"; });
        order += " H";
        co_return 1;
    });
    stage play(app);
    order.clear();
    CHECK(play.get("/").body == "1");
    CHECK(order == " + + H - task -");
}

TEST_CASE("a dependency may change the answer, and add to what is done behind it") {
    static constexpr auto counts = [](response_context& answer, background_tasks& later) {
        answer.headers.set("x-count", "3");
        later.add([] { order += " later"; });
    };
    app app;
    app.get("/", [](depends<counts>) -> task<int> { co_return 1; });
    stage play(app);
    order.clear();
    heard answer = play.get("/");
    CHECK(answer.field("x-count") == "3");
    CHECK(order == " later");
}

TEST_CASE("what cannot be written goes through the generators of the request, as the handler's exception does") {
    static constexpr auto sees = []() -> generator<int> {
        try {
            co_yield 1;
        } catch (const json_error&) {
            order += " json";
            throw http_error(503);
        }
    };
    app app;
    app.get("/", [](depends<sees>) -> task<double> { co_return 1e308 * 10; });
    stage play(app);
    order.clear();
    CHECK(play.get("/").status == 503);
    CHECK(order == " json");
}
