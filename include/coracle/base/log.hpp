// log: the one place where coracle's own messages go, and a program's own if it likes: a line on stderr, or to a sink.
// The levels, and the words before a line, are uvicorn's.
#pragma once

#include <coracle/base/printable.hpp>

#include <atomic>
#include <cstdio>
#include <source_location>
#include <string>
#include <string_view>

namespace coracle {

enum class log_level : unsigned char { trace, debug, info, warning, error, critical };

constexpr std::string_view name_of(log_level level) noexcept {
    constexpr std::string_view names[] = {"trace", "debug", "info", "warning", "error", "critical"};
    return names[static_cast<unsigned>(level)];
}

/// One message, for sinks. keeps: views, good for the call.
struct log_message {
    log_level level = log_level::info;
    std::string_view text{};    ///< as it was said: it may hold anything, see append_printable
    std::source_location at{};  ///< where the code is that it speaks of; line 0: nowhere in particular
    std::string_view tag{};     ///< what is being worked for here: a request's id; empty: nobody says
};

/// `log::warning("the cache is cold");`
namespace log {

/// Hears every message that is loud enough, on any thread, and throws nothing.
using sink = void (*)(const log_message& one) noexcept;
/// Writes a message, without its line end; nothing: no line is written. in: whether colours are seen.
using writer = void (*)(const log_message& one, std::string& line, bool colored);
/// Says for whom this thread works at the moment.
using tagger = std::string_view (*)() noexcept;

namespace detail {
/// `INFO:     `: what stands before a line.
[[gnu::cold]] inline void append_prefix(std::string& line, log_level level, bool colored) {
    constexpr std::string_view words[] = {"TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"};
    constexpr std::string_view colors[] = {"\x1b[34m", "\x1b[36m", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[91m"};
    std::string_view word = words[static_cast<unsigned>(level)];
    if (colored) line += colors[static_cast<unsigned>(level)];
    line += word;
    if (colored) line += "\x1b[0m";
    line += ':';
    line.append(9 - word.size(), ' ');
}
}  // namespace detail

/// `WARNING:  the cache is cold at shop.cpp:7 (main) [7f3a]`, always on one line (W10).
[[gnu::cold]] inline void write_plainly(const log_message& one, std::string& line, bool colored) {
    detail::append_prefix(line, one.level, colored);
    append_printable(line, one.text);
    if (one.at.line() != 0) {
        line.append(" at ").append(one.at.file_name()).append(":").append(std::to_string(one.at.line()));
        line.append(" (").append(one.at.function_name()).append(")");
    }
    if (one.tag.empty()) return;
    line += " [";
    append_printable(line, one.tag);
    line += ']';
}

namespace detail {
struct settings {
    std::atomic<sink> to{nullptr};
    std::atomic<writer> how{&write_plainly};
    std::atomic<tagger> tag{nullptr};
    std::atomic<log_level> least{log_level::info};
    std::atomic<bool> colored{false};
};
inline settings& now() noexcept {
    static constinit settings all;
    return all;
}
}  // namespace detail

/// The sink of the beginning: a line on stderr, in one piece, so that lines of several threads do not mix.
[[gnu::cold]] inline void write_to_stderr(const log_message& one) noexcept {
    try {
        std::string line;
        detail::now().how.load(std::memory_order_relaxed)(one, line,
                                                          detail::now().colored.load(std::memory_order_relaxed));
        if (line.empty()) return;
        line += '\n';
        std::fwrite(line.data(), 1, line.size(), stderr);
    } catch (...) {
        std::fputs("ERROR:    no memory is left for a message\n", stderr);
    }
}

/// Sends messages to `to` from here on, or to stderr again when it is null. Gives who heard them before; null: stderr.
inline sink set_sink(sink to) noexcept { return detail::now().to.exchange(to); }
/// How lines on stderr are written; null: plainly. Gives how they were before.
inline writer set_writer(writer how, bool colored = false) noexcept {
    detail::now().colored.store(colored, std::memory_order_relaxed);
    return detail::now().how.exchange(how ? how : &write_plainly);
}
/// Who says for whom a thread works: request_id() does.
inline void set_tagger(tagger says) noexcept { detail::now().tag.store(says, std::memory_order_relaxed); }
/// What is less than `least` is not heard. Gives what it was before.
inline log_level set_level(log_level least) noexcept { return detail::now().least.exchange(least); }
inline log_level level() noexcept { return detail::now().least.load(std::memory_order_relaxed); }
/// For who would have to work for a message.
inline bool hears(log_level what) noexcept { return what >= level(); }

[[gnu::cold]] inline void write(log_level level, std::string_view text, const std::source_location& at = {}) noexcept {
    if (!hears(level)) return;
    tagger says = detail::now().tag.load(std::memory_order_relaxed);
    log_message one{level, text, at, says ? says() : std::string_view()};
    sink to = detail::now().to.load(std::memory_order_acquire);
    to ? to(one) : write_to_stderr(one);
}

inline void trace(std::string_view text) noexcept { write(log_level::trace, text); }
inline void debug(std::string_view text) noexcept { write(log_level::debug, text); }
inline void info(std::string_view text) noexcept { write(log_level::info, text); }
inline void warning(std::string_view text) noexcept { write(log_level::warning, text); }
inline void error(std::string_view text) noexcept { write(log_level::error, text); }
inline void critical(std::string_view text) noexcept { write(log_level::critical, text); }

}  // namespace log

}  // namespace coracle
