#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/base/report.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/net/resolver.hpp>
#include <coracle/os/native_poller.hpp>
#include <coracle/os/poller.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <netdb.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <ostream>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;
using net::families;

namespace {

/// Name servers of a test: they know what the test says, hold answers back, and count.
class name_servers {
public:
    std::function<result<std::vector<net::address>>(const std::string& host, const std::string& service, families)>
        answer = [](const std::string&, const std::string&, families) -> result<std::vector<net::address>> {
        return std::vector{net::address(net::ipv6_bytes{0x20, 1, 0xd, 0xb8}, 0),
                           net::address(net::ipv4_bytes{192, 0, 2, 1}, 0)};
    };

    net::name_lookup lookup() {
        return [this](const std::string& host, const std::string& service,
                      families wanted) -> result<std::vector<net::address>> {
            ++begun;
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [this] { return !held_; });
            }
            auto found = answer(host, service, wanted);
            ++ended;
            return found;
        };
    }
    void hold() {
        std::lock_guard lock(mutex_);
        held_ = true;
    }
    void let_go() {
        {
            std::lock_guard lock(mutex_);
            held_ = false;
        }
        changed_.notify_all();
    }

    std::atomic<int> begun = 0;
    std::atomic<int> ended = 0;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool held_ = false;
};

/// The system's, and a moment between the turn of the tasks and the look at the world.
class poller_with_news final : public os::poller {
public:
    std::function<void()> before_wait;

    result<void> watch(int fd, os::watcher& who) override { return system_->watch(fd, who); }
    void forget(int fd, os::watcher& who) noexcept override { system_->forget(fd, who); }
    void wait(std::optional<os::time_point> until) override {
        before_wait();
        system_->wait(until);
    }
    os::time_point now() noexcept override { return system_->now(); }
    void wake() noexcept override { system_->wake(); }

private:
    std::unique_ptr<os::poller> system_ = os::make_native_poller();
};

std::string shown(const net::resolver::answer& what) {
    if (!what) return what.error().message;
    std::string out;
    for (const net::address& each : *what) out += (out.empty() ? "" : " ") + each.text();
    return out;
}

task<std::string> ask(net::resolver& names, std::string host, std::uint16_t port = 80,
                      families wanted = families::both) {
    auto found = co_await names.resolve(std::move(host), port, wanted);
    co_return shown(found);
}
task<std::string> ask_service(net::resolver& names, std::string host, std::string service) {
    auto found = co_await names.resolve(std::move(host), std::move(service));
    co_return shown(found);
}
template <class Condition>
task<> until(Condition condition) {
    while (!condition()) co_await sleep(1ms);
}

const std::string both = "[2001:db8::]:80 192.0.2.1:80";

}  // namespace

TEST_CASE("a name is looked up, and its addresses come in order with the port") {
    name_servers world;
    std::string asked;
    world.answer = [&](const std::string& host, const std::string& service,
                       families wanted) -> result<std::vector<net::address>> {
        asked = host + "," + service + (wanted == families::ipv4 ? "4" : "");
        return std::vector{net::address(net::ipv4_bytes{192, 0, 2, 7}, 0),
                           net::address(net::ipv4_bytes{192, 0, 2, 8}, 0)};
    };
    net::resolver names(world.lookup());
    CHECK(run(ask(names, "example.org", 443)) == "192.0.2.7:443 192.0.2.8:443");
    CHECK(asked == "example.org,");
    CHECK(run(ask(names, "example.com", 1, families::ipv4)) == "192.0.2.7:1 192.0.2.8:1");
    CHECK(asked == "example.com,4");
}

TEST_CASE("literals, localhost and what is no name never reach the lookup") {
    name_servers world;
    net::resolver names(world.lookup());
    CHECK(run(ask(names, "1.2.3.4")) == "1.2.3.4:80");
    CHECK(run(ask(names, "app.localhost")) == "[::1]:80 127.0.0.1:80");
    CHECK(run(ask(names, "127.1")).find("ends in a number") != std::string::npos);
    CHECK(world.begun == 0);
}

TEST_CASE("what is refused is told as an error of the caller, with a code") {
    net::resolver names;
    auto test = [&]() -> task<> {
        auto refused = co_await names.resolve("a b", 80);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == std::errc::invalid_argument);
    };
    run(test());
}

