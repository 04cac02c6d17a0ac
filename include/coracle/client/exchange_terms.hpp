// exchange_terms: how much time a request has, and what is said when it was not enough or something broke.
#pragma once

#include <coracle/client/client_connection.hpp>
#include <coracle/client/client_error.hpp>
#include <coracle/client/client_timeouts.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/time_span.hpp>
#include <coracle/os/poller.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

namespace coracle::client {

/// The clock of a request, from the beginning of its call.
class exchange_terms {
public:
    exchange_terms(loop::reactor& on, const client_timeouts& most) noexcept
        : time(most), began(on.now()), last(loop::later(began, most.total())), on_(&on) {}

    client_timeouts time;
    os::time_point began;
    os::time_point last;  ///< when all of it must have been done

    loop::reactor& on() const noexcept { return *on_; }
    /// As exactly as it costs nothing: never before it began, however long this turn has lasted by then.
    os::time_point now() const noexcept { return on_->turn_time() > began ? on_->turn_time() : began; }
    /// For what may take `most` and begins now.
    os::time_point until(std::chrono::nanoseconds most) const noexcept {
        os::time_point due = loop::later(on_->now(), most);
        return due < last ? due : last;
    }
    void begin_writing(client_connection& line) const {
        line.begin(client_connection::phase::writing, now(), time.write(), last);
    }
    void begin_reading(client_connection& line) const {
        line.begin(client_connection::phase::reading, now(), time.read(), last);
    }

    /// in: `where` is method and URL.
    [[gnu::cold, noreturn]] void throw_late(const std::string& where, const client_connection& line) const {
        if (line.late_in_all()) throw_late_in_all(where);
        if (line.doing() == client_connection::phase::writing)
            throw write_timed_out(where + ": the server has taken nothing for " + loop::to_text(time.write()),
                                  time.write());
        throw read_timed_out(where + ": the server has sent nothing for " + loop::to_text(time.read()), time.read());
    }
    [[gnu::cold, noreturn]] void throw_no_slot(const std::string& where, std::size_t connections) const {
        if (is_over()) throw_late_in_all(where);
        throw pool_timed_out(where + ": no connection has become free in " + loop::to_text(time.pool()) + "; all " +
                                 std::to_string(connections) +
                                 " are in use (raise limits.connections, or give timeout.pool() more time)",
                             time.pool());
    }
    [[gnu::cold, noreturn]] void throw_no_connection(const std::string& where) const {
        if (is_over()) throw_late_in_all(where);
        throw connect_timed_out(where + ": there was no connection within " + loop::to_text(time.connect()),
                                time.connect());
    }
    [[gnu::cold, noreturn]] void throw_late_in_all(const std::string& where) const {
        throw total_timed_out(where + ": was not done within " + loop::to_text(time.total()) + " in all", time.total());
    }
    [[gnu::cold, noreturn]] static void throw_unreadable(const std::string& where, std::string_view why) {
        throw remote_protocol_error(where + ": the answer cannot be used: " + std::string(why));
    }
    [[gnu::cold, noreturn]] static void throw_broken(const std::string& where, std::error_code why) {
        throw read_failed(where + ": the connection broke before the answer was complete: " + why.message(), why);
    }
    [[gnu::cold, noreturn]] static void throw_unsent(const std::string& where, std::error_code why) {
        throw write_failed(where + ": the request could not be sent: " + why.message(), why);
    }

private:
    bool is_over() const noexcept { return on_->now() >= last; }
    loop::reactor* on_;
};

}  // namespace coracle::client
