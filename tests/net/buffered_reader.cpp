#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/buffered_reader.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/net/socket_stream.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace coracle;
using reader = net::buffered_reader<net::memory_stream>;

namespace {

/// Reads, and shows what they gave.
using script = std::function<task<std::string>(reader&)>;

/// Runs `reads` over `bytes` as they may come: whole, byte by byte, in threes, and with a tail that is left alone.
void each_way(std::string_view bytes, std::string_view wanted, const script& reads) {
    auto through = [&](std::size_t piece, std::string_view tail) -> task<std::string> {
        auto [near, far] = net::memory_stream::pair();
        std::string all = std::string(bytes) + std::string(tail);
        if (piece > 0) far.limit_reads(piece);
        near.push(all);
        if (tail.empty()) near.close();
        reader in(far);
        std::string got = co_await reads(in);
        if (!tail.empty()) {
            std::string left(in.buffered());
            CHECK(left + far.take_all() == tail);
        }
        co_return got;
    };
    for (std::size_t piece : {0u, 1u, 3u}) {
        CAPTURE(piece);
        CHECK(run(through(piece, "")) == wanted);
    }
}
/// The same for reads that end before the stream does.
void each_way_with_tail(std::string_view bytes, std::string_view wanted, const script& reads) {
    each_way(bytes, wanted, reads);
    for (std::size_t piece : {0u, 1u, 3u}) {
        CAPTURE(piece);
        auto through = [&]() -> task<std::string> {
            auto [near, far] = net::memory_stream::pair();
            if (piece > 0) far.limit_reads(piece);
            near.push(std::string(bytes) + "tail\n");
            reader in(far);
            std::string got = co_await reads(in);
            CHECK(std::string(in.buffered()) + far.take_all() == "tail\n");
            co_return got;
        };
        CHECK(run(through()) == wanted);
    }
}

std::string shown(const result<std::string_view>& what) {
    return what ? "<" + std::string(*what) + ">" : "(" + what.error().message() + ")";
}

task<std::string> all_lines(reader& in, std::size_t limit = reader::default_limit) {
    std::string out;
    for (;;) {
        auto line = co_await in.read_line(limit);
        out += shown(line);
        if (!line) co_return out;
    }
}

}  // namespace

TEST_CASE("lines end with LF or CRLF, and neither is part of them") {
    auto lines = [](reader& in) { return all_lines(in); };
    each_way("one\ntwo\r\n\n\r\nthree\n", "<one><two><><><three>(the stream has ended)", lines);
    each_way("a\rb\r\r\n\r\r\n", "<a\rb\r><\r>(the stream has ended)", lines);
    each_way("", "(the stream has ended)", lines);
    std::string zero("a\0b\n", 4);
    each_way(zero, "<" + zero.substr(0, 3) + ">(the stream has ended)", lines);
}

TEST_CASE("a last line without its end is incomplete, and stays to be seen") {
    auto lines = [](reader& in) -> task<std::string> {
        std::string out = co_await all_lines(in);
        out += in.buffered();
        auto again = co_await in.read_line();
        out += shown(again);
        auto rest = co_await in.read_some();
        out += shown(rest);
        auto end = co_await in.read_line();
        co_return out + shown(end);
    };
    each_way("one\ntw",
             "<one>(the stream has ended before what was to be read was complete)tw"
             "(the stream has ended before what was to be read was complete)<tw>(the stream has ended)",
             lines);
}

TEST_CASE("a line of the limit is read, one byte more is not, whatever its end and its pieces") {
    auto lines = [](reader& in) { return all_lines(in, 4); };
    std::string_view over = "(what was to be read is longer than the limit)";
    each_way("1234\n1234\r\n", "<1234><1234>(the stream has ended)", lines);
    each_way("1234\n12345\n", "<1234>" + std::string(over), lines);
    each_way("12345\r\n", over, lines);
    each_way("1234\r5\n", over, lines);
    each_way("\r\r\r\r\r\n", "<\r\r\r\r>(the stream has ended)", lines);
    each_way("123456789", over, lines);
}

TEST_CASE("a line that is too long is told before it has ended, and nothing of it is taken") {
    auto test = []() -> task<> {
        auto [near, far] = net::memory_stream::pair();
        near.push("12345");
        reader in(far);
        auto line = co_await in.read_line(4);
        REQUIRE_FALSE(line);
        CHECK(line.error() == net::read_error::limit_exceeded);
        CHECK(in.buffered() == "12345");
        in.discard(2);
        near.push("\n");
        line = co_await in.read_line(4);
        REQUIRE(line);
        CHECK(*line == "345");
    };
    run(test());
}