TEST_CASE("a failure says the host and the reason") {
    name_servers world;
    std::error_code why = os::name_not_known();
    world.answer = [&](const std::string&, const std::string&, families) -> result<std::vector<net::address>> {
        return failure(why);
    };
    net::resolver names(world.lookup());
    CHECK(run(ask(names, "nosuch.example")) ==
          "no address for 'nosuch.example': the name is not known, or has no such address");
    CHECK(run(ask(names, "nosuch.example", 80, families::ipv6)) ==
          "no IPv6 address for 'nosuch.example': the name is not known, or has no such address");
    why = std::error_code(EAI_AGAIN, os::lookup_category());
    auto test = [&]() -> task<> {
        auto found = co_await names.resolve("silent.example", 80);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == std::errc::resource_unavailable_try_again);
        CHECK(found.error().message ==
              "no address for 'silent.example': the name servers do not answer; try again later");
    };
    run(test());
    world.answer = [](const std::string&, const std::string&, families) -> result<std::vector<net::address>> {
        return std::vector<net::address>();
    };
    CHECK(run(ask(names, "empty.example")) ==
          "no address for 'empty.example': the name is not known, or has no such address");
}

TEST_CASE("services are numbers, or names that the lookup knows") {
    name_servers world;
    std::string asked;
    world.answer = [&](const std::string& host, const std::string& service,
                       families) -> result<std::vector<net::address>> {
        asked = host + "," + service;
        return std::vector{net::address(net::ipv4_bytes{192, 0, 2, 1}, 443)};
    };
    net::resolver names(world.lookup());
    CHECK(run(ask_service(names, "1.2.3.4", "443")) == "1.2.3.4:443");
    CHECK(run(ask_service(names, "example.org", "443")) == "192.0.2.1:443");
    CHECK(asked == "example.org,");
    CHECK(run(ask_service(names, "example.org", "https")) == "192.0.2.1:443");
    CHECK(asked == "example.org,https");
    CHECK(run(ask_service(names, "[::1]", "https")) == "192.0.2.1:443");
    CHECK(asked == "::1,https");
    CHECK(run(ask_service(names, "app.localhost", "https")) == "192.0.2.1:443");
    CHECK(asked == "localhost,https");
    int before = world.begun;
    CHECK(run(ask_service(names, "example.org", "")) == "'' is no port from 0 to 65535 and no name of a service");
    CHECK(run(ask_service(names, "example.org", "65536")) ==
          "'65536' is no port from 0 to 65535 and no name of a service");
    CHECK(run(ask_service(names, "example.org", "a b")).find("is no port") != std::string::npos);
    CHECK(run(ask_service(names, "a b", "https")).find("is no host name") != std::string::npos);
    CHECK(world.begun == before);
}

TEST_CASE("an exception of the lookup reaches every task that waits, and is not remembered") {
    name_servers world;
    world.answer = [](const std::string&, const std::string&, families) -> result<std::vector<net::address>> {
        throw std::runtime_error("broken lookup");
    };
    net::resolver names(world.lookup());
    auto test = [&]() -> task<> {
        world.hold();
        int caught = 0;
        auto asking = [&]() -> task<> {
            try {
                co_await ask(names, "example.org");
            } catch (const std::runtime_error& error) {
                CHECK(std::string(error.what()) == "broken lookup");
                ++caught;
            }
        };
        auto releasing = [&]() -> task<> {
            co_await until([&] { return world.begun == 1; });
            world.let_go();
        };
        co_await gather(asking(), asking(), releasing());
        CHECK(caught == 2);
        CHECK(names.kept() == 0);
    };
    run(test());
}

TEST_CASE("a hundred tasks that ask for one name make one lookup, whatever its letters' case") {
    name_servers world;
    net::resolver names(world.lookup());
    auto test = [&]() -> task<> {
        world.hold();
        std::vector<task<std::string>> asking;
        for (int i = 0; i < 100; ++i) asking.push_back(ask(names, i % 2 ? "example.org" : "Example.ORG"));
        auto releasing = [&]() -> task<> {
            co_await until([&] { return world.begun == 1; });
            CHECK(names.open() == 1);
            world.let_go();
        };
        auto [answers, done] = co_await gather(gather(std::move(asking)), releasing());
        for (const std::string& each : answers) CHECK(each == both);
        CHECK(world.begun == 1);
        CHECK(names.open() == 0);
    };
    run(test());
}

TEST_CASE("cancelling one who waits does not cancel the others") {
    name_servers world;
    net::resolver names(world.lookup());
    auto test = [&]() -> task<> {
        world.hold();
        task_group leaving;
        task_group staying;
        int left = 0;
        int answered = 0;
        auto asking = [&]() -> task<> {
            try {
                std::string answer = co_await ask(names, "example.org");
                CHECK(answer == both);
                ++answered;
            } catch (const cancelled&) {
                ++left;
                throw;
            }
        };
        for (int i = 0; i < 3; ++i) {
            leaving.spawn(asking());
            staying.spawn(asking());
        }
        co_await until([&] { return world.begun == 1; });
        leaving.cancel();
        co_await leaving.join();
        CHECK(left == 3);
        CHECK(answered == 0);
        world.let_go();
        co_await staying.join();
        CHECK(answered == 3);
        CHECK(world.begun == 1);
    };
    run(test());
}

