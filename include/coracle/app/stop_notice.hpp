// stop_notice: what an endless answer listens to, so that it ends when its server is about to.
#pragma once

#include <coracle/app/parameter.hpp>
#include <coracle/async/context_local.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/waiter.hpp>

#include <atomic>
#include <stdexcept>

namespace coracle {

class request;

/// Given once, when the server begins to stop. What would go on for ever ends then; what does not is cancelled after
/// run_options::graceful_timeout. A handler parameter, and server_stopping() gives it anywhere in a handler:
/// `[](stop_notice& stopping) -> task<> { while (!stopping.given()) co_await work(); }`. It outlives the handlers and
/// whatever they start, background tasks too.
class stop_notice {
public:
    /// One that nobody ever gives.
    constexpr stop_notice() noexcept = default;
    /// One whose waiters live on `home`, which gives it.
    explicit constexpr stop_notice(async::scheduler& home) noexcept : home_(&home) {}
    stop_notice(const stop_notice&) = delete;
    stop_notice& operator=(const stop_notice&) = delete;

    /// From any thread: a plain function on the thread pool asks it now and then.
    bool given() const noexcept { return given_.load(std::memory_order_acquire); }

    class [[nodiscard("write co_await before wait()")]] waiter final : public async::waiter {
    public:
        explicit waiter(stop_notice& of) noexcept : of_(of) {}
        void await_resume() const { throw_if_cancelled(); }

    private:
        bool attempt() noexcept override { return of_.given(); }
        void line_up() noexcept override {
            if (of_.home_) stand_in(of_.waiters_);
        }
        stop_notice& of_;
    };

    /// Goes on when it is given; at once when it has been. May be a case of select:
    /// `co_await select(on(updates.receive(), ...), on(stopping.wait(), ...))`.
    /// error: `cancelled`; std::logic_error on another loop than the handler's.
    waiter wait() {
        if (home_ && async::scheduler::current_or_null() != home_) throw_elsewhere();
        return waiter(*this);
    }

    /// For the server, on the loop. Wakes: all who wait.
    void give() noexcept {
        given_.store(true, std::memory_order_release);
        while (!waiters_.empty()) waiters_.front().happened();
    }

private:
    [[noreturn, gnu::cold]] static void throw_elsewhere() {
        throw std::logic_error(
            "coracle: stop_notice::wait() belongs to the loop of the handler; elsewhere ask given() now and then");
    }

    async::scheduler* home_ = nullptr;
    async::waiting_line<waiter> waiters_;
    std::atomic<bool> given_{false};
};

namespace detail {

inline constinit stop_notice never_stopping;
/// Set by the server in the job that accepts; connections, handlers and what these start inherit it.
inline context_local<stop_notice*> notice_here{&never_stopping};

}  // namespace detail

/// The notice of the server whose handler, background task, or spawned task calls it; one that is never given where
/// there is none, as in a test without a server.
inline stop_notice& server_stopping() noexcept { return **detail::notice_here; }

template <>
struct parameter<stop_notice&> {
    static constexpr parameter_source source = parameter_source::context;
    static constexpr bool said_aloud = false;
    static stop_notice& of(request&) noexcept { return server_stopping(); }
};

}  // namespace coracle
