// socket_file: the name of a listening unix socket in the file system, made without treading on anybody's.
// unix(7), POSIX bind(2): a name outlives the process that bound it, and nobody can bind it again until it is removed.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/os/socket_address.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace coracle::os {

// Facts:
// - A stream socket that connects cannot tell a dead server from a living one: BSD and macOS refuse a connection also
//   when the backlog is full, and every system does between a server's bind() and its listen().
// - A datagram socket can, and disturbs nobody: it is refused (ECONNREFUSED) by a name that no process has bound, and
//   told EPROTOTYPE by one that a stream socket has.

/// Removes the name when it is destroyed, if it still is the one that it made. Abstract names need no removal.
class socket_file {
public:
    socket_file() noexcept = default;
    socket_file(socket_file&& other) noexcept
        : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}
    socket_file& operator=(socket_file&& other) noexcept {
        if (this != &other) {
            remove();
            path_ = std::exchange(other.path_, {});
            device_ = other.device_;
            inode_ = other.inode_;
        }
        return *this;
    }
    ~socket_file() { remove(); }

    /// Binds the unix socket `fd`. A name that a dead server left behind is taken over, with its permissions if `mode`
    /// is not -1; a new one has those of `mode` then. In both cases before anybody can connect.
    /// error: address_in_use when a living server, or a file that is no socket, has the name.
    static result<socket_file> bind(int fd, const socket_address& where, int mode = -1) {
        struct stat before{};
        bool named = !where.path().empty() && where.path().front() != '\0';
        if (mode >= 0 && named && ::lstat(std::string(where.path()).c_str(), &before) == 0)
            mode = static_cast<int>(before.st_mode & 0777);
        auto bound = bind_socket(fd, where);
        if (!bound && bound.error() == std::errc::address_in_use && remove_if_stale(where))
            bound = bind_socket(fd, where);
        if (!bound) return failure(bound.error());
        socket_file made;
        if (!named) return made;
        struct stat file{};
        std::string path(where.path());
        if (::lstat(path.c_str(), &file) < 0) return last_failure();
        made.path_ = std::move(path);
        made.device_ = file.st_dev;
        made.inode_ = file.st_ino;
        if (mode >= 0 && ::chmod(made.path_.c_str(), static_cast<mode_t>(mode)) < 0) return last_failure();
        return made;
    }

    void remove() noexcept {
        if (path_.empty()) return;
        struct stat file{};
        if (::lstat(path_.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_)
            ::unlink(path_.c_str());
        path_.clear();
    }

private:
    /// Stale is a socket that nobody has bound; whatever else answers, or does not answer, is left alone.
    static bool remove_if_stale(const socket_address& where) {
        std::string path(where.path());
        struct stat before{};
        if (path.empty() || path.front() == '\0') return false;
        if (::lstat(path.c_str(), &before) < 0) return errno == ENOENT;
        if (!S_ISSOCK(before.st_mode)) return false;
        auto probe = detail::open_socket(AF_UNIX, SOCK_DGRAM);
        if (!probe) return false;
        auto answer = start_connect(probe->get(), where);
        if (answer || answer.error() != std::errc::connection_refused) return false;
        struct stat after{};
        if (::lstat(path.c_str(), &after) < 0) return errno == ENOENT;
        if (after.st_dev != before.st_dev || after.st_ino != before.st_ino) return false;  // somebody was faster
        return ::unlink(path.c_str()) == 0 || errno == ENOENT;
    }

    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace coracle::os
