// gather: runs tasks side by side and waits for all of them. asyncio.gather with the manners of asyncio.TaskGroup.
#pragma once

#include <coracle/async/child_job.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/async/outcome.hpp>
#include <coracle/async/task.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

namespace async {

// Plain aggregates for `auto [a, b] = co_await gather(...)`: GCC 15 leaks the hidden object of a binding that goes
// through the tuple protocol, and they print better in a debugger.
template <class... T>
struct gathered;
template <>
struct gathered<> {};
template <class A>
struct gathered<A> {
    A first;
};
template <class A, class B>
struct gathered<A, B> {
    A first;
    B second;
};
template <class A, class B, class C>
struct gathered<A, B, C> {
    A first;
    B second;
    C third;
};
template <class A, class B, class C, class D>
struct gathered<A, B, C, D> {
    A first;
    B second;
    C third;
    D fourth;
};
template <class A, class B, class C, class D, class E>
struct gathered<A, B, C, D, E> {
    A first;
    B second;
    C third;
    D fourth;
    E fifth;
};
template <class A, class B, class C, class D, class E, class F>
struct gathered<A, B, C, D, E, F> {
    A first;
    B second;
    C third;
    D fourth;
    E fifth;
    F sixth;
};
template <class A, class B, class C, class D, class E, class F, class G>
struct gathered<A, B, C, D, E, F, G> {
    A first;
    B second;
    C third;
    D fourth;
    E fifth;
    F sixth;
    G seventh;
};
template <class A, class B, class C, class D, class E, class F, class G, class H>
struct gathered<A, B, C, D, E, F, G, H> {
    A first;
    B second;
    C third;
    D fourth;
    E fifth;
    F sixth;
    G seventh;
    H eighth;
};

template <class... T>
    requires(sizeof...(T) > 8)
struct gathered<T...> : std::tuple<T...> {
    using std::tuple<T...>::tuple;
};

template <class T>
value_of<T> value_from(child_job<T>& child) {
    if constexpr (std::is_void_v<T>) {
        child.result();
        return {};
    } else {
        return child.result();
    }
}

}  // namespace async
}  // namespace coracle

template <class... T>
    requires(sizeof...(T) > 8)
struct std::tuple_size<coracle::async::gathered<T...>> : std::tuple_size<std::tuple<T...>> {};
template <std::size_t I, class... T>
    requires(sizeof...(T) > 8)
struct std::tuple_element<I, coracle::async::gathered<T...>> : std::tuple_element<I, std::tuple<T...>> {};

namespace coracle {

/// Starts the tasks in order, each as a job of its own, and gives their values in that order; a task<> gives
/// std::monostate. `auto [user, posts] = co_await gather(fetch_user(id), fetch_posts(id));`
/// error: the first failure cancels the others, and is thrown when all have ended.
/// wakes: from the ready queue when the last one ends; not at all when none of them ever waits.
template <class... T>
task<async::gathered<async::value_of<T>...>> gather(task<T>... tasks) {
    async::job_group group;
    std::tuple<async::child_job<T>...> children(typename async::child_job<T>::in{group, tasks}...);
    std::apply([](auto&... child) { (child.start(), ...); }, children);
    co_await group;
    group.rethrow_failure();
    co_return std::apply(
        [](auto&... child) { return async::gathered<async::value_of<T>...>{async::value_from(child)...}; }, children);
}

/// The same for any number of tasks of one type; the values in the order of the tasks. cost: two allocations.
template <class T>
task<std::vector<typename async::element_of<T>::type>> gather(std::vector<task<T>> tasks) {
    async::job_group group;
    async::child_row<T> children(group, tasks);
    children.start();
    co_await group;
    group.rethrow_failure();
    std::vector<typename async::element_of<T>::type> values;
    values.reserve(children.size());
    for (async::child_job<T>& child : children) values.push_back(async::value_from(child));
    co_return values;
}

}  // namespace coracle
