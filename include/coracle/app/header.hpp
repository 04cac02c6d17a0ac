// header: a header field as a handler parameter.
// RFC 9110 5.1 to 5.5. Of several fields with one name a single value is the first, a list is all, as in FastAPI.
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

/// The value of a header field: `[](header<"if-match"> tag, header<"x-depth", int, 10> depth) { use(*tag, *depth); }`.
/// T is what a word can be; std::optional when the field may be missing; std::vector for all fields of this name, one
/// element each. Bytes beyond ASCII are read as Latin-1.
template <fixed_string Name, class T = std::string, parameter_default... Default>
class header : public named_parameter<T, Default...> {
    static constexpr bool token = ascii::is_token(Name.view());
    static_assert(token, "coracle: a header name is made of letters, digits and '-', as in header<\"if-match\">");
    static_assert(!token || ascii::is_lower(Name.view()),
                  "coracle: write header names in lower case, as in header<\"if-match\">: their case does not count");

public:
    static constexpr std::string_view name = Name.view();
    using named_parameter<T, Default...>::named_parameter;
};

template <fixed_string Name, class T, parameter_default... Default>
struct parameter<header<Name, T, Default...>> {
    static constexpr parameter_source source = parameter_source::header;
    static constexpr bool good =
        ascii::is_token(Name.view()) && ascii::is_lower(Name.view()) && detail::good_named<T, Default...>;
    static constexpr bool said_aloud = true;
};
/// Another way to write header<Name, std::optional<T>>.
template <fixed_string Name, class T, parameter_default... Default>
struct parameter<std::optional<header<Name, T, Default...>>> : parameter<header<Name, T, Default...>> {};

template <class P>
    requires(parameter<P>::source == parameter_source::header && parameter<P>::good)
struct parameter_reader<P> {
    using named = typename detail::named_in<P>::type;
    using value_type = typename detail::named_in<P>::value_type;
    using stored = std::optional<value_type>;

    static void read(stored& to, binding& with, std::size_t) {
        const http::fields& fields = with.asked.headers;
        if constexpr (detail::is_list<value_type>)
            detail::bind_list<named>(to, with, fields.get_all(named::name), detail::header_texts);
        else
            detail::bind_named<named>(to, with, fields.find(named::name), detail::header_texts);
    }
    static P take(stored& from) { return detail::as_named<P>(*std::move(from)); }
    static void describe(operation& told) {
        told.parameter(parameter_place::header, named::name, &schema_of<typename stored::value_type>,
                       named::required && !detail::is_optional<P>, detail::shown_default<named>());
    }
};

}  // namespace coracle
