// dormitory: connections that wait between two requests for longer than the others, with as little of each as can be
// kept: its socket, its client, and when its time is up. No coroutine, no job, no descriptor of the loop.
#pragma once

#include <coracle/async/event.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/deadline.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/net/address.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/poller.hpp>
#include <coracle/server/admission.hpp>
#include <coracle/server/loop_counts.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace coracle::server {

/// Belongs to one loop. Whoever serves its connections opens it, and goes on with those that wake. Connections that
/// ask often never get here: the latest 256 stay awake whatever happens, and so does who was heard a moment ago. How
/// long a moment is shows itself: each who wakes soon was laid down too soon, which costs more than it saves.
class dormitory {
public:
    static constexpr std::size_t stay_awake = 256;
    static constexpr std::chrono::milliseconds moment{20};
    static constexpr std::chrono::milliseconds longest_moment{1'000};
    static constexpr unsigned sound_sleepers = 256;  ///< so many, and it may be shorter again

    /// What is kept of a connection.
    struct guest {
        os::file_descriptor socket;
        std::uint32_t asked = 0;  ///< so many requests
        bool tls = false;
        os::time_point due{};  ///< by when its next request must have begun
        net::address peer;
    };

    /// in: how long a connection may wait for its next request.
    dormitory(loop::reactor& on, admission& connections, loop_counts& counts, std::chrono::nanoseconds keep_alive)
        : reactor_(on),
          admission_(connections),
          counts_(counts),
          keep_alive_(keep_alive),
          next_due_(on, close_due{*this}) {}
    dormitory(const dormitory&) = delete;
    dormitory& operator=(const dormitory&) = delete;
    ~dormitory() {
        while (!asleep_.empty()) drop(asleep_.front());
        while (!awake_.empty()) drop(awake_.front());
    }

    bool is_open() const noexcept { return open_; }
    void open(bool now) noexcept { open_ = now; }
    std::size_t size() const noexcept { return size_; }
    /// How long a connection has to have waited, as it seems now.
    std::chrono::nanoseconds patience() const noexcept { return patience_; }
    /// So many connections are awake that it is worth a look whether some of them should not be.
    bool wants_more() const noexcept {
        return admission_.connections() > stay_awake + size_ && open_ && reactor_.turn_time() >= next_look_;
    }
    /// There was nobody: not in the next millisecond again, for among many busy connections each asks.
    void found_nobody() noexcept { next_look_ = reactor_.turn_time() + std::chrono::milliseconds(1); }

    /// in: a guest whose time is up after that of those who came before.
    /// error: std::bad_alloc, std::system_error when the kernel refuses to watch it; then it is closed.
    void take_in(guest one) {
        auto made = std::make_unique<sleeper>(*this, std::move(one));
        result<void> watched = reactor_.poller().watch(made->what.socket.get(), *made);
        if (!watched) throw std::system_error(watched.error(), "coracle: watching a connection");
        if (asleep_.empty()) next_due_.set_at(made->what.due);
        asleep_.push_back(*made.release());
        ++size_;
        if (++sound_ < sound_sleepers) return;
        sound_ = 0;
        if (patience_ > moment) patience_ /= 2;
    }

    /// Set when one has woken.
    event& somebody_woke() noexcept { return woke_; }
    std::optional<guest> next_awake() {
        woke_.clear();
        if (awake_.empty()) return std::nullopt;
        std::unique_ptr<sleeper> who(&awake_.pop_front());
        --size_;
        return std::move(who->what);
    }

    /// Closes the connection that has slept longest. False: there is none.
    bool make_room() noexcept {
        if (asleep_.empty()) return false;
        close(asleep_.front());
        return true;
    }
    /// The server stops: who was heard less than `last_chance` ago wakes, the others are closed.
    void stop(std::chrono::nanoseconds last_chance) noexcept {
        open_ = false;
        while (!asleep_.empty()) {
            sleeper& each = asleep_.front();
            if (silence_of(each) >= last_chance)
                close(each);
            else
                wake(each);
        }
    }

private:
    class sleeper final : public list_node, public os::watcher {
    public:
        sleeper(dormitory& in, guest&& one) : what(std::move(one)), in_(in) {}
        guest what;

    private:
        void on_ready(os::readiness now) noexcept override {
            if (now.readable || now.hangup || now.error) in_.wake(*this);
        }
        dormitory& in_;
    };
    struct close_due {
        dormitory& of;
        void operator()() const noexcept { of.close_all_due(); }
    };

    std::chrono::nanoseconds silence_of(const sleeper& who) const noexcept {
        return reactor_.turn_time() - (who.what.due - keep_alive_);
    }
    void wake(sleeper& who) noexcept {
        if (silence_of(who) < longest_moment) {
            sound_ = 0;
            patience_ = patience_ * 2 < longest_moment ? patience_ * 2 : longest_moment;
        }
        reactor_.poller().forget(who.what.socket.get(), who);
        awake_.push_back(who);
        woke_.set();
    }
    void close(sleeper& who) noexcept {
        drop(who);
        counts_.connections_closed.add();
        admission_.connection_ends();
    }
    void drop(sleeper& who) noexcept {
        std::unique_ptr<sleeper> gone(&who);
        reactor_.poller().forget(who.what.socket.get(), who);
        --size_;
    }
    void close_all_due() noexcept {
        while (!asleep_.empty() && asleep_.front().what.due <= reactor_.turn_time()) close(asleep_.front());
        if (!asleep_.empty()) next_due_.set_at(asleep_.front().what.due);
    }

    loop::reactor& reactor_;
    admission& admission_;
    loop_counts& counts_;
    std::chrono::nanoseconds keep_alive_;
    std::chrono::nanoseconds patience_ = moment;
    unsigned sound_ = 0;  // so many have been laid down since one woke soon
    bool open_ = false;
    std::size_t size_ = 0;
    os::time_point next_look_{};
    intrusive_list<sleeper> asleep_;  // who came first is due first
    intrusive_list<sleeper> awake_;
    event woke_;
    loop::deadline<close_due> next_due_;
};

}  // namespace coracle::server
