#include <coracle/net/address.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace coracle;
using net::address;

TEST_CASE("an address and its text are the same thing") {
    for (std::string_view text : {"127.0.0.1:8000", "0.0.0.0:0", "[::1]:443", "[::]:65535", "[fe80::1%2]:80",
                                  "unix:/run/app.sock", "unix:@abstract", "unix:relative.sock"}) {
        CAPTURE(text);
        auto read = address::parse(text);
        REQUIRE(read);
        CHECK(read->text() == text);
        CHECK(*address::parse(read->text()) == *read);
    }
    CHECK(address::parse("localhost:8000")->text() == "127.0.0.1:8000");
    CHECK(address::parse("[2001:DB8:0::1]:80")->text() == "[2001:db8::1]:80");
    CHECK(address::parse("unix:@name")->path().front() == '\0');
    CHECK(address().text() == "unix:");
}

TEST_CASE("the pieces of options make the same addresses") {
    CHECK(address::of("127.0.0.1", 80)->text() == "127.0.0.1:80");
    CHECK(address::of("::", 80)->text() == "[::]:80");
    CHECK(address::of("[::1]", 80)->text() == "[::1]:80");
    CHECK(address::of("localhost", 80)->host() == "127.0.0.1");
    CHECK(address::of("unix:/run/x", 80)->text() == "unix:/run/x");
    CHECK(address::of("fe80::1%3", 80)->host() == "fe80::1%3");
}

TEST_CASE("what is no address is refused with a sentence that says what is right") {
    struct {
        std::string_view text;
        std::string_view says;
    } rows[] = {
        {"", "has no port"},
        {"127.0.0.1", "write 127.0.0.1:8000"},
        {"[::1]", "write [::1]:8000"},
        {"::1:8000", "IPv6 without brackets"},
        {"127.0.0.1:", "port from 0 to 65535"},
        {"127.0.0.1:65536", "port from 0 to 65535"},
        {"127.0.0.1:-1", "port from 0 to 65535"},
        {"127.0.0.1:000080", "port from 0 to 65535"},
        {"example.com:80", "'example.com' is no IP address"},
        {"010.0.0.1:80", "is no IP address"},
        {"*:80", "0.0.0.0 for every interface"},
        {"[fe80::1%eth0]:80", "no interface number"},
        {"[::1:80", "no port"},
        {"unix:", "write unix:/run/app.sock"},
        {"unix:@", "write unix:/run/app.sock"},
        {std::string_view("unix:/a\0b", 9), "NUL"},
    };
    for (auto& row : rows) {
        CAPTURE(row.text);
        auto refused = address::parse(row.text);
        REQUIRE_FALSE(refused);
        CAPTURE(refused.error().message);
        CHECK(refused.error().message.find(row.says) != std::string::npos);
    }
}

TEST_CASE("an address survives the way to the kernel and back") {
    for (std::string_view text : {"127.0.0.1:8000", "[2001:db8::1]:443", "[fe80::1%2]:80", "unix:/run/app.sock"}) {
        auto given = address::parse(text);
        REQUIRE(given);
        auto there = given->to_socket_address();
        REQUIRE(there);
        CHECK(address(*there) == *given);
    }
    CHECK_FALSE(address::local(std::string(200, 'x')).to_socket_address());
    CHECK_FALSE(address().to_socket_address());
    CHECK(address(os::socket_address()) == address());
}

TEST_CASE("an IPv4 peer of an IPv6 socket is the IPv4 address that it is") {
    auto mapped = address::parse("[::ffff:192.0.2.1]:80")->to_socket_address();
    REQUIRE(mapped);
    CHECK(address(*mapped).text() == "192.0.2.1:80");
}

TEST_CASE("loopback is this machine") {
    for (std::string_view text : {"127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "unix:/x"})
        CHECK(address::parse(text)->is_loopback());
    for (std::string_view text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "[2001:db8::1]:1", "[::2]:1"})
        CHECK_FALSE(address::parse(text)->is_loopback());
}

TEST_CASE("an address can be had at another port; a unix socket has none") {
    CHECK(net::address::parse("[fe80::1%2]:80")->with_port(443).text() == "[fe80::1%2]:443");
    CHECK(net::address::parse("127.0.0.1:0")->with_port(1).text() == "127.0.0.1:1");
    CHECK(net::address::local("/run/app.sock").with_port(1) == net::address::local("/run/app.sock"));
}
