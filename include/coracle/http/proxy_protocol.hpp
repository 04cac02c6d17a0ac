// proxy_protocol: the words before the first request in which a proxy says whom it has connected. Bytes in, facts out.
// HAProxy, "The PROXY protocol", versions 1 and 2 (doc/proxy-protocol.txt of 2020-03-05); RFC 3720 B.4 (CRC32c).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/ip_literal.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace coracle::http {

/// What it said. Neither address nor path: the proxy speaks for itself (a health check), or cannot tell.
struct proxy_header {
    std::optional<ip::ipv4_bytes> ipv4{};
    std::optional<ip::ipv6_bytes> ipv6{};
    std::uint16_t port = 0;
    bool from_unix_socket = false;
    std::string_view path{};  ///< of that socket, perhaps empty; a view of the bytes
    bool tls = false;         ///< the client has come to the proxy by TLS
};

enum class proxy_header_state : unsigned char { need_more, complete, refused };

/// One header, read from the beginning of the bytes as often as there are more of them.
class proxy_header_reader {
public:
    /// in: how long a header of version 2 may be, with all that is added to the addresses; 107 bytes are the most for
    /// version 1.
    explicit constexpr proxy_header_reader(std::size_t most = 4096) noexcept : most_(most) {}

    /// in: what has come so far, from the first byte on.
    [[gnu::cold]] proxy_header_state read(std::string_view bytes) noexcept {
        header_ = {};
        consumed_ = 0;
        why_ = {};
        std::string_view begin = bytes.substr(0, signature.size());
        if (signature.starts_with(begin)) return bytes.size() < fixed ? proxy_header_state::need_more : binary(bytes);
        if (word.starts_with(bytes.substr(0, word.size()))) return text(bytes);
        return refuse("the connection does not begin with the PROXY protocol");
    }
    const proxy_header& header() const noexcept { return header_; }
    /// The bytes of the header; what comes behind them is the client's.
    std::size_t consumed() const noexcept { return consumed_; }
    /// What is wrong, in a sentence.
    std::string_view why() const noexcept { return why_; }

private:
    static constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
    static constexpr std::string_view word = "PROXY ";
    static constexpr std::size_t fixed = 16;
    static constexpr std::size_t longest_line = 107;

    proxy_header_state refuse(std::string_view why) noexcept {
        header_ = {};
        why_ = why;
        return proxy_header_state::refused;
    }
    proxy_header_state complete(std::size_t size) noexcept {
        consumed_ = size;
        return proxy_header_state::complete;
    }

