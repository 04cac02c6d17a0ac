// The contract of the seam: one set of tests over every poller there is.
// Kernels are asked with real sockets on loopback; the scripted poller plays the same scenes from its script.
#include <coracle/os/epoll_poller.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/kqueue_poller.hpp>
#include <coracle/os/poller.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/os/socket_address.hpp>
#include <coracle/testing/virtual_poller.hpp>

#include <os/scripted_poller.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct recorder final : os::watcher {
    os::readiness seen{};
    int calls = 0;
    std::function<void(os::readiness)> then;

    void on_ready(os::readiness now) noexcept override {
        ++calls;
        seen.readable |= now.readable;
        seen.writable |= now.writable;
        seen.hangup |= now.hangup;
        seen.error |= now.error;
        if (then) then(now);
    }
    void clear() {
        seen = {};
        calls = 0;
    }
};

// One end is watched, the other is the peer's.
struct line {
    os::file_descriptor near;
    os::file_descriptor far;
    int fd = -1;
};

std::pair<os::file_descriptor, os::file_descriptor> tcp_pair() {
    auto loopback = os::socket_address::ipv4({127, 0, 0, 1}, 0);
    auto listener = os::open_stream_socket(loopback);
    REQUIRE(listener);
    REQUIRE(os::bind_socket(listener->get(), loopback));
    REQUIRE(os::listen_on(listener->get()));
    auto where = os::local_address(listener->get());
    REQUIRE(where);
    auto client = os::open_stream_socket(*where);
    REQUIRE(client);
    auto connecting = os::start_connect(client->get(), *where);
    os::socket_address peer;
    auto server = os::accept_connection(listener->get(), peer);
    while (!server && os::is_would_block(server.error())) server = os::accept_connection(listener->get(), peer);
    REQUIRE(server);
    (void)connecting;
    return {std::move(*server), std::move(*client)};
}

template <class Poller>
struct kernel {
    std::unique_ptr<os::poller> poller = std::make_unique<Poller>();

    line open() {
        auto [near, far] = tcp_pair();
        int fd = near.get();
        return {std::move(near), std::move(far), fd};
    }
    void peer_sends(line& on, std::string_view bytes) { REQUIRE(*os::send_some(on.far.get(), bytes) == bytes.size()); }
    void peer_ends(line& on) { REQUIRE(os::shutdown_sending(on.far.get())); }
    void peer_resets(line& on) {
        REQUIRE(os::reset_on_close(on.far.get()));
        on.far.reset();
    }
};

#if defined(__linux__)
struct rounding_epoll final : os::poller {
    os::epoll_poller inner{false};
    result<void> watch(int fd, os::watcher& who) override { return inner.watch(fd, who); }
    void forget(int fd, os::watcher& who) noexcept override { inner.forget(fd, who); }
    void wait(std::optional<os::time_point> until) override { inner.wait(until); }
    os::time_point now() noexcept override { return inner.now(); }
    void wake() noexcept override { inner.wake(); }
};
#endif

struct script {
    std::unique_ptr<os::scripted_poller> owned = std::make_unique<os::scripted_poller>(10s);
    os::scripted_poller* poller = owned.get();
    int next = 100;

    line open() {
        line made;
        made.fd = next++;
        poller->ready(made.fd, {.readable = false, .writable = true});
        return made;
    }
    void peer_sends(line& on, std::string_view) { poller->ready(on.fd, {.readable = true, .writable = true}); }
    void peer_ends(line& on) { poller->ready(on.fd, {.readable = true, .writable = true, .hangup = true}); }
    void peer_resets(line& on) {
        poller->ready(on.fd, {.readable = true, .writable = true, .hangup = true, .error = true});
    }
};

// Virtual time over the real kernel: it jumps, but not over what the kernel has to tell.
struct patient_virtual_poller final : os::poller {
    testing::virtual_poller inner{10s, 0, 50ms};
    result<void> watch(int fd, os::watcher& who) override { return inner.watch(fd, who); }
    void forget(int fd, os::watcher& who) noexcept override { inner.forget(fd, who); }
    void wait(std::optional<os::time_point> until) override { inner.wait(until); }
    os::time_point now() noexcept override { return inner.now(); }
    void wake() noexcept override { inner.wake(); }
};
using virtual_time = kernel<patient_virtual_poller>;

#if defined(__linux__)
using epoll = kernel<os::epoll_poller>;
using epoll_in_milliseconds = kernel<rounding_epoll>;
#endif
#if __has_include(<sys/event.h>)
using kqueue_kernel = kernel<os::kqueue_poller>;
#endif
#if !defined(__linux__)
#define KERNELS kqueue_kernel, virtual_time
#elif __has_include(<sys/event.h>)
#define KERNELS epoll, epoll_in_milliseconds, kqueue_kernel, virtual_time
#else
#define KERNELS epoll, epoll_in_milliseconds, virtual_time
#endif

