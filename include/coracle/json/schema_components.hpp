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
        for (const component& each : made_)
            if (each.key == key) return reference(each.name);
        std::size_t at = made_.size();
        made_.push_back({key, unused(clean(name()), clean(path)), json()});
        std::string mine = made_[at].name;
        json schema = make(*this);
        made_[at].schema = std::move(schema);
        return reference(mine);
    }
    /// A component without a type.
    [[gnu::cold]] json refer(std::string_view name, const json& schema) {
        for (const component& each : made_)
            if (each.name == name) return reference(name);
        made_.push_back({nullptr, std::string(name), schema});
        return reference(name);
    }

    /// What a reference leads to; null when it is none.
    const json* find(const json& schema) const noexcept {
        const json* to = schema.find("$ref");
        if (!to || !to->is_string()) return nullptr;
        for (const component& each : made_)
            if (std::string_view(to->as_string()).ends_with("/" + each.name)) return &each.schema;
        return nullptr;
    }
    bool empty() const noexcept { return made_.empty(); }

    /// All of them as an object, sorted by name.
    [[gnu::cold]] json sorted() const {
        std::vector<const component*> order;
        for (const component& each : made_) {
            std::size_t at = order.size();
            order.push_back(&each);
            for (; at != 0 && order[at - 1]->name > each.name; --at) order[at] = order[at - 1];
            order[at] = &each;
        }
        json all = json::object();
        for (const component* each : order) all.as_object().emplace_back(each->name, each->schema);
        return all;
    }

private:
    struct component {
        const void* key;
        std::string name;
        json schema;
    };

    static json reference(std::string_view name) {
        json made = json::object();
        made["$ref"] = json(std::string(place).append(name));
        return made;
    }
    /// With what may stand in a component's name.
    static std::string clean(std::string_view text) {
        std::string name(text);
        for (char& c : name)
            if (!ascii::is_alpha(c) && !ascii::is_digit(c) && c != '-' && c != '.') c = '_';
        return name;
    }
    bool has(std::string_view name) const noexcept {
        for (const component& each : made_)
            if (each.name == name) return true;
        return false;
    }
    std::string unused(std::string name, const std::string& path) const {
        if (!has(name)) return name;
        if (!has(path)) return path;
        int count = 2;
        while (has(name + "_" + std::to_string(count))) ++count;
        return name + "_" + std::to_string(count);
    }

    std::vector<component> made_;
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
    put(made, "maximum", json(static_cast<double>(std::numeric_limits<float>::max())));
    put(made, "minimum", json(static_cast<double>(std::numeric_limits<float>::lowest())));
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
        for (const json& other : choices) known = known || other == choice;
        if (!known) choices.push_back(std::move(choice));
    }
    return any_of(std::move(choices));
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
    json null = typed("null");
    bool known = false;
    for (const json& choice : choices) known = known || choice == null;
    if (!known) choices.push_back(std::move(null));
    return any_of(std::move(choices));
}
/// The same without null, for what cannot send one: a word of a path or a query.
[[gnu::cold]] inline json without_null(json schema) {
    json* choices = schema.find("anyOf");
    if (!choices) return schema;
    json kept = json::array();
    json null = typed("null");
    for (const json& choice : *choices)
        if (choice != null) kept.push_back(choice);
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
    return choices.size() != 2 || !choices[0].contains("$ref") || choices[1] != typed("null");
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
        properties_.as_object().emplace_back(std::string(name), std::move(schema));
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
