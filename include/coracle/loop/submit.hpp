// submit: a task for a loop, from a thread that has none. asyncio.run_coroutine_threadsafe.
// Facts: an exception in a std::future is shared by both threads for a moment. Thread sanitizers that do not see into
// libstdc++, where it is counted, may call its end a race; there is none.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/sent_job.hpp>

#include <exception>
#include <future>
#include <type_traits>
#include <utility>

namespace coracle {

namespace loop {

/// Owns itself once it is sent.
template <class T>
class submitted_job final : sent_job<T> {
public:
    submitted_job(reactor& to, task<T> work) : sent_job<T>(to, std::move(work)) {}
    std::future<T> result() { return promise_.get_future(); }
    using sent_job<T>::send;

private:
    void over(bool loop_has_ended) noexcept override {
        if (loop_has_ended)
            promise_.set_exception(std::make_exception_ptr(loop_ended()));
        else
            tell();
        delete this;
    }
    void tell() noexcept {
        try {
            if constexpr (std::is_void_v<T>) {
                this->ended_task().result();
                promise_.set_value();
            } else {
                promise_.set_value(this->ended_task().result());
            }
        } catch (const cancelled&) {
            promise_.set_exception(std::make_exception_ptr(task_cancelled()));
        } catch (...) {
            promise_.set_exception(std::current_exception());
        }
    }

    std::promise<T> promise_;
};

}  // namespace loop

/// Runs `work` on `on`, and gives its value to whoever holds the future: `submit(server_loop, refresh()).get();`
/// From any thread; get() on the loop's own would wait for itself. Dropping the future does not end the task.
/// error: in the future: what the task throws, task_cancelled for `cancelled`, and loop_ended when the loop ends first.
template <class T>
std::future<T> submit(loop::reactor& on, task<T> work) {
    auto* job = new loop::submitted_job<T>(on, std::move(work));
    std::future<T> result = job->result();
    job->send();
    return result;
}

}  // namespace coracle
