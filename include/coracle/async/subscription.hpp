// subscription<T>: what a task receives the items of a broadcast with, and async::feed, the side that it reads from.
#pragma once

#include <coracle/async/shared_ring.hpp>
#include <coracle/async/waiter.hpp>
#include <coracle/base/intrusive_list.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace coracle {

template <class T>
class subscription;

namespace async {

/// Items that subscriptions read, each of them all. Wakes one waiter of a subscription for each item that it has to
/// read; the item stays where it is until that one runs.
template <class T>
class feed {
public:
    class reader;
    class receiver;

protected:
    feed() noexcept = default;
    ~feed() = default;

    /// Called when an item has gone: whoever waits for that sends.
    virtual void room_made() noexcept = 0;

    /// After a push, or the end.
    void wake() noexcept {
        intrusive_list<reader> told;
        told.splice_back(hopeful_);
        while (!told.empty()) told.pop_front().serve();
    }
    void end() noexcept {
        closed_ = true;
        wake();
    }
    /// Ends the subscriptions that have not read the item at `index`; these are all, if it is yet to come.
    void dismiss(std::uint64_t index, bool too_slow) noexcept {
        intrusive_list<reader> dismissed;
        auto leaves = [&](reader& each) {
            if (items_.has_read(each.at_, index)) return;
            each.depart();
            each.too_slow_ = too_slow;
            dismissed.push_back(each);
        };
        idle_.for_each(leaves);
        hopeful_.for_each(leaves);
        while (!dismissed.empty()) dismissed.pop_front().serve();
    }
    /// error: std::bad_alloc.
    subscription<T> admit() {
        auto* added = new reader(*this);
        idle_.push_back(*added);
        return subscription<T>(*added);
    }

    shared_ring<T> items_;
    bool closed_ = false;

private:
    intrusive_list<reader> idle_;
    intrusive_list<reader> hopeful_;  // those with waiters, in the order in which they began to wait
};

/// One subscription's place in the feed. Lives until its subscription and all who were promised an item are gone.
template <class T>
class feed<T>::reader final : public list_node {
public:
    explicit reader(feed& of) noexcept : of_(&of), at_(of.items_.join()) {}

    const typename shared_ring<T>::place& at() const noexcept { return at_; }
    std::size_t unread() const noexcept { return of_ ? of_->items_.unread(at_) : 0; }
    bool too_slow() const noexcept { return too_slow_; }
    bool ended() const noexcept { return !of_ || (of_->closed_ && unread() == 0); }

    /// Promises one of the unread items to the caller, who calls take() or hand_back().
    bool promise() noexcept {
        if (unread() <= promised_) return false;
        ++promised_;
        return true;
    }
    void take(std::optional<T>& into) {
        if (of_ && of_->items_.read(at_, into)) of_->room_made();
        hand_back();
    }
    void hand_back() noexcept {
        --promised_;
        serve();
        release();
    }
    void subscription_gone() noexcept {
        owned_ = false;
        feed* of = of_;
        if (of) depart();
        serve();
        if (of) of->room_made();
        release();
    }
    /// The end is reached: what was skipped before it counts.
    void reach_end() noexcept {
        if (of_) of_->items_.reach_end(at_);
    }

private:
    friend class feed;
    void depart() noexcept {
        unlink();
        std::exchange(of_, nullptr)->items_.leave(at_);
    }
    void serve() noexcept {
        while (!waiting_.empty()) {
            receiver& next = waiting_.front();
            if (promise())
                next.promised_ = true;
            else if (ended())
                reach_end();
            else
                break;
            next.happened();
        }
        if (of_) (waiting_.empty() ? of_->idle_ : of_->hopeful_).push_back(*this);
    }
    void release() noexcept {
        if (!owned_ && promised_ == 0) delete this;
    }

