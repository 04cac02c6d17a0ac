// network_list: peers that are named one by one, by network, or all at once; to know whom to believe.
// RFC 4632 3.1 and RFC 4291 2.3 (prefixes); RFC 4291 2.5.5.2 (IPv4 in IPv6's clothes).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/ip_literal.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coracle {

/// `192.0.2.1`, `10.0.0.0/8`, `::1`, `fd00::/8`, `unix` for whoever comes by a unix socket, `*` for everybody; any
/// other word is a peer with that very name.
class network_list {
public:
    /// error: std::logic_error for what looks like an address and is none.
    [[gnu::cold]] void add(std::string_view text) {
        if (text == "*") {
            everybody_ = true;
        } else if (text == "unix" || text == "unix:") {
            unix_ = true;
        } else if (text.empty() || text.find_first_of(" ,\t\r\n") != text.npos) {
            refuse(text, "is no address; each stands on its own: 127.0.0.1, 10.0.0.0/8, ::1, unix or *");
        } else if (text.find_first_not_of("0123456789abcdefABCDEF:./%") == text.npos) {
            networks_.push_back(read(text));
        } else {
            names_.emplace_back(text);
        }
    }
    /// Texts between commas, as an option of the command line has them. error: as add().
    [[gnu::cold]] void add_list(std::string_view text) {
        while (!text.empty()) {
            std::size_t comma = text.find(',');
            std::string_view one = ascii::trim(text.substr(0, comma));
            if (!one.empty()) add(one);
            text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
        }
    }

    bool empty() const noexcept { return !everybody_ && !unix_ && networks_.empty() && names_.empty(); }
    bool holds_everybody() const noexcept { return everybody_; }

    /// in: an address without its port, as net::address::host() has it; text that is none is in no network.
    bool contains(std::string_view peer) const noexcept {
        if (everybody_) return true;
        if (unix_ && peer.starts_with("unix:")) return true;
        for (const std::string& each : names_)
            if (each == peer) return true;
        if (networks_.empty()) return false;
        std::optional<place> at = place_of(peer.substr(0, peer.find('%')));
        if (!at) return false;
        for (const network& each : networks_)
            if (each.at.is_ipv4 == at->is_ipv4 && same_prefix(each.at.bytes, at->bytes, each.bits)) return true;
        return false;
    }

private:
    struct place {
        ip::ipv6_bytes bytes{};  // an IPv4 address stands in the first four
        bool is_ipv4 = false;
    };
    struct network {
        place at;
        unsigned bits = 0;
    };

    static std::optional<place> place_of(std::string_view text) noexcept {
        std::optional<ip::ipv4_bytes> four = ip::parse_ipv4(text);
        std::optional<ip::ipv6_bytes> six = four ? std::nullopt : ip::parse_ipv6(text);
        if (six) four = ip::mapped_ipv4(*six);
        if (!four && !six) return std::nullopt;
        place made;
        made.is_ipv4 = four.has_value();
        if (!four) made.bytes = *six;
        for (std::size_t i = 0; four && i < 4; ++i) made.bytes[i] = (*four)[i];
        return made;
    }
    static bool same_prefix(const ip::ipv6_bytes& a, const ip::ipv6_bytes& b, unsigned bits) noexcept {
        for (std::size_t i = 0; i < 16 && bits > 0; ++i) {
            unsigned here = bits < 8 ? bits : 8;
            if (((a[i] ^ b[i]) >> (8 - here)) != 0) return false;
            bits -= here;
        }
        return true;
    }
    [[gnu::cold]] static network read(std::string_view text) {
        std::size_t slash = text.find('/');
        std::optional<place> at = place_of(text.substr(0, slash));
        if (!at) refuse(text, "is no IP address; write 127.0.0.1, 10.0.0.0/8 or fd00::/8");
        network made{*at, at->is_ipv4 ? 32u : 128u};
        if (slash == text.npos) return made;
        auto bits = ascii::parse_decimal<unsigned>(text.substr(slash + 1));
        // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
        if (bits && at->is_ipv4 && text.find(':') != text.npos) bits = *bits < 96 ? 129 : *bits - 96;
        if (!bits || *bits > made.bits)
            refuse(text, at->is_ipv4 ? "must have a number from 0 to 32 behind the slash"
                                     : "must have a number from 0 to 128 behind the slash");
        made.bits = *bits;
        ip::ipv6_bytes first = at->bytes;
        for (unsigned i = made.bits; i < 128; ++i) first[i / 8] &= static_cast<std::uint8_t>(~(0x80u >> i % 8));
        if (first != at->bytes)
            refuse(text, "names an address inside of the network; write its first one, " +
                             text_of({first, at->is_ipv4}) + "/" + std::to_string(made.bits) +
                             ", or leave the slash out");
        return made;
    }
    static std::string text_of(const place& at) {
        std::string out;
        if (at.is_ipv4)
            ip::append_ipv4(out, {at.bytes[0], at.bytes[1], at.bytes[2], at.bytes[3]});
        else
            ip::append_ipv6(out, at.bytes);
        return out;
    }
    [[noreturn, gnu::cold]] static void refuse(std::string_view text, const std::string& why) {
        throw std::logic_error("coracle: '" + std::string(text) + "' " + why);
    }

    bool everybody_ = false;
    bool unix_ = false;
    std::vector<network> networks_;
    std::vector<std::string> names_;
};

}  // namespace coracle
