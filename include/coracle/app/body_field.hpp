// body_field: one member of the JSON body as a handler parameter. FastAPI's embedded bodies: several parameters that
// together are one object.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/wrapped.hpp>
#include <coracle/base/fixed_string.hpp>
#include <coracle/json/decode.hpp>
#include <coracle/json/read.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace coracle {

/// A member of the JSON body: `[](body_field<"item", item> in, body_field<"importance", int> n) {...}` takes
/// `{"item": {...}, "importance": 5}`. With std::optional<T> the member may be missing or null.
template <fixed_string Name, class T>
class body_field : public wrapped<T> {
    static_assert(Name.size() != 0, "coracle: a member of the body has a name, as in body_field<\"item\", item>");

public:
    static constexpr std::string_view name = Name.view();
    static constexpr bool required = !detail::is_optional<T>;
    using wrapped<T>::wrapped;
};

template <fixed_string Name, class T>
struct parameter<body_field<Name, T>> {
    static constexpr parameter_source source = parameter_source::body_field;
    static constexpr bool good = Name.size() != 0;
    static constexpr bool said_aloud = true;
};

namespace detail {

/// Parses the JSON body, once for all of its members.
inline binding::document_state read_document(binding& with, std::string_view text) {
    using state = binding::document_state;
    if (with.document_is != state::unread) return with.document_is;
    if (!text.empty()) demand_plain_body(with.asked);
    if (text.empty() || !is_json_type(with.asked.media_type())) return with.document_is = state::absent;
    text = without_mark(text);
    if (auto whole = read_json_text<json>(text, with.issues, "body")) {
        with.document = *std::move(whole);
        return with.document_is = state::read;
    }
    settle_body(with, text);
    return with.document_is = state::broken;
}

}  // namespace detail

template <fixed_string Name, class T>
struct parameter_reader<body_field<Name, T>> {
    using stored = std::optional<T>;

    static void read(stored&, binding&, std::size_t) noexcept {}
    static void read_body(stored& to, binding& with, std::string_view text) {
        binding::document_state is = detail::read_document(with, text);
        if (is == binding::document_state::broken) return;
        constexpr std::string_view name = Name.view();
        if (const json* member = with.document.find(name)) {
            to.emplace();
            json_place whole;
            if (!detail::json_reader("body", with.issues).read(*member, *to, json_place(whole, name))) to.reset();
        } else if (detail::is_optional<T> && (is == binding::document_state::absent || with.document.is_object())) {
            to.emplace();
        } else {
            with.missing(detail::location("body", name));
        }
    }
    static body_field<Name, T> take(stored& from) { return body_field<Name, T>(*std::move(from)); }
    static void describe(operation& told) {
        told.body_member("application/json", Name.view(), schema_of<T>(told.named()), !detail::is_optional<T>);
    }
};

}  // namespace coracle
