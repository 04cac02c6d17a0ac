// connect: a stream to an address. Names are looked up elsewhere.
// POSIX connect(2); the check for a connection to itself as in Go's net package.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/os/socket_address.hpp>

#include <memory>
#include <system_error>
#include <utility>

namespace coracle::net {

namespace detail {

class connect_attempt {
public:
    bool operator()(int fd) noexcept {
        outcome_ = os::finish_connect(fd);
        return outcome_ || !os::is_in_progress(outcome_.error());
    }
    coracle::result<void> result() const noexcept { return outcome_; }

private:
    coracle::result<void> outcome_;
};

/// Two ends of TCP that connect to one another at the same time become one connection, and a client that is given the
/// very port which it dials is both of them: it would talk to itself instead of being told that nobody listens.
inline bool talks_to_itself(int fd) {
    auto here = os::local_address(fd);
    auto there = os::peer_address(fd);
    return here && there && here->family() != os::address_family::local && here->family() != os::address_family::none &&
           address(*here) == address(*there);
}

}  // namespace detail

/// A stream to `where`. Can be cancelled; has no deadline of its own but the kernel's (two minutes).
/// error: connection_refused, timed_out, network_unreachable, ...; resource_unavailable_try_again when the backlog of
/// a unix socket is full.
inline task<result<socket_stream>> connect(address where) {
    auto target = where.to_socket_address();
    if (!target) co_return failure(target.error());
    auto socket = os::open_stream_socket(*target);
    if (!socket) co_return failure(socket.error());
    if (where.family() != address::family_type::local)
        if (auto quick = os::send_without_delay(socket->get()); !quick) co_return failure(quick.error());
    // Started before it is watched: an unconnected socket is born with a hang-up edge.
    auto started = os::start_connect(socket->get(), *target);
    if (!started && !os::is_in_progress(started.error())) co_return failure(started.error());
    std::unique_ptr<loop::descriptor> watched;
    try {
        watched = std::make_unique<loop::descriptor>(std::move(*socket));
    } catch (const std::system_error& why) {
        co_return failure(why.code());
    }
    auto connected = co_await watched->until(loop::direction::out, detail::connect_attempt());
    if (!connected) co_return failure(connected.error());
    if (detail::talks_to_itself(watched->get())) co_return failure(std::make_error_code(std::errc::connection_refused));
    co_return socket_stream(std::move(watched), std::move(where));
}

}  // namespace coracle::net
