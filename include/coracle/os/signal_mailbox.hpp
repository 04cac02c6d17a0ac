// signal_mailbox: signals that have come and nobody has taken yet, and an alarm that the poller hears.
// The self-pipe trick of D. J. Bernstein; POSIX signals, which coalesce.
#pragma once

#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/pipe.hpp>
#include <coracle/os/signal_listener.hpp>

#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <utility>

namespace coracle::os {

/// The pipe of a mailbox: neither end blocks. error: std::system_error.
inline pipe_ends open_alarm() {
    auto made = open_pipe();
    if (!made) throw std::system_error(made.error(), "coracle: a pipe for signals");
    for (int fd : {made->reader.get(), made->writer.get()})
        if (auto done = set_blocking(fd, false); !done)
            throw std::system_error(done.error(), "coracle: a pipe for signals");
    return std::move(*made);
}

/// One bit for each signal: two of a kind that come before the first is taken are one, as in the kernel.
class signal_mailbox final : signal_listener {
public:
    /// in: the writer's end of open_alarm(), which gets a byte for each signal after its bit is set. The
    /// reader's end must live until stop(). error: as signal_listener::listen.
    signal_mailbox(std::span<const int> numbers, file_descriptor alarm) : alarm_(std::move(alarm)) { listen(numbers); }
    ~signal_mailbox() { stop(); }

    /// No further signal comes in; those that have can still be taken.
    using signal_listener::stop;

    /// A signal that has come, each kind in its turn; 0 when there is none. in: empty the alarm before, not after.
    int take() noexcept {
        if (!come_[0].load() && !come_[1].load()) return 0;
        for (std::size_t step = 0; step < highest; ++step) {
            last_ = (last_ + 1) % highest;
            std::uint64_t bit = std::uint64_t{1} << (last_ % 64);
            std::atomic<std::uint64_t>& word = come_[last_ / 64];
            if ((word.load() & bit) == 0) continue;
            word.fetch_and(~bit);
            return static_cast<int>(last_ + 1);
        }
        return 0;
    }

private:
    void on_signal(int number) noexcept override {
        auto at = static_cast<std::size_t>(number - 1);
        come_[at / 64].fetch_or(std::uint64_t{1} << (at % 64));
        char byte = 0;
        [[maybe_unused]] auto written = ::write(alarm_.get(), &byte, 1);  // full is loud enough
    }

    file_descriptor alarm_;
    std::atomic<std::uint64_t> come_[highest / 64]{};
    std::size_t last_ = highest - 1;
};

}  // namespace coracle::os
