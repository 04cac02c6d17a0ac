// named_error: what the system said, and of what: "cannot open '/etc/motd': Permission denied".
#pragma once

#include <coracle/base/result.hpp>

#include <string>
#include <system_error>
#include <utility>

namespace coracle::os {

/// A failure of the world that happened to something with a name: a file, a program.
class named_error {
public:
    /// None, for a result<void> that holds none.
    named_error() noexcept = default;
    /// in: what could not be done and to what, as "open '/etc/motd'".
    named_error(std::error_code code, std::string deed) : code_(code), deed_(std::move(deed)) {}

    const std::error_code& code() const noexcept { return code_; }
    std::string message() const { return "cannot " + deed_ + ": " + code_.message(); }
    /// As an exception: std::system_error with this code and message.
    [[noreturn]] void raise() const { throw std::system_error(code_, "coracle: cannot " + deed_); }

    /// `if (text.error() == std::errc::no_such_file_or_directory)`
    friend bool operator==(const named_error& error, std::errc condition) noexcept { return error.code_ == condition; }

private:
    std::error_code code_;
    std::string deed_;
};

/// On its way into a result. `verb` and `name` make "verb 'name'".
inline failure<named_error> named_failure(std::error_code code, const char* verb, const std::string& name) {
    return failure(named_error(code, std::string(verb) + " '" + name + "'"));
}

}  // namespace coracle::os
