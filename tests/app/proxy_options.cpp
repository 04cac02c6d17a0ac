#include <coracle/app/run_options.hpp>
#include <coracle/server/behind_proxy.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace coracle;

TEST_CASE("D19: nobody is believed unless it is said") {
    run_options none;
    CHECK(none.proxy.trusted.empty());
    CHECK_FALSE(none.proxy.trusted.contains("127.0.0.1"));
    CHECK_FALSE(none.proxy.trusted.contains(""));
    CHECK_FALSE(none.proxy.host);
    CHECK_FALSE(none.proxy.prefix);
    CHECK_FALSE(none.proxy.forwarded);
    CHECK_FALSE(none.proxy.protocol);
    CHECK(proxy_networks{}.empty());
    CHECK(proxy_networks::of_list("").empty());
    CHECK(proxy_networks::of_list(" , ").empty());
}

TEST_CASE("whom to believe is said where the server is told the rest") {
    run_options some{.proxy = {.trusted = {"127.0.0.1", "10.0.0.0/8", "unix"}, .host = true}};
    CHECK(some.proxy.trusted.contains("10.1.2.3"));
    CHECK(some.proxy.trusted.contains("unix:"));
    CHECK_FALSE(some.proxy.trusted.contains("11.1.2.3"));
    CHECK(proxy_networks::of_list("::1, 127.0.0.1").contains("::1"));
    CHECK_THROWS_AS(proxy_networks({"10.0.0.0/40"}), std::logic_error);
    CHECK_THROWS_AS(proxy_networks::of_list("10.0.0.1/8"), std::logic_error);
}
