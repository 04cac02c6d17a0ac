// The contract of byte_stream: one set of tests over TCP, unix sockets, memory, and networks in memory.
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/net/connect.hpp>
#include <coracle/net/listener.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/testing/memory_network.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <ostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace coracle;

namespace {

template <class Stream>
struct line {
    Stream near;
    Stream far;
};

struct in_life {
    static void play(task<> test) { run(std::move(test)); }
};
struct tcp : in_life {
    using stream = net::socket_stream;
    static task<line<stream>> open() {
        auto listener = net::listener::open(*net::address::parse("127.0.0.1:0"));
        REQUIRE(listener);
        auto client = co_await net::connect(listener->where());
        REQUIRE(client);
        auto server = co_await listener->accept();
        REQUIRE(server);
        stream accepted(std::move(server->socket), server->peer);
        co_return line<stream>{std::move(*client), std::move(accepted)};
    }
};
struct local : in_life {
    using stream = net::socket_stream;
    static task<line<stream>> open() {
        auto pair = os::open_socket_pair();
        REQUIRE(pair);
        stream near(std::move(pair->first), net::address());
        stream far(std::move(pair->second), net::address());
        co_return line<stream>{std::move(near), std::move(far)};
    }
};
struct memory : in_life {
    using stream = net::memory_stream;
    static task<line<stream>> open() {
        auto pair = net::memory_stream::pair();
        co_return line<stream>{std::move(pair.first), std::move(pair.second)};
    }
};

struct network {
    using stream = testing::network_stream;
    static void play(task<> test) { run(virtual_time, std::move(test)); }
    static task<line<stream>> open() {
        memory_network made;
        co_return co_await connected(made);
    }
    static task<line<stream>> connected(memory_network& on) {
        auto listener = on.listen("server:80");
        REQUIRE(listener);
        auto client = co_await on.connect("server:80", "client");
        REQUIRE(client);
        auto server = co_await listener->accept();
        REQUIRE(server);
        co_return line<stream>{std::move(*client), std::move(*server)};
    }
};
struct rough_network : network {
    static void play(task<> test) { run(virtual_time.seed(5), std::move(test)); }
    static task<line<stream>> open() {
        memory_network made;
        made.everywhere().latency(50us).jitter(20us).bytes_per_second(1'000'000'000).capacity(40'000).ragged();
        co_return co_await connected(made);
    }
};

template <class Stream>
task<std::string> read_all(Stream& from) {
    std::string all;
    for (;;) {
        auto bytes = co_await from.read();
        REQUIRE(bytes);
        if (bytes->empty()) break;
        all += *bytes;
    }
    co_return all;
}
template <class Stream>
task<std::string> read_exactly(Stream& from, std::size_t count) {
    std::string all;
    while (all.size() < count) {
        std::array<char, 7> room;
        auto got = co_await from.read(std::span(room).first(std::min(room.size(), count - all.size())));
        REQUIRE(got);
        REQUIRE(*got > 0);
        all.append(room.data(), *got);
    }
    co_return all;
}
template <class Stream>
task<> write_and_end(Stream& to, std::string_view bytes) {
    auto written = co_await to.write(bytes);
    CHECK(written);
    CHECK(to.shutdown_write());
}
std::string noise(std::size_t count) {
    std::string bytes(count, '\0');
    unsigned state = 1;
    for (char& byte : bytes) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
}

}  // namespace

