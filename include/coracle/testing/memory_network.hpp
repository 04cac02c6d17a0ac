// memory_network: hosts, listeners and connections in memory, with the latency, the cuts and the resets of a script.
// It waits with the timers of its loop: under virtual time a network of hours takes none, and is exact.
#pragma once

#include <coracle/async/channel.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/random_sequence.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/address.hpp>
#include <coracle/testing/network_link.hpp>
#include <coracle/testing/network_listener.hpp>
#include <coracle/testing/network_path.hpp>
#include <coracle/testing/network_stream.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle {

/// Hosts that are known by name or address. Belongs to one loop, which outlives it; a connection outlives both its
/// network and its listener.
class memory_network {
public:
    using stream = testing::network_stream;
    using listener = testing::network_listener;

    /// On the loop that runs here. in: what decides jitter and ragged cuts.
    explicit memory_network(std::uint64_t seed = 1) : memory_network(loop::reactor::current(), seed) {}
    explicit memory_network(loop::reactor& on, std::uint64_t seed = 1) : reactor_(on), seeds_(seed) {}
    memory_network(const memory_network&) = delete;
    memory_network& operator=(const memory_network&) = delete;

    /// The ways between two hosts, both directions.
    testing::network_path between(std::string_view one, std::string_view other) {
        return testing::network_path({link(one, other), link(other, one)});
    }
    /// One direction of it.
    testing::network_path from_to(std::string_view from, std::string_view to) {
        return testing::network_path({link(from, to)});
    }
    /// All ways, those not known yet too.
    testing::network_path everywhere() {
        std::vector<std::shared_ptr<testing::network_link>> all(1, usual_);
        for (way& each : ways_) all.push_back(each.link);
        return testing::network_path(std::move(all));
    }

    /// What a name stands for: itself when it is an IP address or localhost, else 10.0.0.1, 10.0.0.2 and so
    /// on as names come up.
    net::address address_of(std::string_view host, std::uint16_t port = 0) {
        if (auto literal = net::address::of(host, port)) return *literal;
        auto known = std::find(names_.begin(), names_.end(), host);
        if (known == names_.end()) known = names_.insert(names_.end(), std::string(host));
        auto number = static_cast<unsigned>(known - names_.begin()) + 1;
        net::ipv4_bytes bytes{10, 0, static_cast<unsigned char>(number >> 8), static_cast<unsigned char>(number)};
        return net::address(bytes, port);
    }

    /// in: "db:5432", "10.0.0.7:80"; port 0 is one that is free. error: address_in_use, invalid_argument.
    result<listener> listen(std::string_view where) {
        auto at = parse(where);
        if (!at) return failure(at.error());
        if (at->port() == 0) at = address_of(at->host(), next_port());
        if (door_of(*at)) return failure(std::make_error_code(std::errc::address_in_use));
        auto made = std::make_shared<listener::arrivals>(std::numeric_limits<std::size_t>::max());
        std::erase_if(doors_, [](const door& each) { return !is_open(each); });
        doors_.push_back(door{*at, made});
        return listener(std::move(made), std::move(*at));
    }

    /// A stream to `to`, from the host `from`. Takes a round trip; while the way is cut it is tried again after 1 s,
    /// 2 s, 4 s and so on. error: connection_refused, timed_out after 127 s, invalid_argument.
    task<result<stream>> connect(std::string to, std::string from = "localhost") {
        auto there = parse(to);
        if (!there) co_return failure(there.error());
        co_return co_await connect(std::move(*there), std::move(from));
    }
    task<result<stream>> connect(net::address there, std::string from = "localhost") {
        net::address here = address_of(from, next_port());
        auto out = link(here.host(), there.host());
        auto back = link(there.host(), here.host());
        std::chrono::seconds retry(1);
        for (;; retry *= 2) {
            if (retry > longest_retry) co_return failure(std::make_error_code(std::errc::timed_out));
            auto sent = reactor_.now();
            if (!out->is_cut()) co_await sleep_until(out->arrival(sent, 0));
            bool arrived = !out->is_cut();
            bool listening = door_of(there) != nullptr;
            if (arrived && !back->is_cut()) {
                co_await sleep_until(back->arrival(reactor_.now(), 0));
                if (!back->is_cut()) {
                    if (!listening) co_return failure(std::make_error_code(std::errc::connection_refused));
                    break;
                }
            }
            co_await sleep_until(sent + retry);
        }
        co_return open(std::move(here), std::move(there), std::move(out), std::move(back));
    }

    /// Connections that are not over: one end is open, or something is under way.
    std::size_t connections() noexcept {
        forget_what_is_over();
        return lines_.size();
    }

private:
    static constexpr std::chrono::seconds longest_retry{64};
    using arrivals = listener::arrivals;
    struct way {
        std::string from;
        std::string to;
        std::shared_ptr<testing::network_link> link;
    };
    struct door {
        net::address where;
        std::weak_ptr<arrivals> queue;
    };
    static bool is_open(const door& each) noexcept {
        auto queue = each.queue.lock();
        return queue && !queue->closed();
    }

    result<net::address> parse(std::string_view where) {
        std::size_t colon = where.rfind(':');
        if (colon == std::string_view::npos || colon == 0)
            return failure(std::make_error_code(std::errc::invalid_argument));
        auto port = ascii::parse_decimal<std::uint16_t>(where.substr(colon + 1));
        if (!port) return failure(std::make_error_code(std::errc::invalid_argument));
        return address_of(where.substr(0, colon), *port);
    }
    std::shared_ptr<arrivals> door_of(const net::address& where) {
        for (door& each : doors_)
            if (each.where == where && is_open(each)) return each.queue.lock();
        return nullptr;
    }
    std::shared_ptr<testing::network_link> link(std::string_view from, std::string_view to) {
        std::string one = address_of(from).host();
        std::string other = address_of(to).host();
        for (way& each : ways_)
            if (each.from == one && each.to == other) return each.link;
        auto made = std::make_shared<testing::network_link>(usual_->rules, seeds_.next());
        if (usual_->is_cut()) made->cut();
        ways_.push_back(way{std::move(one), std::move(other), made});
        return made;
    }
    std::uint16_t next_port() noexcept { return next_port_ = next_port_ == 65535 ? 49152 : next_port_ + 1; }

    stream open(net::address here, net::address there, std::shared_ptr<testing::network_link> out,
                std::shared_ptr<testing::network_link> back) {
        forget_what_is_over();
        auto line = std::make_shared<testing::detail::network_line>(reactor_, std::move(out), std::move(back));
        lines_.push_back(line);
        // The listener hears of it with the third packet, ahead of the first bytes.
        line->wires[0].send_call([this, here, there, weak = std::weak_ptr(line)] {
            auto line_there = weak.lock();
            if (!line_there) return;
            line_there->arrived = true;
            stream accepted(std::move(line_there), 1, there, here);
            auto queue = door_of(there);
            if (!queue || !queue->try_send(accepted)) accepted.abort();
        });
        return stream(std::move(line), 0, std::move(here), std::move(there));
    }
    void forget_what_is_over() noexcept {
        std::erase_if(lines_, [](const auto& each) { return each->over(); });
    }

    loop::reactor& reactor_;
    random_sequence seeds_;
    std::shared_ptr<testing::network_link> usual_ = std::make_shared<testing::network_link>(testing::link_rules(), 0);
    std::vector<std::string> names_;
    std::vector<way> ways_;
    std::vector<door> doors_;
    std::vector<std::shared_ptr<testing::detail::network_line>> lines_;  // what was sent before a close still arrives
    std::uint16_t next_port_ = 49151;
};

}  // namespace coracle
