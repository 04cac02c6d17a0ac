// field_parameters: the parameters behind a field value: `; boundary=x; name="a \"b\""`.
// RFC 9110 5.6.6. In a quoted value only \" and \\ are escapes, as browsers write them: `filename="C:\a"` has none.
#pragma once

#include <coracle/base/ascii.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::http {

/// Goes through them: `for (field_parameters each(value); each.next();) use(each.name(), each.value());`
/// What is no parameter (`; ;`, a name without a value) is passed over. Keeps: a reference to the text. Cost: linear.
class field_parameters {
public:
    /// in: the whole field value; what stands before the first `;` is none of its parameters.
    explicit field_parameters(std::string_view field) noexcept : rest_(field) { skip_to_semicolon(); }

    bool next() {
        while (!rest_.empty()) {
            rest_.remove_prefix(1);  // the semicolon
            std::size_t end = rest_.find_first_of("=;");
            name_ = ascii::trim(rest_.substr(0, end));
            bool has_value = end != std::string_view::npos && rest_[end] == '=';
            rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
            if (!has_value) continue;
            rest_.remove_prefix(1);
            while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
            read_value();
            if (!name_.empty()) return true;
        }
        return false;
    }
    /// Of the parameter next() went to; valid until the next call of it. Names are compared without regard to case.
    std::string_view name() const noexcept { return name_; }
    std::string_view value() const noexcept { return value_; }

private:
    void skip_to_semicolon() noexcept {
        std::size_t semicolon = rest_.find(';');
        rest_.remove_prefix(semicolon == std::string_view::npos ? rest_.size() : semicolon);
    }
    void read_value() {
        if (!rest_.starts_with('"')) {
            value_ = ascii::trim(rest_.substr(0, rest_.find(';')));
            return skip_to_semicolon();
        }
        rest_.remove_prefix(1);
        std::size_t end = 0;
        bool escapes = false;
        while (end < rest_.size() && rest_[end] != '"') {
            bool escape = is_escape(end);
            escapes = escapes || escape;
            end += escape ? 2 : 1;
        }
        value_ = rest_.substr(0, end);
        rest_.remove_prefix(end < rest_.size() ? end + 1 : rest_.size());
        if (escapes) unescape();
        skip_to_semicolon();
    }
    bool is_escape(std::size_t at) const noexcept {
        return rest_[at] == '\\' && at + 1 < rest_.size() && (rest_[at + 1] == '"' || rest_[at + 1] == '\\');
    }
    void unescape() {
        storage_.clear();
        for (std::size_t i = 0; i < value_.size(); ++i) {
            bool escape = value_[i] == '\\' && i + 1 < value_.size() && (value_[i + 1] == '"' || value_[i + 1] == '\\');
            storage_ += value_[escape ? ++i : i];
        }
        value_ = storage_;
    }

    std::string_view rest_;
    std::string_view name_{};
    std::string_view value_{};
    std::string storage_{};
};

/// What find_parameter() found.
struct found_parameter {
    std::optional<std::string> value{};  ///< of the first with this name
    bool repeated = false;               ///< there is another one, and two readers may take two different ones
};

inline found_parameter find_parameter(std::string_view field, std::string_view name) {
    found_parameter found;
    for (field_parameters each(field); each.next();) {
        if (!ascii::iequals(each.name(), name)) continue;
        found.repeated = found.value.has_value();
        if (!found.value) found.value = std::string(each.value());
        if (found.repeated) break;
    }
    return found;
}

}  // namespace coracle::http
