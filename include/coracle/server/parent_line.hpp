// parent_line: what a worker process and its parent say to one another, a byte each over a pair of sockets.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/sent_job.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/server/server.hpp>

#include <string_view>
#include <utility>

namespace coracle::server {

/// Tells a worker process that it is one: how many sockets it has, from number 3 on. The line is the next number.
inline constexpr const char* worker_process_variable = "CORACLE_WORKER_PROCESS";

/// The words. The line's end, at the worker, means that its parent is gone: it finishes what runs and ends.
namespace process_word {
inline constexpr char ready = 'r';  ///< of the worker: it serves
inline constexpr char ping = 'p';   ///< of the parent, and the worker's answer if all of its loops turn
inline constexpr char stop = 's';   ///< of the parent: nobody else will accept who waits at the doors
inline constexpr char leave = 'l';  ///< of the parent: others will
}  // namespace process_word

/// The worker's end. Owns itself; goes with the server's first loop, or when the line ends.
class parent_line final : loop::sent_job<void> {
public:
    /// Says that the worker is ready, and obeys from here on. keeps: the server.
    static void obey(server& here, os::file_descriptor line) {
        // Before anything runs that could hold the loop: who was never ready is not asked whether he lives.
        [[maybe_unused]] auto told = os::send_some(line.get(), {&process_word::ready, 1});
        auto* made = new parent_line(here, std::move(line));
        made->send();
    }

private:
    parent_line(server& here, os::file_descriptor line) : sent_job(here.first_loop(), listen(here, std::move(line))) {}

    static task<> listen(server& here, os::file_descriptor line) {
        net::socket_stream parent(std::move(line), {});
        for (;;) {
            auto bytes = co_await parent.read();
            if (!bytes || bytes->empty()) break;
            for (char word : *bytes) {
                if (word == process_word::ping && here.all_loops_turn()) [[maybe_unused]]
                    auto told = parent.try_write({&process_word::ping, 1});
                if (word == process_word::stop || word == process_word::leave) here.stop(word == process_word::stop);
            }
        }
        here.stop();
    }
    void over(bool) noexcept override { delete this; }
};

}  // namespace coracle::server
