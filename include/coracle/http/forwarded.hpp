// forwarded: what proxies say of the client behind them, as far as those who say it are believed.
// RFC 7239 (Forwarded); X-Forwarded-For, -Proto, -Host, -Port, -Prefix are nobody's standard and everybody's habit.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/ip_literal.hpp>
#include <coracle/base/network_list.hpp>
#include <coracle/http/authority.hpp>
#include <coracle/http/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::http {

/// An address of RFC 7239 6 with its port. Names, `unknown` and `_hidden` are none.
struct forwarded_node {
    std::string_view address{};  ///< without brackets
    std::uint16_t port = 0;

    /// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`; a port `_hidden` is 0.
    static std::optional<forwarded_node> parse(std::string_view text) noexcept {
        forwarded_node made{text};
        std::string_view port;
        if (text.starts_with('[')) {
            std::size_t end = text.find(']');
            if (end == text.npos) return std::nullopt;
            made.address = text.substr(1, end - 1);
            port = text.substr(end + 1);
            if (!port.empty() && port.front() != ':') return std::nullopt;
            if (!ip::parse_ipv6(made.address)) return std::nullopt;
        } else if (std::size_t colon = text.find(':'); colon != text.npos && text.find(':', colon + 1) == text.npos) {
            made.address = text.substr(0, colon);
            port = text.substr(colon);
            if (!ip::parse_ipv4(made.address)) return std::nullopt;
        } else if (!ip::parse_ipv4(text) && !ip::parse_ipv6(text)) {
            return std::nullopt;
        }
        if (port.empty() || port.starts_with(":_")) return made;
        std::optional<std::uint16_t> number;
        if (port.size() <= 6) number = ascii::parse_decimal<std::uint16_t>(port.substr(1));
        if (!number) return std::nullopt;
        made.port = *number;
        return made;
    }

    /// The address as coracle writes it, the same text for the same address.
    std::string text() const {
        std::string out;
        auto four = ip::parse_ipv4(address);
        auto six = ip::parse_ipv6(address);
        if (six && !four) four = ip::mapped_ipv4(*six);
        if (four)
            ip::append_ipv4(out, *four);
        else if (six)
            ip::append_ipv6(out, *six);
        return out;
    }
};

/// Which of the proxies' fields are theirs. Only name what your proxies set or take away themselves: what they pass on
/// as it came is the client's own word.
struct forwarded_fields {
    bool standard = false;  ///< Forwarded of RFC 7239, in the place of X-Forwarded-For, -Proto and -Host
    bool host = false;      ///< X-Forwarded-Host and -Port, or host= of Forwarded
    bool prefix = false;    ///< X-Forwarded-Prefix
};

/// What is believed. Views of the fields; empty for what nobody said.
struct forwarded_claim {
    forwarded_node client{};    ///< the last hop before those that are believed
    std::string_view scheme{};  ///< `http` or `https`
    std::string_view host{};    ///< with its port if it was said there
    std::optional<std::uint16_t> port{};
    std::string_view prefix{};  ///< a path without a slash at its end
};

/// What may stand in front of all paths of an app, without slashes at its end. W11: nothing that a browser could take
/// for a host, a query, or the way out; empty for anything else.
constexpr std::string_view path_prefix(std::string_view text) noexcept {
    while (text.ends_with('/')) text.remove_suffix(1);
    if (!text.starts_with('/') || text.size() > 512) return {};
    char before = 0;
    for (char c : text) {
        bool fits = ascii::is_alpha(c) || ascii::is_digit(c) ||
                    std::string_view("/-._~!$&'()*+,;=:@%").find(c) != std::string_view::npos;
        if (!fits || (before == '/' && (c == '/' || c == '.'))) return {};
        before = c;
    }
    return text;
}

namespace detail {

/// `http` or `https`, also for those of WebSockets; empty for anything else.
constexpr std::string_view forwarded_scheme(std::string_view text) noexcept {
    if (ascii::iequals(text, "https") || ascii::iequals(text, "wss")) return "https";
    if (ascii::iequals(text, "http") || ascii::iequals(text, "ws")) return "http";
    return {};
}
constexpr std::string_view forwarded_host(std::string_view text) noexcept {
    return parse_authority(text) ? text : std::string_view{};
}
/// From the client to the last proxy, hop by hop: the one in front of all that are believed is the client, and what the
/// first proxy that is believed says of it holds. Needs no memory, however many hops somebody makes up.
class forwarded_walk {
public:
    explicit forwarded_walk(const network_list& believed) noexcept : believed_(believed) {}

    /// in: an address or whatever stands in its place, and what was said with it.
    void hop(std::string_view node, std::string_view scheme, std::string_view host) noexcept {
        std::optional<forwarded_node> at = forwarded_node::parse(node);
        bool believed = at && believed_.contains(at->address);
        if (!believed || hops_ == 0) {
            claim_ = {};
            chosen_ = hops_;
        }
        if (at && claim_.client.address.empty()) claim_.client = *at;
        if (claim_.scheme.empty()) claim_.scheme = forwarded_scheme(scheme);
        if (claim_.host.empty()) claim_.host = forwarded_host(host);
        ++hops_;
    }
    const forwarded_claim& claim() const noexcept { return claim_; }
    /// Which hop the claim is of, and of how many.
    std::size_t chosen() const noexcept { return chosen_; }
    std::size_t hops() const noexcept { return hops_; }

private:
    const network_list& believed_;
    forwarded_claim claim_;
    std::size_t chosen_ = 0;
    std::size_t hops_ = 0;
};

/// Takes `name=value` pairs off the front of a Forwarded field.
class forwarded_reader {
public:
    explicit forwarded_reader(std::string_view text) noexcept : rest_(text) {}

