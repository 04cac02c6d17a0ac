// openapi: the OpenAPI document of an app, from its routes and their types.
// OpenAPI 3.1.0. The same bytes at each run and with every compiler; members in FastAPI's order, paths in the order of
// registration, components sorted.
#pragma once

#include <coracle/app/app_options.hpp>
#include <coracle/app/app_route.hpp>
#include <coracle/app/endpoint.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/operation_ids.hpp>
#include <coracle/app/route_options.hpp>
#include <coracle/http/status.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/json/value.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

namespace detail {

/// Puts `over` over `under`: objects member by member, lists one behind the other, anything else in its place.
[[gnu::cold]] inline void merge(json& under, const json& over) {
    if (under.is_object() && over.is_object()) {
        for (const json_member& member : over.items()) {
            if (json* there = under.find(member.key))
                merge(*there, member.value);
            else
                put(under, member.key, member.value);
        }
    } else if (under.is_array() && over.is_array()) {
        for (const json& element : over) under.push_back(element);
    } else {
        under = over;
    }
}

[[gnu::cold]] inline std::string answer_words(std::string_view code) {
    if (code == "default") return "Default Response";
    constexpr std::string_view ranges[] = {"Information", "Success", "Redirection", "Client Error", "Server Error"};
    if (code.size() == 3 && code[0] >= '1' && code[0] <= '5' && (code[1] == 'X' || code[1] == 'x'))
        return std::string(ranges[code[0] - '1']);
    std::size_t status = ascii::parse_decimal<std::size_t>(code).value_or(0);
    std::string_view phrase = status < 1000 ? http::reason_phrase(static_cast<int>(status)) : std::string_view();
    return std::string(phrase.empty() ? "Additional Response" : phrase);
}

}  // namespace detail

/// Makes the document of an app: `openapi_document(options, routes).take()`.
class openapi_document {
public:
    /// in: base, the path that stands before those of the app where it is seen; it becomes the first of the servers.
    /// error: std::logic_error when two operations have the same id.
    [[gnu::cold]] openapi_document(const app_options& options, std::span<const std::unique_ptr<app_route>> routes,
                                   std::string base = {})
        : options_(options), base_(std::move(base)) {
        std::vector<std::string> ids = operation_ids(routes);
        std::size_t at = 0;
        for (const auto& each : routes)
            for (const std::string& method : each->methods()) add(*each, method, ids[at++]);
    }

    [[gnu::cold]] json take() {
        using detail::put;
        using detail::put_text;
        json document = json::object();
        put_text(document, "openapi", "3.1.0");
        put(document, "info", info());
        json known = servers();
        if (!known.empty()) put(document, "servers", std::move(known));
        put(document, "paths", std::move(paths_));
        json components = json::object();
        if (!named_.empty()) put(components, "schemas", named_.sorted());
        if (!schemes_.empty()) put(components, "securitySchemes", std::move(schemes_));
        if (!components.empty()) put(document, "components", std::move(components));
        if (!options_.tags.empty()) put(document, "tags", options_.tags);
        if (!options_.external_docs.empty()) put(document, "externalDocs", options_.external_docs);
        return document;
    }

private:
    [[gnu::cold]] json info() const {
        json made = json::object();
        auto say = [&made](std::string_view word, const std::string& text) {
            if (!text.empty()) detail::put_text(made, word, text);
        };
        say("title", options_.title);
        say("summary", options_.summary);
        say("description", options_.description);
        say("termsOfService", options_.terms_of_service);
        if (!options_.contact.empty()) detail::put(made, "contact", options_.contact);
        if (!options_.license.empty()) detail::put(made, "license", options_.license);
        say("version", options_.version);
        return made;
    }

    [[gnu::cold]] json servers() const {
        json all = json::array();
        if (!base_.empty()) {
            json seen = json::object();
            detail::put_text(seen, "url", base_);
            all.push_back(std::move(seen));
        }
        if (!options_.servers.is_array()) return all;
        for (const json& each : options_.servers) {
            const json* url = each.find("url");
            if (!base_.empty() && url && url->is_string() && url->as_string() == base_) return options_.servers;
            all.push_back(each);
        }
        return all;
    }

