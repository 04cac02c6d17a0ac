// request_metrics: what one loop has answered, by route, method and kind of status, for /metrics.
// Read by other threads while the loop counts: no lock, and no instruction that waits for others.
#pragma once

#include <coracle/app/request_observer.hpp>
#include <coracle/app/request_record.hpp>
#include <coracle/base/tally.hpp>
#include <coracle/base/time_tally.hpp>
#include <coracle/http/method.hpp>
#include <coracle/loop/loop_lag.hpp>
#include <coracle/server/workshop.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace coracle::server {

/// Seconds: from what a handler answers at once to what a client gives up on.
inline constexpr std::array<double, 13> request_bounds{.0005, .001, .0025, .005, .01, .025, .05,
                                                       .1,    .25,  .5,    1,    2.5, 10};
/// Belongs to a loop, but for what is said to be for any thread.
class request_metrics final : public request_observer {
public:
    /// One route and method. There are as many as the program has, whatever clients ask for.
    struct cell {
        const route::pattern* pattern;
        std::size_t method;
        std::string route;  ///< as it was written; empty when none took the request
        std::array<tally, 5> statuses{};
        time_tally<request_bounds.size()> took{};
        tally bytes{};
        const cell* next = nullptr;
    };
    explicit request_metrics(const workshop& of) : shop(of) {
        shop.reactor.post([this] { lag_.store(&shop.reactor.own<loop::loop_lag>(), std::memory_order_release); });
    }

    void answered(const request_record& one) noexcept override {
        try {
            count(one);
        } catch (...) {
            // No memory for a route that was never answered before: the next one may find some.
        }
    }

    /// From any thread. Each cell once; what it holds may grow meanwhile.
    template <class F>
    void for_each_cell(F f) const {
        for (const cell* each = first_.load(std::memory_order_acquire); each; each = each->next) f(*each);
    }
    /// Null until the loop has turned.
    const loop::loop_lag* lag() const noexcept { return lag_.load(std::memory_order_acquire); }
    const workshop& shop;

private:
    void count(const request_record& one) {
        const route::pattern* pattern = one.asked.pattern;
        bool known = !one.asked.method_text.empty();  // not of a head that was refused
        auto method = static_cast<std::size_t>(known ? one.asked.method : http::method::other);
        cell& here = find(pattern, method, one);
        std::size_t kind = static_cast<std::size_t>(one.status / 100);
        here.statuses[kind >= 1 && kind <= 5 ? kind - 1 : 4].add();
        here.took.count(request_bounds, one.took);
        here.bytes.add(one.bytes);
    }
    cell& find(const route::pattern* pattern, std::size_t method, const request_record& one) {
        if (last_ && last_->pattern == pattern && last_->method == method) return *last_;
        auto mixed = reinterpret_cast<std::uintptr_t>(pattern) / alignof(route::pattern) * 16 + method;
        for (std::size_t at = mixed; !slots_.empty(); ++at) {
            cell* there = slots_[at & (slots_.size() - 1)];
            if (!there) break;
            if (there->pattern == pattern && there->method == method) return *(last_ = there);
        }
        return *(last_ = add(pattern, method, one.route()));
    }
    [[gnu::cold]] cell* add(const route::pattern* pattern, std::size_t method, std::string route) {
        if (2 * (cells_.size() + 1) > slots_.size()) {
            std::vector<cell*> larger(slots_.empty() ? 32 : 2 * slots_.size());
            for (const auto& each : cells_) put(larger, each.get());
            slots_ = std::move(larger);
        }
        auto made = std::make_unique<cell>();
        made->pattern = pattern;
        made->method = method;
        made->route = std::move(route);
        made->next = first_.load(std::memory_order_relaxed);
        cells_.push_back(std::move(made));
        put(slots_, cells_.back().get());
        first_.store(cells_.back().get(), std::memory_order_release);
        return cells_.back().get();
    }
    static void put(std::vector<cell*>& slots, cell* one) noexcept {
        std::size_t at = reinterpret_cast<std::uintptr_t>(one->pattern) / alignof(route::pattern) * 16 + one->method;
        while (slots[at & (slots.size() - 1)]) ++at;
        slots[at & (slots.size() - 1)] = one;
    }

    std::vector<std::unique_ptr<cell>> cells_;
    std::vector<cell*> slots_;
    cell* last_ = nullptr;
    std::atomic<const cell*> first_{nullptr};
    std::atomic<const loop::loop_lag*> lag_{nullptr};
};

}  // namespace coracle::server
