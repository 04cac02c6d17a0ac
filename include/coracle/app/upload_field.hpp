// upload_field: files of a form as parameters: by the name of their field, or, where it has one file only, without.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/form.hpp>
#include <coracle/app/form_data.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/upload_file.hpp>
#include <coracle/app/wrapped.hpp>
#include <coracle/base/fixed_string.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// One file, one that may be missing, or all of one name.
template <class T>
concept upload_value = std::same_as<T, upload_file> || std::same_as<T, std::optional<upload_file>> ||
                       std::same_as<T, std::vector<upload_file>>;

/// A file of a form by the name of its field: `[](form_field<"avatar", upload_file> avatar) {...}`.
/// std::optional<upload_file> may be missing; std::vector<upload_file> are all of that name, perhaps none.
template <fixed_string Name, upload_value T>
class form_field<Name, T> : public wrapped<T> {
    static_assert(Name.size() != 0, "coracle: a form field has a name, as in form_field<\"avatar\", upload_file>");

public:
    static constexpr std::string_view name = Name.view();
    static constexpr bool required = std::same_as<T, upload_file>;
    using wrapped<T>::wrapped;
};

template <fixed_string Name, upload_value T>
struct parameter<form_field<Name, T>> {
    static constexpr parameter_source source = parameter_source::upload;
    static constexpr bool good = Name.size() != 0;
    static constexpr bool said_aloud = false;
    static constexpr body_taker take_body = &take_form;
};
/// The file of a form by itself: `[](upload_file file) {...}` takes the field `file`, and when there is none of that
/// name the first file, whatever its field is called. std::vector<upload_file> are all files of the form.
template <>
struct parameter<upload_file> {
    static constexpr parameter_source source = parameter_source::upload;
    static constexpr bool said_aloud = false;
    static constexpr body_taker take_body = &take_form;
    using takes_any_file = void;
};
template <>
struct parameter<std::optional<upload_file>> : parameter<upload_file> {};
template <>
struct parameter<std::vector<upload_file>> : parameter<upload_file> {};

namespace detail {

[[gnu::cold]] inline void refuse_text(binding& with, const form_data::entry& text, json loc) {
    upload_file none;
    text_problem why;
    from_json(json(text.value), none, why);
    with.refuse(std::move(why), std::move(loc), json(text.value));
}
/// What stands for a parameter that takes any file.
inline const form_data::entry* any_file(const form_data& form, std::string_view name) {
    if (const form_data::entry* named = form.last(name)) return named;
    for (const form_data::entry& each : form)
        if (each.file) return &each;
    return nullptr;
}
/// out: false, and an issue, when what came is no file.
inline bool read_upload(std::optional<upload_file>& to, binding& with, const form_data::entry* from,
                        std::string_view name) {
    if (!from || (!from->file && from->value.empty())) return true;
    if (!from->file) return refuse_text(with, *from, location("body", name)), false;
    to = *from->file;
    return true;
}
inline void read_uploads(std::vector<upload_file>& to, binding& with, const form_data& form, std::string_view name,
                         bool any) {
    std::size_t index = 0;
    for (const form_data::entry& each : form) {
        bool named = each.name == name;
        if (each.file && (named || any))
            to.push_back(*each.file);
        else if (named)
            refuse_text(with, each, location("body", name, index));
        if (named || (any && each.file)) ++index;
    }
}

/// Reads a T: that of the field Name, or whichever there is.
template <class T>
struct upload_reader {
    using stored = std::optional<T>;

    static void read(stored&, binding&, std::size_t) noexcept {}
    static void read_from(stored& to, binding& with, std::string_view name, bool any) {
        const form_data& form = form_of(with);
        if constexpr (std::same_as<T, std::vector<upload_file>>) {
            read_uploads(to.emplace(), with, form, name, any);
        } else {
            std::optional<upload_file> found;
            if (!read_upload(found, with, any ? any_file(form, name) : form.last(name), name)) return;
            if constexpr (std::same_as<T, upload_file>) {
                if (!found) return with.missing(location("body", name));
                to = std::move(found);
            } else {
                to.emplace(std::move(found));
            }
        }
    }
    static void describe_as(operation& told, std::string_view name) {
        told.form_member(name, schema_of<T>(told.named()), std::same_as<T, upload_file>, {}, true);
    }
};

}  // namespace detail

template <fixed_string Name, upload_value T>
struct parameter_reader<form_field<Name, T>> : detail::upload_reader<T> {
    using typename detail::upload_reader<T>::stored;
    static void read_body(stored& to, binding& with, std::string_view) {
        detail::upload_reader<T>::read_from(to, with, Name.view(), false);
    }
    static form_field<Name, T> take(stored& from) { return form_field<Name, T>(*std::move(from)); }
    static void describe(operation& told) { detail::upload_reader<T>::describe_as(told, Name.view()); }
};

template <upload_value T>
struct parameter_reader<T> : detail::upload_reader<T> {
    using typename detail::upload_reader<T>::stored;
    static constexpr std::string_view name = std::same_as<T, std::vector<upload_file>> ? "files" : "file";
    static void read_body(stored& to, binding& with, std::string_view) {
        detail::upload_reader<T>::read_from(to, with, name, true);
    }
    static T take(stored& from) { return *std::move(from); }
    static void describe(operation& told) { detail::upload_reader<T>::describe_as(told, name); }
};

}  // namespace coracle
