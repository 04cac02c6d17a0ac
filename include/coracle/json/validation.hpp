// validation: what is wrong with a value that came from outside, in pydantic's words.
#pragma once

#include <coracle/json/value.hpp>

#include <cstddef>
#include <string>

namespace coracle {

/// Issues that are kept for one document: an answer should not be much larger than what it answers.
inline constexpr std::size_t max_validation_issues = 100;
/// About how many bytes of what came are repeated in the issues of one document; behind them `input` is null.
inline constexpr std::size_t max_repeated_input = 64 * 1024;

/// One thing that was wrong: `{"type", "loc", "msg", "input", "ctx"?}`, in pydantic's words.
struct validation_issue {
    std::string type{};  ///< `missing`, `int_parsing`, ...
    json loc{};          ///< an array: "path", "query" or "body", then names and indexes
    std::string msg{};
    json input{};  ///< what came; null when nothing did
    json ctx{};    ///< null: left out
};

}  // namespace coracle
