// Scenarios of answers that take long, and of clients and servers that do not wait for their end, in virtual time over
// a network in memory that behaves as TCP does; what the system has its part in, over real sockets.
#include "loopback.hpp"

#include <coracle/app/cors.hpp>
#include <coracle/app/event_stream.hpp>
#include <coracle/app/file.hpp>
#include <coracle/app/generated_body.hpp>
#include <coracle/app/stop_notice.hpp>
#include <coracle/async/channel.hpp>
#include <coracle/async/select.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/file_response.hpp>
#include <coracle/server/workshop.hpp>
#include <coracle/testing/memory_network.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <os/tree.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

/// A server at "site:80" of a network without a delay.
class site {
public:
    virtual_loop world{virtual_time.patience(20s)};
    memory_network network{world.reactor()};
    app served;

    /// Runs `clients(site)`, and then until the server has nothing left to do.
    template <class Clients>
    void play(Clients clients) {
        served.freeze();
        server::settings how;
        how.access_log = false;
        server::workshop shop(served, how, world.reactor());
        shop_ = &shop;
        auto door = network.listen("site:80");
        REQUIRE(door);
        auto accept = [&](task_group& connections) -> task<> {
            shop.announce();
            for (;;) {
                auto next = co_await door->accept();
                if (!next) co_return;
                connections.spawn(server::connection(std::move(*next), shop));
            }
        };
        auto all = [&]() -> task<> {
            task_group connections;
            connections.spawn(accept(connections));
            co_await clients();
            door->close();
            co_await connections.join();
        };
        world.run(all());
    }
    void stop() { shop_->stop(); }
    std::chrono::nanoseconds elapsed() const { return world.elapsed(); }

private:
    server::workshop* shop_ = nullptr;
};

/// Reads until `end` has come, or the stream has ended.
task<std::string> read_to(memory_network::stream& from, std::string_view end) {
    std::string all;
    bool open = true;
    while (open && (end.empty() || all.find(end) == all.npos)) {
        auto bytes = co_await from.read();
        open = bytes && !bytes->empty();
        if (open) all += *bytes;
    }
    co_return all;
}
const std::string lasting = "GET /lasting HTTP/1.1\r\nhost: site\r\n\r\n";

/// How many descriptors of this process are of that file.
int descriptors_of(const std::string& path) {
    int count = 0;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        count += std::filesystem::read_symlink(each.path(), gone) == path ? 1 : 0;
    }
    return count;
}

void make_large(const tree& all, const char* name, std::size_t size) {
    all.write(name, "the first bytes");
    REQUIRE(::truncate(all.at(name).c_str(), static_cast<off_t>(size)) == 0);
}

}  // namespace

TEST_CASE("T04: a page of another site asks whether it may, fetches, and gives up; then its handler ends at once") {
    site here;
    here.network.everywhere().latency(1ms);
    here.served.use(cors({.allow_origins = {"https://page.example"},
                          .allow_methods = {"*"},
                          .allow_headers = {"x-token"},
                          .allow_credentials = true}));
    here.served.put("/items/{id}", [](int id) -> task<json> { co_return json{{"id", id}}; });
    std::chrono::nanoseconds given_up{}, cancelled_after{};
    int begun = 0;
    here.served.put("/report", [&]() -> task<std::string> {
        ++begun;
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            cancelled_after = here.elapsed() - given_up;
            throw;
        }
        co_return "never";
    });
    const std::string of_page = "Host: site\r\nConnection: keep-alive\r\nOrigin: https://page.example\r\n";
    here.play([&]() -> task<> {
        auto line = co_await here.network.connect("site:80");
        REQUIRE(line);
        (void)co_await line->write(
            "OPTIONS /items/7 HTTP/1.1\r\n" + of_page +
            "Accept: */*\r\nAccess-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: "
            "content-type,x-token\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: cross-site\r\n\r\n");
        std::string may = co_await read_to(*line, "\r\n\r\nOK");
        CHECK(may.starts_with("HTTP/1.1 200 OK\r\n"));
        for (const char* field :
             {"access-control-allow-origin: https://page.example", "access-control-allow-credentials: true",
              "access-control-allow-methods: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY",
              "access-control-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, x-token",
              "access-control-max-age: 600",
              "vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
              "Access-Control-Request-Private-Network"})
            CHECK_MESSAGE(may.find("\r\n" + std::string(field) + "\r\n") != may.npos, std::string(field), " is not in ",
                          may);
        (void)co_await line->write("PUT /items/7 HTTP/1.1\r\n" + of_page + "x-token: 1\r\ncontent-length: 0\r\n\r\n");
        std::string fetched = co_await read_to(*line, "{\"id\":7}");
        CHECK(fetched.starts_with("HTTP/1.1 200 OK\r\n"));
        for (const char* field : {"access-control-allow-origin: https://page.example",
                                  "access-control-allow-credentials: true", "vary: Origin"})
            CHECK_MESSAGE(fetched.find("\r\n" + std::string(field) + "\r\n") != fetched.npos, std::string(field),
                          " is not in ", fetched);
        // Browsers give up a request of HTTP/1.1 by closing its connection, some with a reset.
        for (bool resets : {false, true}) {
            cancelled_after = -1s;
            if (!line->is_open()) line = co_await here.network.connect("site:80");
            REQUIRE(line);
            (void)co_await line->write("PUT /report HTTP/1.1\r\n" + of_page + "content-length: 0\r\n\r\n");
            co_await sleep(1s);
            given_up = here.elapsed();
            resets ? line->abort() : line->close();
            co_await sleep(1s);
            CHECK(cancelled_after >= 0ms);
            CHECK(cancelled_after <= 50ms);
        }
        CHECK(begun == 2);
    });
}

