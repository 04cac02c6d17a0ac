// blocking_call: what it is before anybody runs it; thread_pool and offload show the rest.
#include <coracle/async/blocking_call.hpp>

#include <doctest/doctest.h>

#include <cstddef>

using namespace coracle;

TEST_CASE("a call stands in the user's lane, has not begun, and belongs to nobody") {
    struct call final : async::blocking_call {
        void run() noexcept override {}
        void arrived() noexcept override {}
        void lost() noexcept override {}
    } fresh;
    CHECK(fresh.stands_in == lane::user);
    CHECK(!fresh.begun);
    CHECK(fresh.taken_by == nullptr);
    CHECK(!fresh.linked());
}

TEST_CASE("lanes are counted from zero") {
    CHECK(static_cast<std::size_t>(lane::user) == 0);
    CHECK(static_cast<std::size_t>(lane::clean_up) + 1 == async::lanes);
}
