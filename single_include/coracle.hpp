// coracle 0.1.0: a coroutine web framework for C++20, all of it in this one header.
// Made by single_include/amalgamate.py from include/coracle.hpp: change include/, never this file.
//
// MIT License
//
// Copyright (c) 2026 the coracle authors
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all
// copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
// SOFTWARE.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <bitset>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <concepts>
#include <condition_variable>
#include <coroutine>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <ratio>
#include <set>
#include <source_location>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
#include <version>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// ---- coracle/base/ascii.hpp
// ASCII character classes and numbers: no locale, no <cctype>, the same answer on every system.
// RFC 9110 5.6.2 (token), RFC 5234 B.1 (core rules).

namespace coracle::ascii {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_alpha(char c) noexcept { return is_upper(c) || is_lower(c); }
constexpr char to_lower(char c) noexcept { return is_upper(c) ? static_cast<char>(c | 0x20) : c; }

namespace detail {
constexpr std::array<bool, 256> make_token_table() {
    std::array<bool, 256> table{};
    for (unsigned c = 0; c < 256; ++c) {
        auto letter = static_cast<char>(c);
        table[c] = is_alpha(letter) || is_digit(letter) ||
                   std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos;
    }
    return table;
}
inline constexpr std::array<bool, 256> token_table = make_token_table();
}  // namespace detail

/// tchar of RFC 9110 5.6.2.
constexpr bool is_token(char c) noexcept { return detail::token_table[static_cast<unsigned char>(c)]; }
constexpr bool is_token(std::string_view text) noexcept {
    if (text.empty()) return false;
    for (char c : text)
        if (!is_token(c)) return false;
    return true;
}

/// 0 to 15, or -1 when `c` is no hexadecimal digit.
constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Same text when the case of ASCII letters is ignored.
constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

/// Without leading and trailing SP and HT (OWS of RFC 9110 5.6.3); nothing else counts as white space.
constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

inline std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = to_lower(c);
    return out;
}

/// 1*DIGIT as a number; nothing for signs, spaces, an empty text or a number that does not fit.
template <class T = std::uint64_t>
    requires std::is_unsigned_v<T>
constexpr std::optional<T> parse_decimal(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    T value = 0;
    for (char c : text) {
        if (!is_digit(c)) return std::nullopt;
        auto digit = static_cast<T>(c - '0');
        if (value > static_cast<T>((std::numeric_limits<T>::max() - digit) / 10)) return std::nullopt;
        value = static_cast<T>(value * 10 + digit);
    }
    return value;
}

/// 1*HEXDIG as a number; nothing for a prefix, signs, spaces, an empty text or more than 16 digits.
constexpr std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept {
    if (text.empty() || text.size() > 16) return std::nullopt;
    std::uint64_t value = 0;
    for (char c : text) {
        int digit = hex_value(c);
        if (digit < 0) return std::nullopt;
        value = value << 4 | static_cast<std::uint64_t>(digit);
    }
    return value;
}

}  // namespace coracle::ascii

// ---- coracle/base/assert.hpp
// CORACLE_ASSERT: a mistake of coracle itself, never of the peer, the world or the caller.

namespace coracle::detail {

[[noreturn]] inline void assertion_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "coracle: internal error: %s is false at %s:%d; please report it\n", condition, file, line);
    std::abort();
}

}  // namespace coracle::detail

#if defined(NDEBUG)
#define CORACLE_ASSERT(condition) ((void)sizeof(!(condition)))
#else
#define CORACLE_ASSERT(condition) \
    ((condition) ? (void)0 : ::coracle::detail::assertion_failed(#condition, __FILE__, __LINE__))
#endif

// ---- coracle/base/byte_buffer.hpp
// byte_buffer: bytes in at the back, out at the front. The only buffer type; responses are written straight into it.

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

// ---- coracle/base/error_text.hpp
// error_text: what an exception says, for those who only pass it on.

namespace coracle {

/// The what() of the exception that `error` holds; a sentence about it when it has none. Empty when it holds none.
inline std::string error_text(const std::exception_ptr& error) {
    if (!error) return {};
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& held) {
        return held.what();
    } catch (const std::string& held) {
        return held;
    } catch (const char* held) {
        return held;
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

}  // namespace coracle

// ---- coracle/base/function.hpp
// function<R(A...)>: a callable that moves and never copies, so it can own what it calls with.

namespace coracle {

template <class Signature>
class function;

/// Move-only type-erased callable. Callables of up to four pointers that move without throwing are kept inside;
/// larger ones cost one allocation.
template <class R, class... A>
class function<R(A...)> {
public:
    function() noexcept = default;
    function(std::nullptr_t) noexcept {}

    template <class F>
        requires(!std::is_same_v<std::decay_t<F>, function> && std::is_invocable_r_v<R, std::decay_t<F>&, A...>)
    function(F&& callable) {
        using callable_type = std::decay_t<F>;
        if constexpr (fits<callable_type>) {
            ::new (static_cast<void*>(room_)) callable_type(std::forward<F>(callable));
            table_ = &inside<callable_type>;
        } else {
            auto owned = std::make_unique<callable_type>(std::forward<F>(callable));
            ::new (static_cast<void*>(room_)) callable_type*(owned.release());
            table_ = &outside<callable_type>;
        }
    }

    function(function&& other) noexcept { take(other); }
    function& operator=(function&& other) noexcept {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    ~function() { reset(); }

    explicit operator bool() const noexcept { return table_ != nullptr; }

    R operator()(A... arguments) {  // NOLINT(performance-unnecessary-value-param): as the signature says
        CORACLE_ASSERT(table_ != nullptr);
        return table_->call(room_, std::forward<A>(arguments)...);
    }

private:
    struct table {
        R (*call)(void* self, A&&... arguments);
        void (*move)(void* from, void* to) noexcept;
        void (*destroy)(void* self) noexcept;
    };
    static constexpr std::size_t room = 4 * sizeof(void*);
    template <class F>
    static constexpr bool fits =
        sizeof(F) <= room && alignof(F) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<F>;

    template <class F>
    static constexpr table inside{[](void* self, A&&... arguments) -> R {
                                      return std::invoke(*static_cast<F*>(self), std::forward<A>(arguments)...);
                                  },
                                  [](void* from, void* to) noexcept {
                                      ::new (to) F(std::move(*static_cast<F*>(from)));
                                      static_cast<F*>(from)->~F();
                                  },
                                  [](void* self) noexcept { static_cast<F*>(self)->~F(); }};
    template <class F>
    static constexpr table outside{[](void* self, A&&... arguments) -> R {
                                       return std::invoke(**static_cast<F**>(self), std::forward<A>(arguments)...);
                                   },
                                   [](void* from, void* to) noexcept { ::new (to) F*(*static_cast<F**>(from)); },
                                   [](void* self) noexcept { delete *static_cast<F**>(self); }};

    void take(function& other) noexcept {
        table_ = std::exchange(other.table_, nullptr);
        if (table_) table_->move(other.room_, room_);
    }
    void reset() noexcept {
        if (table_) std::exchange(table_, nullptr)->destroy(room_);
    }

    const table* table_ = nullptr;
    alignas(std::max_align_t) std::byte room_[room];
};

}  // namespace coracle

// ---- coracle/base/intrusive_list.hpp
// A doubly linked list whose nodes live in their owners: waiters and connections cost no allocation.

namespace coracle {

/// Base of whatever can stand in one intrusive_list at a time. Leaves its list when it is destroyed.
class list_node {
public:
    list_node() noexcept = default;
    list_node(const list_node&) = delete;
    list_node& operator=(const list_node&) = delete;
    ~list_node() {
        if (linked()) [[unlikely]]  // an awaiter that was done at once never is: the test is cheaper than four stores
            unlink();
    }

    bool linked() const noexcept { return next_ != this; }
    void unlink() noexcept {
        previous_->next_ = next_;
        next_->previous_ = previous_;
        previous_ = next_ = this;
    }

private:
    template <class>
    friend class intrusive_list;
    void link_before(list_node& at) noexcept {
        previous_ = at.previous_;
        next_ = &at;
        at.previous_->next_ = this;
        at.previous_ = this;
    }
    list_node* previous_ = this;
    list_node* next_ = this;
};

/// First in, first out. T derives from list_node; the list owns nothing.
template <class T>
class intrusive_list {
public:
    bool empty() const noexcept { return !head_.linked(); }
    void push_back(T& item) noexcept { unlinked(item).link_before(head_); }
    void push_front(T& item) noexcept { unlinked(item).link_before(*head_.next_); }
    T& front() noexcept { return static_cast<T&>(*head_.next_); }
    T& pop_front() noexcept {
        T& item = front();
        static_cast<list_node&>(item).unlink();
        return item;
    }
    /// Moves everything of `other` behind what is here. O(1).
    void splice_back(intrusive_list& other) noexcept {
        if (other.empty()) return;
        list_node* first = other.head_.next_;
        list_node* last = other.head_.previous_;
        other.head_.previous_ = other.head_.next_ = &other.head_;
        first->previous_ = head_.previous_;
        head_.previous_->next_ = first;
        last->next_ = &head_;
        head_.previous_ = last;
    }
    /// Calls f(T&) for each, first to last; f may unlink the item it is given.
    template <class F>
    void for_each(F&& f) {
        for (list_node* node = head_.next_; node != &head_;) {
            list_node* following = node->next_;
            f(static_cast<T&>(*node));
            node = following;
        }
    }

private:
    static list_node& unlinked(T& item) noexcept {
        auto& node = static_cast<list_node&>(item);
        node.unlink();
        return node;
    }
    list_node head_;
};

}  // namespace coracle

// ---- coracle/base/random_sequence.hpp
// random_sequence: numbers that a seed decides, the same on every machine, for tests that can be repeated. No secrets.
// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).

namespace coracle {

/// Every seed begins another sequence, neighbouring seeds too.
class random_sequence {
public:
    explicit constexpr random_sequence(std::uint64_t seed) noexcept : state_(seed) {}

    constexpr std::uint64_t next() noexcept {
        state_ += 0x9e37'79b9'7f4a'7c15;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11eb;
        return mixed ^ (mixed >> 31);
    }
    /// From 0 to `bound` - 1. in: a bound above 0.
    constexpr std::uint64_t below(std::uint64_t bound) noexcept {
        CORACLE_ASSERT(bound > 0);
        return next() % bound;  // the bias is below 2^-32 for every bound that a test has
    }
    /// From `least` to `most`, both of them possible.
    constexpr std::int64_t between(std::int64_t least, std::int64_t most) noexcept {
        CORACLE_ASSERT(least <= most);
        std::uint64_t span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least) + 1;
        std::uint64_t step = span == 0 ? next() : next() % span;
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + step);
    }
    /// True `times` in a hundred.
    constexpr bool percent(unsigned times) noexcept { return next() % 100 < times; }
    /// A sequence of its own, for a part that must not disturb the rest.
    constexpr random_sequence split() noexcept { return random_sequence(next()); }

private:
    std::uint64_t state_;
};

}  // namespace coracle

// ---- coracle/base/report.hpp
// report: what a program should hear and nobody waits for: written to stderr, or told to whoever asked for it.

namespace coracle {

/// Hears every report. On any thread, also while an exception makes its way; throws nothing.
/// in: one sentence without a line end; where the code is that it speaks of, with line 0 when that is unknown.
using reporter = void (*)(std::string_view message, const std::source_location& at) noexcept;

namespace detail {

inline std::string place(const std::source_location& at) {
    if (at.line() == 0) return {};
    return std::string(at.file_name()) + ":" + std::to_string(at.line()) + " (" + at.function_name() + ")";
}

inline void report_to_stderr(std::string_view message, const std::source_location& at) noexcept {
    try {
        std::string line = "coracle: " + std::string(message);
        if (at.line() != 0) line += " at " + place(at);
        line += '\n';
        std::fwrite(line.data(), 1, line.size(), stderr);  // one call, so that lines of several threads do not mix
    } catch (...) {
        std::fputs("coracle: no memory is left for a report\n", stderr);
    }
}

inline std::atomic<reporter>& current_reporter() noexcept {
    static constinit std::atomic<reporter> now{&report_to_stderr};
    return now;
}

}  // namespace detail

/// Sends reports to `to` from here on, or to stderr again when it is null. Gives who heard them before.
inline reporter set_reporter(reporter to) noexcept {
    return detail::current_reporter().exchange(to ? to : &detail::report_to_stderr);
}

inline void report(std::string_view message, const std::source_location& at = {}) noexcept {
    detail::current_reporter().load(std::memory_order_acquire)(message, at);
}

}  // namespace coracle

// ---- coracle/base/result.hpp
// result<T, E>: a value, or the reason why there is none. What coracle uses of C++23's std::expected.

namespace coracle {

/// Wraps an error on its way into a result: `return failure(refusal::bad_method);`
template <class E>
struct failure {
    E error;
    constexpr explicit failure(E e) : error(std::move(e)) {}
};

/// A value of type T, or an error of type E. `if (r) use(*r); else report(r.error());`
template <class T, class E = std::error_code>
class [[nodiscard("the result may hold an error: look before you go on")]] result {
public:
    using value_type = T;
    using error_type = E;

    constexpr result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    constexpr result(failure<E> why) : state_(std::in_place_index<1>, std::move(why.error)) {}

    constexpr bool has_value() const noexcept { return state_.index() == 0; }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    constexpr T& operator*() & noexcept { return *value_address(); }
    constexpr const T& operator*() const& noexcept { return *value_address(); }
    constexpr T&& operator*() && noexcept { return std::move(*value_address()); }
    constexpr T* operator->() noexcept { return value_address(); }
    constexpr const T* operator->() const noexcept { return value_address(); }

    constexpr const E& error() const noexcept {
        CORACLE_ASSERT(!has_value());
        return *std::get_if<1>(&state_);
    }
    template <class U>
    constexpr T value_or(U&& other) const& {
        return has_value() ? **this : static_cast<T>(std::forward<U>(other));
    }

private:
    constexpr T* value_address() noexcept {
        CORACLE_ASSERT(has_value());
        return std::get_if<0>(&state_);
    }
    constexpr const T* value_address() const noexcept {
        CORACLE_ASSERT(has_value());
        return std::get_if<0>(&state_);
    }
    std::variant<T, E> state_;
};

/// Success without a value, or an error. `return {};` is success.
template <class E>
class [[nodiscard("the result may hold an error: look before you go on")]] result<void, E> {
public:
    using value_type = void;
    using error_type = E;

    constexpr result() noexcept = default;
    constexpr result(failure<E> why) : error_(std::move(why.error)), failed_(true) {}

    constexpr bool has_value() const noexcept { return !failed_; }
    constexpr explicit operator bool() const noexcept { return !failed_; }
    constexpr const E& error() const noexcept {
        CORACLE_ASSERT(failed_);
        return error_;
    }

private:
    E error_{};
    bool failed_ = false;
};

}  // namespace coracle

// ---- coracle/base/ring.hpp
// ring: a queue in one block of memory that grows as it has to. std::deque without its blocks.

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

// ---- coracle/base/scan.hpp
// Finds the byte that ends a token, a path, a query or a field value, eight or sixteen bytes at a time.
// RFC 9110 5.5 (field values), 5.6.2 (tokens); RFC 9112 3.2 (request targets).

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Each `x_end(p, end)` gives the first byte in [p, end) for which `ends_x` is true, or `end`. None reads outside
/// [p, end), so the text needs no padding behind it.
namespace coracle::scan {

/// No byte of a token: the colon behind a field name, the space behind a method, everything else too.
constexpr bool ends_token(char c) noexcept { return !ascii::is_token(c); }
/// No visible ASCII character, or '#', which starts a fragment and has no place in a request.
constexpr bool ends_query(char c) noexcept {
    return c < 0x21 || c == 0x7F || (static_cast<unsigned char>(c) & 0x80) || c == '#';
}
/// As for a query, or the '?' that starts it.
constexpr bool ends_path(char c) noexcept { return ends_query(c) || c == '?'; }
/// A control character other than HT. Bytes from 0x80 up (obs-text) belong to the value.
constexpr bool ends_value(char c) noexcept {
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

namespace detail {

// Marks in a word: 0x80 in each byte for which something is true. The sums below never carry from byte to byte, so
// every mark is exact and the byte order does not matter.
inline constexpr std::uint64_t highs = 0x8080808080808080U;
constexpr std::uint64_t all(unsigned byte) noexcept { return 0x0101010101010101U * byte; }
constexpr std::uint64_t less(std::uint64_t word, unsigned bound) noexcept {
    return ~(((word & ~highs) + all(0x80 - bound)) | word) & highs;
}
constexpr std::uint64_t equal(std::uint64_t word, unsigned byte) noexcept { return less(word ^ all(byte), 1); }
constexpr std::size_t first_mark(std::uint64_t marks) noexcept {
    int bits = std::endian::native == std::endian::little ? std::countr_zero(marks) : std::countl_zero(marks);
    return static_cast<std::size_t>(bits) / 8;
}

#if defined(__SSE2__)
inline __m128i every(int byte) noexcept { return _mm_set1_epi8(static_cast<char>(byte)); }
/// Signed comparison: bytes from 0x80 up are below every range.
inline __m128i between(__m128i v, int low, int high) noexcept {
    return _mm_and_si128(_mm_cmpgt_epi8(v, every(low - 1)), _mm_cmplt_epi8(v, every(high + 1)));
}
inline unsigned mask_of(__m128i v) noexcept { return static_cast<unsigned>(_mm_movemask_epi8(v)); }
#endif

// A rule says in three widths which bytes might end the text; `surely` decides for the byte that was found. Where the
// two differ (HT in a value, '_' in a token) the byte is rare and the wide test is cheaper for not knowing it.
struct query {
    static bool surely(char c) noexcept { return ends_query(c); }
    static std::uint64_t maybe(std::uint64_t w) noexcept {
        return less(w, 0x21) | equal(w, 0x7F) | equal(w, '#') | (w & highs);
    }
#if defined(__SSE2__)
    static unsigned maybe(__m128i v) noexcept {
        return mask_of(_mm_cmpeq_epi8(v, every('#'))) | (mask_of(between(v, 0x21, 0x7E)) ^ 0xFFFFU);
    }
#endif
};

struct path {
    static bool surely(char c) noexcept { return ends_path(c); }
    static std::uint64_t maybe(std::uint64_t w) noexcept { return query::maybe(w) | equal(w, '?'); }
#if defined(__SSE2__)
    static unsigned maybe(__m128i v) noexcept { return query::maybe(v) | mask_of(_mm_cmpeq_epi8(v, every('?'))); }
#endif
};

struct value {
    static bool surely(char c) noexcept { return ends_value(c); }
    static std::uint64_t maybe(std::uint64_t w) noexcept { return less(w, 0x20) | equal(w, 0x7F); }
#if defined(__SSE2__)
    static unsigned maybe(__m128i v) noexcept {
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(v, every(0x1F)), v);
        return mask_of(_mm_or_si128(control, _mm_cmpeq_epi8(v, every(0x7F))));
    }
#endif
};

struct token {
    static bool surely(char c) noexcept { return ends_token(c); }
    static std::uint64_t maybe(std::uint64_t w) noexcept {
        std::uint64_t folded = w | all(0x20);
        std::uint64_t letter = less(folded, 'z' + 1) & ~less(folded, 'a');
        std::uint64_t digit = less(w, '9' + 1) & ~less(w, '0');
        return highs & ~(letter | digit | equal(w, '-'));
    }
#if defined(__SSE2__)
    static unsigned maybe(__m128i v) noexcept {
        __m128i letter = between(_mm_or_si128(v, every(0x20)), 'a', 'z');
        __m128i other = _mm_or_si128(between(v, '0', '9'), _mm_cmpeq_epi8(v, every('-')));
        return mask_of(_mm_or_si128(letter, other)) ^ 0xFFFFU;
    }
#endif
};

template <class Rule>
const char* find(const char* p, const char* end) noexcept {
#if defined(__SSE2__)
    while (end - p >= 16) {
        unsigned marks = Rule::maybe(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
        if (marks == 0) {
            p += 16;
            continue;
        }
        p += std::countr_zero(marks);
        if (Rule::surely(*p)) return p;
        ++p;
    }
#endif
    while (end - p >= 8) {
        std::uint64_t word;
        std::memcpy(&word, p, sizeof word);
        std::uint64_t marks = Rule::maybe(word);
        if (marks == 0) {
            p += 8;
            continue;
        }
        p += first_mark(marks);
        if (Rule::surely(*p)) return p;
        ++p;
    }
    while (p != end && !Rule::surely(*p)) ++p;
    return p;
}

}  // namespace detail

inline const char* token_end(const char* p, const char* end) noexcept { return detail::find<detail::token>(p, end); }
inline const char* path_end(const char* p, const char* end) noexcept { return detail::find<detail::path>(p, end); }
inline const char* query_end(const char* p, const char* end) noexcept { return detail::find<detail::query>(p, end); }
inline const char* value_end(const char* p, const char* end) noexcept { return detail::find<detail::value>(p, end); }

}  // namespace coracle::scan

// ---- coracle/base/stop_token.hpp
// stop_token, stop_source: those of the standard, also where the standard library lacks them.
// [thread.stoptoken]; libc++ has them since version 20, so Apple's compilers have not.

#if defined(__cpp_lib_jthread)
#include <stop_token>
#endif

namespace coracle {

namespace detail {

/// std::stop_token without callbacks.
class plain_stop_token {
public:
    plain_stop_token() noexcept = default;
    explicit plain_stop_token(std::shared_ptr<const std::atomic<bool>> asked) noexcept : asked_(std::move(asked)) {}

    bool stop_requested() const noexcept { return asked_ && asked_->load(std::memory_order_acquire); }
    /// True also when whoever could ask is gone.
    bool stop_possible() const noexcept { return asked_ != nullptr; }

private:
    std::shared_ptr<const std::atomic<bool>> asked_;
};

/// std::stop_source without callbacks; copies ask for the same.
class plain_stop_source {
public:
    plain_stop_source() : asked_(std::make_shared<std::atomic<bool>>(false)) {}

    plain_stop_token get_token() const noexcept { return plain_stop_token(asked_); }
    bool stop_requested() const noexcept { return asked_ && asked_->load(std::memory_order_acquire); }
    /// True for the first that asks.
    bool request_stop() noexcept { return asked_ && !asked_->exchange(true, std::memory_order_acq_rel); }

private:
    std::shared_ptr<std::atomic<bool>> asked_;
};

}  // namespace detail

#if defined(__cpp_lib_jthread)
using std::stop_source;
using std::stop_token;
#else
/// Whether somebody has been asked to stop. In code for every compiler write coracle::stop_token.
using stop_token = detail::plain_stop_token;
/// Who asks.
using stop_source = detail::plain_stop_source;
#endif

}  // namespace coracle

// ---- coracle/base/utf8.hpp
// Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. RFC 3629, Unicode table 3-7.

namespace coracle::utf8 {

/// Length in bytes (1 to 4) of the well-formed sequence that `text` starts with; 0 when there is none.
constexpr std::size_t sequence_length(std::string_view text) noexcept {
    auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto continues = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0) == 0x80; };
    if (text.empty()) return 0;
    unsigned char lead = at(0);
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    if (lead < 0xE0) return continues(1) ? 2 : 0;
    if (!continues(1)) return 0;
    unsigned char second = at(1);
    if (lead < 0xF0) {
        if (lead == 0xE0 && second < 0xA0) return 0;  // overlong
        if (lead == 0xED && second > 0x9F) return 0;  // surrogate
        return continues(2) ? 3 : 0;
    }
    if (lead == 0xF0 && second < 0x90) return 0;  // overlong
    if (lead == 0xF4 && second > 0x8F) return 0;  // above U+10FFFF
    return continues(2) && continues(3) ? 4 : 0;
}

/// Position of the first byte that is not part of well-formed UTF-8; text.size() when all of it is.
inline std::size_t first_invalid(std::string_view text) noexcept {
    std::size_t i = 0;
    while (i < text.size()) {
        if (text.size() - i >= 8) {
            std::uint64_t word;
            std::memcpy(&word, text.data() + i, sizeof word);
            if ((word & 0x8080808080808080ULL) == 0) {
                i += 8;
                continue;
            }
        }
        std::size_t length = sequence_length(text.substr(i));
        if (length == 0) return i;
        i += length;
    }
    return i;
}

inline bool is_valid(std::string_view text) noexcept { return first_invalid(text) == text.size(); }

}  // namespace coracle::utf8

// ---- coracle/base/version.hpp
// The one version number of coracle: meson.build, the banner and the `server` field read it from here.

/// major * 10000 + minor * 100 + patch, for `#if CORACLE_VERSION >= 10200`.
#define CORACLE_VERSION 100
/// The same as text.
#define CORACLE_VERSION_STRING "0.1.0"

// ---- coracle/os/error.hpp
// errno as std::error_code, and the two questions that are asked of every failed call.
// POSIX errno(3), recv(2), accept(2).

namespace coracle::os {

/// What the call that has just failed says.
inline std::error_code last_error() noexcept { return {errno, std::system_category()}; }

/// The same, on its way into a result.
inline failure<std::error_code> last_failure() noexcept { return failure<std::error_code>(last_error()); }

/// Not a failure: nothing is ready now, try again at the next edge.
inline bool is_would_block(const std::error_code& why) noexcept {
    return (why.value() == EAGAIN || why.value() == EWOULDBLOCK) && why.category() == std::system_category();
}

/// No descriptor (or memory for one) is left, in this process or in the whole system.
inline bool is_out_of_descriptors(const std::error_code& why) noexcept {
    if (why.category() != std::system_category()) return false;
    return why.value() == EMFILE || why.value() == ENFILE || why.value() == ENOBUFS || why.value() == ENOMEM;
}

/// Calls `call` again for as long as a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) noexcept(noexcept(call())) {
    auto outcome = call();
    while (outcome < 0 && errno == EINTR) outcome = call();
    return outcome;
}

}  // namespace coracle::os

// ---- coracle/os/file_descriptor.hpp
// file_descriptor: owns one open file of the kernel.
// POSIX close(2).

namespace coracle::os {

/// Closes what it owns; moves, never copies. -1 owns nothing.
class file_descriptor {
public:
    file_descriptor() noexcept = default;
    explicit file_descriptor(int fd) noexcept : fd_(fd) {}
    file_descriptor(file_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~file_descriptor() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

    /// Gives ownership away.
    [[nodiscard("the descriptor stays open and nobody owns it: keep it, or call reset()")]] int release() noexcept {
        return std::exchange(fd_, -1);
    }
    void reset() noexcept {
        // Never again after EINTR: Linux, FreeBSD and macOS have closed it by then, and the number may be another's.
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_ = -1;
};

}  // namespace coracle::os

// ---- coracle/os/wall_clock.hpp
// The time of day, for dates that people and other machines read. Deadlines use os::clock.
// POSIX clock_gettime(2).

namespace coracle::os {

/// Milliseconds since 1970-01-01T00:00:00Z, as the system believes; may jump either way.
inline std::int64_t unix_milliseconds() noexcept {
    struct timespec at{};
    ::clock_gettime(CLOCK_REALTIME, &at);
    return static_cast<std::int64_t>(at.tv_sec) * 1000 + at.tv_nsec / 1'000'000;
}

/// Whole seconds since 1970-01-01T00:00:00Z.
inline std::int64_t unix_seconds() noexcept {
    struct timespec at{};
    ::clock_gettime(CLOCK_REALTIME, &at);
    return static_cast<std::int64_t>(at.tv_sec);
}

}  // namespace coracle::os

// ---- coracle/os/poller.hpp
// THE SEAM: a kernel in five verbs. Everything above sees descriptors and time through this and nothing else.
// epoll(7), kqueue(2); a scripted poller and virtual time are further pollers; tests/os/poller.cpp is the contract.

namespace coracle::os {

/// The clock of deadlines: never set, never jumps.
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

/// What may be possible now on a descriptor. Every bit is a hint: only the system call itself decides.
struct readiness {
    bool readable = false;  ///< recv or accept is worth trying; also at end of stream and on error
    bool writable = false;  ///< send is worth trying, or connect has finished; also on error
    bool hangup = false;    ///< the peer will send no more; what it sent before may still be unread
    bool error = false;     ///< the descriptor failed (reset, refused); the next call tells why

    friend constexpr bool operator==(const readiness&, const readiness&) = default;
};

/// Whoever is told about one watched descriptor.
class watcher {
public:
    /// Called by poller::wait, on the thread that waits. May watch and forget any descriptor, also its own.
    virtual void on_ready(readiness) noexcept = 0;

protected:
    ~watcher() = default;
};

/// A kernel in five verbs. Belongs to one thread, except wake().
class poller {
public:
    virtual ~poller() = default;

    /// Tells `who` of every edge of `fd`, in both directions, until forget(). Once per descriptor; what is ready
    /// already counts as a first edge.
    /// error: what the kernel says (EBADF, EPERM for a plain file, ENOMEM, ENOSPC); then nothing is watched.
    /// keeps: a pointer to `who`, until forget().
    virtual result<void> watch(int fd, watcher& who) = 0;

    /// Ends watch(). Call it before close. From here on `who` is never called again, not even by events that were
    /// fetched already and stand later in the batch being delivered, so `who` may be destroyed.
    virtual void forget(int fd, watcher& who) noexcept = 0;

    /// Sleeps until something is ready, wake() is called or `until` has come, then calls the watchers.
    /// in: nullopt waits for ever; a time in the past only looks.
    /// It may return early with nothing to tell (a signal, a wake that came late): look at now() before acting on time.
    /// error: std::system_error when the kernel refuses to wait at all, which only a mistake of coracle causes.
    virtual void wait(std::optional<time_point> until) = 0;

    virtual time_point now() noexcept = 0;
    /// The time of day that belongs to it, in milliseconds since 1970; may jump.
    virtual std::int64_t unix_milliseconds() noexcept { return os::unix_milliseconds(); }

    /// The wait under way, or the next one, returns at once; many wakes before it count as one.
    /// From any thread and from signal handlers.
    virtual void wake() noexcept = 0;
};

}  // namespace coracle::os

// ---- coracle/os/epoll_poller.hpp
// epoll_poller: the poller of Linux.
// epoll(7), epoll_wait(2), eventfd(2).

#if defined(__linux__)

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include <climits>

namespace coracle::os {

// Facts:
// - Edge-triggered both ways once means no epoll_ctl ever again: a read that meets EAGAIN is told of the next arrival,
//   also when older bytes are still unread, and a send that met EAGAIN is told when room is made.
// - epoll keeps the open file, not the number: a closed number whose file lives on in a duplicate goes on reporting.
//   Hence forget() before close.
// - epoll_wait counts in milliseconds. epoll_pwait2 (Linux 5.11) counts in nanoseconds; containers may refuse it with
//   ENOSYS or EPERM.
// - An eventfd that is never read still gives one new edge for every write.

/// Many descriptors by epoll, edge-triggered.
class epoll_poller final : public poller {
public:
    /// in: without nanosecond timeouts it waits as on kernels before 5.11, rounding up to milliseconds.
    /// error: std::system_error (no descriptor left).
    explicit epoll_poller(bool nanosecond_timeouts = true) : precise_(nanosecond_timeouts) {
        epoll_ = file_descriptor(::epoll_create1(EPOLL_CLOEXEC));
        if (!epoll_) throw std::system_error(last_error(), "coracle: epoll_create1");
        alarm_ = file_descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        if (!alarm_) throw std::system_error(last_error(), "coracle: eventfd");
        epoll_event interest{};
        interest.events = EPOLLIN | EPOLLET;
        interest.data.ptr = nullptr;
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, alarm_.get(), &interest) < 0)
            throw std::system_error(last_error(), "coracle: epoll_ctl of the eventfd");
    }
    epoll_poller(const epoll_poller&) = delete;
    epoll_poller& operator=(const epoll_poller&) = delete;

    result<void> watch(int fd, watcher& who) override {
        epoll_event interest{};
        interest.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
        interest.data.ptr = &who;
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &interest) < 0) return last_failure();
        return {};
    }

    void forget(int fd, watcher& who) noexcept override {
        epoll_event ignored{};  // kernels before 2.6.9 want one
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, &ignored);
        for (std::size_t i = next_; i < fetched_; ++i)
            if (batch_[i].data.ptr == &who) batch_[i].data.ptr = nullptr;
    }

    void wait(std::optional<time_point> until) override {
        CORACLE_ASSERT(next_ == fetched_);  // wait() inside on_ready() would overwrite the batch being delivered
        int count = fetch(until);
        if (count < 0 && errno != EINTR) throw std::system_error(last_error(), "coracle: epoll_wait");
        // Cleared before delivery: a wake from here on makes the next wait return. A plain look first, because an
        // atomic exchange in every turn costs more than the whole rest of this function.
        if (woken_.load(std::memory_order_relaxed)) woken_.exchange(false, std::memory_order_acq_rel);
        fetched_ = count > 0 ? static_cast<std::size_t>(count) : 0;
        for (next_ = 0; next_ < fetched_;) {
            const epoll_event& event = batch_[next_++];
            if (auto* who = static_cast<watcher*>(event.data.ptr)) who->on_ready(meaning(event.events));
        }
    }

    time_point now() noexcept override { return clock::now(); }

    void wake() noexcept override {
        if (woken_.exchange(true, std::memory_order_acq_rel)) return;
        int saved = errno;  // this may be a signal handler
        std::uint64_t one = 1;
        [[maybe_unused]] auto written = ::write(alarm_.get(), &one, sizeof one);
        errno = saved;
    }

private:
    static readiness meaning(std::uint32_t events) noexcept {
        readiness ready;
        ready.readable = (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        ready.writable = (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
        ready.hangup = (events & (EPOLLRDHUP | EPOLLHUP)) != 0;
        ready.error = (events & EPOLLERR) != 0;
        return ready;
    }

    int fetch(std::optional<time_point> until) noexcept {
        constexpr int room = static_cast<int>(batch_size);
        if (!until) return ::epoll_wait(epoll_.get(), batch_.data(), room, -1);
        time_point at = now();
        if (*until <= at) return ::epoll_wait(epoll_.get(), batch_.data(), room, 0);
        auto left = std::chrono::nanoseconds(*until - at);
#if defined(SYS_epoll_pwait2)
        if (precise_) {
            struct {
                std::int64_t seconds;
                std::int64_t nanoseconds;
            } timeout{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
            auto count = static_cast<int>(
                ::syscall(SYS_epoll_pwait2, epoll_.get(), batch_.data(), room, &timeout, nullptr, std::size_t{0}));
            if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
            precise_ = false;
        }
#endif
        auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        return ::epoll_wait(epoll_.get(), batch_.data(), room,
                            milliseconds < INT_MAX ? static_cast<int>(milliseconds) : INT_MAX);
    }

    static constexpr std::size_t batch_size = 256;

    file_descriptor epoll_;
    file_descriptor alarm_;
    std::atomic<bool> woken_{false};
    bool precise_;
    std::size_t next_ = 0;
    std::size_t fetched_ = 0;
    std::array<epoll_event, batch_size> batch_;
};

}  // namespace coracle::os

#endif

// ---- coracle/os/exit_status.hpp
// exit_status: how a process ended.
// POSIX waitpid(2).

namespace coracle::os {

/// An exit code, or the signal that ended it.
class exit_status {
public:
    /// Nobody knows: the process was reaped by somebody else, or by the system, which does so while SIGCHLD is ignored.
    exit_status() noexcept = default;
    /// in: what waitpid() filled in.
    explicit exit_status(int raw) noexcept
        : code_(WIFEXITED(raw) ? WEXITSTATUS(raw) : -1), signal_(WIFSIGNALED(raw) ? WTERMSIG(raw) : 0) {}

    /// It ended by itself, with code 0.
    bool ok() const noexcept { return code_ == 0; }
    /// 0 to 255; none when it did not end by itself.
    std::optional<int> code() const noexcept { return code_ < 0 ? std::nullopt : std::optional<int>(code_); }
    /// The signal that ended it; 0 when none did.
    int signal() const noexcept { return signal_; }

    /// "exit code 1", "ended by signal 9"; for logs.
    std::string text() const {
        if (code_ >= 0) return "exit code " + std::to_string(code_);
        if (signal_ > 0) return "ended by signal " + std::to_string(signal_);
        return "ended, and somebody else was told how";
    }

    friend bool operator==(const exit_status&, const exit_status&) noexcept = default;

private:
    int code_ = -1;
    int signal_ = 0;
};

}  // namespace coracle::os

// ---- coracle/os/command_line.hpp
// command_line: a program, its arguments, and what it is to find: streams, environment, directory.

#if defined(__APPLE__)
#include <crt_externs.h>
#else
extern "C" char** environ;  // NOLINT(readability-redundant-declaration): FreeBSD declares it in no header
#endif

namespace coracle::os {

/// What a child's standard input, output or errors are: this process's own, /dev/null, a pipe to this process, or, for
/// errors, wherever the output goes.
enum class stdio : unsigned char { inherit, null, pipe, output };

/// `command_line("grep", "-n", name).directory("/src").output(stdio::pipe)`. The program is looked for in PATH unless
/// its name holds a slash. No shell is ever asked: an argument is an argument, whatever it holds.
class command_line {
public:
    /// A stream of the child: one of the kinds, or a descriptor of this process.
    struct stream {
        stdio kind = stdio::inherit;
        int fd = -1;
    };

    template <class... Arguments>
    explicit command_line(std::string program, Arguments... arguments) : program_(std::move(program)) {
        (arguments_.push_back(std::string(std::move(arguments))), ...);
    }

    command_line& argument(std::string one) {
        arguments_.push_back(std::move(one));
        return *this;
    }
    command_line& arguments(std::vector<std::string> more) {
        for (std::string& each : more) arguments_.push_back(std::move(each));
        return *this;
    }
    /// Where it runs, and what a relative name of the program is relative to; else where this process is.
    command_line& directory(std::string path) {
        directory_ = std::move(path);
        return *this;
    }
    /// A variable of its environment, besides those of this process.
    command_line& environment(std::string name, std::string value) {
        variables_.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    /// It does not see this variable of this process.
    command_line& without_environment(std::string name) {
        variables_.emplace_back(std::move(name), std::nullopt);
        return *this;
    }
    /// It sees nothing of the environment of this process.
    command_line& clean_environment() noexcept {
        clean_ = true;
        return *this;
    }
    command_line& input(stdio kind) noexcept { return set(0, kind, -1); }
    command_line& output(stdio kind) noexcept { return set(1, kind, -1); }
    command_line& errors(stdio kind) noexcept { return set(2, kind, -1); }
    /// keeps: the descriptor must be open when the process is started; it is not closed here.
    command_line& input(int fd) noexcept { return set(0, stdio::inherit, fd); }
    command_line& output(int fd) noexcept { return set(1, stdio::inherit, fd); }
    command_line& errors(int fd) noexcept { return set(2, stdio::inherit, fd); }
    /// It and its own children are a process group: signals go to all of them, and Ctrl-C of the terminal to none.
    command_line& own_group() noexcept {
        group_ = true;
        return *this;
    }
    /// How much of the output, and of the errors, is kept by those who collect it.
    command_line& output_limit(std::size_t bytes) noexcept {
        limit_ = bytes;
        return *this;
    }

    const std::string& program() const noexcept { return program_; }
    const std::string& where() const noexcept { return directory_; }
    bool has_own_group() const noexcept { return group_; }
    std::size_t limit() const noexcept { return limit_; }
    /// Of 0, 1 and 2; none when nothing was said.
    const std::optional<stream>& stream_of(std::size_t number) const noexcept { return streams_[number]; }

    /// The program's name and its arguments.
    std::vector<std::string> words() const {
        std::vector<std::string> all{program_};
        all.insert(all.end(), arguments_.begin(), arguments_.end());
        return all;
    }
    /// "NAME=value" each.
    std::vector<std::string> variables() const {
        std::vector<std::string> all;
        auto forget = [&all](std::string_view name) {
            std::erase_if(all, [name](const std::string& each) {
                return each.size() > name.size() && each.starts_with(name) && each[name.size()] == '=';
            });
        };
        for (char** each = clean_ ? nullptr : ours(); each && *each; ++each) all.emplace_back(*each);
        for (const auto& [name, value] : variables_) {
            forget(name);
            if (value) all.push_back(name + '=' + *value);
        }
        return all;
    }
    /// error: invalid_argument: a NUL in a word, which would end it there, or a variable without a name.
    result<void> check() const noexcept {
        auto holds_nul = [](const std::string& text) { return text.find('\0') != std::string::npos; };
        bool wrong = program_.empty() || holds_nul(program_) || holds_nul(directory_) ||
                     std::any_of(arguments_.begin(), arguments_.end(), holds_nul);
        for (const auto& [name, value] : variables_)
            wrong = wrong || name.empty() || holds_nul(name) || name.find('=') != std::string::npos ||
                    (value && holds_nul(*value));
        if (wrong) return failure(std::make_error_code(std::errc::invalid_argument));
        return {};
    }

private:
    static char** ours() noexcept {
#if defined(__APPLE__)
        return *_NSGetEnviron();
#else
        return environ;
#endif
    }
    command_line& set(std::size_t number, stdio kind, int fd) noexcept {
        streams_[number] = stream{kind, fd};
        return *this;
    }

    std::string program_;
    std::vector<std::string> arguments_;
    std::string directory_;
    std::vector<std::pair<std::string, std::optional<std::string>>> variables_;
    std::array<std::optional<stream>, 3> streams_;
    std::size_t limit_ = std::size_t{64} << 20;
    bool clean_ = false;
    bool group_ = false;
};

}  // namespace coracle::os

// ---- coracle/os/named_error.hpp
// named_error: what the system said, and of what: "cannot open '/etc/motd': Permission denied".

namespace coracle::os {

/// A failure of the world that happened to something with a name: a file, a program.
class named_error {
public:
    /// None, for a result<void> that holds none.
    named_error() noexcept = default;
    /// in: what could not be done and to what, as "open '/etc/motd'".
    named_error(std::error_code code, std::string deed) : code_(code), deed_(std::move(deed)) {}

    const std::error_code& code() const noexcept { return code_; }
    std::string message() const { return "cannot " + deed_ + ": " + code_.message(); }
    /// As an exception: std::system_error with this code and message.
    [[noreturn]] void raise() const { throw std::system_error(code_, "coracle: cannot " + deed_); }

    /// `if (text.error() == std::errc::no_such_file_or_directory)`
    friend bool operator==(const named_error& error, std::errc condition) noexcept { return error.code_ == condition; }

private:
    std::error_code code_;
    std::string deed_;
};

/// On its way into a result. `verb` and `name` make "verb 'name'".
inline failure<named_error> named_failure(std::error_code code, const char* verb, const std::string& name) {
    return failure(named_error(code, std::string(verb) + " '" + name + "'"));
}

}  // namespace coracle::os

// ---- coracle/os/file.hpp
// file: a file on disk, by calls that may block; loop/file makes them elsewhere.
// POSIX open(2), pread(2), fsync(2), rename(2).

namespace coracle::os {

// Facts:
// - Files of /proc and /sys say that their size is 0: only reading to the end tells.
// - After a crash a file that was renamed may be empty, unless it was synced before, and may have its old name, unless
//   its directory was synced afterwards.
// - write() of more than 2 GiB writes 2 GiB (Linux), or nothing (macOS, EINVAL).

/// What a file is opened for.
enum class file_mode : unsigned char {
    read,    ///< must be there
    write,   ///< made, or emptied
    append,  ///< made if it is not there; every write goes to its end
    update,  ///< must be there; read and written in place
    create,  ///< must not be there; read and written
};

/// An open file with its name. Any number of threads may use read_at() and write_at().
class file {
public:
    static constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

    /// in: `permissions` of a file that is made, less the umask.
    static result<file, named_error> open(std::string path, file_mode mode, unsigned permissions = 0666) {
        if (path.find('\0') != std::string::npos)
            return named_failure(std::make_error_code(std::errc::invalid_argument), "open", path);
        file made;
        made.fd_ = file_descriptor(uninterrupted(
            [&]() noexcept { return ::open(path.c_str(), flags_of(mode), static_cast<mode_t>(permissions)); }));
        if (!made.fd_) return named_failure(last_error(), "open", path);
        made.path_ = std::move(path);
        return made;
    }

    const std::string& path() const noexcept { return path_; }
    int native_handle() const noexcept { return fd_.get(); }

    /// At most `most` bytes from where the last read() or write() ended; empty at the end of the file.
    result<std::string, named_error> read(std::size_t most) {
        return read_with(most, [&](char* to, std::size_t room) noexcept { return ::read(fd_.get(), to, room); });
    }
    /// The same from `offset`, which no other call moves.
    result<std::string, named_error> read_at(std::uint64_t offset, std::size_t most) {
        return read_with(most, [&](char* to, std::size_t room) noexcept {
            return ::pread(fd_.get(), to, room, static_cast<off_t>(offset));
        });
    }
    /// From where the last read() or write() ended to the end of the file.
    /// error: file_too_large when that is more than `most`; operation_canceled when asked to stop.
    result<std::string, named_error> read_all(std::size_t most = no_limit, const stop_token& stop = {}) {
        std::string all;
        for (;;) {
            auto piece = read(std::min(all.empty() ? likely_rest() : step, step));
            if (!piece) return failure(piece.error());
            if (piece->empty()) return all;
            if (piece->size() > most - all.size())
                return named_failure(std::make_error_code(std::errc::file_too_large), "read all of", path_);
            if (all.empty())
                all = std::move(*piece);
            else
                all += *piece;
            if (stop.stop_requested())
                return named_failure(std::make_error_code(std::errc::operation_canceled), "read", path_);
        }
    }

    /// All of it. error: no_space_on_device, ...; some may have been written then.
    result<void, named_error> write(std::string_view bytes) {
        return write_with(bytes, [&](const char* from, std::size_t count, std::size_t) noexcept {
            return ::write(fd_.get(), from, count);
        });
    }
    result<void, named_error> write_at(std::uint64_t offset, std::string_view bytes) {
        return write_with(bytes, [&](const char* from, std::size_t count, std::size_t done) noexcept {
            return ::pwrite(fd_.get(), from, count, static_cast<off_t>(offset + done));
        });
    }

    result<std::uint64_t, named_error> size() const {
        struct stat about{};
        if (::fstat(fd_.get(), &about) < 0) return named_failure(last_error(), "look at", path_);
        return static_cast<std::uint64_t>(about.st_size);
    }
    /// Cuts it, or fills it up with zeros.
    result<void, named_error> resize(std::uint64_t bytes) {
        if (uninterrupted([&]() noexcept { return ::ftruncate(fd_.get(), static_cast<off_t>(bytes)); }) < 0)
            return named_failure(last_error(), "resize", path_);
        return {};
    }
    /// What was written outlives a crash of the machine when it returns.
    result<void, named_error> sync() {
        if (uninterrupted([&]() noexcept { return ::fsync(fd_.get()); }) < 0)
            return named_failure(last_error(), "sync", path_);
        return {};
    }
    /// error: what the file system had not told before (no_space_on_device, io_error); it is closed all the same.
    result<void, named_error> close() {
        if (::close(fd_.release()) < 0 && errno != EINTR) return named_failure(last_error(), "close", path_);
        return {};
    }

private:
    static constexpr std::size_t step = std::size_t{1} << 20;

    static int flags_of(file_mode mode) noexcept {
        switch (mode) {
            case file_mode::write:
                return O_CLOEXEC | O_WRONLY | O_CREAT | O_TRUNC;
            case file_mode::append:
                return O_CLOEXEC | O_WRONLY | O_CREAT | O_APPEND;
            case file_mode::update:
                return O_CLOEXEC | O_RDWR;
            case file_mode::create:
                return O_CLOEXEC | O_RDWR | O_CREAT | O_EXCL;
            case file_mode::read:
                break;
        }
        return O_CLOEXEC | O_RDONLY;
    }

    /// One more than is left, so that one read() finds the end too.
    std::size_t likely_rest() const noexcept {
        struct stat about{};
        if (::fstat(fd_.get(), &about) < 0 || about.st_size <= 0) return 4096;
        return static_cast<std::size_t>(std::min<std::uint64_t>(static_cast<std::uint64_t>(about.st_size), step - 1)) +
               1;
    }

    template <class Read>
    result<std::string, named_error> read_with(std::size_t most, Read call) {
        std::string bytes(std::min(most, std::size_t{1} << 30), '\0');
        auto count = uninterrupted([&]() noexcept { return call(bytes.data(), bytes.size()); });
        if (count < 0) return named_failure(last_error(), "read", path_);
        bytes.resize(static_cast<std::size_t>(count));
        return bytes;
    }
    template <class Write>
    result<void, named_error> write_with(std::string_view bytes, Write call) {
        std::size_t done = 0;
        while (done < bytes.size()) {
            std::size_t count = std::min(bytes.size() - done, std::size_t{1} << 30);
            auto taken = uninterrupted([&]() noexcept { return call(bytes.data() + done, count, done); });
            if (taken < 0) return named_failure(last_error(), "write to", path_);
            done += static_cast<std::size_t>(taken);
        }
        return {};
    }

    file_descriptor fd_;
    std::string path_;
};

/// The whole file. error: as file::open and file::read_all.
inline result<std::string, named_error> read_file(std::string path, std::size_t most = file::no_limit,
                                                  const stop_token& stop = {}) {
    auto from = file::open(std::move(path), file_mode::read);
    if (!from) return failure(from.error());
    return from->read_all(most, stop);
}

/// Opens it by `mode` (write, append, ...), writes all of it and closes it.
inline result<void, named_error> write_file(std::string path, std::string_view bytes,
                                            file_mode mode = file_mode::write) {
    auto to = file::open(std::move(path), mode);
    if (!to) return failure(to.error());
    if (auto done = to->write(bytes); !done) return done;
    return to->close();
}

/// A file of this content instead of the old one, by rename: whoever opens it finds all of the old or all of the new,
/// also after a crash. Its permissions stay; a link stays a link.
inline result<void, named_error> replace_file(std::string path, std::string_view bytes) {
    static constinit std::atomic<unsigned> counter{0};
    if (std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free); real)
        path = real.get();
    std::string beside = path + "." + std::to_string(::getpid()) + "-" + std::to_string(counter.fetch_add(1)) + ".new";
    auto to = file::open(beside, file_mode::create);
    if (!to) return failure(to.error());
    auto give_up = [&](named_error why) {
        ::unlink(beside.c_str());
        return failure(std::move(why));
    };
    struct stat old{};
    if (::stat(path.c_str(), &old) == 0 && ::fchmod(to->native_handle(), old.st_mode & 07777) < 0)
        return give_up(named_error(last_error(), "keep the permissions of '" + path + "'"));
    if (auto done = to->write(bytes); !done) return give_up(done.error());
    if (auto done = to->sync(); !done) return give_up(done.error());
    if (auto done = to->close(); !done) return give_up(done.error());
    if (std::rename(beside.c_str(), path.c_str()) < 0)
        return give_up(named_error(last_error(), "replace '" + path + "'"));
    std::size_t slash = path.rfind('/');
    std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    file_descriptor names(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (names) ::fsync(names.get());  // file systems that cannot do that need it not
    return {};
}

}  // namespace coracle::os

// ---- coracle/os/file_limit.hpp
// The limit of open files: shells hand out 1024, which is 1024 connections at most.
// POSIX setrlimit(2).

namespace coracle::os {

// Facts:
// - macOS refuses more than OPEN_MAX (10240) although it calls the limit infinite.
// - FreeBSD and macOS grant a wish above kern.maxfilesperproc and set that instead: only asking again tells the truth.

/// Raises the soft limit of open files to `wanted` or as near as is allowed without privilege; never lowers it.
/// Returns the limit that holds now, 0 when the system will not say.
inline std::size_t raise_file_limit(std::size_t wanted = 1'048'576) noexcept {
    struct rlimit limit{};
    auto told = [](rlim_t value) {
        return value == RLIM_INFINITY ? static_cast<std::size_t>(-1) : static_cast<std::size_t>(value);
    };
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    std::size_t soft = told(limit.rlim_cur);
    std::size_t target = std::min(wanted, told(limit.rlim_max));
    for (std::size_t attempt : {target, std::min(target, std::size_t{10'240})}) {
        if (attempt <= soft) break;
        limit.rlim_cur = static_cast<rlim_t>(attempt);
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) continue;
        return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? told(limit.rlim_cur) : attempt;
    }
    return soft;
}

}  // namespace coracle::os

// ---- coracle/os/kqueue_poller.hpp
// kqueue_poller: the poller of macOS and FreeBSD, and of Linux in tests (tests/os/kqueue_shim).
// kqueue(2): EVFILT_READ, EVFILT_WRITE, EVFILT_USER and the timeout of kevent, nothing else.

#if __has_include(<sys/event.h>)

#include <sys/event.h>
#include <sys/time.h>

namespace coracle::os {

// Facts:
// - The fields of struct kevent differ in type and number from system to system (FreeBSD has `ext` besides), and so do
//   the numbers of the filters (EVFILT_USER of macOS is EVFILT_LIO of FreeBSD): only EV_SET and the names are safe.
//   EV_SET is a macro with a variable of its own (`kevp`, `__kevp__`), so its arguments are called otherwise.
// - macOS packs struct kevent to four bytes: its fields are read and written, never bound to a reference.
// - fork() passes no kqueue on, so FD_CLOEXEC can come late.
// - The wait is never restarted after a signal, whatever SA_RESTART says.
// - A kqueue takes a file, and tells nothing of it at its end, where epoll refuses it (EPERM). So does this poller.
// - Each direction is an event of its own, so one descriptor may stand twice in a batch.
// - EV_EOF on EVFILT_READ says that the peer sends no more; bytes may still be unread. EV_EOF on EVFILT_WRITE also
//   follows our own shutdown of that direction, so it is no hang-up. fflags carry the error of the socket.
// - A pipe or terminal may take one filter only; EV_RECEIPT tells the outcome of each.

/// Many descriptors by kqueue, edge-triggered (EV_CLEAR).
class kqueue_poller final : public poller {
public:
    /// error: std::system_error (no descriptor left).
    kqueue_poller() : kqueue_(::kqueue()) {
        if (!kqueue_) throw std::system_error(last_error(), "coracle: kqueue");
        ::fcntl(kqueue_.get(), F_SETFD, FD_CLOEXEC);
        struct kevent alarm;
        EV_SET(&alarm, 0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, nullptr);
        if (::kevent(kqueue_.get(), &alarm, 1, nullptr, 0, nullptr) < 0)
            throw std::system_error(last_error(), "coracle: kevent of EVFILT_USER");
    }
    kqueue_poller(const kqueue_poller&) = delete;
    kqueue_poller& operator=(const kqueue_poller&) = delete;

    result<void> watch(int fd, watcher& who) override {
        struct stat what{};
        if (::fstat(fd, &what) < 0) return last_failure();
        if (S_ISREG(what.st_mode) || S_ISDIR(what.st_mode))
            return failure(std::error_code(EPERM, std::system_category()));
        return change(fd, EV_ADD | EV_CLEAR, &who);
    }

    void forget(int fd, watcher& who) noexcept override {
        [[maybe_unused]] auto already_gone = change(fd, EV_DELETE, &who);
        for (std::size_t i = next_; i < fetched_; ++i)
            if (address_of_watcher(batch_[i]) == &who) EV_SET(&batch_[i], 0, EVFILT_USER, 0, 0, 0, nullptr);
    }

    void wait(std::optional<time_point> until) override {
        CORACLE_ASSERT(next_ == fetched_);  // wait() inside on_ready() would overwrite the batch being delivered
        struct timespec timeout{};
        if (until) timeout = left_until(*until);
        int count = ::kevent(kqueue_.get(), nullptr, 0, batch_.data(), static_cast<int>(batch_size),
                             until ? &timeout : nullptr);
        if (count < 0 && errno != EINTR) throw std::system_error(last_error(), "coracle: kevent");
        // Cleared before delivery: a wake from here on makes the next wait return.
        if (woken_.load(std::memory_order_relaxed)) woken_.exchange(false, std::memory_order_acq_rel);
        fetched_ = count > 0 ? static_cast<std::size_t>(count) : 0;
        for (next_ = 0; next_ < fetched_;) {
            const struct kevent& event = batch_[next_++];
            if (event.filter != EVFILT_USER) address_of_watcher(event)->on_ready(meaning(event));
        }
    }

    time_point now() noexcept override { return clock::now(); }

    void wake() noexcept override {
        if (woken_.exchange(true, std::memory_order_acq_rel)) return;
        int saved = errno;  // this may be a signal handler
        struct kevent alarm;
        EV_SET(&alarm, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, nullptr);
        ::kevent(kqueue_.get(), &alarm, 1, nullptr, 0, nullptr);
        errno = saved;
    }

private:
    static watcher* address_of_watcher(const struct kevent& event) noexcept {
        return reinterpret_cast<watcher*>(event.udata);
    }

    static readiness meaning(const struct kevent& event) noexcept {
        bool reading = event.filter == EVFILT_READ;
        bool ended = (event.flags & EV_EOF) != 0;
        readiness ready;
        ready.error = (event.flags & EV_ERROR) != 0 || (ended && event.fflags != 0);
        ready.readable = reading || ready.error;
        ready.writable = !reading || ready.error;
        ready.hangup = reading && ended;
        return ready;
    }

    struct timespec left_until(time_point until) noexcept {
        struct timespec left{};
        time_point at = now();
        if (until <= at) return left;
        auto nanoseconds = std::chrono::nanoseconds(until - at).count();
        // BSD kernels refuse very long timeouts with EINVAL; an early return is allowed.
        constexpr long long longest = 86'400LL * 1'000'000'000;
        if (nanoseconds > longest) nanoseconds = longest;
        left.tv_sec = static_cast<decltype(left.tv_sec)>(nanoseconds / 1'000'000'000);
        left.tv_nsec = static_cast<decltype(left.tv_nsec)>(nanoseconds % 1'000'000'000);
        return left;
    }

    result<void> change(int fd, unsigned short what, watcher* who) noexcept {
        auto ident = static_cast<decltype(kevent::ident)>(fd);
        struct kevent wanted[2];
        EV_SET(&wanted[0], ident, EVFILT_READ, what | EV_RECEIPT, 0, 0, who);
        EV_SET(&wanted[1], ident, EVFILT_WRITE, what | EV_RECEIPT, 0, 0, who);
        struct kevent outcome[2];
        int count = uninterrupted([&] { return ::kevent(kqueue_.get(), wanted, 2, outcome, 2, nullptr); });
        if (count < 0) return last_failure();
        int accepted = 0;
        std::error_code refused;
        for (int i = 0; i < count; ++i) {
            if (outcome[i].data == 0)
                ++accepted;
            else if (!refused)
                refused = std::error_code(static_cast<int>(outcome[i].data), std::system_category());
        }
        if (accepted == 0) return failure(refused);
        return {};
    }

    static constexpr std::size_t batch_size = 256;

    file_descriptor kqueue_;
    std::atomic<bool> woken_{false};
    std::size_t next_ = 0;
    std::size_t fetched_ = 0;
    std::array<struct kevent, batch_size> batch_;
};

}  // namespace coracle::os

#endif

// ---- coracle/os/native_poller.hpp
// The file that chooses the poller: kqueue where <sys/event.h> is (macOS, FreeBSD, Linux with the shim of the tests),
// else epoll.

#if !__has_include(<sys/event.h>) && !defined(__linux__)
#error "coracle needs epoll (Linux) or kqueue (macOS, FreeBSD); this system has neither <sys/epoll.h> nor <sys/event.h>"
#endif

namespace coracle::os {

#if __has_include(<sys/event.h>)
using native_poller = kqueue_poller;
#else
using native_poller = epoll_poller;
#endif

/// The poller of this system. error: std::system_error.
inline std::unique_ptr<poller> make_native_poller() { return std::make_unique<native_poller>(); }

}  // namespace coracle::os

// ---- coracle/os/pipe.hpp
// pipe: bytes to another process, or to this one from a signal handler.
// POSIX pipe(2), read(2), write(2), sigpending(2).

namespace coracle::os {

// Facts:
// - macOS has no pipe2(). O_NONBLOCK belongs to the open file, so each end of a pipe has its own, but all duplicates of
//   an end share it, also those in other processes.
// - No flag spares a write to a pipe without reader the SIGPIPE, as MSG_NOSIGNAL does for sockets. It is sent to the
//   thread that writes, so blocking it there and taking it back changes nothing for anybody else.
// - macOS sends it to the process instead, whose other threads do not block it, and has F_SETNOSIGPIPE. That belongs to
//   the open file: set when the pipe is made, it would reach a child that is to write there and to die of SIGPIPE.

/// Its two ends, both closed at exec, both blocking.
struct pipe_ends {
    file_descriptor reader;
    file_descriptor writer;
};

/// error: too_many_files_open.
inline result<pipe_ends> open_pipe() noexcept {
    int fds[2];
#if defined(__APPLE__)
    if (::pipe(fds) < 0) return last_failure();
    pipe_ends made{file_descriptor(fds[0]), file_descriptor(fds[1])};
    for (int fd : fds)
        if (::fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return last_failure();
#else
    if (::pipe2(fds, O_CLOEXEC) < 0) return last_failure();
    pipe_ends made{file_descriptor(fds[0]), file_descriptor(fds[1])};
#endif
    return made;
}

inline result<void> set_blocking(int fd, bool blocking) noexcept {
    int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0) return last_failure();
    int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    if (wanted != flags && ::fcntl(fd, F_SETFL, wanted) < 0) return last_failure();
    return {};
}

/// Bytes that have arrived. 0 is the end of the stream. error: would_block; bad_file_descriptor for a writer's end.
inline result<std::size_t> read_some(int fd, std::span<char> room) noexcept {
    auto count = uninterrupted([&]() noexcept { return ::read(fd, room.data(), room.size()); });
    if (count < 0) return last_failure();
    return static_cast<std::size_t>(count);
}

/// As many of the bytes as fit now, perhaps not all. error: would_block when none do; broken_pipe, and never a SIGPIPE,
/// when nobody reads any more; bad_file_descriptor for a reader's end.
inline result<std::size_t> write_some(int fd, std::string_view bytes) noexcept {
#if defined(F_SETNOSIGPIPE)
    if (::fcntl(fd, F_SETNOSIGPIPE, 1) < 0) return last_failure();
    auto count = uninterrupted([&]() noexcept { return ::write(fd, bytes.data(), bytes.size()); });
    if (count < 0) return last_failure();
#else
    sigset_t sent, before;
    sigemptyset(&sent);
    sigaddset(&sent, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &sent, &before);
    auto count = uninterrupted([&]() noexcept { return ::write(fd, bytes.data(), bytes.size()); });
    int why = count < 0 ? errno : 0;
    if (why == EPIPE && sigismember(&before, SIGPIPE) == 0) {
        sigset_t waiting;
        ::sigpending(&waiting);  // nothing waits when the process ignores it
        int taken = 0;
        if (sigismember(&waiting, SIGPIPE) == 1) ::sigwait(&sent, &taken);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (count < 0) return failure(std::error_code(why, std::system_category()));
#endif
    return static_cast<std::size_t>(count);
}

/// Throws away what has arrived. in: a non-blocking reader's end.
inline void drain(int fd) noexcept {
    char room[256];
    while (::read(fd, room, sizeof room) == static_cast<ssize_t>(sizeof room)) {
    }
}

}  // namespace coracle::os

// ---- coracle/os/processor_count.hpp
// How many processors this process may use.
// sched_getaffinity(2) of Linux and FreeBSD; a container or jail that is given two of sixty-four sees two.

#if defined(__linux__) || defined(__FreeBSD__)
#include <sched.h>
#endif

namespace coracle::os {

/// At least 1.
inline unsigned processor_count() noexcept {
#if defined(CPU_COUNT)
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    // Fails on machines of more than 1024 processors; the answer below does for them.
    if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        if (int count = CPU_COUNT(&allowed); count > 0) return static_cast<unsigned>(count);
#endif
    unsigned count = std::thread::hardware_concurrency();
    return count > 0 ? count : 1;
}

}  // namespace coracle::os

// ---- coracle/os/readiness_probe.hpp
// readiness_probe: what is possible on a descriptor right now, asked once.
// POSIX poll(2).

namespace coracle::os {

// Facts:
// - poll(2) tells the level, a poller the edges. A plain file is always ready to poll(2), and epoll refuses it (EPERM).
// - A pipe whose other end is gone says POLLHUP to its reader and POLLERR to its writer, asked for or not.

/// Waits for nothing. error: bad_file_descriptor when `fd` is not open.
inline result<readiness> probe_readiness(int fd) noexcept {
    struct pollfd asked{};
    asked.fd = fd;
    asked.events = POLLIN | POLLOUT;
    if (fd < 0) return failure(std::make_error_code(std::errc::bad_file_descriptor));
    if (uninterrupted([&]() noexcept { return ::poll(&asked, 1, 0); }) < 0) return last_failure();
    int seen = asked.revents;
    if ((seen & POLLNVAL) != 0) return failure(std::make_error_code(std::errc::bad_file_descriptor));
    readiness now;
    now.error = (seen & POLLERR) != 0;
    now.hangup = (seen & POLLHUP) != 0;
    now.readable = (seen & POLLIN) != 0 || now.hangup || now.error;
    now.writable = (seen & POLLOUT) != 0 || now.hangup || now.error;
    return now;
}

/// Another number for the same open file, closed at exec. It may be watched whatever becomes of the first number.
/// in: at least `lowest`.
inline result<file_descriptor> duplicate(int fd, int lowest = 0) noexcept {
    file_descriptor made(::fcntl(fd, F_DUPFD_CLOEXEC, lowest));
    if (!made) return last_failure();
    return made;
}

}  // namespace coracle::os

// ---- coracle/os/child.hpp
// child: a process of ours, from its start until it is reaped.
// POSIX posix_spawn(3), waitpid(2), kill(2).

namespace coracle::os {

// Facts:
// - posix_spawn() does not copy the page tables of a large process as fork() does, and returns what exec() said.
// - The number of a process is not given out again before it is reaped: until then kill() and waitpid() find it, or its
//   remains. A process that ignores SIGCHLD has its children reaped by the system, and waitpid() says ECHILD.
// - posix_spawnp() of macOS and FreeBSD asks a shell to run what the kernel cannot. Hence the search of PATH here.
// - dup2() in the child would tread on a source that has a number below 3; so they are moved up first.
// - exec() resets handlers, but what is ignored stays ignored, as SIGPIPE in a server; and masks stay.

namespace detail {

/// The program's file. error: no_such_file_or_directory, permission_denied.
inline result<std::string> find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    const char* set = std::getenv("PATH");
    std::string_view path = set ? set : "/usr/bin:/bin";
    auto why = std::errc::no_such_file_or_directory;
    for (;;) {
        std::size_t colon = path.find(':');
        std::string file(path.substr(0, colon));
        file += file.empty() ? "./" : "/";
        file += name;
        struct stat found{};
        if (::stat(file.c_str(), &found) == 0 && S_ISREG(found.st_mode)) {
            if (::access(file.c_str(), X_OK) == 0) return file;
            why = std::errc::permission_denied;
        }
        if (colon == std::string_view::npos) return failure(std::make_error_code(why));
        path.remove_prefix(colon + 1);
    }
}

inline std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> all;
    all.reserve(words.size() + 1);
    for (std::string& each : words) all.push_back(each.data());
    all.push_back(nullptr);
    return all;
}

/// What the new process does before it becomes the program.
class spawn_plan {
public:
    spawn_plan() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
    }
    spawn_plan(const spawn_plan&) = delete;
    spawn_plan& operator=(const spawn_plan&) = delete;
    ~spawn_plan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    /// The child's stream `number` is what `fd` is here; -1: /dev/null. error: of duplicating it.
    result<void> stream(int number, int fd) {
        if (fd < 0) {
            done(::posix_spawn_file_actions_addopen(&actions_, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY,
                                                    0));
            return {};
        }
        auto moved = duplicate(fd, 3);
        if (!moved) return failure(moved.error());
        done(::posix_spawn_file_actions_adddup2(&actions_, moved->get(), number));
        moved_.push_back(std::move(*moved));
        return {};
    }
    void inherited([[maybe_unused]] int number) {
#if defined(__APPLE__)
        if (::fcntl(number, F_GETFD) >= 0) done(::posix_spawn_file_actions_addinherit_np(&actions_, number));
#endif
    }
    void errors_as_output() { done(::posix_spawn_file_actions_adddup2(&actions_, 1, 2)); }
    void directory(const std::string& path) { done(::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str())); }

    int start(pid_t& pid, const std::string& file, char** words, char** variables, bool own_group) {
        close_the_rest(actions_);
        int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (own_group ? POSIX_SPAWN_SETPGROUP : 0);
#if defined(POSIX_SPAWN_CLOEXEC_DEFAULT)
        flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
        sigset_t none, reset;
        sigemptyset(&none);
        sigemptyset(&reset);
        for (int each = 1; each < 32; ++each)
            if (each != SIGKILL && each != SIGSTOP) sigaddset(&reset, each);
        done(::posix_spawnattr_setsigmask(&attributes_, &none));
        done(::posix_spawnattr_setsigdefault(&attributes_, &reset));
        done(::posix_spawnattr_setpgroup(&attributes_, 0));
        done(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)));
        if (failed_ != 0) return failed_;
        return ::posix_spawn(&pid, file.c_str(), &actions_, &attributes_, words, variables);
    }

private:
    void done(int outcome) noexcept {
        if (outcome != 0 && failed_ == 0) failed_ = outcome;
    }
    // Descriptors of other libraries that lack FD_CLOEXEC do not reach the child either, where the system can do that
    // (glibc 2.34, FreeBSD 13.1; on macOS it is the flag above).
    template <class Actions>
    void close_the_rest([[maybe_unused]] Actions& actions) noexcept {
        if constexpr (requires { posix_spawn_file_actions_addclosefrom_np(&actions, 3); })
            done(posix_spawn_file_actions_addclosefrom_np(&actions, 3));
    }

    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
    std::vector<file_descriptor> moved_;
    int failed_ = 0;
};

/// Waits for processes that have been killed, on a thread that there is only while it has something to do.
class undertaker {
public:
    static void take(pid_t pid) {
        undertaker& the = instance();
        std::lock_guard lock(the.mutex_);
        the.dying_.push_back(pid);
        if (the.busy_) return;
        try {
            std::thread([&the] { the.work(); }).detach();
        } catch (...) {
            the.dying_.pop_back();  // the caller waits for it, and then the number may be somebody else's
            throw;
        }
        the.busy_ = true;
    }

private:
    static undertaker& instance() {
        static undertaker* the = new undertaker;  // its thread may outlive static objects
        return *the;
    }
    void work() {
        for (;;) {
            pid_t next;
            {
                std::lock_guard lock(mutex_);
                busy_ = !dying_.empty();
                if (!busy_) return;
                next = dying_.back();
                dying_.pop_back();
            }
            int ignored = 0;
            uninterrupted([&]() noexcept { return ::waitpid(next, &ignored, 0); });
        }
    }

    std::mutex mutex_;  // guards what follows
    std::vector<pid_t> dying_;
    bool busy_ = false;
};

}  // namespace detail

/// A process that was started here. Kills it (SIGKILL) and has it reaped, without waiting, when it goes first.
class child {
public:
    child() noexcept = default;
    child(child&& other) noexcept
        : pid_(std::exchange(other.pid_, 0)), group_(other.group_), status_(std::exchange(other.status_, {})) {}
    child& operator=(child&& other) noexcept {
        if (this != &other) {
            end();
            pid_ = std::exchange(other.pid_, 0);
            group_ = other.group_;
            status_ = std::exchange(other.status_, {});
        }
        return *this;
    }
    ~child() { end(); }

    /// Starts it. The streams of kind `pipe` become `pipes`, of which those of other kinds are not looked at. No
    /// descriptor but its three streams reaches it, no signal is blocked or ignored in it.
    /// error: what exec() says (no_such_file_or_directory, permission_denied, executable_format_error),
    /// invalid_argument (see command_line::check), resource_unavailable_try_again when there are too many processes.
    /// cost: blocks this thread until the kernel has loaded the program, a millisecond or so.
    static result<child, named_error> start(const command_line& what, const std::array<int, 3>& pipes) {
        auto fails = [&what](std::error_code why, std::string_view detail) {
            std::string deed = "start '" + what.program() + "'";
            deed += detail;
            return failure(named_error(why, std::move(deed)));
        };
        if (auto right = what.check(); !right) return fails(right.error(), " (a word is empty, or holds a NUL or =)");
        auto file = detail::find_program(what.program());
        if (!file) return fails(file.error(), ", looked for in PATH");
        detail::spawn_plan plan;
        if (!what.where().empty()) plan.directory(what.where());
        for (std::size_t number = 0; number < 3; ++number) {
            command_line::stream kind = what.stream_of(number).value_or(command_line::stream{});
            int target = static_cast<int>(number);
            int fd = kind.kind == stdio::pipe ? pipes[number] : kind.fd;
            if (kind.kind == stdio::output && number == 2)
                plan.errors_as_output();
            else if (kind.kind == stdio::inherit && fd < 0)
                plan.inherited(target);
            else if (auto done = plan.stream(target, fd); !done)
                return fails(done.error(), ", whose stream " + std::to_string(number) + " is not open");
        }
        std::vector<std::string> words = what.words();
        std::vector<std::string> variables = what.variables();
        child made;
        int why = plan.start(made.pid_, *file, detail::pointers_to(words).data(), detail::pointers_to(variables).data(),
                             what.has_own_group());
        if (why != 0) {
            made.pid_ = 0;
            return fails(std::error_code(why, std::system_category()),
                         what.where().empty() ? "" : " in '" + what.where() + "'");
        }
        made.group_ = what.has_own_group();
        return made;
    }

    /// Its number; 0 when it has been reaped: then the number may be somebody else's.
    pid_t pid() const noexcept { return pid_; }
    /// How it has ended; none before look() has found out.
    const std::optional<exit_status>& status() const noexcept { return status_; }

    /// Reaps it if it has ended; true when it has.
    bool look() noexcept {
        if (pid_ <= 0) return status_.has_value();
        int raw = 0;
        pid_t found = uninterrupted([&]() noexcept { return ::waitpid(pid_, &raw, WNOHANG); });
        if (found == 0) return false;
        status_ = found == pid_ ? exit_status(raw) : exit_status();
        pid_ = 0;
        return true;
    }

    /// To its whole group if it has one of its own. error: no_such_process when it has ended.
    result<void> send(int number) noexcept {
        if (pid_ <= 0) return failure(std::make_error_code(std::errc::no_such_process));
        if (::kill(group_ ? -pid_ : pid_, number) < 0) return last_failure();
        return {};
    }

private:
    void end() noexcept {
        if (pid_ <= 0) return;
        [[maybe_unused]] auto ended_already = send(SIGKILL);
        if (look()) return;
        try {
            detail::undertaker::take(pid_);
        } catch (...) {  // no memory, no thread: what was killed dies soon
            int ignored = 0;
            uninterrupted([&]() noexcept { return ::waitpid(pid_, &ignored, 0); });
        }
    }

    pid_t pid_ = 0;
    bool group_ = false;
    std::optional<exit_status> status_;
};

}  // namespace coracle::os

// ---- coracle/os/signal_listener.hpp
// signal_listener: who is told of signals. The one place that installs handlers, so that any number of listeners, on
// any threads, come and go in any order.
// POSIX sigaction(2), signal-safety(7).

namespace coracle::os {

// Facts:
// - A handler may run on any thread, and on another one while this one tears down: it is counted in and out, and who
//   leaves waits until none is inside.
// - A handler that returns from SIGSEGV and its like runs into the same fault again, for ever.
// - A handler of SIGCHLD without SA_NOCLDSTOP is also called for children that stop and go on.

/// Derive from it, and call listen() when everything that on_signal() needs is there, and stop() first in the
/// destructor.
class signal_listener {
public:
    static constexpr std::size_t highest = 128;  ///< no system has a signal of a higher number

    signal_listener(const signal_listener&) = delete;
    signal_listener& operator=(const signal_listener&) = delete;

protected:
    signal_listener() noexcept = default;
    ~signal_listener() = default;

    /// Called in the signal handler, on any thread: atomics, write(2) and poller::wake() are all that is allowed there.
    virtual void on_signal(int number) noexcept = 0;

    /// From here on the signals do no more what they did before, but call on_signal() of every listener for them.
    /// error: std::logic_error for a number that is no signal or one of a fault; std::system_error for SIGKILL
    /// and SIGSTOP.
    void listen(std::span<const int> numbers) {
        for (int each : numbers) check(each);
        std::lock_guard lock(registry().mutex);
        for (int each : numbers) wanted_.set(static_cast<std::size_t>(each));
        next_.store(live().first.load());
        live().first.store(this);  // before the handlers: a signal from here on is not lost
        listening_ = true;
        for (std::size_t each = 1; each <= highest; ++each) {
            if (!wanted_.test(each)) continue;
            if (auto why = install(each)) {
                leave();
                throw std::system_error(
                    why, "coracle: signal " + std::to_string(each) + " cannot be waited for: sigaction refuses it");
            }
            installed_.set(each);
        }
    }

    /// The signals mean what they did before, unless others listen to them. When it returns, on_signal() does not run
    /// and will not. Harmless when it does not listen.
    void stop() noexcept {
        std::lock_guard lock(registry().mutex);
        leave();
    }

private:
    // What handlers see: constant-initialised and never destroyed, and nothing but atomics.
    struct seen_by_handlers {
        std::atomic<signal_listener*> first{nullptr};
        std::atomic<int> inside{0};
    };
    static seen_by_handlers& live() noexcept {
        static constinit seen_by_handlers the;
        return the;
    }
    struct book {
        std::mutex mutex;  // guards the list against all but handlers, and what follows
        std::array<unsigned, highest + 1> listeners{};
        std::array<struct sigaction, highest + 1> before{};
    };
    static book& registry() {
        static book* the = new book;  // listeners may outlive static objects
        return *the;
    }

    static void handle(int number) noexcept {
        int saved = errno;
        live().inside.fetch_add(1);
        for (signal_listener* each = live().first.load(); each; each = each->next_.load())
            if (each->wanted_.test(static_cast<std::size_t>(number))) each->on_signal(number);
        live().inside.fetch_sub(1);
        errno = saved;
    }

    static void check(int number) {
        if (number < 1 || static_cast<std::size_t>(number) > highest)
            throw std::logic_error("coracle: " + std::to_string(number) + " is no signal; write SIGHUP and its like");
        for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL})
            if (number == fault)
                throw std::logic_error("coracle: signal " + std::to_string(number) +
                                       " tells of a fault of this thread, which cannot be waited for");
    }

    static std::error_code install(std::size_t number) noexcept {
        book& all = registry();
        if (all.listeners[number]++ > 0) return {};
        struct sigaction ours{};
        ours.sa_handler = &handle;
        sigemptyset(&ours.sa_mask);
        // The poller's wait is interrupted all the same, other calls need not be.
        ours.sa_flags = SA_RESTART | SA_NOCLDSTOP | SA_ONSTACK;
        if (::sigaction(static_cast<int>(number), &ours, &all.before[number]) == 0) return {};
        --all.listeners[number];
        return last_error();
    }
    static void restore(std::size_t number) noexcept {
        book& all = registry();
        if (--all.listeners[number] > 0) return;
        struct sigaction now{};
        bool is_ours = ::sigaction(static_cast<int>(number), nullptr, &now) == 0 && now.sa_handler == &handle;
        // Somebody who has taken the signal over since then keeps it.
        if (is_ours) ::sigaction(static_cast<int>(number), &all.before[number], nullptr);
    }

    void leave() noexcept {
        if (!listening_) return;
        listening_ = false;
        for (std::size_t each = 1; each <= highest; ++each)
            if (installed_.test(each)) restore(each);
        std::atomic<signal_listener*>* link = &live().first;
        while (link->load() != this) link = &link->load()->next_;
        link->store(next_.load());
        while (live().inside.load() != 0) std::this_thread::yield();
        wanted_.reset();
        installed_.reset();
    }

    std::atomic<signal_listener*> next_{nullptr};
    std::bitset<highest + 1> wanted_;  // written only while no handler can see it
    std::bitset<highest + 1> installed_;
    bool listening_ = false;
};

}  // namespace coracle::os

// ---- coracle/os/signal_mailbox.hpp
// signal_mailbox: signals that have come and nobody has taken yet, and an alarm that the poller hears.
// The self-pipe trick of D. J. Bernstein; POSIX signals, which coalesce.

namespace coracle::os {

/// One bit for each signal: two of a kind that come before the first is taken are one, as in the kernel.
class signal_mailbox final : signal_listener {
public:
    /// in: the writer's end of a pipe, non-blocking, which gets a byte for each signal after its bit is set. The
    /// reader's end must live until stop(). error: as signal_listener::listen.
    signal_mailbox(std::span<const int> numbers, file_descriptor alarm) : alarm_(std::move(alarm)) { listen(numbers); }
    ~signal_mailbox() { stop(); }

    /// No further signal comes in; those that have can still be taken.
    using signal_listener::stop;

    /// A signal that has come, each kind in its turn; 0 when there is none. in: empty the alarm before, not after.
    int take() noexcept {
        if (!come_[0].load() && !come_[1].load()) return 0;
        for (std::size_t step = 0; step < highest; ++step) {
            last_ = (last_ + 1) % highest;
            std::uint64_t bit = std::uint64_t{1} << (last_ % 64);
            std::atomic<std::uint64_t>& word = come_[last_ / 64];
            if ((word.load() & bit) == 0) continue;
            word.fetch_and(~bit);
            return static_cast<int>(last_ + 1);
        }
        return 0;
    }

private:
    void on_signal(int number) noexcept override {
        auto at = static_cast<std::size_t>(number - 1);
        come_[at / 64].fetch_or(std::uint64_t{1} << (at % 64));
        char byte = 0;
        [[maybe_unused]] auto written = ::write(alarm_.get(), &byte, 1);  // full is loud enough
    }

    file_descriptor alarm_;
    std::atomic<std::uint64_t> come_[highest / 64]{};
    std::size_t last_ = highest - 1;
};

}  // namespace coracle::os

// ---- coracle/os/exit_notice.hpp
// exit_notice: a descriptor that becomes readable when a child has ended, or may have.
// pidfd_open(2) of Linux 5.3; elsewhere SIGCHLD.

#if defined(__linux__)
#include <sys/syscall.h>
#endif

namespace coracle::os {

// Facts: containers may refuse pidfd_open() with EPERM or ENOSYS. SIGCHLD tells that some child has ended, not which,
// and two that end at once are one signal: everybody looks after his own.

/// How to learn that a child has ended.
enum class exit_notice_kind : unsigned char { native, by_signal };

/// One child's. Make it while the child is not reaped, and look at the child once after that: it may have ended before.
class exit_notice {
public:
    /// error: too_many_files_open.
    static result<exit_notice> of(pid_t pid, exit_notice_kind kind = exit_notice_kind::native) {
        exit_notice made;
        if (kind == exit_notice_kind::native) made.descriptor_ = open_process(pid);
        if (made.descriptor_) return made;
        auto ends = open_pipe();
        if (!ends) return failure(ends.error());
        for (int fd : {ends->reader.get(), ends->writer.get()})
            if (auto done = set_blocking(fd, false); !done) return failure(done.error());
        static constexpr int numbers[] = {SIGCHLD};
        made.signals_ = std::make_unique<signal_mailbox>(numbers, std::move(ends->writer));
        made.descriptor_ = std::move(ends->reader);
        return made;
    }

    /// Gives the descriptor away: to somebody who keeps it open for as long as this lives.
    file_descriptor take_descriptor() noexcept { return std::move(descriptor_); }
    /// Makes the descriptor unreadable until the next notice, where it does not stay readable for good.
    void acknowledge(int fd) noexcept {
        if (signals_) drain(fd);
    }

private:
    static file_descriptor open_process([[maybe_unused]] pid_t pid) noexcept {
#if defined(__linux__) && defined(SYS_pidfd_open)
        return file_descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
#else
        return {};
#endif
    }

    file_descriptor descriptor_;
    std::unique_ptr<signal_mailbox> signals_;
};

}  // namespace coracle::os

// ---- coracle/os/signal_watch.hpp
// signal_watch: Ctrl-C and SIGTERM as a flag and a wake-up, for the time of its life.
// POSIX sigaction(2), signal-safety(7).

namespace coracle::os {

// Fact: GNU timeout and some container runtimes send SIGTERM twice in a row: a second SIGTERM changes nothing. A second
// Ctrl-C is a person who will not wait.

/// While it lives, SIGINT and SIGTERM are remembered and wake the poller instead of ending the process, and SIGPIPE is
/// ignored. Ctrl-C after either of them does at once what the system would do. One at a time in a process; other
/// listeners of the same signals are told beside it.
/// keeps: a reference to `wakes`. On destruction everything is as it was before.
class signal_watch final : signal_listener {
public:
    /// error: std::logic_error when there is one already; std::system_error.
    explicit signal_watch(poller& wakes) : wakes_(wakes) {
        if (taken().exchange(true))
            throw std::logic_error("coracle: a second signal_watch in one process; run one server at a time");
        struct sigaction ignored{};
        ignored.sa_handler = SIG_IGN;
        sigemptyset(&ignored.sa_mask);
        try {
            if (::sigaction(SIGPIPE, &ignored, &pipe_before_) < 0)
                throw std::system_error(last_error(), "coracle: sigaction");
            static constexpr int numbers[] = {SIGINT, SIGTERM};
            listen(numbers);
        } catch (...) {
            taken() = false;
            throw;
        }
    }
    ~signal_watch() {
        stop();
        ::sigaction(SIGPIPE, &pipe_before_, nullptr);
        taken() = false;
    }

    /// The signal that asked to stop; 0 while none has.
    int caught() const noexcept { return caught_.load(); }

private:
    static std::atomic<bool>& taken() noexcept {
        static constinit std::atomic<bool> the{false};
        return the;
    }

    void on_signal(int number) noexcept override {
        int none = 0;
        bool first = caught_.compare_exchange_strong(none, number);
        if (!first && number == SIGINT) {
            ::signal(SIGINT, SIG_DFL);
            ::raise(SIGINT);  // blocked until this handler returns
        }
        wakes_.wake();
    }

    poller& wakes_;
    std::atomic<int> caught_{0};
    struct sigaction pipe_before_{};
};

}  // namespace coracle::os

// ---- coracle/os/socket_address.hpp
// socket_address: where a socket is bound or connected to, as the kernel wants it.
// POSIX <sys/socket.h>, <netinet/in.h>, <sys/un.h>; unix(7) for abstract names.

namespace coracle::os {

// Fact: BSD and macOS begin every sockaddr with its length. The kernel fills it in for system calls, but functions of
// the C library may look at it. <netinet/in.h> defines SIN6_LEN where it is there (RFC 3493, section 3.4).

/// What kind of address it is; `none` is also an unnamed unix socket, as clients of unix sockets usually are.
enum class address_family : std::uint8_t { none, ipv4, ipv6, local };

/// A sockaddr of any family with its length.
class socket_address {
public:
    socket_address() noexcept = default;

    static socket_address ipv4(const std::array<std::uint8_t, 4>& bytes, std::uint16_t port) noexcept {
        sockaddr_in room{};
        room.sin_family = AF_INET;
        room.sin_port = htons(port);
        std::memcpy(&room.sin_addr, bytes.data(), bytes.size());
        return socket_address(&room, sizeof room);
    }

    /// in: `scope` is the interface number of a link-local address, else 0.
    static socket_address ipv6(const std::array<std::uint8_t, 16>& bytes, std::uint16_t port,
                               std::uint32_t scope = 0) noexcept {
        sockaddr_in6 room{};
        room.sin6_family = AF_INET6;
        room.sin6_port = htons(port);
        room.sin6_scope_id = scope;
        std::memcpy(&room.sin6_addr, bytes.data(), bytes.size());
        return socket_address(&room, sizeof room);
    }

    /// A unix socket in the file system; on Linux a path that starts with NUL is an abstract name.
    /// error: filename_too_long (Linux takes 107 bytes, BSD and macOS 103), invalid_argument for an empty path or one
    /// with a NUL inside.
    static result<socket_address> local(std::string_view path) {
        sockaddr_un room{};
        if (path.empty() || path.find('\0', 1) != std::string_view::npos)
            return failure(std::make_error_code(std::errc::invalid_argument));
        if (path.size() >= sizeof room.sun_path) return failure(std::make_error_code(std::errc::filename_too_long));
        room.sun_family = AF_UNIX;
        std::memcpy(room.sun_path, path.data(), path.size());
        bool abstract = path.front() == '\0';
        return socket_address(&room, offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1));
    }

    address_family family() const noexcept {
        if (length_ < static_cast<socklen_t>(offsetof(sockaddr_storage, ss_family) + sizeof storage_.ss_family))
            return address_family::none;
        if (storage_.ss_family == AF_INET) return address_family::ipv4;
        if (storage_.ss_family == AF_INET6) return address_family::ipv6;
        if (storage_.ss_family == AF_UNIX && !path().empty()) return address_family::local;
        return address_family::none;
    }

    /// 0 unless the family is ipv4 or ipv6.
    std::uint16_t port() const noexcept {
        if (storage_.ss_family == AF_INET) return ntohs(as<sockaddr_in>().sin_port);
        if (storage_.ss_family == AF_INET6) return ntohs(as<sockaddr_in6>().sin6_port);
        return 0;
    }
    std::array<std::uint8_t, 4> ipv4_bytes() const noexcept {
        std::array<std::uint8_t, 4> bytes{};
        auto address = as<sockaddr_in>().sin_addr;
        std::memcpy(bytes.data(), &address, bytes.size());
        return bytes;
    }
    std::array<std::uint8_t, 16> ipv6_bytes() const noexcept {
        std::array<std::uint8_t, 16> bytes{};
        auto address = as<sockaddr_in6>().sin6_addr;
        std::memcpy(bytes.data(), &address, bytes.size());
        return bytes;
    }
    std::uint32_t ipv6_scope() const noexcept { return as<sockaddr_in6>().sin6_scope_id; }

    /// The path of a unix socket, a view into this object; empty when it has none.
    std::string_view path() const noexcept {
        constexpr std::size_t start = offsetof(sockaddr_un, sun_path);
        if (storage_.ss_family != AF_UNIX || length_ <= start) return {};
        std::string_view text(reinterpret_cast<const char*>(&storage_) + start, length_ - start);
        if (text.front() == '\0') {
            bool named = text.find_first_not_of('\0') != std::string_view::npos;
            return named ? text : std::string_view();
        }
        return text.substr(0, text.find('\0'));
    }

    const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const noexcept { return length_; }
    /// AF_INET and so on, for socket().
    int domain() const noexcept { return storage_.ss_family; }

    /// For the calls that fill an address in: `fill(sockaddr*, socklen_t*)` returns negative when it failed.
    template <class Fill>
    static auto filled_by(socket_address& out, Fill fill) {
        out = socket_address();
        socklen_t length = sizeof out.storage_;
        auto outcome = fill(reinterpret_cast<sockaddr*>(&out.storage_), &length);
        // The kernel tells the full length even when it had to cut.
        if (outcome >= 0) out.length_ = length < sizeof out.storage_ ? length : socklen_t{sizeof out.storage_};
        return outcome;
    }

private:
    socket_address(const void* address, std::size_t length) noexcept : length_(static_cast<socklen_t>(length)) {
        std::memcpy(&storage_, address, length);
#if defined(SIN6_LEN)
        storage_.ss_len = static_cast<std::uint8_t>(length);
#endif
    }
    template <class Address>
    Address as() const noexcept {
        Address copy;
        std::memcpy(&copy, &storage_, sizeof copy);
        return copy;
    }

    sockaddr_storage storage_{};
    socklen_t length_ = 0;
};

}  // namespace coracle::os

// ---- coracle/os/socket.hpp
// The socket calls, as coracle wants them: non-blocking, close-on-exec, never a SIGPIPE, never EINTR.
// POSIX socket(2) and friends; accept4(2) of Linux and FreeBSD.

namespace coracle::os {

// Facts:
// - accept() also reports what had gone wrong with the connection it would have returned (ECONNABORTED, EPROTO,
//   ENETDOWN, ...): those are the peer's trouble, and the next connection is fine.
// - connect() interrupted by a signal goes on by itself; calling it again says EALREADY.
// - A unix socket whose server's backlog is full says EAGAIN to connect() at once and never tells when it is worth
//   another try: for connecting, EAGAIN is an error and EINPROGRESS is the one that means "wait".
// - macOS has neither SOCK_NONBLOCK nor accept4; it has SO_NOSIGPIPE. Its headers since 2023 have MSG_NOSIGNAL, which
//   the kernel below may be too old for. It is asked for by name, because its headers declare what only the newest
//   system has (pipe2, since those of macOS 27).
// - FreeBSD has all of them; there an accepted socket inherits SO_NOSIGPIPE, O_NONBLOCK too unless accept4 says else.
// - macOS accepts connections that are gone already: setsockopt then says EINVAL, and the peer has no address.

namespace detail {

#if defined(MSG_NOSIGNAL)
inline constexpr int send_flags = MSG_NOSIGNAL;
#else
inline constexpr int send_flags = 0;
#endif

inline result<void> set_option(int fd, int level, int name, int value) noexcept {
    if (::setsockopt(fd, level, name, &value, sizeof value) < 0) return last_failure();
    return {};
}

/// What SOCK_NONBLOCK and SOCK_CLOEXEC do where they exist.
inline result<void> prepare_socket([[maybe_unused]] int fd) noexcept {
#if defined(__APPLE__) || !defined(SOCK_NONBLOCK)
    int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) return last_failure();
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return last_failure();
#endif
#if defined(SO_NOSIGPIPE)
    if (auto quiet = set_option(fd, SOL_SOCKET, SO_NOSIGPIPE, 1); !quiet) return failure(quiet.error());
#endif
    return {};
}

/// Whether accept() failed for the connection it would have returned, and the next one may be fine.
inline bool is_of_the_peer(int why, int listener) noexcept {
    switch (why) {
        case EINTR:
        case ECONNABORTED:
        case EPROTO:
        case ETIMEDOUT:
        case ENETDOWN:
        case ENETUNREACH:
        case EHOSTDOWN:
        case EHOSTUNREACH:
#if defined(ENONET)
        case ENONET:
#endif
            return true;
        case EOPNOTSUPP:
        case ENOPROTOOPT: {
            // Also what a socket that does not listen says, and that would never end.
            int listening = 0;
            socklen_t size = sizeof listening;
            bool listens = ::getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
            errno = why;
            return listens;
        }
        default:
            return false;
    }
}

/// in: `kind` is SOCK_STREAM or SOCK_DGRAM; what comes out may go to socket() and socketpair(), then prepare_socket().
constexpr int socket_type(int kind) noexcept {
#if !defined(__APPLE__) && defined(SOCK_NONBLOCK)
    return kind | SOCK_NONBLOCK | SOCK_CLOEXEC;
#else
    return kind;
#endif
}

/// in: AF_INET and so on, SOCK_STREAM or SOCK_DGRAM.
inline result<file_descriptor> open_socket(int domain, int kind) noexcept {
    file_descriptor made(::socket(domain, socket_type(kind), 0));
    if (!made) return last_failure();
    if (auto prepared = prepare_socket(made.get()); !prepared) return failure(prepared.error());
    return made;
}

}  // namespace detail

/// A stream socket (TCP or unix) of the family of `where`, neither bound nor connected.
inline result<file_descriptor> open_stream_socket(const socket_address& where) noexcept {
    return detail::open_socket(where.domain(), SOCK_STREAM);
}

/// Two unix stream sockets connected to one another.
inline result<std::pair<file_descriptor, file_descriptor>> open_socket_pair() noexcept {
    int fds[2];
    if (::socketpair(AF_UNIX, detail::socket_type(SOCK_STREAM), 0, fds) < 0) return last_failure();
    std::pair<file_descriptor, file_descriptor> made{file_descriptor(fds[0]), file_descriptor(fds[1])};
    for (int fd : fds)
        if (auto prepared = detail::prepare_socket(fd); !prepared) return failure(prepared.error());
    return made;
}

/// Lets a server bind again while connections of its predecessor are still in TIME_WAIT.
inline result<void> reuse_address(int fd) noexcept { return detail::set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1); }

/// Lets several sockets listen on one address, the kernel dealing connections out among them (Linux, FreeBSD).
/// error: not_supported where connections are not dealt out (macOS).
inline result<void> share_port(int fd) noexcept {
#if defined(SO_REUSEPORT_LB)
    return detail::set_option(fd, SOL_SOCKET, SO_REUSEPORT_LB, 1);
#elif defined(__linux__)
    return detail::set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
#else
    (void)fd;
    return failure(std::make_error_code(std::errc::not_supported));
#endif
}

/// Sends small writes at once instead of waiting for the peer's acknowledgement.
inline result<void> send_without_delay(int fd) noexcept { return detail::set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1); }

/// Whether an IPv6 socket takes IPv6 only, or IPv4 too.
inline result<void> take_only_ipv6(int fd, bool only) noexcept {
    return detail::set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, only ? 1 : 0);
}

inline result<void> bind_socket(int fd, const socket_address& where) noexcept {
    if (::bind(fd, where.data(), where.size()) < 0) return last_failure();
    return {};
}

/// in: `backlog` connections may wait for accept; the kernel may cut it (net.core.somaxconn).
inline result<void> listen_on(int fd, int backlog = 2048) noexcept {
    if (::listen(fd, backlog) < 0) return last_failure();
    return {};
}

/// The next connection of a listening socket, and who it is.
/// error: would_block (is_would_block) when none waits; out of descriptors (is_out_of_descriptors) leaves it waiting.
inline result<file_descriptor> accept_connection(int fd, socket_address& peer) noexcept {
    for (;;) {
        file_descriptor made(socket_address::filled_by(peer, [&](sockaddr* room, socklen_t* length) {
#if !defined(__APPLE__) && defined(SOCK_NONBLOCK)
            return ::accept4(fd, room, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
            return ::accept(fd, room, length);
#endif
        }));
        if (made) {
#if defined(__APPLE__) || !defined(SOCK_NONBLOCK)
            if (auto prepared = detail::prepare_socket(made.get()); !prepared) continue;  // gone already
#endif
            return made;
        }
        if (!detail::is_of_the_peer(errno, fd)) return last_failure();
    }
}

/// Starts to connect. error: operation_in_progress means that finish_connect() tells the outcome at the next edge.
inline result<void> start_connect(int fd, const socket_address& where) noexcept {
    if (::connect(fd, where.data(), where.size()) == 0) return {};
    if (errno == EINTR) errno = EINPROGRESS;
    return last_failure();
}

inline bool is_in_progress(const std::error_code& why) noexcept {
    return why.value() == EINPROGRESS && why.category() == std::system_category();
}

/// Outcome of start_connect(). error: operation_in_progress when there is none yet, else why it failed.
inline result<void> finish_connect(int fd) noexcept {
    int why = 0;
    socklen_t size = sizeof why;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) < 0) return last_failure();
    if (why != 0) return failure(std::error_code(why, std::system_category()));
    // No error is also what a connection in the making says: only one that is made has a peer.
    socket_address peer;
    int named = socket_address::filled_by(
        peer, [&](sockaddr* room, socklen_t* length) { return ::getpeername(fd, room, length); });
    if (named == 0) return {};
    return failure(std::error_code(errno == ENOTCONN ? EINPROGRESS : errno, std::system_category()));
}

/// Bytes that have arrived. 0 is the end of the stream. error: would_block when none are there.
inline result<std::size_t> receive(int fd, std::span<char> room) noexcept {
    auto count = uninterrupted([&]() noexcept { return ::recv(fd, room.data(), room.size(), 0); });
    if (count < 0) return last_failure();
    return static_cast<std::size_t>(count);
}

/// Whether nothing of the peer's is left to read and the peer sends no more; consumes nothing.
inline bool at_end_of_stream(int fd) noexcept {
    char byte;
    return uninterrupted([&]() noexcept { return ::recv(fd, &byte, 1, MSG_PEEK); }) == 0;
}

/// As many of the bytes as the kernel takes now, perhaps not all. error: would_block when it takes none.
inline result<std::size_t> send_some(int fd, std::string_view bytes) noexcept {
    auto count = uninterrupted([&]() noexcept { return ::send(fd, bytes.data(), bytes.size(), detail::send_flags); });
    if (count < 0) return last_failure();
    return static_cast<std::size_t>(count);
}

/// Two pieces in one call, as a head and its body; else as send_some.
inline result<std::size_t> send_some(int fd, std::string_view first, std::string_view second) noexcept {
    iovec pieces[2];
    pieces[0].iov_base = const_cast<char*>(first.data());
    pieces[0].iov_len = first.size();
    pieces[1].iov_base = const_cast<char*>(second.data());
    pieces[1].iov_len = second.size();
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    auto count = uninterrupted([&]() noexcept { return ::sendmsg(fd, &message, detail::send_flags); });
    if (count < 0) return last_failure();
    return static_cast<std::size_t>(count);
}

/// Says "no more from here" (FIN); what the peer sends can still be read.
inline result<void> shutdown_sending(int fd) noexcept {
    if (::shutdown(fd, SHUT_WR) < 0) return last_failure();
    return {};
}

/// Reads find the end of the stream from here on, also the one that somebody waits for.
inline void shutdown_receiving(int fd) noexcept { ::shutdown(fd, SHUT_RD); }

/// Makes the close that follows a reset (RST): the peer's unread bytes and our unsent ones are dropped at once.
inline result<void> reset_on_close(int fd) noexcept {
    linger at_once{};
    at_once.l_onoff = 1;
    at_once.l_linger = 0;
    if (::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0) return last_failure();
    return {};
}

/// Where the socket is bound; tells the port the kernel chose for port 0.
inline result<socket_address> local_address(int fd) noexcept {
    socket_address out;
    int named = socket_address::filled_by(
        out, [&](sockaddr* room, socklen_t* length) { return ::getsockname(fd, room, length); });
    if (named < 0) return last_failure();
    return out;
}

/// Who is at the other end. error: not_connected.
inline result<socket_address> peer_address(int fd) noexcept {
    socket_address out;
    int named = socket_address::filled_by(
        out, [&](sockaddr* room, socklen_t* length) { return ::getpeername(fd, room, length); });
    if (named < 0) return last_failure();
    return out;
}

}  // namespace coracle::os

// ---- coracle/os/datagram.hpp
// datagram: the calls of UDP sockets, non-blocking and without signals.
// POSIX recvmsg(2), sendto(2); RFC 3493 for IPv6, ip(7) and ipv6(7) for multicast.

namespace coracle::os {

// Facts:
// - A datagram of 0 bytes is one like any other: 0 is no end of a stream.
// - "Nobody listens there" (ICMP) is told to a connected socket only, by the next call, whichever that is.
// - BSD and macOS say ENOBUFS when the interface's queue is full, always call the socket writable, and never tell when
//   there is room: such a datagram is lost, as others are on their way.
// - BSD and macOS spell the group options of IPv6 IPV6_JOIN_GROUP, and so does Linux.

/// What came: how many bytes fit, and whether there had been more.
struct received_datagram {
    std::size_t size = 0;
    bool truncated = false;
};

/// A UDP socket of the family of `where`, neither bound nor connected.
inline result<file_descriptor> open_datagram_socket(const socket_address& where) noexcept {
    return detail::open_socket(where.domain(), SOCK_DGRAM);
}

/// error: would_block when none has come; connection_refused of a connected socket.
inline result<received_datagram> receive_datagram(int fd, std::span<char> room, socket_address& from) noexcept {
    iovec piece{};
    piece.iov_base = room.data();
    piece.iov_len = room.size();
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    auto count = socket_address::filled_by(from, [&](sockaddr* name, socklen_t* length) noexcept {
        return uninterrupted([&]() noexcept {
            message.msg_name = name;
            message.msg_namelen = *length;
            auto outcome = ::recvmsg(fd, &message, 0);
            if (outcome >= 0) *length = message.msg_namelen;
            return outcome;
        });
    });
    if (count < 0) return last_failure();
    return received_datagram{static_cast<std::size_t>(count), (message.msg_flags & MSG_TRUNC) != 0};
}

/// To `where`, or, when that is null, to whom the socket is connected. All of it or nothing.
/// error: would_block; message_size when it is too large; connection_refused of a connected socket.
inline result<void> send_datagram(int fd, std::string_view bytes, const socket_address* where) noexcept {
    auto count = uninterrupted([&]() noexcept {
        return ::sendto(fd, bytes.data(), bytes.size(), detail::send_flags, where ? where->data() : nullptr,
                        where ? where->size() : socklen_t{0});
    });
    if (count < 0) return last_failure();
    return {};
}

/// Lets it send to broadcast addresses.
inline result<void> allow_broadcast(int fd, bool on) noexcept {
    return detail::set_option(fd, SOL_SOCKET, SO_BROADCAST, on ? 1 : 0);
}

/// Lets several sockets bind one address, each of which gets what is sent to a group that it has joined.
inline result<void> share_group_port(int fd) noexcept {
    if (auto done = reuse_address(fd); !done) return done;
#if !defined(__linux__) && defined(SO_REUSEPORT)
    return detail::set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
#else
    return {};
#endif
}

/// Gets what is sent to `group`, or does no more. in: the number of an interface; 0 lets the kernel choose.
inline result<void> set_membership(int fd, const socket_address& group, unsigned interface, bool member) noexcept {
    if (group.family() == address_family::ipv6) {
        ipv6_mreq wanted{};
        auto bytes = group.ipv6_bytes();
        std::memcpy(&wanted.ipv6mr_multiaddr, bytes.data(), bytes.size());
        wanted.ipv6mr_interface = static_cast<decltype(wanted.ipv6mr_interface)>(interface);
        int what = member ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP;
        if (::setsockopt(fd, IPPROTO_IPV6, what, &wanted, sizeof wanted) < 0) return last_failure();
        return {};
    }
    ip_mreqn wanted{};
    auto bytes = group.ipv4_bytes();
    std::memcpy(&wanted.imr_multiaddr, bytes.data(), bytes.size());
    wanted.imr_ifindex = static_cast<int>(interface);
    int what = member ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP;
    if (::setsockopt(fd, IPPROTO_IP, what, &wanted, sizeof wanted) < 0) return last_failure();
    return {};
}

/// Of what it sends to groups: how many routers it may pass (0 stays on this machine), whether this machine gets it
/// too, and through which interface it goes (0 lets the kernel choose).
inline result<void> set_group_sending(int fd, address_family family, int hops, bool to_us,
                                      unsigned interface) noexcept {
    if (family == address_family::ipv6) {
        if (auto done = detail::set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops); !done) return done;
        if (auto done = detail::set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, to_us ? 1 : 0); !done) return done;
        return detail::set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(interface));
    }
    // BSD wants bytes for these two, and Linux takes them.
    auto few = static_cast<unsigned char>(hops);
    unsigned char loops = to_us ? 1 : 0;
    if (::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &few, sizeof few) < 0) return last_failure();
    if (::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &loops, sizeof loops) < 0) return last_failure();
    if (interface == 0) return {};
    ip_mreqn through{};
    through.imr_ifindex = static_cast<int>(interface);
    if (::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &through, sizeof through) < 0) return last_failure();
    return {};
}

}  // namespace coracle::os

// ---- coracle/os/name_lookup.hpp
// name_lookup: the addresses of a host by its name, as this system finds them: files, DNS, whatever it is set up for.
// POSIX getaddrinfo(3); RFC 6724 (the order of the addresses); RFC 4007 11 (zones).

namespace coracle::os {

// Facts:
// - getaddrinfo() blocks for as long as the name servers keep silent: 10 s for one with glibc's defaults, and no call
//   ends it. It tells no time to live.
// - It takes "127.1", "0x7f.1" and "2130706433" for addresses, as inet_aton(3) does; who must not, looks first.
// - AI_ADDRCONFIG hides ::1 and all of IPv6 on a machine that is off the net, so it is not used; an address that
//   cannot be reached fails at once, and RFC 6724 puts it last.

/// Which addresses are wanted.
enum class families : std::uint8_t { both, ipv4, ipv6 };

namespace detail {

class lookup_category_type final : public std::error_category {
public:
    const char* name() const noexcept override { return "name lookup"; }
    std::string message(int code) const override {
        switch (code) {
            case EAI_NONAME:
                return "the name is not known, or has no such address";
            case EAI_AGAIN:
                return "the name servers do not answer; try again later";
            case EAI_FAIL:
                return "the name servers cannot answer";
            case EAI_SERVICE:
                return "the service is not known; write the number of its port";
            default:
                return ::gai_strerror(code);
        }
    }
    std::error_condition default_error_condition(int code) const noexcept override {
        if (code == EAI_AGAIN) return std::errc::resource_unavailable_try_again;
        if (code == EAI_MEMORY) return std::errc::not_enough_memory;
        return {code, *this};
    }
};

}  // namespace detail

/// The category of what getaddrinfo() says; its codes are the EAI_ constants.
inline const std::error_category& lookup_category() noexcept {
    static const detail::lookup_category_type only;
    return only;
}

/// Not known, or known without an address of the family that was asked for.
inline std::error_code name_not_known() noexcept { return {EAI_NONAME, lookup_category()}; }

namespace detail {
/// The systems have several words for it.
constexpr bool is_not_known(int code) noexcept {
#if defined(EAI_NODATA)
    if (code == EAI_NODATA) return true;
#endif
#if defined(EAI_ADDRFAMILY)
    if (code == EAI_ADDRFAMILY) return true;
#endif
    return code == EAI_NONAME;
}
}  // namespace detail

/// The addresses of `host`, best first, each once. Blocks.
/// in: `service` is a port number, a name as "https", or empty for port 0.
/// error: of lookup_category(), or what the system says when it could not even ask.
inline result<std::vector<socket_address>> look_up(const std::string& host, const std::string& service,
                                                   families wanted = families::both) {
    addrinfo hints{};
    hints.ai_family = wanted == families::ipv4 ? AF_INET : wanted == families::ipv6 ? AF_INET6 : AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;  // else each address comes once for each type
    addrinfo* first = nullptr;
    int why = ::getaddrinfo(host.c_str(), service.empty() ? nullptr : service.c_str(), &hints, &first);
    if (why == EAI_SYSTEM) return last_failure();
    if (detail::is_not_known(why)) return failure(name_not_known());
    if (why != 0) return failure(std::error_code(why, lookup_category()));
    std::unique_ptr<addrinfo, decltype([](addrinfo* list) { ::freeaddrinfo(list); })> all(first);
    std::vector<socket_address> found;
    for (const addrinfo* each = first; each; each = each->ai_next) {
        if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
        socket_address made;
        socket_address::filled_by(made, [&](sockaddr* room, socklen_t* length) {
            std::memcpy(room, each->ai_addr, each->ai_addrlen);
            *length = each->ai_addrlen;
            return 0;
        });
        bool known = false;
        for (const socket_address& other : found)
            known = known || (other.size() == made.size() && std::memcmp(other.data(), made.data(), made.size()) == 0);
        if (!known) found.push_back(made);
    }
    if (found.empty()) return failure(name_not_known());
    return found;
}

/// The number of a network interface by its name, the zone of "fe80::1%eth0"; 0 when there is none.
inline std::uint32_t interface_number(const std::string& name) noexcept { return ::if_nametoindex(name.c_str()); }

}  // namespace coracle::os

// ---- coracle/os/socket_file.hpp
// socket_file: the name of a listening unix socket in the file system, made without treading on anybody's.
// unix(7), POSIX bind(2): a name outlives the process that bound it, and nobody can bind it again until it is removed.

namespace coracle::os {

// Facts:
// - A stream socket that connects cannot tell a dead server from a living one: BSD and macOS refuse a connection also
//   when the backlog is full, and every system does between a server's bind() and its listen().
// - A datagram socket can, and disturbs nobody: it is refused (ECONNREFUSED) by a name that no process has bound, and
//   told EPROTOTYPE by one that a stream socket has.

/// Removes the name when it is destroyed, if it still is the one that it made. Abstract names need no removal.
class socket_file {
public:
    socket_file() noexcept = default;
    socket_file(socket_file&& other) noexcept
        : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}
    socket_file& operator=(socket_file&& other) noexcept {
        if (this != &other) {
            remove();
            path_ = std::exchange(other.path_, {});
            device_ = other.device_;
            inode_ = other.inode_;
        }
        return *this;
    }
    ~socket_file() { remove(); }

    /// Binds the unix socket `fd`. A name that a dead server left behind is taken over.
    /// error: address_in_use when a living server, or a file that is no socket, has the name.
    static result<socket_file> bind(int fd, const socket_address& where) {
        auto bound = bind_socket(fd, where);
        if (!bound && bound.error() == std::errc::address_in_use && remove_if_stale(where))
            bound = bind_socket(fd, where);
        if (!bound) return failure(bound.error());
        socket_file made;
        if (where.path().front() == '\0') return made;
        struct stat file{};
        std::string path(where.path());
        if (::lstat(path.c_str(), &file) < 0) return last_failure();
        made.path_ = std::move(path);
        made.device_ = file.st_dev;
        made.inode_ = file.st_ino;
        return made;
    }

    void remove() noexcept {
        if (path_.empty()) return;
        struct stat file{};
        if (::lstat(path_.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_)
            ::unlink(path_.c_str());
        path_.clear();
    }

private:
    /// Stale is a socket that nobody has bound; whatever else answers, or does not answer, is left alone.
    static bool remove_if_stale(const socket_address& where) {
        std::string path(where.path());
        struct stat before{};
        if (path.empty() || path.front() == '\0') return false;
        if (::lstat(path.c_str(), &before) < 0) return errno == ENOENT;
        if (!S_ISSOCK(before.st_mode)) return false;
        auto probe = detail::open_socket(AF_UNIX, SOCK_DGRAM);
        if (!probe) return false;
        auto answer = start_connect(probe->get(), where);
        if (answer || answer.error() != std::errc::connection_refused) return false;
        struct stat after{};
        if (::lstat(path.c_str(), &after) < 0) return errno == ENOENT;
        if (after.st_dev != before.st_dev || after.st_ino != before.st_ino) return false;  // somebody was faster
        return ::unlink(path.c_str()) == 0 || errno == ENOENT;
    }

    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace coracle::os

// ---- coracle/os/spare_descriptor.hpp
// spare_descriptor: one descriptor kept back, to turn connections away with when no other is left.
// libev(3) "The special problem of accept()ing when you can't".

namespace coracle::os {

// Fact: when accept() says EMFILE the connection stays in the queue and the listener stays readable. An edge-triggered
// poller then never tells again and a level-triggered one never stops; and the client waits for its own timeout.

/// Holds one descriptor in reserve. Belongs to one listener.
class spare_descriptor {
public:
    spare_descriptor() noexcept { refill(); }

    /// Turns away connections that wait at `listener`, up to `most`, so that their clients know at once.
    /// Returns how many; 0 when the queue is empty or another thread took the spare one meanwhile.
    int turn_away(int listener, int most) noexcept {
        int turned = 0;
        while (turned < most) {
            spare_.reset();
            socket_address ignored;
            auto connection = accept_connection(listener, ignored);
            if (!connection) break;
            connection->reset();
            ++turned;
        }
        refill();
        return turned;
    }

    explicit operator bool() const noexcept { return static_cast<bool>(spare_); }

private:
    void refill() noexcept {
        if (!spare_) spare_ = file_descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    }

    file_descriptor spare_;
};

}  // namespace coracle::os

// ---- coracle/os/terminal.hpp
// Whether a person is looking: colours and the friendly banner are for terminals only.
// POSIX isatty(3).

namespace coracle::os {

/// Whether what is written to `stream` appears on a terminal. Error: none; a closed stream is no terminal.
inline bool is_terminal(FILE* stream) noexcept {
    int fd = ::fileno(stream);
    return fd >= 0 && ::isatty(fd) == 1;
}

}  // namespace coracle::os

// ---- coracle/async/arrival.hpp
// arrival: what one thread leaves for another's loop. Costs the sender no memory, so it cannot fail.

namespace coracle::async {

/// On its way to a scheduler's thread since scheduler::deliver(): either it arrives, or the scheduler ends before, or
/// it is taken back with scheduler::withdraw(). Its owner keeps it alive until then.
class arrival : public list_node {
public:
    /// On the thread of the scheduler, from its loop.
    virtual void arrived() noexcept = 0;
    /// The scheduler is being destroyed, and is not to be used any more.
    virtual void lost() noexcept = 0;

protected:
    ~arrival() = default;
};

}  // namespace coracle::async

// ---- coracle/async/stop_request.hpp
// stop_request: how a call on another thread hears that nobody waits for it any more.
// coracle::stop_token is std::stop_token where the standard library has one.

namespace coracle::async {

using stop_request = stop_source;

/// F wants to hear that nobody waits for it any more: it takes a stop_token before its arguments.
template <class F, class... A>
concept takes_stop_token = std::is_invocable_v<F&, stop_token, A...>;

}  // namespace coracle::async

// ---- coracle/async/blocking_call.hpp
// blocking_call, lane: work for another thread, and which queue it stands in there.

namespace coracle {

/// The queues of a thread pool. Each has threads of its own, so that none can starve another.
enum class lane : unsigned char {
    user,      ///< what programs offload
    files,     ///< reading and writing files, looking up names
    clean_up,  ///< closing and destroying: short, and never refused
};

namespace async {

inline constexpr std::size_t lanes = 3;

/// A call that may block, on its way to another thread and, when someone awaits it, back: it arrives after run().
class blocking_call : public arrival {
public:
    /// On a thread of the pool. A detached call ends with it, and may destroy itself.
    virtual void run() noexcept = 0;

    lane stands_in = lane::user;

    // Of whoever runs it, from offload() to its end.
    const stop_request* ending = nullptr;  // asked to stop when the threads are about to end
    void* taken_by = nullptr;
    std::int64_t since = 0;
    bool begun = false;

protected:
    ~blocking_call() = default;
};

}  // namespace async
}  // namespace coracle

// ---- coracle/async/caller.hpp
// caller, call_frame: who waits, and on which line. The chain of call_frames is a job's stack while it waits.

namespace coracle::async {

/// The base of a promise whose coroutine shows in task dumps: where it stands, and who awaits it.
class call_frame {
public:
    /// Where it waits, or is about to; before it first runs, where its function is.
    std::source_location at() const noexcept { return at_; }
    /// Who awaits it: null for the first call of a job, and for an awaiter that is no task.
    const call_frame* caller() const noexcept { return caller_; }

    void stands_at(std::source_location where) noexcept { at_ = where; }
    void called_by(const call_frame* awaiter) noexcept { caller_ = awaiter; }

protected:
    call_frame() noexcept = default;
    call_frame(const call_frame&) = delete;
    call_frame& operator=(const call_frame&) = delete;
    ~call_frame() = default;

private:
    std::source_location at_;
    const call_frame* caller_ = nullptr;
};

/// What an await_suspend is given: `bool await_suspend(async::caller waiting)`. Made from the coroutine handle, and so
/// with the line of the co_await. Two words, so that it is passed in registers.
class caller {
public:
    template <class Promise>
    caller(
        std::coroutine_handle<Promise> waiting,
        std::source_location at = std::source_location::current()) noexcept  // implicit: the compiler passes a handle
        : marked_(static_cast<char*>(waiting.address())), at_(at) {
        // A promise that is aligned as its base stands where its base would stand, in all three compilers.
        if constexpr (std::derived_from<Promise, call_frame> && alignof(Promise) <= 2 * sizeof(void*)) {
            CORACLE_ASSERT(static_cast<call_frame*>(&waiting.promise()) == &frame_at(waiting.address()));
            ++marked_;
        }
    }

    std::coroutine_handle<> handle() const noexcept { return std::coroutine_handle<>::from_address(address()); }
    std::source_location at() const noexcept { return at_; }
    /// Null for a coroutine that is no task.
    call_frame* frame() const noexcept { return is_task() ? &frame_at(address()) : nullptr; }

private:
    static call_frame& frame_at(void* address) noexcept {
        return std::coroutine_handle<call_frame>::from_address(address).promise();
    }
    bool is_task() const noexcept { return (reinterpret_cast<std::uintptr_t>(marked_) & 1) != 0; }
    void* address() const noexcept { return is_task() ? marked_ - 1 : marked_; }

    char* marked_;  // one byte into the frame of a task, whose address is even
    std::source_location at_;
};

}  // namespace coracle::async

// ---- coracle/async/context.hpp
// context: the values that a job's code finds without being handed them. What contextvars.Context is to Python.

namespace coracle::async {

/// One value under one key, on top of those set before it. Shared by every job that was started since.
class context_node {
public:
    context_node(const context_node&) = delete;
    context_node& operator=(const context_node&) = delete;

protected:
    /// keeps: `below`, whose reference it takes over.
    context_node(const void* key, context_node* below) noexcept : key_(key), below_(below) {}
    virtual ~context_node() = default;

private:
    friend class context;
    const void* key_;
    context_node* below_;
    std::atomic<std::uint32_t> owners_{1};  // detached calls and other loops let go on their own threads
};

/// An immutable list of values, cheap to copy; a change makes a new list that shares the old one.
class context {
public:
    context() noexcept = default;
    context(const context& other) noexcept : top_(other.top_) {
        if (top_) top_->owners_.fetch_add(1, std::memory_order_relaxed);
    }
    context(context&& other) noexcept : top_(std::exchange(other.top_, nullptr)) {}
    context& operator=(context other) noexcept {
        std::swap(top_, other.top_);
        return *this;
    }
    ~context() {
        while (top_ && top_->owners_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete std::exchange(top_, top_->below_);
    }

    bool empty() const noexcept { return top_ == nullptr; }
    /// The newest value under `key`; null when there is none. cost: a walk over what was set since.
    const context_node* find(const void* key) const noexcept {
        for (const context_node* each = top_; each; each = each->below_)
            if (each->key_ == key) return each;
        return nullptr;
    }
    /// Puts `Node(key, below, value...)` on top. What it hides and nobody else sees goes, so that setting a value again
    /// and again costs no memory.
    template <class Node, class... A>
    void set(const void* key, A&&... value) {
        context_node* node = new Node(key, top_, std::forward<A>(value)...);
        top_ = node;
        context_node* above = node;
        while (context_node* hidden = above->below_) {
            if (hidden->owners_.load(std::memory_order_acquire) != 1) return;
            if (hidden->key_ != key) {
                above = hidden;
                continue;
            }
            above->below_ = hidden->below_;
            delete hidden;
            return;
        }
    }

    /// What an offloaded call sees: the context of whoever awaits it, for as long as this lives on the pool's thread.
    class lent {
    public:
        explicit lent(const context* to_this_thread) noexcept : before_(of_this_thread()) {
            of_this_thread() = to_this_thread;
        }
        lent(const lent&) = delete;
        lent& operator=(const lent&) = delete;
        ~lent() { of_this_thread() = before_; }

    private:
        const context* before_;
    };
    /// The one that was lent to this thread, or null.
    static const context* borrowed() noexcept { return of_this_thread(); }

private:
    static const context*& of_this_thread() noexcept {
        static constinit thread_local const context* mine = nullptr;
        return mine;
    }
    context_node* top_ = nullptr;
};

}  // namespace coracle::async

// ---- coracle/async/job.hpp
// job, scope, operation: who waits, what can be cancelled as one, and for what is waited.
// The model is trio's: level-triggered cancel scopes. All of them belong to one thread, so nothing here is atomic.

namespace coracle {

/// Thrown at the next co_await of whatever was cancelled. No std::exception, so `catch (const std::exception&)` lets
/// it pass; code that catches it for clean-up throws it on.
struct cancelled final {};

namespace async {

class job;
class operation;
class scheduler;

/// True when `error` holds `cancelled`.
inline bool is_cancellation(const std::exception_ptr& error) noexcept {
    if (!error) return false;
#if defined(__GLIBCXX__) && defined(__cpp_rtti)
    return *error.__cxa_exception_type() == typeid(cancelled);  // a thousand times faster than throwing it again
#else
    try {
        std::rethrow_exception(error);
    } catch (const cancelled&) {
        return true;
    } catch (...) {
        return false;
    }
#endif
}

/// A node of the tree that cancellation follows: cancelling a scope cancels everything below it, and every later
/// co_await in it, until it is left. Lives where it is used, usually in a coroutine frame.
class scope {
public:
    scope() noexcept = default;
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;
    /// What is still below it, because its owner outlives this scope, is from here on below the parent.
    ~scope() {
        if (child_) [[unlikely]]
            leave_children();
        detach();
    }

    /// Becomes a child of `parent`, and is cancelled at once if that is, unless it is shielded.
    void attach(scope& parent) noexcept {
        detach();
        next_ = parent.child_;
        if (next_) next_->link_ = &next_;
        link_ = &parent.child_;
        parent.child_ = this;
        told_ = in_effect_ = requested_ || (!shielded_ && parent.in_effect_);
    }
    void cancel() noexcept {
        requested_ = true;
        if (in_effect_) return;
        spread();
        tell();
    }
    /// From here on a cancellation from above does not come in; its own does.
    void shield() noexcept { shielded_ = true; }
    /// This very scope was cancelled, not only one above it.
    bool cancel_requested() const noexcept { return requested_; }
    /// This scope or one above it was cancelled: the next co_await in it throws `cancelled`.
    bool cancelled() const noexcept { return in_effect_; }

    /// Calls `visit(job, depth)` for each job below, the youngest of siblings first; a job's own are deeper by one.
    template <class Visit>
    void for_each_job(Visit&& visit, std::size_t depth = 0) const;

protected:
    enum class kind : unsigned char { group, part_of_job, whole_job };
    explicit scope(kind what, bool shielded = false) noexcept : kind_(what), shielded_(shielded) {}

private:
    friend class job;
    friend class cancel_scope;
    void detach() noexcept {
        if (!link_) return;
        *link_ = next_;
        if (next_) next_->link_ = link_;
        link_ = nullptr;
    }
    /// In its own place among its siblings; without a parent they have none either.
    void leave_children() noexcept {
        scope* last = child_;
        while (last->next_) last = last->next_;
        if (link_) {
            last->next_ = next_;
            if (next_) next_->link_ = &last->next_;
            next_ = child_;
            child_->link_ = &next_;
        } else {
            for (scope* each = child_; each;) {
                each->link_ = nullptr;
                each = std::exchange(each->next_, nullptr);
            }
        }
        child_ = nullptr;
    }
    void spread() noexcept {
        in_effect_ = true;
        for (scope* below = child_; below; below = below->next_)
            if (!below->in_effect_ && !below->shielded_) below->spread();
    }
    /// After spread(), so that an operation which hears of it finds every scope as it is.
    inline void tell() noexcept;
    /// The job whose waiting this scope interrupts; none for a group.
    inline job* interrupts() noexcept;

    scope* child_ = nullptr;
    scope* next_ = nullptr;
    scope** link_ = nullptr;
    kind kind_ = kind::group;
    bool shielded_ = false;
    bool requested_ = false;
    bool in_effect_ = false;
    bool told_ = false;
};

/// One sequential chain of awaits: a connection, a request handler, a child of gather. At any time it waits for at
/// most one operation, so cancelling it is one pointer.
class job final : scope {
public:
    job() noexcept : scope(kind::whole_job) {}
    explicit job(scope& parent) noexcept : job() { attach(parent); }

    scope& root() noexcept { return *this; }
    /// The innermost scope that the job's code is in.
    scope& current_scope() noexcept { return *innermost_; }
    bool cancelled() const noexcept { return innermost_->in_effect_; }
    bool waiting() const noexcept { return pending_ != nullptr; }

    /// What the innermost of its calls waits in; null while it runs.
    const call_frame* where() const noexcept { return leaf_; }

    /// The values that its code finds, see context_local.
    context& values() noexcept { return values_; }
    const context& values() const noexcept { return values_; }

    /// What it works for, for whoever looks from outside: a route, say. Null when nobody said.
    const char* label() const noexcept { return label_; }
    /// keeps: the text, which outlives the loop, for whoever looks from another thread.
    void set_label(const char* text) noexcept { label_ = text; }

    /// Sees what `parent` sees now.
    void inherit(const job& parent) noexcept {
        values_ = parent.values_;
        label_ = parent.label_;
    }

private:
    friend class scope;
    friend class scheduler;
    friend class operation;
    friend class cancel_scope;
    unsigned refusals_ = 0;  // how many co_awaits in a row were refused because it, or a part of it, is cancelled
    scope* innermost_ = this;
    operation* pending_ = nullptr;
    const call_frame* leaf_ = nullptr;
    scheduler* home_ = nullptr;
    context values_;
    const char* label_ = nullptr;
};

/// Is told when a job has come to its end: when its first task ends, which nobody awaits.
class task_end {
public:
    virtual void task_ended() noexcept = 0;

protected:
    ~task_end() = default;
};

/// A scope around part of a job's code: from here to its end, cancel() interrupts this part and no more.
class cancel_scope : scope {
public:
    /// in: a shielded part goes on when what is around it is cancelled, and is told at its end.
    explicit cancel_scope(job& in, bool shielded = false) noexcept
        : scope(kind::part_of_job, shielded), job_(in), outer_(*in.innermost_) {
        attach(outer_);
        in.innermost_ = this;
    }
    cancel_scope(const cancel_scope&) = delete;
    cancel_scope& operator=(const cancel_scope&) = delete;
    ~cancel_scope() {
        job_.innermost_ = &outer_;
        if (swallows()) job_.refusals_ = 0;  // it obeyed
    }

    void cancel() noexcept { scope::cancel(); }
    bool cancelled() const noexcept { return scope::cancelled(); }
    /// A `cancelled` that arrives at the end of this scope is its own, and ends here: nothing above was cancelled.
    bool swallows() const noexcept { return cancel_requested() && !outer_.cancelled(); }
    /// What is around this scope was cancelled.
    bool cancelled_from_outside() const noexcept { return outer_.cancelled(); }

private:
    friend class scope;
    job& job_;
    scope& outer_;
};

/// What a job waits for: the base of every awaiter that can suspend by itself. It stands in at most one list, of
/// waiters or of the ready. An operation either happens or is cancelled, never both.
class operation : public list_node {
public:
    operation() noexcept = default;

    /// Called when the scope around the waiting job is cancelled: finish_cancelled(), which leaves the list it stands
    /// in, or silence when it has to be waited for all the same.
    virtual void cancel() noexcept = 0;

    /// Wakes: the waiting coroutine, from the ready queue of its loop, once. Nothing if it does not wait any more.
    inline void finish() noexcept;

protected:
    ~operation() { abandon(); }

    /// Called when its turn in the ready queue comes: true resumes the coroutine, false goes on waiting.
    virtual bool ready() noexcept { return true; }

    /// For await_suspend: `waiting` is the coroutine of the running job, which now waits for this.
    inline void park(caller waiting) noexcept;
    /// For await_suspend, first thing: true when the running job is cancelled, and await_resume will say so.
    inline bool refused() noexcept;
    /// For await_suspend when the job is refused, and returned by it: goes on to await_resume. A job that awaits
    /// again and again all the same is reported, once, and has to queue, so that it does not hold the loop.
    [[gnu::cold]] inline bool declined(caller waiting) noexcept;
    /// For await_suspend when there is nothing to wait for, and returned by it: goes on, or, when the job has had its
    /// share of this turn, queues behind the others.
    inline bool done_at_once(caller waiting) noexcept;
    /// False: the job has had its share of this turn and has to queue, however ready it is.
    inline bool may_go_on() noexcept;
    /// Queues it without finishing: ready() decides, and until then it can still be cancelled.
    inline void try_again() noexcept;
    inline void finish_cancelled() noexcept;
    bool pending() const noexcept { return job_ != nullptr && job_->pending_ == this; }
    /// After ready() has done its work: from here on the operation has happened.
    void settled() noexcept {
        if (pending()) job_->pending_ = nullptr;
    }
    bool was_cancelled() const noexcept { return cancelled_; }
    /// For await_resume.
    void throw_if_cancelled() const {
        if (cancelled_) throw coracle::cancelled{};
    }
    scheduler& home() const noexcept { return *job_->home_; }
    /// The job that waits, or waited, for this.
    job& waiting_job() const noexcept { return *job_; }

private:
    friend class scheduler;
    inline void proceed() noexcept;
    void abandon() noexcept {
        if (!job_) return;
        if (pending()) job_->pending_ = nullptr;
        job_->leaf_ = nullptr;  // its coroutine goes with it
    }

    std::coroutine_handle<> waiting_;
    job* job_ = nullptr;
    bool cancelled_ = false;
};

inline job* scope::interrupts() noexcept {
    switch (kind_) {
        case kind::whole_job:
            return static_cast<job*>(this);
        case kind::part_of_job:
            return &static_cast<cancel_scope*>(this)->job_;
        case kind::group:
            break;
    }
    return nullptr;
}

inline void scope::tell() noexcept {
    told_ = true;
    job* told = interrupts();
    if (told && told->innermost_ == this && told->pending_) told->pending_->cancel();
    for (scope* below = child_; below; below = below->next_)
        if (below->in_effect_ && !below->told_) below->tell();
}

template <class Visit>
void scope::for_each_job(Visit&& visit, std::size_t depth) const {
    for (const scope* below = child_; below; below = below->next_) {
        bool is_job = below->kind_ == kind::whole_job;
        if (is_job) visit(*static_cast<const job*>(below), depth);
        below->for_each_job(visit, depth + (is_job ? 1 : 0));
    }
}

}  // namespace async
}  // namespace coracle

// ---- coracle/async/job_group.hpp
// job_group: jobs that are cancelled together and waited for together.

namespace coracle::async {

/// A job that its group keeps alive: it goes when it has ended, or with its group.
class group_member : public list_node {
public:
    /// The group dies while this has not ended: it goes where it stands. Called once.
    virtual void abandon() noexcept = 0;

protected:
    ~group_member() = default;
};

/// `co_await` it, from any job, as often as there is something to wait for: it resumes when all of its jobs have ended,
/// even when it was cancelled with them, for they may use what the waiting coroutine holds. Who is cancelled while they
/// are not only leaves.
class job_group {
public:
    class [[nodiscard("write co_await before it")]] end final : public operation {
    public:
        explicit end(job_group& of) noexcept : of_(of) {}

        bool await_ready() const noexcept { return of_.running_ == 0; }
        inline bool await_suspend(caller waiting) noexcept;
        void await_resume() const { throw_if_cancelled(); }
        // The scope tree has told the jobs already, if they were meant; they end in their own time.
        void cancel() noexcept override {
            if (!of_.jobs_.cancelled()) finish_cancelled();
        }

    private:
        job_group& of_;
    };
    end operator co_await() noexcept { return end(*this); }

    /// A child of the running job's innermost scope.
    inline job_group();
    explicit job_group(scope& parent) noexcept { jobs_.attach(parent); }
    job_group(const job_group&) = delete;
    job_group& operator=(const job_group&) = delete;
    ~job_group() {
        abandon_members();
        while (!waiting_.empty()) waiting_.pop_front();
    }

    scope& jobs() noexcept { return jobs_; }
    std::size_t running() const noexcept { return running_; }
    void begun() noexcept { ++running_; }
    /// After one_ended(), as the last that the job does with its group.
    void ended() noexcept {
        if (--running_ > 0) return;
        while (!waiting_.empty()) waiting_.front().finish();
    }
    /// A job has ended, with `error` or with none: the first failure cancels the others. in: `who` is its child_job.
    virtual void one_ended(const void*, const std::exception_ptr& error) noexcept { note(error); }

    void keep(group_member& one) noexcept { members_.push_back(one); }
    void abandon_members() noexcept {
        while (!members_.empty()) members_.pop_front().abandon();
    }

    /// Remembers the first failure that is no cancellation, or else the first cancellation.
    void note(std::exception_ptr error) noexcept {
        if (!error) return;
        jobs_.cancel();
        if (error_ && (!only_cancelled_ || is_cancellation(error))) return;
        only_cancelled_ = is_cancellation(error);
        error_ = std::move(error);
    }
    bool failed() const noexcept { return error_ != nullptr; }
    bool only_cancelled() const noexcept { return only_cancelled_; }
    void rethrow_failure() {
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

private:
    scope jobs_;
    std::size_t running_ = 0;
    intrusive_list<group_member> members_;
    intrusive_list<end> waiting_;
    std::exception_ptr error_;
    bool only_cancelled_ = false;
};

/// A group whose jobs have nothing to do with one another's failures.
class patient_group final : public job_group {
public:
    using job_group::job_group;
    void one_ended(const void*, const std::exception_ptr&) noexcept override {}
};

}  // namespace coracle::async

// ---- coracle/async/scheduler.hpp
// scheduler: all that the coroutine algebra asks of the loop that runs it. loop/reactor is one.

namespace coracle::async {

/// A job that has ended and goes once nothing on the stack uses it any more: a coroutine must not be destroyed from its
/// own final suspension.
class remains : public task_end, public list_node {
public:
    virtual void bury() noexcept = 0;

protected:
    ~remains() = default;
};

/// One thread's queue of operations that are ready to go on, first in, first out.
class scheduler {
public:
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;

    /// The scheduler that runs on this thread. Error: std::logic_error when there is none.
    static scheduler& current() {
        if (!here()) [[unlikely]]
            throw std::logic_error(
                "coracle: nothing runs coroutines on this thread; call this from inside run(task) or a handler");
        return *here();
    }
    static scheduler* current_or_null() noexcept { return here(); }

    job* running_job() const noexcept { return running_; }
    /// Makes `other` the running job for as long as the guard lives, to start it: it sees the values that the job sees
    /// that runs now.
    class run_as {
    public:
        /// in: where the code is that it begins with, for whoever looks from outside.
        run_as(scheduler& on, job& other, std::source_location begins_at = {}) noexcept
            : on_(on), before_(on.running_), before_at_(on.resumed_at_.load(std::memory_order_relaxed)) {
            if (before_) other.inherit(*before_);
            other.home_ = &on;
            on.running_ = &other;
            on.seen(other, begins_at);
        }
        run_as(const run_as&) = delete;
        run_as& operator=(const run_as&) = delete;
        ~run_as() {
            on_.running_ = before_;
            on_.seen_label_.store(before_ ? before_->label_ : nullptr, std::memory_order_relaxed);
            on_.resumed_at_.store(before_at_, std::memory_order_relaxed);
        }

    private:
        scheduler& on_;
        job* before_;
        std::source_location before_at_;
    };

    void make_ready(operation& next) noexcept { ready_.push_back(next); }
    /// Buries it at the end of this round.
    void leave_to_bury(remains& what) noexcept { remains_.push_back(what); }

    /// The scope above every job of this scheduler that has no other parent.
    scope& root() noexcept { return root_; }
    /// What spawn() started here: the scheduler's own, whoever awaits it.
    job_group& background() noexcept { return background_; }
    const job_group& background() const noexcept { return background_; }

    /// Says what the running job works for, see job::set_label.
    void label_running_job(const char* text) noexcept {
        if (running_) running_->set_label(text);
        seen_label_.store(text, std::memory_order_relaxed);
    }

    /// What a look from another thread sees of this one.
    struct glance {
        std::uint64_t step;               ///< its number; the same twice: it still lasts
        bool asleep;                      ///< it waits for the world
        const char* label;                ///< of the job that runs or ran last; null when it has none
        std::source_location resumed_at;  ///< where the coroutine had waited that runs or ran last
    };
    /// From any thread. The parts may belong to two jobs when they change at this moment.
    glance look() const noexcept {
        return {step_.load(std::memory_order_relaxed), asleep_.load(std::memory_order_relaxed),
                seen_label_.load(std::memory_order_relaxed), resumed_at_.load(std::memory_order_relaxed)};
    }

    /// Runs `call` on another thread; then it arrives here. Error: std::system_error when no thread can be had.
    virtual void offload(blocking_call& call) = 0;
    /// Runs `call` on another thread, sooner or later, even if this scheduler has ended by then. Error: the same.
    virtual void offload_detached(blocking_call& call) = 0;
    /// True when `call` had not been started and never will be.
    virtual bool retract(blocking_call& call) noexcept = 0;
    /// For a waiter that dies: on return `call` does not run, and will not arrive. Blocks this thread while it runs.
    virtual void recall(blocking_call& call) noexcept = 0;
    /// Calls what.arrived() on this scheduler's thread, soon, in the order of the calls. From any thread.
    virtual void deliver(arrival& what) noexcept = 0;
    /// For a receiver that dies: on return `what` is not under way any more.
    virtual void withdraw(arrival& what) noexcept = 0;
    /// The same for what will be delivered for certain: blocks this thread until then.
    virtual void intercept(arrival& what) noexcept = 0;
    /// Runs `f` on this scheduler's thread, soon. From any thread.
    virtual void post(function<void()> f) = 0;

    /// Counts an operation that was done without waiting. False: the job has had its share of this turn and has to
    /// queue behind the others, however ready it is.
    bool may_go_on() noexcept { return budget_-- > 0; }

    /// From 0 to `bound` - 1, for choices that have to be fair: the same in every run. Also outside of a loop.
    static std::size_t draw(std::size_t bound) noexcept {
        return here() ? static_cast<std::size_t>(here()->lots_.below(bound)) : 0;
    }

protected:
    scheduler() noexcept = default;
    ~scheduler() = default;

    /// Around the wait for the world, and around the time in which it does not run.
    void falls_asleep() noexcept { asleep_.store(true, std::memory_order_relaxed); }
    void wakes_up() noexcept {
        next_step();
        asleep_.store(false, std::memory_order_relaxed);
    }

    /// For destructors, while what the jobs may use is still there.
    void drop_background() noexcept { background_.abandon_members(); }
    bool anything_ready() const noexcept { return !ready_.empty() || !remains_.empty(); }
    /// Resumes what is ready now; what becomes ready meanwhile waits for the next call.
    void run_ready() noexcept {
        intrusive_list<operation> batch;
        batch.splice_back(ready_);
        if (order_) [[unlikely]]
            mix(batch);
        while (!batch.empty()) {
            budget_ = share;
            batch.pop_front().proceed();
        }
        budget_ = share;
        while (!remains_.empty()) remains_.pop_front().bury();
    }
    /// For tests: each batch goes on in an order that `seed` decides.
    void shuffle_ready(std::uint64_t seed) noexcept {
        order_.emplace(seed);
        lots_ = random_sequence(~seed);
    }
    /// Makes this the scheduler of the calling thread.
    class occupy {
    public:
        explicit occupy(scheduler& self) noexcept : before_(here()) { here() = &self; }
        occupy(const occupy&) = delete;
        occupy& operator=(const occupy&) = delete;
        ~occupy() { here() = before_; }

    private:
        scheduler* before_;
    };

private:
    friend class operation;
    static constexpr int share = 128;  // operations a job may finish in one go, as tokio's budget
    static scheduler*& here() noexcept {
        static constinit thread_local scheduler* mine = nullptr;
        return mine;
    }

    // Deals them out into two heaps again and again, which needs no memory: those that go the same way each time, one
    // pair in 256, keep their order.
    void mix(intrusive_list<operation>& batch) noexcept {
        for (int round = 0; round < 8; ++round) {
            intrusive_list<operation> first;
            intrusive_list<operation> second;
            while (!batch.empty()) {
                operation& next = batch.pop_front();
                (order_->percent(50) ? first : second).push_back(next);
            }
            batch.splice_back(first);
            batch.splice_back(second);
        }
    }

    void next_step() noexcept { step_.store(step_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
    /// Only this thread writes: no read-modify-write is needed, and none is paid for.
    void seen(const job& resumed, std::source_location at) noexcept {
        next_step();
        seen_label_.store(resumed.label_, std::memory_order_relaxed);
        resumed_at_.store(at, std::memory_order_relaxed);
    }

    intrusive_list<operation> ready_;
    std::optional<random_sequence> order_;
    random_sequence lots_{0};
    intrusive_list<remains> remains_;
    job* running_ = nullptr;
    int budget_ = share;
    scope root_;
    patient_group background_{root_};
    std::atomic<std::uint64_t> step_{0};
    std::atomic<bool> asleep_{true};
    std::atomic<const char*> seen_label_{nullptr};
    std::atomic<std::source_location> resumed_at_{};
};

/// The job that runs on this thread. Error: std::logic_error outside of run(task) and handlers.
inline job& this_job() {
    job* running = scheduler::current().running_job();
    if (!running) [[unlikely]]
        throw std::logic_error(
            "coracle: no task runs here, in a posted function or a timer; post and fire cannot wait");
    return *running;
}

/// What the code that runs here finds its values in: the running job's, or what an offloaded call was lent; null when
/// there is neither.
inline const context* seen_context() noexcept {
    scheduler* here = scheduler::current_or_null();
    if (here && here->running_job()) return &here->running_job()->values();
    return context::borrowed();
}

inline job_group::job_group() { jobs_.attach(this_job().current_scope()); }
inline bool job_group::end::await_suspend(caller waiting) noexcept {
    if (!of_.jobs_.cancelled() && refused()) return declined(waiting);
    park(waiting);
    of_.waiting_.push_back(*this);
    return true;
}

inline void operation::park(caller waiting) noexcept {
    scheduler* home = scheduler::here();
    CORACLE_ASSERT(home != nullptr && home->running_ != nullptr && home->running_->pending_ == nullptr);
    waiting_ = waiting.handle();
    job_ = home->running_;
    job_->home_ = home;
    job_->pending_ = this;
    job_->leaf_ = waiting.frame();
    if (call_frame* frame = waiting.frame()) frame->stands_at(waiting.at());
    if (!cancelled_) job_->refusals_ = 0;
}

inline bool operation::refused() noexcept {
    scheduler* here = scheduler::here();
    CORACLE_ASSERT(here != nullptr && here->running_ != nullptr);
    return cancelled_ = here->running_->cancelled();
}

inline bool operation::declined(caller waiting) noexcept {
    constexpr unsigned tolerated = 3;  // clean-up that awaits once more, and once more in a destructor's stead
    unsigned& refusals = scheduler::here()->running_->refusals_;
    if (refusals < tolerated) ++refusals;
    if (refusals < tolerated && may_go_on()) return false;
    if (refusals == tolerated) {
        ++refusals;
        report(
            "a job goes on awaiting although it was cancelled; code that catches everything must let `cancelled` pass "
            "(catch (const coracle::cancelled&) { throw; })",
            waiting.at());
    }
    park(waiting);
    finish();
    return true;
}

inline void operation::finish() noexcept {
    if (!pending()) return;
    job_->pending_ = nullptr;
    job_->home_->make_ready(*this);
}

inline bool operation::may_go_on() noexcept { return scheduler::here()->may_go_on(); }

inline bool operation::done_at_once(caller waiting) noexcept {
    if (may_go_on()) return false;
    park(waiting);
    finish();
    return true;
}

inline void operation::try_again() noexcept {
    if (pending()) job_->home_->make_ready(*this);
}

inline void operation::finish_cancelled() noexcept {
    if (!pending()) return;
    cancelled_ = true;
    finish();
}

inline void operation::proceed() noexcept {
    if (!cancelled_ && !ready()) return;
    job& resumed = *std::exchange(job_, nullptr);  // which may end before this operation does
    scheduler& home = *resumed.home_;
    home.running_ = &resumed;
    home.seen(resumed, resumed.leaf_ ? resumed.leaf_->at() : std::source_location{});
    resumed.leaf_ = nullptr;
    waiting_.resume();
    home.running_ = nullptr;
}

}  // namespace coracle::async

// ---- coracle/async/waiter.hpp
// waiter, waiting_line, choice: an operation that stands in line for its turn, alone or as one of several of which one
// happens. What mutex, semaphore, event, barrier and channel are made of, and what select chooses from.

namespace coracle::async {

class choice;

/// First in, first out. Outlives those who stand in it: one that does not is reported in debug runs, and what stood in
/// it waits until it is cancelled.
template <class Waiter>
class waiting_line : public intrusive_list<Waiter> {
public:
    waiting_line() noexcept = default;
    waiting_line(const waiting_line&) = delete;
    waiting_line& operator=(const waiting_line&) = delete;
    ~waiting_line() {
        if (this->empty()) return;
#if !defined(NDEBUG)
        report(
            "something that tasks wait for (a channel, a mutex, an event...) was destroyed before them, and they wait "
            "until they are cancelled; declare it before the tasks, or end them first");
#endif
        while (!this->empty()) this->front().forsaken();
    }
};

/// Tries at once, and else stands in a line until whoever serves that line says that it has happened.
class waiter : public operation {
public:
    /// May be a case of select.
    static constexpr bool selectable = true;

    bool await_ready() const noexcept { return false; }
    bool await_suspend(caller waiting) {
        if (refused()) return declined(waiting);
        if (attempt()) return done_at_once(waiting);
        park(waiting);
        line_up();
        return true;
    }
    void cancel() noexcept override {
        leave();
        finish_cancelled();
    }

    /// For whoever serves the line, at its front: takes it out. Wakes: the task, from the ready queue.
    inline void happened() noexcept;
    /// The line is gone, and nobody will serve it.
    void forsaken() noexcept {
        unlink();
        in_line_ = false;
    }

protected:
    ~waiter() = default;

    /// Does it now, if it can be done without waiting.
    virtual bool attempt() = 0;
    /// Calls stand_in().
    virtual void line_up() noexcept = 0;
    /// It has left its line unserved, which may be good for those behind it.
    virtual void left_line() noexcept {}

    /// For the await_ready of a class that is tried often, `return may_attempt() && attempt();`: done without waiting,
    /// it does not pay for suspending.
    bool may_attempt() noexcept { return !refused() && may_go_on(); }
    template <class Waiter>
    void stand_in(waiting_line<Waiter>& line) noexcept {
        line.push_back(static_cast<Waiter&>(*this));
        in_line_ = true;
    }
    bool in_line() const noexcept { return in_line_; }
    /// Leaves the line, if it stands in one; also for destructors, while left_line() is still there.
    void leave() noexcept {
        if (!in_line_) return;
        forsaken();
        left_line();
    }

private:
    friend class choice;
    choice* choice_ = nullptr;
    waiter* next_case_ = nullptr;
    bool in_line_ = false;
};

/// Several waiters as one operation: exactly one of them happens, and the others leave their lines as if they had never
/// come. Does not own them.
class choice : public operation {
public:
    bool await_ready() const noexcept { return false; }
    bool await_suspend(caller waiting) {
        if (refused()) return declined(waiting);
        if (attempt()) return done_at_once(waiting);
        park(waiting);
        for (waiter* each = first_; each; each = each->next_case_) each->line_up();
        return true;
    }
    void cancel() noexcept override {
        withdraw();
        finish_cancelled();
    }

protected:
    choice() noexcept = default;
    ~choice() { withdraw(); }

    void add(waiter& next) noexcept {
        next.choice_ = this;
        (last_ ? last_->next_case_ : first_) = &next;
        last_ = &next;
        ++count_;
    }
    /// Tries each of them once, beginning with one drawn by lot, so that the ready have equal chances.
    bool attempt() {
        std::size_t begin = count_ > 1 ? scheduler::draw(count_) : 0;
        waiter* each = first_;
        for (std::size_t i = 0; i < begin; ++i) each = each->next_case_;
        for (std::size_t i = 0; i < count_; ++i) {
            if (each->attempt()) {
                chosen_ = each;
                return true;
            }
            each = each->next_case_ ? each->next_case_ : first_;
        }
        return false;
    }
    const waiter* chosen() const noexcept { return chosen_; }

private:
    friend class waiter;
    void choose(waiter& one) noexcept {
        chosen_ = &one;
        withdraw();
        finish();
    }
    // All have left before the first is told: its news may serve others, which must not be one of these.
    void withdraw() noexcept {
        waiter* left = nullptr;
        for (waiter* each = first_; each;) {
            waiter* next = each->next_case_;
            each->choice_ = nullptr;
            if (each->in_line_) {
                each->forsaken();
                each->next_case_ = left;
                left = each;
            }
            each = next;
        }
        first_ = last_ = nullptr;
        for (; left; left = left->next_case_) left->left_line();
    }

    waiter* first_ = nullptr;
    waiter* last_ = nullptr;
    std::size_t count_ = 0;
    const waiter* chosen_ = nullptr;
};

inline void waiter::happened() noexcept {
    forsaken();
    if (choice_)
        choice_->choose(*this);
    else
        finish();
}

}  // namespace coracle::async

// ---- coracle/async/barrier.hpp
// barrier: tasks wait until so many of them have come, then all go on. asyncio.Barrier.

namespace coracle {

/// Thrown by wait() when the barrier is, or becomes, broken, and to those whom reset() sends away.
class broken_barrier : public std::runtime_error {
public:
    broken_barrier() : std::runtime_error("the barrier was broken or reset: not everybody will come") {}
};

/// Again and again: whoever comes after the last of one round begins the next. A waiter that is cancelled leaves as if
/// it had never come, and the others wait for somebody else; call abort() where that is never. Outlives its waiters.
class barrier {
public:
    explicit barrier(std::size_t parties) : parties_(parties) {
        if (parties == 0) throw std::logic_error("coracle: a barrier is for at least one task");
    }
    barrier(const barrier&) = delete;
    barrier& operator=(const barrier&) = delete;

    class [[nodiscard("write co_await before wait()")]] arrival final : public async::waiter {
    public:
        explicit arrival(barrier& at) noexcept : barrier_(at) {}
        ~arrival() { leave(); }
        std::size_t await_resume() const {
            throw_if_cancelled();
            if (sent_away_) throw broken_barrier();
            return index_;
        }

    private:
        friend class barrier;
        bool attempt() noexcept override {
            if (barrier_.broken_) return sent_away_ = true;
            if (barrier_.here_ + 1 < barrier_.parties_) return false;
            index_ = barrier_.parties_ - 1;
            barrier_.let_through();
            return true;
        }
        void line_up() noexcept override {
            stand_in(barrier_.waiting_);
            ++barrier_.here_;
        }
        void left_line() noexcept override { --barrier_.here_; }

        barrier& barrier_;
        std::size_t index_ = 0;
        bool sent_away_ = false;
    };

    /// Waits for the others. Gives the order of coming, from 0 to parties - 1, another to each of a round.
    /// error: broken_barrier. wakes: all of them, first come first, from the ready queue.
    arrival wait() noexcept { return arrival(*this); }

    /// Sends away those who wait, and begins anew, unbroken.
    void reset() noexcept {
        broken_ = false;
        send_away();
    }
    /// Sends away those who wait and, until reset(), whoever comes.
    void abort() noexcept {
        broken_ = true;
        send_away();
    }
    std::size_t parties() const noexcept { return parties_; }
    std::size_t waiting() const noexcept { return here_; }
    bool broken() const noexcept { return broken_; }

private:
    void let_through() noexcept {
        for (std::size_t index = 0; !waiting_.empty(); ++index) {
            arrival& next = waiting_.front();
            next.index_ = index;
            --here_;
            next.happened();
        }
    }
    void send_away() noexcept {
        while (!waiting_.empty()) {
            arrival& next = waiting_.front();
            next.sent_away_ = true;
            --here_;
            next.happened();
        }
    }

    async::waiting_line<arrival> waiting_;
    std::size_t parties_;
    std::size_t here_ = 0;
    bool broken_ = false;
};

}  // namespace coracle

// ---- coracle/async/mutex.hpp
// mutex: one task at a time, across its waits. asyncio.Lock, with a guard instead of a `with`.

namespace coracle {

/// `auto lock = co_await m.lock();` holds it until `lock` goes. For tasks of one loop, which need it only around a
/// co_await: between two of them nobody else runs. First come, first served; unlocking hands it to the next in line, so
/// that nobody barges in. Waiting for it twice in one task waits for ever. Outlives its guards and waiters.
/// cost: no allocation per waiter; about 5 ns when it is free.
class mutex {
public:
    mutex() noexcept = default;
    mutex(const mutex&) = delete;
    mutex& operator=(const mutex&) = delete;

    /// Holds the mutex, or nothing. Whoever is destroyed with it lets it go.
    class [[nodiscard("the mutex is unlocked when this goes: give it a name")]] guard {
    public:
        guard() noexcept = default;
        guard(guard&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
        guard& operator=(guard&& other) noexcept {
            if (this != &other) {
                unlock();
                held_ = std::exchange(other.held_, nullptr);
            }
            return *this;
        }
        ~guard() { unlock(); }

        explicit operator bool() const noexcept { return held_ != nullptr; }
        /// Before its end. Nothing when it holds nothing. Wakes: the next in line, which has the mutex from here on.
        void unlock() noexcept {
            if (held_) std::exchange(held_, nullptr)->pass_on();
        }

    private:
        friend class mutex;
        friend class condition;
        explicit guard(mutex& held) noexcept : held_(&held) {}
        mutex* held_ = nullptr;
    };

    /// Whoever stands in line for the mutex. A coroutine that is destroyed after it was handed the mutex, and before it
    /// ran, passes it on.
    class claim : public async::waiter {
    protected:
        explicit claim(mutex& on) noexcept : mutex_(&on) {}
        ~claim() {
            if (handed_) mutex_->pass_on();
        }
        bool attempt() noexcept override { return handed_ = mutex_->take(); }
        void line_up() noexcept override { stand_in(mutex_->claims_); }
        guard take_over() noexcept {
            handed_ = false;
            return guard(*mutex_);
        }

    private:
        friend class mutex;
        mutex* mutex_;
        bool handed_ = false;
    };

    class [[nodiscard("write co_await before lock()")]] locker final : public claim {
    public:
        explicit locker(mutex& on) noexcept : claim(on) {}
        bool await_ready() noexcept { return may_attempt() && attempt(); }
        guard await_resume() {
            throw_if_cancelled();
            return take_over();
        }
    };

    /// Waits until it is its turn. error: `cancelled`, and then it does not hold the mutex.
    locker lock() noexcept { return locker(*this); }
    /// `if (auto lock = m.try_lock())`: holds nothing when somebody else has it.
    guard try_lock() noexcept { return take() ? guard(*this) : guard(); }
    bool locked() const noexcept { return locked_; }

private:
    friend class condition;
    bool take() noexcept { return !std::exchange(locked_, true); }
    void pass_on() noexcept {
        if (claims_.empty())
            locked_ = false;
        else
            hand_over();
    }
    [[gnu::noinline]] void hand_over() noexcept {  // so that the above can be inlined
        claim& next = claims_.front();
        next.handed_ = true;
        next.happened();
    }

    async::waiting_line<claim> claims_;
    bool locked_ = false;
};

}  // namespace coracle

// ---- coracle/async/semaphore.hpp
// semaphore: at most so many at a time. asyncio.Semaphore and, with a limit, asyncio.BoundedSemaphore.

namespace coracle {

/// `semaphore s(3); auto permit = co_await s.acquire();` holds one of three until `permit` goes. For tasks of one loop.
/// First come, first served: who asks for many is not overtaken by those who ask for few. Outlives permits and waiters.
/// cost: no allocation per waiter.
class semaphore {
public:
    /// There will never be more permits than `limit`.
    explicit semaphore(std::size_t permits, std::size_t limit = static_cast<std::size_t>(-1))
        : available_(permits), limit_(limit) {
        if (permits > limit) throw std::logic_error("coracle: a semaphore begins with more permits than its limit");
    }
    semaphore(const semaphore&) = delete;
    semaphore& operator=(const semaphore&) = delete;

    /// Permits that are held, or none. Gives them back at its end.
    class [[nodiscard("the permits go back when this goes: give it a name")]] permit {
    public:
        permit() noexcept = default;
        permit(permit&& other) noexcept : from_(std::exchange(other.from_, nullptr)), count_(other.count_) {}
        permit& operator=(permit&& other) noexcept {
            if (this != &other) {
                release();
                from_ = std::exchange(other.from_, nullptr);
                count_ = other.count_;
            }
            return *this;
        }
        ~permit() { release(); }

        explicit operator bool() const noexcept { return from_ != nullptr; }
        std::size_t count() const noexcept { return from_ ? count_ : 0; }
        /// Before its end. Wakes: those whose turn has come.
        void release() noexcept {
            if (from_) std::exchange(from_, nullptr)->give_back(count_);
        }
        /// Does not give them back; somebody else calls semaphore::release().
        void keep() noexcept { from_ = nullptr; }

    private:
        friend class semaphore;
        permit(semaphore& from, std::size_t count) noexcept : from_(&from), count_(count) {}
        semaphore* from_ = nullptr;
        std::size_t count_ = 0;
    };

    /// A coroutine that is destroyed after it was given its permits, and before it ran, gives them back.
    class [[nodiscard("write co_await before acquire()")]] acquirer final : public async::waiter {
    public:
        acquirer(semaphore& from, std::size_t count) noexcept : from_(from), count_(count) {}
        ~acquirer() {
            leave();
            if (given_) from_.give_back(count_);
        }
        bool await_ready() noexcept { return may_attempt() && attempt(); }
        permit await_resume() {
            throw_if_cancelled();
            given_ = false;
            return permit(from_, count_);
        }

    private:
        friend class semaphore;
        bool attempt() noexcept override { return given_ = from_.take(count_); }
        void line_up() noexcept override { stand_in(from_.waiting_); }
        void left_line() noexcept override { from_.serve(); }  // those behind it may ask for less

        semaphore& from_;
        std::size_t count_;
        bool given_ = false;
    };

    /// Waits until `count` are there and it is its turn. error: std::logic_error when there never can be so many.
    acquirer acquire(std::size_t count = 1) {
        check_possible(count);
        return acquirer(*this, count);
    }
    /// `if (auto permit = s.try_acquire())`: holds nothing when there are not enough, or others wait already.
    permit try_acquire(std::size_t count = 1) {
        check_possible(count);
        return take(count) ? permit(*this, count) : permit();
    }
    /// Adds permits that no `permit` will give back. Wakes: those whose turn has come.
    /// error: std::logic_error when there would be more than the limit.
    void release(std::size_t count = 1) {
        if (count > limit_ - available_)
            throw std::logic_error(
                "coracle: more permits were released than the semaphore's limit allows; call release() once for each "
                "permit that was kept, and leave the others to their guards");
        give_back(count);
    }
    std::size_t available() const noexcept { return available_; }

private:
    void check_possible(std::size_t count) const {
        if (count > limit_)
            throw std::logic_error(
                "coracle: more permits are asked for than the semaphore's limit, which would wait for ever; ask for "
                "fewer, or raise the limit");
    }
    bool take(std::size_t count) noexcept {
        if (!waiting_.empty() || count > available_) return false;
        available_ -= count;
        return true;
    }
    void give_back(std::size_t count) noexcept {
        available_ += count < limit_ - available_ ? count : limit_ - available_;
        serve();
    }
    void serve() noexcept {
        while (!waiting_.empty() && waiting_.front().count_ <= available_) {
            acquirer& next = waiting_.front();
            available_ -= next.count_;
            next.given_ = true;
            next.happened();
        }
    }

    async::waiting_line<acquirer> waiting_;
    std::size_t available_;
    std::size_t limit_;
};

}  // namespace coracle

// ---- coracle/async/channel.hpp
// channel<T>: a bounded queue between tasks. asyncio.Queue with an end.

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

// ---- coracle/async/shared_ring.hpp
// shared_ring<T>: a queue that several read, each at its own pace, its items stored once. What broadcast is made of.

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

// ---- coracle/async/subscription.hpp
// subscription<T>: what a task receives the items of a broadcast with, and async::feed, the side that it reads from.

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

// ---- coracle/async/broadcast.hpp
// broadcast<T>: every subscriber gets every item. tokio::sync::broadcast, with a choice of what to do about slow ones.

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

// ---- coracle/async/checkpoint.hpp
// checkpoint: a co_await that has nothing to wait for, but keeps the rules of waiting. trio.lowlevel.checkpoint.

namespace coracle::async {

/// For calls that are done before they have waited: `co_await checkpoint();` throws `cancelled` in a scope that was
/// cancelled, and lets the others have their turn when the job has had its share of this one.
class [[nodiscard("write co_await before checkpoint()")]] checkpoint final : public operation {
public:
    checkpoint() noexcept = default;

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) noexcept {
        if (refused()) return declined(waiting);
        return done_at_once(waiting);
    }
    void cancel() noexcept override {}  // its turn has come already
    void await_resume() const { throw_if_cancelled(); }
};

}  // namespace coracle::async

// ---- coracle/async/context_local.hpp
// context_local<T>: a value that whatever a job calls can find without being handed it. contextvars.ContextVar.

namespace coracle {

/// `inline context_local<std::string> request_id{"-"};` A job sees what was set in it, else what its parent saw when it
/// started it; siblings do not see one another's. An offloaded call sees what its awaiter sees, and plain functions, a
/// logger say, see it too: no co_await is needed. Lives as long as the program.
/// cost: a walk over the values that the job has; one allocation for each set().
template <class T>
class context_local {
public:
    context_local() = default;
    /// in: what is seen where nothing was set.
    explicit context_local(T fallback) : fallback_(std::move(fallback)) {}
    context_local(const context_local&) = delete;
    context_local& operator=(const context_local&) = delete;

    /// The value as it is seen here, or the fallback; also outside of any job. keeps: valid until the next set() here.
    const T& get() const noexcept {
        const T* found = find();
        return found ? *found : fallback_;
    }
    const T& operator*() const noexcept { return get(); }
    const T* operator->() const noexcept { return &get(); }
    bool is_set() const noexcept { return find() != nullptr; }

    /// From here on, in this job and those that it starts. Error: std::logic_error outside of a job.
    void set(T value) const { async::this_job().values().template set<node>(this, std::move(value)); }

    /// What the job sees is again what it saw before, in all of its context, when this dies.
    class [[nodiscard("name it: what it holds ends with it")]] restorer {
    public:
        restorer(const context_local& which, T value) : job_(async::this_job()), before_(job_.values()) {
            which.set(std::move(value));
        }
        restorer(const restorer&) = delete;
        restorer& operator=(const restorer&) = delete;
        ~restorer() { job_.values() = std::move(before_); }

    private:
        async::job& job_;
        async::context before_;
    };
    /// set() until the end of a block: `auto within = request_id.set_within("7f3a");`
    restorer set_within(T value) const { return restorer(*this, std::move(value)); }

private:
    class node final : public async::context_node {
    public:
        node(const void* key, async::context_node* below, T&& held)
            : context_node(key, below), value(std::move(held)) {}
        T value;
    };
    const T* find() const noexcept {
        const async::context* seen = async::seen_context();
        const async::context_node* found = seen ? seen->find(this) : nullptr;
        return found ? &static_cast<const node*>(found)->value : nullptr;
    }
    T fallback_{};
};

}  // namespace coracle

// ---- coracle/async/frame_pool.hpp
// frame_pool: coroutine frames from free lists of this thread, so that awaiting a call costs no malloc.
// Off under sanitizers, which it would blind, and when CORACLE_NO_FRAME_POOL is defined.

namespace coracle::async {

/// Blocks of up to 2 KiB in classes of 32 bytes; larger ones go to malloc. A block may be given back on any thread.
class frame_pool {
public:
#if defined(CORACLE_NO_FRAME_POOL) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    static constexpr bool enabled = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
    static constexpr bool enabled = false;
#else
    static constexpr bool enabled = true;
#endif
#else
    static constexpr bool enabled = true;
#endif

    /// Error: std::bad_alloc.
    static void* allocate(std::size_t bytes) {
        std::size_t size_class = class_of(bytes);
        if (!enabled || size_class >= classes) return checked(std::malloc(bytes));
        lists& mine = of_this_thread();
        if (block* top = mine.top[size_class]) [[likely]] {
            mine.top[size_class] = top->below;
            --mine.count[size_class];
            return top;
        }
        return checked(std::malloc((size_class + 1) * granule));
    }

    /// `bytes` is what allocate was asked for.
    static void release(void* memory, std::size_t bytes) noexcept {
        std::size_t size_class = class_of(bytes);
        if (!enabled || size_class >= classes) return std::free(memory);
        lists& mine = of_this_thread();
        if (mine.count[size_class] >= kept || mine.closed) [[unlikely]]
            return std::free(memory);
        if (!mine.will_be_emptied) [[unlikely]]
            empty_at_thread_exit(mine);
        auto* top = ::new (memory) block{mine.top[size_class]};
        mine.top[size_class] = top;
        ++mine.count[size_class];
    }

private:
    static constexpr std::size_t granule = 32;
    static constexpr std::size_t classes = 64;
    static constexpr unsigned kept = 256;

    struct block {
        block* below;
    };
    // Trivially destructible, so that frames which die after this thread's destructors have run still find it.
    struct lists {
        block* top[classes];
        unsigned count[classes];
        bool will_be_emptied;
        bool closed;
    };
    struct emptier {
        lists& mine;
        explicit emptier(lists& l) noexcept : mine(l) {}
        ~emptier() {
            mine.closed = true;
            for (block*& top : mine.top)
                while (top) {
                    block* below = top->below;
                    std::free(top);
                    top = below;
                }
        }
    };

    static std::size_t class_of(std::size_t bytes) noexcept { return (bytes - 1) / granule; }
    static lists& of_this_thread() noexcept {
        static constinit thread_local lists mine{};
        return mine;
    }
    static void empty_at_thread_exit(lists& mine) noexcept {
        static thread_local emptier at_exit(mine);
        at_exit.mine.will_be_emptied = true;
    }
    static void* checked(void* memory) {
        if (!memory) throw std::bad_alloc();
        return memory;
    }
};

}  // namespace coracle::async

// ---- coracle/async/task.hpp
// task<T>: a call that can wait. Lazy, awaited once, by one awaiter, on the thread that it began on.

namespace coracle {

template <class T = void>
class task;

namespace async {

/// What a task<T> yields where a value has to stand: T, or std::monostate for void.
template <class T>
using value_of = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

}  // namespace async

namespace detail {

class task_promise_base : public async::call_frame {
public:
    task_promise_base() noexcept {}

    static void* operator new(std::size_t bytes) { return async::frame_pool::allocate(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept { async::frame_pool::release(frame, bytes); }

    std::suspend_always initial_suspend() noexcept { return {}; }

    struct final_awaiter {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
            task_promise_base& promise = done.promise();
            if (promise.end_) {
                promise.end_->task_ended();
                return std::noop_coroutine();
            }
            return promise.awaited_ ? promise.continuation_ : std::noop_coroutine();
        }
        void await_resume() noexcept {}
    };
    final_awaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { error_ = std::current_exception(); }

protected:
    void rethrow_error() {
        if (error_) [[unlikely]]
            std::rethrow_exception(std::exchange(error_, nullptr));
    }

private:
    template <class>
    friend class coracle::task;
    std::coroutine_handle<> continuation_;
    async::task_end* end_ = nullptr;
    std::exception_ptr error_;
    bool started_ = false;
    bool awaited_ = false;  // the awaiter is suspended and wants to be resumed
};

template <class T>
class task_promise final : public task_promise_base {
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                  "coracle: a task cannot give a value that is aligned beyond the usual, for compilers do not align "
                  "coroutine frames for it; give a std::unique_ptr to it");

public:
    task_promise() noexcept {}
    task<T> get_return_object(std::source_location function = std::source_location::current()) noexcept;
    void return_value(T value) noexcept(std::is_nothrow_move_constructible_v<T>) { value_.emplace(std::move(value)); }
    T take() {
        rethrow_error();
        return std::move(*value_);
    }

private:
    std::optional<T> value_;
};

template <class T>
class task_promise<T&> final : public task_promise_base {
public:
    task_promise() noexcept {}
    task<T&> get_return_object(std::source_location function = std::source_location::current()) noexcept;
    void return_value(T& value) noexcept { value_ = std::addressof(value); }
    T& take() {
        rethrow_error();
        return *value_;
    }

private:
    T* value_ = nullptr;
};

template <>
class task_promise<void> final : public task_promise_base {
public:
    task_promise() noexcept {}
    inline task<void> get_return_object(std::source_location function = std::source_location::current()) noexcept;
    void return_void() noexcept {}
    void take() { rethrow_error(); }
};

}  // namespace detail

/// What a coroutine returns: `task<user> load(int id) { ... co_return u; }`. Calling it runs nothing; `co_await` runs
/// it and gives its value or throws its exception.
/// wakes: the awaiter, at once, on the same stack when the task never waited, else where its last wait ended.
/// cost: one pooled frame; about 10 ns when it does not wait.
template <class T>
class [[nodiscard("a task does nothing until it is awaited: write co_await before the call")]] task {
public:
    using promise_type = detail::task_promise<T>;
    using value_type = T;

    task(task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    task& operator=(task&& other) noexcept {
        if (this != &other) {
            drop();
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~task() { drop(); }

    // Runs the child inside the parent's await_suspend instead of transferring to it: the stack unwinds after every
    // await, whatever the optimiser does, and a million ready awaits in a loop need no more of it than one.
    class awaiter {
    public:
        explicit awaiter(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
        bool await_ready() const noexcept { return frame_.done(); }
        bool await_suspend(async::caller parent) {
            detail::task_promise_base& promise = frame_.promise();
            promise.called_by(parent.frame());
            if (parent.frame()) parent.frame()->stands_at(parent.at());
            if (!promise.started_) {
                promise.started_ = true;
                frame_.resume();
                if (frame_.done()) return false;
            }
            CORACLE_ASSERT(!promise.awaited_);
            promise.continuation_ = parent.handle();
            promise.awaited_ = true;
            return true;
        }
        T await_resume() { return frame_.promise().take(); }

    private:
        std::coroutine_handle<promise_type> frame_;
    };

    awaiter operator co_await() && noexcept {
        CORACLE_ASSERT(frame_);
        return awaiter(frame_);
    }
    template <class Task = task>
    awaiter operator co_await() & noexcept {
        static_assert(!std::is_same_v<Task, task>,
                      "coracle: a task is awaited once, which uses it up: write co_await std::move(name)");
        return awaiter(frame_);
    }

    /// Runs the task until it first waits, in the running job, which may wait for nothing else meanwhile: for those
    /// who make it a job of its own (scheduler::run_as). Await it, or let `end` (which must outlive it) be told.
    void start(async::task_end* end = nullptr) noexcept {
        CORACLE_ASSERT(frame_);
        detail::task_promise_base& promise = frame_.promise();
        CORACLE_ASSERT(!promise.started_);
        promise.end_ = end;
        promise.started_ = true;
        frame_.resume();
    }
    /// Drops a task that never ran, without the report: whoever was to run it is gone.
    void let_go() noexcept {
        frame_.promise().started_ = true;
        drop();
        frame_ = nullptr;
    }
    bool done() const noexcept { return frame_.done(); }
    /// Where it waits; before it runs, where its function is.
    std::source_location where() const noexcept { return frame_.promise().at(); }
    /// What ended it when it was no value; null while it runs.
    std::exception_ptr error() const noexcept { return frame_.promise().error_; }
    /// The value of a task that is done, once. Error: the exception that ended it.
    T result() {
        CORACLE_ASSERT(done());
        return frame_.promise().take();
    }

private:
    friend promise_type;
    explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
    void drop() noexcept {
        if (!frame_) return;
#if !defined(NDEBUG)
        // Not while an exception makes its way: that is the better news.
        if (!frame_.promise().started_ && std::uncaught_exceptions() == 0)
            report("a task was dropped that never ran; write co_await before the call of the function",
                   frame_.promise().at());
#endif
        frame_.destroy();
    }
    std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <class T>
task<T> task_promise<T>::get_return_object(std::source_location function) noexcept {
    stands_at(function);
    return task<T>(std::coroutine_handle<task_promise>::from_promise(*this));
}
template <class T>
task<T&> task_promise<T&>::get_return_object(std::source_location function) noexcept {
    stands_at(function);
    return task<T&>(std::coroutine_handle<task_promise>::from_promise(*this));
}
inline task<void> task_promise<void>::get_return_object(std::source_location function) noexcept {
    stands_at(function);
    return task<void>(std::coroutine_handle<task_promise>::from_promise(*this));
}

}  // namespace detail

}  // namespace coracle

// ---- coracle/async/outcome.hpp
// outcome<T>: what became of a task: its value, or the exception that ended it.

namespace coracle {

namespace async {

// What stands for T where an object has to: std::monostate for void, std::reference_wrapper for T&.
template <class T>
struct element_of {
    using type = value_of<T>;
};
template <class T>
struct element_of<T&> {
    using type = std::reference_wrapper<T>;
};

}  // namespace async

/// `for (outcome<page>& each : pages) if (each) use(*each); else log(each.error_text());`
template <class T>
class [[nodiscard]] outcome {
public:
    using value_type = T;
    using element = typename async::element_of<T>::type;

    explicit outcome(element value) noexcept(std::is_nothrow_move_constructible_v<element>)
        : held_(std::in_place_index<0>, std::move(value)) {}
    /// in: not null.
    static outcome failed(std::exception_ptr error) noexcept {
        CORACLE_ASSERT(error != nullptr);
        return outcome(failure_mark(), std::move(error));
    }
    /// That of a task which is done; takes its value.
    static outcome of(task<T>& ended) noexcept {
        if (std::exception_ptr error = ended.error()) return failed(std::move(error));
        try {
            if constexpr (std::is_void_v<T>) {
                ended.result();
                return outcome(std::monostate());
            } else {
                return outcome(element(ended.result()));
            }
        } catch (...) {
            return failed(std::current_exception());  // the value could not be moved
        }
    }

    bool ok() const noexcept { return held_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }
    /// It ended because it was cancelled, and not by a failure of its own.
    bool cancelled() const noexcept { return !ok() && async::is_cancellation(std::get<1>(held_)); }

    /// The value, std::monostate for a task<>. Error: the exception, thrown on.
    decltype(auto) value() & { return checked(*this); }
    decltype(auto) value() const& { return checked(*this); }
    decltype(auto) value() && { return checked(std::move(*this)); }

    /// The value of one that is ok().
    decltype(auto) operator*() & noexcept { return unchecked(*this); }
    decltype(auto) operator*() const& noexcept { return unchecked(*this); }
    decltype(auto) operator*() && noexcept { return unchecked(std::move(*this)); }
    auto* operator->() noexcept { return std::addressof(unchecked(*this)); }
    auto* operator->() const noexcept { return std::addressof(unchecked(*this)); }

    /// Null when it is ok().
    std::exception_ptr error() const noexcept { return ok() ? nullptr : std::get<1>(held_); }
    /// What the exception says; empty when it is ok().
    std::string error_text() const { return cancelled() ? "cancelled" : coracle::error_text(error()); }

private:
    struct failure_mark {};
    outcome(failure_mark, std::exception_ptr error) noexcept : held_(std::in_place_index<1>, std::move(error)) {}

    template <class Self>
    static decltype(auto) checked(Self&& self) {
        if (!self.ok()) std::rethrow_exception(std::get<1>(self.held_));
        return unchecked(std::forward<Self>(self));
    }
    template <class Self>
    static decltype(auto) unchecked(Self&& self) noexcept {
        CORACLE_ASSERT(self.ok());
        auto& element = *std::get_if<0>(&self.held_);
        if constexpr (std::is_reference_v<T>)
            return static_cast<T>(element.get());
        else if constexpr (std::is_lvalue_reference_v<Self>)
            return (element);
        else
            return std::move(element);
    }

    std::variant<element, std::exception_ptr> held_;
};

}  // namespace coracle

// ---- coracle/async/child_job.hpp
// child_job: a task as a job of its own, in a group that waits for it. What gather is made of.

namespace coracle::async {

/// One task that runs as a job of its own in a group. Stays where it is from start() to its end.
template <class T>
class child_job final : task_end {
public:
    child_job(job_group& group, task<T> work) noexcept : group_(group), job_(group.jobs()), task_(std::move(work)) {}
    /// The same from one argument, for a std::tuple to be built of.
    struct in {
        job_group& group;
        task<T>& work;
    };
    explicit child_job(in place) noexcept : child_job(place.group, std::move(place.work)) {}
    child_job(const child_job&) = delete;
    child_job& operator=(const child_job&) = delete;

    /// Runs the task until it first waits.
    void start() {
        group_.begun();
        scheduler::run_as as(scheduler::current(), job_, task_.where());
        task_.start(this);
    }
    /// The value, once; or the exception that ended the task.
    T result() { return task_.result(); }
    /// The same as an object.
    outcome<T> settled() noexcept { return outcome<T>::of(task_); }
    std::exception_ptr error() const noexcept { return task_.error(); }

private:
    void task_ended() noexcept override {
        group_.one_ended(this, task_.error());
        group_.ended();
    }

    job_group& group_;
    job job_;
    task<T> task_;
};

/// As many children as there are tasks, in one piece of memory.
template <class T>
class child_row {
public:
    child_row(job_group& group, std::vector<task<T>>& tasks)
        : first_(memory().allocate(tasks.size())), room_(tasks.size()) {
        for (task<T>& each : tasks) ::new (static_cast<void*>(first_ + size_++)) child_job<T>(group, std::move(each));
    }
    child_row(const child_row&) = delete;
    child_row& operator=(const child_row&) = delete;
    ~child_row() {
        while (size_ > 0) first_[--size_].~child_job();
        memory().deallocate(first_, room_);
    }

    void start() {
        for (child_job<T>& each : *this) each.start();
    }
    child_job<T>* begin() noexcept { return first_; }
    child_job<T>* end() noexcept { return first_ + size_; }
    child_job<T>& operator[](std::size_t at) noexcept { return first_[at]; }
    std::size_t size() const noexcept { return size_; }
    /// Which of them `who` is.
    std::size_t index_of(const void* who) const noexcept {
        return static_cast<std::size_t>(static_cast<const child_job<T>*>(who) - first_);
    }

private:
    static std::allocator<child_job<T>> memory() noexcept { return {}; }
    child_job<T>* first_;
    std::size_t size_ = 0;
    std::size_t room_;
};

}  // namespace coracle::async

// ---- coracle/async/event.hpp
// event: a flag that tasks wait for. asyncio.Event.

namespace coracle {

/// Off at first; `co_await e.wait()` waits until it is on. Belongs to the thread of its loop; outlives its waiters.
/// cost: no allocation per waiter.
class event {
public:
    event() noexcept = default;
    event(const event&) = delete;
    event& operator=(const event&) = delete;

    bool is_set() const noexcept { return set_; }
    /// Wakes: every waiter, in the order they came, from the ready queue, even when it is cleared before they run.
    void set() noexcept {
        set_ = true;
        while (!waiters_.empty()) waiters_.front().happened();
    }
    void clear() noexcept { set_ = false; }

    class [[nodiscard("write co_await before wait()")]] waiter final : public async::waiter {
    public:
        explicit waiter(event& on) noexcept : event_(on) {}
        void await_resume() const { throw_if_cancelled(); }

    private:
        bool attempt() noexcept override { return event_.set_; }
        void line_up() noexcept override { stand_in(event_.waiters_); }
        event& event_;
    };

    /// Resumes when the event is set; at once when it is.
    waiter wait() noexcept { return waiter(*this); }

private:
    async::waiting_line<waiter> waiters_;
    bool set_ = false;
};

}  // namespace coracle

// ---- coracle/async/exception_group.hpp
// exception_group: several failures thrown as one. Python's ExceptionGroup, flattened.

namespace coracle {

/// What with_group() throws when more than one of its tasks failed. Its text lists what all of them say:
/// "2 tasks failed: no such user; connection refused".
class exception_group : public std::runtime_error {
public:
    /// in: none of them null; the errors of a group among them become its own.
    explicit exception_group(const std::vector<std::exception_ptr>& errors) : exception_group(flat(errors)) {}

    /// In the order in which they happened.
    const std::vector<std::exception_ptr>& errors() const noexcept { return *errors_; }
    /// The first one of type E, or null: `if (auto* why = group.find<http_error>())`. keeps: lives as the group does.
    template <class E>
    const E* find() const noexcept {
        for (const std::exception_ptr& each : *errors_) {
            try {
                std::rethrow_exception(each);
            } catch (const E& found) {
                return std::addressof(found);  // of the object that `each` keeps
            } catch (...) {
                continue;
            }
        }
        return nullptr;
    }

    /// Throws nothing when there is none, a single one as it is, several as a group: so the usual failure is caught by
    /// its own type.
    static void throw_all(const std::vector<std::exception_ptr>& errors) {
        if (errors.size() == 1) std::rethrow_exception(errors.front());
        if (!errors.empty()) throw exception_group(errors);
    }

private:
    using shared = std::shared_ptr<const std::vector<std::exception_ptr>>;  // exceptions are copied without throwing
    explicit exception_group(shared errors) : std::runtime_error(text(*errors)), errors_(std::move(errors)) {}

    static shared flat(const std::vector<std::exception_ptr>& errors) {
        auto all = std::make_shared<std::vector<std::exception_ptr>>();
        for (const std::exception_ptr& each : errors) {
            try {
                std::rethrow_exception(each);
            } catch (const exception_group& inner) {
                all->insert(all->end(), inner.errors().begin(), inner.errors().end());
            } catch (...) {
                all->push_back(each);
            }
        }
        return all;
    }
    static std::string text(const std::vector<std::exception_ptr>& errors) {
        std::string said = std::to_string(errors.size()) + (errors.size() == 1 ? " task failed" : " tasks failed");
        const char* between = ": ";
        for (const std::exception_ptr& each : errors) {
            said += between + error_text(each);
            between = "; ";
        }
        return said;
    }

    shared errors_;
};

}  // namespace coracle

// ---- coracle/async/gather.hpp
// gather: runs tasks side by side and waits for all of them. asyncio.gather with the manners of asyncio.TaskGroup.

namespace coracle {

namespace async {

// Plain aggregates for `auto [a, b] = co_await gather(...)`: GCC 15 leaks the hidden object of a binding that goes
// through the tuple protocol, and they print better in a debugger.
template <class... T>
struct gathered;
template <>
struct gathered<> {};
template <class A>
struct gathered<A> {
    A first;
};
template <class A, class B>
struct gathered<A, B> {
    A first;
    B second;
};
template <class A, class B, class C>
struct gathered<A, B, C> {
    A first;
    B second;
    C third;
};
template <class A, class B, class C, class D>
struct gathered<A, B, C, D> {
    A first;
    B second;
    C third;
    D fourth;
};
template <class A, class B, class C, class D, class E>
struct gathered<A, B, C, D, E> {
    A first;
    B second;
    C third;
    D fourth;
    E fifth;
};
template <class A, class B, class C, class D, class E, class F>
struct gathered<A, B, C, D, E, F> {
    A first;
    B second;
    C third;
    D fourth;
    E fifth;
    F sixth;
};
template <class A, class B, class C, class D, class E, class F, class G>
struct gathered<A, B, C, D, E, F, G> {
    A first;
    B second;
    C third;
    D fourth;
    E fifth;
    F sixth;
    G seventh;
};
template <class A, class B, class C, class D, class E, class F, class G, class H>
struct gathered<A, B, C, D, E, F, G, H> {
    A first;
    B second;
    C third;
    D fourth;
    E fifth;
    F sixth;
    G seventh;
    H eighth;
};

template <class... T>
    requires(sizeof...(T) > 8)
struct gathered<T...> : std::tuple<T...> {
    using std::tuple<T...>::tuple;
};

template <class T>
value_of<T> value_from(child_job<T>& child) {
    if constexpr (std::is_void_v<T>) {
        child.result();
        return {};
    } else {
        return child.result();
    }
}

}  // namespace async
}  // namespace coracle

template <class... T>
    requires(sizeof...(T) > 8)
struct std::tuple_size<coracle::async::gathered<T...>> : std::tuple_size<std::tuple<T...>> {};
template <std::size_t I, class... T>
    requires(sizeof...(T) > 8)
struct std::tuple_element<I, coracle::async::gathered<T...>> : std::tuple_element<I, std::tuple<T...>> {};

namespace coracle {

/// Starts the tasks in order, each as a job of its own, and gives their values in that order; a task<> gives
/// std::monostate. `auto [user, posts] = co_await gather(fetch_user(id), fetch_posts(id));`
/// error: the first failure cancels the others, and is thrown when all have ended.
/// wakes: from the ready queue when the last one ends; not at all when none of them ever waits.
template <class... T>
task<async::gathered<async::value_of<T>...>> gather(task<T>... tasks) {
    async::job_group group;
    std::tuple<async::child_job<T>...> children(typename async::child_job<T>::in{group, tasks}...);
    std::apply([](auto&... child) { (child.start(), ...); }, children);
    co_await group;
    group.rethrow_failure();
    co_return std::apply(
        [](auto&... child) { return async::gathered<async::value_of<T>...>{async::value_from(child)...}; }, children);
}

/// The same for any number of tasks of one type; the values in the order of the tasks. cost: two allocations.
template <class T>
task<std::vector<typename async::element_of<T>::type>> gather(std::vector<task<T>> tasks) {
    async::job_group group;
    async::child_row<T> children(group, tasks);
    children.start();
    co_await group;
    group.rethrow_failure();
    std::vector<typename async::element_of<T>::type> values;
    values.reserve(children.size());
    for (async::child_job<T>& child : children) values.push_back(async::value_from(child));
    co_return values;
}

}  // namespace coracle

// ---- coracle/async/gather_settled.hpp
// gather_settled: runs tasks side by side and tells what became of each. asyncio.gather(return_exceptions=True).

namespace coracle {

/// Starts the tasks in order and waits for all of them; a failure of one is none of the others' business.
/// `auto [user, posts] = co_await gather_settled(fetch_user(id), fetch_posts(id)); if (posts) show(*posts);`
/// error: only `cancelled`, when this job was cancelled and so they were, after all have ended.
template <class... T>
task<async::gathered<outcome<T>...>> gather_settled(task<T>... tasks) {
    async::patient_group group(async::this_job().current_scope());
    std::tuple<async::child_job<T>...> children(typename async::child_job<T>::in{group, tasks}...);
    std::apply([](auto&... child) { (child.start(), ...); }, children);
    co_await group;
    if (async::this_job().cancelled()) {
        bool told = std::apply([](auto&... child) { return (async::is_cancellation(child.error()) || ...); }, children);
        if (told) throw cancelled{};
    }
    co_return std::apply([](auto&... child) { return async::gathered<outcome<T>...>{child.settled()...}; }, children);
}

/// The same for any number of tasks of one type; the outcomes in the order of the tasks.
template <class T>
task<std::vector<outcome<T>>> gather_settled(std::vector<task<T>> tasks) {
    async::patient_group group(async::this_job().current_scope());
    async::child_row<T> children(group, tasks);
    children.start();
    co_await group;
    if (async::this_job().cancelled())
        for (async::child_job<T>& each : children)
            if (async::is_cancellation(each.error())) throw cancelled{};
    std::vector<outcome<T>> outcomes;
    outcomes.reserve(children.size());
    for (async::child_job<T>& each : children) outcomes.push_back(each.settled());
    co_return outcomes;
}

}  // namespace coracle

// ---- coracle/async/offload.hpp
// offload: runs a blocking call on another thread and waits for it. asyncio.to_thread.

namespace coracle {

namespace async {

/// A call that can be made later, with these arguments and perhaps a stop_token before them.
template <class F, class... A>
concept can_be_offloaded =
    takes_stop_token<std::decay_t<F>, std::decay_t<A>...> || std::is_invocable_v<std::decay_t<F>&, std::decay_t<A>...>;

/// `f` and its arguments as one callable that owns them, and takes a stop_token if `f` does.
template <class F, class... A>
auto bound_call(F&& f, A&&... arguments) {
    if constexpr (sizeof...(A) == 0) {
        return std::decay_t<F>(std::forward<F>(f));
    } else {
        return [f = std::decay_t<F>(std::forward<F>(f)),
                held = std::tuple<std::decay_t<A>...>(std::forward<A>(arguments)...)](auto... stop) mutable
            requires std::is_invocable_v<std::decay_t<F>&, decltype(stop)..., std::decay_t<A>...>
        {
            return std::apply(
                [&](auto&... each) -> decltype(auto) { return std::invoke(f, stop..., std::move(each)...); }, held);
        };
    }
}

/// Calls `f`, with a token of `stop` when it takes one.
template <class F>
decltype(auto) call_with(F& f, const stop_request& stop) {
    if constexpr (takes_stop_token<F>)
        return std::invoke(f, stop.get_token());
    else
        return std::invoke(f);
}

/// The awaiter of offload().
template <class F>
class offload_operation final : public operation, blocking_call {
    using returns = decltype(call_with(std::declval<F&>(), std::declval<const stop_request&>()));
    static_assert(!std::is_reference_v<returns>, "coracle: an offloaded call returns a value, not a reference");
    struct never_asked {
        void request_stop() const noexcept {}
    };

public:
    offload_operation(lane which, F call) : call_(std::move(call)) { stands_in = which; }
    ~offload_operation() {
        if (!out_) return;
        // The coroutine is destroyed while it waits: the call must not outlive what it may use.
        stop_.request_stop();
        home().recall(*this);
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(caller waiting) {
        if (refused()) return declined(waiting);
        park(waiting);
        home().offload(*this);
        out_ = true;
        return true;
    }
    returns await_resume() {
        throw_if_cancelled();
        if (error_) std::rethrow_exception(error_);
        if constexpr (!std::is_void_v<returns>) return std::move(*value_);
    }
    // A call under way may use what the waiting coroutine holds: it is waited for, and its result dropped.
    void cancel() noexcept override {
        if (home().retract(*this)) {
            out_ = false;
            finish_cancelled();
        } else {
            drop_result_ = true;
            stop_.request_stop();
        }
    }

private:
    void run() noexcept override {
        context::lent seen(&waiting_job().values());
        try {
            if constexpr (takes_stop_token<F>) {
                keep([&]() -> returns { return std::invoke(call_, stop_.get_token()); });
            } else {
                keep([&]() -> returns { return std::invoke(call_); });
            }
        } catch (...) {
            error_ = std::current_exception();
        }
    }
    template <class Call>
    void keep(Call&& call) {
        if constexpr (std::is_void_v<returns>)
            call();
        else
            value_.emplace(call());
    }
    void arrived() noexcept override {
        out_ = false;
        if (drop_result_)
            finish_cancelled();
        else
            finish();
    }
    void lost() noexcept override { out_ = false; }

    F call_;
    [[no_unique_address]] std::conditional_t<takes_stop_token<F>, stop_request, never_asked> stop_;
    std::optional<value_of<returns>> value_;
    std::exception_ptr error_;
    bool out_ = false;  // on its way to another thread and back
    bool drop_result_ = false;
};

/// What offload() gives: a call that is not on its way yet.
template <class F>
class [[nodiscard("write co_await before offload()")]] offload_request {
public:
    explicit offload_request(F call) : call_(std::move(call)) {}

    /// In the lane `which` of the pool instead of lane::user: `co_await offload(f).on(lane::files);`
    offload_request&& on(lane which) && noexcept {
        lane_ = which;
        return std::move(*this);
    }
    offload_operation<F> operator co_await() && { return offload_operation<F>(lane_, std::move(call_)); }

private:
    F call_;
    lane lane_ = lane::user;
};

// g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; newer compilers do not.
template <class F>
inline constexpr bool survives_gcc_12 =
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<std::remove_reference_t<F>>;
#else
    true;
#endif

}  // namespace async

/// Runs `f` on the thread pool: `auto hash = co_await offload([&] { return hash_password(text); });`, or a function
/// with its arguments, which are taken by value: `co_await offload(hash_password, text);`.
/// in: a callable; one that takes a stop_token first is asked to stop when nobody waits for it any more.
/// error: what it throws. wakes: from the ready queue of the loop that awaits.
/// cost: about a microsecond under load, a thread's wake-up when idle. A cancelled call that has not begun never
/// begins; one that has is waited for, and its result dropped.
template <class F, class... A>
    requires async::can_be_offloaded<F, A...>
auto offload(F&& f, A&&... arguments) {
    static_assert(async::survives_gcc_12<F>,
                  "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; capture "
                  "by reference, or name the lambda first: auto work = [...] {...}; co_await offload(work);");
    auto call = async::bound_call(std::forward<F>(f), std::forward<A>(arguments)...);
    return async::offload_request<decltype(call)>(std::move(call));
}

}  // namespace coracle

// ---- coracle/async/offload_detached.hpp
// offload_detached: a blocking call that nobody waits for. A destructor's way to the thread pool.

namespace coracle {

namespace async {

/// Owns its call, and itself once it is on its way.
template <class F>
class detached_call final : blocking_call {
public:
    /// Sees what the running job sees now, if there is one.
    detached_call(lane which, F call, const job* from) : call_(std::move(call)) {
        stands_in = which;
        if (from) seen_ = from->values();
    }
    static void send(std::unique_ptr<detached_call> call, scheduler& by) {
        by.offload_detached(*call);
        static_cast<void>(call.release());
    }

private:
    void run() noexcept override {
        std::unique_ptr<detached_call> self(this);
        context::lent seen(&seen_);
        try {
            static_cast<void>(call_with(call_, *ending));
        } catch (const std::exception& error) {
            say(error.what());
        } catch (...) {
            say("what was thrown is no std::exception");
        }
    }
    static void say(const char* what) noexcept {
        try {
            report("a detached call ended with an exception: " + std::string(what));
        } catch (...) {
            report("a detached call ended with an exception");
        }
    }
    void arrived() noexcept override {}
    void lost() noexcept override {}

    F call_;
    context seen_;
};

}  // namespace async

/// Runs `f` on the thread pool in the lane `which`, and lets it go: it may outlive the task, the scope and the loop
/// that it came from, so it owns all that it uses. What it returns is dropped; what it throws is reported.
/// in: the arguments are taken by value; a callable that takes a stop_token first is asked to stop when the pool
/// is destroyed, which waits for it, and for those that are still queued.
/// error: std::logic_error on a thread without a loop; std::system_error when not even one thread can be had.
template <class F, class... A>
    requires async::can_be_offloaded<F, A...>
void offload_detached(lane which, F&& f, A&&... arguments) {
    async::scheduler& by = async::scheduler::current();
    auto call = async::bound_call(std::forward<F>(f), std::forward<A>(arguments)...);
    using detached = async::detached_call<decltype(call)>;
    detached::send(std::make_unique<detached>(which, std::move(call), by.running_job()), by);
}
/// The same in lane::user: `offload_detached(write_audit_log, entry);`
template <class F, class... A>
    requires async::can_be_offloaded<F, A...>
void offload_detached(F&& f, A&&... arguments) {
    offload_detached(lane::user, std::forward<F>(f), std::forward<A>(arguments)...);
}

}  // namespace coracle

// ---- coracle/async/as_completed.hpp
// as_completed, completions<T>: the outcomes of tasks in the order in which they end. asyncio.as_completed.

namespace coracle {

/// The outcome of one of several tasks, and its place among them.
template <class T>
class [[nodiscard]] numbered_outcome : public outcome<T> {
public:
    numbered_outcome(std::size_t index, outcome<T> became) noexcept(std::is_nothrow_move_constructible_v<outcome<T>>)
        : outcome<T>(std::move(became)), index_(index) {}
    std::size_t index() const noexcept { return index_; }

private:
    std::size_t index_;
};

template <class T>
class completions;

namespace async {

template <class T, class Body>
using completions_body_value = typename std::invoke_result_t<std::decay_t<Body>&, completions<T>&>::value_type;

}  // namespace async

/// Those of the tasks of one as_completed(). Several tasks may take from it; who came first is served first.
template <class T>
class completions {
public:
    completions(const completions&) = delete;
    completions& operator=(const completions&) = delete;

    /// The awaiter of next().
    class [[nodiscard("write co_await before next()")]] taker final : public async::operation {
    public:
        explicit taker(completions& of) noexcept : of_(of) {}

        bool await_ready() const noexcept { return false; }
        bool await_suspend(async::caller waiting) noexcept {
            if (refused()) return declined(waiting);
            if (of_.given_ < of_.order_.size())
                place_ = of_.given_++;
            else if (of_.given_ < of_.children_.size()) {
                park(waiting);
                of_.takers_.push_back(*this);
                return true;
            }
            return done_at_once(waiting);
        }
        std::optional<numbered_outcome<T>> await_resume() {
            throw_if_cancelled();
            if (!place_) return std::nullopt;
            std::size_t index = of_.order_[*place_];
            return numbered_outcome<T>(index, of_.children_[index].settled());
        }
        void cancel() noexcept override { finish_cancelled(); }

    private:
        friend class completions;
        completions& of_;
        std::optional<std::size_t> place_;  // in the order of their ends; nothing when all were given
    };

    /// Waits until one has ended that was not given yet: `while (auto next = co_await done.next()) use(**next);`
    /// std::nullopt when all were given. A failure is an outcome too, and touches nobody else.
    taker next() noexcept { return taker(*this); }
    /// How many will still be given.
    std::size_t left() const noexcept { return children_.size() - given_; }

private:
    template <class U, class Body>
    friend auto as_completed(std::vector<task<U>> tasks, Body&& body) -> task<async::completions_body_value<U, Body>>;

    class group final : public async::job_group {
    public:
        explicit group(completions& of) : of_(of) {}
        void one_ended(const void* who, const std::exception_ptr&) noexcept override { of_.one_ended(who); }

    private:
        completions& of_;
    };

    explicit completions(std::vector<task<T>>& tasks) : group_(*this), children_(group_, tasks) {
        order_.reserve(tasks.size());
    }

    void one_ended(const void* who) noexcept {
        order_.push_back(children_.index_of(who));
        if (!takers_.empty()) hand_to(takers_.front());
        if (given_ == children_.size())
            while (!takers_.empty()) takers_.front().finish();
    }
    void hand_to(async::operation& waiting) noexcept {
        static_cast<taker&>(waiting).place_ = given_++;
        waiting.finish();
    }

    template <class Body>
    static task<async::completions_body_value<T, Body>> run(std::vector<task<T>> tasks, Body body) {
        using value = async::completions_body_value<T, Body>;
        completions done(tasks);
        std::optional<outcome<value>> became;
        done.children_.start();
        try {
            task<value> work = body(done);
            if constexpr (std::is_void_v<value>) {
                co_await std::move(work);
                became.emplace(std::monostate());
            } else {
                value given = co_await std::move(work);
                became.emplace(std::forward<value>(given));
            }
        } catch (...) {
            became.emplace(outcome<value>::failed(std::current_exception()));
        }
        done.group_.jobs().cancel();
        co_await done.group_;
        if constexpr (std::is_void_v<value>)
            became->value();
        else
            co_return std::move(*became).value();
    }

    group group_;
    async::child_row<T> children_;
    std::vector<std::size_t> order_;  // in which they ended
    std::size_t given_ = 0;
    intrusive_list<async::operation> takers_;
};

/// Starts the tasks and runs `body(done)`, which takes what became of them in the order in which they end:
/// `co_await as_completed(std::move(tasks), [&](completions<page>& done) -> task<> {
/// while (auto next = co_await done.next()) if (next->ok()) show(**next); });`
/// Gives what the body gives. When that ends, by break, return or exception, what still runs is cancelled and waited
/// for, so that nothing outlives the call, and dropped.
/// error: what the body throws.
template <class T, class Body>
auto as_completed(std::vector<task<T>> tasks, Body&& body) -> task<async::completions_body_value<T, Body>> {
    static_assert(async::survives_gcc_12<Body>,
                  "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; capture "
                  "by reference, or name the lambda first: auto body = [...] {...};");
    return completions<T>::run(std::move(tasks), std::decay_t<Body>(std::forward<Body>(body)));
}

}  // namespace coracle

// ---- coracle/async/cancel_scope.hpp
// cancel_scope: a part of a task that others can cancel, and nothing else with it. trio.CancelScope.

namespace coracle {

/// From here to the end of its block: cancel() interrupts what the running task waits for in between, with all that it
/// has below it, and refuses every later wait in it. The `cancelled` that comes out ends here if it was meant for here:
/// `cancel_scope part; try { co_await work(); } catch (const cancelled&) { if (!part.swallows()) throw; }`
class cancel_scope {
public:
    /// Error: std::logic_error outside of a task.
    cancel_scope() : scope_(async::this_job()) {}
    cancel_scope(const cancel_scope&) = delete;
    cancel_scope& operator=(const cancel_scope&) = delete;

    /// From this task, or another one of the same loop; again is nothing more.
    void cancel() noexcept { scope_.cancel(); }
    /// This part, or something around it, was cancelled: its next wait throws.
    bool cancelled() const noexcept { return scope_.cancelled(); }
    /// A `cancelled` that comes out of this part is of its own cancel(): nothing around it was cancelled.
    bool swallows() const noexcept { return scope_.swallows(); }

private:
    async::cancel_scope scope_;
};

}  // namespace coracle

// ---- coracle/async/join_handle.hpp
// join_handle: what is left in your hand of a task that was spawned. asyncio.Task, tokio's JoinHandle.

namespace coracle {

namespace async {

/// A task that runs as a job of its own and belongs to a group. Lives until it has ended and no handle is left.
template <class T>
class spawned final : public group_member, remains {
public:
    /// in: whether a failure that no handle asks for is reported.
    spawned(job_group& group, task<T> work, bool reports = false) noexcept : group_(group), reports_(reports) {
        ::new (static_cast<void*>(&running_)) running(group.jobs(), std::move(work));
    }
    spawned(const spawned&) = delete;
    spawned& operator=(const spawned&) = delete;

    static void* operator new(std::size_t bytes) { return frame_pool::allocate(bytes); }
    static void operator delete(void* memory, std::size_t bytes) noexcept { frame_pool::release(memory, bytes); }

    /// Runs the task until it first waits. Afterwards this lives as long as the caller is an owner.
    void start() {
        scheduler& here = scheduler::current();
        group_.begun();
        group_.keep(*this);
        starting_ = true;
        {
            scheduler::run_as as(here, running_.as, running_.work.where());
            running_.work.start(this);
        }
        starting_ = false;
        if (ended_) bury();
    }

    bool done() const noexcept { return settled_; }
    void cancel() noexcept {
        if (!settled_) running_.as.root().cancel();
    }
    /// Who is to be told when it is done; nobody when null.
    void set_waiter(operation* waiter) noexcept { waiter_ = waiter; }
    bool awaited() const noexcept { return waiter_ != nullptr; }
    /// Error: the exception that ended it; std::logic_error the second time.
    T take() {
        if (std::exchange(taken_, true))
            throw std::logic_error("coracle: this join_handle was awaited before, and has given its value away");
        if constexpr (std::is_void_v<T>)
            std::move(end_.became).value();
        else if constexpr (std::is_reference_v<T>)
            return end_.became.value();
        else
            return std::move(end_.became).value();
    }

    void owned() noexcept { ++owners_; }
    void disowned() noexcept {
        if (--owners_ > 0) return;
        if (settled_ && !taken_) report_failure();
        delete this;
    }

private:
    struct running {
        running(scope& parent, task<T> first) noexcept : as(parent), work(std::move(first)) {}
        job as;
        task<T> work;  // goes before the job that it runs in
    };
    struct end {
        end(outcome<T> what, std::source_location where) noexcept : became(std::move(what)), at(where) {}
        outcome<T> became;
        std::source_location at;  // the last co_await of the task's own
    };

    ~spawned() {
        if (settled_)
            end_.~end();
        else
            running_.~running();
    }

    void task_ended() noexcept override {
        ended_ = true;
        if (!starting_) scheduler::current().leave_to_bury(*this);
    }
    void bury() noexcept override {
        std::exception_ptr error = running_.work.error();
        group_member::unlink();
        settle();
        group_.one_ended(this, error);
        job_group& group = group_;
        disowned();
        group.ended();
    }
    void abandon() noexcept override {
        remains::unlink();
        settle();
        disowned();
    }
    // The coroutine goes now, with all that it holds, though a handle may stay.
    void settle() noexcept {
        end last(running_.work.done() ? outcome<T>::of(running_.work)
                                      : outcome<T>::failed(std::make_exception_ptr(cancelled{})),
                 running_.work.where());
        running_.~running();
        try {
            ::new (static_cast<void*>(&end_)) end(std::move(last));
        } catch (...) {  // the value could not be moved
            ::new (static_cast<void*>(&end_)) end(outcome<T>::failed(std::current_exception()), last.at);
        }
        settled_ = true;
        if (waiter_) std::exchange(waiter_, nullptr)->finish();
    }
    void report_failure() const noexcept {
        if (!reports_ || end_.became.ok() || end_.became.cancelled()) return;
        try {
            report("a task failed that nobody awaits: " + end_.became.error_text() + "; seen last", end_.at);
        } catch (...) {
            report("a task failed that nobody awaits; seen last", end_.at);
        }
    }

    // A server has one of these for each idle connection: no byte too many.
    job_group& group_;
    union {
        running running_;  // until it is settled
        end end_;
    };
    operation* waiter_ = nullptr;
    std::uint16_t owners_ = 1;  // itself, until it has ended, its handle, and who awaits that
    bool settled_ = false;
    bool starting_ = false;
    bool ended_ = false;
    bool taken_ = false;
    const bool reports_;
};

/// The awaiter of a join_handle.
template <class T>
class [[nodiscard("write co_await before the handle")]] join_operation final : public operation {
public:
    explicit join_operation(spawned<T>& of) noexcept : of_(of) { of_.owned(); }
    ~join_operation() {
        if (linked_) of_.set_waiter(nullptr);
        of_.disowned();
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(caller waiting) {
        if (refused()) return declined(waiting);
        if (of_.done()) return done_at_once(waiting);
        if (of_.awaited()) throw std::logic_error("coracle: another task awaits this join_handle already");
        park(waiting);
        of_.set_waiter(this);
        linked_ = true;
        return true;
    }
    T await_resume() {
        linked_ = false;
        throw_if_cancelled();
        return of_.take();
    }
    void cancel() noexcept override {
        of_.set_waiter(nullptr);
        linked_ = false;
        finish_cancelled();
    }

private:
    spawned<T>& of_;
    bool linked_ = false;
};

}  // namespace async

/// Awaits and cancels a task that belongs to somebody else. Dropping it drops nothing: the task goes on.
/// `int sum = co_await handle;` gives its value, or throws what ended it, once; a cancellation of the waiting job ends
/// the wait and not the task.
template <class T = void>
class join_handle {
public:
    using value_type = T;

    explicit join_handle(async::spawned<T>& of) noexcept : of_(&of) { of.owned(); }
    join_handle(join_handle&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    join_handle& operator=(join_handle other) noexcept {
        std::swap(of_, other.of_);
        return *this;
    }
    ~join_handle() {
        if (of_) of_->disowned();
    }

    /// It has ended, and awaiting it will not wait.
    bool done() const noexcept { return held().done(); }
    /// Cancels the task, which ends in its own time; then awaiting it throws `cancelled`.
    void cancel() noexcept { held().cancel(); }

    async::join_operation<T> operator co_await() const noexcept { return async::join_operation<T>(held()); }

private:
    async::spawned<T>& held() const noexcept {
        CORACLE_ASSERT(of_ != nullptr);
        return *of_;
    }
    async::spawned<T>* of_;
};

}  // namespace coracle

// ---- coracle/async/race.hpp
// race: several ways to one end, and the first to get there. Promise.race and Promise.any, with the manners of gather.

namespace coracle {

/// The winner among several of one type: `auto [index, value] = co_await race(std::move(tasks));`
template <class T>
struct race_result {
    std::size_t index;
    T value;
};

namespace async {

/// Cancels all when the first has ended, or the first that ended well.
class racing_group final : public job_group {
public:
    explicit racing_group(bool only_success) : only_success_(only_success) {}

    void one_ended(const void* who, const std::exception_ptr& error) noexcept override {
        if (winner_ || (only_success_ && error)) return;
        winner_ = who;
        jobs().cancel();
    }
    /// The child_job that was first; null when none was.
    const void* winner() const noexcept { return winner_; }

private:
    const void* winner_ = nullptr;
    bool only_success_;
};

// What a race of these gives: their type when it is one, else a variant with a place for each.
template <class... T>
struct raced {
    using type = std::variant<typename element_of<T>::type...>;
};
template <class First, class... T>
    requires(std::is_same_v<First, T> && ...)
struct raced<First, T...> {
    using type = First;
};
template <class... T>
using raced_t = typename raced<T...>::type;

template <class Result, std::size_t I = 0, class... T>
Result value_of_winner(std::tuple<child_job<T>...>& children, const void* winner) {
    auto& child = std::get<I>(children);
    if constexpr (I + 1 < sizeof...(T))
        if (&child != winner) return value_of_winner<Result, I + 1>(children, winner);
    if constexpr ((std::is_same_v<Result, T> && ...))
        return child.result();
    else
        return Result(std::in_place_index<I>, child.settled().value());
}

template <class T>
race_result<typename element_of<T>::type> result_of_winner(child_row<T>& children, const void* winner) {
    std::size_t index = children.index_of(winner);
    return {index, typename element_of<T>::type(children[index].settled().value())};
}

// Nobody has won: says why.
[[noreturn]] inline void throw_why_none(const std::vector<std::exception_ptr>& errors) {
    std::vector<std::exception_ptr> failures;
    for (const std::exception_ptr& each : errors)
        if (!is_cancellation(each)) failures.push_back(each);
    exception_group::throw_all(failures);
    throw cancelled{};
}

inline void refuse_empty_race(std::size_t size) {
    if (size == 0) throw std::invalid_argument("coracle: a race of no tasks would never end");
}

template <bool OnlySuccess, class... T>
task<raced_t<T...>> run_race(task<T>... tasks) {
    racing_group group(OnlySuccess);
    std::tuple<child_job<T>...> children(typename child_job<T>::in{group, tasks}...);
    std::apply([](auto&... child) { (child.start(), ...); }, children);
    co_await group;
    if (!group.winner()) {
        std::vector<std::exception_ptr> errors;
        std::apply([&errors](auto&... child) { (errors.push_back(child.error()), ...); }, children);
        throw_why_none(errors);
    }
    if constexpr (std::is_void_v<raced_t<T...>>)
        value_of_winner<void>(children, group.winner());
    else
        co_return value_of_winner<raced_t<T...>>(children, group.winner());
}

template <bool OnlySuccess, class T>
task<race_result<typename element_of<T>::type>> run_race(std::vector<task<T>> tasks) {
    refuse_empty_race(tasks.size());
    racing_group group(OnlySuccess);
    child_row<T> children(group, tasks);
    children.start();
    co_await group;
    if (!group.winner()) {
        std::vector<std::exception_ptr> errors;
        for (child_job<T>& each : children) errors.push_back(each.error());
        throw_why_none(errors);
    }
    co_return result_of_winner(children, group.winner());
}

}  // namespace async

/// Starts the tasks in order and gives what the first of them that ends gives, or throws what it throws; the others are
/// cancelled and waited for, and what they give or throw then is dropped.
/// `auto page = co_await race(primary(), replica());`
/// Gives T when all are task<T>; else a std::variant with a place for each, in order, so that index() tells who won.
/// error: also `cancelled`, when this job is cancelled before one has ended.
template <class... T>
    requires(sizeof...(T) > 0)
task<async::raced_t<T...>> race(task<T>... tasks) {
    return async::run_race<false>(std::move(tasks)...);
}
/// The same for any number of tasks of one type, and tells which it was. Error: std::invalid_argument for none.
template <class T>
task<race_result<typename async::element_of<T>::type>> race(std::vector<task<T>> tasks) {
    return async::run_race<false>(std::move(tasks));
}

/// As race(), but the first that ends well wins: failures drop out. `auto page = co_await race_ok(here(), there());`
/// error: when all have failed, a single failure as it is, several as an exception_group in the order of the tasks.
template <class... T>
    requires(sizeof...(T) > 0)
task<async::raced_t<T...>> race_ok(task<T>... tasks) {
    return async::run_race<true>(std::move(tasks)...);
}
template <class T>
task<race_result<typename async::element_of<T>::type>> race_ok(std::vector<task<T>> tasks) {
    return async::run_race<true>(std::move(tasks));
}

}  // namespace coracle

// ---- coracle/async/shield.hpp
// shield: a task that is not cancelled with what is around it. asyncio.shield, trio's shielded CancelScope.

namespace coracle {

/// Awaits `work` to its end, come what may: `co_await shield(write_the_rest(file));`. A cancellation from above stays
/// outside, and is told at the next wait behind it; limits and scopes within `work` are its own and still count.
/// A server that stops waits for it too, but not for ever: when its process has to end, what still waits is destroyed
/// where it stands. So shield what is short, and give it a limit: `shield(timeout(5s, close(connection)))`.
template <class T>
task<T> shield(task<T> work) {
    async::cancel_scope part(async::this_job(), true);
    task<T> inner = std::move(work);  // dies before the scope
    if constexpr (std::is_void_v<T>) {
        co_await std::move(inner);
    } else {
        T value = co_await std::move(inner);
        co_return std::forward<T>(value);
    }
}

}  // namespace coracle

// ---- coracle/async/spawn.hpp
// spawn: a task that nobody has to wait for. asyncio.create_task, but owned: it is never lost, and its failure is told.

namespace coracle {

/// Starts `work` now, as a job of its own that belongs to the loop: it runs until it first waits, sees the values that
/// its starter sees, and outlives it; cancelling the starter does not reach it. `spawn(write_log(entry));`
/// When the task of run() has ended, what was spawned is cancelled and waited for; a server first gives it the grace
/// time. To have it end with a block instead, see with_group().
/// error: what `work` throws, out of `co_await handle`; reported when no handle is left to ask. std::logic_error
/// outside of a loop. cost: one pooled allocation besides the task's own.
template <class T>
join_handle<T> spawn(task<T> work) {
    async::job_group& loop = async::scheduler::current().background();
    auto& one = *new async::spawned<T>(loop, std::move(work), true);
    join_handle<T> handle(one);
    one.start();
    return handle;
}

}  // namespace coracle

// ---- coracle/async/condition.hpp
// condition: waits, with a mutex in hand, for others to change what the mutex guards. asyncio.Condition.

namespace coracle {

/// `auto lock = co_await m.lock(); co_await c.wait(lock, [&] { return !queue.empty(); });`
/// First come, first served, also among those who lock the mutex otherwise. Outlives its waiters.
/// cost: no allocation per waiter.
class condition {
public:
    condition() noexcept = default;
    condition(const condition&) = delete;
    condition& operator=(const condition&) = delete;

    // Stands in the condition's line, then in the mutex's, from where no cancellation takes it: whoever leaves has the
    // mutex, whether with the news or with `cancelled`.
    class [[nodiscard("write co_await before wait()")]] waiter final : public mutex::claim {
    public:
        static constexpr bool selectable = false;  // it comes back with the mutex, also when something else happened

        waiter(condition& on, mutex::guard& lock) : claim(held_by(lock)), condition_(on), lock_(lock) {}
        ~waiter() {
            if (notified_) condition_.notify_one();  // destroyed before it ran: the news is for somebody else
        }
        bool await_suspend(async::caller waiting) noexcept {
            if (refused()) return declined(waiting);
            park(waiting);
            stand_in(condition_.waiters_);
            lock_.unlock();
            return true;
        }
        void cancel() noexcept override {
            if (back_) return;
            interrupted_ = true;
            forsaken();
            come_back();
        }
        void await_resume() {
            throw_if_cancelled();  // before it let go of the mutex
            notified_ = false;
            lock_ = take_over();
            if (interrupted_) throw cancelled{};
        }

    private:
        friend class condition;
        static mutex& held_by(mutex::guard& lock) {
            if (!lock) throw std::logic_error("coracle: condition::wait needs a lock that holds its mutex");
            return *lock.held_;
        }
        // Takes the mutex when it is free, or waits for it; not cancellable any more.
        void come_back() noexcept {
            back_ = true;
            if (attempt())
                finish();
            else
                line_up();
        }

        condition& condition_;
        mutex::guard& lock_;
        bool back_ = false;
        bool notified_ = false;
        bool interrupted_ = false;
    };

    /// Unlocks, waits for a notification, and locks again. In: a lock that holds the mutex.
    /// error: `cancelled`, and then too the lock holds the mutex. Who is notified first and cancelled then has been
    /// notified.
    waiter wait(mutex::guard& lock) { return waiter(*this, lock); }
    /// The same until `is_so()`, which is asked with the mutex held; at once when it is so already.
    template <class Predicate>
        requires std::is_invocable_r_v<bool, std::decay_t<Predicate>&>
    task<> wait(mutex::guard& lock, Predicate&& is_so) {
        static_assert(async::survives_gcc_12<Predicate>,
                      "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; "
                      "capture by reference, or name the lambda first");
        return wait_until<std::decay_t<Predicate>>(lock, std::forward<Predicate>(is_so));
    }

    /// Wakes: the `count` who waited longest, each when it has the mutex. The caller need not hold it.
    void notify(std::size_t count) noexcept {
        for (; count > 0 && !waiters_.empty(); --count) {
            waiter& next = waiters_.front();
            next.forsaken();
            next.notified_ = true;
            next.come_back();
        }
    }
    void notify_one() noexcept { notify(1); }
    void notify_all() noexcept { notify(static_cast<std::size_t>(-1)); }

private:
    template <class Predicate>
    task<> wait_until(mutex::guard& lock, Predicate is_so) {
        if (is_so()) {
            co_await async::checkpoint();
            co_return;
        }
        do {
            co_await wait(lock);
        } while (!is_so());
    }

    async::waiting_line<waiter> waiters_;
};

}  // namespace coracle

// ---- coracle/async/task_group.hpp
// task_group, with_group: tasks that come and go beside one another, and end before their group does.
// asyncio.TaskGroup, trio.open_nursery.

namespace coracle {

class task_group;

namespace async {

template <class Body>
using group_body_value = typename std::invoke_result_t<std::decay_t<Body>&, task_group&>::value_type;

}  // namespace async

template <class Body>
auto with_group(Body&& body) -> task<async::group_body_value<Body>>;

/// Belongs to the job that makes it: cancelling that cancels the group. Usually made by with_group(); by hand,
/// `co_await group.join()` before it goes, for what still runs then goes with it, where it waits.
class task_group {
public:
    task_group() = default;
    /// A group whose tasks have nothing to do with one another: a failure is told to `report` and cancels nobody.
    explicit task_group(function<void(const std::exception_ptr&)> report) : report_(std::move(report)) {}
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;

    /// Starts `work` now, as a job of its own; it runs until it first waits. Its end frees it. In a group that was
    /// cancelled its first wait is refused.
    /// error: a failure of one cancels the others, and comes out of join(), also when the handle has told it; one that
    /// was only cancelled is no failure.
    template <class T>
    join_handle<T> spawn(task<T> work) {
        auto& one = *new async::spawned<T>(members_, std::move(work));
        join_handle<T> handle(one);
        one.start();
        return handle;
    }
    /// Every task of the group is cancelled, and the body of with_group() too; join() says nothing of it.
    void cancel() noexcept {
        members_.jobs().cancel();
        if (around_) around_->cancel();
    }
    std::size_t size() const noexcept { return members_.running(); }

    /// Waits until every task has ended, those spawned meanwhile too.
    /// error: a single failure as it is, several as an exception_group in the order in which they happened.
    task<> join() {
        while (members_.running() > 0) co_await members_;
        throw_failures(async::this_job().cancelled());
    }

private:
    template <class Body>
    friend auto with_group(Body&& body) -> task<async::group_body_value<Body>>;

    class members final : public async::job_group {
    public:
        explicit members(task_group& of) : of_(of) {}
        void one_ended(const void*, const std::exception_ptr& error) noexcept override {
            if (error) of_.failed(error);
        }

    private:
        task_group& of_;
    };

    explicit task_group(async::cancel_scope& around) : around_(&around) {}

    void failed(const std::exception_ptr& error) noexcept {
        if (async::is_cancellation(error)) {
            some_cancelled_ = true;
            return;
        }
        if (report_) return report_(error);
        // The same one again: a task that awaited the handle of one that had failed.
        if (std::find(errors_.begin(), errors_.end(), error) == errors_.end()) {
            try {
                errors_.push_back(error);
            } catch (...) {
                if (errors_.empty()) some_cancelled_ = true;  // no memory: at least it does not look like success
            }
        }
        cancel();
    }
    void throw_failures(bool cancelled_from_outside) {
        exception_group::throw_all(std::exchange(errors_, {}));
        if (std::exchange(some_cancelled_, false) && cancelled_from_outside) throw cancelled{};
    }

    template <class T, class Body>
    static task<T> run(Body body) {
        async::cancel_scope around(async::this_job());
        task_group group(around);
        std::optional<outcome<T>> value;
        bool body_cancelled = false;
        try {
            task<T> work = body(group);
            if constexpr (std::is_void_v<T>) {
                co_await std::move(work);
                value.emplace(std::monostate());
            } else {
                T given = co_await std::move(work);
                value.emplace(std::forward<T>(given));
            }
        } catch (const cancelled&) {
            body_cancelled = true;
        } catch (...) {
            group.failed(std::current_exception());
        }
        while (group.members_.running() > 0) co_await group.members_;
        group.throw_failures(around.cancelled_from_outside());
        // Its own cancel() is a quiet end, but makes no value.
        if (body_cancelled && (!std::is_void_v<T> || !around.swallows())) throw cancelled{};
        if constexpr (!std::is_void_v<T>) co_return std::move(*value).value();
    }

    members members_{*this};
    async::cancel_scope* around_ = nullptr;
    function<void(const std::exception_ptr&)> report_;
    std::vector<std::exception_ptr> errors_;
    bool some_cancelled_ = false;
};

/// Runs `body(group)`, and ends when it and all that it spawned have ended: nothing outlives the block.
/// `co_await with_group([&](task_group& group) -> task<> { group.spawn(read()); group.spawn(write()); co_return; });`
/// keeps: the body and what it captures; its own variables go when it ends, while its tasks may still run.
/// Gives what the body gives. error: a failure of the body or of a task cancels the rest, and is thrown when all have
/// ended: a single one as it is, several as an exception_group. group.cancel() ends all of it quietly; only a body that
/// owes a value and was cancelled by it throws `cancelled`.
template <class Body>
auto with_group(Body&& body) -> task<async::group_body_value<Body>> {
    static_assert(async::survives_gcc_12<Body>,
                  "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; capture "
                  "by reference, or name the lambda first: auto body = [...] {...}; co_await with_group(body);");
    return task_group::run<async::group_body_value<Body>>(std::decay_t<Body>(std::forward<Body>(body)));
}

}  // namespace coracle

// ---- coracle/async/select.hpp
// select: waits for the first of several sends, receives, locks or events, and does exactly that one. Go's select.

namespace coracle {

namespace async {

/// What may stand in select(...): the awaiters of channel, broadcast, watch, event, mutex, semaphore and barrier.
template <class Case>
concept selectable = std::derived_from<Case, waiter> && Case::selectable;

/// The awaiter of select(). Refers to its cases, which live as long as the expression that they are written in.
template <class... Case>
class [[nodiscard("write co_await before select()")]] selection final : public choice {
public:
    using value_type = std::variant<value_of<decltype(std::declval<Case&>().await_resume())>...>;

    explicit selection(Case&... cases) noexcept : cases_(cases...) { (add(cases), ...); }
    value_type await_resume() {
        throw_if_cancelled();
        return take<0>();
    }
    /// Without waiting: nothing when none can happen now.
    std::optional<value_type> take_at_once() {
        std::optional<value_type> taken;
        if (attempt()) taken.emplace(take<0>());
        return taken;
    }

private:
    template <std::size_t I>
    value_type take() {
        auto& one = std::get<I>(cases_);
        if constexpr (I + 1 < sizeof...(Case))
            if (chosen() != &one) return take<I + 1>();
        if constexpr (std::is_void_v<decltype(one.await_resume())>) {
            one.await_resume();
            return value_type(std::in_place_index<I>);
        } else {
            return value_type(std::in_place_index<I>, one.await_resume());
        }
    }
    std::tuple<Case&...> cases_;
};

}  // namespace async

/// `auto got = co_await select(jobs.receive(), replies.send_from(reply), stop.wait());` does the first of them that can
/// be done: got.index() says which, std::get<0>(got) is what awaiting it alone would have given. The others leave no
/// trace. When several are ready each has the same chance, drawn by lot and the same in every run; a closed channel is
/// ready. Two cases may concern the same thing. error: what the one throws; `cancelled`, and then none was done.
/// cost: no allocation. For a time limit put a scope around it; for a default see try_select.
template <async::selectable... Case>
    requires(sizeof...(Case) > 0)
async::selection<Case...> select(Case&&... cases) noexcept {
    return async::selection<Case...>(cases...);
}

/// Does one that can be done now, if any, without waiting: `if (auto got = try_select(a.receive(), b.receive()))`.
template <async::selectable... Case>
    requires(sizeof...(Case) > 0)
auto try_select(Case&&... cases) {
    return async::selection<Case...>(cases...).take_at_once();
}

}  // namespace coracle

// ---- coracle/async/tasks.hpp
// tasks: who waits on this loop, and on which line. asyncio.all_tasks and Task.print_stack.

namespace coracle {

/// One job as it stands.
struct task_info {
    /// What it works for (a route, say); empty when nobody said.
    std::string_view label;
    /// How many jobs are above it: children stand right behind their parent.
    std::size_t depth = 0;
    /// False for the one that asks, and for one that was woken and is about to go on.
    bool waiting = false;
    /// It has been told to stop.
    bool cancelled = false;
    /// Where it waits, the innermost call first, and on from there to the first one. Empty for the one that asks.
    std::vector<std::source_location> stack;
};

/// Every job of this thread's loop. For logs and debuggers: names and lines are those of the compiler.
/// error: std::logic_error outside of a loop; std::bad_alloc.
inline std::vector<task_info> tasks() {
    std::vector<task_info> all;
    async::scheduler& here = async::scheduler::current();
    here.root().for_each_job([&all](const async::job& each, std::size_t depth) {
        task_info& one = all.emplace_back();
        if (each.label()) one.label = each.label();
        one.depth = depth;
        one.waiting = each.waiting();
        one.cancelled = each.cancelled();
        for (const async::call_frame* frame = each.where(); frame; frame = frame->caller())
            one.stack.push_back(frame->at());
    });
    return all;
}

/// One line for each job, and one for each of its calls: what to print when a program hangs.
inline std::string to_text(const std::vector<task_info>& all) {
    std::string text;
    for (const task_info& each : all) {
        std::string indent(2 * each.depth, ' ');
        text += indent + "task";
        if (!each.label.empty()) text.append(" of ").append(each.label);
        text += each.waiting ? " waits" : each.stack.empty() ? " runs" : " is about to go on";
        if (each.cancelled) text += ", cancelled";
        text += '\n';
        for (const std::source_location& at : each.stack)
            text.append(indent).append("    ").append(detail::place(at)).append("\n");
    }
    return text;
}

}  // namespace coracle

// ---- coracle/async/watch.hpp
// watch<T>: one value, of which every task sees the latest. tokio::sync::watch.

namespace coracle {

/// What changes now and then and matters only as it is now: settings, a state, the last price. It is always there to be
/// read; `auto seen = w.observe();` and `while (const T* value = co_await seen.changed())` follow its changes, of which
/// one that was overtaken by the next is not seen. For tasks of one loop; outlives its observers.
/// cost: no allocation, not even per waiter; the value is read where it is, and never copied.
template <class T>
class watch {
public:
    watch()
        requires std::default_initializable<T>
        : value_() {}
    explicit watch(T first) : value_(std::move(first)) {}
    watch(const watch&) = delete;
    watch& operator=(const watch&) = delete;

    const T& get() const noexcept { return value_; }

    /// Any value is news, an equal one too. False, and nothing else, once it is closed. Wakes: all who wait for a
    /// change, in the order they came. error: what T's move assignment throws, and then nobody is told.
    bool set(T value) {
        if (closed_) return false;
        value_ = std::move(value);
        tell();
        return true;
    }
    /// Calls `edit(T&)` on the value in its place; one that returns false has changed nothing, and nobody is told.
    /// False when there is no news. error: what `edit` throws; the value is as it left it, and nobody is told.
    template <std::invocable<T&> F>
    bool update(F&& edit) {
        if (closed_) return false;
        if constexpr (std::is_same_v<std::invoke_result_t<F, T&>, bool>) {
            if (!std::forward<F>(edit)(value_)) return false;
        } else {
            std::forward<F>(edit)(value_);
        }
        tell();
        return true;
    }
    /// The value stays as it is from here on, and can be read. Wakes: all who wait, with nothing.
    void close() noexcept {
        closed_ = true;
        wake();
    }
    bool closed() const noexcept { return closed_; }

    class observer;

    class [[nodiscard("write co_await before changed()")]] change final : public async::waiter {
    public:
        explicit change(observer& by) noexcept : by_(by) {}
        bool await_ready() noexcept { return may_attempt() && attempt(); }
        const T* await_resume() {
            throw_if_cancelled();
            if (!by_.has_news() && by_.of_->closed_) return nullptr;
            return &by_.get();
        }

    private:
        bool attempt() noexcept override { return by_.has_news() || by_.of_->closed_; }
        void line_up() noexcept override { stand_in(by_.of_->waiting_); }
        observer& by_;
    };

    /// Remembers which value it has seen; a copy has seen the same. Stays where it is while somebody waits for it.
    class observer {
    public:
        /// A newer value than it has seen, which it has seen with this; waits for one. Null once there will be none.
        /// Who is cancelled, or destroyed before it runs, has not seen it. Two tasks that wait with one observer are
        /// both told.
        change changed() noexcept { return change(*this); }
        bool has_news() const noexcept { return seen_ != of_->version_; }
        /// The latest value, which it has seen with this.
        const T& get() noexcept {
            seen_ = of_->version_;
            return of_->value_;
        }
        const T& operator*() noexcept { return get(); }
        const T* operator->() noexcept { return &get(); }

    private:
        friend class watch;
        explicit observer(const watch& of) noexcept : of_(&of), seen_(of.version_) {}
        const watch* of_;
        std::uint64_t seen_;
    };

    /// Has seen the value as it is now.
    observer observe() const noexcept { return observer(*this); }

private:
    void tell() noexcept {
        ++version_;
        wake();
    }
    void wake() noexcept {
        while (!waiting_.empty()) waiting_.front().happened();
    }

    T value_;
    std::uint64_t version_ = 0;
    bool closed_ = false;
    mutable async::waiting_line<change> waiting_;
};

}  // namespace coracle

// ---- coracle/async/yield_now.hpp
// yield_now: lets everybody else have a turn who is ready. asyncio.sleep(0), tokio::task::yield_now.

namespace coracle {

namespace async {

/// The awaiter of yield_now().
class [[nodiscard("write co_await before yield_now()")]] turn_given final : public operation {
public:
    turn_given() noexcept {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(caller waiting) noexcept {
        if (refused()) return declined(waiting);
        park(waiting);
        finish();
        return true;
    }
    void await_resume() const { throw_if_cancelled(); }
    void cancel() noexcept override {}  // its turn is coming already
};

}  // namespace async

/// Goes on when all that is ready now has run until its next wait: `co_await yield_now();` in a long computation.
/// Needs no clock. error: `cancelled`.
inline async::turn_given yield_now() noexcept { return async::turn_given(); }

}  // namespace coracle

// ---- coracle/http/authority.hpp
// authority: host and port, as in the Host field, in absolute URLs and behind CONNECT.
// RFC 3986 3.2.2, RFC 9110 7.2, RFC 9112 3.2.

namespace coracle::http {

/// A host, with its brackets when it is an IPv6 address, and a port if one was given.
struct authority {
    std::string_view host{};
    std::optional<std::uint16_t> port{};
};

namespace detail {
enum : std::uint8_t { host_no, host_name, host_escape };
inline constexpr std::array<std::uint8_t, 256> host_table = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned byte = 0; byte < 128; ++byte) {
        auto c = static_cast<char>(byte);
        if (ascii::is_alpha(c) || ascii::is_digit(c) ||
            std::string_view("-._~!$&'()*+,;=").find(c) != std::string_view::npos)
            table[byte] = host_name;
    }
    table['%'] = host_escape;
    return table;
}();

/// Where the registered name or IPv4 address at the start of `text` ends.
constexpr std::size_t name_length(std::string_view text) noexcept {
    std::size_t i = 0;
    while (i < text.size()) {
        std::uint8_t kind = host_table[static_cast<unsigned char>(text[i])];
        if (kind == host_no) break;
        if (kind == host_escape) {
            if (text.size() - i < 3 || ascii::hex_value(text[i + 1]) < 0 || ascii::hex_value(text[i + 2]) < 0) break;
            i += 2;
        }
        ++i;
    }
    return i;
}

/// Length of `[...]` with the characters of an IPv6 address in it, 0 when it is not that. The net room reads the
/// address itself; here it only must not be anything else.
constexpr std::size_t bracket_length(std::string_view text) noexcept {
    std::size_t i = 1;
    bool colon = false;
    while (i < text.size() && (ascii::hex_value(text[i]) >= 0 || text[i] == ':' || text[i] == '.'))
        colon = text[i++] == ':' || colon;
    return colon && i < text.size() && text[i] == ']' ? i + 1 : 0;
}
}  // namespace detail

/// The parts of `text`; nothing when it is no host with an optional port. No user information, no empty host.
constexpr std::optional<authority> parse_authority(std::string_view text) noexcept {
    std::size_t size = text.starts_with('[') ? detail::bracket_length(text) : detail::name_length(text);
    if (size == 0) return std::nullopt;
    authority parts;
    parts.host = text.substr(0, size);
    text.remove_prefix(size);
    if (text.empty()) return parts;
    if (text.front() != ':') return std::nullopt;
    text.remove_prefix(1);
    if (text.empty()) return parts;  // RFC 3986 3.2.3: a colon with no port says the default port
    if (text.size() > 5) return std::nullopt;
    std::uint32_t port = 0;
    for (char c : text) {
        if (!ascii::is_digit(c)) return std::nullopt;
        port = port * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (port > 65535) return std::nullopt;
    parts.port = static_cast<std::uint16_t>(port);
    return parts;
}

}  // namespace coracle::http

// ---- coracle/http/fields.hpp
// fields: the header fields of a request, as views in the order of the wire.
// RFC 9110 5.1 to 5.3, 5.6.1 (lists).

namespace coracle::http {

/// One header field. The name is as it was sent; comparing it ignores case.
struct field {
    std::string_view name{};
    std::string_view value{};
};

/// Same field name, that is, same token whatever the case.
constexpr bool same_name(std::string_view a, std::string_view b) noexcept {
    // Most names differ in length or in the first letter, so the loop is seldom entered.
    return a.size() == b.size() && (a.empty() || ((a[0] ^ b[0]) & 0xDF) == 0) && ascii::iequals(a, b);
}

/// Calls f(element) for each element of a comma-separated list; empty elements do not count. f returns false to stop.
template <class F>
constexpr void for_each_element(std::string_view list, F&& f) {
    while (!list.empty()) {
        std::size_t comma = list.find(',');
        std::string_view element = ascii::trim(list.substr(0, comma));
        if (!element.empty() && !f(element)) return;
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
}

/// `view`, which looks into the bytes at `from`, looking into the same bytes at `to`.
inline std::string_view rebased(std::string_view view, const char* from, const char* to) noexcept {
    if (view.data() == nullptr) return view;
    // The old bytes may be gone, so their addresses are numbers here and no longer pointers.
    auto distance = reinterpret_cast<std::uintptr_t>(view.data()) - reinterpret_cast<std::uintptr_t>(from);
    return {to + distance, view.size()};
}

/// Fields as views into bytes owned by somebody else. Memory is kept across clear(), so a reused object allocates no
/// more. Lookups are linear: the number of fields is bounded by limits::fields.
class fields {
public:
    using const_iterator = std::vector<field>::const_iterator;
    class values;

    const_iterator begin() const noexcept { return items_.begin(); }
    const_iterator end() const noexcept { return items_.end(); }
    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }

    /// The first value with this name; empty when there is none.
    std::string_view operator[](std::string_view name) const noexcept {
        for (const field& item : items_)
            if (same_name(item.name, name)) return item.value;
        return {};
    }
    /// The first value with this name, if any.
    std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (const field& item : items_)
            if (same_name(item.name, name)) return item.value;
        return std::nullopt;
    }
    bool contains(std::string_view name) const noexcept { return find(name).has_value(); }
    /// The values of all lines with this name, in order: `for (std::string_view value : fields.get_all("cookie"))`.
    values get_all(std::string_view name) const noexcept;

    /// Whether `token` is an element of the comma-separated list that all lines with this name make together.
    bool has_token(std::string_view name, std::string_view token) const noexcept {
        bool found = false;
        for (const field& item : items_)
            if (same_name(item.name, name))
                for_each_element(item.value, [&](std::string_view element) {
                    found = found || ascii::iequals(element, token);
                    return !found;
                });
        return found;
    }

    void push_back(field item) {
        if (items_.capacity() == 0) items_.reserve(16);
        items_.push_back(item);
    }
    void clear() noexcept { items_.clear(); }
    /// All views look into bytes that have moved from `from` to `to`.
    void rebase(const char* from, const char* to) noexcept {
        for (field& item : items_) item = {rebased(item.name, from, to), rebased(item.value, from, to)};
    }

private:
    std::vector<field> items_;
};

/// The values of one name. Keeps: references into the fields and the name.
class fields::values {
public:
    class iterator {
    public:
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        iterator() noexcept = default;
        iterator(const_iterator at, const values& of) noexcept : at_(at), of_(&of) { skip(); }
        std::string_view operator*() const noexcept { return at_->value; }
        iterator& operator++() noexcept {
            ++at_;
            skip();
            return *this;
        }
        iterator operator++(int) noexcept {
            iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const iterator& other) const noexcept { return at_ == other.at_; }

    private:
        void skip() noexcept {
            while (at_ != of_->last_ && !same_name(at_->name, of_->name_)) ++at_;
        }
        const_iterator at_{};
        const values* of_ = nullptr;
    };

    values(const_iterator first, const_iterator last, std::string_view name) noexcept
        : first_(first), last_(last), name_(name) {}
    iterator begin() const noexcept { return {first_, *this}; }
    iterator end() const noexcept { return {last_, *this}; }

private:
    const_iterator first_;
    const_iterator last_;
    std::string_view name_;
};

inline fields::values fields::get_all(std::string_view name) const noexcept { return {begin(), end(), name}; }

}  // namespace coracle::http

// ---- coracle/http/method.hpp
// method: what a request asks for, as an enum for the known ones.
// RFC 9110 9, RFC 5789 (PATCH).

namespace coracle::http {

/// The methods coracle knows by name; `other` is any other token, whose text stands in the request head.
enum class method : std::uint8_t { get, head, post, put, patch, del, options, trace, connect, other };

inline constexpr std::size_t known_methods = static_cast<std::size_t>(method::other);

/// The token as it stands in a request; empty for `other`.
constexpr std::string_view method_text(method m) noexcept {
    constexpr std::array<std::string_view, known_methods + 1> texts{"GET",    "HEAD",    "POST",  "PUT",     "PATCH",
                                                                    "DELETE", "OPTIONS", "TRACE", "CONNECT", ""};
    return texts[static_cast<std::size_t>(m)];
}

/// Methods are case-sensitive: `get` is `other`.
constexpr method method_from(std::string_view text) noexcept {
    for (std::size_t i = 0; i < known_methods; ++i)
        if (text == method_text(static_cast<method>(i))) return static_cast<method>(i);
    return method::other;
}

/// RFC 9110 9.2.1: asking twice changes nothing, asking once changes nothing either.
constexpr bool is_safe(method m) noexcept {
    return m == method::get || m == method::head || m == method::options || m == method::trace;
}
/// RFC 9110 9.2.2: asking twice is as good as asking once.
constexpr bool is_idempotent(method m) noexcept { return is_safe(m) || m == method::put || m == method::del; }

}  // namespace coracle::http

// ---- coracle/http/refusal.hpp
// refusal: the closed list of what coracle refuses in a request, and what each refusal says to the client.
// RFC 9110, RFC 9112; the section stands with each line of the table.

namespace coracle::http {

/// Why a request is not served. The peer's fault, so a value and never an exception.
enum class refusal : std::uint8_t {
    // the request line
    tls_hello,
    bad_method,
    method_too_long,
    unknown_method,
    bad_target,
    target_too_long,
    bad_version,
    unsupported_version,
    // the lines of a head
    bare_lf,
    bare_cr,
    leading_space,
    space_before_colon,
    missing_colon,
    bad_field_name,
    bad_field_value,
    too_many_fields,
    head_too_large,
    // what the fields say together
    missing_host,
    repeated_host,
    bad_host,
    bad_content_length,
    repeated_content_length,
    two_lengths,
    repeated_transfer_encoding,
    unsupported_transfer_encoding,
    old_transfer_encoding,
    unsupported_expectation,
    // the body
    body_too_large,
    bad_chunk_size,
    bad_chunk_extension,
    chunk_line_too_long,
    bad_chunk_end,
    chunk_overhead,
    bad_trailer,
    trailers_too_large,
    // the meaning of what was well formed
    bad_escape,
    nul_in_path,
    too_many_pairs,
    not_found,
    method_not_allowed,
    length_required,
    unsupported_media_type,
    unprocessable,
    // the connection
    truncated,
    too_slow,
};

inline constexpr std::size_t refusals = static_cast<std::size_t>(refusal::too_slow) + 1;

/// One line of the table.
struct refusal_facts {
    refusal why{};
    std::string_view name{};     ///< as in the enum, for logs and tests
    int status = 400;            ///< of the answer
    bool closes = true;          ///< whether it is in doubt where the next request would begin
    std::string_view section{};  ///< which rule was broken
    std::string_view detail{};   ///< a sentence for the client: what was wrong, what would be right
};

namespace detail {
inline constexpr std::array<refusal_facts, refusals> refusal_table{{
    {refusal::tls_hello, "tls_hello", 400, true, "RFC 9110 4.2.1",
     "This port speaks plain HTTP, and a TLS handshake arrived; use http:// instead of https://"},
    {refusal::bad_method, "bad_method", 400, true, "RFC 9112 3.1",
     "The request must begin with a method such as GET: letters, followed by one space"},
    {refusal::method_too_long, "method_too_long", 501, true, "RFC 9112 3",
     "The method is longer than any method known here"},
    {refusal::unknown_method, "unknown_method", 501, false, "RFC 9110 9.1", "The method is not known here"},
    {refusal::bad_target, "bad_target", 400, true, "RFC 9112 3.2",
     "The request target must be a path such as /a?b=c, or an http:// URL, of visible ASCII characters without '#'; "
     "everything else is percent-encoded"},
    {refusal::target_too_long, "target_too_long", 414, true, "RFC 9110 15.5.15", "The request target is too long"},
    {refusal::bad_version, "bad_version", 400, true, "RFC 9112 2.3",
     "The request line must end with one space and HTTP/1.1 or HTTP/1.0"},
    {refusal::unsupported_version, "unsupported_version", 505, true, "RFC 9110 15.6.6",
     "Only HTTP/1.1 and HTTP/1.0 are spoken here"},
    {refusal::bare_lf, "bare_lf", 400, true, "RFC 9112 2.2", "A line must end with CR LF, and LF came alone"},
    {refusal::bare_cr, "bare_cr", 400, true, "RFC 9112 2.2", "A line must end with CR LF, and CR came alone"},
    {refusal::leading_space, "leading_space", 400, true, "RFC 9112 5.2",
     "A field line must begin with the name of the field, not with white space"},
    {refusal::space_before_colon, "space_before_colon", 400, true, "RFC 9112 5.1",
     "The colon must follow the field name at once"},
    {refusal::missing_colon, "missing_colon", 400, true, "RFC 9112 5", "A field line must have a colon after its name"},
    {refusal::bad_field_name, "bad_field_name", 400, true, "RFC 9110 5.1",
     "A field name must be a token: letters, digits and !#$%&'*+-.^_`|~, at least one of them"},
    {refusal::bad_field_value, "bad_field_value", 400, true, "RFC 9110 5.5",
     "A field value must not have control characters"},
    {refusal::too_many_fields, "too_many_fields", 431, true, "RFC 6585 5", "The request has too many header fields"},
    {refusal::head_too_large, "head_too_large", 431, true, "RFC 6585 5", "The header fields are too large"},
    {refusal::missing_host, "missing_host", 400, true, "RFC 9112 3.2", "An HTTP/1.1 request must have a Host field"},
    {refusal::repeated_host, "repeated_host", 400, true, "RFC 9112 3.2", "Host must be given once"},
    {refusal::bad_host, "bad_host", 400, true, "RFC 9110 7.2",
     "Host must be a name or an address, with a port up to 65535 if any: example.com:8000"},
    {refusal::bad_content_length, "bad_content_length", 400, true, "RFC 9110 8.6",
     "Content-Length must be a decimal number of at most 19 digits"},
    {refusal::repeated_content_length, "repeated_content_length", 400, true, "RFC 9112 6.3",
     "Content-Length must be given once"},
    {refusal::two_lengths, "two_lengths", 400, true, "RFC 9112 6.1",
     "Content-Length and Transfer-Encoding must not be given together"},
    {refusal::repeated_transfer_encoding, "repeated_transfer_encoding", 400, true, "RFC 9112 6.1",
     "Transfer-Encoding must be given once"},
    {refusal::unsupported_transfer_encoding, "unsupported_transfer_encoding", 501, true, "RFC 9112 6.1",
     "The only transfer coding understood here is chunked"},
    {refusal::old_transfer_encoding, "old_transfer_encoding", 400, true, "RFC 9112 6.1",
     "An HTTP/1.0 request must not have Transfer-Encoding"},
    {refusal::unsupported_expectation, "unsupported_expectation", 417, true, "RFC 9110 10.1.1",
     "The only expectation that can be met is 100-continue, given once"},
    {refusal::body_too_large, "body_too_large", 413, true, "RFC 9110 15.5.14", "The body is too large"},
    {refusal::bad_chunk_size, "bad_chunk_size", 400, true, "RFC 9112 7.1",
     "A chunk must begin with its size: 1 to 16 hexadecimal digits, followed by CR LF"},
    {refusal::bad_chunk_extension, "bad_chunk_extension", 400, true, "RFC 9112 7.1.1",
     "A chunk extension must not have control characters and must end with CR LF"},
    {refusal::chunk_line_too_long, "chunk_line_too_long", 400, true, "RFC 9112 7.1.1",
     "The chunk extensions are too long"},
    {refusal::bad_chunk_end, "bad_chunk_end", 400, true, "RFC 9112 7.1",
     "The data of a chunk must be followed by CR LF; the chunk is longer or shorter than it said"},
    {refusal::chunk_overhead, "chunk_overhead", 400, true, "RFC 9112 7.1",
     "The chunks are too small: their framing outweighs their data; send larger chunks"},
    {refusal::bad_trailer, "bad_trailer", 400, true, "RFC 9112 7.1.2",
     "A trailer field must be a name, a colon and a value without control characters, ended by CR LF"},
    {refusal::trailers_too_large, "trailers_too_large", 431, true, "RFC 6585 5", "The trailer fields are too large"},
    {refusal::bad_escape, "bad_escape", 400, false, "RFC 3986 2.1",
     "A % in the path must be followed by two hexadecimal digits; a % itself is written %25"},
    {refusal::nul_in_path, "nul_in_path", 400, false, "RFC 3986 7.3", "The path must not contain %00"},
    {refusal::too_many_pairs, "too_many_pairs", 400, false, "RFC 9110 15.5.1", "The query has too many parameters"},
    {refusal::not_found, "not_found", 404, false, "RFC 9110 15.5.5", "Not Found"},
    {refusal::method_not_allowed, "method_not_allowed", 405, false, "RFC 9110 15.5.6", "Method Not Allowed"},
    {refusal::length_required, "length_required", 411, false, "RFC 9110 15.5.12",
     "This request must have a body; give Content-Length or Transfer-Encoding: chunked"},
    {refusal::unsupported_media_type, "unsupported_media_type", 415, false, "RFC 9110 15.5.16",
     "Unsupported Media Type"},
    {refusal::unprocessable, "unprocessable", 422, false, "RFC 9110 15.5.21", "Unprocessable Content"},
    {refusal::truncated, "truncated", 400, true, "RFC 9112 8", "The connection ended before the request did"},
    {refusal::too_slow, "too_slow", 408, true, "RFC 9110 15.5.9", "The request did not arrive in time"},
}};
}  // namespace detail

/// The table's line for this refusal.
constexpr const refusal_facts& facts_of(refusal why) noexcept {
    return detail::refusal_table[static_cast<std::size_t>(why)];
}

}  // namespace coracle::http

// ---- coracle/http/target.hpp
// target: what a request is about, in the four forms it may take. Only views; nothing is decoded or normalised.
// RFC 9112 3.2, RFC 9110 4.2 and 7.1.

namespace coracle::http {

/// `/a?b`, `http://host/a?b` (to a proxy, but every server must understand it), `host:80` (CONNECT), `*` (OPTIONS).
enum class target_form : std::uint8_t { origin, absolute, authority, asterisk };

/// A request target, split. All views look into the bytes it was read from.
struct target {
    std::string_view text{};
    std::string_view path{};       ///< begins with '/'; `*` in asterisk form, empty in authority form
    std::string_view query{};      ///< what follows '?', without it
    std::string_view authority{};  ///< as given, in absolute and authority form
    target_form form = target_form::origin;

    void rebase(const char* from, const char* to) noexcept {
        text = rebased(text, from, to);
        path = rebased(path, from, to);
        query = rebased(query, from, to);
        authority = rebased(authority, from, to);
    }
};

namespace detail {
/// The size of `http://` or `https://` at the start of `text`, 0 when neither is there.
constexpr std::size_t scheme_size(std::string_view text) noexcept {
    for (std::string_view scheme : {"http://", "https://"})
        if (ascii::iequals(text.substr(0, scheme.size()), scheme)) return scheme.size();
    return 0;
}

/// `text` is known to have the bytes of a target and no others.
inline std::optional<target> split_target(method m, std::string_view text) noexcept {
    target parts;
    parts.text = text;
    std::string_view rest = text;
    if (m == method::connect) {
        auto found = parse_authority(text);
        if (!found || !found->port) return std::nullopt;
        parts.form = target_form::authority;
        parts.authority = text;
        return parts;
    }
    if (text == "*") {
        if (m != method::options) return std::nullopt;
        parts.form = target_form::asterisk;
        parts.path = text;
        return parts;
    }
    if (!text.starts_with('/')) {
        std::size_t scheme = scheme_size(text);
        if (scheme == 0) return std::nullopt;
        rest.remove_prefix(scheme);
        parts.form = target_form::absolute;
        parts.authority = rest.substr(0, rest.find_first_of("/?"));
        if (!parse_authority(parts.authority)) return std::nullopt;
        rest.remove_prefix(parts.authority.size());
    }
    std::size_t mark = rest.find('?');
    parts.path = rest.substr(0, mark);
    if (mark != std::string_view::npos) parts.query = rest.substr(mark + 1);
    // RFC 9110 4.2.3: a URL without a path has the path "/"; one stands in "http://", where every view can look.
    if (parts.path.empty()) parts.path = text.substr(text.find('/'), 1);
    return parts;
}
}  // namespace detail

/// The parts of the target of a request with method `m`. Error: bad_target.
inline result<target, refusal> parse_target(method m, std::string_view text) noexcept {
    if (text.empty() || scan::query_end(text.data(), text.data() + text.size()) != text.data() + text.size())
        return failure(refusal::bad_target);
    if (auto parts = detail::split_target(m, text)) return *parts;
    return failure(refusal::bad_target);
}

}  // namespace coracle::http

// ---- coracle/http/request_head.hpp
// request_head: what the head of a request says, as plain data.
// RFC 9112 2.1, 3, 6, 9.

namespace coracle::http {

enum class version : std::uint8_t { http_1_0, http_1_1 };

/// `HTTP/1.1` or `HTTP/1.0`.
constexpr std::string_view version_text(version v) noexcept { return v == version::http_1_1 ? "HTTP/1.1" : "HTTP/1.0"; }

/// A request without its body. Every view looks into the bytes it was parsed from, which must stay, or be followed by
/// rebase() when they move. Only what came over the wire is in `fields`.
struct request_head {
    http::method method = http::method::get;
    http::version version = http::version::http_1_1;
    bool chunked = false;          ///< Transfer-Encoding: chunked
    bool keep_alive = true;        ///< the client's wish: Connection, or what its version means by silence
    bool expect_continue = false;  ///< the client waits for 100 before it sends the body
    bool upgrade = false;          ///< Connection: upgrade, with an Upgrade field
    std::string_view method_text{};
    http::target target{};
    std::string_view host{};  ///< of an absolute target, else the Host field; empty only in HTTP/1.0
    std::optional<std::uint64_t> content_length{};
    http::fields fields{};

    /// As new, but the memory of the fields is kept.
    void clear() noexcept {
        method = http::method::get;
        version = http::version::http_1_1;
        chunked = expect_continue = upgrade = false;
        keep_alive = true;
        method_text = host = {};
        target = {};
        content_length.reset();
        fields.clear();
    }
    /// The bytes behind all views have moved from `from` to `to`.
    void rebase(const char* from, const char* to) noexcept {
        method_text = rebased(method_text, from, to);
        target.rebase(from, to);
        host = rebased(host, from, to);
        fields.rebase(from, to);
    }
};

}  // namespace coracle::http

// ---- coracle/http/body_length.hpp
// body_length: where the body of a request ends. The method has no say in it.
// RFC 9112 6.3.

namespace coracle::http {

/// Nothing follows the head, or `bytes` bytes, or chunks.
struct body_length {
    enum class kind : std::uint8_t { none, fixed, chunked };
    kind how = kind::none;
    std::uint64_t bytes = 0;  ///< of a fixed one

    friend constexpr bool operator==(const body_length&, const body_length&) = default;
};

/// For a head that the parser let pass, which never has both lengths. A GET has a body as well as a POST.
constexpr body_length body_length_of(const request_head& head) noexcept {
    if (head.chunked) return {body_length::kind::chunked, 0};
    if (head.content_length.value_or(0) != 0) return {body_length::kind::fixed, *head.content_length};
    return {};
}

}  // namespace coracle::http

// ---- coracle/http/limits.hpp
// limits: how much of everything a peer may send. Each has a reason, and a status for what goes beyond it.

namespace coracle::http {

/// Bounds on one message.
struct limits {
    /// Request line, fields and blank line together, in bytes; browsers stay below 8 KiB even with cookies. 431.
    std::size_t head_bytes = 16 * 1024;
    /// Field lines in a head; lookups are linear in it. 431.
    std::size_t fields = 100;
    /// Request target in bytes; RFC 9112 3 asks for 8000 at least. 414.
    std::size_t target_bytes = 8 * 1024;
    /// Method token in bytes; the longest registered one (UPDATEREDIRECTREF) has 17. 501.
    std::size_t method_bytes = 32;
    /// Body in bytes, after the transfer coding is undone. 413.
    std::uint64_t body_bytes = 10 * 1024 * 1024;
    /// One chunk-size line in bytes, extensions and CRLF included. 400.
    std::size_t chunk_line_bytes = 1024;
    /// All chunk extensions of a body in bytes; nobody uses them, so this is generous. 400.
    std::size_t chunk_extension_bytes = 4 * 1024;
    /// Bytes of chunked framing (size lines, CRLFs) allowed beyond one per byte of data. 400.
    std::size_t chunk_overhead_bytes = 16 * 1024;
    /// Trailer section in bytes, and its lines. 431.
    std::size_t trailer_bytes = 4 * 1024;
    std::size_t trailers = 32;
    /// How much of a body nobody asked for is read past to keep the connection, in bytes. Beyond it: close.
    std::uint64_t drain_bytes = 256 * 1024;
    /// Pairs in a query or an urlencoded form. 400.
    std::size_t query_pairs = 1000;
};

/// What applies where nothing else was said.
inline constexpr limits default_limits{};

}  // namespace coracle::http

// ---- coracle/http/body_decoder.hpp
// body_decoder: takes the transfer coding off a body as its bytes arrive, without copying the data.
// RFC 9112 6 (length), 7.1 (chunks, extensions, trailers).

namespace coracle::http {

enum class body_state : std::uint8_t {
    need_more,  ///< all bytes given are used up
    data,       ///< `data` is not empty; go on with the bytes that are left
    complete,   ///< the body has ended, perhaps with the last of its data; what is left belongs to the next request
    refused,    ///< see why(); no byte after this means anything
};

/// What one call of decode() found.
struct decoded {
    std::size_t consumed = 0;  ///< bytes of the input that are used up
    std::string_view data{};   ///< a run of body data: a view into the input
    body_state state = body_state::need_more;
};

/// One body at a time. Remembers counts only, so input may be given in any pieces and thrown away after each.
/// Trailer fields are checked and dropped: nothing in them can pass for a header field.
class body_decoder {
public:
    /// A new body, of which at most `most` bytes are accepted. Error: body_too_large, before any byte was read.
    /// Keeps: a reference to the limits.
    std::optional<refusal> start(body_length length, const limits& bounds, std::uint64_t most);
    std::optional<refusal> start(body_length length, const limits& bounds = default_limits) {
        return start(length, bounds, bounds.body_bytes);
    }
    std::optional<refusal> start(body_length, const limits&&) = delete;
    std::optional<refusal> start(body_length, const limits&&, std::uint64_t) = delete;

    /// Goes on with the body. Out: at most one run of data; call again with the rest until need_more or complete.
    decoded decode(std::string_view in);

    bool complete() const noexcept { return stage_ == stage::complete; }
    refusal why() const noexcept { return why_; }
    /// Bytes of data given out so far.
    std::uint64_t received() const noexcept { return received_; }
    /// Bytes still to come, where they are known: a body of fixed length.
    std::optional<std::uint64_t> remaining() const noexcept {
        if (stage_ == stage::complete) return 0;
        return stage_ == stage::fixed ? std::optional(left_) : std::nullopt;
    }

private:
    enum class stage : std::uint8_t {
        complete,
        fixed,
        size_first,
        size,
        extension,
        size_lf,
        chunk,
        chunk_cr,
        chunk_lf,
        trailer,
        trailer_name,
        trailer_value,
        trailer_lf,
        last_lf,
        refused,
    };

    decoded data_run(std::string_view in, std::size_t at, stage after);
    bool step(char c);
    bool size_digit(char c);
    bool size_line_ends();
    bool go(stage next) noexcept {
        stage_ = next;
        return true;
    }
    bool refuse(refusal why) noexcept {
        stage_ = stage::refused;
        why_ = why;
        return false;
    }

    const limits* bounds_ = &default_limits;
    std::uint64_t most_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t left_ = 0;      // of the fixed body or of this chunk
    std::uint64_t framing_ = 0;   // bytes that were not data
    std::size_t line_ = 0;        // bytes of this chunk-size line
    std::size_t digits_ = 0;      // of this chunk size
    std::size_t extensions_ = 0;  // bytes of all of them
    std::size_t trailer_bytes_ = 0;
    std::size_t trailers_ = 0;
    stage stage_ = stage::complete;
    refusal why_ = refusal::truncated;
};

inline std::optional<refusal> body_decoder::start(body_length length, const limits& bounds, std::uint64_t most) {
    *this = body_decoder();
    bounds_ = &bounds;
    most_ = most;
    left_ = length.bytes;
    switch (length.how) {
        case body_length::kind::none:
            break;
        case body_length::kind::chunked:
            stage_ = stage::size_first;
            break;
        case body_length::kind::fixed:
            stage_ = left_ == 0 ? stage::complete : stage::fixed;
            if (left_ > most_) refuse(refusal::body_too_large);
            break;
    }
    if (stage_ == stage::refused) return why_;
    return std::nullopt;
}

inline decoded body_decoder::decode(std::string_view in) {
    if (stage_ == stage::fixed) return data_run(in, 0, stage::complete);
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (stage_ == stage::complete) return {i, {}, body_state::complete};
        if (stage_ == stage::chunk) return data_run(in, i, stage::chunk_cr);
        if (!step(in[i])) return {i, {}, body_state::refused};
    }
    if (stage_ == stage::complete) return {in.size(), {}, body_state::complete};
    return {in.size(), {}, stage_ == stage::refused ? body_state::refused : body_state::need_more};
}

/// Data from in[at] on, until it has all come; `after` is what follows it.
inline decoded body_decoder::data_run(std::string_view in, std::size_t at, stage after) {
    std::size_t size = in.size() - at;
    if (size > left_) size = static_cast<std::size_t>(left_);
    left_ -= size;
    received_ += size;
    if (left_ == 0) stage_ = after;
    decoded out{at + size, in.substr(at, size), size == 0 ? body_state::need_more : body_state::data};
    if (stage_ == stage::complete) out.state = body_state::complete;
    return out;
}

/// One byte of framing. False when it is refused.
inline bool body_decoder::step(char c) {
    ++framing_;
    switch (stage_) {
        case stage::size_first:
            line_ = digits_ = 0;
            left_ = 0;
            stage_ = stage::size;
            ++line_;
            return size_digit(c);
        case stage::size:
            ++line_;
            if (c == '\r') return go(stage::size_lf);
            if (c == ';') return go(stage::extension);
            return size_digit(c);
        case stage::extension:
            // Nobody here knows an extension, so it only must not hide a line end, and not be long.
            if (++line_ > bounds_->chunk_line_bytes || ++extensions_ > bounds_->chunk_extension_bytes)
                return refuse(refusal::chunk_line_too_long);
            if (c == '\r') return go(stage::size_lf);
            return !scan::ends_value(c) || refuse(refusal::bad_chunk_extension);
        case stage::size_lf:
            if (c != '\n') return refuse(refusal::bad_chunk_size);
            return size_line_ends();
        case stage::chunk_cr:
            return c == '\r' ? go(stage::chunk_lf) : refuse(refusal::bad_chunk_end);
        case stage::chunk_lf:
            return c == '\n' ? go(stage::size_first) : refuse(refusal::bad_chunk_end);
        default:
            break;
    }
    // The trailer section, including the empty line that ends the body.
    if (++trailer_bytes_ > bounds_->trailer_bytes) return refuse(refusal::trailers_too_large);
    switch (stage_) {
        case stage::trailer:
            if (c == '\r') return go(stage::last_lf);
            if (++trailers_ > bounds_->trailers) return refuse(refusal::trailers_too_large);
            return ascii::is_token(c) ? go(stage::trailer_name) : refuse(refusal::bad_trailer);
        case stage::trailer_name:
            if (c == ':') return go(stage::trailer_value);
            return ascii::is_token(c) || refuse(refusal::bad_trailer);
        case stage::trailer_value:
            if (c == '\r') return go(stage::trailer_lf);
            return !scan::ends_value(c) || refuse(refusal::bad_trailer);
        case stage::trailer_lf:
            return c == '\n' ? go(stage::trailer) : refuse(refusal::bad_trailer);
        case stage::last_lf:
            return c == '\n' ? go(stage::complete) : refuse(refusal::bad_trailer);
        default:
            return false;  // refused before: it stays so
    }
}

inline bool body_decoder::size_digit(char c) {
    int digit = ascii::hex_value(c);
    if (digit < 0 || digits_ == 16) return refuse(refusal::bad_chunk_size);
    ++digits_;
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
    return true;
}

inline bool body_decoder::size_line_ends() {
    if (left_ > most_ - received_) return refuse(refusal::body_too_large);
    if (left_ == 0) return go(stage::trailer);
    // Counted against the data before this chunk, so that a promise of much data buys nothing.
    if (framing_ > received_ + bounds_->chunk_overhead_bytes) return refuse(refusal::chunk_overhead);
    return go(stage::chunk);
}

}  // namespace coracle::http

// ---- coracle/http/date.hpp
// date: moments as HTTP writes them, from and to seconds since 1970. No libc, no time zone, no locale.
// RFC 9110 5.6.7.

namespace coracle::http {

/// `Sun, 06 Nov 1994 08:49:37 GMT` always has this size.
inline constexpr std::size_t date_size = 29;

namespace detail {
inline constexpr std::string_view day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                 "Thursday", "Friday", "Saturday"};
inline constexpr std::string_view month_names = "JanFebMarAprMayJunJulAugSepOctNovDec";
inline constexpr std::int64_t seconds_per_day = 86400;

constexpr void put_digits(char* to, unsigned value, int count) noexcept {
    for (; count-- > 0; value /= 10) to[count] = static_cast<char>('0' + value % 10);
}
constexpr char* put_text(char* to, std::string_view text) noexcept {
    for (char c : text) *to++ = c;
    return to;
}

/// Reads the date forms from left to right; the first mismatch makes everything after it one too.
class date_text {
public:
    constexpr explicit date_text(std::string_view text) noexcept : rest_(text) {}
    constexpr void skip(std::string_view text) noexcept {
        good_ = good_ && rest_.starts_with(text);
        if (good_) rest_.remove_prefix(text.size());
    }
    constexpr int number(std::size_t digits) noexcept {
        good_ = good_ && rest_.size() >= digits;
        int value = 0;
        for (std::size_t i = 0; good_ && i < digits; ++i) {
            good_ = ascii::is_digit(rest_[i]);
            value = value * 10 + (rest_[i] - '0');
        }
        if (good_) rest_.remove_prefix(digits);
        return value;
    }
    constexpr unsigned month() noexcept {
        std::size_t at = rest_.size() < 3 ? std::string_view::npos : month_names.find(rest_.substr(0, 3));
        good_ = good_ && at != std::string_view::npos && at % 3 == 0;
        if (good_) rest_.remove_prefix(3);
        return static_cast<unsigned>(at / 3 + 1);
    }
    /// Hours, minutes, seconds; 60 is a leap second and counts as 59.
    constexpr std::int64_t time_of_day() noexcept {
        int hour = number(2);
        skip(":");
        int minute = number(2);
        skip(":");
        int second = number(2);
        good_ = good_ && hour < 24 && minute < 60 && second <= 60;
        return hour * 3600 + minute * 60 + (second < 60 ? second : 59);
    }
    constexpr bool starts_with(std::string_view text) const noexcept { return rest_.starts_with(text); }
    constexpr bool at_end() const noexcept { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_ = true;
};

// Days are counted in years that begin in March, so that the leap day is the last of a year. 400 years have 146097
// days, and 1970-01-01 is day 719468 from 0000-03-01.
struct civil_date {
    std::int64_t year = 1970;
    unsigned month = 1;
    unsigned day = 1;
};
constexpr std::int64_t days_of(civil_date date) noexcept {
    std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    std::int64_t in_era = year - era * 400;
    std::int64_t in_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}
constexpr civil_date date_of(std::int64_t days) noexcept {
    days += 719468;
    std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    std::int64_t day = days - era * 146097;
    std::int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    auto in_year = static_cast<unsigned>(day - (365 * year + year / 4 - year / 100));
    unsigned march_month = (5 * in_year + 2) / 153;
    unsigned month = march_month < 10 ? march_month + 3 : march_month - 9;
    return {year + era * 400 + (month <= 2), month, in_year - (153 * march_month + 2) / 5 + 1};
}

constexpr std::optional<std::int64_t> seconds_of(const date_text& text, int year, unsigned month, int day,
                                                 std::int64_t time) noexcept {
    if (!text.at_end() || day < 1) return std::nullopt;
    civil_date date{year, month, static_cast<unsigned>(day)};
    std::int64_t days = days_of(date);
    civil_date back = date_of(days);  // 31 June comes back as 1 July
    if (back.month != date.month || back.day != date.day) return std::nullopt;
    return days * seconds_per_day + time;
}
}  // namespace detail

/// Writes `date_size` characters. Years beyond 9999 and before 0 cannot be written so; they become the nearest that
/// can.
constexpr void write_date(std::int64_t unix_seconds, char* to) noexcept {
    constexpr std::int64_t first = -62167219200, last = 253402300799;
    unix_seconds = unix_seconds < first ? first : unix_seconds > last ? last : unix_seconds;
    std::int64_t days = unix_seconds / detail::seconds_per_day;
    std::int64_t time = unix_seconds % detail::seconds_per_day;
    if (time < 0) {
        time += detail::seconds_per_day;
        --days;
    }
    detail::civil_date date = detail::date_of(days);
    auto weekday = static_cast<std::size_t>(((days + 4) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
    auto seconds = static_cast<unsigned>(time);

    to = detail::put_text(to, detail::day_names[weekday].substr(0, 3));
    to = detail::put_text(to, ", ");
    detail::put_digits(to, date.day, 2);
    to[2] = ' ';
    detail::put_text(to + 3, detail::month_names.substr((date.month - 1) * 3, 3));
    to[6] = ' ';
    detail::put_digits(to + 7, static_cast<unsigned>(date.year), 4);
    to[11] = ' ';
    detail::put_digits(to + 12, seconds / 3600, 2);
    to[14] = ':';
    detail::put_digits(to + 15, seconds / 60 % 60, 2);
    to[17] = ':';
    detail::put_digits(to + 18, seconds % 60, 2);
    detail::put_text(to + 20, " GMT");
}

/// Any of the three forms a recipient must read; `now` (seconds since 1970) settles the century of the two-digit one.
/// The day of the week is not compared with the date. Nothing when the text is no date.
constexpr std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now = 0) noexcept {
    for (std::string_view name : detail::day_names) {
        detail::date_text rest(text);
        if (rest.starts_with(name) && text.substr(name.size()).starts_with(", ")) {  // Sunday, 06-Nov-94 08:49:37 GMT
            rest.skip(name);
            rest.skip(", ");
            int day = rest.number(2);
            rest.skip("-");
            unsigned month = rest.month();
            rest.skip("-");
            int year = rest.number(2) + 1900;
            rest.skip(" ");
            std::int64_t time = rest.time_of_day();
            rest.skip(" GMT");
            // RFC 9110 5.6.7: a date that seems more than 50 years ahead is the last one with these two digits.
            auto this_year = static_cast<int>(detail::date_of(now / detail::seconds_per_day).year);
            while (year + 100 <= this_year + 50) year += 100;
            return detail::seconds_of(rest, year, month, day, time);
        }
        if (!rest.starts_with(name.substr(0, 3))) continue;
        rest.skip(name.substr(0, 3));
        if (rest.starts_with(", ")) {  // Sun, 06 Nov 1994 08:49:37 GMT
            rest.skip(", ");
            int day = rest.number(2);
            rest.skip(" ");
            unsigned month = rest.month();
            rest.skip(" ");
            int year = rest.number(4);
            rest.skip(" ");
            std::int64_t time = rest.time_of_day();
            rest.skip(" GMT");
            return detail::seconds_of(rest, year, month, day, time);
        }
        rest.skip(" ");  // Sun Nov  6 08:49:37 1994
        unsigned month = rest.month();
        rest.skip(" ");
        bool one_digit = rest.starts_with(" ");
        rest.skip(one_digit ? " " : "");
        int day = rest.number(one_digit ? 1 : 2);
        rest.skip(" ");
        std::int64_t time = rest.time_of_day();
        rest.skip(" ");
        int year = rest.number(4);
        return detail::seconds_of(rest, year, month, day, time);
    }
    return std::nullopt;
}

}  // namespace coracle::http

// ---- coracle/http/field_list.hpp
// field_list: header fields that own their text, for what coracle sends. Kept as they will stand on the wire.
// RFC 9110 5.1, 5.5; RFC 9112 6 (framing).

namespace coracle::http {

/// Whether this field says where a message ends or whether the connection stays, and so is coracle's own to write.
constexpr bool is_framing_field(std::string_view name) noexcept {
    switch (name.size()) {
        case 2:
            return same_name(name, "te");
        case 4:
            return same_name(name, "date");
        case 7:
            return same_name(name, "trailer") || same_name(name, "upgrade");
        case 10:
            return same_name(name, "connection") || same_name(name, "keep-alive");
        case 14:
            return same_name(name, "content-length");
        case 17:
            return same_name(name, "transfer-encoding");
        default:
            return false;
    }
}

/// A value that can be sent: no control character but HT, and no white space at either end.
inline bool is_field_value(std::string_view value) noexcept {
    const char* end = value.data() + value.size();
    return (value.empty() || scan::value_end(value.data(), end) == end) && ascii::trim(value).size() == value.size();
}

/// Fields to be sent, in order. Names become lower-case. What could not be sent safely never gets in: a name that is
/// no token, a value with a control character, a framing field.
class field_list {
public:
    class const_iterator;

    /// Puts the field in the place of all those with this name. Error: std::invalid_argument.
    void set(std::string_view name, std::string_view value) {
        std::string line = line_of(name, value);
        remove(std::string_view(line).substr(0, name.size()));
        append(line, name.size());
    }
    /// One more field, also when there is one with this name. Error: std::invalid_argument.
    void add(std::string_view name, std::string_view value) { append(line_of(name, value), name.size()); }
    /// Takes away all fields with this name; true when there was one.
    bool remove(std::string_view name) {
        bool found = false;
        for (std::size_t i = items_.size(); i-- > 0;)
            if (same_name(at(i).name, name)) {
                erase(i);
                found = true;
            }
        return found;
    }
    void clear() noexcept {
        text_.clear();
        items_.clear();
    }

    /// The first value with this name, if any.
    std::optional<std::string_view> get(std::string_view name) const noexcept {
        for (std::size_t i = 0; i < items_.size(); ++i)
            if (same_name(at(i).name, name)) return at(i).value;
        return std::nullopt;
    }
    /// The same; empty when there is none.
    std::string_view operator[](std::string_view name) const noexcept { return get(name).value_or(std::string_view{}); }
    bool contains(std::string_view name) const noexcept { return get(name).has_value(); }
    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }
    const_iterator begin() const noexcept;
    const_iterator end() const noexcept;

    /// All fields as they stand in a head: `name: value` CR LF, each.
    std::string_view wire() const noexcept { return text_; }

private:
    struct place {
        std::uint32_t at = 0;
        std::uint32_t name_size = 0;
        std::uint32_t value_size = 0;
    };
    static constexpr std::string_view colon = ": ";
    static constexpr std::string_view line_end = "\r\n";

    field at(std::size_t i) const noexcept {
        const place& item = items_[i];
        const char* name = text_.data() + item.at;
        return {{name, item.name_size}, {name + item.name_size + colon.size(), item.value_size}};
    }
    // A string of its own: `name` and `value` may look into text_, which is about to change.
    static std::string line_of(std::string_view name, std::string_view value) {
        if (!ascii::is_token(name))
            throw std::invalid_argument(
                "a header field name must be a token (letters, digits and !#$%&'*+-.^_`|~), and this one is not");
        if (!is_field_value(value))
            throw std::invalid_argument("the value of header field '" + std::string(name) +
                                        "' must have no control characters and no white space at its ends");
        if (is_framing_field(name))
            throw std::invalid_argument("header field '" + std::string(name) +
                                        "' is written by coracle from what is really sent; do not set it");
        std::string line = ascii::lower(name);
        line.append(colon).append(value).append(line_end);
        return line;
    }
    void append(const std::string& line, std::size_t name_size) {
        if (line.size() > UINT32_MAX - text_.size()) throw std::invalid_argument("the header fields are too long");
        std::size_t value_size = line.size() - name_size - colon.size() - line_end.size();
        items_.push_back({static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(name_size),
                          static_cast<std::uint32_t>(value_size)});
        text_.append(line);
    }
    void erase(std::size_t i) {
        const place item = items_[i];
        auto size = static_cast<std::uint32_t>(item.name_size + colon.size() + item.value_size + line_end.size());
        text_.erase(item.at, size);
        items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(i));
        for (std::size_t later = i; later < items_.size(); ++later) items_[later].at -= size;
    }

    std::string text_;
    std::vector<place> items_;
};

/// Gives fields as views that end with the next change of the list.
class field_list::const_iterator {
public:
    using value_type = field;
    using difference_type = std::ptrdiff_t;
    const_iterator() noexcept = default;
    const_iterator(const field_list& of, std::size_t i) noexcept : of_(&of), i_(i) {}
    // The field is kept here so that `for (auto& [name, value] : list)` has something to refer to.
    const field& operator*() const noexcept {
        here_ = of_->at(i_);
        return here_;
    }
    const field* operator->() const noexcept { return &**this; }
    const_iterator& operator++() noexcept {
        ++i_;
        return *this;
    }
    const_iterator operator++(int) noexcept {
        const_iterator before = *this;
        ++i_;
        return before;
    }
    bool operator==(const const_iterator& other) const noexcept { return i_ == other.i_; }

private:
    const field_list* of_ = nullptr;
    std::size_t i_ = 0;
    mutable field here_{};
};

inline field_list::const_iterator field_list::begin() const noexcept { return {*this, 0}; }
inline field_list::const_iterator field_list::end() const noexcept { return {*this, items_.size()}; }

}  // namespace coracle::http

// ---- coracle/http/response_head.hpp
// response_head: what the head of an answer says, as plain data.
// RFC 9110 15, RFC 9112 4 and 9.3.

namespace coracle::http {

/// What an answer says about the connection: nothing (HTTP/1.1 stays), that it stays (to HTTP/1.0), that it ends.
enum class persistence : std::uint8_t { implied, keep_alive, close };

/// What the request and the state of the connection demand of an answer. The exchange says it, the writer obeys.
struct response_terms {
    persistence connection = persistence::implied;
    bool head_only = false;  ///< the answer to HEAD: same head, no body
    bool chunks = true;      ///< the client understands chunks (HTTP/1.1)
};

/// What a handler decides. Keeps: references. A content-type or server field in `fields` takes the place of coracle's.
struct response_head {
    int status = 200;
    std::string_view content_type{};
    const field_list* fields = nullptr;
};

}  // namespace coracle::http

// ---- coracle/http/exchange.hpp
// exchange: whose turn it is on a connection, and what becomes of it after each answer. All of it is in this file.
// RFC 9110 10.1.1 (Expect), RFC 9112 9.3 (persistence, pipelining), 9.6 (tear-down).

namespace coracle::http {

/// What a connection is waiting for.
enum class turn : std::uint8_t {
    request,  ///< the client's: the head of the next request
    answer,   ///< ours: the request is being handled, no byte of the answer is written
    body,     ///< ours: the head of the answer is written, the answer is not finished
    drain,    ///< the client's: the answer is finished, the rest of the request body is read past
    close,    ///< write out what is written, then close; no byte that still comes in is interpreted
};

/// What can happen on it.
enum class happening : std::uint8_t {
    head_read,     ///< a whole request head has been read
    refused,       ///< the head or the body cannot be understood, is too much or too slow
    answer_begun,  ///< the head of the answer is written
    answer_ended,  ///< the answer is finished, and so is the request; the connection stays
    answer_early,  ///< the answer is finished, the request body is not; the connection stays
    answer_last,   ///< the answer is finished, and was the last one here
    body_read,     ///< the last byte of the request body has been read
    too_much,      ///< what was to be read past is more than limits::drain_bytes
};

namespace detail {
/// A mistake of the caller: asserted, and safe in a release.
inline constexpr turn never = static_cast<turn>(255);

/// The whole of it: what is waited for, and what happens, gives what is waited for next.
constexpr turn next_turn(turn now, happening what) noexcept {
    using enum turn;
    constexpr turn table[5][8] = {
        // clang-format off
        //           head_read refused  answer_begun answer_ended answer_early answer_last body_read too_much
        /*request*/ {answer,   answer,  never,       never,       never,       never,      never,    never},
        /*answer*/  {never,    answer,  body,        never,       never,       never,      answer,   never},
        /*body*/    {never,    body,    never,       request,     drain,       close,      body,     never},
        /*drain*/   {never,    close,   never,       never,       never,       never,      request,  close},
        /*close*/   {close,    close,   close,       close,       close,       close,      close,    close},
        // clang-format on
    };
    return table[static_cast<std::size_t>(now)][static_cast<std::size_t>(what)];
}
}  // namespace detail

/// The turns of one connection, as values: it reads, writes and times nothing. The server tells it what happened and
/// asks what to do.
class exchange {
public:
    turn whose() const noexcept { return turn_; }
    /// F19: the next request is looked at in its turn only, however many have arrived.
    bool reads_head() const noexcept { return turn_ == turn::request; }
    /// Whether bytes that arrive belong to a request body and may be decoded.
    bool reads_body() const noexcept { return body_open_ && turn_ != turn::close; }
    /// Whether the answer now due, or being written, is the last on this connection.
    bool is_last() const noexcept { return last_; }

    /// A request has been read and goes to its handler.
    void head_read(const request_head& head) noexcept {
        happens(happening::head_read);
        last_ = last_ || !head.keep_alive;
        modern_ = head.version == version::http_1_1;
        head_only_ = head.method == method::head;
        length_ = body_length_of(head);
        body_open_ = length_.how != body_length::kind::none;
        continue_due_ = head.expect_continue && body_open_;
        body_bytes_ = drained_ = 0;
    }

    /// The handler wants the body. Out: whether `100 Continue` is to be written now. True once at most, and not when
    /// the client has sent some of the body without waiting.
    bool body_wanted(bool some_has_arrived) noexcept {
        bool due = continue_due_ && !some_has_arrived && turn_ == turn::answer;
        continue_due_ = false;
        return due;
    }

    /// So many more bytes of the request body have been read, framing included.
    void body_bytes(std::uint64_t count, const limits& bounds = default_limits) noexcept {
        if (count == 0) return;
        continue_due_ = false;
        body_bytes_ += count;
        if (turn_ != turn::drain) return;
        drained_ += count;
        if (drained_ > bounds.drain_bytes) happens(happening::too_much);
    }

    /// All of the request body has been read.
    void body_read() noexcept {
        if (!body_open_) return;
        body_open_ = continue_due_ = false;
        happens(happening::body_read);
    }

    /// F20: nothing that comes in is interpreted any more. `head` is what is known of the request. Out: whether the
    /// refusal is to be answered; otherwise the answer that was begun, or finished, is all that the client gets.
    bool refuse(const request_head& head) noexcept {
        if (turn_ == turn::request) {
            modern_ = true;
            head_only_ = head.method == method::head;
        }
        happens(happening::refused);
        last_ = true;
        body_open_ = continue_due_ = false;
        return turn_ == turn::answer;
    }

    /// The next answer to begin shall be the last on the connection: the server stops, or the handler says so.
    void close_after_answer() noexcept { last_ = true; }

    /// Nothing more can come or go: the connection broke, or nobody should wait for it any longer.
    void close_now() noexcept { turn_ = turn::close; }

    /// The head of the answer is about to be written. Out: what it has to say.
    response_terms begin_answer(const limits& bounds = default_limits) noexcept {
        // A client that still waits for 100 may send its body or leave it out, so nobody could tell what its next
        // bytes are. And a rest that is known to be too much to read past is not worth beginning with.
        if (continue_due_) last_ = true;
        if (body_open_ && length_.how == body_length::kind::fixed && length_.bytes - body_bytes_ > bounds.drain_bytes)
            last_ = true;
        continue_due_ = false;
        happens(happening::answer_begun);
        response_terms terms;
        terms.head_only = head_only_;
        terms.chunks = modern_;
        terms.connection = last_ ? persistence::close : modern_ ? persistence::implied : persistence::keep_alive;
        return terms;
    }

    /// The last byte of the answer is written. `unframed`: only closing the connection tells the client where it ends.
    void end_answer(bool unframed = false) noexcept {
        last_ = last_ || unframed;
        happens(last_ ? happening::answer_last : body_open_ ? happening::answer_early : happening::answer_ended);
    }

private:
    void happens(happening what) noexcept {
        turn next = detail::next_turn(turn_, what);
        CORACLE_ASSERT(next != detail::never);
        turn_ = next == detail::never ? turn::close : next;
    }

    body_length length_{};
    std::uint64_t body_bytes_ = 0;  // read of this request body
    std::uint64_t drained_ = 0;     // of these, read past after the answer
    turn turn_ = turn::request;
    bool last_ = false;          // no request after this one
    bool modern_ = true;         // the client speaks HTTP/1.1
    bool head_only_ = false;     // the request is HEAD
    bool body_open_ = false;     // some of the request body has not been read
    bool continue_due_ = false;  // the client waits for 100
};

}  // namespace coracle::http

// ---- coracle/http/framing.hpp
// framing: what single fields say about the message as a whole, and whether together they make sense.
// RFC 9110 7.2 (Host), 7.6.1 (Connection), 7.8 (Upgrade), 8.6 (Content-Length), 10.1.1 (Expect); RFC 9112 6.1
// (Transfer-Encoding), 6.3.

namespace coracle::http {

/// Collects the facts of one head, field by field. Whatever two readers might understand differently is refused.
class framing {
public:
    void reset() noexcept { *this = framing(); }

    /// Looks at one field and notes in `head` what it says.
    std::optional<refusal> note(request_head& head, std::string_view name, std::string_view value) {
        // A length and a first letter are enough to pass nearly every other field by.
        switch (name.size()) {
            case 4:
                return same_name(name, "host") ? note_host(head, value) : std::nullopt;
            case 6:
                return same_name(name, "expect") ? note_expect(head, value) : std::nullopt;
            case 7:
                if (same_name(name, "upgrade")) upgrade_ = true;
                return std::nullopt;
            case 10:
                if (same_name(name, "connection")) note_connection(value);
                return std::nullopt;
            case 14:
                return same_name(name, "content-length") ? note_content_length(head, value) : std::nullopt;
            case 17:
                return same_name(name, "transfer-encoding") ? note_transfer_encoding(head, value) : std::nullopt;
            default:
                return std::nullopt;
        }
    }

    /// Judges the head as a whole, when all fields are there.
    std::optional<refusal> finish(request_head& head) const noexcept {
        bool modern = head.version == version::http_1_1;
        if (head.chunked && !modern) return refusal::old_transfer_encoding;
        if (head.chunked && head.content_length) return refusal::two_lengths;
        if (modern && head.host.empty()) return refusal::missing_host;
        // RFC 9112 3.2.2: where the target names a host, the Host field is not asked.
        if (head.target.form == target_form::absolute) head.host = head.target.authority;
        head.keep_alive = !close_ && (modern || keep_alive_);
        head.upgrade = modern && upgrade_ && upgrade_token_;
        head.expect_continue = modern && expect_;  // RFC 9110 10.1.1: to HTTP/1.0 it means nothing
        return std::nullopt;
    }

private:
    static std::optional<refusal> note_host(request_head& head, std::string_view value) noexcept {
        if (!head.host.empty()) return refusal::repeated_host;
        if (!parse_authority(value)) return refusal::bad_host;
        head.host = value;
        return std::nullopt;
    }
    static std::optional<refusal> note_content_length(request_head& head, std::string_view value) noexcept {
        if (head.content_length) return refusal::repeated_content_length;
        // 19 digits always fit; a list of equal numbers, which RFC 9110 8.6 would let pass, is refused as well.
        if (value.size() > 19) return refusal::bad_content_length;
        head.content_length = ascii::parse_decimal(value);
        if (!head.content_length) return refusal::bad_content_length;
        return std::nullopt;
    }
    static std::optional<refusal> note_transfer_encoding(request_head& head, std::string_view value) noexcept {
        if (head.chunked) return refusal::repeated_transfer_encoding;
        if (!ascii::iequals(value, "chunked")) return refusal::unsupported_transfer_encoding;
        head.chunked = true;
        return std::nullopt;
    }
    std::optional<refusal> note_expect(request_head&, std::string_view value) noexcept {
        if (expect_ || !ascii::iequals(value, "100-continue")) return refusal::unsupported_expectation;
        expect_ = true;
        return std::nullopt;
    }
    void note_connection(std::string_view value) noexcept {
        for_each_element(value, [this](std::string_view option) {
            if (ascii::iequals(option, "close")) close_ = true;
            if (ascii::iequals(option, "keep-alive")) keep_alive_ = true;
            if (ascii::iequals(option, "upgrade")) upgrade_token_ = true;
            return true;
        });
    }

    bool close_ = false;
    bool keep_alive_ = false;
    bool upgrade_ = false;
    bool upgrade_token_ = false;
    bool expect_ = false;
};

}  // namespace coracle::http

// ---- coracle/http/status.hpp
// status: the reason phrases, and which answers have no body.
// RFC 9110 15, RFC 6585 (428, 429, 431, 511), RFC 7725 (451), RFC 8297 (103), RFC 8470 (425), WebDAV (RFC 4918, 5842).

namespace coracle::http {

/// The registered reason phrase; empty for a code without one.
constexpr std::string_view reason_phrase(int status) noexcept {
    switch (status) {
        case 100:
            return "Continue";
        case 101:
            return "Switching Protocols";
        case 102:
            return "Processing";
        case 103:
            return "Early Hints";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 203:
            return "Non-Authoritative Information";
        case 204:
            return "No Content";
        case 205:
            return "Reset Content";
        case 206:
            return "Partial Content";
        case 207:
            return "Multi-Status";
        case 208:
            return "Already Reported";
        case 226:
            return "IM Used";
        case 300:
            return "Multiple Choices";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 305:
            return "Use Proxy";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 407:
            return "Proxy Authentication Required";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 418:
            return "I'm a Teapot";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 423:
            return "Locked";
        case 424:
            return "Failed Dependency";
        case 425:
            return "Too Early";
        case 426:
            return "Upgrade Required";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 451:
            return "Unavailable For Legal Reasons";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        case 506:
            return "Variant Also Negotiates";
        case 507:
            return "Insufficient Storage";
        case 508:
            return "Loop Detected";
        case 510:
            return "Not Extended";
        case 511:
            return "Network Authentication Required";
        default:
            return {};
    }
}

/// Three digits, as the status line wants them; 0xx and beyond 599 have no meaning (RFC 9110 15).
constexpr bool is_status(int status) noexcept { return status >= 100 && status <= 599; }

/// RFC 9110 6.4.1: an answer with this status ends with its head, whatever its fields say.
constexpr bool forbids_body(int status) noexcept {
    return (status >= 100 && status < 200) || status == 204 || status == 304;
}

/// RFC 9110 15.3.6: 205 tells the client to reset its form; it has a body of length 0, said so.
constexpr bool forces_empty_body(int status) noexcept { return status == 205; }

}  // namespace coracle::http

// ---- coracle/http/head_cache.hpp
// head_cache: the beginnings of answers, ready-made: status line, server, date and content type in one block.
// RFC 9112 4 (status line), RFC 9110 6.6.1 (date), 10.2.4 (server).

namespace coracle::http {

/// Blocks for the few pairs of status and content type that a server sends all day, each rendered once and its date
/// rewritten once a second. One per loop; it has no clock: somebody calls tick(). Fixed size, whatever is asked of it.
class head_cache {
public:
    /// `server` stands in the server field; empty: there is none. Error: std::invalid_argument.
    explicit head_cache(std::string_view server = "coracle") : server_(server) {
        if (!is_field_value(server))
            throw std::invalid_argument("the name of the server must have no control characters and no outer spaces");
        write_date(0, date_.data());
    }

    /// What time it is, in seconds since 1970. Cost: nothing unless the second is another one.
    void tick(std::int64_t unix_seconds) noexcept {
        if (unix_seconds == now_) return;
        now_ = unix_seconds;
        write_date(unix_seconds, date_.data());
        for (slot& each : slots_)
            if (each.size != 0) std::memcpy(each.text.data() + each.date_at, date_.data(), date_size);
    }
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, as of the last tick.
    std::string_view date() const noexcept { return {date_.data(), date_size}; }

    /// What every block ends with: the length is written behind it, or it is cut off where none belongs.
    static constexpr std::string_view length_field = "content-length: ";

    /// Everything from `HTTP/1.1` to `content-length: `; without a content-type line when `type` is empty. Valid until
    /// the next call. Error: std::invalid_argument for a status not in 100..599 and a type that is no field value.
    std::string_view block(int status, std::string_view type) {
        slot& last = slots_[last_];
        if (last.holds(status, type)) [[likely]]
            return last.block();
        return other_block(status, type);
    }

    /// The same made afresh, with the server's own field only if `with_server`.
    std::string render(int status, std::string_view type, bool with_server = true) const {
        if (!is_status(status))
            throw std::invalid_argument("an HTTP status is a number from 100 to 599, not " + std::to_string(status));
        if (!is_field_value(type))
            throw std::invalid_argument("a content type must have no control characters and no outer spaces");
        std::string out = "HTTP/1.1 " + std::to_string(status) + ' ';
        out.append(reason_phrase(status)).append("\r\n");
        if (with_server && !server_.empty()) out.append("server: ").append(server_).append("\r\n");
        out.append("date: ").append(date()).append("\r\n");
        if (!type.empty()) out.append("content-type: ").append(type).append("\r\n");
        return out.append(length_field);
    }

private:
    struct slot {
        int status = 0;
        std::uint16_t size = 0;  // 0: free
        std::uint16_t date_at = 0;
        std::uint16_t type_size = 0;
        std::array<char, 246> text{};
        bool holds(int wanted, std::string_view wanted_type) const noexcept {
            return size != 0 && status == wanted && type() == wanted_type;
        }
        std::string_view block() const noexcept { return {text.data(), size}; }
        // Its place follows from the end: `X` CR LF `content-length: `.
        std::string_view type() const noexcept {
            return {text.data() + size - length_field.size() - (type_size ? 2 + type_size : 0), type_size};
        }
    };

    std::string_view other_block(int status, std::string_view type) {
        for (std::size_t i = 0; i < slots_.size(); ++i)
            if (slots_[i].holds(status, type)) {
                last_ = i;
                return slots_[i].block();
            }
        std::string text = render(status, type);
        if (text.size() > slots_[0].text.size()) {
            large_ = std::move(text);
            return large_;
        }
        last_ = victim_++ % slots_.size();
        slot& made = slots_[last_];
        made.status = status;
        made.size = static_cast<std::uint16_t>(text.size());
        made.date_at = static_cast<std::uint16_t>(text.find("\r\ndate: ") + 8);
        made.type_size = static_cast<std::uint16_t>(type.size());
        std::memcpy(made.text.data(), text.data(), text.size());
        return made.block();
    }

    std::string server_;
    std::int64_t now_ = 0;
    std::array<char, date_size> date_{};
    std::array<slot, 8> slots_{};
    std::size_t last_ = 0;
    std::size_t victim_ = 0;
    std::string large_{};
};

}  // namespace coracle::http

// ---- coracle/http/percent.hpp
// percent: percent-encoding, undone exactly once. Strict for paths, forgiving for queries, never for field values.
// RFC 3986 2.1; queries as WHATWG URL 5.1 and Python's urllib.parse read them.

namespace coracle::http {

namespace detail {
/// The byte that the escape at text[at] stands for, or -1 when it is none.
constexpr int escaped_byte(std::string_view text, std::size_t at) noexcept {
    if (text.size() - at < 3) return -1;
    int high = ascii::hex_value(text[at + 1]);
    int low = ascii::hex_value(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Puts U+FFFD where `text` is not UTF-8, one for each maximal part of a sequence, as Python and browsers do.
inline void replace_invalid_utf8(std::string& text) {
    std::size_t good = utf8::first_invalid(text);
    if (good == text.size()) return;
    std::string out;
    std::string_view rest = text;
    while (!rest.empty()) {
        out.append(rest.substr(0, good));
        rest.remove_prefix(good);
        if (rest.empty()) break;
        out.append("\xEF\xBF\xBD");
        // A sequence cut short counts as one: it goes on for as long as some continuation would make it valid.
        std::size_t bad = 1;
        for (std::size_t length = 2; length <= 3 && length <= rest.size(); ++length) {
            bool could_go_on = false;
            for (std::string_view tail : {"\x80", "\x80\x80"})
                could_go_on = could_go_on || utf8::sequence_length(std::string(rest.substr(0, length)).append(tail)) ==
                                                 length + tail.size();
            if (!could_go_on) break;
            bad = length;
        }
        rest.remove_prefix(bad);
        good = utf8::first_invalid(rest);
    }
    text = std::move(out);
}
}  // namespace detail

/// One segment of a path, or the rest of a path, decoded. Split at '/' first: an escaped slash is data (%2F).
/// Out: `segment` itself when nothing is escaped, else a view into `storage`. Error: bad_escape, nul_in_path.
inline result<std::string_view, refusal> decode_path(std::string_view segment, std::string& storage) {
    std::size_t at = segment.find('%');
    if (at == std::string_view::npos) return segment;
    storage.assign(segment.substr(0, at));
    while (at < segment.size()) {
        if (segment[at] != '%') {
            storage.push_back(segment[at++]);
            continue;
        }
        int byte = detail::escaped_byte(segment, at);
        if (byte < 0) return failure(refusal::bad_escape);
        if (byte == 0) return failure(refusal::nul_in_path);
        storage.push_back(static_cast<char>(byte));
        at += 3;
    }
    return std::string_view(storage);
}

/// A name or a value of a query or an urlencoded form: '+' is a space, a '%' that escapes nothing stays as it is,
/// and bytes that are not UTF-8 become U+FFFD. Out: `text` itself when there is nothing to do, else a view into
/// `storage`.
inline std::string_view decode_query(std::string_view text, std::string& storage) {
    std::size_t at = text.find_first_of("%+");
    if (at == std::string_view::npos && utf8::is_valid(text)) return text;
    if (at == std::string_view::npos) at = text.size();
    storage.assign(text.substr(0, at));
    while (at < text.size()) {
        int byte = text[at] == '%' ? detail::escaped_byte(text, at) : -1;
        if (byte >= 0) {
            storage.push_back(static_cast<char>(byte));
            at += 3;
        } else {
            storage.push_back(text[at] == '+' ? ' ' : text[at]);
            ++at;
        }
    }
    detail::replace_invalid_utf8(storage);
    return storage;
}

/// Appends `text` to `out` with everything escaped but letters, digits, "-._~" and the characters of `keep`.
inline void encode_percent(std::string_view text, std::string& out, std::string_view keep = {}) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (char c : text) {
        bool plain =
            ascii::is_alpha(c) || ascii::is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos;
        if (plain || (c != '%' && keep.find(c) != std::string_view::npos)) {
            out.push_back(c);
        } else {
            auto byte = static_cast<unsigned char>(c);
            out.push_back('%');
            out.push_back(digits[byte >> 4]);
            out.push_back(digits[byte & 15]);
        }
    }
}

}  // namespace coracle::http

// ---- coracle/http/query.hpp
// query: the name=value pairs of a query string or of an urlencoded form, decoded one after the other.
// WHATWG URL 5.1; in detail as Python's parse_qsl(keep_blank_values=True), with which FastAPI reads queries.

namespace coracle::http {

/// Goes through the pairs: `for (query_reader pairs{text}; pairs.next();) use(pairs.name(), pairs.value());`
/// Keeps: a reference to the text. Cost: linear; allocates only for names and values that are escaped.
class query_reader {
public:
    explicit query_reader(std::string_view text, std::size_t max_pairs = default_limits.query_pairs) noexcept
        : rest_(text), left_(max_pairs) {}

    /// Goes to the next pair; false at the end, and where there are more pairs than allowed.
    bool next() {
        while (!rest_.empty()) {
            std::size_t end = rest_.find('&');
            std::string_view pair = rest_.substr(0, end);
            if (pair.empty()) {  // `a=1&&b=2`: nothing between two ampersands is no pair
                rest_.remove_prefix(1);
                continue;
            }
            if (left_ == 0) {
                too_many_ = true;
                return false;
            }
            --left_;
            rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
            std::size_t equals = pair.find('=');
            name_ = decode_query(pair.substr(0, equals), name_storage_);
            value_ = equals == std::string_view::npos ? std::string_view{}
                                                      : decode_query(pair.substr(equals + 1), value_storage_);
            return true;
        }
        return false;
    }
    /// Of the pair next() went to; valid until the next call of it.
    std::string_view name() const noexcept { return name_; }
    std::string_view value() const noexcept { return value_; }
    /// After next() was false: whether pairs were left over. The answer is refusal::too_many_pairs then.
    bool too_many() const noexcept { return too_many_; }

private:
    std::string_view rest_;
    std::size_t left_;
    bool too_many_ = false;
    std::string_view name_{};
    std::string_view value_{};
    std::string name_storage_{};
    std::string value_storage_{};
};

/// The value of the last pair with this name, as FastAPI takes it for a single value; nothing when there is none.
inline std::optional<std::string> query_value(std::string_view text, std::string_view name,
                                              std::size_t max_pairs = default_limits.query_pairs) {
    std::optional<std::string> found;
    for (query_reader pairs(text, max_pairs); pairs.next();)
        if (pairs.name() == name) found = pairs.value();
    return found;
}

}  // namespace coracle::http

// ---- coracle/http/request_parser.hpp
// request_parser: reads the head of a request as its bytes arrive, strictly, and each byte once.
// RFC 9112 2 (messages), 3 (request line), 5 (field syntax).

namespace coracle::http {

enum class parse_state : std::uint8_t { need_more, complete, refused };

/// One head at a time. Only CR LF ends a line, nothing is folded, joined or repaired, and what is wrong is refused at
/// its first wrong byte. Allocates nothing (the fields in the head keep their memory).
/// Keeps: a reference to the limits.
class request_parser {
public:
    explicit request_parser(const limits& bounds = default_limits) noexcept : bounds_(&bounds) {}
    explicit request_parser(const limits&&) = delete;

    /// Goes on with a request. `bytes` begins with its first byte and contains at least what it contained before; it
    /// may have moved, and the views in `head` then move with it. After refused, the answer stays refused.
    parse_state parse(std::string_view bytes, request_head& head);

    /// After complete: the size of the head in bytes, so where the body begins.
    std::size_t consumed() const noexcept { return at_; }
    /// After refused: the reason.
    refusal why() const noexcept { return why_; }
    /// Whether a byte of this request has been seen (a connection without one is idle).
    bool started() const noexcept { return at_ != 0; }
    /// Ready for the next request.
    void reset() noexcept { *this = request_parser(*bounds_); }

private:
    // Where the next byte belongs. Up to version_end it is the request line; then lines of fields follow.
    enum class stage : std::uint8_t {
        fresh,
        first_byte,
        blank_lf,
        method,
        path,
        query,
        version,
        version_lf,
        line,
        name,
        space,
        value,
        value_lf,
        last_lf,
        complete,
        refused,
    };

    bool skip_blank_line(const char* begin, const char* p, const char* end);
    bool read_request_line(const char* begin, const char* p, const char* end, request_head& head);
    bool read_fields(const char* begin, const char* p, const char* end, request_head& head);
    const char* read_method(const char* begin, const char* p, const char* end, request_head& head);
    bool split_target(const char* begin, request_head& head);
    static refusal wrong_in_name(const char* name, const char* p) noexcept;
    static refusal wrong_in_value(char c) noexcept { return c == '\n' ? refusal::bare_lf : refusal::bad_field_value; }

    /// All bytes up to `p` are read; the next one belongs to `next`.
    bool wait(stage next, const char* begin, const char* p) noexcept {
        stage_ = next;
        at_ = static_cast<std::uint32_t>(p - begin);
        return false;
    }
    bool refuse(refusal why) noexcept {
        stage_ = stage::refused;
        why_ = why;
        return false;
    }
    static std::uint32_t offset(const char* begin, const char* p) noexcept {
        return static_cast<std::uint32_t>(p - begin);
    }

    const limits* bounds_;
    const char* base_ = nullptr;
    std::uint32_t at_ = 0;          // everything before it is read
    std::uint32_t token_ = 0;       // where the method, target, version or field name being read begins
    std::uint32_t token_size_ = 0;  // of the field name, once its colon was seen
    std::uint32_t value_ = 0;       // where the field value being read begins
    std::uint32_t query_ = 0;       // where the query begins, 0 when there is none
    stage stage_ = stage::fresh;
    refusal why_ = refusal::bad_method;
    framing framing_{};
};

inline parse_state request_parser::parse(std::string_view bytes, request_head& head) {
    if (stage_ == stage::fresh) {
        head.clear();
        stage_ = stage::first_byte;
    } else if (bytes.data() != base_) {
        head.rebase(base_, bytes.data());
    }
    base_ = bytes.data();
    if (stage_ == stage::complete) return parse_state::complete;
    if (stage_ == stage::refused) return parse_state::refused;
    CORACLE_ASSERT(bytes.size() >= at_);

    // A head never reaches beyond its limit, so what stands there cannot change the answer.
    const std::size_t limit = bounds_->head_bytes < UINT32_MAX ? bounds_->head_bytes : UINT32_MAX;
    const char* const begin = bytes.data();
    const char* const end = begin + (bytes.size() < limit ? bytes.size() : limit);
    if ((stage_ >= stage::method || skip_blank_line(begin, begin + at_, end)) &&
        (stage_ >= stage::line || read_request_line(begin, begin + at_, end, head)) &&
        read_fields(begin, begin + at_, end, head))
        return parse_state::complete;
    if (stage_ == stage::refused) return parse_state::refused;
    if (bytes.size() < limit) return parse_state::need_more;
    refuse(stage_ <= stage::query ? refusal::target_too_long : refusal::head_too_large);
    return parse_state::refused;
}

// RFC 9112 2.2: one empty line before the request is forgiven, for clients that count a body wrong.
inline bool request_parser::skip_blank_line(const char* begin, const char* p, const char* end) {
    if (stage_ == stage::first_byte) {
        if (p == end) return false;
        if (*p != '\r') {
            stage_ = stage::method;
            return true;
        }
        ++p;
    }
    if (p == end) return wait(stage::blank_lf, begin, p);
    if (*p != '\n') return refuse(refusal::bare_cr);
    ++p;
    wait(stage::method, begin, p);
    token_ = at_;
    return true;
}

inline bool request_parser::read_request_line(const char* begin, const char* p, const char* end, request_head& head) {
    // Each case falls into the next; a request line that arrives in pieces goes on where it stopped.
    switch (stage_) {
        case stage::method:
            p = read_method(begin, p, end, head);
            if (!p) return false;
            token_ = offset(begin, p);
            [[fallthrough]];
        case stage::path:
            p = scan::path_end(p, end);
            if (offset(begin, p) - token_ > bounds_->target_bytes) return refuse(refusal::target_too_long);
            if (p == end) return wait(stage::path, begin, p);
            if (*p == '?') {
                ++p;
                query_ = offset(begin, p);
            }
            [[fallthrough]];
        case stage::query:
            p = scan::query_end(p, end);
            if (offset(begin, p) - token_ > bounds_->target_bytes) return refuse(refusal::target_too_long);
            if (p == end) return wait(stage::query, begin, p);
            if (*p == '\n') return refuse(refusal::bare_lf);
            if (*p == '\r') return refuse(refusal::bad_version);
            if (*p != ' ' || p == begin + token_) return refuse(refusal::bad_target);
            head.target.text = {begin + token_, static_cast<std::size_t>(p - begin) - token_};
            ++p;
            token_ = offset(begin, p);
            [[fallthrough]];
        case stage::version:
            if (p == begin + token_ && end - p >= 10 && std::memcmp(p, "HTTP/1.1\r\n", 10) == 0) {
                p += 10;
                break;
            }
            for (; offset(begin, p) < token_ + 8; ++p) {
                if (p == end) return wait(stage::version, begin, p);
                std::uint32_t i = offset(begin, p) - token_;
                bool fits = i == 5 || i == 7 ? ascii::is_digit(*p) : *p == "HTTP/1.1"[i];
                if (!fits) return refuse(*p == '\n' ? refusal::bare_lf : refusal::bad_version);
            }
            if (p[-3] != '1' || p[-1] > '1') return refuse(refusal::unsupported_version);
            if (p[-1] == '0') head.version = version::http_1_0;
            if (p == end) return wait(stage::version, begin, p);
            if (*p != '\r') return refuse(*p == '\n' ? refusal::bare_lf : refusal::bad_version);
            ++p;
            [[fallthrough]];
        case stage::version_lf:
            if (p == end) return wait(stage::version_lf, begin, p);
            if (*p != '\n') return refuse(refusal::bare_cr);
            ++p;
            break;
        default:
            CORACLE_ASSERT(false);
            return false;
    }
    wait(stage::line, begin, p);
    return split_target(begin, head);
}

/// Out: the first byte of the target, or nullptr when more is needed or the method is refused.
inline const char* request_parser::read_method(const char* begin, const char* p, const char* end, request_head& head) {
    const char* const text = begin + token_;
    if (p == text && end - p >= 4 && std::memcmp(p, "GET ", 4) == 0) {
        head.method_text = {p, 3};
        return p + 4;
    }
    p = scan::token_end(p, end);
    auto size = static_cast<std::size_t>(p - text);
    if (size > bounds_->method_bytes) {
        refuse(refusal::method_too_long);
        return nullptr;
    }
    if (p == end) {
        wait(stage::method, begin, p);
        return nullptr;
    }
    if (*p != ' ' || size == 0) {
        constexpr char tls_handshake = 0x16;
        refuse(*p == '\n'                          ? refusal::bare_lf
               : p == begin && *p == tls_handshake ? refusal::tls_hello
                                                   : refusal::bad_method);
        return nullptr;
    }
    head.method_text = {text, size};
    head.method = method_from(head.method_text);
    return p + 1;
}

inline bool request_parser::split_target(const char* begin, request_head& head) {
    std::string_view text = head.target.text;
    if (text.front() == '/' && head.method != method::connect) {
        std::size_t path_size = text.size();
        if (query_ != 0) {
            std::size_t query_at = query_ - offset(begin, text.data());
            path_size = query_at - 1;
            head.target.query = text.substr(query_at);
        }
        head.target.path = text.substr(0, path_size);
        return true;
    }
    auto parts = http::detail::split_target(head.method, text);
    if (!parts) return refuse(refusal::bad_target);
    head.target = *parts;
    return true;
}

inline bool request_parser::read_fields(const char* begin, const char* p, const char* end, request_head& head) {
    const char* name = begin + token_;
    std::size_t name_size = token_size_;
    const char* value = begin + value_;
    // The switch leads into the loop, to the place in a line where the bytes ran out last time.
    switch (stage_) {
        for (;;) {
            case stage::line:
                if (p == end) return wait(stage::line, begin, p);
                if (*p == '\r') {
                    ++p;
                    break;
                }
                if (head.fields.size() >= bounds_->fields) return refuse(refusal::too_many_fields);
                name = p;
                [[fallthrough]];
            case stage::name:
                p = scan::token_end(p, end);
                if (p == end) {
                    token_ = offset(begin, name);
                    return wait(stage::name, begin, p);
                }
                if (*p != ':' || p == name) return refuse(wrong_in_name(name, p));
                name_size = static_cast<std::size_t>(p - name);
                ++p;
                [[fallthrough]];
            case stage::space:
                while (p != end && (*p == ' ' || *p == '\t')) ++p;
                value = p;
                if (p == end) {
                    token_ = offset(begin, name);
                    token_size_ = static_cast<std::uint32_t>(name_size);
                    return wait(stage::space, begin, p);
                }
                [[fallthrough]];
            case stage::value:
                p = scan::value_end(p, end);
                if (p == end) {
                    token_ = offset(begin, name);
                    token_size_ = static_cast<std::uint32_t>(name_size);
                    value_ = offset(begin, value);
                    return wait(stage::value, begin, p);
                }
                if (*p != '\r') return refuse(wrong_in_value(*p));
                ++p;
                [[fallthrough]];
            case stage::value_lf: {
                if (p == end) {
                    token_ = offset(begin, name);
                    token_size_ = static_cast<std::uint32_t>(name_size);
                    value_ = offset(begin, value);
                    return wait(stage::value_lf, begin, p);
                }
                if (*p != '\n') return refuse(refusal::bare_cr);
                const char* stop = p - 1;
                while (stop != value && (stop[-1] == ' ' || stop[-1] == '\t')) --stop;
                field item{{name, name_size}, {value, static_cast<std::size_t>(stop - value)}};
                if (auto why = framing_.note(head, item.name, item.value)) return refuse(*why);
                head.fields.push_back(item);
                ++p;
                continue;
            }
            case stage::last_lf:  // reached by resuming only; the loop leaves by `break` above
                break;
            default:
                CORACLE_ASSERT(false);
                return false;
        }
    }
    if (p == end) return wait(stage::last_lf, begin, p);
    if (*p != '\n') return refuse(refusal::bare_cr);
    ++p;
    if (auto why = framing_.finish(head)) return refuse(*why);
    wait(stage::complete, begin, p);
    return true;
}

/// What is wrong with the byte at `p`, where the field name that began at `name` should have its colon.
inline refusal request_parser::wrong_in_name(const char* name, const char* p) noexcept {
    if (*p == '\n') return refusal::bare_lf;
    if (*p == ' ' || *p == '\t') return p == name ? refusal::leading_space : refusal::space_before_colon;
    return *p == '\r' ? refusal::missing_colon : refusal::bad_field_name;
}

}  // namespace coracle::http

// ---- coracle/http/response_writer.hpp
// response_writer: puts an answer on the wire, in one piece, or with a body that is written behind its head.
// RFC 9110 6.4 and 8.6, RFC 9112 4, 6 and 7.1. Names of fields are sent in lower-case.

namespace coracle::http {

/// The interim answer that asks for the body.
inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

namespace detail {
constexpr std::size_t decimal_size(std::uint64_t value) noexcept {
    std::size_t digits = 1;
    for (; value >= 10; value /= 10) ++digits;
    return digits;
}
constexpr char* write_decimal(char* to, std::uint64_t value, std::size_t digits) noexcept {
    for (std::size_t i = digits; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
    return to + digits;
}
inline char* write_text(char* to, std::string_view text) noexcept {
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return to + text.size();
}
constexpr std::string_view connection_line(persistence connection) noexcept {
    switch (connection) {
        case persistence::close:
            return "connection: close\r\n";
        case persistence::keep_alive:
            return "connection: keep-alive\r\n";
        default:
            return {};
    }
}
}  // namespace detail

/// Writes answers into a buffer, one after the other. Lengths and the connection's fate are written here from what is
/// really sent, and nowhere else (W5). Keeps: references to the buffer and the cache.
class response_writer {
public:
    response_writer(byte_buffer& out, head_cache& cache) noexcept : out_(&out), cache_(&cache) {}

    /// A whole answer. A body that the status or HEAD forbids is left out.
    /// Error: std::invalid_argument, and nothing is written.
    void write(const response_head& head, const response_terms& terms, std::string_view body) {
        std::uint64_t length = forces_empty_body(head.status) ? 0 : body.size();
        bool bodiless = forbids_body(head.status);
        bool send = !bodiless && !terms.head_only && length != 0;
        write_head(head, terms, bodiless ? no_length : length, send ? body : std::string_view{});
    }

    /// An answer whose body follows: append it to the buffer, then finish(). Nothing may be consumed from the buffer in
    /// between. `digits` is a guess of how many the length will have; a wrong one costs moving the body.
    void begin(const response_head& head, const response_terms& terms, std::size_t digits = 3) {
        CORACLE_ASSERT(mode_ == mode::idle && digits >= 1 && digits <= 19);
        bool bodiless = forbids_body(head.status);
        digits_ = bodiless ? 0 : digits;
        begin_at_ = out_->size();
        std::uint64_t guess = 1;
        for (std::size_t i = 1; i < digits; ++i) guess *= 10;
        write_head(head, terms, bodiless ? no_length : guess, {});
        length_at_ = begin_at_ + prefix_size_;
        body_at_ = out_->size();
        drop_ = bodiless || terms.head_only || forces_empty_body(head.status);
        empty_ = forces_empty_body(head.status);
        mode_ = mode::measured;
    }
    /// The body of begin() is in the buffer. Out: its size.
    std::size_t finish() {
        CORACLE_ASSERT(mode_ == mode::measured && out_->size() >= body_at_);
        std::size_t size = out_->size() - body_at_;
        if (drop_) out_->truncate(body_at_);
        if (digits_ != 0) write_length(empty_ ? 0 : size);
        mode_ = mode::idle;
        return size;
    }
    /// The answer of begin() shall not be sent after all: the buffer is as it was before it.
    void abandon() noexcept {
        CORACLE_ASSERT(mode_ == mode::measured);
        out_->truncate(begin_at_);
        mode_ = mode::idle;
    }

    /// An answer that comes in any number of pieces: in chunks, or to HTTP/1.0 up to the end of the connection.
    /// Out: whether the end of the connection is the end of this answer.
    bool begin_stream(const response_head& head, response_terms terms) {
        CORACLE_ASSERT(mode_ == mode::idle);
        bool bodiless = forbids_body(head.status) || forces_empty_body(head.status);
        bool unframed = !bodiless && !terms.chunks;
        if (unframed) terms.connection = persistence::close;
        write_head(head, terms, forces_empty_body(head.status) ? 0 : bodiless || unframed ? no_length : chunked, {});
        drop_ = bodiless || terms.head_only;
        chunks_ = terms.chunks;
        mode_ = mode::stream;
        return unframed;
    }
    /// A piece of the answer; an empty one is nothing.
    void piece(std::string_view data) {
        CORACLE_ASSERT(mode_ == mode::stream);
        if (drop_ || data.empty()) return;
        if (!chunks_) return out_->append(data);
        constexpr std::string_view digits = "0123456789abcdef";
        char line[18];
        char* first = line + 16;
        for (std::size_t size = data.size(); size != 0; size >>= 4) *--first = digits[size & 15];
        line[16] = '\r';
        line[17] = '\n';
        auto line_size = static_cast<std::size_t>(line + sizeof line - first);
        char* const start = out_->prepare(line_size + data.size() + 2);
        char* to = detail::write_text(start, {first, line_size});
        to = detail::write_text(to, data);
        to = detail::write_text(to, "\r\n");
        out_->commit(static_cast<std::size_t>(to - start));
    }
    void end_stream() {
        CORACLE_ASSERT(mode_ == mode::stream);
        if (!drop_ && chunks_) out_->append("0\r\n\r\n");
        mode_ = mode::idle;
    }

private:
    enum class mode : std::uint8_t { idle, measured, stream };
    static constexpr std::uint64_t no_length = ~std::uint64_t{0};
    static constexpr std::uint64_t chunked = no_length - 1;
    static constexpr std::string_view chunked_field = "transfer-encoding: chunked";

    // Behind the block: digits or the coding (26), two line ends and a connection line (24) fit into this.
    static constexpr std::size_t tail_size = 64;

    void write_head(const response_head& head, const response_terms& terms, std::uint64_t length,
                    std::string_view body) {
        std::string_view fields = head.fields ? head.fields->wire() : std::string_view{};
        std::string own;
        std::string_view block;
        if (fields.empty()) [[likely]] {
            block = cache_->block(head.status, head.content_type);
        } else {
            // The handler's own content-type or server field takes the place of the one in the block.
            std::string_view type = head.fields->contains("content-type") ? std::string_view{} : head.content_type;
            if (head.fields->contains("server"))
                block = own = cache_->render(head.status, type, false);
            else
                block = cache_->block(head.status, type);
        }
        if (length >= chunked) block.remove_suffix(head_cache::length_field.size());
        char* const start = out_->prepare(block.size() + fields.size() + body.size() + tail_size);
        char* to = detail::write_text(start, block);
        prefix_size_ = block.size();
        if (length < chunked)
            to = detail::write_text(detail::write_decimal(to, length, detail::decimal_size(length)), "\r\n");
        else if (length == chunked)
            to = detail::write_text(detail::write_text(to, chunked_field), "\r\n");
        to = detail::write_text(to, fields);
        to = detail::write_text(to, detail::connection_line(terms.connection));
        to = detail::write_text(to, "\r\n");
        to = detail::write_text(to, body);
        out_->commit(static_cast<std::size_t>(to - start));
    }

    void write_length(std::uint64_t length) {
        std::size_t needed = detail::decimal_size(length);
        if (needed != digits_) {
            std::size_t after = out_->size() - length_at_ - digits_;
            if (needed > digits_) {
                out_->prepare(needed - digits_);
                out_->commit(needed - digits_);
            }
            char* at = out_->data() + length_at_;
            std::memmove(at + needed, at + digits_, after);
            if (needed < digits_) out_->truncate(length_at_ + needed + after);
        }
        detail::write_decimal(out_->data() + length_at_, length, needed);
    }

    byte_buffer* out_;
    head_cache* cache_;
    std::size_t prefix_size_ = 0;  // of what stands before the length
    std::size_t begin_at_ = 0;     // of the answer, like the two below from the front of the buffer
    std::size_t length_at_ = 0;    // of the digits
    std::size_t body_at_ = 0;
    std::size_t digits_ = 0;
    mode mode_ = mode::idle;
    bool drop_ = false;   // the body is not sent
    bool empty_ = false;  // and its length is 0
    bool chunks_ = false;
};

}  // namespace coracle::http

// ---- coracle/json/tie.hpp
// reflect::tie: the members of an aggregate as a tuple of references.
// Structured bindings need their number spelled out, so this is a table; 40 is where it ends.

namespace coracle::reflect {

/// The most members a reflected struct can have.
inline constexpr std::size_t max_fields = 40;

namespace detail {

/// References to the N members of `object`, in order of declaration.
template <std::size_t N, class T>
constexpr auto tie_members(T& object) noexcept {
    static_assert(N <= max_fields);
    if constexpr (N == 0) {
        return std::tuple<>{};
    } else if constexpr (N == 1) {
        auto& [m0] = object;
        return std::tie(m0);
    } else if constexpr (N == 2) {
        auto& [m0, m1] = object;
        return std::tie(m0, m1);
    } else if constexpr (N == 3) {
        auto& [m0, m1, m2] = object;
        return std::tie(m0, m1, m2);
    } else if constexpr (N == 4) {
        auto& [m0, m1, m2, m3] = object;
        return std::tie(m0, m1, m2, m3);
    } else if constexpr (N == 5) {
        auto& [m0, m1, m2, m3, m4] = object;
        return std::tie(m0, m1, m2, m3, m4);
    } else if constexpr (N == 6) {
        auto& [m0, m1, m2, m3, m4, m5] = object;
        return std::tie(m0, m1, m2, m3, m4, m5);
    } else if constexpr (N == 7) {
        auto& [m0, m1, m2, m3, m4, m5, m6] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6);
    } else if constexpr (N == 8) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7);
    } else if constexpr (N == 9) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8);
    } else if constexpr (N == 10) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9);
    } else if constexpr (N == 11) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10);
    } else if constexpr (N == 12) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11);
    } else if constexpr (N == 13) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12);
    } else if constexpr (N == 14) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13);
    } else if constexpr (N == 15) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14);
    } else if constexpr (N == 16) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15);
    } else if constexpr (N == 17) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16);
    } else if constexpr (N == 18) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17);
    } else if constexpr (N == 19) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18);
    } else if constexpr (N == 20) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19);
    } else if constexpr (N == 21) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20);
    } else if constexpr (N == 22) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21] =
            object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21);
    } else if constexpr (N == 23) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
               m22] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22);
    } else if constexpr (N == 24) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23);
    } else if constexpr (N == 25) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24);
    } else if constexpr (N == 26) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25);
    } else if constexpr (N == 27) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26);
    } else if constexpr (N == 28) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27);
    } else if constexpr (N == 29) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28);
    } else if constexpr (N == 30) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28, m29] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28, m29);
    } else if constexpr (N == 31) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28, m29, m30] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28, m29, m30);
    } else if constexpr (N == 32) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28, m29, m30, m31] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31);
    } else if constexpr (N == 33) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28, m29, m30, m31, m32] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32);
    } else if constexpr (N == 34) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33);
    } else if constexpr (N == 35) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34);
    } else if constexpr (N == 36) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35);
    } else if constexpr (N == 37) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36);
    } else if constexpr (N == 38) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37);
    } else if constexpr (N == 39) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38);
    } else if constexpr (N == 40) {
        auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21, m22,
               m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39] = object;
        return std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20,
                        m21, m22, m23, m24, m25, m26, m27, m28, m29, m30, m31, m32, m33, m34, m35, m36, m37, m38, m39);
    }
}

}  // namespace detail
}  // namespace coracle::reflect

// ---- coracle/json/reflect.hpp
// Reflection of plain structs without macros: how many members, what they are called, and each of them in turn.
//
// Facts: a struct is counted by bracing it with objects that convert to anything (they carry the name coracle_probe,
// so that a type with a greedy converting constructor can exclude them); names are read from the signature of a
// function instantiated with a member's address. That signature is returned as const char*, because g++ appends a
// note about the return type when it is a class. Costs about 30 ms of compile time per struct of eight members.

namespace coracle::reflect {

namespace detail {

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
/// Converts to everything except T itself, so that T{probe} is never a copy. Never run, but defined: converting
/// constructors of std::optional name the operator, and clang wants to see it for types without linkage.
template <class T>
struct probe {
    using coracle_probe = void;
    template <class U>
        requires(!std::is_same_v<std::remove_cv_t<U>, T>)
    operator U() const noexcept {
        __builtin_unreachable();
    }
};
template <class T>
struct base_probe {
    using coracle_probe = void;
    template <class U>
        requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T>)
    operator U() const noexcept {
        __builtin_unreachable();
    }
};
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
template <class T, std::size_t>
using probe_at = probe<T>;

template <class T, std::size_t... I>
consteval bool can_brace(std::index_sequence<I...>) {
    return requires { T{probe_at<T, I>{}...}; };
}
template <class T, std::size_t... Before, std::size_t... After>
consteval bool can_brace_gap(std::index_sequence<Before...>, std::index_sequence<After...>) {
    return requires { T{probe_at<T, Before>{}..., {}, probe_at<T, After>{}...}; };
}

inline constexpr std::size_t uncountable = static_cast<std::size_t>(-1);

// Upwards: members that cannot be default-constructed make the first counts fail, so look for success, then failure.
template <class T, std::size_t Count, bool Seen>
consteval std::size_t count() {
    if constexpr (Count > max_fields + 1) {
        return Seen ? Count - 1 : uncountable;
    } else if constexpr (can_brace<T>(std::make_index_sequence<Count>{})) {
        return count<T, Count + 1, true>();
    } else if constexpr (Seen) {
        return Count - 1;
    } else {
        return count<T, Count + 1, false>();
    }
}

// A C array swallows several initialisers (brace elision): `{}` in its place fits only with that many fewer.
template <class T, std::size_t Count, std::size_t At, std::size_t Length = 1>
consteval std::size_t slots() {
    if constexpr (At + Length > Count) {
        return 1;
    } else if constexpr (can_brace_gap<T>(std::make_index_sequence<At>{},
                                          std::make_index_sequence<Count - At - Length>{})) {
        return Length;
    } else {
        return slots<T, Count, At, Length + 1>();
    }
}
template <class T, std::size_t Count, std::size_t At = 0>
consteval bool has_array() {
    if constexpr (At >= Count) {
        return false;
    } else if constexpr (slots<T, Count, At>() != 1) {
        return true;
    } else {
        return has_array<T, Count, At + 1>();
    }
}

}  // namespace detail

/// A plain struct: public members, no constructors, no virtual functions.
template <class T>
concept aggregate = std::is_class_v<T> && std::is_aggregate_v<T>;

/// Whether T inherits from something it could be initialised with.
template <class T>
inline constexpr bool has_base = requires { T{detail::base_probe<T>{}}; };

namespace detail {

template <class T>
consteval std::size_t checked_count() {
    static_assert(aggregate<T>,
                  "coracle: this type is not an aggregate (a plain struct with public members and no constructors)");
    if constexpr (aggregate<T>) {
        static_assert(!has_base<T>, "coracle: a reflected struct must not inherit; compose it as a member instead");
        constexpr std::size_t found = count<T, 0, false>();
        static_assert(found != uncountable,
                      "coracle: the members of this struct cannot be counted (a reference member, or a member type "
                      "that no value converts to)");
        static_assert(found == uncountable || found <= max_fields,
                      "coracle: a reflected struct can have at most 40 members; group some into a nested struct");
        if constexpr (found <= max_fields && !has_base<T>) {
            constexpr bool arrays = has_array<T, found>();
            static_assert(!arrays, "coracle: C arrays cannot be reflected; use std::array, std::vector or std::string");
            if constexpr (!arrays) return found;
        }
    }
    return 0;
}

}  // namespace detail

/// Number of members of T.
template <class T>
inline constexpr std::size_t field_count = detail::checked_count<std::remove_cv_t<T>>();

/// References to the members of `object`, in order of declaration.
template <class T>
constexpr auto tie(T& object) noexcept {
    return detail::tie_members<field_count<T>>(object);
}

/// Type of member I, without const of the object.
template <class T, std::size_t I>
using field_type = std::remove_reference_t<std::tuple_element_t<I, decltype(reflect::tie(std::declval<T&>()))>>;

namespace detail {

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif
template <class T>
struct phantom_holder {
    T value;
};
/// Never defined: only addresses inside it are named, so T needs no default constructor.
template <class T>
extern const phantom_holder<T> phantom;

/// One spelling of "pointer to member" in the signatures of both compilers.
template <class Pointer>
struct pointer_holder {
    Pointer pointer;
};
template <class Pointer>
pointer_holder(Pointer) -> pointer_holder<Pointer>;

template <class T, auto Pointer>
consteval const char* signature() {
    return __PRETTY_FUNCTION__;
}

// Bytes of UTF-8 names are all 0x80 or more.
constexpr bool is_identifier(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}
constexpr std::string_view last_identifier(std::string_view text) noexcept {
    std::size_t end = text.size();
    while (end && !is_identifier(text[end - 1])) --end;
    std::size_t begin = end;
    while (begin && is_identifier(text[begin - 1])) --begin;
    return text.substr(begin, end - begin);
}

template <auto>
struct addressable {};

template <class T, std::size_t I>
consteval auto copy_name() {
    constexpr bool has_address =
        requires { typename addressable<pointer_holder{&std::get<I>(reflect::tie(phantom<T>.value))}>; };
    static_assert(has_address, "coracle: reference members and bit-fields cannot be reflected");
    if constexpr (has_address) {
        constexpr std::string_view name =
            last_identifier(signature<T, pointer_holder{&std::get<I>(reflect::tie(phantom<T>.value))}>());
        std::array<char, name.size()> copy{};
        for (std::size_t i = 0; i < name.size(); ++i) copy[i] = name[i];
        return copy;
    } else {
        return std::array<char, 1>{};
    }
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

/// Only the name itself reaches the object file, not the long signature.
template <class T, std::size_t I>
inline constexpr auto stored_name = copy_name<T, I>();

}  // namespace detail

/// Name of member I of T.
template <class T, std::size_t I>
inline constexpr std::string_view field_name{detail::stored_name<std::remove_cv_t<T>, I>.data(),
                                             detail::stored_name<std::remove_cv_t<T>, I>.size()};

/// Names of all members of T, in order of declaration.
template <class T>
inline constexpr auto field_names = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::string_view, sizeof...(I)>{field_name<T, I>...};
}(std::make_index_sequence<field_count<T>>{});

/// Calls visit(name, member) for each member, in order of declaration.
template <class T, class F>
constexpr void for_each_field(T& object, F&& visit) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        [[maybe_unused]] auto members = reflect::tie(object);
        (visit(field_name<T, I>, std::get<I>(members)), ...);
    }(std::make_index_sequence<field_count<T>>{});
}

}  // namespace coracle::reflect

// ---- coracle/json/enum_names.hpp
// The names of enumerators, without macros: reflect::enum_entries, enum_name, enum_cast.
//
// Facts: a value that has an enumerator prints as its name in a function's signature, any other as "(type)7". Many
// candidates stand in one signature, because 144 instantiations cost 75 ms and one costs 5. Looked at only when a name
// is wanted. Of two names for one value the compilers print one, so aliases are not seen.

namespace coracle::reflect {

/// First and last value that is asked for a name; specialise for an enum that has others:
/// `template <> inline constexpr int coracle::reflect::enum_max<my_flags> = 4096;`
template <class E>
inline constexpr int enum_min = -16;
template <class E>
inline constexpr int enum_max = 127;

/// An `enum class`, or an enum with an explicit underlying type: every value of that type is a value of the enum.
template <class E>
concept fixed_enum = std::is_enum_v<E> && requires { E{0}; };

template <class E>
struct enum_entry {
    E value{};
    std::string_view name{};
};

namespace detail {

// clang defines an enum inside a class template, and so knows its names, only when a name is looked up in it.
template <class E>
concept looked_into = requires { E::coracle_looks_here; };

template <class E, E... Value>
consteval const char* enum_signature() {
    return __PRETTY_FUNCTION__;
}

template <class E>
consteval int first_candidate() {
    using limits = std::numeric_limits<std::underlying_type_t<E>>;
    constexpr long long wanted = enum_min<E>;
    if constexpr (!limits::is_signed) return wanted < 0 ? 0 : static_cast<int>(wanted);
    return wanted < static_cast<long long>(limits::min()) ? static_cast<int>(limits::min()) : static_cast<int>(wanted);
}
template <class E>
consteval int last_candidate() {
    using limits = std::numeric_limits<std::underlying_type_t<E>>;
    constexpr auto wanted = static_cast<unsigned long long>(enum_max<E> < 0 ? 0 : enum_max<E>);
    if constexpr (enum_max<E> < 0) return enum_max<E>;
    return wanted > static_cast<unsigned long long>(limits::max()) ? static_cast<int>(limits::max())
                                                                   : static_cast<int>(wanted);
}

/// One value as the signature spells it: its name, or nothing for "(type)7", "7" and "-7".
constexpr std::string_view enumerator(std::string_view item) noexcept {
    std::size_t end = item.size();
    while (end && item[end - 1] == ' ') --end;
    if (!end || !is_identifier(item[end - 1])) return {};
    std::size_t begin = end;
    while (begin && is_identifier(item[begin - 1])) --begin;
    bool digits = item[begin] >= '0' && item[begin] <= '9';
    bool cast = begin && (item[begin - 1] == ')' || item[begin - 1] == '-');
    return digits || cast ? std::string_view{} : item.substr(begin, end - begin);
}

/// The list of values at the end of the signature, cut at the commas outside of any bracket.
template <std::size_t Count>
consteval std::array<std::string_view, Count> cut(std::string_view signature) {
    std::array<std::string_view, Count> items{};
    std::size_t end = signature.size();
    while (signature[end - 1] != '>' && signature[end - 1] != '}') --end;  // clang: <a, b>]  g++: {a, b}]
    --end;
    std::size_t item = Count;
    int depth = 0;
    std::size_t i = end;
    while (item) {  // from the back, because what precedes the list may contain anything
        char c = signature[i - 1];
        bool closes = c == ')' || c == '>' || c == ']' || c == '}';
        bool opens = c == '(' || c == '<' || c == '[' || c == '{';
        if (depth == 0 && (c == ',' || opens)) {
            items[--item] = signature.substr(i, end - i);
            end = i - 1;
        } else if (closes) {
            ++depth;
        } else if (opens) {
            --depth;
        }
        --i;
    }
    return items;
}

template <class E, int First, int... Offset>
consteval auto name_candidates(std::integer_sequence<int, Offset...>) {
    auto names = cut<sizeof...(Offset)>(enum_signature<E, static_cast<E>(First + Offset)...>());
    for (auto& name : names) name = enumerator(name);
    return names;
}
/// The names of 256 values at a time, because clang limits the steps of one constant expression.
inline constexpr int chunk_size = 256;
template <class E, int First>
inline constexpr auto chunk = name_candidates<E, First>(
    std::make_integer_sequence<int, (last_candidate<E>() - First >= chunk_size ? chunk_size
                                                                               : last_candidate<E>() - First + 1)>{});

/// Calls visit(value, name) for each enumerator.
template <class E, int... Chunk, class F>
constexpr void visit_names(std::integer_sequence<int, Chunk...>, F visit) {
    auto one = [&](int first, const auto& names) {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (!names[i].empty()) visit(static_cast<E>(first + static_cast<int>(i)), names[i]);
    };
    (one(first_candidate<E>() + Chunk * chunk_size, chunk<E, first_candidate<E>() + Chunk * chunk_size>), ...);
}

template <class E, std::size_t Count, std::size_t Letters>
struct enum_table {
    std::array<E, Count> values{};
    std::array<std::size_t, Count + 1> ends{};
    std::array<char, Letters> text{};
};

template <class E>
consteval auto find_entries() {
    static_assert(
        fixed_enum<E>,
        "coracle: a reflected enum must be an `enum class` or have an explicit underlying type (enum e : int)");
    if constexpr (fixed_enum<E> && !looked_into<E>) {
        constexpr int width = last_candidate<E>() - first_candidate<E>();
        static_assert(width >= 0, "coracle: enum_min of this enum is greater than its enum_max");
        constexpr auto chunks = std::make_integer_sequence<int, width / chunk_size + 1>{};
        constexpr std::size_t count = [&] {
            std::size_t sum = 0;
            visit_names<E>(chunks, [&](E, std::string_view) { ++sum; });
            return sum;
        }();
        constexpr std::size_t letters = [&] {
            std::size_t sum = 0;
            visit_names<E>(chunks, [&](E, std::string_view name) { sum += name.size(); });
            return sum;
        }();
        static_assert(count > 0,
                      "coracle: no enumerator of this enum lies in [enum_min, enum_max]; specialise "
                      "coracle::reflect::enum_min and enum_max for it");
        enum_table<E, count, letters> found;
        std::size_t at = 0;
        std::size_t length = 0;
        visit_names<E>(chunks, [&](E value, std::string_view name) {
            for (char c : name) found.text[length++] = c;
            found.values[at] = value;
            found.ends[++at] = length;
        });
        return found;
    }
}

/// Only the names reach the object file, not the long signature.
template <class E>
inline constexpr auto found_entries = find_entries<E>();

}  // namespace detail

/// Every enumerator of E in [enum_min, enum_max], by rising value.
template <class E>
inline constexpr auto enum_entries = [] {
    constexpr auto& found = detail::found_entries<E>;
    std::array<enum_entry<E>, found.values.size()> entries{};
    for (std::size_t i = 0; i < entries.size(); ++i)
        entries[i] = {found.values[i], {found.text.data() + found.ends[i], found.ends[i + 1] - found.ends[i]}};
    return entries;
}();

/// Name of `value`; empty when it has none.
template <class E>
constexpr std::string_view enum_name(E value) noexcept {
    for (const auto& entry : enum_entries<E>)
        if (entry.value == value) return entry.name;
    return {};
}

/// The enumerator called `name`, or nothing.
template <class E>
constexpr std::optional<E> enum_cast(std::string_view name) noexcept {
    for (const auto& entry : enum_entries<E>)
        if (entry.name == name) return entry.value;
    return std::nullopt;
}

}  // namespace coracle::reflect

// ---- coracle/json/error.hpp
// What is wrong with a JSON text or value, and where. RFC 8259; the words are those of Python's json module.

namespace coracle {

/// Why and where a text is not JSON. The peer's fault, so it is a value and not an exception.
struct parse_error {
    /// What was expected, for example "Expecting ',' delimiter"; lives for ever.
    std::string_view message{};
    /// Bytes before the offending place.
    std::size_t position = 0;
    /// Characters (code points) before it: what Python, and so the 422 body, calls the position.
    std::size_t character = 0;
    /// Both count from 1; the column counts characters.
    std::size_t line = 1;
    std::size_t column = 1;

    /// "Expecting value: line 1 column 5 (char 4)".
    std::string what() const {
        return std::string(message) + ": line " + std::to_string(line) + " column " + std::to_string(column) +
               " (char " + std::to_string(character) + ")";
    }
};

/// Thrown where a JSON value is used as what it is not, cannot be written, or by json::parse.
class json_error : public std::runtime_error {
public:
    explicit json_error(const std::string& message) : std::runtime_error(message) {}
    explicit json_error(const parse_error& error) : std::runtime_error(error.what()), where_(error) {}

    /// Where the text went wrong; an empty message in it says that no text was involved.
    const parse_error& where() const noexcept { return where_; }
    std::size_t position() const noexcept { return where_.position; }
    std::size_t line() const noexcept { return where_.line; }
    std::size_t column() const noexcept { return where_.column; }

private:
    parse_error where_;
};

}  // namespace coracle

// ---- coracle/json/number.hpp
// Numbers as text and back: exact integers, shortest round-trip doubles, correctly rounded reading. No locale.
// RFC 8259 section 6. Doubles are spelled as Python spells them: 1.0, 1e+16, 1.5e-07.

#if !defined(__cpp_lib_to_chars)
#endif

namespace coracle::detail {

/// Most bytes that write_integer and write_floating use.
inline constexpr std::size_t max_number_length = 32;

inline constexpr auto digit_pairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}();
inline constexpr auto powers_of_ten = [] {
    std::array<std::uint64_t, 20> powers{};
    std::uint64_t power = 1;
    for (auto& each : powers) {
        each = power;
        power *= 10;
    }
    return powers;
}();
/// Every power of ten that a double holds exactly.
inline constexpr std::array<double, 23> exact_powers_of_ten{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                            1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

constexpr unsigned decimal_digits(std::uint64_t value) noexcept {
    auto guess = static_cast<unsigned>(std::bit_width(value | 1)) * 1233 >> 12;  // 1233 / 4096 is log10(2)
    return guess + (value >= powers_of_ten[guess] ? 1u : 0u);
}

/// Writes `value` at `out` and gives the end.
inline char* write_unsigned(char* out, std::uint64_t value) noexcept {
    if (value < 10) {
        *out = static_cast<char>('0' + value);
        return out + 1;
    }
    char* end = out + decimal_digits(value);
    char* at = end;
    while (value >= 100) {
        at -= 2;
        std::memcpy(at, digit_pairs.data() + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10)
        std::memcpy(at - 2, digit_pairs.data() + 2 * value, 2);
    else
        at[-1] = static_cast<char>('0' + value);
    return end;
}
inline char* write_signed(char* out, std::int64_t value) noexcept {
    auto magnitude = static_cast<std::uint64_t>(value);
    if (value < 0) {
        *out++ = '-';
        magnitude = 0 - magnitude;
    }
    return write_unsigned(out, magnitude);
}

/// A finite float or double with the fewest digits that read back as the same. Gives the end.
template <class T>
inline char* write_floating(char* out, T value) noexcept {
    static_assert(std::is_floating_point_v<T>);
    T magnitude = std::signbit(value) ? -value : value;
    if constexpr (std::is_same_v<T, double>) {
        // Prices and counts: at most 15 digits, so decimal and double stand for each other one to one.
        if (magnitude < 1e15) {
            auto whole = static_cast<std::uint64_t>(magnitude);
            if (static_cast<double>(whole) == magnitude) {
                if (std::signbit(value)) *out++ = '-';
                out = write_unsigned(out, whole);
                std::memcpy(out, ".0", 2);
                return out + 2;
            }
            if (magnitude >= 1e-3 && magnitude < 1e11) {
                for (unsigned places = 1; places <= 3; ++places) {
                    auto scaled = static_cast<std::uint64_t>(magnitude * exact_powers_of_ten[places] + 0.5);
                    if (static_cast<double>(scaled) / exact_powers_of_ten[places] != magnitude) continue;
                    if (std::signbit(value)) *out++ = '-';
                    std::uint64_t unit = powers_of_ten[places];
                    out = write_unsigned(out, scaled / unit);
                    std::uint64_t rest = scaled % unit;
                    *out = '.';
                    for (unsigned i = places; i; --i) {
                        out[i] = static_cast<char>('0' + rest % 10);
                        rest /= 10;
                    }
                    return out + 1 + places;
                }
            }
        }
    }
    bool plain = magnitude == 0 || (magnitude >= T(1e-4) && magnitude < T(1e16));
    auto done = std::to_chars(out, out + max_number_length, value,
                              plain ? std::chars_format::fixed : std::chars_format::scientific);
    if (plain && std::memchr(out, '.', static_cast<std::size_t>(done.ptr - out)) == nullptr) {
        std::memcpy(done.ptr, ".0", 2);
        return done.ptr + 2;
    }
    return done.ptr;
}

#if !defined(__cpp_lib_to_chars)
// libc++ before 20 has no from_chars for double. strtod rounds correctly but looks for the decimal point of the
// process's locale, so what it left unread at a '.' is tried again with the point that printf uses just now.
inline double read_double_by_strtod(std::string_view text) {
    std::string copy(text);
    char* end = nullptr;
    double value = std::strtod(copy.c_str(), &end);
    if (end != copy.c_str() + copy.size()) {
        char sample[16];
        int length = std::snprintf(sample, sizeof sample, "%.1f", 0.5);
        std::string_view point(sample + 1, static_cast<std::size_t>(length - 2));
        copy.replace(copy.find('.'), 1, point);
        value = std::strtod(copy.c_str(), &end);
    }
    return value;
}
#endif

/// The double nearest to `text`, which must be a number of RFC 8259. Infinite when it is too large.
inline double read_double(std::string_view text) {
#if defined(__cpp_lib_to_chars)
    double value = 0;
    auto done = std::from_chars(text.data(), text.data() + text.size(), value);
    if (done.ec == std::errc::result_out_of_range) {
        // Too large or too small: from_chars does not say which. Find the decimal exponent of the first digit.
        bool negative = text.front() == '-';
        long long exponent = 0;
        std::size_t mark = text.find_first_of("eE");
        if (mark != std::string_view::npos) {
            bool down = text[mark + 1] == '-';
            for (char c : text.substr(mark + 1))
                if (c >= '0' && c <= '9' && exponent < 1'000'000'000) exponent = exponent * 10 + (c - '0');
            if (down) exponent = -exponent;
        }
        std::string_view digits =
            text.substr(negative ? 1 : 0, (mark == std::string_view::npos ? text.size() : mark) - (negative ? 1 : 0));
        std::size_t point = digits.find('.');
        std::size_t first = digits.find_first_of("123456789");
        if (point == std::string_view::npos) point = digits.size();
        exponent += static_cast<long long>(point) - static_cast<long long>(first);
        value = exponent > 0 ? HUGE_VAL : 0.0;
        return negative ? -value : value;
    }
    return value;
#else
    return read_double_by_strtod(text);
#endif
}

}  // namespace coracle::detail

// ---- coracle/json/duration.hpp
// duration: lengths of time as text, and back.
// ISO 8601 as pydantic writes and reads it: "P1DT2H3M4.5S"; "01:30:00" and "3 days" are read too.

namespace coracle::detail {

template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

/// Most bytes that write_time uses.
inline constexpr std::size_t max_time_length = 64;

/// A length of time without a unit of its own: `seconds` and `nanoseconds` count in the same direction.
struct time_span {
    bool negative = false;
    std::uint64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
};

inline char* write_padded(char* out, std::uint64_t value, unsigned digits) noexcept {
    for (unsigned i = digits; i; --i) {
        out[i - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    return out + digits;
}

template <class Rep, class Period>
time_span span_of(std::chrono::duration<Rep, Period> length) {
    time_span span;
    if constexpr (std::is_floating_point_v<Rep>) {
        double seconds = std::chrono::duration<double>(length).count();
        span.negative = std::signbit(seconds) && seconds != 0;
        double magnitude = std::fabs(seconds);
        if (!(magnitude < 0x1p53))
            throw json_error("a duration that is not finite, or longer than 2^53 seconds, has no JSON form");
        span.seconds = static_cast<std::uint64_t>(magnitude);
        span.nanoseconds =
            static_cast<std::uint32_t>(std::lround((magnitude - static_cast<double>(span.seconds)) * 1e9));
        if (span.nanoseconds == 1'000'000'000) {
            span.nanoseconds = 0;
            ++span.seconds;
        }
    } else {
        static_assert(Period::den <= 1'000'000'000, "coracle: durations finer than a nanosecond have no form in JSON");
        constexpr auto num = static_cast<std::uint64_t>(Period::num);
        constexpr auto den = static_cast<std::uint64_t>(Period::den);
        std::uint64_t ticks = static_cast<std::uint64_t>(length.count());
        span.negative = length.count() < 0;
        if (span.negative) ticks = 0 - ticks;
        // ticks * num / den in two steps, so that only what is longer than 2^64 seconds overflows.
        std::uint64_t whole = ticks / den;
        std::uint64_t part = ticks % den * num;
        if (whole > (std::numeric_limits<std::uint64_t>::max() - part / den) / num)
            throw json_error("a duration longer than 2^64 seconds has no JSON form");
        span.seconds = whole * num + part / den;
        span.nanoseconds = static_cast<std::uint32_t>(part % den * (1'000'000'000 / den));
    }
    return span;
}

/// Writes at `out` and gives the end. Error: json_error when `value` is out of what the form can say.
template <class Rep, class Period>
char* write_time(char* out, std::chrono::duration<Rep, Period> value) {
    time_span span = span_of(value);
    if (span.negative) *out++ = '-';
    *out++ = 'P';
    std::uint64_t rest = span.seconds;
    auto part = [&](std::uint64_t unit, char mark) {
        if (rest < unit) return;
        out = write_unsigned(out, rest / unit);
        *out++ = mark;
        rest %= unit;
    };
    part(86400, 'D');
    if (rest == 0 && span.nanoseconds == 0 && span.seconds != 0) return out;
    *out++ = 'T';
    part(3600, 'H');
    part(60, 'M');
    if (rest == 0 && span.nanoseconds == 0 && span.seconds != 0) return out;
    out = write_unsigned(out, rest);
    if (span.nanoseconds != 0) {
        *out++ = '.';
        out = write_padded(out, span.nanoseconds, 9);
        while (out[-1] == '0') --out;
    }
    *out++ = 'S';
    return out;
}

/// Eats the front of a text; every step says whether it could.
class time_reader {
public:
    explicit time_reader(std::string_view text) noexcept : rest_(text) {}

    bool done() const noexcept { return rest_.empty(); }
    bool eat(char c) noexcept {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// One of `marks`, or '\0'.
    char eat_one_of(std::string_view marks) noexcept {
        if (rest_.empty() || marks.find(rest_.front()) == marks.npos) return '\0';
        char found = rest_.front();
        rest_.remove_prefix(1);
        return found;
    }
    bool eat_word(std::string_view word) noexcept {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    /// Exactly `count` digits.
    std::optional<unsigned> digits(std::size_t count) noexcept {
        if (rest_.size() < count) return std::nullopt;
        auto value = ascii::parse_decimal<unsigned>(rest_.substr(0, count));
        if (value) rest_.remove_prefix(count);
        return value;
    }
    /// 1*DIGIT; what is above 10^15 counts as 10^15, which no time reaches.
    std::optional<std::uint64_t> number() noexcept {
        if (rest_.empty() || !ascii::is_digit(rest_.front())) return std::nullopt;
        std::uint64_t value = 0;
        while (!rest_.empty() && ascii::is_digit(rest_.front())) {
            if (value < 1'000'000'000'000'000) value = value * 10 + static_cast<std::uint64_t>(rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value < 1'000'000'000'000'000 ? value : 1'000'000'000'000'000;
    }
    /// ".5", ",5": nanoseconds, further digits cut off. No mark: 0.
    std::optional<std::uint32_t> fraction() noexcept {
        if (!eat_one_of(".,")) return 0u;
        if (rest_.empty() || !ascii::is_digit(rest_.front())) return std::nullopt;
        std::uint32_t value = 0;
        std::uint32_t unit = 100'000'000;
        while (!rest_.empty() && ascii::is_digit(rest_.front())) {
            value += unit * static_cast<std::uint32_t>(rest_.front() - '0');
            unit /= 10;
            rest_.remove_prefix(1);
        }
        return value;
    }

private:
    std::string_view rest_;
};

/// "P1DT2H3M4.5S", "01:30:00", "3 days", "3 days, 01:30:00".
inline std::optional<time_span> read_span(std::string_view text, std::string_view& why) noexcept {
    auto fail = [&](std::string_view reason) {
        why = reason;
        return std::nullopt;
    };
    time_reader in(text);
    time_span span;
    char sign = in.eat_one_of("+-");
    span.negative = sign == '-';
    if (in.done()) return fail("input is too short");
    constexpr std::uint64_t longest = std::uint64_t{999'999'999} * 86400 + 86399;
    constexpr std::string_view too_long = "durations may not exceed 999,999,999 days";
    auto clock = [&](std::uint64_t hours) {
        auto minutes = in.digits(2);
        if (!minutes || *minutes > 59 || !in.eat(':')) return false;
        auto seconds = in.digits(2);
        if (!seconds || *seconds > 59) return false;
        auto fraction = in.fraction();
        if (!fraction) return false;
        span.seconds += hours * 3600 + *minutes * 60 + *seconds;
        span.nanoseconds = *fraction;
        return true;
    };
    if (in.eat_one_of("Pp")) {
        struct unit {
            char mark;
            std::uint64_t seconds;
        };
        constexpr unit units[] = {{'Y', 365 * 86400}, {'M', 30 * 86400}, {'W', 7 * 86400}, {'D', 86400},
                                  {'H', 3600},        {'M', 60},         {'S', 1}};
        std::size_t next = 0;
        bool any = false;
        while (!in.done()) {
            if (in.eat_one_of("Tt")) {
                if (next > 4) return fail("invalid digit in duration");
                next = 4;
                if (in.done()) return fail("input is too short");
            }
            auto number = in.number();
            if (!number) return fail("invalid digit in duration");
            auto fraction = in.fraction();
            if (!fraction) return fail("invalid digit in duration");
            std::size_t last = next < 4 ? 4 : 7;
            char mark = ascii::to_lower(in.eat_one_of("YyMmWwDdHhSs"));
            while (next < last && ascii::to_lower(units[next].mark) != mark) ++next;
            if (next == last) return fail("invalid digit in duration");
            if (*number > longest / units[next].seconds) return fail(too_long);
            if (*fraction != 0 && (units[next].mark != 'S' || !in.done())) return fail("invalid digit in duration");
            span.seconds += *number * units[next].seconds;
            span.nanoseconds = *fraction;
            ++next;
            any = true;
        }
        if (!any) return fail("input is too short");
    } else {
        auto number = in.number();
        if (!number) return fail("invalid digit in duration");
        if (*number > 999'999'999) return fail(too_long);
        if (in.eat(':')) {
            if (!clock(*number)) return fail("invalid character in minute or second");
        } else {
            in.eat(' ');
            if (!in.eat_word("days") && !in.eat_word("day") && !in.eat_word("d"))
                return fail("\"day\" identifier in duration not correctly formatted");
            span.seconds = *number * 86400;
            if (!in.done()) {
                in.eat(',');
                in.eat(' ');
                auto hours = in.number();
                if (!hours || *hours > 999'999'999 || !in.eat(':') || !clock(*hours))
                    return fail("invalid character in hour");
            }
        }
        if (!in.done()) return fail("unexpected extra characters at the end of the input");
    }
    if (span.seconds > longest) return fail(too_long);
    return span;
}

/// A number of seconds as a length of time.
inline std::optional<time_span> read_span(double seconds, std::string_view& why) noexcept {
    double magnitude = std::fabs(seconds);
    if (!(magnitude < 1e9 * 86400)) {
        why = "durations may not exceed 999,999,999 days";
        return std::nullopt;
    }
    time_span span{seconds < 0, static_cast<std::uint64_t>(magnitude), 0};
    // To the microsecond, as Python does: 0.1 is a tenth and not the double next to it.
    auto micro = static_cast<std::uint32_t>(std::lround((magnitude - static_cast<double>(span.seconds)) * 1e6));
    span.seconds += micro / 1'000'000;
    span.nanoseconds = micro % 1'000'000 * 1000;
    return span;
}

/// The same length in the unit of Duration; nothing, and why, when it has too many of them or no whole number of them.
template <class Duration>
std::optional<Duration> to_duration(time_span span, std::string_view& why) noexcept {
    using rep = typename Duration::rep;
    using period = typename Duration::period;
    if constexpr (std::is_floating_point_v<rep>) {
        std::chrono::duration<double> seconds(static_cast<double>(span.seconds) + span.nanoseconds * 1e-9);
        return std::chrono::duration_cast<Duration>(span.negative ? -seconds : seconds);
    } else {
        static_assert(period::den <= 1'000'000'000,
                      "coracle: durations finer than a nanosecond cannot be read from JSON");
        constexpr auto num = static_cast<std::uint64_t>(period::num);
        constexpr auto den = static_cast<std::uint64_t>(period::den);
        constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<rep>::max());
        std::uint64_t part = span.nanoseconds * den;  // of a second, in units of 10^-9 / den
        if (span.seconds > (std::numeric_limits<std::uint64_t>::max() - part / 1'000'000'000) / den) {
            why = "it is longer than can be held here";
            return std::nullopt;
        }
        std::uint64_t scaled = span.seconds * den + part / 1'000'000'000;
        if (part % 1'000'000'000 != 0 || scaled % num != 0) {
            why = "it is finer than can be held here";
            return std::nullopt;
        }
        std::uint64_t ticks = scaled / num;
        if (ticks > most || (span.negative && std::is_unsigned_v<rep> && ticks != 0)) {
            why = "it is longer than can be held here";
            return std::nullopt;
        }
        auto count = static_cast<rep>(ticks);
        return Duration(span.negative ? static_cast<rep>(-count) : count);
    }
}

}  // namespace coracle::detail

// ---- coracle/json/instant.hpp
// instant: dates and points in time as text, and back.
// ISO 8601 as pydantic writes and reads it: "2024-01-31", "2024-01-31T12:34:56.500000Z". A text without a zone is UTC.

namespace coracle::detail {

template <class T>
inline constexpr bool is_sys_time = false;
template <class Duration>
inline constexpr bool is_sys_time<std::chrono::sys_time<Duration>> = true;

/// What is written as "2024-01-31".
template <class T>
concept date_type = std::is_same_v<T, std::chrono::year_month_day> || std::is_same_v<T, std::chrono::sys_days>;
/// What has a form in ISO 8601: dates, points of system time, durations.
template <class T>
concept time_type = date_type<T> || is_sys_time<T> || is_duration<T>;

inline char* write_time(char* out, std::chrono::year_month_day date) {
    int year = static_cast<int>(date.year());
    if (!date.ok() || year < 0 || year > 9999)
        throw json_error("a date that is in no calendar, or outside the years 0 to 9999, has no JSON form");
    out = write_padded(out, static_cast<std::uint64_t>(year), 4);
    *out++ = '-';
    out = write_padded(out, static_cast<unsigned>(date.month()), 2);
    *out++ = '-';
    return write_padded(out, static_cast<unsigned>(date.day()), 2);
}

template <class Duration>
char* write_time(char* out, std::chrono::sys_time<Duration> value) {
    // Beyond these a day has no four-digit year, and its number might not even fit the calendar's int.
    constexpr auto first = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
    constexpr auto last = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);
    auto far_day = std::chrono::floor<std::chrono::duration<std::int64_t, std::chrono::days::period>>(value);
    if (far_day < first || far_day > last)
        throw json_error("a point in time outside the years 0 to 9999 has no JSON form");
    auto day = std::chrono::time_point_cast<std::chrono::days>(far_day);
    out = write_time(out, std::chrono::year_month_day(day));
    if constexpr (!std::is_same_v<Duration, std::chrono::days>) {
        time_span since = span_of(value - day);
        *out++ = 'T';
        out = write_padded(out, since.seconds / 3600, 2);
        *out++ = ':';
        out = write_padded(out, since.seconds / 60 % 60, 2);
        *out++ = ':';
        out = write_padded(out, since.seconds % 60, 2);
        if (since.nanoseconds != 0) {
            *out++ = '.';
            bool fine = since.nanoseconds % 1000 != 0;
            out = write_padded(out, fine ? since.nanoseconds : since.nanoseconds / 1000, fine ? 9 : 6);
        }
        *out++ = 'Z';
    }
    return out;
}

/// "2024-01-31" at the front of `text`; else nothing and why, in pydantic's words.
inline std::optional<std::chrono::sys_days> read_date(std::string_view text, std::string_view& why) noexcept {
    time_reader in(text);
    auto fail = [&](std::string_view reason) {
        why = reason;
        return std::nullopt;
    };
    if (text.size() < 10) return fail("input is too short");
    auto year = in.digits(4);
    if (!year) return fail("invalid character in year");
    if (!in.eat('-')) return fail("invalid date separator, expected `-`");
    auto month = in.digits(2);
    if (!month) return fail("invalid character in month");
    if (!in.eat('-')) return fail("invalid date separator, expected `-`");
    auto day = in.digits(2);
    if (!day) return fail("invalid character in day");
    if (*month < 1 || *month > 12) return fail("month value is outside expected range of 1-12");
    std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                     std::chrono::day(*day)};
    if (!date.ok()) return fail("day value is outside expected range");
    return std::chrono::sys_days(date);
}

struct instant {
    std::chrono::sys_seconds seconds{};
    std::uint32_t nanoseconds = 0;
};

/// A date alone, or a date with a time of day and a zone (none is UTC).
inline std::optional<instant> read_instant(std::string_view text, std::string_view& why) noexcept {
    auto day = read_date(text, why);
    if (!day) return std::nullopt;
    instant found{*day, 0};
    if (text.size() == 10) return found;
    time_reader in(text.substr(10));
    if (!in.eat_one_of("Tt_ ")) {
        why = "invalid datetime separator, expected `T`, `t`, `_` or space";
        return std::nullopt;
    }
    why = "unexpected extra characters at the end of the input";
    auto hour = in.digits(2);
    if (!hour || *hour > 23 || !in.eat(':')) return std::nullopt;
    auto minute = in.digits(2);
    if (!minute || *minute > 59) return std::nullopt;
    found.seconds += std::chrono::hours(*hour) + std::chrono::minutes(*minute);
    if (in.eat(':')) {
        auto second = in.digits(2);
        if (!second || *second > 59) return std::nullopt;
        auto fraction = in.fraction();
        if (!fraction) return std::nullopt;
        found.seconds += std::chrono::seconds(*second);
        found.nanoseconds = *fraction;
    }
    if (char sign = in.eat_one_of("+-")) {
        auto zone_hour = in.digits(2);
        in.eat(':');
        auto zone_minute = in.digits(2);
        if (!zone_hour || !zone_minute || *zone_hour > 23 || *zone_minute > 59) return std::nullopt;
        auto offset = std::chrono::hours(*zone_hour) + std::chrono::minutes(*zone_minute);
        found.seconds += sign == '+' ? -offset : offset;
    } else {
        in.eat_one_of("Zz");
    }
    if (!in.done()) return std::nullopt;
    return found;
}

/// The tick of Duration that `found` lies in; nothing when it has none.
template <class Duration>
std::optional<std::chrono::sys_time<Duration>> to_sys_time(instant found) noexcept {
    using common = std::chrono::duration<double, typename Duration::period>;
    if constexpr (!std::is_floating_point_v<typename Duration::rep>) {
        double ticks = common(found.seconds.time_since_epoch()).count();
        constexpr auto most = static_cast<double>(std::numeric_limits<typename Duration::rep>::max());
        if (!(std::fabs(ticks) < most * (1 - 1e-9))) return std::nullopt;
    }
    return std::chrono::sys_time<Duration>(std::chrono::floor<Duration>(found.seconds.time_since_epoch())) +
           std::chrono::floor<Duration>(std::chrono::nanoseconds(found.nanoseconds));
}

/// Seconds since 1970, or milliseconds when there are too many for seconds: pydantic's rule.
inline std::optional<instant> read_instant(double since_1970) noexcept {
    double seconds = std::fabs(since_1970) > 2e10 ? since_1970 / 1000 : since_1970;
    if (!(seconds >= -62'135'596'800.0 && seconds < 253'402'300'800.0)) return std::nullopt;  // years 1 to 9999
    double whole = std::floor(seconds);
    auto micro = static_cast<std::uint32_t>(std::lround((seconds - whole) * 1e6));
    auto carried = static_cast<std::int64_t>(whole) + micro / 1'000'000;
    return instant{std::chrono::sys_seconds(std::chrono::seconds(carried)), micro % 1'000'000 * 1000};
}

}  // namespace coracle::detail

// ---- coracle/json/value.hpp
// class json: any JSON value, built in braces, looked into, changed.
// RFC 8259. Objects keep the order in which their members came. Reading text is in parse.hpp, writing in write.hpp,
// making a value from ranges, structs, enums and time in convert.hpp.

namespace coracle {

class json;
class json_member;
struct parse_options;

/// What a json holds. Integers are `unsigned_integer` only above the range of int64.
enum class json_kind : unsigned char { null, boolean, integer, unsigned_integer, number, string, array, object };

constexpr std::string_view kind_name(json_kind kind) noexcept {
    constexpr std::string_view names[] = {"null",     "a boolean", "an integer", "an integer",
                                          "a number", "a string",  "an array",   "an object"};
    return names[static_cast<std::size_t>(kind)];
}

namespace detail {

struct conversion_tag {};

template <class T>
concept no_probe = !requires { typename T::coracle_probe; };

// A closure that is still being defined is incomplete; asking more of it would be a hard error on g++.
template <class T>
concept complete = requires { sizeof(T); };

/// Part of a text, and no number.
template <class T>
concept code_unit = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
concept json_text = std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>;

// Found by argument-dependent lookup through the tag, in convert.hpp.
template <class T>
concept converts_to_json = requires(const T& value) { make_json(conversion_tag{}, value); };

}  // namespace detail

/// A JSON value. `json{{"a", 1}, {"b", json{{"c", nullptr}}}}` is an object; an array is `json::array({1, 2})`.
/// Copying and destroying take no stack, however deep the value is.
class json {
public:
    using array_type = std::vector<json>;
    using object_type = std::vector<json_member>;

    json() noexcept : integer_(0) {}
    json(std::nullptr_t) noexcept : integer_(0) {}
    json(std::initializer_list<json_member> members);

    template <std::same_as<bool> T>
    json(T value) noexcept : kind_(json_kind::boolean), boolean_(value) {}

    template <class T>
        requires(std::is_arithmetic_v<T> && !std::same_as<T, bool> && !detail::code_unit<T>)
    json(T value) noexcept {
        if constexpr (std::is_floating_point_v<T>) {
            kind_ = json_kind::number;
            number_ = static_cast<double>(value);
        } else if constexpr (std::is_signed_v<T>) {
            kind_ = json_kind::integer;
            integer_ = static_cast<std::int64_t>(value);
        } else {
            auto wide = static_cast<std::uint64_t>(value);
            bool fits = wide <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
            kind_ = fits ? json_kind::integer : json_kind::unsigned_integer;
            unsigned_ = wide;
            if (fits) integer_ = static_cast<std::int64_t>(wide);
        }
    }
    template <std::same_as<char> T>
    json(T letter) : json(std::string(1, letter)) {}

    json(std::string&& text) noexcept : kind_(json_kind::string), string_(std::move(text)) {}
    template <class T>
        requires(detail::no_probe<std::remove_cvref_t<T>> && detail::complete<std::remove_cvref_t<T>> &&
                 detail::json_text<std::remove_cvref_t<T>>)
    json(const T& text) : json() {
        if constexpr (std::is_pointer_v<T>)
            if (text == nullptr) return;
        std::construct_at(&string_, std::string_view(text));
        kind_ = json_kind::string;
    }

    /// Optionals and smart pointers (null when empty), ranges, maps with text keys, tuples, variants, enums (by name),
    /// time (ISO 8601) and plain structs. Needs convert.hpp.
    template <class T>
        requires(detail::no_probe<std::remove_cvref_t<T>> && detail::complete<std::remove_cvref_t<T>> &&
                 !std::derived_from<std::remove_cvref_t<T>, json> && !std::is_arithmetic_v<std::remove_cvref_t<T>> &&
                 !detail::json_text<std::remove_cvref_t<T>> && detail::converts_to_json<std::remove_cvref_t<T>>)
    json(const T& value) : json(make_json(detail::conversion_tag{}, value)) {}

    json(const json& other);
    json(json&& other) noexcept { take(other); }
    json& operator=(json other) noexcept {
        destroy();
        take(other);
        return *this;
    }
    ~json() {
        if (kind_ >= json_kind::string) destroy();
    }

    /// An array of these values; `json::array()` is empty.
    static json array(std::initializer_list<json> values = {});
    /// An array of the elements of a range.
    template <class Range>
        requires(!std::same_as<std::remove_cvref_t<Range>, json> &&
                 requires(Range& range) { range.begin() != range.end(); })
    static json array(const Range& range) {
        json made = array();
        for (const auto& element : range) {
            if constexpr (requires { typename Range::value_type; })
                made.array_.emplace_back(static_cast<const typename Range::value_type&>(element));  // vector<bool>
            else
                made.array_.emplace_back(element);
        }
        return made;
    }
    /// An object of names and values in turn: `json::object("id", 1, "name", "x")`. Also for awaited expressions, where
    /// g++ 12 refuses braces.
    template <class... NamesAndValues>
    static json object(NamesAndValues&&... names_and_values);

    /// Reads a text. Error: json_error. Defined in parse.hpp.
    static json parse(std::string_view text);
    static json parse(std::string_view text, const parse_options& options);
    /// Reads a text without throwing. Defined in parse.hpp.
    static result<json, parse_error> try_parse(std::string_view text);
    static result<json, parse_error> try_parse(std::string_view text, const parse_options& options);
    /// Writes compact text, or with `indent` spaces per level. Error: json_error for NaN, infinity, invalid UTF-8, more
    /// than 512 levels. Defined in write.hpp.
    std::string dump() const;
    std::string dump(unsigned indent) const;

    json_kind type() const noexcept { return kind_; }
    bool is_null() const noexcept { return kind_ == json_kind::null; }
    bool is_bool() const noexcept { return kind_ == json_kind::boolean; }
    /// An integer of any sign and size; 1.0 is none.
    bool is_integer() const noexcept { return kind_ == json_kind::integer || kind_ == json_kind::unsigned_integer; }
    /// Any number, integers too.
    bool is_number() const noexcept { return is_integer() || kind_ == json_kind::number; }
    bool is_string() const noexcept { return kind_ == json_kind::string; }
    bool is_array() const noexcept { return kind_ == json_kind::array; }
    bool is_object() const noexcept { return kind_ == json_kind::object; }

    /// The value as what it is. Error: json_error when it is something else, or an integer out of range.
    bool as_bool() const {
        expect(kind_ == json_kind::boolean, "a boolean");
        return boolean_;
    }
    std::int64_t as_int() const {
        expect(kind_ == json_kind::integer, "an integer in the range of int64");
        return integer_;
    }
    std::uint64_t as_uint() const {
        expect(kind_ == json_kind::unsigned_integer || (kind_ == json_kind::integer && integer_ >= 0),
               "an integer of 0 or more");
        return kind_ == json_kind::integer ? static_cast<std::uint64_t>(integer_) : unsigned_;
    }
    double as_double() const {
        expect(is_number(), "a number");
        return kind_ == json_kind::number    ? number_
               : kind_ == json_kind::integer ? static_cast<double>(integer_)
                                             : static_cast<double>(unsigned_);
    }
    const std::string& as_string() const& {
        expect(is_string(), "a string");
        return string_;
    }
    std::string& as_string() & {
        expect(is_string(), "a string");
        return string_;
    }
    std::string as_string() && {
        expect(is_string(), "a string");
        return std::move(string_);
    }
    const array_type& as_array() const& {
        expect(is_array(), "an array");
        return array_;
    }
    array_type& as_array() & {
        expect(is_array(), "an array");
        return array_;
    }
    const object_type& as_object() const& {
        expect(is_object(), "an object");
        return object_;
    }
    object_type& as_object() & {
        expect(is_object(), "an object");
        return object_;
    }
    /// The value as a T, by the rules of read.hpp. Error: json_error.
    template <class T>
    T get() const;

    /// Members of an object, elements of an array, 0 for everything else.
    std::size_t size() const noexcept;
    bool empty() const noexcept { return size() == 0; }

    /// Member called `key`, or nullptr; also when this is no object. Cost: linear.
    const json* find(std::string_view key) const noexcept;
    json* find(std::string_view key) noexcept { return const_cast<json*>(std::as_const(*this).find(key)); }
    bool contains(std::string_view key) const noexcept { return find(key) != nullptr; }
    /// Member called `key`. Error: json_error when there is none.
    const json& at(std::string_view key) const;
    json& at(std::string_view key) { return const_cast<json&>(std::as_const(*this).at(key)); }
    const json& operator[](std::string_view key) const { return at(key); }
    /// Member called `key`, made when missing; null becomes an object. Cost: linear.
    json& operator[](std::string_view key);
    /// Element `index`. Error: json_error when there is none.
    template <std::integral Index>
    const json& operator[](Index index) const {
        return element(static_cast<std::uint64_t>(index));
    }
    template <std::integral Index>
    json& operator[](Index index) {
        return const_cast<json&>(element(static_cast<std::uint64_t>(index)));
    }
    /// Removes the member called `key`; false when there was none.
    bool erase(std::string_view key);
    /// Appends to an array; null becomes an array.
    json& push_back(json value);

    /// Elements of an array; null has none. Error: json_error for everything else.
    const json* begin() const { return elements().data(); }
    const json* end() const { return elements().data() + elements().size(); }
    json* begin() { return const_cast<json*>(std::as_const(*this).begin()); }
    json* end() { return const_cast<json*>(std::as_const(*this).end()); }
    /// Members of an object: `for (auto& [key, value] : j.items())`. Error: json_error.
    std::span<const json_member> items() const;
    std::span<json_member> items();

    /// Same value: 1 and 1.0 are equal, the order of members does not matter.
    friend bool operator==(const json& a, const json& b) { return equal(a, b); }

private:
    void expect(bool holds, std::string_view wanted) const {
        if (!holds) [[unlikely]]
            mismatch(wanted);
    }
    [[noreturn]] void mismatch(std::string_view wanted) const {
        throw json_error("expected " + std::string(wanted) + ", found " + std::string(kind_name(kind_)));
    }
    const json& element(std::uint64_t index) const;
    std::span<const json> elements() const;
    bool is_container() const noexcept { return kind_ >= json_kind::array; }
    void take(json& other) noexcept;
    void destroy() noexcept;
    void unravel() noexcept;
    bool is_nested() const noexcept;
    json* last() noexcept;
    void drop_last() noexcept;
    void copy_shallow(const json& other);
    static bool equal_numbers(const json& a, const json& b) noexcept;
    static bool equal(const json& a, const json& b);

    json_kind kind_ = json_kind::null;
    union {
        bool boolean_;
        std::int64_t integer_;
        std::uint64_t unsigned_;
        double number_;
        std::string string_;
        array_type array_;
        object_type object_;
    };
};

/// A name and a value: what objects are made of, and what `{"name", value}` in a literal is.
class json_member {
public:
    json_member(std::string name, json held) noexcept : key(std::move(name)), value(std::move(held)) {}

    std::string key;
    json value;
};

inline json::json(std::initializer_list<json_member> members) : json() {
    std::construct_at(&object_);
    kind_ = json_kind::object;
    object_.reserve(members.size());
    for (const auto& member : members) {
        if (json* present = find(member.key))
            *present = member.value;
        else
            object_.push_back(member);
    }
}

inline json json::array(std::initializer_list<json> values) {
    json made;
    ::new (static_cast<void*>(&made.array_)) array_type(values);
    made.kind_ = json_kind::array;
    return made;
}

template <class... NamesAndValues>
json json::object(NamesAndValues&&... names_and_values) {
    static_assert(sizeof...(NamesAndValues) % 2 == 0,
                  "coracle: json::object takes names and values in turn: json::object(\"id\", 1, \"name\", \"x\")");
    json made(std::initializer_list<json_member>{});
    if constexpr (sizeof...(NamesAndValues) > 0) {
        made.object_.reserve(sizeof...(NamesAndValues) / 2);
        auto add = [&](auto& self, auto&& name, auto&& value, auto&&... more) -> void {
            static_assert(detail::json_text<std::remove_cvref_t<decltype(name)>>,
                          "coracle: json::object takes names and values in turn, and a name must be text");
            made[std::string_view(name)] = json(std::forward<decltype(value)>(value));
            if constexpr (sizeof...(more) > 0) self(self, std::forward<decltype(more)>(more)...);
        };
        add(add, std::forward<NamesAndValues>(names_and_values)...);
    }
    return made;
}

inline std::size_t json::size() const noexcept {
    return kind_ == json_kind::array ? array_.size() : kind_ == json_kind::object ? object_.size() : 0;
}

inline const json* json::find(std::string_view key) const noexcept {
    if (kind_ != json_kind::object) return nullptr;
    for (const auto& member : object_)
        if (member.key == key) return &member.value;
    return nullptr;
}

inline const json& json::at(std::string_view key) const {
    expect(is_object(), "an object");
    if (const json* found = find(key)) return *found;
    throw json_error("there is no member '" + std::string(key) + "'");
}

inline json& json::operator[](std::string_view key) {
    if (is_null()) *this = object();
    expect(is_object(), "an object");
    if (json* found = find(key)) return *found;
    return object_.emplace_back(std::string(key), json()).value;
}

inline const json& json::element(std::uint64_t index) const {
    expect(is_array(), "an array");
    if (index < array_.size()) return array_[static_cast<std::size_t>(index)];
    throw json_error("there is no element " + std::to_string(static_cast<std::int64_t>(index)) + " in an array of " +
                     std::to_string(array_.size()));
}

inline bool json::erase(std::string_view key) {
    expect(is_object(), "an object");
    return std::erase_if(object_, [&](const json_member& member) { return member.key == key; }) != 0;
}

inline json& json::push_back(json value) {
    if (is_null()) *this = array();
    expect(is_array(), "an array");
    return array_.emplace_back(std::move(value));
}

inline std::span<const json> json::elements() const {
    if (is_null()) return {};
    expect(is_array(), "an array (the members of an object are in items())");
    return array_;
}
inline std::span<const json_member> json::items() const {
    expect(is_object(), "an object");
    return object_;
}
inline std::span<json_member> json::items() {
    expect(is_object(), "an object");
    return object_;
}

inline void json::take(json& other) noexcept {
    kind_ = other.kind_;
    switch (kind_) {
        case json_kind::string:
            std::construct_at(&string_, std::move(other.string_));
            std::destroy_at(&other.string_);
            break;
        case json_kind::array:
            std::construct_at(&array_, std::move(other.array_));
            std::destroy_at(&other.array_);
            break;
        case json_kind::object:
            std::construct_at(&object_, std::move(other.object_));
            std::destroy_at(&other.object_);
            break;
        case json_kind::boolean:
            boolean_ = other.boolean_;
            break;
        case json_kind::number:
            number_ = other.number_;
            break;
        case json_kind::unsigned_integer:
            unsigned_ = other.unsigned_;
            break;
        default:
            integer_ = other.integer_;
            break;
    }
    other.kind_ = json_kind::null;
    other.integer_ = 0;
}

/// Whether a container stands in this one, so that destroying it plainly would recurse.
inline bool json::is_nested() const noexcept {
    if (kind_ == json_kind::array)
        return std::any_of(array_.begin(), array_.end(), [](const json& each) { return each.is_container(); });
    if (kind_ == json_kind::object)
        return std::any_of(object_.begin(), object_.end(),
                           [](const json_member& each) { return each.value.is_container(); });
    return false;
}

inline json* json::last() noexcept {
    if (kind_ == json_kind::array) return array_.empty() ? nullptr : &array_.back();
    return object_.empty() ? nullptr : &object_.back().value;
}
inline void json::drop_last() noexcept {
    if (kind_ == json_kind::array)
        array_.pop_back();
    else
        object_.pop_back();
}

/// Takes a deep value apart from the bottom up, in constant space: while a child is being emptied, the slot it came
/// from holds the parent's own parent.
inline void json::unravel() noexcept {
    json current = std::move(*this);
    json parent;
    for (;;) {
        if (json* child = current.last()) {
            if (!child->is_nested()) {
                current.drop_last();
                continue;
            }
            json below = std::move(*child);
            *child = std::move(parent);
            parent = std::move(current);
            current = std::move(below);
        } else {
            if (parent.is_null()) return;
            current = std::move(parent);
            parent = std::move(*current.last());
            current.drop_last();
        }
    }
}

inline void json::destroy() noexcept {
    if (is_container() && is_nested()) unravel();
    switch (kind_) {
        case json_kind::string:
            std::destroy_at(&string_);
            break;
        case json_kind::array:
            std::destroy_at(&array_);
            break;
        case json_kind::object:
            std::destroy_at(&object_);
            break;
        default:
            break;
    }
    kind_ = json_kind::null;
    integer_ = 0;
}

/// Everything except what containers hold.
inline void json::copy_shallow(const json& other) {
    switch (other.kind_) {
        case json_kind::string:
            std::construct_at(&string_, other.string_);
            break;
        case json_kind::array:
            std::construct_at(&array_);
            break;
        case json_kind::object:
            std::construct_at(&object_);
            break;
        case json_kind::boolean:
            boolean_ = other.boolean_;
            break;
        case json_kind::number:
            number_ = other.number_;
            break;
        case json_kind::unsigned_integer:
            unsigned_ = other.unsigned_;
            break;
        default:
            integer_ = other.integer_;
            break;
    }
    kind_ = other.kind_;
}

inline json::json(const json& other) : integer_(0) {
    copy_shallow(other);
    if (!is_container() || other.empty()) return;
    try {
        std::vector<std::pair<const json*, json*>> open{{&other, this}};
        auto copy = [&](const json& from, json& to) {
            to.copy_shallow(from);
            if (!from.empty()) open.emplace_back(&from, &to);
        };
        while (!open.empty()) {
            auto [from, to] = open.back();
            open.pop_back();
            if (from->is_array()) {
                to->array_.resize(from->array_.size());
                for (std::size_t i = 0; i < from->array_.size(); ++i) copy(from->array_[i], to->array_[i]);
            } else {
                to->object_.reserve(from->object_.size());
                for (const auto& member : from->object_) {
                    to->object_.emplace_back(member.key, json());
                    copy(member.value, to->object_.back().value);
                }
            }
        }
    } catch (...) {
        destroy();
        throw;
    }
}

inline bool json::equal_numbers(const json& a, const json& b) noexcept {
    if (a.kind_ == b.kind_)
        return a.kind_ == json_kind::number    ? a.number_ == b.number_
               : a.kind_ == json_kind::integer ? a.integer_ == b.integer_
                                               : a.unsigned_ == b.unsigned_;
    if (a.kind_ != json_kind::number && b.kind_ != json_kind::number) return false;  // two integers, ranges apart
    const json& whole = a.kind_ == json_kind::number ? b : a;
    double number = a.kind_ == json_kind::number ? a.number_ : b.number_;
    // Exactly: 2^53 + 1 is not 2^53, though its nearest double is.
    if (whole.kind_ == json_kind::integer)
        return number >= -0x1p63 && number < 0x1p63 && static_cast<std::int64_t>(number) == whole.integer_ &&
               static_cast<double>(static_cast<std::int64_t>(number)) == number;
    return number >= 0x1p63 && number < 0x1p64 && static_cast<std::uint64_t>(number) == whole.unsigned_;
}

inline bool json::equal(const json& a, const json& b) {
    std::vector<std::pair<const json*, const json*>> open;
    auto differ = [&](const json& x, const json& y) {
        if (x.is_number() && y.is_number()) return !equal_numbers(x, y);
        if (x.kind_ != y.kind_) return true;
        if (x.is_string()) return x.string_ != y.string_;
        if (x.is_bool()) return x.boolean_ != y.boolean_;
        if (!x.is_container()) return false;
        if (x.size() != y.size()) return true;
        if (!x.empty()) open.emplace_back(&x, &y);
        return false;
    };
    if (differ(a, b)) return false;
    while (!open.empty()) {
        auto [x, y] = open.back();
        open.pop_back();
        if (x->is_array()) {
            for (std::size_t i = 0; i < x->array_.size(); ++i)
                if (differ(x->array_[i], y->array_[i])) return false;
            continue;
        }
        // Sorted, so that two large objects cost n log n whatever their keys are.
        auto sorted = [](const object_type& members) {
            std::vector<const json_member*> order;
            order.reserve(members.size());
            for (const auto& member : members) order.push_back(&member);
            std::sort(order.begin(), order.end(), [](auto* p, auto* q) { return p->key < q->key; });
            return order;
        };
        auto left = sorted(x->object_);
        auto right = sorted(y->object_);
        for (std::size_t i = 0; i < left.size(); ++i)
            if (left[i]->key != right[i]->key || differ(left[i]->value, right[i]->value)) return false;
    }
    return true;
}

}  // namespace coracle

// ---- coracle/json/shape.hpp
// shape: which form a C++ type takes in JSON. One answer for converting, writing and reading.

namespace coracle::detail {

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... A>
inline constexpr bool is_a<Template<A...>, Template> = true;

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;

/// Null when there is nothing, else what it holds.
template <class T>
concept json_nullable = is_a<T, std::optional> || is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>;

/// Members in the order of iteration, with text for names.
template <class T>
concept json_map = requires(const T& map) {
    typename T::key_type;
    typename T::mapped_type;
    map.begin() != map.end();
} && std::convertible_to<const typename T::key_type&, std::string_view>;

/// Elements in the order of iteration. Not a path, whose elements are paths again.
template <class T>
concept json_list = !json_text<T> && !json_map<T> && !std::derived_from<T, json> && requires(const T& list) {
    typename T::value_type;
    list.begin() != list.end();
    static_cast<const typename T::value_type&>(*list.begin());
};

/// Elements in the order of the types.
template <class T>
concept json_tuple = is_a<T, std::tuple> || is_a<T, std::pair>;

/// Members by reflection: what is an aggregate and nothing of the above.
template <class T>
concept json_struct = reflect::aggregate<T> && no_probe<T> && !is_std_array<T> && !json_list<T> && !json_map<T>;

/// A type with a function `json to_json(const T&)` beside it, which then says what it is written as.
template <class T>
concept describes_itself = requires(const T& value) {
    { to_json(value) } -> std::same_as<json>;
};

}  // namespace coracle::detail

// ---- coracle/json/convert.hpp
// convert: C++ values as json values. Structs by reflection, enums by name, time as ISO 8601, nothing as null.

namespace coracle {

namespace detail {

// What the constructor of json from any T looks for. A type of your own with a function `json to_json(const T&)` beside
// it is made by that.
template <describes_itself T>
json make_json(conversion_tag, const T& value) {
    return to_json(value);
}
template <json_nullable T>
json make_json(conversion_tag, const T& value) {
    return value ? json(*value) : json();
}
template <class T>
    requires(std::is_enum_v<T> && !describes_itself<T>)
json make_json(conversion_tag, const T& value) {
    std::string_view name = reflect::enum_name(value);
    // A number that no enumerator has is told as what it is.
    if (name.empty()) return json(static_cast<std::underlying_type_t<T>>(value));
    return json(name);
}
template <json_list T>
    requires(!describes_itself<T>)
json make_json(conversion_tag, const T& list) {
    json made = json::array();
    for (const auto& element : list) made.push_back(json(static_cast<const typename T::value_type&>(element)));
    return made;
}
template <json_map T>
    requires(!describes_itself<T>)
json make_json(conversion_tag, const T& map) {
    json made = json::object();
    for (const auto& [name, value] : map)
        made.as_object().emplace_back(std::string(std::string_view(name)), json(value));
    return made;
}
template <json_tuple T>
json make_json(conversion_tag, const T& tuple) {
    json made = json::array();
    std::apply([&](const auto&... each) { (made.push_back(json(each)), ...); }, tuple);
    return made;
}
template <class... T>
json make_json(conversion_tag, const std::variant<T...>& value) {
    return std::visit([](const auto& held) { return json(held); }, value);
}
inline json make_json(conversion_tag, const std::monostate&) { return json(); }
template <time_type T>
json make_json(conversion_tag, const T& value) {
    char text[max_time_length];
    return json(std::string(text, write_time(text, value)));
}
template <json_struct T>
    requires(!describes_itself<T>)
json make_json(conversion_tag, const T& object) {
    json made = json::object();
    made.as_object().reserve(reflect::field_count<T>);
    reflect::for_each_field(object, [&](std::string_view name, const auto& member) {
        made.as_object().emplace_back(std::string(name), json(member));
    });
    return made;
}

}  // namespace detail

}  // namespace coracle

// ---- coracle/json/field_default.hpp
// field_default: which members of a struct have a default, and so may be left out of a JSON object.
//
// C++ does not tell whether a member has an initialiser. What can be seen: making the struct leaves in the member
// something else than making a lone value of the member's type does. So
//   int limit = 10;  int skip = 0;  std::string kind = "tool";  std::vector<int> sizes = {1, 2};   have a default;
//   int id;  std::string name;  std::vector<int> tags;  address home;                              are required;
//   std::string note = "";  std::vector<int> tags = {};                                            are required too,
// because they cannot be told from the line above: make such a member std::optional. An optional or a smart pointer is
// never required.

namespace coracle::detail {

/// A T without any initialiser of ours, over memory full of `pattern`: what is not initialised keeps the pattern. That
/// holds because the default constructor of an aggregate is implicit, and value-initialisation needs it to leave alone
/// the zeros that were put there before it. Bytes are read only behind a barrier that the optimiser cannot see through.
template <class T>
class made_over {
public:
    explicit made_over(unsigned char pattern) {
        fill(room_, pattern);
        make(room_);
        value_ = std::launder(reinterpret_cast<T*>(room_));
    }
    made_over(const made_over&) = delete;
    made_over& operator=(const made_over&) = delete;
    ~made_over() { std::destroy_at(value_); }

    T& operator*() noexcept { return *value_; }

private:
    [[gnu::noinline]] static void fill(unsigned char* room, unsigned char pattern) noexcept {
        std::memset(room, pattern, sizeof(T));
        asm volatile("" : : "r"(room) : "memory");
    }
    [[gnu::noinline]] static void make(unsigned char* room) {
        ::new (static_cast<void*>(room)) T;
        asm volatile("" : : "r"(room) : "memory");
    }
    alignas(T) unsigned char room_[sizeof(T)];
    T* value_;
};

template <class T>
bool made_alike(const T& a, const T& b);

template <class T, std::size_t... I>
bool all_made_alike(const T& a, const T& b, std::index_sequence<I...>) {
    return (made_alike(std::get<I>(a), std::get<I>(b)) && ...);
}

/// Whether two values that were made over the same pattern are the same. Numbers may be indeterminate: bytes only.
template <class T>
bool made_alike(const T& a, const T& b) {
    if constexpr (std::is_scalar_v<T> || is_duration<T> || std::same_as<T, std::chrono::year_month_day>) {
        return std::memcmp(static_cast<const void*>(&a), static_cast<const void*>(&b), sizeof(T)) == 0;
    } else if constexpr (is_std_array<T> || json_tuple<T>) {
        return all_made_alike(a, b, std::make_index_sequence<std::tuple_size_v<T>>{});
    } else if constexpr (is_a<T, std::variant>) {
        return a.index() == b.index();
    } else if constexpr (std::derived_from<T, json>) {
        return a == b;
    } else if constexpr (requires { a.empty(); }) {
        return a.empty() == b.empty();
    } else if constexpr (json_struct<T>) {
        return all_made_alike(reflect::tie(a), reflect::tie(b), std::make_index_sequence<reflect::field_count<T>>{});
    } else if constexpr (std::equality_comparable<T>) {
        return a == b;
    } else {
        return true;
    }
}

template <class T, std::size_t I>
bool looks_initialised(T& made, unsigned char pattern) {
    using member = std::remove_cv_t<reflect::field_type<T, I>>;
    if constexpr (!std::default_initializable<member>) {
        return true;
    } else {
        made_over<member> alone(pattern);
        return !made_alike<member>(std::get<I>(reflect::tie(made)), *alone);
    }
}

template <class T>
std::array<bool, reflect::field_count<T>> find_defaults() {
    std::array<bool, reflect::field_count<T>> found{};
    // Twice, because a default may happen to be the pattern.
    constexpr unsigned char patterns[] = {0x55, 0xAA};
    for (unsigned char pattern : patterns) {
        made_over<T> made(pattern);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((found[I] = found[I] || looks_initialised<T, I>(*made, pattern)), ...);
        }(std::make_index_sequence<reflect::field_count<T>>{});
    }
    return found;
}

/// Whether member I of T may be left out. Cost: a load; the first call makes two Ts.
template <class T, std::size_t I>
bool may_be_left_out() {
    if constexpr (json_nullable<std::remove_cv_t<reflect::field_type<T, I>>>) {
        return true;
    } else {
        static const auto defaults = find_defaults<T>();
        return defaults[I];
    }
}

}  // namespace coracle::detail

// ---- coracle/json/scan.hpp
// How far a run of plain characters goes, eight bytes at a time: the inner loop of reading and writing strings.
// RFC 8259 section 7 (what must be escaped).

namespace coracle::detail {

/// Eight bytes as a number whose lowest byte is the first one.
inline std::uint64_t load_word(const char* at) noexcept {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    if constexpr (std::endian::native == std::endian::big) {
        std::uint64_t turned = 0;
        for (int i = 0; i < 8; ++i) turned = turned << 8 | (word >> (8 * i) & 0xFF);
        return turned;
    }
    return word;
}

/// Printable ASCII except the quotation mark and the backslash: copied as it is, in both directions.
constexpr bool is_plain(char c) noexcept {
    auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/// High bit set in each byte that is not plain. Bytes after the first such one may be marked by mistake.
constexpr std::uint64_t special_bytes(std::uint64_t word) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101;
    std::uint64_t control = word - 0x20 * ones;
    std::uint64_t quote = (word ^ (0x22 * ones)) - ones;
    std::uint64_t backslash = (word ^ (0x5C * ones)) - ones;
    return (control | quote | backslash | word) & (0x80 * ones);
}

/// First byte in [at, end) that is not plain, or end. Reads nothing outside.
inline const char* skip_plain(const char* at, const char* end) noexcept {
    while (end - at >= 8) {
        if (std::uint64_t special = special_bytes(load_word(at))) return at + (std::countr_zero(special) >> 3);
        at += 8;
    }
    while (at != end && is_plain(*at)) ++at;
    return at;
}

}  // namespace coracle::detail

// ---- coracle/json/parse.hpp
// From text to json: strict, in one pass, with constant stack.
// RFC 8259. Stricter than it where it leaves a choice: no byte order mark, no unpaired surrogates, no numbers beyond
// double; of members with the same name the last counts, as in Python.

namespace coracle {

/// How json::parse reads.
struct parse_options {
    /// Levels of arrays and objects; at most 512 are ever read.
    unsigned max_depth = 64;
};

namespace detail {

/// The grammar of RFC 8259 over a text in memory. The reader of structs (decode.hpp) drives the same functions.
class json_scanner {
public:
    // A null position means "no failure", so an empty text has to stand somewhere.
    explicit json_scanner(std::string_view text) noexcept
        : begin_(text.data() ? text.data() : ""), at_(begin_), end_(begin_ + text.size()) {}

    char peek() const noexcept { return at_ == end_ ? '\0' : *at_; }
    void advance() noexcept { ++at_; }

    void skip_space() noexcept {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
    }
    /// Eats `c` when it stands here.
    bool eat(char c) noexcept {
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }
    bool eat(std::string_view word) noexcept {
        if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }
    bool fail(std::string_view message, const char* where) noexcept {
        message_ = message;
        wrong_ = where;
        return false;
    }
    bool fail(std::string_view message) noexcept { return fail(message, at_); }

    /// Up to the one value of a text.
    bool begin() noexcept {
        if (eat("\xEF\xBB\xBF")) return fail("Unexpected UTF-8 BOM", begin_);
        skip_space();
        return true;
    }
    /// Nothing stands behind that value.
    bool end() noexcept {
        skip_space();
        return at_ == end_ || fail("Extra data");
    }
    /// Eats a bracket, and the white space behind it, one level further down. in/out: how many levels are left.
    bool open_level(unsigned& levels_left) noexcept {
        if (levels_left == 0) return fail("Too many levels of nesting");
        --levels_left;
        advance();
        skip_space();
        return true;
    }
    /// Behind an element or a member: true at the next one; false behind `bracket`, or with a failure.
    bool next_or_close(char bracket) noexcept {
        skip_space();
        if (eat(bracket)) return false;
        if (!eat(',')) return fail("Expecting ',' delimiter");
        skip_space();
        return true;
    }
    /// The name of a member with its colon, up to the value.
    bool name(std::string& out) {
        if (!eat('"')) return fail("Expecting property name enclosed in double quotes");
        return string(out) && colon();
    }
    bool colon() noexcept {
        skip_space();
        if (!eat(':')) return fail("Expecting ':' delimiter");
        skip_space();
        return true;
    }

    /// The string whose quotation mark has been eaten.
    bool string(std::string& out) {
        const char* start = at_;
        const char* stop = skip_plain(at_, end_);
        if (stop != end_ && *stop == '"') {
            out.assign(start, stop);
            at_ = stop + 1;
            return true;
        }
        return string_with_escapes(out, start, stop);
    }

    /// A string in which nothing is escaped and all is ASCII, as a view into the text. False, and nothing eaten, when
    /// it is another one.
    bool plain_string(std::string_view& out) noexcept {
        if (peek() != '"') return false;
        const char* stop = skip_plain(at_ + 1, end_);
        if (stop == end_ || *stop != '"') return false;
        out = {at_ + 1, static_cast<std::size_t>(stop - at_ - 1)};
        at_ = stop + 1;
        return true;
    }

    /// A number; false without a failure recorded when none starts here.
    bool number(json& out) {
        const char* start = at_;
        const char* p = at_;
        bool negative = p != end_ && *p == '-';
        if (negative) ++p;
        const char* digits = p;
        std::uint64_t magnitude = 0;
        if (p != end_ && *p == '0') {
            ++p;
        } else {
            while (p != end_ && is_digit(*p)) magnitude = magnitude * 10 + static_cast<std::uint64_t>(*p++ - '0');
        }
        auto whole_digits = p - digits;
        if (whole_digits == 0) return false;
        bool whole = true;
        std::int64_t exponent = 0;
        auto used_digits = whole_digits;
        if (end_ - p >= 2 && *p == '.' && is_digit(p[1])) {
            whole = false;
            const char* fraction = ++p;
            while (p != end_ && is_digit(*p)) magnitude = magnitude * 10 + static_cast<std::uint64_t>(*p++ - '0');
            exponent = fraction - p;
            used_digits += p - fraction;
        }
        if (p != end_ && (*p == 'e' || *p == 'E')) {
            const char* q = p + 1;
            bool down = q != end_ && *q == '-';
            if (q != end_ && (*q == '-' || *q == '+')) ++q;
            if (q != end_ && is_digit(*q)) {
                whole = false;
                std::int64_t power = 0;
                while (q != end_ && is_digit(*q)) {
                    if (power < 100'000) power = power * 10 + (*q - '0');
                    ++q;
                }
                exponent += down ? -power : power;
                p = q;
            }
        }
        at_ = p;
        if (whole && used_digits <= 19) {  // 19 digits always fit 64 bits
            if (!negative) {
                out = json(magnitude);
                return true;
            }
            if (magnitude <= std::uint64_t{1} << 63) {
                out = json(static_cast<std::int64_t>(0 - magnitude));
                return true;
            }
        } else if (whole && used_digits == 20 && !negative && magnitude >= 10'000'000'000'000'000'000u &&
                   *digits == '1') {
            // 20 digits that did not wrap around: 10^19 to 2^64 - 1 start with 1, and what wrapped is below 10^19.
            out = json(magnitude);
            return true;
        }
        // Exact factors of at most 2^53 and 10^22 give one correctly rounded result (Clinger).
        if (used_digits <= 19 && magnitude <= std::uint64_t{1} << 53 && exponent >= -22 && exponent <= 22) {
            auto value = static_cast<double>(magnitude);
            value = exponent < 0 ? value / exact_powers_of_ten[static_cast<std::size_t>(-exponent)]
                                 : value * exact_powers_of_ten[static_cast<std::size_t>(exponent)];
            out = json(negative ? -value : value);
            return true;
        }
        double value = read_double({start, static_cast<std::size_t>(p - start)});
        if (std::isinf(value)) return fail("Number out of range", start);
        out = json(value);
        return true;
    }

    bool failed() const noexcept { return wrong_ != nullptr; }
    /// Lines and characters are counted only now, for the one text that is wrong.
    parse_error error() const noexcept {
        parse_error why;
        why.message = message_;
        why.position = static_cast<std::size_t>(wrong_ - begin_);
        for (const char* p = begin_; p != wrong_; ++p) {
            bool starts_character = (static_cast<unsigned char>(*p) & 0xC0) != 0x80;
            why.character += starts_character ? 1u : 0u;
            why.column += starts_character ? 1u : 0u;
            if (*p == '\n') {
                ++why.line;
                why.column = 1;
            }
        }
        return why;
    }

private:
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

    bool string_with_escapes(std::string& out, const char* start, const char* stop) {
        const char* quote = start - 1;
        out.assign(start, stop);
        for (;;) {
            if (stop == end_) return fail("Unterminated string starting at", quote);
            auto byte = static_cast<unsigned char>(*stop);
            if (byte == '"') {
                at_ = stop + 1;
                return true;
            }
            const char* run = stop;
            if (byte == '\\') {
                if (!escape(out, stop, quote)) return false;
                run = stop;
            } else if (byte < 0x20) {
                return fail("Invalid control character at", stop);
            } else {
                while (stop != end_ && static_cast<unsigned char>(*stop) >= 0x80) {
                    std::size_t length = utf8::sequence_length({stop, static_cast<std::size_t>(end_ - stop)});
                    if (length == 0) return fail("Invalid UTF-8", stop);
                    stop += length;
                }
            }
            stop = skip_plain(stop, end_);
            out.append(run, stop);
        }
    }

    /// The escape at `stop`, a backslash; moves behind it.
    bool escape(std::string& out, const char*& stop, const char* quote) {
        if (end_ - stop < 2) return fail("Unterminated string starting at", quote);
        char plain = 0;
        switch (stop[1]) {
            case '"':
                plain = '"';
                break;
            case '\\':
                plain = '\\';
                break;
            case '/':
                plain = '/';
                break;
            case 'b':
                plain = '\b';
                break;
            case 'f':
                plain = '\f';
                break;
            case 'n':
                plain = '\n';
                break;
            case 'r':
                plain = '\r';
                break;
            case 't':
                plain = '\t';
                break;
            case 'u':
                return unicode_escape(out, stop);
            default:
                return fail("Invalid \\escape", stop);
        }
        out.push_back(plain);
        stop += 2;
        return true;
    }

    bool unicode_escape(std::string& out, const char*& stop) {
        int unit = hex4(stop + 2);
        if (unit < 0) return fail("Invalid \\uXXXX escape", stop + 1);
        auto code = static_cast<std::uint32_t>(unit);
        if (code >= 0xDC00 && code <= 0xDFFF) return fail("Unpaired surrogate in \\uXXXX escape", stop);
        if (code >= 0xD800 && code <= 0xDBFF) {
            int low = end_ - stop >= 8 && stop[6] == '\\' && stop[7] == 'u' ? hex4(stop + 8) : -1;
            if (low < 0xDC00 || low > 0xDFFF) return fail("Unpaired surrogate in \\uXXXX escape", stop);
            code = 0x10000 + ((code - 0xD800) << 10) + (static_cast<std::uint32_t>(low) - 0xDC00);
            stop += 6;
        }
        stop += 6;
        auto push = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
        if (code < 0x80) {
            push(code);
        } else if (code < 0x800) {
            push(0xC0 | code >> 6);
            push(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            push(0xE0 | code >> 12);
            push(0x80 | (code >> 6 & 0x3F));
            push(0x80 | (code & 0x3F));
        } else {
            push(0xF0 | code >> 18);
            push(0x80 | (code >> 12 & 0x3F));
            push(0x80 | (code >> 6 & 0x3F));
            push(0x80 | (code & 0x3F));
        }
        return true;
    }

    int hex4(const char* digits) const noexcept {
        if (end_ - digits < 4) return -1;
        int value = 0;
        for (int i = 0; i < 4; ++i) {
            char c = digits[i];
            int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
            if (digit < 0) return -1;
            value = value << 4 | digit;
        }
        return value;
    }

    const char* begin_;
    const char* at_;
    const char* end_;
    const char* wrong_ = nullptr;
    std::string_view message_;
};

/// Builds values. What is not yet complete waits on two stacks shared by all levels, so that each array and object is
/// allocated once, at its size. A value that is wrong is recorded in the scanner and comes out as null.
class json_parser {
public:
    json_parser(json_scanner& scanner, unsigned max_depth) noexcept : scanner_(scanner), levels_left_(max_depth) {}

    /// The value that starts here (white space has been skipped).
    json value() {
        switch (scanner_.peek()) {
            case '{':
                return object();
            case '[':
                return array();
            case '"': {
                scanner_.advance();
                std::string text;
                scanner_.string(text);
                return json(std::move(text));
            }
            case 't':
                if (scanner_.eat("true")) return json(true);
                break;
            case 'f':
                if (scanner_.eat("false")) return json(false);
                break;
            case 'n':
                if (scanner_.eat("null")) return json();
                break;
            default: {
                json number;
                if (scanner_.number(number) || scanner_.failed()) return number;
                break;
            }
        }
        scanner_.fail("Expecting value");
        return json();
    }

private:
    json array() {
        json made = json::array();
        if (!scanner_.open_level(levels_left_)) return made;
        std::size_t base = values_.size();
        if (base == 0) values_.reserve(16);
        if (!scanner_.eat(']')) {
            do {
                values_.push_back(value());
                if (scanner_.failed()) return made;
            } while (scanner_.next_or_close(']'));
            if (scanner_.failed()) return made;
        }
        auto first = values_.begin() + static_cast<std::ptrdiff_t>(base);
        made.as_array().assign(std::make_move_iterator(first), std::make_move_iterator(values_.end()));
        values_.erase(first, values_.end());
        ++levels_left_;
        return made;
    }

    json object() {
        json made = json::object();
        if (!scanner_.open_level(levels_left_)) return made;
        std::size_t base = members_.size();
        if (base == 0) members_.reserve(16);
        if (!scanner_.eat('}')) {
            do {
                std::string key;
                if (!scanner_.name(key)) return made;
                members_.emplace_back(std::move(key), value());
                if (scanner_.failed()) return made;
            } while (scanner_.next_or_close('}'));
            if (scanner_.failed()) return made;
        }
        auto first = members_.begin() + static_cast<std::ptrdiff_t>(base);
        auto last = merge_duplicates(first, members_.end());
        made.as_object().assign(std::make_move_iterator(first), std::make_move_iterator(last));
        members_.erase(first, members_.end());
        ++levels_left_;
        return made;
    }

    using member_iterator = std::vector<json_member>::iterator;

    /// Leaves each name once: where it came first, with the value that came last. n log n whatever the names are.
    static member_iterator merge_duplicates(member_iterator first, member_iterator last) {
        auto count = static_cast<std::size_t>(last - first);
        std::vector<std::size_t> gone;
        if (count <= 16) {
            for (std::size_t i = 1; i < count; ++i) {
                for (std::size_t j = 0; j < i; ++j) {
                    auto& earlier = first[static_cast<std::ptrdiff_t>(j)];
                    auto& later = first[static_cast<std::ptrdiff_t>(i)];
                    if (earlier.key.size() != later.key.size() || earlier.key != later.key) continue;
                    earlier.value = std::move(later.value);
                    gone.push_back(i);
                    break;
                }
            }
        } else {
            std::vector<std::size_t> order(count);
            for (std::size_t i = 0; i < count; ++i) order[i] = i;
            auto key = [&](std::size_t i) -> const std::string& { return first[static_cast<std::ptrdiff_t>(i)].key; };
            std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
                int compared = key(a).compare(key(b));
                return compared != 0 ? compared < 0 : a < b;
            });
            std::size_t owner = order[0];
            for (std::size_t i = 1; i < count; ++i) {
                if (key(order[i]) != key(owner)) {
                    owner = order[i];
                    continue;
                }
                first[static_cast<std::ptrdiff_t>(owner)].value =
                    std::move(first[static_cast<std::ptrdiff_t>(order[i])].value);
                gone.push_back(order[i]);
            }
            std::sort(gone.begin(), gone.end());
        }
        if (gone.empty()) return last;
        std::size_t kept = 0;
        std::size_t next_gone = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (next_gone < gone.size() && gone[next_gone] == i) {
                ++next_gone;
                continue;
            }
            if (kept != i) first[static_cast<std::ptrdiff_t>(kept)] = std::move(first[static_cast<std::ptrdiff_t>(i)]);
            ++kept;
        }
        return first + static_cast<std::ptrdiff_t>(kept);
    }

    json_scanner& scanner_;
    unsigned levels_left_;
    std::vector<json> values_;
    std::vector<json_member> members_;
};

}  // namespace detail

inline result<json, parse_error> json::try_parse(std::string_view text, const parse_options& options) {
    detail::json_scanner scanner(text);
    detail::json_parser parser(scanner, std::min(options.max_depth, 512u));
    if (!scanner.begin()) return failure(scanner.error());
    json value = parser.value();
    if (scanner.failed() || !scanner.end()) return failure(scanner.error());
    return value;
}

inline result<json, parse_error> json::try_parse(std::string_view text) { return try_parse(text, parse_options{}); }

inline json json::parse(std::string_view text, const parse_options& options) {
    auto read = try_parse(text, options);
    if (!read) throw json_error(read.error());
    return *std::move(read);
}

inline json json::parse(std::string_view text) { return parse(text, parse_options{}); }

}  // namespace coracle

// ---- coracle/json/from_text.hpp
// from_text: one word of a path, a query or a JSON string as a value, by pydantic's lax rules and with its words when
// it is none.

namespace coracle {

/// What one word can be: a number, bool, text, an enum by name, or time: durations, std::chrono::year_month_day and
/// points of system time (sys_days is a date).
template <class T>
concept scalar = (std::is_arithmetic_v<T> && !detail::code_unit<T>) || std::same_as<T, std::string> ||
                 std::is_enum_v<T> || detail::time_type<T>;

/// Why a text is no value of the type that was asked for.
struct text_problem {
    std::string_view type{};
    std::string msg{};
    json ctx{};
};

namespace detail {

/// Without the white space that Python's strip() takes off.
constexpr std::string_view strip(std::string_view text) noexcept {
    constexpr std::string_view spaces = " \t\n\r\v\f";
    std::size_t first = text.find_first_not_of(spaces);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

constexpr std::size_t count_digits(std::string_view text) noexcept {
    std::size_t count = 0;
    while (count < text.size() && ascii::is_digit(text[count])) ++count;
    return count;
}

/// Sign and digits of `42`, `+42`, ` 42 ` and `42.0`; nothing when it is no integer.
struct integer_text {
    bool negative = false;
    std::string_view digits{};
};
constexpr std::optional<integer_text> split_integer(std::string_view text) noexcept {
    text = strip(text);
    integer_text found;
    found.negative = text.starts_with('-');
    if (found.negative || text.starts_with('+')) text.remove_prefix(1);
    found.digits = text.substr(0, count_digits(text));
    std::string_view rest = text.substr(found.digits.size());
    if (rest.starts_with('.') && rest.find_first_not_of('0', 1) == rest.npos && rest.size() > 1) rest = {};
    if (found.digits.empty() || !rest.empty()) return std::nullopt;
    std::size_t zeros = found.digits.find_first_not_of('0');
    found.digits.remove_prefix(zeros == text.npos ? found.digits.size() - 1 : zeros);
    return found;
}

template <class T>
std::optional<T> read_integer(std::string_view text, text_problem& why) {
    auto found = split_integer(text);
    if (!found) {
        why = {"int_parsing", "Input should be a valid integer, unable to parse string as an integer", {}};
        return std::nullopt;
    }
    auto magnitude = ascii::parse_decimal<std::uint64_t>(found->digits);
    bool negative = found->negative && magnitude != std::uint64_t{0};
    std::uint64_t most = negative ? std::uint64_t{0} - static_cast<std::uint64_t>(std::numeric_limits<T>::min())
                                  : static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    if constexpr (std::is_unsigned_v<T>)
        if (negative) most = 0;
    if (magnitude && *magnitude <= most) return static_cast<T>(negative ? std::uint64_t{0} - *magnitude : *magnitude);
    // Python's integers have no bounds and so no word for this; these are the words for a bound.
    if (negative) {
        auto least = +std::numeric_limits<T>::min();
        why = {
            "greater_than_equal", "Input should be greater than or equal to " + std::to_string(least), {{"ge", least}}};
    } else {
        auto greatest = +std::numeric_limits<T>::max();
        why = {
            "less_than_equal", "Input should be less than or equal to " + std::to_string(greatest), {{"le", greatest}}};
    }
    return std::nullopt;
}

/// The text of a number as JSON would have it, from one as Python's float() takes it: `.5`, `5.`, `+5`, `05`.
/// Empty when it is no number.
inline std::string json_number(std::string_view text) {
    std::string out;
    if (text.starts_with('-')) out = "-";
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    std::string_view whole = text.substr(0, count_digits(text));
    text.remove_prefix(whole.size());
    std::string_view fraction;
    if (text.starts_with('.')) {
        fraction = text.substr(1, count_digits(text.substr(1)));
        text.remove_prefix(1 + fraction.size());
    }
    if (whole.empty() && fraction.empty()) return {};
    std::size_t zeros = whole.find_first_not_of('0');
    whole.remove_prefix(zeros == whole.npos ? whole.size() : zeros);
    out.append(whole.empty() ? "0" : whole);
    if (!fraction.empty()) out.append(".").append(fraction);
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        out += 'e';
        if (text.starts_with('-') || text.starts_with('+')) {
            out += text[0];
            text.remove_prefix(1);
        }
        if (text.empty() || count_digits(text) != text.size()) return {};
        out.append(text);
        return out;
    }
    return text.empty() ? out : std::string();
}

template <class T>
std::optional<T> read_floating(std::string_view text, text_problem& why) {
    text = strip(text);
    std::string number = json_number(text);
    std::string_view word = text;
    if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
    bool endless = ascii::iequals(word, "inf") || ascii::iequals(word, "infinity") || ascii::iequals(word, "nan");
    if (number.empty() && !endless) {
        why = {"float_parsing", "Input should be a valid number, unable to parse string as a number", {}};
        return std::nullopt;
    }
    T value = endless ? std::numeric_limits<T>::infinity() : static_cast<T>(read_double(number));
    if (std::isfinite(value)) return value;
    why = {"finite_number", "Input should be a finite number", {}};
    return std::nullopt;
}

inline std::optional<bool> read_bool(std::string_view text, text_problem& why) {
    for (std::string_view word : {"true", "1", "on", "yes", "t", "y"})
        if (ascii::iequals(text, word)) return true;
    for (std::string_view word : {"false", "0", "off", "no", "f", "n"})
        if (ascii::iequals(text, word)) return false;
    why = {"bool_parsing", "Input should be a valid boolean, unable to interpret input", {}};
    return std::nullopt;
}

template <class E>
std::optional<E> read_enum(std::string_view text, text_problem& why) {
    if (auto value = reflect::enum_cast<E>(text)) return value;
    constexpr const auto& entries = reflect::enum_entries<E>;
    std::string expected;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (i != 0) expected += i + 1 == entries.size() ? " or " : ", ";
        expected.append("'").append(entries[i].name).append("'");
    }
    why = {"enum", "Input should be " + expected, {{"expected", expected}}};
    return std::nullopt;
}

/// A time from what was read of it. `found` is nothing when `reason` says why.
template <class T>
std::optional<T> make_time(const std::optional<time_span>& found, std::string_view reason, text_problem& why) {
    if (found)
        if (auto value = to_duration<T>(*found, reason)) return value;
    why = {"time_delta_parsing", "Input should be a valid timedelta, " + std::string(reason), {{"error", reason}}};
    return std::nullopt;
}
template <class T>
std::optional<T> make_time(const std::optional<instant>& found, std::string_view reason, text_problem& why) {
    if constexpr (date_type<T>) {
        if (found) {
            auto day = std::chrono::floor<std::chrono::days>(found->seconds);
            if (day == found->seconds && found->nanoseconds == 0) return T(day);
            why = {"date_from_datetime_inexact",
                   "Datetimes provided to dates should have zero time - e.g. be exact dates",
                   {}};
            return std::nullopt;
        }
        why = {"date_from_datetime_parsing",
               "Input should be a valid date or datetime, " + std::string(reason),
               {{"error", reason}}};
    } else {
        if (found) {
            if (auto value = to_sys_time<typename T::duration>(*found)) return value;
            reason = "it is out of the range that can be held here";
        }
        why = {"datetime_from_date_parsing",
               "Input should be a valid datetime or date, " + std::string(reason),
               {{"error", reason}}};
    }
    return std::nullopt;
}

/// A number of seconds: a length, or a point behind the first second of 1970.
template <time_type T>
std::optional<T> read_time(double seconds, text_problem& why) {
    std::string_view reason = "dates after 9999 are not supported as unix timestamps";
    if constexpr (is_duration<T>) {
        auto found = read_span(seconds, reason);
        return make_time<T>(found, reason, why);
    } else {
        return make_time<T>(read_instant(seconds), reason, why);
    }
}

template <time_type T>
std::optional<T> read_time(std::string_view text, text_problem& why) {
    text = strip(text);
    // A number stands for itself, also as text; what is no number has a letter, a colon or a second hyphen.
    std::string number = json_number(text);
    if (!number.empty()) return read_time<T>(read_double(number), why);
    std::string_view reason;
    if constexpr (is_duration<T>) {
        auto found = read_span(text, reason);
        return make_time<T>(found, reason, why);
    } else {
        auto found = read_instant(text, reason);
        return make_time<T>(found, reason, why);
    }
}

}  // namespace detail

/// The value that `text` stands for; nothing, and why, when it stands for none.
template <scalar T>
std::optional<T> from_text(std::string_view text, text_problem& why) {
    if constexpr (std::same_as<T, std::string>) {
        if (utf8::is_valid(text)) return std::string(text);
        why = {"string_unicode", "Input should be a valid string, unable to parse raw data as a unicode string", {}};
        return std::nullopt;
    } else if constexpr (std::same_as<T, bool>) {
        return detail::read_bool(text, why);
    } else if constexpr (std::is_integral_v<T>) {
        return detail::read_integer<T>(text, why);
    } else if constexpr (std::is_floating_point_v<T>) {
        return detail::read_floating<T>(text, why);
    } else if constexpr (detail::time_type<T>) {
        return detail::read_time<T>(text, why);
    } else {
        return detail::read_enum<T>(text, why);
    }
}

}  // namespace coracle

// ---- coracle/json/validation.hpp
// validation: what is wrong with a value that came from outside, in pydantic's words.

namespace coracle {

/// Issues that are kept for one document: an answer should not be much larger than what it answers.
inline constexpr std::size_t max_validation_issues = 100;
/// About how many bytes of what came are repeated in the issues of one document; behind them `input` is null.
inline constexpr std::size_t max_repeated_input = 64 * 1024;

/// One thing that was wrong: `{"type", "loc", "msg", "input", "ctx"?}`, in pydantic's words.
struct validation_issue {
    std::string type{};  ///< `missing`, `int_parsing`, ...
    json loc{};          ///< an array: "path", "query" or "body", then names and indexes
    std::string msg{};
    json input{};  ///< what came; null when nothing did
    json ctx{};    ///< null: left out
};

}  // namespace coracle

// ---- coracle/json/write.hpp
// write: JSON text, straight into a byte_buffer: values, containers, enums and structs without a json in between.
// RFC 8259. Compact, UTF-8 as it is, numbers with the fewest digits that read back as the same, `1.0` for a whole one.

namespace coracle {

namespace detail {

/// Deeper values are a mistake, or a linked list that should have been an array.
inline constexpr unsigned max_write_depth = 512;

/// `{"name":` for the first member, `,"name":` for the others. Names are identifiers: nothing in them is ever escaped.
template <class T, std::size_t I>
inline constexpr auto field_opening = [] {
    constexpr std::string_view name = reflect::field_name<T, I>;
    std::array<char, name.size() + 4> text{};
    text[0] = I == 0 ? '{' : ',';
    text[1] = '"';
    for (std::size_t i = 0; i < name.size(); ++i) text[i + 2] = name[i];
    text[name.size() + 2] = '"';
    text[name.size() + 3] = ':';
    return text;
}();

/// Writes with a cursor of its own; the buffer learns of the bytes when the room is used up and at the end.
class json_writer {
public:
    explicit json_writer(byte_buffer& out) noexcept : out_(out) {}
    json_writer(const json_writer&) = delete;
    json_writer& operator=(const json_writer&) = delete;

    /// Hands the last bytes to the buffer.
    void finish() noexcept {
        if (at_ != from_) out_.commit(static_cast<std::size_t>(at_ - from_));
        from_ = at_;
    }

    template <class T>
    void write(const T& value) {
        if constexpr (std::derived_from<T, json>) {
            write_value(value);
        } else if constexpr (std::same_as<T, char>) {
            write_text({&value, 1});
        } else if constexpr (std::is_arithmetic_v<T>) {
            static_assert(!code_unit<T>,
                          "coracle: wide characters have no form in JSON; make them UTF-8 in a std::string");
            room(max_number_length);
            write_number(value);
        } else if constexpr (std::same_as<T, std::nullptr_t> || std::same_as<T, std::monostate>) {
            write_null();
        } else if constexpr (json_text<T>) {
            if constexpr (std::is_pointer_v<T>)
                if (value == nullptr) return write_null();
            write_text(value);
        } else if constexpr (describes_itself<T>) {
            write_value(to_json(value));
        } else if constexpr (std::is_enum_v<T>) {
            // A number that no enumerator has is told as what it is.
            std::string_view name = reflect::enum_name(value);
            if (name.empty()) return write(static_cast<std::underlying_type_t<T>>(value));
            room(name.size() + 2);
            put('"');
            copy(name.data(), name.size());
            put('"');
        } else if constexpr (time_type<T>) {
            room(max_time_length + 2);
            put('"');
            at_ = write_time(at_, value);
            put('"');
        } else if constexpr (json_nullable<T>) {
            if (!value) return write_null();
            write(*value);
        } else if constexpr (is_a<T, std::variant>) {
            std::visit([this](const auto& held) { this->write(held); }, value);
        } else if constexpr (json_tuple<T>) {
            open('[');
            std::apply([this](const auto&... each) { (this->write_element(each), ...); }, value);
            close(']', std::tuple_size_v<T> == 0);
        } else if constexpr (json_map<T>) {
            open('{');
            for (const auto& [name, member] : value) write_member(name, member);
            close('}', value.begin() == value.end());
        } else if constexpr (json_list<T>) {
            open('[');
            for (const auto& element : value) write_element(static_cast<const typename T::value_type&>(element));
            close(']', value.begin() == value.end());
        } else {
            static_assert(json_struct<T>,
                          "coracle: this type has no form in JSON; make it a plain struct, or write a function "
                          "`json to_json(const T&)` beside it");
            if constexpr (json_struct<T>) write_fields(value, std::make_index_sequence<reflect::field_count<T>>{});
        }
    }

    /// A json on several lines, `indent` spaces per level.
    void write_indented(const json& value, unsigned indent) {
        if (value.empty()) return write_value(value);
        bool array = value.is_array();
        open(array ? '[' : '{');
        auto line = [&](unsigned levels) {
            room(levels * indent + 1);
            put('\n');
            std::memset(at_, ' ', levels * indent);
            at_ += levels * indent;
        };
        bool first = true;
        auto next = [&] {
            if (!std::exchange(first, false)) write_byte(',');
            line(depth_);
        };
        if (array) {
            for (const json& element : value.as_array()) {
                next();
                write_indented(element, indent);
            }
        } else {
            for (const json_member& member : value.as_object()) {
                next();
                write_text(member.key);
                room(2);
                put(':');
                put(' ');
                write_indented(member.value, indent);
            }
        }
        --depth_;
        line(depth_);
        write_byte(array ? ']' : '}');
    }

private:
    /// Every write of `count` bytes stands behind a room(count).
    void room(std::size_t count) {
        if (static_cast<std::size_t>(end_ - at_) < count) [[unlikely]]
            more_room(count);
    }
    [[gnu::noinline]] void more_room(std::size_t count) {
        finish();
        std::size_t wanted = std::max(count, chunk_);
        if (chunk_ < 16 * 1024) chunk_ *= 2;
        at_ = from_ = out_.prepare(wanted);
        end_ = at_ + wanted;
    }
    void put(char byte) noexcept { *at_++ = byte; }
    void copy(const char* from, std::size_t count) noexcept {
        std::memcpy(at_, from, count);
        at_ += count;
    }
    void write_byte(char byte) {
        room(1);
        put(byte);
    }
    void write_null() {
        room(4);
        copy("null", 4);
    }

    // The caller has made room for max_number_length.
    template <class T>
    void write_number(T value) {
        if constexpr (std::same_as<T, bool>) {
            value ? copy("true", 4) : copy("false", 5);
        } else if constexpr (std::same_as<T, long double>) {
            write_number(static_cast<double>(value));
        } else if constexpr (std::is_floating_point_v<T>) {
            if (!std::isfinite(value)) throw json_error("Out of range float values are not JSON compliant");
            at_ = write_floating(at_, value);
        } else if constexpr (std::is_signed_v<T>) {
            at_ = write_signed(at_, static_cast<std::int64_t>(value));
        } else {
            at_ = write_unsigned(at_, static_cast<std::uint64_t>(value));
        }
    }

    // One pass: at every step there is room for what is left of the text, unescaped, and the closing mark.
    void write_text(std::string_view text) {
        const char* at = text.data();
        const char* const end = at + text.size();
        room(text.size() + 2);
        put('"');
        while (at != end) {
            if (end - at >= 8) {
                std::memcpy(at_, at, 8);
                std::uint64_t special = special_bytes(load_word(at));
                std::ptrdiff_t plain = special == 0 ? 8 : std::countr_zero(special) >> 3;
                at += plain;
                at_ += plain;
                if (special == 0) continue;
            } else if (is_plain(*at)) {
                put(*at++);
                continue;
            }
            auto byte = static_cast<unsigned char>(*at);
            if (byte >= 0x80) {
                std::size_t length = utf8::sequence_length({at, static_cast<std::size_t>(end - at)});
                if (length == 0) refuse_text(text, at);
                copy(at, length);
                at += length;
            } else {
                room(6 + static_cast<std::size_t>(end - at));
                write_escape(byte);
                ++at;
            }
        }
        put('"');
    }
    [[noreturn]] static void refuse_text(std::string_view text, const char* at) {
        throw json_error("a text is not valid UTF-8 at byte " + std::to_string(at - text.data()) +
                         " and cannot be written as JSON");
    }
    void write_escape(unsigned char byte) noexcept {
        constexpr char digits[] = "0123456789abcdef";
        char letter = byte == '"'    ? '"'
                      : byte == '\\' ? '\\'
                      : byte == '\b' ? 'b'
                      : byte == '\f' ? 'f'
                      : byte == '\n' ? 'n'
                      : byte == '\r' ? 'r'
                      : byte == '\t' ? 't'
                                     : 'u';
        put('\\');
        put(letter);
        if (letter != 'u') return;
        copy("00", 2);
        put(digits[byte >> 4]);
        put(digits[byte & 15]);
    }

    void write_value(const json& value) {
        switch (value.type()) {
            case json_kind::null:
                return write_null();
            case json_kind::boolean:
                return write(value.as_bool());
            case json_kind::integer:
                return write(value.as_int());
            case json_kind::unsigned_integer:
                return write(value.as_uint());
            case json_kind::number:
                return write(value.as_double());
            case json_kind::string:
                return write_text(value.as_string());
            case json_kind::array:
                open('[');
                for (const json& element : value.as_array()) write_element(element);
                return close(']', value.empty());
            case json_kind::object:
                open('{');
                for (const json_member& member : value.as_object()) write_member(member.key, member.value);
                return close('}', value.empty());
        }
    }

    // Elements leave a comma behind, which the bracket at the end takes the place of.
    template <class T>
    void write_element(const T& element) {
        write(element);
        write_byte(',');
    }
    template <class T>
    void write_member(std::string_view name, const T& member) {
        write_text(name);
        write_byte(':');
        write_element(member);
    }
    void open(char bracket) {
        deeper();
        write_byte(bracket);
    }
    void close(char bracket, bool empty) {
        --depth_;
        if (empty) return write_byte(bracket);
        at_[-1] = bracket;
    }
    void deeper() {
        if (++depth_ > max_write_depth)
            throw json_error("a value is nested deeper than " + std::to_string(max_write_depth) + " levels");
    }

    template <class T, std::size_t... I>
    void write_fields(const T& object, std::index_sequence<I...>) {
        deeper();
        if constexpr (sizeof...(I) == 0) write_byte('{');
        [[maybe_unused]] auto members = reflect::tie(object);
        (write_field<T, I>(std::get<I>(members)), ...);
        write_byte('}');
        --depth_;
    }
    template <class T, std::size_t I, class Member>
    void write_field(const Member& member) {
        constexpr auto& opening = field_opening<T, I>;
        room(opening.size() + max_number_length);
        copy(opening.data(), opening.size());
        if constexpr (std::is_arithmetic_v<Member> && !code_unit<Member>)
            write_number(member);
        else
            write(member);
    }

    byte_buffer& out_;
    char* from_ = nullptr;  // what the buffer does not know of yet: [from_, at_)
    char* at_ = nullptr;
    char* end_ = nullptr;
    std::size_t chunk_ = 128;
    unsigned depth_ = 0;
};

/// Calls write(json_writer&); what it wrote is taken back when it throws.
template <class Write>
void write_all_or_nothing(byte_buffer& out, Write&& write) {
    std::size_t before = out.size();
    try {
        json_writer writer(out);
        write(writer);
        writer.finish();
    } catch (...) {
        out.truncate(before);
        throw;
    }
}

}  // namespace detail

/// Appends `value` as compact JSON. Error: json_error for NaN and infinity, for text that is not UTF-8, and for more
/// than 512 levels; `out` is then as it was. Cost: one pass, no allocation besides the buffer's.
template <class T>
void write_json(byte_buffer& out, const T& value) {
    detail::write_all_or_nothing(out, [&](detail::json_writer& writer) { writer.write(value); });
}

/// The same as text.
template <class T>
std::string to_json_text(const T& value) {
    byte_buffer out;
    write_json(out, value);
    return std::string(out.view());
}

inline std::string json::dump() const { return to_json_text(*this); }
inline std::string json::dump(unsigned indent) const {
    byte_buffer out;
    detail::write_all_or_nothing(out, [&](detail::json_writer& writer) { writer.write_indented(*this, indent); });
    return std::string(out.view());
}

}  // namespace coracle

// ---- coracle/json/read.hpp
// read: json values as C++ values, by pydantic's lax rules. Everything that is wrong is found in one pass.
// A member may be left out when it has a default: field_default.hpp says what counts as one.

namespace coracle {

/// Where in a document something stands: names and indexes from the outside in. Lives on the stack of the reader.
class json_place {
public:
    json_place() noexcept = default;
    json_place(const json_place& above, std::string_view name) noexcept : above_(&above), name_(name) {}
    json_place(const json_place& above, std::size_t index) noexcept : above_(&above), index_(index), is_index_(true) {}

    /// As `["body", "items", 0]`, behind `root`.
    json loc(std::string_view root) const {
        json made = json::array();
        if (!root.empty()) made.push_back(json(root));
        append_to(made);
        return made;
    }

private:
    void append_to(json& loc) const {
        if (!above_) return;
        above_->append_to(loc);
        loc.push_back(is_index_ ? json(index_) : json(name_));
    }
    const json_place* above_ = nullptr;
    std::string_view name_{};
    std::size_t index_ = 0;
    bool is_index_ = false;
};

namespace detail {

/// A type with a function `bool from_json(const json&, T&)` beside it, which then says what is read as one.
template <class T>
concept reads_itself = requires(const json& in, T& out) {
    { from_json(in, out) } -> std::same_as<bool>;
};

/// A container that hashes with std::hash, whose values anybody can collide (threat D3).
template <class T>
concept weakly_hashed =
    requires { typename T::hasher; } && std::same_as<typename T::hasher, std::hash<typename T::key_type>>;

/// Bytes that `value` takes as text, about; counting ends above `most`.
inline std::size_t rough_size(const json& value, std::size_t most) {
    std::vector<const json*> open{&value};
    std::size_t size = 0;
    while (!open.empty() && size <= most) {
        const json& each = *open.back();
        open.pop_back();
        size += 4 + (each.is_string() ? each.as_string().size() : 0);
        if (each.is_array())
            for (const json& element : each.as_array()) open.push_back(&element);
        if (!each.is_object()) continue;
        for (const json_member& member : each.as_object()) {
            size += member.key.size() + 4;
            open.push_back(&member.value);
        }
    }
    return size;
}

class json_reader {
public:
    json_reader(std::string_view root, std::vector<validation_issue>& issues) noexcept : root_(root), issues_(issues) {}

    /// False, and issues, when `in` is no T.
    template <class T>
    bool read(const json& in, T& out, const json_place& at) {
        if constexpr (std::same_as<T, json>) {
            out = in;
            return true;
        } else if constexpr (reads_itself<T>) {
            return from_json(in, out) || refuse(in, at, "value_error", "Value error, this is not what was expected");
        } else if constexpr (scalar<T>) {
            return read_scalar(in, out, at);
        } else if constexpr (std::same_as<T, char>) {
            return read_letter(in, out, at);
        } else if constexpr (is_a<T, std::optional>) {
            if (in.is_null()) {
                out.reset();
                return true;
            }
            out.emplace();
            return read(in, *out, at);
        } else if constexpr (is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>) {
            if (in.is_null()) {
                out.reset();
                return true;
            }
            auto made = std::make_unique<typename T::element_type>();
            bool good = read(in, *made, at);
            out = std::move(made);
            return good;
        } else if constexpr (is_a<T, std::variant>) {
            return read_variant(in, out, at, std::make_index_sequence<std::variant_size_v<T>>{});
        } else if constexpr (std::same_as<T, std::monostate>) {
            return in.is_null() || refuse(in, at, "none_required", "Input should be None");
        } else if constexpr (is_std_array<T>) {
            return read_array(in, out, at);
        } else if constexpr (json_tuple<T>) {
            return read_tuple(in, out, at, std::make_index_sequence<std::tuple_size_v<T>>{});
        } else if constexpr (json_map<T>) {
            return read_map(in, out, at);
        } else if constexpr (json_list<T>) {
            return read_list(in, out, at);
        } else {
            static_assert(json_struct<T>,
                          "coracle: this type cannot be read from JSON; make it a plain struct, or write a function "
                          "`bool from_json(const json&, T&)` beside it");
            if constexpr (json_struct<T>)
                return read_struct(in, out, at, std::make_index_sequence<reflect::field_count<T>>{});
            return false;
        }
    }

private:
    bool refuse(const json& in, const json_place& at, std::string_view type, std::string msg, json ctx = {}) {
        if (issues_.size() >= max_validation_issues) return false;
        std::size_t size = rough_size(in, input_left_);
        bool fits = size <= input_left_;
        if (fits) input_left_ -= size;
        issues_.push_back({std::string(type), at.loc(root_), std::move(msg), fits ? in : json(), std::move(ctx)});
        return false;
    }

    template <class T>
    bool read_scalar(const json& in, T& out, const json_place& at) {
        if constexpr (std::same_as<T, std::string>) {
            if (!in.is_string()) return refuse(in, at, "string_type", "Input should be a valid string");
            out = in.as_string();
            return true;
        } else {
            if (in.is_string() || std::is_enum_v<T>) {
                text_problem why;
                // An enum knows names only; other values get its words all the same.
                std::optional<T> value = from_text<T>(in.is_string() ? std::string_view(in.as_string()) : "", why);
                if (value) out = *value;
                return value || refuse(in, at, why.type, std::move(why.msg), std::move(why.ctx));
            }
            if constexpr (std::same_as<T, bool>)
                return read_bool(in, out, at);
            else if constexpr (std::is_floating_point_v<T>)
                return read_floating(in, out, at);
            else if constexpr (std::is_integral_v<T>)
                return read_integer(in, out, at);
            else if constexpr (time_type<T>)
                return read_time(in, out, at);
            else
                return false;
        }
    }
    template <class T>
    bool read_time(const json& in, T& out, const json_place& at) {
        // Python's bool is an int, and so a number of seconds; but no date.
        if (!in.is_number() && !(is_duration<T> && in.is_bool()))
            return is_duration<T> ? refuse(in, at, "time_delta_type", "Input should be a valid timedelta")
                   : date_type<T> ? refuse(in, at, "date_type", "Input should be a valid date")
                                  : refuse(in, at, "datetime_type", "Input should be a valid datetime");
        text_problem why;
        auto value = detail::read_time<T>(in.is_bool() ? (in.as_bool() ? 1.0 : 0.0) : in.as_double(), why);
        if (value) out = *value;
        return value || refuse(in, at, why.type, std::move(why.msg), std::move(why.ctx));
    }
    bool read_letter(const json& in, char& out, const json_place& at) {
        if (!in.is_string()) return refuse(in, at, "string_type", "Input should be a valid string");
        const std::string& text = in.as_string();
        if (text.size() == 1) {
            out = text[0];
            return true;
        }
        return text.empty() ? refuse(in, at, "string_too_short", "String should have at least 1 character",
                                     json{{"min_length", 1}})
                            : refuse(in, at, "string_too_long", "String should have at most 1 character",
                                     json{{"max_length", 1}});
    }
    bool read_bool(const json& in, bool& out, const json_place& at) {
        if (in.is_bool()) {
            out = in.as_bool();
            return true;
        }
        if (!in.is_number()) return refuse(in, at, "bool_type", "Input should be a valid boolean");
        double number = in.as_double();
        if (!in.is_integer() && std::trunc(number) != number)
            return refuse(in, at, "bool_type", "Input should be a valid boolean");
        if (number != 0 && number != 1)
            return refuse(in, at, "bool_parsing", "Input should be a valid boolean, unable to interpret input");
        out = number == 1;
        return true;
    }
    template <class T>
    bool read_floating(const json& in, T& out, const json_place& at) {
        if (in.is_bool()) {
            out = in.as_bool() ? T(1) : T(0);
            return true;
        }
        if (!in.is_number()) return refuse(in, at, "float_type", "Input should be a valid number");
        out = static_cast<T>(in.as_double());
        return std::isfinite(out) || refuse(in, at, "finite_number", "Input should be a finite number");
    }
    template <class T>
    bool read_integer(const json& in, T& out, const json_place& at) {
        if (in.is_bool()) {
            out = static_cast<T>(in.as_bool());
            return true;
        }
        if (!in.is_number()) return refuse(in, at, "int_type", "Input should be a valid integer");
        if (!in.is_integer()) {
            double number = in.as_double();
            if (std::trunc(number) != number)
                return refuse(in, at, "int_from_float",
                              "Input should be a valid integer, got a number with a fractional part");
            // The bounds of int64 and uint64 are powers of two, so these comparisons are exact.
            if (number >= -0x1p63 && number < 0x1p63)
                return read_integer(json(static_cast<std::int64_t>(number)), out, at);
            if (number > 0 && number < 0x1p64) return read_integer(json(static_cast<std::uint64_t>(number)), out, at);
            return number < 0 ? too_small<T>(in, at) : too_large<T>(in, at);
        }
        if (in.type() == json_kind::integer) {
            std::int64_t value = in.as_int();
            if (std::in_range<T>(value)) {
                out = static_cast<T>(value);
                return true;
            }
            return value < 0 ? too_small<T>(in, at) : too_large<T>(in, at);
        }
        if (!std::in_range<T>(in.as_uint())) return too_large<T>(in, at);
        out = static_cast<T>(in.as_uint());
        return true;
    }
    template <class T>
    bool too_small(const json& in, const json_place& at) {
        auto least = +std::numeric_limits<T>::min();
        return refuse(in, at, "greater_than_equal", "Input should be greater than or equal to " + std::to_string(least),
                      json{{"ge", least}});
    }
    template <class T>
    bool too_large(const json& in, const json_place& at) {
        auto most = +std::numeric_limits<T>::max();
        return refuse(in, at, "less_than_equal", "Input should be less than or equal to " + std::to_string(most),
                      json{{"le", most}});
    }

    template <class T>
    bool read_list(const json& in, T& out, const json_place& at) {
        static_assert(!weakly_hashed<T>,
                      "coracle: std::hash can be made to collide by who sends the document (threat D3); read into a "
                      "std::set or a std::vector, or give the container a seeded hash");
        static_assert(std::default_initializable<typename T::value_type>,
                      "coracle: what is read from JSON must be makeable without arguments");
        constexpr bool is_set = !requires { out.push_back(std::declval<typename T::value_type>()); };
        if (!in.is_array())
            return is_set ? refuse(in, at, "set_type", "Input should be a valid set")
                          : refuse(in, at, "list_type", "Input should be a valid list");
        out.clear();
        bool good = true;
        std::size_t index = 0;
        for (const json& element : in.as_array()) {
            typename T::value_type value{};
            good = read(element, value, json_place(at, index++)) && good;
            out.insert(out.end(), std::move(value));
        }
        return good;
    }
    template <class T>
    bool read_array(const json& in, T& out, const json_place& at) {
        if (!in.is_array()) return refuse(in, at, "list_type", "Input should be a valid list");
        if (in.size() != out.size()) return wrong_size(in, at, out.size(), "List");
        bool good = true;
        for (std::size_t i = 0; i < out.size(); ++i) good = read(in[i], out[i], json_place(at, i)) && good;
        return good;
    }
    template <class T, std::size_t... I>
    bool read_tuple(const json& in, T& out, const json_place& at, std::index_sequence<I...>) {
        if (!in.is_array()) return refuse(in, at, "tuple_type", "Input should be a valid tuple");
        if (in.size() > sizeof...(I)) return wrong_size(in, at, sizeof...(I), "Tuple");
        bool good = true;
        ((good = (I < in.size() ? read(in[I], std::get<I>(out), json_place(at, I))
                                : refuse(in, json_place(at, I), "missing", "Field required")) &&
                 good),
         ...);
        return good;
    }
    bool wrong_size(const json& in, const json_place& at, std::size_t size, std::string_view what) {
        bool few = in.size() < size;
        std::string msg(what);
        msg += few ? " should have at least " : " should have at most ";
        msg += std::to_string(size) + (size == 1 ? " item" : " items") + " after validation, not " +
               std::to_string(in.size());
        return refuse(
            in, at, few ? "too_short" : "too_long", std::move(msg),
            json{{"field_type", what}, {few ? "min_length" : "max_length", size}, {"actual_length", in.size()}});
    }
    template <class T>
    bool read_map(const json& in, T& out, const json_place& at) {
        static_assert(!weakly_hashed<T>,
                      "coracle: std::hash can be made to collide by who sends the document (threat D3); read into a "
                      "std::map, or give the container a seeded hash");
        if (!in.is_object()) return refuse(in, at, "dict_type", "Input should be a valid dictionary");
        out.clear();
        bool good = true;
        for (const json_member& member : in.as_object()) {
            typename T::mapped_type value{};
            good = read(member.value, value, json_place(at, member.key)) && good;
            out.insert_or_assign(typename T::key_type(member.key), std::move(value));
        }
        return good;
    }
    // The first alternative that takes it without converting, else the first that takes it at all; when none does, what
    // all of them say. Alternatives inside of alternatives multiply, so they are counted.
    template <class T, std::size_t... I>
    bool read_variant(const json& in, T& out, const json_place& at, std::index_sequence<I...>) {
        std::size_t before = issues_.size();
        std::size_t input_before = input_left_;
        auto try_one = [&]<std::size_t N>(std::integral_constant<std::size_t, N>, bool kindred) {
            using alternative = std::variant_alternative_t<N, T>;
            if (is_kindred<alternative>(in) != kindred || attempts_left_ == 0) return false;
            --attempts_left_;
            alternative value{};
            if (!read(in, value, at)) return false;
            out.template emplace<N>(std::move(value));
            return true;
        };
        if ((try_one(std::integral_constant<std::size_t, I>{}, true) || ...) ||
            (try_one(std::integral_constant<std::size_t, I>{}, false) || ...)) {
            issues_.resize(std::min(issues_.size(), before));
            input_left_ = input_before;
            return true;
        }
        if (issues_.size() == before) refuse(in, at, "union_too_complex", "Input has too many possible meanings");
        return false;
    }
    /// Whether `in` is what a T is written as.
    template <class T>
    static bool is_kindred(const json& in) noexcept {
        if constexpr (std::same_as<T, bool>)
            return in.is_bool();
        else if constexpr (std::is_integral_v<T> && !std::same_as<T, char>)
            return in.is_integer();
        else if constexpr (std::is_floating_point_v<T>)
            return in.type() == json_kind::number;
        else if constexpr (std::same_as<T, std::monostate>)
            return in.is_null();
        else if constexpr (scalar<T> || std::same_as<T, char>)
            return in.is_string();
        else if constexpr (std::derived_from<T, json>)
            return true;
        else if constexpr (json_nullable<T>)
            return in.is_null();
        else if constexpr (json_map<T> || json_struct<T>)
            return in.is_object();
        else
            return in.is_array();
    }
    template <class T, std::size_t... I>
    bool read_struct(const json& in, T& out, const json_place& at, std::index_sequence<I...>) {
        if (!in.is_object())
            return refuse(in, at, "model_attributes_type",
                          "Input should be a valid dictionary or object to extract fields from");
        bool good = true;
        ((good = read_member<T, I>(in, out, at) && good), ...);
        return good;
    }
    // `out` still has the defaults of T in the members that were not read yet.
    template <class T, std::size_t I>
    bool read_member(const json& in, T& out, const json_place& at) {
        constexpr std::string_view name = reflect::field_name<T, I>;
        using member_type = reflect::field_type<T, I>;
        static_assert(!std::is_const_v<member_type>,
                      "coracle: a const member cannot be read from JSON; drop the const");
        json_place here(at, name);
        const json* member = in.find(name);
        if (!member) return may_be_left_out<T, I>() || refuse(in, here, "missing", "Field required");
        auto& to = std::get<I>(reflect::tie(out));
        // What this struct put into a nested one gives way to the nested one's own defaults, as a whole.
        if constexpr (json_struct<member_type> && std::is_move_assignable_v<member_type>) to = member_type{};
        return read(*member, to, here);
    }

    std::string_view root_;
    std::vector<validation_issue>& issues_;
    std::size_t input_left_ = max_repeated_input;
    unsigned attempts_left_ = 10'000;
};

}  // namespace detail

/// Reads `in` into `out`, which is a T{}; members that T does not have are passed over.
/// out: false, and what is wrong at the end of `issues`, with `root` ("body") in front of each place.
template <class T>
bool read_json(const json& in, T& out, std::vector<validation_issue>& issues, std::string_view root = {}) {
    return detail::json_reader(root, issues).read(in, out, json_place());
}

template <class T>
T json::get() const {
    T value{};
    std::vector<validation_issue> issues;
    if (!read_json(*this, value, issues))
        throw json_error("not what was asked for: " + issues.front().msg + ", at " + issues.front().loc.dump());
    return value;
}

}  // namespace coracle

// ---- coracle/json/decode.hpp
// decode: a text straight into C++ values, without a json in between; several times faster.
//
// It takes only what is right beyond doubt: each value of the kind its type is written as, each member once. At
// anything else it stops, and the text is read again by parse.hpp and read.hpp, which know the lax rules and say what
// is wrong. So it decides nothing by itself: what it takes, they would take with the same result.

namespace coracle {

namespace detail {

class json_decoder {
public:
    json_decoder(json_scanner& scanner, unsigned max_depth) noexcept : scanner_(scanner), levels_left_(max_depth) {}

    /// False at anything that needs a second look; `out` is then good for nothing.
    template <class T>
    bool read(T& out) {
        if constexpr (reads_itself<T>) {
            return read_by_value(out);
        } else if constexpr (std::same_as<T, bool>) {
            if (scanner_.eat("true")) {
                out = true;
                return true;
            }
            out = false;
            return scanner_.eat("false");
        } else if constexpr (std::is_arithmetic_v<T> && !code_unit<T>) {
            return read_number(out);
        } else if constexpr (std::same_as<T, std::string>) {
            return scanner_.eat('"') && scanner_.string(out);
        } else if constexpr (std::is_enum_v<T>) {
            std::string_view name;
            if (!scanner_.plain_string(name)) return false;
            auto value = reflect::enum_cast<T>(name);
            if (value) out = *value;
            return value.has_value();
        } else if constexpr (is_a<T, std::optional>) {
            if (scanner_.peek() == 'n') {
                out.reset();
                return scanner_.eat("null");
            }
            out.emplace();
            return read(*out);
        } else if constexpr (is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>) {
            if (scanner_.peek() == 'n') {
                out.reset();
                return scanner_.eat("null");
            }
            auto made = std::make_unique<typename T::element_type>();
            bool good = read(*made);
            out = std::move(made);
            return good;
        } else if constexpr (requires { out.emplace_back(); } && json_list<T>) {
            return read_list(out);
        } else if constexpr (json_map<T> && !weakly_hashed<T>) {
            return read_map(out);
        } else if constexpr (json_struct<T>) {
            return read_struct(out);
        } else {
            return read_by_value(out);
        }
    }

private:
    /// What has rules of its own: by way of a json, of this part only.
    template <class T>
    bool read_by_value(T& out) {
        json part = json_parser(scanner_, levels_left_).value();
        if (scanner_.failed()) return false;
        if constexpr (std::same_as<T, json>) {
            out = std::move(part);
            return true;
        }
        std::vector<validation_issue> ignored;
        return json_reader({}, ignored).read(part, out, json_place());
    }

    template <class T>
    bool read_number(T& out) {
        json number;
        if (!scanner_.number(number)) return false;
        if constexpr (std::is_floating_point_v<T>) {
            out = static_cast<T>(number.as_double());
            return std::isfinite(out);
        } else if (number.type() == json_kind::integer) {
            std::int64_t value = number.as_int();
            out = static_cast<T>(value);
            return std::in_range<T>(value);
        } else if (number.type() == json_kind::unsigned_integer) {
            std::uint64_t value = number.as_uint();
            out = static_cast<T>(value);
            return std::in_range<T>(value);
        } else {
            return false;
        }
    }

    bool open(char bracket) noexcept { return scanner_.peek() == bracket && scanner_.open_level(levels_left_); }
    bool close() noexcept {
        ++levels_left_;
        return !scanner_.failed();
    }

    template <class T>
    bool read_list(T& out) {
        if (!open('[')) return false;
        out.clear();
        if (!scanner_.eat(']')) {
            do {
                if constexpr (std::same_as<typename T::value_type, bool>) {
                    bool value = false;
                    if (!read(value)) return false;
                    out.push_back(value);
                } else {
                    out.emplace_back(typename T::value_type{});
                    if (!read(out.back())) return false;
                }
            } while (scanner_.next_or_close(']'));
        }
        return close();
    }

    template <class T>
    bool read_map(T& out) {
        if (!open('{')) return false;
        out.clear();
        if (!scanner_.eat('}')) {
            do {
                std::string name;
                if (!scanner_.name(name)) return false;
                typename T::mapped_type value{};
                if (!read(value)) return false;
                out.insert_or_assign(typename T::key_type(std::move(name)), std::move(value));
            } while (scanner_.next_or_close('}'));
        }
        return close();
    }

    template <class T>
    bool read_struct(T& out) {
        constexpr std::size_t count = reflect::field_count<T>;
        constexpr auto indexes = std::make_index_sequence<count>{};
        if (!open('{')) return false;
        std::uint64_t seen = 0;
        if (!scanner_.eat('}')) {
            std::size_t expected = 0;
            do {
                std::string_view name;
                if (!scanner_.plain_string(name) || !scanner_.colon()) return false;
                std::size_t which = find_field<T>(name, expected);
                if (which == count) {
                    json_parser(scanner_, levels_left_).value();
                    if (scanner_.failed()) return false;
                    continue;
                }
                if (seen >> which & 1) return false;
                seen |= std::uint64_t{1} << which;
                if (!read_field(out, which, indexes)) return false;
                expected = which + 1;
            } while (scanner_.next_or_close('}'));
        }
        return close() && all_there<T>(seen, indexes);
    }
    /// The member called `name`; usually the one behind the last.
    template <class T>
    static std::size_t find_field(std::string_view name, std::size_t expected) noexcept {
        constexpr auto& names = reflect::field_names<T>;
        if (expected < names.size() && names[expected] == name) return expected;
        std::size_t which = 0;
        while (which < names.size() && names[which] != name) ++which;
        return which;
    }
    template <class T, std::size_t... I>
    bool read_field(T& out, std::size_t which, std::index_sequence<I...>) {
        [[maybe_unused]] auto members = reflect::tie(out);
        bool good = false;
        (void)((which == I && ((good = read_over(std::get<I>(members))), true)) || ...);
        return good;
    }
    template <class T>
    bool read_over(T& out) {
        static_assert(!std::is_const_v<T>, "coracle: a const member cannot be read from JSON; drop the const");
        if constexpr (json_struct<T> && std::is_move_assignable_v<T>) out = T{};
        return read(out);
    }
    template <class T, std::size_t... I>
    static bool all_there(std::uint64_t seen, std::index_sequence<I...>) {
        return (((seen >> I & 1) || may_be_left_out<T, I>()) && ...);
    }

    json_scanner& scanner_;
    unsigned levels_left_;
};

}  // namespace detail

/// Reads `text` as a T, with members that T does not have passed over.
/// out: nothing, and all that is wrong at the end of `issues`, with `root` ("body") in front of each place; a text that
/// is no JSON is one issue of type json_invalid.
template <class T>
std::optional<T> read_json_text(std::string_view text, std::vector<validation_issue>& issues,
                                std::string_view root = {}, const parse_options& options = {}) {
    static_assert(std::default_initializable<T>, "coracle: what is read from JSON must be makeable without arguments");
    if constexpr (!std::same_as<T, json>) {
        std::optional<T> value(std::in_place);
        detail::json_scanner scanner(text);
        detail::json_decoder decoder(scanner, options.max_depth < 512 ? options.max_depth : 512);
        if (scanner.begin() && decoder.read(*value) && scanner.end()) return value;
    }
    auto parsed = json::try_parse(text, options);
    if (!parsed) {
        const parse_error& why = parsed.error();
        json loc = json::array();
        if (!root.empty()) loc.push_back(json(root));
        loc.push_back(json(why.character));
        issues.push_back(
            {"json_invalid", std::move(loc), "JSON decode error", json::object(), json{{"error", why.message}}});
        return std::nullopt;
    }
    if constexpr (std::same_as<T, json>) {
        return *std::move(parsed);
    } else {
        std::optional<T> value(std::in_place);
        if (!read_json(*parsed, *value, issues, root)) value.reset();
        return value;
    }
}

}  // namespace coracle

// ---- coracle/loop/pool_statistics.hpp
// pool_statistics: how busy a thread pool is, and how long calls wait for a thread.

namespace coracle::loop {

/// One lane at one moment.
struct lane_statistics {
    std::size_t limit = 0;               ///< so many calls run at the same time, and no more
    std::size_t queued = 0;              ///< wait for a thread
    std::size_t running = 0;             ///< have one
    std::uint64_t completed = 0;         ///< have ended; those that were retracted have not begun
    std::chrono::nanoseconds waited{};   ///< how long those that have begun were queued, all together
    std::chrono::nanoseconds longest{};  ///< how long the unluckiest of them was

    /// What a call has waited on average.
    std::chrono::nanoseconds mean_wait() const noexcept {
        std::uint64_t begun = completed + running;
        return begun == 0 ? std::chrono::nanoseconds{} : waited / static_cast<std::int64_t>(begun);
    }
};

/// A pool at one moment.
struct pool_statistics {
    lane_statistics lanes[async::lanes];
    std::size_t threads = 0;  ///< there are now
    std::size_t idle = 0;     ///< of these, wait for calls

    const lane_statistics& operator[](lane which) const noexcept { return lanes[static_cast<std::size_t>(which)]; }
};

}  // namespace coracle::loop

// ---- coracle/loop/thread_pool.hpp
// thread_pool: the threads on which blocking calls run. asyncio's default executor, with lanes.

namespace coracle::loop {

/// How many calls of each lane may run at the same time; each is at least one. The pool has as many threads as all
/// lanes together at most, so that a lane that is full takes nothing from the others.
struct pool_limits {
    static std::size_t default_user() { return std::max<std::size_t>(32, 4 * os::processor_count()); }

    std::size_t user = default_user();
    std::size_t files = 8;
    std::size_t clean_up = 2;
    /// A thread that had nothing to do for so long ends, unless it is the last one.
    std::chrono::nanoseconds idle_time = std::chrono::seconds(10);
};

/// Starts a thread when a call comes and none is idle. Calls beyond their lane's limit wait, first come, first served;
/// lanes take turns. Outlives the loops that use it.
/// cost: below a microsecond per call while threads are busy. One thread at a time is woken, the one that was busy
/// last.
class thread_pool {
public:
    /// Whoever takes a call back when it has run.
    class home {
    public:
        /// On the pool's thread.
        virtual void call_returned(async::blocking_call& call) noexcept = 0;

    protected:
        ~home() = default;
    };

    explicit thread_pool(const pool_limits& limits)
        : idle_time_(std::min<std::chrono::nanoseconds>(limits.idle_time, std::chrono::hours(24))) {
        std::size_t most[async::lanes] = {limits.user, limits.files, limits.clean_up};
        for (std::size_t i = 0; i < async::lanes; ++i) {
            queues_[i].seen.limit = std::clamp<std::size_t>(most[i], 1, beyond_all_machines);
            most_ += queues_[i].seen.limit;
        }
    }
    /// in: the limit of lane::user.
    explicit thread_pool(std::size_t user = pool_limits::default_user()) : thread_pool(with_user(user)) {}
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;
    /// Asks detached calls to stop, runs what is still queued, and waits for the calls under way.
    ~thread_pool() {
        ending_.request_stop();
        std::unique_lock lock(mutex_);
        closing_ = true;
        idle_.for_each([](worker& each) { each.wake.notify_one(); });
        left_.wait(lock, [this] { return threads_ == 0; });
        if (last_to_leave_.joinable()) last_to_leave_.join();
    }

    /// Runs `call`, then gives it to `owner`; to nobody when that is null: then run() is the last that is heard of it.
    /// Error: std::system_error when not even one thread can be had.
    void submit(async::blocking_call& call, home* owner) {
        call.since = now();
        std::lock_guard lock(mutex_);
        call.taken_by = owner;
        call.ending = &ending_;
        call.begun = false;
        queue& in = queue_of(call);
        in.waiting.push_back(call);
        ++in.seen.queued;
        try {
            call_a_thread();
        } catch (...) {
            call.unlink();
            --in.seen.queued;
            throw;
        }
    }

    /// True when `call` had not begun and never will.
    bool retract(async::blocking_call& call) noexcept {
        std::lock_guard lock(mutex_);
        if (call.begun) return false;
        call.unlink();
        --queue_of(call).seen.queued;
        return true;
    }
    /// Moves every call of `owner` that has not begun, and never will, to `to`.
    void retract_all(home& owner, intrusive_list<async::arrival>& to) noexcept {
        std::lock_guard lock(mutex_);
        for (queue& each : queues_)
            each.waiting.for_each([&](async::blocking_call& call) {
                if (call.taken_by != &owner) return;
                to.push_back(call);
                --each.seen.queued;
            });
    }

    /// From any thread. cost: one lock, shared with every call.
    pool_statistics statistics() const {
        std::lock_guard lock(mutex_);
        pool_statistics all;
        for (std::size_t i = 0; i < async::lanes; ++i) all.lanes[i] = queues_[i].seen;
        all.threads = threads_;
        all.idle = resting_;
        return all;
    }

private:
    struct queue {
        intrusive_list<async::blocking_call> waiting;
        lane_statistics seen;

        bool ready() const noexcept { return seen.queued > 0 && seen.running < seen.limit; }
    };
    // Lives on its thread's stack. Stands in idle_ while it has nothing to do.
    struct worker : list_node {
        std::condition_variable wake;
        bool called = false;
        std::thread thread;
    };

    static constexpr std::size_t beyond_all_machines = std::size_t{1} << 30;  // so that the sum of all lanes fits

    static pool_limits with_user(std::size_t user) {
        pool_limits limits;
        limits.user = user;
        return limits;
    }
    static std::int64_t now() noexcept { return std::chrono::steady_clock::now().time_since_epoch().count(); }
    queue& queue_of(const async::blocking_call& call) noexcept {
        return queues_[static_cast<std::size_t>(call.stands_in)];
    }

    /// Keeps the promise that whenever a call could run, a thread is about to look, or all that can be had are busy and
    /// look when they have done. One is enough: it calls the next one if there is more than it takes.
    void call_a_thread() {
        if (coming_ || std::none_of(queues_, queues_ + async::lanes, [](queue& each) { return each.ready(); })) return;
        if (!idle_.empty()) {
            worker& last = idle_.pop_front();
            --resting_;
            last.called = coming_ = true;
            last.wake.notify_one();
            return;
        }
        if (threads_ == most_ || closing_) return;
        try {
            newcomer_ = std::thread([this] { serve(); });
        } catch (const std::system_error&) {
            if (threads_ == 0) throw;  // else the calls wait for the threads there are
            return;
        }
        ++threads_;
        coming_ = true;
    }

    async::blocking_call* take(std::int64_t at) {
        for (std::size_t i = 0; i < async::lanes; ++i) {
            queue& from = queues_[turn_];
            turn_ = (turn_ + 1) % async::lanes;
            if (!from.ready()) continue;
            async::blocking_call& call = from.waiting.pop_front();
            call.begun = true;
            --from.seen.queued;
            ++from.seen.running;
            std::chrono::nanoseconds waited =
                std::chrono::steady_clock::duration(std::max<std::int64_t>(0, at - call.since));
            from.seen.waited += waited;
            from.seen.longest = std::max(from.seen.longest, waited);
            call_a_thread();
            return &call;
        }
        return nullptr;
    }

    void serve() {
        worker self;
        std::unique_lock lock(mutex_);
        self.thread = std::move(newcomer_);
        coming_ = false;
        async::blocking_call* call = take(now());
        for (;;) {
            while (!call) {
                if (!rest(self, lock)) return leave(self, lock);
                call = take(now());
            }
            lock.unlock();
            while (call) call = run(*call, self);
            lock.lock();
        }
    }
    /// Gives the next one, or null after lying down.
    async::blocking_call* run(async::blocking_call& call, worker& self) {
        queue& from = queue_of(call);
        auto* owner = static_cast<home*>(call.taken_by);
        call.run();  // a detached one is gone now
        std::int64_t ended = now();
        std::unique_lock lock(mutex_);
        --from.seen.running;
        ++from.seen.completed;
        async::blocking_call* next = take(ended);
        if (!next) lie_down(self);  // before the answer is seen, so that the call it leads to finds this thread idle
        lock.unlock();
        if (owner) owner->call_returned(call);
        return next;
    }
    void lie_down(worker& self) noexcept {
        idle_.push_front(self);
        ++resting_;
    }
    void get_up(worker& self) noexcept {
        self.unlink();
        --resting_;
    }
    /// True when there may be something to do, false when it is time to go.
    bool rest(worker& self, std::unique_lock<std::mutex>& lock) {
        if (!self.called && !self.linked()) lie_down(self);
        auto until = std::chrono::steady_clock::now() + idle_time_;
        bool tired = false;
        while (!self.called) {
            if (closing_ || (tired && threads_ > 1)) {
                get_up(self);
                return false;
            }
            if (threads_ > 1)
                tired = self.wake.wait_until(lock, until) == std::cv_status::timeout;
            else
                self.wake.wait(lock);
        }
        self.called = coming_ = false;
        return true;
    }
    void leave(worker& self, std::unique_lock<std::mutex>& lock) {
        std::thread before = std::exchange(last_to_leave_, std::move(self.thread));
        if (--threads_ == 0) left_.notify_one();
        lock.unlock();
        if (before.joinable()) before.join();
    }

    const std::chrono::nanoseconds idle_time_;
    std::size_t most_ = 0;
    async::stop_request ending_;
    mutable std::mutex mutex_;  // guards what follows
    queue queues_[async::lanes];
    std::size_t turn_ = 0;
    intrusive_list<worker> idle_;
    std::size_t resting_ = 0;
    std::size_t threads_ = 0;
    bool coming_ = false;  // a thread was called, and has not looked yet
    bool closing_ = false;
    std::condition_variable left_;
    std::thread newcomer_;
    std::thread last_to_leave_;
};

}  // namespace coracle::loop

// ---- coracle/loop/timer_queue.hpp
// timer_queue: deadlines in order. Knows no clock: whoever owns it says what time it is.
// A 4-ary heap whose entries know their place: exact, the next deadline in O(1), all else in O(log n).

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

// ---- coracle/loop/reactor.hpp
// reactor: one thread's loop. Due timers, then ready coroutines, then the poller; again.

namespace coracle::loop {

/// Runs the coroutines of one thread. Everything but post() and wake() belongs to that thread.
class reactor final : public async::scheduler, thread_pool::home {
public:
    /// keeps: the pool, which outlives it.
    explicit reactor(thread_pool& pool, std::unique_ptr<os::poller> poller = os::make_native_poller())
        : pool_(pool), poller_(std::move(poller)), now_(poller_->now()) {}
    /// Jobs that were sent here or spawned are destroyed. Calls that are queued never begin, calls that run are waited
    /// for; neither arrives. What was posted and has not run is destroyed.
    ~reactor() {
        occupy here(*this);  // what is destroyed may still offload_detached()
        while (!residents_.empty()) residents_.pop_front().evicted();
        drop_background();
        intrusive_list<async::arrival> lost;
        pool_.retract_all(*this, lost);
        lost.for_each([this](async::arrival&) { --sent_; });
        {
            // Also because a thread may still be about to leave wake(), which it calls with this held.
            std::unique_lock lock(mutex_);
            came_back_.wait(lock, [this] { return back_ == sent_; });
            lost.splice_back(arriving_);
            lost.splice_back(arrivals_);
            while (!returned_.empty()) lost.push_back(returned_.front());
        }
        while (!lost.empty()) lost.pop_front().lost();
    }

    using time_point = os::time_point;

    static reactor& current() { return static_cast<reactor&>(scheduler::current()); }

    /// Makes it the reactor of this thread, also while it does not turn.
    class presence final : occupy {
    public:
        explicit presence(reactor& here) noexcept : occupy(here) {}
    };
    /// Turns until `done()` says so, on the calling thread.
    template <class Done>
    void run_until(Done&& done) {
        occupy here(*this);
        now_ = poller_->now();  // the first turn begins here, not when the reactor was made
        wakes_up();
        struct asleep_at_end {
            reactor& loop;
            ~asleep_at_end() { loop.falls_asleep(); }
        } also_when_it_throws{*this};
        while (!done()) turn(done);
    }

    os::poller& poller() noexcept { return *poller_; }
    timer_queue& timers() noexcept { return timers_; }
    /// The time at which this turn began; good enough for deadlines of seconds, and free.
    os::time_point turn_time() const noexcept { return now_; }
    os::time_point now() noexcept { return poller_->now(); }
    /// The time of day, for dates: milliseconds since 1970; may jump.
    std::int64_t unix_milliseconds() noexcept { return poller_->unix_milliseconds(); }
    /// What the streams of this loop read into when nobody gave a buffer: valid until the next co_await.
    std::span<char> scratch() {
        if (!scratch_) scratch_ = std::make_unique_for_overwrite<char[]>(scratch_bytes);
        return {scratch_.get(), scratch_bytes};
    }

    void post(function<void()> f) override {
        std::lock_guard lock(mutex_);
        posted_.push_back(std::move(f));
        wake_with_lock();
    }
    /// The wait under way ends, and done() is asked again. From any thread and from signal handlers.
    void wake() noexcept { poller_->wake(); }

    /// Also when this loop sleeps. cost: no allocation.
    void deliver(async::arrival& what) noexcept override {
        std::lock_guard lock(mutex_);
        arrivals_.push_back(what);
        came_back_.notify_one();
        wake_with_lock();
    }
    void withdraw(async::arrival& what) noexcept override {
        std::lock_guard lock(mutex_);
        what.unlink();
    }
    void intercept(async::arrival& what) noexcept override {
        std::unique_lock lock(mutex_);
        came_back_.wait(lock, [&] { return what.linked(); });
        what.unlink();
    }

    /// Somebody who lives here until he leaves; the end of the loop makes him.
    class resident : public list_node {
    public:
        /// The loop is being destroyed: on return nothing of him uses it. For all but this it can still be used.
        virtual void evicted() noexcept = 0;

    protected:
        ~resident() = default;
    };
    void take_in(resident& who) noexcept { residents_.push_back(who); }
    bool has_residents() const noexcept { return !residents_.empty(); }

    /// The threads that this loop shares.
    thread_pool& pool() noexcept { return pool_; }
    void offload(async::blocking_call& call) override {
        pool_.submit(call, this);
        ++sent_;
    }
    void offload_detached(async::blocking_call& call) override { pool_.submit(call, nullptr); }
    bool retract(async::blocking_call& call) noexcept override {
        if (!pool_.retract(call)) return false;
        --sent_;
        return true;
    }
    void recall(async::blocking_call& call) noexcept override {
        if (retract(call)) return;
        std::unique_lock lock(mutex_);
        came_back_.wait(lock, [&] { return call.linked(); });
        call.unlink();
        ++taken_;
    }
    /// Offloaded calls that have not come back yet, and whatever else of other threads is waited for here.
    std::size_t calls_out() const noexcept { return static_cast<std::size_t>(sent_ - taken_) + expected_; }
    /// A task begins (1) or ceases (-1) to wait for something that another thread will deliver.
    void expect(int more) noexcept { expected_ += static_cast<std::size_t>(more); }

    /// This loop's own T, made when it is first asked for; goes with the loop, after its last task.
    template <class T>
    T& own() {
        static constinit char name = 0;  // its address is that of T
        for (belonging& each : belongings_)
            if (each.name == &name) return *static_cast<T*>(each.what.get());
        std::unique_ptr<void, void (*)(void*)> made(new T(), [](void* what) { delete static_cast<T*>(what); });
        return *static_cast<T*>(belongings_.emplace_back(belonging{&name, std::move(made)}).what.get());
    }
    /// For tests: what can go on at the same time, or is due at the same time, does so in an order that `seed` decides.
    void shuffle(std::uint64_t seed) noexcept {
        random_sequence seeds(seed);
        shuffle_ready(seeds.next());
        timers_.shuffle(seeds.next());
    }

private:
    struct belonging {
        const void* name;
        std::unique_ptr<void, void (*)(void*)> what;
    };
    static constexpr std::size_t scratch_bytes = 64 * 1024;
    // Jobs that wake one another need not pay for a look at the world each time: that costs as much as 15 of them.
    static constexpr int batches_per_look = 8;

    template <class Done>
    void turn(Done& done) {
        timers_.fire_due(now_);
        for (int batch = 0; batch == 0 || (batch < batches_per_look && anything_ready()); ++batch) {
            run_ready();
            if (done()) return;
        }
        std::optional<os::time_point> until = how_long();
        falls_asleep();
        poller_->wait(until);
        wakes_up();
        now_ = poller_->now();
        take_in();
    }

    std::optional<os::time_point> how_long() noexcept {
        std::lock_guard lock(mutex_);
        if (anything_ready() || !running_posts_.empty() || !posted_.empty() || !arrivals_.empty() || !returned_.empty())
            return now_;
        asleep_ = true;
        return timers_.next();
    }

    void take_in() {
        {
            std::lock_guard lock(mutex_);
            asleep_ = false;
            if (running_posts_.empty()) running_posts_.swap(posted_);
            arriving_.splice_back(arrivals_);
            returning_.splice_back(returned_);
        }
        while (!returning_.empty()) {
            ++taken_;
            returning_.pop_front().arrived();
        }
        while (!arriving_.empty()) arriving_.pop_front().arrived();
        // One that throws ends the run, and the next run goes on behind it.
        while (next_post_ < running_posts_.size()) running_posts_[next_post_++]();
        running_posts_.clear();
        next_post_ = 0;
    }

    void call_returned(async::blocking_call& call) noexcept override {
        std::lock_guard lock(mutex_);
        returned_.push_back(call);
        ++back_;
        came_back_.notify_one();
        wake_with_lock();
    }
    void wake_with_lock() noexcept {
        if (std::exchange(asleep_, false)) poller_->wake();
    }

    thread_pool& pool_;
    std::unique_ptr<os::poller> poller_;
    timer_queue timers_;
    os::time_point now_;
    std::unique_ptr<char[]> scratch_;
    std::vector<belonging> belongings_;
    std::size_t expected_ = 0;
    std::vector<function<void()>> running_posts_;
    std::size_t next_post_ = 0;
    intrusive_list<resident> residents_;
    intrusive_list<async::arrival> arriving_;
    intrusive_list<async::blocking_call> returning_;
    std::uint64_t sent_ = 0;   // calls that the pool was given and has not given up again
    std::uint64_t taken_ = 0;  // of these, have come back and been seen

    std::mutex mutex_;  // guards what follows
    std::vector<function<void()>> posted_;
    intrusive_list<async::arrival> arrivals_;
    intrusive_list<async::blocking_call> returned_;
    std::uint64_t back_ = 0;  // of the calls sent, have come back
    std::condition_variable came_back_;
    bool asleep_ = false;
};

}  // namespace coracle::loop

// ---- coracle/loop/deadline.hpp
// deadline: a time by which something must have happened, moved for free.

namespace coracle::loop {

/// Calls `Missed()` once when its time has come. Moving it later only writes the new time down: the timer that is
/// armed for the old time finds it there and goes on to it. Moving it earlier re-arms.
template <class Missed>
class deadline final : timer {
public:
    explicit deadline(reactor& on, Missed missed) : reactor_(on), missed_(std::move(missed)) {}

    /// At `after` from the beginning of this turn of the loop.
    void set(std::chrono::nanoseconds after) { set_at(later(reactor_.turn_time(), after)); }
    void set_at(os::time_point due) {
        due_ = due;
        if (armed() && armed_for_ <= due) return;
        arm();
    }
    /// Not due any more, until it is set again.
    void clear() noexcept { due_ = os::time_point::max(); }
    bool is_set() const noexcept { return due_ != os::time_point::max(); }

private:
    void arm() {
        armed_for_ = due_;
        reactor_.timers().arm(*this, due_);
    }
    void fire(os::time_point now) noexcept override {
        if (!is_set()) return;
        if (now < due_) return arm();
        clear();
        missed_();
    }

    reactor& reactor_;
    os::time_point due_ = os::time_point::max();
    os::time_point armed_for_{};
    Missed missed_;
};

}  // namespace coracle::loop

// ---- coracle/loop/descriptor.hpp
// descriptor: one open file of the kernel on this loop, watched once, edge-triggered, in both directions.
// Facts: an edge comes when a state changes, so a call is tried first and waited for only after it would block. A read
// that gives less than was asked has emptied the socket, and the next one need not be tried, unless the peer has hung
// up: then the end of the stream is there to be read and no edge will follow.

namespace coracle::loop {

/// The two ways bytes go.
enum class direction : unsigned char { in, out };

/// Owns a non-blocking file descriptor. At most one job waits for each direction. Stays where it is while it is open.
class descriptor final : os::watcher {
public:
    /// Of the current reactor. Error: std::system_error when the kernel refuses to watch it.
    explicit descriptor(os::file_descriptor fd) : fd_(std::move(fd)), reactor_(reactor::current()) {
        result<void> watched = reactor_.poller().watch(fd_.get(), *this);
        if (!watched) throw std::system_error(watched.error(), "coracle: watching a file descriptor");
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() { close(); }

    int get() const noexcept { return fd_.get(); }
    bool is_open() const noexcept { return static_cast<bool>(fd_); }
    reactor& home() const noexcept { return reactor_; }
    /// The peer will send no more; what it has sent may still be unread.
    bool hung_up() const noexcept { return hung_up_; }

    /// Wakes: who waits here, with what an attempt on the descriptor -1 gives (EBADF).
    void close() noexcept {
        if (!fd_) return;
        reactor_.poller().forget(fd_.get(), *this);
        fd_.reset();
        for (side& each : sides_) {
            each.promising = true;  // the next call finds out at once
            if (attempter* waiting = std::exchange(each.waiter, nullptr)) waiting->closed();
        }
    }

    /// Awaits until the attempt returns true: it makes the system call and keeps what came of it; false means that the
    /// call would block. It is called at once, and again after each edge, right before the coroutine goes on, so what
    /// it put into reactor::scratch() is still there.
    /// in: a callable that takes this descriptor, or its number, and throws nothing; -1 must not make it wait.
    /// error: `cancelled`; std::logic_error when another job waits for the same direction.
    /// The value of the co_await is attempt.result() when there is one.
    template <class Attempt>
    class [[nodiscard("write co_await before it")]] operation;

    template <class Attempt>
    operation<Attempt> until(direction which, Attempt attempt) {
        return operation<Attempt>(*this, which, std::move(attempt));
    }

    /// For attempts: the call took or gave less than it could have, so the next one would block.
    void exhausted(direction which) noexcept {
        if (which == direction::out || !hung_up_) at(which).promising = false;
    }

private:
    class attempter : public async::operation {
    public:
        void woken() noexcept { try_again(); }
        /// The descriptor is -1 now, and is not there any more when the coroutine goes on.
        virtual void closed() noexcept = 0;

    protected:
        ~attempter() = default;
    };
    struct side {
        attempter* waiter = nullptr;
        bool promising = true;  // a call is worth trying: nothing said yet that it would block
    };

    side& at(direction which) noexcept { return sides_[static_cast<unsigned>(which)]; }

    void on_ready(os::readiness now) noexcept override {
        if (now.hangup || now.error) hung_up_ = true;
        if (now.readable || now.hangup || now.error) promise(at(direction::in));
        if (now.writable || now.error) promise(at(direction::out));
    }
    static void promise(side& on) noexcept {
        on.promising = true;
        if (on.waiter) on.waiter->woken();
    }

    os::file_descriptor fd_;
    bool hung_up_ = false;
    reactor& reactor_;
    side sides_[2];
};

template <class Attempt>
class descriptor::operation final : public descriptor::attempter {
public:
    operation(descriptor& on, direction which, Attempt attempt)
        : which_(which), descriptor_(&on), attempt_(std::move(attempt)) {}
    operation(const operation&) = delete;
    ~operation() { leave(); }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (refused()) {
            descriptor_ = nullptr;  // which may be gone when its turn comes
            return declined(waiting);
        }
        side& mine = descriptor_->at(which_);
        if (mine.waiter)
            throw std::logic_error("coracle: two jobs wait for the same direction of one stream; give it one owner");
        if (mine.promising && may_go_on() && tried()) return false;
        park(waiting);
        mine.waiter = this;
        if (mine.promising) try_again();
        return true;
    }
    auto await_resume() {
        throw_if_cancelled();
        if constexpr (requires { attempt_.result(); }) return attempt_.result();
    }
    void cancel() noexcept override {
        leave();
        finish_cancelled();
    }

private:
    bool tried() noexcept {
        bool done;
        if constexpr (std::is_invocable_v<Attempt&, descriptor&>)
            done = attempt_(*descriptor_);
        else
            done = attempt_(descriptor_->get());
        if (!done) descriptor_->at(which_).promising = false;
        return done;
    }
    bool ready() noexcept override {
        if (descriptor_ && !tried()) return false;
        leave();
        settled();
        return true;
    }
    void closed() noexcept override {
        tried();
        descriptor_ = nullptr;
        finish();
    }
    void leave() noexcept {
        if (descriptor_ && descriptor_->at(which_).waiter == this) descriptor_->at(which_).waiter = nullptr;
    }

    direction which_;  // stands in the padding of the base
    descriptor* descriptor_;
    Attempt attempt_;
};

}  // namespace coracle::loop

// ---- coracle/loop/held_step.hpp
// held_step: tells from glances at a loop whether one step of one task has held it for too long.

namespace coracle::loop {

/// Looks from any thread, and from one at a time.
class held_step {
public:
    /// keeps: the loop, which outlives it.
    held_step(const async::scheduler& loop, std::chrono::nanoseconds limit) noexcept : loop_(loop), limit_(limit) {}

    struct finding {
        std::chrono::nanoseconds held;   ///< for at least this long
        async::scheduler::glance where;  ///< by whom
    };
    /// What there is to tell at `now`: a step that has lasted for the limit, and again each time that it has lasted ten
    /// times as long as it had when it was told last.
    std::optional<finding> look(os::time_point now) noexcept {
        async::scheduler::glance seen = loop_.look();
        if (seen.asleep || !looked_ || seen.step != step_) {
            step_ = seen.step;
            since_ = now;
            looked_ = true;
            next_ = limit_;
            return std::nullopt;
        }
        std::chrono::nanoseconds held = now - since_;
        if (held < next_) return std::nullopt;
        while (next_ <= held) next_ *= 10;
        return finding{held, seen};
    }

private:
    const async::scheduler& loop_;
    const std::chrono::nanoseconds limit_;
    std::chrono::nanoseconds next_{};
    os::time_point since_{};  // when the step was seen first
    std::uint64_t step_ = 0;
    bool looked_ = false;
};

}  // namespace coracle::loop

// ---- coracle/loop/file.hpp
// file: files that do not hold the loop, by the file lane of the thread pool. aiofiles, anyio.open_file.
// Fact: poll(2) calls every plain file ready, so there is nothing to wait for but another thread.

namespace coracle {

using os::file_mode;
using os::named_error;

namespace loop {

namespace detail {

/// In the file lane: a cancelled call that has begun is waited for, since it may use what the awaiting coroutine holds.
template <class F>
auto in_files_lane(F& call) {
    auto request = offload(call);
    return std::move(request).on(lane::files);
}

}  // namespace detail

/// An open file: `co_await file.read(4096)`. Each call is made on a thread of the pool and awaited; any number of jobs
/// may use read_at() and write_at() at a time. error: os::named_error, with the path in its message; `cancelled`, and
/// then a call that had begun has been waited for. Bytes to write must stay where they are until it has returned.
/// It is closed by close(), which tells errors, or else when it goes, on the pool and in silence.
class file {
    // Before its uses, which deduce their types from it.
    template <class F>
    auto call(const char* verb, F f) {
        using returns = std::invoke_result_t<F&, os::file&>;
        auto calling = [held = open_, path = path_, verb, f]() mutable -> returns {
            if (!held) return os::named_failure(std::make_error_code(std::errc::bad_file_descriptor), verb, path);
            return f(*held);
        };
        return detail::in_files_lane(calling);
    }

public:
    explicit file(os::file open) : open_(std::make_shared<os::file>(std::move(open))), path_(open_->path()) {}
    file(file&&) noexcept = default;
    file& operator=(file&& other) noexcept {
        if (this != &other) {
            leave();
            open_ = std::move(other.open_);
            path_ = std::move(other.path_);
        }
        return *this;
    }
    ~file() { leave(); }

    const std::string& path() const noexcept { return path_; }
    bool is_open() const noexcept { return open_ != nullptr; }

    /// At most `most` bytes from where the last read() or write() ended, as std::string; empty at the end.
    auto read(std::size_t most) {
        return call("read", [most](os::file& on) { return on.read(most); });
    }
    auto read_at(std::uint64_t offset, std::size_t most) {
        return call("read", [offset, most](os::file& on) { return on.read_at(offset, most); });
    }
    /// The rest of it. error: file_too_large when that is more than `most`.
    auto read_all(std::size_t most = os::file::no_limit) {
        return call("read", [most](os::file& on) { return on.read_all(most); });
    }
    /// All of `bytes`.
    auto write(std::string_view bytes) {
        return call("write to", [bytes](os::file& on) { return on.write(bytes); });
    }
    auto write_at(std::uint64_t offset, std::string_view bytes) {
        return call("write to", [offset, bytes](os::file& on) { return on.write_at(offset, bytes); });
    }
    /// In bytes, as std::uint64_t.
    auto size() {
        return call("look at", [](os::file& on) { return on.size(); });
    }
    auto resize(std::uint64_t bytes) {
        return call("resize", [bytes](os::file& on) { return on.resize(bytes); });
    }
    /// What was written outlives a crash of the machine when it returns.
    auto sync() {
        return call("sync", [](os::file& on) { return on.sync(); });
    }
    /// No further call is taken; the last of those under way closes it, and otherwise this one, which then tells what
    /// the file system says. Once it is called the file is closed, cancelled or not.
    auto close() {
        bool last = open_.use_count() == 1;
        auto closing = [held = std::move(open_), path = path_, last]() mutable -> result<void, os::named_error> {
            if (!held) return os::named_failure(std::make_error_code(std::errc::bad_file_descriptor), "close", path);
            std::shared_ptr<os::file> mine = std::move(held);
            if (!last) return {};
            return mine->close();
        };
        return detail::in_files_lane(closing);
    }

private:
    void leave() noexcept {
        if (!open_ || !async::scheduler::current_or_null()) return open_.reset();
        try {
            auto closing = [held = std::move(open_)]() mutable { held.reset(); };
            offload_detached(lane::clean_up, std::move(closing));
        } catch (...) {  // no thread to be had: it was closed here
        }
    }

    std::shared_ptr<os::file> open_;  // shared with the calls under way
    std::string path_;
};

}  // namespace loop

/// `auto log = co_await open_file("app.log", file_mode::append);`, a result that holds a loop::file.
inline auto open_file(std::string path, file_mode mode = file_mode::read, unsigned permissions = 0666) {
    auto opening = [path = std::move(path), mode, permissions]() -> result<loop::file, named_error> {
        auto made = os::file::open(path, mode, permissions);
        if (!made) return failure(made.error());
        return loop::file(std::move(*made));
    };
    return loop::detail::in_files_lane(opening);
}

/// The whole file as a string: `auto page = co_await read_file("index.html");`
/// error: os::named_error, with the path in its message; file_too_large when it holds more than `most` bytes.
inline auto read_file(std::string path, std::size_t most = os::file::no_limit) {
    auto reading = [path = std::move(path), most](const stop_token& stop) { return os::read_file(path, most, stop); };
    return loop::detail::in_files_lane(reading);
}

/// Makes the file, or empties it, and writes all of `bytes`: who reads it meanwhile, or after a crash, finds a part.
/// keeps: the bytes must stay where they are until it has returned. error: os::named_error.
inline auto write_file(std::string path, std::string_view bytes) {
    auto writing = [path = std::move(path), bytes] { return os::write_file(path, bytes); };
    return loop::detail::in_files_lane(writing);
}
/// The same to the end of what is there.
inline auto append_file(std::string path, std::string_view bytes) {
    auto writing = [path = std::move(path), bytes] { return os::write_file(path, bytes, file_mode::append); };
    return loop::detail::in_files_lane(writing);
}
/// The same in one step: whoever opens the file finds all of the old or all of the new, also after a crash.
/// cost: the disk's time to write it, twice.
inline auto replace_file(std::string path, std::string_view bytes) {
    auto writing = [path = std::move(path), bytes] { return os::replace_file(path, bytes); };
    return loop::detail::in_files_lane(writing);
}

}  // namespace coracle

// ---- coracle/loop/interrupt.hpp
// interrupt: Ctrl-C and SIGTERM as something that a loop can be asked about.

namespace coracle::loop {

/// While it lives, the first Ctrl-C or SIGTERM only ends the wait of the reactor, which then finds asked() true; a
/// Ctrl-C after that ends the process at once. One at a time in a process. error: std::logic_error, std::system_error.
class interrupt {
public:
    /// keeps: the reactor.
    explicit interrupt(reactor& wakes) : watch_(wakes.poller()) {}

    bool asked() const noexcept { return watch_.caught() != 0; }
    /// The number of the signal, 0 while there was none.
    int number() const noexcept { return watch_.caught(); }

private:
    os::signal_watch watch_;
};

}  // namespace coracle::loop

// ---- coracle/loop/readable.hpp
// readable, writable: waits for any library's descriptor. asyncio's loop.add_reader, trio's wait_readable.
// Fact: the poller takes one watcher for each number and reports edges. What is watched is therefore a duplicate of the
// number, made for as long as it is waited for: any number of waiters, in any direction and on any loop, do not know of
// one another, and a number that is closed and given out again meanwhile is not mistaken for the old one.

namespace coracle {

namespace loop {

namespace detail {
inline bool is_ready_for(const os::readiness& now, direction which) noexcept {
    return which == direction::in ? now.readable : now.writable;
}
[[noreturn]] inline void cannot_wait_for(const std::error_code& why) {
    if (why == std::errc::bad_file_descriptor)
        throw std::system_error(why, "coracle: waiting for a descriptor that is not open; wait before you close it");
    throw std::system_error(why, "coracle: waiting for a file descriptor");
}

/// Asks for the level: done when it is there.
class probe {
public:
    explicit probe(direction which) noexcept : which_(which) {}
    bool operator()(int fd) noexcept {
        now_ = os::probe_readiness(fd);
        return !now_ || is_ready_for(*now_, which_);
    }
    os::readiness result() const {
        if (!now_) cannot_wait_for(now_.error());
        return *now_;
    }

private:
    direction which_;
    coracle::result<os::readiness> now_ = os::readiness();
};

}  // namespace detail

/// The awaiter of readable() and writable().
class [[nodiscard("write co_await before readable() and writable()")]] readiness_wait final : public async::operation,
                                                                                              os::watcher {
public:
    readiness_wait(int fd, direction which) noexcept : fd_(fd), which_(which), probe_(which) {}
    ~readiness_wait() { stop_watching(); }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (refused()) return declined(waiting);
        if (probe_(fd_)) return done_at_once(waiting);
        reactor& on = reactor::current();
        auto same = os::duplicate(fd_);
        if (!same) detail::cannot_wait_for(same.error());
        if (auto watched = on.poller().watch(same->get(), *this); !watched) detail::cannot_wait_for(watched.error());
        watched_ = std::move(*same);
        poller_ = &on.poller();
        park(waiting);
        return true;
    }
    os::readiness await_resume() const {
        throw_if_cancelled();
        return probe_.result();
    }
    void cancel() noexcept override {
        stop_watching();
        finish_cancelled();
    }

private:
    void on_ready(os::readiness now) noexcept override {
        if (detail::is_ready_for(now, which_) || now.hangup || now.error) try_again();
    }
    bool ready() noexcept override {
        if (!watched_) return true;
        if (!probe_(watched_.get())) return false;
        stop_watching();
        settled();
        return true;
    }
    void stop_watching() noexcept {
        if (!watched_) return;
        poller_->forget(watched_.get(), *this);
        watched_.reset();
    }

    int fd_;
    direction which_;
    detail::probe probe_;
    os::file_descriptor watched_;
    os::poller* poller_ = nullptr;
};

}  // namespace loop

/// Waits until a read of `fd` would not block: `co_await readable(PQsocket(connection));`. At once when that is so
/// already, as of a plain file, at the end of a stream and after an error. Gives all that is known then: `hangup` and
/// `error` tell why.
/// in: any open descriptor; its flags stay as they are. keeps: nothing when it has returned. Closing the descriptor
/// does not end the wait, which holds on to the open file: end the wait first, by its scope.
/// error: std::system_error (not open; no descriptor left), `cancelled`.
/// cost: a system call when it is ready, else six. loop::borrowed_descriptor needs two when it is waited for often.
inline loop::readiness_wait readable(int fd) noexcept { return {fd, loop::direction::in}; }

/// The same until a write to `fd` would not block.
inline loop::readiness_wait writable(int fd) noexcept { return {fd, loop::direction::out}; }

}  // namespace coracle

// ---- coracle/loop/watchdog.hpp
// watchdog: reports a loop that one task holds for too long. asyncio's slow callback warning, while it still is slow.

namespace coracle::loop {

/// A thread that looks at loops twice in each `limit`, and reports (base/report.hpp) the task or route that has held
/// one for longer. A loop that sleeps, or that many short steps keep busy, is not held.
/// cost: the thread, and nothing that its loops would notice.
class watchdog {
public:
    static constexpr std::chrono::milliseconds default_limit{100};

    /// error: std::system_error when no thread can be had.
    explicit watchdog(std::chrono::nanoseconds limit = default_limit)
        : limit_(std::max<std::chrono::nanoseconds>(limit, std::chrono::milliseconds(1))),
          thread_([this] { look_around(); }) {}
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    ~watchdog() {
        {
            std::lock_guard lock(mutex_);
            ended_ = true;
        }
        end_.notify_one();
        thread_.join();
    }

    /// Looks at one loop for as long as it lives. keeps: both, which outlive it.
    class [[nodiscard("the loop is watched for as long as this lives: name it")]] watch final : public list_node {
    public:
        watch(watchdog& by, const async::scheduler& loop) : step_(loop, by.limit_), by_(by) {
            std::lock_guard lock(by_.mutex_);
            by_.watched_.push_back(*this);
        }
        ~watch() {
            std::lock_guard lock(by_.mutex_);
            unlink();
        }

    private:
        friend class watchdog;
        held_step step_;
        watchdog& by_;
    };

private:
    void look_around() {
        std::unique_lock lock(mutex_);
        while (!end_.wait_for(lock, limit_ / 2, [this] { return ended_; })) {
            os::time_point now = os::clock::now();
            watched_.for_each([now](watch& each) {
                if (auto found = each.step_.look(now)) tell(*found);
            });
        }
    }
    static void tell(const held_step::finding& found) noexcept {
        try {
            auto held = std::chrono::duration_cast<std::chrono::milliseconds>(found.held).count();
            std::string what = "the loop has stood still for " + std::to_string(held) + " ms";
            if (found.where.label) what.append(" in ").append(found.where.label);
            what += "; work that blocks belongs into offload(), long computations await yield_now() now and then";
            if (found.where.resumed_at.line() != 0) what += "; the task went on";
            report(what, found.where.resumed_at);
        } catch (...) {
            report("the loop stands still, and no memory is left to say more");
        }
    }

    const std::chrono::nanoseconds limit_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable end_;
    bool ended_ = false;
    intrusive_list<watch> watched_;
    std::thread thread_;
};

}  // namespace coracle::loop

// ---- coracle/loop/run.hpp
// run: a loop for one task, from main. asyncio.run.

namespace coracle {

namespace loop {

/// Cancels what spawn() started on `on`, for good, and turns until all of it has ended.
inline void end_background(reactor& on) {
    on.background().jobs().cancel();
    if (on.background().running() == 0) return;
    on.run_until([&on] { return on.background().running() == 0; });
}

/// Runs `work` on `on` until it ends, as a job of its own. `each_turn()` is called once in each turn of the loop,
/// `at_end()` when it has ended and its value or failure is not yet given.
template <class T, class EachTurn, class AtEnd>
T run_on(reactor& on, task<T> work, EachTurn&& each_turn, AtEnd&& at_end) {
    class whole final : public async::task_end {
    public:
        explicit whole(reactor& home) : main(home.root()) {}
        void task_ended() noexcept override { ended = true; }
        async::job main;
        bool ended = false;
    };
    reactor::presence here(on);  // of what dies with the task, too
    whole all(on);
    task<T> first = std::move(work);  // dies before its job when the loop throws
    bool started = false;
    on.run_until([&] {
        if (!std::exchange(started, true)) {
            async::scheduler::run_as as(on, all.main, first.where());
            first.start(&all);
        }
        each_turn();
        return all.ended;
    });
    at_end();
    return first.result();
}
template <class T, class EachTurn>
T run_on(reactor& on, task<T> work, EachTurn&& each_turn) {
    return run_on(on, std::move(work), each_turn, [] {});
}
template <class T>
T run_on(reactor& on, task<T> work) {
    return run_on(on, std::move(work), [] {});
}

}  // namespace loop

/// Runs `main` and whatever it awaits on a new loop of this thread, and gives its value: `int main() { return
/// run(async_main()); }`. In debug builds a task that holds the loop is reported, see loop::watchdog.
/// What spawn() started is cancelled and waited for when `main` has ended, before its value is given.
/// error: what the task throws; std::logic_error inside of a running loop.
template <class T>
T run(task<T> main) {
    if (async::scheduler::current_or_null())
        throw std::logic_error("coracle: run() inside a running loop would block it; co_await the task instead");
    loop::thread_pool pool;
    loop::reactor reactor(pool);
#if !defined(NDEBUG)
    loop::watchdog guard;
    loop::watchdog::watch watched(guard, reactor);
#endif
    return loop::run_on(reactor, std::move(main), [] {}, [&reactor] { loop::end_background(reactor); });
}

}  // namespace coracle

// ---- coracle/loop/shared_descriptor.hpp
// shared_descriptor: a descriptor for whose readiness any number of jobs may wait, first come, first served.
// The manners of loop/descriptor, which has one owner for each direction and costs less.

namespace coracle::loop {

// Facts: an edge wakes the first waiter only; when its attempt has succeeded it wakes the next, since more may be
// there. Who is woken and then cancelled passes the turn on. Who comes while others wait queues behind them.

/// Owns a non-blocking file descriptor. Stays where it is while it is open.
class shared_descriptor final : os::watcher {
public:
    /// Of the current reactor. Error: std::system_error when the kernel refuses to watch it.
    explicit shared_descriptor(os::file_descriptor fd) : fd_(std::move(fd)), reactor_(reactor::current()) {
        result<void> watched = reactor_.poller().watch(fd_.get(), *this);
        if (!watched) throw std::system_error(watched.error(), "coracle: watching a file descriptor");
    }
    shared_descriptor(const shared_descriptor&) = delete;
    shared_descriptor& operator=(const shared_descriptor&) = delete;
    ~shared_descriptor() { close(); }

    int get() const noexcept { return fd_.get(); }
    bool is_open() const noexcept { return static_cast<bool>(fd_); }
    reactor& home() const noexcept { return reactor_; }

    /// Wakes: all who wait here, with what an attempt on the descriptor -1 gives (EBADF).
    void close() noexcept {
        if (!fd_) return;
        reactor_.poller().forget(fd_.get(), *this);
        fd_.reset();
        for (side& each : sides_) {
            each.promising = true;  // the next call finds out at once
            if (attempter* first = std::exchange(each.trying, nullptr)) first->closed();
            while (!each.waiters.empty()) each.waiters.front().closed();
        }
    }

    /// Awaits until the attempt returns true: it makes the system call and keeps what came of it; false means that the
    /// call would block. It is called at once when nobody else waits, and then after edges, right before the coroutine
    /// goes on. in: a callable that takes the descriptor's number and throws nothing; -1 must not make it wait.
    /// error: `cancelled`. The value of the co_await is attempt.result().
    template <class Attempt>
    class [[nodiscard("write co_await before it")]] operation;

    template <class Attempt>
    operation<Attempt> until(direction which, Attempt attempt) {
        return operation<Attempt>(*this, which, std::move(attempt));
    }

private:
    class attempter : public async::operation {
    public:
        void woken() noexcept { try_again(); }
        virtual void closed() noexcept = 0;

    protected:
        ~attempter() = default;
    };
    struct side {
        intrusive_list<attempter> waiters;
        attempter* trying = nullptr;  // woken, stands in the ready queue
        bool promising = true;        // nothing said yet that a call would block
    };

    side& at(direction which) noexcept { return sides_[static_cast<unsigned>(which)]; }

    void on_ready(os::readiness now) noexcept override {
        bool both = now.hangup || now.error;
        if (now.readable || both) promise(at(direction::in));
        if (now.writable || both) promise(at(direction::out));
    }
    static void promise(side& on) noexcept {
        on.promising = true;
        wake_next(on);
    }
    static void wake_next(side& on) noexcept {
        if (!on.promising || on.trying || on.waiters.empty()) return;
        on.trying = &on.waiters.pop_front();
        on.trying->woken();
    }

    os::file_descriptor fd_;
    reactor& reactor_;
    side sides_[2];
};

template <class Attempt>
class shared_descriptor::operation final : public shared_descriptor::attempter {
public:
    operation(shared_descriptor& on, direction which, Attempt attempt)
        : which_(which), descriptor_(&on), attempt_(std::move(attempt)) {}
    operation(const operation&) = delete;
    ~operation() { leave(); }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (refused()) {
            descriptor_ = nullptr;  // which may be gone when its turn comes
            return declined(waiting);
        }
        side& mine = descriptor_->at(which_);
        bool alone = !mine.trying && mine.waiters.empty();
        if (alone && mine.promising && may_go_on() && tried()) {
            descriptor_ = nullptr;
            return false;
        }
        park(waiting);
        mine.waiters.push_back(*this);
        wake_next(mine);
        return true;
    }
    auto await_resume() {
        throw_if_cancelled();
        return attempt_.result();
    }
    void cancel() noexcept override {
        leave();
        finish_cancelled();
    }

private:
    bool tried() noexcept {
        bool done = attempt_(descriptor_->get());
        if (!done) descriptor_->at(which_).promising = false;
        return done;
    }
    bool ready() noexcept override {
        if (!descriptor_) return true;
        side& mine = descriptor_->at(which_);
        CORACLE_ASSERT(mine.trying == this);
        if (!tried()) {
            mine.trying = nullptr;
            mine.waiters.push_front(*this);
            return false;
        }
        leave();
        settled();
        return true;
    }
    void closed() noexcept override {
        tried();
        descriptor_ = nullptr;
        unlink();
        finish();
    }
    /// Out of the queue; whoever stands behind has the turn.
    void leave() noexcept {
        shared_descriptor* left = std::exchange(descriptor_, nullptr);
        if (!left) return;
        side& mine = left->at(which_);
        unlink();
        if (mine.trying != this) return;
        mine.trying = nullptr;
        wake_next(mine);
    }

    direction which_;
    shared_descriptor* descriptor_;
    Attempt attempt_;
};

}  // namespace coracle::loop

// ---- coracle/loop/borrowed_descriptor.hpp
// borrowed_descriptor: another library's descriptor that is waited for often.
// What readable(fd) does, with the poller asked once instead of each time.

namespace coracle::loop {

/// Watches a duplicate of a number that somebody else owns. The open file stays open until this goes too, so destroy it
/// before, or with, its owner; a library that opens another one wants another of these. Moves while nobody waits for
/// it; any number of jobs may wait.
class borrowed_descriptor {
    using wait = shared_descriptor::operation<detail::probe>;

public:
    /// Of the current reactor. Error: std::system_error (not open; operation_not_permitted for what the poller cannot
    /// watch, as a plain file, which is always ready).
    explicit borrowed_descriptor(int fd) {
        auto same = os::duplicate(fd);
        if (!same) detail::cannot_wait_for(same.error());
        watched_ = std::make_unique<shared_descriptor>(std::move(*same));
    }

    /// As the functions of these names. cost: one system call when it is ready, else two.
    wait readable() { return watched_->until(direction::in, detail::probe(direction::in)); }
    wait writable() { return watched_->until(direction::out, detail::probe(direction::out)); }

private:
    std::unique_ptr<shared_descriptor> watched_;
};

}  // namespace coracle::loop

// ---- coracle/loop/signal_set.hpp
// signal_set: signals as something that a task waits for. trio.open_signal_receiver, asyncio's add_signal_handler.

namespace coracle {

namespace loop {

/// A set's part of a wait: the next signal that has come.
class signal_attempt {
public:
    explicit signal_attempt(os::signal_mailbox& from) noexcept : from_(&from) {}
    bool operator()(int alarm) noexcept {
        if (alarm >= 0) os::drain(alarm);  // first: what comes after it rings again
        number_ = from_->take();
        return number_ != 0 || alarm < 0;
    }
    int result() const noexcept { return number_; }

private:
    os::signal_mailbox* from_;
    int number_ = 0;
};

}  // namespace loop

/// While it lives these signals do not do what they usually do, but are remembered until next() takes them:
/// `signal_set signals{SIGHUP, SIGUSR1};  while (int number = co_await signals.next()) ...`
/// Several of a kind that come before next() takes the first are one, as POSIX has it; those of different kinds are
/// given in turn. Any number of sets, on any loops, may name the same signal: each is told, and beside them a server or
/// an interrupt of its Ctrl-C. On destruction the signals mean what they did before.
/// Moves while nobody waits for it. cost: two descriptors.
class signal_set {
public:
    /// Of the current reactor. error: std::logic_error (no signal, or one of a fault, as SIGSEGV), std::system_error
    /// (SIGKILL and SIGSTOP; no descriptor left).
    signal_set(std::initializer_list<int> numbers) : state_(std::make_unique<state>(numbers)) {}
    signal_set(signal_set&&) noexcept = default;
    signal_set& operator=(signal_set&&) noexcept = default;

    /// The number of a signal that has come; waits for one when none has. 0 after close(). One job at a time waits.
    /// error: `cancelled`, and then no signal has been taken; std::logic_error when another job waits.
    loop::descriptor::operation<loop::signal_attempt> next() {
        return state_->alarm.until(loop::direction::in, loop::signal_attempt(state_->mailbox));
    }

    /// No further signal comes in, and the signals mean what they did before. Wakes: who waits, with 0; signals that
    /// have come before can still be taken.
    void close() noexcept {
        state_->mailbox.stop();
        state_->alarm.close();
    }

private:
    struct state {
        explicit state(std::initializer_list<int> numbers)
            : state(std::span(numbers.begin(), numbers.size()), open()) {}
        state(std::span<const int> numbers, os::pipe_ends ends)
            : alarm(std::move(ends.reader)), mailbox(numbers, std::move(ends.writer)) {}

        static os::pipe_ends open() {
            auto made = os::open_pipe();
            if (!made) throw std::system_error(made.error(), "coracle: a pipe for signals");
            for (int fd : {made->reader.get(), made->writer.get()})
                if (auto done = os::set_blocking(fd, false); !done)
                    throw std::system_error(done.error(), "coracle: a pipe for signals");
            return std::move(*made);
        }

        loop::descriptor alarm;  // closed after the mailbox, which writes to its other end
        os::signal_mailbox mailbox;
    };
    std::unique_ptr<state> state_;
};

}  // namespace coracle

// ---- coracle/loop/sent_job.hpp
// sent_job: a task that one thread gives to the loop of another, to run there as a job of its own.

namespace coracle {

/// The loop that a task was sent to has ended before the task did.
class loop_ended : public std::runtime_error {
public:
    loop_ended() : std::runtime_error("the loop has ended before the task that was sent to it") {}
};

/// What `cancelled` is to another thread or loop, which was not cancelled itself.
class task_cancelled : public std::runtime_error {
public:
    task_cancelled() : std::runtime_error("the task was cancelled on the loop that it was sent to") {}
};

namespace loop {

/// Stays where it is from send() to over().
template <class T>
class sent_job : async::arrival, async::remains, reactor::resident {
public:
    /// in: the task sees the values that `seen` holds.
    sent_job(reactor& to, task<T> work, async::context seen = {})
        : to_(to), work_(std::move(work)), seen_(std::move(seen)) {}
    sent_job(const sent_job&) = delete;
    sent_job& operator=(const sent_job&) = delete;

    /// From any thread, once.
    void send() noexcept { to_.deliver(*this); }

protected:
    ~sent_job() {
        if (work_ && !done_ && !job_) work_->let_go();
    }

    /// On the thread of the loop: the task has ended, or the loop has and there is none. The last that is heard of it:
    /// from here on the sender may destroy this.
    virtual void over(bool loop_has_ended) noexcept = 0;

    /// On the thread of the loop.
    void cancel_job() noexcept {
        if (job_) job_->root().cancel();
    }
    /// The task that has ended; not when its loop has.
    task<T>& ended_task() noexcept { return *work_; }
    reactor& destination() const noexcept { return to_; }

private:
    void arrived() noexcept override {
        to_.take_in(*this);
        job_.emplace(to_.root());
        job_->values() = std::move(seen_);
        async::scheduler::run_as as(to_, *job_, work_->where());
        work_->start(this);
    }
    void lost() noexcept override {
        work_->let_go();
        end(true);
    }
    void task_ended() noexcept override {
        done_ = true;
        to_.leave_to_bury(*this);
    }
    void bury() noexcept override { end(false); }
    void evicted() noexcept override {
        static_cast<async::remains&>(*this).unlink();
        end(!done_);
    }
    void end(bool loop_has_ended) noexcept {
        static_cast<reactor::resident&>(*this).unlink();
        if (loop_has_ended) work_.reset();
        job_.reset();
        over(loop_has_ended);
    }

    reactor& to_;
    std::optional<async::job> job_;
    std::optional<task<T>> work_;
    async::context seen_;
    bool done_ = false;
};

}  // namespace loop
}  // namespace coracle

// ---- coracle/loop/submit.hpp
// submit: a task for a loop, from a thread that has none. asyncio.run_coroutine_threadsafe.
// Facts: an exception in a std::future is shared by both threads for a moment. Thread sanitizers that do not see into
// libstdc++, where it is counted, may call its end a race; there is none.

namespace coracle {

namespace loop {

/// Owns itself once it is sent.
template <class T>
class submitted_job final : sent_job<T> {
public:
    submitted_job(reactor& to, task<T> work) : sent_job<T>(to, std::move(work)) {}
    std::future<T> result() { return promise_.get_future(); }
    using sent_job<T>::send;

private:
    void over(bool loop_has_ended) noexcept override {
        if (loop_has_ended)
            promise_.set_exception(std::make_exception_ptr(loop_ended()));
        else
            tell();
        delete this;
    }
    void tell() noexcept {
        try {
            if constexpr (std::is_void_v<T>) {
                this->ended_task().result();
                promise_.set_value();
            } else {
                promise_.set_value(this->ended_task().result());
            }
        } catch (const cancelled&) {
            promise_.set_exception(std::make_exception_ptr(task_cancelled()));
        } catch (...) {
            promise_.set_exception(std::current_exception());
        }
    }

    std::promise<T> promise_;
};

}  // namespace loop

/// Runs `work` on `on`, and gives its value to whoever holds the future: `submit(server_loop, refresh()).get();`
/// From any thread; get() on the loop's own would wait for itself. Dropping the future does not end the task.
/// error: in the future: what the task throws, task_cancelled for `cancelled`, and loop_ended when the loop ends first.
template <class T>
std::future<T> submit(loop::reactor& on, task<T> work) {
    auto* job = new loop::submitted_job<T>(on, std::move(work));
    std::future<T> result = job->result();
    job->send();
    return result;
}

}  // namespace coracle

// ---- coracle/loop/on_loop_of.hpp
// on_loop_of: runs a task on the loop of another thread and waits for it from here.

namespace coracle {

namespace loop {

/// The awaiter of on_loop_of(): the job goes there, perhaps an order to cancel it behind it, and news of its end comes
/// back. All three live here, in the coroutine that waits.
template <class T>
class [[nodiscard("write co_await before it")]] trip final : public async::operation, sent_job<T> {
public:
    trip(reactor& to, task<T> work, const async::context& seen)
        : sent_job<T>(to, std::move(work), seen), order_(*this), news_(*this) {}
    ~trip() {
        if (!away_) return;
        // The coroutine is destroyed while it waits: what runs there may use what it holds, so it has to end first.
        order_.give();
        this->home().intercept(news_);
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (this->refused()) return this->declined(waiting);
        this->park(waiting);
        back_ = &this->home();
        away_ = true;
        this->send();
        return true;
    }
    T await_resume() {
        this->throw_if_cancelled();
        if (loop_has_ended_) throw loop_ended();
        task<T>& ended = this->ended_task();
        if (!order_.given() && ended.error() && async::is_cancellation(ended.error())) throw task_cancelled();
        return ended.result();
    }
    // It is cancelled there, and waited for.
    void cancel() noexcept override { order_.give(); }

private:
    class cancel_order final : async::arrival {
    public:
        explicit cancel_order(trip& job) noexcept : job_(&job) {}
        void give() noexcept {
            std::lock_guard lock(mutex_);
            if (!std::exchange(given_, true) && job_) job_->destination().deliver(*this);
        }
        bool given() const noexcept { return given_; }
        /// On the other thread, at the end of the job: its loop may be gone soon.
        void expire() noexcept {
            std::lock_guard lock(mutex_);
            job_->destination().withdraw(*this);
            job_ = nullptr;
        }

    private:
        void arrived() noexcept override { job_->cancel_job(); }
        void lost() noexcept override {}

        std::mutex mutex_;
        trip* job_;
        bool given_ = false;
    };
    class end_news final : public async::arrival {
    public:
        explicit end_news(trip& of) noexcept : trip_(of) {}

    private:
        void arrived() noexcept override {
            trip_.away_ = false;
            trip_.finish();
        }
        void lost() noexcept override { trip_.away_ = false; }

        trip& trip_;
    };

    void over(bool loop_has_ended) noexcept override {
        loop_has_ended_ = loop_has_ended;
        order_.expire();
        back_->deliver(news_);  // from here on this may be gone
    }

    cancel_order order_;
    end_news news_;
    async::scheduler* back_ = nullptr;
    bool away_ = false;
    bool loop_has_ended_ = false;
};

}  // namespace loop

/// Runs `work` on the loop `there`, as a job of its own, and gives its value here: `co_await on_loop_of(worker,
/// refresh(cache));`. It sees the context of this task. Cancelled, it is cancelled there, and waited for.
/// keeps: `there`, whose thread has to turn it until then.
/// error: what the task throws; task_cancelled when it was cancelled there alone; loop_ended when that loop ends first.
/// wakes: from the ready queue of this loop. cost: the wake-up of two threads.
template <class T>
task<T> on_loop_of(loop::reactor& there, task<T> work) {
    if (&there == &loop::reactor::current()) co_return co_await std::move(work);
    loop::trip<T> away(there, std::move(work), async::this_job().values());
    co_return co_await away;
}

}  // namespace coracle

// ---- coracle/loop/loop_thread.hpp
// loop_thread: a loop on a thread of its own, for programs that want several.

namespace coracle {

/// Turns from its birth to stop(); give it work with submit() and on_loop_of(), and functions with loop().post().
/// What a posted function throws is reported, and the loop goes on.
class loop_thread {
public:
    /// With a thread pool of its own.
    loop_thread() : own_pool_(std::make_unique<loop::thread_pool>()), loop_(*own_pool_) { start(); }
    /// keeps: the pool, for several loops to share.
    explicit loop_thread(loop::thread_pool& pool) : loop_(pool) { start(); }
    loop_thread(const loop_thread&) = delete;
    loop_thread& operator=(const loop_thread&) = delete;
    /// Stops it, and waits for its tasks to end.
    ~loop_thread() {
        stop();
        thread_.join();
    }

    loop::reactor& loop() noexcept { return loop_; }
    operator loop::reactor&() noexcept { return loop_; }

    /// Cancels every task there; the loop ends when they have ended. From any thread, and again.
    void stop() noexcept {
        if (!asked_.exchange(true)) loop_.deliver(order_);
    }

private:
    class stop_order final : public async::arrival {
    public:
        explicit stop_order(loop::reactor& to) noexcept : to_(to) {}
        bool here() const noexcept { return here_; }

    private:
        void arrived() noexcept override {
            here_ = true;
            to_.root().cancel();
        }
        void lost() noexcept override {}

        loop::reactor& to_;
        bool here_ = false;
    };

    void start() {
        thread_ = std::thread([this] {
            while (!ended()) turn();
        });
    }
    bool ended() const noexcept { return order_.here() && !loop_.has_residents() && loop_.background().running() == 0; }
    void turn() noexcept {
        try {
            loop_.run_until([this] { return ended(); });
        } catch (const std::exception& error) {
            report(std::string("a function posted to a loop_thread threw: ") + error.what());
        } catch (...) {
            report("a function posted to a loop_thread threw something that is no std::exception");
        }
    }

    std::unique_ptr<loop::thread_pool> own_pool_;
    loop::reactor loop_;
    stop_order order_{loop_};
    std::atomic<bool> asked_{false};
    std::thread thread_;
};

}  // namespace coracle

// ---- coracle/loop/completion.hpp
// completion, completer: one value that another thread or a callback of some C library will have. A one-shot channel.

namespace coracle {

/// Thrown by completion::wait() when nobody is left who could complete it.
class completer_dropped : public std::runtime_error {
public:
    completer_dropped() : std::runtime_error("every completer was dropped, and none was used: nothing will come") {}
};

namespace loop {

/// What a completion and its completers share.
template <class T>
class pending_value {
public:
    /// False when there is an outcome already, or nobody wants one. From any thread.
    template <class... Value>
    bool set(Value&&... value) {
        std::lock_guard lock(mutex_);
        if (done_ || unwanted_) return false;
        value_.emplace(std::forward<Value>(value)...);
        tell_with_lock();
        return true;
    }
    bool fail(std::exception_ptr error) noexcept {
        std::lock_guard lock(mutex_);
        if (done_ || unwanted_) return false;
        error_ = std::move(error);
        tell_with_lock();
        return true;
    }

    class waiter;
    void unwanted() noexcept {
        std::lock_guard lock(mutex_);
        unwanted_ = waiter_ == nullptr;
    }
    bool done() noexcept {
        std::lock_guard lock(mutex_);
        return done_;
    }

private:
    void tell_with_lock() noexcept {
        done_ = true;
        if (waiter_) waiter_->tell_with_lock();
    }

    std::mutex mutex_;  // guards what follows; the value is the waiter's once done_ is true
    bool done_ = false;
    bool unwanted_ = false;
    waiter* waiter_ = nullptr;
    std::optional<async::value_of<T>> value_;
    std::exception_ptr error_;
};

/// The awaiter of completion::wait().
template <class T>
class [[nodiscard("write co_await before wait()")]] pending_value<T>::waiter final : public async::operation,
                                                                                     async::arrival {
public:
    explicit waiter(std::shared_ptr<pending_value> on) noexcept : on_(std::move(on)) {}
    ~waiter() {
        std::lock_guard lock(on_->mutex_);
        if (on_->waiter_ != this) return;
        on_->waiter_ = nullptr;
        if (on_->done_) this->home().withdraw(*this);
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (this->refused()) return this->declined(waiting);
        std::lock_guard lock(on_->mutex_);
        if (on_->waiter_) throw std::logic_error("coracle: two jobs wait for one completion; one of them would get it");
        if (on_->done_) return this->done_at_once(waiting);
        this->park(waiting);
        on_->waiter_ = this;
        return true;
    }
    T await_resume() {
        this->throw_if_cancelled();
        if (on_->error_) std::rethrow_exception(std::exchange(on_->error_, nullptr));
        if (!on_->value_) throw std::logic_error("coracle: the outcome of a completion was taken before");
        async::value_of<T> value = std::move(*on_->value_);
        on_->value_.reset();
        if constexpr (!std::is_void_v<T>) return value;
    }
    // What has been completed counts as done, and is on its way.
    void cancel() noexcept override {
        std::lock_guard lock(on_->mutex_);
        if (on_->done_) return;
        on_->waiter_ = nullptr;
        this->finish_cancelled();
    }

private:
    friend class pending_value;
    void tell_with_lock() noexcept { this->home().deliver(*this); }
    void arrived() noexcept override {
        leave();
        this->finish();
    }
    void lost() noexcept override { leave(); }
    void leave() noexcept {
        std::lock_guard lock(on_->mutex_);
        on_->waiter_ = nullptr;
    }

    std::shared_ptr<pending_value> on_;  // the completion may go first
};

}  // namespace loop

/// Completes a completion, once: the first of its copies that is used decides. From any thread, and from a callback of
/// a library that knows no loop; not from a signal handler.
template <class T>
class completer {
public:
    /// False when it was completed already, or nobody waits any more.
    bool set(async::value_of<T> value) const
        requires(!std::is_void_v<T>)
    {
        return end_->value->set(std::move(value));
    }
    bool set() const
        requires std::is_void_v<T>
    {
        return end_->value->set();
    }
    /// wait() throws it.
    bool fail(std::exception_ptr error) const noexcept { return end_->value->fail(std::move(error)); }

    /// For the `void*` of a C callback: owns a completer until from() takes it back, once.
    void* release() && { return new completer(std::move(*this)); }
    static completer from(void* released) {
        std::unique_ptr<completer> owned(static_cast<completer*>(released));
        return std::move(*owned);
    }

private:
    template <class>
    friend class completion;
    struct last_end {
        std::shared_ptr<loop::pending_value<T>> value;
        explicit last_end(std::shared_ptr<loop::pending_value<T>> of) noexcept : value(std::move(of)) {}
        ~last_end() { value->fail(std::make_exception_ptr(completer_dropped())); }
    };
    explicit completer(std::shared_ptr<last_end> end) noexcept : end_(std::move(end)) {}

    std::shared_ptr<last_end> end_;
};

/// `completion<int> rows; start(query, rows.completer()); int n = co_await rows.wait();`
/// Belongs to the thread of its loop. When it goes first, completers find that nobody waits any more, unless somebody
/// does.
/// cost: an allocation; completing it costs none but the value's own.
template <class T = void>
class completion {
    static_assert(!std::is_reference_v<T>, "coracle: a completion carries a value, not a reference");

public:
    completion() : value_(std::make_shared<loop::pending_value<T>>()) {}
    completion(const completion&) = delete;
    completion& operator=(const completion&) = delete;
    ~completion() { value_->unwanted(); }

    /// One more copy. When the last one goes without having been used, wait() throws completer_dropped.
    coracle::completer<T> completer() {
        std::shared_ptr end = end_.lock();
        if (!end) end_ = end = std::make_shared<typename coracle::completer<T>::last_end>(value_);
        return coracle::completer<T>(std::move(end));
    }

    /// Waits for the value. A cancelled wait loses nothing: a later one gets what has come. error: what fail() was
    /// given; completer_dropped.
    auto wait() noexcept { return typename loop::pending_value<T>::waiter(value_); }
    bool done() const noexcept { return value_->done(); }

private:
    std::shared_ptr<loop::pending_value<T>> value_;
    std::weak_ptr<typename coracle::completer<T>::last_end> end_;
};

}  // namespace coracle

// ---- coracle/loop/wrap_future.hpp
// wrap_future: waits for a std::future without blocking the loop. asyncio.wrap_future.

namespace coracle {

namespace loop {

/// A std::future that gives its last breath on the thread pool: that of std::async waits for its thread.
template <class T>
class held_future {
public:
    explicit held_future(std::future<T> f) noexcept : future(std::move(f)) {}
    held_future(held_future&&) = delete;
    ~held_future() {
        if (!future.valid() || future.wait_for(std::chrono::seconds(0)) == std::future_status::ready) return;
        try {
            offload_detached([last = std::move(future)] {});
        } catch (...) {  // no loop or no thread is left: then it waits here
        }
    }

    /// Until there is a value, or nobody wants it any more. A std::future cannot be told, so it is asked.
    template <class Stop>
    void wait(const Stop& stop) const {
        constexpr auto patience = std::chrono::milliseconds(10);
        while (!stop.stop_requested()) switch (future.wait_for(patience)) {
                case std::future_status::deferred:
                    return future.wait();
                case std::future_status::ready:
                    return;
                case std::future_status::timeout:
                    break;
            }
    }

    std::future<T> future;
};

}  // namespace loop

/// Waits for `future`, on a thread of the pool, in lane::user: `int n = co_await wrap_future(std::move(f));`
/// Prefer a completion where you can say what completes it. error: what the future holds; std::future_error when it is
/// not valid. Cancelled, it gives the future up within 10 ms.
template <class T>
task<T> wrap_future(std::future<T> future) {
    loop::held_future<T> held(std::move(future));
    if (!held.future.valid()) throw std::future_error(std::future_errc::no_state);
    auto wait = [&held](auto stop) { held.wait(stop); };
    co_await offload(wait);
    co_return held.future.get();
}

}  // namespace coracle

// ---- coracle/loop/sleep.hpp
// sleep: waits for time to pass, and for nobody else to wait. asyncio.sleep.

namespace coracle {

// So that `using namespace coracle;` is enough to write co_await sleep(2s).
using namespace std::chrono_literals;

namespace loop {

/// The awaiter of sleep() and sleep_until().
class [[nodiscard("write co_await before sleep()")]] sleeper final : public async::operation, timer {
public:
    explicit sleeper(os::time_point until) noexcept : until_(until) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (refused()) return declined(waiting);
        reactor& on = reactor::current();
        bool past = until_ <= on.turn_time();
        if (!past) on.timers().arm(*this, until_);
        park(waiting);
        if (past) finish();
        return true;
    }
    void await_resume() const { throw_if_cancelled(); }
    void cancel() noexcept override {
        disarm();
        finish_cancelled();
    }

private:
    void fire(os::time_point) noexcept override { finish(); }
    os::time_point until_;
};

/// What time it is on the clock of the loop, for sleep_until(), timeout_at() and the like. asyncio's loop.time().
inline os::time_point now() { return reactor::current().now(); }

}  // namespace loop

/// Resumes at `until`, or at once when that has passed, but never without giving the others a turn.
inline loop::sleeper sleep_until(os::time_point until) noexcept { return loop::sleeper(until); }

/// Resumes after `duration`: `co_await sleep(2s);`. Never early.
/// wakes: from the ready queue of the loop. error: `cancelled`; std::logic_error outside of a loop.
inline loop::sleeper sleep(std::chrono::nanoseconds duration) {
    loop::reactor& on = loop::reactor::current();
    return loop::sleeper(duration > duration.zero() ? loop::later(on.now(), duration) : on.turn_time());
}
/// The same for fractions: `co_await sleep(0.5s);`.
template <std::floating_point Rep, class Period>
loop::sleeper sleep(std::chrono::duration<Rep, Period> duration) {
    std::chrono::duration<double, std::nano> wanted = duration;
    constexpr auto most = std::chrono::nanoseconds::max();
    if (!(wanted.count() > 0)) return sleep(std::chrono::nanoseconds::zero());
    // A double this large is whole, and one below the bound fits.
    bool fits = wanted.count() < static_cast<double>(most.count());
    return sleep(fits ? std::chrono::ceil<std::chrono::nanoseconds>(wanted) : most);
}

/// A number without a unit would call the sleep() of POSIX, which blocks the loop.
template <std::integral Number>
void sleep(Number) {
    static_assert(!std::is_integral_v<Number>, "coracle: say the unit of a sleep: sleep(1s), sleep(100ms)");
}

}  // namespace coracle

// ---- coracle/loop/time_span.hpp
// time_span: how long, in whichever unit it was said. Every std::chrono duration becomes one.

namespace coracle::loop {

/// A number of nanoseconds; what does not fit is as long as can be, a fraction is rounded up, and what is no number is
/// no time. So `timeout(std::chrono::hours::max(), ...)` waits for ever instead of overflowing.
class time_span {
public:
    template <class Rep, class Period>
    constexpr time_span(std::chrono::duration<Rep, Period> said) noexcept  // implicit: users write 5s
        : length_(converted(said)) {}
    /// A number without a unit would be a guess.
    template <class Number>
        requires std::is_arithmetic_v<Number>
    constexpr time_span(Number) noexcept {
        static_assert(!std::is_arithmetic_v<Number>, "coracle: say the unit of a time: 5s, 100ms, 1.5s");
    }

    constexpr std::chrono::nanoseconds nanoseconds() const noexcept { return length_; }
    constexpr bool for_ever() const noexcept { return length_ == length_.max(); }

private:
    template <class Rep, class Period>
    static constexpr std::chrono::nanoseconds converted(std::chrono::duration<Rep, Period> said) noexcept {
        using std::chrono::nanoseconds;
        if constexpr (std::is_convertible_v<std::chrono::duration<Rep, Period>, nanoseconds>) {
            constexpr auto most = nanoseconds::max().count() / std::ratio_divide<Period, std::nano>::num;
            if (std::cmp_greater(said.count(), most)) return nanoseconds::max();
            if (std::cmp_less(said.count(), -most)) return nanoseconds::min();
            return said;
        } else {
            // A double this large is whole, and one below the bound fits.
            std::chrono::duration<double, std::nano> wanted = said;
            if (!(wanted.count() > 0)) return nanoseconds::zero();
            bool fits = wanted.count() < static_cast<double>(nanoseconds::max().count());
            return fits ? std::chrono::ceil<nanoseconds>(wanted) : nanoseconds::max();
        }
    }
    std::chrono::nanoseconds length_{};
};

/// For messages, in the largest unit that leaves no fraction: "5s", "1500ms", "90s".
inline std::string to_text(time_span length) {
    auto count = length.nanoseconds().count();
    if (count == 0) return "0s";
    const char* unit = "ns";
    for (const char* larger : {"us", "ms", "s"}) {
        if (count % 1000 != 0) break;
        count /= 1000;
        unit = larger;
    }
    return std::to_string(count) + unit;
}

}  // namespace coracle::loop

// ---- coracle/loop/timed_out.hpp
// timed_out: what timeout() throws. asyncio.TimeoutError.

namespace coracle {

/// Something took too long, and was cancelled. Its text says how long it had: "timed out after 5s".
class timed_out : public std::runtime_error {
public:
    explicit timed_out(std::chrono::nanoseconds after)
        : std::runtime_error("timed out after " + loop::to_text(after)), after_(after) {}

    /// How long it had.
    std::chrono::nanoseconds after() const noexcept { return after_; }

private:
    std::chrono::nanoseconds after_;
};

}  // namespace coracle

// ---- coracle/loop/timeout_scope.hpp
// timeout_scope, with_timeout: a part of a task that has only so much time, which can be changed. asyncio.timeout.

namespace coracle {

/// From here to its end the running job is cancelled when the time is up: its wait under way, and every later one.
/// Made by with_timeout(), which turns the cancellation into timed_out.
class timeout_scope final : loop::timer {
public:
    /// No time or less: the first wait is cancelled. The clock runs from here.
    explicit timeout_scope(loop::time_span limit) : timeout_scope() { set(began_, limit); }
    explicit timeout_scope(os::time_point until) : timeout_scope() { reschedule_at(until); }
    timeout_scope(const timeout_scope&) = delete;
    timeout_scope& operator=(const timeout_scope&) = delete;

    /// The time is up: it waits no more.
    bool expired() const noexcept { return expired_; }
    /// When the time is up; nothing when it never is.
    std::optional<os::time_point> deadline() const noexcept {
        if (due_ == os::time_point::max()) return std::nullopt;
        return due_;
    }
    /// How much of it is left; zero when it is up, nanoseconds::max() when it never is.
    std::chrono::nanoseconds remaining() const {
        if (due_ == os::time_point::max()) return std::chrono::nanoseconds::max();
        return since(on_.now());
    }

    /// The time is up so long after now. False: too late, it was up already.
    bool reschedule(loop::time_span from_now) { return set(on_.now(), from_now); }
    bool reschedule_at(os::time_point until) {
        if (expired_) return false;
        due_ = until;
        if (due_ == os::time_point::max())
            disarm();
        else if (due_ > on_.turn_time())
            on_.timers().arm(*this, due_);
        else
            expire();
        return true;
    }
    /// So much more than there was: `limit.extend(5s)` for each sign of progress. False: too late.
    bool extend(loop::time_span by) {
        if (expired_) return false;
        return due_ == os::time_point::max() || reschedule_at(loop::later(due_, by.nanoseconds()));
    }

    /// A `cancelled` that comes out of this part means no more than that its time is up: nothing around it was
    /// cancelled.
    bool swallows() const noexcept { return scope_.swallows(); }
    /// What to throw then.
    timed_out error() const { return timed_out(since(began_)); }

private:
    timeout_scope() : on_(loop::reactor::current()), began_(on_.now()), scope_(async::this_job()) {}
    bool set(os::time_point from, loop::time_span wait) {
        if (wait.nanoseconds() <= wait.nanoseconds().zero()) return reschedule_at(os::time_point::min());
        return reschedule_at(wait.for_ever() ? os::time_point::max() : loop::later(from, wait.nanoseconds()));
    }
    std::chrono::nanoseconds since(os::time_point from) const noexcept {
        return due_ > from ? due_ - from : std::chrono::nanoseconds::zero();
    }
    void expire() noexcept {
        disarm();
        expired_ = true;
        scope_.cancel();
    }
    void fire(os::time_point) noexcept override { expire(); }

    loop::reactor& on_;
    os::time_point began_;
    os::time_point due_ = os::time_point::max();
    bool expired_ = false;
    async::cancel_scope scope_;
};

namespace loop {

template <class T, class Limit, class Body>
task<T> within_time(Limit limit, Body body) {
    timeout_scope scope(limit);
    try {
        task<T> work = body(scope);
        if constexpr (std::is_void_v<T>) {
            co_await std::move(work);
            co_return;
        } else {
            T value = co_await std::move(work);
            co_return std::forward<T>(value);
        }
    } catch (const cancelled&) {
        if (!scope.swallows()) throw;
    }
    throw scope.error();
}

template <class Body>
using timed_body_value = typename std::invoke_result_t<std::decay_t<Body>&, timeout_scope&>::value_type;

}  // namespace loop

/// Runs `body(limit)`, which may move its own deadline:
/// `co_await with_timeout(5s, [&](timeout_scope& limit) -> task<> { ... limit.reschedule(5s); ... });`
/// error: what the body throws; timed_out when the time was up, after the body has ended; never instead of a value.
template <class Body>
auto with_timeout(loop::time_span limit, Body&& body) -> task<loop::timed_body_value<Body>> {
    static_assert(async::survives_gcc_12<Body>,
                  "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; capture "
                  "by reference, or name the lambda first: auto body = [...] {...}; co_await with_timeout(5s, body);");
    return loop::within_time<loop::timed_body_value<Body>>(limit, std::decay_t<Body>(std::forward<Body>(body)));
}
/// The same with the time at which it is up, on the clock of the loop.
template <class Body>
auto with_timeout(os::time_point until, Body&& body) -> task<loop::timed_body_value<Body>> {
    static_assert(
        async::survives_gcc_12<Body>,
        "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; capture "
        "by reference, or name the lambda first: auto body = [...] {...}; co_await with_timeout(then, body);");
    return loop::within_time<loop::timed_body_value<Body>>(until, std::decay_t<Body>(std::forward<Body>(body)));
}

}  // namespace coracle

// ---- coracle/loop/timeout.hpp
// timeout, try_for: a task that has only so much time. asyncio.wait_for, trio.fail_after and trio.move_on_after.

namespace coracle {

namespace loop {

// What try_for gives instead of T: false and null are as good as a missing optional.
template <class T>
struct tried {
    using type = std::optional<T>;
};
template <class T>
struct tried<T&> {
    using type = T*;
};
template <>
struct tried<void> {
    using type = bool;
};

template <class T, class Limit>
task<T> or_throw(Limit limit, task<T> work) {
    timeout_scope scope(limit);
    try {
        task<T> inner = std::move(work);  // dies before the scope
        if constexpr (std::is_void_v<T>) {
            co_await std::move(inner);
            co_return;
        } else {
            T value = co_await std::move(inner);
            co_return std::forward<T>(value);
        }
    } catch (const cancelled&) {
        if (!scope.swallows()) throw;
    }
    throw scope.error();
}

template <class T, class Limit>
task<typename tried<T>::type> or_nothing(Limit limit, task<T> work) {
    using result = typename tried<T>::type;
    timeout_scope scope(limit);
    try {
        task<T> inner = std::move(work);
        if constexpr (std::is_void_v<T>) {
            co_await std::move(inner);
            co_return true;
        } else if constexpr (std::is_reference_v<T>) {
            T value = co_await std::move(inner);
            co_return std::addressof(value);
        } else {
            T value = co_await std::move(inner);
            co_return result(std::move(value));
        }
    } catch (const cancelled&) {
        if (!scope.swallows()) throw;
    }
    co_return result();
}

}  // namespace loop

/// The value of `work` if it comes in time: `auto answer = co_await timeout(5s, fetch_user(id));`
/// in: the clock runs from the co_await; with no time or less, `work` runs until it first waits.
/// error: what `work` throws; timed_out when the time was up. Then `work` was cancelled and has ended; a value that it
/// gives all the same is not thrown away.
/// wakes: where `work` ends. cost: one more frame and a timer, about 50 ns; being too late costs an exception.
template <class T>
task<T> timeout(loop::time_span limit, task<T> work) {
    return loop::or_throw(limit, std::move(work));
}
/// The same with the time at which it is up, on the clock of the loop: several waits can share one.
template <class T>
task<T> timeout_at(os::time_point until, task<T> work) {
    return loop::or_throw(until, std::move(work));
}

/// The value of `work`, or nullopt when it does not come in time: `if (auto user = co_await try_for(1s, find(7)))`.
/// A task<> gives bool, and a task<T&> T*. error: what `work` throws.
template <class T>
task<typename loop::tried<T>::type> try_for(loop::time_span limit, task<T> work) {
    return loop::or_nothing(limit, std::move(work));
}
template <class T>
task<typename loop::tried<T>::type> try_until(os::time_point until, task<T> work) {
    return loop::or_nothing(until, std::move(work));
}

}  // namespace coracle

// ---- coracle/route/convertor.hpp
// convertor: what text a `{name:convertor}` placeholder takes. The words and their meaning are Starlette's.

namespace coracle::route {

/// The kinds of placeholder. A text that the convertor does not take is a route that does not match (404).
enum class convertor : unsigned char {
    text,     ///< `{name}` or `{name:str}`: one segment, not empty
    integer,  ///< `{name:int}`: one or more digits, no sign
    decimal,  ///< `{name:float}`: digits, then perhaps a point and digits
    uuid,     ///< `{name:uuid}`: 8-4-4-4-12 hexadecimal digits, each dash may be left out
    rest,     ///< `{name:path}`: all that is left of the path, slashes too; may be empty
};

/// The convertor of that name, or nothing.
constexpr std::optional<convertor> convertor_named(std::string_view name) noexcept {
    if (name == "str") return convertor::text;
    if (name == "int") return convertor::integer;
    if (name == "float") return convertor::decimal;
    if (name == "uuid") return convertor::uuid;
    if (name == "path") return convertor::rest;
    return std::nullopt;
}

namespace detail {

constexpr std::size_t leading_digits(std::string_view text) noexcept {
    std::size_t count = 0;
    while (count < text.size() && ascii::is_digit(text[count])) ++count;
    return count;
}

constexpr bool is_decimal(std::string_view text) noexcept {
    std::size_t whole = leading_digits(text);
    if (whole == 0) return false;
    if (whole == text.size()) return true;
    if (text[whole] != '.') return false;
    std::string_view fraction = text.substr(whole + 1);
    return !fraction.empty() && leading_digits(fraction) == fraction.size();
}

constexpr bool is_uuid(std::string_view text) noexcept {
    constexpr std::size_t groups[] = {8, 4, 4, 4, 12};
    std::size_t at = 0;
    for (std::size_t length : groups) {
        if (at != 0 && at < text.size() && text[at] == '-') ++at;
        for (std::size_t i = 0; i < length; ++i, ++at)
            if (at >= text.size() || ascii::hex_value(text[at]) < 0) return false;
    }
    return at == text.size();
}

}  // namespace detail

/// Whether `kind` takes `text`, which is percent-decoded already.
constexpr bool takes(convertor kind, std::string_view text) noexcept {
    switch (kind) {
        case convertor::text:
            return !text.empty();
        case convertor::integer:
            return !text.empty() && detail::leading_digits(text) == text.size();
        case convertor::decimal:
            return detail::is_decimal(text);
        case convertor::uuid:
            return detail::is_uuid(text);
        case convertor::rest:
            return true;
    }
    return false;
}

}  // namespace coracle::route

// ---- coracle/route/pattern.hpp
// pattern: a route's text, read and checked. The same parser runs in the compiler and, for texts made at run time, at
// registration; either way each mistake has its sentence.
// `{name}` and `{name:convertor}` as in Starlette, `{?a,b=1}` as RFC 6570 3.2.8 with defaults added.

namespace coracle::route {

/// A route that was written wrongly. Thrown at registration; in a literal the compiler stops at the same sentence.
class pattern_error : public std::logic_error {
public:
    pattern_error(std::string_view route, std::string_view sentence)
        : std::logic_error("coracle: the route '" + shown(route) + "' is wrong: " + std::string(sentence)) {}

private:
    static std::string shown(std::string_view route) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        std::string out;
        for (char c : route) {
            auto byte = static_cast<unsigned char>(c);
            if (byte >= 0x20 && byte != 0x7F)
                out += c;
            else
                out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
        }
        return out;
    }
};

/// One part of the path between slashes: literal text as it was written (escapes not yet decoded), or a placeholder.
struct pattern_segment {
    std::string_view text{};  ///< the literal, or the placeholder's name
    bool is_placeholder = false;
    convertor kind = convertor::text;
};

/// One name of the `{?...}` part.
struct pattern_query {
    std::string_view name{};
    std::string_view default_text{};
    bool has_default = false;
};

/// A route, taken apart. Keeps: views into the text it was made from.
struct pattern {
    static constexpr std::size_t max_segments = 32;
    static constexpr std::size_t max_parameters = 16;

    std::string_view text{};
    std::array<pattern_segment, max_segments> segments{};
    std::size_t segment_count = 0;
    std::size_t placeholder_count = 0;
    std::array<pattern_query, max_parameters> queries{};
    std::size_t query_count = 0;

    constexpr pattern() = default;
    /// Error: pattern_error with a sentence; in a constant expression that sentence is what the compiler shows.
    constexpr explicit pattern(std::string_view route) : text(route) {
        read();
        check_names();
    }

    constexpr std::size_t parameter_count() const noexcept { return placeholder_count + query_count; }

    /// Name of the n-th parameter: the placeholders first, then the query names, each from left to right.
    constexpr std::string_view parameter_name(std::size_t n) const noexcept {
        if (n >= placeholder_count) return queries[n - placeholder_count].name;
        for (const pattern_segment& segment : segments)
            if (segment.is_placeholder && n-- == 0) return segment.text;
        return {};
    }

private:
    // The sentences stand inside the throw expressions because compilers show that line, and nothing else of it.
    // clang-format off
    constexpr void read() {
        if (text.empty() || text[0] != '/')
            throw pattern_error(text, "a route starts with '/'");
        std::size_t at = 1;
        for (;;) {
            if (segment_count == max_segments)
                throw pattern_error(text, "a route has at most 32 segments");
            std::size_t start = at;
            while (at < text.size() && text[at] != '/' && text[at] != '{') check_literal(at++);
            bool placeholder = at < text.size() && text[at] == '{' && text.substr(at, 2) != "{?";
            if (placeholder && at != start)
                throw pattern_error(text, "a placeholder fills a whole segment: write '/{name}'");
            if (placeholder) at = read_placeholder(at);
            else segments[segment_count++] = {text.substr(start, at - start), false, convertor::text};

            if (at == text.size()) return;
            if (text[at] == '{' && text.substr(at, 2) == "{?") return read_queries(at);
            if (text[at] != '/')
                throw pattern_error(text, "a placeholder fills a whole segment: a slash or the end follows it");
            if (placeholder && segments[segment_count - 1].kind == convertor::rest)
                throw pattern_error(text, "{name:path} takes the rest of the path, so it comes last");
            ++at;
        }
    }

    constexpr void check_literal(std::size_t at) const {
        char c = text[at];
        if (c == '}')
            throw pattern_error(text, "a closing brace has no opening brace before it");
        if (c == '?')
            throw pattern_error(text, "'?' is no part of a path; query names are written {?name,other=default}");
        if (c == '#')
            throw pattern_error(text, "'#' is no part of a path; browsers never send what follows it");
        if (c == ' ')
            throw pattern_error(text, "a space in a path is written %20");
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            throw pattern_error(text, "a control character cannot stand in a path");
        if (c != '%') return;
        if (text.size() - at < 3 || ascii::hex_value(text[at + 1]) < 0 || ascii::hex_value(text[at + 2]) < 0)
            throw pattern_error(text, "'%' needs two hexadecimal digits after it; the percent sign itself is %25");
        if (text.substr(at + 1, 2) == "00")
            throw pattern_error(text, "%00 cannot stand in a path");
    }

    constexpr std::size_t closing_brace(std::size_t open) const {
        std::size_t close = text.find('}', open);
        if (close == text.npos || text.substr(open + 1, close - open - 1).find('{') != text.npos)
            throw pattern_error(text, "an opening brace is never closed");
        return close;
    }

    constexpr std::size_t read_placeholder(std::size_t open) {
        std::size_t close = closing_brace(open);
        std::string_view name = text.substr(open + 1, close - open - 1);
        convertor kind = convertor::text;
        if (std::size_t colon = name.find(':'); colon != std::string_view::npos) {
            auto named = convertor_named(name.substr(colon + 1));
            if (!named)
                throw pattern_error(text, "unknown convertor; there are {name:str}, :int, :float, :uuid and :path");
            kind = *named;
            name = name.substr(0, colon);
        }
        check_name(name);
        if (parameter_count() == max_parameters)
            throw pattern_error(text, "a route has at most 16 parameters");
        segments[segment_count++] = {name, true, kind};
        ++placeholder_count;
        return close + 1;
    }

    constexpr void read_queries(std::size_t open) {
        std::size_t close = closing_brace(open);
        if (close + 1 != text.size())
            throw pattern_error(text, "the {?query} part comes last");
        std::string_view list = text.substr(open + 2, close - open - 2);
        for (bool more = true; more;) {
            std::size_t comma = list.find(',');
            std::string_view one = list.substr(0, comma);
            more = comma != std::string_view::npos;
            if (more) list.remove_prefix(comma + 1);

            std::size_t equals = one.find('=');
            pattern_query query{one.substr(0, equals), {}, equals != std::string_view::npos};
            if (query.has_default) query.default_text = one.substr(equals + 1);
            check_name(query.name);
            if (parameter_count() == max_parameters)
                throw pattern_error(text, "a route has at most 16 parameters");
            queries[query_count++] = query;
        }
    }

    constexpr void check_name(std::string_view name) const {
        if (name.empty())
            throw pattern_error(text, "a parameter needs a name: '{id}' in the path, '{?limit}' for the query");
        for (char c : name)
            if (!ascii::is_alpha(c) && !ascii::is_digit(c) && c != '_')
                throw pattern_error(text, "a parameter's name is made of letters, digits and '_'");
        if (ascii::is_digit(name[0]))
            throw pattern_error(text, "a parameter's name does not start with a digit");
    }

    constexpr void check_names() const {
        for (std::size_t i = 0; i < parameter_count(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (parameter_name(i) == parameter_name(j))
                    throw pattern_error(text, "two parameters have the same name");
    }
    // clang-format on
};

}  // namespace coracle::route

// ---- coracle/route/match.hpp
// match: what the router answers to a method and a path. Reused from request to request, so it allocates nothing twice.

namespace coracle::route {

/// How a lookup ended.
enum class outcome : unsigned char {
    found,               ///< `route` and `captures` say what to call
    options,             ///< nobody takes OPTIONS here: answer 204 with `allow`
    not_found,           ///< 404
    method_not_allowed,  ///< 405 with `allow`
    bad_path,            ///< 400: no leading slash, a broken percent escape, or %00
};

/// The answer of router::lookup.
/// keeps: `captures` are views into the path that was looked up, or into `decoded` when that is not empty.
struct match {
    outcome result = outcome::not_found;
    std::uint32_t route = 0;  ///< the number that router::add gave
    std::size_t capture_count = 0;
    std::array<std::string_view, pattern::max_parameters> captures{};  ///< per placeholder, decoded exactly once
    std::string allow{};                                               ///< value for the Allow field
    std::string decoded{};  ///< the path without its percent escapes, when it had any

    match() = default;
    match(const match&) = delete;
    match& operator=(const match&) = delete;

    std::string_view operator[](std::size_t n) const noexcept { return captures[n]; }
    /// The bytes of the path have moved from `from` to `to`.
    void rebase(const char* from, const char* to) noexcept {
        if (!decoded.empty()) return;
        for (std::size_t i = 0; i < capture_count; ++i) captures[i] = http::rebased(captures[i], from, to);
    }
};

}  // namespace coracle::route

// ---- coracle/route/method_table.hpp
// method_table: the methods that a router knows, as the bits of one number.

namespace coracle::route {

/// A set of methods: bit n stands for the method with number n in a method_table.
using method_bits = std::uint32_t;

/// Numbers for methods: those of http::method stand for themselves, other tokens get one when a route names them.
class method_table {
public:
    static constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);
    static constexpr auto get = static_cast<std::uint32_t>(http::method::get);
    static constexpr auto head = static_cast<std::uint32_t>(http::method::head);
    static constexpr auto options = static_cast<std::uint32_t>(http::method::options);

    std::uint32_t size() const noexcept { return known + static_cast<std::uint32_t>(others_.size()); }

    /// in: `token`, the method's text, is looked at only when `method` is other. out: none when no route names it.
    std::uint32_t find(http::method method, std::string_view token) const noexcept {
        if (method != http::method::other) return static_cast<std::uint32_t>(method);
        for (std::uint32_t i = 0; i < others_.size(); ++i)
            if (others_[i] == token) return known + i;
        return none;
    }

    /// The number of `token`, a new one if need be. Error: std::logic_error for what cannot be a method.
    std::uint32_t add(std::string_view token) {
        if (std::uint32_t number = find(http::method_from(token), token); number != none) return number;
        std::string name(token);
        if (!ascii::is_token(token))
            throw std::logic_error("coracle: '" + name + "' cannot be a method: a method is a token such as GET");
        for (std::uint32_t number = 0; number < known; ++number)
            if (ascii::iequals(this->name(number), token))
                throw std::logic_error("coracle: methods are case-sensitive: write " + std::string(this->name(number)) +
                                       " for '" + name + "'");
        if (size() == 32)
            throw std::logic_error("coracle: no more than 32 different methods, '" + name + "' is one more");
        others_.push_back(std::move(name));
        return size() - 1;
    }

    std::string_view name(std::uint32_t number) const noexcept {
        return number < known ? http::method_text(static_cast<http::method>(number)) : others_[number - known];
    }

    /// Replaces `out` by the methods as an Allow field lists them, with what coracle answers by itself: HEAD wherever
    /// there is GET, and OPTIONS.
    void list(method_bits methods, std::string& out) const {
        if (methods >> get & 1U) methods |= 1U << head;
        methods |= 1U << options;
        out.clear();
        for (std::uint32_t number = 0; number < size(); ++number) {
            if ((methods >> number & 1U) == 0) continue;
            if (!out.empty()) out += ", ";
            out += name(number);
        }
    }

private:
    static constexpr auto known = static_cast<std::uint32_t>(http::known_methods);
    std::vector<std::string> others_;
};

}  // namespace coracle::route

// ---- coracle/route/path_segments.hpp
// path_segments: a request's path, cut at its slashes and then decoded, each byte exactly once.
// RFC 3986 2.4: what separates is looked for before anything is decoded, so %2F is data inside a segment.

namespace coracle::route {

/// The first segments of a path. keeps: views into the path; when it had escapes, into the storage given, which is
/// empty otherwise.
class path_segments {
public:
    // The array is large and written before it is read: it stays as it is.
    path_segments() noexcept {}

    /// Reads at most `limit` segments (and checks the escapes of all). in: limit at most pattern::max_segments + 1.
    /// False: no leading slash, a broken escape, or %00. cost: allocates only when the path has escapes.
    bool read(std::string_view path, std::size_t limit, std::string& storage) {
        CORACLE_ASSERT(limit > 0 && limit <= pattern::max_segments + 1);
        count_ = 0;
        storage.clear();
        if (path.empty() || path[0] != '/') return false;
        if (path.find('%') != std::string_view::npos) return read_escaped(path, limit, storage);
        end_ = path.data() + path.size();
        std::size_t start = 1;
        for (std::size_t at = 1; at < path.size(); at += word) {
            for (std::uint64_t slashes = slashes_at(path, at); slashes != 0; slashes &= slashes - 1) {
                std::size_t slash = at + static_cast<std::size_t>(std::countr_zero(slashes)) / 8;
                keep(path.substr(start, slash - start));
                if (count_ == limit) return true;
                start = slash + 1;
            }
        }
        keep(path.substr(start));
        return true;
    }

    std::size_t count() const noexcept { return count_; }
    std::string_view operator[](std::size_t n) const noexcept { return {pieces_[n].data, pieces_[n].size}; }
    /// Everything from the n-th segment to the end of the path.
    std::string_view from(std::size_t n) const noexcept {
        return {pieces_[n].data, static_cast<std::size_t>(end_ - pieces_[n].data)};
    }

private:
    struct piece {
        const char* data;
        std::size_t size;
    };

    static constexpr std::size_t word = 8;

    void keep(std::string_view segment) noexcept { pieces_[count_++] = {segment.data(), segment.size()}; }

    /// The slashes among the eight bytes from `at` on: bit 8n + 7 for the n-th of them.
    static std::uint64_t slashes_at(std::string_view path, std::size_t at) noexcept {
        std::uint64_t bytes = 0;
        if (std::endian::native == std::endian::little && path.size() >= word) {
            // The last word is read so that it ends with the path, then shifted to where it should have begun.
            std::size_t from = path.size() - at < word ? path.size() - word : at;
            std::memcpy(&bytes, path.data() + from, word);
            bytes >>= 8 * (at - from);
        } else {
            for (std::size_t i = 0; i < word && at + i < path.size(); ++i)
                bytes |= static_cast<std::uint64_t>(static_cast<unsigned char>(path[at + i])) << 8 * i;
        }
        constexpr std::uint64_t ones = 0x0101010101010101ULL;
        constexpr std::uint64_t low = 0x7F * ones;
        bytes ^= '/' * ones;
        return ~(((bytes & low) + low) | bytes | low);
    }

    bool read_escaped(std::string_view path, std::size_t limit, std::string& storage) {
        storage.reserve(path.size());  // decoding never lengthens, so views into it hold
        std::string decoded;
        for (std::size_t at = 0; at != std::string_view::npos;) {
            std::size_t slash = path.find('/', at + 1);
            std::size_t length = slash == std::string_view::npos ? slash : slash - at - 1;
            auto segment = http::decode_path(path.substr(at + 1, length), decoded);
            if (!segment) return false;
            if (at != 0) storage.push_back('/');
            std::size_t start = storage.size();
            storage.append(*segment);
            if (count_ < limit) keep(std::string_view(storage).substr(start));
            at = slash;
        }
        end_ = storage.data() + storage.size();
        return true;
    }

    std::size_t count_ = 0;
    const char* end_ = nullptr;
    piece pieces_[pattern::max_segments + 1];
};

}  // namespace coracle::route

// ---- coracle/route/text_table.hpp
// text_table: (owner, text) -> number; filled once, frozen, then asked for ever. The router's only hash table.
// Its keys come from the program and never from a peer, and freezing looks for a seed without long probes, so no
// choice of paths makes a lookup slow.

namespace coracle::route {

/// A frozen hash table of texts. Keeps: its own copy of the keys. Lookups are const and allocate nothing.
class text_table {
public:
    static constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);

    /// in: a pair that is not in the table yet; a value other than none. out: the table's copy of the text.
    std::string_view insert(std::uint32_t owner, std::string_view text, std::uint32_t value) {
        CORACLE_ASSERT(slots_.empty());
        keys_.emplace_back(text);
        entries_.push_back({keys_.back(), owner, value, 0});
        if (text.size() > longest_) longest_ = text.size();
        return keys_.back();
    }

    /// Lays the slots out. No insert after this.
    void freeze() {
        CORACLE_ASSERT(slots_.empty());
        std::size_t size = 8;
        while (size < entries_.size() * 2) size *= 2;
        while (!try_sizes(size)) size *= 2;
    }

    /// The number stored under (owner, text), or none. cost: one hash of the text, at most eight slots.
    std::uint32_t find(std::uint32_t owner, std::string_view text) const noexcept {
        if (text.size() > longest_) return none;
        std::uint32_t wanted = hash(seed_, owner, text);
        for (std::size_t at = wanted & mask_;; at = (at + 1) & mask_) {
            const entry& slot = slots_[at];
            if (slot.value == none) return none;
            if (slot.hash == wanted && slot.owner == owner && slot.text == text) return slot.value;
        }
    }

private:
    struct entry {
        std::string_view text{};
        std::uint32_t owner = 0;
        std::uint32_t value = none;
        std::uint32_t hash = 0;
    };
    static constexpr std::size_t longest_probe = 8;
    static constexpr std::uint64_t seeds_per_size = 32;

    static std::uint32_t hash(std::uint64_t seed, std::uint32_t owner, std::string_view text) noexcept {
        constexpr std::uint64_t odd = 0x9E3779B97F4A7C15ULL;
        auto word = [&](std::size_t at) {
            std::uint64_t value;
            std::memcpy(&value, text.data() + at, sizeof value);
            return value;
        };
        auto half = [&](std::size_t at) {
            std::uint32_t value;
            std::memcpy(&value, text.data() + at, sizeof value);
            return static_cast<std::uint64_t>(value);
        };
        std::size_t size = text.size();
        std::uint64_t state = seed + owner * odd + size;
        auto mix = [&](std::uint64_t value) {
            state = (state ^ value) * odd;
            state ^= state >> 29;
        };
        // The last bytes are read as a word that overlaps the one before: no loop over single bytes.
        if (size >= 8) {
            for (std::size_t at = 0; at + 8 < size; at += 8) mix(word(at));
            mix(word(size - 8));
        } else if (size >= 4) {
            mix(half(0) << 32 | half(size - 4));
        } else if (size > 0) {
            auto byte = [&](std::size_t at) {
                return static_cast<std::uint64_t>(static_cast<unsigned char>(text[at]));
            };
            mix(byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1));
        }
        state *= odd;
        return static_cast<std::uint32_t>(state >> 32);
    }

    bool try_sizes(std::size_t size) {
        mask_ = size - 1;
        for (std::uint64_t seed = 1; seed <= seeds_per_size; ++seed)
            if (try_seed(seed)) return true;
        return false;
    }

    bool try_seed(std::uint64_t seed) {
        seed_ = seed * 0xD6E8FEB86659FD93ULL;
        slots_.assign(mask_ + 1, entry{});
        for (entry one : entries_) {
            one.hash = hash(seed_, one.owner, one.text);
            std::size_t at = one.hash & mask_;
            std::size_t probes = 1;
            for (; slots_[at].value != none; at = (at + 1) & mask_) ++probes;
            if (probes > longest_probe) return false;
            slots_[at] = one;
        }
        return longest_run() <= 2 * longest_probe;
    }

    /// A lookup that misses walks to the end of the run of full slots it lands in.
    std::size_t longest_run() const noexcept {
        std::size_t longest = 0;
        std::size_t run = 0;
        for (std::size_t at = 0; at <= 2 * mask_ + 1; ++at) {
            run = slots_[at & mask_].value == none ? 0 : run + 1;
            if (run > longest) longest = run;
        }
        return longest;
    }

    std::deque<std::string> keys_;  // a deque: views into it hold while it grows and moves
    std::vector<entry> entries_;
    std::vector<entry> slots_;
    std::uint64_t seed_ = 0;
    std::size_t mask_ = 0;
    std::size_t longest_ = 0;
};

}  // namespace coracle::route

// ---- coracle/route/router.hpp
// router: (method, path) -> the first registered route that matches both, at a cost that does not grow with the routes.
// A path without placeholders is one hash lookup whose answer was worked out when the table was frozen. All others go
// down a tree of segments; each node knows the earliest route below it, so later ones are not looked at.

namespace coracle::route {

/// The table of routes. Filled, frozen, then looked up from any number of threads at once.
/// HEAD goes where GET goes, unless the same path has a HEAD route of its own; OPTIONS is answered where no route does.
class router {
public:
    router() : nodes_(1) {}

    /// Adds a route for all of `methods`. out: its number, 0 for the first, counting up.
    /// error: std::logic_error for a method that is none, for a pair of method and path that a route already answers,
    /// and after freeze().
    std::uint32_t add(std::span<const std::string_view> methods, const pattern& route) {
        if (frozen_) throw std::logic_error("coracle: routes are added before the server starts, not while it runs");
        if (methods.empty())
            throw std::logic_error("coracle: the route '" + std::string(route.text) + "' has no method to answer");
        method_bits bits = 0;
        for (std::string_view method : methods) bits |= 1U << methods_.add(method);

        std::uint32_t at = grow(route);
        for (const ending& other : nodes_[at].endings)
            if (method_bits both = other.methods & bits)
                throw std::logic_error("coracle: " + first_name(both) + " " + std::string(route.text) +
                                       " would never be called: '" + texts_[other.route] +
                                       "' is registered before it and takes the same requests");
        auto number = static_cast<std::uint32_t>(texts_.size());
        nodes_[at].endings.push_back({number, bits});
        texts_.emplace_back(route.text);
        all_methods_ |= bits;
        if (route.segment_count > deepest_) deepest_ = route.segment_count;
        if (!remember_static(route)) all_static_ = false;
        return number;
    }
    std::uint32_t add(std::initializer_list<std::string_view> methods, const pattern& route) {
        return add(std::span(methods.begin(), methods.size()), route);
    }

    std::size_t size() const noexcept { return texts_.size(); }
    bool frozen() const noexcept { return frozen_; }

    /// Ends registration and makes the tables that lookups use. A second call does nothing.
    void freeze() {
        if (std::exchange(frozen_, true)) return;
        for (const auto& [edge, child] : growing_edges_) {
            node& parent = nodes_[edge.first];
            parent.only_text = edges_.insert(edge.first, edge.second, child);
            parent.only_literal = ++parent.literals == 1 ? child : no_node;
        }
        edges_.freeze();
        note_earliest(0);
        for (const std::string& path : growing_statics_) {
            statics_.insert(0, path, static_cast<std::uint32_t>(answers_.size()));
            answer_static(path);
        }
        statics_.freeze();
        growing_edges_.clear();
        growing_statics_.clear();
    }

    /// Fills `out` with the answer for one request. in: a frozen router; the method, and its text where it is `other`;
    /// the path as it stood on the wire, without the query.
    /// cost: the same for one route and a thousand; no memory, unless the path has escapes or methods are listed.
    void lookup(http::method method, std::string_view token, std::string_view path, match& out) const {
        CORACLE_ASSERT(frozen_);
        std::uint32_t number = methods_.find(method, token);
        std::uint32_t row = statics_.find(0, path);
        if (row != text_table::none) {
            if (number != method_table::none && answers_[row + number] != no_route) {
                out.result = outcome::found;
                out.route = answers_[row + number];
                out.capture_count = 0;
                return;
            }
        } else if (all_static_ && path.starts_with('/') && path.find('%') == std::string_view::npos) {
            out.result = outcome::not_found;
            return;
        }
        search_tree(number, path, out);
    }

private:
    static constexpr std::uint32_t no_route = static_cast<std::uint32_t>(-1);
    static constexpr std::uint32_t no_node = 0;  // the root is nobody's child
    static constexpr std::size_t convertors = 5;
    static constexpr auto rest = static_cast<std::size_t>(convertor::rest);

    struct ending {
        std::uint32_t route;
        method_bits methods;
    };
    struct node {
        std::uint32_t earliest = no_route;  // the first route that ends here or below
        std::array<std::uint32_t, convertors> placeholders{};
        std::uint32_t literals = 0;
        std::uint32_t only_literal = no_node;  // the child, where there is one literal and no more
        std::string_view only_text{};
        bool has_placeholders = false;
        std::vector<ending> endings{};  // in order of registration
    };

    /// One lookup on its way through the tree.
    struct journey {
        method_bits wanted = 0;
        method_bits seen = 0;  // methods of every route whose path matches; complete when best stays no_route
        std::uint32_t best = no_route;
        std::uint32_t best_node = 0;
        std::uint32_t held = 0;
        std::uint32_t best_held = 0;
        bool best_takes_rest = false;
        path_segments segments{};
        std::uint8_t captures[pattern::max_segments];  // the segment that each placeholder took
        std::uint8_t best_captures[pattern::max_segments];

        // The arrays are written before they are read.
        explicit journey(method_bits bits) noexcept : wanted(bits) {}
    };

    std::string first_name(method_bits bits) const {
        std::uint32_t number = 0;
        while ((bits >> number & 1U) == 0) ++number;
        return std::string(methods_.name(number));
    }

    static std::string decoded(std::string_view text) {
        std::string storage;
        return std::string(*http::decode_path(text, storage));
    }

    /// The node that the route ends in, made if need be.
    std::uint32_t grow(const pattern& route) {
        std::uint32_t at = 0;
        for (std::size_t i = 0; i < route.segment_count; ++i) {
            const pattern_segment& segment = route.segments[i];
            auto next = static_cast<std::uint32_t>(nodes_.size());
            if (segment.is_placeholder) {
                nodes_[at].has_placeholders = true;
                std::uint32_t& child = nodes_[at].placeholders[static_cast<std::size_t>(segment.kind)];
                next = child == no_node ? child = next : child;
            } else {
                next = growing_edges_.try_emplace({at, decoded(segment.text)}, next).first->second;
            }
            if (next == nodes_.size()) nodes_.emplace_back();
            at = next;
        }
        return at;
    }

    /// False when the route's paths cannot be listed.
    bool remember_static(const pattern& route) {
        if (route.placeholder_count != 0) return false;
        std::string path;
        for (std::size_t i = 0; i < route.segment_count; ++i) {
            std::string text = decoded(route.segments[i].text);
            // On the wire these bytes of a segment are always escaped, and escaped paths go down the tree.
            if (text.find_first_of("/%") != std::string::npos) return false;
            path += '/';
            path += text;
        }
        growing_statics_.insert(std::move(path));
        return true;
    }

    std::uint32_t note_earliest(std::uint32_t at) {
        std::uint32_t earliest = nodes_[at].endings.empty() ? no_route : nodes_[at].endings.front().route;
        for (std::uint32_t child : nodes_[at].placeholders)
            if (child != no_node) earliest = std::min(earliest, note_earliest(child));
        for (auto edge = growing_edges_.lower_bound({at, std::string()});
             edge != growing_edges_.end() && edge->first.first == at; ++edge)
            earliest = std::min(earliest, note_earliest(edge->second));
        return nodes_[at].earliest = earliest;
    }

    /// Appends the row of answers for a path without placeholders: per method the route to call, or no_route where the
    /// tree has to be asked (an earlier route with placeholders wins, or the method is not allowed).
    void answer_static(const std::string& path) {
        match found;
        for (std::uint32_t method = 0; method < methods_.size(); ++method) {
            search_tree(method, path, found);
            answers_.push_back(found.result == outcome::found && found.capture_count == 0 ? found.route : no_route);
        }
    }

    void search_tree(std::uint32_t method, std::string_view path, match& out) const {
        out.capture_count = 0;
        if (path == "*" && method == method_table::options) return allow(outcome::options, all_methods_, out);
        bool is_head = method == method_table::head;
        method_bits wanted = method == method_table::none ? 0 : 1U << method;
        if (is_head) wanted |= 1U << method_table::get;
        journey trip(wanted);
        if (!trip.segments.read(path, deepest_ + 1, out.decoded)) {
            out.result = outcome::bad_path;
            return;
        }
        walk(0, 0, trip);
        if (trip.best == no_route) {
            if (trip.seen == 0) {
                out.result = outcome::not_found;
                return;
            }
            return allow(method == method_table::options ? outcome::options : outcome::method_not_allowed, trip.seen,
                         out);
        }
        out.result = outcome::found;
        out.route = is_head ? head_of(trip) : trip.best;
        out.capture_count = trip.best_held;
        for (std::size_t i = 0; i < trip.best_held; ++i) out.captures[i] = trip.segments[trip.best_captures[i]];
        if (trip.best_takes_rest)
            out.captures[trip.best_held - 1] = trip.segments.from(trip.best_captures[trip.best_held - 1]);
    }

    /// HEAD asks for what GET would answer, so it goes where GET goes, or to the HEAD route of that very path.
    std::uint32_t head_of(const journey& trip) const {
        for (const ending& route : nodes_[trip.best_node].endings)
            if (route.methods >> method_table::head & 1U) return route.route;
        return trip.best;
    }

    void allow(outcome result, method_bits methods, match& out) const {
        out.result = result;
        methods_.list(methods, out.allow);
    }

    void finish(std::uint32_t number, bool takes_rest, journey& trip) const {
        for (const ending& route : nodes_[number].endings) {
            trip.seen |= route.methods;
            if ((route.methods & trip.wanted) == 0 || route.route >= trip.best) continue;
            trip.best = route.route;
            trip.best_node = number;
            trip.best_takes_rest = takes_rest;
            trip.best_held = trip.held;
            std::copy_n(trip.captures, trip.held, trip.best_captures);
        }
    }

    std::uint32_t literal_child(std::uint32_t number, std::string_view segment) const {
        const node& at = nodes_[number];
        if (at.only_literal != no_node) return at.only_text == segment ? at.only_literal : no_node;
        if (at.literals == 0) return no_node;
        std::uint32_t child = edges_.find(number, segment);
        return child == text_table::none ? no_node : child;
    }

    // Every node stands for one way to read the path so far, so none is visited twice: the work is bounded by the
    // branches of the tree at the path's depth, whatever the path.
    void walk(std::uint32_t number, std::size_t depth, journey& trip) const {
        const node& at = nodes_[number];
        if (at.earliest >= trip.best) return;
        if (depth == trip.segments.count()) return finish(number, false, trip);
        std::string_view segment = trip.segments[depth];
        if (std::uint32_t child = literal_child(number, segment); child != no_node) walk(child, depth + 1, trip);
        if (!at.has_placeholders) return;
        trip.captures[trip.held++] = static_cast<std::uint8_t>(depth);
        for (std::size_t kind = 0; kind < rest; ++kind)
            if (std::uint32_t child = at.placeholders[kind];
                child != no_node && takes(static_cast<convertor>(kind), segment))
                walk(child, depth + 1, trip);
        if (std::uint32_t child = at.placeholders[rest]; child != no_node) finish(child, true, trip);
        --trip.held;
    }

    method_table methods_;
    std::vector<node> nodes_;
    std::vector<std::string> texts_;
    std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> growing_edges_;
    std::set<std::string> growing_statics_;
    text_table edges_;
    text_table statics_;
    std::vector<std::uint32_t> answers_;  // rows of one route per method
    method_bits all_methods_ = 0;
    std::size_t deepest_ = 0;
    bool all_static_ = true;
    bool frozen_ = false;
};

}  // namespace coracle::route

// ---- coracle/net/ip_literal.hpp
// IP addresses as text, both ways: strict on the way in, canonical on the way out. No names, no look-up.
// RFC 6943 3.1.1 (the strict dotted form of IPv4), RFC 4291 2.2 (IPv6), RFC 5952 4 (its canonical form).

namespace coracle::net {

using ipv4_bytes = std::array<std::uint8_t, 4>;
using ipv6_bytes = std::array<std::uint8_t, 16>;

/// "192.0.2.1". Four decimal numbers, none with a leading zero: 010 is eight to some and ten to others.
constexpr std::optional<ipv4_bytes> parse_ipv4(std::string_view text) noexcept {
    ipv4_bytes bytes{};
    for (std::size_t i = 0; i < 4; ++i) {
        std::size_t end = text.find('.');
        if ((end == std::string_view::npos) != (i == 3)) return std::nullopt;
        std::string_view number = text.substr(0, end);
        if (number.size() > 3 || (number.size() > 1 && number.front() == '0')) return std::nullopt;
        auto value = ascii::parse_decimal<std::uint8_t>(number);
        if (!value) return std::nullopt;
        bytes[i] = *value;
        if (i < 3) text.remove_prefix(end + 1);
    }
    return bytes;
}

/// "2001:db8::1", "::ffff:192.0.2.1"; no brackets, no zone.
constexpr std::optional<ipv6_bytes> parse_ipv6(std::string_view text) noexcept {
    ipv6_bytes bytes{};
    std::size_t filled = 0;
    std::optional<std::size_t> gap;
    if (text.starts_with("::")) {
        gap = 0;
        text.remove_prefix(2);
    }
    while (!text.empty()) {
        if (filled == 16) return std::nullopt;
        std::size_t end = text.find(':');
        std::string_view group = text.substr(0, end);
        if (end == std::string_view::npos && group.find('.') != std::string_view::npos) {
            auto tail = parse_ipv4(group);
            if (!tail || filled > 12) return std::nullopt;
            for (std::uint8_t byte : *tail) bytes[filled++] = byte;
            break;
        }
        if (group.size() > 4) return std::nullopt;
        auto value = ascii::parse_hex(group);
        if (!value) return std::nullopt;
        bytes[filled++] = static_cast<std::uint8_t>(*value >> 8);
        bytes[filled++] = static_cast<std::uint8_t>(*value & 0xFF);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
        if (text.empty()) return std::nullopt;  // a single colon at the end
        if (text.front() == ':') {
            if (gap) return std::nullopt;
            gap = filled;
            text.remove_prefix(1);
        }
    }
    if (!gap) return filled == 16 ? std::optional(bytes) : std::nullopt;
    if (filled == 16) return std::nullopt;  // the gap stands for at least one group
    std::size_t moved = filled - *gap;
    for (std::size_t i = 0; i < moved; ++i) {
        bytes[15 - i] = bytes[filled - 1 - i];
        bytes[filled - 1 - i] = 0;
    }
    return bytes;
}

inline void append_ipv4(std::string& out, const ipv4_bytes& bytes) {
    for (std::size_t i = 0; i < 4; ++i) {
        if (i > 0) out.push_back('.');
        out += std::to_string(unsigned{bytes[i]});
    }
}

/// ::ffff:0:0/96, what an IPv4 peer looks like to an IPv6 socket that takes both.
constexpr std::optional<ipv4_bytes> mapped_ipv4(const ipv6_bytes& bytes) noexcept {
    for (std::size_t i = 0; i < 10; ++i)
        if (bytes[i] != 0) return std::nullopt;
    if (bytes[10] != 0xFF || bytes[11] != 0xFF) return std::nullopt;
    return ipv4_bytes{bytes[12], bytes[13], bytes[14], bytes[15]};
}

inline void append_ipv6(std::string& out, const ipv6_bytes& bytes) {
    if (auto inner = mapped_ipv4(bytes)) {
        out += "::ffff:";
        append_ipv4(out, *inner);
        return;
    }
    auto group = [&](std::size_t i) { return static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]); };
    std::size_t gap = 8;
    std::size_t longest = 1;  // a single zero group is not worth a gap
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t run = 0;
        while (i + run < 8 && group(i + run) == 0) ++run;
        if (run > longest) {
            longest = run;
            gap = i;
        }
        i += run;
    }
    bool separate = false;
    for (std::size_t i = 0; i < 8;) {
        if (i == gap) {
            out += "::";
            separate = false;
            i += longest;
            continue;
        }
        if (separate) out.push_back(':');
        separate = true;
        bool leading = true;
        for (int shift = 12; shift >= 0; shift -= 4) {
            unsigned digit = group(i) >> shift & 0xF;
            if (leading && digit == 0 && shift > 0) continue;
            leading = false;
            out.push_back("0123456789abcdef"[digit]);
        }
        ++i;
    }
}

}  // namespace coracle::net

// ---- coracle/net/address.hpp
// address: where a stream comes from or goes to. Plain data, with one text for each address.
// RFC 3986 3.2.2 (brackets around IPv6), RFC 4007 11 (zones), RFC 6761 6.3 (localhost).

namespace coracle::net {

/// What is wrong with a text that should have been an address, in one sentence.
struct address_error {
    std::string message;
};

/// An IPv4 or IPv6 address with a port, a unix socket, or nothing (the unnamed client of a unix socket).
class address {
public:
    using family_type = os::address_family;

    address() noexcept = default;
    address(const ipv4_bytes& bytes, std::uint16_t port) noexcept : family_(family_type::ipv4), port_(port) {
        for (std::size_t i = 0; i < 4; ++i) bytes_[i] = bytes[i];
    }
    /// in: `scope` is the interface number of a link-local address, else 0.
    address(const ipv6_bytes& bytes, std::uint16_t port, std::uint32_t scope = 0) noexcept
        : family_(family_type::ipv6), port_(port), scope_(scope), bytes_(bytes) {}
    /// in: a path; on Linux one that starts with NUL is an abstract name.
    static address local(std::string path) {
        address made;
        made.family_ = family_type::local;
        made.path_ = std::move(path);
        return made;
    }

    /// "127.0.0.1:8000", "[::1]:8000", "[fe80::1%2]:8000", "localhost:8000", "unix:/run/app.sock", "unix:@abstract".
    static result<address, address_error> parse(std::string_view text) {
        if (text.starts_with("unix:")) return parse_local(text.substr(5));
        std::size_t colon = text.rfind(':');
        bool bracketed = text.starts_with('[');
        if (colon == std::string_view::npos || (bracketed && !text.substr(0, colon).ends_with(']')))
            return wrong(text, "has no port; write ", std::string(text) + ":8000");
        if (!bracketed && text.find(':') != colon) return wrong(text, "is IPv6 without brackets; write ", "[::1]:8000");
        std::string_view number = text.substr(colon + 1);
        auto port = ascii::parse_decimal<std::uint16_t>(number);
        if (!port || number.size() > 5) return wrong(text, "has no port from 0 to 65535 behind its last colon", "");
        return of(text.substr(0, colon), *port);
    }

    /// The same from two pieces, as options give them. in: a host with or without brackets, or "unix:/path".
    static result<address, address_error> of(std::string_view host, std::uint16_t port) {
        if (host.starts_with("unix:")) return parse_local(host.substr(5));
        if (host == "localhost") return address(ipv4_bytes{127, 0, 0, 1}, port);
        if (auto four = parse_ipv4(host)) return address(*four, port);
        std::string_view inner = host;
        if (inner.starts_with('[') && inner.ends_with(']')) inner = inner.substr(1, inner.size() - 2);
        std::uint32_t scope = 0;
        std::size_t percent = inner.find('%');
        if (percent != std::string_view::npos) {
            auto number = ascii::parse_decimal<std::uint32_t>(inner.substr(percent + 1));
            if (!number) return wrong(host, "has a zone that is no interface number; write ", "fe80::1%2");
            scope = *number;
            inner = inner.substr(0, percent);
        }
        if (auto six = parse_ipv6(inner)) return address(*six, port, scope);
        return wrong(host, "is no IP address; write ", "127.0.0.1, 0.0.0.0 for every interface, ::1 or localhost");
    }

    family_type family() const noexcept { return family_; }
    std::uint16_t port() const noexcept { return port_; }
    /// The same host at another port; a unix socket has none, and stays.
    address with_port(std::uint16_t other) const {
        address made = *this;
        if (family_ == family_type::ipv4 || family_ == family_type::ipv6) made.port_ = other;
        return made;
    }
    /// Of a unix socket, else empty.
    const std::string& path() const noexcept { return path_; }
    /// From this machine: 127.0.0.0/8, ::1, unix sockets.
    bool is_loopback() const noexcept {
        if (family_ == family_type::ipv4) return bytes_[0] == 127;
        if (family_ == family_type::ipv6) {
            if (auto inner = mapped_ipv4(bytes_)) return (*inner)[0] == 127;
            for (std::size_t i = 0; i < 15; ++i)
                if (bytes_[i] != 0) return false;
            return bytes_[15] == 1;
        }
        return true;
    }
    std::optional<ipv4_bytes> ipv4() const noexcept {
        if (family_ != family_type::ipv4) return std::nullopt;
        return ipv4_bytes{bytes_[0], bytes_[1], bytes_[2], bytes_[3]};
    }
    std::optional<ipv6_bytes> ipv6() const noexcept {
        if (family_ != family_type::ipv6) return std::nullopt;
        return bytes_;
    }

    /// Without port and brackets: "127.0.0.1", "::1", "unix:/run/app.sock"; "unix:" for an unnamed client.
    std::string host() const {
        std::string out;
        if (family_ == family_type::ipv4) append_ipv4(out, *ipv4());
        if (family_ == family_type::ipv6) {
            append_ipv6(out, bytes_);
            if (scope_ != 0) out += "%" + std::to_string(scope_);
        }
        if (family_ == family_type::local || family_ == family_type::none) {
            out = "unix:" + path_;
            if (out.size() > 5 && out[5] == '\0') out[5] = '@';
        }
        return out;
    }
    /// What parse() reads.
    std::string text() const {
        if (family_ == family_type::ipv4) return host() + ":" + std::to_string(port_);
        if (family_ == family_type::ipv6) return "[" + host() + "]:" + std::to_string(port_);
        return host();
    }

    friend bool operator==(const address&, const address&) noexcept = default;

    /// An IPv4 peer of an IPv6 socket becomes the IPv4 address that it is.
    explicit address(const os::socket_address& from) {
        family_ = from.family();
        port_ = from.port();
        if (family_ == family_type::ipv4) {
            *this = address(from.ipv4_bytes(), port_);
        } else if (family_ == family_type::ipv6) {
            if (auto inner = mapped_ipv4(from.ipv6_bytes()))
                *this = address(*inner, port_);
            else
                *this = address(from.ipv6_bytes(), port_, from.ipv6_scope());
        } else {
            path_ = from.path();
        }
    }
    /// error: filename_too_long, invalid_argument (a path that no socket can have, or no address at all).
    result<os::socket_address> to_socket_address() const {
        if (family_ == family_type::ipv4) return os::socket_address::ipv4(*ipv4(), port_);
        if (family_ == family_type::ipv6) return os::socket_address::ipv6(bytes_, port_, scope_);
        return os::socket_address::local(path_);
    }

private:
    static result<address, address_error> parse_local(std::string_view path) {
        if (path.empty() || path == "@") return failure(address_error{"'unix:' has no path; write unix:/run/app.sock"});
        if (path.find('\0') != std::string_view::npos)
            return failure(address_error{"the path of a unix socket holds a NUL"});
        std::string name(path);
        if (name.front() == '@') name.front() = '\0';
        return local(std::move(name));
    }
    static failure<address_error> wrong(std::string_view text, std::string_view why, std::string_view right) {
        std::string message = "'";
        message += text;
        message += "' ";
        message += why;
        message += right;
        return failure(address_error{std::move(message)});
    }

    family_type family_ = family_type::none;
    std::uint16_t port_ = 0;
    std::uint32_t scope_ = 0;
    ipv6_bytes bytes_{};
    std::string path_;
};

}  // namespace coracle::net

// ---- coracle/net/byte_stream.hpp
// byte_stream: what every stream of bytes can do, whatever carries them. A concept; nothing derives from it.

namespace coracle::net {

namespace detail {
template <class Awaitable>
decltype(auto) awaiter_of(Awaitable&& from) {
    if constexpr (requires { std::forward<Awaitable>(from).operator co_await(); })
        return std::forward<Awaitable>(from).operator co_await();
    else
        return std::forward<Awaitable>(from);
}
}  // namespace detail

/// `co_await` of it gives a T.
template <class Awaitable, class T>
concept awaitable_for = requires {
    { detail::awaiter_of(std::declval<Awaitable>()).await_resume() } -> std::same_as<T>;
};

/// Bytes in, bytes out, in order. One job may read while another writes.
/// - `co_await read()`: what has arrived, at most 64 KiB, as a view that is valid until the next co_await; empty at the
///   end of the stream.
/// - `co_await read(room)`: the same into `room`, which is not empty; how many bytes, 0 at the end of the stream.
/// - `co_await write(bytes)`, `co_await write(head, body)`: returns when all of it is on its way. After an error, or
///   when it was cancelled, some of it may have been sent: close the stream.
/// - `try_write(bytes)`: how many of them are on their way without waiting, perhaps 0. Not while a write is under way.
/// - `shutdown_read()`: who reads, now or later, gets the end of the stream; writing goes on.
/// - `shutdown_write()`: the peer reads the end of the stream; reading goes on. Not while a write is under way.
/// - `close()`: both directions, at once; who waits for the stream gets an error. Harmless when it is closed.
/// - `hung_up()`: the peer will send no more, although what it sent may still be unread. A hint that may come late.
/// - `peer()`: who is at the other end, also after close().
/// The errors are std::error_code (connection_reset, broken_pipe, bad_file_descriptor after close()); waiting ends with
/// `cancelled` as everywhere.
template <class Stream>
concept byte_stream = requires(Stream& stream, const Stream& same, std::span<char> room, std::string_view bytes) {
    { stream.read() } -> awaitable_for<result<std::string_view>>;
    { stream.read(room) } -> awaitable_for<result<std::size_t>>;
    { stream.write(bytes) } -> awaitable_for<result<void>>;
    { stream.write(bytes, bytes) } -> awaitable_for<result<void>>;
    { stream.try_write(bytes) } -> std::same_as<result<std::size_t>>;
    { stream.shutdown_read() } noexcept;
    { stream.shutdown_write() } -> std::same_as<result<void>>;
    { stream.close() } noexcept;
    { same.hung_up() } noexcept -> std::same_as<bool>;
    { same.peer() } -> std::convertible_to<const address&>;
};

}  // namespace coracle::net

// ---- coracle/net/host_name.hpp
// host_name: what can be the name of a host, and in one sentence why something is none. Nothing is asked of anybody.
// RFC 1035 2.3.4 (lengths), RFC 1123 2.1 (syntax), RFC 6761 6.3 (localhost), WHATWG URL 3.5 (ends in a number).

namespace coracle::net {

/// `host` in quotes, cut, and without what would break a line of a log.
inline std::string quoted_host(std::string_view host) {
    constexpr std::size_t most = 80;
    std::string out = "'";
    for (char c : host.substr(0, most)) out += c > ' ' && c < '\x7f' ? c : '?';
    if (host.size() > most) out += "...";
    out += '\'';
    return out;
}

/// "localhost", and every name below it: always this machine, and never the business of a name server.
constexpr bool is_localhost(std::string_view host) noexcept {
    if (host.ends_with('.')) host.remove_suffix(1);
    constexpr std::string_view name = "localhost";
    if (host.size() < name.size() || !ascii::iequals(host.substr(host.size() - name.size()), name)) return false;
    return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
}

/// What is wrong with `host` as a name to look up; empty when nothing is. Literal addresses are not names: look first.
inline std::string host_name_fault(std::string_view host) {
    if (host.empty()) return "the host is empty; write a name, 127.0.0.1 or ::1";
    for (char c : host) {
        if (static_cast<unsigned char>(c) >= 0x80)
            return quoted_host(host) + " is not ASCII; write it as the DNS has it, in Punycode: xn--...";
        if (ascii::is_alpha(c) || ascii::is_digit(c) || c == '-' || c == '_' || c == '.') continue;
        std::string fault = quoted_host(host) + " is no host name";
        if (host.find('/') != std::string_view::npos) return fault + "; write the host alone, without scheme and path";
        if (c == ':') return fault + "; write the port apart, and an IPv6 address in full";
        return fault + ", which has only letters, digits, '-', '_' and '.'";
    }
    std::string_view rest = host;
    if (rest.ends_with('.')) rest.remove_suffix(1);  // the root
    if (rest.size() > 253) return quoted_host(host) + " is longer than the 253 bytes of a host name";
    for (;;) {
        std::string_view label = rest.substr(0, rest.find('.'));
        if (label.empty()) return quoted_host(host) + " has nothing between two dots";
        if (label.size() > 63) return quoted_host(host) + " has more than 63 bytes between two dots";
        if (label.size() < rest.size()) {
            rest.remove_prefix(label.size() + 1);
            continue;
        }
        // Systems take 127.1, 0x7f.1 and 010.0.0.1 for addresses, each in its own way; guards are passed by that.
        bool hexadecimal = label.starts_with("0x") || label.starts_with("0X");
        if (label.find_first_not_of("0123456789") == std::string_view::npos || hexadecimal)
            return quoted_host(host) + " ends in a number, as IPv4 addresses do, but is none; write it as 192.0.2.1";
        return {};
    }
}

}  // namespace coracle::net

// ---- coracle/net/name_cache.hpp
// name_cache: what was found out a short while ago. Knows no clock: whoever owns it says what time it is.

namespace coracle::net {

/// Answers by their questions, each until its time. At most `most`: the one that was not asked for the longest goes.
template <class Answer>
class name_cache {
public:
    explicit name_cache(std::size_t most = 256) : most_(most) {}

    /// Null when there is none, or not any more. Valid until the next call.
    const Answer* find(std::string_view question, os::time_point now) {
        auto found = at(question);
        if (found == entries_.end()) return nullptr;
        if (found->until <= now) {
            entries_.erase(found);
            return nullptr;
        }
        entries_.splice(entries_.begin(), entries_, found);
        return &found->answer;
    }
    void store(std::string question, Answer answer, os::time_point until) {
        if (auto old = at(question); old != entries_.end()) entries_.erase(old);
        if (most_ == 0) return;
        std::size_t hash = std::hash<std::string_view>()(question);
        entries_.push_front(entry{hash, std::move(question), std::move(answer), until});
        if (entries_.size() > most_) entries_.pop_back();
    }
    void clear() noexcept { entries_.clear(); }
    std::size_t size() const noexcept { return entries_.size(); }

private:
    struct entry {
        std::size_t hash;
        std::string question;
        Answer answer;
        os::time_point until;
    };
    // A look through a few hundred numbers costs less than a lookup could ever notice.
    typename std::list<entry>::iterator at(std::string_view question) {
        std::size_t hash = std::hash<std::string_view>()(question);
        return std::find_if(entries_.begin(), entries_.end(),
                            [&](const entry& each) { return each.hash == hash && each.question == question; });
    }

    std::size_t most_;
    std::list<entry> entries_;  // the one asked for last in front
};

}  // namespace coracle::net

// ---- coracle/net/read_error.hpp
// read_error: why a stream does not hold what was to be read. asyncio's IncompleteReadError and LimitOverrunError.

namespace coracle::net {

/// Compares with the error of a result: `if (line.error() == net::read_error::limit_exceeded)`.
enum class read_error {
    end_of_stream = 1,  ///< the stream has ended, and all of it was read
    incomplete,         ///< the stream has ended in the middle of what was asked for
    limit_exceeded,     ///< what was asked for is longer than the limit
};

namespace detail {
class read_category final : public std::error_category {
public:
    const char* name() const noexcept override { return "read"; }
    std::string message(int code) const override {
        switch (static_cast<read_error>(code)) {
            case read_error::end_of_stream:
                return "the stream has ended";
            case read_error::incomplete:
                return "the stream has ended before what was to be read was complete";
            case read_error::limit_exceeded:
                return "what was to be read is longer than the limit";
        }
        return "unknown";
    }
};
}  // namespace detail

inline std::error_code make_error_code(read_error why) noexcept {
    static const detail::read_category only;
    return {static_cast<int>(why), only};
}

}  // namespace coracle::net

template <>
struct std::is_error_code_enum<coracle::net::read_error> : std::true_type {};

// ---- coracle/net/buffered_reader.hpp
// buffered_reader: lines, records and counted bytes out of a byte_stream. asyncio.StreamReader.

namespace coracle::net {

/// Takes from a stream what was asked for, and keeps what came behind it for the next call. One job reads at a time.
/// A call that fails, or is cancelled, takes nothing: what has arrived stays, buffered() shows it, and the next call
/// finds it. What a call gives is a view that is valid until the next one.
/// error: those of the stream; read_error::end_of_stream when nothing was left to read, incomplete when it was less
/// than asked for, limit_exceeded as soon as it is more than allowed.
/// keeps: the stream. cost: no memory while nothing is buffered and nothing arrives.
template <byte_stream Stream>
class buffered_reader {
public:
    static constexpr std::size_t default_limit = 64 * 1024;

    explicit buffered_reader(Stream& from) noexcept : stream_(from) {}
    /// in: what was read from the stream before, and stands in front of the rest.
    buffered_reader(Stream& from, std::string_view already) : stream_(from) { buffer_.append(already); }
    buffered_reader(const buffered_reader&) = delete;
    buffered_reader& operator=(const buffered_reader&) = delete;

    /// The next line, without the "\n" or "\r\n" that ends it: `while (auto line = co_await reader.read_line())`.
    /// in: `limit` bytes at most, the end not counted. What the stream ends with without a "\n" is no line: incomplete.
    task<result<std::string_view>> read_line(std::size_t limit = default_limit) {
        std::size_t seen = 0;
        for (bool waited = false;; waited = true) {
            std::string_view all = buffer_.view();
            std::size_t end = all.find('\n', seen);
            std::size_t length = end == all.npos ? all.size() : end;
            // A "\r" may still turn out to be half of the end.
            if (length > 0 && all[length - 1] == '\r') --length;
            if (length > limit) co_return failure(make_error_code(read_error::limit_exceeded));
            if (end != all.npos) {
                if (!waited) co_await async::checkpoint();
                co_return take(length, end + 1);
            }
            seen = all.size();
            auto more = co_await fetch();
            if (!more) co_return failure(more.error());
        }
    }

    /// What stands before the next `delimiter`, which is taken too, but not given.
    task<result<std::string_view>> read_until(std::string_view delimiter, std::size_t limit = default_limit) {
        CORACLE_ASSERT(!delimiter.empty());
        std::size_t seen = 0;
        for (bool waited = false;; waited = true) {
            std::string_view all = buffer_.view();
            std::size_t end = all.find(delimiter, seen);
            // The last bytes may be the beginning of the delimiter.
            seen = all.size() < delimiter.size() ? 0 : all.size() - delimiter.size() + 1;
            if ((end == all.npos ? seen : end) > limit) co_return failure(make_error_code(read_error::limit_exceeded));
            if (end != all.npos) {
                if (!waited) co_await async::checkpoint();
                co_return take(end, end + delimiter.size());
            }
            auto more = co_await fetch();
            if (!more) co_return failure(more.error());
        }
    }

    /// Exactly `count` bytes. All of them are buffered: the caller sees to it that `count` is reasonable.
    task<result<std::string_view>> read_exactly(std::size_t count) {
        bool waited = buffer_.size() < count;
        while (buffer_.size() < count) {
            auto more = co_await fetch();
            if (!more) co_return failure(more.error());
        }
        if (!waited) co_await async::checkpoint();
        co_return take(count, count);
    }

    /// What is buffered, or else what arrives next; empty at the end of the stream, as the stream's own read().
    task<result<std::string_view>> read_some() {
        if (buffer_.empty()) {
            auto more = co_await fetch();
            if (!more && more.error() != read_error::end_of_stream) co_return failure(more.error());
        } else {
            co_await async::checkpoint();
        }
        co_return take(buffer_.size(), buffer_.size());
    }

    /// All that comes before the end of the stream.
    task<result<std::string_view>> read_all(std::size_t limit) {
        for (;;) {
            if (buffer_.size() > limit) co_return failure(make_error_code(read_error::limit_exceeded));
            auto arrived = co_await stream_.read();
            if (!arrived) co_return failure(arrived.error());
            if (arrived->empty()) co_return take(buffer_.size(), buffer_.size());
            buffer_.append(*arrived);
        }
    }

    /// What has arrived and was not taken yet. Valid until the next call.
    std::string_view buffered() const noexcept { return buffer_.view(); }
    /// Takes the first `count` of the buffered bytes without giving them.
    void discard(std::size_t count) noexcept { buffer_.consume(count); }
    Stream& stream() noexcept { return stream_; }

private:
    static constexpr std::size_t kept_capacity = 16 * 1024;

    std::string_view take(std::size_t given, std::size_t taken) noexcept {
        std::string_view what(buffer_.data(), given);
        buffer_.consume(taken);
        return what;
    }
    /// One read more into the buffer. error: the stream's, and that of its end.
    task<result<void>> fetch() {
        if (buffer_.empty() && buffer_.capacity() > kept_capacity) buffer_.release();
        auto arrived = co_await stream_.read();
        if (!arrived) co_return failure(arrived.error());
        if (arrived->empty())
            co_return failure(make_error_code(buffer_.empty() ? read_error::end_of_stream : read_error::incomplete));
        buffer_.append(*arrived);
        co_return {};
    }

    Stream& stream_;
    byte_buffer buffer_;
};

}  // namespace coracle::net

// ---- coracle/net/socket_stream.hpp
// socket_stream: a connected TCP or unix socket on this thread's loop.

namespace coracle::net {

namespace detail {

// Attempts stand in the frames of waiting connections, so they hold no more than they must.

/// How many bytes a call has moved, or why it has not.
class moved {
public:
    /// False when the call would block.
    bool take(const result<std::size_t>& outcome) noexcept {
        if (outcome) {
            count_ = static_cast<std::ptrdiff_t>(*outcome);
            return true;
        }
        count_ = -outcome.error().value();
        return !os::is_would_block(outcome.error());
    }
    result<std::size_t> get() const noexcept {
        if (count_ < 0) return failure(std::error_code(static_cast<int>(-count_), std::system_category()));
        return static_cast<std::size_t>(count_);
    }
    bool fills_less_than(std::size_t room) const noexcept {
        return count_ >= 0 && static_cast<std::size_t>(count_) < room;
    }

private:
    std::ptrdiff_t count_ = 0;
};

/// Receives once. `exhausted` spares the call that would only say "would block": a read that does not fill its room has
/// emptied the socket, and the descriptor knows when that is not the whole truth.
inline bool receive_once(loop::descriptor& on, std::span<char> room, moved& outcome) noexcept {
    if (!outcome.take(os::receive(on.get(), room))) return false;
    if (outcome.fills_less_than(room.size())) on.exhausted(loop::direction::in);
    return true;
}

class read_attempt {
public:
    explicit read_attempt(std::span<char> room) noexcept : room_(room) {}
    bool operator()(loop::descriptor& on) noexcept { return receive_once(on, room_, outcome_); }
    coracle::result<std::size_t> result() const noexcept { return outcome_.get(); }

private:
    std::span<char> room_;
    moved outcome_;
};

class scratch_read_attempt {
public:
    explicit scratch_read_attempt(const loop::descriptor& on) : scratch_(on.home().scratch().data()) {}
    bool operator()(loop::descriptor& on) noexcept { return receive_once(on, on.home().scratch(), outcome_); }
    coracle::result<std::string_view> result() const noexcept {
        auto count = outcome_.get();
        if (!count) return failure(count.error());
        return std::string_view(scratch_, *count);
    }

private:
    const char* scratch_;
    moved outcome_;
};

class write_attempt {
public:
    write_attempt(std::string_view first, std::string_view second) noexcept : first_(first), second_(second) {}
    bool operator()(int fd) noexcept {
        while (!first_.empty() || !second_.empty()) {
            auto sent = first_.empty()    ? os::send_some(fd, second_)
                        : second_.empty() ? os::send_some(fd, first_)
                                          : os::send_some(fd, first_, second_);
            if (!sent) {
                if (os::is_would_block(sent.error())) return false;
                error_ = sent.error().value();
                return true;
            }
            std::size_t of_first = *sent < first_.size() ? *sent : first_.size();
            first_.remove_prefix(of_first);
            second_.remove_prefix(*sent - of_first);
        }
        return true;
    }
    coracle::result<void> result() const noexcept {
        if (error_ != 0) return failure(std::error_code(error_, std::system_category()));
        return {};
    }

private:
    std::string_view first_;
    std::string_view second_;
    int error_ = 0;
};

}  // namespace detail

/// A byte_stream over a socket. Moves while nobody waits for it; never leaves its loop.
class socket_stream {
    template <class Attempt>
    using operation = loop::descriptor::operation<Attempt>;

public:
    /// Of the current reactor. in: a connected, non-blocking socket.
    /// error: std::system_error when the kernel refuses to watch it (no memory left); the socket is closed then.
    socket_stream(os::file_descriptor socket, address peer)
        : socket_stream(std::make_unique<loop::descriptor>(std::move(socket)), std::move(peer)) {}
    socket_stream(std::unique_ptr<loop::descriptor> socket, address peer) noexcept
        : descriptor_(std::move(socket)), peer_(std::move(peer)) {}
    socket_stream(socket_stream&&) noexcept = default;
    socket_stream& operator=(socket_stream&&) noexcept = default;

    /// The view is into the loop's scratch room, shared by all of its streams: no memory while nothing arrives.
    operation<detail::scratch_read_attempt> read() {
        return descriptor_->until(loop::direction::in, detail::scratch_read_attempt(*descriptor_));
    }
    operation<detail::read_attempt> read(std::span<char> room) {
        CORACLE_ASSERT(!room.empty());
        return descriptor_->until(loop::direction::in, detail::read_attempt(room));
    }
    /// Head and body in one system call as far as the kernel takes them, without copying them together.
    /// keeps: the bytes must stay where they are until it has returned.
    operation<detail::write_attempt> write(std::string_view head, std::string_view body = {}) {
        return descriptor_->until(loop::direction::out, detail::write_attempt(head, body));
    }

    result<std::size_t> try_write(std::string_view bytes) noexcept {
        auto sent = os::send_some(descriptor_->get(), bytes);
        if (!sent && os::is_would_block(sent.error())) return std::size_t{0};
        return sent;
    }

    void shutdown_read() noexcept { os::shutdown_receiving(descriptor_->get()); }
    result<void> shutdown_write() noexcept { return os::shutdown_sending(descriptor_->get()); }
    void close() noexcept { descriptor_->close(); }
    /// Closes with a reset: nothing more is sent, and the peer's next call fails.
    void abort() noexcept {
        [[maybe_unused]] auto best_effort = os::reset_on_close(descriptor_->get());
        descriptor_->close();
    }
    bool is_open() const noexcept { return descriptor_->is_open(); }
    bool hung_up() const noexcept { return descriptor_->hung_up(); }
    const address& peer() const noexcept { return peer_; }
    /// For system calls that this class does not know; -1 when it is closed.
    int native_handle() const noexcept { return descriptor_->get(); }

private:
    std::unique_ptr<loop::descriptor> descriptor_;
    address peer_;
};

/// Once it is connected a TCP stream is a socket_stream like any other, and so is a unix stream.
using tcp_stream = socket_stream;
using unix_stream = socket_stream;

static_assert(byte_stream<socket_stream>);

}  // namespace coracle::net

// ---- coracle/net/connect.hpp
// connect: a stream to an address. Names are looked up elsewhere.
// POSIX connect(2); the check for a connection to itself as in Go's net package.

namespace coracle::net {

namespace detail {

class connect_attempt {
public:
    bool operator()(int fd) noexcept {
        outcome_ = os::finish_connect(fd);
        return outcome_ || !os::is_in_progress(outcome_.error());
    }
    coracle::result<void> result() const noexcept { return outcome_; }

private:
    coracle::result<void> outcome_;
};

/// Two ends of TCP that connect to one another at the same time become one connection, and a client that is given the
/// very port which it dials is both of them: it would talk to itself instead of being told that nobody listens.
inline bool talks_to_itself(int fd) {
    auto here = os::local_address(fd);
    auto there = os::peer_address(fd);
    return here && there && here->family() != os::address_family::local && here->family() != os::address_family::none &&
           address(*here) == address(*there);
}

}  // namespace detail

/// A stream to `where`. Can be cancelled; has no deadline of its own but the kernel's (two minutes).
/// error: connection_refused, timed_out, network_unreachable, ...; resource_unavailable_try_again when the backlog of
/// a unix socket is full.
inline task<result<socket_stream>> connect(address where) {
    auto target = where.to_socket_address();
    if (!target) co_return failure(target.error());
    auto socket = os::open_stream_socket(*target);
    if (!socket) co_return failure(socket.error());
    if (where.family() != address::family_type::local)
        if (auto quick = os::send_without_delay(socket->get()); !quick) co_return failure(quick.error());
    // Started before it is watched: an unconnected socket is born with a hang-up edge.
    auto started = os::start_connect(socket->get(), *target);
    if (!started && !os::is_in_progress(started.error())) co_return failure(started.error());
    std::unique_ptr<loop::descriptor> watched;
    try {
        watched = std::make_unique<loop::descriptor>(std::move(*socket));
    } catch (const std::system_error& why) {
        co_return failure(why.code());
    }
    auto connected = co_await watched->until(loop::direction::out, detail::connect_attempt());
    if (!connected) co_return failure(connected.error());
    if (detail::talks_to_itself(watched->get())) co_return failure(std::make_error_code(std::errc::connection_refused));
    co_return socket_stream(std::move(watched), std::move(where));
}

}  // namespace coracle::net

// ---- coracle/net/copy.hpp
// copy: all that one stream brings, into another. What proxies and echoes are made of. Go's io.Copy, socat.

namespace coracle::net {

/// Sends to `to` what comes from `from`, as it comes, until that ends; then `to` is told so (shutdown_write), and can
/// still be read from. Gives how many bytes it were. They may be the two directions of one stream.
/// A `to` that takes nothing makes `from` wait: no more than one read is held, and none while nothing has to wait.
/// keeps: both streams. error: of the first of the two that fails; when cancelled, what was read last may be lost.
template <byte_stream From, byte_stream To>
task<result<std::uint64_t>> copy(From& from, To& to) {
    std::uint64_t count = 0;
    byte_buffer rest;
    for (;;) {
        auto bytes = co_await from.read();
        if (!bytes) co_return failure(bytes.error());
        if (bytes->empty()) break;
        count += bytes->size();
        auto sent = to.try_write(*bytes);
        if (!sent) co_return failure(sent.error());
        if (*sent == bytes->size()) continue;
        rest.append(bytes->substr(*sent));  // the view ends with the next co_await
        auto written = co_await to.write(rest.view());
        if (!written) co_return failure(written.error());
        rest.release();
    }
    if (auto told = to.shutdown_write(); !told) co_return failure(told.error());
    co_return count;
}

}  // namespace coracle::net

// ---- coracle/net/listener.hpp
// listener: the door of a server, TCP or unix.
// POSIX listen(2), accept(2).

namespace coracle::net {

/// A connection that was accepted and belongs to no loop yet: `socket_stream stream(std::move(in.socket), in.peer);`
/// on whichever loop is to serve it.
struct incoming {
    os::file_descriptor socket;
    address peer;
};

/// How to listen.
struct listen_options {
    /// Connections that may wait for accept(); the kernel may cut it.
    int backlog = 2048;
    /// Several listeners on one address, one for each loop, and the kernel deals the connections out.
    bool reuse_port = false;
    /// An IPv6 listener turns IPv4 away instead of taking it too.
    bool ipv6_only = false;
};

namespace detail {

class accept_attempt {
public:
    bool operator()(int fd) noexcept {
        auto accepted = os::accept_connection(fd, peer_);
        if (accepted)
            socket_ = std::move(*accepted);
        else
            error_ = accepted.error();
        return accepted || !os::is_would_block(error_);
    }
    coracle::result<incoming> result() {
        if (!socket_) return failure(error_);
        return incoming{std::move(socket_), address(peer_)};
    }

private:
    os::file_descriptor socket_;
    os::socket_address peer_;
    std::error_code error_;
};

}  // namespace detail

/// Accepts connections on the loop on which it was opened. Moves while nobody waits for it.
class listener {
public:
    /// Bound and listening when it returns; clients can connect before the first accept(). Port 0 lets the kernel
    /// choose, and where() tells. The name of a unix socket that a dead server left behind is taken over.
    /// error: address_in_use, permission_denied, address_not_available, ...
    static result<listener> open(const address& where, const listen_options& options = {}) {
        auto target = where.to_socket_address();
        if (!target) return failure(target.error());
        os::raise_file_limit();  // each connection needs a descriptor, and shells hand out 1024
        auto socket = os::open_stream_socket(*target);
        if (!socket) return failure(socket.error());
        os::socket_file file;
        if (where.family() == address::family_type::local) {
            auto bound = os::socket_file::bind(socket->get(), *target);
            if (!bound) return failure(bound.error());
            file = std::move(*bound);
        } else if (auto bound = bind_tcp(socket->get(), *target, options); !bound) {
            return failure(bound.error());
        }
        if (auto listening = os::listen_on(socket->get(), options.backlog); !listening)
            return failure(listening.error());
        auto chosen = os::local_address(socket->get());
        if (!chosen) return failure(chosen.error());
        try {
            auto watched = std::make_unique<loop::descriptor>(std::move(*socket));
            return listener(std::move(watched), std::move(file), address(*chosen));
        } catch (const std::system_error& why) {
            return failure(why.code());
        }
    }
    listener(listener&&) noexcept = default;
    listener& operator=(listener&&) noexcept = default;

    /// The next connection. When descriptors have run out it turns away who waits, pauses, and tries again: neither
    /// the clients nor the processor are kept busy with nothing. error: bad_file_descriptor after close(), and what
    /// else the kernel says of the listening socket itself.
    task<result<incoming>> accept() {
        for (;;) {
            auto next = co_await descriptor_->until(loop::direction::in, detail::accept_attempt());
            if (next || !os::is_out_of_descriptors(next.error())) co_return std::move(next);
            turned_away_ += static_cast<unsigned>(spare_.turn_away(descriptor_->get(), most_turned_away));
            co_await sleep(pause);
        }
    }

    const address& where() const noexcept { return where_; }
    /// Connections that were closed unserved because no descriptor was left.
    std::uint64_t turned_away() const noexcept { return turned_away_; }
    /// Refuses new connections and those that wait; who awaits accept() gets an error. Those accepted live on.
    void close() noexcept {
        file_.remove();
        descriptor_->close();
    }
    bool is_open() const noexcept { return descriptor_->is_open(); }
    /// For system calls that this class does not know; -1 when it is closed.
    int native_handle() const noexcept { return descriptor_->get(); }

private:
    static constexpr auto pause = std::chrono::milliseconds(100);
    static constexpr int most_turned_away = 128;  // in one go, so that the loop's other work is not kept waiting

    listener(std::unique_ptr<loop::descriptor> socket, os::socket_file file, address where)
        : file_(std::move(file)), descriptor_(std::move(socket)), where_(std::move(where)) {}

    static result<void> bind_tcp(int fd, const os::socket_address& where, const listen_options& options) noexcept {
        if (auto done = os::reuse_address(fd); !done) return done;
        if (options.reuse_port)
            if (auto done = os::share_port(fd); !done) return done;
        if (where.family() == os::address_family::ipv6)
            if (auto done = os::take_only_ipv6(fd, options.ipv6_only); !done) return done;
        // Accepted sockets inherit it: no system call per connection.
        if (auto done = os::send_without_delay(fd); !done) return done;
        return os::bind_socket(fd, where);
    }

    os::socket_file file_;
    std::unique_ptr<loop::descriptor> descriptor_;
    os::spare_descriptor spare_;
    address where_;
    std::uint64_t turned_away_ = 0;
};

}  // namespace coracle::net

// ---- coracle/net/memory_stream.hpp
// memory_stream: two ends of a stream that exists in memory only, and a script for what networks do to streams.
// No descriptor, no time: tests of whatever takes a byte_stream, and clients that call an app without a socket.

namespace coracle::net {

namespace detail {

class memory_attempter : public async::operation {
public:
    void woken() noexcept { try_again(); }

protected:
    ~memory_attempter() = default;
};

/// One direction: what one end writes and the other reads.
struct memory_pipe {
    std::deque<std::string> chunks;  // each is one read, or several
    std::size_t waiting = 0;         // bytes in them
    std::size_t capacity = 0;
    std::size_t largest_read = 0;  // 0: no limit
    std::string held;              // what the last read() gave a view into
    bool ended = false;            // the writer sends no more
    bool deaf = false;             // the reader has gone
    std::error_code read_error;
    std::error_code write_error;
    memory_attempter* reader = nullptr;
    memory_attempter* writer = nullptr;

    void put(std::string bytes) {
        waiting += bytes.size();
        if (!bytes.empty()) chunks.push_back(std::move(bytes));
        wake(reader);
    }
    std::size_t room() const noexcept { return waiting < capacity ? capacity - waiting : 0; }
    bool readable() const noexcept { return !chunks.empty() || ended || read_error; }
    /// At most `most` bytes of the first chunk into `held`.
    void take(std::size_t most) {
        if (largest_read != 0 && largest_read < most) most = largest_read;
        std::string& first = chunks.front();
        if (first.size() <= most) {
            held = std::move(first);
            chunks.pop_front();
        } else {
            held.assign(first, 0, most);
            first.erase(0, most);
        }
        waiting -= held.size();
        wake(writer);
    }
    static void wake(memory_attempter* who) noexcept {
        if (who) who->woken();
    }
};

struct memory_line {
    memory_pipe pipes[2];
    bool closed[2] = {false, false};
};

inline std::error_code closed_here() noexcept { return std::make_error_code(std::errc::bad_file_descriptor); }

/// Tries at once and after each change; the manners of loop::descriptor::operation.
template <class Attempt>
class [[nodiscard("write co_await before it")]] memory_operation final : public memory_attempter {
public:
    memory_operation(std::shared_ptr<memory_line> line, memory_attempter* memory_pipe::* side, Attempt attempt)
        : line_(std::move(line)), slot_(attempt.pipe.*side), attempt_(std::move(attempt)) {}
    memory_operation(const memory_operation&) = delete;
    ~memory_operation() { leave(); }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (refused()) return declined(waiting);
        if (slot_)
            throw std::logic_error("coracle: two jobs wait for the same direction of one stream; give it one owner");
        bool first = may_go_on();
        if (first && attempt_.tried()) return false;
        park(waiting);
        slot_ = this;
        if (!first) try_again();
        return true;
    }
    auto await_resume() {
        throw_if_cancelled();
        return attempt_.result();
    }
    void cancel() noexcept override {
        leave();
        finish_cancelled();
    }

private:
    void leave() noexcept {
        if (slot_ == this) slot_ = nullptr;
    }
    bool ready() noexcept override {
        if (!attempt_.tried()) return false;
        leave();
        settled();
        return true;
    }

    std::shared_ptr<memory_line> line_;  // outlives the stream if the stream goes first
    memory_attempter*& slot_;
    Attempt attempt_;
};

struct memory_read_attempt {
    memory_pipe& pipe;
    const bool& closed;
    std::size_t most;
    std::error_code error{};

    bool tried() {
        if (closed) error = closed_here();
        if (closed || !pipe.readable()) return closed;
        pipe.held.clear();
        if (!pipe.chunks.empty())
            pipe.take(most);
        else
            error = pipe.read_error;
        return true;
    }
    coracle::result<std::string_view> result() const noexcept {
        if (error) return failure(error);
        return std::string_view(pipe.held);
    }
};

struct memory_read_into_attempt {
    memory_pipe& pipe;
    const bool& closed;
    std::span<char> room;
    memory_read_attempt inner{pipe, closed, room.size()};

    bool tried() { return inner.tried(); }
    coracle::result<std::size_t> result() const noexcept {
        auto bytes = inner.result();
        if (!bytes) return failure(bytes.error());
        if (!bytes->empty()) std::memcpy(room.data(), bytes->data(), bytes->size());
        return bytes->size();
    }
};

struct memory_write_attempt {
    memory_pipe& pipe;
    const bool& closed;
    std::string_view first;
    std::string_view second;
    std::error_code error{};

    bool tried() {
        if (closed) error = closed_here();
        if (!closed && pipe.write_error) error = pipe.write_error;
        if (!closed && !error && (pipe.deaf || pipe.ended)) error = std::make_error_code(std::errc::broken_pipe);
        std::string chunk;
        for (std::string_view* from : {&first, &second}) {
            std::string_view fits = from->substr(0, error ? 0 : pipe.room() - std::min(pipe.room(), chunk.size()));
            chunk += fits;
            from->remove_prefix(fits.size());
        }
        if (!chunk.empty()) pipe.put(std::move(chunk));
        return error || (first.empty() && second.empty());
    }
    coracle::result<void> result() const noexcept {
        if (error) return failure(error);
        return {};
    }
};

}  // namespace detail

/// One end of a line in memory. Both ends belong to one thread. Moves while nobody waits for it.
class memory_stream {
    template <class Attempt>
    using operation = detail::memory_operation<Attempt>;

public:
    /// in: a writer waits when `capacity` bytes lie unread.
    static std::pair<memory_stream, memory_stream> pair(std::size_t capacity = 64 * 1024) {
        auto line = std::make_shared<detail::memory_line>();
        for (auto& pipe : line->pipes) pipe.capacity = capacity > 0 ? capacity : 1;
        return {memory_stream(line, 0), memory_stream(line, 1)};
    }
    memory_stream(memory_stream&&) noexcept = default;
    memory_stream& operator=(memory_stream&& other) noexcept {
        if (this != &other) {
            close();
            line_ = std::move(other.line_);
            side_ = other.side_;
            peer_ = std::move(other.peer_);
        }
        return *this;
    }
    ~memory_stream() { close(); }

    // As every byte_stream.

    operation<detail::memory_read_attempt> read() {
        return {line_, &detail::memory_pipe::reader, detail::memory_read_attempt{in(), closed(), largest_read}};
    }
    operation<detail::memory_read_into_attempt> read(std::span<char> room) {
        CORACLE_ASSERT(!room.empty());
        return {line_, &detail::memory_pipe::reader, detail::memory_read_into_attempt{in(), closed(), room}};
    }
    operation<detail::memory_write_attempt> write(std::string_view head, std::string_view body = {}) {
        return {line_, &detail::memory_pipe::writer, detail::memory_write_attempt{out(), closed(), head, body}};
    }
    result<std::size_t> try_write(std::string_view bytes) {
        if (closed()) return failure(detail::closed_here());
        if (out().write_error) return failure(out().write_error);
        if (out().deaf || out().ended) return failure(std::make_error_code(std::errc::broken_pipe));
        std::string_view fits = bytes.substr(0, out().room());
        if (!fits.empty()) out().put(std::string(fits));
        return fits.size();
    }
    void shutdown_read() noexcept {
        in().ended = true;
        detail::memory_pipe::wake(in().reader);
    }
    result<void> shutdown_write() noexcept {
        if (closed()) return failure(detail::closed_here());
        out().ended = true;
        detail::memory_pipe::wake(out().reader);
        return {};
    }
    void close() noexcept {
        if (!line_ || closed()) return;
        closed() = true;
        out().ended = true;
        in().deaf = true;
        for (auto& pipe : line_->pipes) {
            detail::memory_pipe::wake(pipe.reader);
            detail::memory_pipe::wake(pipe.writer);
        }
    }
    bool is_open() const noexcept { return line_ && !line_->closed[side_]; }
    bool hung_up() const noexcept {
        const detail::memory_pipe& from = line_->pipes[1 - side_];
        return from.ended || from.read_error;
    }
    const address& peer() const noexcept { return peer_; }

    // The script, for this end.

    /// What peer() says.
    void set_peer(address who) { peer_ = std::move(who); }
    /// No read gives more than `bytes`, as if the network had cut what was sent; 0 for no limit.
    void limit_reads(std::size_t bytes) noexcept { in().largest_read = bytes; }
    /// Reads fail with `why` as soon as all that has arrived is read, also the one that waits now.
    void fail_reads(std::error_code why) noexcept {
        in().read_error = why;
        detail::memory_pipe::wake(in().reader);
    }
    /// Writes fail with `why`, also the one that waits now.
    void fail_writes(std::error_code why) noexcept {
        out().write_error = why;
        detail::memory_pipe::wake(out().writer);
    }

    // The same line without waiting, for those who are no coroutine.

    /// Sends at once, however much lies unread. Each call is a chunk of its own: one read of the peer gives at most
    /// one chunk.
    void push(std::string bytes) { out().put(std::move(bytes)); }
    /// All that has arrived and was not read.
    std::string take_all() {
        std::string all;
        for (const std::string& chunk : in().chunks) all += chunk;
        in().chunks.clear();
        in().waiting = 0;
        detail::memory_pipe::wake(in().writer);
        return all;
    }
    /// The peer has ended its stream and nothing is left to read.
    bool at_end() const noexcept {
        const detail::memory_pipe& from = line_->pipes[1 - side_];
        return from.ended && from.chunks.empty();
    }

private:
    static constexpr std::size_t largest_read = 64 * 1024;

    memory_stream(std::shared_ptr<detail::memory_line> line, std::size_t side) noexcept
        : line_(std::move(line)), side_(side) {}

    detail::memory_pipe& out() noexcept { return line_->pipes[side_]; }
    detail::memory_pipe& in() noexcept { return line_->pipes[1 - side_]; }
    bool& closed() noexcept { return line_->closed[side_]; }
    std::shared_ptr<detail::memory_line> line_;
    std::size_t side_ = 0;
    address peer_;
};

static_assert(byte_stream<memory_stream>);

}  // namespace coracle::net

// ---- coracle/net/host_literal.hpp
// host_literal: hosts whose addresses are known without a lookup: literals and localhost; and what can be no host.
// RFC 4291 2.2, RFC 4007 11 (zones), RFC 6761 6.3 (localhost).

namespace coracle::net {

using families = os::families;

/// Why a name has no address, for programs and in a sentence: "no address for 'nosuch.example': ...".
struct resolve_error {
    std::error_code code;
    std::string message;
};

/// Addresses, the one to try first in front and never none; or why there are none.
using resolve_answer = result<std::vector<address>, resolve_error>;

/// The caller's mistake as an answer.
inline failure<resolve_error> refused_host(std::string why) {
    return failure(resolve_error{std::make_error_code(std::errc::invalid_argument), std::move(why)});
}
/// How the sentence begins that tells of a failure.
inline std::string no_address(std::string_view host, families wanted) {
    std::string kind = wanted == families::ipv4 ? "IPv4 " : wanted == families::ipv6 ? "IPv6 " : "";
    return "no " + kind + "address for " + quoted_host(host) + ": ";
}

namespace detail {
/// The number of a zone. Nothing when it names no interface.
inline std::optional<std::uint32_t> interface_of(std::string_view zone) {
    if (auto number = ascii::parse_decimal<std::uint32_t>(zone)) return number;
    std::uint32_t number = zone.empty() ? 0 : os::interface_number(std::string(zone));
    if (number == 0) return std::nullopt;
    return number;
}
}  // namespace detail

/// The answer for `host` when it can be given at once; nothing when it has to be looked up.
inline std::optional<resolve_answer> without_lookup(std::string_view host, std::uint16_t port, families wanted) {
    std::vector<address> all;
    if (is_localhost(host) && host_name_fault(host).empty()) {
        ipv6_bytes loopback{};
        loopback.back() = 1;
        if (wanted != families::ipv4) all.emplace_back(loopback, port);
        if (wanted != families::ipv6) all.emplace_back(ipv4_bytes{127, 0, 0, 1}, port);
        return resolve_answer(std::move(all));
    }
    std::string_view inner = host;
    if (inner.starts_with('[') && inner.ends_with(']')) inner = inner.substr(1, inner.size() - 2);
    std::size_t percent = inner.find('%');
    if (auto six = parse_ipv6(inner.substr(0, percent))) {
        std::optional<std::uint32_t> scope = 0;
        if (percent != std::string_view::npos) scope = detail::interface_of(inner.substr(percent + 1));
        if (!scope)
            return resolve_answer(
                refused_host(quoted_host(host) + " names an interface that this machine does not have"));
        if (wanted == families::ipv4)
            return resolve_answer(refused_host(no_address(host, wanted) + "it is an IPv6 address"));
        all.emplace_back(*six, port, *scope);
        return resolve_answer(std::move(all));
    }
    if (auto four = parse_ipv4(host)) {
        if (wanted == families::ipv6)
            return resolve_answer(refused_host(no_address(host, wanted) + "it is an IPv4 address"));
        all.emplace_back(*four, port);
        return resolve_answer(std::move(all));
    }
    if (std::string fault = host_name_fault(host); !fault.empty())
        return resolve_answer(refused_host(std::move(fault)));
    return std::nullopt;
}

}  // namespace coracle::net

// ---- coracle/net/lookup.hpp
// lookup: a name that is being looked up on another thread, for whoever still waits for it when it is known.

namespace coracle::net {

/// How names are looked up. Blocks; called on threads of the pool, for several names at once; outlives the resolver
/// while one is under way. in: an ASCII name; a service by name, or nothing for port 0.
using name_lookup =
    function<result<std::vector<address>>(const std::string& host, const std::string& service, families wanted)>;

/// As the system does it.
inline result<std::vector<address>> look_up_by_system(const std::string& host, const std::string& service,
                                                      families wanted) {
    auto found = os::look_up(host, service, wanted);
    if (!found) return failure(found.error());
    std::vector<address> all;
    for (const os::socket_address& each : *found) all.emplace_back(each);
    return all;
}

/// What came of a lookup.
struct lookup_outcome {
    result<std::vector<address>> found = failure(std::error_code());
    std::exception_ptr thrown;
};

/// Where a lookup and those who wait for it meet. The call that carries it out owns itself, on its thread, and shares
/// this with the resolver, which may go first, as may the loop. Home is known only while a task waits, and so only
/// while the loop is there to be told; nobody is told twice.
class lookup final : public async::arrival, public std::enable_shared_from_this<lookup> {
public:
    /// Called on the loop's thread when it has ended; null when nobody is to be told. Of that thread alone.
    function<void()> ended;

    /// For who waits: from here on `home` is told. False when the lookup was dropped and never happens.
    bool join(async::scheduler& home) {
        std::lock_guard lock(mutex_);
        if (dropped_) return false;
        home_ = &home;
        return true;
    }
    /// Nobody waits any more. A lookup that has not begun never will.
    void leave() noexcept {
        std::lock_guard lock(mutex_);
        home_ = nullptr;
    }
    /// It never happens.
    bool dropped() noexcept {
        std::lock_guard lock(mutex_);
        return dropped_;
    }
    /// The outcome, once; null until it has ended. From here on the loop's thread alone has it, and lets go of it.
    std::shared_ptr<const lookup_outcome> take_outcome() noexcept {
        std::lock_guard lock(mutex_);
        return std::move(outcome_);
    }

    /// For the call, before it begins: false when nobody waits, and it is dropped for good.
    bool still_wanted() noexcept {
        std::lock_guard lock(mutex_);
        dropped_ = home_ == nullptr;
        return !dropped_;
    }
    /// For the call, when it has ended.
    void settle(std::shared_ptr<const lookup_outcome> outcome) noexcept {
        std::lock_guard lock(mutex_);
        outcome_ = std::move(outcome);
        if (!home_) return;  // who asks next finds it
        under_way_ = shared_from_this();
        home_->deliver(*this);
    }

private:
    void arrived() noexcept override {
        auto self = std::move(under_way_);
        if (function<void()> tell = std::exchange(ended, nullptr)) tell();
    }
    void lost() noexcept override { auto self = std::move(under_way_); }

    std::shared_ptr<lookup> under_way_;
    std::mutex mutex_;  // guards what follows
    async::scheduler* home_ = nullptr;
    std::shared_ptr<const lookup_outcome> outcome_;
    bool dropped_ = false;
};

/// The call that carries it out: owns itself once it is on its way.
class lookup_call final : public async::blocking_call {
public:
    lookup_call(std::shared_ptr<name_lookup> how, std::string host, std::string service, families wanted,
                std::shared_ptr<lookup> meeting)
        : how_(std::move(how)),
          host_(std::move(host)),
          service_(std::move(service)),
          wanted_(wanted),
          meeting_(std::move(meeting)),
          outcome_(std::make_shared<lookup_outcome>()) {
        stands_in = lane::files;
    }

private:
    void run() noexcept override {
        std::unique_ptr<lookup_call> self(this);
        if (!meeting_->still_wanted()) return;
        try {
            outcome_->found = (*how_)(host_, service_, wanted_);
        } catch (...) {
            outcome_->thrown = std::current_exception();
        }
        meeting_->settle(std::move(outcome_));
    }
    void arrived() noexcept override {}
    void lost() noexcept override {}

    std::shared_ptr<name_lookup> how_;
    std::string host_;
    std::string service_;
    families wanted_;
    std::shared_ptr<lookup> meeting_;
    std::shared_ptr<lookup_outcome> outcome_;  // made early: a thread of the pool has nobody to tell that memory is out
};

}  // namespace coracle::net

// ---- coracle/net/resolver.hpp
// resolver: the addresses of names, looked up on the thread pool, once for all who ask, and remembered for a while.
// RFC 6724 (their order, which the system keeps). Which hosts need no lookup: host_literal; what a name is: host_name.

namespace coracle::net {

/// Belongs to one thread; its tasks end before it does. A hundred tasks that ask for one name make one lookup. A task
/// that is cancelled leaves at once, and the others go on waiting; what nobody waits for any more is not begun.
/// in: `how` is for tests, and for those who have a better way than the system's.
/// The system tells no time to live: answers are kept for 30 s, unknown names for 2 s, other failures not at all.
class resolver {
public:
    using answer = resolve_answer;

    resolver() : resolver(name_lookup(&look_up_by_system)) {}
    explicit resolver(name_lookup how) : how_(std::make_shared<name_lookup>(std::move(how))) {}
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;
    ~resolver() {
        for (question& each : open_) each.meeting->ended = nullptr;
    }

    /// The addresses of `host` with `port`, the one to try first in front; never none.
    /// in: a name, "localhost", "192.0.2.1", "::1", "[::1]", "fe80::1%eth0". Only names are looked up.
    /// error: a sentence with the host and what is wrong; `cancelled`; what a lookup of your own throws.
    task<answer> resolve(std::string host, std::uint16_t port, families wanted = families::both) {
        if (auto known = without_lookup(host, port, wanted)) {
            co_await async::checkpoint();
            co_return std::move(*known);
        }
        auto outcome = co_await found(std::move(host), std::string(), wanted, port);
        co_return std::move(outcome);
    }
    /// The same with a port by number or by name: "443", "https".
    task<answer> resolve(std::string host, std::string service, families wanted = families::both) {
        if (auto port = ascii::parse_decimal<std::uint16_t>(service)) {
            auto numbered = co_await resolve(std::move(host), *port, wanted);
            co_return std::move(numbered);
        }
        if (auto fault = service_fault(service); !fault.empty()) co_return refused_host(std::move(fault));
        std::optional<answer> literal = without_lookup(host, 0, wanted);
        if (literal && !*literal) co_return std::move(*literal);
        if (literal) host = is_localhost(host) ? "localhost" : (*literal)->front().host();
        auto outcome = co_await found(std::move(host), std::move(service), wanted, std::nullopt);
        co_return std::move(outcome);
    }

    void keep_answers_for(std::chrono::nanoseconds time) noexcept { keep_answers_ = time; }
    void keep_unknown_for(std::chrono::nanoseconds time) noexcept { keep_unknown_ = time; }
    /// Looks up anew from here on.
    void forget() noexcept { cache_.clear(); }
    /// Answers that are kept, valid or not.
    std::size_t kept() const noexcept { return cache_.size(); }
    /// Names that are being looked up.
    std::size_t open() const noexcept { return open_.size(); }

private:
    using outcome_pointer = std::shared_ptr<const lookup_outcome>;
    class waiter;

    struct question {
        std::string key;
        std::shared_ptr<lookup> meeting;
        intrusive_list<waiter> waiters;
        loop::reactor* expecting = nullptr;  // while somebody waits

        void expect(loop::reactor& on) noexcept {
            if (!std::exchange(expecting, &on)) on.expect(1);
        }
        void expect_no_more() noexcept {
            if (loop::reactor* on = std::exchange(expecting, nullptr)) on->expect(-1);
        }
    };

    /// From its construction one of those who wait for the answer, or the owner of it.
    class [[nodiscard("write co_await before it")]] waiter final : public async::operation {
    public:
        waiter(resolver& with, question& of) : question_(&of) {
            loop::reactor& here = loop::reactor::current();
            of.waiters.push_back(*this);
            of.expect(here);
            of.meeting->join(here);
            if (outcome_pointer outcome = of.meeting->take_outcome()) with.close(of, outcome);
        }
        ~waiter() { leave(); }

        bool await_ready() const noexcept { return false; }
        bool await_suspend(async::caller waiting) {
            if (refused()) {
                leave();  // the question may be gone when its turn comes
                return declined(waiting);
            }
            if (outcome_) return done_at_once(waiting);
            park(waiting);
            return true;
        }
        outcome_pointer await_resume() {
            throw_if_cancelled();
            return std::move(outcome_);
        }
        void cancel() noexcept override {
            leave();
            finish_cancelled();
        }
        void answered(outcome_pointer with) noexcept {
            question_ = nullptr;
            outcome_ = std::move(with);
            unlink();
            finish();
        }

    private:
        void leave() noexcept {
            question* left = std::exchange(question_, nullptr);
            if (!left) return;
            unlink();
            if (!left->waiters.empty()) return;
            left->meeting->leave();
            left->expect_no_more();
        }
        question* question_;
        outcome_pointer outcome_;
    };

    static std::string service_fault(std::string_view service) {
        bool plain = !service.empty();
        bool digits = true;
        for (char c : service) {
            plain = plain && c > ' ' && c < '\x7f';
            digits = digits && ascii::is_digit(c);
        }
        if (plain && !digits) return {};
        return quoted_host(service) + " is no port from 0 to 65535 and no name of a service";
    }

    task<answer> found(std::string host, std::string service, families wanted, std::optional<std::uint16_t> port) {
        std::string key = ascii::lower(host);
        key += wanted == families::both ? '*' : wanted == families::ipv4 ? '4' : '6';
        key += service;
        outcome_pointer outcome;
        if (const outcome_pointer* kept = cache_.find(key, loop::reactor::current().turn_time())) {
            outcome = *kept;
            co_await async::checkpoint();
        } else {
            waiter here(*this, ask(key, host, service, wanted));
            outcome = co_await here;
        }
        if (outcome->thrown) std::rethrow_exception(outcome->thrown);
        if (!outcome->found || outcome->found->empty()) {
            std::error_code code = outcome->found ? os::name_not_known() : outcome->found.error();
            co_return failure(resolve_error{code, no_address(host, wanted) + code.message()});
        }
        std::vector<address> all = *outcome->found;
        if (port)
            for (address& each : all) each = each.with_port(*port);
        co_return std::move(all);
    }

    /// The lookup of this very question that is under way, or a new one.
    question& ask(const std::string& key, const std::string& host, const std::string& service, families wanted) {
        loop::reactor& here = loop::reactor::current();
        for (auto each = open_.begin(); each != open_.end(); ++each) {
            if (each->key != key) continue;
            if (each->meeting->join(here)) return *each;
            open_.erase(each);  // was dropped when nobody waited
            break;
        }
        close_what_has_ended();
        question& made = open_.emplace_back();
        try {
            made.key = key;
            made.meeting = std::make_shared<lookup>();
            made.meeting->ended = [this, &made] { close(made, made.meeting->take_outcome()); };
            made.meeting->join(here);
            auto call = std::make_unique<lookup_call>(how_, host, service, wanted, made.meeting);
            here.offload_detached(*call);
            [[maybe_unused]] lookup_call* on_its_way = call.release();
        } catch (...) {
            open_.pop_back();
            throw;
        }
        return made;
    }

    /// Those that nobody waited for when they ended: nobody was told.
    void close_what_has_ended() noexcept {
        for (auto next = open_.begin(); next != open_.end();) {
            auto each = next++;
            if (!each->waiters.empty()) continue;
            if (outcome_pointer outcome = each->meeting->take_outcome())
                close(*each, outcome);
            else if (each->meeting->dropped())
                open_.erase(each);
        }
    }
    /// Remembers the answer, and gives it to all who wait.
    void close(question& done, const outcome_pointer& outcome) noexcept {
        done.meeting->ended = nullptr;
        done.meeting->leave();
        done.expect_no_more();
        remember(std::move(done.key), outcome);
        while (!done.waiters.empty()) done.waiters.front().answered(outcome);
        open_.remove_if([&](const question& each) { return &each == &done; });
    }
    void remember(std::string key, const outcome_pointer& outcome) noexcept {
        if (outcome->thrown) return;
        const auto& found = outcome->found;
        bool unknown = found ? found->empty() : found.error() == os::name_not_known();
        if (!found && !unknown) return;
        auto keep = unknown ? keep_unknown_ : keep_answers_;
        if (keep <= keep.zero()) return;
        try {
            os::time_point now = loop::reactor::current().turn_time();
            cache_.store(std::move(key), outcome, loop::later(now, keep));
        } catch (...) {
            // no memory: it is looked up again
        }
    }

    std::shared_ptr<name_lookup> how_;
    std::list<question> open_;
    name_cache<outcome_pointer> cache_;
    std::chrono::nanoseconds keep_answers_ = std::chrono::seconds(30);
    std::chrono::nanoseconds keep_unknown_ = std::chrono::seconds(2);
};

}  // namespace coracle::net

// ---- coracle/net/resolve.hpp
// resolve: the addresses of a name, from this loop's own resolver. asyncio's loop.getaddrinfo.

namespace coracle::net {

/// The one that resolve() and connect() ask: made when it is first asked for, shared by all tasks of the loop.
inline resolver& this_resolver() { return loop::reactor::current().own<resolver>(); }

/// `auto where = co_await net::resolve("example.org", 443);` gives addresses to try in this order, or a sentence:
/// `if (!where) std::puts(where.error().message.c_str());` in and error: as resolver::resolve().
/// A cancelled one leaves at once, but the program ends only when the system has given the lookup up.
inline task<resolver::answer> resolve(std::string host, std::uint16_t port, families wanted = families::both) {
    return this_resolver().resolve(std::move(host), port, wanted);
}
/// The same with a port by number or by name: "443", "https".
inline task<resolver::answer> resolve(std::string host, std::string service, families wanted = families::both) {
    return this_resolver().resolve(std::move(host), std::move(service), wanted);
}

}  // namespace coracle::net

// ---- coracle/net/dialer.hpp
// dialer: a stream to a host by its name, over whichever of its addresses answers first. Happy eyeballs.
// RFC 8305 4 (the order of the addresses) and 5 (how attempts begin, and which one wins).

namespace coracle::net {

/// Why there is no stream: for programs, in a sentence with the host, and address by address in the order of the ends.
struct connect_error {
    struct attempt {
        address where;
        std::error_code code;
    };
    std::error_code code;
    std::string message;
    std::vector<attempt> attempts;
};

/// The same addresses, those of the first one's family and the others by turns: no family that is broken on the way
/// holds up the other.
inline std::vector<address> interleaved(const std::vector<address>& all) {
    std::vector<address> order;
    std::size_t next[2] = {0, 0};  // of the first one's family, and of the others
    auto find = [&](bool other) {
        std::size_t at = next[other];
        while (at < all.size() && (all[at].family() != all.front().family()) != other) ++at;
        next[other] = at + 1;
        return at;
    };
    for (bool other = false; order.size() < all.size(); other = !other)
        if (std::size_t at = find(other); at < all.size()) order.push_back(all[at]);
    return order;
}

/// Tries the addresses of a name one after the other, each 250 ms after the one before, or as soon as one has failed.
/// The first stream wins; the other attempts are cancelled and have ended, with their sockets, before it is given.
/// in: `dial` is for tests, and for streams of another kind.
template <byte_stream Stream = socket_stream>
class dialer {
public:
    using dial_function = function<task<result<Stream>>(address)>;
    using answer = result<Stream, connect_error>;

    dialer()
        requires std::same_as<Stream, socket_stream>
        : dialer(dial_function([](address where) { return net::connect(std::move(where)); })) {}
    explicit dialer(dial_function dial) : dial_(std::move(dial)) {}
    dialer(const dialer&) = delete;
    dialer& operator=(const dialer&) = delete;

    /// RFC 8305 8 allows 10 ms to 2 s.
    void begin_attempts_after(std::chrono::nanoseconds delay) noexcept { delay_ = delay; }

    /// in: as resolver::resolve(), a port by number or by name. keeps: this and the resolver.
    /// error: that of the name, or of all its addresses together; `cancelled`; what the dial function throws.
    template <class Port>
    task<answer> connect(resolver& names, std::string host, Port port, families wanted = families::both) {
        std::string whom = quoted_host(host);
        auto found = co_await names.resolve(std::move(host), std::move(port), wanted);
        if (!found) co_return failure(connect_error{found.error().code, found.error().message, {}});
        whom += " port " + std::to_string(found->front().port());
        auto stream = co_await race(interleaved(*found), std::move(whom));
        co_return std::move(stream);
    }
    /// To whichever of these addresses answers first, tried in this order.
    task<answer> connect(std::vector<address> all) { return race(std::move(all), {}); }

private:
    struct contest {
        event news;
        std::size_t running = 0;
        bool broken = false;  // an attempt has thrown
        std::optional<Stream> winner;
        std::vector<connect_error::attempt> failures;
        task_group attempts;  // goes first: they use the rest
    };
    class alarm final : loop::timer {
    public:
        explicit alarm(event& rings) noexcept : rings_(rings) {}
        void set(std::chrono::nanoseconds after) {
            loop::reactor& on = loop::reactor::current();
            on.timers().arm(*this, loop::later(on.now(), after));
        }
        void clear() noexcept { disarm(); }

    private:
        void fire(os::time_point) noexcept override { rings_.set(); }
        event& rings_;
    };
    class runner {
    public:
        explicit runner(contest& in) noexcept : in_(in) { ++in_.running; }
        runner(const runner&) = delete;
        runner& operator=(const runner&) = delete;
        void ended_well() noexcept { ended_well_ = true; }
        ~runner() {
            --in_.running;
            in_.broken = in_.broken || !ended_well_;
            in_.news.set();
        }

    private:
        contest& in_;
        bool ended_well_ = false;
    };

    task<answer> race(std::vector<address> order, std::string whom) {
        contest all;
        std::exception_ptr interrupted;
        try {
            co_await begin_attempts(order, all);
        } catch (...) {
            interrupted = std::current_exception();
        }
        all.attempts.cancel();
        co_await all.attempts.join();
        if (interrupted) std::rethrow_exception(interrupted);
        if (!all.winner) co_return failure(told(whom, std::move(all.failures)));
        co_return std::move(*all.winner);
    }

    /// Until one has won or all have failed.
    task<> begin_attempts(const std::vector<address>& order, contest& all) {
        alarm next(all.news);
        for (std::size_t i = 0; i < order.size() || all.running > 0;) {
            all.news.clear();
            if (i < order.size()) {
                all.attempts.spawn(attempt(order[i++], all));
                next.set(delay_);
            }
            if (!all.winner) co_await all.news.wait();
            next.clear();
            if (all.winner || all.broken) co_return;
        }
    }

    task<> attempt(address where, contest& all) {
        runner here(all);
        auto stream = co_await dial_(where);
        if (!stream)
            all.failures.push_back(connect_error::attempt{std::move(where), stream.error()});
        else if (!all.winner)
            all.winner.emplace(std::move(*stream));
        here.ended_well();
    }

    static connect_error told(const std::string& whom, std::vector<connect_error::attempt> failures) {
        connect_error all{std::make_error_code(std::errc::address_not_available), "cannot connect", {}};
        if (!whom.empty()) all.message += " to " + whom;
        bool of_the_peer = false;
        for (std::size_t i = 0; i < failures.size(); ++i) {
            const auto& [where, code] = failures[i];
            all.message += (i == 0 ? ": " : "; ") + where.text() + ": " + code.message();
            // What a host says is worth more than that this machine has no way to it.
            bool no_way = code == std::errc::network_unreachable || code == std::errc::address_not_available ||
                          code == std::errc::address_family_not_supported || code == std::errc::host_unreachable;
            if (i == 0 || (!no_way && !of_the_peer)) all.code = code;
            of_the_peer = of_the_peer || !no_way;
        }
        if (failures.empty()) all.message += ": there is no address to try";
        all.attempts = std::move(failures);
        return all;
    }

    dial_function dial_;
    std::chrono::nanoseconds delay_ = std::chrono::milliseconds(250);
};

/// A TCP stream to a host by its name or literal address: `auto stream = co_await net::connect("example.org", 80);`
/// in: as resolve(). Has no deadline of its own but the kernel's: put it into a timeout.
/// error: `stream.error().message` says host and reason, of every address that was tried.
inline task<dialer<>::answer> connect(std::string host, std::uint16_t port, families wanted = families::both) {
    dialer<> by_name;
    auto stream = co_await by_name.connect(this_resolver(), std::move(host), port, wanted);
    co_return std::move(stream);
}
/// The same with a port by number or by name: "443", "https".
inline task<dialer<>::answer> connect(std::string host, std::string service, families wanted = families::both) {
    dialer<> by_name;
    auto stream = co_await by_name.connect(this_resolver(), std::move(host), std::move(service), wanted);
    co_return std::move(stream);
}

}  // namespace coracle::net

// ---- coracle/net/stream_server.hpp
// stream_server: every connection a job of its own, over TCP or unix sockets. asyncio.start_server.

namespace coracle::net {

/// What serves a connection: `task<> talk(net::tcp_stream client)`. Its end closes the connection.
template <class Handler>
concept stream_handler = std::is_invocable_r_v<task<>, Handler&, socket_stream>;

/// `net::stream_server server("127.0.0.1:8001");  co_await server.serve(talk);` Of the loop on which it is made.
/// A client whose handler throws is alone in it: it is told to on_failure(), and the others go on.
class stream_server {
public:
    using report_failure = function<void(const address& client, const std::exception_ptr& why)>;

    /// Bound and listening: clients can connect before serve(). in: as address::parse; port 0 lets the kernel choose.
    /// error: std::logic_error for what is no address; std::system_error when it cannot be listened on.
    explicit stream_server(std::string_view where, const listen_options& options = {})
        : stream_server(opened(where, options)) {}
    explicit stream_server(listener door) : door_(std::move(door)) {}
    stream_server(const stream_server&) = delete;
    stream_server& operator=(const stream_server&) = delete;

    const address& where() const noexcept { return door_.where(); }
    /// Who is being served now.
    std::size_t clients() const noexcept { return clients_; }
    /// From here on no more than `most` are served at once; the next ones wait in the kernel's backlog. At least one.
    void limit_clients(std::size_t most) noexcept { most_clients_ = most > 0 ? most : 1; }
    /// in: called on the loop. When nobody asks for them, failures are reports.
    void on_failure(report_failure told) { told_ = std::move(told); }

    /// Accepts and serves until stop(), or until it is cancelled, and returns when every client has gone. Once.
    /// error: `cancelled`; std::system_error when the listening socket fails, then too after every client has gone.
    template <class Handler>
        requires stream_handler<std::decay_t<Handler>>
    task<> serve(Handler&& handler) {
        static_assert(async::survives_gcc_12<Handler>,
                      "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; "
                      "capture by reference, or name the lambda first");
        return serving<std::decay_t<Handler>>(std::forward<Handler>(handler));
    }

    /// No further client comes in; those there are have `grace` to finish, then they are cancelled. Harmless twice: the
    /// first grace counts.
    void stop(std::chrono::nanoseconds grace = std::chrono::seconds(10)) {
        if (std::exchange(stopping_, true)) return;
        grace_ = grace;
        door_.close();
        room_.set();
        if (leaving_) leaving_->begin(grace_);
    }
    bool stopping() const noexcept { return stopping_; }

private:
    class patience final : loop::timer {
    public:
        patience(task_group& with, patience*& known_as) noexcept : clients_(with), known_as_(known_as) {
            known_as_ = this;
        }
        ~patience() { known_as_ = nullptr; }
        void begin(std::chrono::nanoseconds grace) {
            loop::reactor& on = loop::reactor::current();
            on.timers().arm(*this, loop::later(on.now(), grace));
        }

    private:
        void fire(os::time_point) noexcept override { clients_.cancel(); }
        task_group& clients_;
        patience*& known_as_;
    };

    static listener opened(std::string_view where, const listen_options& options) {
        auto there = address::parse(where);
        if (!there) throw std::logic_error("coracle: " + there.error().message);
        auto door = listener::open(*there, options);
        if (!door) throw std::system_error(door.error(), "coracle: cannot listen on " + there->text());
        return std::move(*door);
    }

    template <class Handler>
    task<> serving(Handler handler) {
        task_group clients;
        std::exception_ptr interrupted;
        try {
            co_await accept_all(handler, clients);
        } catch (...) {
            interrupted = std::current_exception();
        }
        patience end(clients, leaving_);
        if (stopping_) end.begin(grace_);
        co_await clients.join();
        if (interrupted) std::rethrow_exception(interrupted);
    }

    template <class Handler>
    task<> accept_all(Handler& handler, task_group& clients) {
        for (;;) {
            while (clients_ >= most_clients_ && !stopping_) {
                room_.clear();
                co_await room_.wait();
            }
            auto next = co_await door_.accept();
            if (stopping_) co_return;
            if (!next) throw std::system_error(next.error(), "coracle: accepting on " + where().text());
            clients.spawn(attend(handler, std::move(*next)));
        }
    }

    template <class Handler>
    task<> attend(Handler& handler, incoming who) {
        presence here(*this);
        address peer = who.peer;
        try {
            socket_stream client(std::move(who.socket), std::move(who.peer));
            co_await handler(std::move(client));
        } catch (const cancelled&) {
            throw;
        } catch (...) {
            failed(peer, std::current_exception());
        }
    }

    class presence {
    public:
        explicit presence(stream_server& at) noexcept : server_(at) { ++server_.clients_; }
        presence(const presence&) = delete;
        presence& operator=(const presence&) = delete;
        ~presence() {
            --server_.clients_;
            server_.room_.set();
        }

    private:
        stream_server& server_;
    };

    void failed(const address& who, const std::exception_ptr& why) noexcept {
        try {
            if (told_) return told_(who, why);
            std::rethrow_exception(why);
        } catch (const std::exception& known) {
            report("serving " + who.text() + " failed: " + known.what());
        } catch (...) {
            report("serving " + who.text() + " failed with something that is no std::exception");
        }
    }

    listener door_;
    std::size_t clients_ = 0;
    std::size_t most_clients_ = std::numeric_limits<std::size_t>::max();
    event room_;
    bool stopping_ = false;
    patience* leaving_ = nullptr;  // while those who were let in are waited for
    std::chrono::nanoseconds grace_{};
    report_failure told_;
};

}  // namespace coracle::net

// ---- coracle/net/serve_streams.hpp
// serve_streams: the whole main() of a server without HTTP, from the first line it prints to the exit code.

namespace coracle::net {

namespace detail {

/// As app.run(): CORACLE_HOST and CORACLE_PORT say where to listen, whatever the program says.
inline std::string place_to_listen(std::string_view asked) {
    const char* host = std::getenv("CORACLE_HOST");
    const char* port = std::getenv("CORACLE_PORT");
    if (!host && !port) return std::string(asked);
    if (host && std::string_view(host).starts_with("unix:")) return host;
    std::size_t colon = asked.rfind(':');
    std::string new_host = host ? host : std::string(asked.substr(0, colon));
    if (new_host.find(':') != std::string::npos && !new_host.starts_with('[')) new_host = "[" + new_host + "]";
    return new_host + ":" + (port ? port : std::string(colon == asked.npos ? "" : asked.substr(colon + 1)));
}

}  // namespace detail

/// Listens, says where, and serves until Ctrl-C or SIGTERM; then the clients have `grace` to finish. A second Ctrl-C
/// ends the process at once. `int main() { return net::serve_streams("127.0.0.1:8001", echo); }`
/// in: where as address::parse, and what serves one client: `task<> echo(net::tcp_stream client)`.
/// Gives the exit code: 0, or 3 and a line on stderr when it could not begin.
template <class Handler>
    requires stream_handler<std::decay_t<Handler>>
int serve_streams(std::string_view where, Handler&& handler,
                  std::chrono::nanoseconds grace = std::chrono::seconds(10)) {
    stream_server* listening = nullptr;
    auto whole = [&]() -> task<> {
        stream_server server(detail::place_to_listen(where));
        listening = &server;
        bool local = server.where().family() == address::family_type::local;
        std::printf("INFO:     Listening on %s%s (Press CTRL+C to quit)\n", local ? "" : "tcp://",
                    server.where().text().c_str());
        std::fflush(stdout);
        co_await server.serve(handler);
        listening = nullptr;
    };
    try {
        loop::thread_pool pool;
        loop::reactor reactor(pool);
        loop::interrupt ctrl_c(reactor);
        auto each_turn = [&] {
            if (listening && ctrl_c.asked()) listening->stop(grace);
        };
        loop::run_on(reactor, whole(), each_turn, [&] { loop::end_background(reactor); });
        return 0;
    } catch (const std::exception& why) {
        std::fprintf(stderr, "ERROR:    %s\n", why.what());
        return 3;
    }
}

}  // namespace coracle::net

// ---- coracle/net/udp_socket.hpp
// udp_socket: datagrams on this thread's loop. asyncio.DatagramTransport.
// RFC 768; RFC 4291 2.5.5.2 for IPv4 peers of IPv6 sockets.

namespace coracle::net {

/// One that has come, and from whom.
struct datagram {
    std::string_view bytes;  ///< in the loop's scratch room, or the room that was given
    address from;
    bool truncated = false;  ///< there had been more than the room takes, and it is lost
};

namespace detail {

class datagram_receive {
public:
    explicit datagram_receive(std::span<char> room) noexcept : room_(room) {}
    bool operator()(int fd) noexcept {
        got_ = os::receive_datagram(fd, room_, from_);
        return got_ || !os::is_would_block(got_.error());
    }
    coracle::result<datagram> result() const {
        if (!got_) return failure(got_.error());
        return datagram{std::string_view(room_.data(), got_->size), address(from_), got_->truncated};
    }

private:
    std::span<char> room_;
    os::socket_address from_;
    coracle::result<os::received_datagram> got_ = os::received_datagram();
};

class datagram_send {
public:
    datagram_send(std::string_view bytes, const std::optional<coracle::result<os::socket_address>>& to) noexcept
        : bytes_(bytes), to_(to) {}
    bool operator()(int fd) noexcept {
        if (to_ && !*to_)
            sent_ = failure(to_->error());
        else
            sent_ = os::send_datagram(fd, bytes_, to_ ? &**to_ : nullptr);
        return sent_ || !os::is_would_block(sent_.error());
    }
    coracle::result<void> result() const noexcept { return sent_; }

private:
    std::string_view bytes_;
    std::optional<coracle::result<os::socket_address>> to_;
    coracle::result<void> sent_;
};

}  // namespace detail

/// How to bind.
struct udp_options {
    /// Several sockets of one port, as the listeners of a multicast group want it.
    bool share_port = false;
    /// An IPv6 socket turns IPv4 away instead of taking it too.
    bool ipv6_only = false;
};

/// A socket whose messages arrive whole, or not at all, and in any order. Any number of jobs may receive, and any
/// number send, first come, first served. Moves while nobody waits for it; never leaves its loop.
class udp_socket {
    template <class Attempt>
    using operation = loop::shared_descriptor::operation<Attempt>;

public:
    /// Receives what is sent to `where`: from everybody, until connect(). Port 0 lets the kernel choose.
    /// error: address_in_use, permission_denied, address_not_available, ...
    static result<udp_socket> bind(const address& where, const udp_options& options = {}) {
        auto target = where.to_socket_address();
        if (!target) return failure(target.error());
        auto made = open(*target);
        if (!made) return made;
        int fd = made->native_handle();
        if (options.share_port)
            if (auto done = os::share_group_port(fd); !done) return failure(done.error());
        if (where.family() == address::family_type::ipv6)
            if (auto done = os::take_only_ipv6(fd, options.ipv6_only); !done) return failure(done.error());
        if (auto done = os::bind_socket(fd, *target); !done) return failure(done.error());
        return made;
    }
    /// A socket that talks with `peer` only: send() needs no address, and what others send is not received.
    static result<udp_socket> connect(const address& peer) {
        auto target = peer.to_socket_address();
        if (!target) return failure(target.error());
        auto made = open(*target);
        if (!made) return made;
        if (auto done = made->connect_to(peer); !done) return failure(done.error());
        return made;
    }
    udp_socket(udp_socket&&) noexcept = default;
    udp_socket& operator=(udp_socket&&) noexcept = default;

    /// From here on it talks with `peer` only. error: network_unreachable, ...
    result<void> connect_to(const address& peer) {
        auto target = mapped(peer);
        if (!target) return failure(target.error());
        return os::start_connect(descriptor_->get(), *target);
    }

    /// The next datagram, of up to 64 KiB: its bytes are valid until the next co_await.
    /// error: connection_refused of a connected socket whose peer does not listen: what was sent before is lost, and
    /// the socket is as good as ever; bad_file_descriptor after close(); `cancelled`, and then none has been taken.
    operation<detail::datagram_receive> receive() { return receive(descriptor_->home().scratch()); }
    /// The same into `room`. What does not fit is lost, and said to be.
    operation<detail::datagram_receive> receive(std::span<char> room) {
        return descriptor_->until(loop::direction::in, detail::datagram_receive(room));
    }

    /// One datagram to the peer of a connected socket; returns when it is on its way, which does not mean that it
    /// arrives.
    /// keeps: the bytes must stay where they are until it has returned. error: message_size beyond 65507 bytes (IPv4);
    /// destination_address_required when it is not connected; as receive().
    operation<detail::datagram_send> send(std::string_view bytes) {
        return descriptor_->until(loop::direction::out, detail::datagram_send(bytes, std::nullopt));
    }
    /// The same to `where`. error: address_family_not_supported for IPv6 from an IPv4 socket, permission_denied for a
    /// broadcast that was not allowed, ...
    operation<detail::datagram_send> send_to(std::string_view bytes, const address& where) {
        return descriptor_->until(loop::direction::out, detail::datagram_send(bytes, mapped(where)));
    }

    /// Lets it send to broadcast addresses, as 255.255.255.255.
    result<void> allow_broadcast(bool on = true) noexcept { return os::allow_broadcast(descriptor_->get(), on); }
    /// Receives what is sent to `group` too, or does no more. in: an address whose port is not looked at, and the
    /// number of an interface; 0 lets the kernel choose. error: invalid_argument for an address that is no group's, ...
    result<void> join_group(const address& group, unsigned interface = 0) { return member(group, interface, true); }
    result<void> leave_group(const address& group, unsigned interface = 0) { return member(group, interface, false); }
    /// Of what it sends to groups: how many routers it may pass (0: stays on this machine), whether sockets of this
    /// machine get it too, and through which interface it goes.
    result<void> group_sending(int hops, bool to_this_machine = true, unsigned interface = 0) noexcept {
        return os::set_group_sending(descriptor_->get(), family_, hops, to_this_machine, interface);
    }

    /// Where it is bound; after the first send the kernel has chosen. error: bad_file_descriptor after close().
    result<address> where() const {
        auto bound = os::local_address(descriptor_->get());
        if (!bound) return failure(bound.error());
        return address(*bound);
    }
    /// Wakes: all who wait for it, with an error.
    void close() noexcept { descriptor_->close(); }
    bool is_open() const noexcept { return descriptor_->is_open(); }
    /// For system calls that this class does not know; -1 when it is closed.
    int native_handle() const noexcept { return descriptor_->get(); }

private:
    explicit udp_socket(std::unique_ptr<loop::shared_descriptor> socket, os::address_family family) noexcept
        : descriptor_(std::move(socket)), family_(family) {}

    static result<udp_socket> open(const os::socket_address& like) {
        if (like.family() == os::address_family::local || like.family() == os::address_family::none)
            return failure(std::make_error_code(std::errc::address_family_not_supported));
        auto socket = os::open_datagram_socket(like);
        if (!socket) return failure(socket.error());
        try {
            return udp_socket(std::make_unique<loop::shared_descriptor>(std::move(*socket)), like.family());
        } catch (const std::system_error& why) {
            return failure(why.code());
        }
    }

    /// An IPv6 socket knows IPv4 addresses by their IPv6 names; address has undone that on their way in.
    result<os::socket_address> mapped(const address& where) const {
        auto four = where.ipv4();
        if (family_ != os::address_family::ipv6 || !four) return where.to_socket_address();
        ipv6_bytes six{};
        six[10] = six[11] = 0xff;
        for (std::size_t i = 0; i < 4; ++i) six[12 + i] = (*four)[i];
        return os::socket_address::ipv6(six, where.port());
    }
    result<void> member(const address& group, unsigned interface, bool in) {
        auto where = group.to_socket_address();
        if (!where) return failure(where.error());
        if (where->family() != family_) return failure(std::make_error_code(std::errc::address_family_not_supported));
        return os::set_membership(descriptor_->get(), *where, interface, in);
    }

    std::unique_ptr<loop::shared_descriptor> descriptor_;
    os::address_family family_;
};

}  // namespace coracle::net

// ---- coracle/net/pipe_stream.hpp
// pipe_stream: one end of a pipe, or a terminal, as a stream of bytes on this thread's loop.

namespace coracle::net {

namespace detail {

/// A descriptor, and whether its reader has been sent home.
struct pipe_end {
    explicit pipe_end(os::file_descriptor fd) : descriptor(std::move(fd)) {}
    bool deaf = false;
    loop::descriptor descriptor;
};

/// Reads once: into the loop's scratch room when none is given.
class pipe_read {
public:
    pipe_read(pipe_end& from, std::span<char> room) noexcept : from_(&from), room_(room) {}
    bool operator()(loop::descriptor& on) noexcept {
        got_ = from_->deaf ? std::size_t{0} : os::read_some(on.get(), room_);
        if (!got_) return !os::is_would_block(got_.error());
        if (*got_ < room_.size() && !from_->deaf) on.exhausted(loop::direction::in);
        return true;
    }
    coracle::result<std::size_t> result() const noexcept { return got_; }

private:
    pipe_end* from_;
    std::span<char> room_;
    coracle::result<std::size_t> got_ = std::size_t{0};
};

class pipe_read_view {
public:
    explicit pipe_read_view(pipe_end& from)
        : scratch_(from.descriptor.home().scratch().data()), inner_(from, from.descriptor.home().scratch()) {}
    bool operator()(loop::descriptor& on) noexcept { return inner_(on); }
    coracle::result<std::string_view> result() const noexcept {
        auto count = inner_.result();
        if (!count) return failure(count.error());
        return std::string_view(scratch_, *count);
    }

private:
    const char* scratch_;
    pipe_read inner_;
};

class pipe_write {
public:
    pipe_write(std::string_view first, std::string_view second) noexcept : first_(first), second_(second) {}
    bool operator()(int fd) noexcept {
        for (std::string_view* part : {&first_, &second_}) {
            while (!part->empty()) {
                auto taken = os::write_some(fd, *part);
                if (!taken) {
                    if (os::is_would_block(taken.error())) return false;
                    error_ = taken.error();
                    return true;
                }
                part->remove_prefix(*taken);
            }
        }
        return true;
    }
    coracle::result<void> result() const noexcept {
        if (error_) return failure(error_);
        return {};
    }

private:
    std::string_view first_;
    std::string_view second_;
    std::error_code error_;
};

}  // namespace detail

/// A byte_stream over a descriptor that is no socket. A pipe goes one way: its other direction is an error
/// (bad_file_descriptor). A writer is held back while the pipe is full (64 KiB on Linux), and gets broken_pipe, never a
/// SIGPIPE, when nobody reads any more. Moves while nobody waits for it; never leaves its loop.
class pipe_stream {
    template <class Attempt>
    using operation = loop::descriptor::operation<Attempt>;

public:
    /// Of the current reactor. Makes the descriptor non-blocking, for everybody who shares the open file.
    /// error: std::system_error (not open; a plain file, which no poller watches); the descriptor is closed then.
    explicit pipe_stream(os::file_descriptor end) {
        if (auto done = os::set_blocking(end.get(), false); !done)
            throw std::system_error(done.error(), "coracle: a pipe that is not open");
        end_ = std::make_unique<detail::pipe_end>(std::move(end));
    }
    pipe_stream(pipe_stream&&) noexcept = default;
    pipe_stream& operator=(pipe_stream&&) noexcept = default;

    operation<detail::pipe_read_view> read() {
        return end_->descriptor.until(loop::direction::in, detail::pipe_read_view(*end_));
    }
    operation<detail::pipe_read> read(std::span<char> room) {
        CORACLE_ASSERT(!room.empty());
        return end_->descriptor.until(loop::direction::in, detail::pipe_read(*end_, room));
    }
    /// keeps: the bytes must stay where they are until it has returned.
    operation<detail::pipe_write> write(std::string_view head, std::string_view body = {}) {
        return end_->descriptor.until(loop::direction::out, detail::pipe_write(head, body));
    }
    result<std::size_t> try_write(std::string_view bytes) noexcept {
        auto taken = os::write_some(end_->descriptor.get(), bytes);
        if (!taken && os::is_would_block(taken.error())) return std::size_t{0};
        return taken;
    }

    /// A pipe's one end knows one direction: both of these close it.
    void shutdown_read() noexcept {
        end_->deaf = true;
        end_->descriptor.close();
    }
    result<void> shutdown_write() noexcept {
        end_->descriptor.close();
        return {};
    }
    void close() noexcept { end_->descriptor.close(); }
    bool is_open() const noexcept { return end_->descriptor.is_open(); }
    bool hung_up() const noexcept { return end_->descriptor.hung_up(); }
    /// Nobody: a pipe has no address.
    const address& peer() const noexcept {
        static const address nobody;
        return nobody;
    }
    /// For system calls that this class does not know; -1 when it is closed.
    int native_handle() const noexcept { return end_->descriptor.get(); }

private:
    std::unique_ptr<detail::pipe_end> end_;
};

static_assert(byte_stream<pipe_stream>);

}  // namespace coracle::net

// ---- coracle/net/child_process.hpp
// child_process: another program, its streams, and its end. asyncio.create_subprocess_exec, subprocess.run.

namespace coracle {

using os::command_line;
using os::exit_status;
using os::stdio;

/// What a program has left behind.
struct process_output {
    exit_status status;
    std::string output;  ///< of its standard output, when that was a pipe
    std::string errors;  ///< of its standard errors, when those were
};

namespace net::detail {

/// A child, and what tells of its end.
struct running_child {
    running_child(os::child started, os::exit_notice told)
        : child(std::move(started)), exited(told.take_descriptor()), notice(std::move(told)) {}

    os::child child;
    loop::shared_descriptor exited;  // closed after the notice, which may write to its other end
    os::exit_notice notice;
};

class exit_attempt {
public:
    explicit exit_attempt(running_child& of) noexcept : of_(&of) {}
    bool operator()(int fd) noexcept {
        if (!of_->child.status() && fd >= 0) of_->notice.acknowledge(fd);
        return of_->child.look() || fd < 0;
    }
    exit_status result() const noexcept { return of_->child.status().value_or(exit_status()); }

private:
    running_child* of_;
};

}  // namespace net::detail

/// A program that runs beside this one. Belongs to its loop; moves while nobody waits for it. When it goes before its
/// program has ended, the program is killed (SIGKILL) and reaped, without waiting for it; with own_group() so is what
/// the program has started.
class child_process {
public:
    /// Of the current reactor. Streams of which nothing is said are those of this process. No descriptor but these
    /// three reaches the program, and no signal is blocked or ignored in it.
    /// error: no_such_file_or_directory, permission_denied, too_many_files_open, ...: see os::child::start.
    /// cost: blocks the loop until the kernel has loaded the program, a millisecond or so.
    static result<child_process, os::named_error> start(const command_line& what,
                                                        os::exit_notice_kind notice = os::exit_notice_kind::native) {
        auto fails = [&what](std::error_code why) { return os::named_failure(why, "start", what.program()); };
        child_process made;
        std::array<os::file_descriptor, 3> theirs;
        try {
            for (std::size_t number = 0; number < 3; ++number) {
                if (!what.stream_of(number) || what.stream_of(number)->kind != stdio::pipe) continue;
                auto ends = os::open_pipe();
                if (!ends) return fails(ends.error());
                theirs[number] = std::move(number == 0 ? ends->reader : ends->writer);
                made.streams_[number].emplace(std::move(number == 0 ? ends->writer : ends->reader));
            }
            auto started = os::child::start(what, {theirs[0].get(), theirs[1].get(), theirs[2].get()});
            if (!started) return failure(started.error());
            auto told = os::exit_notice::of(started->pid(), notice);
            if (!told) return fails(told.error());
            made.limit_ = what.limit();
            made.name_ = what.program();
            made.running_ = std::make_unique<net::detail::running_child>(std::move(*started), std::move(*told));
        } catch (const std::system_error& why) {
            return fails(why.code());
        }
        return made;
    }
    child_process(child_process&&) noexcept = default;
    child_process& operator=(child_process&&) noexcept = default;

    /// Its streams that were made pipes. error: std::logic_error when it was not.
    net::pipe_stream& input() { return stream(0, "input"); }
    net::pipe_stream& output() { return stream(1, "output"); }
    net::pipe_stream& errors() { return stream(2, "errors"); }

    /// Its number; 0 when it is known to have ended.
    int pid() const noexcept { return static_cast<int>(running_->child.pid()); }
    /// How it has ended; none while it runs, or nobody has waited for it.
    std::optional<exit_status> status() const noexcept { return running_->child.status(); }

    /// Waits until it has ended. Any number of jobs may wait. Cancelling that does nothing to the program.
    loop::shared_descriptor::operation<net::detail::exit_attempt> wait() {
        return running_->exited.until(loop::direction::in, net::detail::exit_attempt(*running_));
    }

    /// Sends a signal: SIGKILL, which no program survives, unless another is said.
    /// error: no_such_process when it has ended.
    result<void> kill(int number = SIGKILL) noexcept { return running_->child.send(number); }
    /// Asks it to end (SIGTERM).
    result<void> terminate() noexcept { return kill(SIGTERM); }

    /// Writes `input` to it, ends its input, collects its output and errors until it ends them, and waits for its end:
    /// of those streams that are pipes. That it does not read all of the input is no error.
    /// error: message_size when there is more output than command_line::output_limit; it is killed then.
    /// Cancelled, it has done some of this; the program runs on.
    task<result<process_output, os::named_error>> communicate(std::string_view input = {}) {
        process_output all;
        auto [fed, fits, fits_too] = co_await gather(feed(input), collect(1, all.output), collect(2, all.errors));
        all.status = co_await wait();
        if (!fits || !fits_too)
            co_return os::named_failure(std::make_error_code(std::errc::message_size),
                                        "keep more of its output than output_limit() allows of", name_);
        co_return all;
    }

private:
    child_process() = default;

    net::pipe_stream& stream(std::size_t number, const char* name) {
        if (!streams_[number])
            throw std::logic_error("coracle: the " + std::string(name) + " of '" + name_ + "' is no pipe: write ." +
                                   name + "(stdio::pipe) on its command_line");
        return *streams_[number];
    }

    task<> feed(std::string_view bytes) {
        if (!streams_[0]) co_return;
        [[maybe_unused]] auto its_own_affair = co_await streams_[0]->write(bytes);
        streams_[0]->close();
    }

    /// False when it was too much.
    task<bool> collect(std::size_t number, std::string& into) {
        if (!streams_[number]) co_return true;
        for (;;) {
            auto piece = co_await streams_[number]->read();
            if (!piece || piece->empty()) co_return true;
            if (piece->size() > limit_ - into.size()) break;
            into += *piece;
        }
        [[maybe_unused]] auto ended_already = kill();
        for (auto& each : streams_)
            if (each) each->close();  // what the program has started may hold on to its ends
        co_return false;
    }

    std::array<std::optional<net::pipe_stream>, 3> streams_;
    std::unique_ptr<net::detail::running_child> running_;
    std::string name_;
    std::size_t limit_ = 0;
};

/// Runs a program to its end: `auto listing = co_await run_process(command_line("ls", "-l", path));`, then
/// `listing->status.ok()` and `listing->output`. Streams of which nothing is said: `input` or nothing goes in, output
/// and errors are collected. Cancelled, it kills the program.
/// error: as child_process::start and communicate; that the program fails is none.
inline task<result<process_output, os::named_error>> run_process(command_line what, std::string input = {}) {
    if (!what.stream_of(0)) what.input(input.empty() ? stdio::null : stdio::pipe);
    if (!what.stream_of(1)) what.output(stdio::pipe);
    if (!what.stream_of(2)) what.errors(stdio::pipe);
    auto started = child_process::start(what);
    if (!started) co_return failure(started.error());
    auto all = co_await started->communicate(input);
    co_return all;
}

}  // namespace coracle

// ---- coracle/app/parameter.hpp
// parameter: where each kind of handler parameter comes from. One specialisation of `parameter` per kind.

namespace coracle {

class request;

/// A JSON body, said aloud: for GET, HEAD, DELETE and OPTIONS, where a plain struct alone would be a mistake.
/// `app.del("/items", [](json_body<selection> in) { return erase(in->ids); });`
template <class T>
class json_body {
public:
    using value_type = T;
    json_body() = default;
    explicit json_body(T value) : value_(std::move(value)) {}
    T& operator*() noexcept { return value_; }
    const T& operator*() const noexcept { return value_; }
    T* operator->() noexcept { return &value_; }
    const T* operator->() const noexcept { return &value_; }

private:
    T value_{};
};

namespace detail {

template <class T, template <class...> class Template>
inline constexpr bool is_made_from = false;
template <template <class...> class Template, class... A>
inline constexpr bool is_made_from<Template<A...>, Template> = true;

template <class T>
struct scalar_list : std::false_type {};
template <scalar T, class A>
struct scalar_list<std::vector<T, A>> : std::true_type {};
template <class T>
struct scalar_option : std::false_type {};
template <scalar T>
struct scalar_option<std::optional<T>> : std::true_type {};

// Text that belongs to somebody else: it would dangle.
template <class T>
concept borrowed = std::is_pointer_v<T> || is_made_from<T, std::basic_string_view> ||
                   requires(T view) { requires std::same_as<T, std::span<typename T::element_type, T::extent>>; };

template <class T>
inline constexpr bool is_map = is_made_from<T, std::map> || is_made_from<T, std::unordered_map>;

template <class T>
struct json_document
    : std::bool_constant<std::same_as<T, json> || (reflect::aggregate<T> && !borrowed<T>) || is_map<T>> {};
template <class T, class A>
struct json_document<std::vector<T, A>> : std::bool_constant<!scalar<T> && !borrowed<T>> {};
template <class T>
struct json_document<std::optional<T>> : json_document<T> {};

}  // namespace detail

/// A parameter that the pattern names: one word, perhaps (std::optional), or any number of them (std::vector).
template <class T>
concept pattern_value = scalar<T> || detail::scalar_list<T>::value || detail::scalar_option<T>::value;

/// A parameter that is the JSON body: a plain struct, json, a map, a list of structs, or an optional one of these.
template <class T>
concept document = detail::json_document<T>::value;

/// Where a parameter comes from.
enum class parameter_source : unsigned char {
    pattern,      ///< the next name of the route
    body,         ///< the JSON body
    context,      ///< the request itself
    reference,    ///< refused: it could dangle
    view,         ///< refused: it would look into a request that is gone
    unsupported,  ///< refused: nothing fills it
};

/// What a parameter of type P is. A kind of parameter is added by specialising this and `parameter_reader`.
template <class P>
struct parameter {
    static constexpr parameter_source source =
        detail::borrowed<P> ? parameter_source::view : parameter_source::unsupported;
    static constexpr bool said_aloud = false;
};
template <class P>
struct parameter<P&> {
    static constexpr parameter_source source = parameter_source::reference;
    static constexpr bool said_aloud = false;
};
template <class P>
struct parameter<P&&> : parameter<P&> {};
template <>
struct parameter<request&> {
    static constexpr parameter_source source = parameter_source::context;
    static constexpr bool said_aloud = false;
};
template <>
struct parameter<const request&> : parameter<request&> {};
template <pattern_value P>
struct parameter<P> {
    static constexpr parameter_source source = parameter_source::pattern;
    static constexpr bool said_aloud = false;
};
template <document P>
    requires(!pattern_value<P>)
struct parameter<P> {
    static constexpr parameter_source source = parameter_source::body;
    static constexpr bool said_aloud = false;
};
template <class T>
struct parameter<json_body<T>> {
    static constexpr parameter_source source = parameter_source::body;
    static constexpr bool said_aloud = true;
};

/// How many of the parameters come from there.
template <parameter_source Source, class... P>
inline constexpr std::size_t count_from = (std::size_t{parameter<P>::source == Source} + ... + std::size_t{0});

}  // namespace coracle

// ---- coracle/app/signature.hpp
// signature: what a handler takes and gives, read from its type.

namespace coracle {

/// A list of types.
template <class... T>
struct types {};

namespace detail {

template <class F>
struct function_signature {};
template <class R, class... A>
struct function_signature<R(A...)> {
    using result = R;
    using parameters = types<A...>;
};
template <class R, class... A>
struct function_signature<R(A...) noexcept> : function_signature<R(A...)> {};
template <class R, class... A>
struct function_signature<R (*)(A...)> : function_signature<R(A...)> {};
template <class R, class... A>
struct function_signature<R (*)(A...) noexcept> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...)> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) const> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) noexcept> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) const noexcept> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...)&> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) const&> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) & noexcept> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) const & noexcept> : function_signature<R(A...)> {};

template <class F>
struct signature_of : function_signature<F> {};
template <class F>
    requires requires { &F::operator(); }
struct signature_of<F> : function_signature<decltype(&F::operator())> {};

template <class R>
struct awaited_result {
    using type = R;
    static constexpr bool waits = false;
};
template <class R>
struct awaited_result<task<R>> {
    using type = R;
    static constexpr bool waits = true;
};

}  // namespace detail

/// A function, or an object with exactly one call operator that is no template: its parameters can be read.
template <class F>
concept has_signature = requires { typename detail::signature_of<std::decay_t<F>>::parameters; };

/// The types of a handler's parameters, as `types<...>`.
template <has_signature F>
using parameters_of = typename detail::signature_of<std::decay_t<F>>::parameters;

/// What calling it gives: R, or task<R> for a coroutine.
template <has_signature F>
using returned_by = typename detail::signature_of<std::decay_t<F>>::result;

/// What it gives in the end: R for a coroutine too.
template <has_signature F>
using result_of = typename detail::awaited_result<returned_by<F>>::type;

/// Whether it is a coroutine that has to be awaited.
template <has_signature F>
inline constexpr bool is_coroutine = detail::awaited_result<returned_by<F>>::waits;

}  // namespace coracle

// ---- coracle/app/checked_pattern.hpp
// checked_pattern: a route's text that has been compared with its handler, by the compiler if it is a literal.
// The sentences below are what the compiler says, or what std::logic_error says of a runtime_pattern.

namespace coracle {

/// A route whose text is made while the program runs: `app.get(runtime_pattern(prefix + "/{id}"), handler)`. It is
/// checked when it is registered. error: then, std::logic_error.
class runtime_pattern {
public:
    explicit runtime_pattern(std::string text) : text_(std::move(text)) {}
    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

namespace detail {

using route::pattern_error;

template <class T>
inline constexpr bool is_optional = is_made_from<T, std::optional>;
template <class T>
struct element {
    using type = T;
};
template <class T>
struct element<std::optional<T>> {
    using type = T;
};
template <class T, class A>
struct element<std::vector<T, A>> {
    using type = T;
};
/// The scalar inside an optional or a list.
template <class T>
using element_t = typename element<T>::type;

/// An integer as it stands in a default: an optional minus and digits, in the range of T.
template <class T>
constexpr std::optional<T> plain_integer(std::string_view text) noexcept {
    bool negative = std::is_signed_v<T> && text.starts_with('-');
    auto magnitude = ascii::parse_decimal<std::uint64_t>(negative ? text.substr(1) : text);
    if (!magnitude) return std::nullopt;
    auto most = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    if (*magnitude > most + (negative ? 1U : 0U)) return std::nullopt;
    return static_cast<T>(negative ? std::uint64_t{0} - *magnitude : *magnitude);
}

constexpr bool is_plain_number(std::string_view text) noexcept {
    auto skip_digits = [&] {
        std::size_t count = 0;
        while (count < text.size() && ascii::is_digit(text[count])) ++count;
        text.remove_prefix(count);
        return count != 0;
    };
    if (text.starts_with('-')) text.remove_prefix(1);
    if (!skip_digits()) return false;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (!skip_digits()) return false;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
        if (!skip_digits()) return false;
    }
    return text.empty();
}

// clang-format off
template <class T>
constexpr void check_default(std::string_view route, std::string_view text) {
    if constexpr (std::same_as<T, bool>) {
        if (text != "true" && text != "false" && text != "1" && text != "0")
            throw pattern_error(route, "the default of a bool is true or false");
    } else if constexpr (std::is_integral_v<T>) {
        if (!plain_integer<T>(text))
            throw pattern_error(route, "the default is no integer of the type that the handler takes");
    } else if constexpr (std::is_floating_point_v<T>) {
        if (!is_plain_number(text))
            throw pattern_error(route, "the default is no number");
    } else if constexpr (std::is_enum_v<T>) {
        if (!reflect::enum_cast<T>(text))
            throw pattern_error(route, "the default is no name of the enum that the handler takes");
    } else if constexpr (!std::same_as<T, std::string>) {
        throw pattern_error(route, "this type has no default in a route: take std::optional of it");
    }
}

template <class P>
constexpr void check_parameter(const route::pattern& route, std::size_t n) {
    constexpr bool list = scalar_list<P>::value;
    if (n < route.placeholder_count) {
        if (list)
            throw pattern_error(route.text, "a placeholder is one value; std::vector is for query names: {?tag}");
        if (is_optional<P>)
            throw pattern_error(route.text, "a placeholder is always there: take it as it is, not as std::optional");
        return;
    }
    const route::pattern_query& query = route.queries[n - route.placeholder_count];
    if (!query.has_default) return;
    if (list)
        throw pattern_error(route.text, "a repeated query parameter has no default: absent, it is empty");
    check_default<element_t<P>>(route.text, query.default_text);
}

/// Compares a route with the parameters of its handler, which are known to be good by themselves.
template <class... P>
constexpr void check_route(const route::pattern& route, types<P...>) {
    constexpr std::size_t wanted = count_from<parameter_source::pattern, P...>;
    if (wanted > route.parameter_count())
        throw pattern_error(route.text, "the handler has more parameters than this route has placeholders {id}, {?id}");
    // Who takes the request and nothing else may look the names up in it.
    constexpr bool by_hand = wanted == 0 && count_from<parameter_source::context, P...> != 0;
    if (wanted < route.parameter_count() && !by_hand)
        throw pattern_error(route.text, "this route has more placeholders than the handler has parameters");
    [[maybe_unused]] std::size_t n = 0;
    [[maybe_unused]] auto check = [&]<class Q>(std::type_identity<Q>) {
        if constexpr (parameter<Q>::source == parameter_source::pattern) check_parameter<Q>(route, n++);
    };
    (check(std::type_identity<P>{}), ...);
}
// clang-format on

template <bool MayHaveBody, class... P>
consteval bool good_body() {
    constexpr bool one = count_from<parameter_source::body, P...> <= 1;
    static_assert(one,
                  "coracle: a request has one body, and two parameters of this handler are a JSON body; put both into "
                  "one struct");
    constexpr bool meant =
        MayHaveBody || ((parameter<P>::source != parameter_source::body || parameter<P>::said_aloud) && ...);
    static_assert(
        meant || !one,
        "coracle: a GET, HEAD, DELETE or OPTIONS handler takes a struct, which means a JSON body; say so with "
        "json_body<T>, or name query parameters in the route: {?skip=0,limit=10}");
    return one && meant;
}

/// What can be said of a handler without its route. Stops at the first mistake, to keep the compiler's output short.
template <bool MayHaveBody, class... P>
consteval bool good_parameters(types<P...>) {
    constexpr bool owned = count_from<parameter_source::reference, P...> == 0;
    static_assert(owned,
                  "coracle: a handler takes its parameters by value (only request& is a reference): a reference could "
                  "dangle after the first co_await");
    if constexpr (owned) {
        constexpr bool kept = count_from<parameter_source::view, P...> == 0;
        static_assert(kept,
                      "coracle: a handler parameter owns what it holds: take std::string, not std::string_view, a span "
                      "or a pointer, which would look into a request that may be gone");
        if constexpr (kept) {
            constexpr bool known = count_from<parameter_source::unsupported, P...> == 0;
            static_assert(known,
                          "coracle: nothing in a request fills this handler parameter; take a number, a bool, a "
                          "std::string, an enum, a std::optional or std::vector of these, a plain struct or json (the "
                          "body), or request&");
            if constexpr (known) return good_body<MayHaveBody, P...>();
        }
    }
    return false;
}

template <class H, bool MayHaveBody>
consteval bool good_handler() {
    static_assert(
        has_signature<H>,
        "coracle: a handler is a function, or an object with one call operator; a lambda with auto parameters "
        "does not say what it takes");
    if constexpr (has_signature<H>) return good_parameters<MayHaveBody>(parameters_of<H>{});
    return false;
}

}  // namespace detail

/// The text of a route for a handler of type H. Made from a literal, it is checked by the compiler, as std::format
/// strings are; from a runtime_pattern, when the route is registered.
template <class H, bool MayHaveBody>
class checked_pattern {
public:
    template <std::size_t N>
    consteval checked_pattern(const char (&literal)[N]) : text_(literal, N - 1) {
        check(text_);
    }
    checked_pattern(const runtime_pattern& made) : text_(made.text()) { check(text_); }

    template <class Text>
        requires(!std::is_array_v<Text> && std::convertible_to<const Text&, std::string_view>)
    checked_pattern(const Text&) {
        static_assert(std::is_void_v<Text>,
                      "coracle: a route that is made at run time is registered as runtime_pattern(text)");
    }

    std::string_view text() const noexcept { return text_; }

private:
    static constexpr void check(std::string_view text) {
        if constexpr (detail::good_handler<H, MayHaveBody>())
            detail::check_route(route::pattern(text), parameters_of<H>{});
    }

    std::string_view text_;
};

}  // namespace coracle

// ---- coracle/app/http_error.hpp
// http_error: the exception that is an answer. FastAPI's HTTPException.

namespace coracle {

/// Ends a handler with this status and the body `{"detail": ...}`: `throw http_error(404, "User not found");`
/// cost: about 2 µs for the throw; a handler that answers so often gives back a response instead.
class http_error : public std::exception {
public:
    /// The detail is the reason phrase of the status.
    explicit http_error(int status) : http_error(status, json(http::reason_phrase(status))) {}
    /// in: any JSON as detail; fields for the head of the answer. error: std::invalid_argument for a field that cannot
    /// be sent.
    http_error(int status, json detail, std::initializer_list<http::field> headers = {}) {
        state made{status, std::move(detail), {}, std::to_string(status)};
        for (const http::field& one : headers) made.headers.add(one.name, one.value);
        made.what.append(" ").append(http::reason_phrase(status));
        if (made.detail.is_string() && made.detail.as_string() != http::reason_phrase(status))
            made.what.append(": ").append(made.detail.as_string());
        state_ = std::make_shared<const state>(std::move(made));
    }

    int status() const noexcept { return state_->status; }
    const json& detail() const noexcept { return state_->detail; }
    const http::field_list& headers() const noexcept { return state_->headers; }
    /// For logs: `404 Not Found: User not found`.
    const char* what() const noexcept override { return state_->what.c_str(); }

private:
    struct state {
        int status = 500;
        json detail{};
        http::field_list headers{};
        std::string what{};
    };
    std::shared_ptr<const state> state_;  // exceptions are copied, and copying must not throw
};

}  // namespace coracle

// ---- coracle/app/set_cookie.hpp
// set_cookie: a cookie as the value of a Set-Cookie field. Nothing of it can break out of the field.
// RFC 6265 4.1, RFC 6265bis 4.1.2.7 (SameSite), 4.1.3 (prefixes); the defaults are Starlette's.

namespace coracle {

/// Whether the cookie goes along when another site makes the browser ask.
enum class same_site : unsigned char { lax, strict, none };

/// The attributes of a cookie: `{.max_age = 14 * 24h, .http_only = true}`.
struct cookie_options {
    std::optional<std::chrono::seconds> max_age = std::nullopt;  ///< nothing: until the browser is closed
    std::optional<std::chrono::sys_seconds> expires = std::nullopt;
    std::string_view path = "/";
    std::string_view domain = {};  ///< empty: this host only
    bool secure = false;           ///< https only
    bool http_only = false;        ///< hidden from scripts
    coracle::same_site same_site = coracle::same_site::lax;
    bool partitioned = false;
};

namespace detail {

// cookie-octet of RFC 6265 4.1.1.
constexpr bool is_cookie_octet(char c) noexcept {
    return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
}
constexpr bool is_cookie_attribute(char c) noexcept { return c >= 0x20 && c < 0x7F && c != ';'; }
constexpr bool is_domain_letter(char c) noexcept {
    return ascii::is_alpha(c) || ascii::is_digit(c) || c == '.' || c == '-';
}
template <class Good>
constexpr bool all_are(std::string_view text, Good good) noexcept {
    for (char c : text)
        if (!good(c)) return false;
    return true;
}

inline void check_cookie(std::string_view name, std::string_view value, const cookie_options& options) {
    auto refuse = [&](bool wrong, const char* why) {
        if (wrong) throw std::invalid_argument("coracle: cookie '" + std::string(name) + "': " + why);
    };
    if (!ascii::is_token(name))
        throw std::invalid_argument("coracle: a cookie's name is a token: letters, digits and !#$%&'*+-.^_`|~");
    refuse(
        !all_are(value, is_cookie_octet),
        "its value has no control characters, spaces, quotes, commas, semicolons, backslashes or bytes beyond ASCII; "
        "encode it first");
    refuse(!options.path.starts_with('/') || !all_are(options.path, is_cookie_attribute),
           "its path begins with '/' and has no control characters or semicolons");
    refuse(!all_are(options.domain, is_domain_letter), "its domain has letters, digits, dots and dashes only");
    refuse(options.same_site == same_site::none && !options.secure, "same_site::none needs .secure = true");
    refuse(options.partitioned && !options.secure, ".partitioned needs .secure = true");
    refuse(name.starts_with("__Secure-") && !options.secure, "the prefix __Secure- needs .secure = true");
    refuse(name.starts_with("__Host-") && (!options.secure || options.path != "/" || !options.domain.empty()),
           "the prefix __Host- needs .secure = true, the path '/' and no domain");
}

}  // namespace detail

/// The value of the Set-Cookie field: `session=abc; Path=/; SameSite=lax`. error: std::invalid_argument for what a
/// cookie cannot hold.
inline std::string set_cookie_value(std::string_view name, std::string_view value, const cookie_options& options = {}) {
    detail::check_cookie(name, value, options);
    std::string out;
    out.append(name).append("=").append(value);
    if (!options.domain.empty()) out.append("; Domain=").append(options.domain);
    if (options.expires) {
        char date[http::date_size];
        http::write_date(options.expires->time_since_epoch().count(), date);
        out.append("; Expires=").append(date, http::date_size);
    }
    if (options.http_only) out.append("; HttpOnly");
    if (options.max_age) out.append("; Max-Age=").append(std::to_string(options.max_age->count()));
    if (options.partitioned) out.append("; Partitioned");
    out.append("; Path=").append(options.path);
    switch (options.same_site) {
        case same_site::lax:
            out.append("; SameSite=lax");
            break;
        case same_site::strict:
            out.append("; SameSite=strict");
            break;
        case same_site::none:
            out.append("; SameSite=none");
            break;
    }
    if (options.secure) out.append("; Secure");
    return out;
}

}  // namespace coracle

// ---- coracle/app/response.hpp
// response: an answer made by hand. Handlers that give back anything else have one made for them.

namespace coracle {

/// Status, fields and body: `response reply(201, "made\n"); reply.headers.set("location", "/echo/1");`
/// A body is sent as text/plain unless `headers` has a content-type.
class response {
public:
    int status = 200;
    http::field_list headers{};
    std::string body{};

    response() = default;
    response(int code) : status(code) {}
    /// error: std::invalid_argument for a field that cannot be sent.
    response(int code, std::string text, std::initializer_list<http::field> fields = {})
        : status(code), body(std::move(text)) {
        for (const http::field& one : fields) headers.add(one.name, one.value);
    }

    static response text(std::string text, int code = 200) { return {code, std::move(text)}; }
    static response html(std::string page, int code = 200) {
        return {code, std::move(page), {{"content-type", "text/html; charset=utf-8"}}};
    }
    /// Sends the client to `target`, a path or a URL; what a URL cannot hold is percent-encoded. 307 keeps the method.
    static response redirect(std::string_view target, int code = 307) {
        std::string location;
        // Escapes that are there already stay: "%" is kept, everything between is encoded.
        for (bool more = true; more;) {
            std::size_t percent = target.find('%');
            more = percent != std::string_view::npos;
            http::encode_percent(target.substr(0, percent), location, ":/#?=@[]!$&'()*+,;");
            if (!more) break;
            location += '%';
            target.remove_prefix(percent + 1);
        }
        return {code, {}, {{"location", location}}};
    }
    /// Any value as JSON, as a handler's result would be. error: json_error for what JSON cannot hold.
    template <class T>
    static response json(const T& value, int code = 200) {
        return {code, to_json_text(value), {{"content-type", "application/json"}}};
    }

    /// Adds a Set-Cookie field. error: std::invalid_argument for what a cookie cannot hold.
    void set_cookie(std::string_view name, std::string_view value, const cookie_options& options = {}) {
        headers.add("set-cookie", set_cookie_value(name, value, options));
    }
    /// Makes the browser forget it; in: the path and domain it was set with.
    void delete_cookie(std::string_view name, cookie_options options = {}) {
        options.max_age = std::chrono::seconds(0);
        options.expires = std::chrono::sys_seconds();
        set_cookie(name, {}, options);
    }
};

}  // namespace coracle

// ---- coracle/app/validation_error.hpp
// validation_error: everything that was wrong with a request's parameters, as FastAPI's 422 says it.

namespace coracle {

/// The answer 422 with all issues: `{"detail": [...]}`. A handler may throw one of its own.
class validation_error : public std::exception {
public:
    explicit validation_error(std::vector<validation_issue> issues)
        : issues_(std::make_shared<const std::vector<validation_issue>>(std::move(issues))) {}

    const std::vector<validation_issue>& issues() const noexcept { return *issues_; }
    /// The body of the answer.
    json detail() const {
        json list = json::array();
        for (const validation_issue& issue : *issues_) {
            json one{{"type", issue.type}, {"loc", issue.loc}, {"msg", issue.msg}, {"input", issue.input}};
            if (!issue.ctx.is_null()) one["ctx"] = issue.ctx;
            list.push_back(std::move(one));
        }
        return list;
    }
    const char* what() const noexcept override { return "422 Unprocessable Content"; }

private:
    std::shared_ptr<const std::vector<validation_issue>> issues_;  // exceptions are copied, and copying must not throw
};

}  // namespace coracle

// ---- coracle/app/reply.hpp
// reply: where a handler's result becomes an answer on the wire, according to its type.

namespace coracle {

/// The answer to one request. It is given once; the first bytes go into the buffer then.
/// keeps: references to the buffer, the heads, the exchange and the limits.
class reply {
public:
    reply(byte_buffer& out, http::head_cache& heads, http::exchange& turn, const http::limits& bounds) noexcept
        : out_(&out), writer_(out, heads), turn_(&turn), bounds_(&bounds) {}

    /// Whether the answer is in the buffer.
    bool answered() const noexcept { return status_ != 0; }
    /// The status that was sent; 0 before.
    int status() const noexcept { return status_; }

    /// A handler's result: text as text/plain, a response as it is, anything else as JSON.
    /// in: the status for all but responses. error: json_error for what JSON cannot hold; nothing is written then.
    template <class R>
    void give(const R& result, int status) {
        if constexpr (std::same_as<R, response>) {
            send(result);
        } else if constexpr (std::same_as<R, std::monostate>) {
            send(status, {}, {});
        } else if constexpr (std::convertible_to<const R&, std::string_view>) {
            send(status, text_type, result);
        } else {
            send_json(status, nullptr, [&](byte_buffer& out) { write_json(out, result); });
        }
    }
    void send(const response& made) {
        write({made.status, made.body.empty() ? std::string_view{} : text_type, &made.headers}, made.body);
    }
    void send(int status, std::string_view type, std::string_view body) { write({status, type, nullptr}, body); }
    /// `{"detail": ...}`, or no body where the status has none.
    void send(const http_error& error) { send_detail(error.status(), error.detail(), &error.headers()); }
    /// 422 with every issue.
    void send(const validation_error& error) { send_detail(422, error.detail()); }
    void send_detail(int status, const json& detail, const http::field_list* fields = nullptr) {
        if (http::forbids_body(status) || http::forces_empty_body(status)) return write({status, {}, fields}, {});
        send_json(status, fields, [&](byte_buffer& out) {
            out.append("{\"detail\":");
            write_json(out, detail);
            out.push_back('}');
        });
    }

    /// For a catch block: turns the exception being handled into an answer, unless one has been given.
    /// out: the exception when it is nobody's answer, for the log; the client sees a bare 500 (W6).
    /// error: `cancelled`, which is thrown on.
    std::exception_ptr caught() {
        std::exception_ptr unknown = std::current_exception();
        if (!answered()) {
            try {
                throw;
            } catch (const cancelled&) {
                throw;
            } catch (const http_error& error) {
                if (answer_with(error)) return nullptr;
            } catch (const validation_error& error) {
                if (answer_with(error)) return nullptr;
            } catch (...) {
            }
            send(500, json_type, "{\"detail\":\"Internal Server Error\"}");
        }
        return unknown;
    }

private:
    static constexpr std::string_view json_type = "application/json";
    static constexpr std::string_view text_type = "text/plain; charset=utf-8";

    /// False when it cannot be sent: an impossible status, a detail that is no JSON.
    template <class Error>
    bool answer_with(const Error& error) {
        try {
            send(error);
            return true;
        } catch (const std::exception&) {
            return false;
        }
    }

    // The exchange is asked once; what a failed attempt was told holds for the next one.
    const http::response_terms& terms() {
        if (!terms_) terms_ = turn_->begin_answer(*bounds_);
        return *terms_;
    }
    void write(const http::response_head& head, std::string_view body) {
        if (head.status < 200)
            throw std::invalid_argument("the status of an answer is a number from 200 to 599, not " +
                                        std::to_string(head.status));
        writer_.write(head, terms(), body);
        status_ = head.status;
    }
    template <class Write>
    void send_json(int status, const http::field_list* fields, Write write_body) {
        writer_.begin({status, json_type, fields}, terms());
        try {
            write_body(*out_);
        } catch (...) {
            writer_.abandon();
            throw;
        }
        writer_.finish();
        status_ = status;
    }

    byte_buffer* out_;
    http::response_writer writer_;
    http::exchange* turn_;
    const http::limits* bounds_;
    std::optional<http::response_terms> terms_;
    int status_ = 0;
};

}  // namespace coracle

// ---- coracle/app/body.hpp
// body: a request's body, taken whole or piece by piece. What has arrived already is given without waiting and without
// a coroutine.

namespace coracle {

/// Where a body's bytes come from: the server's connection, or a test.
class body_source {
public:
    struct piece {
        std::string_view bytes{};
        bool last = false;  ///< nothing follows
    };

    /// The next bytes, if they are here; nothing when they have to be waited for. Not asked again after the last piece.
    /// keeps: pieces stay where they are until wait() is called. error: http_error when the body is refused.
    virtual std::optional<piece> poll() = 0;
    /// Ends when poll() has an answer. error: http_error 400 when the client leaves, 408 when it is too slow.
    virtual task<> wait() = 0;

protected:
    ~body_source() = default;
};

/// The body of a request. One coroutine reads it, once: `auto text = co_await req.body.text();`
class body {
public:
    class read_operation;
    class text_operation;
    class view_operation;
    template <class T>
    class json_operation;

    body() noexcept = default;
    body(const body&) = delete;
    body& operator=(const body&) = delete;

    /// The next piece as it arrived; nothing at the end. The view is good until the next read, also across other waits.
    /// error: http_error 413 when the body is too large.
    read_operation read() noexcept;
    /// All of it (or what read() left). Asked again, it gives the same text. error: as read().
    text_operation text() noexcept;
    /// All of it as a value: a struct, a list, a map, or json. error: validation_error (422) for what is no JSON or no
    /// T. Content-Type is not looked at.
    template <class T = coracle::json>
    json_operation<T> json() noexcept;
    /// The text, without a copy where it arrived in one piece. The view is good until anything else is awaited.
    view_operation view() noexcept;

    /// Refuses (413) when more than `bytes` come; the server's own limit holds besides.
    void limit(std::uint64_t bytes) noexcept { most_ = bytes; }
    /// Whether there can be a body: a request without one reads as empty text.
    bool present() const noexcept { return present_; }

    /// For the server: a new request, with its source, or with no body.
    void open(body_source* source) noexcept {
        source_ = source;
        present_ = source != nullptr;
        whole_ = {};
        text_.clear();
        owned_ = ended_ = false;
        received_ = 0;
        most_ = std::numeric_limits<std::uint64_t>::max();
    }

private:
    bool ended() const noexcept { return ended_ || source_ == nullptr; }

    std::optional<body_source::piece> next() {
        auto piece = source_->poll();
        if (!piece) return piece;
        received_ += piece->bytes.size();
        if (received_ > most_) {
            const auto& facts = http::facts_of(http::refusal::body_too_large);
            throw http_error(facts.status, facts.detail);
        }
        ended_ = piece->last;
        return piece;
    }

    /// Puts the pieces that are here behind whole_; true when that is all of the body.
    bool gather() {
        while (!ended()) {
            auto piece = next();
            if (!piece) return false;
            if (piece->bytes.empty()) continue;
            if (whole_.empty() && !owned_) {
                whole_ = piece->bytes;
                continue;
            }
            own();
            text_.append(piece->bytes);
            whole_ = text_;
        }
        return true;
    }
    task<> gather_rest() {
        bool complete = false;
        while (!complete) {
            own();
            co_await source_->wait();
            complete = gather();
        }
    }
    void own() {
        if (std::exchange(owned_, true)) return;
        text_.assign(whole_);
        whole_ = text_;
    }

    body_source* source_ = nullptr;
    std::string_view whole_{};
    std::string text_{};
    std::string piece_{};
    std::uint64_t received_ = 0;
    std::uint64_t most_ = std::numeric_limits<std::uint64_t>::max();
    bool present_ = false;
    bool owned_ = false;  // whole_ looks into text_
    bool ended_ = false;
};

/// The awaiter of body::view().
class [[nodiscard("write co_await before it")]] body::view_operation {
public:
    explicit view_operation(body& of) noexcept : body_(&of) {}
    bool await_ready() { return body_->gather(); }
    bool await_suspend(async::caller waiting) {
        rest_.emplace(body_->gather_rest());
        running_.emplace(std::move(*rest_).operator co_await());
        return running_->await_suspend(waiting);
    }
    std::string_view await_resume() {
        if (running_) running_->await_resume();
        return body_->whole_;
    }

protected:
    body* body_;

private:
    std::optional<task<>> rest_;
    std::optional<task<>::awaiter> running_;
};

/// The awaiter of body::text().
class [[nodiscard("write co_await before it")]] body::text_operation : public body::view_operation {
public:
    using view_operation::view_operation;
    const std::string& await_resume() {
        view_operation::await_resume();
        body_->own();
        return body_->text_;
    }
};

/// The awaiter of body::json().
template <class T>
class [[nodiscard("write co_await before it")]] body::json_operation : public body::view_operation {
public:
    using view_operation::view_operation;
    T await_resume() {
        std::vector<validation_issue> issues;
        std::optional<T> value = read_json_text<T>(view_operation::await_resume(), issues, "body");
        if (!value) throw validation_error(std::move(issues));
        return *std::move(value);
    }
};

/// The awaiter of body::read().
class [[nodiscard("write co_await before it")]] body::read_operation {
public:
    explicit read_operation(body& of) noexcept : body_(&of) {}
    bool await_ready() {
        while (!body_->ended()) {
            piece_ = body_->next();
            if (!piece_) return false;
            if (!piece_->bytes.empty()) return true;
        }
        piece_.reset();
        return true;
    }
    bool await_suspend(async::caller waiting) {
        rest_.emplace(more());
        running_.emplace(std::move(*rest_).operator co_await());
        return running_->await_suspend(waiting);
    }
    std::optional<std::string_view> await_resume() {
        if (running_) running_->await_resume();
        if (!piece_) return std::nullopt;
        // The source's bytes last until the connection reads again, the handler's until it asks again.
        body_->piece_.assign(piece_->bytes);
        return body_->piece_;
    }

private:
    task<> more() {
        bool ready = false;
        while (!ready) {
            co_await body_->source_->wait();
            ready = await_ready();
        }
    }

    body* body_;
    std::optional<body_source::piece> piece_;
    std::optional<task<>> rest_;
    std::optional<task<>::awaiter> running_;
};

inline body::read_operation body::read() noexcept { return read_operation(*this); }
inline body::text_operation body::text() noexcept { return text_operation(*this); }
inline body::view_operation body::view() noexcept { return view_operation(*this); }
template <class T>
body::json_operation<T> body::json() noexcept {
    return json_operation<T>(*this);
}

}  // namespace coracle

// ---- coracle/app/cookies.hpp
// cookies: what the Cookie fields of a request say.
// RFC 6265 4.2.1, 5.4. Of two cookies with one name the first counts: browsers send the more specific path first.

namespace coracle {

/// A cookie as it was sent; quotes around the value are taken off, nothing is decoded.
struct cookie_pair {
    std::string_view name{};
    std::string_view value{};
};

/// The cookies of a request, in order, at most 50: `for (auto& [name, value] : req.cookies())`.
/// keeps: a reference to the request's fields; views into them. cost: linear, no memory.
class cookies {
public:
    static constexpr std::size_t most = 50;
    class iterator;

    explicit cookies(const http::fields& fields) noexcept : fields_(&fields) {}

    iterator begin() const noexcept;
    iterator end() const noexcept;
    std::optional<std::string_view> find(std::string_view name) const noexcept;
    bool contains(std::string_view name) const noexcept { return find(name).has_value(); }
    /// The value of the first cookie with this name; empty when there is none. Cookie names are case-sensitive.
    std::string_view operator[](std::string_view name) const noexcept {
        return find(name).value_or(std::string_view{});
    }

private:
    const http::fields* fields_;
};

/// Goes through the pairs of all Cookie fields.
class cookies::iterator {
public:
    using value_type = cookie_pair;
    using difference_type = std::ptrdiff_t;

    iterator() noexcept = default;
    iterator(http::fields::const_iterator at, http::fields::const_iterator last) noexcept
        : at_(at), last_(last), left_(most + 1) {
        ++*this;
    }

    const cookie_pair& operator*() const noexcept { return pair_; }
    const cookie_pair* operator->() const noexcept { return &pair_; }
    iterator& operator++() noexcept {
        if (--left_ != 0 && next()) return *this;
        left_ = 0;
        return *this;
    }
    iterator operator++(int) noexcept {
        iterator before = *this;
        ++*this;
        return before;
    }
    /// Counts down; all ends are equal.
    bool operator==(const iterator& other) const noexcept { return left_ == other.left_; }

private:
    bool next() noexcept {
        for (;;) {
            while (rest_.empty()) {
                if (at_ == last_) return false;
                if (http::same_name(at_->name, "cookie")) rest_ = at_->value;
                ++at_;
            }
            std::size_t end = rest_.find(';');
            std::string_view one = ascii::trim(rest_.substr(0, end));
            rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
            std::size_t equals = one.find('=');
            if (equals == std::string_view::npos || equals == 0) continue;
            pair_ = {ascii::trim(one.substr(0, equals)), ascii::trim(one.substr(equals + 1))};
            std::string_view& value = pair_.value;
            if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
                value = value.substr(1, value.size() - 2);
            return true;
        }
    }

    http::fields::const_iterator at_{};
    http::fields::const_iterator last_{};
    std::string_view rest_{};
    cookie_pair pair_{};
    std::size_t left_ = 0;
};

inline cookies::iterator cookies::begin() const noexcept { return {fields_->begin(), fields_->end()}; }
inline cookies::iterator cookies::end() const noexcept { return {}; }

inline std::optional<std::string_view> cookies::find(std::string_view name) const noexcept {
    for (const cookie_pair& pair : *this)
        if (pair.name == name) return pair.value;
    return std::nullopt;
}

}  // namespace coracle

// ---- coracle/app/query_values.hpp
// query_values: the parameters of a query string, decoded once and kept.

namespace coracle {

/// Names and values in the order they came. keeps: its own copy of the decoded text; memory is reused by read().
class query_values {
public:
    /// Replaces what it holds by the pairs of `text`. False: there are more pairs than allowed (a 400).
    bool read(std::string_view text) {
        text_.clear();
        places_.clear();
        http::query_reader pairs(text);
        while (pairs.next()) {
            place at{text_.size(), pairs.name().size(), pairs.value().size()};
            text_.append(pairs.name()).append(pairs.value());
            places_.push_back(at);
        }
        return !pairs.too_many();
    }

    std::size_t size() const noexcept { return places_.size(); }
    std::string_view name(std::size_t n) const noexcept {
        return std::string_view(text_).substr(places_[n].at, places_[n].name_size);
    }
    std::string_view value(std::size_t n) const noexcept {
        return std::string_view(text_).substr(places_[n].at + places_[n].name_size, places_[n].value_size);
    }

    /// The last value with this name, as FastAPI takes it; nothing when there is none.
    std::optional<std::string_view> last(std::string_view wanted) const noexcept {
        for (std::size_t n = places_.size(); n-- > 0;)
            if (name(n) == wanted) return value(n);
        return std::nullopt;
    }

private:
    struct place {
        std::size_t at;
        std::size_t name_size;
        std::size_t value_size;
    };
    std::string text_;
    std::vector<place> places_;
};

}  // namespace coracle

// ---- coracle/app/request.hpp
// request: what the client asks, as plain data.

namespace coracle {

/// Who sent it. Facts of the connection, never of a header field.
struct peer {
    std::string_view address{};  ///< `127.0.0.1`, `::1`, or `unix:` with the name of the socket if it has one
    std::uint16_t port = 0;
};

/// One request: `method`, `target`, `headers` and what else stands in its head, `client`, `body`. It belongs to its
/// connection; handlers see it by reference. keeps: views of the bytes that the head was read from.
class request : public http::request_head {
public:
    /// The header fields in the order they came: `req.headers["x-id"]` (empty when there is none), `for (auto& [name,
    /// value] : req.headers)`. Names are compared without regard to case.
    const http::fields& headers = fields;
    peer client{};
    coracle::body body{};
    /// What the router found. The server fills it.
    route::match matched{};
    const route::pattern* pattern = nullptr;

    request() = default;
    request(const request&) = delete;
    request& operator=(const request&) = delete;

    coracle::cookies cookies() const noexcept { return coracle::cookies(fields); }

    /// The query parameter with this name, decoded; the last one when it is repeated. error: http_error 400 when the
    /// query has more parameters than allowed.
    std::optional<std::string_view> query(std::string_view name) const { return queries().last(name); }
    /// All query parameters, in order.
    const query_values& queries() const {
        if (!queries_read_) {
            const auto& facts = http::facts_of(http::refusal::too_many_pairs);
            if (!queries_.read(target.query)) throw http_error(facts.status, facts.detail);
            queries_read_ = true;
        }
        return queries_;
    }

    /// What the placeholder `{name}` of the route took, decoded. error: std::out_of_range when the route has none.
    std::string_view path(std::string_view name) const {
        std::size_t number = 0;
        for (std::size_t i = 0; pattern && i < pattern->segment_count; ++i) {
            if (!pattern->segments[i].is_placeholder) continue;
            if (pattern->segments[i].text == name) return matched[number];
            ++number;
        }
        throw std::out_of_range("coracle: the route '" + std::string(pattern ? pattern->text : "") +
                                "' has no placeholder {" + std::string(name) + "}");
    }

    /// The Content-Type without its parameters, as it was sent; empty when there is none.
    std::string_view media_type() const noexcept {
        std::string_view type = fields["content-type"];
        return ascii::trim(type.substr(0, type.find(';')));
    }

    /// For the server: as new, with the memory that it has.
    void reset() noexcept {
        http::request_head::clear();
        client = {};
        body.open(nullptr);
        matched.result = route::outcome::not_found;
        matched.capture_count = 0;
        pattern = nullptr;
        queries_read_ = false;
    }
    /// For the server: the bytes of the head have moved from `from` to `to`.
    void rebase(const char* from, const char* to) noexcept {
        http::request_head::rebase(from, to);
        matched.rebase(from, to);
    }

private:
    mutable query_values queries_{};
    mutable bool queries_read_ = false;
};

}  // namespace coracle

// ---- coracle/app/endpoint.hpp
// endpoint: a route and what answers it, with the handler's type forgotten.

namespace coracle {

/// What a route may be told besides its pattern and its handler.
struct route_options {
    int status = 0;  ///< of its answers; 0: 200, or 204 for a handler that gives back nothing
};

/// One registered route. Stays where it is from registration to the end of the app. Used from every loop at once.
class endpoint {
public:
    /// What the server has to know before it calls.
    struct manner {
        bool now = false;            ///< answers at once, without waiting: call run_now()
        bool keeps_request = false;  ///< the handler may hold on to the request's bytes while it waits
    };

    endpoint(std::string_view text, const route_options& options, manner how)
        : text_(text), pattern_(text_), options_(options), how_(how) {}
    endpoint(const endpoint&) = delete;
    endpoint& operator=(const endpoint&) = delete;
    virtual ~endpoint() = default;

    const route::pattern& pattern() const noexcept { return pattern_; }
    /// The pattern as it was written.
    const std::string& text() const noexcept { return text_; }
    const route_options& options() const noexcept { return options_; }
    /// Whether run_now() may be called; then it is the cheaper way, without a coroutine.
    bool runs_now() const noexcept { return how_.now; }
    /// Whether views of the request have to stay good while run() waits, or because another thread looks at them: its
    /// bytes must have found their place before run() is called.
    bool keeps_request() const noexcept { return how_.keeps_request; }

    /// Fills the handler's parameters, calls it, and gives its result. error: whatever the handler throws.
    virtual void run_now(request& asked, reply& answer) = 0;
    /// The same with waiting for the body, for a coroutine, or for the thread pool.
    virtual task<> run(request& asked, reply& answer) = 0;

protected:
    /// The status of answers, for handlers that give back something or nothing.
    int status(bool nothing) const noexcept { return options_.status != 0 ? options_.status : nothing ? 204 : 200; }

private:
    std::string text_;
    route::pattern pattern_;
    route_options options_;
    manner how_;
};

}  // namespace coracle

// ---- coracle/app/bind.hpp
// bind: fills a handler's parameters from a request, and collects everything that is wrong with it on the way.
// Order of the issues: path, query, body, as FastAPI has it.

namespace coracle {

/// One request on its way into a handler's parameters.
struct binding {
    request& asked;
    const route::pattern& route;
    std::vector<validation_issue> issues{};

    binding(request& from, const route::pattern& by) noexcept : asked(from), route(by) {}

    void refuse(text_problem why, json loc, json input) {
        issues.push_back(
            {std::string(why.type), std::move(loc), std::move(why.msg), std::move(input), std::move(why.ctx)});
    }
    void missing(json loc) { refuse({"missing", "Field required", {}}, std::move(loc), {}); }
};

namespace detail {

/// Text from the wire as it can be shown: what is no UTF-8 becomes U+FFFD.
inline std::string shown(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t good = utf8::first_invalid(text);
        out.append(text.substr(0, good));
        text.remove_prefix(good);
        if (text.empty()) break;
        out.append("\xEF\xBF\xBD");
        text.remove_prefix(1);
    }
    return out;
}

inline constexpr std::size_t no_index = static_cast<std::size_t>(-1);

inline json location(std::string_view root, std::string_view name, std::size_t index = no_index) {
    json loc = json::array({root, name});
    if (index != no_index) loc.push_back(index);
    return loc;
}

/// The value of one word from `root`; nothing, and an issue, when it is none.
template <class T>
std::optional<T> bind_text(binding& with, std::string_view text, std::string_view root, std::string_view name,
                           std::size_t index = no_index) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
        if (auto plain = plain_integer<T>(text)) [[likely]]
            return plain;
    text_problem why;
    std::optional<T> value = from_text<T>(text, why);
    if (!value) with.refuse(std::move(why), location(root, name, index), json(shown(text)));
    return value;
}

template <class P>
inline constexpr bool may_be_absent = is_optional<P>;
template <class T>
inline constexpr bool may_be_absent<json_body<T>> = is_optional<T>;

inline bool is_json_type(std::string_view media_type) noexcept {
    if (ascii::iequals(media_type, "application/json")) return true;
    constexpr std::string_view top = "application/";
    constexpr std::string_view suffix = "+json";
    return media_type.size() > top.size() + suffix.size() && ascii::iequals(media_type.substr(0, top.size()), top) &&
           ascii::iequals(media_type.substr(media_type.size() - suffix.size()), suffix);
}

}  // namespace detail

/// Reads a parameter of type P. One specialisation per kind of parameter; `stored` is what waits for the call.
template <class P>
struct parameter_reader;

template <class P>
    requires(parameter<P>::source == parameter_source::context)
struct parameter_reader<P> {
    using stored = request*;
    static void read(stored& to, binding& with, std::size_t) { to = &with.asked; }
    static P take(stored& from) noexcept { return *from; }
};

template <pattern_value P>
struct parameter_reader<P> {
    using stored = std::optional<P>;
    using element = detail::element_t<P>;

    /// in: n, which of the route's names it is.
    static void read(stored& to, binding& with, std::size_t n) {
        std::string_view name = with.route.parameter_name(n);
        if (n < with.route.placeholder_count) {
            if constexpr (scalar<P>) to = detail::bind_text<P>(with, with.asked.matched[n], "path", name);
            return;
        }
        const query_values& all = with.asked.queries();
        if constexpr (detail::scalar_list<P>::value) {
            to.emplace();
            std::size_t index = 0;
            for (std::size_t i = 0; i < all.size(); ++i) {
                if (all.name(i) != name) continue;
                if (auto one = detail::bind_text<element>(with, all.value(i), "query", name, index++))
                    to->push_back(*std::move(one));
            }
        } else {
            std::optional<std::string_view> text = all.last(name);
            const route::pattern_query& query = with.route.queries[n - with.route.placeholder_count];
            if (!text && query.has_default) text = query.default_text;
            if (text)
                to = detail::bind_text<element>(with, *text, "query", name);
            else if constexpr (detail::is_optional<P>)
                to.emplace();
            else
                with.missing(detail::location("query", name));
        }
    }
    static P take(stored& from) { return *std::move(from); }
};

template <class P>
    requires(parameter<P>::source == parameter_source::body)
struct parameter_reader<P> {
    using stored = std::optional<P>;

    static void read(stored&, binding&, std::size_t) noexcept {}
    /// in: the whole body.
    static void read_body(stored& to, binding& with, std::string_view text) {
        if (text.empty()) {
            if constexpr (detail::may_be_absent<P>)
                to.emplace();
            else
                with.missing(json::array({"body"}));
            return;
        }
        if (!detail::is_json_type(with.asked.media_type())) {
            with.refuse(
                {"model_attributes_type", "Input should be a valid dictionary or object to extract fields from", {}},
                json::array({"body"}), json(detail::shown(text)));
            return;
        }
        if constexpr (parameter<P>::said_aloud) {
            if (auto value = read_json_text<typename P::value_type>(text, with.issues, "body"))
                to.emplace(*std::move(value));
        } else {
            to = read_json_text<P>(text, with.issues, "body");
        }
    }
    static P take(stored& from) { return *std::move(from); }
};

/// What a handler with these parameters is called with.
template <class... P>
class arguments {
public:
    static constexpr bool has_body = count_from<parameter_source::body, P...> != 0;

    /// Everything but the body. What is wrong is in `with.issues` then.
    void read(binding& with) {
        [[maybe_unused]] std::size_t n = 0;
        read_each(with, n, std::index_sequence_for<P...>{});
    }
    void read_body(binding& with, std::string_view text) {
        read_body_each(with, text, std::index_sequence_for<P...>{});
    }

    /// in: everything was read, and nothing was wrong.
    template <class F>
    decltype(auto) call(F& handler) {
        return call_with(handler, std::index_sequence_for<P...>{});
    }

private:
    template <std::size_t... I>
    void read_each([[maybe_unused]] binding& with, [[maybe_unused]] std::size_t& n, std::index_sequence<I...>) {
        (parameter_reader<P>::read(std::get<I>(stored_), with,
                                   parameter<P>::source == parameter_source::pattern ? n++ : n),
         ...);
    }
    template <std::size_t... I>
    void read_body_each([[maybe_unused]] binding& with, [[maybe_unused]] std::string_view text,
                        std::index_sequence<I...>) {
        [[maybe_unused]] auto one = [&]<class Q>(std::type_identity<Q>, auto& to) {
            if constexpr (parameter<Q>::source == parameter_source::body)
                parameter_reader<Q>::read_body(to, with, text);
        };
        (one(std::type_identity<P>{}, std::get<I>(stored_)), ...);
    }
    template <class F, std::size_t... I>
    decltype(auto) call_with(F& handler, std::index_sequence<I...>) {
        return handler(parameter_reader<P>::take(std::get<I>(stored_))...);
    }

    std::tuple<typename parameter_reader<P>::stored...> stored_;
};

}  // namespace coracle

// ---- coracle/app/on_loop.hpp
// on_loop: a plain function that is called where it stands instead of on the thread pool.

namespace coracle {

/// A handler that on_loop() made.
template <class F>
class loop_handler {
public:
    explicit loop_handler(F call) : call_(std::move(call)) {}
    F& call() noexcept { return call_; }

private:
    F call_;
};

namespace detail {
template <class F>
struct signature_of<loop_handler<F>> : signature_of<F> {};
template <class H>
inline constexpr bool is_loop_handler = false;
template <class F>
inline constexpr bool is_loop_handler<loop_handler<F>> = true;
}  // namespace detail

/// For a function that is fast and never blocks: `app.get("/health", on_loop([] { return json{{"status", "ok"}}; }));`
/// While it runs nothing else does on its loop. cost: no thread, no coroutine frame.
template <class F>
loop_handler<std::decay_t<F>> on_loop(F&& f) {
    if constexpr (has_signature<F>)
        static_assert(!is_coroutine<F>,
                      "coracle: a coroutine runs on the loop as it is; on_loop is for plain functions");
    return loop_handler<std::decay_t<F>>(std::forward<F>(f));
}

}  // namespace coracle

// ---- coracle/app/result_type.hpp
// result_type: what a handler may give back, with a sentence for what it may not.

namespace coracle {

namespace detail {

template <class R>
inline constexpr bool is_tuple = is_made_from<R, std::pair> || is_made_from<R, std::tuple>;

template <class R>
inline constexpr bool is_task = false;
template <class R>
inline constexpr bool is_task<task<R>> = true;

/// Stops at the first mistake, to keep the compiler's output short.
template <class R>
consteval bool good_result() {
    if constexpr (std::is_void_v<R>) {
        return true;
    } else {
        static_assert(!std::is_reference_v<R>, "coracle: a handler gives back a value, not a reference");
        static_assert(!is_task<R>, "coracle: a handler gives back task<T>, not a task of a task");
        static_assert(
            !is_tuple<R>,
            "coracle: a handler does not give back a pair or tuple, whose members have no names; use a struct, "
            "or response for a status and a body");
        static_assert(!std::is_pointer_v<R> || std::is_convertible_v<R, std::string_view>,
                      "coracle: a handler gives back a value, not a pointer");
        constexpr bool good = !std::is_reference_v<R> && !is_task<R> && !is_tuple<R> &&
                              (!std::is_pointer_v<R> || std::is_convertible_v<R, std::string_view>);
        if constexpr (good) {
            constexpr bool known = std::is_same_v<R, response> || std::is_same_v<R, std::monostate> ||
                                   std::is_constructible_v<json, const R&>;
            static_assert(known,
                          "coracle: a handler gives back a plain struct, json, a list or map of these, a number, bool, "
                          "enum or std::string, std::optional of these, response, or nothing");
            return known;
        }
        return false;
    }
}

}  // namespace detail

}  // namespace coracle

// ---- coracle/app/handler.hpp
// handler: an endpoint made from any handler: bind, call, give the result.
// A coroutine is awaited on the loop, a plain function is called on the thread pool, on_loop() where it stands.

namespace coracle::detail {

template <class Parameters>
struct arguments_from;
template <class... P>
struct arguments_from<types<P...>> {
    using type = arguments<P...>;
    static constexpr bool sees_request = count_from<parameter_source::context, P...> != 0;
};

template <class H>
class handler_endpoint final : public endpoint {
    using result = result_of<H>;
    using bound = typename arguments_from<parameters_of<H>>::type;
    static constexpr bool nothing = std::is_void_v<result>;
    static constexpr bool loops = is_loop_handler<H>;
    static constexpr bool sees_request = arguments_from<parameters_of<H>>::sees_request;

public:
    handler_endpoint(std::string_view text, const route_options& options, H handler)
        : endpoint(text, options, {loops && !bound::has_body, sees_request && !loops}), handler_(std::move(handler)) {}

    void run_now([[maybe_unused]] request& asked, [[maybe_unused]] reply& answer) override {
        if constexpr (loops && !bound::has_body) {
            bound parameters;
            if (read(parameters, asked, answer)) call_here(parameters, answer);
        } else {
            CORACLE_ASSERT(runs_now());
        }
    }

    task<> run(request& asked, reply& answer) override {
        bound parameters;
        if constexpr (bound::has_body) {
            binding with(asked, pattern());
            parameters.read(with);
            std::string_view text = co_await asked.body.view();
            parameters.read_body(with, text);
            if (!with.issues.empty()) {
                answer.send(validation_error(std::move(with.issues)));
                co_return;
            }
        } else {
            if (!read(parameters, asked, answer)) co_return;
        }
        if constexpr (loops) {
            call_here(parameters, answer);
        } else if constexpr (is_coroutine<H> && nothing) {
            co_await parameters.call(handler_);
            answer.give(std::monostate{}, status(nothing));
        } else if constexpr (is_coroutine<H>) {
            result made = co_await parameters.call(handler_);
            answer.give(made, status(nothing));
        } else if constexpr (nothing) {
            auto call = [this, &parameters] { parameters.call(handler_); };
            co_await offload(call);
            answer.give(std::monostate{}, status(nothing));
        } else {
            auto call = [this, &parameters] { return parameters.call(handler_); };
            result made = co_await offload(call);
            answer.give(made, status(nothing));
        }
        co_return;
    }

private:
    /// False when the request was refused.
    bool read(bound& parameters, request& asked, reply& answer) const {
        binding with(asked, pattern());
        parameters.read(with);
        if (with.issues.empty()) [[likely]]
            return true;
        answer.send(validation_error(std::move(with.issues)));
        return false;
    }

    void call_here(bound& parameters, reply& answer) {
        if constexpr (loops) {
            if constexpr (nothing) {
                parameters.call(handler_.call());
                answer.give(std::monostate{}, status(nothing));
            } else {
                answer.give(parameters.call(handler_.call()), status(nothing));
            }
        }
    }

    H handler_;
};

}  // namespace coracle::detail

// ---- coracle/app/run_options.hpp
// run_options: what app.run() can be told.

namespace coracle {

/// `app.run({.host = "0.0.0.0", .port = 8000, .workers = 4});` The defaults are uvicorn's.
struct run_options {
    std::string host = "127.0.0.1";  ///< an IPv4 or IPv6 address, `localhost`, or `unix:/path`
    int port = 8000;                 ///< 0: any free one
    int workers = 1;                 ///< loops, each on a thread of its own; with more than one, handlers run at once
    std::size_t threads = 0;         ///< of the pool for plain functions; 0: as many as suit the machine
    bool access_log = true;          ///< one line per request on the standard output
    bool banner = true;              ///< where it listens, at the start
    bool signals = true;             ///< Ctrl-C and SIGTERM stop it
    /// A handler that holds its loop for longer is reported on stderr, with its route; 0: nobody looks.
    std::chrono::milliseconds watchdog{100};
};

}  // namespace coracle

// ---- coracle/app/app.hpp
// app: the routes of a program and what answers them.

namespace coracle {

namespace detail {
template <class H, bool MayHaveBody>
consteval bool good_route_handler() {
    if constexpr (good_handler<H, MayHaveBody>())
        if constexpr (!(is_loop_handler<H> && is_coroutine<H>)) return good_result<result_of<H>>();
    return false;
}
}  // namespace detail

/// A web application: `app app; app.get("/", [] { return "hello"; }); app.run({.port = 8000});`
/// Routes are added first; the first that fits a request answers it. error of adding: std::logic_error, for a route
/// that could never be reached or that does not fit its handler; what the compiler can see, it says.
class app {
public:
    app() = default;
    app(app&&) noexcept = default;
    app& operator=(app&&) noexcept = default;

    template <class H>
    app& get(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"GET"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& get(checked_pattern<std::type_identity_t<H>, false> pattern, route_options options, H handler) {
        return add<false>({"GET"}, pattern.text(), options, std::move(handler));
    }
    template <class H>
    app& post(checked_pattern<std::type_identity_t<H>, true> pattern, H handler) {
        return add<true>({"POST"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& post(checked_pattern<std::type_identity_t<H>, true> pattern, route_options options, H handler) {
        return add<true>({"POST"}, pattern.text(), options, std::move(handler));
    }
    template <class H>
    app& put(checked_pattern<std::type_identity_t<H>, true> pattern, H handler) {
        return add<true>({"PUT"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& put(checked_pattern<std::type_identity_t<H>, true> pattern, route_options options, H handler) {
        return add<true>({"PUT"}, pattern.text(), options, std::move(handler));
    }
    template <class H>
    app& patch(checked_pattern<std::type_identity_t<H>, true> pattern, H handler) {
        return add<true>({"PATCH"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& patch(checked_pattern<std::type_identity_t<H>, true> pattern, route_options options, H handler) {
        return add<true>({"PATCH"}, pattern.text(), options, std::move(handler));
    }
    /// DELETE, which is a word of C++.
    template <class H>
    app& del(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"DELETE"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& del(checked_pattern<std::type_identity_t<H>, false> pattern, route_options options, H handler) {
        return add<false>({"DELETE"}, pattern.text(), options, std::move(handler));
    }
    /// Every GET route answers HEAD by itself; this is for one that can do it cheaper.
    template <class H>
    app& head(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"HEAD"}, pattern.text(), {}, std::move(handler));
    }
    /// Every path answers OPTIONS with its methods by itself; this is for one that has more to say.
    template <class H>
    app& options(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"OPTIONS"}, pattern.text(), {}, std::move(handler));
    }
    /// Any methods: `app.route({"GET", "POST"}, "/echo", echo)`.
    template <class H>
    app& route(std::initializer_list<std::string_view> methods, checked_pattern<std::type_identity_t<H>, true> pattern,
               H handler) {
        return add<true>(methods, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& route(std::initializer_list<std::string_view> methods, checked_pattern<std::type_identity_t<H>, true> pattern,
               route_options options, H handler) {
        return add<true>(methods, pattern.text(), options, std::move(handler));
    }

    /// Who is told of exceptions that are nobody's answer, on the loop that served the request: with several workers,
    /// from several threads at once. The default writes a line to the standard error.
    app& error_log(function<void(const std::exception_ptr&, const request&)> log) {
        error_log_ = std::move(log);
        return *this;
    }

    /// Serves until Ctrl-C. out: the exit code. Defined in server/serve.hpp.
    int run(const run_options& options = {});

    std::size_t size() const noexcept { return endpoints_.size(); }
    /// Ends registration. A second call does nothing.
    void freeze() { router_.freeze(); }

    /// For the server: what answers this request; null when it has been answered: 404, 405, 400 or OPTIONS.
    /// in: a frozen app. Notes in the request what the router found.
    endpoint* find(request& asked, reply& answer) const {
        router_.lookup(asked.method, asked.method_text, asked.target.path, asked.matched);
        if (asked.matched.result != route::outcome::found) [[unlikely]] {
            refuse(asked, answer);
            return nullptr;
        }
        endpoint* found = endpoints_[asked.matched.route].get();
        asked.pattern = &found->pattern();
        return found;
    }
    /// For the server: calls an endpoint that runs now. What it throws becomes the answer.
    void call_now(endpoint& found, request& asked, reply& answer) const {
        try {
            found.run_now(asked, answer);
        } catch (...) {
            note(answer.caught(), asked);
        }
    }
    /// For the server: calls any endpoint. error: `cancelled` only.
    task<> call(endpoint& found, request& asked, reply& answer) const {
        std::exception_ptr unknown;
        try {
            co_await found.run(asked, answer);
        } catch (...) {
            unknown = answer.caught();
        }
        note(unknown, asked);
    }

private:
    // What the compiler has refused is not looked at any further, so that its sentence stands alone.
    template <bool MayHaveBody, class H>
    app& add(std::initializer_list<std::string_view> methods, std::string_view text, const route_options& options,
             H handler) {
        if (options.status != 0 && (options.status < 200 || !http::is_status(options.status)))
            throw std::logic_error("coracle: the route '" + std::string(text) + "' has the status " +
                                   std::to_string(options.status) +
                                   ", and the status of an answer is a number from 200 to 599");
        if constexpr (detail::good_route_handler<H, MayHaveBody>()) {
            auto made = std::make_unique<detail::handler_endpoint<H>>(text, options, std::move(handler));
            // Reserved first, so that nothing can fail once the router knows the route.
            endpoints_.reserve(endpoints_.size() + 1);
            router_.add(methods, made->pattern());
            endpoints_.push_back(std::move(made));
        }
        return *this;
    }

    static void refuse(const request& asked, reply& answer) {
        const route::match& found = asked.matched;
        if (found.result == route::outcome::not_found) return answer.send_detail(404, json("Not Found"));
        if (found.result == route::outcome::bad_path) {
            std::string_view path = asked.target.path;
            const auto& facts = http::facts_of(!path.starts_with('/')          ? http::refusal::bad_target
                                               : path.find("%00") == path.npos ? http::refusal::bad_escape
                                                                               : http::refusal::nul_in_path);
            return answer.send_detail(facts.status, json(facts.detail));
        }
        http::field_list fields;
        fields.add("allow", found.allow);
        if (found.result == route::outcome::options) return answer.send_detail(204, json(), &fields);
        answer.send_detail(405, json("Method Not Allowed"), &fields);
    }

    void note(const std::exception_ptr& unknown, const request& asked) const {
        if (!unknown) return;
        if (error_log_) {
            try {
                return error_log_(unknown, asked);
            } catch (...) {
                // The answer is given already; what is left to tell is told below.
            }
        }
        std::string text = "an exception that is no std::exception";
        try {
            std::rethrow_exception(unknown);
        } catch (const std::exception& error) {
            text = error.what();
        } catch (...) {
        }
        std::string line =
            "ERROR:    " + std::string(asked.method_text) + ' ' + std::string(asked.target.path) + ": " + text;
        // W10: what steers a terminal, or looks like another line, is not for a log.
        for (char& c : line)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
        std::fprintf(stderr, "%s\n", line.c_str());
    }

    route::router router_;
    std::vector<std::unique_ptr<endpoint>> endpoints_;
    mutable function<void(const std::exception_ptr&, const request&)> error_log_;
};

}  // namespace coracle

// ---- coracle/server/access_log.hpp
// access_log: one line per answered request, in uvicorn's words, written once per turn of the loop.

namespace coracle::server {

/// Collects the lines of one loop and writes them in one go when the loop has served what was ready.
class access_log final : async::operation {
public:
    explicit access_log(std::FILE* to) noexcept : to_(to) {}
    ~access_log() { write(); }

    /// Appends `INFO:     127.0.0.1:60084 - "GET /docs?x=1 HTTP/1.1" 200 OK`. Bytes that could steer a terminal or
    /// break the line are written as \xHH.
    void line(std::string_view client, std::string_view method, std::string_view target, std::string_view version,
              int status) {
        lines_.append("INFO:     ");
        lines_.append(client);
        lines_.append(" - \"");
        append_escaped(method);
        lines_.push_back(' ');
        append_escaped(target);
        lines_.push_back(' ');
        lines_.append(version);
        lines_.append("\" ");
        lines_.append(std::to_string(status));
        lines_.push_back(' ');
        lines_.append(http::reason_phrase(status));
        lines_.push_back('\n');
        if (!linked()) async::scheduler::current().make_ready(*this);
    }

private:
    void append_escaped(std::string_view text) {
        static constexpr char digits[] = "0123456789abcdef";
        for (char c : text) {
            auto byte = static_cast<unsigned char>(c);
            if (byte >= 0x20 && byte < 0x7F && c != '"') {
                lines_.push_back(c);
                continue;
            }
            lines_.append("\\x");
            lines_.push_back(digits[byte >> 4]);
            lines_.push_back(digits[byte & 15]);
        }
    }
    void write() noexcept {
        if (lines_.empty()) return;
        std::fwrite(lines_.data(), 1, lines_.size(), to_);
        std::fflush(to_);
        lines_.clear();
    }
    bool ready() noexcept override {
        write();
        return false;
    }
    void cancel() noexcept override {}

    std::FILE* to_;
    byte_buffer lines_;
};

}  // namespace coracle::server

// ---- coracle/server/client_list.hpp
// client_list: the connections of a loop, those that wait for a request apart from those that answer one, so that
// stopping can end the first at once and let the others finish.

namespace coracle::server {

/// A connection as seen by whoever stops the loop. Stands in one of the two lists.
class listed_client : public list_node {
public:
    /// Ends the wait for the next request, as if the client had left.
    virtual void hang_up() noexcept = 0;
    /// The answer under way is the last one.
    virtual void make_answer_last() noexcept = 0;

protected:
    ~listed_client() = default;
};

class client_list {
public:
    void is_idle(listed_client& client) noexcept { idle_.push_back(client); }
    void is_busy(listed_client& client) noexcept { busy_.push_back(client); }
    bool any_idle() noexcept { return !idle_.empty(); }

    void stop() noexcept {
        idle_.for_each([](listed_client& each) { each.hang_up(); });
        busy_.for_each([](listed_client& each) { each.make_answer_last(); });
    }

private:
    intrusive_list<listed_client> idle_;
    intrusive_list<listed_client> busy_;
};

}  // namespace coracle::server

// ---- coracle/server/input.hpp
// input: what a connection has received and not used yet. Borrowed from the loop's scratch while the connection runs,
// copied only when it waits with some of it left: an idle connection holds no buffer.

namespace coracle::server {

class input {
public:
    std::string_view unread() const noexcept { return unread_; }

    /// New bytes, behind what is left. keeps: a view of `fresh`, until keep().
    void take(std::string_view fresh) {
        CORACLE_ASSERT(unread_.empty() || !borrowed_);
        if (unread_.empty()) {
            kept_.release();
            unread_ = fresh;
            borrowed_ = true;
            return;
        }
        kept_.append(fresh);
        unread_ = kept_.view();
    }
    /// The first `count` bytes are used; they stay where they are until take() or keep().
    void use(std::size_t count) noexcept {
        unread_.remove_prefix(count);
        if (!borrowed_) kept_.consume(count);
    }
    /// Before every wait: what is unread becomes the connection's own.
    void keep() {
        if (!std::exchange(borrowed_, false)) return;
        kept_.append(unread_);
        unread_ = kept_.view();
    }
    /// Gives the memory back when nothing is unread.
    void release() noexcept {
        if (unread_.empty()) kept_.release();
    }

private:
    std::string_view unread_;
    byte_buffer kept_;
    bool borrowed_ = false;
};

}  // namespace coracle::server

// ---- coracle/server/incoming_body.hpp
// incoming_body: a request body as it comes in over a connection.
// RFC 9112 6 and 7.

namespace coracle::server {

/// What a body asks of its connection: to wait for more bytes.
class feeds_body {
public:
    /// Waits until more has been put into the input; says 100 Continue before, if `say_continue`.
    /// Gives why no more comes, if so: truncated, too_slow.
    virtual task<std::optional<http::refusal>> more(bool say_continue) = 0;

protected:
    ~feeds_body() = default;
};

/// The body of the request whose turn it is. What comes in is decoded when it is asked for, so a client cannot send
/// faster than the handler reads.
class incoming_body final : public body_source {
public:
    incoming_body(feeds_body& connection, input& in, http::exchange& turn, const http::limits& bounds) noexcept
        : connection_(connection), input_(in), turn_(turn), bounds_(bounds) {}

    void start(const http::request_head& head, std::uint64_t most) {
        head_ = &head;
        failed_ = decoder_.start(http::body_length_of(head), bounds_, most);
    }

    std::optional<piece> poll() override {
        if (failed_) refuse(*failed_);
        std::string_view bytes;
        while (bytes.empty() && !decoder_.complete() && !input_.unread().empty()) bytes = decode();
        if (bytes.empty() && !decoder_.complete()) return std::nullopt;
        return piece{bytes, decoder_.complete()};
    }

    task<> wait() override {
        if (failed_) refuse(*failed_);
        bool say_continue = turn_.body_wanted(!input_.unread().empty());
        if (std::optional<http::refusal> why = co_await connection_.more(say_continue)) refuse(*why);
    }

    /// Reads past what the handler left, as far as it has arrived.
    void drop() {
        while (turn_.reads_body() && !input_.unread().empty() && !failed_) decode();
        if (failed_ && turn_.reads_body()) turn_.refuse(*head_);
    }

private:
    std::string_view decode() {
        http::decoded step = decoder_.decode(input_.unread());
        input_.use(step.consumed);
        if (step.state == http::body_state::refused) {
            failed_ = decoder_.why();
            if (turn_.whose() != http::turn::drain) refuse(*failed_);
            return {};
        }
        turn_.body_bytes(step.consumed, bounds_);
        if (decoder_.complete()) turn_.body_read();
        return step.data;
    }
    [[noreturn]] void refuse(http::refusal why) {
        failed_ = why;
        turn_.refuse(*head_);
        const http::refusal_facts& facts = http::facts_of(why);
        throw http_error(facts.status, std::string(facts.detail));
    }

    feeds_body& connection_;
    input& input_;
    http::exchange& turn_;
    const http::limits& bounds_;
    const http::request_head* head_ = nullptr;
    http::body_decoder decoder_;
    std::optional<http::refusal> failed_;
};

}  // namespace coracle::server

// ---- coracle/server/transaction.hpp
// transaction: one request, from its first byte until it is answered. Taken from a pool of the loop when the first byte
// is there, and given back at the end: an idle connection has none.

namespace coracle::server {

class transaction {
public:
    explicit transaction(const http::limits& bounds) : parser(bounds) {}

    http::request_parser parser;
    coracle::request request;

    /// The body, while the request has one that is not read to its end.
    std::optional<incoming_body> body;

    /// Its answer, while it is made.
    std::optional<reply> answer;

    /// The head is in somebody else's bytes, which begin with it; keep_head() moves it into this transaction's own.
    void head_is_in(std::string_view bytes) noexcept { borrowed_ = bytes; }
    /// Before those bytes go: whatever the handler holds of the head stays good until its answer.
    void keep_head() {
        if (borrowed_.empty()) return;
        kept_.clear();
        kept_.append(borrowed_);
        request.rebase(borrowed_.data(), kept_.data());
        borrowed_ = {};
    }
    void reset() noexcept {
        parser.reset();
        request.reset();
        body.reset();
        answer.reset();
        borrowed_ = {};
    }

private:
    std::string_view borrowed_;
    byte_buffer kept_;
};

/// Transactions that are not in use. Belongs to one loop.
class transaction_pool {
public:
    explicit transaction_pool(const http::limits& bounds) noexcept : bounds_(bounds) {}

    std::unique_ptr<transaction> take() {
        if (spare_.empty()) return std::make_unique<transaction>(bounds_);
        std::unique_ptr<transaction> taken = std::move(spare_.back());
        spare_.pop_back();
        return taken;
    }
    void give_back(std::unique_ptr<transaction> done) noexcept {
        done->reset();
        if (spare_.size() < kept) spare_.push_back(std::move(done));
    }

private:
    static constexpr std::size_t kept = 256;  // those of a peak beyond that give their memory back
    const http::limits& bounds_;
    std::vector<std::unique_ptr<transaction>> spare_;
};

}  // namespace coracle::server

// ---- coracle/server/settings.hpp
// settings: how a server treats its connections; each bound with its unit and its reason.

namespace coracle::server {

struct settings {
    http::limits limits{};
    /// From the first byte of a head to its last; no byte extends it (slowloris). 408.
    std::chrono::milliseconds head_time{10'000};
    /// How long a connection may wait between requests; uvicorn's default.
    std::chrono::milliseconds keep_alive_time{5'000};
    /// Between two pieces of a body that the handler waits for. 408.
    std::chrono::milliseconds body_time{30'000};
    /// For each 256 KiB of an answer that the client takes; then the connection is cut.
    std::chrono::milliseconds write_time{30'000};
    /// How long a client whose last answer was written may take to close, so that the answer is not lost to a reset.
    std::chrono::milliseconds linger_time{2'000};
    /// For requests under way when the server stops.
    std::chrono::milliseconds grace{10'000};
    bool access_log = true;
};

}  // namespace coracle::server

// ---- coracle/server/workshop.hpp
// workshop: what the connections of one loop share.

namespace coracle::server {

/// Belongs to one loop, and outlives its connections.
class workshop {
public:
    workshop(const coracle::app& served, const settings& s, loop::reactor& on)
        : app(served), how(s), reactor(on), transactions(how.limits), log(stdout) {}

    const coracle::app& app;
    const settings how;
    loop::reactor& reactor;
    transaction_pool transactions;
    access_log log;
    client_list clients;

    /// Ready-made heads, with the date of this second.
    http::head_cache& heads() noexcept {
        if (reactor.turn_time() >= next_second_) {
            std::int64_t now = reactor.unix_milliseconds();
            heads_.tick(now / 1000);
            next_second_ = reactor.turn_time() + std::chrono::milliseconds(1000 - now % 1000);
        }
        return heads_;
    }

    /// An empty buffer for answers, with the memory of one used before.
    byte_buffer take_buffer() noexcept {
        if (buffers_.empty()) return {};
        byte_buffer taken = std::move(buffers_.back());
        buffers_.pop_back();
        return taken;
    }
    void give_back(byte_buffer used) noexcept {
        used.clear();
        if (used.capacity() <= largest_kept && buffers_.size() < kept) buffers_.push_back(std::move(used));
    }

    bool stopping() const noexcept { return stopping_; }
    /// Ends the connections that wait for a request; the others end after their answer.
    void stop() noexcept {
        stopping_ = true;
        clients.stop();
    }

private:
    static constexpr std::size_t largest_kept = 256 * 1024;
    static constexpr std::size_t kept = 16;

    http::head_cache heads_;
    loop::reactor::time_point next_second_{};
    std::vector<byte_buffer> buffers_;
    bool stopping_ = false;
};

}  // namespace coracle::server

// ---- coracle/server/conversation.hpp
// conversation: what a connection remembers between its waits, and the steps in which connection() is told.

namespace coracle::server {

/// One client's. Whose turn it is says http::exchange; this holds the bytes, the request and the time.
template <net::byte_stream Stream>
class conversation final : listed_client, feeds_body {
public:
    conversation(Stream& stream, workshop& shop)
        : stream_(stream), shop_(shop), deadline_(shop.reactor, on_deadline{*this}) {}
    conversation(const conversation&) = delete;
    ~conversation() {
        if (now_) shop_.transactions.give_back(std::move(now_));
        give_back_output();
    }

    /// Before waiting for the client: nothing that belongs to the loop is held on to, and the client's time runs.
    /// False: there is nothing to wait for any more.
    bool listens() {
        // Nothing is under way: neither an answer, nor a request that a handler has seen.
        if (shop_.stopping()) turn_.close_now();
        if (turn_.whose() == http::turn::close) return false;
        input_.keep();
        give_back_output();
        shop_.clients.is_idle(*this);
        late_ = false;
        if (turn_.whose() != http::turn::request) {
            deadline_.set(shop_.how.body_time);
        } else if (between_requests()) {
            if (input_.unread().empty()) {
                if (now_) shop_.transactions.give_back(std::move(now_));
                input_.release();
            }
            deadline_.set(served_ ? shop_.how.keep_alive_time : shop_.how.head_time);
        } else if (!std::exchange(hearing_, true)) {
            // The first byte of a head sets its time, and no later one extends it.
            deadline_.set(shop_.how.head_time);
        }
        return true;
    }

    /// What has come; empty when nothing more will.
    void hear(const result<std::string_view>& bytes) {
        shop_.clients.is_busy(*this);
        if (bytes && !bytes->empty()) return input_.take(*bytes);
        if (!bytes || !hearing_ || turn_.whose() != http::turn::request) return client_left();
        // The head so far has moved since it was parsed; parsing again lets its views follow.
        [[maybe_unused]] auto still = now_->parser.parse(input_.unread(), now_->request);
        refuse(late_ ? http::refusal::too_slow : http::refusal::truncated);
    }

    /// The next request, once its head is there; null when the client has to say more first, or is not heard any more.
    /// What cannot be understood is answered on the way.
    coracle::request* next_request() {
        if (turn_.whose() == http::turn::drain) read_past_body();
        if (turn_.whose() != http::turn::request || input_.unread().empty()) return nullptr;
        if (output_.size() > most_unsent) {
            held_back_ = true;
            return nullptr;
        }
        if (!now_) now_ = shop_.transactions.take();
        std::string_view bytes = input_.unread();
        http::parse_state state = now_->parser.parse(bytes, now_->request);
        if (state == http::parse_state::need_more) return nullptr;
        if (state == http::parse_state::refused) {
            refuse(now_->parser.why());
            return nullptr;
        }
        hearing_ = false;
        deadline_.clear();
        now_->head_is_in(bytes.substr(0, now_->parser.consumed()));
        input_.use(now_->parser.consumed());
        turn_.head_read(now_->request);
        if (shop_.stopping()) turn_.close_after_answer();
        if (turn_.reads_body()) open_body();
        if (host_.empty()) host_ = stream_.peer().host();
        now_->request.client = {host_, stream_.peer().port()};
        return &now_->request;
    }

    /// The handler sees the request across its waits: what it sees becomes this connection's own.
    void keep_request() {
        now_->keep_head();
        input_.keep();
    }
    /// The handler waits: what is answered already goes out, as far as the client takes it now.
    void send_what_is_ready() {
        keep_request();
        if (output_.empty()) return;
        if (result<std::size_t> sent = stream_.try_write(output_.view())) output_.consume(*sent);
    }

    /// The answer has been given.
    void answered() {
        if (shop_.how.access_log) log(now_->answer->status());
        turn_.end_answer();
        if (turn_.whose() == http::turn::request) now_->reset();
        served_ = true;
    }
    /// Requests are there that were not looked at because too much was answered and not sent.
    bool held_back() noexcept { return std::exchange(held_back_, false); }

    /// Whether something is answered and not sent; the client's time to take the next piece of it runs then.
    bool has_outgoing() {
        if (gone_) output_.clear();
        if (output_.empty()) return false;
        writing_ = true;
        deadline_.set(shop_.how.write_time);
        return true;
    }
    std::string_view outgoing() const noexcept { return output_.view().substr(0, largest_piece); }
    /// outgoing() has been sent, or cannot be.
    void sent(const result<void>& outcome) {
        writing_ = false;
        deadline_.clear();
        output_.consume(outgoing().size());
        if (outcome) return;
        output_.clear();
        client_left();
    }

    /// Closes. After the last answer it first reads past what the client still sends until that closes too, for a close
    /// with unread bytes would be a reset, and a reset overtakes the answer.
    task<> take_leave() {
        bool waits = !gone_ && stream_.shutdown_write();
        deadline_.set(shop_.how.linger_time);
        std::uint64_t most = shop_.how.limits.drain_bytes;
        while (waits) {
            auto bytes = co_await stream_.read();
            waits = bytes && !bytes->empty() && bytes->size() < most;
            if (waits) most -= bytes->size();
        }
        deadline_.clear();
        stream_.close();
    }

    /// The answer to the request, to be given.
    reply& answer() { return now_->answer.emplace(output(), shop_.heads(), turn_, shop_.how.limits); }

private:
    static constexpr std::size_t largest_piece = 256 * 1024;  // what a client must take in write_time
    // Beyond it no pipelined request is looked at: small requests for large answers would fill the memory, and what is
    // answered would wait for the handler of the next one.
    static constexpr std::size_t most_unsent = 64 * 1024;

    struct on_deadline {
        conversation& of;
        void operator()() const noexcept {
            of.late_ = true;
            if (of.writing_)
                of.stream_.close();
            else
                of.stream_.shutdown_read();
        }
    };

    void hang_up() noexcept override { stream_.shutdown_read(); }
    void make_answer_last() noexcept override { turn_.close_after_answer(); }
    void client_left() noexcept {
        gone_ = true;
        turn_.close_now();
    }

    void log(int status) {
        const coracle::request& asked = now_->request;
        // A head that was refused may have been refused before there was a method or a target.
        shop_.log.line(stream_.peer().text(), asked.method_text, asked.target.text, http::version_text(asked.version),
                       status);
    }

    void open_body() {
        now_->body.emplace(static_cast<feeds_body&>(*this), input_, turn_, shop_.how.limits);
        now_->body->start(now_->request, shop_.how.limits.body_bytes);
        now_->request.body.open(&*now_->body);
    }
    void read_past_body() {
        now_->body->drop();
        if (turn_.whose() == http::turn::request) now_->reset();
    }
    /// For the handler, from inside it: the only other place that reads and writes the stream.
    task<std::optional<http::refusal>> more(bool say_continue) override {
        wait_for_body waiting(*this);
        if (say_continue) output().append("HTTP/1.1 100 Continue\r\n\r\n");
        keep_request();
        while (has_outgoing()) {
            auto outcome = co_await stream_.write(outgoing());
            sent(outcome);
        }
        deadline_.set(shop_.how.body_time);
        auto bytes = co_await stream_.read();
        if (!bytes || bytes->empty()) co_return late_ ? http::refusal::too_slow : http::refusal::truncated;
        input_.take(*bytes);
        input_.keep();  // the handler may wait for something else while it looks at these bytes
        co_return std::nullopt;
    }
    /// Also when the wait is cancelled: no deadline is left behind, and where a write was cut short nobody knows how
    /// much of it is gone, so the connection is.
    struct wait_for_body {
        conversation& of;
        explicit wait_for_body(conversation& c) noexcept : of(c) {}
        wait_for_body(const wait_for_body&) = delete;
        ~wait_for_body() {
            of.deadline_.clear();
            if (std::exchange(of.writing_, false)) of.client_left();
        }
    };
    /// No byte of a head has come; the parser forgives a line end before one.
    bool between_requests() const noexcept { return input_.unread().empty() || input_.unread() == "\r\n"; }

    /// What the client sent cannot be understood: that is the last answer, if one can still be given.
    void refuse(http::refusal why) {
        hearing_ = false;
        deadline_.clear();
        if (!now_) now_ = shop_.transactions.take();
        if (!turn_.refuse(now_->request)) return turn_.close_now();
        const http::refusal_facts& facts = http::facts_of(why);
        answer().send_detail(facts.status, json(facts.detail));
        answered();
    }

    byte_buffer& output() {
        if (output_.capacity() == 0) output_ = shop_.take_buffer();
        return output_;
    }
    void give_back_output() noexcept {
        if (output_.capacity() != 0) shop_.give_back(std::exchange(output_, {}));
    }

    Stream& stream_;
    workshop& shop_;
    loop::deadline<on_deadline> deadline_;
    std::unique_ptr<transaction> now_;
    std::string host_;  // of the client, once it has asked for something
    input input_;
    byte_buffer output_;
    http::exchange turn_;
    bool hearing_ = false;  // some of a head has come
    bool writing_ = false;
    bool served_ = false;
    bool late_ = false;
    bool gone_ = false;
    bool held_back_ = false;
};

}  // namespace coracle::server

// ---- coracle/server/connection.hpp
// connection: the bridge. One client's connection from its first byte to its last, each step a word of the river:
// bytes > net stream > http parser > route > app: bind, the handler, reply > http writer > net stream > bytes.

namespace coracle::server {

/// Ends when the client leaves, when an answer was the last, when the client is too slow, or by `cancelled`.
/// keeps: a reference to the shop.
template <net::byte_stream Stream>
task<> connection(Stream stream, workshop& shop) {
    conversation<Stream> client(stream, shop);
    while (client.listens()) {
        auto bytes = co_await stream.read();
        client.hear(bytes);
        do {
            while (request* asked = client.next_request()) {
                reply& answer = client.answer();
                endpoint* found = shop.app.find(*asked, answer);
                shop.reactor.label_running_job(found ? found->text().c_str() : nullptr);
                if (found && found->runs_now()) {
                    shop.app.call_now(*found, *asked, answer);
                } else if (found) {
                    if (found->keeps_request()) client.keep_request();
                    task<> handling = shop.app.call(*found, *asked, answer);
                    handling.start();  // it reads the body through the client, see conversation::more()
                    if (!handling.done()) client.send_what_is_ready();
                    co_await std::move(handling);
                }
                client.answered();
                shop.reactor.label_running_job(nullptr);
            }
            while (client.has_outgoing()) {
                auto outcome = co_await stream.write(client.outgoing());
                client.sent(outcome);
            }
        } while (client.held_back());
    }
    co_await client.take_leave();
}

}  // namespace coracle::server

// ---- coracle/server/worker.hpp
// worker: one loop's share of a server: it accepts, serves, and ends when it is told to.

namespace coracle::server {

/// Belongs to the thread that calls serve(), except stop().
class worker {
public:
    worker(const app& app, const settings& how, loop::thread_pool& pool) : reactor_(pool), shop_(app, how, reactor_) {}

    /// Listens; clients can connect from here on. Error: what the system says of the address.
    result<net::address> open(const net::address& where, bool share_port) {
        return loop::run_on(reactor_, open_on_loop(where, share_port));
    }

    /// Undoes open().
    void close() { listener_.reset(); }

    /// Serves until stop(), and then until its connections and what handlers spawned have ended. `each_turn()` is
    /// called in each turn of the loop.
    template <class EachTurn>
    void serve(EachTurn&& each_turn) {
        loop::run_on(reactor_, accept_and_serve(), each_turn);
    }

    /// Accepts nothing more, ends what is idle, and lets what runs finish; handlers and spawned tasks that wait are
    /// cancelled after the grace time, calls on the thread pool cannot be. From any thread.
    void stop() {
        reactor_.post([this] {
            if (listener_) listener_->close();
        });
    }
    loop::reactor& reactor() noexcept { return reactor_; }

private:
    task<result<net::address>> open_on_loop(net::address where, bool share_port) {
        net::listen_options options;
        options.reuse_port = share_port;
        auto opened = net::listener::open(where, options);
        if (!opened) co_return failure(opened.error());
        listener_.emplace(std::move(*opened));
        co_return listener_->where();
    }

    task<> accept_and_serve() {
        task_group connections(report);
        bool open = true;
        while (open) {
            auto next = co_await listener_->accept();
            if (next)
                admit(std::move(*next), connections);
            else
                open = listener_->is_open();
        }
        listener_.reset();
        shop_.stop();
        async::job_group& background = reactor_.background();
        auto run_out = [&] {
            connections.cancel();
            background.jobs().cancel();
        };
        loop::deadline<decltype(run_out)> grace(reactor_, run_out);
        grace.set(shop_.how.grace);
        co_await connections.join();
        while (background.running() > 0) co_await background;
    }

    /// D18: one connection that cannot be served, for want of memory say, is no reason to serve no other.
    void admit(net::incoming from, task_group& connections) {
        try {
            net::socket_stream stream(std::move(from.socket), std::move(from.peer));
            connections.spawn(connection(std::move(stream), shop_));
        } catch (...) {
            report(std::current_exception());
        }
    }
    static void report(const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& why) {
            std::fprintf(stderr, "ERROR:    a connection ended: %s\n", why.what());
        } catch (...) {
            std::fputs("ERROR:    a connection ended with an exception that is no std::exception\n", stderr);
        }
    }

    loop::reactor reactor_;
    workshop shop_;
    std::optional<net::listener> listener_;
};

}  // namespace coracle::server

// ---- coracle/server/server.hpp
// server: an app at an address, on one loop or several.

namespace coracle::server {

/// start(), then serve() until stop(). keeps: a reference to the app, which is frozen.
class server {
public:
    /// Error: std::logic_error for options that mean nothing, and for what is wrong with the app's routes.
    server(coracle::app& served, const run_options& options)
        : options_(options), where_(address_of(options)), pool_(threads_of(options)) {
        if (options.workers < 1)
            throw std::logic_error("coracle: workers must be at least 1, and is " + std::to_string(options.workers));
        served.freeze();
        settings how = settings_of(options);
        for (int i = 0; i < options.workers; ++i) workers_.push_back(std::make_unique<worker>(served, how, pool_));
    }
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Listens; clients can connect from here on. Error: std::system_error, with the address and what is wrong with it.
    void start() {
        if (workers_.size() > 1) where_ = alone_at(where_);
        for (auto& each : workers_) {
            auto opened = each->open(where_, workers_.size() > 1);
            if (!opened) throw std::system_error(opened.error(), "coracle: cannot listen on " + where_.text());
            where_ = *opened;  // the others share the port that the first one got
        }
    }
    const net::address& where() const noexcept { return where_; }
    unsigned port() const noexcept { return where_.port(); }

    /// Serves on this thread, and on one more for each further worker, until stop(), Ctrl-C or SIGTERM, and until what
    /// was under way then has ended. error: what ended a worker; the others have stopped then.
    void serve() {
        std::optional<loop::interrupt> signals;
        if (options_.signals) signals.emplace(workers_.front()->reactor());
        std::optional<loop::watchdog> watchdog;
        std::list<loop::watchdog::watch> watches;
        if (options_.watchdog.count() > 0) watchdog.emplace(options_.watchdog);
        if (watchdog)
            for (auto& each : workers_) watches.emplace_back(*watchdog, each->reactor());
        bool told = false;
        auto look = [&] {
            if (signals && signals->asked() && !std::exchange(told, true)) stop();
        };
        std::vector<std::thread> threads;
        for (std::size_t i = 1; i < workers_.size(); ++i)
            threads.emplace_back([this, &each = *workers_[i]] { serve_on(each, [] {}); });
        serve_on(*workers_.front(), look);
        for (std::thread& each : threads) each.join();
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

    /// From any thread, and again.
    void stop() {
        for (auto& each : workers_) each->stop();
    }

private:
    /// Several workers share an address, and so would another server there, without a word: makes sure that there is
    /// none. Gives the address with its port.
    net::address alone_at(const net::address& where) {
        if (!where.path().empty())
            throw std::logic_error("coracle: a unix socket has one worker; set workers to 1, or listen on a port");
        auto opened = workers_.front()->open(where, false);
        if (!opened) throw std::system_error(opened.error(), "coracle: cannot listen on " + where.text());
        workers_.front()->close();
        return *opened;
    }
    template <class EachTurn>
    void serve_on(worker& one, EachTurn each_turn) noexcept {
        try {
            one.serve(each_turn);
        } catch (...) {
            std::lock_guard lock(failed_);
            if (!failure_) failure_ = std::current_exception();
            stop();
        }
    }
    static net::address address_of(const run_options& options) {
        if (options.port < 0 || options.port > 65535)
            throw std::logic_error("coracle: a port is a number from 0 to 65535, not " + std::to_string(options.port));
        auto parsed = net::address::of(options.host, static_cast<std::uint16_t>(options.port));
        if (!parsed) throw std::logic_error("coracle: the host " + parsed.error().message);
        return *parsed;
    }
    static std::size_t threads_of(const run_options& options) {
        return options.threads > 0 ? options.threads : loop::pool_limits::default_user();
    }
    static settings settings_of(const run_options& options) {
        settings how;
        how.access_log = options.access_log;
        return how;
    }

    run_options options_;
    net::address where_;
    loop::thread_pool pool_;
    std::vector<std::unique_ptr<worker>> workers_;
    std::mutex failed_;  // guards what follows
    std::exception_ptr failure_;
};

}  // namespace coracle::server

// ---- coracle/server/serve.hpp
// serve: app.run(), from the banner to the exit code.

namespace coracle {

namespace server {

/// CORACLE_HOST and CORACLE_PORT say where to listen, whatever the program says: for containers and tests.
inline run_options from_environment(run_options options) {
    if (const char* host = std::getenv("CORACLE_HOST")) options.host = host;
    if (const char* text = std::getenv("CORACLE_PORT")) {
        std::optional<std::uint16_t> port = ascii::parse_decimal<std::uint16_t>(text);
        if (!port)
            throw std::logic_error("coracle: CORACLE_PORT must be a number from 0 to 65535, not '" + std::string(text) +
                                   "'");
        options.port = *port;
    }
    return options;
}

/// What a person wants to know who has just started it.
inline void print_banner(const server& started, const run_options& options) {
    bool unix_socket = started.where().port() == 0;
    std::string url = unix_socket ? started.where().text() : "http://" + started.where().text();
    std::printf("INFO:     coracle %s\n", CORACLE_VERSION_STRING);
    if (options.workers > 1) std::printf("INFO:     %d workers\n", options.workers);
    std::printf("INFO:     Listening on %s (Press CTRL+C to quit)\n", url.c_str());
    std::fflush(stdout);
}

}  // namespace server

inline int app::run(const run_options& asked) {
    try {
        run_options options = server::from_environment(asked);
        server::server here(*this, options);
        here.start();
        if (options.banner) server::print_banner(here, options);
        here.serve();
        if (options.banner) std::puts("INFO:     Finished");
        return 0;
    } catch (const std::exception& why) {
        std::fprintf(stderr, "ERROR:    %s\n", why.what());
        return 3;
    }
}

}  // namespace coracle

// ---- coracle/testing/network_link.hpp
// network_link: the way from one host of a memory_network to another, and what travels on it.

namespace coracle::testing {

class network_wire;

/// What a link does to bytes. A change is for what is sent from then on.
struct link_rules {
    std::chrono::nanoseconds latency{};
    std::chrono::nanoseconds jitter{};         ///< up to this more, by seed; a connection's bytes stay in order
    std::uint64_t bytes_per_second = 0;        ///< of all connections together; 0: no limit
    std::size_t capacity = 64 * 1024;          ///< bytes of a connection that may be under way and unread
    std::size_t largest_read = 0;              ///< 0: no limit
    std::optional<std::uint64_t> reset_after;  ///< a connection that has sent so many bytes is reset
    bool ragged = false;                       ///< reads and writes are cut anywhere, by seed
};

/// From one host to another, one way. Made by memory_network.
class network_link {
public:
    network_link(const link_rules& as, std::uint64_t seed) noexcept : rules(as), random_(seed) {}

    link_rules rules;

    bool is_cut() const noexcept { return cut_; }
    /// Nothing arrives any more, until heal().
    inline void cut() noexcept;
    /// What was sent meanwhile travels now.
    inline void heal();
    /// Every connection on it fails at once, at both ends.
    inline void reset() noexcept;

    /// When something of this size, sent now, will be there.
    os::time_point arrival(os::time_point now, std::size_t bytes) {
        os::time_point leaves = now;
        if (rules.bytes_per_second > 0) {
            auto takes = static_cast<double>(bytes) * 1e9 / static_cast<double>(rules.bytes_per_second);
            free_at_ = std::max(free_at_, now) + std::chrono::nanoseconds(static_cast<std::int64_t>(takes));
            leaves = free_at_;
        }
        auto shake = rules.jitter.count() > 0 ? random_.between(0, rules.jitter.count()) : 0;
        return loop::later(leaves, rules.latency + std::chrono::nanoseconds(shake));
    }
    /// Where a piece of up to `most` bytes is cut: all of it, unless the link is ragged.
    std::size_t piece(std::size_t most) noexcept {
        return rules.ragged && most > 1 ? static_cast<std::size_t>(random_.below(most)) + 1 : most;
    }

private:
    friend class network_wire;
    bool cut_ = false;
    os::time_point free_at_{};
    random_sequence random_;
    intrusive_list<network_wire> wires_;
};

/// One direction of one connection: what has been sent and has not arrived.
class network_wire final : public list_node, loop::timer {
public:
    /// in: `to` is what the receiver reads from; `back` the other direction.
    network_wire(std::shared_ptr<network_link> on, loop::reactor& home, net::detail::memory_pipe& to,
                 network_wire& back) noexcept
        : link_(std::move(on)), home_(home), to_(to), back_(back) {
        to_.largest_read = link_->rules.largest_read;
        link_->wires_.push_back(*this);
    }

    network_link& link() noexcept { return *link_; }
    /// Why nothing can be sent any more.
    std::error_code error() const noexcept { return error_; }
    bool ended() const noexcept { return ended_; }
    bool idle() const noexcept { return parcels_.empty(); }
    /// How many bytes a sender may send now.
    std::size_t room() const noexcept {
        std::size_t used = to_.waiting + travelling_;
        return stalled_ || used >= link_->rules.capacity ? 0 : link_->rules.capacity - used;
    }

    void send(std::string bytes) {
        if (broken_) return;  // it is lost, and the sender will hear of it
        if (link_->rules.reset_after) {
            std::uint64_t left = *link_->rules.reset_after - std::min(sent_, *link_->rules.reset_after);
            if (bytes.size() >= left) {
                bytes.resize(static_cast<std::size_t>(left));
                if (left > 0) put(kind::bytes, std::move(bytes));
                sent_ += left;
                back_.send_reset();
                return send_reset();
            }
        }
        sent_ += bytes.size();
        std::string rest = bytes.substr(link_->piece(bytes.size()));
        bytes.resize(bytes.size() - rest.size());
        put(kind::bytes, std::move(bytes));
        if (!rest.empty()) put(kind::bytes, std::move(rest));
    }
    /// The sender's buffer is full until what it has sent arrives, whatever room() was.
    void stall() noexcept { stalled_ = !parcels_.empty(); }
    void send_end() {
        if (std::exchange(ended_, true) || broken_) return;
        put(kind::end, {});
    }
    /// The receiver will find the connection reset, once it has read what was sent before.
    void send_reset() {
        if (std::exchange(broken_, true)) return;
        ended_ = true;
        put(kind::reset, {});
    }
    /// Calls `arrived` where the bytes arrive, when it is their turn.
    void send_call(function<void()> arrived) {
        arrived_ = std::move(arrived);
        put(kind::call, {});
    }
    /// Both ends find it reset now.
    void reset() noexcept {
        for (network_wire* each : {this, &back_}) {
            each->broken_ = true;
            each->disarm();
            each->parcels_.clear();
            each->travelling_ = 0;
            each->stalled_ = false;
            each->arrive_reset();
        }
    }
    void hold() noexcept { disarm(); }
    void resend() {
        last_due_ = {};
        for (parcel& each : parcels_) each.due = in_order(link_->arrival(home_.now(), each.bytes.size()));
        rearm();
    }

private:
    enum class kind : unsigned char { bytes, end, reset, call };
    struct parcel {
        kind what;
        os::time_point due;
        std::string bytes;
    };

    os::time_point in_order(os::time_point due) noexcept { return last_due_ = std::max(due, last_due_); }
    void put(kind what, std::string bytes) {
        travelling_ += bytes.size();
        os::time_point due = in_order(link_->arrival(home_.now(), bytes.size()));
        parcels_.push_back(parcel{what, due, std::move(bytes)});
        rearm();
    }
    void rearm() {
        if (!parcels_.empty() && !link_->is_cut() && !armed()) home_.timers().arm(*this, parcels_.front().due);
    }

    void fire(os::time_point now) noexcept override {
        while (!parcels_.empty() && parcels_.front().due <= now) {
            parcel next = std::move(parcels_.front());
            parcels_.pop_front();
            travelling_ -= next.bytes.size();
            arrive(next);
        }
        stalled_ = false;
        rearm();
        net::detail::memory_pipe::wake(to_.writer);
    }
    void arrive(parcel& what) noexcept {
        if (what.what == kind::call) return arrived_();
        if (what.what == kind::reset) return arrive_reset();
        if (what.what == kind::bytes && to_.deaf) return back_.send_reset();
        if (what.what == kind::bytes) return to_.put(std::move(what.bytes));
        to_.ended = true;
        net::detail::memory_pipe::wake(to_.reader);
    }
    void arrive_reset() noexcept {
        to_.read_error = std::make_error_code(std::errc::connection_reset);
        net::detail::memory_pipe::wake(to_.reader);
        back_.error_ = to_.read_error;
        back_.broken_ = true;
        net::detail::memory_pipe::wake(back_.to_.writer);
    }

    std::shared_ptr<network_link> link_;
    loop::reactor& home_;
    net::detail::memory_pipe& to_;
    network_wire& back_;
    std::deque<parcel> parcels_;
    std::size_t travelling_ = 0;  // bytes in them
    std::uint64_t sent_ = 0;
    os::time_point last_due_{};
    bool stalled_ = false;
    bool ended_ = false;
    bool broken_ = false;  // reset from this side
    std::error_code error_;
    function<void()> arrived_;
};

inline void network_link::cut() noexcept {
    cut_ = true;
    wires_.for_each([](network_wire& each) { each.hold(); });
}
inline void network_link::heal() {
    if (!std::exchange(cut_, false)) return;
    free_at_ = {};
    wires_.for_each([](network_wire& each) { each.resend(); });
}
inline void network_link::reset() noexcept {
    wires_.for_each([](network_wire& each) { each.reset(); });
}

}  // namespace coracle::testing

// ---- coracle/testing/network_path.hpp
// network_path: what a script does to the ways between hosts.

namespace coracle::testing {

/// One way or several, as one: `network.between("web", "db").latency(20ms).jitter(5ms);`
/// Each is for what is sent from then on.
class network_path {
public:
    explicit network_path(std::vector<std::shared_ptr<network_link>> ways) noexcept : ways_(std::move(ways)) {}

    /// One way.
    network_path& latency(std::chrono::nanoseconds time) { return set(&link_rules::latency, time); }
    /// Up to so much more, by seed. The bytes of one connection stay in order.
    network_path& jitter(std::chrono::nanoseconds most) { return set(&link_rules::jitter, most); }
    /// Of all connections together; 0 for no limit.
    network_path& bytes_per_second(std::uint64_t most) { return set(&link_rules::bytes_per_second, most); }
    /// So many bytes of a connection may be under way and unread: a small number makes short writes.
    network_path& capacity(std::size_t bytes) { return set(&link_rules::capacity, std::max<std::size_t>(bytes, 1)); }
    /// No read of a connection made from now on gives more; 0 for no limit.
    network_path& largest_read(std::size_t bytes) { return set(&link_rules::largest_read, bytes); }
    /// Reads and writes are cut anywhere, by seed.
    network_path& ragged(bool yes = true) { return set(&link_rules::ragged, yes); }
    /// A connection that has sent so many bytes this way is reset, at both ends.
    network_path& reset_after(std::uint64_t bytes) {
        return set(&link_rules::reset_after, std::optional<std::uint64_t>(bytes));
    }
    /// Nothing arrives any more: what is sent waits for heal(), and connecting fails after two minutes as on Linux.
    network_path& cut() noexcept {
        for (auto& way : ways_) way->cut();
        return *this;
    }
    network_path& heal() {
        for (auto& way : ways_) way->heal();
        return *this;
    }
    /// Every connection fails now, at both ends.
    network_path& reset() noexcept {
        for (auto& way : ways_) way->reset();
        return *this;
    }

private:
    template <class Value>
    network_path& set(Value link_rules::* which, Value value) {
        for (auto& way : ways_) way->rules.*which = value;
        return *this;
    }
    std::vector<std::shared_ptr<network_link>> ways_;
};

}  // namespace coracle::testing

// ---- coracle/testing/network_stream.hpp
// network_stream: one end of a connection through a memory_network. What it sends arrives when its link says so.

namespace coracle::testing {

namespace detail {

/// A connection: pipes[i] and wires[i] carry what end i sends.
struct network_line : net::detail::memory_line {
    network_line(loop::reactor& home, std::shared_ptr<network_link> there, std::shared_ptr<network_link> back)
        : wires{network_wire(std::move(there), home, pipes[0], wires[1]),
                network_wire(std::move(back), home, pipes[1], wires[0])} {}
    bool over() const noexcept { return closed[0] && (closed[1] || !arrived) && wires[0].idle() && wires[1].idle(); }

    bool arrived = false;  // end 1 was told; a reset may come before that
    network_wire wires[2];
};

struct network_write_attempt {
    net::detail::memory_pipe& pipe;
    const bool& closed;
    network_wire& wire;
    std::string_view first;
    std::string_view second;
    std::error_code error{};

    bool tried() {
        error = why_not();
        std::size_t room = error ? 0 : std::min(wire.room(), first.size() + second.size());
        if (room > 0) {
            std::string piece;
            std::size_t size = wire.link().piece(room);
            for (std::string_view* from : {&first, &second}) {
                std::string_view fits = from->substr(0, size - piece.size());
                piece += fits;
                from->remove_prefix(fits.size());
            }
            wire.send(std::move(piece));
            if (size < room) wire.stall();
        }
        return error || (first.empty() && second.empty());
    }
    std::error_code why_not() const noexcept {
        if (closed) return net::detail::closed_here();
        if (wire.error()) return wire.error();
        return wire.ended() ? std::make_error_code(std::errc::broken_pipe) : std::error_code();
    }
    coracle::result<void> result() const noexcept {
        if (error) return failure(error);
        return {};
    }
};

}  // namespace detail

/// A byte_stream; moves while nobody waits for it. Closed with unread bytes, or sent to when it is closed, it answers
/// with a reset, as TCP does.
class network_stream {
    template <class Attempt>
    using operation = net::detail::memory_operation<Attempt>;

public:
    network_stream(std::shared_ptr<detail::network_line> line, std::size_t side, net::address here,
                   net::address peer) noexcept
        : line_(std::move(line)), side_(side), here_(std::move(here)), peer_(std::move(peer)) {}
    network_stream(network_stream&&) noexcept = default;
    network_stream& operator=(network_stream&& other) noexcept {
        if (this != &other) {
            close();
            line_ = std::move(other.line_);
            side_ = other.side_;
            here_ = std::move(other.here_);
            peer_ = std::move(other.peer_);
        }
        return *this;
    }
    ~network_stream() { close(); }

    // As every byte_stream.

    operation<net::detail::memory_read_attempt> read() {
        return {line_, &net::detail::memory_pipe::reader,
                net::detail::memory_read_attempt{in(), closed(), in_wire().link().piece(largest_read)}};
    }
    operation<net::detail::memory_read_into_attempt> read(std::span<char> room) {
        CORACLE_ASSERT(!room.empty());
        room = room.first(in_wire().link().piece(room.size()));
        return {line_, &net::detail::memory_pipe::reader, net::detail::memory_read_into_attempt{in(), closed(), room}};
    }
    operation<detail::network_write_attempt> write(std::string_view head, std::string_view body = {}) {
        return {line_, &net::detail::memory_pipe::writer, attempt(head, body)};
    }
    result<std::size_t> try_write(std::string_view bytes) {
        auto once = attempt(bytes, {});
        once.tried();
        if (once.error) return failure(once.error);
        return bytes.size() - once.first.size();
    }
    void shutdown_read() noexcept {
        in().ended = true;
        net::detail::memory_pipe::wake(in().reader);
    }
    result<void> shutdown_write() noexcept {
        if (auto why = attempt({}, {}).why_not()) return failure(why);
        out_wire().send_end();
        return {};
    }
    void close() noexcept { leave(false); }
    bool hung_up() const noexcept {
        const net::detail::memory_pipe& from = line_->pipes[1 - side_];
        return from.ended || from.read_error;
    }
    const net::address& peer() const noexcept { return peer_; }

    /// Closes with a reset: what the peer has not got yet is lost to it after that.
    void abort() noexcept { leave(true); }
    bool is_open() const noexcept { return line_ && !line_->closed[side_]; }
    /// Its own address.
    const net::address& where() const noexcept { return here_; }

private:
    static constexpr std::size_t largest_read = 64 * 1024;

    detail::network_write_attempt attempt(std::string_view first, std::string_view second) noexcept {
        return {line_->pipes[side_], closed(), out_wire(), first, second};
    }
    void leave(bool with_reset) noexcept {
        if (!line_ || closed()) return;
        closed() = true;
        if (with_reset || in().waiting > 0)
            out_wire().send_reset();
        else
            out_wire().send_end();
        in().deaf = true;
        net::detail::memory_pipe::wake(in().reader);
        net::detail::memory_pipe::wake(line_->pipes[side_].writer);
    }
    net::detail::memory_pipe& in() noexcept { return line_->pipes[1 - side_]; }
    network_wire& out_wire() noexcept { return line_->wires[side_]; }
    network_wire& in_wire() noexcept { return line_->wires[1 - side_]; }
    bool& closed() noexcept { return line_->closed[side_]; }

    std::shared_ptr<detail::network_line> line_;
    std::size_t side_ = 0;
    net::address here_;
    net::address peer_;
};

static_assert(net::byte_stream<network_stream>);

}  // namespace coracle::testing

// ---- coracle/testing/network_listener.hpp
// network_listener: the door of a server in a memory_network.

namespace coracle::testing {

/// Accepts connections to one port of one host, until it is closed or destroyed.
class network_listener {
public:
    using arrivals = channel<network_stream>;
    network_listener(std::shared_ptr<arrivals> door, net::address where) noexcept
        : door_(std::move(door)), where_(std::move(where)) {}
    network_listener(network_listener&&) noexcept = default;
    network_listener& operator=(network_listener&& other) noexcept {
        close();
        door_ = std::move(other.door_);
        where_ = std::move(other.where_);
        return *this;
    }
    ~network_listener() { close(); }

    /// The next connection. error: bad_file_descriptor after close().
    task<result<network_stream>> accept() {
        auto door = door_;
        auto next = co_await door->receive();
        if (!next) co_return failure(std::make_error_code(std::errc::bad_file_descriptor));
        co_return std::move(*next);
    }
    const net::address& where() const noexcept { return where_; }
    bool is_open() const noexcept { return door_ && !door_->closed(); }
    /// Resets those that wait, and refuses who comes; those accepted live on.
    void close() noexcept {
        if (!is_open()) return;
        door_->close();
        while (auto waiting = door_->try_receive()) waiting->abort();
    }

private:
    std::shared_ptr<arrivals> door_;
    net::address where_;
};

}  // namespace coracle::testing

// ---- coracle/testing/memory_network.hpp
// memory_network: hosts, listeners and connections in memory, with the latency, the cuts and the resets of a script.
// It waits with the timers of its loop: under virtual time a network of hours takes none, and is exact.

namespace coracle {

/// Hosts that are known by name or address. Belongs to one loop, which outlives it; a connection outlives both its
/// network and its listener.
class memory_network {
public:
    using stream = testing::network_stream;
    using listener = testing::network_listener;

    /// On the loop that runs here. in: what decides jitter and ragged cuts.
    explicit memory_network(std::uint64_t seed = 1) : memory_network(loop::reactor::current(), seed) {}
    explicit memory_network(loop::reactor& on, std::uint64_t seed = 1) : reactor_(on), seeds_(seed) {}
    memory_network(const memory_network&) = delete;
    memory_network& operator=(const memory_network&) = delete;

    /// The ways between two hosts, both directions.
    testing::network_path between(std::string_view one, std::string_view other) {
        return testing::network_path({link(one, other), link(other, one)});
    }
    /// One direction of it.
    testing::network_path from_to(std::string_view from, std::string_view to) {
        return testing::network_path({link(from, to)});
    }
    /// All ways, those not known yet too.
    testing::network_path everywhere() {
        std::vector<std::shared_ptr<testing::network_link>> all(1, usual_);
        for (way& each : ways_) all.push_back(each.link);
        return testing::network_path(std::move(all));
    }

    /// What a name stands for: itself when it is an IP address or localhost, else 10.0.0.1, 10.0.0.2 and so
    /// on as names come up.
    net::address address_of(std::string_view host, std::uint16_t port = 0) {
        if (auto literal = net::address::of(host, port)) return *literal;
        auto known = std::find(names_.begin(), names_.end(), host);
        if (known == names_.end()) known = names_.insert(names_.end(), std::string(host));
        auto number = static_cast<unsigned>(known - names_.begin()) + 1;
        net::ipv4_bytes bytes{10, 0, static_cast<unsigned char>(number >> 8), static_cast<unsigned char>(number)};
        return net::address(bytes, port);
    }

    /// in: "db:5432", "10.0.0.7:80"; port 0 is one that is free. error: address_in_use, invalid_argument.
    result<listener> listen(std::string_view where) {
        auto at = parse(where);
        if (!at) return failure(at.error());
        if (at->port() == 0) at = address_of(at->host(), next_port());
        if (door_of(*at)) return failure(std::make_error_code(std::errc::address_in_use));
        auto made = std::make_shared<listener::arrivals>(std::numeric_limits<std::size_t>::max());
        std::erase_if(doors_, [](const door& each) { return !is_open(each); });
        doors_.push_back(door{*at, made});
        return listener(std::move(made), std::move(*at));
    }

    /// A stream to `to`, from the host `from`. Takes a round trip; while the way is cut it is tried again after 1 s,
    /// 2 s, 4 s and so on. error: connection_refused, timed_out after 127 s, invalid_argument.
    task<result<stream>> connect(std::string to, std::string from = "localhost") {
        auto there = parse(to);
        if (!there) co_return failure(there.error());
        co_return co_await connect(std::move(*there), std::move(from));
    }
    task<result<stream>> connect(net::address there, std::string from = "localhost") {
        net::address here = address_of(from, next_port());
        auto out = link(here.host(), there.host());
        auto back = link(there.host(), here.host());
        std::chrono::seconds retry(1);
        for (;; retry *= 2) {
            if (retry > longest_retry) co_return failure(std::make_error_code(std::errc::timed_out));
            auto sent = reactor_.now();
            if (!out->is_cut()) co_await sleep_until(out->arrival(sent, 0));
            bool arrived = !out->is_cut();
            bool listening = door_of(there) != nullptr;
            if (arrived && !back->is_cut()) {
                co_await sleep_until(back->arrival(reactor_.now(), 0));
                if (!back->is_cut()) {
                    if (!listening) co_return failure(std::make_error_code(std::errc::connection_refused));
                    break;
                }
            }
            co_await sleep_until(sent + retry);
        }
        co_return open(std::move(here), std::move(there), std::move(out), std::move(back));
    }

    /// Connections that are not over: one end is open, or something is under way.
    std::size_t connections() noexcept {
        forget_what_is_over();
        return lines_.size();
    }

private:
    static constexpr std::chrono::seconds longest_retry{64};
    using arrivals = listener::arrivals;
    struct way {
        std::string from;
        std::string to;
        std::shared_ptr<testing::network_link> link;
    };
    struct door {
        net::address where;
        std::weak_ptr<arrivals> queue;
    };
    static bool is_open(const door& each) noexcept {
        auto queue = each.queue.lock();
        return queue && !queue->closed();
    }

    result<net::address> parse(std::string_view where) {
        std::size_t colon = where.rfind(':');
        if (colon == std::string_view::npos || colon == 0)
            return failure(std::make_error_code(std::errc::invalid_argument));
        auto port = ascii::parse_decimal<std::uint16_t>(where.substr(colon + 1));
        if (!port) return failure(std::make_error_code(std::errc::invalid_argument));
        return address_of(where.substr(0, colon), *port);
    }
    std::shared_ptr<arrivals> door_of(const net::address& where) {
        for (door& each : doors_)
            if (each.where == where && is_open(each)) return each.queue.lock();
        return nullptr;
    }
    std::shared_ptr<testing::network_link> link(std::string_view from, std::string_view to) {
        std::string one = address_of(from).host();
        std::string other = address_of(to).host();
        for (way& each : ways_)
            if (each.from == one && each.to == other) return each.link;
        auto made = std::make_shared<testing::network_link>(usual_->rules, seeds_.next());
        if (usual_->is_cut()) made->cut();
        ways_.push_back(way{std::move(one), std::move(other), made});
        return made;
    }
    std::uint16_t next_port() noexcept { return next_port_ = next_port_ == 65535 ? 49152 : next_port_ + 1; }

    stream open(net::address here, net::address there, std::shared_ptr<testing::network_link> out,
                std::shared_ptr<testing::network_link> back) {
        forget_what_is_over();
        auto line = std::make_shared<testing::detail::network_line>(reactor_, std::move(out), std::move(back));
        lines_.push_back(line);
        // The listener hears of it with the third packet, ahead of the first bytes.
        line->wires[0].send_call([this, here, there, weak = std::weak_ptr(line)] {
            auto line_there = weak.lock();
            if (!line_there) return;
            line_there->arrived = true;
            stream accepted(std::move(line_there), 1, there, here);
            auto queue = door_of(there);
            if (!queue || !queue->try_send(accepted)) accepted.abort();
        });
        return stream(std::move(line), 0, std::move(here), std::move(there));
    }
    void forget_what_is_over() noexcept {
        std::erase_if(lines_, [](const auto& each) { return each->over(); });
    }

    loop::reactor& reactor_;
    random_sequence seeds_;
    std::shared_ptr<testing::network_link> usual_ = std::make_shared<testing::network_link>(testing::link_rules(), 0);
    std::vector<std::string> names_;
    std::vector<way> ways_;
    std::vector<door> doors_;
    std::vector<std::shared_ptr<testing::detail::network_line>> lines_;  // what was sent before a close still arrives
    std::uint16_t next_port_ = 49151;
};

}  // namespace coracle

// ---- coracle/testing/virtual_poller.hpp
// virtual_poller: a kernel whose time stands still while anybody works, and jumps when everybody waits.
// The idea is trio's MockClock with autojump, and Tokio's paused time.

namespace coracle::testing {

/// Nothing will ever happen any more, and yet somebody waits.
class deadlock : public std::logic_error {
public:
    /// in: who waits where, one in a line, if that is known.
    explicit deadlock(const std::string& who = {})
        : std::logic_error(
              "coracle: everybody waits for ever: no timer is armed, no offloaded call is under way, and nothing came "
              "from other threads or watched descriptors" +
              (who.empty() ? who : "; these wait:\n" + who)) {}
};

/// Time passes in wait() only, at once and exactly to its end. Real descriptors can be watched, but the rest of the
/// world has no part in this time: each jump first gives the kernel `moment` to tell of them.
class virtual_poller final : public os::poller {
public:
    using duration = os::clock::duration;

    /// in: `patience` is how long a wait for ever really waits for other threads, before it is a deadlock; `wall` is
    /// the time of day at the beginning, in milliseconds since 1970.
    explicit virtual_poller(duration patience = std::chrono::seconds(1), std::int64_t wall = 1'000'000'000'000,
                            duration moment = std::chrono::milliseconds(2))
        : patience_(patience), moment_(moment), wall_(wall) {}

    /// Since the beginning.
    duration elapsed() const noexcept { return elapsed_; }
    /// Moves time on without a wait, as a handler does that computes for long.
    void skip(duration time) noexcept { elapsed_ += time; }
    /// How often it was asked to wait or to look.
    std::size_t waits() const noexcept { return waits_; }

    /// Who knows whether calls are under way on other threads. While they are, a wait lasts until they return, and
    /// then no time has passed; or for as long as it would in life.
    void wait_also_for(function<bool()> calls_under_way) { calls_under_way_ = std::move(calls_under_way); }
    /// Who is asked in a deadlock to set somebody free, or to throw one that says more.
    void in_deadlock(function<void()> set_free) { set_free_ = std::move(set_free); }

    // As every poller.

    result<void> watch(int fd, os::watcher& who) override {
        auto made = std::make_unique<relay>(*this, fd, who);
        if (auto watched = inner_->watch(fd, *made); !watched) return watched;
        relays_.push_back(std::move(made));
        return {};
    }
    void forget(int fd, os::watcher& who) noexcept override {
        for (std::unique_ptr<relay>& each : relays_) {
            if (each->fd != fd || &each->who != &who) continue;
            inner_->forget(fd, *each);
            each = std::move(relays_.back());
            return relays_.pop_back();
        }
    }

    /// error: deadlock.
    void wait(std::optional<os::time_point> until) override {
        ++waits_;
        const os::time_point end = until.value_or(never);
        if (heard(duration::zero()) || end <= now()) return;
        if (calls_under_way_ && calls_under_way_()) {
            if (heard(end == never ? duration::max() : end - now())) return;
        } else if (end != never) {
            if (!relays_.empty() && heard(moment_)) return;
        } else {
            if (heard(patience_)) return;
            if (!set_free_) throw deadlock();
            return set_free_();
        }
        elapsed_ += end - now();
    }

    os::time_point now() noexcept override { return birth_ + elapsed_; }
    /// Goes on with the virtual time.
    std::int64_t unix_milliseconds() noexcept override {
        return wall_ + std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_).count();
    }
    void wake() noexcept override {
        woken_ = true;
        inner_->wake();
    }

private:
    // Between the kernel and the watcher, to know that something was told.
    struct relay final : os::watcher {
        relay(virtual_poller& p, int number, os::watcher& w) noexcept : poller(p), fd(number), who(w) {}
        void on_ready(os::readiness now) noexcept override {
            poller.told_ = true;
            who.on_ready(now);  // which may be the end of this
        }
        virtual_poller& poller;
        int fd;
        os::watcher& who;
    };

    static constexpr os::time_point never = os::time_point::max();

    /// Really waits until something is told or somebody wakes it; false when `most` has passed without.
    bool heard(duration most) {
        const os::time_point begin = inner_->now();
        const os::time_point end = most < never - begin ? begin + most : never;
        told_ = false;
        for (;;) {
            bool woken = woken_.exchange(false);  // before: a wake during delivery is for the next wait
            inner_->wait(woken ? os::time_point::min() : end);
            if (woken || told_) return true;
            if (inner_->now() >= end && !woken_) return false;
        }
    }

    std::unique_ptr<os::poller> inner_ = os::make_native_poller();
    // Far from zero, so that code that takes an unset time_point for a deadline shows.
    const os::time_point birth_ = os::time_point(std::chrono::hours(1000));
    duration elapsed_ = duration::zero();
    const duration patience_;
    const duration moment_;
    const std::int64_t wall_;
    std::vector<std::unique_ptr<relay>> relays_;
    function<bool()> calls_under_way_;
    function<void()> set_free_;
    std::size_t waits_ = 0;
    bool told_ = false;
    std::atomic<bool> woken_{false};
};

}  // namespace coracle::testing

// ---- coracle/testing/virtual_time.hpp
// virtual_time: tests in which sleeping takes no time, and which a seed repeats.
// As trio.testing.MockClock and Tokio's start_paused; the order by seed as in trio's and loom's schedulers for tests.

namespace coracle {

namespace testing {

/// How virtual time goes. Changed by what it is asked: `virtual_time.seed(7)`.
class virtual_clock {
public:
    constexpr virtual_clock() noexcept {}

    /// What could go on at the same time does so in an order that `number` decides; 0 is first come, first served.
    constexpr virtual_clock seed(std::uint64_t number) const noexcept {
        virtual_clock changed = *this;
        changed.seed_ = number;
        return changed;
    }
    /// How long a loop in which everybody waits for ever really waits for threads of your own, before it is a deadlock.
    constexpr virtual_clock patience(std::chrono::nanoseconds real) const noexcept {
        virtual_clock changed = *this;
        changed.patience_ = real;
        return changed;
    }
    /// The time of day at the beginning, for dates; else 2001-09-09T01:46:40Z.
    constexpr virtual_clock begins(std::chrono::sys_time<std::chrono::milliseconds> wall) const noexcept {
        virtual_clock changed = *this;
        changed.wall_ = wall.time_since_epoch().count();
        return changed;
    }

    constexpr std::uint64_t seed() const noexcept { return seed_; }
    std::unique_ptr<virtual_poller> make_poller() const { return std::make_unique<virtual_poller>(patience_, wall_); }

private:
    std::uint64_t seed_ = 0;
    std::chrono::nanoseconds patience_ = std::chrono::seconds(1);
    std::int64_t wall_ = 1'000'000'000'000;
};

}  // namespace testing

/// Time that stands still while anybody works and jumps when everybody waits: `run(virtual_time, work())`.
/// An offloaded call is waited for, and takes no time unless a timer is due before it returns: then as much as in life.
/// Threads of your own and other processes are not waited for.
inline constexpr testing::virtual_clock virtual_time;

/// A loop in virtual time that a test can look at and run several tasks on, one after the other.
class virtual_loop {
public:
    explicit virtual_loop(testing::virtual_clock how = virtual_time) : virtual_loop(how, how.make_poller()) {}
    virtual_loop(const virtual_loop&) = delete;
    virtual_loop& operator=(const virtual_loop&) = delete;

    /// Runs `work` to its end. error: what it throws; testing::deadlock when it would never end: it is cancelled first,
    /// so that it leaves in good order. What spawn() started goes on in the next run.
    template <class T>
    T run(task<T> work) {
        return loop::run_on(reactor_, guarded(std::move(work)));
    }
    /// The same, and then ends what spawn() started, as run() does.
    template <class T>
    T run_whole(task<T> work) {
        return loop::run_on(reactor_, guarded(std::move(work)), [] {}, [this] { loop::end_background(reactor_); });
    }
    /// Runs what the loop has to do until `time` has passed.
    void run_for(std::chrono::nanoseconds time) { loop::run_on(reactor_, pass(time)); }
    /// Moves time on while nobody runs, as a handler does that computes for long.
    void skip(std::chrono::nanoseconds time) noexcept { poller_.skip(time); }

    /// Since the beginning.
    std::chrono::nanoseconds elapsed() const noexcept { return poller_.elapsed(); }
    loop::reactor& reactor() noexcept { return reactor_; }
    testing::virtual_poller& poller() noexcept { return poller_; }

private:
    virtual_loop(testing::virtual_clock how, std::unique_ptr<testing::virtual_poller> made)
        : poller_(*made), reactor_(pool_, std::move(made)) {
        if (how.seed() != 0) reactor_.shuffle(how.seed());
        poller_.wait_also_for([this] { return reactor_.calls_out() > 0; });
        poller_.in_deadlock([this] { set_free(); });
    }

    // So that a deadlock can be ended from outside, once.
    class way_out {
    public:
        explicit way_out(virtual_loop& on) : loop_(on), scope_(async::this_job()), before_(on.way_out_) {
            on.way_out_ = this;
        }
        way_out(const way_out&) = delete;
        way_out& operator=(const way_out&) = delete;
        ~way_out() { loop_.way_out_ = before_; }
        bool taken() const noexcept { return taken_; }
        const std::string& who_waited() const noexcept { return who_waited_; }
        void take() {
            if (std::exchange(taken_, true)) throw testing::deadlock(who_waited_);
            who_waited_ = to_text(tasks());
            scope_.cancel();
        }

    private:
        virtual_loop& loop_;
        async::cancel_scope scope_;
        way_out* before_;
        bool taken_ = false;
        std::string who_waited_;
    };

    template <class T>
    task<T> guarded(task<T> work) {
        way_out out(*this);
        try {
            if constexpr (std::is_void_v<T>) {
                co_await std::move(work);
                if (!out.taken()) co_return;
            } else {
                T value = co_await std::move(work);
                if (!out.taken()) co_return std::forward<T>(value);
            }
        } catch (...) {
            if (!out.taken()) throw;
        }
        throw testing::deadlock(out.who_waited());
    }
    task<> pass(std::chrono::nanoseconds time) { co_await sleep(time); }
    void set_free() {
        if (!way_out_) throw testing::deadlock(to_text(tasks()));
        way_out_->take();
    }

    loop::thread_pool pool_;
    testing::virtual_poller& poller_;
    loop::reactor reactor_;
    way_out* way_out_ = nullptr;
};

/// Runs `work` on a new loop of this thread in virtual time, and gives its value. error: as virtual_loop::run;
/// std::logic_error inside of a running loop.
template <class T>
T run(testing::virtual_clock how, task<T> work) {
    if (async::scheduler::current_or_null())
        throw std::logic_error("coracle: run() inside a running loop would block it; co_await the task instead");
    virtual_loop loop(how);
    return loop.run_whole(std::move(work));
}

}  // namespace coracle

// ---- coracle/testing/seeds.hpp
// seeds: the same test in many orders, and how to repeat the one that failed.

namespace coracle {

/// `for (auto time : seeds(1000)) run(time, work());`: virtual time with each seed from 1 to `count`. When an exception
/// ends the loop, the seed that it came from is printed. The environment may say CORACLE_SEED=17 for that one alone,
/// and CORACLE_SEEDS=5000 for another count.
class seeds {
public:
    explicit seeds(std::uint64_t count, testing::virtual_clock how = virtual_time) noexcept
        : how_(how), last_(from_environment("CORACLE_SEEDS").value_or(count)) {
        if (auto only = from_environment("CORACLE_SEED")) now_ = last_ = *only;
    }
    seeds(const seeds&) = delete;
    seeds& operator=(const seeds&) = delete;
    ~seeds() {
        if (std::uncaught_exceptions() > exceptions_ && now_ <= last_)
            std::fprintf(stderr, "coracle: it failed with seed %llu; CORACLE_SEED=%llu runs that one alone\n",
                         static_cast<unsigned long long>(now_), static_cast<unsigned long long>(now_));
    }

    class end_of_seeds {};
    class iterator {
    public:
        explicit iterator(seeds& of) noexcept : seeds_(of) {}
        testing::virtual_clock operator*() const noexcept { return seeds_.how_.seed(seeds_.now_); }
        iterator& operator++() noexcept {
            ++seeds_.now_;
            return *this;
        }
        bool operator==(end_of_seeds) const noexcept { return seeds_.now_ > seeds_.last_; }

    private:
        seeds& seeds_;
    };
    iterator begin() noexcept { return iterator(*this); }
    end_of_seeds end() const noexcept { return {}; }

private:
    static std::optional<std::uint64_t> from_environment(const char* name) noexcept {
        const char* text = std::getenv(name);
        if (!text) return std::nullopt;
        return ascii::parse_decimal<std::uint64_t>(std::string_view(text));
    }

    testing::virtual_clock how_;
    std::uint64_t now_ = 1;
    std::uint64_t last_;
    int exceptions_ = std::uncaught_exceptions();
};

}  // namespace coracle
