// proxy_options: which proxies a server believes, and what.
#pragma once

#include <coracle/base/network_list.hpp>

#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>

namespace coracle {

namespace server {
struct proxy_desk;
}

/// The peers that are believed: `{"127.0.0.1", "10.0.0.0/8", "unix"}`, `{"*"}` for everybody; as network_list.
/// cost: what reads the proxies' fields is compiled only in programs that make one.
class proxy_networks {
public:
    proxy_networks() noexcept = default;
    /// error: std::logic_error for what looks like an address and is none.
    proxy_networks(std::initializer_list<std::string_view> peers) : desk_(&desk_of_server()) {
        auto made = std::make_shared<network_list>();
        for (std::string_view each : peers) made->add(each);
        if (!made->empty()) list_ = std::move(made);
    }
    /// in: texts between commas.
    [[gnu::cold]] static proxy_networks of_list(std::string_view text) {
        proxy_networks all{std::string_view("*")};
        auto made = std::make_shared<network_list>();
        made->add_list(text);
        all.list_ = made->empty() ? nullptr : std::move(made);
        return all;
    }

    bool empty() const noexcept { return !list_; }
    /// in: an address without its port.
    bool contains(std::string_view peer) const noexcept { return list_ && list_->contains(peer); }
    /// in: one that is not empty, as for the next.
    const network_list& list() const noexcept { return *list_; }
    const server::proxy_desk& desk() const noexcept { return *desk_; }

private:
    // Defined in server/behind_proxy.hpp.
    static const server::proxy_desk& desk_of_server();

    std::shared_ptr<const network_list> list_;
    const server::proxy_desk* desk_ = nullptr;
};

/// `app.run({.proxy = {.trusted = {"10.0.0.0/8"}}});` What stands in a field of a request is the client's own word
/// unless a proxy that is trusted has put it there, or has taken the client's away. So switch on only what yours do.
struct proxy_options {
    proxy_networks trusted{};  ///< whose word counts; nobody's, unless said
    /// X-Forwarded-For says who `request::client` is, X-Forwarded-Proto what `request::scheme` is.
    bool headers = true;
    bool forwarded = false;  ///< Forwarded (RFC 7239) says that, and the X-Forwarded- fields do not
    bool host = false;       ///< X-Forwarded-Host and -Port, or host= of Forwarded, say what `request::host` is
    bool prefix = false;     ///< X-Forwarded-Prefix says what `request::root_path` is
    /// Each connection begins with the PROXY protocol, version 1 or 2, or is closed. From nobody else than the trusted.
    bool protocol = false;
};

}  // namespace coracle
