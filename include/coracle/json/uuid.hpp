// uuid: a universally unique identifier, 16 bytes. RFC 9562 section 4. Read as pydantic reads one, and with its words
// (which are those of Rust's uuid) when it is none.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/value.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle {

/// Made without bytes it is the nil UUID, all zeros. A random one is made by whoever has a source of randomness:
/// `uuid::version_4(random_bytes<16>())`.
class uuid {
public:
    constexpr uuid() noexcept = default;
    constexpr explicit uuid(const std::array<std::uint8_t, 16>& bytes) noexcept : bytes_(bytes) {}

    /// Sixteen random bytes as a UUID of version 4 (RFC 9562 section 5.4): 122 of the bits stay random.
    static constexpr uuid version_4(std::array<std::uint8_t, 16> random) noexcept {
        random[6] = static_cast<std::uint8_t>((random[6] & 0x0F) | 0x40);
        random[8] = static_cast<std::uint8_t>((random[8] & 0x3F) | 0x80);
        return uuid(random);
    }
    /// One of these forms, nothing else; digits of either case: 8-4-4-4-12 hexadecimal digits, these in {} or behind
    /// urn:uuid:, or 32 digits.
    static constexpr std::optional<uuid> parse(std::string_view text) noexcept {
        if (text.size() != 32) {
            if (text.size() == 38 && text.starts_with('{') && text.ends_with('}')) text = text.substr(1, 36);
            if (text.size() == 45 && text.starts_with("urn:uuid:")) text.remove_prefix(9);
            if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
                return std::nullopt;
        }
        bool dashed = text.size() == 36;
        std::array<std::uint8_t, 16> bytes{};
        std::size_t at = 0;
        for (std::size_t i = 0; i < 16; ++i) {
            if (dashed && (i == 4 || i == 6 || i == 8 || i == 10)) ++at;
            int high = ascii::hex_value(text[at]);
            int low = ascii::hex_value(text[at + 1]);
            if (high < 0 || low < 0) return std::nullopt;
            bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
            at += 2;
        }
        return uuid(bytes);
    }

    constexpr const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }
    /// 0 to 15; of the nil UUID 0.
    constexpr int version() const noexcept { return bytes_[6] >> 4; }
    constexpr bool is_nil() const noexcept { return *this == uuid(); }
    friend constexpr auto operator<=>(const uuid&, const uuid&) noexcept = default;

    /// `67e55044-10b1-426f-9247-bb680e5fe0c8`, as str() of Python writes it.
    std::string to_text() const {
        std::string text;
        text.reserve(36);
        for (std::size_t i = 0; i < 16; ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
            text += ascii::hex_digit(bytes_[i] >> 4U);
            text += ascii::hex_digit(bytes_[i]);
        }
        return text;
    }
    static std::optional<uuid> from_text(std::string_view text, text_problem& why) {
        auto value = parse(text);
        if (!value) why = problem_with(text);
        return value;
    }
    static text_problem not_a_text() {
        return {"uuid_type", "UUID input should be a string, bytes or UUID object", {}};
    }
    static json schema() { return json{{"type", "string"}, {"format", "uuid"}}; }

private:
    [[gnu::cold]] static text_problem problem_with(std::string_view text) {
        std::string reason = reason_against(text);
        return {"uuid_parsing", "Input should be a valid UUID, " + reason, json{{"error", reason}}};
    }
    [[gnu::cold]] static std::string reason_against(std::string_view all) {
        std::string_view text = all;
        bool dressed = true;  // the simple form is not looked for inside of something
        if (text.size() > 1 && text.starts_with('{') && text.ends_with('}'))
            text = text.substr(1, text.size() - 2);
        else if (text.starts_with("urn:uuid:"))
            text.remove_prefix(9);
        else
            dressed = false;
        std::size_t groups = 1;
        std::size_t starts[6] = {};
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (ascii::hex_value(text[i]) >= 0) continue;
            if (text[i] == '-') {
                if (groups < 6) starts[groups] = i + 1;
                ++groups;
                continue;
            }
            if (dressed && text.find('{') != text.npos) return "invalid length: found " + std::to_string(all.size());
            std::size_t length = utf8::sequence_length(text.substr(i));
            return "invalid character: found `" + std::string(text.substr(i, length == 0 ? 1 : length)) + "` at " +
                   std::to_string(i + static_cast<std::size_t>(text.data() - all.data()));
        }
        if (groups == 1 && !dressed) return "invalid length: found " + std::to_string(text.size());
        if (groups != 5) return "invalid group count: expected 5, found " + std::to_string(groups);
        constexpr std::size_t expected[] = {8, 4, 4, 4, 12};
        for (std::size_t i = 0; i < 5; ++i) {
            std::size_t end = i == 4 ? text.size() : starts[i + 1] - 1;
            if (end - starts[i] != expected[i])
                return "invalid group length in group " + std::to_string(i) + ": expected " +
                       std::to_string(expected[i]) + ", found " + std::to_string(end - starts[i]);
        }
        return "it is none";
    }

    std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace coracle
