// on_loop: a plain function that is called where it stands instead of on the thread pool.
#pragma once

#include <coracle/app/signature.hpp>

#include <type_traits>
#include <utility>

namespace coracle {

/// A handler that on_loop() made.
template <class F>
class loop_handler {
public:
    explicit loop_handler(F call) : call_(std::move(call)) {}
    F& call() noexcept { return call_; }

private:
    F call_;
};

namespace detail {
template <class F>
struct signature_of<loop_handler<F>> : signature_of<F> {};
template <class H>
inline constexpr bool is_loop_handler = false;
template <class F>
inline constexpr bool is_loop_handler<loop_handler<F>> = true;
}  // namespace detail

/// For a function that is fast and never blocks: `app.get("/health", on_loop([] { return json{{"status", "ok"}}; }));`
/// While it runs nothing else does on its loop. cost: no thread, no coroutine frame.
template <class F>
loop_handler<std::decay_t<F>> on_loop(F&& f) {
    if constexpr (has_signature<F>)
        static_assert(!is_coroutine<F> && !is_streamed<returned_by<F>>,
                      "coracle: a coroutine runs on the loop as it is; on_loop is for plain functions");
    return loop_handler<std::decay_t<F>>(std::forward<F>(f));
}

}  // namespace coracle
