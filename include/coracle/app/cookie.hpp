// cookie: a cookie as a handler parameter.
// RFC 6265 4.2. Of two cookies with one name the first counts: browsers send the more specific path first.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/named_parameter.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/parameter_default.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/fixed_string.hpp>
#include <coracle/json/schema.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// The value of a cookie: `[](cookie<"session"> session, cookie<"theme", std::string, "light"> theme) {...}`. T is what
/// a word can be; std::optional when the cookie may be missing. Inside quotes, backslashes are undone.
template <fixed_string Name, class T = std::string, parameter_default... Default>
class cookie : public named_parameter<T, Default...> {
    static_assert(ascii::is_token(Name.view()),
                  "coracle: a cookie name is made of letters, digits, '-' and '_', as in cookie<\"session\">");
    static_assert(!detail::is_list<T>, "coracle: a cookie is one value: its name comes once");

public:
    static constexpr std::string_view name = Name.view();
    using named_parameter<T, Default...>::named_parameter;
};

template <fixed_string Name, class T, parameter_default... Default>
struct parameter<cookie<Name, T, Default...>> {
    static constexpr parameter_source source = parameter_source::cookie;
    static constexpr bool good =
        ascii::is_token(Name.view()) && !detail::is_list<T> && detail::good_named<T, Default...>;
    static constexpr bool said_aloud = true;
};
/// Another way to write cookie<Name, std::optional<T>>.
template <fixed_string Name, class T, parameter_default... Default>
struct parameter<std::optional<cookie<Name, T, Default...>>> : parameter<cookie<Name, T, Default...>> {};

template <class P>
    requires(parameter<P>::source == parameter_source::cookie && parameter<P>::good)
struct parameter_reader<P> {
    using named = typename detail::named_in<P>::type;
    using stored = std::optional<typename detail::named_in<P>::value_type>;

    static void read(stored& to, binding& with, std::size_t) {
        std::string unescaped;
        std::optional<std::string_view> text = with.asked.cookies().find(named::name);
        if (text) text = cookie_pairs::unescape(*text, unescaped);
        detail::bind_named<named>(to, with, text, detail::cookie_texts);
    }
    static P take(stored& from) { return detail::as_named<P>(*std::move(from)); }
    static void describe(operation& told) {
        told.parameter(parameter_place::cookie, named::name, &schema_of<typename stored::value_type>,
                       named::required && !detail::is_optional<P>, detail::shown_default<named>());
    }
};

}  // namespace coracle
