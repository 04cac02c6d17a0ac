// child: a process of ours, from its start until it is reaped.
// POSIX posix_spawn(3), waitpid(2), kill(2).
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/os/command_line.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/exit_status.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/named_error.hpp>
#include <coracle/os/readiness_probe.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace coracle::os {

// Facts:
// - posix_spawn() does not copy the page tables of a large process as fork() does, and returns what exec() said.
// - The number of a process is not given out again before it is reaped: until then kill() and waitpid() find it, or its
//   remains. A process that ignores SIGCHLD has its children reaped by the system, and waitpid() says ECHILD.
// - posix_spawnp() of macOS and FreeBSD asks a shell to run what the kernel cannot. Hence the search of PATH here.
// - dup2() in the child would tread on a source whose number is one of its own; so they are moved up first.
// - exec() resets handlers, but what is ignored stays ignored, as SIGPIPE in a server; and masks stay.

namespace detail {

/// The program's file. error: no_such_file_or_directory, permission_denied.
inline result<std::string> find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    const char* set = std::getenv("PATH");
    std::string_view path = set ? set : "/usr/bin:/bin";
    auto why = std::errc::no_such_file_or_directory;
    for (;;) {
        std::size_t colon = path.find(':');
        std::string file(path.substr(0, colon));
        file += file.empty() ? "./" : "/";
        file += name;
        struct stat found{};
        if (::stat(file.c_str(), &found) == 0 && S_ISREG(found.st_mode)) {
            if (::access(file.c_str(), X_OK) == 0) return file;
            why = std::errc::permission_denied;
        }
        if (colon == std::string_view::npos) return failure(std::make_error_code(why));
        path.remove_prefix(colon + 1);
    }
}

inline std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> all;
    all.reserve(words.size() + 1);
    for (std::string& each : words) all.push_back(each.data());
    all.push_back(nullptr);
    return all;
}

/// What the new process does before it becomes the program.
class spawn_plan {
public:
    /// in: how many descriptors it gets besides its three streams.
    explicit spawn_plan(std::size_t besides) : first_free_(3 + static_cast<int>(besides)) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
    }
    spawn_plan(const spawn_plan&) = delete;
    spawn_plan& operator=(const spawn_plan&) = delete;
    ~spawn_plan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    /// The child's stream `number` is what `fd` is here; -1: /dev/null. error: of duplicating it.
    result<void> stream(int number, int fd) {
        if (fd < 0) {
            done(::posix_spawn_file_actions_addopen(&actions_, number, "/dev/null", number == 0 ? O_RDONLY : O_WRONLY,
                                                    0));
            return {};
        }
        auto moved = duplicate(fd, first_free_);
        if (!moved) return failure(moved.error());
        done(::posix_spawn_file_actions_adddup2(&actions_, moved->get(), number));
        moved_.push_back(std::move(*moved));
        return {};
    }
    void inherited([[maybe_unused]] int number) {
#if defined(__APPLE__)
        if (::fcntl(number, F_GETFD) >= 0) done(::posix_spawn_file_actions_addinherit_np(&actions_, number));
#endif
    }
    void errors_as_output() { done(::posix_spawn_file_actions_adddup2(&actions_, 1, 2)); }
    void directory(const std::string& path) { done(::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str())); }

    int start(pid_t& pid, const std::string& file, char** words, char** variables, bool own_group) {
        close_the_rest(actions_);
        int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (own_group ? POSIX_SPAWN_SETPGROUP : 0);
#if defined(POSIX_SPAWN_CLOEXEC_DEFAULT)
        flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
        sigset_t none, reset;
        sigemptyset(&none);
        sigemptyset(&reset);
        for (int each = 1; each < 32; ++each)
            if (each != SIGKILL && each != SIGSTOP) sigaddset(&reset, each);
        done(::posix_spawnattr_setsigmask(&attributes_, &none));
        done(::posix_spawnattr_setsigdefault(&attributes_, &reset));
        done(::posix_spawnattr_setpgroup(&attributes_, 0));
        done(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)));
        if (failed_ != 0) return failed_;
        return ::posix_spawn(&pid, file.c_str(), &actions_, &attributes_, words, variables);
    }

private:
    void done(int outcome) noexcept {
        if (outcome != 0 && failed_ == 0) failed_ = outcome;
    }
    // Descriptors of other libraries that lack FD_CLOEXEC do not reach the child either, where the system can do that
    // (glibc 2.34, FreeBSD 13.1; on macOS it is the flag above).
    template <class Actions>
    void close_the_rest([[maybe_unused]] Actions& actions) noexcept {
        if constexpr (requires { posix_spawn_file_actions_addclosefrom_np(&actions, 3); })
            done(posix_spawn_file_actions_addclosefrom_np(&actions, first_free_));
    }

    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
    std::vector<file_descriptor> moved_;
    int first_free_;
    int failed_ = 0;
};

