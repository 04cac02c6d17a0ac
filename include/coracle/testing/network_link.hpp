// network_link: the way from one host of a memory_network to another, and what travels on it.
#pragma once

#include <coracle/base/function.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/random_sequence.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/timer_queue.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/os/poller.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace coracle::testing {

class network_wire;

/// What a link does to bytes. A change is for what is sent from then on.
struct link_rules {
    std::chrono::nanoseconds latency{};
    std::chrono::nanoseconds jitter{};         ///< up to this more, by seed; a connection's bytes stay in order
    std::uint64_t bytes_per_second = 0;        ///< of all connections together; 0: no limit
    std::size_t capacity = 64 * 1024;          ///< bytes of a connection that may be under way and unread
    std::size_t largest_read = 0;              ///< 0: no limit
    std::optional<std::uint64_t> reset_after;  ///< a connection that has sent so many bytes is reset
    bool ragged = false;                       ///< reads and writes are cut anywhere, by seed
};

/// From one host to another, one way. Made by memory_network.
class network_link {
public:
    network_link(const link_rules& as, std::uint64_t seed) noexcept : rules(as), random_(seed) {}

    link_rules rules;

    bool is_cut() const noexcept { return cut_; }
    /// Nothing arrives any more, until heal().
    inline void cut() noexcept;
    /// What was sent meanwhile travels now.
    inline void heal();
    /// Every connection on it fails at once, at both ends.
    inline void reset() noexcept;

    /// When something of this size, sent now, will be there.
    os::time_point arrival(os::time_point now, std::size_t bytes) {
        os::time_point leaves = now;
        if (rules.bytes_per_second > 0) {
            auto takes = static_cast<double>(bytes) * 1e9 / static_cast<double>(rules.bytes_per_second);
            free_at_ = std::max(free_at_, now) + std::chrono::nanoseconds(static_cast<std::int64_t>(takes));
            leaves = free_at_;
        }
        auto shake = rules.jitter.count() > 0 ? random_.between(0, rules.jitter.count()) : 0;
        return loop::later(leaves, rules.latency + std::chrono::nanoseconds(shake));
    }
    /// Where a piece of up to `most` bytes is cut: all of it, unless the link is ragged.
    std::size_t piece(std::size_t most) noexcept {
        return rules.ragged && most > 1 ? static_cast<std::size_t>(random_.below(most)) + 1 : most;
    }

private:
    friend class network_wire;
    bool cut_ = false;
    os::time_point free_at_{};
    random_sequence random_;
    intrusive_list<network_wire> wires_;
};

/// One direction of one connection: what has been sent and has not arrived.
class network_wire final : public list_node, loop::timer {
public:
    /// in: `to` is what the receiver reads from; `back` the other direction.
    network_wire(std::shared_ptr<network_link> on, loop::reactor& home, net::detail::memory_pipe& to,
                 network_wire& back) noexcept
        : link_(std::move(on)), home_(home), to_(to), back_(back) {
        to_.largest_read = link_->rules.largest_read;
        link_->wires_.push_back(*this);
    }

    network_link& link() noexcept { return *link_; }
    /// Why nothing can be sent any more.
    std::error_code error() const noexcept { return error_; }
    bool ended() const noexcept { return ended_; }
    bool idle() const noexcept { return parcels_.empty(); }
    /// How many bytes a sender may send now.
    std::size_t room() const noexcept {
        std::size_t used = to_.waiting + travelling_;
        return stalled_ || used >= link_->rules.capacity ? 0 : link_->rules.capacity - used;
    }

