// exit_status: how a process ended.
// POSIX waitpid(2).
#pragma once

#include <sys/wait.h>

#include <optional>
#include <string>

namespace coracle::os {

/// An exit code, or the signal that ended it.
class exit_status {
public:
    /// Nobody knows: the process was reaped by somebody else, or by the system, which does so while SIGCHLD is ignored.
    exit_status() noexcept = default;
    /// in: what waitpid() filled in.
    explicit exit_status(int raw) noexcept
        : code_(WIFEXITED(raw) ? WEXITSTATUS(raw) : -1), signal_(WIFSIGNALED(raw) ? WTERMSIG(raw) : 0) {}

    /// It ended by itself, with code 0.
    bool ok() const noexcept { return code_ == 0; }
    /// 0 to 255; none when it did not end by itself.
    std::optional<int> code() const noexcept { return code_ < 0 ? std::nullopt : std::optional<int>(code_); }
    /// The signal that ended it; 0 when none did.
    int signal() const noexcept { return signal_; }

    /// "exit code 1", "ended by signal 9"; for logs.
    std::string text() const {
        if (code_ >= 0) return "exit code " + std::to_string(code_);
        if (signal_ > 0) return "ended by signal " + std::to_string(signal_);
        return "ended, and somebody else was told how";
    }

    friend bool operator==(const exit_status&, const exit_status&) noexcept = default;

private:
    int code_ = -1;
    int signal_ = 0;
};

}  // namespace coracle::os
