// serve_streams: the whole main() of a server without HTTP, from the first line it prints to the exit code.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/loop/interrupt.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/stream_server.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>

namespace coracle::net {

namespace detail {

/// As app.run(): CORACLE_HOST and CORACLE_PORT say where to listen, whatever the program says.
inline std::string place_to_listen(std::string_view asked) {
    const char* host = std::getenv("CORACLE_HOST");
    const char* port = std::getenv("CORACLE_PORT");
    if (!host && !port) return std::string(asked);
    if (host && std::string_view(host).starts_with("unix:")) return host;
    std::size_t colon = asked.rfind(':');
    std::string new_host = host ? host : std::string(asked.substr(0, colon));
    if (new_host.find(':') != std::string::npos && !new_host.starts_with('[')) new_host = "[" + new_host + "]";
    return new_host + ":" + (port ? port : std::string(colon == asked.npos ? "" : asked.substr(colon + 1)));
}

}  // namespace detail

/// Listens, says where, and serves until Ctrl-C or SIGTERM; then the clients have `grace` to finish. A second Ctrl-C
/// ends the process at once. `int main() { return net::serve_streams("127.0.0.1:8001", echo); }`
/// in: where as address::parse, and what serves one client: `task<> echo(net::tcp_stream client)`.
/// Gives the exit code: 0, or 3 and a line on stderr when it could not begin.
template <class Handler>
    requires stream_handler<std::decay_t<Handler>>
int serve_streams(std::string_view where, Handler&& handler,
                  std::chrono::nanoseconds grace = std::chrono::seconds(10)) {
    stream_server* listening = nullptr;
    auto whole = [&]() -> task<> {
        stream_server server(detail::place_to_listen(where));
        listening = &server;
        bool local = server.where().family() == address::family_type::local;
        std::printf("INFO:     Listening on %s%s (Press CTRL+C to quit)\n", local ? "" : "tcp://",
                    server.where().text().c_str());
        std::fflush(stdout);
        co_await server.serve(handler);
        listening = nullptr;
    };
    try {
        loop::thread_pool pool;
        loop::reactor reactor(pool);
        loop::interrupt ctrl_c(reactor);
        auto each_turn = [&] {
            if (listening && ctrl_c.asked()) listening->stop(grace);
        };
        loop::run_on(reactor, whole(), each_turn, [&] { loop::end_background(reactor); });
        return 0;
    } catch (const std::exception& why) {
        std::fprintf(stderr, "ERROR:    %s\n", why.what());
        return 3;
    }
}

}  // namespace coracle::net
