// directory: files opened by name below a directory, and never outside of it, whatever the name is (P1, P3).
// Linux openat2(2), 5.6 (RESOLVE_BENEATH) and 5.12 (RESOLVE_CACHED); POSIX openat(2) with O_NOFOLLOW elsewhere.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace coracle::os {

// Facts:
// - A container's seccomp filter may refuse openat2 with EPERM, as if the file could not be opened.
// - Opening a pipe waits for its other end, and a terminal may become the process's own; the flags below forbid both.
// - A link at the end of a path is ELOOP with O_NOFOLLOW, and EMLINK on FreeBSD; a link in its middle that is opened as
//   a directory is ENOTDIR.

/// What is done with symbolic links in a name.
enum class links : unsigned char {
    refuse,  ///< a name with a link in it names nothing
    follow,  ///< wherever they lead
};

/// Whether a call may wait for the disk.
enum class patience : unsigned char {
    waits,
    none,  ///< it fails as would_block instead; everywhere but on Linux, always
};

namespace detail {

inline constexpr int read_only = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
#if defined(O_PATH)
inline constexpr int way_through = O_PATH | O_DIRECTORY | O_CLOEXEC;
#elif defined(O_SEARCH)
inline constexpr int way_through = O_SEARCH | O_DIRECTORY | O_CLOEXEC;
#else
inline constexpr int way_through = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
#endif

inline file_descriptor opened(int at, const char* name, int flags) noexcept {
    return file_descriptor(uninterrupted([&]() noexcept { return ::openat(at, name, flags); }));
}

/// Names between single slashes, none of them empty, `.` or `..`.
constexpr bool is_plain_path(std::string_view path) noexcept {
    for (;;) {
        std::size_t slash = path.find('/');
        std::string_view name = path.substr(0, slash);
        if (name.empty() || name == "." || name == ".." || name.find('\0') != std::string_view::npos) return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

/// Step by step, each a name that is no link.
inline result<file_descriptor> walk_to(int top, const std::string& path) {
    file_descriptor here;
    std::size_t at = 0;
    for (std::size_t slash; (slash = path.find('/', at)) != std::string::npos; at = slash + 1) {
        std::string name = path.substr(at, slash - at);
        file_descriptor next = opened(here ? here.get() : top, name.c_str(), way_through | O_NOFOLLOW);
        if (!next) return last_failure();
        here = std::move(next);
    }
    file_descriptor found = opened(here ? here.get() : top, path.c_str() + at, read_only | O_NOFOLLOW);
    if (!found) return last_failure();
    return found;
}

#if defined(__linux__) && defined(SYS_openat2)
/// As <linux/openat2.h> has it, which is not there with every libc.
struct open_how {
    std::uint64_t flags = 0;
    std::uint64_t mode = 0;
    std::uint64_t resolve = 0;
};
inline constexpr std::uint64_t below_only = 0x08 | 0x04 | 0x02;  // BENEATH, NO_SYMLINKS, NO_MAGICLINKS
inline constexpr std::uint64_t cached_only = 0x20;

inline file_descriptor opened_so(int at, const char* name, int flags, std::uint64_t resolve) noexcept {
    open_how how{static_cast<std::uint64_t>(flags), 0, resolve};
    return file_descriptor(
        static_cast<int>(uninterrupted([&]() noexcept { return ::syscall(SYS_openat2, at, name, &how, sizeof how); })));
}
/// What this kernel, and the filter before it, let pass.
inline bool knows(std::uint64_t resolve) noexcept {
    file_descriptor here = opened_so(AT_FDCWD, ".", way_through, resolve);
    return here || errno == EAGAIN;
}
inline bool knows_below_only() noexcept {
    static const bool answer = knows(below_only);
    return answer;
}
inline bool knows_cached_only() noexcept {
    static const bool answer = knows(cached_only);
    return answer;
}
#else
inline constexpr std::uint64_t below_only = 0, cached_only = 0;
inline file_descriptor opened_so(int, const char*, int, std::uint64_t) noexcept { return {}; }
constexpr bool knows_below_only() noexcept { return false; }
constexpr bool knows_cached_only() noexcept { return false; }
#endif

}  // namespace detail

/// A directory as a place to open files in. It may be renamed or replaced meanwhile: it stays the same one.
class directory {
public:
    /// in: a path that is trusted; its links are followed. error: not_a_directory, would_block, ...
    static result<directory> open(const std::string& path, patience how = patience::waits) {
        if (path.find('\0') != std::string::npos) return failure(std::make_error_code(std::errc::invalid_argument));
        if (how == patience::none && !detail::knows_cached_only()) return would_block();
        directory made;
        made.fd_ = how == patience::none
                       ? detail::opened_so(AT_FDCWD, path.c_str(), detail::way_through, detail::cached_only)
                       : detail::opened(AT_FDCWD, path.c_str(), detail::way_through);
        if (!made.fd_) return last_failure();
        return made;
    }

    int native_handle() const noexcept { return fd_.get(); }

    /// Opens what `path` names below this directory, for reading, whatever it is; nothing waits for a pipe's other end.
    /// in: names between single slashes, none of them `.` or `..`; any other path names nothing.
    /// error: no_such_file_or_directory, also for a link that is refused; not_a_directory, permission_denied,
    /// filename_too_long, would_block, ...
    result<file_descriptor> open_below(const std::string& path, links how, patience waiting = patience::waits) const {
        if (!detail::is_plain_path(path)) return failure(std::make_error_code(std::errc::no_such_file_or_directory));
        result<file_descriptor> found = opened_below(path, how, waiting);
        if (!found && is_link(found.error()))
            return failure(std::make_error_code(std::errc::no_such_file_or_directory));
        return found;
    }

private:
    result<file_descriptor> opened_below(const std::string& path, links how, patience waiting) const {
        bool safe = how == links::follow || detail::knows_below_only();
        if (waiting == patience::none && !(safe && detail::knows_cached_only())) return would_block();
        if (!safe) return detail::walk_to(fd_.get(), path);
        std::uint64_t resolve =
            (how == links::refuse ? detail::below_only : 0) | (waiting == patience::none ? detail::cached_only : 0);
        file_descriptor found = resolve == 0 ? detail::opened(fd_.get(), path.c_str(), detail::read_only)
                                             : detail::opened_so(fd_.get(), path.c_str(), detail::read_only, resolve);
        if (!found) return last_failure();
        return found;
    }
    static bool is_link(const std::error_code& why) noexcept {
        return why.value() == ELOOP || why.value() == EMLINK || why.value() == EXDEV;
    }

    file_descriptor fd_;
};

/// Opens a file by a path that is trusted, as directory::open_below() does with links::follow.
inline result<file_descriptor> open_trusted(const std::string& path, patience how = patience::waits) {
    if (path.find('\0') != std::string::npos)
        return failure(std::make_error_code(std::errc::no_such_file_or_directory));
    if (how == patience::none && !detail::knows_cached_only()) return would_block();
    file_descriptor found = how == patience::none
                                ? detail::opened_so(AT_FDCWD, path.c_str(), detail::read_only, detail::cached_only)
                                : detail::opened(AT_FDCWD, path.c_str(), detail::read_only);
    if (!found) return last_failure();
    return found;
}

}  // namespace coracle::os
