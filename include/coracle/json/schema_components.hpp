// schema_components: the named schemas of a document, and the words that JSON Schemas are made of.
// OpenAPI 3.1.0, 4.8.7; JSON Schema draft 2020-12. Nothing here is a template: schema.hpp knows the types.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/json/value.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

class schema_components;

/// Makes a schema, and the components that it refers to.
using schema_function = json (*)(schema_components&);

/// How a type of the library is described, whatever it looks like. Specialised with a static `make`.
template <class T>
struct schema_form {};

/// The schemas of structs and enums by name, each once. `$ref` leads to them, so a type may hold itself.
class schema_components {
public:
    static constexpr std::string_view place = "#/components/schemas/";

    /// A reference to the component of `key`, made when it is asked for first.
    /// in: path, "shop::item", which tells it from another type of the same name.
    [[gnu::cold]] json refer(const void* key, std::string_view path, std::string (*name)(), schema_function make) {
        for (std::size_t i = 0; i < keys_.size(); ++i)
            if (keys_[i] == key) return reference(made_.as_object()[i].key);
        std::string mine = unused(clean(name()), clean(path));
        keys_.push_back(key);
        made_[mine] = json();
        json schema = make(*this);
        made_[mine] = std::move(schema);
        return reference(mine);
    }
    /// A component without a type. The same schema under the same name is the same component.
    [[gnu::cold]] json refer(std::string_view name, json schema) {
        std::string mine = clean(name);
        if (const json* there = made_.find(mine)) {
            if (same(*there, schema)) return reference(mine);
            mine = unused(mine, mine);
        }
        keys_.push_back(nullptr);
        made_[mine] = std::move(schema);
        return reference(mine);
    }

    /// What a reference leads to; null when it is none.
    [[gnu::cold]] const json* find(const json& schema) const noexcept {
        const json* to = schema.find("$ref");
        if (!to || !to->is_string()) return nullptr;
        std::string_view text = to->as_string();
        return text.starts_with(place) ? made_.find(text.substr(place.size())) : nullptr;
    }
    bool empty() const noexcept { return made_.empty(); }

    /// All of them as an object, sorted by name.
    [[gnu::cold]] json sorted() const {
        json all = json::object();
        for (std::size_t n = 0; n < made_.size(); ++n) {
            // The least of those that are greater than the last; there are few, and sorting would cost more to compile.
            const json_member* next = nullptr;
            for (const json_member& each : made_.items()) {
                if (n != 0 && each.key <= all.as_object().back().key) continue;
                if (!next || each.key < next->key) next = &each;
            }
            all[next->key] = next->value;
        }
        return all;
    }

    /// Whether two schemas say the same, in the same order.
    [[gnu::cold]] static bool same(const json& a, const json& b) {
        if (a.type() != b.type() || a.size() != b.size()) return false;
        if (a.is_string()) return a.as_string() == b.as_string();
        if (a.is_bool()) return a.as_bool() == b.as_bool();
        if (a.is_number()) return a.as_double() == b.as_double();
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (a.is_array() && !same(a[i], b[i])) return false;
            if (!a.is_object()) continue;
            const json_member& one = a.as_object()[i];
            const json_member& other = b.as_object()[i];
            if (one.key != other.key || !same(one.value, other.value)) return false;
        }
        return true;
    }

private:
    static json reference(std::string_view name) {
        json made = json::object();
        std::string to(place);
        made["$ref"] = json(std::move(to.append(name)));
        return made;
    }
    /// With what may stand in a component's name.
    [[gnu::cold]] static std::string clean(std::string_view text) {
        std::string name(text);
        for (char& c : name)
            if (!ascii::is_alpha(c) && !ascii::is_digit(c) && c != '-' && c != '.') c = '_';
        return name;
    }
    [[gnu::cold]] std::string unused(const std::string& name, const std::string& path) const {
        if (!made_.contains(name)) return name;
        std::string mine = path;
        for (int count = 2; made_.contains(mine); ++count) {
            mine = name;
            mine.append("_").append(std::to_string(count));
        }
        return mine;
    }

    std::vector<const void*> keys_;  // of the members of made_, in their order
    json made_ = json::object();
};

