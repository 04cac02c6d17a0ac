// proxy_rules: which requests go to a proxy, and what only the proxy is told.
// RFC 9112 3.2.2 (absolute-form), RFC 9110 9.3.6 (CONNECT), 11.7.2 (Proxy-Authorization); httpoxy (CVE-2016-5385).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/ip_literal.hpp>
#include <coracle/base/network_list.hpp>
#include <coracle/client/auth.hpp>
#include <coracle/http/authority.hpp>
#include <coracle/http/percent.hpp>
#include <coracle/http/url.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::client {

/// A proxy that is spoken to in plain HTTP.
struct proxy {
    http::url at{};
    std::string authorization{};  ///< of Proxy-Authorization; empty: none
};

/// Hosts that are asked directly: `localhost, .example.com, 10.0.0.0/8, [::1]:8080`, or `*`. A name stands for itself
/// and for what is below it, from label to label: `example.com` is not `badexample.com`.
class proxy_exceptions {
public:
    /// error: std::logic_error for what is no host and no network.
    [[gnu::cold]] void add_list(std::string_view text) {
        for (char c : text)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                throw std::logic_error("coracle: the hosts that go without a proxy have a control character");
        while (!text.empty()) {
            std::size_t end = text.find_first_of(", ");
            if (end != 0) add(text.substr(0, end));
            text.remove_prefix(end == text.npos ? text.size() : end + 1);
        }
    }
    bool contains(const http::url& to) const {
        if (all_) return true;
        std::string host = without_dot(to.host());
        std::uint16_t port = port_of(to);
        for (const entry& each : entries_) {
            if (each.port && *each.port != port) continue;
            if (each.network.empty() ? is_below(host, each.name) : each.network.contains(host)) return true;
        }
        return false;
    }

private:
    struct entry {
        std::string name{};
        network_list network{};
        std::optional<std::uint16_t> port{};
    };

    static std::uint16_t port_of(const http::url& to) {
        auto parts = http::parse_authority(to.authority);
        return parts && parts->port ? *parts->port : static_cast<std::uint16_t>(to.is_secure() ? 443 : 80);
    }
    static std::string without_dot(std::string host) {
        if (host.size() > 1 && host.ends_with('.')) host.pop_back();
        return host;
    }
    static bool is_below(std::string_view host, std::string_view name) noexcept {
        if (host == name) return true;
        // An address is not below another one.
        return host.size() > name.size() && host.ends_with(name) && host[host.size() - name.size() - 1] == '.' &&
               !ip::parse_ipv4(host);
    }
    [[gnu::cold]] void add(std::string_view text) {
        if (text == "*") {
            all_ = true;
            return;
        }
        entry made;
        std::string_view host = text;
        std::string_view first = host.substr(0, host.find('/'));
        bool is_network = ip::parse_ipv6(first) || (first.size() < host.size() && ip::parse_ipv4(first));
        if (!is_network) {
            std::string_view shown = host;
            if (shown.starts_with("*.")) shown.remove_prefix(1);
            if (shown.starts_with('.')) shown.remove_prefix(1);
            auto parts = http::parse_authority(shown);
            if (!parts)
                throw std::logic_error("coracle: '" + std::string(text) +
                                       "' is no host that goes without a proxy; write localhost, .example.com, "
                                       "10.0.0.0/8 or [::1]:8080");
            made.port = parts->port;
            host = parts->host;
            if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
            is_network = ip::parse_ipv4(host) || ip::parse_ipv6(host);
        }
        if (is_network)
            made.network.add(host);
        else
            made.name = without_dot(ascii::lower(host));
        entries_.push_back(std::move(made));
    }

    bool all_ = false;
    std::vector<entry> entries_;
};

/// What way a request goes. `tunnel` is for https: CONNECT first, then TLS through it, by the adapter that knows TLS.
enum class proxy_way : std::uint8_t { direct, forward, tunnel };

