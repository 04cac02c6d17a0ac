#include <coracle/base/tally.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <thread>

TEST_CASE("a tally counts on one thread, and is read on others meanwhile") {
    coracle::tally count;
    CHECK(count.get() == 0);
    std::thread reader([&] {
        std::uint64_t last = 0;
        while (last < 10'000) {
            std::uint64_t now = count.get();
            CHECK(now >= last);
            last = now;
        }
    });
    for (int i = 0; i < 5000; ++i) {
        count.add();
        count.add(1);
    }
    reader.join();
    CHECK(count.get() == 10'000);
    count.add(5);
    CHECK(count.get() == 10'005);
}
