// exit_notice: a descriptor that becomes readable when a child has ended, or may have.
// pidfd_open(2) of Linux 5.3; elsewhere SIGCHLD.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/pipe.hpp>
#include <coracle/os/signal_mailbox.hpp>

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

#include <memory>
#include <system_error>
#include <utility>

namespace coracle::os {

// Facts: containers may refuse pidfd_open() with EPERM or ENOSYS. SIGCHLD tells that some child has ended, not which,
// and two that end at once are one signal: everybody looks after his own.

/// How to learn that a child has ended.
enum class exit_notice_kind : unsigned char { native, by_signal };

/// One child's. Make it while the child is not reaped, and look at the child once after that: it may have ended before.
class exit_notice {
public:
    /// error: too_many_files_open.
    static result<exit_notice> of(pid_t pid, exit_notice_kind kind = exit_notice_kind::native) {
        exit_notice made;
        if (kind == exit_notice_kind::native) made.descriptor_ = open_process(pid);
        if (made.descriptor_) return made;
        auto ends = open_pipe();
        if (!ends) return failure(ends.error());
        for (int fd : {ends->reader.get(), ends->writer.get()})
            if (auto done = set_blocking(fd, false); !done) return failure(done.error());
        static constexpr int numbers[] = {SIGCHLD};
        made.signals_ = std::make_unique<signal_mailbox>(numbers, std::move(ends->writer));
        made.descriptor_ = std::move(ends->reader);
        return made;
    }

    /// Gives the descriptor away: to somebody who keeps it open for as long as this lives.
    file_descriptor take_descriptor() noexcept { return std::move(descriptor_); }
    /// Makes the descriptor unreadable until the next notice, where it does not stay readable for good.
    void acknowledge(int fd) noexcept {
        if (signals_) drain(fd);
    }

private:
    static file_descriptor open_process([[maybe_unused]] pid_t pid) noexcept {
#if defined(__linux__) && defined(SYS_pidfd_open)
        return file_descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
#else
        return {};
#endif
    }

    file_descriptor descriptor_;
    std::unique_ptr<signal_mailbox> signals_;
};

}  // namespace coracle::os
