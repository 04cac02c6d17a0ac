#include <coracle/async/task.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/connect.hpp>
#include <coracle/net/copy.hpp>
#include <coracle/net/serve_streams.hpp>

#include <doctest/doctest.h>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

using namespace coracle;

namespace {

task<> echo(net::tcp_stream client) { [[maybe_unused]] auto done = co_await copy(client, client); }

class environment {
public:
    environment(const char* host, const char* port) {
        set("CORACLE_HOST", host);
        set("CORACLE_PORT", port);
    }
    ~environment() {
        set("CORACLE_HOST", nullptr);
        set("CORACLE_PORT", nullptr);
    }

private:
    static void set(const char* name, const char* value) {
        if (value)
            ::setenv(name, value, 1);
        else
            ::unsetenv(name);
    }
};

std::string place(const char* host, const char* port, std::string_view asked) {
    environment set(host, port);
    return net::detail::place_to_listen(asked);
}

}  // namespace

TEST_CASE("the environment says where to listen, whatever the program says") {
    CHECK(place(nullptr, nullptr, "127.0.0.1:8001") == "127.0.0.1:8001");
    CHECK(place(nullptr, "0", "127.0.0.1:8001") == "127.0.0.1:0");
    CHECK(place("0.0.0.0", nullptr, "127.0.0.1:8001") == "0.0.0.0:8001");
    CHECK(place("::", "9000", "[::1]:8001") == "[::]:9000");
    CHECK(place("[::]", "9000", "127.0.0.1:8001") == "[::]:9000");
    CHECK(place(nullptr, "9000", "[::1]:8001") == "[::1]:9000");
    CHECK(place("unix:/run/app.sock", "9000", "127.0.0.1:8001") == "unix:/run/app.sock");
}

TEST_CASE("a signal stops the server in good order: who is being served may finish, and the exit code is 0") {
    environment set(nullptr, nullptr);
    std::string where = "unix:/tmp/coracle-serve-streams-" + std::to_string(::getpid());
    std::string got;
    auto client = [&]() -> task<> {
        std::optional<net::socket_stream> stream;
        while (!stream) {
            auto made = co_await net::connect(*net::address::parse(where));
            if (made)
                stream = std::move(*made);
            else
                co_await sleep(2ms);
        }
        for (std::string_view word : {"before, ", "after"}) {
            auto sent = co_await stream->write(word);
            if (!sent) co_return;
            auto bytes = co_await stream->read();
            if (!bytes) co_return;
            got += *bytes;
            if (word == "before, ") ::kill(::getpid(), SIGTERM);
        }
    };
    std::thread other([&] { run(client()); });
    CHECK(net::serve_streams(where, echo) == 0);
    other.join();
    CHECK(got == "before, after");
    CHECK(::access(where.c_str() + 5, F_OK) != 0);
}

TEST_CASE("a server that cannot begin says why, and the exit code is 3") {
    environment set(nullptr, nullptr);
    CHECK(net::serve_streams("no port", echo) == 3);
    CHECK(net::serve_streams("192.0.2.1:1", echo) == 3);
}
