// channel<T>: a bounded queue between tasks. asyncio.Queue with an end.
#pragma once

#include <coracle/async/waiter.hpp>
#include <coracle/base/ring.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace coracle {

/// Thrown by send() when the channel is, or becomes, closed: the item was not taken.
class channel_closed : public std::runtime_error {
public:
    channel_closed() : std::runtime_error("the channel is closed: nothing can be sent any more") {}
};

/// Any number of senders and receivers of one loop; items and waiters are served first come, first served.
/// `capacity` items wait inside; with 0 a sender waits until a receiver takes its item. Outlives its waiters.
/// An item that was handed to a receiver has been received, and goes with it if its coroutine is destroyed then.
/// For asyncio's join(): close() the channel and join the task_group of its receivers.
/// cost: no allocation per waiter.
template <class T>
class channel {
public:
    /// A capacity at which a send never waits.
    static constexpr std::size_t unbounded = static_cast<std::size_t>(-1);

    explicit channel(std::size_t capacity = 0) : capacity_(capacity) {}
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;

    /// Sends an item that stands elsewhere, and leaves it untouched when it is cancelled, refused or not chosen.
    class [[nodiscard("write co_await before send_from()")]] sender : public async::waiter {
    public:
        sender(channel& to, T& item) noexcept : channel_(to), item_(item) {}
        bool await_ready() { return may_attempt() && sender::attempt(); }
        void await_resume() const {
            throw_if_cancelled();
            if (rejected_) throw channel_closed();
            if constexpr (!std::is_nothrow_move_constructible_v<T>)
                if (failure_) std::rethrow_exception(failure_);
        }

    private:
        friend class channel;
        struct nothing {};
        bool attempt() override {
            if (channel_.closed_) return rejected_ = true;
            return channel_.accept(item_);
        }
        void line_up() noexcept override { stand_in(channel_.senders_); }

        channel& channel_;
        T& item_;
        bool rejected_ = false;
        // What its item threw when it was moved in, after waiting.
        [[no_unique_address]] std::conditional_t<std::is_nothrow_move_constructible_v<T>, nothing, std::exception_ptr>
            failure_;
    };

    /// The same with the item in it.
    class [[nodiscard("write co_await before send()")]] owning_sender final : public sender {
    public:
        owning_sender(channel& to, T item) : sender(to, own_), own_(std::move(item)) {}

    private:
        T own_;
    };

    class [[nodiscard("write co_await before receive()")]] receiver final : public async::waiter {
    public:
        explicit receiver(channel& from) noexcept : channel_(from) {}
        bool await_ready() { return may_attempt() && attempt(); }
        std::optional<T> await_resume() {
            throw_if_cancelled();
            return std::move(item_);
        }

    private:
        friend class channel;
        bool attempt() override { return channel_.give(item_) || channel_.closed_; }
        void line_up() noexcept override { stand_in(channel_.receivers_); }

        channel& channel_;
        std::optional<T> item_;
    };

    /// Waits for room. error: channel_closed; what moving the item throws.
    owning_sender send(T item) { return owning_sender(*this, std::move(item)); }
    /// The same, and moves out of `item` only when it is sent: for select, and for whoever wants it back.
    sender send_from(T& item) noexcept { return sender(*this, item); }
    /// Waits for an item. Nothing once the channel is closed and empty. error: what moving the item throws.
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
        while (!receivers_.empty()) receivers_.front().happened();
        while (!senders_.empty()) {
            sender& waiting = senders_.front();
            waiting.rejected_ = true;
            waiting.happened();
        }
    }
    /// close(), and what is inside is dropped. asyncio's shutdown(immediate=True).
    void close_now() noexcept {
        close();
        items_.clear();
    }
    bool closed() const noexcept { return closed_; }
    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }
    /// Nothing more fits in: a send waits, unless a receiver does.
    bool full() const noexcept { return items_.size() >= capacity_; }
    std::size_t capacity() const noexcept { return capacity_; }

private:
    bool accept(T& item) {
        if (!receivers_.empty()) {
            receiver& waiting = receivers_.front();
            waiting.item_.emplace(std::move(item));
            waiting.happened();
            return true;
        }
        if (full()) return false;
        items_.emplace_back(std::move(item));
        return true;
    }
    bool give(std::optional<T>& to) {
        if (!items_.empty()) {
            to.emplace(std::move(items_.front()));
            items_.pop_front();
            if (!senders_.empty()) [[unlikely]]
                move_up();
            return true;
        }
        if (senders_.empty()) return false;
        sender& waiting = senders_.front();
        to.emplace(std::move(waiting.item_));
        waiting.happened();
        return true;
    }
    // The first waiting sender's item takes the room; one that cannot be moved is its sender's failure.
    void move_up() {
        while (!senders_.empty() && !full()) {
            sender& waiting = senders_.front();
            if constexpr (std::is_nothrow_move_constructible_v<T>) {
                items_.emplace_back(std::move(waiting.item_));
            } else {
                try {
                    items_.emplace_back(std::move(waiting.item_));
                } catch (...) {
                    waiting.failure_ = std::current_exception();
                }
            }
            waiting.happened();
        }
    }

    std::size_t capacity_;
    bool closed_ = false;
    ring<T> items_;
    async::waiting_line<sender> senders_;
    async::waiting_line<receiver> receivers_;
};

}  // namespace coracle
