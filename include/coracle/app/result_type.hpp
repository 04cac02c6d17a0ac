// result_type: what a handler may give back, with a sentence for what it may not.
#pragma once

#include <coracle/app/event_stream.hpp>
#include <coracle/app/file.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/response.hpp>
#include <coracle/app/signature.hpp>
#include <coracle/async/task.hpp>
#include <coracle/json/convert.hpp>
#include <coracle/json/value.hpp>

#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle {

namespace detail {

template <class R>
inline constexpr bool is_tuple = is_made_from<R, std::pair> || is_made_from<R, std::tuple>;

template <class R>
inline constexpr bool is_task = false;
template <class R>
inline constexpr bool is_task<task<R>> = true;

/// What a generator yields that is an answer.
template <class T>
consteval bool good_piece() {
    constexpr bool known = std::is_same_v<T, sse_event> || std::is_convertible_v<const T&, std::string_view> ||
                           std::is_constructible_v<json, const T&>;
    static_assert(
        known,
        "coracle: a handler gives back a generator of text, sse_event or values that are JSON: a plain struct, "
        "a list or map of these, a number, bool or enum");
    return known;
}

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
        static_assert(!std::is_same_v<R, generator<void>>,
                      "coracle: a handler gives back a generator of text, sse_event or values that are JSON, and "
                      "generator<> yields nothing");
        constexpr bool good = !std::is_reference_v<R> && !is_task<R> && !is_tuple<R> &&
                              (!std::is_pointer_v<R> || std::is_convertible_v<R, std::string_view>) &&
                              !std::is_same_v<R, generator<void>>;
        if constexpr (good && is_streamed<R>) {
            return good_piece<std::remove_cvref_t<typename R::value_type>>();
        } else if constexpr (good) {
            constexpr bool known = std::is_same_v<R, response> || std::is_same_v<R, file> ||
                                   std::is_same_v<R, std::monostate> || std::is_constructible_v<json, const R&>;
            static_assert(known,
                          "coracle: a handler gives back a plain struct, json, a list or map of these, a number, bool, "
                          "enum or std::string, std::optional of these, response, file, a generator, or nothing");
            return known;
        }
        return false;
    }
}

}  // namespace detail

}  // namespace coracle