// Waits until it has come true, at most ten seconds.
template <class World, class Done>
bool eventually(World& world, Done done) {
    auto give_up = world.poller->now() + 10s;
    while (!done()) {
        if (world.poller->now() >= give_up) return false;
        world.poller->wait(give_up);
    }
    return true;
}
// A wait that has time to deliver what must not come.
template <class World>
void look_again(World& world) {
    world.poller->wait(world.poller->now() + 5ms);
    world.poller->wait(os::time_point::min());
}

}  // namespace

TEST_CASE_TEMPLATE("what is ready when the watch begins is told as a first edge", World, KERNELS, script) {
    World world;
    line on = world.open();
    recorder who;
    REQUIRE(world.poller->watch(on.fd, who));
    CHECK(eventually(world, [&] { return who.seen.writable; }));
    CHECK_FALSE(who.seen.readable);
    CHECK_FALSE(who.seen.hangup);
    CHECK_FALSE(who.seen.error);
    world.poller->forget(on.fd, who);
}

TEST_CASE_TEMPLATE("an edge is told once, however long its bytes stay unread, and new bytes are a new edge", World,
                   KERNELS, script) {
    World world;
    line on = world.open();
    recorder who;
    REQUIRE(world.poller->watch(on.fd, who));
    REQUIRE(eventually(world, [&] { return who.seen.writable; }));
    look_again(world);
    who.clear();

    world.peer_sends(on, "hello");
    CHECK(eventually(world, [&] { return who.seen.readable; }));
    CHECK_FALSE(who.seen.hangup);
    look_again(world);
    who.clear();
    look_again(world);
    CHECK(who.calls == 0);

    world.peer_sends(on, "again");
    CHECK(eventually(world, [&] { return who.seen.readable; }));
    world.poller->forget(on.fd, who);
}

TEST_CASE_TEMPLATE("room in a full socket is an edge, and both directions are told side by side", World, KERNELS) {
    World world;
    line on = world.open();
    recorder who;
    REQUIRE(world.poller->watch(on.fd, who));
    REQUIRE(eventually(world, [&] { return who.seen.writable; }));
    std::string block(65536, 'x');
    std::size_t sent = 0;
    for (;;) {
        auto count = os::send_some(on.fd, block);
        if (!count) {
            REQUIRE(os::is_would_block(count.error()));
            break;
        }
        sent += *count;
    }
    look_again(world);
    who.clear();

    world.peer_sends(on, "while full");
    CHECK(eventually(world, [&] { return who.seen.readable; }));
    CHECK_FALSE(who.seen.error);

    std::size_t received = 0;
    while (received < sent) {
        auto count = os::receive(on.far.get(), std::span(block));
        if (count)
            received += *count;
        else
            world.poller->wait(world.poller->now() + 1ms);
    }
    CHECK(eventually(world, [&] { return who.seen.writable; }));
    world.poller->forget(on.fd, who);
}

TEST_CASE_TEMPLATE("a peer that ends its half is a hang-up and readable, not an error", World, KERNELS, script) {
    World world;
    line on = world.open();
    recorder who;
    REQUIRE(world.poller->watch(on.fd, who));
    world.peer_ends(on);
    CHECK(eventually(world, [&] { return who.seen.hangup && who.seen.readable; }));
    CHECK_FALSE(who.seen.error);
    if (on.near) {
        char byte = 0;
        CHECK(os::at_end_of_stream(on.fd));
        auto count = os::receive(on.fd, std::span(&byte, 1));
        REQUIRE(count);
        CHECK(*count == 0);
        CHECK(os::send_some(on.fd, "still going"));
    }
    world.poller->forget(on.fd, who);
}

TEST_CASE_TEMPLATE("our own end of sending is no hang-up of the peer", World, KERNELS) {
    World world;
    line on = world.open();
    recorder who;
    REQUIRE(world.poller->watch(on.fd, who));
    REQUIRE(eventually(world, [&] { return who.seen.writable; }));
    REQUIRE(os::shutdown_sending(on.fd));
    look_again(world);
    CHECK_FALSE(who.seen.hangup);
    world.poller->forget(on.fd, who);
}

TEST_CASE_TEMPLATE("a reset is an error in both directions, and the next call says which", World, KERNELS, script) {
    World world;
    line on = world.open();
    recorder who;
    REQUIRE(world.poller->watch(on.fd, who));
    world.peer_resets(on);
    CHECK(eventually(world, [&] { return who.seen.error && who.seen.readable && who.seen.writable; }));
    if (on.near) {
        char byte = 0;
        auto count = os::receive(on.fd, std::span(&byte, 1));
        REQUIRE_FALSE(count);
        CHECK(count.error() == std::errc::connection_reset);
    }
    world.poller->forget(on.fd, who);
}

