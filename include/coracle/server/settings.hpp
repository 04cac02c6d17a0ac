// settings: how a server treats its connections.
#pragma once

#include <coracle/app/proxy_options.hpp>
#include <coracle/app/server_limits.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

namespace coracle {
struct log_format;
}

namespace coracle::server {

struct settings {
    server_limits limits{};
    /// Loops that share what is counted.
    std::size_t workers = 1;
    /// How long a client whose last answer was written may take to close, so that the answer is not lost to a reset.
    std::chrono::milliseconds linger_time{2'000};
    /// When the server stops: for a request that is on its way, on a connection that was quiet for no longer than this.
    std::chrono::milliseconds last_chance{250};
    /// When the server stops: for requests and tasks that are under way. Then they are cancelled.
    std::chrono::milliseconds graceful_timeout{10'000};
    bool access_log = true;
    std::FILE* access_log_to = stdout;
    /// How its lines are written; null: in uvicorn's words.
    const coracle::log_format* log_format = nullptr;
    bool colors = false;
    /// `server: coracle` in every answer.
    bool server_header = true;
    /// `date` in every answer.
    bool date_header = true;
    /// More fields of every answer, as they stand in a head.
    std::string headers{};
    /// Who is believed that speaks for others.
    proxy_options proxy{};
    /// The path at which a proxy shows the app; it does not end with a slash.
    std::string root_path{};
};

}  // namespace coracle::server
