// watch<T>: one value, of which every task sees the latest. tokio::sync::watch.
#pragma once

#include <coracle/async/waiter.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace coracle {

/// What changes now and then and matters only as it is now: settings, a state, the last price. It is always there to be
/// read; `auto seen = w.observe();` and `while (const T* value = co_await seen.changed())` follow its changes, of which
/// one that was overtaken by the next is not seen. For tasks of one loop; outlives its observers.
/// cost: no allocation, not even per waiter; the value is read where it is, and never copied.
template <class T>
class watch {
public:
    watch()
        requires std::default_initializable<T>
        : value_() {}
    explicit watch(T first) : value_(std::move(first)) {}
    watch(const watch&) = delete;
    watch& operator=(const watch&) = delete;

    const T& get() const noexcept { return value_; }

    /// Any value is news, an equal one too. False, and nothing else, once it is closed. Wakes: all who wait for a
    /// change, in the order they came. error: what T's move assignment throws, and then nobody is told.
    bool set(T value) {
        if (closed_) return false;
        value_ = std::move(value);
        tell();
        return true;
    }
    /// Calls `edit(T&)` on the value in its place; one that returns false has changed nothing, and nobody is told.
    /// False when there is no news. error: what `edit` throws; the value is as it left it, and nobody is told.
    template <std::invocable<T&> F>
    bool update(F&& edit) {
        if (closed_) return false;
        if constexpr (std::is_same_v<std::invoke_result_t<F, T&>, bool>) {
            if (!std::forward<F>(edit)(value_)) return false;
        } else {
            std::forward<F>(edit)(value_);
        }
        tell();
        return true;
    }
    /// The value stays as it is from here on, and can be read. Wakes: all who wait, with nothing.
    void close() noexcept {
        closed_ = true;
        wake();
    }
    bool closed() const noexcept { return closed_; }

    class observer;

    class [[nodiscard("write co_await before changed()")]] change final : public async::waiter {
    public:
        explicit change(observer& by) noexcept : by_(by) {}
        bool await_ready() noexcept { return may_attempt() && attempt(); }
        const T* await_resume() {
            throw_if_cancelled();
            if (!by_.has_news() && by_.of_->closed_) return nullptr;
            return &by_.get();
        }

    private:
        bool attempt() noexcept override { return by_.has_news() || by_.of_->closed_; }
        void line_up() noexcept override { stand_in(by_.of_->waiting_); }
        observer& by_;
    };

    /// Remembers which value it has seen; a copy has seen the same. Stays where it is while somebody waits for it.
    class observer {
    public:
        /// A newer value than it has seen, which it has seen with this; waits for one. Null once there will be none.
        /// Who is cancelled, or destroyed before it runs, has not seen it. Two tasks that wait with one observer are
        /// both told.
        change changed() noexcept { return change(*this); }
        bool has_news() const noexcept { return seen_ != of_->version_; }
        /// The latest value, which it has seen with this.
        const T& get() noexcept {
            seen_ = of_->version_;
            return of_->value_;
        }
        const T& operator*() noexcept { return get(); }
        const T* operator->() noexcept { return &get(); }

    private:
        friend class watch;
        explicit observer(const watch& of) noexcept : of_(&of), seen_(of.version_) {}
        const watch* of_;
        std::uint64_t seen_;
    };

    /// Has seen the value as it is now.
    observer observe() const noexcept { return observer(*this); }

private:
    void tell() noexcept {
        ++version_;
        wake();
    }
    void wake() noexcept {
        while (!waiting_.empty()) waiting_.front().happened();
    }

    T value_;
    std::uint64_t version_ = 0;
    bool closed_ = false;
    mutable async::waiting_line<change> waiting_;
};

}  // namespace coracle
