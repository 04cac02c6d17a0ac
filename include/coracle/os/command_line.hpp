// command_line: a program, its arguments, and what it is to find: streams, environment, directory.
#pragma once

#include <coracle/base/result.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#if defined(__APPLE__)
#include <crt_externs.h>
#else
extern "C" char** environ;  // NOLINT(readability-redundant-declaration): FreeBSD declares it in no header
#endif

namespace coracle::os {

/// What a child's standard input, output or errors are: this process's own, /dev/null, a pipe to this process, or, for
/// errors, wherever the output goes.
enum class stdio : unsigned char { inherit, null, pipe, output };

/// `command_line("grep", "-n", name).directory("/src").output(stdio::pipe)`. The program is looked for in PATH unless
/// its name holds a slash. No shell is ever asked: an argument is an argument, whatever it holds.
class command_line {
public:
    /// A stream of the child: one of the kinds, or a descriptor of this process.
    struct stream {
        stdio kind = stdio::inherit;
        int fd = -1;
    };

    template <class... Arguments>
    explicit command_line(std::string program, Arguments... arguments) : program_(std::move(program)) {
        (arguments_.push_back(std::string(std::move(arguments))), ...);
    }

    command_line& argument(std::string one) {
        arguments_.push_back(std::move(one));
        return *this;
    }
    command_line& arguments(std::vector<std::string> more) {
        for (std::string& each : more) arguments_.push_back(std::move(each));
        return *this;
    }
    /// Where it runs, and what a relative name of the program is relative to; else where this process is.
    command_line& directory(std::string path) {
        directory_ = std::move(path);
        return *this;
    }
    /// A variable of its environment, besides those of this process.
    command_line& environment(std::string name, std::string value) {
        variables_.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    /// It does not see this variable of this process.
    command_line& without_environment(std::string name) {
        variables_.emplace_back(std::move(name), std::nullopt);
        return *this;
    }
    /// It sees nothing of the environment of this process.
    command_line& clean_environment() noexcept {
        clean_ = true;
        return *this;
    }
    command_line& input(stdio kind) noexcept { return set(0, kind, -1); }
    command_line& output(stdio kind) noexcept { return set(1, kind, -1); }
    command_line& errors(stdio kind) noexcept { return set(2, kind, -1); }
    /// keeps: the descriptor must be open when the process is started; it is not closed here.
    command_line& input(int fd) noexcept { return set(0, stdio::inherit, fd); }
    command_line& output(int fd) noexcept { return set(1, stdio::inherit, fd); }
    command_line& errors(int fd) noexcept { return set(2, stdio::inherit, fd); }
    /// It also gets this descriptor, as number 3; the next one as 4, and so on. As systemd's socket activation.
    /// keeps: as above.
    command_line& descriptor(int fd) {
        descriptors_.push_back(fd);
        return *this;
    }
    /// It and its own children are a process group: signals go to all of them, and Ctrl-C of the terminal to none.
    command_line& own_group() noexcept {
        group_ = true;
        return *this;
    }
    /// How much of the output, and of the errors, is kept by those who collect it.
    command_line& output_limit(std::size_t bytes) noexcept {
        limit_ = bytes;
        return *this;
    }

    const std::string& program() const noexcept { return program_; }
    const std::string& where() const noexcept { return directory_; }
    bool has_own_group() const noexcept { return group_; }
    std::size_t limit() const noexcept { return limit_; }
    /// Those that it gets besides, in order.
    const std::vector<int>& descriptors() const noexcept { return descriptors_; }
    /// Of 0, 1 and 2; none when nothing was said.
    const std::optional<stream>& stream_of(std::size_t number) const noexcept { return streams_[number]; }

    /// The program's name and its arguments.
    std::vector<std::string> words() const {
        std::vector<std::string> all{program_};
        all.insert(all.end(), arguments_.begin(), arguments_.end());
        return all;
    }
    /// "NAME=value" each.
    std::vector<std::string> variables() const {
        std::vector<std::string> all;
        auto forget = [&all](std::string_view name) {
            std::erase_if(all, [name](const std::string& each) {
                return each.size() > name.size() && each.starts_with(name) && each[name.size()] == '=';
            });
        };
        for (char** each = clean_ ? nullptr : ours(); each && *each; ++each) all.emplace_back(*each);
        for (const auto& [name, value] : variables_) {
            forget(name);
            if (value) all.push_back(name + '=' + *value);
        }
        return all;
    }
    /// error: invalid_argument: a NUL in a word, which would end it there, or a variable without a name.
    result<void> check() const noexcept {
        auto holds_nul = [](const std::string& text) { return text.find('\0') != std::string::npos; };
        bool wrong = program_.empty() || holds_nul(program_) || holds_nul(directory_) ||
                     std::any_of(arguments_.begin(), arguments_.end(), holds_nul);
        for (const auto& [name, value] : variables_)
            wrong = wrong || name.empty() || holds_nul(name) || name.find('=') != std::string::npos ||
                    (value && holds_nul(*value));
        if (wrong) return failure(std::make_error_code(std::errc::invalid_argument));
        return {};
    }

private:
    static char** ours() noexcept {
#if defined(__APPLE__)
        return *_NSGetEnviron();
#else
        return environ;
#endif
    }
    command_line& set(std::size_t number, stdio kind, int fd) noexcept {
        streams_[number] = stream{kind, fd};
        return *this;
    }

    std::string program_;
    std::vector<std::string> arguments_;
    std::string directory_;
    std::vector<std::pair<std::string, std::optional<std::string>>> variables_;
    std::array<std::optional<stream>, 3> streams_;
    std::vector<int> descriptors_;
    std::size_t limit_ = std::size_t{64} << 20;
    bool clean_ = false;
    bool group_ = false;
};

}  // namespace coracle::os