    // Version 1: PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 CR LF.
    proxy_header_state text(std::string_view bytes) noexcept {
        std::size_t end = bytes.substr(0, longest_line).find('\n');
        if (end == bytes.npos)
            return bytes.size() < longest_line ? proxy_header_state::need_more
                                               : refuse("the PROXY line has no end within 107 bytes");
        if (end <= word.size() || bytes[end - 1] != '\r') return refuse("the PROXY line does not end with CR LF");
        std::string_view rest = bytes.substr(word.size(), end - 1 - word.size());
        std::string_view kind = next(rest);
        if (kind == "UNKNOWN") return complete(end + 1);
        if (kind != "TCP4" && kind != "TCP6") return refuse("the PROXY line is neither of TCP4, TCP6 nor UNKNOWN");
        std::string_view from = next(rest);
        std::string_view to = next(rest);
        auto port = port_of(next(rest));
        bool right = port && port_of(rest);
        if (kind == "TCP4") {
            header_.ipv4 = ip::parse_ipv4(from);
            right = right && header_.ipv4 && ip::parse_ipv4(to);
        } else {
            header_.ipv6 = ip::parse_ipv6(from);
            right = right && header_.ipv6 && ip::parse_ipv6(to);
        }
        if (!right) return refuse("the PROXY line has something in it that is no address or no port");
        header_.port = *port;
        return complete(end + 1);
    }
    static std::string_view next(std::string_view& rest) noexcept {
        std::size_t end = rest.find(' ');
        std::string_view one = rest.substr(0, end);
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
        return one;
    }
    static std::optional<std::uint16_t> port_of(std::string_view text) noexcept {
        if (text.size() > 5 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
        return ascii::parse_decimal<std::uint16_t>(text);
    }

    // Version 2: the signature, version and command, family, length, addresses, then what else the proxy says.
    proxy_header_state binary(std::string_view bytes) noexcept {
        unsigned command = byte(bytes, 12);
        unsigned family = byte(bytes, 13);
        std::size_t size = fixed + two(bytes, 14);
        if (command != 0x20 && command != 0x21) return refuse("the PROXY header has a version or command unknown");
        if (size > most_) return refuse("the PROXY header is too long");
        if (bytes.size() < size) return proxy_header_state::need_more;
        bool local = command == 0x20;
        std::size_t addresses = family == 0x11 ? 12 : family == 0x21 ? 36 : family == 0x31 ? 216 : 0;
        if (addresses == 0 && family != 0 && !local) return refuse("the PROXY header is of no kind of stream");
        if (local || family == 0) return complete(size);
        if (size < fixed + addresses) return refuse("the PROXY header is too short for its addresses");
        std::string_view whole = bytes.substr(0, size);
        take_source(whole.substr(fixed), family);
        if (!take_additions(whole, fixed + addresses)) return refuse("the PROXY header contradicts itself");
        return complete(size);
    }
    void take_source(std::string_view from, unsigned family) noexcept {
        if (family == 0x11) {
            header_.ipv4.emplace();
            for (std::size_t i = 0; i < 4; ++i) (*header_.ipv4)[i] = byte(from, i);
            header_.port = two(from, 8);
        } else if (family == 0x21) {
            header_.ipv6.emplace();
            for (std::size_t i = 0; i < 16; ++i) (*header_.ipv6)[i] = byte(from, i);
            header_.port = two(from, 32);
        } else {
            header_.from_unix_socket = true;
            header_.path = from.substr(0, 108);
            header_.path = header_.path.substr(0, header_.path.find('\0'));
        }
    }
    // Each is a type, a length of two bytes, and that many bytes. False for one that does not fit, or a wrong checksum.
    bool take_additions(std::string_view whole, std::size_t at) noexcept {
        constexpr unsigned checksum = 0x03;
        constexpr unsigned tls = 0x20;
        while (at < whole.size()) {
            if (whole.size() - at < 3) return false;
            unsigned type = byte(whole, at);
            std::size_t size = two(whole, at + 1);
            at += 3;
            if (whole.size() - at < size) return false;
            if (type == checksum && (size != 4 || four(whole, at) != crc32c(whole, at))) return false;
            if (type == tls && size < 5) return false;
            if (type == tls) header_.tls = (byte(whole, at) & 0x01) != 0;
            at += size;
        }
        return true;
    }

    static std::uint8_t byte(std::string_view from, std::size_t at) noexcept {
        return static_cast<std::uint8_t>(from[at]);
    }
    static std::uint16_t two(std::string_view from, std::size_t at) noexcept {
        return static_cast<std::uint16_t>(byte(from, at) << 8 | byte(from, at + 1));
    }
    static std::uint32_t four(std::string_view from, std::size_t at) noexcept {
        return std::uint32_t{two(from, at)} << 16 | two(from, at + 2);
    }
    // Of the whole header, in which the four bytes at `hole` count as zero.
    static std::uint32_t crc32c(std::string_view whole, std::size_t hole) noexcept {
        std::uint32_t sum = ~std::uint32_t{0};
        for (std::size_t i = 0; i < whole.size(); ++i) {
            sum ^= i >= hole && i < hole + 4 ? 0u : byte(whole, i);
            for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0x82F63B78u : 0u);
        }
        return ~sum;
    }

    std::size_t most_;
    std::size_t consumed_ = 0;
    proxy_header header_{};
    std::string_view why_{};
};

}  // namespace coracle::http
