// task_group, with_group: tasks that come and go beside one another, and end before their group does.
// asyncio.TaskGroup, trio.open_nursery.
#pragma once

#include <coracle/async/exception_group.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/async/join_handle.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/outcome.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

class task_group;

namespace async {

template <class Body>
using group_body_value = typename std::invoke_result_t<std::decay_t<Body>&, task_group&>::value_type;

}  // namespace async

template <class Body>
auto with_group(Body&& body) -> task<async::group_body_value<Body>>;

/// Belongs to the job that makes it: cancelling that cancels the group. Usually made by with_group(); by hand,
/// `co_await group.join()` before it goes, for what still runs then goes with it, where it waits.
class task_group {
public:
    task_group() = default;
    /// A group whose tasks have nothing to do with one another: a failure is told to `report` and cancels nobody.
    explicit task_group(function<void(const std::exception_ptr&)> report) : report_(std::move(report)) {}
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;

    /// Starts `work` now, as a job of its own; it runs until it first waits. Its end frees it. In a group that was
    /// cancelled its first wait is refused.
    /// error: a failure of one cancels the others, and comes out of join(), also when the handle has told it; one that
    /// was only cancelled is no failure.
    template <class T>
    join_handle<T> spawn(task<T> work) {
        auto& one = *new async::spawned<T>(members_, std::move(work));
        join_handle<T> handle(one);
        one.start();
        return handle;
    }
    /// Every task of the group is cancelled, and the body of with_group() too; join() says nothing of it.
    void cancel() noexcept {
        members_.jobs().cancel();
        if (around_) around_->cancel();
    }
    std::size_t size() const noexcept { return members_.running(); }

    /// Waits until every task has ended, those spawned meanwhile too.
    /// error: a single failure as it is, several as an exception_group in the order in which they happened.
    task<> join() {
        while (members_.running() > 0) co_await members_;
        throw_failures(async::this_job().cancelled());
    }

private:
    template <class Body>
    friend auto with_group(Body&& body) -> task<async::group_body_value<Body>>;

    class members final : public async::job_group {
    public:
        explicit members(task_group& of) : of_(of) {}
        void one_ended(const void*, const std::exception_ptr& error) noexcept override {
            if (error) of_.failed(error);
        }

    private:
        task_group& of_;
    };

    explicit task_group(async::cancel_scope& around) : around_(&around) {}

    void failed(const std::exception_ptr& error) noexcept {
        if (async::is_cancellation(error)) {
            some_cancelled_ = true;
            return;
        }
        if (report_) return report_(error);
        // The same one again: a task that awaited the handle of one that had failed.
        if (std::find(errors_.begin(), errors_.end(), error) == errors_.end()) {
            try {
                errors_.push_back(error);
            } catch (...) {
                if (errors_.empty()) some_cancelled_ = true;  // no memory: at least it does not look like success
            }
        }
        cancel();
    }
    void throw_failures(bool cancelled_from_outside) {
        exception_group::throw_all(std::exchange(errors_, {}));
        if (std::exchange(some_cancelled_, false) && cancelled_from_outside) throw cancelled{};
    }

    template <class T, class Body>
    static task<T> run(Body body) {
        async::cancel_scope around(async::this_job());
        task_group group(around);
        std::optional<outcome<T>> value;
        bool body_cancelled = false;
        try {
            task<T> work = body(group);
            if constexpr (std::is_void_v<T>) {
                co_await std::move(work);
                value.emplace(std::monostate());
            } else {
                T given = co_await std::move(work);
                value.emplace(std::forward<T>(given));
            }
        } catch (const cancelled&) {
            body_cancelled = true;
        } catch (...) {
            group.failed(std::current_exception());
        }
        while (group.members_.running() > 0) co_await group.members_;
        group.throw_failures(around.cancelled_from_outside());
        // Its own cancel() is a quiet end, but makes no value.
        if (body_cancelled && (!std::is_void_v<T> || !around.swallows())) throw cancelled{};
        if constexpr (!std::is_void_v<T>) co_return std::move(*value).value();
    }

    members members_{*this};
    async::cancel_scope* around_ = nullptr;
    function<void(const std::exception_ptr&)> report_;
    std::vector<std::exception_ptr> errors_;
    bool some_cancelled_ = false;
};

/// Runs `body(group)`, and ends when it and all that it spawned have ended: nothing outlives the block.
/// `co_await with_group([&](task_group& group) -> task<> { group.spawn(read()); group.spawn(write()); co_return; });`
/// keeps: the body and what it captures; its own variables go when it ends, while its tasks may still run.
/// Gives what the body gives. error: a failure of the body or of a task cancels the rest, and is thrown when all have
/// ended: a single one as it is, several as an exception_group. group.cancel() ends all of it quietly; only a body that
/// owes a value and was cancelled by it throws `cancelled`.
template <class Body>
auto with_group(Body&& body) -> task<async::group_body_value<Body>> {
    static_assert(async::survives_gcc_12<Body>,
                  "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; capture "
                  "by reference, or name the lambda first: auto body = [...] {...}; co_await with_group(body);");
    return task_group::run<async::group_body_value<Body>>(std::decay_t<Body>(std::forward<Body>(body)));
}

}  // namespace coracle
