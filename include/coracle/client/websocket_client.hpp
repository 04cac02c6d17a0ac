// websocket_client: WebSockets of others, from any loop. Python's websockets.connect, a browser's WebSocket.
// RFC 6455 4.1.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/client/client_error.hpp>
#include <coracle/client/http_client.hpp>
#include <coracle/client/http_reply.hpp>
#include <coracle/client/mask_keys.hpp>
#include <coracle/client/outgoing_request.hpp>
#include <coracle/client/request_url.hpp>
#include <coracle/client/upgraded.hpp>
#include <coracle/client/websocket_client_options.hpp>
#include <coracle/duplex/line.hpp>
#include <coracle/duplex/websocket.hpp>
#include <coracle/http/status.hpp>
#include <coracle/net/any_stream.hpp>
#include <coracle/os/random_bytes.hpp>
#include <coracle/websocket/handshake.hpp>
#include <coracle/websocket/session.hpp>
#include <coracle/websocket/subprotocol.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

namespace client {

/// What a WebSocket is asked for with; a handle of it is enough.
struct websocket_settings {
    /// error: std::invalid_argument for a subprotocol that is no token, or there twice; as http_client's.
    explicit websocket_settings(websocket_client_options said)
        : http(of_websockets(std::move(said.http))),
          how(std::make_shared<const websocket_options>(said.websocket)),
          origin(std::move(said.origin)) {
        for (const std::string& name : said.subprotocols) {
            if (!ascii::is_token(name) || ws::is_offered_subprotocol(offered, name))
                throw std::invalid_argument(
                    "coracle: a subprotocol is a token (letters, digits, - . _), offered once; '" + name + "' is not");
            offered.append(offered.empty() ? "" : ", ").append(name);
        }
    }

    /// error: invalid_url, unsupported_protocol.
    outgoing_request request(std::string_view url, std::string_view key) const {
        outgoing_request made = http.request_of("GET", url);
        if (made.url.scheme.starts_with("http")) made.url.scheme.replace(0, 4, "ws");
        made.options.upgrade = "websocket";
        made.fields.set("sec-websocket-key", key);
        made.fields.set("sec-websocket-version", ws::version);
        if (!offered.empty()) made.fields.set("sec-websocket-protocol", offered);
        if (!origin.empty()) made.fields.set("origin", origin);
        return made;
    }

    // So that what is meant for the origin of the base_url is sent to it.
    static http_client_options of_websockets(http_client_options said) {
        if (ascii::iequals(std::string_view(said.base_url).substr(0, 4), "http")) said.base_url.replace(0, 4, "ws");
        return said;
    }

    http_client http;
    std::shared_ptr<const websocket_options> how;
    std::string origin;
    std::string offered{};  ///< the subprotocols, as their field says them
};

namespace detail {

inline std::string joined(const http::fields& from, std::string_view name) {
    std::string out;
    for (std::string_view value : from.get_all(name)) out.append(out.empty() ? "" : ", ").append(value);
    return out;
}

/// D17, D16: why the answer makes no WebSocket; empty when it does.
inline std::string_view fault_of_opening(const http_reply& reply, std::string_view key, std::string_view offered) {
    const std::string connection = joined(reply.headers, "connection");
    const std::string accept = joined(reply.headers, "sec-websocket-accept");
    const std::string upgrade = joined(reply.headers, "upgrade");
    ws::upgrade_answer answer;
    answer.status = static_cast<std::uint16_t>(reply.status);
    answer.upgrade = upgrade;
    answer.connection = connection;
    answer.accept = accept;
    if (std::string_view why = ws::fault_of(answer, key); !why.empty()) return why;
    if (reply.headers.contains("sec-websocket-extensions"))
        return "the server agrees to an extension that was not offered";
    const std::string chosen = joined(reply.headers, "sec-websocket-protocol");
    if (reply.headers.contains("sec-websocket-protocol") && !ws::is_offered_subprotocol(offered, chosen))
        return "the server chose a subprotocol that was not offered";
    return {};
}

[[gnu::cold, noreturn]] inline void throw_no_websocket(const std::string& where, const http_reply& reply) {
    throw status_error(where + ": the server answered " + std::to_string(reply.status) + ' ' +
                           std::string(reply.reason()) + " in the place of a WebSocket",
                       reply.status);
}

}  // namespace detail

template <class Websocket>
task<std::unique_ptr<Websocket>> open_websocket(std::shared_ptr<const websocket_settings> with, std::string url) {
    std::array<char, 16> random{};
    os::random_bytes(random);
    const ws::key_text key = ws::key_of({random.data(), random.size()});
    outgoing_request request = with->request(url, key.view());
    std::string where = request.text();
    upgraded line = co_await with->http.upgrade(std::move(request));
    if (!line) detail::throw_no_websocket(where, line.reply);
    std::string_view fault = detail::fault_of_opening(line.reply, key.view(), with->offered);
    if (!fault.empty()) throw remote_protocol_error(where + ": " + std::string(fault));
    if (!line.stream.reads_at_once())
        throw local_protocol_error(where + ": a WebSocket needs a stream that can be read without waiting");
    auto opened =
        std::make_unique<Websocket>(with->how, nullptr, ws::session::client(next_mask_key, with->how->limits));
    opened->open(std::make_unique<duplex::stream_line<net::any_stream>>(std::move(line.stream)), line.already, {},
                 std::string(line.reply.headers["sec-websocket-protocol"]));
    co_return opened;
}

}  // namespace client

/// `auto ws = co_await chat.connect("/rooms/1"); co_await ws->send("hello");` A handle: cheap to copy, made anywhere.
class websocket_client {
public:
    websocket_client() : websocket_client(websocket_client_options()) {}
    /// error: std::invalid_argument, invalid_url, unsupported_protocol, for options that cannot be meant.
    explicit websocket_client(websocket_client_options options)
        : settings_(std::make_shared<const client::websocket_settings>(std::move(options))) {}

    /// Open, and the caller's; it belongs to this loop. in: ws://, wss:// (or http://, https://), or a path behind the
    /// base_url. error: those of http_client::send(); status_error for an answer that is another one;
    /// remote_protocol_error for a handshake that is not right.
    template <class Websocket = websocket>
    task<std::unique_ptr<Websocket>> connect(std::string url) const {
        return client::open_websocket<Websocket>(settings_, std::move(url));
    }

private:
    std::shared_ptr<const client::websocket_settings> settings_;
};

}  // namespace coracle
