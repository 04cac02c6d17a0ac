// ring: a queue in one block of memory that grows as it has to. std::deque without its blocks.
#pragma once

#include <coracle/base/assert.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace coracle {

/// First in, first out. Empty it holds no memory until the first push; then as much as it ever needed.
/// error: what T's move throws, and then it is as it was before (as far as std::move_if_noexcept allows).
template <class T>
class ring {
public:
    ring() noexcept = default;
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;
    ~ring() {
        clear();
        if (items_) std::allocator<T>().deallocate(items_, room_);
    }

    bool empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }
    /// The `index`th from the front.
    T& operator[](std::size_t index) noexcept { return items_[(first_ + index) & (room_ - 1)]; }
    T& front() noexcept {
        CORACLE_ASSERT(size_ > 0);
        return items_[first_];
    }
    template <class... A>
    void emplace_back(A&&... arguments) {
        if (size_ == room_) [[unlikely]]
            grow();
        std::construct_at(items_ + ((first_ + size_) & (room_ - 1)), std::forward<A>(arguments)...);
        ++size_;
    }
    void pop_front() noexcept {
        CORACLE_ASSERT(size_ > 0);
        std::destroy_at(items_ + first_);
        first_ = (first_ + 1) & (room_ - 1);
        --size_;
    }
    void clear() noexcept {
        while (size_ > 0) pop_front();
    }

private:
    [[gnu::noinline]] void grow() {
        std::size_t room = room_ == 0 ? 4 : room_ * 2;  // a power of two, so that an index wraps by a mask
        T* items = std::allocator<T>().allocate(room);
        std::size_t moved = 0;
        try {
            for (; moved < size_; ++moved) std::construct_at(items + moved, std::move_if_noexcept((*this)[moved]));
        } catch (...) {
            while (moved > 0) std::destroy_at(items + --moved);
            std::allocator<T>().deallocate(items, room);
            throw;
        }
        std::size_t size = size_;
        clear();
        if (items_) std::allocator<T>().deallocate(items_, room_);
        items_ = items;
        room_ = room;
        first_ = 0;
        size_ = size;
    }

    T* items_ = nullptr;
    std::size_t room_ = 0;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

}  // namespace coracle
