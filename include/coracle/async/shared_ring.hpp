// shared_ring<T>: a queue that several read, each at its own pace, its items stored once. What broadcast is made of.
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/base/ring.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace coracle::async {

/// An item goes when the last of those has read it who had joined when it came. Items are numbered, also those that are
/// not stored, so that whoever does not get one knows how many it has missed.
template <class T>
class shared_ring {
public:
    /// How far one reader has come.
    class place {
    public:
        /// Between what it read last and the item before.
        std::uint64_t missed() const noexcept { return missed_; }
        std::uint64_t missed_in_all() const noexcept { return missed_in_all_; }

    private:
        friend class shared_ring;
        place(std::uint64_t index, std::uint64_t number) noexcept : next_(index), expected_(number) {}
        void arrives_at(std::uint64_t number) noexcept {
            missed_ = number - expected_;
            missed_in_all_ += missed_;
            expected_ = number;
        }
        std::uint64_t next_;      // the index of the item that it reads next
        std::uint64_t expected_;  // and the number, unless it misses some
        std::uint64_t missed_ = 0;
        std::uint64_t missed_in_all_ = 0;
    };

    std::size_t size() const noexcept { return items_.size(); }
    std::size_t readers() const noexcept { return readers_; }
    /// The index of the oldest item.
    std::uint64_t oldest() const noexcept { return first_; }
    bool has_read(const place& by, std::uint64_t index) const noexcept { return by.next_ > index; }
    std::size_t unread(const place& by) const noexcept { return static_cast<std::size_t>(end() - next_of(by)); }

    place join() noexcept {
        ++readers_;
        return place(end(), number_);
    }
    /// What it has not read, it has missed.
    void leave(place& by) noexcept {
        for (std::uint64_t i = next_of(by); i != end(); ++i) --at(i).left;
        --readers_;
        by.next_ = end();
        by.arrives_at(number_);
        while (size() > 0 && items_.front().left == 0) drop_oldest();
    }

    /// Moves out of `item`, or copies it if its move could throw; drops it when there are no readers.
    /// error: what that throws, and std::bad_alloc; nothing has changed then.
    void push(T& item) {
        if (readers_ > 0) items_.emplace_back(item, readers_, number_);
        ++number_;
    }
    /// Counts an item that nobody will get.
    void skip() noexcept { ++number_; }
    void drop_oldest() noexcept {
        items_.pop_front();
        ++first_;
    }
    /// in: unread(by) > 0. out: true when this made room, since it was the last to read that item, which it got without
    /// a copy. error: what T's copy throws, and then it has not been read.
    bool read(place& by, std::optional<T>& into) {
        CORACLE_ASSERT(unread(by) > 0);
        std::uint64_t index = next_of(by);
        entry& next = at(index);
        if constexpr (std::is_nothrow_move_constructible_v<T>) {
            if (next.left == 1)
                into.emplace(std::move(next.item));
            else
                into.emplace(std::as_const(next.item));
        } else {
            into.emplace(std::as_const(next.item));
        }
        by.arrives_at(next.number);
        ++by.expected_;
        by.next_ = index + 1;
        if (--next.left > 0) return false;
        CORACLE_ASSERT(index == first_);  // whoever had an older one to read would have this one to read as well
        drop_oldest();
        return true;
    }
    /// in: unread(by) == 0, and nothing will come: counts what was skipped last.
    void reach_end(place& by) noexcept { by.arrives_at(number_); }

private:
    struct entry {
        entry(T& from, std::size_t readers, std::uint64_t n)
            : item(std::move_if_noexcept(from)), left(readers), number(n) {}
        entry(entry&&) = default;
        entry(const entry&) = default;
        T item;
        std::size_t left;  // how many have to read it
        std::uint64_t number;
    };

    std::uint64_t end() const noexcept { return first_ + items_.size(); }
    std::uint64_t next_of(const place& by) const noexcept { return by.next_ < first_ ? first_ : by.next_; }
    entry& at(std::uint64_t index) noexcept { return items_[static_cast<std::size_t>(index - first_)]; }

    ring<entry> items_;
    std::size_t readers_ = 0;
    std::uint64_t first_ = 0;
    std::uint64_t number_ = 0;
};

}  // namespace coracle::async
