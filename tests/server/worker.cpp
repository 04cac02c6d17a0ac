#include <coracle/server/worker.hpp>

#include <doctest/doctest.h>

#include <thread>

using namespace coracle;

TEST_CASE("a worker that is stopped before it serves ends at once") {
    app served;
    served.freeze();
    loop::thread_pool pool(1);
    server::worker one(served, {}, pool);
    auto where = one.open(*net::address::of("127.0.0.1", 0), false);
    REQUIRE(where);
    CHECK(where->port() != 0);
    one.stop();
    one.serve([] {});
}

TEST_CASE("each turn of the loop is told") {
    app served;
    served.freeze();
    loop::thread_pool pool(1);
    server::worker one(served, {}, pool);
    REQUIRE(one.open(*net::address::of("127.0.0.1", 0), false));
    int turns = 0;
    one.serve([&] {
        if (++turns == 3) one.stop();
        one.reactor().wake();
    });
    CHECK(turns >= 3);
}
