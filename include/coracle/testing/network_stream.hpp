// network_stream: one end of a connection through a memory_network. What it sends arrives when its link says so.
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/testing/network_link.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::testing {

namespace detail {

/// A connection: pipes[i] and wires[i] carry what end i sends.
struct network_line : net::detail::memory_line {
    network_line(loop::reactor& home, std::shared_ptr<network_link> there, std::shared_ptr<network_link> back)
        : wires{network_wire(std::move(there), home, pipes[0], wires[1]),
                network_wire(std::move(back), home, pipes[1], wires[0])} {}
    bool over() const noexcept { return closed[0] && (closed[1] || !arrived) && wires[0].idle() && wires[1].idle(); }

    bool arrived = false;  // end 1 was told; a reset may come before that
    network_wire wires[2];
};

struct network_write_attempt {
    net::detail::memory_pipe& pipe;
    const bool& closed;
    network_wire& wire;
    std::string_view first;
    std::string_view second;
    std::error_code error{};

    bool tried() {
        error = why_not();
        std::size_t room = error ? 0 : std::min(wire.room(), first.size() + second.size());
        if (room > 0) {
            std::string piece;
            std::size_t size = wire.link().piece(room);
            for (std::string_view* from : {&first, &second}) {
                std::string_view fits = from->substr(0, size - piece.size());
                piece += fits;
                from->remove_prefix(fits.size());
            }
            wire.send(std::move(piece));
            if (size < room) wire.stall();
        }
        return error || (first.empty() && second.empty());
    }
    std::error_code why_not() const noexcept {
        if (closed) return net::detail::closed_here();
        if (wire.error()) return wire.error();
        return wire.ended() ? std::make_error_code(std::errc::broken_pipe) : std::error_code();
    }
    coracle::result<void> result() const noexcept {
        if (error) return failure(error);
        return {};
    }
};

}  // namespace detail

/// A byte_stream; moves while nobody waits for it. Closed with unread bytes, or sent to when it is closed, it answers
/// with a reset, as TCP does.
class network_stream {
    template <class Attempt>
    using operation = net::detail::memory_operation<Attempt>;

public:
    network_stream(std::shared_ptr<detail::network_line> line, std::size_t side, net::address here,
                   net::address peer) noexcept
        : line_(std::move(line)), side_(side), here_(std::move(here)), peer_(std::move(peer)) {}
    network_stream(network_stream&&) noexcept = default;
    network_stream& operator=(network_stream&& other) noexcept {
        if (this != &other) {
            close();
            line_ = std::move(other.line_);
            side_ = other.side_;
            here_ = std::move(other.here_);
            peer_ = std::move(other.peer_);
        }
        return *this;
    }
    ~network_stream() { close(); }

    // As every byte_stream.

    operation<net::detail::memory_read_attempt> read() {
        return {line_, &net::detail::memory_pipe::reader,
                net::detail::memory_read_attempt{in(), closed(), in_wire().link().piece(largest_read)}};
    }
    operation<net::detail::memory_read_into_attempt> read(std::span<char> room) {
        CORACLE_ASSERT(!room.empty());
        room = room.first(in_wire().link().piece(room.size()));
        return {line_, &net::detail::memory_pipe::reader, net::detail::memory_read_into_attempt{in(), closed(), room}};
    }
    operation<detail::network_write_attempt> write(std::string_view head, std::string_view body = {}) {
        return {line_, &net::detail::memory_pipe::writer, attempt(head, body)};
    }
    result<std::size_t> try_write(std::string_view bytes) {
        auto once = attempt(bytes, {});
        once.tried();
        if (once.error) return failure(once.error);
        return bytes.size() - once.first.size();
    }
    void shutdown_read() noexcept {
        in().ended = true;
        in().wake_reader();
    }
    result<void> shutdown_write() noexcept {
        if (auto why = attempt({}, {}).why_not()) return failure(why);
        out_wire().send_end();
        return {};
    }
    void close() noexcept { leave(false); }
    bool hung_up() const noexcept {
        const net::detail::memory_pipe& from = line_->pipes[1 - side_];
        return from.ended || from.read_error;
    }
    /// A read would not wait.
    bool readable() const noexcept { return line_->pipes[1 - side_].readable(); }
    void tell(loop::edge_watcher* who) noexcept { in().reading_end = line_->pipes[side_].writing_end = who; }
    const net::address& peer() const noexcept { return peer_; }

    /// Closes with a reset: what the peer has not got yet is lost to it after that.
    void abort() noexcept { leave(true); }
    bool is_open() const noexcept { return line_ && !line_->closed[side_]; }
    /// Its own address.
    const net::address& where() const noexcept { return here_; }

private:
    static constexpr std::size_t largest_read = 64 * 1024;

    detail::network_write_attempt attempt(std::string_view first, std::string_view second) noexcept {
        return {line_->pipes[side_], closed(), out_wire(), first, second};
    }
    void leave(bool with_reset) noexcept {
        if (!line_ || closed()) return;
        closed() = true;
        if (with_reset || in().waiting > 0)
            out_wire().send_reset();
        else
            out_wire().send_end();
        in().deaf = true;
        in().wake_reader();
        line_->pipes[side_].wake_writer();
    }
    net::detail::memory_pipe& in() noexcept { return line_->pipes[1 - side_]; }
    network_wire& out_wire() noexcept { return line_->wires[side_]; }
    network_wire& in_wire() noexcept { return line_->wires[1 - side_]; }
    bool& closed() noexcept { return line_->closed[side_]; }

    std::shared_ptr<detail::network_line> line_;
    std::size_t side_ = 0;
    net::address here_;
    net::address peer_;
};

static_assert(net::byte_stream<network_stream>);

}  // namespace coracle::testing
