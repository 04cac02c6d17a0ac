// form: what a browser's form sends, as a struct or field by field.
// application/x-www-form-urlencoded: WHATWG URL 5.1. As in FastAPI a body of another type is a form without fields, and
// an empty field was not filled in. multipart/form-data, which carries files, is refused (415): nothing here reads it.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/named_parameter.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/parameter_default.hpp>
#include <coracle/app/parameter_struct.hpp>
#include <coracle/app/query_values.hpp>
#include <coracle/app/wrapped.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/fixed_string.hpp>
#include <coracle/http/form_limits.hpp>
#include <coracle/json/schema.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// A form as a struct whose members are the names of its fields:
/// `app.post("/login", [](form<credentials> in) { return log_in(in->username, in->password); });`
/// Defaults, std::optional, std::vector and `using extra = forbidden;` as in query<T>; of a field that is repeated the
/// last counts.
template <class T>
class form : public wrapped<T> {
    static_assert((static_cast<void>(detail::good_parameter_struct<T>()), true));

public:
    using wrapped<T>::wrapped;
};

/// One field of a form: `[](form_field<"email"> email, form_field<"age", std::optional<int>> age) {...}`.
template <fixed_string Name, class T = std::string, parameter_default... Default>
class form_field : public named_parameter<T, Default...> {
    static_assert(Name.size() != 0, "coracle: a form field has a name, as in form_field<\"email\">");

public:
    static constexpr std::string_view name = Name.view();
    using named_parameter<T, Default...>::named_parameter;
};

template <class T>
struct parameter<form<T>> {
    static constexpr parameter_source source = parameter_source::form;
    static constexpr bool good = parameter_struct<T>;
    static constexpr bool said_aloud = false;
};
template <fixed_string Name, class T, parameter_default... Default>
struct parameter<form_field<Name, T, Default...>> {
    static constexpr parameter_source source = parameter_source::form_field;
    static constexpr bool good = Name.size() != 0 && detail::good_named<T, Default...>;
    static constexpr bool said_aloud = false;
};
/// Another way to write form_field<Name, std::optional<T>>.
template <fixed_string Name, class T, parameter_default... Default>
struct parameter<std::optional<form_field<Name, T, Default...>>> : parameter<form_field<Name, T, Default...>> {};

namespace detail {

/// The fields of the body. error: http_error 400 for too many or too large fields, 415 for a form of files.
inline const query_values& form_values(binding& with, std::string_view text) {
    if (with.form) return *with.form;
    std::string_view type = with.asked.media_type();
    if (ascii::iequals(type, "multipart/form-data"))
        throw http_error(415, "This form is taken as application/x-www-form-urlencoded, not as multipart/form-data");
    if (!ascii::iequals(type, "application/x-www-form-urlencoded")) text = {};
    if (std::string_view refusal = http::form_refusal(text); !refusal.empty())
        throw http_error(400, std::string(refusal));
    with.form.emplace().read(text);
    return *with.form;
}

}  // namespace detail

template <parameter_struct T>
struct parameter_reader<form<T>> {
    using stored = std::optional<T>;

    static void read(stored&, binding&, std::size_t) noexcept {}
    static void read_body(stored& to, binding& with, std::string_view text) {
        to = detail::bind_struct<T>(with, detail::text_source::form, detail::form_values(with, text).pairs());
    }
    static form<T> take(stored& from) { return form<T>(*std::move(from)); }
    static void describe(operation& told) { told.body("application/x-www-form-urlencoded", &schema_of<T>, true); }
};

template <class P>
    requires(parameter<P>::source == parameter_source::form_field && parameter<P>::good)
struct parameter_reader<P> {
    using named = typename detail::named_in<P>::type;
    using value_type = typename detail::named_in<P>::value_type;
    using stored = std::optional<value_type>;

    static void read(stored&, binding&, std::size_t) noexcept {}
    static void read_body(stored& to, binding& with, std::string_view text) {
        const query_values& all = detail::form_values(with, text);
        if constexpr (detail::is_list<value_type>) {
            std::vector<std::string_view> texts;
            for (std::size_t n = 0; n < all.size(); ++n)
                if (all.name(n) == named::name) texts.push_back(all.value(n));
            detail::bind_list<named>(to, with, texts, detail::form_texts);
        } else {
            std::optional<std::string_view> last = all.last(named::name);
            if (last && last->empty()) last.reset();
            detail::bind_named<named>(to, with, last, detail::form_texts);
        }
    }
    static P take(stored& from) { return detail::as_named<P>(*std::move(from)); }
    static void describe(operation& told) {
        told.body_member("application/x-www-form-urlencoded", named::name, schema_of<value_type>(told.named()),
                         named::required && !detail::is_optional<P>, detail::shown_default<named>());
    }
};

}  // namespace coracle
