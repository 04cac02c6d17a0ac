// cache_table<K, V>: the items of one part of a ttl_cache: who goes first when it is full, and when time has passed.
// The order of cachetools.TTLCache: first what has expired, then what was used least recently.
#pragma once

#include <coracle/app/cache_statistics.hpp>
#include <coracle/base/hash_slots.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace coracle {

/// No lock and no clock: both are its caller's, who also destroys what it takes out. Times are in nanoseconds.
template <class K, class V>
class cache_table {
public:
    struct entry {
        V value;
        std::int64_t fresh_until;
        std::int64_t gone_at;  ///< not before fresh_until: between the two it is stale
        std::size_t weight;

    private:
        friend class cache_table;
        std::uint32_t older = none;
        std::uint32_t newer = none;
        std::uint32_t place = 0;  // in the heap

    public:
        entry(V what, std::int64_t fresh, std::int64_t gone, std::size_t heavy)
            : value(std::move(what)), fresh_until(fresh), gone_at(gone), weight(heavy) {}
    };
    using slots = hash_slots<K, entry>;
    using index = typename slots::index;
    /// What was taken out, for its caller to destroy where nobody waits for it.
    using removed = std::vector<typename slots::item>;

    explicit cache_table(std::size_t room) : room_(room) {}

    /// Null when it is not there or its time has passed.
    template <class Q>
    entry* find(std::uint64_t hash, const Q& key, std::int64_t now) {
        index at = items_.find(hash, key);
        if (at == none || items_[at].value.gone_at <= now) return nullptr;
        return &items_[at].value;
    }
    /// The same, and it was used now.
    template <class Q>
    entry* use(std::uint64_t hash, const Q& key, std::int64_t now) {
        index at = items_.find(hash, key);
        if (at == none || items_[at].value.gone_at <= now) return nullptr;
        if (newest_ != at) {
            leave_order(at);
            join_order(at);
        }
        return &items_[at].value;
    }
    /// Takes the place of what is under this key, or of what goes first. One that is too heavy, or gone already, is not
    /// kept, and what was under the key goes all the same. error: std::bad_alloc, and what moving throws.
    void put(std::uint64_t hash, K key, entry what, std::int64_t now, removed& out) {
        erase(hash, key, out, now);
        expire(now, some, out);
        if (what.weight > room_ || what.gone_at <= now) return;
        while (weight_ > room_ - what.weight) {
            index first = heap_.front();
            bool expired = items_[first].value.gone_at <= now;
            ++(expired ? counts.expirations : counts.evictions);
            remove(expired ? first : oldest_, out);
        }
        std::size_t weight = what.weight;
        index at = items_.insert(hash, std::move(key), std::move(what));
        try {
            heap_.push_back(at);
        } catch (...) {
            items_.take(at);
            throw;
        }
        weight_ += weight;
        join_order(at);
        rise(heap_.size() - 1);
    }
    /// out: whether it was there, and its time had not passed.
    template <class Q>
    bool erase(std::uint64_t hash, const Q& key, removed& out, std::int64_t now) {
        index at = items_.find(hash, key);
        if (at == none) return false;
        bool there = items_[at].value.gone_at > now;
        if (!there) ++counts.expirations;
        remove(at, out);
        return there;
    }
    template <class Predicate>
    std::size_t erase_if(Predicate&& goes, std::int64_t now, removed& out) {
        std::size_t count = 0;
        items_.for_each([&](index at) {
            const auto& [key, what] = items_[at];
            if (what.gone_at <= now || !goes(key, what.value)) return;
            remove(at, out);
            ++count;
        });
        return count;
    }
    void clear(removed& out) {
        items_.for_each([&](index at) { remove(at, out); });
    }
    /// Takes out what has expired, as many as that at most. out: whether all of it is out.
    bool expire(std::int64_t now, std::size_t most, removed& out) {
        for (; !heap_.empty() && items_[heap_.front()].value.gone_at <= now; --most) {
            if (most == 0) return false;
            ++counts.expirations;
            remove(heap_.front(), out);
        }
        return true;
    }
    /// Also what has expired and nobody has taken out yet.
    std::size_t size() const noexcept { return items_.size(); }
    std::size_t weight() const noexcept { return weight_; }

    cache_statistics counts;

private:
    static constexpr std::uint32_t none = hash_slots<K, int>::none;
    static constexpr std::size_t some = 16;  // so that a mass that expires at once is no pause for whoever comes next

    void remove(index at, removed& out) {
        leave_order(at);
        leave_heap(items_[at].value.place);
        weight_ -= items_[at].value.weight;
        out.push_back(items_.take(at));
    }

    // From the least to the most recently used.
    void join_order(index at) noexcept {
        entry& one = items_[at].value;
        one.older = newest_;
        one.newer = none;
        (newest_ == none ? oldest_ : items_[newest_].value.newer) = at;
        newest_ = at;
    }
    void leave_order(index at) noexcept {
        entry& one = items_[at].value;
        (one.older == none ? oldest_ : items_[one.older].value.newer) = one.newer;
        (one.newer == none ? newest_ : items_[one.newer].value.older) = one.older;
    }

    // A heap: what is gone first is in front.
    std::int64_t time_at(std::size_t place) noexcept { return items_[heap_[place]].value.gone_at; }
    void put_at(std::size_t place, index what) noexcept {
        heap_[place] = what;
        items_[what].value.place = static_cast<std::uint32_t>(place);
    }
    void rise(std::size_t place) noexcept {
        index what = heap_[place];
        std::int64_t time = time_at(place);
        for (; place > 0 && time_at((place - 1) / 2) > time; place = (place - 1) / 2)
            put_at(place, heap_[(place - 1) / 2]);
        put_at(place, what);
    }
    void sink(std::size_t place) noexcept {
        index what = heap_[place];
        std::int64_t time = time_at(place);
        for (std::size_t below = 2 * place + 1; below < heap_.size(); below = 2 * place + 1) {
            if (below + 1 < heap_.size() && time_at(below + 1) < time_at(below)) ++below;
            if (time_at(below) >= time) break;
            put_at(place, heap_[below]);
            place = below;
        }
        put_at(place, what);
    }
    void leave_heap(std::size_t place) noexcept {
        index last = heap_.back();
        heap_.pop_back();
        if (place == heap_.size()) return;
        put_at(place, last);
        rise(place);
        sink(items_[last].value.place);
    }

    slots items_;
    std::vector<index> heap_;
    std::size_t room_;
    std::size_t weight_ = 0;
    index oldest_ = none;
    index newest_ = none;
};

}  // namespace coracle
