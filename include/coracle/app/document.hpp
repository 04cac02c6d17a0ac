// document: a JSON body as a value, or what is wrong with it in FastAPI's words.
#pragma once

#include <coracle/json/parse.hpp>
#include <coracle/json/read.hpp>
#include <coracle/json/validation.hpp>
#include <coracle/json/value.hpp>

#include <concepts>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// Reads the whole text of a body as a T. out: nothing, and more in `issues`, when it is none.
template <class T>
std::optional<T> read_document(std::string_view text, std::vector<validation_issue>& issues) {
    auto parsed = json::try_parse(text);
    if (!parsed) {
        const parse_error& why = parsed.error();
        issues.push_back({"json_invalid", json::array({"body", why.character}), "JSON decode error", json::object(),
                          json{{"error", why.message}}});
        return std::nullopt;
    }
    if constexpr (std::same_as<T, json>) {
        return *std::move(parsed);
    } else {
        static_assert(std::default_initializable<T>,
                      "coracle: a type that is read from a JSON body can be made without arguments first");
        std::optional<T> value(std::in_place);
        if (!read_json(*parsed, *value, issues, "body")) value.reset();
        return value;
    }
}

}  // namespace coracle
