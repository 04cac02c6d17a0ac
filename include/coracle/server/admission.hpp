// admission: how many connections and requests a loop has, against how many it may have.
#pragma once

#include <coracle/app/reply.hpp>
#include <coracle/app/server_limits.hpp>
#include <coracle/async/event.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace coracle::server {

/// After how many requests a server stops; 0: after none. in: how many more than its limits say, by chance.
inline std::uint64_t requests_until_stop(const server_limits& limits, std::uint64_t more) noexcept {
    if (limits.max_requests == 0) return 0;
    return more < UINT64_MAX - limits.max_requests ? limits.max_requests + more : UINT64_MAX;
}

/// Belongs to one loop. Of several workers each has its share, rounded up, so that none has to ask another.
class admission {
public:
    explicit admission(const server_limits& limits, std::size_t workers = 1) noexcept
        : most_connections_(share(limits.max_connections, workers)),
          most_in_flight_(share(limits.max_in_flight, workers)),
          most_requests_(share(limits.max_requests, workers)),
          retry_seconds_((limits.retry_after.count() + 999) / 1000) {}

    std::size_t connections() const noexcept { return connections_; }
    std::size_t in_flight() const noexcept { return in_flight_; }
    std::uint64_t requests() const noexcept { return requests_; }
    /// Requests that were turned away because too many waited.
    std::uint64_t turned_away() const noexcept { return turned_away_; }

    bool full() const noexcept { return most_connections_ != 0 && connections_ >= most_connections_; }
    /// For who has accepted one too many: set when a connection ends.
    event& room() noexcept { return room_; }
    /// Who has accepted one too many, while he waits for room. There are as many as there are doors.
    class seeker {
    public:
        explicit seeker(admission& of) noexcept : of_(of) { ++of_.seekers_; }
        seeker(const seeker&) = delete;
        seeker& operator=(const seeker&) = delete;
        ~seeker() { --of_.seekers_; }

    private:
        admission& of_;
    };
    /// More seek room than there is or will be when those have ended that leave for them: who has nothing to do goes.
    bool crowded() const noexcept { return seekers_ != 0 && connections_ + seekers_ > most_connections_ + leaving_; }
    /// True while it is crowded: who asks goes, for one who comes.
    bool makes_room() noexcept {
        if (!crowded()) return false;
        ++leaving_;
        return true;
    }
    void connection_begins() noexcept { ++connections_; }
    void connection_ends() noexcept {
        --connections_;
        if (leaving_ != 0) --leaving_;
        room_.set();
    }

    /// A request has come. True when it is the last that this loop is to answer.
    bool counts_request() noexcept { return ++requests_ == most_requests_; }

    /// A request that waits for something, for as long as it does.
    class place {
    public:
        place() noexcept = default;
        explicit place(admission& of) noexcept : of_(&of) { ++of.in_flight_; }
        place(place&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
        place& operator=(place other) noexcept {
            std::swap(of_, other.of_);
            return *this;
        }
        ~place() {
            if (of_) --of_->in_flight_;
        }
        explicit operator bool() const noexcept { return of_ != nullptr; }

    private:
        admission* of_ = nullptr;
    };
    /// Empty when there are as many as there may be.
    place enter() noexcept {
        if (most_in_flight_ != 0 && in_flight_ >= most_in_flight_) [[unlikely]] {
            ++turned_away_;
            return {};
        }
        return place(*this);
    }
    /// The answer to a request that found no place.
    [[gnu::cold, gnu::noinline]] void turn_away(reply& answer) const {
        std::string seconds = std::to_string(retry_seconds_);
        http::field_list fields;
        fields.set("retry-after", seconds);
        answer.send_detail(
            503, json("The server is busy with as many requests as it takes; try again in " + seconds + " s"), &fields);
    }

private:
    template <class Number>
    static Number share(Number of, std::size_t workers) noexcept {
        return of / workers + (of % workers != 0 ? 1 : 0);
    }

    std::size_t most_connections_;
    std::size_t most_in_flight_;
    std::uint64_t most_requests_;
    std::int64_t retry_seconds_;
    std::size_t connections_ = 0;
    std::size_t in_flight_ = 0;
    std::uint64_t requests_ = 0;
    std::uint64_t turned_away_ = 0;
    std::size_t seekers_ = 0;
    std::size_t leaving_ = 0;
    event room_;
};

}  // namespace coracle::server
