#include <coracle/os/name_lookup.hpp>

#include <doctest/doctest.h>

#include <netdb.h>

#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <system_error>

using namespace coracle;

namespace {
constexpr std::array<std::uint8_t, 4> loopback{127, 0, 0, 1};
}

TEST_CASE("a literal is found without asking anybody, with the port of the service") {
    auto found = os::look_up("127.0.0.1", "8000");
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    CHECK(found->front().ipv4_bytes() == loopback);
    CHECK(found->front().port() == 8000);
    found = os::look_up("::1", "");
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    CHECK(found->front().family() == os::address_family::ipv6);
    CHECK(found->front().port() == 0);
}

TEST_CASE("only the family that was asked for is given") {
    auto found = os::look_up("127.0.0.1", "80", os::families::ipv4);
    CHECK(found);
    found = os::look_up("127.0.0.1", "80", os::families::ipv6);
    REQUIRE_FALSE(found);
    CHECK(&found.error().category() == &os::lookup_category());
    CHECK(found.error().message() == "the name is not known, or has no such address");
}

TEST_CASE("the errors of a lookup are sentences that say what to do") {
    auto message = [](int code) { return std::error_code(code, os::lookup_category()).message(); };
    CHECK(message(EAI_NONAME) == "the name is not known, or has no such address");
    CHECK(message(EAI_AGAIN) == "the name servers do not answer; try again later");
    CHECK(message(EAI_FAIL) == "the name servers cannot answer");
    CHECK(message(EAI_SERVICE) == "the service is not known; write the number of its port");
    CHECK_FALSE(message(EAI_BADFLAGS).empty());
    CHECK(std::string(os::lookup_category().name()) == "name lookup");
    CHECK(os::name_not_known().message() == message(EAI_NONAME));
}

TEST_CASE("errors that are not of names alone compare to those of the standard") {
    CHECK(std::error_code(EAI_AGAIN, os::lookup_category()) == std::errc::resource_unavailable_try_again);
    CHECK(std::error_code(EAI_MEMORY, os::lookup_category()) == std::errc::not_enough_memory);
    CHECK(std::error_code(EAI_NONAME, os::lookup_category()) != std::errc::resource_unavailable_try_again);
}

TEST_CASE("a service that does not exist is told") {
    auto found = os::look_up("127.0.0.1", "no-such-service");
    REQUIRE_FALSE(found);
    CHECK(&found.error().category() == &os::lookup_category());
}

TEST_CASE("interfaces are found by their names") {
    std::uint32_t number = os::interface_number("lo");
    if (number == 0) number = os::interface_number("lo0");
    CHECK(number != 0);
    CHECK(os::interface_number("no such interface") == 0);
}
