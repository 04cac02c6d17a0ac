// listening_socket: an open door that belongs to no loop yet: it can be handed to one, to several, or to a child.
// POSIX listen(2), SO_ACCEPTCONN; systemd's socket activation and inetd hand out such sockets.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/net/address.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/file_limit.hpp>
#include <coracle/os/readiness_probe.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/os/socket_address.hpp>
#include <coracle/os/socket_file.hpp>

#include <utility>

namespace coracle::net {

/// How to listen.
struct listen_options {
    /// Connections that may wait for accept(); the kernel may cut it.
    int backlog = 2048;
    /// Several listeners on one address, one for each loop, and the kernel deals the connections out.
    bool reuse_port = false;
    /// An IPv6 listener turns IPv4 away instead of taking it too.
    bool ipv6_only = false;
    /// Who may connect to a unix socket: the permissions of its name, unless there was one, which then keeps its own.
    /// -1: as the process's umask has it.
    int socket_file_mode = -1;
};

/// Clients can connect to it from open() on, and wait for somebody to accept.
class listening_socket {
public:
    /// Port 0 lets the kernel choose, and where() tells. The name of a unix socket that a dead server left behind is
    /// taken over. error: address_in_use, permission_denied, address_not_available, ...
    static result<listening_socket> open(const address& where, const listen_options& options = {}) {
        auto target = where.to_socket_address();
        if (!target) return failure(target.error());
        os::raise_file_limit();  // each connection needs a descriptor, and shells hand out 1024
        auto socket = os::open_stream_socket(*target);
        if (!socket) return failure(socket.error());
        listening_socket made;
        if (where.family() == address::family_type::local) {
            auto bound = os::socket_file::bind(socket->get(), *target, options.socket_file_mode);
            if (!bound) return failure(bound.error());
            made.file_ = std::move(*bound);
        } else if (auto bound = bind_tcp(socket->get(), *target, options); !bound) {
            return failure(bound.error());
        }
        if (auto listening = os::listen_on(socket->get(), options.backlog); !listening)
            return failure(listening.error());
        made.socket_ = std::move(*socket);
        return made.with_name();
    }
    /// One that somebody else has opened, and that is owned from here on; its name in the file system, if it has one,
    /// stays his. error: bad_file_descriptor, not_a_socket, invalid_argument when it does not listen.
    static result<listening_socket> inherit(int number) {
        auto listens = os::is_listening(number);
        if (!listens) return failure(listens.error());
        if (!*listens) return failure(std::make_error_code(std::errc::invalid_argument));
        if (auto prepared = os::prepare_inherited(number); !prepared) return failure(prepared.error());
        os::raise_file_limit();
        listening_socket made;
        made.socket_ = os::file_descriptor(number);
        return made.with_name();
    }
    /// The same door once more, for another loop: whoever is first gets the next connection. The name stays with this.
    result<listening_socket> share() const {
        auto same = os::duplicate(socket_.get());
        if (!same) return failure(same.error());
        listening_socket made;
        made.socket_ = std::move(*same);
        made.where_ = where_;
        return made;
    }

    const address& where() const noexcept { return where_; }
    int native_handle() const noexcept { return socket_.get(); }

    os::file_descriptor take_descriptor() noexcept { return std::move(socket_); }
    os::socket_file take_file() noexcept { return std::move(file_); }

private:
    result<listening_socket> with_name() {
        auto chosen = os::local_address(socket_.get());
        if (!chosen) return failure(chosen.error());
        where_ = address(*chosen);
        return std::move(*this);
    }
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
    os::file_descriptor socket_;
    address where_;
};

}  // namespace coracle::net