TEST_CASE("what stands before a delimiter is read, also when the delimiter comes in pieces or half of it repeats") {
    auto blocks = [](reader& in) -> task<std::string> {
        std::string out;
        for (;;) {
            auto block = co_await in.read_until("\r\n\r\n", 10);
            out += shown(block);
            if (!block) co_return out;
        }
    };
    each_way("a: b\r\n\r\n\r\n\r\nc\r\n\r\r\n\r\n\r\n",
             "<a: b><><c\r\n\r>(the stream has ended before what was to be read was complete)", blocks);
    each_way("0123456789\r\n\r\n", "<0123456789>(the stream has ended)", blocks);
    each_way("0123456789x\r\n\r\n", "(what was to be read is longer than the limit)", blocks);
    each_way("0123456789abcdef", "(what was to be read is longer than the limit)", blocks);
}

TEST_CASE("exactly as many bytes as asked for are read, and none when there are fewer") {
    auto counted = [](reader& in) -> task<std::string> {
        auto four = co_await in.read_exactly(4);
        std::string out = shown(four);
        auto none = co_await in.read_exactly(0);
        out += shown(none);
        auto two = co_await in.read_exactly(2);
        co_return out + shown(two);
    };
    each_way_with_tail("abcdef", "<abcd><><ef>", counted);
    auto too_many = [](reader& in) -> task<std::string> {
        auto many = co_await in.read_exactly(5);
        std::string out = shown(many);
        auto three = co_await in.read_exactly(3);
        out += shown(three);
        auto more = co_await in.read_exactly(1);
        co_return out + shown(more);
    };
    each_way("abc", "(the stream has ended before what was to be read was complete)<abc>(the stream has ended)",
             too_many);
}

TEST_CASE("all that comes before the end is read, up to a limit") {
    auto all = [](reader& in) -> task<std::string> {
        auto line = co_await in.read_line();
        std::string out = shown(line);
        auto rest = co_await in.read_all(6);
        out += shown(rest);
        auto nothing = co_await in.read_all(6);
        co_return out + shown(nothing);
    };
    each_way("a\nbcdefg", "<a><bcdefg><>", all);
    auto too_much = [](reader& in) -> task<std::string> {
        auto rest = co_await in.read_all(6);
        co_return shown(rest) + (in.buffered().size() > 6 ? "kept" : "lost");
    };
    each_way("1234567", "(what was to be read is longer than the limit)kept", too_much);
}

TEST_CASE("each kind of read goes on where the one before has ended") {
    auto mixed = [](reader& in) -> task<std::string> {
        auto line = co_await in.read_line();
        std::string out = shown(line);
        auto word = co_await in.read_until(" ");
        out += shown(word);
        auto three = co_await in.read_exactly(3);
        out += shown(three);
        auto end = co_await in.read_line();
        co_return out + shown(end);
    };
    each_way_with_tail("SET key\nvalue abc\r\n", "<SET key><value><abc><>", mixed);
}

TEST_CASE("what was read before the reader was made can be put in front") {
    auto test = []() -> task<> {
        auto [near, far] = net::memory_stream::pair();
        near.push("lo\n");
        reader in(far, "hel");
        CHECK(in.buffered() == "hel");
        auto line = co_await in.read_line();
        REQUIRE(line);
        CHECK(*line == "hello");
        CHECK(&in.stream() == &far);
    };
    run(test());
}

TEST_CASE("some bytes are what is buffered, then what arrives, then nothing") {
    auto test = []() -> task<> {
        auto [near, far] = net::memory_stream::pair();
        near.push("line\nrest");
        reader in(far);
        auto line = co_await in.read_line();
        CHECK(shown(line) == "<line>");
        auto some = co_await in.read_some();
        CHECK(shown(some) == "<rest>");
        near.push("more");
        near.close();
        some = co_await in.read_some();
        CHECK(shown(some) == "<more>");
        some = co_await in.read_some();
        CHECK(shown(some) == "<>");
    };
    run(test());
}

TEST_CASE("an error of the stream is told, and what had arrived before stays") {
    auto test = []() -> task<> {
        auto reset = std::make_error_code(std::errc::connection_reset);
        auto [near, far] = net::memory_stream::pair();
        near.push("half a li");
        far.fail_reads(reset);
        reader in(far);
        auto line = co_await in.read_line();
        REQUIRE_FALSE(line);
        CHECK(line.error() == reset);
        CHECK(in.buffered() == "half a li");
        auto counted = co_await in.read_exactly(10);
        REQUIRE_FALSE(counted);
        CHECK(counted.error() == reset);
        auto until = co_await in.read_until("x");
        REQUIRE_FALSE(until);
        CHECK(until.error() == reset);
        auto all = co_await in.read_all(100);
        REQUIRE_FALSE(all);
        CHECK(all.error() == reset);
        auto some = co_await in.read_some();
        CHECK(shown(some) == "<half a li>");
        some = co_await in.read_some();
        REQUIRE_FALSE(some);
        CHECK(some.error() == reset);
    };
    run(test());
}

