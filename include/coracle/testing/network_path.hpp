// network_path: what a script does to the ways between hosts.
#pragma once

#include <coracle/testing/network_link.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace coracle::testing {

/// One way or several, as one: `network.between("web", "db").latency(20ms).jitter(5ms);`
/// Each is for what is sent from then on.
class network_path {
public:
    explicit network_path(std::vector<std::shared_ptr<network_link>> ways) noexcept : ways_(std::move(ways)) {}

    /// One way.
    network_path& latency(std::chrono::nanoseconds time) { return set(&link_rules::latency, time); }
    /// Up to so much more, by seed. The bytes of one connection stay in order.
    network_path& jitter(std::chrono::nanoseconds most) { return set(&link_rules::jitter, most); }
    /// Of all connections together; 0 for no limit.
    network_path& bytes_per_second(std::uint64_t most) { return set(&link_rules::bytes_per_second, most); }
    /// So many bytes of a connection may be under way and unread: a small number makes short writes.
    network_path& capacity(std::size_t bytes) { return set(&link_rules::capacity, std::max<std::size_t>(bytes, 1)); }
    /// No read of a connection made from now on gives more; 0 for no limit.
    network_path& largest_read(std::size_t bytes) { return set(&link_rules::largest_read, bytes); }
    /// Reads and writes are cut anywhere, by seed.
    network_path& ragged(bool yes = true) { return set(&link_rules::ragged, yes); }
    /// A connection that has sent so many bytes this way is reset, at both ends.
    network_path& reset_after(std::uint64_t bytes) {
        return set(&link_rules::reset_after, std::optional<std::uint64_t>(bytes));
    }
    /// Nothing arrives any more: what is sent waits for heal(), and connecting fails after two minutes as on Linux.
    network_path& cut() noexcept {
        for (auto& way : ways_) way->cut();
        return *this;
    }
    network_path& heal() {
        for (auto& way : ways_) way->heal();
        return *this;
    }
    /// Every connection fails now, at both ends.
    network_path& reset() noexcept {
        for (auto& way : ways_) way->reset();
        return *this;
    }

private:
    template <class Value>
    network_path& set(Value link_rules::* which, Value value) {
        for (auto& way : ways_) way->rules.*which = value;
        return *this;
    }
    std::vector<std::shared_ptr<network_link>> ways_;
};

}  // namespace coracle::testing
