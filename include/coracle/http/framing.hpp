// framing: what single fields say about the message as a whole, and whether together they make sense.
// RFC 9110 7.2 (Host), 7.6.1 (Connection), 7.8 (Upgrade), 8.6 (Content-Length), 10.1.1 (Expect); RFC 9112 6.1
// (Transfer-Encoding), 6.3.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/same_text.hpp>
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
    void reset() noexcept { said_ = 0; }

    /// Looks at one field and notes in `head` what it says.
    [[gnu::always_inline]] std::optional<refusal> note(request_head& head, std::string_view name,
                                                       std::string_view value) {
        // A length is enough to pass nearly every other field by.
        switch (name.size()) {
            case 4:
                return is(name, "host") ? note_host(head, value) : std::nullopt;
            case 6:
                return is(name, "expect") ? note_expect(head, value) : std::nullopt;
            case 7:
                if (is(name, "upgrade")) said_ |= upgrade;
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

    /// The same, for who is in no hurry.
    [[gnu::noinline]] std::optional<refusal> note_any(request_head& head, std::string_view name,
                                                      std::string_view value) {
        return note(head, name, value);
    }

    /// Judges the head as a whole, when all fields are there.
    [[gnu::always_inline]] std::optional<refusal> finish(request_head& head) const noexcept {
        // Nearly all heads say only whom they are for, and a fresh head says the rest of it.
        if ((said_ | static_cast<unsigned>(head.chunked)) == 0 && head.version == version::http_1_1 &&
            !head.host.empty() && head.target.form != target_form::absolute) [[likely]]
            return std::nullopt;
        return judge(head);
    }

private:
    // What has been said, as bits.
    enum : std::uint8_t { close = 1, keep_alive = 2, upgrade = 4, upgrade_token = 8, expect = 16 };

    [[gnu::noinline]] std::optional<refusal> judge(request_head& head) const noexcept {
        bool modern = head.version == version::http_1_1;
        if (head.chunked && !modern) return refusal::old_transfer_encoding;
        if (head.chunked && head.content_length) return refusal::two_lengths;
        if (modern && head.host.empty()) return refusal::missing_host;
        // RFC 9112 3.2.2: where the target names a host, the Host field is not asked.
        if (head.target.form == target_form::absolute) head.host = head.target.authority;
        head.keep_alive = !says(close) && (modern || says(keep_alive));
        head.upgrade = modern && says(upgrade) && says(upgrade_token);
        head.expect_continue = modern && says(expect);  // RFC 9110 10.1.1: to HTTP/1.0 it means nothing
        return std::nullopt;
    }
    bool says(std::uint8_t what) const noexcept { return (said_ & what) != 0; }

    /// Whether a token of the right size is this name, whatever its case. All bytes at once: no token has a byte that
    /// bit 0x20 turns into another one's letter or hyphen.
    template <std::size_t N>
    [[gnu::always_inline]] static bool is(std::string_view name, const char (&lower)[N]) noexcept {
        unsigned differs = 0;
        for (std::size_t i = 0; i < N - 1; ++i) differs |= static_cast<unsigned char>((name[i] | 0x20) ^ lower[i]);
        return differs == 0;
    }

    [[gnu::always_inline]] std::optional<refusal> note_host(request_head& head, std::string_view value) noexcept {
        if (!head.host.empty() || !is_known_host(value)) [[unlikely]]
            return note_new_host(head, value);
        head.host = value;
        return std::nullopt;
    }
    [[gnu::noinline]] std::optional<refusal> note_new_host(request_head& head, std::string_view value) noexcept {
        if (!head.host.empty()) return refusal::repeated_host;
        if (!parse_authority(value)) return refusal::bad_host;
        remember_host(value);
        head.host = value;
        return std::nullopt;
    }
    // Nearly all requests say the same Host as the one before: it has been looked at.
    [[gnu::always_inline]] bool is_known_host(std::string_view value) const noexcept {
        return host_size_ != 0 && same_text(value, {host_.data(), host_size_});
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
        if (says(expect) || !ascii::iequals(value, "100-continue")) return refusal::unsupported_expectation;
        said_ |= expect;
        return std::nullopt;
    }
    void note_connection(std::string_view value) noexcept {
        for_each_element(value, [this](std::string_view option) {
            if (ascii::iequals(option, "close")) said_ |= close;
            if (ascii::iequals(option, "keep-alive")) said_ |= keep_alive;
            if (ascii::iequals(option, "upgrade")) said_ |= upgrade_token;
            return true;
        });
    }

    std::uint8_t said_ = 0;
    std::uint8_t host_size_ = 0;
    std::array<char, 48> host_{};  // the last good one, if it is short enough; stays across reset()
};

}  // namespace coracle::http
