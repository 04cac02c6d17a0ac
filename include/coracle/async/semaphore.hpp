// semaphore: at most so many at a time. asyncio.Semaphore and, with a limit, asyncio.BoundedSemaphore.
#pragma once

#include <coracle/async/waiter.hpp>

#include <cstddef>
#include <stdexcept>
#include <utility>

namespace coracle {

/// `semaphore s(3); auto permit = co_await s.acquire();` holds one of three until `permit` goes. For tasks of one loop.
/// First come, first served: who asks for many is not overtaken by those who ask for few. Outlives permits and waiters.
/// cost: no allocation per waiter.
class semaphore {
public:
    /// There will never be more permits than `limit`.
    explicit semaphore(std::size_t permits, std::size_t limit = static_cast<std::size_t>(-1))
        : available_(permits), limit_(limit) {
        if (permits > limit) throw std::logic_error("coracle: a semaphore begins with more permits than its limit");
    }
    semaphore(const semaphore&) = delete;
    semaphore& operator=(const semaphore&) = delete;

    /// Permits that are held, or none. Gives them back at its end.
    class [[nodiscard("the permits go back when this goes: give it a name")]] permit {
    public:
        permit() noexcept = default;
        permit(permit&& other) noexcept : from_(std::exchange(other.from_, nullptr)), count_(other.count_) {}
        permit& operator=(permit&& other) noexcept {
            if (this != &other) {
                release();
                from_ = std::exchange(other.from_, nullptr);
                count_ = other.count_;
            }
            return *this;
        }
        ~permit() { release(); }

        explicit operator bool() const noexcept { return from_ != nullptr; }
        std::size_t count() const noexcept { return from_ ? count_ : 0; }
        /// Before its end. Wakes: those whose turn has come.
        void release() noexcept {
            if (from_) std::exchange(from_, nullptr)->give_back(count_);
        }
        /// Does not give them back; somebody else calls semaphore::release().
        void keep() noexcept { from_ = nullptr; }

    private:
        friend class semaphore;
        permit(semaphore& from, std::size_t count) noexcept : from_(&from), count_(count) {}
        semaphore* from_ = nullptr;
        std::size_t count_ = 0;
    };

    /// A coroutine that is destroyed after it was given its permits, and before it ran, gives them back.
    class [[nodiscard("write co_await before acquire()")]] acquirer final : public async::waiter {
    public:
        acquirer(semaphore& from, std::size_t count) noexcept : from_(from), count_(count) {}
        ~acquirer() {
            leave();
            if (given_) from_.give_back(count_);
        }
        bool await_ready() noexcept { return may_attempt() && attempt(); }
        permit await_resume() {
            throw_if_cancelled();
            given_ = false;
            return permit(from_, count_);
        }

    private:
        friend class semaphore;
        bool attempt() noexcept override { return given_ = from_.take(count_); }
        void line_up() noexcept override { stand_in(from_.waiting_); }
        void left_line() noexcept override { from_.serve(); }  // those behind it may ask for less

        semaphore& from_;
        std::size_t count_;
        bool given_ = false;
    };

    /// Waits until `count` are there and it is its turn. error: std::logic_error when there never can be so many.
    acquirer acquire(std::size_t count = 1) {
        check_possible(count);
        return acquirer(*this, count);
    }
    /// `if (auto permit = s.try_acquire())`: holds nothing when there are not enough, or others wait already.
    permit try_acquire(std::size_t count = 1) {
        check_possible(count);
        return take(count) ? permit(*this, count) : permit();
    }
    /// Adds permits that no `permit` will give back. Wakes: those whose turn has come.
    /// error: std::logic_error when there would be more than the limit.
    void release(std::size_t count = 1) {
        if (count > limit_ - available_)
            throw std::logic_error(
                "coracle: more permits were released than the semaphore's limit allows; call release() once for each "
                "permit that was kept, and leave the others to their guards");
        give_back(count);
    }
    std::size_t available() const noexcept { return available_; }

private:
    void check_possible(std::size_t count) const {
        if (count > limit_)
            throw std::logic_error(
                "coracle: more permits are asked for than the semaphore's limit, which would wait for ever; ask for "
                "fewer, or raise the limit");
    }
    bool take(std::size_t count) noexcept {
        if (!waiting_.empty() || count > available_) return false;
        available_ -= count;
        return true;
    }
    void give_back(std::size_t count) noexcept {
        available_ += count < limit_ - available_ ? count : limit_ - available_;
        serve();
    }
    void serve() noexcept {
        while (!waiting_.empty() && waiting_.front().count_ <= available_) {
            acquirer& next = waiting_.front();
            available_ -= next.count_;
            next.given_ = true;
            next.happened();
        }
    }

    async::waiting_line<acquirer> waiting_;
    std::size_t available_;
    std::size_t limit_;
};

}  // namespace coracle
