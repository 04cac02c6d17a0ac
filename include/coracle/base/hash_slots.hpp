// hash_slots<K, T>: a hash table whose items keep their index until they are taken out. Its caller brings the hash.
#pragma once

#include <coracle/base/assert.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace coracle {

/// Items by key. Found by anything that a K compares with, in chains as long as the hashes are bad: for keys that
/// others choose, use a keyed hash (siphash). Holds as much memory as it ever needed. At most 2^32 - 2 items.
template <class K, class T>
class hash_slots {
public:
    using index = std::uint32_t;
    static constexpr index none = static_cast<index>(-1);
    struct item {
        K key;
        T value;
    };

    std::size_t size() const noexcept { return size_; }
    item& operator[](index at) noexcept {
        CORACLE_ASSERT(slots_[at].held);
        return *slots_[at].held;
    }
    std::uint64_t hash_of(index at) const noexcept { return slots_[at].hash; }

    /// Its index, or `none`.
    template <class Q>
    index find(std::uint64_t hash, const Q& key) const {
        if (heads_.empty()) return none;
        for (index at = heads_[bucket_of(hash)]; at != none; at = slots_[at].next)
            if (slots_[at].hash == hash && slots_[at].held->key == key) return at;
        return none;
    }
    /// in: a key that is not there. error: std::bad_alloc, and what moving a K or T throws; nothing has changed then.
    index insert(std::uint64_t hash, K key, T value) {
        if (size_ >= heads_.size()) spread_out();
        if (free_ == none) {
            CORACLE_ASSERT(slots_.size() < none);
            slots_.emplace_back().next = free_;
            free_ = static_cast<index>(slots_.size() - 1);
        }
        index at = free_;
        slot& into = slots_[at];
        into.held.emplace(item{std::move(key), std::move(value)});
        free_ = into.next;
        into.hash = hash;
        into.next = std::exchange(heads_[bucket_of(hash)], at);
        ++size_;
        return at;
    }
    item take(index at) {
        slot& from = slots_[at];
        item taken = std::move(*from.held);
        index* link = &heads_[bucket_of(from.hash)];
        while (*link != at) link = &slots_[*link].next;
        *link = from.next;
        from.held.reset();
        from.next = std::exchange(free_, at);
        --size_;
        return taken;
    }
    /// Calls f(index) for each; f may take out the one that it is given.
    template <class F>
    void for_each(F&& f) {
        for (index at = 0; at < slots_.size(); ++at)
            if (slots_[at].held) f(at);
    }

private:
    struct slot {
        std::uint64_t hash = 0;
        index next = none;  // in its chain, or of the free ones
        std::optional<item> held{};
    };

    std::size_t bucket_of(std::uint64_t hash) const noexcept {
        return static_cast<std::size_t>(hash) & (heads_.size() - 1);
    }
    [[gnu::noinline]] void spread_out() {
        std::vector<index> wider(heads_.empty() ? 8 : heads_.size() * 2, none);
        heads_.swap(wider);
        for_each([this](index at) { slots_[at].next = std::exchange(heads_[bucket_of(slots_[at].hash)], at); });
    }

    std::vector<index> heads_;  // a power of two
    std::vector<slot> slots_;
    index free_ = none;
    std::size_t size_ = 0;
};

}  // namespace coracle
