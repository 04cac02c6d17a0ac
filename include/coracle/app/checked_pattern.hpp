// checked_pattern: a route's text that has been compared with its handler, by the compiler if it is a literal.
// The sentences below are what the compiler says, or what std::logic_error says of a runtime_pattern.
#pragma once

#include <coracle/app/parameter.hpp>
#include <coracle/app/result_type.hpp>
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

/// What is wrong with a route that is well written, but does not fit its handler.
enum class route_mistake : unsigned char {
    none,
    too_few_names,
    too_many_names,
    list_in_path,
    optional_in_path,
    default_of_list,
    default_of_bool,
    default_of_integer,
    default_of_float,
    default_of_enum,
    default_of_other,
    default_unfit,
};

template <class T>
constexpr route_mistake look_at_default(std::string_view text) {
    using enum route_mistake;
    if constexpr (checked_type<T>) {
        using value_type = typename T::checked_value;
        if (route_mistake wrong = look_at_default<value_type>(text); wrong != none) return wrong;
        if constexpr (std::is_integral_v<value_type> && !std::same_as<value_type, bool>)
            return T::fits(*plain_integer<value_type>(text)) ? none : default_unfit;
        else if constexpr (std::same_as<value_type, std::string>)
            return T::fits(value_type(text)) ? none : default_unfit;
        else
            return none;
    } else if constexpr (std::same_as<T, bool>) {
        return text == "true" || text == "false" || text == "1" || text == "0" ? none : default_of_bool;
    } else if constexpr (std::is_integral_v<T>) {
        return plain_integer<T>(text) ? none : default_of_integer;
    } else if constexpr (std::is_floating_point_v<T>) {
        return is_plain_number(text) ? none : default_of_float;
    } else if constexpr (std::is_enum_v<T>) {
        return reflect::enum_cast<T>(text) ? none : default_of_enum;
    } else {
        return std::same_as<T, std::string> ? none : default_of_other;
    }
}

