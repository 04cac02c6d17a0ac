// announced_connection: a connection that begins with the PROXY protocol, which says who is at its other end.
// HAProxy, "The PROXY protocol", 2.1 and 2.2; threat D19.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/report.hpp>
#include <coracle/http/proxy_protocol.hpp>
#include <coracle/loop/deadline.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/listener.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/server/admission.hpp>
#include <coracle/server/client_list.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/workshop.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::server {

/// What a PROXY header has said.
struct announcement {
    std::optional<net::address> peer{};  ///< nothing: whoever the connection is from
    bool tls = false;
    std::string_view wrong{};  ///< why it is none, in a sentence; empty: nothing is wrong
};

namespace detail {

/// Looks at what has come without taking it, until the header is there: so not a byte of the client's is read with it.
class announcement_attempt {
public:
    bool operator()(loop::descriptor& on) noexcept {
        std::span<char> room = on.home().scratch();
        auto there = os::peek(on.get(), room);
        if (!there && os::is_would_block(there.error())) return false;
        http::proxy_header_state state = http::proxy_header_state::need_more;
        if (there && *there > 0) state = reader_.read(std::string_view(room.data(), *there));
        if (state == http::proxy_header_state::complete) {
            // These bytes are there; taking them does not wait.
            if (auto taken = os::receive(on.get(), room.first(reader_.consumed())); taken) return say(reader_.header());
            state = http::proxy_header_state::need_more;
        }
        if (state == http::proxy_header_state::need_more) {
            if (there && *there > 0 && !on.hung_up()) return false;
            said_.wrong = "it was closed before its PROXY header was there";
        } else {
            said_.wrong = reader_.why();
        }
        return true;
    }
    announcement result() noexcept { return std::move(said_); }

private:
    bool say(const http::proxy_header& header) noexcept {
        said_.tls = header.tls;
        if (header.ipv6) {
            if (auto inner = ip::mapped_ipv4(*header.ipv6))
                said_.peer = net::address(*inner, header.port);
            else
                said_.peer = net::address(*header.ipv6, header.port);
        }
        if (header.ipv4) said_.peer = net::address(*header.ipv4, header.port);
        if (header.from_unix_socket) said_.peer = net::address::local(std::string(header.path));
        return true;
    }

    http::proxy_header_reader reader_;
    announcement said_;
};

/// While the header is waited for: its time, its place among the connections, and the end of the server.
class awaited_announcement final : listed_client {
public:
    awaited_announcement(loop::descriptor& socket, workshop& shop)
        : socket_(socket), admission_(shop.admission), time_(shop.reactor, late{*this}) {
        shop.clients.is_idle(*this);
        time_.set(shop.how.limits.header_timeout);
        admission_.connection_begins();
    }
    ~awaited_announcement() { admission_.connection_ends(); }
    bool is_late() const noexcept { return late_; }

private:
    struct late {
        awaited_announcement& of;
        void operator()() const noexcept {
            of.late_ = true;
            of.hang_up();
        }
    };
    void hang_up() noexcept override { os::shutdown_receiving(socket_.get()); }
    void make_answer_last() noexcept override {}

    loop::descriptor& socket_;
    admission& admission_;
    bool late_ = false;
    loop::deadline<late> time_;
};

/// Once in the life of a program: a proxy that is set up wrong is wrong each time, and a stranger may knock for ever.
[[gnu::cold]] inline void tell_unannounced(std::atomic<bool>& told, const net::address& peer, std::string_view why) {
    if (told.exchange(true)) return;
    std::string text = "a connection from " + peer.text() + " was closed: ";
    report(text.append(why).append("; the next ones are closed without a word"));
}

}  // namespace detail

/// `receive` of the desk. Ends at once for peers that are not trusted, without an answer for those that do not begin
/// with a header, and within the time for a head if they do not begin at all.
[[gnu::cold]] inline task<> announced_connection(net::incoming from, workshop& shop) {
    static std::atomic<bool> told_strangers{false};
    static std::atomic<bool> told_mistakes{false};
    net::address peer = from.peer;
    if (!shop.how.proxy.trusted.contains(peer.host())) {
        detail::tell_unannounced(told_strangers, peer,
                                 "it is none of .proxy.trusted, who may speak the PROXY protocol");
        co_return;
    }
    auto socket = std::make_unique<loop::descriptor>(std::move(from.socket));
    announcement said;
    {
        detail::awaited_announcement waiting(*socket, shop);
        if (shop.stopping()) co_return;
        said = co_await socket->until(loop::direction::in, detail::announcement_attempt());
        if (waiting.is_late()) said.wrong = "its PROXY header did not come in time";
    }
    if (!said.wrong.empty()) {
        if (!shop.stopping()) detail::tell_unannounced(told_mistakes, peer, said.wrong);
        co_return;
    }
    if (said.peer) peer = *std::move(said.peer);
    net::socket_stream stream(std::move(socket), std::move(peer));
    task<> served = connection(std::move(stream), shop, said.tls);
    co_await std::move(served);
}

}  // namespace coracle::server
