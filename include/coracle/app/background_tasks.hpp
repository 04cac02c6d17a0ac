// background_tasks: what is done once the answer has been sent. FastAPI's BackgroundTasks.
#pragma once

#include <coracle/app/parameter.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

/// A handler parameter: `[](new_user in, background_tasks& background) { background.add(send_email(in.email)); ... }`.
/// One per request, shared by the handler and its dependencies. When the last byte of the answer has been given to the
/// system the tasks run one after the other, in order; one that fails is logged and does not stop the next. They are
/// lost when the handler throws. A client that leaves does not cancel them; a server that stops waits for them.
class background_tasks {
public:
    /// A coroutine that was called and has not begun.
    void add(task<> work) {
        add_step([work = std::move(work)]() mutable { return std::move(work); });
    }
    /// `add(write_log, "created", id)`: a function that is called then. A coroutine runs on the loop, a plain function
    /// on the thread pool. in: arguments are kept as values.
    template <class F, class... A>
        requires std::is_invocable_v<std::decay_t<F>&, std::decay_t<A>...>
    void add(F&& work, A&&... arguments) {
        if constexpr (std::is_same_v<std::invoke_result_t<std::decay_t<F>&, std::decay_t<A>...>, task<>>) {
            add_step(
                [work = std::forward<F>(work), ... arguments = std::decay_t<A>(std::forward<A>(arguments))]() mutable {
                    return work(std::move(arguments)...);
                });
        } else {
            add_step([work = function<void()>([work = std::forward<F>(work),
                                               ... arguments = std::decay_t<A>(std::forward<A>(arguments))]() mutable {
                          work(std::move(arguments)...);
                      })]() mutable { return call_on_pool(std::move(work)); });
        }
    }

    std::size_t size() const noexcept { return steps_.size(); }
    bool empty() const noexcept { return steps_.empty(); }

    /// For the server: the n-th of them, to be awaited.
    task<> take(std::size_t n) { return (*steps_[n])(); }

private:
    using step = function<task<>()>;
    void add_step(step one) { steps_.push_back(std::make_unique<step>(std::move(one))); }
    static task<> call_on_pool(function<void()> work) {
        auto call = [&work] { work(); };
        co_await offload(call);
    }

    std::vector<std::unique_ptr<step>> steps_;  // each in its place: one that runs may add others
};

template <>
struct parameter<background_tasks&> {
    static constexpr parameter_source source = parameter_source::context;
    static constexpr bool said_aloud = false;
    static background_tasks& of(request& asked);
};

}  // namespace coracle
