// request_record: what there is to tell of a request when its answer has ended, for logs and metrics.
// The words of the line are uvicorn's; 499 is nginx's.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/app/request.hpp>
#include <coracle/base/printable.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace coracle {

/// keeps: a reference to the request, which is whole: `asked.id`, `asked.trace()`, `asked.client`, its headers.
struct request_record {
    /// There was no answer: the client went away before it was there,
    static constexpr int client_left = 499;
    /// or the server stopped, and would not wait any longer.
    static constexpr int server_stopped = 503;

    const request& asked;
    int status = 0;                   ///< that was answered, or one of those above
    std::chrono::nanoseconds took{};  ///< from the end of the request's head to the end of its answer
    std::uint64_t bytes = 0;          ///< of the answer as it went out, its head too
    bool whole = true;                ///< false: the answer broke off
    int close_code = 0;               ///< of a WebSocket, which ended after `took`; 0: it was none

    /// `127.0.0.1:60084`, `[::1]:60084`, `unix:`
    void append_client(std::string& to) const {
        const peer& who = asked.client;
        bool six = who.address.find(':') != std::string_view::npos && !who.address.starts_with("unix:");
        if (six) to += '[';
        append_ascii(to, who.address);
        if (six) to += ']';
        if (who.port != 0) to.append(":").append(std::to_string(who.port));
    }
    /// What names it in other logs, too: its id, else the trace that tracing() gave it; empty when it has neither.
    std::string_view tag() const noexcept {
        if (!asked.id.empty()) return asked.id;
        const trace_context* trace = asked.known_trace();
        return trace && trace->valid() ? trace->trace_id() : std::string_view();
    }
    /// The route that answered, as it was written: `/items/{id}`, below what it is mounted at; empty when none did. So
    /// there are as many of them as the program has routes, whatever clients ask for.
    [[gnu::cold]] std::string route() const {
        if (!asked.pattern) return {};
        const app* of = &asked.app();
        while (of->above() && !of->has(*asked.pattern)) of = of->above();
        return of->path_from_root() + std::string(asked.pattern->text);
    }
};

}  // namespace coracle
