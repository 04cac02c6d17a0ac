// udp_socket: datagrams on this thread's loop. asyncio.DatagramTransport.
// RFC 768; RFC 4291 2.5.5.2 for IPv4 peers of IPv6 sockets.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/shared_descriptor.hpp>
#include <coracle/net/address.hpp>
#include <coracle/os/datagram.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/os/socket_address.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::net {

/// One that has come, and from whom.
struct datagram {
    std::string_view bytes;  ///< in the loop's scratch room, or the room that was given
    address from;
    bool truncated = false;  ///< there had been more than the room takes, and it is lost
};

namespace detail {

class datagram_receive {
public:
    explicit datagram_receive(std::span<char> room) noexcept : room_(room) {}
    bool operator()(int fd) noexcept {
        got_ = os::receive_datagram(fd, room_, from_);
        return got_ || !os::is_would_block(got_.error());
    }
    coracle::result<datagram> result() const {
        if (!got_) return failure(got_.error());
        return datagram{std::string_view(room_.data(), got_->size), address(from_), got_->truncated};
    }

private:
    std::span<char> room_;
    os::socket_address from_;
    coracle::result<os::received_datagram> got_ = os::received_datagram();
};

class datagram_send {
public:
    datagram_send(std::string_view bytes, const std::optional<coracle::result<os::socket_address>>& to) noexcept
        : bytes_(bytes), to_(to) {}
    bool operator()(int fd) noexcept {
        if (to_ && !*to_)
            sent_ = failure(to_->error());
        else
            sent_ = os::send_datagram(fd, bytes_, to_ ? &**to_ : nullptr);
        return sent_ || !os::is_would_block(sent_.error());
    }
    coracle::result<void> result() const noexcept { return sent_; }

private:
    std::string_view bytes_;
    std::optional<coracle::result<os::socket_address>> to_;
    coracle::result<void> sent_;
};

}  // namespace detail

/// How to bind.
struct udp_options {
    /// Several sockets of one port, as the listeners of a multicast group want it.
    bool share_port = false;
    /// An IPv6 socket turns IPv4 away instead of taking it too.
    bool ipv6_only = false;
};

/// A socket whose messages arrive whole, or not at all, and in any order. Any number of jobs may receive, and any
/// number send, first come, first served. Moves while nobody waits for it; never leaves its loop.
class udp_socket {
    template <class Attempt>
    using operation = loop::shared_descriptor::operation<Attempt>;

public:
    /// Receives what is sent to `where`: from everybody, until connect(). Port 0 lets the kernel choose.
    /// error: address_in_use, permission_denied, address_not_available, ...
    static result<udp_socket> bind(const address& where, const udp_options& options = {}) {
        auto target = where.to_socket_address();
        if (!target) return failure(target.error());
        auto made = open(*target);
        if (!made) return made;
        int fd = made->native_handle();
        if (options.share_port)
            if (auto done = os::share_group_port(fd); !done) return failure(done.error());
        if (where.family() == address::family_type::ipv6)
            if (auto done = os::take_only_ipv6(fd, options.ipv6_only); !done) return failure(done.error());
        if (auto done = os::bind_socket(fd, *target); !done) return failure(done.error());
        return made;
    }
    /// A socket that talks with `peer` only: send() needs no address, and what others send is not received.
    static result<udp_socket> connect(const address& peer) {
        auto target = peer.to_socket_address();
        if (!target) return failure(target.error());
        auto made = open(*target);
        if (!made) return made;
        if (auto done = made->connect_to(peer); !done) return failure(done.error());
        return made;
    }
    udp_socket(udp_socket&&) noexcept = default;
    udp_socket& operator=(udp_socket&&) noexcept = default;

    /// From here on it talks with `peer` only. error: network_unreachable, ...
    result<void> connect_to(const address& peer) {
        auto target = mapped(peer);
        if (!target) return failure(target.error());
        return os::start_connect(descriptor_->get(), *target);
    }