    [[gnu::cold]] void add(const app_route& route, const std::string& method, const std::string& id) {
        std::string verb = detail::lower(method);
        if (!route.target() || !route.options().include_in_schema || !is_verb(verb)) return;
        json& item = paths_[path_template(route.pattern())];
        if (item.is_null()) item = json::object();
        // The first that was registered is the one that answers.
        if (item.contains(verb)) return;
        operation told(route.pattern(), named_, route.skipped());
        route.target()->describe(told);
        told.words_left();
        detail::put(item, verb, written(told, route.options(), id));
    }
    static bool is_verb(std::string_view method) noexcept {
        for (std::string_view known : {"get", "put", "post", "delete", "options", "head", "patch", "trace"})
            if (method == known) return true;
        return false;
    }

    [[gnu::cold]] json written(operation& told, const route_options& options, const std::string& id) {
        using detail::put;
        using detail::put_text;
        json made = json::object();
        if (!options.tags.empty()) put(made, "tags", json::array(options.tags));
        std::string_view name = options.name.empty() ? std::string_view(id) : std::string_view(options.name);
        put_text(made, "summary", options.summary.empty() ? detail::title_of(detail::words_of(name)) : options.summary);
        if (!options.description.empty()) put_text(made, "description", options.description);
        put_text(made, "operationId", id);
        if (!told.parameters().empty()) put(made, "parameters", parameters(told));
        if (!told.body().empty()) put(made, "requestBody", told.body());
        put(made, "responses", responses(told, options));
        if (options.deprecated) put(made, "deprecated", json(true));
        if (!told.security().empty()) put(made, "security", security(told));
        if (options.extra.is_object()) detail::merge(made, options.extra);
        return made;
    }

    /// Those of the path as they stand in it, then query, header and cookie, each in the order in which they were told.
    [[gnu::cold]] static json parameters(const operation& told) {
        json all = json::array();
        for (std::size_t n = 0; n < told.route().placeholder_count; ++n)
            for (const json& each : told.parameters())
                if (each["in"].as_string() == "path" && each["name"].as_string() == told.route().parameter_name(n))
                    all.push_back(each);
        for (std::string_view place : {"query", "header", "cookie"})
            for (const json& each : told.parameters())
                if (each["in"].as_string() == place) all.push_back(each);
        return all;
    }

    [[gnu::cold]] json responses(operation& told, const route_options& options) {
        using detail::put;
        using detail::put_text;
        json all = json::object();
        int status = options.status != 0 ? options.status : told.status();
        json own = json::object();
        put_text(own, "description",
                 options.response_description.empty() ? "Successful Response" : options.response_description);
        bool silent = http::forbids_body(status) || http::forces_empty_body(status);
        if (!silent && !told.result_media().empty()) put(own, "content", told.result_content());
        put(all, std::to_string(status), std::move(own));
        detail::merge(all, told.answers());
        if (options.responses.is_object()) {
            for (const json_member& each : options.responses.items()) {
                json answer = each.value;
                take_components(answer);
                if (json* there = all.find(each.key))
                    detail::merge(*there, answer);
                else
                    put(all, each.key, std::move(answer));
            }
        }
        if (told.validates() && !all.contains("422") && !all.contains("4XX") && !all.contains("default")) {
            json refused = json::object();
            put_text(refused, "description", "Validation Error");
            put(refused, "content", operation::json_content(told.refusal_schema()(named_)));
            put(all, "422", std::move(refused));
        }
        for (json_member& each : all.items())
            if (!each.value.contains("description"))
                put_text(each.value, "description", detail::answer_words(each.key));
        return all;
    }
    /// What response_model<T>() brought along.
    [[gnu::cold]] void take_components(json& answer) {
        json* brought = answer.find("x-components");
        if (!brought) return;
        for (const json_member& each : brought->items()) named_.refer(each.key, each.value);
        answer.erase("x-components");
    }

    /// What is required stands together in each choice; what is not is a choice of its own, and so is going without.
    [[gnu::cold]] json security(const operation& told) {
        json together = json::object();
        for (const json_member& each : told.security().items()) {
            if (each.value["required"].as_bool()) detail::put(together, each.key, each.value["scopes"]);
            detail::put(schemes_, each.key, each.value["scheme"]);
        }
        json choices = json::array();
        for (const json_member& each : told.security().items()) {
            if (each.value["required"].as_bool()) continue;
            json choice = together;
            detail::put(choice, each.key, each.value["scopes"]);
            choices.push_back(std::move(choice));
        }
        choices.push_back(std::move(together));
        return choices;
    }

    const app_options& options_;
    std::string base_;
    schema_components named_;
    json paths_ = json::object();
    json schemes_ = json::object();
};

}  // namespace coracle
