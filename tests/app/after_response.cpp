#include <doctest/doctest.h>

#include <coracle/app/after_response.hpp>

#include <coracle/async/event.hpp>

#include <app/stage.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace coracle;

namespace {
class noted final : public clean_up {
public:
    noted(std::string& seen, char name) : seen_(seen), name_(name) {}
    ~noted() override { seen_ += '~'; }
    task<> run(std::exception_ptr) override {
        co_await hop();
        seen_ += name_;
        if (name_ == 'x') throw std::runtime_error("x failed");
    }

private:
    std::string& seen_;
    char name_;
};
}  // namespace

TEST_CASE("clean-up comes behind the background tasks, the last first, and a failure is told and stops nobody") {
    std::string seen;
    app app;
    app.get("/", on_loop([&](request& asked) {
                asked.after.keep(std::make_unique<noted>(seen, 'a'));
                asked.after.keep(std::make_unique<noted>(seen, 'x'));
                asked.after.tasks().add([&] { seen += "task "; });
                asked.after.keep(std::make_unique<noted>(seen, 'c'));
                CHECK(asked.after.pending());
                return 1;
            }));
    stage play(app);
    play.get("/");
    CHECK(seen == "task c~x~a~");
    CHECK(play.errors == "x failed\n");
}

TEST_CASE("nothing is pending where nothing was kept") {
    after_response after;
    CHECK(!after.pending());
    CHECK(after.tasks().empty());
    CHECK(!after.pending());
    after.reset();
    CHECK(!after.pending());
}

TEST_CASE("clean-up runs to its end also when it is cancelled") {
    std::string seen;
    hand_loop loop;
    after_response after;
    after.tasks().add([]() -> task<> {
        event never;
        co_await never.wait();
    }());
    after.keep(std::make_unique<noted>(seen, 'a'));
    started<> running(loop, after.run([&](const std::exception_ptr&) { seen += "!"; }));
    loop.turn_until_idle();
    CHECK(!running.ended());
    running.cancel();
    loop.turn_until_idle();
    CHECK(running.ended());
    CHECK(seen == "a~");
}
