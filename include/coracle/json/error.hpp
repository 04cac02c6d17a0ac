// What is wrong with a JSON text or value, and where. RFC 8259; the words are those of Python's json module.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coracle {

/// Why and where a text is not JSON. The peer's fault, so it is a value and not an exception.
struct parse_error {
    /// What was expected, for example "Expecting ',' delimiter"; lives for ever.
    std::string_view message{};
    /// Bytes before the offending place.
    std::size_t position = 0;
    /// Characters (code points) before it: what Python, and so the 422 body, calls the position.
    std::size_t character = 0;
    /// Both count from 1; the column counts characters.
    std::size_t line = 1;
    std::size_t column = 1;

    /// "Expecting value: line 1 column 5 (char 4)".
    std::string what() const {
        return std::string(message) + ": line " + std::to_string(line) + " column " + std::to_string(column) +
               " (char " + std::to_string(character) + ")";
    }
};

/// Thrown where a JSON value is used as what it is not, cannot be written, or by json::parse.
class json_error : public std::runtime_error {
public:
    explicit json_error(const std::string& message) : std::runtime_error(message) {}
    explicit json_error(const parse_error& error) : std::runtime_error(error.what()), where_(error) {}

    /// Where the text went wrong; an empty message in it says that no text was involved.
    const parse_error& where() const noexcept { return where_; }
    std::size_t position() const noexcept { return where_.position; }
    std::size_t line() const noexcept { return where_.line; }
    std::size_t column() const noexcept { return where_.column; }

private:
    parse_error where_;
};

}  // namespace coracle
