// subprotocol: which language of the offered ones two sides of a WebSocket speak.
// RFC 6455 1.9, 4.1, 4.2.2, 11.3.4.
#pragma once

#include <coracle/base/ascii.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace coracle::ws {

/// Goes through the names of a Sec-WebSocket-Protocol field: `for (subprotocol_list each(value); each.next();)`.
/// keeps: the text. cost: linear.
class subprotocol_list {
public:
    explicit constexpr subprotocol_list(std::string_view field) noexcept : rest_(field) {}
    constexpr bool next() noexcept {
        while (!rest_.empty()) {
            std::size_t comma = rest_.find(',');
            name_ = ascii::trim(rest_.substr(0, comma));
            rest_.remove_prefix(comma == rest_.npos ? rest_.size() : comma + 1);
            if (!name_.empty()) return true;
        }
        return false;
    }
    constexpr std::string_view name() const noexcept { return name_; }

private:
    std::string_view rest_;
    std::string_view name_{};
};

/// Whether the field is a list of tokens, if it is there. A server refuses another one with 400.
constexpr bool is_subprotocol_list(std::string_view field) noexcept {
    bool any = false;
    for (subprotocol_list each(field); each.next(); any = true)
        if (!ascii::is_token(each.name())) return false;
    return any || field.empty();
}

/// Case counts in names.
constexpr bool is_offered_subprotocol(std::string_view field, std::string_view name) noexcept {
    for (subprotocol_list each(field); each.next();)
        if (each.name() == name) return true;
    return false;
}

/// The first of ours that the client offers; empty when there is none, and then the answer has no such field.
constexpr std::string_view choose_subprotocol(std::string_view offered,
                                              std::span<const std::string_view> ours) noexcept {
    for (std::string_view name : ours)
        if (is_offered_subprotocol(offered, name)) return name;
    return {};
}
/// The first that the client offers of ours, where the client's order is to count.
constexpr std::string_view choose_as_offered(std::string_view offered,
                                             std::span<const std::string_view> ours) noexcept {
    for (subprotocol_list each(offered); each.next();)
        for (std::string_view name : ours)
            if (each.name() == name) return name;
    return {};
}

}  // namespace coracle::ws
