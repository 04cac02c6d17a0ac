// report: what a program should hear and nobody waits for: a warning in the log, or told to whoever asked for it.
#pragma once

#include <coracle/base/log.hpp>

#include <atomic>
#include <source_location>
#include <string>
#include <string_view>

namespace coracle {

/// Hears every report. On any thread, also while an exception makes its way; throws nothing.
/// in: one sentence without a line end; where the code is that it speaks of, with line 0 when that is unknown.
using reporter = void (*)(std::string_view message, const std::source_location& at) noexcept;

namespace detail {

inline std::string place(const std::source_location& at) {
    if (at.line() == 0) return {};
    return std::string(at.file_name()) + ":" + std::to_string(at.line()) + " (" + at.function_name() + ")";
}

inline void report_to_log(std::string_view message, const std::source_location& at) noexcept {
    log::write(log_level::warning, message, at);
}

inline std::atomic<reporter>& current_reporter() noexcept {
    static constinit std::atomic<reporter> now{&report_to_log};
    return now;
}

}  // namespace detail

/// Sends reports to `to` from here on, or to the log again when it is null. Gives who heard them before.
inline reporter set_reporter(reporter to) noexcept {
    return detail::current_reporter().exchange(to ? to : &detail::report_to_log);
}

inline void report(std::string_view message, const std::source_location& at = {}) noexcept {
    detail::current_reporter().load(std::memory_order_acquire)(message, at);
}

}  // namespace coracle
