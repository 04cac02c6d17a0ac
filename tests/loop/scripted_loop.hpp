// scripted_loop: a reactor whose readiness and faults are a script, and whose time passes while everybody waits.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/os/poller.hpp>

#include <os/scripted_poller.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace coracle::loop {

struct scripted_loop {
    thread_pool pool;
    os::scripted_poller* world;
    reactor on;

    /// in: `patience` is for tests whose loop waits for other threads.
    explicit scripted_loop(std::chrono::seconds patience = std::chrono::seconds(0))
        : scripted_loop(std::make_unique<os::scripted_poller>(patience)) {}

    template <class T>
    T run(task<T> work) {
        return run_on(on, std::move(work));
    }
    /// Since the beginning.
    std::chrono::nanoseconds elapsed() const { return world->elapsed(); }

private:
    explicit scripted_loop(std::unique_ptr<os::scripted_poller> made) : world(made.get()), on(pool, std::move(made)) {}
};

}  // namespace coracle::loop
