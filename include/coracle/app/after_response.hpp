// after_response: what a request still has to do when its answer has been sent: background tasks, then clean-up.
// The request stays until it is done.
#pragma once

#include <coracle/app/background_tasks.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/shield.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace coracle {

/// Something that was set up for a request and is cleaned up after its answer. It goes when it has run.
class clean_up {
public:
    virtual ~clean_up() = default;
    /// Runs shielded from cancellation.
    virtual task<> run() = 0;
};

/// Empty for most requests, and then it costs a pointer.
class after_response {
public:
    background_tasks& tasks() { return state().tasks; }
    /// To run behind the background tasks, the last one first.
    void keep(std::unique_ptr<clean_up> last) { state().clean_ups.push_back(std::move(last)); }
    bool pending() const noexcept { return state_ && !(state_->tasks.empty() && state_->clean_ups.empty()); }

    /// Forgets the background tasks: the handler failed, and its answer has none.
    void drop_tasks() noexcept {
        if (state_) state_->tasks = background_tasks();
    }
    void reset() noexcept { state_.reset(); }

    /// Does all of it. in: who is told of each failure. error: `cancelled`, after the clean-up.
    task<> run(function<void(const std::exception_ptr&)> failed) {
        if (!state_) co_return;
        std::exception_ptr stopped;
        for (std::size_t n = 0; n < state_->tasks.size() && !stopped; ++n) {
            std::exception_ptr failure;
            try {
                task<> one = state_->tasks.take(n);
                co_await std::move(one);
            } catch (const cancelled&) {
                stopped = std::current_exception();
            } catch (...) {
                failure = std::current_exception();
            }
            if (failure) failed(failure);
        }
        while (!state_->clean_ups.empty()) {
            std::unique_ptr<clean_up> last = std::move(state_->clean_ups.back());
            state_->clean_ups.pop_back();
            std::exception_ptr failure;
            try {
                task<> one = last->run();
                co_await shield(std::move(one));
            } catch (...) {
                failure = std::current_exception();
            }
            if (failure) failed(failure);
        }
        if (stopped) std::rethrow_exception(stopped);
    }

private:
    struct contents {
        background_tasks tasks{};
        std::vector<std::unique_ptr<clean_up>> clean_ups{};
    };
    contents& state() {
        if (!state_) state_ = std::make_unique<contents>();
        return *state_;
    }
    std::unique_ptr<contents> state_;
};

}  // namespace coracle
