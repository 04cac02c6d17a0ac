// named_parameter: a handler parameter with its name, and perhaps its default, in its type: header<"x-depth", int, 10>,
// cookie<"session">, form_field<"age", int>.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/parameter_default.hpp>
#include <coracle/app/wrapped.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

/// What stands under a name: one word, one that may be missing, or all words of that name.
template <class T>
concept named_value = pattern_value<T> || (detail::is_optional<T> && detail::scalar_list<detail::element_t<T>>::value);

namespace detail {

/// Whether T is all texts under a name.
template <class T>
inline constexpr bool is_list = scalar_list<T>::value || (is_optional<T> && scalar_list<element_t<T>>::value);

template <class T, parameter_default... Default>
inline constexpr bool good_default = sizeof...(Default) == 0 || (sizeof...(Default) == 1 && !scalar_list<T>::value &&
                                                                 (default_fits<T, Default>::value && ...));
template <class T, parameter_default... Default>
inline constexpr bool good_named = named_value<T> && good_default<T, Default...>;

}  // namespace detail

/// What header, cookie and form_field share: a value, and at most one default for when nothing came.
template <class T, parameter_default... Default>
class named_parameter : public wrapped<T> {
    static constexpr bool readable = named_value<T>;
    static_assert(
        readable,
        "coracle: what has a name is a number, a bool, a std::string, an enum or a time, or a std::optional or "
        "std::vector of these");
    static constexpr bool list_default = detail::scalar_list<T>::value && sizeof...(Default) != 0;
    static_assert(!list_default, "coracle: a list has no default: absent, it is empty");
    static_assert(!readable || list_default || detail::good_default<T, Default...>,
                  "coracle: the default of this parameter is no value of its type");

public:
    static constexpr bool has_default = sizeof...(Default) != 0;
    /// Whether a request without it is refused.
    static constexpr bool required = !has_default && !detail::is_list<T> && !detail::is_optional<T>;
    static T default_value()
        requires(sizeof...(Default) == 1)
    {
        return T((Default.get(), ...));
    }

    using wrapped<T>::wrapped;
};

namespace detail {

template <class T>
using item_t = element_t<std::conditional_t<is_optional<T>, element_t<T>, T>>;

/// Where named texts stand, and how they are encoded there.
struct named_texts {
    std::string_view root;
    bool latin1 = false;

    std::string_view decoded(std::string_view text, std::string& storage) const {
        return latin1 ? utf8::from_latin1(text, storage) : text;
    }
};
inline constexpr named_texts header_texts{"header", true};
inline constexpr named_texts cookie_texts{"cookie", true};
inline constexpr named_texts form_texts{"body"};

/// The one text under the name of Parameter, or what stands in for it.
template <class Parameter, class T>
void bind_named(std::optional<T>& to, binding& with, std::optional<std::string_view> text, const named_texts& from) {
    if (text) {
        std::string storage;
        auto value = bind_text<item_t<T>>(with, from.decoded(*text, storage), from.root, Parameter::name);
        if (value) to.emplace(*std::move(value));
    } else if constexpr (Parameter::has_default) {
        to.emplace(Parameter::default_value());
    } else if constexpr (is_optional<T>) {
        to.emplace();
    } else {
        with.missing(location(from.root, Parameter::name));
    }
}

/// All texts under the name of Parameter. in: texts, a range of std::string_view.
template <class Parameter, class T, class Texts>
void bind_list(std::optional<T>& to, binding& with, const Texts& texts, const named_texts& from) {
    std::size_t index = 0;
    to.emplace();
    for (std::string_view text : texts) {
        std::string storage;
        auto value = bind_text<item_t<T>>(with, from.decoded(text, storage), from.root, Parameter::name, index++);
        if constexpr (is_optional<T>) {
            if (!*to) to->emplace();
            if (value) (**to).push_back(*std::move(value));
        } else {
            if (value) to->push_back(*std::move(value));
        }
    }
}

/// A named parameter, or an optional one.
template <class P>
struct named_in {
    using type = P;
    using value_type = typename P::value_type;
};
template <class P>
struct named_in<std::optional<P>> {
    using type = P;
    using inner = typename P::value_type;
    using value_type = std::conditional_t<is_optional<inner>, inner, std::optional<inner>>;
};
/// The default as a JSON document shows it; null when there is none.
template <class Parameter>
json shown_default() {
    if constexpr (Parameter::has_default)
        return json(Parameter::default_value());
    else
        return json();
}

template <class P, class T>
P as_named(T&& value) {
    return P(std::forward<T>(value));
}
template <class P, class T>
    requires is_optional<P>
P as_named(T&& value) {
    if (!value) return std::nullopt;
    return P(std::in_place, *std::forward<T>(value));
}

}  // namespace detail

}  // namespace coracle