TEST_CASE_TEMPLATE("a refused connect is an error and writable", World, KERNELS) {
    World world;
    auto loopback = os::socket_address::ipv4({127, 0, 0, 1}, 0);
    auto nobody = os::open_stream_socket(loopback);  // bound, so the port stays ours, and never listening
    REQUIRE(nobody);
    REQUIRE(os::bind_socket(nobody->get(), loopback));
    auto where = os::local_address(nobody->get());
    REQUIRE(where);
    auto socket = os::open_stream_socket(*where);
    REQUIRE(socket);
    auto started = os::start_connect(socket->get(), *where);
    recorder who;
    REQUIRE(world.poller->watch(socket->get(), who));
    CHECK(eventually(world, [&] { return who.seen.writable; }));
    if (!started && os::is_in_progress(started.error())) {
        auto finished = os::finish_connect(socket->get());
        REQUIRE_FALSE(finished);
        CHECK(finished.error() == std::errc::connection_refused);
    } else {
        CHECK(started.error() == std::errc::connection_refused);
    }
    world.poller->forget(socket->get(), who);
}

TEST_CASE_TEMPLATE("a wake before the wait ends it at once, and many count as one", World, KERNELS, script) {
    World world;
    for (int i = 0; i < 1000; ++i) world.poller->wake();
    auto begin = world.poller->now();
    world.poller->wait(std::nullopt);
    world.poller->wait(begin + 1ms);  // a kernel may tell the same wake once more, but not the second time
    auto until = world.poller->now() + 20ms;
    world.poller->wait(until);
    CHECK(world.poller->now() >= until);
}

TEST_CASE_TEMPLATE("a wake from another thread ends the wait under way", World, KERNELS, script) {
    World world;
    for (int round = 0; round < 200; ++round) {
        std::atomic<bool> done{false};
        std::thread other([&] {
            done = true;
            world.poller->wake();
        });
        while (!done) world.poller->wait(std::nullopt);
        other.join();
    }
}

TEST_CASE_TEMPLATE("no wake is lost, whenever it comes", World, KERNELS, script) {
    World world;
    constexpr int rounds = 20'000;
    std::atomic<int> asked{0};
    std::atomic<int> answered{0};
    std::thread other([&] {
        for (int i = 1; i <= rounds; ++i) {
            asked = i;
            world.poller->wake();
            if (i % 7 == 0)
                while (answered < i) std::this_thread::yield();
        }
    });
    while (answered < rounds) {
        world.poller->wait(std::nullopt);  // hangs here when a wake is lost
        answered = asked.load();
    }
    other.join();
}

TEST_CASE_TEMPLATE("a wake during delivery is for the next wait", World, KERNELS, script) {
    World world;
    line on = world.open();
    recorder who;
    who.then = [&](os::readiness) { world.poller->wake(); };
    REQUIRE(world.poller->watch(on.fd, who));
    REQUIRE(eventually(world, [&] { return who.calls > 0; }));
    world.poller->wait(std::nullopt);
    world.poller->forget(on.fd, who);
}

TEST_CASE_TEMPLATE("a wait ends not before its time, and a time in the past only looks", World, KERNELS, script) {
    World world;
    for (auto pause : {std::chrono::nanoseconds(1), std::chrono::nanoseconds(200us), std::chrono::nanoseconds(1ms),
                       std::chrono::nanoseconds(3500us), std::chrono::nanoseconds(20ms)}) {
        auto until = world.poller->now() + pause;
        world.poller->wait(until);
        CHECK(world.poller->now() >= until);
    }
    world.poller->wait(world.poller->now());
    world.poller->wait(world.poller->now() - 1h);
    world.poller->wait(os::time_point::min());
    world.poller->wake();
    world.poller->wait(os::time_point::max());
}

TEST_CASE_TEMPLATE("a watcher that is forgotten inside of a batch is not called by what was fetched for it", World,
                   KERNELS, script) {
    World world;
    constexpr std::size_t count = 8;
    std::vector<line> lines;
    std::vector<std::unique_ptr<recorder>> watchers;
    for (std::size_t i = 0; i < count; ++i) {
        lines.push_back(world.open());
        watchers.push_back(std::make_unique<recorder>());
    }
    int told = 0;
    for (std::size_t i = 0; i < count; ++i) {
        // Whoever is first destroys all the others; ASan sees a call to one of them.
        watchers[i]->then = [&, i](os::readiness) {
            ++told;
            for (std::size_t other = 0; other < count; ++other) {
                if (other == i || !watchers[other]) continue;
                world.poller->forget(lines[other].fd, *watchers[other]);
                watchers[other].reset();
            }
        };
        REQUIRE(world.poller->watch(lines[i].fd, *watchers[i]));
    }
    world.poller->wait(world.poller->now() + 10s);
    look_again(world);
    CHECK(told >= 1);
    std::size_t left = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!watchers[i]) continue;
        ++left;
        world.poller->forget(lines[i].fd, *watchers[i]);
    }
    CHECK(left == 1);
}

