#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/net/connect.hpp>
#include <coracle/net/listener.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/os/native_poller.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

const net::address anywhere = *net::address::parse("127.0.0.1:0");

struct low_limit {
    struct rlimit before{};
    low_limit() {
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
        struct rlimit low = before;
        low.rlim_cur = 64;
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    }
    ~low_limit() { ::setrlimit(RLIMIT_NOFILE, &before); }
};
std::vector<os::file_descriptor> exhaust() {
    std::vector<os::file_descriptor> all;
    for (;;) {
        os::file_descriptor one(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (!one) return all;
        all.push_back(std::move(one));
    }
}

class counting_poller final : public os::poller {
public:
    explicit counting_poller(std::size_t& waits) : waits_(waits) {}
    result<void> watch(int fd, os::watcher& who) override { return inner_->watch(fd, who); }
    void forget(int fd, os::watcher& who) noexcept override { inner_->forget(fd, who); }
    void wait(std::optional<os::time_point> until) override {
        ++waits_;
        inner_->wait(until);
    }
    os::time_point now() noexcept override { return inner_->now(); }
    void wake() noexcept override { inner_->wake(); }

private:
    std::unique_ptr<os::poller> inner_ = os::make_native_poller();
    std::size_t& waits_;
};

}  // namespace

TEST_CASE("the kernel chooses the port when it is 0, and a taken one is refused") {
    auto test = []() -> task<> {
        auto first = net::listener::open(anywhere);
        REQUIRE(first);
        CHECK(first->where().port() != 0);
        auto second = net::listener::open(first->where());
        REQUIRE_FALSE(second);
        CHECK(second.error() == std::errc::address_in_use);
        first->close();
        auto third = net::listener::open(*net::address::parse("127.0.0.1:0"));
        CHECK(third);
        auto not_ours = net::listener::open(*net::address::parse("192.0.2.1:0"));
        REQUIRE_FALSE(not_ours);
        CHECK(not_ours.error() == std::errc::address_not_available);
        co_return;
    };
    run(test());
}

TEST_CASE("a burst of clients is accepted, each once") {
    auto test = []() -> task<> {
        auto listener = net::listener::open(anywhere);
        REQUIRE(listener);
        constexpr std::size_t count = 100;
        std::set<unsigned> ports_of_clients;
        std::set<unsigned> ports_of_peers;
        auto dial = [&]() -> task<> {
            std::vector<net::socket_stream> streams;
            for (std::size_t i = 0; i < count; ++i) {
                auto stream = co_await net::connect(listener->where());
                REQUIRE(stream);
                ports_of_clients.insert(os::local_address(stream->native_handle())->port());
                streams.push_back(std::move(*stream));
            }
            co_await sleep(1ms);
        };
        auto serve = [&]() -> task<> {
            for (std::size_t i = 0; i < count; ++i) {
                auto incoming = co_await listener->accept();
                REQUIRE(incoming);
                ports_of_peers.insert(incoming->peer.port());
            }
        };
        co_await gather(dial(), serve());
        CHECK(ports_of_clients.size() == count);
        CHECK(ports_of_peers == ports_of_clients);
    };
    run(test());
}

TEST_CASE("close() ends the accept that waits and refuses who comes") {
    auto test = []() -> task<> {
        auto listener = net::listener::open(anywhere);
        REQUIRE(listener);
        net::address where = listener->where();
        auto serve = [&]() -> task<std::error_code> {
            auto incoming = co_await listener->accept();
            co_return incoming ? std::error_code() : incoming.error();
        };
        auto close = [&]() -> task<> {
            co_await sleep(1ms);
            listener->close();
        };
        auto [why, nothing] = co_await gather(serve(), close());
        CHECK(why == std::errc::bad_file_descriptor);
        CHECK_FALSE(listener->is_open());
        auto refused = co_await net::connect(where);
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == std::errc::connection_refused);
    };
    run(test());
}

TEST_CASE("accept can be cancelled, and the next client is not lost") {
    auto test = []() -> task<> {
        auto listener = net::listener::open(anywhere);
        REQUIRE(listener);
        auto serve = [&]() -> task<> {
            auto incoming = co_await listener->accept();
            CHECK(incoming);
        };
        task_group group;
        group.spawn(serve());
        co_await sleep(1ms);
        group.cancel();
        co_await group.join();
        auto client = co_await net::connect(listener->where());
        REQUIRE(client);
        auto incoming = co_await listener->accept();
        REQUIRE(incoming);
        CHECK(incoming->peer.host() == "127.0.0.1");
    };
    run(test());
}

