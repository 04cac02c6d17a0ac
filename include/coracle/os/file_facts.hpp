// file_facts: what kind of thing an open file is, how large, and since when. POSIX fstat(2).
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>

#include <sys/stat.h>

#include <cstdint>

namespace coracle::os {

/// What a name can stand for.
enum class file_kind : unsigned char {
    plain,
    directory,
    other,  ///< a device, a pipe, a socket, a link
};

/// Of one moment: the file may be another length with the next.
struct file_facts {
    file_kind kind = file_kind::other;
    std::uint64_t size = 0;
    std::int64_t modified = 0;  ///< nanoseconds since 1970
};

inline result<file_facts> look_at(int fd) noexcept {
    struct stat about{};
    if (::fstat(fd, &about) < 0) return last_failure();
    file_facts facts;
    facts.kind = S_ISREG(about.st_mode)   ? file_kind::plain
                 : S_ISDIR(about.st_mode) ? file_kind::directory
                                          : file_kind::other;
    facts.size = about.st_size > 0 ? static_cast<std::uint64_t>(about.st_size) : 0;
#if defined(__APPLE__)
    const timespec& since = about.st_mtimespec;
#else
    const timespec& since = about.st_mtim;
#endif
    // A time that no 64 bits hold is nobody's; it wraps like any other label would.
    facts.modified = static_cast<std::int64_t>(static_cast<std::uint64_t>(since.tv_sec) * 1'000'000'000U +
                                               static_cast<std::uint64_t>(since.tv_nsec));
    return facts;
}

}  // namespace coracle::os
