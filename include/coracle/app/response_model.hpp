// response_model: another answer of a route, with the schema of what it holds, for route_options::responses.
#pragma once

#include <coracle/app/operation.hpp>
#include <coracle/json/schema.hpp>
#include <coracle/json/value.hpp>

#include <string_view>
#include <utility>

namespace coracle {

/// An answer that holds a T as JSON: `{.responses = {{"409", response_model<conflict>("Somebody was faster")}}}`.
/// Without a description, the status says it.
template <class T>
[[gnu::cold]] json response_model(std::string_view description = {}, std::string_view media_type = "application/json") {
    schema_components named;
    json schema = schema_of<T>(named);
    json made = json::object();
    if (!description.empty()) detail::put_text(made, "description", description);
    detail::put(made, "content", operation::json_content(std::move(schema), media_type));
    // The document takes them out again and puts them where the references lead.
    if (!named.empty()) detail::put(made, "x-components", named.sorted());
    return made;
}

}  // namespace coracle
