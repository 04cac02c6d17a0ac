// operation: what one route tells of itself in the OpenAPI document. Its parameters, its result and its dependencies
// write into it. OpenAPI 3.1.0, 4.8.10.
//
// A kind of parameter tells what it takes by a function in its parameter_reader:
//   static void describe(operation& told) { told.parameter(parameter_place::header, "x-id", &schema_of<int>, true); }
// A kind that the pattern names takes a second argument, which of the names it is.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/json/number.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/route/convertor.hpp>
#include <coracle/route/pattern.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

namespace detail {

/// The components of FastAPI's 422, with their titles.
[[gnu::cold]] inline json validation_schema(schema_components& named) {
    auto titled = [](json schema, std::string_view title) {
        put_text(schema, "title", title);
        return schema;
    };
    json properties = json::object();
    json words = json::array();
    words.push_back(typed("string"));
    words.push_back(typed("integer"));
    put(properties, "loc", titled(list_of(any_of(std::move(words))), "Location"));
    put(properties, "msg", titled(typed("string"), "Message"));
    put(properties, "type", titled(typed("string"), "Error Type"));
    put(properties, "input", titled(json::object(), "Input"));
    put(properties, "ctx", titled(typed("object"), "Context"));
    json issue = json::object();
    put(issue, "properties", std::move(properties));
    put_text(issue, "type", "object");
    json required = json::array();
    for (std::string_view name : {"loc", "msg", "type"}) required.push_back(json(name));
    put(issue, "required", std::move(required));
    json list = list_of(named.refer("ValidationError", titled(std::move(issue), "ValidationError")));
    json detail = json::object();
    put(detail, "detail", titled(std::move(list), "Detail"));
    json whole = json::object();
    put(whole, "properties", std::move(detail));
    put_text(whole, "type", "object");
    return named.refer("HTTPValidationError", titled(std::move(whole), "HTTPValidationError"));
}

}  // namespace detail

/// Where a parameter stands in a request; in the order in which they are told.
enum class parameter_place : unsigned char { path, query, header, cookie };

/// One route, told. Made for each route when the document is made, which is once.
class operation {
public:
    /// in: by, the route as it was written; named, where the schemas of structs and enums go; skipped, how many of its
    /// placeholders are a prefix's and so not the handler's.
    operation(const route::pattern& by, schema_components& named, std::size_t skipped = 0)
        : route_(by), named_(named), skipped_(skipped) {}
    operation(const operation&) = delete;
    operation& operator=(const operation&) = delete;

    const route::pattern& route() const noexcept { return route_; }
    schema_components& named() noexcept { return named_; }

    /// One parameter; the second of the same place and name is passed over. A json null is no default.
    [[gnu::cold]] void parameter(parameter_place in, std::string_view name, schema_function schema, bool required,
                                 json initial = {}) {
        parameter(in, name, schema(named_), required, std::move(initial));
    }
    [[gnu::cold]] void parameter(parameter_place in, std::string_view name, json schema, bool required,
                                 json initial = {}) {
        refusal_ = &detail::validation_schema;
        add(in, name, std::move(schema), required, std::move(initial));
    }
    /// The n-th name of the handler: a placeholder, or a query name with its default.
    [[gnu::cold]] void word(std::size_t n, schema_function schema, bool may_be_absent) {
        word(n, schema(named_), may_be_absent);
    }
    [[gnu::cold]] void word(std::size_t n, json schema, bool may_be_absent) {
        n += skipped_;
        if (n >= route_.parameter_count()) return;
        std::string_view name = route_.parameter_name(n);
        if (n < route_.placeholder_count) return parameter(parameter_place::path, name, std::move(schema), true);
        const route::pattern_query& query = route_.queries[n - route_.placeholder_count];
        json initial = query.has_default ? default_of(schema, query.default_text) : json();
        parameter(parameter_place::query, name, std::move(schema), !may_be_absent && !query.has_default,
                  std::move(initial));
    }
    /// The query names, for a handler that looks them up by itself.
    [[gnu::cold]] void words_by_hand() {
        schema_function refused = refusal_;
        for (std::size_t n = route_.placeholder_count; n < route_.parameter_count(); ++n)
            word(n - skipped_, detail::typed("string"), true);
        refusal_ = refused;
    }
    /// The placeholders that nobody told of: their convertors tell.
    [[gnu::cold]] void words_left() {
        for (const route::pattern_segment& segment : route_.segments)
            if (segment.is_placeholder) add(parameter_place::path, segment.text, convertor_schema(segment.kind), true);
    }
    /// Every member of a struct as a parameter. in: &definition_of<filter>; dashes, for names of header fields.
    [[gnu::cold]] void parameters(parameter_place in, schema_function definition, bool dashes = false) {
        json all = definition(named_);
        refusal_ = &detail::validation_schema;
        const json* members = all.find("properties");
        if (!members) return;
        for (const json_member& member : members->items()) {
            bool required = false;
            if (const json* names = all.find("required"))
                for (const json& name : *names) required = required || name.as_string() == member.key;
            std::string name = member.key;
            if (dashes)
                for (char& c : name) c = c == '_' ? '-' : c;
            json schema = member.value;
            json initial;
            if (json* given = schema.find("default")) {
                initial = std::move(*given);
                schema.erase("default");
            }
            parameter(in, name, std::move(schema), required, std::move(initial));
        }
    }