TEST_CASE_TEMPLATE("a watcher may forget itself and watch another descriptor while it is called", World, KERNELS,
                   script) {
    World world;
    line first = world.open();
    line second = world.open();
    recorder who;
    who.then = [&](os::readiness) {
        if (who.calls != 1) return;
        world.poller->forget(first.fd, who);
        REQUIRE(world.poller->watch(second.fd, who));
    };
    REQUIRE(world.poller->watch(first.fd, who));
    REQUIRE(eventually(world, [&] { return who.calls >= 1; }));
    who.then = nullptr;
    who.clear();
    world.peer_sends(first, "nobody listens");
    world.peer_sends(second, "somebody does");
    CHECK(eventually(world, [&] { return who.seen.readable; }));
    world.poller->forget(second.fd, who);
    who.clear();
    world.peer_sends(second, "not any more");
    look_again(world);
    CHECK(who.calls == 0);
}

TEST_CASE_TEMPLATE("a number that is closed and given out again belongs to its new watcher alone", World, KERNELS) {
    World world;
    recorder old_one;
    recorder new_one;
    line first = world.open();
    REQUIRE(world.poller->watch(first.fd, old_one));
    int number = first.fd;
    world.poller->forget(first.fd, old_one);
    first.near.reset();
    line second = world.open();
    if (second.fd != number) {
        REQUIRE(::dup2(second.fd, number) == number);
        second.near = os::file_descriptor(number);
        second.fd = number;
    }
    REQUIRE(world.poller->watch(number, new_one));
    world.peer_sends(second, "x");
    CHECK(eventually(world, [&] { return new_one.seen.readable; }));
    CHECK(old_one.calls == 0);
    world.poller->forget(number, new_one);
}

TEST_CASE_TEMPLATE("more descriptors than a batch holds are all told", World, KERNELS, script) {
    World world;
    constexpr std::size_t count = 400;
    std::vector<line> lines;
    std::vector<std::unique_ptr<recorder>> watchers;
    for (std::size_t i = 0; i < count; ++i) {
        lines.push_back(world.open());
        watchers.push_back(std::make_unique<recorder>());
        REQUIRE(world.poller->watch(lines[i].fd, *watchers[i]));
    }
    auto all = [&](bool os::readiness::* what) {
        return eventually(world, [&] {
            for (auto& who : watchers)
                if (!(who->seen.*what)) return false;
            return true;
        });
    };
    CHECK(all(&os::readiness::writable));
    for (line& on : lines) world.peer_sends(on, "x");
    CHECK(all(&os::readiness::readable));
    for (std::size_t i = 0; i < count; ++i) world.poller->forget(lines[i].fd, *watchers[i]);
}

TEST_CASE_TEMPLATE("a descriptor that cannot be watched is refused", World, KERNELS, script) {
    World world;
    recorder who;
    auto refused = world.poller->watch(-1, who);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == std::errc::bad_file_descriptor);
    world.poller->forget(-1, who);  // harmless
}

TEST_CASE_TEMPLATE("a plain file or a folder is refused: reading it never would block", World, KERNELS) {
    World world;
    recorder who;
    std::FILE* file = std::tmpfile();
    REQUIRE(file != nullptr);
    os::file_descriptor folder(::open("/", O_RDONLY | O_CLOEXEC));
    REQUIRE(folder);
    for (int fd : {::fileno(file), folder.get()}) {
        auto refused = world.poller->watch(fd, who);
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == std::errc::operation_not_permitted);
    }
    std::fclose(file);
}

TEST_CASE("what the script adds: time jumps, faults come when they are asked for, and a hang is an exception") {
    os::scripted_poller poller;
    recorder who;
    auto begin = poller.now();

    poller.refuse_next_watch(std::errc::no_space_on_device);
    auto refused = poller.watch(7, who);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == std::errc::no_space_on_device);
    REQUIRE(poller.watch(7, who));
    CHECK(poller.is_watched(7));

    poller.at(2h, 7, {.readable = true});
    poller.wait(begin + 1h);
    CHECK(poller.elapsed() == 1h);
    CHECK(who.calls == 0);
    poller.interrupt_next_wait();
    poller.wait(std::nullopt);
    CHECK(poller.elapsed() == 1h);
    poller.wait(begin + 3h);
    CHECK(poller.elapsed() == 2h);
    CHECK(who.seen.readable);
    poller.pass(5s);
    CHECK(poller.now() == begin + 2h + 5s);
    CHECK_THROWS_AS(poller.wait(std::nullopt), std::logic_error);
    poller.forget(7, who);
    CHECK(poller.watched() == 0);
}
