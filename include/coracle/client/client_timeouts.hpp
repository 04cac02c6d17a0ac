// client_timeouts: how long a client waits for each thing that may take too long. httpx's Timeout.
#pragma once

#include <coracle/loop/time_span.hpp>

#include <chrono>

namespace coracle {

/// `.timeout = 5s` says all four; `client_timeouts(10s).connect(1s).total(1min)` says more. Those of reading and
/// writing begin anew with every byte. std::chrono::nanoseconds::max() is for ever.
class client_timeouts {
public:
    using duration = std::chrono::nanoseconds;

    /// 5 s each, and no bound on all of it together.
    client_timeouts() noexcept = default;
    template <class Rep, class Period>
    client_timeouts(std::chrono::duration<Rep, Period> each) noexcept  // implicit: users write .timeout = 5s
        : connect_(loop::time_span(each).nanoseconds()), read_(connect_), write_(connect_), pool_(connect_) {}
    static client_timeouts none() noexcept { return duration::max(); }

    /// Until there is a connection: the lookup of the name, and the handshakes.
    client_timeouts& connect(loop::time_span most) noexcept { return set(connect_, most); }
    /// Until the next bytes of the answer come.
    client_timeouts& read(loop::time_span most) noexcept { return set(read_, most); }
    /// Until the peer has taken more of the request.
    client_timeouts& write(loop::time_span most) noexcept { return set(write_, most); }
    /// Until a connection is free, when as many are in use as may be.
    client_timeouts& pool(loop::time_span most) noexcept { return set(pool_, most); }
    /// From the beginning of the call to the last byte of the answer, redirects and retries included.
    client_timeouts& total(loop::time_span most) noexcept { return set(total_, most); }

    duration connect() const noexcept { return connect_; }
    duration read() const noexcept { return read_; }
    duration write() const noexcept { return write_; }
    duration pool() const noexcept { return pool_; }
    duration total() const noexcept { return total_; }

private:
    client_timeouts& set(duration& which, loop::time_span most) noexcept {
        which = most.nanoseconds();
        return *this;
    }
    duration connect_ = std::chrono::seconds(5);
    duration read_ = std::chrono::seconds(5);
    duration write_ = std::chrono::seconds(5);
    duration pool_ = std::chrono::seconds(5);
    duration total_ = duration::max();
};

}  // namespace coracle
