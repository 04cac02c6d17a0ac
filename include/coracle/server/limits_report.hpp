// limits_report: the limits of a server in words: what is wrong with them, and what is printed of them at its start.
#pragma once

#include <coracle/app/server_limits.hpp>
#include <coracle/loop/time_span.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace coracle::server {

/// "16 KiB", "10 MiB", "1000 B": in the largest unit that leaves no fraction.
[[gnu::cold]] inline std::string bytes_text(std::uint64_t count) {
    const char* unit = " B";
    for (const char* larger : {" KiB", " MiB", " GiB"}) {
        if (count == 0 || count % 1024 != 0) break;
        count /= 1024;
        unit = larger;
    }
    return std::to_string(count) + unit;
}

/// error: std::logic_error for the first of them that means nothing, in a sentence.
[[gnu::cold]] inline void check(const server_limits& limits) {
    auto at_least = [](std::size_t least, const char* name, std::size_t is, const char* why) {
        if (is < least)
            throw std::logic_error("coracle: limits." + std::string(name) + " must be at least " +
                                   std::to_string(least) + ", and is " + std::to_string(is) + "; " + why);
    };
    auto some_time = [](const char* name, std::chrono::milliseconds is, bool none_is_fine = false) {
        if (is.count() > 0 || (is.count() == 0 && none_is_fine)) return;
        throw std::logic_error("coracle: limits." + std::string(name) + " must be " +
                               (none_is_fine ? "0, for no bound, or more" : "more than 0") + ", and is " +
                               loop::to_text(is));
    };
    at_least(256, "max_head_bytes", limits.max_head_bytes, "no request fits into less");
    at_least(8, "max_fields", limits.max_fields, "browsers send about fifteen");
    at_least(16, "max_target_bytes", limits.max_target_bytes, "no path fits into less");
    some_time("header_timeout", limits.header_timeout);
    some_time("keep_alive", limits.keep_alive);
    some_time("request_timeout", limits.request_timeout, true);
    some_time("stall_timeout", limits.stall_timeout, limits.min_body_rate == 0 && limits.min_write_rate == 0);
    some_time("retry_after", limits.retry_after);
    at_least(1, "max_unread_messages", limits.max_unread_messages, "none would ever be received");
    some_time("ping_interval", limits.ping_interval, true);
    some_time("ping_timeout", limits.ping_timeout, true);
}

/// One line for the banner: "head 16 KiB within 10s, body 10 MiB at 16 KiB/s, idle 5s". What is not bounded, or
/// of WebSockets and as ever, it does not name.
[[gnu::cold]] inline std::string limits_text(const server_limits& limits) {
    std::string text = "head " + bytes_text(limits.max_head_bytes) + " within " + loop::to_text(limits.header_timeout);
    text += ", body " + bytes_text(limits.max_body_bytes);
    if (limits.min_body_rate != 0) text += " at " + bytes_text(limits.min_body_rate) + "/s";
    text += ", idle " + loop::to_text(limits.keep_alive);
    if (limits.request_timeout.count() != 0) text += ", answer within " + loop::to_text(limits.request_timeout);
    auto count = [&](std::uint64_t most, const char* of_what) {
        if (most != 0) text += ", " + std::to_string(most) + of_what;
    };
    count(limits.max_connections, " connections");
    count(limits.max_in_flight, " requests at a time");
    count(limits.max_requests_per_connection, " requests per connection");
    count(limits.max_requests, " requests in all");
    const server_limits usual;
    auto of_sockets = [&](const char* what, bool differs, const std::string& is) {
        if (differs) text += std::string(", WebSocket ") + what + is;
    };
    of_sockets("messages ", limits.max_message_bytes != usual.max_message_bytes, bytes_text(limits.max_message_bytes));
    of_sockets("queue ", limits.max_unread_messages != usual.max_unread_messages,
               std::to_string(limits.max_unread_messages));
    bool pings = limits.ping_interval.count() != 0;
    of_sockets("pings ", limits.ping_interval != usual.ping_interval,
               pings ? "every " + loop::to_text(limits.ping_interval) : "never");
    bool waits = limits.ping_timeout.count() != 0;
    of_sockets("pongs ", limits.ping_timeout != usual.ping_timeout,
               waits ? "within " + loop::to_text(limits.ping_timeout) : "whenever they come");
    return text;
}

}  // namespace coracle::server
