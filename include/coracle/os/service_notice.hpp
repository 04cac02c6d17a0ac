// service_notice: what a service tells systemd, or who else has started it: that it is ready, stops, lives.
// sd_notify(3), sd_watchdog_enabled(3): lines in a datagram to the unix socket that NOTIFY_SOCKET names.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/os/datagram.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket_address.hpp>

#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::os {

// Facts: a service of Type=notify that never says READY=1 is killed. RELOADING=1 wants MONOTONIC_USEC beside it, or
// Type=notify-reload waits for ever (systemd 253). Who says WATCHDOG=1 too late is killed with SIGABRT; half the
// time is the usual interval.

/// Says nothing to nobody when this process was not started by one that listens.
class service_notice {
public:
    service_notice() noexcept = default;

    /// As the environment names it.
    static service_notice from_environment() {
        service_notice made;
        const char* name = std::getenv("NOTIFY_SOCKET");
        std::string path = name ? name : "";
        if (path.size() < 2 || (path.front() != '/' && path.front() != '@')) return made;
        if (path.front() == '@') path.front() = '\0';
        auto where = socket_address::local(path);
        auto socket = where ? open_datagram_socket(*where) : result<file_descriptor>(failure(where.error()));
        if (!socket) return made;
        made.where_ = *where;
        made.socket_ = std::move(*socket);
        made.interval_ = watchdog_time();
        return made;
    }

    bool listens() const noexcept { return static_cast<bool>(socket_); }
    /// How often it wants to hear alive(); none when it does not.
    std::optional<std::chrono::microseconds> interval() const noexcept { return interval_; }

    /// in: what is shown as its state, in one line.
    void ready(std::string_view status) const { say("READY=1\nSTATUS=" + std::string(status)); }
    void stopping() const { say("STOPPING=1\nSTATUS=Stopping"); }
    void reloading() const {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        say("RELOADING=1\nMONOTONIC_USEC=" +
            std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + std::int64_t{now.tv_nsec} / 1000));
    }
    void alive() const { say("WATCHDOG=1"); }

private:
    void say(std::string_view lines) const noexcept {
        if (!socket_) return;
        // A manager that does not listen any more, or cannot keep up, is no reason for anything here.
        [[maybe_unused]] auto told = send_datagram(socket_.get(), lines, &where_);
    }
    static std::optional<std::chrono::microseconds> watchdog_time() {
        const char* time = std::getenv("WATCHDOG_USEC");
        const char* pid = std::getenv("WATCHDOG_PID");
        if (!time || (pid && ascii::parse_decimal<std::uint32_t>(pid) != static_cast<std::uint32_t>(::getpid())))
            return std::nullopt;
        auto most = ascii::parse_decimal<std::uint32_t>(time);
        if (!most || *most < 2) return std::nullopt;
        return std::chrono::microseconds(*most / 2);
    }

    file_descriptor socket_;
    socket_address where_;
    std::optional<std::chrono::microseconds> interval_;
};

}  // namespace coracle::os
