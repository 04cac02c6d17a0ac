#include <coracle/client/address_guard.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {
net::address at(const char* host) {
    auto made = net::address::of(host, 80);
    REQUIRE(made);
    return *made;
}
std::string_view kind(const char* host) { return client::address_guard::on().fault(at(host)); }
}  // namespace

TEST_CASE("C7 addresses of this machine and of networks behind it are refused, in whatever clothes") {
    for (const char* bad : {"0.0.0.0",
                            "0.1.2.3",
                            "10.0.0.1",
                            "100.64.0.1",
                            "100.127.255.255",
                            "127.0.0.1",
                            "127.255.255.254",
                            "169.254.169.254",
                            "172.16.0.1",
                            "172.31.255.255",
                            "192.0.0.8",
                            "192.168.1.1",
                            "198.18.0.1",
                            "198.19.255.255",
                            "224.0.0.1",
                            "239.255.255.255",
                            "240.0.0.1",
                            "255.255.255.255",
                            "::",
                            "::1",
                            "::ffff:127.0.0.1",
                            "::ffff:10.0.0.1",
                            "::ffff:169.254.169.254",
                            "::127.0.0.1",
                            "64:ff9b::127.0.0.1",
                            "64:ff9b::a9fe:a9fe",
                            "64:ff9b:1::1",
                            "2002:7f00:1::",
                            "2002:c0a8:101::1",
                            "2001::1",
                            "2001:db8::1",
                            "2001:10::1",
                            "3fff::1",
                            "fc00::1",
                            "fd12:3456::1",
                            "fe80::1",
                            "febf::1",
                            "fec0::1",
                            "ff02::1",
                            "100::1",
                            "5f00::1",
                            "::2"})
        CHECK_MESSAGE(!kind(bad).empty(), bad);
    CHECK(kind("127.0.0.1") == "loopback");
    CHECK(kind("::1") == "loopback");
    CHECK(kind("fd00::1") == "unique-local");
    CHECK(kind("169.254.169.254") == "link-local");
    CHECK(kind("64:ff9b::10.0.0.1") == "private");
}

TEST_CASE("C7 public addresses are not, at the very edges of the networks either") {
    for (const char* good :
         {"1.1.1.1",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255", "100.128.0.0",
          "126.255.255.255", "128.0.0.0",       "169.253.255.255", "169.255.0.0",    "172.15.255.255",
          "172.32.0.0",      "192.167.255.255", "192.169.0.0",     "198.17.255.255", "198.20.0.0",
          "223.255.255.255", "2606:4700::1111", "2a00::1",         "::ffff:1.1.1.1", "64:ff9b::1.1.1.1",
          "2002:101:101::1", "2001:4860::1",    "3ffe::1"})
        CHECK_MESSAGE(kind(good).empty(), good);
}

TEST_CASE("C7 a unix socket is no public place, and networks that are meant are allowed") {
    CHECK(client::address_guard::on().fault(net::address::local("/run/app.sock")) == "a unix socket");
    auto guard = client::address_guard::on().allow("10.1.0.0/16, ::1");
    CHECK(guard.fault(at("10.1.2.3")).empty());
    CHECK(guard.fault(at("::ffff:10.1.2.3")).empty());
    CHECK(!guard.fault(at("10.2.2.3")).empty());
    CHECK(guard.fault(at("::1")).empty());
    CHECK_THROWS_AS(client::address_guard::on().allow("10.1.2.3/16"), std::logic_error);
}

TEST_CASE("C7 of several addresses those that are good stay, and who has none is told why") {
    auto guard = client::address_guard::on();
    std::string refused;
    auto good = guard.allowed({at("127.0.0.1"), at("1.1.1.1"), at("::1")}, refused);
    REQUIRE(good.size() == 1);
    CHECK(good.front().host() == "1.1.1.1");
    refused.clear();
    CHECK(guard.allowed({at("127.0.0.1"), at("fe80::1%2")}, refused).empty());
    CHECK(refused == "127.0.0.1 is loopback, fe80::1%2 is link-local");
}

TEST_CASE("without a guard every address may be asked") {
    CHECK(client::address_guard().fault(at("127.0.0.1")).empty());
    CHECK(!client::address_guard());
    CHECK(client::address_guard::on());
}
