// wrap_future: waits for a std::future without blocking the loop. asyncio.wrap_future.
#pragma once

#include <coracle/async/offload.hpp>
#include <coracle/async/offload_detached.hpp>
#include <coracle/async/stop_request.hpp>
#include <coracle/async/task.hpp>

#include <chrono>
#include <exception>
#include <future>
#include <utility>

namespace coracle {

namespace loop {

/// A std::future that gives its last breath on the thread pool: that of std::async waits for its thread.
template <class T>
class held_future {
public:
    explicit held_future(std::future<T> f) noexcept : future(std::move(f)) {}
    held_future(held_future&&) = delete;
    ~held_future() {
        if (!future.valid() || future.wait_for(std::chrono::seconds(0)) == std::future_status::ready) return;
        try {
            offload_detached([last = std::move(future)] {});
        } catch (...) {  // no loop or no thread is left: then it waits here
        }
    }

    /// Until there is a value, or nobody wants it any more. A std::future cannot be told, so it is asked.
    template <class Stop>
    void wait(const Stop& stop) const {
        constexpr auto patience = std::chrono::milliseconds(10);
        while (!stop.stop_requested()) switch (future.wait_for(patience)) {
                case std::future_status::deferred:
                    return future.wait();
                case std::future_status::ready:
                    return;
                case std::future_status::timeout:
                    break;
            }
    }

    std::future<T> future;
};

}  // namespace loop

/// Waits for `future`, on a thread of the pool, in lane::user: `int n = co_await wrap_future(std::move(f));`
/// Prefer a completion where you can say what completes it. error: what the future holds; std::future_error when it is
/// not valid. Cancelled, it gives the future up within 10 ms.
template <class T>
task<T> wrap_future(std::future<T> future) {
    loop::held_future<T> held(std::move(future));
    if (!held.future.valid()) throw std::future_error(std::future_errc::no_state);
    auto wait = [&held](auto stop) { held.wait(stop); };
    co_await offload(wait);
    co_return held.future.get();
}

}  // namespace coracle
