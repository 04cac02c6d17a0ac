// hub<T>: publish anywhere, subscribe on every loop. What broadcast is to one loop, for servers with several workers.
// Replay by id: WHATWG HTML 9.2.4 (Last-Event-ID).
#pragma once

#include <coracle/app/hub_branch.hpp>
#include <coracle/app/hub_options.hpp>
#include <coracle/app/hub_subscription.hpp>
#include <coracle/app/hub_trunk.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace coracle {

/// `hub<note> notes;` One for all threads: any may publish, without waiting, and tasks of any loop subscribe. Who
/// subscribes gets every item from then on in the one order that they have, and knows them by ids that grow by one; who
/// comes back says the last that it has seen: `auto mine = notes.subscribe(seen);`. An item is stored once, and shared;
/// each loop is woken once for whatever was published before its turn, however many subscribe there.
/// The newest items are kept (hub_options::capacity): who falls further behind is ended, or misses some. So a hub never
/// holds more than that, and nobody waits for the slowest. When it goes it is closed.
/// cost: to publish, one allocation, a lock, and a wake-up for each loop that sleeps; to receive, no lock.
template <class T>
class hub {
public:
    using item = hub_item<T>;
    using subscription = hub_subscription<T>;

    /// error: std::logic_error for options that cannot be.
    explicit hub(hub_options how = {}) : trunk_(std::make_shared<hub_trunk<T>>(how)) {}
    hub(const hub&) = delete;
    hub& operator=(const hub&) = delete;
    ~hub() { trunk_->close(); }

    /// From any thread. out: its id; 0 when the hub is closed, and then nobody gets it.
    std::uint64_t publish(T value) { return trunk_->publish(std::move(value)); }

    /// To all that is published from here on. error: std::logic_error outside of a loop.
    subscription subscribe() { return admitted(nullptr); }
    /// To all behind the item with this id, as far as they are kept: missed() tells of the others with the first that
    /// is received. 0: to all that are kept. An id that this hub never gave, as one from before a restart: the same.
    subscription subscribe(std::uint64_t after) { return admitted(&after); }

    /// Takes no more; what is kept can still be received. Wakes: who waits, with nothing. From any thread.
    void close() noexcept { trunk_->close(); }
    /// Of one moment; from any thread.
    hub_statistics statistics() const { return trunk_->statistics(); }
    std::size_t subscribers() const noexcept { return trunk_->subscribers.load(std::memory_order_relaxed); }

private:
    subscription admitted(const std::uint64_t* after) {
        return subscription(hub_branch<T>::admitted(hub_branch<T>::of(trunk_), after));
    }

    std::shared_ptr<hub_trunk<T>> trunk_;
};

}  // namespace coracle
