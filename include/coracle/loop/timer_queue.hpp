// timer_queue: deadlines in order. Knows no clock: whoever owns it says what time it is.
// A 4-ary heap whose entries know their place: exact, the next deadline in O(1), all else in O(log n).
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/base/random_sequence.hpp>
#include <coracle/os/poller.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace coracle::loop {

class timer_queue;

/// `now + wait`, or the end of time when that is beyond it.
inline os::time_point later(os::time_point now, std::chrono::nanoseconds wait) noexcept {
    return wait > os::time_point::max() - now ? os::time_point::max() : now + wait;
}

/// Something that is due at a time. Leaves its queue when it is destroyed.
class timer {
public:
    timer() noexcept = default;
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;

    bool armed() const noexcept { return queue_ != nullptr; }
    inline void disarm() noexcept;

protected:
    ~timer() { disarm(); }
    /// Called once by timer_queue::fire_due, when it is no longer armed; may arm itself again, for later than `now`.
    virtual void fire(os::time_point now) noexcept = 0;

private:
    friend class timer_queue;
    timer_queue* queue_ = nullptr;
    std::uint32_t place_ = 0;
    std::uint32_t turn_ = 0;  // who was armed first, among those due at the same time
};

/// Timers due at the same time fire in the order in which they were armed.
class timer_queue {
public:
    timer_queue() noexcept = default;
    timer_queue(const timer_queue&) = delete;
    timer_queue& operator=(const timer_queue&) = delete;
    ~timer_queue() {
        for (entry& each : heap_) each.what->queue_ = nullptr;
    }

    std::size_t size() const noexcept { return heap_.size(); }
    std::optional<os::time_point> next() const noexcept {
        if (heap_.empty()) return std::nullopt;
        return heap_.front().due;
    }

    /// Arms `t`, or arms it anew. Error: std::bad_alloc.
    void arm(timer& t, os::time_point due) {
        t.turn_ = next_turn();
        if (t.queue_ == this) {
            heap_[t.place_].due = due;
            settle(t.place_);
            return;
        }
        CORACLE_ASSERT(t.queue_ == nullptr);
        heap_.push_back(entry{due, &t});
        t.queue_ = this;
        rise(heap_.size() - 1);
    }

    void disarm(timer& t) noexcept {
        CORACLE_ASSERT(t.queue_ == this);
        std::size_t hole = t.place_;
        t.queue_ = nullptr;
        entry last = heap_.back();
        heap_.pop_back();
        if (hole == heap_.size()) return;
        put(hole, last);
        settle(hole);
    }

    /// For tests: those due at the same time fire in an order that `seed` decides.
    void shuffle(std::uint64_t seed) noexcept { order_.emplace(seed); }

    /// Fires, earliest first, what is due at `now`; at most as many as are armed when it begins, so that those who arm
    /// one another for the past cannot hold the loop.
    void fire_due(os::time_point now) {
        std::size_t most = heap_.size();
        while (most-- > 0 && !heap_.empty() && heap_.front().due <= now) {
            timer& t = *heap_.front().what;
            disarm(t);
            t.fire(now);
        }
    }

private:
    struct entry {
        os::time_point due;
        timer* what;
    };
    static bool before(const entry& a, const entry& b) noexcept {
        if (a.due != b.due) [[likely]]
            return a.due < b.due;
        return static_cast<std::int32_t>(a.what->turn_ - b.what->turn_) < 0;  // right also after the count wraps
    }
    std::uint32_t next_turn() noexcept {
        if (order_) [[unlikely]]
            return static_cast<std::uint32_t>(order_->below(1u << 31));  // no two are further apart than before() sees
        return ++turns_;
    }
    static constexpr std::size_t fan = 4;

    void put(std::size_t place, entry e) noexcept {
        heap_[place] = e;
        e.what->place_ = static_cast<std::uint32_t>(place);
    }
    void settle(std::size_t place) noexcept {
        if (place > 0 && before(heap_[place], heap_[(place - 1) / fan]))
            rise(place);
        else
            sink(place);
    }
    void rise(std::size_t place) noexcept {
        entry moving = heap_[place];
        while (place > 0) {
            std::size_t parent = (place - 1) / fan;
            if (!before(moving, heap_[parent])) break;
            put(place, heap_[parent]);
            place = parent;
        }
        put(place, moving);
    }
    void sink(std::size_t place) noexcept {
        entry moving = heap_[place];
        for (;;) {
            std::size_t first = place * fan + 1;
            if (first >= heap_.size()) break;
            std::size_t least = first;
            for (std::size_t child = first + 1; child < first + fan && child < heap_.size(); ++child)
                if (before(heap_[child], heap_[least])) least = child;
            if (!before(heap_[least], moving)) break;
            put(place, heap_[least]);
            place = least;
        }
        put(place, moving);
    }

    std::vector<entry> heap_;
    std::uint32_t turns_ = 0;
    std::optional<random_sequence> order_;
};

inline void timer::disarm() noexcept {
    if (queue_) queue_->disarm(*this);
}

}  // namespace coracle::loop
