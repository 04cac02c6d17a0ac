// channel<T>: a bounded queue between tasks. asyncio.Queue with an end.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/intrusive_list.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <stdexcept>
#include <utility>

namespace coracle {

/// Thrown by send() when the channel is, or becomes, closed: the item was not taken.
class channel_closed : public std::runtime_error {
public:
    channel_closed() : std::runtime_error("the channel is closed: nothing can be sent any more") {}
};

/// Any number of senders and receivers of one loop; items and waiters are served first come, first served.
/// `capacity` items wait inside; with 0 a sender waits until a receiver takes its item. Outlives its waiters.
/// cost: no allocation per waiter.
template <class T>
class channel {
public:
    explicit channel(std::size_t capacity = 0) : capacity_(capacity) {}
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;

    class [[nodiscard("write co_await before send()")]] sender final : public async::operation {
    public:
        sender(channel& to, T item) : channel_(to), item_(std::move(item)) {}
        bool await_ready() const noexcept { return false; }
        bool await_suspend(async::caller waiting) {
            if (refused()) return declined(waiting);
            if (channel_.closed_) {
                rejected_ = true;
                return false;
            }
            if (channel_.accept(item_)) return done_at_once(waiting);
            park(waiting);
            channel_.senders_.push_back(*this);
            return true;
        }
        void cancel() noexcept override { finish_cancelled(); }
        void await_resume() const {
            throw_if_cancelled();
            if (rejected_) throw channel_closed();
        }

    private:
        friend class channel;
        channel& channel_;
        T item_;
        bool rejected_ = false;
    };

    class [[nodiscard("write co_await before receive()")]] receiver final : public async::operation {
    public:
        explicit receiver(channel& from) noexcept : channel_(from) {}
        bool await_ready() const noexcept { return false; }
        bool await_suspend(async::caller waiting) {
            if (refused()) return declined(waiting);
            if (channel_.give(item_) || channel_.closed_) return done_at_once(waiting);
            park(waiting);
            channel_.receivers_.push_back(*this);
            return true;
        }
        void cancel() noexcept override { finish_cancelled(); }
        std::optional<T> await_resume() {
            throw_if_cancelled();
            return std::move(item_);
        }

    private:
        friend class channel;
        channel& channel_;
        std::optional<T> item_;
    };

    /// Waits for room. Error: channel_closed.
    sender send(T item) { return sender(*this, std::move(item)); }
    /// Waits for an item. Nothing once the channel is closed and empty.
    receiver receive() noexcept { return receiver(*this); }

    /// False, and `item` untouched, when a send would wait or the channel is closed.
    bool try_send(T& item) { return !closed_ && accept(item); }
    bool try_send(T&& item) { return try_send(item); }
    /// Nothing when a receive would wait.
    std::optional<T> try_receive() {
        std::optional<T> item;
        give(item);
        return item;
    }

    /// No item is taken any more; what is inside can still be received. Wakes: all receivers, with nothing, and all
    /// waiting senders, with channel_closed.
    void close() noexcept {
        closed_ = true;
        while (!receivers_.empty()) receivers_.front().finish();
        while (!senders_.empty()) {
            sender& waiting = senders_.front();
            waiting.rejected_ = true;
            waiting.finish();
        }
    }
    bool closed() const noexcept { return closed_; }
    std::size_t size() const noexcept { return items_.size(); }
    std::size_t capacity() const noexcept { return capacity_; }

private:
    bool accept(T& item) {
        if (!receivers_.empty()) {
            receiver& waiting = receivers_.front();
            waiting.item_.emplace(std::move(item));
            waiting.finish();
            return true;
        }
        if (items_.size() >= capacity_) return false;
        items_.push_back(std::move(item));
        return true;
    }
    bool give(std::optional<T>& to) {
        if (!items_.empty()) {
            to.emplace(std::move(items_.front()));
            items_.pop_front();
            if (!senders_.empty()) {
                items_.push_back(std::move(senders_.front().item_));
                senders_.front().finish();
            }
            return true;
        }
        if (senders_.empty()) return false;
        to.emplace(std::move(senders_.front().item_));
        senders_.front().finish();
        return true;
    }

    std::size_t capacity_;
    bool closed_ = false;
    std::deque<T> items_;
    intrusive_list<sender> senders_;
    intrusive_list<receiver> receivers_;
};

}  // namespace coracle
