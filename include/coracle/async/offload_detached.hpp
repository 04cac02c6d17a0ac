// offload_detached: a blocking call that nobody waits for. A destructor's way to the thread pool.
#pragma once

#include <coracle/async/blocking_call.hpp>
#include <coracle/async/context.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/report.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace coracle {

namespace async {

/// Owns its call, and itself once it is on its way.
template <class F>
class detached_call final : blocking_call {
public:
    /// Sees what the running job sees now, if there is one.
    detached_call(lane which, F call, const job* from) : call_(std::move(call)) {
        stands_in = which;
        if (from) seen_ = from->values();
    }
    static void send(std::unique_ptr<detached_call> call, scheduler& by) {
        by.offload_detached(*call);
        static_cast<void>(call.release());
    }

private:
    void run() noexcept override {
        std::unique_ptr<detached_call> self(this);
        context::lent seen(&seen_);
        try {
            static_cast<void>(call_with(call_, *ending));
        } catch (const std::exception& error) {
            say(error.what());
        } catch (...) {
            say("what was thrown is no std::exception");
        }
    }
    static void say(const char* what) noexcept {
        try {
            report("a detached call ended with an exception: " + std::string(what));
        } catch (...) {
            report("a detached call ended with an exception");
        }
    }
    void arrived() noexcept override {}
    void lost() noexcept override {}

    F call_;
    context seen_;
};

}  // namespace async

/// Runs `f` on the thread pool in the lane `which`, and lets it go: it may outlive the task, the scope and the loop
/// that it came from, so it owns all that it uses. What it returns is dropped; what it throws is reported.
/// in: the arguments are taken by value; a callable that takes a stop_token first is asked to stop when the pool
/// is destroyed, which waits for it, and for those that are still queued.
/// error: std::logic_error on a thread without a loop; std::system_error when not even one thread can be had.
template <class F, class... A>
    requires async::can_be_offloaded<F, A...>
void offload_detached(lane which, F&& f, A&&... arguments) {
    async::scheduler& by = async::scheduler::current();
    auto call = async::bound_call(std::forward<F>(f), std::forward<A>(arguments)...);
    using detached = async::detached_call<decltype(call)>;
    detached::send(std::make_unique<detached>(which, std::move(call), by.running_job()), by);
}
/// The same in lane::user: `offload_detached(write_audit_log, entry);`
template <class F, class... A>
    requires async::can_be_offloaded<F, A...>
void offload_detached(F&& f, A&&... arguments) {
    offload_detached(lane::user, std::forward<F>(f), std::forward<A>(arguments)...);
}

}  // namespace coracle
