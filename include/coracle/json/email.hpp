// email: an address to write to, checked as far as it can be without asking the domain. Linear in its length.
// RFC 5321 4.1.2 (dot-string, domain), RFC 6531 3.3 (letters beyond ASCII), RFC 1035 2.3.4 (lengths); the rules and the
// words are those of email-validator 2, which pydantic uses.
//
// Without the tables of Unicode, a domain beyond ASCII is refused: it is sent as xn--..., which is kept as it is. No
// quoted parts, no addresses of machines in brackets, no name in front: none of them is what people type.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/value.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// `ada@example.com`. Made without a text it is empty, and no address. The domain is in lower case; the part before the
/// @-sign is as it came, since only the domain knows whether capitals differ there. Whether mail arrives is found out
/// by sending one.
class email {
public:
    email() = default;
    /// error: std::invalid_argument when it is none.
    explicit email(std::string_view text) {
        text_problem why;
        auto made = from_text(text, why);
        if (!made) throw std::invalid_argument("coracle: " + why.msg);
        *this = *std::move(made);
    }
    static std::optional<email> parse(std::string_view text) {
        text_problem ignored;
        return from_text(text, ignored);
    }

    const std::string& text() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }
    std::string_view local() const noexcept { return std::string_view(text_).substr(0, text_.rfind('@')); }
    std::string_view domain() const noexcept {
        return empty() ? std::string_view() : std::string_view(text_).substr(text_.rfind('@') + 1);
    }
    friend bool operator==(const email& a, const email& b) noexcept { return a.text_ == b.text_; }
    friend auto operator<=>(const email& a, const email& b) noexcept { return a.text_ <=> b.text_; }

    std::string to_text() const { return text_; }
    static std::optional<email> from_text(std::string_view text, text_problem& why) {
        std::optional<email> made(std::in_place);
        std::string reason = read(text, made->text_);
        if (reason.empty()) [[likely]]
            return made;
        why = {"value_error", "value is not a valid email address: " + reason, json{{"reason", reason}}};
        return std::nullopt;
    }
    static text_problem not_a_text() { return {"string_type", "Input should be a valid string", {}}; }
    static json schema() { return json{{"type", "string"}, {"format", "email"}}; }

