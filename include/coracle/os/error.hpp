// errno as std::error_code, and the two questions that are asked of every failed call.
// POSIX errno(3), recv(2), accept(2).
#pragma once

#include <coracle/base/result.hpp>

#include <cerrno>

#include <system_error>

namespace coracle::os {

/// What the call that has just failed says.
inline std::error_code last_error() noexcept { return {errno, std::system_category()}; }

/// The same, on its way into a result.
inline failure<std::error_code> last_failure() noexcept { return failure<std::error_code>(last_error()); }

/// Not a failure: nothing is ready now, try again at the next edge.
inline bool is_would_block(const std::error_code& why) noexcept {
    return (why.value() == EAGAIN || why.value() == EWOULDBLOCK) && why.category() == std::system_category();
}

/// The same, for who finds out without a call.
inline failure<std::error_code> would_block() noexcept {
    return failure(std::error_code(EAGAIN, std::system_category()));
}

/// No descriptor (or memory for one) is left, in this process or in the whole system.
inline bool is_out_of_descriptors(const std::error_code& why) noexcept {
    if (why.category() != std::system_category()) return false;
    return why.value() == EMFILE || why.value() == ENFILE || why.value() == ENOBUFS || why.value() == ENOMEM;
}

/// Calls `call` again for as long as a signal interrupts it.
template <class Call>
auto uninterrupted(Call call) noexcept(noexcept(call())) {
    auto outcome = call();
    while (outcome < 0 && errno == EINTR) outcome = call();
    return outcome;
}

}  // namespace coracle::os
