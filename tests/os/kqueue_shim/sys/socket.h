// Hides what macOS has not, so that Linux runs the code that does without: SOCK_NONBLOCK, SOCK_CLOEXEC, accept4.
#pragma once

#include_next <sys/socket.h>

#undef SOCK_NONBLOCK
#undef SOCK_CLOEXEC