    void send(std::string bytes) {
        if (broken_) return;  // it is lost, and the sender will hear of it
        if (link_->rules.reset_after) {
            std::uint64_t left = *link_->rules.reset_after - std::min(sent_, *link_->rules.reset_after);
            if (bytes.size() >= left) {
                bytes.resize(static_cast<std::size_t>(left));
                if (left > 0) put(kind::bytes, std::move(bytes));
                sent_ += left;
                back_.send_reset();
                return send_reset();
            }
        }
        sent_ += bytes.size();
        std::string rest = bytes.substr(link_->piece(bytes.size()));
        bytes.resize(bytes.size() - rest.size());
        put(kind::bytes, std::move(bytes));
        if (!rest.empty()) put(kind::bytes, std::move(rest));
    }
    /// The sender's buffer is full until what it has sent arrives, whatever room() was.
    void stall() noexcept { stalled_ = !parcels_.empty(); }
    void send_end() {
        if (std::exchange(ended_, true) || broken_) return;
        put(kind::end, {});
    }
    /// The receiver will find the connection reset, once it has read what was sent before.
    void send_reset() {
        if (std::exchange(broken_, true)) return;
        ended_ = true;
        put(kind::reset, {});
    }
    /// Calls `arrived` where the bytes arrive, when it is their turn.
    void send_call(function<void()> arrived) {
        arrived_ = std::move(arrived);
        put(kind::call, {});
    }
    /// Both ends find it reset now.
    void reset() noexcept {
        for (network_wire* each : {this, &back_}) {
            each->broken_ = true;
            each->disarm();
            each->parcels_.clear();
            each->travelling_ = 0;
            each->stalled_ = false;
            each->arrive_reset();
        }
    }
    void hold() noexcept { disarm(); }
    void resend() {
        last_due_ = {};
        for (parcel& each : parcels_) each.due = in_order(link_->arrival(home_.now(), each.bytes.size()));
        rearm();
    }

private:
    enum class kind : unsigned char { bytes, end, reset, call };
    struct parcel {
        kind what;
        os::time_point due;
        std::string bytes;
    };

    os::time_point in_order(os::time_point due) noexcept { return last_due_ = std::max(due, last_due_); }
    void put(kind what, std::string bytes) {
        travelling_ += bytes.size();
        os::time_point due = in_order(link_->arrival(home_.now(), bytes.size()));
        parcels_.push_back(parcel{what, due, std::move(bytes)});
        rearm();
    }
    void rearm() {
        if (!parcels_.empty() && !link_->is_cut() && !armed()) home_.timers().arm(*this, parcels_.front().due);
    }

    void fire(os::time_point now) noexcept override {
        while (!parcels_.empty() && parcels_.front().due <= now) {
            parcel next = std::move(parcels_.front());
            parcels_.pop_front();
            travelling_ -= next.bytes.size();
            arrive(next);
        }
        stalled_ = false;
        rearm();
        to_.wake_writer();
    }
    void arrive(parcel& what) noexcept {
        if (what.what == kind::call) return arrived_();
        if (what.what == kind::reset) return arrive_reset();
        if (what.what == kind::bytes && to_.deaf) return back_.send_reset();
        if (what.what == kind::bytes) return to_.put(std::move(what.bytes));
        to_.ended = true;
        to_.wake_reader();
    }
    void arrive_reset() noexcept {
        to_.read_error = std::make_error_code(std::errc::connection_reset);
        to_.wake_reader();
        back_.error_ = to_.read_error;
        back_.broken_ = true;
        back_.to_.wake_writer();
    }

    std::shared_ptr<network_link> link_;
    loop::reactor& home_;
    net::detail::memory_pipe& to_;
    network_wire& back_;
    std::deque<parcel> parcels_;
    std::size_t travelling_ = 0;  // bytes in them
    std::uint64_t sent_ = 0;
    os::time_point last_due_{};
    bool stalled_ = false;
    bool ended_ = false;
    bool broken_ = false;  // reset from this side
    std::error_code error_;
    function<void()> arrived_;
};

inline void network_link::cut() noexcept {
    cut_ = true;
    wires_.for_each([](network_wire& each) { each.hold(); });
}
inline void network_link::heal() {
    if (!std::exchange(cut_, false)) return;
    free_at_ = {};
    wires_.for_each([](network_wire& each) { each.resend(); });
}
inline void network_link::reset() noexcept {
    wires_.for_each([](network_wire& each) { each.reset(); });
}

}  // namespace coracle::testing
