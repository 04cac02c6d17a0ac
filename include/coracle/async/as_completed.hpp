// as_completed, completions<T>: the outcomes of tasks in the order in which they end. asyncio.as_completed.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/child_job.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/outcome.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/intrusive_list.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

/// The outcome of one of several tasks, and its place among them.
template <class T>
class [[nodiscard]] numbered_outcome : public outcome<T> {
public:
    numbered_outcome(std::size_t index, outcome<T> became) noexcept(std::is_nothrow_move_constructible_v<outcome<T>>)
        : outcome<T>(std::move(became)), index_(index) {}
    std::size_t index() const noexcept { return index_; }

private:
    std::size_t index_;
};

template <class T>
class completions;

namespace async {

template <class T, class Body>
using completions_body_value = typename std::invoke_result_t<std::decay_t<Body>&, completions<T>&>::value_type;

}  // namespace async

/// Those of the tasks of one as_completed(). Several tasks may take from it; who came first is served first.
template <class T>
class completions {
public:
    completions(const completions&) = delete;
    completions& operator=(const completions&) = delete;

    /// The awaiter of next().
    class [[nodiscard("write co_await before next()")]] taker final : public async::operation {
    public:
        explicit taker(completions& of) noexcept : of_(of) {}

        bool await_ready() const noexcept { return false; }
        bool await_suspend(async::caller waiting) noexcept {
            if (refused()) return declined(waiting);
            if (of_.given_ < of_.order_.size())
                place_ = of_.given_++;
            else if (of_.given_ < of_.children_.size()) {
                park(waiting);
                of_.takers_.push_back(*this);
                return true;
            }
            return done_at_once(waiting);
        }
        std::optional<numbered_outcome<T>> await_resume() {
            throw_if_cancelled();
            if (!place_) return std::nullopt;
            std::size_t index = of_.order_[*place_];
            return numbered_outcome<T>(index, of_.children_[index].settled());
        }
        void cancel() noexcept override { finish_cancelled(); }

    private:
        friend class completions;
        completions& of_;
        std::optional<std::size_t> place_;  // in the order of their ends; nothing when all were given
    };

    /// Waits until one has ended that was not given yet: `while (auto next = co_await done.next()) use(**next);`
    /// std::nullopt when all were given. A failure is an outcome too, and touches nobody else.
    taker next() noexcept { return taker(*this); }
    /// How many will still be given.
    std::size_t left() const noexcept { return children_.size() - given_; }

private:
    template <class U, class Body>
    friend auto as_completed(std::vector<task<U>> tasks, Body&& body) -> task<async::completions_body_value<U, Body>>;

    class group final : public async::job_group {
    public:
        explicit group(completions& of) : of_(of) {}
        void one_ended(const void* who, const std::exception_ptr&) noexcept override { of_.one_ended(who); }

    private:
        completions& of_;
    };

    explicit completions(std::vector<task<T>>& tasks) : group_(*this), children_(group_, tasks) {
        order_.reserve(tasks.size());
    }

    void one_ended(const void* who) noexcept {
        order_.push_back(children_.index_of(who));
        if (!takers_.empty()) hand_to(takers_.front());
        if (given_ == children_.size())
            while (!takers_.empty()) takers_.front().finish();
    }
    void hand_to(async::operation& waiting) noexcept {
        static_cast<taker&>(waiting).place_ = given_++;
        waiting.finish();
    }

    template <class Body>
    static task<async::completions_body_value<T, Body>> run(std::vector<task<T>> tasks, Body body) {
        using value = async::completions_body_value<T, Body>;
        completions done(tasks);
        std::optional<outcome<value>> became;
        done.children_.start();
        try {
            task<value> work = body(done);
            if constexpr (std::is_void_v<value>) {
                co_await std::move(work);
                became.emplace(std::monostate());
            } else {
                value given = co_await std::move(work);
                became.emplace(std::forward<value>(given));
            }
        } catch (...) {
            became.emplace(outcome<value>::failed(std::current_exception()));
        }
        done.group_.jobs().cancel();
        co_await done.group_;
        if constexpr (std::is_void_v<value>)
            became->value();
        else
            co_return std::move(*became).value();
    }

    group group_;
    async::child_row<T> children_;
    std::vector<std::size_t> order_;  // in which they ended
    std::size_t given_ = 0;
    intrusive_list<async::operation> takers_;
};

/// Starts the tasks and runs `body(done)`, which takes what became of them in the order in which they end:
/// `co_await as_completed(std::move(tasks), [&](completions<page>& done) -> task<> {
/// while (auto next = co_await done.next()) if (next->ok()) show(**next); });`
/// Gives what the body gives. When that ends, by break, return or exception, what still runs is cancelled and waited
/// for, so that nothing outlives the call, and dropped.
/// error: what the body throws.
template <class T, class Body>
auto as_completed(std::vector<task<T>> tasks, Body&& body) -> task<async::completions_body_value<T, Body>> {
    static_assert(async::survives_gcc_12<Body>,
                  "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; capture "
                  "by reference, or name the lambda first: auto body = [...] {...};");
    return completions<T>::run(std::move(tasks), std::decay_t<Body>(std::forward<Body>(body)));
}

}  // namespace coracle