TEST_CASE("a cancelled task leaves at once although the lookup goes on, and who asks next gets its answer") {
    name_servers world;
    net::resolver names(world.lookup());
    auto test = [&]() -> task<> {
        world.hold();
        task_group group;
        auto asking = [&]() -> task<> { co_await ask(names, "example.org"); };
        group.spawn(asking());
        co_await until([&] { return world.begun == 1; });
        group.cancel();
        co_await group.join();  // does not wait for the lookup, which is held
        CHECK(world.ended == 0);
        CHECK(names.open() == 1);

        SUBCASE("that is still under way") {
            auto releasing = [&]() -> task<> {
                world.let_go();
                co_return;
            };
            auto [answer, done] = co_await gather(ask(names, "example.org"), releasing());
            CHECK(answer == both);
        }
        SUBCASE("that has ended meanwhile") {
            world.let_go();
            co_await until([&] { return world.ended == 1; });
            std::string answer = co_await ask(names, "example.org");
            CHECK(answer == both);
        }
        CHECK(world.begun == 1);
        CHECK(names.open() == 0);
        CHECK(names.kept() == 1);
    };
    run(test());
}

TEST_CASE("what nobody waits for any more is not begun, and can be asked for again") {
    name_servers world;
    net::resolver names(world.lookup());
    loop::pool_limits narrow;
    narrow.files = 1;
    loop::thread_pool pool(narrow);
    loop::reactor on(pool);
    auto test = [&]() -> task<> {
        world.hold();
        task_group first;
        task_group second;
        auto asking = [&](std::string host) -> task<> { co_await ask(names, host); };
        first.spawn(asking("first.example"));
        co_await until([&] { return world.begun == 1; });
        second.spawn(asking("second.example"));  // queues behind the first
        co_await sleep(0s);
        second.cancel();
        co_await second.join();
        world.let_go();
        co_await first.join();
        task_group third;
        third.spawn(asking("third.example"));
        co_await third.join();
        CHECK(world.begun == 2);
        std::string answer = co_await ask(names, "second.example");
        CHECK(answer == both);
        CHECK(world.begun == 3);
        CHECK(names.open() == 0);
    };
    loop::run_on(on, test());
}

TEST_CASE("an answer that comes while a job which was refused queues for its turn does not meet it") {
    name_servers world;
    net::resolver names(world.lookup());
    loop::thread_pool pool;
    bool refused_often = false;
    auto made = std::make_unique<poller_with_news>();
    made->before_wait = [&] {
        if (!refused_often || world.ended == 1) return;
        world.let_go();
        while (pool.statistics().lanes[static_cast<std::size_t>(lane::files)].completed == 0) std::this_thread::yield();
    };
    loop::reactor on(pool, std::move(made));
    auto test = [&]() -> task<> {
        world.hold();
        bool answered = false;
        auto patient = [&]() -> task<> {
            co_await ask(names, "example.org");
            answered = true;
        };
        auto stubborn = [&]() -> task<> {
            int refusals = 0;
            while (!answered) {
                try {
                    co_await ask(names, "example.org");
                } catch (const cancelled&) {
                    refused_often = ++refusals > 5 && world.begun == 1;
                }
            }
        };
        task_group waiting;
        waiting.spawn(patient());
        task_group refused;
        refused.spawn(stubborn());
        refused.cancel();
        co_await waiting.join();
        co_await refused.join();
        CHECK(world.begun == 1);
    };
    reporter before = set_reporter([](std::string_view, const std::source_location&) noexcept {});
    loop::run_on(on, test());
    set_reporter(before);
}

TEST_CASE("what nobody waits for any more does not pile up when it has ended, and its answer is kept") {
    name_servers world;
    net::resolver names(world.lookup());
    auto test = [&]() -> task<> {
        world.hold();
        auto asking = [&](std::string host) -> task<> { co_await ask(names, host); };
        {
            task_group group;
            for (char name : {'a', 'b', 'c'}) group.spawn(asking(std::string(1, name) + ".example"));
            co_await until([&] { return world.begun == 3; });
            group.cancel();
            co_await group.join();
        }
        world.let_go();
        co_await until([&] { return world.ended == 3; });
        co_await ask(names, "d.example");
        co_await ask(names, "e.example");  // the last of the three may have been about to settle
        CHECK(names.open() == 0);
        CHECK(names.kept() == 5);
    };
    run(test());
}

