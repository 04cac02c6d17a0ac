#include <coracle/client/tunnel.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <coracle/async/gather.hpp>
#include <coracle/net/memory_stream.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

using namespace coracle;

namespace {
// What opening a tunnel comes to when the proxy says this, in pieces of so many bytes.
std::string tunnelled(std::string said, std::size_t pieces = 1000) {
    auto ends = net::memory_stream::pair();
    auto serve = [](net::memory_stream line, std::string answer, std::size_t most) -> task<> {
        auto asked = co_await line.read();
        CHECK(asked->starts_with("CONNECT a.test:443 HTTP/1.1\r\n"));
        for (std::string_view rest = answer; !rest.empty();
             rest.remove_prefix(rest.size() < most ? rest.size() : most)) {
            auto sent = co_await line.write(rest.substr(0, most));
            if (!sent) break;
        }
        line.close();
    };
    auto ask = [](net::memory_stream line) -> task<std::string> {
        client::proxy by = client::proxy_rules("http://proxy.test").server();
        http::url to = http::url::parse("https://a.test/secret");
        auto opened = co_await client::open_tunnel(line, to, by);
        line.close();
        std::string what = "open";
        if (!opened) what = opened.error();
        co_return what;
    };
    auto both = [](task<> first, task<std::string> second) -> task<std::string> {
        auto [nothing, what] = co_await gather(std::move(first), std::move(second));
        co_return what;
    };
    return run(virtual_time, both(serve(std::move(ends.first), std::move(said), pieces), ask(std::move(ends.second))));
}
}  // namespace

TEST_CASE("any 2xx is a tunnel, in however many pieces it comes, and whatever length it claims") {
    for (std::size_t pieces : {1UL, 7UL, 1000UL}) {
        CHECK(tunnelled("HTTP/1.1 200 Connection established\r\n\r\n", pieces) == "open");
        CHECK(tunnelled("HTTP/1.0 200 OK\r\nproxy-agent: x\r\n\r\n", pieces) == "open");
        CHECK(tunnelled("HTTP/1.1 204 No Content\r\n\r\n", pieces) == "open");
        CHECK(tunnelled("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n", pieces) ==
              "open");
    }
}

TEST_CASE("C5 what a proxy says instead of opening a tunnel is an error") {
    CHECK(tunnelled("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n") ==
          "the proxy proxy.test does not connect to a.test: it says 403");
    CHECK(tunnelled("HTTP/1.1 302 Found\r\nlocation: http://b.test/\r\n\r\n") ==
          "the proxy proxy.test does not connect to a.test: it says 302");
    CHECK(tunnelled("HTTP/1.1 200 OK\r\n\r\nwelcome") == "the proxy proxy.test says more than was asked");
    for (const char* garbage : {"", "HTTP/1.1 200 OK\r\n", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n"})
        CHECK(tunnelled(garbage).starts_with("the proxy proxy.test gives an answer that cannot be used: "));
    std::string endless = "HTTP/1.1 200 OK\r\nx: " + std::string(200'000, 'y');
    CHECK(tunnelled(endless, 10'000).starts_with("the proxy proxy.test gives an answer that cannot be used: "));
}
