// test_stage: what is behind a test_client: a loop, the server's part of it, and the lines between the two ends.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/base/function.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/workshop.hpp>
#include <coracle/testing/test_line.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <cstdint>
#include <exception>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <utility>

namespace coracle::testing {

/// Runs an app in this thread. A template only so that who includes it and does not use it pays nothing.
template <class ServedStream>
class test_stage {
public:
    /// in: the app, which is frozen here; virtual time or null for the real one; who the client is.
    test_stage(app& served, std::unique_ptr<virtual_loop> time, named_address client)
        : app_(served),
          client_(std::move(client)),
          virtual_(std::move(time)),
          real_(virtual_ ? nullptr : std::make_unique<real_loop>()) {
        server::settings how;
        how.access_log = false;
        shop_.emplace(served, how, reactor());
    }
    test_stage(const test_stage&) = delete;
    test_stage& operator=(const test_stage&) = delete;
    ~test_stage() {
        if (log_taken_) app_.exchange_error_log(std::move(log_));
    }

    /// Exceptions that no handler caught are kept for the one who asked, too.
    void catch_failures() {
        log_ = app_.exchange_error_log([this](const std::exception_ptr& what, const request& asked) {
            if (line_facts* here = line_served_here.get()) here->failures.push_back(what);
            if (log_) log_(what, asked);
        });
        log_taken_ = true;
    }

    bool in_virtual_time() const noexcept { return virtual_ != nullptr; }
    loop::reactor& reactor() noexcept { return virtual_ ? virtual_->reactor() : real_->reactor; }
    std::int64_t unix_seconds() noexcept { return reactor().unix_milliseconds() / 1000; }

    template <class T>
    T run(task<T> work) {
        return virtual_ ? virtual_->run(std::move(work)) : loop::run_on(real_->reactor, std::move(work));
    }
    /// The same, and then ends what was spawned.
    void run_last(task<> work) {
        if (virtual_) return virtual_->run_whole(std::move(work));
        loop::run_on(real_->reactor, std::move(work), [] {}, [this] { loop::end_background(real_->reactor); });
    }

    /// A line to the server that nobody uses: one of before, or a new one.
    test_line& take_line() {
        for (auto at = lines_.begin(); at != lines_.end();) {
            if (at->busy) {
                ++at;
            } else if (at->is_open()) {
                at->busy = true;
                return *at;
            } else {
                at->close();
                at = at->server->done() ? lines_.erase(at) : std::next(at);
            }
        }
        auto ends = net::memory_stream::pair();
        test_line& made = lines_.emplace_back(std::move(ends.first));
        ServedStream served(std::move(ends.second), client_, made.shared_facts);
        made.server.emplace(spawn(serve(std::move(served), made.facts)));
        made.busy = true;
        return made;
    }
    /// Until the server has done all that it does after the answer on `line`, background tasks too.
    task<> rest(test_line& line) {
        co_await line.facts.at_rest.wait();
        co_await shop_->concluded.wait();
    }
    /// Everybody goes on as far as they can without time passing.
    task<> settle() {
        for (int i = 0; i < 10; ++i) co_await yield_now();
    }
    /// Hangs up. Who handles a request has the time to see it, then is cancelled.
    task<> hang_up() {
        for (test_line& each : lines_) each.close();
        co_await settle();
        shop_->clients.stop();  // those of WebSockets have left their lines
        co_await settle();
        for (test_line& each : lines_) {
            each.server->cancel();
            try {
                co_await *each.server;
            } catch (const cancelled&) {
            }
        }
        lines_.clear();
    }

private:
    struct real_loop {
        loop::thread_pool pool{};
        loop::reactor reactor{pool};
    };
    task<> serve(ServedStream stream, line_facts& facts) {
        line_served_here.set(&facts);
        shop_->announce();
        co_await server::connection(std::move(stream), *shop_);
    }

    app& app_;
    named_address client_;
    function<void(const std::exception_ptr&, const request&)> log_;
    bool log_taken_ = false;
    std::list<test_line> lines_;
    std::optional<server::workshop> shop_;
    std::unique_ptr<virtual_loop> virtual_;  // the loop goes before what its jobs use
    std::unique_ptr<real_loop> real_;
};

/// A line that was taken; goes back in the end, or is closed when its answer was not read to the end.
class line_lease {
public:
    explicit line_lease(test_line& of) noexcept : line(of) {}
    line_lease(const line_lease&) = delete;
    line_lease& operator=(const line_lease&) = delete;
    ~line_lease() {
        if (!line.answer.keeps_alive()) line.close();
        line.busy = false;
    }
    test_line& line;
};

}  // namespace coracle::testing
