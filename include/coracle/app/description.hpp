// description: what a handler's type tells of its route: its parameters one by one, and its result.
// One table of functions per handler, and one function per type that is seen: the same type costs once.
#pragma once

#include <coracle/app/event_stream.hpp>
#include <coracle/app/file.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/response.hpp>
#include <coracle/app/signature.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/json/shape.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace coracle {

template <class P>
struct parameter_reader;

namespace detail {

template <class T>
struct body_of {
    using type = T;
};
template <class T>
struct body_of<json_body<T>> {
    using type = T;
};

}  // namespace detail

/// Tells a parameter of type P. in: n, which of the route's names it is, if it is one.
template <class P>
[[gnu::cold]] void describe_parameter(operation& told, [[maybe_unused]] std::size_t n) {
    if constexpr (requires { parameter_reader<P>::describe(told, n); }) {
        parameter_reader<P>::describe(told, n);
    } else if constexpr (requires { parameter_reader<P>::describe(told); }) {
        parameter_reader<P>::describe(told);
    } else if constexpr (parameter<P>::source == parameter_source::pattern) {
        told.word(n, &schema_of<P>, detail::scalar_option<P>::value || detail::scalar_list<P>::value);
    } else if constexpr (parameter<P>::source == parameter_source::body) {
        using held = typename detail::body_of<P>::type;
        told.body("application/json", &schema_of<held>, !detail::json_nullable<held>);
    }
}

namespace detail {

struct described_parameter {
    void (*tell)(operation&, std::size_t);
    bool is_word;
    void (*by_hand)(operation&);  ///< null for what is no request
};

[[gnu::cold]] inline void words_by_hand(operation& told) { told.words_by_hand(); }

[[gnu::cold]] inline void describe_all(operation& told, std::span<const described_parameter> parameters) {
    std::size_t n = 0;
    void (*by_hand)(operation&) = nullptr;
    for (const described_parameter& each : parameters) {
        if (each.by_hand) by_hand = each.by_hand;
        each.tell(told, n);
        if (each.is_word) ++n;
    }
    if (n == 0 && by_hand) by_hand(told);
}

}  // namespace detail

/// Tells all parameters of a handler.
template <class... P>
[[gnu::cold]] void describe_parameters(operation& told, types<P...>) {
    static constexpr detail::described_parameter all[] = {
        {&describe_parameter<P>, parameter<P>::source == parameter_source::pattern,
         std::is_same_v<std::remove_cvref_t<P>, request> ? &detail::words_by_hand : nullptr}...,
        {nullptr, false, nullptr}};
    detail::describe_all(told, {all, sizeof...(P)});
}

/// An event as OpenAPI 3.2 describes it (4.14.4), the words of FastAPI.
[[gnu::cold]] inline json schema_of_event(schema_components&) {
    return {{"type", "object"},
            {"properties",
             {{"data", {{"type", "string"}}},
              {"event", {{"type", "string"}}},
              {"id", {{"type", "string"}}},
              {"retry", {{"type", "integer"}, {"minimum", 0}}}}}};
}

/// Tells what a handler gives piece by piece.
template <class T>
[[gnu::cold]] void describe_pieces(operation& told) {
    if constexpr (std::is_same_v<T, sse_event>)
        told.items("text/event-stream", &schema_of_event);
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
        told.result("text/plain", &schema_of<std::string>);
    else
        told.items("application/jsonl", &schema_of<T>);
}

/// Tells what a handler gives.
template <class R>
[[gnu::cold]] void describe_result(operation& told) {
    if constexpr (std::is_void_v<R> || std::is_same_v<R, std::monostate>)
        told.status(204);
    else if constexpr (std::is_same_v<R, response> || std::is_same_v<R, file>)
        told.result({}, nullptr);
    else if constexpr (is_streamed<R>)
        describe_pieces<std::remove_cvref_t<typename R::value_type>>(told);
    else if constexpr (detail::json_text<R>)
        told.result("text/plain", &schema_of<R>);
    else
        told.result("application/json", &schema_of<R>);
}

}  // namespace coracle
