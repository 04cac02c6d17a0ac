// run_options: what app.run() can be told.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace coracle {

/// `app.run({.host = "0.0.0.0", .port = 8000, .workers = 4});` The defaults are uvicorn's.
struct run_options {
    std::string host = "127.0.0.1";  ///< an IPv4 or IPv6 address, `localhost`, or `unix:/path`
    int port = 8000;                 ///< 0: any free one
    int workers = 1;                 ///< loops, each on a thread of its own; with more than one, handlers run at once
    std::size_t threads = 0;         ///< of the pool for plain functions; 0: as many as suit the machine
    bool access_log = true;          ///< one line per request on the standard output
    bool banner = true;              ///< where it listens, at the start
    bool signals = true;             ///< Ctrl-C and SIGTERM stop it
    /// A handler that holds its loop for longer is reported on stderr, with its route; 0: nobody looks.
    std::chrono::milliseconds watchdog{100};
};

}  // namespace coracle
