// settings: how a server treats its connections.
#pragma once

#include <coracle/app/server_limits.hpp>

#include <chrono>
#include <cstdio>

namespace coracle {
struct log_format;
}

namespace coracle::server {

struct settings {
    server_limits limits{};
    /// How long a client whose last answer was written may take to close, so that the answer is not lost to a reset.
    std::chrono::milliseconds linger_time{2'000};
    /// For requests under way when the server stops.
    std::chrono::milliseconds graceful_timeout{10'000};
    bool access_log = true;
    std::FILE* access_log_to = stdout;
    /// How its lines are written; null: in uvicorn's words.
    const coracle::log_format* log_format = nullptr;
    bool colors = false;
    /// `server: coracle` in every answer.
    bool server_header = true;
};

}  // namespace coracle::server
