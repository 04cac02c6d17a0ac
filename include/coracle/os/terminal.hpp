// Whether a person is looking: colours and the friendly banner are for terminals only.
// POSIX isatty(3).
#pragma once

#include <stdio.h>
#include <unistd.h>

namespace coracle::os {

/// Whether what is written to `stream` appears on a terminal. Error: none; a closed stream is no terminal.
inline bool is_terminal(FILE* stream) noexcept {
    int fd = ::fileno(stream);
    return fd >= 0 && ::isatty(fd) == 1;
}

}  // namespace coracle::os
