// select: waits for the first of several sends, receives, locks or events, and does exactly that one. Go's select.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/async/waiter.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle {

namespace async {

/// What may stand in select(...): the awaiters of channel, broadcast, watch, event, mutex, semaphore and barrier.
template <class Case>
concept selectable = std::derived_from<Case, waiter> && Case::selectable;

/// The awaiter of select(). Refers to its cases, which live as long as the expression that they are written in.
template <class... Case>
class [[nodiscard("write co_await before select()")]] selection final : public choice {
public:
    using value_type = std::variant<value_of<decltype(std::declval<Case&>().await_resume())>...>;

    explicit selection(Case&... cases) noexcept : cases_(cases...) { (add(cases), ...); }
    value_type await_resume() {
        throw_if_cancelled();
        return take<0>();
    }
    /// Without waiting: nothing when none can happen now.
    std::optional<value_type> take_at_once() {
        std::optional<value_type> taken;
        if (attempt()) taken.emplace(take<0>());
        return taken;
    }

private:
    template <std::size_t I>
    value_type take() {
        auto& one = std::get<I>(cases_);
        if constexpr (I + 1 < sizeof...(Case))
            if (chosen() != &one) return take<I + 1>();
        if constexpr (std::is_void_v<decltype(one.await_resume())>) {
            one.await_resume();
            return value_type(std::in_place_index<I>);
        } else {
            return value_type(std::in_place_index<I>, one.await_resume());
        }
    }
    std::tuple<Case&...> cases_;
};

}  // namespace async

/// `auto got = co_await select(jobs.receive(), replies.send_from(reply), stop.wait());` does the first of them that can
/// be done: got.index() says which, std::get<0>(got) is what awaiting it alone would have given. The others leave no
/// trace. When several are ready each has the same chance, drawn by lot and the same in every run; a closed channel is
/// ready. Two cases may concern the same thing. error: what the one throws; `cancelled`, and then none was done.
/// cost: no allocation. For a time limit put a scope around it; for a default see try_select.
template <async::selectable... Case>
    requires(sizeof...(Case) > 0)
async::selection<Case...> select(Case&&... cases) noexcept {
    return async::selection<Case...>(cases...);
}

/// Does one that can be done now, if any, without waiting: `if (auto got = try_select(a.receive(), b.receive()))`.
template <async::selectable... Case>
    requires(sizeof...(Case) > 0)
auto try_select(Case&&... cases) {
    return async::selection<Case...>(cases...).take_at_once();
}

}  // namespace coracle
