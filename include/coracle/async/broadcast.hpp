// broadcast<T>: every subscriber gets every item. tokio::sync::broadcast, with a choice of what to do about slow ones.
#pragma once

#include <coracle/async/channel.hpp>
#include <coracle/async/subscription.hpp>
#include <coracle/async/waiter.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace coracle {

/// What happens to an item when the slowest subscriber of a broadcast has as many to read as may be stored.
enum class when_slow {
    wait,         ///< the senders wait for it
    drop_oldest,  ///< the slowest miss the oldest item, and subscription::missed() tells them
    drop_newest,  ///< all miss the new item, and subscription::missed() tells them
    close         ///< the subscriptions of the slowest end, and subscription::too_slow() tells them
};

/// `broadcast<tick> prices(64, when_slow::drop_oldest); auto mine = prices.subscribe();` For tasks of one loop. An item
/// that nobody subscribed to is sent, and gone. Waiting senders are served first come, first served. When it goes it
/// is closed, and its subscriptions end with all that they have not read.
/// cost: no allocation per item and waiter, once the ring is as large as it gets; an item is stored once, and freed
/// when all have read it. Each subscriber gets a copy: broadcast std::shared_ptr<const T> when that is dear.
template <class T>
class broadcast final : async::feed<T> {
public:
    /// error: std::logic_error for a capacity of 0.
    explicit broadcast(std::size_t capacity, when_slow policy = when_slow::wait)
        : capacity_(capacity), policy_(policy) {
        static_assert(
            std::is_copy_constructible_v<T>,
            "each subscriber of a broadcast gets a copy of the item; broadcast std::shared_ptr<const T> instead");
        if (capacity == 0)
            throw std::logic_error(
                "coracle: a broadcast with a capacity of 0 could not keep an item until it is read; give it at least "
                "1, "
                "or the largest burst that a subscriber may fall behind");
    }
    broadcast(const broadcast&) = delete;
    broadcast& operator=(const broadcast&) = delete;
    ~broadcast() {
        close();
        this->dismiss(everything, false);
    }

    /// Sends an item that stands elsewhere, and leaves it untouched when it is cancelled, refused or not chosen.
    class [[nodiscard("write co_await before send_from()")]] sender : public async::waiter {
    public:
        sender(broadcast& to, T& item) noexcept : to_(to), item_(item) {}
        bool await_ready() { return may_attempt() && sender::attempt(); }
        void await_resume() const {
            throw_if_cancelled();
            if (rejected_) throw channel_closed();
            if (failure_) std::rethrow_exception(failure_);
        }

    private:
        friend class broadcast;
        bool attempt() override {
            if (to_.closed()) return rejected_ = true;
            if (to_.must_wait()) return false;
            to_.put(item_);
            return true;
        }
        void line_up() noexcept override { stand_in(to_.senders_); }

        broadcast& to_;
        T& item_;
        bool rejected_ = false;
        std::exception_ptr failure_;  // what its item threw when it was moved in, after waiting
    };

    /// The same with the item in it.
    class [[nodiscard("write co_await before send()")]] owning_sender final : public sender {
    public:
        owning_sender(broadcast& to, T item) : sender(to, own_), own_(std::move(item)) {}

    private:
        T own_;
    };

    /// Waits for room, with when_slow::wait; else it is done at once. The item of a sender that is destroyed after its
    /// turn came has been sent. error: channel_closed; what moving the item throws, and then nobody gets it.
    owning_sender send(T item) { return owning_sender(*this, std::move(item)); }
    /// The same, and moves out of `item` only when it is sent: for select, and for whoever wants it back.
    sender send_from(T& item) noexcept { return sender(*this, item); }
    /// False, and `item` untouched, when a send would wait, when all miss it (drop_newest), or when it is closed.
    bool try_send(T& item) { return !closed() && !must_wait() && put(item); }
    bool try_send(T&& item) { return try_send(item); }

    /// To all that is sent from here on. To a closed one: a subscription that has ended. error: std::bad_alloc.
    subscription<T> subscribe() { return this->admit(); }
    std::size_t subscribers() const noexcept { return this->items_.readers(); }

    /// No item is taken any more; what is stored can still be received. Wakes: who waits to receive, with nothing, and
    /// who waits to send, with channel_closed.
    void close() noexcept {
        this->end();
        while (!senders_.empty()) {
            senders_.front().rejected_ = true;
            senders_.front().happened();
        }
    }
    bool closed() const noexcept { return this->closed_; }
    /// How many items are stored: as many as the slowest subscriber has to read.
    std::size_t size() const noexcept { return this->items_.size(); }
    std::size_t capacity() const noexcept { return capacity_; }

private:
    static constexpr std::uint64_t everything = static_cast<std::uint64_t>(-1);

    bool full() const noexcept { return size() >= capacity_; }
    bool must_wait() const noexcept { return policy_ == when_slow::wait && full(); }
    /// False: all miss it. in: !must_wait().
    bool put(T& item) {
        if (policy_ == when_slow::drop_newest && full()) {
            this->items_.skip();
            return false;
        }
        this->items_.push(item);
        if (size() > capacity_) {
            if (policy_ == when_slow::close)
                this->dismiss(this->items_.oldest(), true);
            else
                this->items_.drop_oldest();
        }
        this->wake();
        return true;
    }
    // A sender is told before the receivers are: it may be a case of a choice of which one of these is another case.
    void room_made() noexcept override {
        bool any = false;
        while (!senders_.empty() && !full()) {
            sender& next = senders_.front();
            try {
                this->items_.push(next.item_);
                any = true;
            } catch (...) {
                next.failure_ = std::current_exception();
            }
            next.happened();
        }
        if (any) this->wake();
    }

    std::size_t capacity_;
    when_slow policy_;
    async::waiting_line<sender> senders_;
};

}  // namespace coracle
