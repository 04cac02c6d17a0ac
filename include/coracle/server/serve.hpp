// serve: app.run(), from the banner to the exit code.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/log.hpp>
#include <coracle/base/version.hpp>
#include <coracle/server/limits_report.hpp>
#include <coracle/server/log_voice.hpp>
#include <coracle/os/service_notice.hpp>
#include <coracle/server/handed_sockets.hpp>
#include <coracle/server/overtime.hpp>
#include <coracle/server/server.hpp>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

namespace coracle {

namespace server {

/// CORACLE_HOST and CORACLE_PORT say where to listen, whatever the program says: for containers and tests.
inline run_options from_environment(run_options options) {
    if (const char* host = std::getenv("CORACLE_HOST")) options.host = host;
    if (const char* text = std::getenv("CORACLE_PORT")) {
        std::optional<std::uint16_t> port = ascii::parse_decimal<std::uint16_t>(text);
        if (!port)
            throw std::logic_error("coracle: CORACLE_PORT must be a number from 0 to 65535, not '" + std::string(text) +
                                   "'");
        options.port = *port;
    }
    return options;
}

/// What a person wants to know who has just started it.
inline void print_banner(const net::address& where, const run_options& options) {
    std::string url = where.port() == 0 ? where.text() : "http://" + where.text();
    announce(options, "coracle " CORACLE_VERSION_STRING);
    if (options.workers > 1) announce(options, std::to_string(options.workers) + " workers");
    announce(options, "Limits: " + limits_text(options.limits));
    announce(options, "Listening on " + url + " (Press CTRL+C to quit)");
}

/// From the banner to the end. out: the exit code. error: what kept it from starting, or ended it.
inline int serve(app& served, const run_options& options) {
    overtime late(options.graceful_timeout);
    server here(served, options);
    here.leaves_after(late);
    os::service_notice manager = os::service_notice::from_environment();
    here.serves_for(manager);
    here.start(handed_sockets(options.fd_name));
    if (options.banner) print_banner(here.where(), options);
    manager.ready("Listening on " + here.where().text());
    here.serve();
    if (options.banner) announce(options, "Finished");
    return 0;
}

}  // namespace server

inline int app::run(const run_options& asked) {
    server::log_voice voice(asked);
    try {
        return server::serve(*this, server::from_environment(asked));
    } catch (const std::exception& why) {
        log::error(why.what());
        return 3;
    }
}

}  // namespace coracle