    /// The body. Several media types may be told.
    [[gnu::cold]] void body(std::string_view media_type, schema_function schema, bool required) {
        body(media_type, schema(named_), required);
    }
    [[gnu::cold]] void body(std::string_view media_type, json schema, bool required) {
        refusal_ = &detail::validation_schema;
        json content = json::object();
        detail::put(content, "schema", std::move(schema));
        detail::put(body_["content"], media_type, std::move(content));
        if (required) detail::put(body_, "required", json(true));
    }

    /// One member of the body, which is an object then.
    [[gnu::cold]] void body_member(std::string_view media_type, std::string_view name, json schema, bool required,
                                   json initial = {}) {
        json whole = detail::typed("object");
        const json* before = body_.find("content");
        if (before) before = before->find(media_type);
        if (before) before = before->find("schema");
        if (before) whole = *before;
        detail::finish_field(schema, name, std::move(initial));
        detail::put(whole["properties"], name, std::move(schema));
        if (required) whole["required"].push_back(json(name));
        body(media_type, std::move(whole), required || body_.find("required") != nullptr);
    }

    /// One field of a form. A form with a file in it is multipart/form-data, and else urlencoded.
    [[gnu::cold]] void form_member(std::string_view name, json schema, bool required, json initial = {},
                                   bool is_file = false) {
        constexpr std::string_view plain = "application/x-www-form-urlencoded", files = "multipart/form-data";
        json* content = body_.find("content");
        if (is_file && content)
            if (json* before = content->find(plain)) {
                json moved = std::move(*before);
                content->erase(plain);
                detail::put(*content, files, std::move(moved));
            }
        bool has_files = is_file || (content && content->find(files));
        body_member(has_files ? files : plain, name, std::move(schema), required, std::move(initial));
    }

    /// What the handler gives; without media type, nothing.
    [[gnu::cold]] void result(std::string_view media_type, schema_function schema) {
        result_media_ = media_type;
        if (schema) result_ = schema(named_);
    }
    /// What the handler gives one after the other: OpenAPI 3.2's itemSchema.
    [[gnu::cold]] void items(std::string_view media_type, schema_function schema) {
        result(media_type, schema);
        gives_items_ = true;
    }
    void status(int code) noexcept { status_ = code; }

    /// An answer besides the handler's: 404 of a dependency. What the route's own options say of it goes before.
    [[gnu::cold]] void answer(int code, std::string_view description, json schema = {}) {
        json told = json::object();
        detail::put_text(told, "description", description);
        if (!schema.is_null()) detail::put(told, "content", json_content(std::move(schema)));
        answers_[std::to_string(code)] = std::move(told);
    }

    /// A security scheme, as "components/securitySchemes" has it, and the scopes that are needed of it.
    /// in: required, false when the route answers without it too.
    [[gnu::cold]] void security(std::string_view name, json scheme, const json& scopes = json::array(),
                                bool required = true) {
        json& mine = security_[name];
        detail::put(mine, "scheme", std::move(scheme));
        json& told = mine["scopes"];
        if (told.is_null()) told = json::array();
        for (const json& scope : scopes) add_scope(told, scope);
        for (const json& scope : scopes_) add_scope(told, scope);
        json& must = mine["required"];
        must = json(required || (must.is_bool() && must.as_bool()));
    }
    /// The scopes that what is told next needs too, and their end. FastAPI's Security(..., scopes=[...]).
    [[gnu::cold]] void begin_scopes(std::span<const std::string_view> scopes) {
        for (std::string_view scope : scopes) scopes_.push_back(json(scope));
    }
    [[gnu::cold]] void end_scopes(std::size_t count) {
        for (; count != 0; --count) scopes_.as_array().pop_back();
    }

