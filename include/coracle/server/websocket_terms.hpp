// websocket_terms: the options of a route's WebSockets on a server that has a word in them.
#pragma once

#include <coracle/app/server_limits.hpp>
#include <coracle/duplex/websocket_options.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace coracle::server {

/// Of one loop: `reactor.own<websocket_terms>()`. cost: nothing where the server has its usual limits.
class websocket_terms {
public:
    static bool any(const server_limits& of) noexcept { return !is_usual(asked_for(usual(), of)); }

    /// What the route says otherwise than usual counts, then what the server says. keeps: one copy for each route.
    [[gnu::cold]] std::shared_ptr<const websocket_options> of(const std::shared_ptr<const websocket_options>& route,
                                                              const server_limits& server) {
        for (const known& each : known_)
            if (each.route == route) return each.here;
        auto here = std::make_shared<const websocket_options>(asked_for(*route, server));
        known_.push_back({route, here});
        return here;
    }

private:
    struct known {
        std::shared_ptr<const websocket_options> route;
        std::shared_ptr<const websocket_options> here;
    };

    static websocket_options usual() noexcept { return {}; }
    static bool is_usual(const websocket_options& one) noexcept {
        const websocket_options plain = usual();
        return one.limits.message_bytes == plain.limits.message_bytes &&
               one.max_unread_messages == plain.max_unread_messages && one.ping_interval == plain.ping_interval &&
               one.ping_timeout == plain.ping_timeout;
    }
    static websocket_options asked_for(websocket_options route, const server_limits& server) noexcept {
        const websocket_options plain = usual();
        auto fill = [](auto& said, const auto& otherwise, const auto& by_server) {
            if (said == otherwise) said = by_server;
        };
        fill(route.limits.message_bytes, plain.limits.message_bytes, server.max_message_bytes);
        fill(route.max_unread_messages, plain.max_unread_messages, server.max_unread_messages);
        fill(route.ping_interval, plain.ping_interval, server.ping_interval);
        fill(route.ping_timeout, plain.ping_timeout, server.ping_timeout);
        return route;
    }

    std::vector<known> known_;
};

}  // namespace coracle::server
