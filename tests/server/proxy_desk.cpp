#include <coracle/server/proxy_desk.hpp>

#include <coracle/app/run_options.hpp>
#include <coracle/server/behind_proxy.hpp>

#include <doctest/doctest.h>

using namespace coracle;

TEST_CASE("whoever believes a proxy has a desk, whichever way it was said") {
    run_options some{.proxy = {.trusted = {"10.0.0.0/8"}}};
    CHECK(static_cast<bool>(some.proxy.trusted.desk().introduce));
    CHECK(static_cast<bool>(some.proxy.trusted.desk().receive));
    CHECK(&proxy_networks::of_list("10.0.0.1").desk() == &some.proxy.trusted.desk());
}
