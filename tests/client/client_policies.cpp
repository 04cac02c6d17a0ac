#include <coracle/client/client_policies.hpp>

#include <doctest/doctest.h>

using namespace coracle;

TEST_CASE("none of the policies does anything unless it is said") {
    CHECK(client::client_policies().do_nothing());
    client::client_policies some;
    some.redirects.follow = true;
    CHECK(!some.do_nothing());
    some = {};
    some.retry.attempts = 2;
    CHECK(!some.do_nothing());
    some = {};
    some.auth = client::bearer("x");
    CHECK(!some.do_nothing());
    some = {};
    some.cookies = client::cookie_store::made();
    CHECK(!some.do_nothing());
    some = {};
    some.proxy = client::proxy_rules("http://proxy.test");
    CHECK(!some.do_nothing());
    some = {};
    some.guard = client::address_guard::on();
    CHECK(!some.do_nothing());
}
