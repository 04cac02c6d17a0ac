// overtime: what a process does when its server has stopped and something in it still does not end: it leaves.
#pragma once

#include <coracle/base/log.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace coracle::server {

/// A thread cannot be killed, nor a call on the thread pool be cancelled: only the process can leave it behind. For
/// app.run(), whose process it is; a server that somebody else has made waits. Ends with the server: in time, then.
class overtime {
public:
    /// The exit code of who leaves something behind.
    static constexpr int exit_code = 4;
    /// For what was cancelled after graceful_timeout, and for detached calls that are asked to stop, to clean up.
    static constexpr std::chrono::milliseconds moment{2'000};

    /// in: run_options::graceful_timeout; what ends the process.
    explicit overtime(std::chrono::milliseconds grace, void (*leave)(int) = &std::_Exit)
        : grace_(std::min<std::chrono::milliseconds>(grace, std::chrono::hours(24 * 365))), leave_(leave) {}
    overtime(const overtime&) = delete;
    overtime& operator=(const overtime&) = delete;
    ~overtime() {
        {
            std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_one();
        if (thread_.joinable()) thread_.join();
    }

    /// The server begins to stop. Again: changes nothing.
    [[gnu::cold]] void begin() noexcept {
        std::lock_guard lock(mutex_);
        if (until_) return;
        until_ = clock::now() + grace_ + moment;
        counts_ = true;
        try {
            thread_ = std::thread([this] { wait(); });
        } catch (const std::system_error&) {
            // Then it is as it was without this.
        }
    }
    /// The ends of lifespans, which are never cut short, take their time.
    [[gnu::cold]] void rest() noexcept { count(false); }
    /// What is left are calls that nobody waits for.
    [[gnu::cold]] void go_on() noexcept { count(true); }

private:
    using clock = std::chrono::steady_clock;

    void count(bool now) noexcept {
        {
            std::lock_guard lock(mutex_);
            if (!until_ || counts_ == now) return;
            counts_ = now;
            if (now) until_ = std::max(*until_, clock::now() + moment);
        }
        changed_.notify_one();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        while (!over_) {
            if (!counts_)
                changed_.wait(lock);
            else if (clock::now() < *until_)
                changed_.wait_until(lock, *until_);
            else
                break;
        }
        if (over_) return;
        log::error(
            "graceful_timeout has passed, and a call on the thread pool, or a handler that holds its loop, has not "
            "ended: the process ends without it. What takes long asks stop_notice::given() now and then");
        leave_(exit_code);
    }

    const std::chrono::milliseconds grace_;
    void (*const leave_)(int);
    std::mutex mutex_;  // guards what follows
    std::optional<clock::time_point> until_;
    bool counts_ = false;
    bool over_ = false;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace coracle::server
