// process_facts: what the system knows of this process: its memory, its time, its open files.
// Linux proc(5), POSIX getrusage(2) and getrlimit(2). The numbers are those of Prometheus' process_ metrics.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace coracle::os {

/// What the system does not tell is missing.
struct process_facts {
    double cpu_seconds = 0;  ///< of all threads, in the program and in the kernel
    std::optional<std::uint64_t> resident_bytes{};
    std::optional<std::uint64_t> virtual_bytes{};
    std::optional<std::uint64_t> open_files{};
    std::optional<std::uint64_t> most_files{};  ///< missing: as many as one likes
    std::optional<double> start_time{};         ///< seconds since 1970
    std::optional<std::uint64_t> threads{};
};

namespace detail {

/// The first bytes of a small file, ended by NUL. False when it cannot be read.
inline bool read_small_file(const char* path, char* to, std::size_t room) noexcept {
    int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    std::size_t have = 0;
    for (ssize_t count = 1; count > 0 && have + 1 < room; have += static_cast<std::size_t>(count > 0 ? count : 0))
        count = ::read(fd, to + have, room - 1 - have);
    ::close(fd);
    to[have] = '\0';
    return have != 0;
}

/// The entries of a directory of descriptors, without the one that it takes to look.
inline std::optional<std::uint64_t> count_entries(const char* path) noexcept {
    DIR* all = ::opendir(path);
    if (!all) return std::nullopt;
    std::uint64_t count = 0;
    while (const dirent* each = ::readdir(all)) count += each->d_name[0] != '.';
    ::closedir(all);
    return count == 0 ? 0 : count - 1;
}

}  // namespace detail

/// cost: some microseconds; on Linux before 6.2, and elsewhere, one more for every few open files.
[[gnu::cold]] inline process_facts read_process_facts() noexcept {
    process_facts all;
    struct rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) {
        auto seconds = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        };
        all.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    }
    struct rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY)
        all.most_files = static_cast<std::uint64_t>(files.rlim_cur);
#if defined(__linux__)
    // Facts: the second field of stat is the program's name in parentheses, which may hold both spaces and
    // parentheses; st_size of /proc/self/fd is the number of descriptors since Linux 6.2, and 0 before.
    char text[1024];
    if (detail::read_small_file("/proc/self/stat", text, sizeof text)) {
        const char* at = std::strrchr(text, ')');
        for (int field = 2; at && field < 24; ++field) {
            at = std::strchr(at + 1, ' ');
            if (!at) break;
            std::uint64_t value = std::strtoull(at + 1, nullptr, 10);
            if (field + 1 == 20) all.threads = value;
            if (field + 1 == 22) {
                struct timespec since_boot{};
                struct timespec now{};
                if (::clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0 || ::clock_gettime(CLOCK_REALTIME, &now) != 0)
                    continue;
                auto seconds = [](const timespec& time) {
                    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
                };
                double age =
                    seconds(since_boot) - static_cast<double>(value) / static_cast<double>(::sysconf(_SC_CLK_TCK));
                // Rounded, so that it does not tremble.
                all.start_time = static_cast<double>(static_cast<std::int64_t>((seconds(now) - age) * 10)) / 10;
            }
            if (field + 1 == 23) all.virtual_bytes = value;
            if (field + 1 == 24) all.resident_bytes = value * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
        }
    }
    struct stat folder{};
    if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0)
        all.open_files = static_cast<std::uint64_t>(folder.st_size);
    else
        all.open_files = detail::count_entries("/proc/self/fd");
#else
    all.open_files = detail::count_entries("/dev/fd");
#endif
    return all;
}

}  // namespace coracle::os
