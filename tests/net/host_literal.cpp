#include <coracle/net/host_literal.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <system_error>

using namespace coracle;
using net::families;

namespace {
std::string says(const std::string& host, families wanted = families::both) {
    auto known = net::without_lookup(host, 80, wanted);
    if (!known) return "a name";
    if (!*known) return known->error().message;
    std::string out;
    for (const net::address& each : **known) out += (out.empty() ? "" : " ") + each.text();
    return out;
}
}  // namespace

TEST_CASE("literals are their own addresses, localhost is this machine, and the rest is told what is wrong with it") {
    CHECK(says("1.2.3.4") == "1.2.3.4:80");
    CHECK(says("::1") == "[::1]:80");
    CHECK(says("[::1]") == "[::1]:80");
    CHECK(says("fe80::1%7") == "[fe80::1%7]:80");
    const char* loopback = os::interface_number("lo") != 0 ? "lo" : "lo0";  // Linux, BSD
    CHECK(says(std::string("fe80::1%") + loopback) ==
          "[fe80::1%" + std::to_string(os::interface_number(loopback)) + "]:80");
    CHECK(says("fe80::1%nosuch0") == "'fe80::1%nosuch0' names an interface that this machine does not have");
    CHECK(says("fe80::1%") == "'fe80::1%' names an interface that this machine does not have");
    CHECK(says("localhost") == "[::1]:80 127.0.0.1:80");
    CHECK(says("app.LOCALHOST.") == "[::1]:80 127.0.0.1:80");
    CHECK(says("localhost", families::ipv4) == "127.0.0.1:80");
    CHECK(says("localhost", families::ipv6) == "[::1]:80");
    CHECK(says("1.2.3.4", families::ipv6) == "no IPv6 address for '1.2.3.4': it is an IPv4 address");
    CHECK(says("::1", families::ipv4) == "no IPv4 address for '::1': it is an IPv6 address");
    CHECK(says("") == "the host is empty; write a name, 127.0.0.1 or ::1");
    CHECK(says("b\xc3\xbc.example").find("is not ASCII") != std::string::npos);
    CHECK(says(std::string(300, 'a')).find("is longer than") != std::string::npos);
    CHECK(says("127.1").find("ends in a number") != std::string::npos);
    CHECK(says("1.2.3.4%lo").find("is no host name") != std::string::npos);
}

TEST_CASE("only what can be a name has to be looked up") {
    CHECK(says("example.org") == "a name");
    CHECK(says("localhost.example") == "a name");
    CHECK(says("xn--bcher-kva.example.") == "a name");
}

TEST_CASE("what is refused is the caller's mistake") {
    auto refused = net::without_lookup("a b", 80, families::both);
    REQUIRE(refused);
    REQUIRE_FALSE(*refused);
    CHECK((*refused).error().code == std::errc::invalid_argument);
}
