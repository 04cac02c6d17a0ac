#include <coracle/async/event.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/base/exception_text.hpp>

#include "loopback.hpp"
#include "talk.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

void fill(app& app) {
    app.get("/", on_loop([] { return std::string("root"); }));
    app.get("/wait/{ms}", [](int ms) -> task<int> {
        co_await sleep(std::chrono::milliseconds(ms));
        co_return ms;
    });
    app.get("/pool", [] { return std::string("from the pool"); });
    app.post("/echo", [](request& req) -> task<std::string> {
        std::string all;
        while (auto piece = co_await req.body.read()) {
            co_await sleep(1ms);  // what read() gave must still be there
            all += *piece;
        }
        co_return all;
    });
    app.get("/header", [](request& req) -> task<std::string> {
        std::string_view id = req.headers["x-id"];
        co_await sleep(1ms);
        co_return std::string(id);
    });
    app.get("/nothing", on_loop([] {}));
}

talk::outcome play(std::vector<talk::step> steps, bool leaves = true) {
    app app;
    fill(app);
    return talk::play(app, std::move(steps), leaves);
}
std::string hear(std::vector<talk::step> steps) { return talk::undated(play(std::move(steps)).heard); }

}  // namespace

TEST_CASE("an answer, byte for byte") {
    CHECK(hear({"GET / HTTP/1.1\r\nhost: x\r\n\r\n"}) ==
          "HTTP/1.1 200 OK\r\nserver: coracle\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: "
          "4\r\n\r\nroot");
}

TEST_CASE("HEAD has the head of GET and no body") {
    CHECK(hear({"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n"}) ==
          "HTTP/1.1 200 OK\r\nserver: coracle\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 4\r\n\r\n");
}

