// waiter, waiting_line: standing in line, and a line that goes before those who stand in it.
#include <coracle/async/waiter.hpp>

#include <coracle/async/event.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/report.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <source_location>
#include <string_view>

using namespace coracle;

namespace {

int reports = 0;
void count_report(std::string_view, const std::source_location&) noexcept { ++reports; }

// The least thing that can be waited for: each call() serves the first in line.
class counter_of_calls {
public:
    class [[nodiscard]] visit final : public async::waiter {
    public:
        explicit visit(counter_of_calls& at) noexcept : at_(at) {}
        ~visit() { leave(); }
        void await_resume() const { throw_if_cancelled(); }

    private:
        bool attempt() noexcept override { return at_.open; }
        void line_up() noexcept override { stand_in(at_.line); }
        void left_line() noexcept override { ++at_.left; }
        counter_of_calls& at_;
    };
    void call() {
        if (!line.empty()) line.front().happened();
    }
    bool open = false;
    int left = 0;
    async::waiting_line<visit> line;
};

}  // namespace

TEST_CASE("a waiter is served at once, or in its turn, and tells when it leaves unserved") {
    hand_loop loop;
    counter_of_calls desk;
    auto work = [&]() -> task<> { co_await counter_of_calls::visit(desk); };
    started<> a(loop, work());
    started<> b(loop, work());
    auto c = std::make_unique<started<>>(loop, work());
    started<> d(loop, work());
    desk.call();
    a.cancel();  // too late
    b.cancel();
    c.reset();
    CHECK(desk.left == 2);
    loop.turn_until_idle();
    CHECK(a.ended());
    CHECK(!a.threw_cancelled());
    CHECK(b.threw_cancelled());
    CHECK(!d.ended());
    desk.call();
    loop.turn_until_idle();
    CHECK(d.ended());
    CHECK(desk.left == 2);
    desk.open = true;
    started<> e(loop, work());
    CHECK(e.ended());
}

TEST_CASE("a line that goes before its waiters is reported, and they wait until they are cancelled") {
    hand_loop loop;
    reports = 0;
    reporter before = set_reporter(count_report);
    std::optional<event> flag(std::in_place);
    auto work = [&]() -> task<> { co_await flag->wait(); };
    started<> one(loop, work());
    started<> two(loop, work());
    flag.reset();
    set_reporter(before);
    loop.turn_until_idle();
    CHECK(!one.ended());
    one.cancel();
    loop.turn_until_idle();
    CHECK(one.threw_cancelled());
    two.cancel();
    loop.turn_until_idle();
    CHECK(two.threw_cancelled());
#if !defined(NDEBUG)
    CHECK(reports == 1);
#endif
}
