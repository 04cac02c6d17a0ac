// hub_subscription<T>: what a task of one loop receives the items of a hub with.
#pragma once

#include <coracle/app/hub_branch.hpp>
#include <coracle/app/hub_trunk.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace coracle {

/// `while (auto item = co_await mine.receive()) co_await ws.send(item->text);` Belongs to the loop that it was made on,
/// and ends with it, when the hub is closed, when its server stops, or when it was too slow.
template <class T>
class [[nodiscard("it unsubscribes when this goes: give it a name")]] hub_subscription {
    using place = typename hub_branch<T>::place;

public:
    using receiver = typename hub_branch<T>::receiver;

    /// To none: it has ended.
    hub_subscription() noexcept = default;
    explicit hub_subscription(std::unique_ptr<place> at) noexcept : at_(std::move(at)) {}

    /// Waits for an item; nothing once it has ended. May be a case of select. cost: no copy, no allocation, no lock.
    receiver receive() noexcept { return receiver(at_.get()); }
    /// Nothing when a receive would wait, or would give nothing.
    hub_item<T> try_receive() {
        receiver now(at_.get());
        return now.take_at_once();
    }
    /// Awaits `each(item)` for one after the other, until this ends:
    /// `co_await mine.for_each([&](const hub_item<note>& item) -> task<> { co_await ws.send(item->text); });`
    /// With when_slow::close what it is at is cancelled when it has become too slow, so that somebody who does not take
    /// what he is sent keeps nobody. error: what `each` throws.
    template <class F>
    task<> for_each(F&& each) {
        static_assert(async::survives_gcc_12<F>,
                      "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; "
                      "capture by reference, or name the lambda first: auto each = [...] {...}; "
                      "co_await mine.for_each(each);");
        return run<F>(at_.get(), std::forward<F>(each));
    }

    /// How many items it has missed just before what it received last, or before its end.
    std::uint64_t missed() const noexcept { return at_ ? at_->missed() : 0; }
    std::uint64_t missed_in_all() const noexcept { return at_ ? at_->missed_in_all() : 0; }
    /// Ended by when_slow::close.
    bool too_slow() const noexcept { return at_ && at_->too_slow(); }
    /// There is nothing to receive, and never will be.
    bool ended() const noexcept { return !at_ || at_->ended(); }
    /// How many items wait for it on its loop.
    std::size_t unread() const noexcept { return at_ ? at_->unread() : 0; }
    /// Ends it now. Wakes: who waits with it, with nothing.
    void unsubscribe() noexcept { at_.reset(); }

private:
    class working {
    public:
        working(place& at, async::cancel_scope& part) noexcept : at_(at) { at_.works_in(&part); }
        working(const working&) = delete;
        working& operator=(const working&) = delete;
        ~working() { at_.works_in(nullptr); }

    private:
        place& at_;
    };
    template <class F>
    static task<> run(place* at, F each) {
        if (!at) co_return;
        async::cancel_scope part(async::this_job());
        working here(*at, part);
        try {
            for (;;) {
                hub_item<T> item = co_await receiver(at);
                if (!item) break;
                auto step = each(std::as_const(item));
                co_await std::move(step);
            }
        } catch (const cancelled&) {
            if (!part.swallows()) throw;
        }
    }

    std::unique_ptr<place> at_;
};

}  // namespace coracle