namespace detail {

[[gnu::cold, gnu::noinline]] inline void put(json& object, std::string_view word, json value) {
    object[word] = std::move(value);
}
[[gnu::cold, gnu::noinline]] inline void put_text(json& object, std::string_view word, std::string_view text) {
    object[word] = json(text);
}

[[gnu::cold]] inline json typed(std::string_view type, std::string_view format = {}) {
    json made = json::object();
    put_text(made, "type", type);
    if (!format.empty()) put_text(made, "format", format);
    return made;
}
/// With the bounds that the type has: what is beyond them is refused, so the schema says so.
[[gnu::cold]] inline json integer_schema(std::size_t bits, bool is_signed) {
    json made = typed("integer", (is_signed ? "int" : "uint") + std::to_string(bits));
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max() >> (64 - bits + (is_signed ? 1 : 0));
    put(made, "maximum", json(most));
    put(made, "minimum", is_signed ? json(-static_cast<std::int64_t>(most) - 1) : json(0));
    return made;
}
[[gnu::cold]] inline json number_schema(bool is_float) {
    json made = typed("number", is_float ? "float" : "");
    if (!is_float) return made;
    // The largest float as it is written, which is a little more than it is.
    put(made, "maximum", json(3.4028235e38));
    put(made, "minimum", json(-3.4028235e38));
    return made;
}
[[gnu::cold]] inline json letter_schema() {
    json made = typed("string");
    put(made, "maxLength", json(1));
    put(made, "minLength", json(1));
    return made;
}
[[gnu::cold]] inline json list_of(json items, bool is_set = false) {
    json made = json::object();
    put(made, "items", std::move(items));
    put_text(made, "type", "array");
    if (is_set) put(made, "uniqueItems", json(true));
    return made;
}
[[gnu::cold]] inline json fixed_list(json items, std::size_t size) {
    json made = list_of(std::move(items));
    put(made, "maxItems", json(size));
    put(made, "minItems", json(size));
    return made;
}
[[gnu::cold]] inline json map_of(json values) {
    json made = json::object();
    // pydantic leaves it out when anything goes; `true` is what that means.
    put(made, "additionalProperties", values.empty() ? json(true) : std::move(values));
    put_text(made, "type", "object");
    return made;
}
[[gnu::cold]] inline json tuple_of(schema_components& named, std::span<const schema_function> each) {
    json items = json::array();
    for (schema_function one : each) items.push_back(one(named));
    json made = json::object();
    if (!each.empty()) put(made, "prefixItems", std::move(items));
    put_text(made, "type", "array");
    put(made, "maxItems", json(each.size()));
    put(made, "minItems", json(each.size()));
    return made;
}
[[gnu::cold]] inline json any_of(json choices) {
    json made = json::object();
    put(made, "anyOf", std::move(choices));
    return made;
}
[[gnu::cold]] inline json any_of(schema_components& named, std::span<const schema_function> each) {
    json choices = json::array();
    for (schema_function one : each) {
        json choice = one(named);
        bool known = false;
        for (const json& other : choices) known = known || schema_components::same(other, choice);
        if (!known) choices.push_back(std::move(choice));
    }
    return any_of(std::move(choices));
}
/// Whether it is null, and nothing else.
[[gnu::cold]] inline bool is_null(const json& schema) noexcept {
    const json* type = schema.find("type");
    return schema.size() == 1 && type && type->is_string() && type->as_string() == "null";
}
/// Whether it is `anyOf` and nothing else.
inline bool is_choice(const json& schema) noexcept { return schema.size() == 1 && schema.contains("anyOf"); }

/// The same, or null.
[[gnu::cold]] inline json nullable(json schema) {
    if (schema.empty()) return schema;  // null is among everything
    json choices = json::array();
    if (is_choice(schema))
        choices = std::move(schema["anyOf"]);
    else
        choices.push_back(std::move(schema));
    bool known = false;
    for (const json& choice : choices) known = known || is_null(choice);
    if (!known) choices.push_back(typed("null"));
    return any_of(std::move(choices));
}
/// The same without null, for what cannot send one: a word of a path or a query.
[[gnu::cold]] inline json without_null(json schema) {
    json* choices = schema.find("anyOf");
    if (!choices) return schema;
    json kept = json::array();
    for (const json& choice : *choices)
        if (!is_null(choice)) kept.push_back(choice);
    if (kept.size() != 1) {
        *choices = std::move(kept);
        return schema;
    }
    json made = kept[0];
    schema.erase("anyOf");
    if (made.contains("$ref")) schema.erase("title");
    for (const json_member& word : schema.items()) put(made, word.key, word.value);
    return made;
}
[[gnu::cold]] inline json enum_schema(std::string_view title, json names) {
    json made = typed("string");
    put(made, "enum", std::move(names));
    put_text(made, "title", title);
    return made;
}

/// "Item Id" from "item_id", as Python's title() does it.
[[gnu::cold]] inline std::string title_of(std::string_view name) {
    std::string title(name);
    bool inside = false;
    for (char& c : title) {
        c = inside ? ascii::to_lower(c) : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        inside = ascii::is_alpha(c);
        if (c == '_') c = ' ';
    }
    std::size_t first = title.find_first_not_of(' ');
    if (first == title.npos) return {};
    return title.substr(first, title.find_last_not_of(' ') - first + 1);
}
/// Whether a member of that schema gets a title: not when it is another type's, which has one.
inline bool wants_title(const json& schema) noexcept {
    if (schema.contains("$ref")) return false;
    if (!is_choice(schema)) return true;
    const json& choices = schema["anyOf"];
    return choices.size() != 2 || !choices[0].contains("$ref") || !is_null(choices[1]);
}
/// Whether it can be written: NaN and infinity cannot.
inline bool is_plain(const json& value) noexcept {
    return value.type() != json_kind::number || std::isfinite(value.as_double());
}
/// A word of a constraint. It stands in place of the bound that the type has by itself.
[[gnu::cold]] inline void constrain(json& schema, std::string_view word, json value, bool of_object) {
    if (word == "exclusiveMinimum") schema.erase("minimum");
    if (word == "exclusiveMaximum") schema.erase("maximum");
    if (of_object && word == "minItems") word = "minProperties";
    if (of_object && word == "maxItems") word = "maxProperties";
    // Of a decimal, which is a number or a string, the bounds are those of the number.
    if (json* choices = schema.find("anyOf")) return put((*choices)[0], word, std::move(value));
    put(schema, word, std::move(value));
}
[[gnu::cold]] inline void overwrite(json& schema, const json& words) {
    for (const json_member& word : words.items()) put(schema, word.key, word.value);
}
inline json* property_of(json& schema, std::string_view name) noexcept {
    json* properties = schema.find("properties");
    return properties ? properties->find(name) : nullptr;
}

/// Title and default of a member or parameter.
[[gnu::cold]] inline void finish_field(json& schema, std::string_view name, json initial) {
    if (wants_title(schema)) put_text(schema, "title", title_of(name));
    if (!initial.is_null() && is_plain(initial)) put(schema, "default", std::move(initial));
}

/// The schema of a struct, member by member.
class schema_properties {
public:
    explicit schema_properties(std::string title) : title_(std::move(title)) {}

    [[gnu::cold]] void add(std::string_view name, json schema, json initial, bool required) {
        finish_field(schema, name, std::move(initial));
        put(properties_, name, std::move(schema));
        if (required) required_.push_back(json(name));
    }
    [[gnu::cold]] json take() && {
        json made = json::object();
        put(made, "properties", std::move(properties_));
        put_text(made, "type", "object");
        if (!required_.empty()) put(made, "required", std::move(required_));
        put_text(made, "title", title_);
        return made;
    }

private:
    std::string title_;
    json properties_ = json::object();
    json required_ = json::array();
};

}  // namespace detail

}  // namespace coracle
