// A whole connection in memory and in virtual time: bytes in, bytes out, no socket, and sleeping takes no time.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/workshop.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace talk {

/// What the client does: it waits, then sends a piece, which the server reads in one go.
struct step {
    step(std::string text) : bytes(std::move(text)) {}
    step(const char* text) : bytes(text) {}
    step(std::chrono::nanoseconds pause, std::string text) : after(pause), bytes(std::move(text)) {}
    std::chrono::nanoseconds after{};
    std::string bytes;
};

/// What the client got, and when the server closed.
struct outcome {
    std::string heard;
    std::chrono::nanoseconds took{};
};

/// The client sends its pieces, ends its stream if it `leaves`, and listens until the server closes.
inline outcome play(coracle::app& app, std::vector<step> steps, bool leaves = true,
                    coracle::server::settings how = {}) {
    using namespace coracle;
    how.access_log = how.access_log && how.access_log_to != stdout;
    app.freeze();
    virtual_loop world(virtual_time.patience(std::chrono::seconds(20)));
    server::workshop shop(app, how, world.reactor());
    auto ends = net::memory_stream::pair(1 << 24);
    net::memory_stream& client = ends.first;
    outcome result;
    auto speak = [&]() -> task<> {
        for (step& each : steps) {
            co_await sleep(each.after);
            client.push(std::move(each.bytes));
            for (int i = 0; i < 3; ++i) co_await sleep(0ns);  // the server reads it before the next one is there
        }
        if (leaves) (void)client.shutdown_write().has_value();
        bool open = true;
        while (open) {
            auto bytes = co_await client.read();
            open = bytes && !bytes->empty();
            if (open) result.heard += *bytes;
        }
        result.took = world.elapsed();
        client.close();
    };
    auto both = [&]() -> task<> { co_await gather(server::connection(std::move(ends.second), shop), speak()); };
    world.run(both());
    return result;
}

inline std::string hear(coracle::app& app, std::vector<step> steps, coracle::server::settings how = {}) {
    return play(app, std::move(steps), true, how).heard;
}

/// Without what changes from second to second.
inline std::string undated(std::string text) {
    for (std::size_t at = 0; (at = text.find("date: ", at)) != std::string::npos;)
        text.erase(at, text.find("\r\n", at) + 2 - at);
    return text;
}

inline std::vector<step> byte_by_byte(std::string_view text) {
    std::vector<step> steps;
    for (char c : text) steps.emplace_back(std::string(1, c));
    return steps;
}

}  // namespace talk
