// framing: what single fields say about the message as a whole, and whether together they make sense.
// RFC 9110 7.2 (Host), 7.6.1 (Connection), 7.8 (Upgrade), 8.6 (Content-Length), 10.1.1 (Expect); RFC 9112 6.1
// (Transfer-Encoding), 6.3.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/authority.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/refusal.hpp>
#include <coracle/http/request_head.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace coracle::http {

/// Collects the facts of one head, field by field. Whatever two readers might understand differently is refused.
class framing {
public:
    void reset() noexcept { *this = framing(); }

    /// Looks at one field and notes in `head` what it says.
    std::optional<refusal> note(request_head& head, std::string_view name, std::string_view value) {
        // A length and a first letter are enough to pass nearly every other field by.
        switch (name.size()) {
            case 4:
                return same_name(name, "host") ? note_host(head, value) : std::nullopt;
            case 6:
                return same_name(name, "expect") ? note_expect(head, value) : std::nullopt;
            case 7:
                if (same_name(name, "upgrade")) upgrade_ = true;
                return std::nullopt;
            case 10:
                if (same_name(name, "connection")) note_connection(value);
                return std::nullopt;
            case 14:
                return same_name(name, "content-length") ? note_content_length(head, value) : std::nullopt;
            case 17:
                return same_name(name, "transfer-encoding") ? note_transfer_encoding(head, value) : std::nullopt;
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
    static std::optional<refusal> note_host(request_head& head, std::string_view value) noexcept {
        if (!head.host.empty()) return refusal::repeated_host;
        if (!parse_authority(value)) return refusal::bad_host;
        head.host = value;
        return std::nullopt;
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
};

}  // namespace coracle::http
