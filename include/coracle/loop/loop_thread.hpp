// loop_thread: a loop on a thread of its own, for programs that want several.
#pragma once

#include <coracle/async/arrival.hpp>
#include <coracle/base/report.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/thread_pool.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <thread>

namespace coracle {

/// Turns from its birth to stop(); give it work with submit() and on_loop_of(), and functions with loop().post().
/// What a posted function throws is reported, and the loop goes on.
class loop_thread {
public:
    /// With a thread pool of its own.
    loop_thread() : own_pool_(std::make_unique<loop::thread_pool>()), loop_(*own_pool_) { start(); }
    /// keeps: the pool, for several loops to share.
    explicit loop_thread(loop::thread_pool& pool) : loop_(pool) { start(); }
    loop_thread(const loop_thread&) = delete;
    loop_thread& operator=(const loop_thread&) = delete;
    /// Stops it, and waits for its tasks to end.
    ~loop_thread() {
        stop();
        thread_.join();
    }

    loop::reactor& loop() noexcept { return loop_; }
    operator loop::reactor&() noexcept { return loop_; }

    /// Cancels every task there; the loop ends when they have ended. From any thread, and again.
    void stop() noexcept {
        if (!asked_.exchange(true)) loop_.deliver(order_);
    }

private:
    class stop_order final : public async::arrival {
    public:
        explicit stop_order(loop::reactor& to) noexcept : to_(to) {}
        bool here() const noexcept { return here_; }

    private:
        void arrived() noexcept override {
            here_ = true;
            to_.root().cancel();
        }
        void lost() noexcept override {}

        loop::reactor& to_;
        bool here_ = false;
    };

    void start() {
        thread_ = std::thread([this] {
            while (!ended()) turn();
        });
    }
    bool ended() const noexcept { return order_.here() && !loop_.has_residents() && loop_.background().running() == 0; }
    void turn() noexcept {
        try {
            loop_.run_until([this] { return ended(); });
        } catch (const std::exception& error) {
            report(std::string("a function posted to a loop_thread threw: ") + error.what());
        } catch (...) {
            report("a function posted to a loop_thread threw something that is no std::exception");
        }
    }

    std::unique_ptr<loop::thread_pool> own_pool_;
    loop::reactor loop_;
    stop_order order_{loop_};
    std::atomic<bool> asked_{false};
    std::thread thread_;
};

}  // namespace coracle
