// run: a loop for one task, from main. asyncio.run.
#pragma once

#include <coracle/async/child_job.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/loop/watchdog.hpp>

#include <stdexcept>
#include <utility>

namespace coracle {

namespace loop {

/// Cancels what spawn() started on `on`, for good, and turns until all of it has ended.
inline void end_background(reactor& on) {
    on.background().jobs().cancel();
    if (on.background().running() == 0) return;
    on.run_until([&on] { return on.background().running() == 0; });
}

/// Runs `work` on `on` until it ends, as a job of its own. `each_turn()` is called once in each turn of the loop,
/// `at_end()` when it has ended and its value or failure is not yet given.
template <class T, class EachTurn, class AtEnd>
T run_on(reactor& on, task<T> work, EachTurn&& each_turn, AtEnd&& at_end) {
    class whole final : public async::task_end {
    public:
        explicit whole(reactor& home) : main(home.root()) {}
        void task_ended() noexcept override { ended = true; }
        async::job main;
        bool ended = false;
    };
    reactor::presence here(on);  // of what dies with the task, too
    whole all(on);
    task<T> first = std::move(work);  // dies before its job when the loop throws
    bool started = false;
    on.run_until([&] {
        if (!std::exchange(started, true)) {
            async::scheduler::run_as as(on, all.main, first.where());
            first.start(&all);
        }
        each_turn();
        return all.ended;
    });
    at_end();
    return first.result();
}
template <class T, class EachTurn>
T run_on(reactor& on, task<T> work, EachTurn&& each_turn) {
    return run_on(on, std::move(work), each_turn, [] {});
}
template <class T>
T run_on(reactor& on, task<T> work) {
    return run_on(on, std::move(work), [] {});
}

}  // namespace loop

/// Runs `main` and whatever it awaits on a new loop of this thread, and gives its value: `int main() { return
/// run(async_main()); }`. In debug builds a task that holds the loop is reported, see loop::watchdog.
/// What spawn() started is cancelled and waited for when `main` has ended, before its value is given.
/// error: what the task throws; std::logic_error inside of a running loop.
template <class T>
T run(task<T> main) {
    if (async::scheduler::current_or_null())
        throw std::logic_error("coracle: run() inside a running loop would block it; co_await the task instead");
    loop::thread_pool pool;
    loop::reactor reactor(pool);
#if !defined(NDEBUG)
    loop::watchdog guard;
    loop::watchdog::watch watched(guard, reactor);
#endif
    return loop::run_on(reactor, std::move(main), [] {}, [&reactor] { loop::end_background(reactor); });
}

}  // namespace coracle
