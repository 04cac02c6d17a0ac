// CORACLE_ASSERT: a mistake of coracle itself, never of the peer, the world or the caller.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace coracle::detail {

[[noreturn]] inline void assertion_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "coracle: internal error: %s is false at %s:%d; please report it\n", condition, file, line);
    std::abort();
}

}  // namespace coracle::detail

#if defined(NDEBUG)
#define CORACLE_ASSERT(condition) ((void)sizeof(!(condition)))
#else
#define CORACLE_ASSERT(condition) \
    ((condition) ? (void)0 : ::coracle::detail::assertion_failed(#condition, __FILE__, __LINE__))
#endif
