#include <coracle/net/host_name.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <string_view>

using namespace coracle;

TEST_CASE("the names that people use are names") {
    for (std::string_view name : {"example.org", "example.org.", "a", "xn--bcher-kva.example", "_dmarc.example.org",
                                  "my_host", "3com.com", "1.2.3.4.in-addr.arpa", "EXAMPLE.ORG", "0x7f.example"}) {
        CAPTURE(name);
        CHECK(net::host_name_fault(name) == "");
    }
}

TEST_CASE("what is no name is refused, with what would be right") {
    struct {
        std::string host, fault;
    } cases[] = {
        {"", "the host is empty; write a name, 127.0.0.1 or ::1"},
        {"b\xc3\xbc"
         "cher.example",
         "'b??cher.example' is not ASCII; write it as the DNS has it, in Punycode: xn--..."},
        {"http://example.org", "'http://example.org' is no host name; write the host alone, without scheme and path"},
        {"example.org/path", "'example.org/path' is no host name; write the host alone, without scheme and path"},
        {"example.org:80", "'example.org:80' is no host name; write the port apart, and an IPv6 address in full"},
        {"a b", "'a?b' is no host name, which has only letters, digits, '-', '_' and '.'"},
        {"a..b", "'a..b' has nothing between two dots"},
        {".a", "'.a' has nothing between two dots"},
        {".", "'.' has nothing between two dots"},
        {"a..", "'a..' has nothing between two dots"},
    };
    for (const auto& [host, fault] : cases) CHECK(net::host_name_fault(host) == fault);
}

TEST_CASE("a NUL or a newline in a name is refused and does not reach the message") {
    std::string fault = net::host_name_fault(std::string_view("good.example\0evil\nline", 22));
    CHECK(fault == "'good.example?evil?line' is no host name, which has only letters, digits, '-', '_' and '.'");
}

TEST_CASE("lengths are those of the DNS, to the byte") {
    std::string label(63, 'a');
    CHECK(net::host_name_fault(label) == "");
    CHECK(net::host_name_fault(label + "a").ends_with("has more than 63 bytes between two dots"));
    std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
    REQUIRE(longest.size() == 253);
    CHECK(net::host_name_fault(longest) == "");
    CHECK(net::host_name_fault(longest + ".") == "");
    CHECK(net::host_name_fault(longest + "b").ends_with("...' is longer than the 253 bytes of a host name"));
    CHECK(net::host_name_fault(std::string(1 << 20, 'a')).size() < 200);
}

TEST_CASE("numbers that some systems take for addresses are no names") {
    for (std::string_view host : {"127.1", "2130706433", "010.0.0.1", "0x7f000001", "0x7f.1", "1.2.3", "256.1.1.1",
                                  "1.2.3.4.", "example.123", "example.0X1"}) {
        CAPTURE(host);
        CHECK(net::host_name_fault(host).ends_with(
            "ends in a number, as IPv4 addresses do, but is none; write it as 192.0.2.1"));
    }
}

TEST_CASE("localhost and what is below it is this machine") {
    for (std::string_view name : {"localhost", "LocalHost", "localhost.", "app.localhost", "a.b.localhost."})
        CHECK(net::is_localhost(name));
    for (std::string_view name : {"localhost.example", "notlocalhost", "local", "", "."})
        CHECK_FALSE(net::is_localhost(name));
}
