// hand_loop: a scheduler that a test turns by hand, so that async/ is tested without an operating system and a clock.
#pragma once

#include <coracle/async/arrival.hpp>
#include <coracle/async/blocking_call.hpp>
#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/stop_request.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/random_sequence.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <vector>

namespace coracle {

/// Is the scheduler of its thread for as long as it lives. Offloaded calls wait in `calls` until the test runs them.
class hand_loop final : public async::scheduler {
public:
    hand_loop() : here_(*this) {}
    ~hand_loop() { drop_background(); }

    std::deque<async::blocking_call*> calls;
    std::deque<async::blocking_call*> detached_calls;
    async::stop_request ending;  // of the threads that there would be
    int recalled = 0;
    std::int64_t steady = 1'000'000'000;  // nanoseconds; time passes when the test says so
    std::int64_t wall = 784'111'777'000;  // milliseconds since 1970
    random_sequence dice{1};
    using scheduler::shuffle_ready;

    bool idle() const noexcept { return !anything_ready() && posted_.empty() && arrivals_.empty(); }
    void turn() {
        run_ready();
        while (!arrivals_.empty()) arrivals_.pop_front().arrived();
        std::vector<function<void()>> now = std::exchange(posted_, {});
        for (function<void()>& each : now) each();
    }
    void turn_until_idle() {
        while (!idle()) turn();
    }

    /// The oldest offloaded call, run and returned.
    void run_call() {
        async::blocking_call& call = begin_call();
        call.run();
        call.arrived();
    }
    /// Takes the oldest call, which can no longer be retracted; the test calls run() and arrived().
    async::blocking_call& begin_call() {
        REQUIRE(!calls.empty());
        async::blocking_call& call = *calls.front();
        calls.pop_front();
        return call;
    }

    void offload(async::blocking_call& call) override { calls.push_back(&call); }
    bool retract(async::blocking_call& call) noexcept override { return std::erase(calls, &call) == 1; }
    void recall(async::blocking_call& call) noexcept override {
        ++recalled;
        retract(call);
    }
    void offload_detached(async::blocking_call& call) override {
        call.ending = &ending;
        detached_calls.push_back(&call);
    }
    void deliver(async::arrival& what) noexcept override { arrivals_.push_back(what); }
    void withdraw(async::arrival& what) noexcept override { what.unlink(); }
    void intercept(async::arrival& what) noexcept override { what.unlink(); }
    void post(function<void()> f) override { posted_.push_back(std::move(f)); }
    std::int64_t steady_nanoseconds() noexcept override { return steady; }
    std::int64_t unix_milliseconds() noexcept override { return wall; }
    void random_bytes(std::span<char> out) override {
        for (char& each : out) each = static_cast<char>(dice.below(256));
    }

private:
    occupy here_;
    std::vector<function<void()>> posted_;
    intrusive_list<async::arrival> arrivals_;
};

/// A task as a job of its own, that has run until it first waited.
template <class T = void>
class started final : async::task_end {
public:
    started(hand_loop& on, task<T> work) : task_(std::move(work)) { start(on); }
    /// As a child of `parent`.
    started(hand_loop& on, task<T> work, async::scope& parent) : job_(parent), task_(std::move(work)) { start(on); }

    bool ended() const noexcept { return ended_; }
    T result() { return task_.result(); }
    bool threw_cancelled() {
        try {
            task_.result();
        } catch (const cancelled&) {
            return true;
        }
        return false;
    }
    void cancel() noexcept { job_.root().cancel(); }
    async::job& job() noexcept { return job_; }

private:
    void start(hand_loop& on) {
        async::scheduler::run_as as(on, job_);
        task_.start(this);
    }
    void task_ended() noexcept override { ended_ = true; }

    async::job job_;
    task<T> task_;
    bool ended_ = false;
};

/// Runs `work` to its end.
template <class T>
T run_through(hand_loop& on, task<T> work) {
    started<T> whole(on, std::move(work));
    on.turn_until_idle();
    REQUIRE(whole.ended());
    return whole.result();
}

/// The same, with the calls that it sends to other threads.
template <class T>
T run_with_calls(hand_loop& on, task<T> work) {
    started<T> whole(on, std::move(work));
    while (!whole.ended()) {
        on.turn_until_idle();
        if (!on.calls.empty()) on.run_call();
    }
    return whole.result();
}

/// Goes to the end of the ready queue, or waits for let_go(); the least operation there is.
class [[nodiscard]] hop final : public async::operation {
public:
    explicit hop(hop** held = nullptr) noexcept : held_(held) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) noexcept {
        if (refused()) return declined(waiting);
        park(waiting);
        if (held_)
            *held_ = this;
        else
            finish();
        return true;
    }
    void await_resume() const { throw_if_cancelled(); }
    void cancel() noexcept override { finish_cancelled(); }
    void let_go() noexcept { finish(); }

private:
    hop** held_;
};

}  // namespace coracle
