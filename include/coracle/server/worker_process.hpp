// worker_process: one of the processes of a supervisor, as that sees it.
#pragma once

#include <coracle/net/listening_socket.hpp>
#include <coracle/os/child.hpp>
#include <coracle/os/command_line.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/server/parent_line.hpp>

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::server {

/// Killed when this goes first.
class worker_process {
public:
    using clock = std::chrono::steady_clock;

    /// in: the program's words. error: std::system_error when it cannot be started.
    worker_process(const std::vector<std::string>& words, const std::vector<net::listening_socket>& doors) {
        auto ends = os::open_socket_pair();
        if (!ends) throw std::system_error(ends.error(), "coracle: a line to a worker process");
        os::command_line what(words.front());
        what.arguments(std::vector<std::string>(words.begin() + 1, words.end())).own_group();
        what.environment(worker_process_variable, std::to_string(doors.size()));
        // What is the parent's to take, or to say.
        for (const char* each : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC"})
            what.without_environment(each);
        for (const net::listening_socket& each : doors) what.descriptor(each.native_handle());
        what.descriptor(ends->second.get());
        auto started = os::child::start(what, {-1, -1, -1});
        if (!started) throw std::system_error(started.error().code(), "coracle: " + started.error().message());
        child_ = std::move(*started);
        line_ = std::move(ends->first);
        number_ = static_cast<long>(child_.pid());
    }

    long number() const noexcept { return number_; }
    int line() const noexcept { return line_.get(); }
    bool ready() const noexcept { return ready_; }
    /// It was told to end.
    bool leaving() const noexcept { return leave_by_.has_value(); }
    clock::duration age() const noexcept { return clock::now() - started_; }
    const std::optional<os::exit_status>& status() const noexcept { return child_.status(); }

    /// Hears what it says, and whether it has ended. True when it has.
    bool look() noexcept {
        char said[64];
        for (;;) {
            auto count = line_ ? os::receive(line_.get(), said) : result<std::size_t>(std::size_t{0});
            if (!count && os::is_would_block(count.error())) break;
            if (!count || *count == 0) {
                line_.reset();  // it closes, or has ended
                break;
            }
            for (std::size_t n = 0; n < *count; ++n) {
                if (said[n] == process_word::ready) ready_ = true;
                if (said[n] == process_word::ping) asked_.reset();
            }
        }
        return child_.look();
    }
    /// Asks now and then whether it lives. True when it has owed the answer for longer than `most`.
    bool hangs(std::chrono::milliseconds most) {
        if (!ready_ || killed_ || leaving() || most.count() <= 0) return false;
        auto now = clock::now();
        if (asked_) return now - *asked_ > most;
        if (now - heard_ < most / 5) return false;
        heard_ = now;
        asked_ = now;
        say(process_word::ping);
        return false;
    }
    /// Ends when what it does is done, or when it is killed for taking longer than `most`.
    void tell_to_end(char word, std::chrono::milliseconds most) {
        auto by = clock::now() + most;
        if (!leave_by_ || by < *leave_by_) leave_by_ = by;
        say(word);
        // One that is not listening yet has nothing to finish.
        [[maybe_unused]] auto ended = ready_ ? result<void>() : child_.send(SIGTERM);
    }
    bool overdue() const noexcept { return leave_by_ && !killed_ && clock::now() > *leave_by_; }
    void kill() noexcept {
        killed_ = true;
        [[maybe_unused]] auto ended = child_.send(SIGKILL);
    }

    bool to_be_replaced = false;  ///< by the next, as SIGHUP asked for
    long replaces = 0;            ///< the number of the one that goes when this is ready

private:
    void say(char word) noexcept {
        if (!line_) return;
        [[maybe_unused]] auto told = os::send_some(line_.get(), {&word, 1});
    }

    os::child child_;
    os::file_descriptor line_;
    long number_ = 0;
    clock::time_point started_ = clock::now();
    clock::time_point heard_ = clock::now();
    std::optional<clock::time_point> asked_;
    std::optional<clock::time_point> leave_by_;
    bool ready_ = false;
    bool killed_ = false;
};

}  // namespace coracle::server
