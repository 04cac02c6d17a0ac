// extension_list: a Sec-WebSocket-Extensions field: names, each with parameters, in the order of preference.
// RFC 6455 9.1. D17: read once from the left to the right, without a copy.
#pragma once

#include <coracle/base/ascii.hpp>

#include <cstddef>
#include <string_view>

namespace coracle::ws {

/// `for (extension_list each(value); each.next();) use(each.name(), each.all_parameters());` Ends at the first mistake,
/// and broken() says so: what stands before it was well formed. keeps: the text.
class extension_list {
public:
    class parameters;

    explicit constexpr extension_list(std::string_view field) noexcept : rest_(field) {}

    constexpr bool next() noexcept;
    constexpr std::string_view name() const noexcept { return name_; }
    constexpr parameters all_parameters() const noexcept;
    /// The field is not what RFC 6455 calls a list of extensions.
    constexpr bool broken() const noexcept { return broken_; }

private:
    std::string_view rest_;
    std::string_view name_{};
    std::string_view parameters_{};
    bool broken_ = false;
};

/// `name`, `name=token` and `name="token"`, with semicolons between.
class extension_list::parameters {
public:
    explicit constexpr parameters(std::string_view text) noexcept : rest_(text) {}

    constexpr bool next() noexcept {
        skip_space();
        if (broken_ || rest_.empty() || rest_[0] != ';') return false;
        rest_.remove_prefix(1);
        skip_space();
        name_ = take_token();
        value_ = {};
        has_value_ = false;
        skip_space();
        if (!broken_ && rest_.starts_with('=')) {
            rest_.remove_prefix(1);
            skip_space();
            has_value_ = true;
            // Quoted, it must be a token all the same, so there is nothing to unescape.
            const bool quoted = rest_.starts_with('"');
            if (quoted) rest_.remove_prefix(1);
            value_ = take_token();
            if (quoted && !rest_.starts_with('"')) broken_ = true;
            if (quoted && !broken_) rest_.remove_prefix(1);
            skip_space();
        }
        return !broken_;
    }
    constexpr std::string_view name() const noexcept { return name_; }
    constexpr std::string_view value() const noexcept { return value_; }
    constexpr bool has_value() const noexcept { return has_value_; }
    constexpr bool broken() const noexcept { return broken_; }
    /// What stands behind the last parameter that next() gave.
    constexpr std::string_view rest() const noexcept { return rest_; }

private:
    constexpr void skip_space() noexcept {
        while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
    }
    constexpr std::string_view take_token() noexcept {
        std::size_t end = 0;
        while (end < rest_.size() && ascii::is_token(rest_[end])) ++end;
        if (end == 0) broken_ = true;
        std::string_view token = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return token;
    }

    std::string_view rest_;
    std::string_view name_{};
    std::string_view value_{};
    bool has_value_ = false;
    bool broken_ = false;
};

constexpr bool extension_list::next() noexcept {
    // Commas with nothing between them are allowed: RFC 9110 5.6.1.
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == ',')) rest_.remove_prefix(1);
    std::size_t end = 0;
    while (end < rest_.size() && ascii::is_token(rest_[end])) ++end;
    name_ = rest_.substr(0, end);
    std::string_view behind = rest_.substr(end);
    parameters all(behind);
    while (all.next()) {
    }
    std::string_view tail = all.rest();
    broken_ = (end == 0 && !rest_.empty()) || all.broken() || (!tail.empty() && tail[0] != ',');
    if (broken_ || end == 0) {
        rest_ = {};
        return false;
    }
    parameters_ = behind.substr(0, behind.size() - tail.size());
    rest_ = tail;
    return true;
}

constexpr extension_list::parameters extension_list::all_parameters() const noexcept { return parameters(parameters_); }

}  // namespace coracle::ws
