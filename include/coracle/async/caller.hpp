// caller, call_frame: who waits, and on which line. The chain of call_frames is a job's stack while it waits.
#pragma once

#include <coracle/base/assert.hpp>

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <source_location>

namespace coracle::async {

/// The base of a promise whose coroutine shows in task dumps: where it stands, and who awaits it.
class call_frame {
public:
    /// Where it waits, or is about to; before it first runs, where its function is.
    std::source_location at() const noexcept { return at_; }
    /// Who awaits it: null for the first call of a job, and for an awaiter that is no task.
    const call_frame* caller() const noexcept { return caller_; }

    void stands_at(std::source_location where) noexcept { at_ = where; }
    void called_by(const call_frame* awaiter) noexcept { caller_ = awaiter; }

protected:
    call_frame() noexcept = default;
    call_frame(const call_frame&) = delete;
    call_frame& operator=(const call_frame&) = delete;
    ~call_frame() = default;

private:
    std::source_location at_;
    const call_frame* caller_ = nullptr;
};

/// What an await_suspend is given: `bool await_suspend(async::caller waiting)`. Made from the coroutine handle, and so
/// with the line of the co_await. Two words, so that it is passed in registers.
class caller {
public:
    template <class Promise>
    caller(
        std::coroutine_handle<Promise> waiting,
        std::source_location at = std::source_location::current()) noexcept  // implicit: the compiler passes a handle
        : marked_(static_cast<char*>(waiting.address())), at_(at) {
        // A promise that is aligned as its base stands where its base would stand, in all three compilers.
        if constexpr (std::derived_from<Promise, call_frame> && alignof(Promise) <= 2 * sizeof(void*)) {
            CORACLE_ASSERT(static_cast<call_frame*>(&waiting.promise()) == &frame_at(waiting.address()));
            ++marked_;
        }
    }

    std::coroutine_handle<> handle() const noexcept { return std::coroutine_handle<>::from_address(address()); }
    std::source_location at() const noexcept { return at_; }
    /// Null for a coroutine that is no task.
    call_frame* frame() const noexcept { return is_task() ? &frame_at(address()) : nullptr; }

private:
    static call_frame& frame_at(void* address) noexcept {
        return std::coroutine_handle<call_frame>::from_address(address).promise();
    }
    bool is_task() const noexcept { return (reinterpret_cast<std::uintptr_t>(marked_) & 1) != 0; }
    void* address() const noexcept { return is_task() ? marked_ - 1 : marked_; }

    char* marked_;  // one byte into the frame of a task, whose address is even
    std::source_location at_;
};

}  // namespace coracle::async
