// working_directory: from where relative paths are read. POSIX getcwd(3).
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string>

namespace coracle::os {

/// Empty where it has been removed.
inline std::string working_directory() {
    std::string path(256, '\0');
    while (::getcwd(path.data(), path.size()) == nullptr) {
        if (errno != ERANGE || path.size() > 1 << 16) return {};
        path.resize(path.size() * 2);
    }
    path.resize(path.find('\0'));
    return path;
}

}  // namespace coracle::os
