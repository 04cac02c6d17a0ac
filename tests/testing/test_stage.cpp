#include <coracle/testing/test_stage.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct world {
    explicit world(bool virtually) {
        served.get("/", on_loop([] { return std::string("root"); }));
        served.get("/broken", on_loop([]() -> std::string { throw std::runtime_error("broken"); }));
        served.get("/never", []() -> task<> { co_await sleep(1h); });
        served.freeze();
        stage = std::make_unique<testing::test_stage<testing::served_stream>>(
            served, virtually ? std::make_unique<virtual_loop>() : nullptr, testing::named_address("me", 1));
    }
    task<int> ask(const char* path) {
        testing::line_lease taken(stage->take_line());
        taken.line.answer.start(false);
        taken.line.send("GET " + std::string(path) + " HTTP/1.1\r\nhost: x\r\n\r\n");
        co_await taken.line.listen(testing::test_line::part::all);
        co_await taken.line.facts.at_rest.wait();
        failures = taken.line.facts.failures.size();
        co_return taken.line.answer.status();
    }
    app served;
    std::unique_ptr<testing::test_stage<testing::served_stream>> stage;
    std::size_t failures = 0;
};

}  // namespace

TEST_CASE("an app answers on the stage, in real and in virtual time") {
    for (bool virtually : {false, true}) {
        world here(virtually);
        CHECK(here.stage->in_virtual_time() == virtually);
        CHECK(here.stage->run(here.ask("/")) == 200);
        CHECK(here.stage->run(here.ask("/nowhere")) == 404);
        here.stage->run_last(here.stage->hang_up());
    }
}

TEST_CASE("a failure is kept with the line that asked, and the app's own log is told and comes back") {
    world here(false);
    int told = 0;
    here.served.error_log([&](const std::exception_ptr&, const request&) { ++told; });
    here.stage->catch_failures();
    CHECK(here.stage->run(here.ask("/broken")) == 500);
    CHECK(here.failures == 1);
    CHECK(told == 1);
    here.stage->run_last(here.stage->hang_up());
    here.stage.reset();
    CHECK(here.served.exchange_error_log({}));
}

TEST_CASE("hanging up ends who would handle a request for ever") {
    world here(false);
    auto leave = [&]() -> task<> {
        testing::line_lease taken(here.stage->take_line());
        taken.line.answer.start(false);
        taken.line.send("GET /never HTTP/1.1\r\nhost: x\r\n\r\n");
        co_await here.stage->settle();
    };
    here.stage->run(leave());
    here.stage->run_last(here.stage->hang_up());
}
