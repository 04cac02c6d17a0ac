// network_listener: the door of a server in a memory_network.
#pragma once

#include <coracle/async/channel.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/result.hpp>
#include <coracle/net/address.hpp>
#include <coracle/testing/network_stream.hpp>

#include <memory>
#include <system_error>
#include <utility>

namespace coracle::testing {

/// Accepts connections to one port of one host, until it is closed or destroyed.
class network_listener {
public:
    using arrivals = channel<network_stream>;
    network_listener(std::shared_ptr<arrivals> door, net::address where) noexcept
        : door_(std::move(door)), where_(std::move(where)) {}
    network_listener(network_listener&&) noexcept = default;
    network_listener& operator=(network_listener&& other) noexcept {
        close();
        door_ = std::move(other.door_);
        where_ = std::move(other.where_);
        return *this;
    }
    ~network_listener() { close(); }

    /// The next connection. error: bad_file_descriptor after close().
    task<result<network_stream>> accept() {
        auto door = door_;
        auto next = co_await door->receive();
        if (!next) co_return failure(std::make_error_code(std::errc::bad_file_descriptor));
        co_return std::move(*next);
    }
    const net::address& where() const noexcept { return where_; }
    bool is_open() const noexcept { return door_ && !door_->closed(); }
    /// Resets those that wait, and refuses who comes; those accepted live on.
    void close() noexcept {
        if (!is_open()) return;
        door_->close();
        while (auto waiting = door_->try_receive()) waiting->abort();
    }

private:
    std::shared_ptr<arrivals> door_;
    net::address where_;
};

}  // namespace coracle::testing
