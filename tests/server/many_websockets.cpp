// T17: a scenario of five thousand WebSockets that are quiet and a hundred that talk, in one process.
#include <coracle/server/websocket_route.hpp>

#include <coracle/async/frame_pool.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/file_limit.hpp>
#include <coracle/os/process_facts.hpp>

#include <server/loopback.hpp>

#include <doctest/doctest.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

/// Every WebSocket of the loop, for whoever has something to say to all.
struct audience {
    std::list<websocket*> all;
};
std::string short_frame(int opcode, std::string_view payload) {
    std::string out{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size())};
    out.append(4, '\0');
    return out.append(payload);
}
std::size_t resident() { return static_cast<std::size_t>(os::read_process_facts().resident_bytes.value_or(0)); }

loopback::client open_websocket(unsigned port) {
    loopback::client one(port);
    one.send(
        "GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    REQUIRE(one.receive().status == 101);
    return one;
}

}  // namespace

TEST_CASE("T17 5,000 idle WebSockets and 100 active ones: pings answered, little memory, news for all in time") {
    using clock = std::chrono::steady_clock;
    constexpr std::size_t idle = 5000, active = 100;
    if (os::raise_file_limit() < 2 * (idle + active) + 200) {
        MESSAGE("not enough descriptors here");
        return;
    }
    audience room;
    app app;
    app.websocket("/ws", [&](websocket& ws) -> task<> {
        co_await ws.accept();
        auto place = room.all.insert(room.all.end(), &ws);
        while (auto message = co_await ws.receive()) co_await ws.send(*message);
        room.all.erase(place);
    });
    app.get("/news", [&]() -> task<int> {
        for (websocket* each : room.all) each->try_send(ws::data_kind::text, "news");
        co_return static_cast<int>(room.all.size());
    });
    loopback::running server(app);

    std::size_t before = resident();
    std::vector<loopback::client> quiet;
    quiet.reserve(idle);
    for (std::size_t n = 0; n < idle; ++n) quiet.push_back(open_websocket(server.port()));
    std::size_t each = (resident() - before) / idle;
    MESSAGE("an idle WebSocket costs ", each, " bytes, those of the test's side included");
    if (async::frame_pool::enabled) CHECK(each <= 16 * 1024);

    std::vector<loopback::client> loud;
    for (std::size_t n = 0; n < active; ++n) loud.push_back(open_websocket(server.port()));
    std::vector<clock::duration> took;
    for (int round = 0; round < 20; ++round) {
        auto begun = clock::now();
        for (auto& one : loud) one.send(short_frame(1, "hello") + short_frame(9, "ping"));
        for (auto& one : loud) {
            std::string both = one.read(7 + 6);
            CHECK(both.find("\x81\x05hello") != both.npos);
            CHECK(both.find("\x8A\x04ping") != both.npos);
        }
        took.push_back(clock::now() - begun);
    }
    std::sort(took.begin(), took.end());
    MESSAGE("a hundred echoes take ", std::chrono::duration<double, std::milli>(took[took.size() / 2]).count(), " ms");

    for (auto& one : quiet) one.send(short_frame(9, "?"));
    for (auto& one : quiet) REQUIRE(one.read(3) == "\x8A\x01?");

    auto begun = clock::now();
    loopback::client speaker(server.port());
    CHECK(speaker.get("/news").body == std::to_string(idle + active));
    for (auto& one : quiet) REQUIRE(one.read(6) == "\x81\x04news");
    for (auto& one : loud) REQUIRE(one.read(6) == "\x81\x04news");
    std::chrono::duration<double> told = clock::now() - begun;
    MESSAGE("news for all take ", told.count(), " s");
    if (async::frame_pool::enabled) CHECK(told.count() <= 0.5);

    quiet.clear();  // all at once, without a word
    loud.front().send(short_frame(1, "still"));
    CHECK(loud.front().read(7) == "\x81\x05still");
}

#if defined(__GLIBC__)

TEST_CASE("an idle WebSocket is at most 2 KiB of memory, behind its handshake as behind an echo") {
    constexpr std::size_t count = 1000, most = 2048;
    // Under sanitizers there are no pools, and their malloc tells nothing.
    if (!async::frame_pool::enabled || os::raise_file_limit() < 4 * count + 200) {
        MESSAGE("nothing to be measured here");
        return;
    }
    app app;
    app.websocket("/ws", [](websocket& ws) -> task<> {
        while (auto message = co_await ws.receive()) co_await ws.send(*message);
    });
    loopback::running server(app);
    std::vector<os::file_descriptor> quiet;  // and nothing else on the test's side
    quiet.reserve(2 * count);
    auto open = [&] {
        for (std::size_t n = 0; n < count; ++n) quiet.emplace_back(::dup(open_websocket(server.port()).fd()));
    };
    auto in_use = [] { return ::mallinfo2().uordblks; };
    open();  // lists and pools have grown
    std::size_t before = in_use();
    open();
    std::size_t each = (in_use() - before) / count;
    MESSAGE("an idle WebSocket is ", each, " bytes of memory");
    CHECK(each <= most);
    const std::string said = short_frame(1, "hello");
    for (std::size_t n = count; n < 2 * count; ++n) {
        REQUIRE(::send(quiet[n].get(), said.data(), said.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(said.size()));
        char heard[8];
        REQUIRE(::recv(quiet[n].get(), heard, sizeof heard, 0) == 7);
    }
    each = (in_use() - before) / count;
    MESSAGE("and ", each, " behind an echo");
    CHECK(each <= most);
}

#endif
