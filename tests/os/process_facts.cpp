#include <coracle/os/process_facts.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <ctime>

using namespace coracle;

TEST_CASE("the system tells how much time, memory and files this process has") {
    os::process_facts all = os::read_process_facts();
    CHECK(all.cpu_seconds >= 0);
    REQUIRE(all.open_files);
    CHECK(*all.open_files >= 3);
#if defined(__linux__)
    REQUIRE(all.resident_bytes);
    REQUIRE(all.virtual_bytes);
    REQUIRE(all.start_time);
    REQUIRE(all.threads);
    CHECK(*all.resident_bytes > 100'000);
    CHECK(*all.virtual_bytes > *all.resident_bytes);
    CHECK(*all.threads >= 1);
    auto now = static_cast<double>(std::time(nullptr));
    CHECK(*all.start_time <= now + 1);
    CHECK(*all.start_time > now - 100'000);
    CHECK(*os::read_process_facts().start_time == doctest::Approx(*all.start_time).epsilon(1e-9));
#endif
}

TEST_CASE("a file that is opened is one more") {
    auto before = *os::read_process_facts().open_files;
    int one = ::open("/dev/null", O_RDONLY);
    int two = ::open("/dev/null", O_RDONLY);
    CHECK(*os::read_process_facts().open_files == before + 2);
    ::close(one);
    ::close(two);
    CHECK(*os::read_process_facts().open_files == before);
}
