#include <coracle/client/exchange_terms.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

using namespace coracle;

TEST_CASE("nothing may last longer than all of it") {
    run(virtual_time, []() -> task<> {
        client::exchange_terms terms(loop::reactor::current(), client_timeouts(5s).total(8s));
        CHECK(terms.until(5s) - loop::now() == 5s);
        co_await sleep(6s);
        CHECK(terms.until(5s) - loop::now() == 2s);
        CHECK(terms.now() - terms.began == 6s);
        client::exchange_terms open(loop::reactor::current(), client_timeouts::none());
        CHECK(open.until(open.time.read()) == os::time_point::max());
    }());
}
