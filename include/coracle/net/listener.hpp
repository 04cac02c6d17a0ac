// listener: the door of a server, TCP or unix.
// POSIX listen(2), accept(2).
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/address.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/file_limit.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/os/socket_address.hpp>
#include <coracle/os/socket_file.hpp>
#include <coracle/os/spare_descriptor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

namespace coracle::net {

/// A connection that was accepted and belongs to no loop yet: `socket_stream stream(std::move(in.socket), in.peer);`
/// on whichever loop is to serve it.
struct incoming {
    os::file_descriptor socket;
    address peer;
};

/// How to listen.
struct listen_options {
    /// Connections that may wait for accept(); the kernel may cut it.
    int backlog = 2048;
    /// Several listeners on one address, one for each loop, and the kernel deals the connections out.
    bool reuse_port = false;
    /// An IPv6 listener turns IPv4 away instead of taking it too.
    bool ipv6_only = false;
};

namespace detail {

class accept_attempt {
public:
    bool operator()(int fd) noexcept {
        auto accepted = os::accept_connection(fd, peer_);
        if (accepted)
            socket_ = std::move(*accepted);
        else
            error_ = accepted.error();
        return accepted || !os::is_would_block(error_);
    }
    coracle::result<incoming> result() {
        if (!socket_) return failure(error_);
        return incoming{std::move(socket_), address(peer_)};
    }

private:
    os::file_descriptor socket_;
    os::socket_address peer_;
    std::error_code error_;
};

}  // namespace detail

/// Accepts connections on the loop on which it was opened. Moves while nobody waits for it.
class listener {
public:
    /// Bound and listening when it returns; clients can connect before the first accept(). Port 0 lets the kernel
    /// choose, and where() tells. The name of a unix socket that a dead server left behind is taken over.
    /// error: address_in_use, permission_denied, address_not_available, ...
    static result<listener> open(const address& where, const listen_options& options = {}) {
        auto target = where.to_socket_address();
        if (!target) return failure(target.error());
        os::raise_file_limit();  // each connection needs a descriptor, and shells hand out 1024
        auto socket = os::open_stream_socket(*target);
        if (!socket) return failure(socket.error());
        os::socket_file file;
        if (where.family() == address::family_type::local) {
            auto bound = os::socket_file::bind(socket->get(), *target);
            if (!bound) return failure(bound.error());
            file = std::move(*bound);
        } else if (auto bound = bind_tcp(socket->get(), *target, options); !bound) {
            return failure(bound.error());
        }
        if (auto listening = os::listen_on(socket->get(), options.backlog); !listening)
            return failure(listening.error());
        auto chosen = os::local_address(socket->get());
        if (!chosen) return failure(chosen.error());
        try {
            auto watched = std::make_unique<loop::descriptor>(std::move(*socket));
            return listener(std::move(watched), std::move(file), address(*chosen));
        } catch (const std::system_error& why) {
            return failure(why.code());
        }
    }
    listener(listener&&) noexcept = default;
    listener& operator=(listener&&) noexcept = default;

    /// The next connection. When descriptors have run out it turns away who waits, pauses, and tries again: neither
    /// the clients nor the processor are kept busy with nothing. error: bad_file_descriptor after close(), and what
    /// else the kernel says of the listening socket itself.
    task<result<incoming>> accept() {
        for (;;) {
            auto next = co_await descriptor_->until(loop::direction::in, detail::accept_attempt());
            if (next || !os::is_out_of_descriptors(next.error())) co_return std::move(next);
            turned_away_ += static_cast<unsigned>(spare_.turn_away(descriptor_->get(), most_turned_away));
            co_await sleep(pause);
        }
    }

    const address& where() const noexcept { return where_; }
    /// Connections that were closed unserved because no descriptor was left.
    std::uint64_t turned_away() const noexcept { return turned_away_; }
    /// Refuses new connections and those that wait; who awaits accept() gets an error. Those accepted live on.
    void close() noexcept {
        file_.remove();
        descriptor_->close();
    }
    bool is_open() const noexcept { return descriptor_->is_open(); }
    /// For system calls that this class does not know; -1 when it is closed.
    int native_handle() const noexcept { return descriptor_->get(); }

private:
    static constexpr auto pause = std::chrono::milliseconds(100);
    static constexpr int most_turned_away = 128;  // in one go, so that the loop's other work is not kept waiting

    listener(std::unique_ptr<loop::descriptor> socket, os::socket_file file, address where)
        : file_(std::move(file)), descriptor_(std::move(socket)), where_(std::move(where)) {}

    static result<void> bind_tcp(int fd, const os::socket_address& where, const listen_options& options) noexcept {
        if (auto done = os::reuse_address(fd); !done) return done;
        if (options.reuse_port)
            if (auto done = os::share_port(fd); !done) return done;
        if (where.family() == os::address_family::ipv6)
            if (auto done = os::take_only_ipv6(fd, options.ipv6_only); !done) return done;
        // Accepted sockets inherit it: no system call per connection.
        if (auto done = os::send_without_delay(fd); !done) return done;
        return os::bind_socket(fd, where);
    }

    os::socket_file file_;
    std::unique_ptr<loop::descriptor> descriptor_;
    os::spare_descriptor spare_;
    address where_;
    std::uint64_t turned_away_ = 0;
};

}  // namespace coracle::net
