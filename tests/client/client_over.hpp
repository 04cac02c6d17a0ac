// client_over: a client whose requests go over one transport, that of a test, and the pool that keeps its connections.
#pragma once

#include <coracle/client/connection_pool.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/client/loop_pools.hpp>
#include <coracle/client/transport.hpp>
#include <coracle/loop/reactor.hpp>

#include <memory>
#include <utility>

namespace coracle::client {

inline http_client client_over(std::shared_ptr<transport> way, client_timeouts time = {}) {
    http_client_options options;
    options.base_url = "http://example.com";
    options.timeout = time;
    options.transport = std::move(way);
    return http_client(std::move(options));
}

/// Of the loop that runs here.
inline connection_pool& pool_of(const std::shared_ptr<transport>& way) {
    http_client_options options;
    options.transport = way;
    return loop::reactor::current().own<loop_pools>().of(options);
}

}  // namespace coracle::client
