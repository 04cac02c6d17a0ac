// typescript_type: a JSON Schema as a type of TypeScript.
// JSON Schema draft 2020-12; TypeScript 5, ECMAScript 2022.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/json/value.hpp>
#include <coracle/json/write.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace coracle::typescript {

[[gnu::cold]] inline std::string text_of(const json& object, std::string_view word) {
    const json* found = object.find(word);
    return found && found->is_string() ? found->as_string() : std::string();
}

/// A text as a literal; U+2028 and the like may stand in one since ECMAScript 2019.
[[gnu::cold]] inline std::string quoted(std::string_view text) { return json(text).dump(); }

[[gnu::cold]] inline bool is_identifier(std::string_view name) noexcept {
    if (name.empty() || ascii::is_digit(name[0])) return false;
    for (char c : name)
        if (!ascii::is_alpha(c) && !ascii::is_digit(c) && c != '_' && c != '$') return false;
    return true;
}
/// With '_' for what an identifier cannot have.
[[gnu::cold]] inline std::string identifier(std::string_view name) {
    std::string made(name);
    for (char& c : made)
        if (!is_identifier(std::string_view("_" + std::string(1, c)))) c = '_';
    return made.empty() || ascii::is_digit(made[0]) ? "_" + made : made;
}
/// A name of a component as the name of a type; those that mean something else already get a '_'.
[[gnu::cold]] inline std::string type_identifier(std::string_view name) {
    constexpr std::string_view taken =
        " any as async await bigint boolean break case catch class const continue debugger declare default delete do "
        "else "
        "enum export extends false finally for from function get if implements import in infer instanceof interface is "
        "keyof let module namespace never new null number object of package private protected public readonly require "
        "return set static string super switch symbol this throw true try type typeof undefined unique unknown var "
        "void "
        "while with yield Promise Response RequestInit Headers URL URLSearchParams FormData BodyInit File Blob Error "
        "String "
        "Object "
        "Array JSON ApiError ApiKeyName Client ClientOptions Call SCHEMES send encode append parts ";
    std::string made = identifier(name);
    if (taken.find(" " + made + " ") != taken.npos) made += '_';
    return made;
}
/// A name of a member: bare where it can be.
[[gnu::cold]] inline std::string property(std::string_view name) {
    return is_identifier(name) ? std::string(name) : quoted(name);
}

/// The description of a schema or an operation as a comment above it, or nothing.
[[gnu::cold]] inline std::string comment(const json& told, std::string_view indent) {
    std::string text = text_of(told, "description");
    if (text.empty()) text = text_of(told, "summary");
    const json* old = told.find("deprecated");
    if (old && old->is_bool() && old->as_bool()) text += text.empty() ? "@deprecated" : "\n@deprecated";
    if (text.empty()) return text;
    for (std::size_t at = text.find("*/"); at != text.npos; at = text.find("*/", at)) text.insert(at + 1, 1, ' ');
    std::string made(indent);
    made += "/** ";
    for (char c : text) {
        if (c == '\r') continue;
        made += c;
        if (c == '\n') made.append(indent).append(" * ");
    }
    return made += " */\n";
}

[[gnu::cold]] inline std::string type_of(const json& schema, std::string_view indent);

[[gnu::cold]] inline std::string joined(const json& schemas, std::string_view between, std::string_view indent) {
    std::string made;
    for (const json& each : schemas) {
        std::string one = type_of(each, indent);
        if (one == "unknown") return one;
        if (!made.empty()) made.append(between);
        bool mixed = between == " & " && one.find(" | ") != one.npos;
        made.append(mixed ? "(" + one + ")" : one);
    }
    return made.empty() ? "never" : made;
}
[[gnu::cold]] inline std::string list_of(const std::string& element) {
    bool simple = is_identifier(element);
    return simple ? element + "[]" : "(" + element + ")[]";
}
[[gnu::cold]] inline std::string object_of(const json& schema, std::string_view indent) {
    std::string made = "{\n";
    std::string inner = std::string(indent) + "  ";
    const json* required = schema.find("required");
    for (const json_member& each : schema["properties"].items()) {
        bool must = false;
        if (required)
            for (const json& name : *required) must = must || name.as_string() == each.key;
        made.append(comment(each.value, inner)).append(inner).append(property(each.key)).append(must ? ": " : "?: ");
        made.append(type_of(each.value, inner)).append(";\n");
    }
    return made.append(indent).append("}");
}

/// The type of what fits the schema. in: indent, of the line that it begins in.
[[gnu::cold]] inline std::string type_of(const json& schema, std::string_view indent) {
    if (std::string to = text_of(schema, "$ref"); !to.empty()) return type_identifier(to.substr(to.rfind('/') + 1));
    if (const json* value = schema.find("const")) return value->dump();
    if (const json* values = schema.find("enum")) {
        std::string made;
        for (const json& each : *values) made.append(made.empty() ? "" : " | ").append(each.dump());
        return made.empty() ? "never" : made;
    }
    for (std::string_view word : {"anyOf", "oneOf"})
        if (const json* choices = schema.find(word)) return joined(*choices, " | ", indent);
    if (const json* parts = schema.find("allOf")) return joined(*parts, " & ", indent);
    const json* type = schema.find("type");
    if (type && type->is_array()) {
        json each = schema;
        std::string made;
        for (const json& one : *type) {
            each["type"] = one;
            made.append(made.empty() ? "" : " | ").append(type_of(each, indent));
        }
        return made.empty() ? "never" : made;
    }
    std::string kind = text_of(schema, "type");
    if (kind == "string" && text_of(schema, "contentMediaType") == "application/octet-stream") return "File | Blob";
    if (kind == "string" || kind == "boolean" || kind == "null") return kind;
    if (kind == "integer" || kind == "number") return "number";
    if (kind == "array") {
        if (const json* parts = schema.find("prefixItems")) return "[" + joined(*parts, ", ", indent) + "]";
        const json* items = schema.find("items");
        if (!items && schema.contains("maxItems")) return "[]";
        return items ? list_of(type_of(*items, indent)) : "unknown[]";
    }
    if (schema.contains("properties")) {
        if (schema["properties"].empty()) return "{ [name: string]: unknown }";
        return object_of(schema, indent);
    }
    if (kind == "object") {
        const json* values = schema.find("additionalProperties");
        std::string held = values && values->is_object() ? type_of(*values, indent) : "unknown";
        return "{ [name: string]: " + held + " }";
    }
    return "unknown";
}

}  // namespace coracle::typescript
