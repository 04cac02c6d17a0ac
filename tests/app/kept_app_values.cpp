// scope::app: values that are made before the first request and cleaned up after the last.
#include <coracle/app/kept_app_values.hpp>

#include <coracle/app/app.hpp>
#include <coracle/app/require.hpp>

#include <app/stage.hpp>
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace coracle;

namespace {
std::string order;
struct settings {
    int size = 4;
};
settings load() {
    order += "s";
    return {};
}
struct pool {
    int size;
    int used = 0;
};
generator<pool&> open_pool(depends<load, scope::app> how) {
    pool mine{how->size};
    co_await hop();
    order += "+p";
    co_yield mine;
    co_await hop();
    order += "-p";
}
generator<int> cache(depends<open_pool, scope::app> from) {
    order += "+c";
    co_yield from->size * 10;
    order += "-c";
}
int connection(depends<open_pool, scope::app> from) { return ++from->used; }
generator<int> broken(depends<open_pool, scope::app>) {
    throw std::runtime_error("no cache");
    co_yield 1;
}
}  // namespace

TEST_CASE("values of the app are made once at its start, shared by all requests, and closed in reverse at its stop") {
    app app;
    app.lifespan([]() -> generator<> {
        order += "<";
        co_yield {};
        order += ">";
    });
    app.get("/", [](depends<connection> n, depends<cache, scope::app> c) -> task<int> { co_return *n + *c; });
    app.get("/pool", [](depends<open_pool, scope::app> p) { return p->used; });
    app.get("/required", {.dependencies = {require<cache, scope::app>}}, [] { return "yes"; });
    stage play(app);
    order.clear();
    CHECK(play.get("/").status == 500);
    CHECK(play.errors == "coracle: a dependency of scope::app is there when the app has started, not before\n");
    run_through(play.loop, app.start());
    CHECK(order == "<s+p+c");
    CHECK(play.get("/").body == "41");
    CHECK(play.get("/").body == "42");
    CHECK(play.get("/pool").body == "2");
    CHECK(play.get("/required").body == "yes");
    run_through(play.loop, app.stop());
    CHECK(order == "<s+p+c-c-p>");
}

TEST_CASE("one that cannot be made fails the start, and what was made before is closed") {
    app app;
    app.get("/", [](depends<cache, scope::app>, depends<broken, scope::app> x) -> task<int> { co_return *x; });
    stage play(app);
    order.clear();
    CHECK_THROWS_AS(run_through(play.loop, app.start()), std::runtime_error);
    CHECK(order == "s+p+c-c-p");
}
