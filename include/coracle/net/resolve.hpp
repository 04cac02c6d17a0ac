// resolve: the addresses of a name, from this loop's own resolver. asyncio's loop.getaddrinfo.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/net/resolver.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace coracle::net {

/// The one that resolve() and connect() ask: made when it is first asked for, shared by all tasks of the loop.
inline resolver& this_resolver() { return loop::reactor::current().own<resolver>(); }

/// `auto where = co_await net::resolve("example.org", 443);` gives addresses to try in this order, or a sentence:
/// `if (!where) std::puts(where.error().message.c_str());` in and error: as resolver::resolve().
/// A cancelled one leaves at once, but the program ends only when the system has given the lookup up.
inline task<resolver::answer> resolve(std::string host, std::uint16_t port, families wanted = families::both) {
    return this_resolver().resolve(std::move(host), port, wanted);
}
/// The same with a port by number or by name: "443", "https".
inline task<resolver::answer> resolve(std::string host, std::string service, families wanted = families::both) {
    return this_resolver().resolve(std::move(host), std::move(service), wanted);
}

}  // namespace coracle::net