TEST_CASE_TEMPLATE("bytes arrive whole and in order, and then the end", World, tcp, local, memory, network,
                   rough_network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        auto written = co_await on.near.write("hello, ");
        CHECK(written);
        written = co_await on.near.write("head ", "and body");
        CHECK(written);
        written = co_await on.near.write("");
        CHECK(written);
        CHECK(on.near.shutdown_write());
        auto all = co_await read_all(on.far);
        CHECK(all == "hello, head and body");
        auto again = co_await on.far.read();
        REQUIRE(again);
        CHECK(again->empty());
        std::array<char, 4> room;
        auto count = co_await on.far.read(std::span<char>(room));
        REQUIRE(count);
        CHECK(*count == 0);
        CHECK(on.far.hung_up());
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("more than the kernel holds goes through while the other end reads", World, tcp, local, memory,
                   network, rough_network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        std::string sent = noise(6 * 1024 * 1024 + 13);
        auto [nothing, received] = co_await gather(write_and_end(on.near, sent), read_all(on.far));
        CHECK(received.size() == sent.size());
        CHECK((received == sent));
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("a head and a body of any size come one behind the other", World, tcp, local, memory, network,
                   rough_network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        std::string head = noise(700'000);
        std::string body = noise(1'300'000);
        auto send = [&]() -> task<> {
            auto written = co_await on.near.write(head, body);
            CHECK(written);
            CHECK(on.near.shutdown_write());
        };
        auto [nothing, received] = co_await gather(send(), read_all(on.far));
        CHECK((received == head + body));
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("both directions go at once", World, tcp, local, memory, network, rough_network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        std::string one = noise(2'000'000);
        std::string two = noise(3'000'000);
        auto [a, b, at_far, at_near] = co_await gather(write_and_end(on.near, one), write_and_end(on.far, two),
                                                       read_all(on.far), read_all(on.near));
        CHECK((at_far == one));
        CHECK((at_near == two));
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("a small room gives the rest to the next read", World, tcp, local, memory, network, rough_network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        auto written = co_await on.near.write("0123456789abcdef");
        CHECK(written);
        auto all = co_await read_exactly(on.far, 16);
        CHECK(all == "0123456789abcdef");
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("a stream that is ended one way goes on the other way", World, tcp, local, memory, network,
                   rough_network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        auto ask = [&]() -> task<std::string> {
            auto written = co_await on.near.write("question");
            CHECK(written);
            CHECK(on.near.shutdown_write());
            co_return co_await read_all(on.near);
        };
        auto answer = [&]() -> task<> {
            auto question = co_await read_all(on.far);
            CHECK(question == "question");
            auto written = co_await on.far.write("answer");
            CHECK(written);
            on.far.close();
        };
        auto [heard, nothing] = co_await gather(ask(), answer());
        CHECK(heard == "answer");
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("bytes and the end that arrive together are both read, however the waiting began", World, tcp, local,
                   memory, network, rough_network) {
    auto test = []() -> task<> {
        for (bool wait_first : {false, true}) {
            auto on = co_await World::open();
            auto reading = [&]() -> task<std::string> { co_return co_await read_all(on.far); };
            auto writing = [&]() -> task<> {
                auto written = co_await on.near.write("last words");
                CHECK(written);
                on.near.close();
                co_await sleep(1ms);  // a look at the kernel: the hang-up may be told before the first read
            };
            if (wait_first) {
                auto [heard, nothing] = co_await gather(reading(), writing());
                CHECK(heard == "last words");
            } else {
                co_await writing();
                auto heard = co_await reading();
                CHECK(heard == "last words");
            }
        }
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("many small exchanges, each waiting for the other", World, tcp, local, memory, network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        constexpr int rounds = 2000;
        auto ping = [&]() -> task<> {
            for (int i = 0; i < rounds; ++i) {
                auto written = co_await on.near.write("ping");
                REQUIRE(written);
                auto reply = co_await on.near.read();
                REQUIRE(reply);
                REQUIRE(*reply == "pong");
            }
            on.near.close();
        };
        auto pong = [&]() -> task<> {
            for (;;) {
                auto question = co_await on.far.read();
                REQUIRE(question);
                if (question->empty()) break;
                auto written = co_await on.far.write("po", "ng");
                REQUIRE(written);
            }
        };
        co_await gather(ping(), pong());
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("writing to a peer that is gone fails", World, tcp, local, memory, network, rough_network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        on.far.close();
        std::error_code why;
        std::string block(65536, 'x');
        for (int i = 0; i < 1000 && !why; ++i) {
            auto written = co_await on.near.write(block);
            if (!written) why = written.error();
            co_await sleep(0s);
        }
        CHECK((why == std::errc::broken_pipe || why == std::errc::connection_reset));
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("close() wakes whoever waits, and what follows is an error and not a crash", World, tcp, local,
                   memory, network, rough_network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        auto wait = [&]() -> task<std::error_code> {
            auto bytes = co_await on.near.read();
            co_return bytes ? std::error_code() : bytes.error();
        };
        auto flood = [&]() -> task<std::error_code> {
            std::string block(65536, 'x');
            for (;;) {
                auto written = co_await on.near.write(block);
                if (!written) co_return written.error();
            }
        };
        auto close = [&]() -> task<> {
            co_await sleep(1ms);
            on.near.close();
        };
        auto [of_read, of_write, nothing] = co_await gather(wait(), flood(), close());
        CHECK(of_read == std::errc::bad_file_descriptor);
        CHECK(of_write == std::errc::bad_file_descriptor);
        CHECK_FALSE(on.near.is_open());
        on.near.close();
        auto bytes = co_await on.near.read();
        CHECK_FALSE(bytes);
        auto written = co_await on.near.write("x");
        CHECK_FALSE(written);
        CHECK_FALSE(on.near.shutdown_write());
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("a read that is cancelled loses nothing", World, tcp, local, memory, network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        bool was_cancelled = false;
        auto wait = [&]() -> task<> {
            try {
                auto bytes = co_await on.far.read();
                CHECK(bytes);
            } catch (const cancelled&) {
                was_cancelled = true;
                throw;
            }
        };
        task_group group;
        group.spawn(wait());
        co_await sleep(1ms);
        group.cancel();
        co_await group.join();
        CHECK(was_cancelled);
        auto written = co_await on.near.write("still here");
        CHECK(written);
        auto bytes = co_await on.far.read();
        REQUIRE(bytes);
        CHECK(*bytes == "still here");
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("a write that is cancelled waits no longer", World, tcp, local, memory, network, rough_network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        std::string much(16 * 1024 * 1024, 'x');
        bool was_cancelled = false;
        auto write = [&]() -> task<> {
            try {
                auto written = co_await on.near.write(much);
                CHECK(written);
            } catch (const cancelled&) {
                was_cancelled = true;
                throw;
            }
        };
        task_group group;
        group.spawn(write());
        co_await sleep(1ms);
        group.cancel();
        co_await group.join();
        CHECK(was_cancelled);
        on.near.close();
    };
    World::play(test());
}

TEST_CASE_TEMPLATE("two jobs that read one stream are told so", World, tcp, local, memory, network, rough_network) {
    auto test = []() -> task<> {
        auto on = co_await World::open();
        auto wait = [&]() -> task<> {
            auto bytes = co_await on.far.read();
            (void)bytes;
        };
        bool refused = false;
        auto intrude = [&]() -> task<> {
            try {
                auto bytes = co_await on.far.read();
                (void)bytes;
            } catch (const std::logic_error&) {
                refused = true;
            }
            on.near.close();
        };
        co_await gather(wait(), intrude());
        CHECK(refused);
    };
    World::play(test());
}

TEST_CASE("the concept is met by streams and by nothing less") {
    struct no_write {
        net::memory_stream inner;
        auto read() { return inner.read(); }
    };
    static_assert(net::byte_stream<net::socket_stream>);
    static_assert(net::byte_stream<net::memory_stream>);
    static_assert(!net::byte_stream<no_write>);
    static_assert(!net::byte_stream<int>);
}
