#include <doctest/doctest.h>

#include <coracle/app/background_tasks.hpp>

#include <app/stage.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

TEST_CASE("background tasks run after the answer, in order, coroutines and functions, and one failure stops nobody") {
    std::string seen;
    app app;
    app.post("/users", [&](background_tasks& background) -> task<std::string> {
        background.add(
            [](std::string& log) -> task<> {
                co_await hop();
                log += "a";
            },
            std::ref(seen));
        background.add([] { throw std::runtime_error("b failed"); });
        background.add([&seen](const std::string& text, std::unique_ptr<int> n) { seen += text + std::to_string(*n); },
                       "c", std::make_unique<int>(3));
        CHECK(background.size() == 3);
        seen += "handler ";
        co_return "done";
    });
    stage play(app);
    CHECK(play.post("/users", "").body == "done");
    CHECK(seen == "handler ac3");
    CHECK(play.errors == "b failed\n");
}

TEST_CASE("background tasks are lost when the handler throws, and when it refuses") {
    bool ran = false;
    app app;
    for (bool middle : {false, true}) {
        router r(middle ? "/m" : "/p");
        if (middle) r.use([](request& asked, next next) -> task<response> { co_return co_await next(asked); });
        r.get("/throw", [&](background_tasks& background) -> task<int> {
            background.add([&] { ran = true; });
            throw http_error(409);
            co_return 1;
        });
        app.include(r);
    }
    stage play(app);
    CHECK(play.get("/p/throw").status == 409);
    CHECK(play.get("/m/throw").status == 409);
    CHECK(!ran);
}

TEST_CASE("a task that runs may add others, and keeps what it holds") {
    std::string seen;
    app app;
    app.get("/", [&](background_tasks& background) -> task<std::string> {
        background.add([&background, &seen, mine = 'm']() -> task<> {
            for (int n = 0; n < 40; ++n) background.add([&seen] { seen += "."; });
            co_await hop();
            seen += mine;
        });
        co_return "done";
    });
    stage play(app);
    CHECK(play.get("/").body == "done");
    CHECK(seen == "m" + std::string(40, '.'));
}

TEST_CASE("a plain function of the thread pool may add tasks too") {
    std::string seen;
    app app;
    app.get("/", [&](background_tasks& background) {
        background.add([&] { seen += "x"; });
        return 1;
    });
    stage play(app);
    CHECK(play.get("/").body == "1");
    CHECK(seen == "x");
}
