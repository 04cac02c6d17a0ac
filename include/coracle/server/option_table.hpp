// option_table: every option of a server, a row each. A new one is added here and nowhere else.
// The words and their meaning are uvicorn's.
#pragma once

#include <coracle/app/server_limits.hpp>
#include <coracle/app/log_format.hpp>
#include <coracle/app/proxy_options.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/http/forwarded.hpp>
#include <coracle/server/behind_proxy.hpp>
#include <coracle/server/option.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coracle::server {

/// Every option there is. `not_yet`: uvicorn has it and coracle will; asking for it is refused and not ignored.
inline constexpr option option_table[] = {
    {"host",
     "TEXT",
     {},
     "Listen on this address. 127.0.0.1 unless said otherwise; 0.0.0.0 for all.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.options.host = value;
         return value.empty() ? "an address such as 127.0.0.1, ::1 or 0.0.0.0" : "";
     }},
    {"port",
     "NUMBER",
     {},
     "Listen on this port; 0 takes a free one. 8000 unless said otherwise.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return read_number(value, to.options.port, 0, 65535) ? "" : "a number from 0 to 65535";
     }},
    {"uds",
     "PATH",
     {},
     "Listen on a unix socket in the place of host and port.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.options.host = "unix:" + std::string(value);
         return value.empty() ? "the path of a socket, as /run/app.sock" : "";
     }},
    {"fd",
     "NUMBER",
     {},
     "Serve a socket that listens already and was inherited.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return read_number(value, to.options.fd) ? "" : "the number of an open descriptor";
     }},
    {"fd-name",
     "NAME",
     {},
     "Of the sockets that systemd hands over, serve those with this name.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.options.fd_name = value;
         return value.empty() ? "the FileDescriptorName of a socket unit" : "";
     }},
    {"workers",
     "NUMBER",
     {},
     "Loops, each on a thread of its own. 1 unless WEB_CONCURRENCY says otherwise.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return read_number(value, to.options.workers, 1, 1024) ? "" : "a number from 1 to 1024";
     }},
    {"processes",
     "NUMBER",
     {},
     "Worker processes, each with its own loops; one that crashes is replaced. 0: this process serves.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return read_number(value, to.processes.count, 0, 1024) ? "" : "a number from 0 to 1024";
     }},
    {"timeout-worker-healthcheck",
     "SECONDS",
     {},
     "How long a worker process may not answer before it is killed and replaced; 0: for ever. 5.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return read_seconds(value, to.processes.health_timeout) ? "" : "seconds, as 5";
     }},
    {"threads",
     "NUMBER",
     {},
     "Threads for plain functions; 0 takes as many as suit the machine.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return read_number(value, to.options.threads, 0, 4096) ? "" : "a number from 0 to 4096";
     }},
    {"log-level",
     "LEVEL",
     {},
     "critical, error, warning, info, debug or trace. Above info it tells less: no requests.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return read_level(value, to.options.log_level) ? "" : "critical, error, warning, info, debug or trace";
     }},
    {"log-format",
     "FORMAT",
     {},
     "text, json or logfmt: how lines of the log are written. text.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.options.log_format = value == "json" ? &json_log : value == "logfmt" ? &logfmt_log : nullptr;
         return value == "text" || to.options.log_format ? "" : "text, json or logfmt";
     }},
    {"use-colors",
     {},
     "no-use-colors",
     "Show levels and statuses in colours, or do not. On terminals, unless NO_COLOR is set.",
     run_switch<&run_options::use_colors>},
    {"access-log",
     {},
     "no-access-log",
     "Print a line for each request, or none.",
     run_switch<&run_options::access_log>},
    {"server-header",
     {},
     "no-server-header",
     "Say `server: coracle` in answers, or do not.",
     run_switch<&run_options::server_header>},
    {"date-header", {}, "no-date-header", "Say the date in answers, or do not.", run_switch<&run_options::date_header>},
    {"header",
     "NAME:VALUE",
     {},
     "One more field of every answer; may be repeated.",
     [](arguments& to, std::string_view value) -> std::string_view {
         std::size_t colon = value.find(':');
         try {
             if (colon == value.npos) return "a field, as 'x-frame-options: DENY'";
             to.options.headers.add(value.substr(0, colon), ascii::trim(value.substr(colon + 1)));
         } catch (const std::invalid_argument&) {
             return "a field that is not coracle's own to write, as 'x-frame-options: DENY'";
         }
         return "";
     }},
    {"root-path",
     "PATH",
     {},
     "The path at which a proxy shows this, as /api.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.options.root_path = value;
         bool fits = value.find_first_not_of('/') == value.npos || !http::path_prefix(value).empty();
         return fits ? "" : "a path, as /api";
     }},
    {"proxy-headers",
     {},
     "no-proxy-headers",
     "Believe X-Forwarded-For and -Proto of proxies that are trusted, or do not.",
     proxy_switch<&proxy_options::headers>},
    {"forwarded-allow-ips",
     "LIST",
     {},
     "Proxies that are trusted: addresses and networks with commas between them, unix for unix sockets, * for "
     "everybody. This machine, unless FORWARDED_ALLOW_IPS says otherwise.",
     [](arguments& to, std::string_view value) -> std::string_view {
         try {
             to.options.proxy.trusted = proxy_networks::of_list(value);
             if (!to.options.proxy.trusted.empty()) return "";
         } catch (const std::logic_error&) {
             // What is wrong with one of them is told by what is right.
         }
         return "addresses and networks with commas between them, as 127.0.0.1,10.0.0.0/8, or unix, or *";
     }},
    {"proxy-protocol",
     {},
     "no-proxy-protocol",
     "Each connection begins with the PROXY protocol of a proxy that is trusted, or does not.",
     proxy_switch<&proxy_options::protocol>},
    {"backlog",
     "NUMBER",
     {},
     "Connections that may wait to be accepted. 2048 unless said otherwise.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return read_number(value, to.options.backlog, 1) ? "" : "a number from 1";
     }},
    {"timeout-keep-alive",
     "SECONDS",
     {},
     "How long a connection may wait between requests. 5.",
     time_limit<&server_limits::keep_alive>},
    {"timeout-header",
     "SECONDS",
     {},
     "How long the head of a request may take. 10.",
     time_limit<&server_limits::header_timeout>},
    {"timeout-request",
     "SECONDS",
     {},
     "How long a handler may take until its answer begins; 0, as long as it likes. 0.",
     time_limit<&server_limits::request_timeout>},
    {"timeout-stall",
     "SECONDS",
     {},
     "How long a client may fall behind the rates below. 10.",
     time_limit<&server_limits::stall_timeout>},
    {"limit-body-rate",
     "BYTES",
     {},
     "What a client must send of a body a second; 0, nothing. 16k.",
     bytes_limit<&server_limits::min_body_rate>},
    {"limit-write-rate",
     "BYTES",
     {},
     "What a client must take of an answer a second; 0, nothing. 16k.",
     bytes_limit<&server_limits::min_write_rate>},
    {"limit-head",
     "BYTES",
     {},
     "Request line and fields of a request; what is larger is 431. 16k.",
     bytes_limit<&server_limits::max_head_bytes>},
    {"limit-fields", "NUMBER", {}, "Fields of a request; more are 431. 100.", count_limit<&server_limits::max_fields>},
    {"limit-target",
     "BYTES",
     {},
     "Target of a request; what is longer is 414. 8k.",
     bytes_limit<&server_limits::max_target_bytes>},
    {"limit-body",
     "BYTES",
     {},
     "Body of a request; what is larger is 413. 10M.",
     bytes_limit<&server_limits::max_body_bytes>},
    {"limit-connections",
     "NUMBER",
     {},
     "Connections at a time; more wait to be accepted. As many as there are descriptors.",
     count_limit<&server_limits::max_connections>},
    {"limit-concurrency",
     "NUMBER",
     {},
     "Requests at a time that wait for something; more are 503. No bound.",
     count_limit<&server_limits::max_in_flight>},
    {"limit-requests-per-connection",
     "NUMBER",
     {},
     "Then a connection is closed. No bound.",
     count_limit<&server_limits::max_requests_per_connection>},
    {"limit-max-requests",
     "NUMBER",
     {},
     "Then the server stops, to be started anew. No bound.",
     count_limit<&server_limits::max_requests>},
    {"limit-max-requests-jitter",
     "NUMBER",
     {},
     "As many more at most, by chance. 0.",
     count_limit<&server_limits::max_requests_jitter>},
    {"ws-max-size",
     "BYTES",
     {},
     "Message of a WebSocket; what is larger is 1009. 16M.",
     bytes_limit<&server_limits::max_message_bytes>},
    {"ws-max-queue",
     "NUMBER",
     {},
     "Messages of a WebSocket that may wait to be received. 32.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return read_number(value, to.options.limits.max_unread_messages, 1) ? "" : "a number from 1";
     }},
    {"ws-ping-interval",
     "SECONDS",
     {},
     "How long a WebSocket may be quiet before it is pinged; 0, as long as it likes. 20.",
     time_limit<&server_limits::ping_interval>},
    {"ws-ping-timeout",
     "SECONDS",
     {},
     "How long it may be quiet after that; 0, as long as it likes. 20.",
     time_limit<&server_limits::ping_timeout>},
    {"timeout-graceful-shutdown",
     "SECONDS",
     {},
     "How long requests under way may take when it stops. 10.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return read_seconds(value, to.options.graceful_timeout) ? "" : "seconds, as 10";
     }},
    {"env-file",
     "PATH",
     {},
     "Variables of the environment, KEY=VALUE lines; what is set already stays as it is.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.env_file = value;
         return value.empty() ? "the path of a file, as .env" : "";
     }},
    {"reload",
     {},
     "no-reload",
     "Build and restart when a source changes. For developing.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.reload.on = value == "true";
         return "";
     }},
    {"reload-command",
     "COMMAND",
     {},
     "What builds the program anew, as 'ninja -C build'. Run by /bin/sh.",
     [](arguments& to, std::string_view value) -> std::string_view {
         to.reload.command = value;
         return "";
     }},
    {"reload-dir",
     "PATH",
     {},
     "Where the sources are; may be repeated. The current directory.",
     [](arguments& to, std::string_view value) -> std::string_view {
         read_list(value, to.reload.dirs);
         return value.empty() ? "a directory" : "";
     }},
    {"reload-include",
     "GLOB",
     {},
     "Names that count, as '*.html'; may be repeated. C and C++ sources.",
     [](arguments& to, std::string_view value) -> std::string_view {
         read_list(value, to.reload.includes);
         return "";
     }},
    {"reload-exclude",
     "GLOB",
     {},
     "Names that do not count, of directories too; may be repeated.",
     [](arguments& to, std::string_view value) -> std::string_view {
         read_list(value, to.reload.excludes);
         return "";
     }},
    {"reload-delay",
     "SECONDS",
     {},
     "How long it must be quiet after a change. 0.25.",
     [](arguments& to, std::string_view value) -> std::string_view {
         return read_seconds(value, to.reload.delay) ? "" : "seconds, as 0.25";
     }},
    {"routes", {}, {}, "Print the routes and end.", does<arguments::deed::routes>, false},
    {"openapi", {}, {}, "Print the OpenAPI document and end.", does<arguments::deed::openapi>, false},
    {"ts", {}, {}, "Print a TypeScript client and end.", does<arguments::deed::ts>, false},
    {"version", {}, {}, "Print the version and end.", does<arguments::deed::version>, false},
    {"help", {}, {}, "Print this and end.", does<arguments::deed::help>, false},
    // Uvicorn's word for limit-head.
    {"h11-max-incomplete-event-size", "BYTES", {}, {}, bytes_limit<&server_limits::max_head_bytes>},
    {"log-config",
     "PATH",
     {},
     {},
     [](arguments&, std::string_view) -> std::string_view {
         return "left out: it configures loggers of Python; coracle has --log-format and --log-level";
     }},
    {"ssl-keyfile", "PATH", {}, {}, not_yet},
    {"ssl-certfile", "PATH", {}, {}, not_yet},
    {"ws",
     "NAME",
     {},
     {},
     [](arguments&, std::string_view value)
         -> std::
             string_view {
                 return value == "auto"
                            ? ""
                            : "auto: WebSockets are coracle's own, and who wants none has no route for them";
             }},
    {"ws-per-message-deflate",
     "BOOLEAN",
     {},
     {},
     [](arguments&,
        std::string_view value) -> std::
                                    string_view {
                                        return truth(value) == "false"
                                                   ? ""
                                                   : "false: coracle does not compress the messages of WebSockets";
                                    }},
};

}  // namespace coracle::server
