// descriptor: one open file of the kernel on this loop, watched once, edge-triggered, in both directions.
// Facts: an edge comes when a state changes, so a call is tried first and waited for only after it would block. A read
// that gives less than was asked has emptied the socket, and the next one need not be tried, unless the peer has hung
// up: then the end of the stream is there to be read and no edge will follow.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/poller.hpp>

#include <stdexcept>
#include <system_error>
#include <type_traits>
#include <utility>

namespace coracle::loop {

/// The two ways bytes go.
enum class direction : unsigned char { in, out };

/// Is told of everything that happens on a stream, while it waits for something else.
class edge_watcher {
public:
    /// It may be read or written again, the peer has hung up, or it broke. On the thread of the loop.
    virtual void on_edge() noexcept = 0;

protected:
    ~edge_watcher() = default;
};

/// Owns a non-blocking file descriptor. At most one job waits for each direction. Stays where it is while it is open.
class descriptor final : os::watcher {
public:
    /// Of the current reactor. Error: std::system_error when the kernel refuses to watch it.
    explicit descriptor(os::file_descriptor fd) : fd_(std::move(fd)), reactor_(reactor::current()) {
        result<void> watched = reactor_.poller().watch(fd_.get(), *this);
        if (!watched) throw std::system_error(watched.error(), "coracle: watching a file descriptor");
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() { close(); }

    int get() const noexcept { return fd_.get(); }
    bool is_open() const noexcept { return static_cast<bool>(fd_); }
    reactor& home() const noexcept { return reactor_; }
    /// The peer will send no more; what it has sent may still be unread.
    bool hung_up() const noexcept { return hung_up_; }

    /// Wakes: who waits here, with what an attempt on the descriptor -1 gives (EBADF).
    void close() noexcept {
        if (!fd_) return;
        reactor_.poller().forget(fd_.get(), *this);
        fd_.reset();
        for (side& each : sides_) {
            each.promising = true;  // the next call finds out at once
            if (attempter* waiting = std::exchange(each.waiter, nullptr)) waiting->closed();
        }
    }

    /// Who waits for this direction goes on with what came of its last attempt: that it would block. Nobody: nothing.
    void excuse(direction which) noexcept {
        if (attempter* waiting = std::exchange(at(which).waiter, nullptr)) waiting->excused();
    }
    /// Gives the file away. in: nobody waits here.
    os::file_descriptor release() noexcept {
        CORACLE_ASSERT(!sides_[0].waiter && !sides_[1].waiter);
        if (fd_) reactor_.poller().forget(fd_.get(), *this);
        return std::move(fd_);
    }

    /// Awaits until the attempt returns true: it makes the system call and keeps what came of it; false means that the
    /// call would block. It is called at once, and again after each edge, right before the coroutine goes on, so what
    /// it put into reactor::scratch() is still there.
    /// in: a callable that takes this descriptor, or its number, and throws nothing; -1 must not make it wait.
    /// error: `cancelled`; std::logic_error when another job waits for the same direction.
    /// The value of the co_await is attempt.result() when there is one.
    template <class Attempt>
    class [[nodiscard("write co_await before it")]] operation;

    template <class Attempt>
    operation<Attempt> until(direction which, Attempt attempt) {
        return operation<Attempt>(*this, which, std::move(attempt));
    }

    /// From here on `who` is told too, besides those who wait; null for nobody. At most one.
    void tell(edge_watcher* who) noexcept { told_ = who; }

    /// For attempts: the call took or gave less than it could have, so the next one would block.
    void exhausted(direction which) noexcept {
        if (which == direction::out || !hung_up_) at(which).promising = false;
    }

private:
    class attempter : public async::operation {
    public:
        void woken() noexcept { try_again(); }
        /// The descriptor is -1 now, and is not there any more when the coroutine goes on.
        virtual void closed() noexcept = 0;
        /// The descriptor does not wait for it any more, and is perhaps not there any more when the coroutine goes on.
        virtual void excused() noexcept = 0;

    protected:
        ~attempter() = default;
    };
    struct side {
        attempter* waiter = nullptr;
        bool promising = true;  // a call is worth trying: nothing said yet that it would block
    };

    side& at(direction which) noexcept { return sides_[static_cast<unsigned>(which)]; }

    void on_ready(os::readiness now) noexcept override {
        if (now.hangup || now.error) hung_up_ = true;
        if (now.readable || now.hangup || now.error) promise(at(direction::in));
        if (now.writable || now.error) promise(at(direction::out));
        if (told_) told_->on_edge();
    }
    static void promise(side& on) noexcept {
        on.promising = true;
        if (on.waiter) on.waiter->woken();
    }

    os::file_descriptor fd_;
    bool hung_up_ = false;
    reactor& reactor_;
    edge_watcher* told_ = nullptr;
    side sides_[2];
};

template <class Attempt>
class descriptor::operation final : public descriptor::attempter {
public:
    operation(descriptor& on, direction which, Attempt attempt)
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
        if (mine.waiter)
            throw std::logic_error("coracle: two jobs wait for the same direction of one stream; give it one owner");
        if (mine.promising && may_go_on() && tried()) return false;
        park(waiting);
        mine.waiter = this;
        if (mine.promising) try_again();
        return true;
    }
    auto await_resume() {
        throw_if_cancelled();
        if constexpr (requires { attempt_.result(); }) return attempt_.result();
    }
    void cancel() noexcept override {
        leave();
        finish_cancelled();
    }

private:
    bool tried() noexcept {
        bool done;
        if constexpr (std::is_invocable_v<Attempt&, descriptor&>)
            done = attempt_(*descriptor_);
        else
            done = attempt_(descriptor_->get());
        if (!done) descriptor_->at(which_).promising = false;
        return done;
    }
    bool ready() noexcept override {
        if (descriptor_ && !tried()) return false;
        leave();
        settled();
        return true;
    }
    void closed() noexcept override {
        tried();
        descriptor_ = nullptr;
        finish();
    }
    void excused() noexcept override {
        descriptor_ = nullptr;
        finish();
    }
    void leave() noexcept {
        if (descriptor_ && descriptor_->at(which_).waiter == this) descriptor_->at(which_).waiter = nullptr;
    }

    direction which_;  // stands in the padding of the base
    descriptor* descriptor_;
    Attempt attempt_;
};

}  // namespace coracle::loop
