#include <coracle/app/cache_secret.hpp>

#include <async/hand_loop.hpp>

#include <doctest/doctest.h>

using namespace coracle;

namespace {
bool are_alike(const siphash_key& a, const siphash_key& b) { return a.low == b.low && a.high == b.high; }
}  // namespace

TEST_CASE("a secret is drawn once, and is another one for each, on a loop and before any") {
    cache_secret early;
    cache_secret other;
    const siphash_key first = early.get();
    CHECK(are_alike(early.get(), first));
    CHECK_FALSE(are_alike(other.get(), first));
    hand_loop loop;
    cache_secret drawn;
    cache_secret next;
    CHECK(are_alike(early.get(), first));
    CHECK_FALSE(are_alike(drawn.get(), next.get()));
    CHECK_FALSE(are_alike(drawn.get(), first));
}
