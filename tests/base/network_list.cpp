#include <coracle/base/network_list.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

network_list of(std::initializer_list<std::string_view> texts) {
    network_list made;
    for (std::string_view each : texts) made.add(each);
    return made;
}
std::string refusal(std::string_view text) {
    try {
        of({text});
    } catch (const std::logic_error& why) {
        return why.what();
    }
    return {};
}

}  // namespace

TEST_CASE("an address is in the networks that its first bits say") {
    network_list some = of({"127.0.0.1", "10.0.0.0/8", "192.168.4.0/22", "::1", "fd00::/8", "2001:db8::/33"});
    for (std::string_view in : {"127.0.0.1", "10.0.0.0", "10.255.255.255", "192.168.4.0", "192.168.7.255", "::1",
                                "fd12:3456::1", "2001:db8:7fff::"}) {
        CAPTURE(in);
        CHECK(some.contains(in));
    }
    for (std::string_view out : {"127.0.0.2", "11.0.0.0", "9.255.255.255", "192.168.8.0", "192.168.3.255", "::2",
                                 "fe00::", "2001:db8:8000::", "unix:", "unix:/run/x"}) {
        CAPTURE(out);
        CHECK_FALSE(some.contains(out));
    }
}

TEST_CASE("an IPv4 address in IPv6's clothes is that IPv4 address, on either side") {
    CHECK(of({"10.0.0.0/8"}).contains("::ffff:10.1.2.3"));
    CHECK(of({"::ffff:10.0.0.0/104"}).contains("10.1.2.3"));
    CHECK(of({"::ffff:10.0.0.1"}).contains("10.0.0.1"));
    CHECK_FALSE(of({"::ffff:10.0.0.0/104"}).contains("11.1.2.3"));
    CHECK_FALSE(of({"::/0"}).contains("10.0.0.1"));
    CHECK_FALSE(of({"0.0.0.0/0"}).contains("::1"));
    CHECK(of({"0.0.0.0/0"}).contains("203.0.113.9"));
    CHECK(of({"::/0"}).contains("2001:db8::9"));
}

TEST_CASE("the zone of a link-local address does not count") { CHECK(of({"fe80::/10"}).contains("fe80::1%2")); }

TEST_CASE("everybody, unix sockets, and peers with a name") {
    CHECK(network_list().empty());
    CHECK_FALSE(network_list().contains("127.0.0.1"));
    CHECK(of({"*"}).contains("anything at all"));
    CHECK(of({"*"}).contains(""));
    CHECK(of({"unix"}).contains("unix:"));
    CHECK(of({"unix"}).contains("unix:/run/app.sock"));
    CHECK_FALSE(of({"unix"}).contains("127.0.0.1"));
    CHECK(of({"testclient"}).contains("testclient"));
    CHECK_FALSE(of({"testclient"}).contains("test"));
}

TEST_CASE("text that is no address is in no network, whatever it holds") {
    network_list some = of({"0.0.0.0/0", "::/0", "unix", "proxy"});
    for (std::string_view out : {"", " ", "10.0.0", "10.0.0.0.0", "010.0.0.1", "10.0.0.1 ", "[::1]", ":", "::1::", "%",
                                 "%1", "999.1.1.1", "1.2.3.4:80", "_hidden", "unknown", "localhost"}) {
        CAPTURE(out);
        CHECK_FALSE(some.contains(out));
    }
}

TEST_CASE("a list between commas is what the command line has") {
    network_list some;
    some.add_list(" 127.0.0.1, ,10.0.0.0/8,");
    CHECK(some.contains("127.0.0.1"));
    CHECK(some.contains("10.9.9.9"));
    CHECK_FALSE(some.contains(""));
    CHECK_FALSE(some.holds_everybody());
    some.add_list("*");
    CHECK(some.holds_everybody());
}

TEST_CASE("what looks like an address and is none is refused with what would be right") {
    CHECK(refusal("10.0.0.0/33").find("0 to 32") != std::string::npos);
    CHECK(refusal("::/129").find("0 to 128") != std::string::npos);
    CHECK(refusal("10.0.0.0/").find("0 to 32") != std::string::npos);
    CHECK(refusal("10.0.0.0/8/8").find("0 to 32") != std::string::npos);
    CHECK(refusal("::ffff:10.0.0.0/24").find("0 to 32") != std::string::npos);
    CHECK(refusal("10.1.2.3/8").find("write its first one, 10.0.0.0/8,") != std::string::npos);
    CHECK(refusal("fd00::1/8").find("fd00::/8") != std::string::npos);
    CHECK(refusal("10.0.0").find("is no IP address") != std::string::npos);
    CHECK(refusal("10.0.0.0, 10.0.0.1").find("on its own") != std::string::npos);
    CHECK_FALSE(refusal("").empty());
}
