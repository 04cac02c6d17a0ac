// gather_settled: runs tasks side by side and tells what became of each. asyncio.gather(return_exceptions=True).
#pragma once

#include <coracle/async/child_job.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/async/outcome.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <tuple>
#include <utility>
#include <vector>

namespace coracle {

/// Starts the tasks in order and waits for all of them; a failure of one is none of the others' business.
/// `auto [user, posts] = co_await gather_settled(fetch_user(id), fetch_posts(id)); if (posts) show(*posts);`
/// error: only `cancelled`, when this job was cancelled and so they were, after all have ended.
template <class... T>
task<async::gathered<outcome<T>...>> gather_settled(task<T>... tasks) {
    async::patient_group group(async::this_job().current_scope());
    std::tuple<async::child_job<T>...> children(typename async::child_job<T>::in{group, tasks}...);
    std::apply([](auto&... child) { (child.start(), ...); }, children);
    co_await group;
    if (async::this_job().cancelled()) {
        bool told = std::apply([](auto&... child) { return (async::is_cancellation(child.error()) || ...); }, children);
        if (told) throw cancelled{};
    }
    co_return std::apply([](auto&... child) { return async::gathered<outcome<T>...>{child.settled()...}; }, children);
}

/// The same for any number of tasks of one type; the outcomes in the order of the tasks.
template <class T>
task<std::vector<outcome<T>>> gather_settled(std::vector<task<T>> tasks) {
    async::patient_group group(async::this_job().current_scope());
    async::child_row<T> children(group, tasks);
    children.start();
    co_await group;
    if (async::this_job().cancelled())
        for (async::child_job<T>& each : children)
            if (async::is_cancellation(each.error())) throw cancelled{};
    std::vector<outcome<T>> outcomes;
    outcomes.reserve(children.size());
    for (async::child_job<T>& each : children) outcomes.push_back(each.settled());
    co_return outcomes;
}

}  // namespace coracle
