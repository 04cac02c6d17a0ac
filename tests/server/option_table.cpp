#include <coracle/server/arguments.hpp>
#include <coracle/server/option_table.hpp>

#include "read_words.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

inline namespace in_option_table {

using server::arguments;  // here it hides the one that binds handlers

TEST_CASE("every option does what it says, with = and without") {
    struct row {
        const char* name;
        const char* value;
        bool (*good)(const arguments&);
    };
    const row rows[] = {
        {"host", "0.0.0.0", [](const arguments& a) { return a.options.host == "0.0.0.0"; }},
        {"port", "9000", [](const arguments& a) { return a.options.port == 9000; }},
        {"uds", "/run/x", [](const arguments& a) { return a.options.host == "unix:/run/x"; }},
        {"fd", "3", [](const arguments& a) { return a.options.fd == 3; }},
        {"fd-name", "http", [](const arguments& a) { return a.options.fd_name == "http"; }},
        {"processes", "4", [](const arguments& a) { return a.processes.count == 4; }},
        {"timeout-worker-healthcheck", "0.5", [](const arguments& a) { return a.processes.health_timeout == 500ms; }},
        {"workers", "4", [](const arguments& a) { return a.options.workers == 4; }},
        {"threads", "9", [](const arguments& a) { return a.options.threads == 9; }},
        {"log-level", "warning", [](const arguments& a) { return a.options.log_level == log_level::warning; }},
        {"log-format", "json", [](const arguments& a) { return a.options.log_format == &json_log; }},
        {"header", "x-frame-options: DENY",
         [](const arguments& a) { return a.options.headers.wire() == "x-frame-options: DENY\r\n"; }},
        {"root-path", "/api", [](const arguments& a) { return a.options.root_path == "/api"; }},
        {"forwarded-allow-ips", "10.0.0.0/8",
         [](const arguments& a) { return a.options.proxy.trusted.contains("10.1.2.3"); }},
        {"backlog", "7", [](const arguments& a) { return a.options.backlog == 7; }},
        {"timeout-keep-alive", "65", [](const arguments& a) { return a.options.limits.keep_alive == 65s; }},
        {"timeout-header", "3", [](const arguments& a) { return a.options.limits.header_timeout == 3s; }},
        {"timeout-request", "1.5", [](const arguments& a) { return a.options.limits.request_timeout == 1500ms; }},
        {"timeout-stall", "4", [](const arguments& a) { return a.options.limits.stall_timeout == 4s; }},
        {"limit-body-rate", "1k", [](const arguments& a) { return a.options.limits.min_body_rate == 1024; }},
        {"limit-write-rate", "100", [](const arguments& a) { return a.options.limits.min_write_rate == 100; }},
        {"limit-head", "32K", [](const arguments& a) { return a.options.limits.max_head_bytes == 32768; }},
        {"limit-fields", "50", [](const arguments& a) { return a.options.limits.max_fields == 50; }},
        {"limit-target", "4k", [](const arguments& a) { return a.options.limits.max_target_bytes == 4096; }},
        {"limit-body", "1G", [](const arguments& a) { return a.options.limits.max_body_bytes == 1u << 30; }},
        {"limit-connections", "100", [](const arguments& a) { return a.options.limits.max_connections == 100; }},
        {"limit-concurrency", "10", [](const arguments& a) { return a.options.limits.max_in_flight == 10; }},
        {"limit-requests-per-connection", "7",
         [](const arguments& a) { return a.options.limits.max_requests_per_connection == 7; }},
        {"limit-max-requests", "8", [](const arguments& a) { return a.options.limits.max_requests == 8; }},
        {"limit-max-requests-jitter", "9",
         [](const arguments& a) { return a.options.limits.max_requests_jitter == 9; }},
        {"ws-max-size", "64k", [](const arguments& a) { return a.options.limits.max_message_bytes == 65536; }},
        {"ws-max-queue", "8", [](const arguments& a) { return a.options.limits.max_unread_messages == 8; }},
        {"ws-ping-interval", "2.5", [](const arguments& a) { return a.options.limits.ping_interval == 2500ms; }},
        {"ws-ping-timeout", "0", [](const arguments& a) { return a.options.limits.ping_timeout == 0s; }},
        {"h11-max-incomplete-event-size", "20000",
         [](const arguments& a) { return a.options.limits.max_head_bytes == 20000; }},
        {"timeout-graceful-shutdown", "0.5", [](const arguments& a) { return a.options.graceful_timeout == 500ms; }},
        {"env-file", ".env", [](const arguments& a) { return a.env_file == ".env"; }},
        {"reload-command", "make x", [](const arguments& a) { return a.reload.command == "make x"; }},
        {"reload-dir", "src", [](const arguments& a) { return a.reload.dirs == std::vector<std::string>{"src"}; }},
        {"reload-include", "*.x", [](const arguments& a) { return a.reload.includes.size() == 1; }},
        {"reload-exclude", "*.y", [](const arguments& a) { return a.reload.excludes.size() == 1; }},
        {"reload-delay", "1.25", [](const arguments& a) { return a.reload.delay == 1250ms; }},
    };
    const row switches[] = {
        {"no-access-log", "", [](const arguments& a) { return !a.options.access_log; }},
        {"access-log", "", [](const arguments& a) { return a.options.access_log; }},
        {"no-server-header", "", [](const arguments& a) { return !a.options.server_header; }},
        {"server-header", "", [](const arguments& a) { return a.options.server_header; }},
        {"reload", "", [](const arguments& a) { return a.reload.on; }},
        {"no-reload", "", [](const arguments& a) { return !a.reload.on; }},
        {"routes", "", [](const arguments& a) { return a.what == arguments::deed::routes; }},
        {"openapi", "", [](const arguments& a) { return a.what == arguments::deed::openapi; }},
        {"ts", "", [](const arguments& a) { return a.what == arguments::deed::ts; }},
        {"version", "", [](const arguments& a) { return a.what == arguments::deed::version; }},
        {"help", "", [](const arguments& a) { return a.what == arguments::deed::help; }},
        {"no-proxy-headers", "", [](const arguments& a) { return !a.options.proxy.headers; }},
        {"proxy-headers", "", [](const arguments& a) { return a.options.proxy.headers; }},
        {"proxy-protocol", "", [](const arguments& a) { return a.options.proxy.protocol; }},
        {"no-proxy-protocol", "", [](const arguments& a) { return !a.options.proxy.protocol; }},
        {"date-header", "", [](const arguments& a) { return a.options.date_header; }},
        {"no-date-header", "", [](const arguments& a) { return !a.options.date_header; }},
        {"use-colors", "", [](const arguments& a) { return a.options.use_colors == true; }},
        {"no-use-colors", "", [](const arguments& a) { return a.options.use_colors == false; }},
    };
    std::set<std::string_view> tried;
    for (const row& each : rows) {
        CAPTURE(each.name);
        tried.insert(each.name);
        std::string flag = "--" + std::string(each.name);
        arguments apart = read_words({flag, each.value});
        CHECK(apart.error == "");
        CHECK(each.good(apart));
        CHECK(!each.good(read_words({})));
        CHECK(each.good(read_words({flag + '=' + each.value})));
        CHECK(read_words({flag}).error.find(flag + " needs a value behind it") == 0);
        CHECK(read_words({flag, "--help"}).error.find(flag + " needs a value behind it") == 0);
        for (const server::option& option : server::option_table)
            if (option.name == each.name) CHECK(each.good(read_words({}, {{server::variable_of(option), each.value}})));
    }
    for (const row& each : switches) {
        CAPTURE(each.name);
        tried.insert(each.name);
        std::string flag = "--" + std::string(each.name);
        CHECK(read_words({flag}).error == "");
        CHECK(each.good(read_words({flag})));
        CHECK(read_words({flag + "=1"}).error == flag + " is a switch and takes no value");
    }
    for (const server::option& each : server::option_table) {
        CAPTURE(each.name);
        CHECK((tried.count(each.name) || each.help.empty()));  // a new option has a row here
    }
}

TEST_CASE("the rows are spelled as the command line is, and no name is there twice") {
    std::set<std::string_view> names;
    for (const server::option& each : server::option_table) {
        CAPTURE(each.name);
        CHECK(names.insert(each.name).second);
        CHECK((each.opposite.empty() || names.insert(each.opposite).second));
        CHECK(each.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos);
        CHECK((each.opposite.empty() || each.opposite == "no-" + std::string(each.name)));
        CHECK((each.value.empty() || each.opposite.empty()));
        CHECK((each.help.empty() || each.help.ends_with('.')));
    }
}

}  // namespace in_option_table
