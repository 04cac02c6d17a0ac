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

namespace coracle {

/// Something that was set up for a request and is cleaned up after its answer. It goes when it has run.
class clean_up {
public:
    virtual ~clean_up() = default;
    /// Runs shielded from cancellation. in: what ended the answer, if that was an exception, which somebody knows of.
    virtual task<> run(std::exception_ptr failure) = 0;

private:
    friend class after_response;
    std::unique_ptr<clean_up> below_{};
};

/// Empty for most requests, and then it costs three pointers.
class after_response {
public:
    background_tasks& tasks() {
        run_ = &run_all;
        return state().tasks;
    }
    /// To run behind the background tasks, the last one first.
    void keep(std::unique_ptr<clean_up> last) noexcept {
        run_ = &run_all;
        last->below_ = std::move(last_);
        last_ = std::move(last);
    }
    bool pending() const noexcept { return last_ || (state_ && !state_->tasks.empty()); }

    bool empty() const noexcept { return !last_ && !state_; }

    /// Forgets the background tasks: the handler failed, and its answer has none.
    void drop_tasks() {
        if (!state_) return;
        for (std::size_t n = 0; n < state_->tasks.size(); ++n) state_->tasks.take(n).let_go();
        state_->tasks = background_tasks();
    }
    /// What was set up hears of it when it is cleaned up.
    void answer_failed(std::exception_ptr why) {
        if (last_) state().failure = std::move(why);
    }
    void reset() noexcept {
        state_.reset();
        last_.reset();
    }

    /// Does all of it. in: who is told of each failure. error: `cancelled`, after the clean-up.
    task<> run(function<void(const std::exception_ptr&)> failed) {
        std::exception_ptr stopped;
        for (std::size_t n = 0; state_ && n < state_->tasks.size() && !stopped; ++n) {
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
        while (last_) {
            std::unique_ptr<clean_up> last = std::exchange(last_, std::move(last_->below_));
            std::exception_ptr failure;
            try {
                task<> one = last->run(state_ ? state_->failure : nullptr);
                co_await shield(std::move(one));
            } catch (...) {
                failure = std::current_exception();
            }
            if (failure) failed(failure);
        }
        if (stopped) std::rethrow_exception(stopped);
    }

    /// The same, and `tell(app, request, failure)` for each failure. What is never used costs a program nothing here.
    using teller = void (*)(const void* app, const void* request, const std::exception_ptr& failure);
    task<> run_for(const void* app, const void* request, teller tell) {
        return run_ ? run_(*this, app, request, tell) : nothing();
    }

private:
    static task<> run_all(after_response& all, const void* app, const void* request, teller tell) {
        return all.run([=](const std::exception_ptr& failure) { tell(app, request, failure); });
    }
    static task<> nothing() { co_return; }
    struct contents {
        background_tasks tasks{};
        std::exception_ptr failure{};
    };
    contents& state() {
        if (!state_) state_ = std::make_unique<contents>();
        return *state_;
    }
    task<> (*run_)(after_response& all, const void* app, const void* request, teller tell) = nullptr;
    std::unique_ptr<contents> state_;
    std::unique_ptr<clean_up> last_;
};

}  // namespace coracle
