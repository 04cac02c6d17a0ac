// log_format: how lines of logs are written: as uvicorn writes them, as JSON, as logfmt, or as somebody likes.
// RFC 8259 (one object in each line), RFC 3339 (times), W3C Trace Context (ids).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/app/clock.hpp>
#include <coracle/app/request_record.hpp>
#include <coracle/app/trace_context.hpp>
#include <coracle/base/log.hpp>
#include <coracle/base/printable.hpp>
#include <coracle/http/date.hpp>
#include <coracle/http/request_head.hpp>
#include <coracle/http/response_writer.hpp>
#include <coracle/http/status.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace coracle {

/// `app.run({.log_format = &json_log});` Both functions are called on several threads at once, and write a line without
/// its end; nothing: there is no line. What they write of a peer goes through append_ascii, append_printable or
/// append_json_text (W10).
struct log_format {
    void (*request)(const request_record& one, std::string& line, bool colored);  ///< of an answered request
    log::writer message;                                                          ///< everything else
};

namespace detail {

/// Writes where there is room enough.
class line_pen {
public:
    explicit line_pen(char* to) noexcept : to_(to) {}
    char* at() const noexcept { return to_; }

    void plain(std::string_view text) noexcept { to_ = http::detail::write_text(to_, text); }
    /// As append_ascii. in: four bytes of room for each.
    void escaped(std::string_view text) noexcept {
        for (char c : text) {
            *to_++ = c;
            if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') [[likely]]
                continue;
            auto byte = static_cast<unsigned char>(c);
            const char number[] = {'\\', 'x', ascii::hex_digit(byte >> 4U), ascii::hex_digit(byte)};
            --to_;
            plain({number, sizeof number});
        }
    }
    void number(std::uint64_t value) noexcept {
        to_ = http::detail::write_decimal(to_, value, http::detail::decimal_size(value));
    }
    /// `0.05`, `1.2`, `340`: milliseconds, the finer the shorter; or always with three digits.
    void milliseconds(std::chrono::nanoseconds took, bool exact) noexcept {
        auto micros = static_cast<std::uint64_t>(took.count() < 0 ? 0 : (took.count() + 500) / 1000);
        unsigned digits = exact ? 3 : micros < 995 ? 2 : micros < 99'950 ? 1 : 0;
        std::uint64_t unit = digits == 3 ? 1 : digits == 2 ? 10 : digits == 1 ? 100 : 1000;
        std::uint64_t rounded = (micros + unit / 2) / unit;
        number(rounded / (1000 / unit));
        if (digits == 0) return;
        *to_++ = '.';
        to_ = http::detail::write_decimal(to_, rounded % (1000 / unit), digits);
    }

private:
    char* to_;
};

/// `2026-01-31T12:34:56.500Z`
[[gnu::cold]] inline void append_time(std::string& to, std::chrono::sys_time<std::chrono::milliseconds> at) {
    auto day = std::chrono::floor<std::chrono::days>(at);
    std::chrono::year_month_day date(day);
    auto rest = static_cast<unsigned>((at - day).count());
    char text[] = "0000-00-00T00:00:00.000Z";
    http::detail::put_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    http::detail::put_digits(text + 5, static_cast<unsigned>(date.month()), 2);
    http::detail::put_digits(text + 8, static_cast<unsigned>(date.day()), 2);
    http::detail::put_digits(text + 11, rest / 3'600'000, 2);
    http::detail::put_digits(text + 14, rest / 60'000 % 60, 2);
    http::detail::put_digits(text + 17, rest / 1000 % 60, 2);
    http::detail::put_digits(text + 20, rest % 1000, 3);
    to += text;
}

/// `{"time":...,"level":...` and so on, member by member.
class json_line {
public:
    [[gnu::cold]] explicit json_line(std::string& to) : to_(to) {}
    [[gnu::cold]] void text(std::string_view name, std::string_view value) {
        begin(name);
        append_json_text(to_, value);
    }
    /// in: a value that is JSON as it stands.
    [[gnu::cold]] void plain(std::string_view name, std::string_view value) {
        begin(name);
        to_ += value;
    }
    [[gnu::cold]] void end() { to_ += '}'; }

private:
    void begin(std::string_view name) {
        to_ += first_ ? '{' : ',';
        first_ = false;
        to_.append("\"").append(name).append("\":");
    }
    std::string& to_;
    bool first_ = true;
};

/// `time=... level=... message="two words"`
class logfmt_line {
public:
    [[gnu::cold]] explicit logfmt_line(std::string& to) : to_(to) {}
    [[gnu::cold]] void text(std::string_view name, std::string_view value) {
        begin(name);
        bool bare = !value.empty();
        for (char c : value) bare = bare && c > 0x20 && c < 0x7F && c != '"' && c != '=' && c != '\\';
        if (bare)
            to_ += value;
        else
            append_json_text(to_, value);  // its escapes are those of logfmt's readers, too
    }
    [[gnu::cold]] void plain(std::string_view name, std::string_view value) {
        begin(name);
        to_ += value;
    }
    void end() noexcept {}

private:
    void begin(std::string_view name) {
        if (!first_) to_ += ' ';
        first_ = false;
        to_.append(name).append("=");
    }
    std::string& to_;
    bool first_ = true;
};

template <class Line>
[[gnu::cold]] void add_trace(Line& line, const trace_context& trace) {
    if (!trace) return;
    line.text("trace_id", trace.trace_id());
    line.text("span_id", trace.span_id());
}

template <class Line>
[[gnu::cold]] void add_time_and_level(Line& line, log_level level) {
    std::string time;
    append_time(time, wall_time());
    line.text("time", time);
    line.text("level", name_of(level));
}

template <class Line>
[[gnu::cold]] void write_request(const request_record& one, std::string& to, bool) {
    Line line(to);
    add_time_and_level(line, log_level::info);
    line.text("message", "request");
    std::string words;
    one.append_client(words);
    line.text("client", words);
    line.text("method", one.asked.method_text);
    line.text("target", one.asked.target.text);
    line.text("protocol", http::version_text(one.asked.version));
    std::string route = one.route();
    if (!route.empty()) line.text("route", route);
    line.plain("status", std::to_string(one.status));
    char took[32];
    line_pen pen(took);
    pen.milliseconds(one.took, true);
    line.plain("duration_ms", {took, static_cast<std::size_t>(pen.at() - took)});
    line.plain("bytes", std::to_string(one.bytes));
    if (!one.whole) line.plain("whole", "false");
    if (one.close_code != 0) line.plain("close_code", std::to_string(one.close_code));
    if (!one.asked.id.empty()) line.text("request_id", one.asked.id);
    add_trace(line, one.asked.trace());
    line.end();
}

template <class Line>
[[gnu::cold]] void write_message(const log_message& one, std::string& to, bool) {
    Line line(to);
    add_time_and_level(line, one.level);
    line.text("message", one.text);
    if (one.at.line() != 0) {
        line.text("at", std::string(one.at.file_name()) + ":" + std::to_string(one.at.line()));
        line.text("function", one.at.function_name());
    }
    if (!one.tag.empty()) line.text("request_id", one.tag);
    add_trace(line, trace_context::current());
    line.end();
}

}  // namespace detail

/// `INFO:     127.0.0.1:60084 - "WebSocket /ws" [accepted] 1000 1200ms`: at its end, with its code and how long it was.
[[gnu::cold, gnu::noinline]] inline void write_websocket_plainly(const request_record& one, std::string& line,
                                                                 bool colored) {
    line += colored ? "\x1b[32mINFO\x1b[0m:     " : "INFO:     ";
    one.append_client(line);
    line += colored ? " - \"\x1b[1mWebSocket " : " - \"WebSocket ";
    append_ascii(line, one.asked.target.text);
    line += colored ? "\x1b[0m\" [accepted] " : "\" [accepted] ";
    line.append(std::to_string(one.close_code)).append(" ");
    char took[32];
    detail::line_pen pen(took);
    pen.milliseconds(one.took, false);
    line.append(took, static_cast<std::size_t>(pen.at() - took)).append("ms");
    if (std::string_view tag = one.tag(); !tag.empty()) {
        line += " [";
        append_ascii(line, tag);
        line += ']';
    }
}

/// `INFO:     127.0.0.1:60084 - "GET /docs?x=1 HTTP/1.1" 200 OK 1.2ms 345B [7f3a]`: uvicorn's line, then how long it
/// took, how much went out, and the request's id or trace if it has one. What a client says is escaped (W10).
inline void write_request_plainly(const request_record& one, std::string& line, bool colored) {
    if (one.close_code != 0) [[unlikely]]
        return write_websocket_plainly(one, line, colored);
    const request& asked = one.asked;
    std::string_view tag = one.tag();
    // In one go: a program may write more of these lines than of anything else.
    std::size_t before = line.size();
    line.resize(before +
                4 * (asked.client.address.size() + asked.method_text.size() + asked.target.text.size() + tag.size()) +
                256);
    detail::line_pen pen(line.data() + before);
    pen.plain(colored ? "\x1b[32mINFO\x1b[0m:     " : "INFO:     ");
    bool six = asked.client.address.find(':') != std::string_view::npos && !asked.client.address.starts_with("unix:");
    if (six) pen.plain("[");
    pen.escaped(asked.client.address);
    if (six) pen.plain("]");
    if (asked.client.port != 0) {
        pen.plain(":");
        pen.number(asked.client.port);
    }
    pen.plain(colored ? " - \"\x1b[1m" : " - \"");
    pen.escaped(asked.method_text);
    pen.plain(" ");
    pen.escaped(asked.target.text);
    pen.plain(" ");
    pen.plain(http::version_text(asked.version));
    pen.plain(colored ? "\x1b[0m\" " : "\" ");
    if (colored) {
        constexpr std::string_view colors[] = {"\x1b[37m", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[91m"};
        int kind = one.status / 100;
        pen.plain(colors[kind >= 1 && kind <= 5 ? kind - 1 : 4]);
    }
    pen.number(static_cast<std::uint64_t>(one.status));
    pen.plain(" ");
    pen.plain(one.status == request_record::client_left ? "Client Left" : http::reason_phrase(one.status));
    if (colored) pen.plain("\x1b[0m");
    pen.plain(" ");
    pen.milliseconds(one.took, false);
    pen.plain("ms ");
    pen.number(one.bytes);
    pen.plain("B");
    if (!one.whole) pen.plain(" broken off");
    if (!tag.empty()) {
        pen.plain(" [");
        pen.escaped(tag);
        pen.plain("]");
    }
    line.resize(static_cast<std::size_t>(pen.at() - line.data()));
}

/// One JSON object in each line: time, level, message; of requests their client, method, target, route, status,
/// duration_ms, bytes, request_id, trace_id and span_id.
inline constexpr log_format json_log{&detail::write_request<detail::json_line>,
                                     &detail::write_message<detail::json_line>};
/// The same as `name=value name="a value"`.
inline constexpr log_format logfmt_log{&detail::write_request<detail::logfmt_line>,
                                       &detail::write_message<detail::logfmt_line>};

}  // namespace coracle
