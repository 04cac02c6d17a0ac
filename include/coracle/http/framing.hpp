// framing: what single fields say about the message as a whole, and whether together they make sense.
// RFC 9110 7.2 (Host), 7.6.1 (Connection), 7.8 (Upgrade), 8.6 (Content-Length), 10.1.1 (Expect); RFC 9112 6.1
// (Transfer-Encoding), 6.3.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/authority.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/refusal.hpp>
#include <coracle/http/request_head.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace coracle::http {

/// Collects the facts of one head, field by field. Whatever two readers might understand differently is refused.
class framing {
public:
    void reset() noexcept { close_ = keep_alive_ = upgrade_ = upgrade_token_ = expect_ = false; }

    /// Looks at one field and notes in `head` what it says.
    std::optional<refusal> note(request_head& head, std::string_view name, std::string_view value) {
        // A length is enough to pass nearly every other field by.
        switch (name.size()) {
            case 4:
                return is(name, "host") ? note_host(head, value) : std::nullopt;
            case 6:
                return is(name, "expect") ? note_expect(head, value) : std::nullopt;
            case 7:
                if (is(name, "upgrade")) upgrade_ = true;
                return std::nullopt;
            case 10:
                if (is(name, "connection")) note_connection(value);
                return std::nullopt;
            case 14:
                return is(name, "content-length") ? note_content_length(head, value) : std::nullopt;
            case 17:
                return is(name, "transfer-encoding") ? note_transfer_encoding(head, value) : std::nullopt;
            default:
                return std::nullopt;
        }
    }

    /// Judges the head as a whole, when all fields are there.
    std::optional<refusal> finish(request_head& head) const noexcept {
        bool modern = head.version == version::http_1_1;
        if (head.chunked && !modern) return refusal::old_transfer_encoding;
        if (head.chunked && head.content_length) return refusal::two_lengths;
        if (modern && head.host.empty()) return refusal::missing_host;
        // RFC 9112 3.2.2: where the target names a host, the Host field is not asked.
        if (head.target.form == target_form::absolute) head.host = head.target.authority;
        head.keep_alive = !close_ && (modern || keep_alive_);
        head.upgrade = modern && upgrade_ && upgrade_token_;
        head.expect_continue = modern && expect_;  // RFC 9110 10.1.1: to HTTP/1.0 it means nothing
        return std::nullopt;
    }

private:
    /// Whether a token of the right size is this name, whatever its case. All bytes at once: no token has a byte that
    /// bit 0x20 turns into another one's letter or hyphen.
    template <std::size_t N>
    static bool is(std::string_view name, const char (&lower)[N]) noexcept {
        unsigned differs = 0;
        for (std::size_t i = 0; i < N - 1; ++i) differs |= static_cast<unsigned char>((name[i] | 0x20) ^ lower[i]);
        return differs == 0;
    }

    std::optional<refusal> note_host(request_head& head, std::string_view value) noexcept {
        if (!head.host.empty()) return refusal::repeated_host;
        if (!is_known_host(value)) {
            if (!parse_authority(value)) return refusal::bad_host;
            remember_host(value);
        }
        head.host = value;
        return std::nullopt;
    }
    // Nearly all requests say the same Host as the one before: it has been looked at.
    bool is_known_host(std::string_view value) const noexcept {
        return value.size() == host_size_ && std::memcmp(value.data(), host_.data(), host_size_) == 0 &&
               host_size_ != 0;
    }
    void remember_host(std::string_view value) noexcept {
        if (value.size() > host_.size()) return;
        std::memcpy(host_.data(), value.data(), value.size());
        host_size_ = static_cast<std::uint8_t>(value.size());
    }
    static std::optional<refusal> note_content_length(request_head& head, std::string_view value) noexcept {
        if (head.content_length) return refusal::repeated_content_length;
        // 19 digits always fit; a list of equal numbers, which RFC 9110 8.6 would let pass, is refused as well.
        if (value.size() > 19) return refusal::bad_content_length;
        head.content_length = ascii::parse_decimal(value);
        if (!head.content_length) return refusal::bad_content_length;
        return std::nullopt;
    }
    static std::optional<refusal> note_transfer_encoding(request_head& head, std::string_view value) noexcept {
        if (head.chunked) return refusal::repeated_transfer_encoding;
        if (!ascii::iequals(value, "chunked")) return refusal::unsupported_transfer_encoding;
        head.chunked = true;
        return std::nullopt;
    }
    std::optional<refusal> note_expect(request_head&, std::string_view value) noexcept {
        if (expect_ || !ascii::iequals(value, "100-continue")) return refusal::unsupported_expectation;
        expect_ = true;
        return std::nullopt;
    }
    void note_connection(std::string_view value) noexcept {
        for_each_element(value, [this](std::string_view option) {
            if (ascii::iequals(option, "close")) close_ = true;
            if (ascii::iequals(option, "keep-alive")) keep_alive_ = true;
            if (ascii::iequals(option, "upgrade")) upgrade_token_ = true;
            return true;
        });
    }

    bool close_ = false;
    bool keep_alive_ = false;
    bool upgrade_ = false;
    bool upgrade_token_ = false;
    bool expect_ = false;
    std::uint8_t host_size_ = 0;
    std::array<char, 48> host_{};  // the last good one, if it is short enough; stays across reset()
};

}  // namespace coracle::http