    /// The next datagram, of up to 64 KiB: its bytes are valid until the next co_await.
    /// error: connection_refused of a connected socket whose peer does not listen: what was sent before is lost, and
    /// the socket is as good as ever; bad_file_descriptor after close(); `cancelled`, and then none has been taken.
    operation<detail::datagram_receive> receive() { return receive(descriptor_->home().scratch()); }
    /// The same into `room`. What does not fit is lost, and said to be.
    operation<detail::datagram_receive> receive(std::span<char> room) {
        return descriptor_->until(loop::direction::in, detail::datagram_receive(room));
    }

    /// One datagram to the peer of a connected socket; returns when it is on its way, which does not mean that it
    /// arrives.
    /// keeps: the bytes must stay where they are until it has returned. error: message_size beyond 65507 bytes (IPv4);
    /// destination_address_required when it is not connected; as receive().
    operation<detail::datagram_send> send(std::string_view bytes) {
        return descriptor_->until(loop::direction::out, detail::datagram_send(bytes, std::nullopt));
    }
    /// The same to `where`. error: address_family_not_supported for IPv6 from an IPv4 socket, permission_denied for a
    /// broadcast that was not allowed, ...
    operation<detail::datagram_send> send_to(std::string_view bytes, const address& where) {
        return descriptor_->until(loop::direction::out, detail::datagram_send(bytes, mapped(where)));
    }

    /// Lets it send to broadcast addresses, as 255.255.255.255.
    result<void> allow_broadcast(bool on = true) noexcept { return os::allow_broadcast(descriptor_->get(), on); }
    /// Receives what is sent to `group` too, or does no more. in: an address whose port is not looked at, and the
    /// number of an interface; 0 lets the kernel choose. error: invalid_argument for an address that is no group's, ...
    result<void> join_group(const address& group, unsigned interface = 0) { return member(group, interface, true); }
    result<void> leave_group(const address& group, unsigned interface = 0) { return member(group, interface, false); }
    /// Of what it sends to groups: how many routers it may pass (0: stays on this machine), whether sockets of this
    /// machine get it too, and through which interface it goes.
    result<void> group_sending(int hops, bool to_this_machine = true, unsigned interface = 0) noexcept {
        return os::set_group_sending(descriptor_->get(), family_, hops, to_this_machine, interface);
    }

    /// Where it is bound; after the first send the kernel has chosen. error: bad_file_descriptor after close().
    result<address> where() const {
        auto bound = os::local_address(descriptor_->get());
        if (!bound) return failure(bound.error());
        return address(*bound);
    }
    /// Wakes: all who wait for it, with an error.
    void close() noexcept { descriptor_->close(); }
    bool is_open() const noexcept { return descriptor_->is_open(); }
    /// For system calls that this class does not know; -1 when it is closed.
    int native_handle() const noexcept { return descriptor_->get(); }

private:
    explicit udp_socket(std::unique_ptr<loop::shared_descriptor> socket, os::address_family family) noexcept
        : descriptor_(std::move(socket)), family_(family) {}

    static result<udp_socket> open(const os::socket_address& like) {
        if (like.family() == os::address_family::local || like.family() == os::address_family::none)
            return failure(std::make_error_code(std::errc::address_family_not_supported));
        auto socket = os::open_datagram_socket(like);
        if (!socket) return failure(socket.error());
        try {
            return udp_socket(std::make_unique<loop::shared_descriptor>(std::move(*socket)), like.family());
        } catch (const std::system_error& why) {
            return failure(why.code());
        }
    }

    /// An IPv6 socket knows IPv4 addresses by their IPv6 names; address has undone that on their way in.
    result<os::socket_address> mapped(const address& where) const {
        auto four = where.ipv4();
        if (family_ != os::address_family::ipv6 || !four) return where.to_socket_address();
        ipv6_bytes six{};
        six[10] = six[11] = 0xff;
        for (std::size_t i = 0; i < 4; ++i) six[12 + i] = (*four)[i];
        return os::socket_address::ipv6(six, where.port());
    }
    result<void> member(const address& group, unsigned interface, bool in) {
        auto where = group.to_socket_address();
        if (!where) return failure(where.error());
        if (where->family() != family_) return failure(std::make_error_code(std::errc::address_family_not_supported));
        return os::set_membership(descriptor_->get(), *where, interface, in);
    }

    std::unique_ptr<loop::shared_descriptor> descriptor_;
    os::address_family family_;
};

}  // namespace coracle::net