TEST_CASE("a read that is cancelled takes nothing: not one byte is lost") {
    using read = std::function<task<result<std::string_view>>(reader&)>;
    std::vector<read> reads = {
        [](reader& in) { return in.read_line(); },
        [](reader& in) { return in.read_until("\n"); },
        [](reader& in) { return in.read_exactly(9); },
        [](reader& in) { return in.read_all(100); },
    };
    for (std::size_t i = 0; i < reads.size(); ++i) {
        CAPTURE(i);
        auto test = [&]() -> task<> {
            auto [near, far] = net::memory_stream::pair();
            reader in(far);
            near.push("ab");
            task_group group;
            bool gave_up = false;
            auto reading = [&]() -> task<> {
                try {
                    auto never = co_await reads[i](in);
                    CHECK_FALSE(never);
                } catch (const cancelled&) {
                    gave_up = true;
                    throw;
                }
            };
            group.spawn(reading());
            co_await sleep(0s);
            near.push("cd");
            co_await sleep(0s);
            CHECK(in.buffered() == "abcd");
            near.push("ef");  // has arrived, but was not read when the job is cancelled
            group.cancel();
            co_await group.join();
            CHECK(gave_up);
            near.push("\n");
            auto line = co_await in.read_line();
            CHECK(shown(line) == "<abcdef>");
        };
        run(test());
    }
}

TEST_CASE("in a cancelled job not even what is buffered is read, and it stays") {
    std::vector<std::function<task<result<std::string_view>>(reader&)>> reads = {
        [](reader& in) { return in.read_line(); },     [](reader& in) { return in.read_until("w"); },
        [](reader& in) { return in.read_exactly(2); }, [](reader& in) { return in.read_some(); },
        [](reader& in) { return in.read_all(100); },
    };
    for (std::size_t i = 0; i < reads.size(); ++i) {
        CAPTURE(i);
        auto test = [&]() -> task<> {
            auto [near, far] = net::memory_stream::pair();
            reader in(far, "one\ntwo\nthree");
            task_group group;
            bool refused = false;
            auto reading = [&]() -> task<> {
                auto line = co_await in.read_line();
                CHECK(shown(line) == "<one>");
                group.cancel();
                try {
                    auto more = co_await reads[i](in);
                    CHECK_FALSE(more);
                } catch (const cancelled&) {
                    refused = true;
                    throw;
                }
            };
            group.spawn(reading());
            co_await group.join();
            CHECK(refused);
            CHECK(in.buffered() == "two\nthree");
        };
        run(test());
    }
}

TEST_CASE("a job that reads a thousand buffered lines lets the others have their turn") {
    auto test = []() -> task<> {
        auto [near, far] = net::memory_stream::pair();
        std::string many;
        for (int i = 0; i < 1000; ++i) many += "line\n";
        near.push(many);
        reader in(far);
        int read = 0;
        int read_when_other_ran = 0;
        auto reading = [&]() -> task<> {
            for (; read < 1000; ++read) {
                auto line = co_await in.read_line();
                REQUIRE(line);
            }
        };
        auto other = [&]() -> task<> {
            read_when_other_ran = read;
            co_return;
        };
        co_await gather(reading(), other());
        CHECK(read == 1000);
        CHECK(read_when_other_ran > 0);
        CHECK(read_when_other_ran < 500);
    };
    run(test());
}

TEST_CASE("a reader whose coroutine is destroyed while it waits leaves the stream usable") {
    auto test = []() -> task<> {
        auto [near, far] = net::memory_stream::pair();
        reader in(far);
        near.push("abc");
        {
            async::job other;
            auto line = in.read_line();
            {
                async::scheduler::run_as as(async::scheduler::current(), other);
                line.start();
            }
            CHECK_FALSE(line.done());
        }
        CHECK(in.buffered() == "abc");
        near.push("\n");
        auto line = co_await in.read_line();
        CHECK(shown(line) == "<abc>");
    };
    run(test());
}

TEST_CASE("what a read gives stays while others read from their sockets") {
    auto test = []() -> task<> {
        auto one = os::open_socket_pair();
        auto two = os::open_socket_pair();
        REQUIRE(one);
        REQUIRE(two);
        net::socket_stream near(std::move(one->first), net::address());
        net::socket_stream far(std::move(one->second), net::address());
        net::socket_stream other_near(std::move(two->first), net::address());
        net::socket_stream other_far(std::move(two->second), net::address());
        net::buffered_reader in(far);
        auto sent = co_await near.write("first");
        REQUIRE(sent);
        auto mine = co_await in.read_some();
        REQUIRE(mine);
        sent = co_await other_near.write("XXXXXXXXXX");
        REQUIRE(sent);
        auto theirs = co_await other_far.read();  // into the loop's scratch room
        REQUIRE(theirs);
        CHECK(*mine == "first");
    };
    run(test());
}
