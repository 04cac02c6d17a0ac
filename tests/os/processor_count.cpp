#include <coracle/os/processor_count.hpp>

#include <doctest/doctest.h>

#if defined(__linux__)
#include <sched.h>
#endif

#include <thread>

TEST_CASE("there is a processor") { CHECK(coracle::os::processor_count() >= 1); }

#if defined(__linux__)
TEST_CASE("a process that is tied to one processor counts one") {
    unsigned counted = 0;
    std::thread tied([&] {
        cpu_set_t allowed;
        REQUIRE(::sched_getaffinity(0, sizeof allowed, &allowed) == 0);
        unsigned first = 0;
        while (!CPU_ISSET(first, &allowed)) ++first;
        CPU_ZERO(&allowed);
        CPU_SET(first, &allowed);
        REQUIRE(::sched_setaffinity(0, sizeof allowed, &allowed) == 0);
        counted = coracle::os::processor_count();
    });
    tied.join();
    CHECK(counted == 1);
}
#endif
