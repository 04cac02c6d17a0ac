// interrupt: Ctrl-C and SIGTERM as something that a loop can be asked about.
#pragma once

#include <coracle/loop/reactor.hpp>
#include <coracle/os/signal_watch.hpp>

namespace coracle::loop {

/// While it lives, the first Ctrl-C or SIGTERM only ends the wait of the reactor, which then finds asked() true; a
/// Ctrl-C after that, or a SIGTERM half a second after, ends the process at once. One at a time in a process. error:
/// std::logic_error, std::system_error.
class interrupt {
public:
    /// keeps: the reactor.
    explicit interrupt(reactor& wakes) : watch_(wakes.poller()) {}

    bool asked() const noexcept { return watch_.caught() != 0; }
    /// The number of the signal, 0 while there was none.
    int number() const noexcept { return watch_.caught(); }

private:
    os::signal_watch watch_;
};

}  // namespace coracle::loop
