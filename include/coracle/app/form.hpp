// form: what a browser's form sends, as a struct or field by field.
// application/x-www-form-urlencoded: WHATWG URL 5.1; multipart/form-data: RFC 7578. As in FastAPI a body of another
// type is a form without fields, and an empty field was not filled in.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/form_data.hpp>
#include <coracle/app/named_parameter.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/parameter_default.hpp>
#include <coracle/app/parameter_struct.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/upload_file.hpp>
#include <coracle/app/wrapped.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/fixed_string.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/json/reflect.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

/// A form as a struct whose members are the names of its fields:
/// `app.post("/login", [](form<credentials> in) { return log_in(in->username, in->password); });`
/// Defaults, std::optional, std::vector and `using extra = forbidden;` as in query<T>; of a field that is repeated the
/// last counts. A member may also be an upload_file, a std::optional or a std::vector of them.
template <class T>
class form : public wrapped<T> {
    static_assert((static_cast<void>(detail::good_parameter_struct<T, true>()), true));

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
    static constexpr body_taker take_body = &take_form;
};
template <fixed_string Name, class T, parameter_default... Default>
struct parameter<form_field<Name, T, Default...>> {
    static constexpr parameter_source source = parameter_source::form_field;
    static constexpr bool good = Name.size() != 0 && detail::good_named<T, Default...>;
    static constexpr bool said_aloud = false;
    static constexpr body_taker take_body = &take_form;
};
/// Another way to write form_field<Name, std::optional<T>>.
template <fixed_string Name, class T, parameter_default... Default>
struct parameter<std::optional<form_field<Name, T, Default...>>> : parameter<form_field<Name, T, Default...>> {};

namespace detail {

/// The form that was taken in, for a parameter to look into.
inline const form_data& form_of(binding& with) { return with.asked.state<form_data>(); }

/// What is shown of the files among the pairs of a form; empty when there are none.
inline std::vector<json> shown_files(const form_data& form) {
    std::vector<json> shown;
    for (std::size_t n = 0; n < form.size(); ++n) {
        if (!form.entries()[n].file) continue;
        shown.resize(form.size());
        shown[n] = to_json(*form.entries()[n].file);
    }
    return shown;
}

/// A file where a text is expected.
[[gnu::cold]] inline void refuse_file(binding& with, const form_data::entry& file, json loc) {
    with.refuse({"string_type", "Input should be a valid string", {}}, std::move(loc), to_json(*file.file));
}
inline bool refuse_files(binding& with, const form_data& form, std::string_view name) {
    bool refused = false;
    std::size_t index = 0;
    for (const form_data::entry& each : form) {
        if (each.name != name) continue;
        if (each.file) refuse_file(with, each, location("body", name, index));
        refused = refused || each.file;
        ++index;
    }
    return refused;
}

/// Puts the files of this name in the place of those that a member was read as.
inline void place_files(upload_file& to, const form_data& form, std::string_view name) {
    if (const form_data::entry* last = form.last(name); last && last->file) to = *last->file;
}
inline void place_files(std::optional<upload_file>& to, const form_data& form, std::string_view name) {
    if (const form_data::entry* last = form.last(name); last && last->file) to = *last->file;
}
inline void place_files(std::vector<upload_file>& to, const form_data& form, std::string_view name) {
    to.clear();
    for (const form_data::entry& each : form)
        if (each.name == name && each.file) to.push_back(*each.file);
}
template <class T>
void place_all_files(T& to, const form_data& form) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        auto one = [&]<class M>(M& member, std::string_view name) {
            if constexpr (is_file_member<M>) place_files(member, form, name);
        };
        (one(std::get<I>(reflect::tie(to)), member_name<T, I>), ...);
    }(std::make_index_sequence<reflect::field_count<T>>{});
}

}  // namespace detail

template <parameter_struct T>
struct parameter_reader<form<T>> {
    using stored = std::optional<T>;

    static void read(stored&, binding&, std::size_t) noexcept {}
    static void read_body(stored& to, binding& with, std::string_view) {
        const form_data& all = detail::form_of(with);
        std::vector<http::field> pairs = all.pairs();
        if constexpr (detail::has_files<T>()) {
            to = detail::bind_struct<T>(with, detail::text_source::form, pairs, detail::shown_files(all));
            if (to) detail::place_all_files(*to, all);
        } else {
            to = detail::bind_struct<T>(with, detail::text_source::form, pairs, detail::shown_files(all));
        }
    }
    static form<T> take(stored& from) { return form<T>(*std::move(from)); }
    static void describe(operation& told) {
        told.body(detail::has_files<T>() ? "multipart/form-data" : "application/x-www-form-urlencoded", &schema_of<T>,
                  true);
    }
};

template <class P>
    requires(parameter<P>::source == parameter_source::form_field && parameter<P>::good)
struct parameter_reader<P> {
    using named = typename detail::named_in<P>::type;
    using value_type = typename detail::named_in<P>::value_type;
    using stored = std::optional<value_type>;

    static void read(stored&, binding&, std::size_t) noexcept {}
    static void read_body(stored& to, binding& with, std::string_view) {
        const form_data& all = detail::form_of(with);
        if constexpr (detail::is_list<value_type>) {
            if (detail::refuse_files(with, all, named::name)) return;
            std::vector<std::string_view> texts;
            for (const form_data::entry& each : all)
                if (each.name == named::name) texts.push_back(each.value);
            detail::bind_list<named>(to, with, texts, detail::form_texts);
        } else {
            const form_data::entry* last = all.last(named::name);
            if (last && last->file) return detail::refuse_file(with, *last, detail::location("body", named::name));
            std::optional<std::string_view> text;
            if (last && !last->value.empty()) text = last->value;
            detail::bind_named<named>(to, with, text, detail::form_texts);
        }
    }
    static P take(stored& from) { return detail::as_named<P>(*std::move(from)); }
    static void describe(operation& told) {
        told.form_member(named::name, schema_of<value_type>(told.named()), named::required && !detail::is_optional<P>,
                         detail::shown_default<named>());
    }
};

}  // namespace coracle