TEST_CASE("nothing is 204 without a length, a missing page 404, a wrong method 405 with all that are right") {
    CHECK(hear({"GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n"}) == "HTTP/1.1 204 No Content\r\nserver: coracle\r\n\r\n");
    CHECK(hear({"GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n"}).ends_with("\r\n\r\n{\"detail\":\"Not Found\"}"));
    auto heard = hear({"PUT / HTTP/1.1\r\nhost: x\r\n\r\n"});
    CHECK(heard.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
    CHECK(heard.find("allow: GET, HEAD, OPTIONS\r\n") != std::string::npos);
    heard = hear({"OPTIONS / HTTP/1.1\r\nhost: x\r\n\r\n"});
    CHECK(heard.starts_with("HTTP/1.1 204 No Content\r\n"));
    CHECK(heard.find("allow: GET, HEAD, OPTIONS\r\n") != std::string::npos);
}

TEST_CASE("HTTP/1.0 closes unless asked to stay, HTTP/1.1 stays unless asked to close") {
    std::string next = "GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n";
    CHECK(hear({"GET / HTTP/1.0\r\n\r\n" + next}).find("204") == std::string::npos);
    CHECK(hear({"GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n" + next}).find("204") != std::string::npos);
    auto closing = hear({"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n" + next});
    CHECK(closing.find("204") == std::string::npos);
    CHECK(closing.find("connection: close\r\n") != std::string::npos);
}

TEST_CASE("what a handler holds of the request is good across its waits, however the bytes came") {
    std::string get = "GET /header HTTP/1.1\r\nhost: x\r\nx-id: seventeen\r\n\r\n";
    std::string post =
        "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
    for (const std::string& all : {get + post + get, post + get + post}) {
        std::string whole = hear({all});
        CHECK(whole.find("seventeen") != std::string::npos);
        CHECK(whole.find("hello world") != std::string::npos);
        CHECK(hear(talk::byte_by_byte(all)) == whole);
        for (std::size_t cut = 1; cut < all.size(); cut += 3)
            CHECK(hear({all.substr(0, cut), all.substr(cut)}) == whole);
    }
}

TEST_CASE("an answer that is ready does not wait for the slow one behind it") {
    app app;
    fill(app);
    // The client leaves only after the first answer: it would never come if it waited for the second.
    auto heard = talk::hear(app, {"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET /wait/50 HTTP/1.1\r\nhost: x\r\n\r\n"});
    CHECK(heard.find("root") < heard.find("\r\n\r\n50"));
}

TEST_CASE("plain functions answer from the pool") {
    CHECK(hear({"GET /pool HTTP/1.1\r\nhost: x\r\n\r\nGET /pool HTTP/1.1\r\nhost: x\r\n\r\n"}).find("from the pool") !=
          std::string::npos);
}

TEST_CASE("a client that says nothing is let go after the head time, and after the keep-alive time between requests") {
    auto silent = play({}, false);
    CHECK(silent.heard.empty());
    CHECK(silent.took == 10s);
    auto satisfied = play({"GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n"}, false);
    CHECK(satisfied.heard.starts_with("HTTP/1.1 204"));
    CHECK(satisfied.took == 5s);
}

TEST_CASE("D7: no byte extends the time for a head") {
    std::vector<talk::step> drip;
    std::string head = "GET / HTTP/1.1\r\nhost: x\r\nx-slow: " + std::string(100, 'a');
    for (char c : head) drip.emplace_back(900ms, std::string(1, c));
    auto slow = play(std::move(drip), false);
    CHECK(slow.heard.starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    CHECK(slow.heard.find("connection: close\r\n") != std::string::npos);
}

TEST_CASE("a body that stops coming is 408, and one that ends early 400") {
    std::string head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc";
    CHECK(play({head}, false).heard.starts_with("HTTP/1.1 408 "));
    CHECK(play({head}, true).heard.starts_with("HTTP/1.1 400 "));
    CHECK(play({"GET / HTTP/1.1\r\nhos"}, true).heard.starts_with("HTTP/1.1 400 "));
}

TEST_CASE("waiting handlers share their time, in virtual time to the nanosecond") {
    app app;
    fill(app);
    app.freeze();
    virtual_loop world(virtual_time.patience(20s));
    server::settings how;
    how.access_log = false;
    server::workshop shop(app, how, world.reactor());
    std::vector<int> order;
    auto client = [&](int ms) -> task<> {
        auto ends = net::memory_stream::pair();
        ends.first.push("GET /wait/" + std::to_string(ms) + " HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        auto listen = [&]() -> task<> {
            auto bytes = co_await ends.first.read();
            REQUIRE(bytes);
            CHECK(bytes->ends_with(std::to_string(ms)));
            order.push_back(ms);
            ends.first.close();
        };
        co_await gather(server::connection(std::move(ends.second), shop), listen());
    };
    std::vector<task<>> clients;
    for (int ms : {300, 100, 200}) clients.push_back(client(ms));
    for (int i = 0; i < 200; ++i) clients.push_back(client(2000));
    auto all = [&]() -> task<> { co_await gather(std::move(clients)); };
    world.run(all());
    CHECK(order[0] == 100);
    CHECK(order[1] == 200);
    CHECK(order[2] == 300);
    CHECK(order.size() == 203);
    CHECK(world.elapsed() == 2s);
}

TEST_CASE("a client that takes nothing of its answer is cut off, and one that is slow is not") {
    app app;
    app.get("/large", on_loop([] { return std::string(1 << 20, 'x'); }));
    app.freeze();
    for (bool reads : {true, false}) {
        CAPTURE(reads);
        virtual_loop world(virtual_time.patience(20s));
        server::settings how;
        how.access_log = false;
        server::workshop shop(app, how, world.reactor());
        auto ends = net::memory_stream::pair(64 * 1024);
        ends.first.push("GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        std::size_t got = 0;
        auto listen = [&]() -> task<> {
            bool open = reads;
            while (open) {
                co_await sleep(2s);  // 64 KiB in two seconds: slow, and twice what it must
                auto bytes = co_await ends.first.read();
                open = bytes && !bytes->empty();
                if (open) got += bytes->size();
            }
            if (reads) ends.first.close();
        };
        auto both = [&]() -> task<> { co_await gather(server::connection(std::move(ends.second), shop), listen()); };
        world.run(both());
        if (reads) CHECK(got > (1 << 20));
        if (reads) CHECK(world.elapsed() > 30s);
        if (!reads) CHECK(world.elapsed() == 10s);
    }
}

TEST_CASE("D4: small requests for large answers do not fill the memory, and a ready answer waits for nobody") {
    app app;
    int called = 0;
    app.get("/large", on_loop([&] {
                ++called;
                return std::string(100'000, 'x');
            }));
    app.freeze();
    virtual_loop world(virtual_time.patience(20s));
    server::settings how;
    how.access_log = false;
    server::workshop shop(app, how, world.reactor());
    auto ends = net::memory_stream::pair(64 * 1024);
    std::string all;
    for (int i = 0; i < 100; ++i) all += "GET /large HTTP/1.1\r\nhost: x\r\n\r\n";
    ends.first.push(all);
    std::size_t got = 0;
    auto listen = [&]() -> task<> {
        co_await sleep(1s);
        CHECK(called == 1);
        [[maybe_unused]] auto ended = ends.first.shutdown_write();
        bool open = true;
        while (open) {
            auto bytes = co_await ends.first.read();
            open = bytes && !bytes->empty();
            if (open) got += bytes->size();
        }
        ends.first.close();
    };
    auto both = [&]() -> task<> { co_await gather(server::connection(std::move(ends.second), shop), listen()); };
    world.run(both());
    CHECK(called == 100);
    CHECK(got > 10'000'000);
}

TEST_CASE("a line end behind a body is no request that began: no answer, and no waiting for its rest") {
    auto late = play({"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc\r\n"}, false);
    CHECK(late.heard.find("408") == std::string::npos);
    CHECK(late.took < 6s);
    auto left = play({"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc\r\n"}, true);
    CHECK(left.heard.find("HTTP/1.1 400") == std::string::npos);
}

TEST_CASE("a body that is waited for beside something that fails never sends twice what was answered before") {
    app app;
    app.get("/large", on_loop([] { return std::string(50'000, 'x'); }));
    auto fails = []() -> task<> {
        co_await sleep(50ms);
        throw http_error(418);
    };
    app.post("/fail", [&](request& req) -> task<std::string> {
        auto reads = [&]() -> task<> { co_await req.body.text(); };
        co_await gather(reads(), fails());
        co_return "never";
    });
    app.freeze();
    virtual_loop world(virtual_time.patience(20s));
    server::settings how;
    how.access_log = false;
    server::workshop shop(app, how, world.reactor());
    auto ends = net::memory_stream::pair(16 * 1024);
    ends.first.push(
        "GET /large HTTP/1.1\r\nhost: x\r\n\r\nPOST /fail HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n");
    std::string got;
    auto listen = [&]() -> task<> {
        bool open = true;
        while (open) {
            co_await sleep(20ms);
            auto bytes = co_await ends.first.read();
            open = bytes && !bytes->empty();
            if (open) got += *bytes;
        }
        ends.first.close();
    };
    auto both = [&]() -> task<> { co_await gather(server::connection(std::move(ends.second), shop), listen()); };
    world.run(both());
    // The write was cut short at an unknown byte: what came is a beginning of the answer, and nothing came after it.
    std::string body = got.substr(got.find("\r\n\r\n") + 4);
    CHECK(body.size() <= 50'000);
    CHECK(body.find_first_not_of('x') == std::string::npos);
}

TEST_CASE("a handler cannot answer with an interim status") {
    app app;
    app.get("/{status}", [](int status) -> task<response> { co_return response(status); });
    CHECK(talk::hear(app, {"GET /101 HTTP/1.1\r\nhost: x\r\n\r\n"}).starts_with("HTTP/1.1 500 "));
}

TEST_CASE("a client that vanishes ends its connection quietly") {
    app app;
    fill(app);
    app.freeze();
    virtual_loop world(virtual_time.patience(20s));
    server::workshop shop(app, {}, world.reactor());
    auto ends = net::memory_stream::pair();
    ends.first.push("GET /wait/10 HTTP/1.1\r\nhost: x\r\n\r\n");
    ends.first.fail_writes(std::make_error_code(std::errc::connection_reset));
    ends.first.close();
    world.run(server::connection(std::move(ends.second), shop));
}

TEST_CASE("T13: background tasks begin when the answer is sent, and the next request on the connection does not wait") {
    app app;
    std::string seen;
    event go;
    app.post("/job", [&](request& asked, background_tasks& background) -> task<std::string> {
        auto work = [](request& kept, event& until, std::string& log) -> task<> {
            log += "begun ";
            co_await until.wait();
            // The request is still there.
            log += std::string(kept.headers["x-id"]) + " " + std::string(kept.client.address) + " ";
        };
        background.add(work, std::ref(asked), std::ref(go), std::ref(seen));
        seen += "answered ";
        co_return "ok";
    });
    app.get("/seen", on_loop([&] { return seen; }));
    app.get("/go", [&]() -> task<std::string> {
        go.set();
        co_await yield_now();
        co_await yield_now();
        co_return seen;
    });
    loopback::running server(app);
    loopback::client client(server.port());
    CHECK(client.ask("POST /job HTTP/1.1\r\nhost: t\r\nx-id: seven\r\ncontent-length: 0\r\n\r\n").body == "ok");
    CHECK(client.get("/seen").body == "answered begun ");
    CHECK(client.get("/go").body == "answered begun seven 127.0.0.1 ");
}

TEST_CASE("a body that the handler left unread is read past while its background tasks run, one byte or all at once") {
    app app;
    int ran = 0;
    app.post("/job", on_loop([&](background_tasks& background) {
                 background.add([&]() -> task<> {
                     ++ran;
                     co_return;
                 });
                 return "ok";
             }));
    app.get("/ran", on_loop([&] { return ran; }));
    loopback::running server(app);
    loopback::client client(server.port());
    client.send("POST /job HTTP/1.1\r\nhost: t\r\ncontent-length: 10\r\n\r\n");
    CHECK(client.receive().body == "ok");
    for (char c : std::string("0123456789")) client.send(std::string(1, c));
    CHECK(client.get("/ran").body == "1");
    client.send(
        "POST /job HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        "POST /job HTTP/1.1\r\nhost: t\r\ncontent-length: 2\r\n\r\nhi"
        "GET /ran HTTP/1.1\r\nhost: t\r\n\r\n");
    CHECK(client.receive().body == "ok");
    CHECK(client.receive().body == "ok");
    CHECK(client.receive().status == 200);
    CHECK(client.get("/ran").body == "3");
}

TEST_CASE("T15: a client that leaves does not cancel background tasks, and a server that stops waits for them") {
    app app;
    bool done = false;
    app.post("/job", [&](background_tasks& background) -> task<std::string> {
        background.add([]() -> task<> {
            throw std::runtime_error("told, and no more");
            co_return;
        });
        background.add([&]() -> task<> {
            co_await sleep(100ms);
            done = true;
        });
        co_return "ok";
    });
    std::string log;
    app.error_log([&](const std::exception_ptr& error, const request&) { log += exception_trace(error); });
    {
        loopback::running server(app);
        loopback::client client(server.port());
        CHECK(client.post("/job", "").body == "ok");
    }
    CHECK(done);
    CHECK(log == "std::runtime_error: told, and no more");
}
