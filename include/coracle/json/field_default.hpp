// field_default: which members of a struct have a default, and so may be left out of a JSON object.
//
// C++ does not tell whether a member has an initialiser. What can be seen: making the struct leaves in the member
// something else than making a lone value of the member's type does. So
//   int limit = 10;  int skip = 0;  std::string kind = "tool";  std::vector<int> sizes = {1, 2};   have a default;
//   int id;  std::string name;  std::vector<int> tags;  address home;                              are required;
//   std::string note = "";  std::vector<int> tags = {};                                            are required too,
// because they cannot be told from the line above: make such a member std::optional. An optional or a smart pointer is
// never required.
#pragma once

#include <coracle/json/reflect.hpp>
#include <coracle/json/shape.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

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
    } else if constexpr (checked_type<T>) {
        return made_alike(*a, *b);
    } else if constexpr (requires { T::alike(a, b); }) {
        return T::alike(a, b);
    } else if constexpr (is_std_array<T> || json_tuple<T>) {
        return all_made_alike(a, b, std::make_index_sequence<std::tuple_size_v<T>>{});
    } else if constexpr (is_a<T, std::variant>) {
        return a.index() == b.index();
    } else if constexpr (json_nullable<T>) {
        return static_cast<bool>(a) == static_cast<bool>(b);  // what it holds may have no ==
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
    if constexpr (json_nullable<std::remove_cv_t<reflect::field_type<T, I>>> ||
                  patch_type<std::remove_cv_t<reflect::field_type<T, I>>>) {
        return true;
    } else {
        static const auto defaults = find_defaults<T>();
        return defaults[I];
    }
}

}  // namespace coracle::detail
