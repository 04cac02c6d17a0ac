// The limit of open files: shells hand out 1024, which is 1024 connections at most.
// POSIX setrlimit(2).
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstddef>

namespace coracle::os {

// Facts:
// - macOS refuses more than OPEN_MAX (10240) although it calls the limit infinite.
// - FreeBSD and macOS grant a wish above kern.maxfilesperproc and set that instead: only asking again tells the truth.

/// Raises the soft limit of open files to `wanted` or as near as is allowed without privilege; never lowers it.
/// Returns the limit that holds now, 0 when the system will not say.
inline std::size_t raise_file_limit(std::size_t wanted = 1'048'576) noexcept {
    struct rlimit limit{};
    auto told = [](rlim_t value) {
        return value == RLIM_INFINITY ? static_cast<std::size_t>(-1) : static_cast<std::size_t>(value);
    };
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    std::size_t soft = told(limit.rlim_cur);
    std::size_t target = std::min(wanted, told(limit.rlim_max));
    for (std::size_t attempt : {target, std::min(target, std::size_t{10'240})}) {
        if (attempt <= soft) break;
        limit.rlim_cur = static_cast<rlim_t>(attempt);
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) continue;
        return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? told(limit.rlim_cur) : attempt;
    }
    return soft;
}

}  // namespace coracle::os
