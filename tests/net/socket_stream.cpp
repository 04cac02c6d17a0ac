// What only sockets do; the contract of streams is in byte_stream.cpp.
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/net/connect.hpp>
#include <coracle/net/listener.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/os/native_poller.hpp>

#include <os/scripted_poller.hpp>
#include <os/tree.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>

using namespace coracle;

namespace {

task<std::pair<net::socket_stream, net::socket_stream>> tcp_pair() {
    auto listener = net::listener::open(*net::address::parse("127.0.0.1:0"));
    REQUIRE(listener);
    auto client = co_await net::connect(listener->where());
    REQUIRE(client);
    auto server = co_await listener->accept();
    REQUIRE(server);
    net::socket_stream accepted(std::move(server->socket), server->peer);
    co_return std::pair<net::socket_stream, net::socket_stream>(std::move(*client), std::move(accepted));
}

bool sends_without_delay(int fd) {
    int value = 0;
    socklen_t size = sizeof value;
    REQUIRE(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &size) == 0);
    return value != 0;
}

}  // namespace

TEST_CASE("both ends of TCP send small writes at once") {
    auto test = []() -> task<> {
        auto [client, server] = co_await tcp_pair();
        CHECK(sends_without_delay(client.native_handle()));
        CHECK(sends_without_delay(server.native_handle()));
    };
    run(test());
}

TEST_CASE("each end knows the other, also when it has closed") {
    auto test = []() -> task<> {
        auto [client, server] = co_await tcp_pair();
        CHECK(client.peer().host() == "127.0.0.1");
        CHECK(server.peer().host() == "127.0.0.1");
        CHECK(server.peer().port() == net::address(*os::local_address(client.native_handle())).port());
        server.close();
        CHECK(server.peer().port() != 0);
    };
    run(test());
}

TEST_CASE("a reset is an error for who waits and for who comes later") {
    auto test = []() -> task<> {
        auto [client, server] = co_await tcp_pair();
        auto reading = [&]() -> task<std::error_code> {
            auto bytes = co_await server.read();
            co_return bytes ? std::error_code() : bytes.error();
        };
        auto resetting = [&]() -> task<> {
            co_await sleep(1ms);
            client.abort();
        };
        auto [why, nothing] = co_await gather(reading(), resetting());
        CHECK(why == std::errc::connection_reset);
        CHECK(server.hung_up());
        auto written = co_await server.write("too late");
        REQUIRE_FALSE(written);
        CHECK((written.error() == std::errc::broken_pipe || written.error() == std::errc::connection_reset));
    };
    run(test());
}

TEST_CASE("a stream moves, and goes on where it was") {
    auto test = []() -> task<> {
        auto [client, server] = co_await tcp_pair();
        net::socket_stream moved = std::move(client);
        auto written = co_await moved.write("hello");
        CHECK(written);
        auto bytes = co_await server.read();
        REQUIRE(bytes);
        CHECK(*bytes == "hello");
        moved = std::move(server);  // closes the one end, and is the other now
        auto end = co_await moved.read();
        REQUIRE(end);
        CHECK(end->empty());
    };
    run(test());
}

TEST_CASE("a socket that cannot be watched is an exception of the constructor, and closed") {
    loop::thread_pool pool;
    auto script = std::make_unique<os::scripted_poller>();
    os::scripted_poller& poller = *script;
    loop::reactor reactor(pool, std::move(script));
    auto test = [&]() -> task<> {
        auto pair = os::open_socket_pair();
        REQUIRE(pair);
        poller.refuse_next_watch(std::errc::no_space_on_device);
        try {
            net::socket_stream stream(std::move(pair->first), net::address());
            FAIL("not refused");
        } catch (const std::system_error& why) {
            CHECK(why.code() == std::errc::no_space_on_device);
        }
        CHECK(os::at_end_of_stream(pair->second.get()));
        co_return;
    };
    loop::run_on(reactor, test());
}