TEST_CASE("T28: the first byte of an answer does not wait for the rest of it") {
    site here;
    tree all;
    make_large(all, "large", std::size_t{1} << 30);
    here.served.get("/rows", []() -> generator<std::string> {
        co_yield std::string("name,price\n");
        for (;;) {
            co_await sleep(1min);
            co_yield std::string("tea,3\n");
        }
    });
    here.served.get("/file", [&all]() -> task<file> { co_return file(all.at("large")); });
    here.play([&]() -> task<> {
        for (std::string_view path : {"/rows", "/file"}) {
            auto line = co_await here.network.connect("site:80");
            REQUIRE(line);
            auto asked = here.elapsed();
            (void)co_await line->write("GET " + std::string(path) + " HTTP/1.1\r\nhost: site\r\n\r\n");
            std::string got = co_await read_to(*line, path == "/rows" ? "name,price" : "the first bytes");
            CHECK(got.starts_with("HTTP/1.1 200 OK\r\n"));
            CHECK(here.elapsed() - asked <= 10ms);
        }
    });
}

TEST_CASE("T28: a file is closed when its client leaves, and he may come back for the rest") {
    site here;
    tree all;
    std::size_t size = std::size_t{1} << 30;
    make_large(all, "large", size);
    here.served.get("/file", [&all]() -> task<file> { co_return file(all.at("large")); });
    here.play([&]() -> task<> {
        for (bool resets : {false, true}) {
            auto line = co_await here.network.connect("site:80");
            REQUIRE(line);
            (void)co_await line->write("GET /file HTTP/1.1\r\nhost: site\r\n\r\n");
            (void)co_await read_to(*line, "the first bytes");
            co_await sleep(1s);
            CHECK(descriptors_of(all.at("large")) == 1);
            resets ? line->abort() : line->close();
            co_await sleep(100ms);
            CHECK(descriptors_of(all.at("large")) == 0);
        }
        auto again = co_await here.network.connect("site:80");
        REQUIRE(again);
        (void)co_await again->write("GET /file HTTP/1.1\r\nhost: site\r\nconnection: close\r\nrange: bytes=" +
                                    std::to_string(size - 10) + "-\r\n\r\n");
        std::string rest = co_await read_to(*again, "");
        CHECK(rest.starts_with("HTTP/1.1 206 Partial Content\r\n"));
        CHECK(rest.ends_with("\r\n\r\n" + std::string(10, '\0')));
    });
    CHECK(descriptors_of(all.at("large")) == 0);
}

TEST_CASE("T28: over sockets, too, a file is closed when its client leaves") {
    tree all;
    make_large(all, "large", std::size_t{1} << 30);
    app served;
    served.get("/file", [&all]() -> task<file> { co_return file(all.at("large")); });
    loopback::running server(served);
    {
        loopback::client one(server.port());
        one.send("GET /file HTTP/1.1\r\nhost: site\r\n\r\n");
        char first[1];
        REQUIRE(::recv(one.fd(), first, 1, 0) == 1);
        CHECK(descriptors_of(all.at("large")) == 1);
    }
    auto late = std::chrono::steady_clock::now() + 20s;
    while (descriptors_of(all.at("large")) != 0 && std::chrono::steady_clock::now() < late)
        std::this_thread::sleep_for(1ms);
    CHECK(descriptors_of(all.at("large")) == 0);
}

