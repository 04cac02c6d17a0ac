// loop_pools: the pools of this loop, one for all clients that say the same about connections.
#pragma once

#include <coracle/client/connection_pool.hpp>
#include <coracle/client/http_client_options.hpp>
#include <coracle/loop/reactor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace coracle::client {

/// `loop::reactor::current().own<loop_pools>()`: goes with the loop, and all its connections with it.
class loop_pools {
public:
    /// error: std::bad_alloc.
    connection_pool& of(const http_client_options& said) {
        for (const entry& each : all_)
            if (each.serves(said)) return *each.pool;
        return made_for(said);
    }
    std::size_t size() const noexcept { return all_.size(); }

private:
    struct entry {
        std::shared_ptr<transport> carried_by;
        std::shared_ptr<secure_layer> secured_by;
        std::string unix_socket;
        pool_limits limits;
        std::unique_ptr<connection_pool> pool;

        bool serves(const http_client_options& said) const noexcept {
            return carried_by == said.transport && secured_by == said.tls && unix_socket == said.unix_socket &&
                   limits == said.limits;
        }
    };
    [[gnu::cold]] connection_pool& made_for(const http_client_options& said) {
        std::erase_if(all_, [](const entry& each) { return each.pool->unused(); });
        pool_limits limits = said.limits;
        if (said.transport && !said.transport->keeps()) limits.idle_for = limits.idle_for.zero();
        all_.push_back(
            entry{said.transport, said.tls, said.unix_socket, said.limits, std::make_unique<connection_pool>(limits)});
        return *all_.back().pool;
    }

    std::vector<entry> all_;
};

}  // namespace coracle::client
