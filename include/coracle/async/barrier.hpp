// barrier: tasks wait until so many of them have come, then all go on. asyncio.Barrier.
#pragma once

#include <coracle/async/waiter.hpp>

#include <cstddef>
#include <stdexcept>

namespace coracle {

/// Thrown by wait() when the barrier is, or becomes, broken, and to those whom reset() sends away.
class broken_barrier : public std::runtime_error {
public:
    broken_barrier() : std::runtime_error("the barrier was broken or reset: not everybody will come") {}
};

/// Again and again: whoever comes after the last of one round begins the next. A waiter that is cancelled leaves as if
/// it had never come, and the others wait for somebody else; call abort() where that is never. Outlives its waiters.
class barrier {
public:
    explicit barrier(std::size_t parties) : parties_(parties) {
        if (parties == 0) throw std::logic_error("coracle: a barrier is for at least one task");
    }
    barrier(const barrier&) = delete;
    barrier& operator=(const barrier&) = delete;

    class [[nodiscard("write co_await before wait()")]] arrival final : public async::waiter {
    public:
        explicit arrival(barrier& at) noexcept : barrier_(at) {}
        ~arrival() { leave(); }
        std::size_t await_resume() const {
            throw_if_cancelled();
            if (sent_away_) throw broken_barrier();
            return index_;
        }

    private:
        friend class barrier;
        bool attempt() noexcept override {
            if (barrier_.broken_) return sent_away_ = true;
            if (barrier_.here_ + 1 < barrier_.parties_) return false;
            index_ = barrier_.parties_ - 1;
            barrier_.let_through();
            return true;
        }
        void line_up() noexcept override {
            stand_in(barrier_.waiting_);
            ++barrier_.here_;
        }
        void left_line() noexcept override { --barrier_.here_; }

        barrier& barrier_;
        std::size_t index_ = 0;
        bool sent_away_ = false;
    };

    /// Waits for the others. Gives the order of coming, from 0 to parties - 1, another to each of a round.
    /// error: broken_barrier. wakes: all of them, first come first, from the ready queue.
    arrival wait() noexcept { return arrival(*this); }

    /// Sends away those who wait, and begins anew, unbroken.
    void reset() noexcept {
        broken_ = false;
        send_away();
    }
    /// Sends away those who wait and, until reset(), whoever comes.
    void abort() noexcept {
        broken_ = true;
        send_away();
    }
    std::size_t parties() const noexcept { return parties_; }
    std::size_t waiting() const noexcept { return here_; }
    bool broken() const noexcept { return broken_; }

private:
    void let_through() noexcept {
        for (std::size_t index = 0; !waiting_.empty(); ++index) {
            arrival& next = waiting_.front();
            next.index_ = index;
            --here_;
            next.happened();
        }
    }
    void send_away() noexcept {
        while (!waiting_.empty()) {
            arrival& next = waiting_.front();
            next.sent_away_ = true;
            --here_;
            next.happened();
        }
    }

    async::waiting_line<arrival> waiting_;
    std::size_t parties_;
    std::size_t here_ = 0;
    bool broken_ = false;
};

}  // namespace coracle
