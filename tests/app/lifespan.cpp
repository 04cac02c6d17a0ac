#include <doctest/doctest.h>

#include <coracle/app/lifespan.hpp>

#include <app/stage.hpp>

#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

namespace {
void begin_and_end(app& app, std::string& seen, std::string name, bool fails = false) {
    app.lifespan([&seen, name, fails]() -> generator<> {
        co_await hop();
        seen += name + "(";
        if (fails) throw std::runtime_error(name);
        co_yield {};
        co_await hop();
        seen += ")" + name;
    });
}
template <class T>
void run(T work) {
    hand_loop loop;
    started<> running(loop, std::move(work));
    loop.turn_until_idle();
    REQUIRE(running.ended());
    running.result();
}
}  // namespace

TEST_CASE("lifespans begin in order and end in reverse, those of mounted apps within") {
    std::string seen;
    app inner;
    begin_and_end(inner, seen, "i");
    app app;
    begin_and_end(app, seen, "a");
    app.on_startup([&] { seen += "s "; });
    app.on_shutdown([&]() -> task<> {
        co_await hop();
        seen += "d ";
    });
    begin_and_end(app, seen, "b");
    app.mount("/in", std::move(inner));
    app.freeze();
    run(app.start());
    CHECK(std::exchange(seen, "") == "a(s b(i(");
    run(app.stop());
    CHECK(seen == ")i)bd )a");
    run(app.stop());
    CHECK(seen == ")i)bd )a");
}

TEST_CASE("an app that has ended can begin again, and what is mounted in it with it") {
    std::string seen;
    app inner;
    begin_and_end(inner, seen, "i");
    app app;
    begin_and_end(app, seen, "a");
    app.mount("/in", std::move(inner));
    app.freeze();
    auto moved = std::move(app);
    for (int turn = 0; turn < 3; ++turn) {
        run(moved.start());
        run(moved.stop());
        CHECK(std::exchange(seen, "") == "a(i()i)a");
    }
}

TEST_CASE("a beginning that fails is the failure of all, and what had begun ends") {
    std::string seen;
    app app;
    begin_and_end(app, seen, "a");
    begin_and_end(app, seen, "b", true);
    begin_and_end(app, seen, "c");
    CHECK_THROWS_WITH_AS(run(app.start()), "b", std::runtime_error);
    CHECK(seen == "a(b()a");
}

TEST_CASE("an end that fails is told, and the others end all the same") {
    std::string seen;
    app app;
    begin_and_end(app, seen, "a");
    app.on_shutdown([] { throw std::runtime_error("no end"); });
    run(app.start());
    CHECK_THROWS_WITH_AS(run(app.stop()), "no end", std::runtime_error);
    CHECK(seen == "a()a");
}

TEST_CASE("handlers find the app's state by its type") {
    struct counter {
        int n = 0;
    };
    app app;
    app.emplace_state<counter>(41);
    app.get("/", on_loop([](state<counter> count) { return ++count->n; }));
    stage play(app);
    CHECK(play.get("/").body == "42");
    CHECK(app.state<counter>().n == 42);
}
