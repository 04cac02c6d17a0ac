// run_options: what app.run() can be told.
#pragma once

#include <coracle/app/default_fields.hpp>
#include <coracle/app/proxy_options.hpp>
#include <coracle/app/server_limits.hpp>
#include <coracle/base/log.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace coracle {

struct log_format;

/// `app.run({.host = "0.0.0.0", .port = 8000, .workers = 4});` The defaults are uvicorn's.
struct run_options {
    std::string host = "127.0.0.1";  ///< an IPv4 or IPv6 address, `localhost`, or `unix:/path`
    int port = 8000;                 ///< 0: any free one
    int fd = -1;                     ///< a socket that listens already and was inherited, in the place of host and port
    /// Of the sockets that systemd hands over (LISTEN_FDS), those with this FileDescriptorName; empty: all. They are
    /// served in the place of host and port.
    std::string fd_name{};
    int workers = 1;          ///< loops, each on a thread of its own; with more than one, handlers run at once
    std::size_t threads = 0;  ///< of the pool for plain functions; 0: as many as suit the machine
    int backlog = 2048;       ///< connections that may wait for their turn; the kernel may cut it
    bool access_log = true;   ///< one line per request on the standard output, if the level is info or less
    coracle::log_level log_level = coracle::log_level::info;  ///< what is less is not told
    const coracle::log_format* log_format = nullptr;  ///< &json_log, &logfmt_log, your own; null: uvicorn's words
    std::optional<bool> use_colors{};                 ///< unset: where a terminal shows them
    bool banner = true;                               ///< where it listens, at the start
    /// Ctrl-C and SIGTERM stop it, and run() gives 0; a second one ends it at once. SIGHUP ends it, as any program;
    /// app.run_processes() replaces its workers then.
    bool signals = true;
    bool server_header = true;  ///< `server: coracle` in every answer
    bool date_header = true;    ///< `date` in every answer
    default_fields headers{};   ///< more fields of every answer: `{{"x-frame-options", "DENY"}}`
    proxy_options proxy{};      ///< which proxies are believed, and what: `{.trusted = {"10.0.0.0/8"}}`
    /// The path at which a proxy shows this app, as `/api`. Requests are understood with it and without it; links,
    /// redirects and the documentation have it in front.
    std::string root_path{};
    /// How much a client may send, take and wait, and how many there may be.
    server_limits limits{};
    /// For requests and background tasks under way when it stops; then they are cancelled. What cannot be, as a call on
    /// the thread pool, app.run() leaves behind two seconds later: it ends the process, with exit code 4.
    std::chrono::milliseconds graceful_timeout{10'000};
    /// A handler that holds its loop for longer is reported on stderr, with its route; 0: nobody looks.
    std::chrono::milliseconds watchdog{100};
};

}  // namespace coracle
