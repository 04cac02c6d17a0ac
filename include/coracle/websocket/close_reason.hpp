// close_reason: what a close frame carries: nothing, or a code and a sentence.
// RFC 6455 5.5.1, 7.1.5, 7.1.6.
#pragma once

#include <coracle/base/utf8.hpp>
#include <coracle/websocket/close_code.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace coracle::ws {

struct close_reason {
    static constexpr std::size_t most_bytes = 123;

    close_code code = close_code::none;
    std::string_view text{};
};

/// What read_close_reason() found wrong; `none` when it is right.
enum class close_fault : std::uint8_t {
    none,
    half_a_code,   ///< one byte
    no_such_code,  ///< a number that must not be sent
    not_utf8,
};

/// keeps: the payload.
inline close_fault read_close_reason(std::string_view payload, close_reason& out) noexcept {
    out = {};
    if (payload.empty()) return close_fault::none;
    if (payload.size() == 1) return close_fault::half_a_code;
    auto high = static_cast<unsigned char>(payload[0]);
    auto low = static_cast<unsigned char>(payload[1]);
    auto code = static_cast<close_code>(static_cast<std::uint16_t>(high << 8U | low));
    if (!may_be_sent(code)) return close_fault::no_such_code;
    if (!utf8::is_valid(payload.substr(2))) return close_fault::not_utf8;
    out = {code, payload.substr(2)};
    return close_fault::none;
}

/// As much of a sentence as a close frame has room for: whole characters, and none behind one that is not UTF-8.
inline std::string_view fitting_reason(std::string_view text) noexcept {
    if (text.size() > close_reason::most_bytes) text = text.substr(0, close_reason::most_bytes);
    return text.substr(0, utf8::first_invalid(text));
}

/// The payload of a close frame. A code that may not be sent is left out, and the sentence with it.
class close_payload {
public:
    explicit close_payload(close_code code, std::string_view text = {}) noexcept {
        if (!may_be_sent(code)) return;
        text = fitting_reason(text);
        bytes_[0] = static_cast<char>(number(code) >> 8U);
        bytes_[1] = static_cast<char>(number(code) & 0xFFU);
        if (!text.empty()) std::memcpy(bytes_.data() + 2, text.data(), text.size());
        size_ = 2 + text.size();
    }
    std::string_view view() const noexcept { return {bytes_.data(), size_}; }

private:
    std::array<char, 2 + close_reason::most_bytes> bytes_;
    std::size_t size_ = 0;
};

}  // namespace coracle::ws