private:
    static constexpr std::size_t most_bytes = 254, most_in_domain = 253, most_in_label = 63;

    /// Why it is none, or nothing.
    static std::string read(std::string_view text, std::string& out) {
        if (text.size() > 2048) return "Length must not exceed 2048 characters";
        if (text.find_first_of("\r\n") != text.npos) return "Carriage return and line feed characters are not allowed";
        if (!utf8::is_valid(text)) return "The email address contains an invalid character.";
        text = detail::strip(text);
        std::size_t at = text.find('@');
        if (text.starts_with('"') && at != text.npos) return "Quoting the part before the @-sign is not allowed here.";
        if (text.find('<') < at)
            return "A display name and angle brackets around the email address are not permitted here.";
        if (at == text.npos) return "An email address must have an @-sign.";
        std::string_view local = text.substr(0, at);
        std::string_view domain = text.substr(at + 1);
        if (std::string wrong = local_problem(local); !wrong.empty()) return wrong;
        if (std::string wrong = domain_problem(domain); !wrong.empty()) return wrong;
        if (text.size() > most_bytes) return "The email address is too long " + too_many(text.size() - most_bytes);
        out.assign(local).append("@").append(ascii::lower(domain));
        return {};
    }
    static bool is_atom(char c) noexcept {
        return ascii::is_alpha(c) || ascii::is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
               std::string_view("_!#$%&'*+-/=?^`{|}~").find(c) != std::string_view::npos;
    }
    static std::string local_problem(std::string_view local) {
        if (local.empty()) return "There must be something before the @-sign.";
        std::string bad = other_than(local, [](char c) { return c == '.' || is_atom(c); });
        if (!bad.empty()) return "The email address contains invalid characters before the @-sign: " + bad;
        if (has_invisible(local)) return "The email address contains unsafe characters.";
        if (local.ends_with('.')) return "An email address cannot have a period immediately before the @-sign.";
        if (local.starts_with('.')) return "An email address cannot start with a period.";
        if (local.find("..") != local.npos) return "An email address cannot have two periods in a row.";
        return {};
    }
    static std::string domain_problem(std::string_view domain) {
        if (domain.empty()) return "There must be something after the @-sign.";
        if (domain.starts_with('[') && domain.ends_with(']'))
            return "A bracketed IP address after the @-sign is not allowed here.";
        if (domain.size() > most_in_domain)
            return "The email address is too long after the @-sign " + too_many(domain.size() - most_in_domain);
        std::string bad =
            other_than(domain, [](char c) { return ascii::is_alpha(c) || ascii::is_digit(c) || c == '.' || c == '-'; });
        if (!bad.empty()) return "The part after the @-sign contains invalid characters: " + bad;
        if (domain.ends_with('.')) return "An email address cannot end with a period.";
        if (domain.starts_with('.')) return "An email address cannot have a period immediately after the @-sign.";
        if (domain.find("..") != domain.npos) return "An email address cannot have two periods in a row.";
        if (domain.ends_with('-')) return "An email address cannot end with a hyphen.";
        if (domain.starts_with('-')) return "An email address cannot have a hyphen immediately after the @-sign.";
        if (domain.find(".-") != domain.npos || domain.find("-.") != domain.npos)
            return "An email address cannot have a period and a hyphen next to each other.";
        std::size_t longest = 0;
        bool dashed = false;
        for_each_label(domain, [&](std::string_view label) {
            longest = std::max(longest, label.size());
            dashed = dashed ||
                     (label.size() >= 4 && label.substr(2, 2) == "--" && !ascii::iequals(label.substr(0, 2), "xn"));
        });
        if (dashed)
            return "An email address cannot have two letters followed by two dashes immediately after the @-sign or "
                   "after a period, except Punycode.";
        if (longest > most_in_label)
            return "After the @-sign, periods cannot be separated by so many characters " +
                   too_many(longest - most_in_label);
        return reach_problem(domain);
    }
    /// Why nobody far away can be meant.
    static std::string reach_problem(std::string_view domain) {
        if (domain.find('.') == domain.npos) return "The part after the @-sign is not valid. It should have a period.";
        std::string_view top = domain.substr(domain.rfind('.') + 1);
        if (!ascii::is_alpha(top.back()))
            return "The part after the @-sign is not valid. It is not within a valid top-level domain.";
        for (std::string_view reserved : {"arpa", "invalid", "local", "localhost", "onion", "test"})
            if (ascii::iequals(top, reserved))
                return "The part after the @-sign is a special-use or reserved name that cannot be used with email.";
        return {};
    }
    template <class Visit>
    static void for_each_label(std::string_view domain, Visit visit) {
        for (;;) {
            std::size_t dot = domain.find('.');
            visit(domain.substr(0, dot));
            if (dot == domain.npos) return;
            domain.remove_prefix(dot + 1);
        }
    }
    static std::string too_many(std::size_t count) {
        return "(" + std::to_string(count) + (count == 1 ? " character too many)." : " characters too many).");
    }
    /// What is not good, each once and in order, as people can read it: `'(', SPACE.`
    template <class Good>
    static std::string other_than(std::string_view text, Good good) {
        std::vector<std::string> bad;
        while (!text.empty()) {
            std::size_t size = utf8::sequence_length(text);
            if (!good(text[0])) bad.push_back(shown(text.substr(0, size)));
            text.remove_prefix(size);
        }
        std::sort(bad.begin(), bad.end());
        bad.erase(std::unique(bad.begin(), bad.end()), bad.end());
        std::string told;
        for (const std::string& each : bad) told.append(told.empty() ? "" : ", ").append(each);
        return told.empty() ? told : told + ".";
    }
    static std::string shown(std::string_view character) {
        char c = character[0];
        if (c == ' ') return "SPACE";
        if (c == '\\') return "\"\\\"";
        if (c == '\'') return "\"'\"";
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) return "'" + std::string(character) + "'";
        auto byte = static_cast<unsigned char>(c);
        return std::string("U+00") + ascii::upper_hex_digit(byte >> 4U) + ascii::upper_hex_digit(byte);
    }
    /// Characters that are not seen, or turn the text around: an address must be what it looks like.
    static bool has_invisible(std::string_view text) noexcept {
        while (!text.empty()) {
            std::size_t size = utf8::sequence_length(text);
            auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
            unsigned c = size == 2   ? (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F)
                         : size == 3 ? (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F)
                                     : 0;
            if ((c >= 0x80 && c <= 0xA0) || c == 0xAD || c == 0x61C || c == 0x1680 || (c >= 0x2000 && c <= 0x200F) ||
                (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x206F) || c == 0x3000 || c == 0xFEFF ||
                (c >= 0xE000 && c <= 0xF8FF))
                return true;
            text.remove_prefix(size);
        }
        return false;
    }

    std::string text_{};
};

}  // namespace coracle
