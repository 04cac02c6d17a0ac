#include <coracle/app/bounded_endpoint.hpp>

#include <coracle/app/mounted_app.hpp>
#include <coracle/testing/test_client.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

task<std::string> takes(std::chrono::milliseconds time, std::string& log) {
    try {
        co_await sleep(time);
    } catch (const cancelled&) {
        log += "cancelled ";
        throw;
    }
    co_return "done";
}

}  // namespace

TEST_CASE("a handler that takes longer than its route allows is cancelled at its wait, and the answer is 504") {
    std::string log;
    app served;
    served.get("/slow", {.timeout = 2s}, [&]() -> task<std::string> { return takes(3s, log); });
    served.get("/quick", {.timeout = 2s}, [&]() -> task<std::string> { return takes(1s, log); });
    served.get("/free", [&]() -> task<std::string> { return takes(1h, log); });
    test_client client{std::move(served), virtual_time};
    auto late = client.get("/slow");
    CHECK(late.status == 504);
    CHECK(late.text() == "{\"detail\":\"The answer was not ready within 2 s\"}");
    CHECK(late.elapsed == 2s);
    CHECK(log == "cancelled ");
    CHECK(client.get("/quick").text() == "done");
    CHECK(client.get("/free").text() == "done");
}

TEST_CASE("middleware and error handlers see a late answer as any error, and background tasks of it are dropped") {
    std::string log;
    app served;
    served.use([](request& asked, next go_on) -> task<response> {
        response made = co_await go_on(asked);
        made.headers.set("x-seen", std::to_string(made.status));
        co_return made;
    });
    served.on_status(504, [](request&) { return response(503, "not now"); });
    served.get("/slow", {.timeout = 1500ms}, [&](background_tasks& background) -> task<std::string> {
        background.add([&]() -> task<> {
            log += "background ";
            co_return;
        });
        return takes(3s, log);
    });
    test_client client{std::move(served), virtual_time};
    auto late = client.get("/slow");
    CHECK(late.status == 503);
    CHECK(late.text() == "not now");
    CHECK(late.headers["x-seen"] == "503");
    CHECK(late.elapsed == 1500ms);
    CHECK(log == "cancelled ");
}

TEST_CASE("an answer that is made after all is better than none, and a handler that never waits cannot be late") {
    app served;
    served.get("/stubborn", {.timeout = 1s}, []() -> task<std::string> {
        try {
            co_await sleep(2s);
        } catch (const cancelled&) {
        }
        co_return "all the same";
    });
    served.get("/now", {.timeout = 1ms}, on_loop([] { return "now"; }));
    test_client client{std::move(served), virtual_time};
    CHECK(client.get("/stubborn").text() == "all the same");
    CHECK(client.get("/now").text() == "now");
}

TEST_CASE("routers give their bounds to routes that say nothing, and the server's hold where nobody says anything") {
    std::string log;
    app served;
    router shop("/shop", {.timeout = 1s});
    shop.get("/slow", [&]() -> task<std::string> { return takes(1h, log); });
    shop.get("/slower", {.timeout = 3s}, [&]() -> task<std::string> { return takes(1h, log); });
    served.include(shop);
    served.get("/plain", [&]() -> task<std::string> { return takes(1h, log); });
    app below;
    below.get("/own", {.timeout = 30s}, [&]() -> task<std::string> { return takes(1h, log); });
    below.get("/none", [&]() -> task<std::string> { return takes(1h, log); });
    served.mount("/below", std::move(below));
    served.freeze();
    served.answer_within(20s);
    served.answer_within(10s);  // another server, with this app
    test_client client{std::move(served), virtual_time};
    CHECK(client.get("/shop/slow").elapsed == 1s);
    CHECK(client.get("/shop/slower").elapsed == 3s);
    CHECK(client.get("/plain").elapsed == 10s);
    CHECK(client.get("/below/own").elapsed == 30s);
    CHECK(client.get("/below/none").elapsed == 10s);
}

TEST_CASE("a route may take less of a body than the others, and a time below zero is refused at registration") {
    app served;
    auto echo = [](request& asked) -> task<std::string> {
        std::string text = co_await asked.body.text();
        co_return text;
    };
    served.post("/small", {.max_body_bytes = 5}, echo);
    served.post("/usual", echo);
    test_client client{std::move(served)};
    CHECK(client.post("/small", {.body = "12345"}).status == 200);
    CHECK(client.post("/small", {.body = "123456"}).status == 413);
    CHECK(client.post("/usual", {.body = "123456"}).status == 200);
    app wrong;
    wrong.get("/x", {.timeout = -1s}, [](request&) -> task<std::string> { co_return ""; });
    CHECK_THROWS_WITH_AS(wrong.freeze(),
                         "coracle: the timeout of the route '/x' must be 0, for no bound, or more, and is -1000ms",
                         std::logic_error);
}
