// How many processors this process may use.
// sched_getaffinity(2) of Linux and FreeBSD; a container or jail that is given two of sixty-four sees two.
#pragma once

#if defined(__linux__) || defined(__FreeBSD__)
#include <sched.h>
#endif

#include <thread>

namespace coracle::os {

/// At least 1.
inline unsigned processor_count() noexcept {
#if defined(CPU_COUNT)
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    // Fails on machines of more than 1024 processors; the answer below does for them.
    if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        if (int count = CPU_COUNT(&allowed); count > 0) return static_cast<unsigned>(count);
#endif
    unsigned count = std::thread::hardware_concurrency();
    return count > 0 ? count : 1;
}

}  // namespace coracle::os
