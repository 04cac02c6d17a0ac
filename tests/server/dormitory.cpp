#include <coracle/server/dormitory.hpp>

#include <coracle/async/task_group.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/server/connection.hpp>

#include "loopback.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t awake = server::dormitory::stay_awake;

/// A loop's connections over socket pairs, and who goes on with those that wake.
class house {
public:
    house(const app& served, const server::settings& how) : shop(served, how, loop::reactor::current()) {
        shop.dormitory.open(true);
    }
    void connect(task_group& connections) {
        int pair[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
        os::file_descriptor mine(pair[0]);
        net::socket_stream stream(std::move(mine), net::address());
        connections.spawn(server::connection(std::move(stream), shop));
        clients.push_back(std::make_unique<net::socket_stream>(os::file_descriptor(pair[1]), net::address()));
    }
    task<std::string> ask(std::size_t client) {
        auto sent = co_await clients[client]->write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
        if (!sent) co_return "";
        auto bytes = co_await clients[client]->read();
        co_return bytes ? std::string(*bytes) : "";
    }
    task<> rouse(task_group& connections) {
        for (;;) {
            co_await shop.dormitory.somebody_woke().wait();
            while (std::optional<server::dormitory::guest> one = shop.dormitory.next_awake()) {
                net::socket_stream stream(std::move(one->socket), std::move(one->peer));
                connections.spawn(server::connection(std::move(stream), shop, one->tls, one->asked));
                ++woken;
            }
        }
    }

    server::workshop shop;
    std::vector<std::unique_ptr<net::socket_stream>> clients;
    int woken = 0;
};

void live(const server::settings& settings, task<> (*story)(house&, task_group&)) {
    server::settings how = settings;
    how.access_log = false;
    app served;
    int asked = 0;
    served.get("/", on_loop([&] { return ++asked; }));
    served.freeze();
    auto all = [&]() -> task<> {
        house in(served, how);
        auto body = [&](task_group& group) -> task<> {
            group.spawn(in.rouse(group));
            for (std::size_t i = 0; i < awake + 44; ++i) {
                in.connect(group);
                std::string answer = co_await in.ask(i);
                CHECK(answer.ends_with("\r\n\r\n" + std::to_string(asked)));
            }
            co_await sleep(2 * server::dormitory::moment);
            for (int i = 0; i < 50; ++i) {
                std::string answer = co_await in.ask(awake + 43);
                CHECK(answer.ends_with("\r\n\r\n" + std::to_string(asked)));
                co_await sleep(0ns);
            }
            co_await story(in, group);
            in.clients.clear();
            group.cancel();
        };
        co_await with_group(body);
        CHECK(in.shop.dormitory.size() <= in.shop.admission.connections());
    };
    run(all());
}

}  // namespace

TEST_CASE("D8: those that wait longest sleep, the latest 256 stay awake, and who is asked wakes and answers") {
    live({}, [](house& in, task_group&) -> task<> {
        CHECK(in.shop.dormitory.size() >= 44);  // or one more: they go by twos
        CHECK(in.shop.admission.connections() == awake + 44);
        CHECK(in.woken == 0);
        CHECK(in.shop.counts.connections_opened.get() == awake + 44);
        for (std::size_t i = 0; i < 10; ++i) {
            std::string answer = co_await in.ask(i);
            CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        }
        CHECK(in.woken == 10);
        CHECK(in.shop.admission.connections() == awake + 44);
        CHECK(in.shop.counts.connections_opened.get() == awake + 44);
        CHECK(in.shop.counts.connections_closed.get() == 0);
        // One that leaves in its sleep is gone.
        std::size_t before = in.shop.admission.connections();
        in.clients[20]->close();
        while (in.shop.admission.connections() == before) co_await sleep(1ms);
        CHECK(in.shop.counts.connections_closed.get() == 1);
    });
}

TEST_CASE("who wakes soon was laid down too soon: the others are waited for longer, until enough sleep soundly") {
    live({}, [](house& in, task_group&) -> task<> {
        server::dormitory& beds = in.shop.dormitory;
        CHECK(beds.patience() == server::dormitory::moment);
        for (std::size_t i = 0; i < 6; ++i) {
            std::string answer = co_await in.ask(i);
            CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        }
        CHECK(in.woken == 6);
        CHECK(beds.patience() == server::dormitory::longest_moment);
        std::size_t asleep = beds.size();
        co_await sleep(2 * server::dormitory::moment);
        for (int i = 0; i < 50; ++i) {
            std::string answer = co_await in.ask(awake + 43);
            CHECK(answer.ends_with(std::to_string(350 + i + 7)));
            co_await sleep(0ns);
        }
        CHECK(beds.size() == asleep);
        std::vector<os::file_descriptor> ends;
        for (unsigned i = 0; i < server::dormitory::sound_sleepers; ++i) {
            int pair[2];
            REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
            ends.emplace_back(pair[1]);
            server::dormitory::guest one{os::file_descriptor(pair[0]), 1, false, os::time_point::max(), {}};
            in.shop.admission.connection_begins();
            beds.take_in(std::move(one));
        }
        CHECK(beds.patience() == server::dormitory::longest_moment / 2);
        while (beds.size() > 0) CHECK(beds.make_room());
    });
}

TEST_CASE("D8: sleeping does not make the time between two requests longer, and a stop ends it") {
    server::settings how;
    how.limits.keep_alive = 300ms;
    live(how, [](house& in, task_group&) -> task<> {
        CHECK(in.shop.dormitory.size() > 0);
        auto bytes = co_await in.clients[0]->read();
        REQUIRE(bytes);
        CHECK(bytes->empty());
        while (in.shop.dormitory.size() > 0) co_await sleep(1ms);
    });
    live({}, [](house& in, task_group&) -> task<> {
        CHECK(in.shop.dormitory.size() >= 44);  // or one more: they go by twos
        co_await sleep(300ms);                  // longer than a last chance
        in.shop.stop();
        CHECK(in.shop.dormitory.size() == 0);
        auto bytes = co_await in.clients[0]->read();
        REQUIRE(bytes);
        CHECK(bytes->empty());
    });
}

TEST_CASE("D8: when there are as many connections as there may be, the one that sleeps longest makes room") {
    live({}, [](house& in, task_group&) -> task<> {
        std::size_t before = in.shop.admission.connections();
        CHECK(in.shop.dormitory.make_room());
        CHECK(in.shop.admission.connections() == before - 1);
        auto bytes = co_await in.clients[0]->read();
        REQUIRE(bytes);
        CHECK(bytes->empty());
    });
}

TEST_CASE("D8: a server with many connections, all asleep but some, answers each of them, twice") {
    app served;
    served.get("/", on_loop([] { return "root"; }));
    loopback::running server(served);
    std::vector<loopback::client> clients;
    for (int i = 0; i < 600; ++i) {
        clients.emplace_back(server.port());
        CHECK(clients.back().get("/").body == "root");
    }
    for (int round = 0; round < 2; ++round) {
        std::this_thread::sleep_for(25ms);
        for (auto& each : clients) CHECK(each.get("/").body == "root");
    }
}
