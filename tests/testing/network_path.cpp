// network_path: each wish reaches every link of it, and can be chained.
#include <coracle/testing/network_path.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;
using testing::network_link;
using testing::network_path;

TEST_CASE("what is asked of a path is asked of each of its links") {
    std::vector<std::shared_ptr<network_link>> links;
    for (int i = 0; i < 2; ++i) links.push_back(std::make_shared<network_link>(testing::link_rules(), 1));
    network_path path(links);
    path.latency(3ms).jitter(2ms).bytes_per_second(1000).capacity(10).largest_read(4).ragged().reset_after(99).cut();
    for (auto& link : links) {
        CHECK(link->rules.latency == 3ms);
        CHECK(link->rules.jitter == 2ms);
        CHECK(link->rules.bytes_per_second == 1000);
        CHECK(link->rules.capacity == 10);
        CHECK(link->rules.largest_read == 4);
        CHECK(link->rules.ragged);
        CHECK(link->rules.reset_after == 99u);
        CHECK(link->is_cut());
    }
    path.heal().reset().ragged(false).capacity(0);
    for (auto& link : links) {
        CHECK(!link->is_cut());
        CHECK(!link->rules.ragged);
        CHECK(link->rules.capacity == 1);  // else nothing would ever be sent
    }
}
