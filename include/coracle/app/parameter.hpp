// parameter: where each kind of handler parameter comes from. One specialisation of `parameter` per kind.
#pragma once

#include <coracle/app/wrapped.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/reflect.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace coracle {

class request;

/// A JSON body, said aloud: for GET, HEAD, DELETE and OPTIONS, where a plain struct alone would be a mistake.
/// `app.del("/items", [](json_body<selection> in) { return erase(in->ids); });`
template <class T>
class json_body : public wrapped<T> {
public:
    using wrapped<T>::wrapped;
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

// Text that belongs to somebody else: it would dangle.
template <class T>
concept borrowed = std::is_pointer_v<T> || is_made_from<T, std::basic_string_view> ||
                   requires(T view) { requires std::same_as<T, std::span<typename T::element_type, T::extent>>; };

template <class T>
inline constexpr bool is_map = json_map<T>;

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
    path,         ///< a placeholder, by its name
    query,        ///< the query string as a whole
    header,       ///< header fields
    cookie,       ///< cookies
    body,         ///< the JSON body
    body_field,   ///< one member of the JSON body
    form,         ///< a form
    form_field,   ///< one field of it
    upload,       ///< one file of it, or several of one name
    context,      ///< the request itself, or what it has: `parameter<P>::of(request&)` gives it
    dependency,   ///< what a function gives
    reference,    ///< refused: it could dangle
    view,         ///< refused: it would look into a request that is gone
    credential,   ///< what proves who asks; without it 401, before the body is read
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
    static request& of(request& asked) noexcept { return asked; }
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

/// Whether the parameter's own type is without a mistake. What is wrong with it, it says itself.
template <class P>
inline constexpr bool is_good_parameter = [] {
    if constexpr (requires { parameter<P>::good; })
        return parameter<P>::good;
    else
        return true;
}();

/// Whether what comes from there is read from the body, when all else has been read.
constexpr bool is_from_body(parameter_source from) noexcept {
    return from == parameter_source::body || from == parameter_source::body_field || from == parameter_source::form ||
           from == parameter_source::form_field || from == parameter_source::upload;
}
/// Whether what comes from there is a form's, which is taken in part by part, as it may hold files.
constexpr bool is_from_form(parameter_source from) noexcept {
    return from == parameter_source::form || from == parameter_source::form_field || from == parameter_source::upload;
}

/// How many of the parameters come from there.
template <parameter_source Source, class... P>
inline constexpr std::size_t count_from = (std::size_t{parameter<P>::source == Source} + ... + std::size_t{0});

}  // namespace coracle