#if defined(__linux__)
TEST_CASE("D20: more than a thousand clients may wait, as far as the system lets them") {
    auto test = []() -> task<> {
        auto listener = net::listener::open(anywhere);
        REQUIRE(listener);
        struct tcp_info info{};
        socklen_t size = sizeof info;
        REQUIRE(::getsockopt(listener->native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0);
        unsigned most = 0;
        std::ifstream("/proc/sys/net/core/somaxconn") >> most;
        CHECK(info.tcpi_sacked == std::min(2048u, most));  // of a listening socket this is its backlog
        co_return;
    };
    run(test());
}
#endif

TEST_CASE("D20: out of descriptors, accept turns clients away, pauses without spinning, and goes on later") {
    low_limit low;
    std::size_t waits = 0;
    loop::thread_pool pool;
    loop::reactor reactor(pool, std::make_unique<counting_poller>(waits));
    auto test = [&]() -> task<> {
        auto listener = net::listener::open(anywhere);
        REQUIRE(listener);
        auto target = listener->where().to_socket_address();
        std::vector<os::file_descriptor> clients;
        for (int i = 0; i < 4; ++i) {
            auto socket = os::open_stream_socket(*target);
            REQUIRE(socket);
            auto started = os::start_connect(socket->get(), *target);
            CHECK((started || os::is_in_progress(started.error())));
            clients.push_back(std::move(*socket));
        }
        co_await sleep(5ms);
        os::file_descriptor one_more(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        std::vector<os::file_descriptor> all = exhaust();

        bool accepted = false;
        auto serve = [&]() -> task<> {
            auto incoming = co_await listener->accept();
            REQUIRE(incoming);
            accepted = true;
        };
        auto watch = [&]() -> task<> {
            std::size_t before = waits;
            co_await sleep(250ms);
            CHECK_FALSE(accepted);
            CHECK(listener->turned_away() == 4);
            CHECK(waits - before < 50);  // a loop that spins comes here thousands of times
            for (auto& client : clients) {
                char byte = 0;
                auto end = os::receive(client.get(), std::span(&byte, 1));
                CHECK((!end || *end == 0));
                if (!end) CHECK_FALSE(os::is_would_block(end.error()));
            }
            all.clear();
            auto client = co_await net::connect(listener->where());
            REQUIRE(client);
            co_await sleep(250ms);
            CHECK(accepted);
        };
        co_await gather(serve(), watch());
        CHECK(listener->turned_away() == 4);
    };
    loop::run_on(reactor, test());
}

TEST_CASE("a shared port deals connections out to its listeners") {
#if defined(__linux__)
    auto test = []() -> task<> {
        auto first = net::listener::open(anywhere, {.reuse_port = true});
        REQUIRE(first);
        auto second = net::listener::open(first->where(), {.reuse_port = true});
        REQUIRE(second);
        auto third = net::listener::open(first->where());
        CHECK_FALSE(third);
        std::size_t of_first = 0;
        std::size_t of_second = 0;
        task_group group;
        auto serve = [](net::listener& at, std::size_t& count) -> task<> {
            for (;;) {
                auto incoming = co_await at.accept();
                REQUIRE(incoming);
                ++count;
            }
        };
        group.spawn(serve(*first, of_first));
        group.spawn(serve(*second, of_second));
        for (int i = 0; i < 200; ++i) {
            auto client = co_await net::connect(first->where());
            REQUIRE(client);
        }
        co_await sleep(20ms);
        group.cancel();
        co_await group.join();
        CHECK(of_first + of_second == 200);
        CHECK(of_first > 0);
        CHECK(of_second > 0);
    };
    run(test());
#endif
}

TEST_CASE("an IPv6 listener takes IPv4 too unless it is told not to") {
    auto test = []() -> task<> {
        auto both = net::listener::open(*net::address::parse("[::]:0"));
        if (!both) co_return;  // a machine without IPv6
        net::address over_ipv4(net::ipv4_bytes{127, 0, 0, 1}, both->where().port());
        auto client = co_await net::connect(over_ipv4);
        REQUIRE(client);
        auto incoming = co_await both->accept();
        REQUIRE(incoming);
        CHECK(incoming->peer.host() == "127.0.0.1");

        auto alone = net::listener::open(*net::address::parse("[::]:0"), {.ipv6_only = true});
        REQUIRE(alone);
        auto refused = co_await net::connect(net::address(net::ipv4_bytes{127, 0, 0, 1}, alone->where().port()));
        CHECK_FALSE(refused);
    };
    run(test());
}

TEST_CASE("the name of a unix listener is taken over from the dead and removed at the end") {
    auto test = []() -> task<> {
        std::string path = "/tmp/coracle-listener-" + std::to_string(::getpid());
        auto where = net::address::local(path);
        {
            auto target = where.to_socket_address();
            auto dead = os::open_stream_socket(*target);
            REQUIRE(os::bind_socket(dead->get(), *target));
        }
        auto listener = net::listener::open(where);
        REQUIRE(listener);
        CHECK(listener->where() == where);
        auto second = net::listener::open(where);
        REQUIRE_FALSE(second);
        CHECK(second.error() == std::errc::address_in_use);
        net::listener moved = std::move(*listener);
        auto client = co_await net::connect(where);
        REQUIRE(client);
        auto incoming = co_await moved.accept();
        REQUIRE(incoming);
        CHECK(incoming->peer.text() == "unix:");
        moved.close();
        struct stat file{};
        CHECK(::lstat(path.c_str(), &file) < 0);
    };
    run(test());
}
