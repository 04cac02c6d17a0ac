// byte_buffer: bytes in at the back, out at the front. The only buffer type; responses are written straight into it.
#pragma once

#include <coracle/base/assert.hpp>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace coracle {

/// A growing, contiguous run of bytes. Empty buffers own no memory. Views into it end with the next append.
class byte_buffer {
public:
    byte_buffer() noexcept = default;
    byte_buffer(byte_buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)),
          begin_(std::exchange(other.begin_, 0)),
          end_(std::exchange(other.end_, 0)),
          capacity_(std::exchange(other.capacity_, 0)) {}
    byte_buffer& operator=(byte_buffer&& other) noexcept {
        if (this != &other) {
            std::free(data_);
            data_ = std::exchange(other.data_, nullptr);
            begin_ = std::exchange(other.begin_, 0);
            end_ = std::exchange(other.end_, 0);
            capacity_ = std::exchange(other.capacity_, 0);
        }
        return *this;
    }
    ~byte_buffer() { std::free(data_); }

    std::size_t size() const noexcept { return end_ - begin_; }
    bool empty() const noexcept { return begin_ == end_; }
    std::size_t capacity() const noexcept { return capacity_; }
    const char* data() const noexcept { return data_ + begin_; }
    char* data() noexcept { return data_ + begin_; }
    std::string_view view() const noexcept { return {data(), size()}; }

    /// Room for at least `count` more bytes; write them there, then commit. Error: std::bad_alloc.
    char* prepare(std::size_t count) {
        if (capacity_ - end_ < count) [[unlikely]]
            make_room(count);
        return data_ + end_;
    }
    void commit(std::size_t count) noexcept {
        CORACLE_ASSERT(count <= capacity_ - end_);
        end_ += count;
    }
    void append(std::string_view bytes) {
        if (bytes.empty()) return;
        std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
        end_ += bytes.size();
    }
    void push_back(char byte) {
        *prepare(1) = byte;
        ++end_;
    }
    /// Drops `count` bytes at the front; memory is kept. O(1).
    void consume(std::size_t count) noexcept {
        CORACLE_ASSERT(count <= size());
        begin_ += count;
        if (begin_ == end_) begin_ = end_ = 0;
    }
    /// Drops bytes at the back until `count` are left.
    void truncate(std::size_t count) noexcept {
        CORACLE_ASSERT(count <= size());
        end_ = begin_ + count;
    }
    void clear() noexcept { begin_ = end_ = 0; }
    /// Empties the buffer and gives its memory back.
    void release() noexcept {
        std::free(std::exchange(data_, nullptr));
        begin_ = end_ = capacity_ = 0;
    }

private:
    void make_room(std::size_t count) {
        std::size_t used = size();
        if (count > static_cast<std::size_t>(-1) / 4 - used) throw std::bad_alloc();
        if (used + count <= capacity_ && begin_ >= capacity_ / 2) {
            std::memmove(data_, data_ + begin_, used);
        } else {
            std::size_t wanted = capacity_ < 256 ? 256 : capacity_ * 2;
            while (wanted < used + count) wanted *= 2;
            auto* larger = static_cast<char*>(std::malloc(wanted));
            if (!larger) throw std::bad_alloc();
            if (used) std::memcpy(larger, data_ + begin_, used);
            std::free(data_);
            data_ = larger;
            capacity_ = wanted;
        }
        begin_ = 0;
        end_ = used;
    }

    char* data_ = nullptr;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace coracle