    /// For the document. Parameters as they stand there, in the order in which they were told; security by name, each
    /// with its scheme, scopes, and whether it is required.
    const json& parameters() const noexcept { return parameters_; }
    const json& security() const noexcept { return security_; }
    const json& body() const noexcept { return body_; }
    const json& answers() const noexcept { return answers_; }
    std::string_view result_media() const noexcept { return result_media_; }
    const json& result() const noexcept { return result_; }
    /// The content of the handler's answers, by media type.
    [[gnu::cold]] json result_content() const {
        json content = json_content(result_, result_media_);
        if (!gives_items_) return content;
        json inner = json::object();
        detail::put(inner, "itemSchema", json(result_));
        detail::put(content, result_media_, std::move(inner));
        return content;
    }
    /// The status of the handler's answers, when the route does not say one.
    int status() const noexcept { return status_; }
    /// Whether a request can be refused with 422.
    bool validates() const noexcept { return refusal_ != nullptr; }
    /// What the answer 422 looks like then.
    schema_function refusal_schema() const noexcept { return refusal_; }

    [[gnu::cold]] static json json_content(json schema, std::string_view media_type = "application/json") {
        json inner = json::object();
        detail::put(inner, "schema", std::move(schema));
        json content = json::object();
        detail::put(content, media_type, std::move(inner));
        return content;
    }

    static std::string_view place_name(parameter_place in) noexcept {
        constexpr std::string_view names[] = {"path", "query", "header", "cookie"};
        return names[static_cast<std::size_t>(in)];
    }

private:
    [[gnu::cold]] void add(parameter_place in, std::string_view name, json schema, bool required, json initial = {}) {
        for (const json& each : parameters_)
            if (each["in"].as_string() == place_name(in) && each["name"].as_string() == name) return;
        schema = detail::without_null(std::move(schema));
        json description;
        if (json* words = schema.find("description")) description = *words;
        detail::finish_field(schema, name, std::move(initial));
        json told = json::object();
        detail::put_text(told, "name", name);
        detail::put_text(told, "in", place_name(in));
        detail::put(told, "required", json(required));
        if (!description.is_null()) detail::put(told, "description", std::move(description));
        detail::put(told, "schema", std::move(schema));
        parameters_.push_back(std::move(told));
    }
    [[gnu::cold]] static void add_scope(json& to, const json& scope) {
        for (const json& each : to)
            if (each.as_string() == scope.as_string()) return;
        to.push_back(scope);
    }
    const json& resolved(const json& schema) const noexcept {
        const json* component = named_.find(schema);
        return component ? *component : schema;
    }
    /// A default of the pattern as the value that it stands for.
    json default_of(const json& schema, std::string_view text) const {
        const json* type = resolved(schema).find("type");
        std::string_view kind = type && type->is_string() ? std::string_view(type->as_string()) : "";
        if (kind == "boolean") return json(text == "true" || text == "1");
        if (kind == "number") return json(detail::read_double(text));
        if (kind != "integer") return json(text);
        if (auto whole = ascii::parse_decimal<std::uint64_t>(text)) return json(*whole);
        if (auto whole = ascii::parse_decimal<std::uint64_t>(text.substr(1)))
            return json(static_cast<std::int64_t>(0 - *whole));
        return json(text);
    }
    static json convertor_schema(route::convertor kind) {
        json whole = detail::typed("integer");
        switch (kind) {
            case route::convertor::integer:
                detail::put(whole, "minimum", json(0));
                return whole;
            case route::convertor::decimal:
                return detail::typed("number");
            case route::convertor::uuid:
                return detail::typed("string", "uuid");
            default:
                return detail::typed("string");
        }
    }

    const route::pattern& route_;
    schema_components& named_;
    std::size_t skipped_;
    json scopes_ = json::array();
    json parameters_ = json::array();
    json security_ = json::object();
    json body_ = json::object();
    json answers_ = json::object();
    std::string result_media_;
    bool gives_items_ = false;
    json result_;
    int status_ = 200;
    schema_function refusal_ = nullptr;  // by who can be wrong, so that a program without such pays nothing
};

}  // namespace coracle
