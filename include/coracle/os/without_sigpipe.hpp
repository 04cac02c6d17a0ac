// without_sigpipe: a write to someone who is gone is an error, and not a signal that ends the process.
// POSIX write(2), sigwait(3). For calls that have no flag to say so.
#pragma once

#include <signal.h>

#include <cerrno>

namespace coracle::os {

/// Makes the call; a SIGPIPE that it sends is taken away again. What other signals do, and what the process does with
/// SIGPIPE, stays as it is. The errno of the call stands when this returns.
template <class Call>
auto without_sigpipe(Call call) noexcept {
    sigset_t sent, before;
    sigemptyset(&sent);
    sigaddset(&sent, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &sent, &before);
    auto outcome = call();
    int why = errno;
    if (outcome < 0 && why == EPIPE && sigismember(&before, SIGPIPE) == 0) {
        sigset_t waiting;
        ::sigpending(&waiting);  // nothing waits when the process ignores it
        int taken = 0;
        if (sigismember(&waiting, SIGPIPE) == 1) ::sigwait(&sent, &taken);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = why;
    return outcome;
}

}  // namespace coracle::os
