// The file that chooses the poller: kqueue where <sys/event.h> is (macOS, FreeBSD, Linux with the shim of the tests),
// else epoll.
#pragma once

#if !__has_include(<sys/event.h>) && !defined(__linux__)
#error "coracle needs epoll (Linux) or kqueue (macOS, FreeBSD); this system has neither <sys/epoll.h> nor <sys/event.h>"
#endif

#include <coracle/os/epoll_poller.hpp>
#include <coracle/os/kqueue_poller.hpp>
#include <coracle/os/poller.hpp>

#include <memory>

namespace coracle::os {

#if __has_include(<sys/event.h>)
using native_poller = kqueue_poller;
#else
using native_poller = epoll_poller;
#endif

/// The poller of this system. error: std::system_error.
inline std::unique_ptr<poller> make_native_poller() { return std::make_unique<native_poller>(); }

}  // namespace coracle::os
