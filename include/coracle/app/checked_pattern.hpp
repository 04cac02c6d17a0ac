// checked_pattern: a route's text that has been compared with its handler, by the compiler if it is a literal.
// The sentences below are what the compiler says, or what std::logic_error says of a runtime_pattern.
#pragma once

#include <coracle/app/parameter.hpp>
#include <coracle/app/signature.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/route/pattern.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

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
    if constexpr (checked_type<T>) {
        using value_type = typename T::checked_value;
        check_default<value_type>(route, text);
        bool good = true;
        if constexpr (std::is_integral_v<value_type> && !std::same_as<value_type, bool>)
            good = T::fits(*plain_integer<value_type>(text));
        else if constexpr (std::same_as<value_type, std::string>)
            good = T::fits(value_type(text));
        if (!good)
            throw pattern_error(route, "the default does not fit the constraints of the handler's parameter");
    } else if constexpr (std::same_as<T, bool>) {
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

/// Whether a parameter finds this name of a route by itself.
template <class P>
constexpr bool finds_name([[maybe_unused]] std::string_view name) {
    if constexpr (requires { parameter<P>::finds(name); })
        return parameter<P>::finds(name);
    else
        return false;
}

/// Compares a route with the parameters of its handler, which are known to be good by themselves.
template <class... P>
constexpr void check_route(const route::pattern& route, types<P...>) {
    constexpr std::size_t wanted = count_from<parameter_source::pattern, P...>;
    if (wanted > route.parameter_count())
        throw pattern_error(route.text, "the handler has more parameters than this route has placeholders {id}, {?id}");
    // Who takes the request and nothing else may look the names up in it.
    constexpr bool by_hand = wanted == 0 && count_from<parameter_source::context, P...> != 0;
    for (std::size_t i = wanted; i < route.parameter_count() && !by_hand; ++i)
        if (!(finds_name<P>(route.parameter_name(i)) || ...))
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
    constexpr std::size_t documents = count_from<parameter_source::body, P...>;
    constexpr std::size_t forms = count_from<parameter_source::form, P...>;
    constexpr bool is_json = documents + count_from<parameter_source::body_field, P...> != 0;
    constexpr bool is_form = forms + count_from<parameter_source::form_field, P...> != 0;
    constexpr bool one_kind = !is_json || !is_form;
    static_assert(one_kind, "coracle: a request has one body: this handler takes a form and JSON");
    constexpr bool one_document = documents + (count_from<parameter_source::body_field, P...> != 0) <= 1;
    static_assert(one_document || !one_kind,
                  "coracle: a request has one body, and two parameters of this handler are a JSON body; put both into "
                  "one struct, or name the members of the body: body_field<\"item\", item>");
    constexpr bool one_form = forms <= 1;
    static_assert(one_form || !one_kind,
                  "coracle: a request has one form; put both structs into one, or take form_field<\"name\">");
    constexpr bool one = one_kind && one_document && one_form;
    constexpr bool meant =
        MayHaveBody || ((parameter<P>::source != parameter_source::body || parameter<P>::said_aloud) && ...);
    static_assert(
        meant || !one,
        "coracle: a GET, HEAD, DELETE or OPTIONS handler takes a struct, which means a JSON body; say so with "
        "json_body<T>, or name query parameters in the route: {?skip=0,limit=10}");
    constexpr bool filled_in = MayHaveBody || !is_form;
    static_assert(filled_in || !one,
                  "coracle: a form is the body of POST, PUT or PATCH; what a GET form sends is query<T>");
    return one && meant && filled_in;
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
            if constexpr (known && (is_good_parameter<P> && ...)) return good_body<MayHaveBody, P...>();
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
            detail::check_route(route::pattern::behind_prefix(text), parameters_of<H>{});
    }

    std::string_view text_;
};

}  // namespace coracle
