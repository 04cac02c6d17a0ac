// on_loop_of: runs a task on the loop of another thread and waits for it from here.
#pragma once

#include <coracle/async/arrival.hpp>
#include <coracle/async/caller.hpp>
#include <coracle/async/child_job.hpp>
#include <coracle/async/context.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/sent_job.hpp>

#include <exception>
#include <mutex>
#include <utility>

namespace coracle {

namespace loop {

/// The awaiter of on_loop_of(): the job goes there, perhaps an order to cancel it behind it, and news of its end comes
/// back. All three live here, in the coroutine that waits.
template <class T>
class [[nodiscard("write co_await before it")]] trip final : public async::operation, sent_job<T> {
public:
    trip(reactor& to, task<T> work, const async::context& seen)
        : sent_job<T>(to, std::move(work), seen), order_(*this), news_(*this) {}
    ~trip() {
        if (!away_) return;
        // The coroutine is destroyed while it waits: what runs there may use what it holds, so it has to end first.
        order_.give();
        this->home().intercept(news_);
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (this->refused()) return this->declined(waiting);
        this->park(waiting);
        back_ = &this->home();
        away_ = true;
        this->send();
        return true;
    }
    T await_resume() {
        this->throw_if_cancelled();
        if (loop_has_ended_) throw loop_ended();
        task<T>& ended = this->ended_task();
        if (!order_.given() && ended.error() && async::is_cancellation(ended.error())) throw task_cancelled();
        return ended.result();
    }
    // It is cancelled there, and waited for.
    void cancel() noexcept override { order_.give(); }

private:
    class cancel_order final : async::arrival {
    public:
        explicit cancel_order(trip& job) noexcept : job_(&job) {}
        void give() noexcept {
            std::lock_guard lock(mutex_);
            if (!std::exchange(given_, true) && job_) job_->destination().deliver(*this);
        }
        bool given() const noexcept { return given_; }
        /// On the other thread, at the end of the job: its loop may be gone soon.
        void expire() noexcept {
            std::lock_guard lock(mutex_);
            job_->destination().withdraw(*this);
            job_ = nullptr;
        }

    private:
        void arrived() noexcept override { job_->cancel_job(); }
        void lost() noexcept override {}

        std::mutex mutex_;
        trip* job_;
        bool given_ = false;
    };
    class end_news final : public async::arrival {
    public:
        explicit end_news(trip& of) noexcept : trip_(of) {}

    private:
        void arrived() noexcept override {
            trip_.away_ = false;
            trip_.finish();
        }
        void lost() noexcept override { trip_.away_ = false; }

        trip& trip_;
    };

    void over(bool loop_has_ended) noexcept override {
        loop_has_ended_ = loop_has_ended;
        order_.expire();
        back_->deliver(news_);  // from here on this may be gone
    }

    cancel_order order_;
    end_news news_;
    async::scheduler* back_ = nullptr;
    bool away_ = false;
    bool loop_has_ended_ = false;
};

}  // namespace loop

/// Runs `work` on the loop `there`, as a job of its own, and gives its value here: `co_await on_loop_of(worker,
/// refresh(cache));`. It sees the context of this task. Cancelled, it is cancelled there, and waited for.
/// keeps: `there`, whose thread has to turn it until then.
/// error: what the task throws; task_cancelled when it was cancelled there alone; loop_ended when that loop ends first.
/// wakes: from the ready queue of this loop. cost: the wake-up of two threads.
template <class T>
task<T> on_loop_of(loop::reactor& there, task<T> work) {
    if (&there == &loop::reactor::current()) co_return co_await std::move(work);
    loop::trip<T> away(there, std::move(work), async::this_job().values());
    co_return co_await away;
}

}  // namespace coracle
