// client_connection: a stream to a server with the answer that is read from it, and the one clock of whatever it does.
#pragma once

#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/http/limits.hpp>
#include <coracle/http/response_reader.hpp>
#include <coracle/loop/deadline.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/net/any_stream.hpp>
#include <coracle/os/poller.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace coracle::client {

class connection_pool;
struct connection_origin;

/// Belongs to the pool, lent out for one request after the other. When something takes too long the stream is closed,
/// which wakes whoever waits for it: no cancellation, no exception, and moving the deadline is one store.
class client_connection final : public list_node, loop::edge_watcher {
public:
    enum class phase : std::uint8_t { at_rest, writing, reading, idle };

    client_connection(loop::reactor& on, connection_pool& pool, connection_origin& at)
        : pool_(&pool), origin_(&at), on_(on), due_(on, missed{this}) {}

    net::any_stream stream{};
    http::response_reader reader{};
    http::limits bounds = http::response_limits;  ///< of the answer that is read
    byte_buffer out{};                            ///< the head that is written

    /// Answers that were read from it to their end.
    std::uint32_t served() const noexcept { return served_; }
    void has_served() noexcept { ++served_; }
    /// What came goes to the answer. C3: where more came than that, what comes next is nobody's answer either.
    /// out: how many of the bytes belong to it.
    std::size_t hear(std::string_view bytes) {
        std::size_t used = reader.feed(bytes);
        // A read that filled its room has perhaps left something behind, and no edge will tell of it.
        if (used < bytes.size() || (bytes.size() >= full_read && reader.complete() && stream.readable(false))) spoil();
        return used;
    }
    void spoil() noexcept { disturbed_ = true; }
    /// The answer is read to its end, and nothing speaks against another one.
    bool may_serve_again() const noexcept { return reader.keeps_alive() && is_fresh(false); }

    /// It has `most` for what it does from `now` on, and never longer than until `last`.
    void begin(phase what, os::time_point now, std::chrono::nanoseconds most, os::time_point last) {
        phase_ = what;
        os::time_point due = loop::later(now, most);
        total_ = last < due;
        if (total_) due = last;
        if (due == os::time_point::max())
            due_.clear();
        else
            due_.set_at(due);
    }
    void rest() noexcept {
        phase_ = phase::at_rest;
        due_.clear();
    }
    /// It took too long, and the stream was closed for it.
    bool late() const noexcept { return late_; }
    /// It was all of the request that took too long.
    bool late_in_all() const noexcept { return late_ && total_; }
    phase doing() const noexcept { return phase_; }

    /// Nothing is asked of it: anything that comes now is not wanted.
    void begin_idle(std::chrono::nanoseconds most) {
        begin(phase::idle, on_.turn_time(), most, os::time_point::max());
        stream.tell(this);
    }
    void end_idle() noexcept {
        stream.tell(nullptr);
        rest();
    }
    /// The peer has neither gone nor said anything. in: whether to ask the system, too. Else it is known as of the last
    /// look, which is of this turn: the wait for events, for one that was kept, or the read that found nothing behind
    /// the answer, for one that was just released. What comes after a look nobody can know; so what must not be asked
    /// twice asks the system, and the rest is asked once more when no answer came.
    bool is_fresh(bool ask) const noexcept {
        return !disturbed_ && !stream.hung_up() && !(ask && stream.readable(false));
    }

    /// The stream becomes somebody else's.
    net::any_stream take_stream() noexcept {
        rest();
        return std::move(stream);
    }

private:
    static constexpr std::size_t full_read = 64 * 1024;
    friend class connection_pool;
    struct missed {
        client_connection* of;
        void operator()() const noexcept { of->time_is_up(); }
    };
    void on_edge() noexcept override {
        if (phase_ != phase::idle || disturbed_ || !stream.readable(true)) return;
        disturbed_ = true;
        try {
            due_.set(std::chrono::nanoseconds::zero());  // not here: whoever tells must not lose the stream
        } catch (...) {
            // no memory: it is found out when it is wanted
        }
    }
    inline void time_is_up() noexcept;

    connection_pool* pool_;  // null when its loop has ended
    connection_origin* origin_;
    loop::reactor& on_;
    std::uint32_t served_ = 0;
    phase phase_ = phase::at_rest;
    bool late_ = false;
    bool total_ = false;
    bool disturbed_ = false;
    loop::deadline<missed> due_;
};

}  // namespace coracle::client
