// this_program: the file that this process runs, and the words it was started with, to start it again.
// proc(5) of Linux; _NSGetExecutablePath, _NSGetArgv of macOS; sysctl(3) KERN_PROC of FreeBSD.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#if defined(__APPLE__)
#include <crt_externs.h>
#include <mach-o/dyld.h>
#elif defined(__FreeBSD__)
#include <sys/sysctl.h>
#include <sys/types.h>
#endif

namespace coracle::os {

// Fact: /proc/self/exe names the file that was started, and " (deleted)" behind it when another has taken its place
// since: ask before that can happen.

/// `words.front()` is a path, whatever the name was by which it was called.
struct program_words {
    std::vector<std::string> words;
};

namespace detail {

inline std::vector<std::string> split_at_nul(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        words.emplace_back(text.c_str() + at);
        at += words.back().size() + 1;
    }
    return words;
}

}  // namespace detail

/// The number of this process, for logs.
inline long process_number() noexcept { return static_cast<long>(::getpid()); }

/// error: not_supported where the system does not tell; what it says to reading it.
inline result<program_words> this_program() {
    program_words all;
#if defined(__linux__)
    std::string path(4096, '\0');
    auto length = ::readlink("/proc/self/exe", path.data(), path.size());
    if (length <= 0) return last_failure();
    path.resize(static_cast<std::size_t>(length));
    file_descriptor words(::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC));
    if (!words) return last_failure();
    std::string text;
    char room[4096];
    for (;;) {
        auto count = uninterrupted([&]() noexcept { return ::read(words.get(), room, sizeof room); });
        if (count < 0) return last_failure();
        if (count == 0) break;
        text.append(room, static_cast<std::size_t>(count));
    }
    all.words = detail::split_at_nul(text);
#elif defined(__APPLE__)
    std::uint32_t size = 4096;
    std::string path(size, '\0');
    if (::_NSGetExecutablePath(path.data(), &size) != 0)
        return failure(std::make_error_code(std::errc::filename_too_long));
    path.resize(path.find('\0'));
    for (int n = 0; n < *::_NSGetArgc(); ++n) all.words.emplace_back((*::_NSGetArgv())[n]);
#elif defined(__FreeBSD__)
    std::string path(4096, '\0'), text(65536, '\0');
    std::size_t length = path.size(), bytes = text.size();
    int file[] = {CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};
    int words[] = {CTL_KERN, KERN_PROC, KERN_PROC_ARGS, static_cast<int>(::getpid())};
    if (::sysctl(file, 4, path.data(), &length, nullptr, 0) < 0) return last_failure();
    if (::sysctl(words, 4, text.data(), &bytes, nullptr, 0) < 0) return last_failure();
    path.resize(path.find('\0'));
    text.resize(bytes);
    all.words = detail::split_at_nul(text);
#else
    std::string path;
    return failure(std::make_error_code(std::errc::not_supported));
#endif
    if (all.words.empty()) all.words.emplace_back();
    all.words.front() = std::move(path);
    return all;
}

}  // namespace coracle::os
