// listener: the door of a server, TCP or unix.
// POSIX listen(2), accept(2).
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/listening_socket.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/last_call.hpp>
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
        auto socket = listening_socket::open(where, options);
        if (!socket) return failure(socket.error());
        return of(std::move(*socket));
    }
    /// A door that is open already. error: what the kernel says to watching it.
    static result<listener> of(listening_socket socket) {
        try {
            os::socket_file file = socket.take_file();
            auto watched = std::make_unique<loop::descriptor>(socket.take_descriptor());
            return listener(std::move(watched), std::move(file), socket.where());
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

    /// The next connection that waits already. error: would_block (os::is_would_block) when none does.
    result<incoming> try_accept() {
        detail::accept_attempt now;
        if (!now(descriptor_->get())) return failure(std::make_error_code(std::errc::operation_would_block));
        return now.result();
    }
    /// From here on no client comes in, wherever this socket is open; those who have can still be accepted. False where
    /// the system cannot do that.
    bool last_call() noexcept { return os::last_call(descriptor_->get(), where_.family()); }

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

    os::socket_file file_;
    std::unique_ptr<loop::descriptor> descriptor_;
    os::spare_descriptor spare_;
    address where_;
    std::uint64_t turned_away_ = 0;
};

}  // namespace coracle::net
