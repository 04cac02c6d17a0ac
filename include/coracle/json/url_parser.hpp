// url_parser: the text of an absolute URL made normal: lower-case scheme and host, no dot segments, no usual port, what
// cannot stand in a URL percent-encoded. The words for what is wrong are those of Rust's url, which pydantic uses.
// WHATWG URL Standard 3.5 (hosts), 4.4 (parsing), 4.5 (serialising).
//
// Without the tables of Unicode, a domain name beyond ASCII is refused: it is sent as xn--..., which is kept as it is.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/ip_literal.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::detail {

class url_parser {
public:
    /// out: why it is no URL, or nothing, and `normal` is it.
    static std::string_view parse(std::string_view text, std::string& normal) {
        normal.clear();
        if (text.empty()) return "input is empty";
        url_parser one(normal);
        return one.whole(trimmed(text));
    }

private:
    explicit url_parser(std::string& out) noexcept : out_(out) {}

    /// What is percent-encoded besides control characters and what is beyond ASCII.
    static constexpr std::string_view in_opaque_path = "", in_fragment = " \"<>`", in_query = " \"#<>",
                                      in_special_query = " \"#<>'", in_path = " \"#<>?`{}",
                                      in_user = " \"#<>?`{}/:;=@[\\]^|";

    static std::string trimmed(std::string_view text) {
        while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) text.remove_prefix(1);
        while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.remove_suffix(1);
        std::string kept;
        for (char c : text)
            if (c != '\t' && c != '\n' && c != '\r') kept += c;
        return kept;
    }
    void append(std::string_view text, std::string_view unsafe) {
        for (char c : text) {
            if (c >= 0x20 && c < 0x7F && unsafe.find(c) == unsafe.npos)
                out_ += c;
            else
                ascii::append_percent(out_, c);
        }
    }
    /// The port that need not be said; none for schemes without a place of their own in the standard.
    static std::optional<unsigned> usual_port(std::string_view scheme) noexcept {
        if (scheme == "http" || scheme == "ws") return 80;
        if (scheme == "https" || scheme == "wss") return 443;
        if (scheme == "ftp") return 21;
        return std::nullopt;
    }

    std::string_view whole(std::string_view text) {
        std::size_t colon = 0;
        while (colon < text.size() && (ascii::is_alpha(text[colon]) || ascii::is_digit(text[colon]) ||
                                       std::string_view("+-.").find(text[colon]) != std::string_view::npos))
            ++colon;
        if (colon == text.size() || text[colon] != ':' || !ascii::is_alpha(text[0]))
            return "relative URL without a base";
        std::string scheme = ascii::lower(text.substr(0, colon));
        text.remove_prefix(colon + 1);
        out_.append(scheme).append(":");
        is_file_ = scheme == "file";
        usual_port_ = usual_port(scheme);
        special_ = is_file_ || usual_port_;

        std::string_view fragment, query;
        std::size_t hash = text.find('#');
        if (hash != text.npos) fragment = text.substr(hash + 1);
        std::size_t mark = text.substr(0, hash).find('?');
        if (mark != text.npos) query = text.substr(mark + 1, hash == text.npos ? hash : hash - mark - 1);
        if (std::string_view wrong = place(text.substr(0, mark < hash ? mark : hash)); !wrong.empty()) return wrong;
        if (mark != text.npos) {
            out_ += '?';
            append(query, special_ ? in_special_query : in_query);
        }
        if (hash != text.npos) {
            out_ += '#';
            append(fragment, in_fragment);
        }
        return {};
    }
    bool is_slash(char c) const noexcept { return c == '/' || (special_ && c == '\\'); }

    /// Authority and path.
    std::string_view place(std::string_view text) {
        std::size_t slashes = 0;
        while (slashes < text.size() && is_slash(text[slashes]) && (usual_port_ || slashes < 2)) ++slashes;
        if (!special_ && slashes == 0) {
            append(text, in_opaque_path);
            return {};
        }
        if (!usual_port_ && slashes < 2) {
            if (is_file_) out_ += "//";
            path(text.substr(slashes), false);
            return {};
        }
        text.remove_prefix(slashes);
        std::size_t end = 0;
        while (end < text.size() && !is_slash(text[end])) ++end;
        out_ += "//";
        if (std::string_view wrong = is_file_ ? file_host(text.substr(0, end)) : authority(text.substr(0, end));
            !wrong.empty())
            return wrong;
        text.remove_prefix(end);
        if (special_ || !text.empty()) path(text.empty() ? text : text.substr(1), true);
        return {};
    }
    std::string_view file_host(std::string_view text) {
        std::size_t begin = out_.size();
        std::string_view wrong = text.empty() ? "" : host(text);
        if (std::string_view(out_).substr(begin) == "localhost") out_.resize(begin);
        return wrong;
    }
    std::string_view authority(std::string_view text) {
        std::size_t at = text.rfind('@');
        if (at != text.npos) {
            std::string_view user = text.substr(0, at);
            text.remove_prefix(at + 1);
            if (text.empty()) return "empty host";
            std::size_t colon = user.find(':');
            std::string_view password = colon == user.npos ? std::string_view() : user.substr(colon + 1);
            append(user.substr(0, colon), in_user);
            if (!password.empty()) {
                out_ += ':';
                append(password, in_user);
            }
            if (colon != 0 && !user.empty() ? true : !password.empty()) out_ += '@';
        }
        bool inside = false;
        std::size_t colon = 0;
        for (; colon < text.size() && (inside || text[colon] != ':'); ++colon)
            inside = text[colon] == '[' || (inside && text[colon] != ']');
        if (colon == 0 && (special_ || !text.empty())) return "empty host";
        if (std::string_view wrong = colon == 0 ? std::string_view() : host(text.substr(0, colon)); !wrong.empty())
            return wrong;
        return colon >= text.size() ? std::string_view() : port(text.substr(colon + 1));
    }
    std::string_view port(std::string_view digits) {
        unsigned number = 0;
        for (char c : digits) {
            if (!ascii::is_digit(c)) return "invalid port number";
            number = number * 10 + static_cast<unsigned>(c - '0');
            if (number > 65535) return "invalid port number";
        }
        if (!digits.empty() && usual_port_ != number) out_.append(":").append(std::to_string(number));
        return {};
    }

    /// Segments behind a slash.
    void path(std::string_view text, bool has_authority) {
        std::size_t begin = out_.size();
        bool more = true;
        while (more) {
            std::size_t end = 0;
            while (end < text.size() && !is_slash(text[end])) ++end;
            more = end < text.size();
            std::string_view segment = text.substr(0, end);
            text.remove_prefix(more ? end + 1 : end);
            int dots = dots_of(segment);
            if (dots == 2 && out_.size() > begin) out_.erase(out_.rfind('/'));
            if (dots == 0 || !more) out_ += '/';
            if (dots == 0) append(segment, in_path);
        }
        // Two slashes would be read as the beginning of an authority.
        if (!special_ && !has_authority && std::string_view(out_).substr(begin).starts_with("//"))
            out_.insert(begin, "/.");
    }
    /// 1 of a segment that is a dot, 2 of two dots, also as %2e; else 0.
    static int dots_of(std::string_view segment) noexcept {
        int dots = 0;
        while (!segment.empty()) {
            std::size_t size = segment[0] == '.' ? 1 : 0;
            if (segment.size() >= 3 && ascii::iequals(segment.substr(0, 3), "%2e")) size = 3;
            if (size == 0 || ++dots > 2) return 0;
            segment.remove_prefix(size);
        }
        return dots;
    }

    std::string_view host(std::string_view text) {
        if (text.starts_with('[')) {
            if (!text.ends_with(']')) return "invalid IPv6 address";
            return ipv6(text.substr(1, text.size() - 2));
        }
        if (!special_) {
            for (char c : text)
                if (std::string_view(" #/<>?@[\\]^|\t\n\r:").find(c) != std::string_view::npos || c == '\0')
                    return "invalid domain character";
            append(text, {});
            return {};
        }
        std::string name;
        for (std::size_t i = 0; i < text.size(); ++i) {
            int high = text[i] == '%' && i + 2 < text.size() ? ascii::hex_value(text[i + 1]) : -1;
            int low = high >= 0 ? ascii::hex_value(text[i + 2]) : -1;
            char c = low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
            if (low >= 0) i += 2;
            auto byte = static_cast<unsigned char>(c);
            if (byte <= 0x20 || byte >= 0x7F || std::string_view("#/:<>?@[\\]^|%").find(c) != std::string_view::npos)
                return "invalid international domain name";
            name += ascii::to_lower(c);
        }
        if (ends_in_number(name)) return ipv4(name);
        out_ += name;
        return {};
    }
    static std::string_view last_label(std::string_view& name) noexcept {
        std::size_t dot = name.rfind('.');
        std::string_view last = dot == name.npos ? name : name.substr(dot + 1);
        name = dot == name.npos ? std::string_view() : name.substr(0, dot);
        return last;
    }
    static bool ends_in_number(std::string_view name) noexcept {
        std::string_view last = last_label(name);
        if (last.empty() && !name.empty()) last = last_label(name);
        if (last.empty()) return false;
        return last.find_first_not_of("0123456789") == last.npos || ipv4_number(last);
    }
    /// Decimal, octal behind 0, hexadecimal behind 0x.
    static std::optional<std::uint64_t> ipv4_number(std::string_view text) noexcept {
        if (text.empty()) return std::nullopt;
        int base = 10;
        if (text.size() >= 2 && text[0] == '0') {
            base = text[1] == 'x' ? 16 : 8;
            text.remove_prefix(base == 16 ? 2 : 1);
        }
        std::uint64_t value = 0;
        for (char c : text) {
            int digit = ascii::hex_value(c);
            if (digit < 0 || digit >= base) return std::nullopt;
            if (value < std::uint64_t{1} << 40)
                value = value * static_cast<unsigned>(base) + static_cast<unsigned>(digit);
        }
        return value;
    }
    std::string_view ipv4(std::string_view name) {
        constexpr std::string_view wrong = "invalid IPv4 address";
        if (name.ends_with('.')) name.remove_suffix(1);
        std::uint64_t address = 0;
        for (unsigned parts = 0;; ++parts) {
            std::size_t dot = name.find('.');
            auto number = ipv4_number(name.substr(0, dot));
            if (!number || parts == 4) return wrong;
            bool last = dot == name.npos;
            if (*number > (last ? 0xFFFFFFFFULL >> (8 * parts) : 255)) return wrong;
            address |= last ? *number : *number << (24 - 8 * parts);
            if (last) break;
            name.remove_prefix(dot + 1);
        }
        ip::ipv4_bytes bytes{};
        for (unsigned part = 0; part < 4; ++part) bytes[part] = static_cast<std::uint8_t>(address >> (24 - 8 * part));
        ip::append_ipv4(out_, bytes);
        return {};
    }
    /// Always in hexadecimal, `::ffff:c000:201` too.
    std::string_view ipv6(std::string_view text) {
        auto address = ip::parse_ipv6(text);
        if (!address) return "invalid IPv6 address";
        out_ += '[';
        ip::append_ipv6_groups(out_, *address);
        out_ += ']';
        return {};
    }

    std::string& out_;
    bool special_ = false;
    bool is_file_ = false;
    std::optional<unsigned> usual_port_{};
};

}  // namespace coracle::detail
