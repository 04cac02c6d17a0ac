// child_job: a task as a job of its own, in a group that waits for it. What gather is made of.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/async/outcome.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace coracle::async {

/// One task that runs as a job of its own in a group. Stays where it is from start() to its end.
template <class T>
class child_job final : task_end {
public:
    child_job(job_group& group, task<T> work) noexcept : group_(group), job_(group.jobs()), task_(std::move(work)) {}
    /// The same from one argument, for a std::tuple to be built of.
    struct in {
        job_group& group;
        task<T>& work;
    };
    explicit child_job(in place) noexcept : child_job(place.group, std::move(place.work)) {}
    child_job(const child_job&) = delete;
    child_job& operator=(const child_job&) = delete;

    /// Runs the task until it first waits.
    void start() {
        group_.begun();
        scheduler::run_as as(scheduler::current(), job_, task_.where());
        task_.start(this);
    }
    /// The value, once; or the exception that ended the task.
    T result() { return task_.result(); }
    /// The same as an object.
    outcome<T> settled() noexcept { return outcome<T>::of(task_); }
    std::exception_ptr error() const noexcept { return task_.error(); }

private:
    void task_ended() noexcept override {
        group_.one_ended(this, task_.error());
        group_.ended();
    }

    job_group& group_;
    job job_;
    task<T> task_;
};

/// As many children as there are tasks, in one piece of memory.
template <class T>
class child_row {
public:
    child_row(job_group& group, std::vector<task<T>>& tasks)
        : first_(memory().allocate(tasks.size())), room_(tasks.size()) {
        for (task<T>& each : tasks) ::new (static_cast<void*>(first_ + size_++)) child_job<T>(group, std::move(each));
    }
    child_row(const child_row&) = delete;
    child_row& operator=(const child_row&) = delete;
    ~child_row() {
        while (size_ > 0) first_[--size_].~child_job();
        memory().deallocate(first_, room_);
    }

    void start() {
        for (child_job<T>& each : *this) each.start();
    }
    child_job<T>* begin() noexcept { return first_; }
    child_job<T>* end() noexcept { return first_ + size_; }
    child_job<T>& operator[](std::size_t at) noexcept { return first_[at]; }
    std::size_t size() const noexcept { return size_; }
    /// Which of them `who` is.
    std::size_t index_of(const void* who) const noexcept {
        return static_cast<std::size_t>(static_cast<const child_job<T>*>(who) - first_);
    }

private:
    static std::allocator<child_job<T>> memory() noexcept { return {}; }
    child_job<T>* first_;
    std::size_t size_ = 0;
    std::size_t room_;
};

}  // namespace coracle::async
