// Scenarios over real sockets: bodies of any size, in and out, beside a peer that is slow: they cost no memory.
#include <doctest/doctest.h>

#include <coracle/app/generated_body.hpp>

#include <server/loopback.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

/// What the process holds, in KiB; 0 where nobody says.
long resident() {
    long pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
        long all = 0;
        if (std::fscanf(file, "%ld %ld", &all, &pages) != 2) pages = 0;
        std::fclose(file);
    }
    return pages * (::sysconf(_SC_PAGESIZE) / 1024);
}
// In KiB. AddressSanitizer keeps what was freed for a while.
#if defined(__SANITIZE_ADDRESS__)
constexpr long most_growth = 512 * 1024;
#elif defined(__has_feature)
constexpr long most_growth = __has_feature(address_sanitizer) ? 512 * 1024 : 8 * 1024;
#else
constexpr long most_growth = 8 * 1024;
#endif

void small_buffers(const loopback::client& who) {
    int small = 64 * 1024;
    ::setsockopt(who.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    ::setsockopt(who.fd(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
}

/// Reads `most` bytes and counts; rests every 8 MiB.
std::uint64_t read_slowly(const loopback::client& who, std::uint64_t most, long& peak) {
    std::string room(256 * 1024, '\0');
    std::uint64_t total = 0;
    for (std::uint64_t rest = 0; total < most;) {
        auto count = ::recv(who.fd(), room.data(), room.size(), 0);
        if (count <= 0) break;
        total += static_cast<std::uint64_t>(count);
        rest += static_cast<std::uint64_t>(count);
        if (rest < 8 * 1024 * 1024) continue;
        rest = 0;
        std::this_thread::sleep_for(10ms);
        long now = resident();
        if (now > peak) peak = now;
    }
    return total;
}

}  // namespace

TEST_CASE("T28: 256 MiB to a slow reader cost no memory, in pieces of any size") {
    app site;
    static const std::string block(64 * 1024, 'x');
    std::atomic<std::uint64_t> made{0};
    auto pieces = [&made](std::size_t size) -> generator<std::string_view> {
        for (std::uint64_t sent = 0; sent < 256 * 1024 * 1024; sent += size) {
            made += size;
            co_yield std::string_view(block).substr(0, size);
        }
    };
    site.get("/{size}", [&pieces](int size) { return pieces(static_cast<std::size_t>(size)); });
    loopback::running server(site);
    CHECK(loopback::client(server.port()).ask("HEAD /1024 HTTP/1.1\r\nhost: test\r\n\r\n").status == 200);
    for (int size : {1024, 64 * 1024}) {
        made = 0;
        loopback::client one(server.port());
        small_buffers(one);
        one.send("GET /" + std::to_string(size) + " HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        std::string room(64 * 1024, '\0');
        REQUIRE(::recv(one.fd(), room.data(), room.size(), 0) > 0);
        // Nobody reads: soon nobody makes anything either.
        std::uint64_t before = 1;
        while (before != made) {
            before = made;
            std::this_thread::sleep_for(100ms);
        }
        CHECK(made < 16 * 1024 * 1024);
        long begun = resident();
        long peak = begun;
        std::uint64_t total = read_slowly(one, ~std::uint64_t{0}, peak);
        CHECK(total > 255 * 1024 * 1024);
        CHECK(made == 256 * 1024 * 1024);
        CHECK(peak - begun < most_growth);
    }
}

TEST_CASE("T34: a body of 64 MiB to a slow handler costs no memory: the client is held back") {
    app site;
    std::atomic<std::uint64_t> seen{0};
    std::atomic<bool> may_read{false};
    site.post("/upload", [&](request& asked) -> task<json> {
        while (!may_read) co_await sleep(1ms);
        std::uint64_t sum = 0;
        std::uint64_t rest = 0;
        while (auto part = co_await asked.body.read()) {
            seen += part->size();
            rest += part->size();
            sum += static_cast<unsigned char>(part->front()) * part->size();
            if (rest > 8 * 1024 * 1024) {
                rest = 0;
                co_await sleep(5ms);
            }
        }
        co_return json{{"bytes", seen.load()}, {"sum", sum}};
    });
    run_options options;
    options.limits.max_body_bytes = 1024 * 1024 * 1024;
    loopback::running server(site, options);
    for (bool chunked : {false, true}) {
        seen = 0;
        may_read = false;
        loopback::client one(server.port());
        small_buffers(one);
        constexpr std::size_t blocks = 1024;
        static const std::string block(64 * 1024, 'a');
        one.send("POST /upload HTTP/1.1\r\nhost: test\r\n" +
                 (chunked ? std::string("transfer-encoding: chunked\r\n\r\n")
                          : "content-length: " + std::to_string(blocks * block.size()) + "\r\n\r\n"));
        std::atomic<std::size_t> sent{0};
        std::thread sending([&] {
            for (std::size_t n = 0; n < blocks; ++n) {
                if (chunked) one.send("10000\r\n");
                one.send(block);
                if (chunked) one.send("\r\n");
                ++sent;
            }
            if (chunked) one.send("0\r\n\r\n");
        });
        std::size_t before = 1;
        while (before != sent) {
            before = sent;
            std::this_thread::sleep_for(100ms);
        }
        CHECK(sent * block.size() < 16 * 1024 * 1024);
        long begun = resident();
        may_read = true;
        long peak = begun;
        while (sent < blocks) {
            std::this_thread::sleep_for(5ms);
            long now = resident();
            if (now > peak) peak = now;
        }
        sending.join();
        loopback::reply answer = one.receive();
        CHECK(answer.status == 200);
        CHECK(answer.body == "{\"bytes\":67108864,\"sum\":" + std::to_string(67108864ULL * 'a') + "}");
        CHECK(peak - begun < most_growth);
    }
}

TEST_CASE("what a slow reader has sent ahead stays its own while others are served, and so does what is told of it") {
    app site;
    static const std::string large(16 * 1024 * 1024, 'x');
    site.get("/whole", on_loop([] { return large; }));
    site.get("/pieces", []() -> generator<std::string_view> { co_yield std::string_view(large); });
    site.get("/ahead", on_loop([] { return "of my own"; }));
    site.get("/strange", on_loop([] { return "of another"; }));
    loopback::running server(site);
    for (std::string_view target : {"/whole", "/pieces"}) {
        loopback::client slow(server.port());
        small_buffers(slow);
        slow.send("GET " + std::string(target) +
                  " HTTP/1.1\r\nhost: test\r\n\r\nGET /ahead HTTP/1.1\r\nhost: test\r\n\r\n" +
                  "GET /ahead HTTP/1.1\r\nho");
        char first[1];
        REQUIRE(::recv(slow.fd(), first, 1, MSG_PEEK) == 1);
        std::string over;
        for (int i = 0; i < 100; ++i) over += "GET /strange HTTP/1.1\r\nhost: test\r\n\r\n";
        loopback::client other(server.port());
        other.send(over);
        for (int i = 0; i < 100; ++i) REQUIRE(other.receive().body == "of another");
        CHECK(slow.receive().body.size() == large.size());
        CHECK(slow.receive().body == "of my own");
        slow.send("st: test\r\n\r\n");
        CHECK(slow.receive().body == "of my own");
    }
}
