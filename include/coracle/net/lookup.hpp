// lookup: a name that is being looked up on another thread, for whoever still waits for it when it is known.
#pragma once

#include <coracle/async/arrival.hpp>
#include <coracle/async/blocking_call.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/result.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/host_literal.hpp>
#include <coracle/os/name_lookup.hpp>
#include <coracle/os/socket_address.hpp>

#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::net {

/// How names are looked up. Blocks; called on threads of the pool, for several names at once; outlives the resolver
/// while one is under way. in: an ASCII name; a service by name, or nothing for port 0.
using name_lookup =
    function<result<std::vector<address>>(const std::string& host, const std::string& service, families wanted)>;

/// As the system does it.
inline result<std::vector<address>> look_up_by_system(const std::string& host, const std::string& service,
                                                      families wanted) {
    auto found = os::look_up(host, service, wanted);
    if (!found) return failure(found.error());
    std::vector<address> all;
    for (const os::socket_address& each : *found) all.emplace_back(each);
    return all;
}

/// What came of a lookup.
struct lookup_outcome {
    result<std::vector<address>> found = failure(std::error_code());
    std::exception_ptr thrown;
};

/// Where a lookup and those who wait for it meet. The call that carries it out owns itself, on its thread, and shares
/// this with the resolver, which may go first, as may the loop. Home is known only while a task waits, and so only
/// while the loop is there to be told; nobody is told twice.
class lookup final : public async::arrival, public std::enable_shared_from_this<lookup> {
public:
    /// Called on the loop's thread when it has ended; null when nobody is to be told. Of that thread alone.
    function<void()> ended;

    /// For who waits: from here on `home` is told. False when the lookup was dropped and never happens.
    bool join(async::scheduler& home) {
        std::lock_guard lock(mutex_);
        if (dropped_) return false;
        home_ = &home;
        return true;
    }
    /// Nobody waits any more. A lookup that has not begun never will.
    void leave() noexcept {
        std::lock_guard lock(mutex_);
        home_ = nullptr;
    }
    /// It never happens.
    bool dropped() noexcept {
        std::lock_guard lock(mutex_);
        return dropped_;
    }
    /// The outcome, once; null until it has ended. From here on the loop's thread alone has it, and lets go of it.
    std::shared_ptr<const lookup_outcome> take_outcome() noexcept {
        std::lock_guard lock(mutex_);
        return std::move(outcome_);
    }

    /// For the call, before it begins: false when nobody waits, and it is dropped for good.
    bool still_wanted() noexcept {
        std::lock_guard lock(mutex_);
        dropped_ = home_ == nullptr;
        return !dropped_;
    }
    /// For the call, when it has ended.
    void settle(std::shared_ptr<const lookup_outcome> outcome) noexcept {
        std::lock_guard lock(mutex_);
        outcome_ = std::move(outcome);
        if (!home_) return;  // who asks next finds it
        under_way_ = shared_from_this();
        home_->deliver(*this);
    }

private:
    void arrived() noexcept override {
        auto self = std::move(under_way_);
        if (function<void()> tell = std::exchange(ended, nullptr)) tell();
    }
    void lost() noexcept override { auto self = std::move(under_way_); }

    std::shared_ptr<lookup> under_way_;
    std::mutex mutex_;  // guards what follows
    async::scheduler* home_ = nullptr;
    std::shared_ptr<const lookup_outcome> outcome_;
    bool dropped_ = false;
};

/// The call that carries it out: owns itself once it is on its way.
class lookup_call final : public async::blocking_call {
public:
    lookup_call(std::shared_ptr<name_lookup> how, std::string host, std::string service, families wanted,
                std::shared_ptr<lookup> meeting)
        : how_(std::move(how)),
          host_(std::move(host)),
          service_(std::move(service)),
          wanted_(wanted),
          meeting_(std::move(meeting)),
          outcome_(std::make_shared<lookup_outcome>()) {
        stands_in = lane::files;
    }

private:
    void run() noexcept override {
        std::unique_ptr<lookup_call> self(this);
        if (!meeting_->still_wanted()) return;
        try {
            outcome_->found = (*how_)(host_, service_, wanted_);
        } catch (...) {
            outcome_->thrown = std::current_exception();
        }
        meeting_->settle(std::move(outcome_));
    }
    void arrived() noexcept override {}
    void lost() noexcept override {}

    std::shared_ptr<name_lookup> how_;
    std::string host_;
    std::string service_;
    families wanted_;
    std::shared_ptr<lookup> meeting_;
    std::shared_ptr<lookup_outcome> outcome_;  // made early: a thread of the pool has nobody to tell that memory is out
};

}  // namespace coracle::net
