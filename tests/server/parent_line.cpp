#include <coracle/server/parent_line.hpp>

#include "loopback.hpp"

#include <coracle/os/socket.hpp>

#include <doctest/doctest.h>

#include <poll.h>

#include <string>
#include <thread>
#include <utility>

using namespace coracle;

namespace {

struct raised {
    explicit raised(run_options how = {}) : here(served, quiet(how)) {
        auto ends = os::open_socket_pair();
        REQUIRE(ends);
        parent = std::move(ends->first);
        here.start();
        server::parent_line::obey(here, std::move(ends->second));
        thread = std::thread([this] { here.serve(); });
    }
    ~raised() {
        parent.reset();
        if (thread.joinable()) thread.join();
    }
    static run_options quiet(run_options how) {
        how.port = 0;
        how.access_log = how.banner = how.signals = false;
        return how;
    }
    void say(std::string_view words) { CHECK(os::send_some(parent.get(), words)); }
    char hear() {
        pollfd one{parent.get(), POLLIN, 0};
        char word = 0;
        if (::poll(&one, 1, 20'000) == 1) (void)os::receive(parent.get(), {&word, 1}).has_value();
        return word;
    }
    app served;
    server::server here;
    os::file_descriptor parent;
    std::thread thread;
};

}  // namespace

TEST_CASE("a worker process says that it is ready, answers pings, and stops when it is told to") {
    for (const char* word : {"s", "l"}) {
        raised worker({.workers = 2});
        CHECK(worker.hear() == 'r');
        worker.say("p");
        CHECK(worker.hear() == 'p');
        worker.say("?p");
        CHECK(worker.hear() == 'p');
        worker.say(word);
        worker.thread.join();
    }
}

TEST_CASE("a worker process whose parent is gone stops") {
    raised worker;
    CHECK(worker.hear() == 'r');
    worker.parent.reset();
    worker.thread.join();
}