TEST_CASE("T37: a hundred event streams are kept alive to the byte, and hear of the stop before they end") {
    site here;
    int left = 0;
    here.served.get("/lasting", [&left](stop_notice& stopping) -> event_stream {
        channel<int> updates;
        auto what = co_await select(updates.receive(), stopping.wait());
        CHECK(what.index() == 1);
        CHECK(stopping.given());
        ++left;
        co_yield sse_event("come back soon").event("stopping");
    });
    int deaf = 0;
    here.served.get("/deaf", [&deaf](stop_notice& stopping) -> event_stream {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            deaf += stopping.given() ? 1 : 0;
            throw;
        }
        co_yield sse_event("never");
    });
    const std::string ping = "8\r\n: ping\n\n\r\n";
    const std::string bye = "26\r\nevent: stopping\ndata: come back soon\n\n\r\n";
    std::vector<std::string> bodies;
    std::vector<std::chrono::nanoseconds> ends;
    auto listen = [&](std::string asking) -> task<> {
        auto line = co_await here.network.connect("site:80");
        REQUIRE(line);
        (void)co_await line->write(asking);
        std::string got = co_await read_to(*line, "");
        CHECK(got.starts_with("HTTP/1.1 200 OK\r\n"));
        std::size_t head = got.find("\r\n\r\n");
        bodies.push_back(got.substr(head == got.npos ? 0 : head + 4));
        ends.push_back(here.elapsed());
    };
    here.play([&]() -> task<> {
        task_group clients;
        for (int i = 0; i < 100; ++i) clients.spawn(listen(lasting));
        clients.spawn(listen("GET /deaf HTTP/1.1\r\nhost: site\r\n\r\n"));
        co_await sleep(40s);
        here.stop();
        co_await clients.join();
    });
    CHECK(left == 100);
    CHECK(deaf == 1);
    REQUIRE(bodies.size() == 101);
    int whole = 0, bare = 0;
    for (const std::string& each : bodies) {
        whole += each == ping + ping + bye + "0\r\n\r\n" ? 1 : 0;
        bare += each == ping + ping + "0\r\n\r\n" ? 1 : 0;
    }
    CHECK_MESSAGE(whole == 100, bodies.front());
    CHECK(bare == 1);
    // Behind the end of the body a request that is on its way has its last chance.
    for (auto at : ends) CHECK(at <= 40'250ms);
}

TEST_CASE("T37: Ctrl-C with a hundred open streams: they hear of it first, and the server ends in its grace time") {
    app served;
    std::atomic<int> open{0}, heard{0}, heard_before{-1};
    served.get("/lasting", [&](stop_notice& stopping) -> event_stream {
        ++open;
        co_await stopping.wait();
        ++heard;
        co_yield sse_event("come back soon").event("stopping");
    });
    served.get("/stubborn", [&]() -> task<> {
        ++open;
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            heard_before = heard.load();
            throw;
        }
    });
    server::server here(served, {.port = 0,
                                 .access_log = false,
                                 .banner = false,
                                 .graceful_timeout = 1s,
                                 .watchdog = std::chrono::milliseconds(0)});
    here.start();
    std::thread serving([&] { here.serve(); });
    std::vector<std::unique_ptr<loopback::client>> clients;
    for (int i = 0; i < 100; ++i) {
        clients.push_back(std::make_unique<loopback::client>(here.port()));
        clients.back()->send(lasting);
    }
    loopback::client stubborn(here.port());
    stubborn.send("GET /stubborn HTTP/1.1\r\nhost: site\r\n\r\n");
    while (open != 101) std::this_thread::sleep_for(1ms);
    auto begun = std::chrono::steady_clock::now();
    ::kill(::getpid(), SIGINT);
    int whole = 0;
    for (auto& each : clients) {
        loopback::reply got = each->receive();
        whole += got.body == "event: stopping\ndata: come back soon\n\n" && each->closed() ? 1 : 0;
    }
    serving.join();
    auto took = std::chrono::steady_clock::now() - begun;
    CHECK(whole == 100);
    CHECK(heard_before == 100);
    CHECK(took >= 1s);
    // As long as what is cancelled needs to end, on a busy machine.
    CHECK(took < 8s);
}