/// Waits for processes that have been killed, on a thread that there is only while it has something to do.
class undertaker {
public:
    static void take(pid_t pid) {
        undertaker& the = instance();
        std::lock_guard lock(the.mutex_);
        the.dying_.push_back(pid);
        if (the.busy_) return;
        try {
            std::thread([&the] { the.work(); }).detach();
        } catch (...) {
            the.dying_.pop_back();  // the caller waits for it, and then the number may be somebody else's
            throw;
        }
        the.busy_ = true;
    }

private:
    static undertaker& instance() {
        static undertaker* the = new undertaker;  // its thread may outlive static objects
        return *the;
    }
    void work() {
        for (;;) {
            pid_t next;
            {
                std::lock_guard lock(mutex_);
                busy_ = !dying_.empty();
                if (!busy_) return;
                next = dying_.back();
                dying_.pop_back();
            }
            int ignored = 0;
            uninterrupted([&]() noexcept { return ::waitpid(next, &ignored, 0); });
        }
    }

    std::mutex mutex_;  // guards what follows
    std::vector<pid_t> dying_;
    bool busy_ = false;
};

}  // namespace detail

/// A process that was started here. Kills it (SIGKILL) and has it reaped, without waiting, when it goes first.
class child {
public:
    child() noexcept = default;
    child(child&& other) noexcept
        : pid_(std::exchange(other.pid_, 0)), group_(other.group_), status_(std::exchange(other.status_, {})) {}
    child& operator=(child&& other) noexcept {
        if (this != &other) {
            end();
            pid_ = std::exchange(other.pid_, 0);
            group_ = other.group_;
            status_ = std::exchange(other.status_, {});
        }
        return *this;
    }
    ~child() { end(); }

    /// Starts it. The streams of kind `pipe` become `pipes`, of which those of other kinds are not looked at. No
    /// descriptor but its three streams and those of the command line reaches it; no signal is blocked or ignored in
    /// it.
    /// error: what exec() says (no_such_file_or_directory, permission_denied, executable_format_error),
    /// invalid_argument (see command_line::check), resource_unavailable_try_again when there are too many processes.
    /// cost: blocks this thread until the kernel has loaded the program, a millisecond or so.
    static result<child, named_error> start(const command_line& what, const std::array<int, 3>& pipes) {
        auto fails = [&what](std::error_code why, std::string_view detail) {
            std::string deed = "start '" + what.program() + "'";
            deed += detail;
            return failure(named_error(why, std::move(deed)));
        };
        if (auto right = what.check(); !right) return fails(right.error(), " (a word is empty, or holds a NUL or =)");
        auto file = detail::find_program(what.program());
        if (!file) return fails(file.error(), ", looked for in PATH");
        detail::spawn_plan plan(what.descriptors().size());
        if (!what.where().empty()) plan.directory(what.where());
        for (std::size_t number = 0; number < 3; ++number) {
            command_line::stream kind = what.stream_of(number).value_or(command_line::stream{});
            int target = static_cast<int>(number);
            int fd = kind.kind == stdio::pipe ? pipes[number] : kind.fd;
            if (kind.kind == stdio::output && number == 2)
                plan.errors_as_output();
            else if (kind.kind == stdio::inherit && fd < 0)
                plan.inherited(target);
            else if (auto done = plan.stream(target, fd); !done)
                return fails(done.error(), ", whose stream " + std::to_string(number) + " is not open");
        }
        for (std::size_t n = 0; n < what.descriptors().size(); ++n) {
            int fd = what.descriptors()[n];
            auto done = fd < 0 ? result<void>(failure(std::make_error_code(std::errc::bad_file_descriptor)))
                               : plan.stream(static_cast<int>(3 + n), fd);
            if (!done) return fails(done.error(), ", whose descriptor " + std::to_string(3 + n) + " is not open");
        }
        std::vector<std::string> words = what.words();
        std::vector<std::string> variables = what.variables();
        child made;
        int why = plan.start(made.pid_, *file, detail::pointers_to(words).data(), detail::pointers_to(variables).data(),
                             what.has_own_group());
        if (why != 0) {
            made.pid_ = 0;
            return fails(std::error_code(why, std::system_category()),
                         what.where().empty() ? "" : " in '" + what.where() + "'");
        }
        made.group_ = what.has_own_group();
        return made;
    }

    /// Its number; 0 when it has been reaped: then the number may be somebody else's.
    pid_t pid() const noexcept { return pid_; }
    /// How it has ended; none before look() has found out.
    const std::optional<exit_status>& status() const noexcept { return status_; }

    /// Reaps it if it has ended; true when it has.
    bool look() noexcept {
        if (pid_ <= 0) return status_.has_value();
        int raw = 0;
        pid_t found = uninterrupted([&]() noexcept { return ::waitpid(pid_, &raw, WNOHANG); });
        if (found == 0) return false;
        status_ = found == pid_ ? exit_status(raw) : exit_status();
        pid_ = 0;
        return true;
    }

    /// To its whole group if it has one of its own. error: no_such_process when it has ended.
    result<void> send(int number) noexcept {
        if (pid_ <= 0) return failure(std::make_error_code(std::errc::no_such_process));
        if (::kill(group_ ? -pid_ : pid_, number) < 0) return last_failure();
        return {};
    }

private:
    void end() noexcept {
        if (pid_ <= 0) return;
        [[maybe_unused]] auto ended_already = send(SIGKILL);
        if (look()) return;
        try {
            detail::undertaker::take(pid_);
        } catch (...) {  // no memory, no thread: what was killed dies soon
            int ignored = 0;
            uninterrupted([&]() noexcept { return ::waitpid(pid_, &ignored, 0); });
        }
    }

    pid_t pid_ = 0;
    bool group_ = false;
    std::optional<exit_status> status_;
};

}  // namespace coracle::os