template <class P>
constexpr route_mistake look_at_parameter(const route::pattern& route, std::size_t n) {
    using enum route_mistake;
    constexpr bool list = scalar_list<P>::value;
    if (n < route.placeholder_count) return list ? list_in_path : is_optional<P> ? optional_in_path : none;
    const route::pattern_query& query = route.queries[n - route.placeholder_count];
    if (!query.has_default) return none;
    return list ? default_of_list : look_at_default<element_t<P>>(query.default_text);
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
constexpr route_mistake look_at_route(const route::pattern& route, types<P...>) {
    constexpr std::size_t wanted = count_from<parameter_source::pattern, P...>;
    if (wanted > route.parameter_count()) return route_mistake::too_few_names;
    // Who takes the request and nothing else may look the names up in it.
    constexpr bool by_hand = wanted == 0 && count_from<parameter_source::context, P...> != 0;
    for (std::size_t i = wanted; i < route.parameter_count() && !by_hand; ++i)
        if (!(finds_name<P>(route.parameter_name(i)) || ...)) return route_mistake::too_many_names;
    auto found = route_mistake::none;
    [[maybe_unused]] std::size_t n = 0;
    [[maybe_unused]] auto look = [&]<class Q>(std::type_identity<Q>) {
        if constexpr (parameter<Q>::source == parameter_source::pattern) {
            auto wrong = look_at_parameter<Q>(route, n++);
            if (found == route_mistake::none) found = wrong;
        }
    };
    (look(std::type_identity<P>{}), ...);
    return found;
}

// The compiler shows the line of a throw, and each call that led to it: so all are here, one call away from the route.
// clang-format off
constexpr void tell_mistake(std::string_view route, route_mistake what) {
    switch (what) {
        case route_mistake::none:
            return;
        case route_mistake::too_few_names:
            throw pattern_error(route, "the handler has more parameters than this route has placeholders {id}, {?id}");
        case route_mistake::too_many_names:
            throw pattern_error(route, "this route has more placeholders than the handler has parameters");
        case route_mistake::list_in_path:
            throw pattern_error(route, "a placeholder is one value; std::vector is for query names: {?tag}");
        case route_mistake::optional_in_path:
            throw pattern_error(route, "a placeholder is always there: take it as it is, not as std::optional");
        case route_mistake::default_of_list:
            throw pattern_error(route, "a repeated query parameter has no default: absent, it is empty");
        case route_mistake::default_of_bool:
            throw pattern_error(route, "the default of a bool is true or false");
        case route_mistake::default_of_integer:
            throw pattern_error(route, "the default is no integer of the type that the handler takes");
        case route_mistake::default_of_float:
            throw pattern_error(route, "the default is no number");
        case route_mistake::default_of_enum:
            throw pattern_error(route, "the default is no name of the enum that the handler takes");
        case route_mistake::default_of_other:
            throw pattern_error(route, "this type has no default in a route: take std::optional of it");
        case route_mistake::default_unfit:
            throw pattern_error(route, "the default does not fit the constraints of the handler's parameter");
    }
}
// clang-format on

/// Whether it takes a file whatever the name of its field.
template <class P>
inline constexpr bool takes_any_file = requires { typename parameter<P>::takes_any_file; };

template <parameter_source Source, class... P>
inline constexpr bool any_from = count_from<Source, P...> != 0;

/// What can be said of a handler without its route. Only the first mistake is told, and all by this function, to keep
/// the compiler's output short.
template <bool MayHaveBody, class... P>
consteval bool good_parameters(types<P...>) {
    constexpr bool owned = !any_from<parameter_source::reference, P...>;
    static_assert(owned,
                  "coracle: a handler takes its parameters by value (only request& is a reference): a reference could "
                  "dangle after the first co_await");
    constexpr bool kept = !any_from<parameter_source::view, P...>;
    static_assert(kept || !owned,
                  "coracle: a handler parameter owns what it holds: take std::string, not std::string_view, a span or "
                  "a pointer, which would look into a request that may be gone");
    constexpr bool known = !any_from<parameter_source::unsupported, P...>;
    static_assert(known || !kept || !owned,
                  "coracle: nothing in a request fills this handler parameter; take a number, a bool, a std::string, "
                  "an enum, a std::optional or std::vector of these, a plain struct or json (the body), or request&");
    // What is wrong with a parameter's own type, that type says.
    constexpr bool sound = owned && kept && known && (is_good_parameter<P> && ...);

    constexpr std::size_t documents = count_from<parameter_source::body, P...>;
    constexpr std::size_t forms = count_from<parameter_source::form, P...>;
    constexpr bool is_form = (is_from_form(parameter<P>::source) || ...);
    constexpr bool one_kind = !is_form || (documents == 0 && !any_from<parameter_source::body_field, P...>);
    static_assert(one_kind || !sound, "coracle: a request has one body: this handler takes a form and JSON");
    constexpr bool one_document = documents + any_from<parameter_source::body_field, P...> <= 1;
    static_assert(one_document || !one_kind || !sound,
                  "coracle: a request has one body, and two parameters of this handler are a JSON body; put both into "
                  "one struct, or name the members of the body: body_field<\"item\", item>");
    constexpr bool one_form = forms <= 1;
    static_assert(one_form || !one_kind || !sound,
                  "coracle: a request has one form; put both structs into one, or take form_field<\"name\">");
    constexpr bool named_files = (std::size_t{takes_any_file<P>} + ... + std::size_t{0}) <= 1;
    static_assert(named_files || !one_form || !one_kind || !sound,
                  "coracle: this handler takes the file of a form twice; files are told apart by the names of their "
                  "fields: form_field<\"avatar\", upload_file>");
    constexpr bool one = sound && one_kind && one_document && one_form && named_files;

    constexpr bool meant =
        MayHaveBody || ((parameter<P>::source != parameter_source::body || parameter<P>::said_aloud) && ...);
    static_assert(meant || !one,
                  "coracle: a GET, HEAD, DELETE or OPTIONS handler takes a struct, which means a JSON body; say so "
                  "with json_body<T>, or name query parameters in the route: {?skip=0,limit=10}");
    constexpr bool filled_in = MayHaveBody || !is_form;
    static_assert(filled_in || !one,
                  "coracle: a form is the body of POST, PUT or PATCH; what a GET form sends is query<T>");
    return one && meant && filled_in;
}

/// Whether a handler is one. What is wrong with it, checked_pattern says.
template <class H, bool MayHaveBody>
consteval bool good_handler() {
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
        static_assert(callable,
                      "coracle: a handler is a function, or an object with one call operator; a lambda with auto "
                      "parameters does not say what it takes");
        if constexpr (callable)
            if constexpr (detail::good_parameters<MayHaveBody>(parameters_of<H>{}) &&
                          detail::good_result<result_of<H>>()) {
                route::pattern read = route::pattern::read(text_, true);
                route::tell_mistake(text_, read.mistake);
                detail::tell_mistake(text_, detail::look_at_route(read, parameters_of<H>{}));
            }
    }
    checked_pattern(const runtime_pattern& made) : text_(made.text()) {
        static_assert(callable,
                      "coracle: a handler is a function, or an object with one call operator; a lambda with auto "
                      "parameters does not say what it takes");
        if constexpr (callable)
            if constexpr (detail::good_parameters<MayHaveBody>(parameters_of<H>{}))
                detail::tell_mistake(text_,
                                     detail::look_at_route(route::pattern::behind_prefix(text_), parameters_of<H>{}));
    }

    template <class Text>
        requires(!std::is_array_v<Text> && std::convertible_to<const Text&, std::string_view>)
    checked_pattern(const Text&) {
        static_assert(std::is_void_v<Text>,
                      "coracle: a route that is made at run time is registered as runtime_pattern(text)");
    }

    std::string_view text() const noexcept { return text_; }

private:
    static constexpr bool callable = has_signature<H>;

    std::string_view text_;
};

}  // namespace coracle
