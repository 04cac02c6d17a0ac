// hub_trunk<T>, hub_item<T>: what the loops share of a hub: the newest items, each stored once, and whom to wake.
#pragma once

#include <coracle/app/hub_options.hpp>
#include <coracle/base/ring.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

namespace coracle {

/// `while (auto item = co_await mine.receive()) use(item.id(), *item);` One that is shared by all who got it, and never
/// changes; nothing when the subscription has ended.
template <class T>
class hub_item {
public:
    hub_item() noexcept = default;
    hub_item(std::uint64_t id, T value) : shared_(std::make_shared<const numbered>(id, std::move(value))) {}

    explicit operator bool() const noexcept { return shared_ != nullptr; }
    const T& operator*() const noexcept { return shared_->value; }
    const T* operator->() const noexcept { return &shared_->value; }
    /// Grows by one from item to item.
    std::uint64_t id() const noexcept { return shared_->id; }

private:
    template <class>
    friend class hub_trunk;
    struct numbered {
        numbered(std::uint64_t number, T&& what) : id(number), value(std::move(what)) {}
        mutable std::uint64_t id;  // until it is published
        T value;
    };
    std::shared_ptr<const numbered> shared_;
};

/// A loop's part of a hub, as the trunk sees it.
class hub_listener {
public:
    /// From any thread, under the guard: there is something new.
    virtual void wake() noexcept = 0;

protected:
    ~hub_listener() = default;
};

/// Thread-safe; the members behind the guard are for its listeners, which hold it.
template <class T>
class hub_trunk {
public:
    explicit hub_trunk(hub_options given) : how(given), next_id(given.first_id) {
        if (how.capacity == 0)
            throw std::logic_error(
                "coracle: a hub keeps at least one item; give it the .capacity of the largest burst");
        if (how.slow == when_slow::wait || how.slow == when_slow::drop_newest)
            throw std::logic_error(
                "coracle: a hub drops what its slow subscribers have not read (when_slow::drop_oldest), or ends them "
                "(when_slow::close); who publishes cannot wait for them, since they may be on other loops");
        if (how.first_id == 0) throw std::logic_error("coracle: the ids of a hub begin at 1 or above; 0 is before all");
    }

    /// out: its id; 0 when the hub is closed. error: std::bad_alloc; nobody gets it then.
    std::uint64_t publish(T value) {
        hub_item<T> item(0, std::move(value));
        hub_item<T> dropped;  // goes behind the guard
        std::lock_guard lock(guard);
        if (closed) return 0;
        item.shared_->id = next_id;
        items.emplace_back(item);
        ++next_id;
        if (items.size() > how.capacity) {
            dropped = std::move(items.front());
            items.pop_front();
        }
        for (hub_listener* each : listeners) each->wake();
        return item.id();
    }
    void close() noexcept {
        std::lock_guard lock(guard);
        closed = true;
        for (hub_listener* each : listeners) each->wake();
    }
    hub_statistics statistics() {
        std::lock_guard lock(guard);
        return {next_id - how.first_id,
                missed.load(std::memory_order_relaxed),
                too_slow.load(std::memory_order_relaxed),
                subscribers.load(std::memory_order_relaxed),
                listeners.size(),
                items.size()};
    }
    /// Under the guard.
    std::uint64_t oldest() const noexcept { return next_id - items.size(); }

    const hub_options how;
    std::atomic<std::uint64_t> missed{0};
    std::atomic<std::uint64_t> too_slow{0};
    std::atomic<std::size_t> subscribers{0};

    std::mutex guard;  // of what follows
    ring<hub_item<T>> items;
    std::uint64_t next_id;
    bool closed = false;
    std::vector<hub_listener*> listeners;
};

}  // namespace coracle
