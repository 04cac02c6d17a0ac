// hub_options, hub_statistics: how much a hub keeps, what becomes of who falls behind, and what has happened.
#pragma once

#include <coracle/async/broadcast.hpp>

#include <cstddef>
#include <cstdint>

namespace coracle {

struct hub_options {
    /// The newest items that are kept: what a subscriber may fall behind, and what one who comes back can be given.
    std::size_t capacity = 1024;
    /// What becomes of a subscriber who falls further behind. drop_oldest: it misses what it did not read, and is told;
    /// close: its subscription ends. A hub has no `wait`, for who publishes may be on another loop or on none, and no
    /// drop_newest, for the others would miss it too.
    when_slow slow = when_slow::close;
    /// Of the first item. The time in milliseconds, say, where ids are to grow from one run of the program to the next.
    std::uint64_t first_id = 1;
};

/// Of one moment.
struct hub_statistics {
    std::uint64_t published = 0;
    std::uint64_t missed = 0;    ///< items that a subscriber did not get, added up over all of them
    std::uint64_t too_slow = 0;  ///< subscriptions that when_slow::close has ended
    std::size_t subscribers = 0;
    std::size_t loops = 0;  ///< on which they are
    std::size_t kept = 0;   ///< items
};

}  // namespace coracle
