// proxy_desk: what a server does about proxies, as pointers: a program that believes none does not compile it.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/net/listener.hpp>

namespace coracle::server {

struct settings;
class transaction;
class workshop;

struct proxy_desk {
    /// Puts what the proxies' fields say of a request, which has come from one that is believed, into it.
    void (*introduce)(transaction& now, const settings& how);
    /// Serves a connection that begins with the PROXY protocol.
    task<> (*receive)(net::incoming from, workshop& shop);
};

}  // namespace coracle::server
