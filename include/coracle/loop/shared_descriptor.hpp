// shared_descriptor: a descriptor for whose readiness any number of jobs may wait, first come, first served.
// The manners of loop/descriptor, which has one owner for each direction and costs less.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/poller.hpp>

#include <system_error>
#include <utility>

namespace coracle::loop {

// Facts: an edge wakes the first waiter only; when its attempt has succeeded it wakes the next, since more may be
// there. Who is woken and then cancelled passes the turn on. Who comes while others wait queues behind them.

/// Owns a non-blocking file descriptor. Stays where it is while it is open.
class shared_descriptor final : os::watcher {
public:
    /// Of the current reactor. Error: std::system_error when the kernel refuses to watch it.
    explicit shared_descriptor(os::file_descriptor fd) : fd_(std::move(fd)), reactor_(reactor::current()) {
        result<void> watched = reactor_.poller().watch(fd_.get(), *this);
        if (!watched) throw std::system_error(watched.error(), "coracle: watching a file descriptor");
    }
    shared_descriptor(const shared_descriptor&) = delete;
    shared_descriptor& operator=(const shared_descriptor&) = delete;
    ~shared_descriptor() { close(); }

    int get() const noexcept { return fd_.get(); }
    bool is_open() const noexcept { return static_cast<bool>(fd_); }
    reactor& home() const noexcept { return reactor_; }

    /// Wakes: all who wait here, with what an attempt on the descriptor -1 gives (EBADF).
    void close() noexcept {
        if (!fd_) return;
        reactor_.poller().forget(fd_.get(), *this);
        fd_.reset();
        for (side& each : sides_) {
            each.promising = true;  // the next call finds out at once
            if (attempter* first = std::exchange(each.trying, nullptr)) first->closed();
            while (!each.waiters.empty()) each.waiters.front().closed();
        }
    }

    /// Awaits until the attempt returns true: it makes the system call and keeps what came of it; false means that the
    /// call would block. It is called at once when nobody else waits, and then after edges, right before the coroutine
    /// goes on. in: a callable that takes the descriptor's number and throws nothing; -1 must not make it wait.
    /// error: `cancelled`. The value of the co_await is attempt.result().
    template <class Attempt>
    class [[nodiscard("write co_await before it")]] operation;

    template <class Attempt>
    operation<Attempt> until(direction which, Attempt attempt) {
        return operation<Attempt>(*this, which, std::move(attempt));
    }

private:
    class attempter : public async::operation {
    public:
        void woken() noexcept { try_again(); }
        virtual void closed() noexcept = 0;

    protected:
        ~attempter() = default;
    };
    struct side {
        intrusive_list<attempter> waiters;
        attempter* trying = nullptr;  // woken, stands in the ready queue
        bool promising = true;        // nothing said yet that a call would block
    };

    side& at(direction which) noexcept { return sides_[static_cast<unsigned>(which)]; }

    void on_ready(os::readiness now) noexcept override {
        bool both = now.hangup || now.error;
        if (now.readable || both) promise(at(direction::in));
        if (now.writable || both) promise(at(direction::out));
    }
    static void promise(side& on) noexcept {
        on.promising = true;
        wake_next(on);
    }
    static void wake_next(side& on) noexcept {
        if (!on.promising || on.trying || on.waiters.empty()) return;
        on.trying = &on.waiters.pop_front();
        on.trying->woken();
    }

    os::file_descriptor fd_;
    reactor& reactor_;
    side sides_[2];
};

template <class Attempt>
class shared_descriptor::operation final : public shared_descriptor::attempter {
public:
    operation(shared_descriptor& on, direction which, Attempt attempt)
        : which_(which), descriptor_(&on), attempt_(std::move(attempt)) {}
    operation(const operation&) = delete;
    ~operation() { leave(); }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (refused()) {
            descriptor_ = nullptr;  // which may be gone when its turn comes
            return declined(waiting);
        }
        side& mine = descriptor_->at(which_);
        bool alone = !mine.trying && mine.waiters.empty();
        if (alone && mine.promising && may_go_on() && tried()) {
            descriptor_ = nullptr;
            return false;
        }
        park(waiting);
        mine.waiters.push_back(*this);
        wake_next(mine);
        return true;
    }
    auto await_resume() {
        throw_if_cancelled();
        return attempt_.result();
    }
    void cancel() noexcept override {
        leave();
        finish_cancelled();
    }

private:
    bool tried() noexcept {
        bool done = attempt_(descriptor_->get());
        if (!done) descriptor_->at(which_).promising = false;
        return done;
    }
    bool ready() noexcept override {
        if (!descriptor_) return true;
        side& mine = descriptor_->at(which_);
        CORACLE_ASSERT(mine.trying == this);
        if (!tried()) {
            mine.trying = nullptr;
            mine.waiters.push_front(*this);
            return false;
        }
        leave();
        settled();
        return true;
    }
    void closed() noexcept override {
        tried();
        descriptor_ = nullptr;
        unlink();
        finish();
    }
    /// Out of the queue; whoever stands behind has the turn.
    void leave() noexcept {
        shared_descriptor* left = std::exchange(descriptor_, nullptr);
        if (!left) return;
        side& mine = left->at(which_);
        unlink();
        if (mine.trying != this) return;
        mine.trying = nullptr;
        wake_next(mine);
    }

    direction which_;
    shared_descriptor* descriptor_;
    Attempt attempt_;
};

}  // namespace coracle::loop
