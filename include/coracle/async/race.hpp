// race: several ways to one end, and the first to get there. Promise.race and Promise.any, with the manners of gather.
#pragma once

#include <coracle/async/child_job.hpp>
#include <coracle/async/exception_group.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/async/outcome.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <cstddef>
#include <exception>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace coracle {

/// The winner among several of one type: `auto [index, value] = co_await race(std::move(tasks));`
template <class T>
struct race_result {
    std::size_t index;
    T value;
};

namespace async {

/// Cancels all when the first has ended, or the first that ended well.
class racing_group final : public job_group {
public:
    explicit racing_group(bool only_success) : only_success_(only_success) {}

    void one_ended(const void* who, const std::exception_ptr& error) noexcept override {
        if (winner_ || (only_success_ && error)) return;
        winner_ = who;
        jobs().cancel();
    }
    /// The child_job that was first; null when none was.
    const void* winner() const noexcept { return winner_; }

private:
    const void* winner_ = nullptr;
    bool only_success_;
};

// What a race of these gives: their type when it is one, else a variant with a place for each.
template <class... T>
struct raced {
    using type = std::variant<typename element_of<T>::type...>;
};
template <class First, class... T>
    requires(std::is_same_v<First, T> && ...)
struct raced<First, T...> {
    using type = First;
};
template <class... T>
using raced_t = typename raced<T...>::type;

template <class Result, std::size_t I = 0, class... T>
Result value_of_winner(std::tuple<child_job<T>...>& children, const void* winner) {
    auto& child = std::get<I>(children);
    if constexpr (I + 1 < sizeof...(T))
        if (&child != winner) return value_of_winner<Result, I + 1>(children, winner);
    if constexpr ((std::is_same_v<Result, T> && ...))
        return child.result();
    else
        return Result(std::in_place_index<I>, child.settled().value());
}

template <class T>
race_result<typename element_of<T>::type> result_of_winner(child_row<T>& children, const void* winner) {
    std::size_t index = children.index_of(winner);
    return {index, typename element_of<T>::type(children[index].settled().value())};
}

// Nobody has won: says why.
[[noreturn]] inline void throw_why_none(const std::vector<std::exception_ptr>& errors) {
    std::vector<std::exception_ptr> failures;
    for (const std::exception_ptr& each : errors)
        if (!is_cancellation(each)) failures.push_back(each);
    exception_group::throw_all(failures);
    throw cancelled{};
}

inline void refuse_empty_race(std::size_t size) {
    if (size == 0) throw std::invalid_argument("coracle: a race of no tasks would never end");
}

template <bool OnlySuccess, class... T>
task<raced_t<T...>> run_race(task<T>... tasks) {
    racing_group group(OnlySuccess);
    std::tuple<child_job<T>...> children(typename child_job<T>::in{group, tasks}...);
    std::apply([](auto&... child) { (child.start(), ...); }, children);
    co_await group;
    if (!group.winner()) {
        std::vector<std::exception_ptr> errors;
        std::apply([&errors](auto&... child) { (errors.push_back(child.error()), ...); }, children);
        throw_why_none(errors);
    }
    if constexpr (std::is_void_v<raced_t<T...>>)
        value_of_winner<void>(children, group.winner());
    else
        co_return value_of_winner<raced_t<T...>>(children, group.winner());
}

template <bool OnlySuccess, class T>
task<race_result<typename element_of<T>::type>> run_race(std::vector<task<T>> tasks) {
    refuse_empty_race(tasks.size());
    racing_group group(OnlySuccess);
    child_row<T> children(group, tasks);
    children.start();
    co_await group;
    if (!group.winner()) {
        std::vector<std::exception_ptr> errors;
        for (child_job<T>& each : children) errors.push_back(each.error());
        throw_why_none(errors);
    }
    co_return result_of_winner(children, group.winner());
}

}  // namespace async

/// Starts the tasks in order and gives what the first of them that ends gives, or throws what it throws; the others are
/// cancelled and waited for, and what they give or throw then is dropped.
/// `auto page = co_await race(primary(), replica());`
/// Gives T when all are task<T>; else a std::variant with a place for each, in order, so that index() tells who won.
/// error: also `cancelled`, when this job is cancelled before one has ended.
template <class... T>
    requires(sizeof...(T) > 0)
task<async::raced_t<T...>> race(task<T>... tasks) {
    return async::run_race<false>(std::move(tasks)...);
}
/// The same for any number of tasks of one type, and tells which it was. Error: std::invalid_argument for none.
template <class T>
task<race_result<typename async::element_of<T>::type>> race(std::vector<task<T>> tasks) {
    return async::run_race<false>(std::move(tasks));
}

/// As race(), but the first that ends well wins: failures drop out. `auto page = co_await race_ok(here(), there());`
/// error: when all have failed, a single failure as it is, several as an exception_group in the order of the tasks.
template <class... T>
    requires(sizeof...(T) > 0)
task<async::raced_t<T...>> race_ok(task<T>... tasks) {
    return async::run_race<true>(std::move(tasks)...);
}
template <class T>
task<race_result<typename async::element_of<T>::type>> race_ok(std::vector<task<T>> tasks) {
    return async::run_race<true>(std::move(tasks));
}

}  // namespace coracle
