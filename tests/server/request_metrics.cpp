#include <coracle/server/request_metrics.hpp>

#include <server/talk.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("requests are counted by route and method, and there are only as many cells as that") {
    app app;
    for (int i = 0; i < 100; ++i)
        app.get(runtime_pattern("/r" + std::to_string(i) + "/{id}"), on_loop([](int) { return std::string("x"); }));
    app.freeze();
    virtual_loop world(virtual_time);
    server::workshop shop(app, {}, world.reactor());
    server::request_metrics seen(shop);
    request asked;
    auto tell = [&](const route::pattern* pattern, http::method method, int status) {
        asked.pattern = pattern;
        asked.method = method;
        asked.method_text = "X";
        asked.belongs_to(app);
        request_record one{asked};
        one.status = status;
        one.took = 2ms;
        one.bytes = 10;
        seen.answered(one);
    };
    for (int round = 0; round < 3; ++round)
        for (const auto& each : app.routes()) {
            tell(&each->pattern(), http::method::get, 200);
            tell(&each->pattern(), http::method::post, 404);
        }
    for (int i = 0; i < 50; ++i) tell(nullptr, http::method::other, 501);
    std::size_t cells = 0;
    seen.for_each_cell([&](const server::request_metrics::cell& one) {
        ++cells;
        if (!one.pattern) {
            CHECK(one.route.empty());
            CHECK(one.statuses[4].get() == 50);
            return;
        }
        CHECK(one.route == one.pattern->text);
        bool got = one.method == static_cast<std::size_t>(http::method::get);
        CHECK(one.statuses[got ? 1 : 3].get() == 3);
        CHECK(one.took[2] == 3);
        CHECK(one.bytes.get() == 30);
    });
    CHECK(cells == 2 * app.routes().size() + 1);
}
