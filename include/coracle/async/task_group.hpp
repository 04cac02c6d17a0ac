// task_group: tasks that come and go beside one another, and end before their group does. asyncio.TaskGroup.
#pragma once

#include <coracle/async/child_job.hpp>
#include <coracle/async/frame_pool.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/intrusive_list.hpp>

#include <cstddef>
#include <exception>
#include <utility>

namespace coracle {

/// Belongs to the job that makes it: cancelling that cancels the group. `co_await group.join()` before it goes; one
/// that goes earlier, as when its coroutine is destroyed, destroys its tasks where they wait.
class task_group {
public:
    task_group() = default;
    /// A group whose tasks have nothing to do with one another: a failure is told to `report` and cancels nobody.
    explicit task_group(function<void(const std::exception_ptr&)> report) : report_(std::move(report)) {}
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;
    ~task_group() {
        while (!all_.empty()) delete &all_.front().self;
    }

    /// Starts `work` now, as a job of its own; it runs until it first waits. Its end frees it.
    /// error: a failure of one cancels the others, and comes out of join().
    void spawn(task<> work) { (new spawned(*this, std::move(work)))->start(); }
    void cancel() noexcept { jobs_.jobs().cancel(); }
    std::size_t size() const noexcept { return jobs_.running(); }

    /// Waits until every task has ended, those spawned meanwhile too. error: the first failure; being cancelled by
    /// cancel() is none.
    task<> join() {
        while (jobs_.running() > 0) co_await jobs_;
        bool own_cancellation = jobs_.jobs().cancel_requested() && !async::this_job().cancelled();
        if (jobs_.failed() && !(own_cancellation && jobs_.only_cancelled())) jobs_.rethrow_failure();
    }

private:
    class spawned;
    struct member : list_node {
        explicit member(spawned& of) noexcept : self(of) {}
        spawned& self;
    };
    class spawned final : async::task_end, async::remains {
    public:
        spawned(task_group& group, task<> work) noexcept
            : group_(group), job_(group.jobs_.jobs()), task_(std::move(work)) {
            group.all_.push_back(place_);
        }

        static void* operator new(std::size_t bytes) { return async::frame_pool::allocate(bytes); }
        static void operator delete(void* memory, std::size_t bytes) noexcept {
            async::frame_pool::release(memory, bytes);
        }

        void start() {
            group_.jobs_.begun();
            async::scheduler::run_as as(async::scheduler::current(), job_, task_.where());
            task_.start(this);
        }

    private:
        void task_ended() noexcept override {
            if (std::exception_ptr error = task_.error()) group_.failed(error);
            async::scheduler::current().leave_to_bury(*this);
        }
        void bury() noexcept override {
            async::job_group& group = group_.jobs_;
            delete this;
            group.ended();
        }

        task_group& group_;
        member place_{*this};
        async::job job_;
        task<> task_;
    };

    void failed(const std::exception_ptr& error) noexcept {
        if (!report_) return jobs_.note(error);
        if (!async::is_cancellation(error)) report_(error);
    }

    async::job_group jobs_;
    intrusive_list<member> all_;
    function<void(const std::exception_ptr&)> report_;
};

}  // namespace coracle
