#include <coracle/client/upgraded.hpp>
#include <coracle/net/memory_stream.hpp>

#include <doctest/doctest.h>

#include <utility>

using namespace coracle;

TEST_CASE("without a stream the other protocol was not wanted there") {
    client::upgraded refused{http_reply()};
    CHECK(!refused);
    auto [one, other] = net::memory_stream::pair();
    client::upgraded agreed(http_reply(), std::move(one), "first bytes");
    CHECK(agreed);
    CHECK(agreed.already == "first bytes");
}
