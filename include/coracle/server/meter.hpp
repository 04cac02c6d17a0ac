// meter: what a connection measures of the request under way: since when, and how many bytes it was answered with.
#pragma once

#include <coracle/os/poller.hpp>
#include <coracle/server/loop_counts.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace coracle::server {

/// Belongs to a connection. keeps: a reference to the counts of its loop.
class meter {
public:
    /// in: whether the connection is new, and was not only asleep.
    explicit meter(loop_counts& of, bool opens = true) noexcept : counts_(of) {
        if (opens) counts_.connections_opened.add();
    }
    meter(const meter&) = delete;
    meter& operator=(const meter&) = delete;
    ~meter() {
        if (closes_) counts_.connections_closed.add();
    }
    /// The connection goes on without this.
    void falls_asleep() noexcept { closes_ = false; }

    void received(std::size_t bytes) noexcept { counts_.bytes_received.add(bytes); }
    void sent(std::size_t bytes) noexcept {
        sent_ += bytes;
        counts_.bytes_sent.add(bytes);
    }

    std::uint64_t sent() const noexcept { return sent_; }

    /// A request begins. in: when its head was there; how many bytes of earlier answers wait to be sent.
    void begin(os::time_point at, std::size_t unsent) noexcept {
        counts_.requests_begun.add();
        began_ = at;
        before_ = sent_ + unsent;
        under_way_ = true;
    }
    /// Its answer has ended.
    void end() noexcept {
        counts_.requests_ended.add();
        under_way_ = false;
    }
    bool under_way() const noexcept { return under_way_; }
    std::chrono::nanoseconds took(os::time_point now) const noexcept { return now - began_; }
    /// in: how many bytes wait to be sent.
    std::uint64_t bytes(std::size_t unsent) const noexcept {
        std::uint64_t all = sent_ + unsent;
        return all > before_ ? all - before_ : 0;  // what a client that has left was not sent counts for nothing
    }

private:
    loop_counts& counts_;
    os::time_point began_{};
    std::uint64_t sent_ = 0;
    std::uint64_t before_ = 0;
    bool under_way_ = false;
    bool closes_ = true;
};

}  // namespace coracle::server