TEST_CASE("the loop, and then the resolver, may go before the lookup has ended") {
    name_servers world;
    world.hold();
    loop::thread_pool pool;
    {
        std::optional<net::resolver> names(std::in_place, world.lookup());
        {
            loop::reactor on(pool);
            auto test = [&]() -> task<> {
                task_group group;
                auto asking = [&]() -> task<> { co_await ask(*names, "example.org"); };
                group.spawn(asking());
                co_await until([&] { return world.begun == 1; });
                group.cancel();
                co_await group.join();
            };
            loop::run_on(on, test());
        }
        SUBCASE("the resolver goes too") { names.reset(); }
        SUBCASE("another loop asks it and gets the answer") {
            loop::reactor other(pool);
            auto again = [&]() -> task<> {
                auto releasing = [&]() -> task<> {
                    world.let_go();
                    co_return;
                };
                auto [answer, done] = co_await gather(ask(*names, "example.org"), releasing());
                CHECK(answer == both);
            };
            loop::run_on(other, again());
            CHECK(world.begun == 1);
        }
    }
    world.let_go();
}

TEST_CASE("a coroutine that is destroyed while it waits is forgotten") {
    name_servers world;
    net::resolver names(world.lookup());
    auto test = [&]() -> task<> {
        world.hold();
        {
            async::job other;
            auto asking = ask(names, "example.org");
            {
                async::scheduler::run_as as(async::scheduler::current(), other);
                asking.start();
            }
            CHECK_FALSE(asking.done());
            co_await until([&] { return world.begun == 1; });
        }
        world.let_go();
        co_await until([&] { return world.ended == 1; });
        std::string answer = co_await ask(names, "example.org");
        CHECK(answer == both);
        CHECK(world.begun == 1);
    };
    run(test());
}

TEST_CASE("in a cancelled job not even a literal or what is known is given") {
    name_servers world;
    net::resolver names(world.lookup());
    auto test = [&]() -> task<> {
        co_await ask(names, "known.example");
        for (std::string host : {"127.0.0.1", "known.example", "new.example"}) {
            task_group group;
            bool refused = false;
            auto asking = [&]() -> task<> {
                group.cancel();
                try {
                    co_await ask(names, host);
                } catch (const cancelled&) {
                    refused = true;
                    throw;
                }
            };
            group.spawn(asking());
            co_await group.join();
            CHECK(refused);
        }
    };
    run(test());
}

TEST_CASE("answers are kept for half a minute, unknown names for two seconds, other failures not at all") {
    name_servers world;
    std::error_code why;
    world.answer = [&](const std::string&, const std::string&, families) -> result<std::vector<net::address>> {
        if (why) return failure(why);
        return std::vector{net::address(net::ipv4_bytes{192, 0, 2, 1}, 0)};
    };
    net::resolver names(world.lookup());
    auto test = [&]() -> task<> {
        co_await ask(names, "example.org", 80);
        co_await ask(names, "example.org", 81);
        CHECK(world.begun == 1);
        co_await sleep(29s);
        co_await ask(names, "example.org");
        CHECK(world.begun == 1);
        co_await ask(names, "example.org", 80, families::ipv4);  // another question
        CHECK(world.begun == 2);
        co_await sleep(2s);
        co_await ask(names, "example.org");
        CHECK(world.begun == 3);

        why = os::name_not_known();
        co_await ask(names, "nosuch.example");
        co_await ask(names, "nosuch.example");
        CHECK(world.begun == 4);
        co_await sleep(2s);
        co_await ask(names, "nosuch.example");
        CHECK(world.begun == 5);

        why = std::error_code(EAI_AGAIN, os::lookup_category());
        co_await ask(names, "silent.example");
        co_await ask(names, "silent.example");
        CHECK(world.begun == 7);

        why = {};
        names.forget();
        co_await ask(names, "example.org");
        CHECK(world.begun == 8);
        names.keep_answers_for(0s);
        names.keep_unknown_for(0s);
        co_await ask(names, "other.example");
        co_await ask(names, "other.example");
        CHECK(world.begun == 10);
    };
    run(virtual_time, test());
}

TEST_CASE("in virtual time a lookup is waited for, and takes no time") {
    name_servers world;
    net::resolver names(world.lookup());
    virtual_loop on;
    auto test = [&]() -> task<> {
        std::string answer = co_await ask(names, "example.org");
        CHECK(answer == both);
    };
    on.run(test());
    CHECK(on.elapsed() == 0s);
    CHECK(on.reactor().calls_out() == 0);
}