/// No proxy; one that is named: `proxy_rules("http://name:password@proxy.example:3128", "localhost,.example.com")`; or
/// what the environment says. Plain data.
class proxy_rules {
public:
    proxy_rules() = default;
    /// For http and https. error: std::logic_error for what is no proxy of this kind.
    [[gnu::cold]] explicit proxy_rules(std::string_view proxy_url, std::string_view except = {})
        : proxy_(read(proxy_url)) {
        exceptions_.add_list(except);
    }
    /// Those of `http_proxy` and `no_proxy`, for http, and not for this machine. Only in lower case: a server that runs
    /// programs by CGI lets its clients set HTTP_PROXY (C5). in: as std::getenv. error: std::logic_error.
    template <class Getter>
    [[gnu::cold]] static proxy_rules from_environment(Getter&& look_up) {
        proxy_rules made;
        const char* named = look_up("http_proxy");
        if (!named || *named == '\0') return made;
        made.proxy_ = read(named);
        made.only_http_ = true;
        if (const char* except = look_up("no_proxy")) made.exceptions_.add_list(except);
        made.exceptions_.add_list("localhost,127.0.0.0/8,::1");
        return made;
    }
    [[gnu::cold]] static proxy_rules from_environment() {
        return from_environment([](const char* name) { return std::getenv(name); });
    }

    explicit operator bool() const noexcept { return proxy_.has_value(); }

    proxy_way way_of(const http::url& to) const {
        const bool plain = to.scheme == "http";  // RFC 6455 4.1: a WebSocket goes through by CONNECT, encrypted or not
        if (!proxy_ || (!plain && only_http_) || exceptions_.contains(to)) return proxy_way::direct;
        return plain ? proxy_way::forward : proxy_way::tunnel;
    }
    /// in: some way is not direct.
    const proxy& server() const noexcept { return *proxy_; }

private:
    [[gnu::cold]] static proxy read(std::string_view text) {
        for (char c : text)
            if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F)
                throw std::logic_error("coracle: the URL of a proxy has a control character or a space");
        std::string whole(text);
        if (whole.find("://") == std::string::npos) whole.insert(0, "http://");
        proxy made;
        made.at = http::url::parse(whole);
        // Without what may be a password.
        if (made.at.scheme != "http")
            throw std::logic_error("coracle: a proxy is spoken to by http://, not by " + made.at.scheme + "://");
        if (!http::parse_authority(made.at.authority) || made.at.target() != "/" || !made.at.fragment.empty())
            throw std::logic_error("coracle: the URL of a proxy is like http://name:password@proxy.example:3128");
        std::string_view behind = std::string_view(whole).substr(whole.find("://") + 3);
        behind = behind.substr(0, behind.find_first_of("/?#"));
        if (std::size_t at = behind.rfind('@'); at != behind.npos)
            made.authorization = credentials(behind.substr(0, at));
        made.at.path = "/";
        return made;
    }
    [[gnu::cold]] static std::string credentials(std::string_view userinfo) {
        std::size_t colon = userinfo.find(':');
        std::string storage[2];
        auto user = http::decode_path(userinfo.substr(0, colon), storage[0]);
        auto password =
            http::decode_path(colon == userinfo.npos ? std::string_view() : userinfo.substr(colon + 1), storage[1]);
        if (!user || !password)
            throw std::logic_error("coracle: name and password in the URL of a proxy have a % that escapes nothing");
        return basic_credentials_for(*user, *password);
    }

    std::optional<proxy> proxy_;
    proxy_exceptions exceptions_;
    bool only_http_ = false;
};

/// What stands in the request line to a proxy that forwards.
inline std::string absolute_target(const http::url& to) { return to.scheme + "://" + to.authority + to.target(); }

/// The head that asks a proxy for a tunnel; any 2xx is the tunnel, and has no body.
[[gnu::cold]] inline std::string connect_head(const http::url& to, const proxy& by) {
    std::string host = to.authority;
    auto parts = http::parse_authority(host);
    if (parts && !parts->port) host = std::string(parts->host).append(to.is_secure() ? ":443" : ":80");
    std::string out = "CONNECT " + host + " HTTP/1.1\r\nhost: " + host + "\r\n";
    if (!by.authorization.empty()) out.append("proxy-authorization: ").append(by.authorization).append("\r\n");
    return out.append("\r\n");
}

}  // namespace coracle::client