TEST_CASE("a read waits for an edge and not for time, and a false edge wakes nobody") {
    loop::thread_pool pool;
    auto script = std::make_unique<os::scripted_poller>();
    os::scripted_poller& poller = *script;
    loop::reactor reactor(pool, std::move(script));
    auto test = [&]() -> task<> {
        auto pair = os::open_socket_pair();
        REQUIRE(pair);
        int fd = pair->first.get();
        net::socket_stream stream(std::move(pair->first), net::address());
        bool arrived = false;
        auto reading = [&]() -> task<> {
            auto bytes = co_await stream.read();
            REQUIRE(bytes);
            CHECK(*bytes == "at last");
            arrived = true;
        };
        auto sending = [&]() -> task<> {
            poller.at(1s, fd, {.readable = true});  // a lie
            poller.at(3s, fd, {.readable = true});
            co_await sleep(2s);
            CHECK_FALSE(arrived);
            REQUIRE(os::send_some(pair->second.get(), "at last"));
            co_await sleep(500ms);
            CHECK_FALSE(arrived);
            co_await sleep(1s);
            CHECK(arrived);
        };
        co_await gather(reading(), sending());
        CHECK(poller.elapsed() == 3500ms);
        CHECK_FALSE(stream.hung_up());
    };
    loop::run_on(reactor, test());
}

namespace {

// Counts the system calls that matter: how often the loop asked the kernel for news.
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

TEST_CASE("a stream that floods does not keep the loop from its other work") {
    std::size_t waits = 0;
    loop::thread_pool pool;
    loop::reactor reactor(pool, std::make_unique<counting_poller>(waits));
    auto test = [&]() -> task<> {
        auto pair = os::open_socket_pair();
        REQUIRE(pair);
        net::socket_stream stream(std::move(pair->first), net::address());
        std::string block(64, 'x');
        std::size_t before = waits;
        for (int i = 0; i < 10'000; ++i) {
            // Always readable: without a budget this job would never give the loop a turn.
            REQUIRE(os::send_some(pair->second.get(), block));
            auto bytes = co_await stream.read();
            REQUIRE(bytes);
        }
        CHECK(waits - before >= 10'000 / 256);
    };
    loop::run_on(reactor, test());
}

TEST_CASE("P6: a file goes out whole to a reader of any speed, and one that is cut meanwhile is an error") {
    tree all;
    std::string text(3'000'000, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 + i / 251);
    all.write("a", text);
    os::file_descriptor file(::open(all.at("a").c_str(), O_RDWR));
    auto test = [&]() -> task<> {
        auto [client, server] = co_await tcp_pair();
        std::string got;
        auto listen = [&]() -> task<bool> {
            bool open = true;
            while (open) {
                auto bytes = co_await client.read();
                open = bytes && !bytes->empty();
                if (open) got += *bytes;
            }
            co_return true;
        };
        auto speak = [&]() -> task<bool> {
            auto sent = co_await server.send_file(file.get(), 1000, text.size() - 1000);
            CHECK(sent);
            // What the socket holds are the pages of the file: only what was read is safe from a change of it.
            while (got.size() < text.size() - 1000) co_await sleep(1ms);
            REQUIRE(::ftruncate(file.get(), 2000) == 0);
            sent = co_await server.send_file(file.get(), 1000, 5000);
            CHECK(sent.error() == std::errc::invalid_seek);
            CHECK(server.shutdown_write());
            co_return true;
        };
        co_await gather(listen(), speak());
        CHECK(got == text.substr(1000) + text.substr(1000, 1000));
    };
    run(test());
}

TEST_CASE("who reads can be excused, and the socket given away with what comes meanwhile") {
    auto test = []() -> task<> {
        auto [client, server] = co_await tcp_pair();
        bool excused = false;
        auto reads = [&]() -> task<> {
            auto bytes = co_await server.read();
            excused = !bytes && bytes.error() == std::errc::resource_unavailable_try_again;
        };
        auto asks_back = [&]() -> task<> {
            co_await sleep(1ms);
            server.excuse_reader();
            server.excuse_reader();  // nobody
            auto sent = co_await client.write("early");
            CHECK(sent);
        };
        co_await gather(reads(), asks_back());
        CHECK(excused);
        os::file_descriptor socket = server.release();
        CHECK(socket);
        CHECK_FALSE(server.is_open());
        net::socket_stream again(std::move(socket), server.peer());
        auto bytes = co_await again.read();
        REQUIRE(bytes);
        CHECK(*bytes == "early");
    };
    run(test());
}
