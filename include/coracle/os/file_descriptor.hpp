// file_descriptor: owns one open file of the kernel.
// POSIX close(2).
#pragma once

#include <unistd.h>

#include <utility>

namespace coracle::os {

/// Closes what it owns; moves, never copies. -1 owns nothing.
class file_descriptor {
public:
    file_descriptor() noexcept = default;
    explicit file_descriptor(int fd) noexcept : fd_(fd) {}
    file_descriptor(file_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    ~file_descriptor() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }

    /// Gives ownership away.
    [[nodiscard("the descriptor stays open and nobody owns it: keep it, or call reset()")]] int release() noexcept {
        return std::exchange(fd_, -1);
    }
    void reset() noexcept {
        // Never again after EINTR: Linux, FreeBSD and macOS have closed it by then, and the number may be another's.
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_ = -1;
};

}  // namespace coracle::os
