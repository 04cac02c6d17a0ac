// Scenarios over real sockets: what becomes of a handler whose client leaves, and of a client that ends its own stream.
#include <doctest/doctest.h>

#include <coracle/app/event_stream.hpp>
#include <coracle/app/generated_body.hpp>

#include <server/loopback.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

bool comes_true(const std::function<bool()>& what, std::chrono::milliseconds patience = 20s) {
    auto late = std::chrono::steady_clock::now() + patience;
    while (!what() && std::chrono::steady_clock::now() < late) std::this_thread::sleep_for(1ms);
    return what();
}

/// Counts those that live.
struct living {
    explicit living(std::atomic<int>& count) : count_(&count) { ++*count_; }
    living(const living&) = delete;
    ~living() { --*count_; }
    std::atomic<int>* count_;
};

/// Closes with a reset.
void reset(loopback::client& who) {
    linger now{1, 0};
    ::setsockopt(who.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    loopback::client gone(std::move(who));
}
void leave(loopback::client& who) { loopback::client gone(std::move(who)); }

struct site {
    app served;
    std::atomic<int> waiting{0};
    std::atomic<int> cancelled_at_wait{0};
    std::atomic<int> done{0};

    site() {
        served.get("/long", [this]() -> task<std::string> {
            living here(waiting);
            try {
                co_await sleep(60s);
            } catch (const cancelled&) {
                ++cancelled_at_wait;
                throw;
            }
            co_return "never";
        });
        served.get("/short/{ms}", [](int ms) -> task<std::string> {
            co_await sleep(std::chrono::milliseconds(ms));
            co_return "short";
        });
        served.get("/job", {.cancel_on_disconnect = false}, [this](request& asked) -> task<> {
            living here(waiting);
            for (int i = 0; i < 2000 && !asked.is_disconnected(); ++i) co_await sleep(10ms);
            co_await sleep(10ms);
            ++done;
        });
        served.get("/endless", [this]() -> generator<std::string> {
            living here(waiting);
            for (;;) co_yield std::string(1000, 'x');
        });
        served.get("/rare", [this]() -> generator<std::string> {
            living here(waiting);
            co_yield std::string("first");
            co_await sleep(60s);
        });
        served.get("/events", [this]() -> event_stream {
            living here(waiting);
            co_await sleep(60s);
            co_yield sse_event("never");
        });
        served.get("/slow_pieces", []() -> generator<std::string> {
            for (int i = 0; i < 20; ++i) {
                co_await sleep(10ms);
                co_yield "piece " + std::to_string(i) + "\n";
            }
        });
        served.get("/saved", {.cancel_on_disconnect = false}, [this]() -> generator<std::string> {
            living here(waiting);
            for (int i = 0; i < 50; ++i) {
                co_await sleep(5ms);
                co_yield std::string(100'000, 'x');
            }
            ++done;
        });
    }
};

std::string asking(std::string_view target, std::string_view version = "HTTP/1.1") {
    return "GET " + std::string(target) + ' ' + std::string(version) + "\r\nhost: test\r\n\r\n";
}

}  // namespace

TEST_CASE("a client that leaves cancels the handler that waits, whether it closes or resets") {
    site here;
    loopback::running server(here.served);
    for (auto way : {&leave, &reset}) {
        here.cancelled_at_wait = 0;
        loopback::client one(server.port());
        one.send(asking("/long"));
        REQUIRE(comes_true([&] { return here.waiting == 1; }));
        way(one);
        CHECK(comes_true([&] { return here.waiting == 0; }));
        CHECK(here.cancelled_at_wait == 1);
    }
    CHECK(loopback::get(server.port(), "/short/0").body == "short");
}

TEST_CASE("T28: a client that leaves ends a stream, one that flows, one that pauses, and one of events") {
    site here;
    loopback::running server(here.served);
    for (std::string_view target : {"/endless", "/rare", "/events"}) {
        for (auto way : {&leave, &reset}) {
            loopback::client one(server.port());
            one.send(asking(target));
            char some[16];
            REQUIRE(::recv(one.fd(), some, sizeof some, 0) > 0);
            REQUIRE(comes_true([&] { return here.waiting == 1; }));
            way(one);
            CHECK(comes_true([&] { return here.waiting == 0; }));
        }
    }
}

TEST_CASE("a route can opt out: its handler, or its stream, goes on to its end") {
    site here;
    loopback::running server(here.served);
    loopback::client one(server.port());
    one.send(asking("/job"));
    REQUIRE(comes_true([&] { return here.waiting == 1; }));
    leave(one);
    CHECK(comes_true([&] { return here.done == 1; }));
    loopback::client other(server.port());
    other.send(asking("/saved"));
    char some[16];
    REQUIRE(::recv(other.fd(), some, sizeof some, 0) > 0);
    leave(other);
    CHECK(comes_true([&] { return here.done == 2; }));
    CHECK(comes_true([&] { return here.waiting == 0; }));
}

TEST_CASE("a client that only ends its own stream gets its answer") {
    site here;
    loopback::running server(here.served);
    // Soon enough, without a word more.
    loopback::client quick(server.port());
    quick.send(asking("/short/0"));
    quick.half_close();
    std::string heard = quick.drain();
    CHECK(heard.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(heard.ends_with("\r\n\r\nshort"));
    // Later, after an interim answer, by which one that is gone would have been found out.
    loopback::client patient(server.port());
    patient.send(asking("/short/400"));
    patient.half_close();
    heard = patient.drain();
    CHECK(heard.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    CHECK(heard.ends_with("\r\n\r\nshort"));
    // HTTP/1.0 knows no interim answers.
    loopback::client old(server.port());
    old.send(asking("/short/400", "HTTP/1.0"));
    old.half_close();
    heard = old.drain();
    CHECK(heard.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(heard.ends_with("\r\n\r\nshort"));
}

TEST_CASE("a client that only ends its own stream gets all of a streamed answer") {
    site here;
    loopback::running server(here.served);
    loopback::client one(server.port());
    one.send(asking("/slow_pieces"));
    one.half_close();
    loopback::reply whole = one.receive();
    CHECK(whole.status == 200);
    CHECK(whole.body.starts_with("piece 0\npiece 1\n"));
    CHECK(whole.body.ends_with("piece 19\n"));
    CHECK(one.closed());
}

TEST_CASE("what arrives while a handler waits is the next request, and nothing of it is lost") {
    site here;
    loopback::running server(here.served);
    loopback::client one(server.port());
    one.send(asking("/short/50"));
    for (int i = 0; i < 5; ++i) {
        std::this_thread::sleep_for(5ms);
        std::string next = asking("/short/" + std::to_string(i));
        one.send(next.substr(0, 10));
        one.send(next.substr(10));
    }
    for (int i = 0; i < 6; ++i) CHECK(one.receive().body == "short");
    one.half_close();
    CHECK(one.closed());
}

TEST_CASE("T37: a server that stops ends a hundred open event streams, whole, and does not wait for them") {
    site here;
    loopback::running server(here.served);
    std::vector<std::unique_ptr<loopback::client>> clients;
    for (int i = 0; i < 100; ++i) {
        clients.push_back(std::make_unique<loopback::client>(server.port()));
        clients.back()->send(asking("/events"));
    }
    REQUIRE(comes_true([&] { return here.waiting == 100; }));
    auto begun = std::chrono::steady_clock::now();
    std::thread stopping([&] { server.stop(); });
    int whole = 0;
    for (auto& each : clients) {
        loopback::reply answer = each->receive();
        whole += answer.status == 200 && answer.body.empty() && each->closed();
        each.reset();
    }
    stopping.join();
    CHECK(whole == 100);
    CHECK(here.waiting == 0);
    CHECK(std::chrono::steady_clock::now() - begun < 8s);
}

TEST_CASE("a client that leaves together with the last of its body cancels the handler that goes on without it") {
    app served;
    std::atomic<int> reading{0}, waiting{0};
    served.post("/slow", [&](request& asked) -> task<> {
        ++reading;
        std::string body = co_await asked.body.text();
        living here(waiting);
        co_await sleep(60s);
    });
    loopback::running server(served);
    loopback::client one(server.port());
    one.send("POST /slow HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\n\r\n");
    REQUIRE(comes_true([&] { return reading == 1; }));
    std::this_thread::sleep_for(20ms);  // it waits for the body by then; if not, the test only tests less
    ::send(one.fd(), "body", 4, MSG_MORE);
    leave(one);
    CHECK(comes_true([&] { return waiting == 1; }, 2s));
    CHECK(comes_true([&] { return waiting == 0; }, 5s));
}

TEST_CASE("a plain function may add to the state of its request at the moment in which the client leaves") {
    struct note {
        std::string text = "of the thread";
    };
    app served;
    std::atomic<int> waiting{0};
    served.get("/work", [&](request& asked) {
        living here(waiting);
        auto late = std::chrono::steady_clock::now() + 20s;
        while (!asked.is_disconnected() && std::chrono::steady_clock::now() < late) std::this_thread::sleep_for(1ms);
        return asked.state<note>().text;
    });
    loopback::running server(served);
    loopback::client one(server.port());
    one.send(asking("/work"));
    REQUIRE(comes_true([&] { return waiting == 1; }));
    leave(one);
    CHECK(comes_true([&] { return waiting == 0; }));
}
