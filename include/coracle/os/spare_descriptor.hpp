// spare_descriptor: one descriptor kept back, to turn connections away with when no other is left.
// libev(3) "The special problem of accept()ing when you can't".
#pragma once

#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/os/socket_address.hpp>

#include <fcntl.h>

namespace coracle::os {

// Fact: when accept() says EMFILE the connection stays in the queue and the listener stays readable. An edge-triggered
// poller then never tells again and a level-triggered one never stops; and the client waits for its own timeout.

/// Holds one descriptor in reserve. Belongs to one listener.
class spare_descriptor {
public:
    spare_descriptor() noexcept { refill(); }

    /// Turns away connections that wait at `listener`, up to `most`, so that their clients know at once.
    /// Returns how many; 0 when the queue is empty or another thread took the spare one meanwhile.
    int turn_away(int listener, int most) noexcept {
        int turned = 0;
        while (turned < most) {
            spare_.reset();
            socket_address ignored;
            auto connection = accept_connection(listener, ignored);
            if (!connection) break;
            connection->reset();
            ++turned;
        }
        refill();
        return turned;
    }

    explicit operator bool() const noexcept { return static_cast<bool>(spare_); }

private:
    void refill() noexcept {
        if (!spare_) spare_ = file_descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    }

    file_descriptor spare_;
};

}  // namespace coracle::os
