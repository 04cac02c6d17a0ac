// settings: how a server treats its connections; each bound with its unit and its reason.
#pragma once

#include <coracle/http/limits.hpp>

#include <chrono>

namespace coracle::server {

struct settings {
    http::limits limits{};
    /// From the first byte of a head to its last; no byte extends it (slowloris). 408.
    std::chrono::milliseconds head_time{10'000};
    /// How long a connection may wait between requests; uvicorn's default.
    std::chrono::milliseconds keep_alive_time{5'000};
    /// Between two pieces of a body that the handler waits for. 408.
    std::chrono::milliseconds body_time{30'000};
    /// For each 256 KiB of an answer that the client takes; then the connection is cut.
    std::chrono::milliseconds write_time{30'000};
    /// How long a client whose last answer was written may take to close, so that the answer is not lost to a reset.
    std::chrono::milliseconds linger_time{2'000};
    /// For requests under way when the server stops.
    std::chrono::milliseconds graceful_timeout{10'000};
    bool access_log = true;
    /// `server: coracle` in every answer.
    bool server_header = true;
};

}  // namespace coracle::server