    feed* of_;  // null: ended before its time
    typename shared_ring<T>::place at_;
    std::size_t promised_ = 0;
    bool owned_ = true;
    bool too_slow_ = false;
    waiting_line<receiver> waiting_;
};

/// The awaiter of receive(). Uses its reader only while it stands in line or has a promise.
template <class T>
class [[nodiscard("write co_await before receive()")]] feed<T>::receiver final : public waiter {
public:
    explicit receiver(reader* from) noexcept : from_(from) {}
    ~receiver() {
        leave();
        if (promised_) from_->hand_back();
    }
    bool await_ready() noexcept { return may_attempt() && attempt(); }
    std::optional<T> await_resume() {
        throw_if_cancelled();
        std::optional<T> item;
        if (promised_) {
            from_->take(item);
            promised_ = false;
        }
        return item;
    }
    std::optional<T> take_at_once() {
        attempt();
        return await_resume();
    }

private:
    friend class feed;
    bool attempt() noexcept override {
        if (!from_) return true;
        if (from_->promise()) return promised_ = true;
        if (!from_->ended()) return false;
        from_->reach_end();
        return true;
    }
    void line_up() noexcept override {
        if (from_->waiting_.empty()) from_->of_->hopeful_.push_back(*from_);
        stand_in(from_->waiting_);
    }
    void left_line() noexcept override {
        if (from_->of_ && from_->waiting_.empty()) from_->of_->idle_.push_back(*from_);
    }

    reader* from_;
    bool promised_ = false;
};

}  // namespace async

/// Receives each item that a broadcast<T> was sent since it subscribed: `while (auto item = co_await s.receive())`.
/// Unsubscribes when it goes. It may be moved, also while somebody waits with it, and its broadcast may go before it.
/// Tasks may share one: each item goes to one of them, first come, first served. cost: one allocation when it begins.
template <class T>
class [[nodiscard("it unsubscribes when this goes: give it a name")]] subscription {
public:
    using receiver = typename async::feed<T>::receiver;

    /// To none: it has ended.
    subscription() noexcept = default;
    subscription(subscription&& other) noexcept : reader_(std::exchange(other.reader_, nullptr)) {}
    subscription& operator=(subscription&& other) noexcept {
        if (this != &other) {
            unsubscribe();
            reader_ = std::exchange(other.reader_, nullptr);
        }
        return *this;
    }
    ~subscription() { unsubscribe(); }

    /// Waits for an item. Nothing once the broadcast is closed and all is read, or when this was ended for being slow.
    /// The item is read when the task goes on: one that is destroyed before that leaves it to the next receive().
    /// error: what T's copy throws, and then the next receive() gets that item. cost: a copy, but the last to read an
    /// item is given it by a move that cannot throw.
    receiver receive() noexcept { return receiver(reader_); }
    /// Nothing when a receive would wait, or would give nothing.
    std::optional<T> try_receive() {
        receiver now(reader_);
        return now.take_at_once();
    }

    /// How many items were dropped, for it alone or for all, just before what it received last; or before the end,
    /// once it has received nothing.
    std::uint64_t missed() const noexcept { return reader_ ? reader_->at().missed() : 0; }
    std::uint64_t missed_in_all() const noexcept { return reader_ ? reader_->at().missed_in_all() : 0; }
    /// Ended by when_slow::close; what it had not read by then it has missed.
    bool too_slow() const noexcept { return reader_ && reader_->too_slow(); }
    /// There is nothing to receive, and never will be.
    bool ended() const noexcept { return !reader_ || reader_->ended(); }
    /// How many items wait for it.
    std::size_t unread() const noexcept { return reader_ ? reader_->unread() : 0; }

    /// Ends it now. Wakes: who waits with it, with nothing.
    void unsubscribe() noexcept {
        if (reader_) std::exchange(reader_, nullptr)->subscription_gone();
    }

private:
    friend class async::feed<T>;
    explicit subscription(typename async::feed<T>::reader& from) noexcept : reader_(&from) {}
    typename async::feed<T>::reader* reader_ = nullptr;
};

}  // namespace coracle
