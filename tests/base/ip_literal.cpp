#include <coracle/base/ip_literal.hpp>

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cstring>
#include <random>
#include <string>
#include <string_view>

using namespace coracle::ip;

namespace {
std::string canonical(std::string_view text) {
    std::string out;
    if (auto six = parse_ipv6(text)) append_ipv6(out, *six);
    if (auto four = parse_ipv4(text)) append_ipv4(out, *four);
    return out;
}
}  // namespace

static_assert(parse_ipv4("255.0.2.1") == ipv4_bytes{255, 0, 2, 1});
static_assert(parse_ipv6("::1")->back() == 1);

TEST_CASE("IPv4 is four decimal numbers and nothing else") {
    for (std::string_view good : {"0.0.0.0", "127.0.0.1", "255.255.255.255", "192.0.2.10"})
        CHECK(canonical(good) == good);
    for (std::string_view bad :
         {"", ".", "1", "1.2.3", "1.2.3.", "1.2.3.4.", ".1.2.3", "1..2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.1000",
          "01.2.3.4", "1.2.3.00", "0x7f.0.0.1", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "1.2.3.-4", "2130706433"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_ipv4(bad));
    }
}

TEST_CASE("IPv6 is read in every form and written in one") {
    struct {
        std::string_view text;
        std::string_view written;
    } rows[] = {
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"2001:DB8::00a1", "2001:db8::a1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
        {"0:0:0:0:0:0:0:0", "::"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"::ffff:c000:201", "::ffff:192.0.2.1"},
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"fe80::0:0", "fe80::"},
    };
    for (auto& row : rows) {
        CAPTURE(row.text);
        CHECK(canonical(row.text) == row.written);
    }
    for (std::string_view bad : {"",
                                 ":",
                                 ":::",
                                 "1",
                                 "1:",
                                 ":1",
                                 "1:2:3:4:5:6:7",
                                 "1:2:3:4:5:6:7:8:9",
                                 "1:2:3:4:5:6:7:8::",
                                 "::1::2",
                                 "1:2:3:4::5:6:7:8",
                                 "12345::",
                                 "g::",
                                 "::1:",
                                 "1:::2",
                                 "::1.2.3",
                                 "::1.2.3.4:5",
                                 "1.2.3.4",
                                 "1:2:3:4:5:6:7:1.2.3.4",
                                 "::ffff:192.0.2.01",
                                 "[::1]",
                                 "fe80::1%2",
                                 "::1 ",
                                 "0x1::"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_ipv6(bad));
    }
}

TEST_CASE("a mapped address may be written in groups as well") {
    std::string out = "x";
    append_ipv6_groups(out, *parse_ipv6("::ffff:192.0.2.1"));
    CHECK(out == "x::ffff:c000:201");
}

TEST_CASE("the C library agrees, on random text and on random addresses") {
    std::mt19937 random(7);
    constexpr std::string_view letters = "0123456789abcdefF::::....g%";
    for (int i = 0; i < 200'000; ++i) {
        std::string text;
        std::size_t length = random() % 20;
        for (std::size_t j = 0; j < length; ++j) text.push_back(letters[random() % letters.size()]);
        ipv6_bytes theirs{};
        bool six = ::inet_pton(AF_INET6, text.c_str(), theirs.data()) == 1;
        auto ours = parse_ipv6(text);
        CAPTURE(text);
        REQUIRE(ours.has_value() == six);
        if (ours) REQUIRE(*ours == theirs);
        ipv4_bytes four{};
        bool is_four = ::inet_pton(AF_INET, text.c_str(), four.data()) == 1;
        REQUIRE(parse_ipv4(text).has_value() == is_four);
    }
    for (int i = 0; i < 20'000; ++i) {
        ipv6_bytes bytes;
        for (auto& byte : bytes) byte = random() % 3 == 0 ? static_cast<std::uint8_t>(random()) : std::uint8_t{0};
        std::string written;
        append_ipv6(written, bytes);
        CAPTURE(written);
        REQUIRE(parse_ipv6(written) == bytes);
        ipv6_bytes theirs{};
        REQUIRE(::inet_pton(AF_INET6, written.c_str(), theirs.data()) == 1);
        REQUIRE(theirs == bytes);
    }
}
