#include <doctest/doctest.h>

#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/server/client_watch.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace coracle;
using namespace std::chrono_literals;
using server::presence;

namespace {

/// A server's end whose client is watched, and the client's.
struct watched {
    watched() : client(std::move(ends.first)), stream(std::move(ends.second)) {}
    presence look() { return watch.look(stream, unsent, counts); }
    presence ask(std::string_view probe) { return watch.ask(stream, unsent, counts, probe); }
    presence beat(std::uint64_t least = 1) {
        return watch.beat(stream, unsent, counts, least, [&] { unsent.append(":\n\n"); });
    }

    std::pair<net::memory_stream, net::memory_stream> ends = net::memory_stream::pair(8);
    net::memory_stream client;
    net::memory_stream stream;
    byte_buffer unsent;
    server::loop_counts told;
    server::meter counts{told};
    server::client_watch watch;
};

}  // namespace

TEST_CASE("a watch sends what is answered as far as the client takes it, and counts it") {
    watched one;
    one.unsent.append("0123456789");
    CHECK(one.look() == presence::here);
    CHECK(one.client.take_all() == "01234567");
    CHECK(one.unsent.view() == "89");
    CHECK(one.told.bytes_sent.get() == 8);
    CHECK(one.look() == presence::here);
    CHECK(one.client.take_all() == "89");
    CHECK(one.look() == presence::here);
}

TEST_CASE("a client that ends its stream is asked once, and who still listens is here") {
    watched one;
    (void)one.client.shutdown_write();
    CHECK(one.look() == presence::silent);
    CHECK(one.look() == presence::silent);
    CHECK(one.ask("probe") == presence::here);
    CHECK(one.client.take_all() == "probe");
    CHECK(one.look() == presence::here);
}

TEST_CASE("a client of whom a probe comes back has gone, and so has one whose stream was reset") {
    watched one;
    (void)one.client.shutdown_write();
    CHECK(one.look() == presence::silent);
    CHECK(one.ask("probe") == presence::here);
    one.stream.fail_writes(std::make_error_code(std::errc::connection_reset));
    CHECK(one.look() == presence::gone);
    watched other;
    other.client.close();
    CHECK(other.look() == presence::gone);
    CHECK(other.ask("") == presence::gone);
}

TEST_CASE("nothing is put before what waits to be sent, and where no probe may stand none is sent") {
    watched one;
    (void)one.client.shutdown_write();
    one.unsent.append("0123456789");
    CHECK(one.ask("probe") == presence::here);
    CHECK(one.unsent.view() == "0123456789");
    CHECK(one.look() == presence::here);
    CHECK(one.client.take_all() == "01234567");
    watched mute;
    (void)mute.client.shutdown_write();
    CHECK(mute.ask("") == presence::here);
    CHECK(mute.client.take_all().empty());
}

TEST_CASE("a client that takes nothing from one heartbeat to the next has gone") {
    watched one;
    one.unsent.append("0123456789");
    CHECK(one.beat() == presence::here);  // what waits is its beat
    CHECK(one.unsent.view() == "89");
    CHECK(one.look() == presence::here);
    CHECK(one.beat() == presence::gone);
    watched quick;
    CHECK(quick.beat() == presence::here);
    CHECK(quick.client.take_all() == ":\n\n");
    CHECK(quick.beat() == presence::here);
    CHECK(quick.client.take_all() == ":\n\n");
}

TEST_CASE("T31: a client that reads slowly, and keeps the rate, is there; and what it has drained is no debt") {
    watched slow;
    slow.unsent.append("0123456789012345678901234567890123456789");
    CHECK(slow.beat(8) == presence::here);
    for (int i = 0; i < 2; ++i) {
        CHECK(slow.client.take_all().size() == 8);
        CHECK(slow.look() == presence::here);
        CHECK(slow.beat(8) == presence::here);
    }
    CHECK(slow.client.take_all().size() == 8);
    CHECK(slow.look() == presence::here);
    CHECK(slow.beat(9) == presence::gone);
    watched drained;
    drained.unsent.append("0123456789");
    CHECK(drained.beat(1000) == presence::here);
    CHECK(drained.client.take_all() == "01234567");
    CHECK(drained.look() == presence::here);
    CHECK(drained.client.take_all() == "89");
    drained.unsent.append("0123456789");
    CHECK(drained.look() == presence::here);
    CHECK(drained.beat(1000) == presence::here);  // since a moment
    CHECK(drained.beat(1000) == presence::gone);
}

TEST_CASE("what is cancelled is what makes the answer, and without that the handler") {
    int cut = 0, whole = 0;
    auto making = [&]() -> task<> {
        server::client_watch watch;
        async::cancel_scope part(async::this_job());
        watch.begin(async::this_job(), &part);
        CHECK(watch.is_on());
        CHECK(watch.makes_answer());
        watch.stop_making();
        try {
            co_await sleep(60s);
        } catch (const cancelled&) {
            ++cut;
        }
        CHECK(watch.end());
        CHECK_FALSE(watch.end());
        CHECK(part.swallows());
    };
    run(virtual_time, making());
    auto handling = [&]() -> task<> {
        server::client_watch watch;
        watch.begin(async::this_job());
        watch.stop_making();  // it makes none
        co_await sleep(1s);
        watch.cancel();
        try {
            co_await sleep(60s);
        } catch (const cancelled&) {
            ++whole;
            throw;
        }
    };
    CHECK_THROWS_AS(run(virtual_time, handling()), cancelled);
    CHECK(cut == 1);
    CHECK(whole == 1);
}
