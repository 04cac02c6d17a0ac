// mutex: one task at a time, across its waits. asyncio.Lock, with a guard instead of a `with`.
#pragma once

#include <coracle/async/waiter.hpp>

#include <utility>

namespace coracle {

/// `auto lock = co_await m.lock();` holds it until `lock` goes. For tasks of one loop, which need it only around a
/// co_await: between two of them nobody else runs. First come, first served; unlocking hands it to the next in line, so
/// that nobody barges in. Waiting for it twice in one task waits for ever. Outlives its guards and waiters.
/// cost: no allocation per waiter; about 5 ns when it is free.
class mutex {
public:
    mutex() noexcept = default;
    mutex(const mutex&) = delete;
    mutex& operator=(const mutex&) = delete;

    /// Holds the mutex, or nothing. Whoever is destroyed with it lets it go.
    class [[nodiscard("the mutex is unlocked when this goes: give it a name")]] guard {
    public:
        guard() noexcept = default;
        guard(guard&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
        guard& operator=(guard&& other) noexcept {
            if (this != &other) {
                unlock();
                held_ = std::exchange(other.held_, nullptr);
            }
            return *this;
        }
        ~guard() { unlock(); }

        explicit operator bool() const noexcept { return held_ != nullptr; }
        /// Before its end. Nothing when it holds nothing. Wakes: the next in line, which has the mutex from here on.
        void unlock() noexcept {
            if (held_) std::exchange(held_, nullptr)->pass_on();
        }

    private:
        friend class mutex;
        friend class condition;
        explicit guard(mutex& held) noexcept : held_(&held) {}
        mutex* held_ = nullptr;
    };

    /// Whoever stands in line for the mutex. A coroutine that is destroyed after it was handed the mutex, and before it
    /// ran, passes it on.
    class claim : public async::waiter {
    protected:
        explicit claim(mutex& on) noexcept : mutex_(&on) {}
        ~claim() {
            if (handed_) mutex_->pass_on();
        }
        bool attempt() noexcept override { return handed_ = mutex_->take(); }
        void line_up() noexcept override { stand_in(mutex_->claims_); }
        guard take_over() noexcept {
            handed_ = false;
            return guard(*mutex_);
        }

    private:
        friend class mutex;
        mutex* mutex_;
        bool handed_ = false;
    };

    class [[nodiscard("write co_await before lock()")]] locker final : public claim {
    public:
        explicit locker(mutex& on) noexcept : claim(on) {}
        bool await_ready() noexcept { return may_attempt() && attempt(); }
        guard await_resume() {
            throw_if_cancelled();
            return take_over();
        }
    };

    /// Waits until it is its turn. error: `cancelled`, and then it does not hold the mutex.
    locker lock() noexcept { return locker(*this); }
    /// `if (auto lock = m.try_lock())`: holds nothing when somebody else has it.
    guard try_lock() noexcept { return take() ? guard(*this) : guard(); }
    bool locked() const noexcept { return locked_; }

private:
    friend class condition;
    bool take() noexcept { return !std::exchange(locked_, true); }
    void pass_on() noexcept {
        if (claims_.empty())
            locked_ = false;
        else
            hand_over();
    }
    [[gnu::noinline]] void hand_over() noexcept {  // so that the above can be inlined
        claim& next = claims_.front();
        next.handed_ = true;
        next.happened();
    }

    async::waiting_line<claim> claims_;
    bool locked_ = false;
};

}  // namespace coracle