    /// The next element's for=, proto= and host=; false at the end. What is malformed is an element that says nothing,
    /// up to the end of the field: where a quote is open nobody knows which comma is one.
    bool next(std::string_view& node, std::string_view& scheme, std::string_view& host) noexcept {
        node = scheme = host = {};
        skip();
        while (rest_.starts_with(',')) {
            rest_.remove_prefix(1);
            skip();
        }
        if (rest_.empty()) return false;
        for (;;) {
            skip();
            std::size_t size = 0;
            while (size < rest_.size() && ascii::is_token(rest_[size])) ++size;
            std::string_view name = rest_.substr(0, size);
            rest_.remove_prefix(size);
            if (!name.empty()) {
                std::string_view value;
                if (!rest_.starts_with('=') || !take_value(value)) return malformed(node, scheme, host);
                std::string_view* to = ascii::iequals(name, "for")     ? &node
                                       : ascii::iequals(name, "proto") ? &scheme
                                       : ascii::iequals(name, "host")  ? &host
                                                                       : nullptr;
                if (to && !to->empty()) return malformed(node, scheme, host);  // RFC 7239 4: once each
                if (to) *to = value;
            }
            skip();
            if (rest_.empty() || rest_.front() == ',') return true;
            if (rest_.front() != ';') return malformed(node, scheme, host);
            rest_.remove_prefix(1);
        }
    }

private:
    void skip() noexcept {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
    }
    bool malformed(std::string_view& node, std::string_view& scheme, std::string_view& host) noexcept {
        node = scheme = host = rest_ = {};
        return true;
    }
    // in: `=` in front. Nothing that is an address, a scheme or a host needs an escape; with one it is no such thing.
    bool take_value(std::string_view& value) noexcept {
        rest_.remove_prefix(1);
        if (!rest_.starts_with('"')) {
            // Some write for=192.0.2.1:80 and for=[::1] without the quotes they need.
            std::size_t end = rest_.find_first_of(",; \t\"");
            value = rest_.substr(0, end);
            rest_.remove_prefix(value.size());
            return !value.empty() && !rest_.starts_with('"');
        }
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] == '\\')
                ++i;
            else if (rest_[i] == '"') {
                value = rest_.substr(1, i - 1);
                rest_.remove_prefix(i + 1);
                return true;
            }
        }
        return false;
    }
    std::string_view rest_;
};

/// Of a list that may say a word for each hop: the one of this hop, else the one that stands last.
inline std::string_view forwarded_word(const fields& from, std::string_view name, std::size_t hop, std::size_t hops) {
    std::string_view last;
    std::string_view own;
    std::size_t count = 0;
    for (std::string_view line : from.get_all(name))
        for_each_element(line, [&](std::string_view word) {
            last = word;
            if (count++ == hop) own = word;
            return true;
        });
    return count == hops ? own : last;
}

inline forwarded_claim standard_claim(const fields& from, const network_list& believed) {
    forwarded_walk walk(believed);
    for (std::string_view line : from.get_all("forwarded")) {
        forwarded_reader reader(line);
        std::string_view node;
        std::string_view scheme;
        std::string_view host;
        while (reader.next(node, scheme, host)) walk.hop(node, scheme, host);
    }
    return walk.claim();
}

inline forwarded_claim customary_claim(const fields& from, const network_list& believed) {
    forwarded_walk walk(believed);
    for (std::string_view line : from.get_all("x-forwarded-for"))
        for_each_element(line, [&](std::string_view node) {
            walk.hop(node, {}, {});
            return true;
        });
    forwarded_claim claim = walk.claim();
    claim.scheme = forwarded_scheme(forwarded_word(from, "x-forwarded-proto", walk.chosen(), walk.hops()));
    claim.host = forwarded_host(forwarded_word(from, "x-forwarded-host", walk.chosen(), walk.hops()));
    std::string_view port = forwarded_word(from, "x-forwarded-port", walk.chosen(), walk.hops());
    if (port.size() <= 5) claim.port = ascii::parse_decimal<std::uint16_t>(port);
    return claim;
}

}  // namespace detail

/// D19: what the fields say, to be asked only when who sent them is in `believed`. Hops are read from the right, and
/// none left of one that is not in `believed` counts. Whatever the fields hold, nothing worse comes out than nothing.
[[gnu::cold]] inline forwarded_claim forwarded_claim_of(const fields& from, const network_list& believed,
                                                        const forwarded_fields& theirs) {
    forwarded_claim claim =
        theirs.standard ? detail::standard_claim(from, believed) : detail::customary_claim(from, believed);
    if (!theirs.host) {
        claim.host = {};
        claim.port.reset();
    }
    if (theirs.prefix) claim.prefix = path_prefix(detail::forwarded_word(from, "x-forwarded-prefix", 0, 0));
    return claim;
}

}  // namespace coracle::http
