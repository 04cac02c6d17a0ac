// seeds: each once, the environment's wishes, and the one that failed is told.
#include <coracle/testing/seeds.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <vector>

using namespace coracle;

namespace {

std::vector<std::uint64_t> tried(std::uint64_t count) {
    std::vector<std::uint64_t> all;
    for (auto time : seeds(count)) all.push_back(time.seed());
    return all;
}

// The environment as a test wants it; what it was comes back.
class environment {
public:
    environment(const char* name, const char* value) : name_(name) {
        if (const char* before = std::getenv(name)) before_ = before;
        ::setenv(name, value, 1);
    }
    ~environment() {
        if (before_.empty())
            ::unsetenv(name_);
        else
            ::setenv(name_, before_.c_str(), 1);
    }

private:
    const char* name_;
    std::string before_;
};

}  // namespace

TEST_CASE("the seeds begin at 1, since 0 is first come, first served") {
    if (std::getenv("CORACLE_SEED") || std::getenv("CORACLE_SEEDS")) return;
    CHECK(tried(3) == std::vector<std::uint64_t>{1, 2, 3});
    CHECK(tried(0).empty());
}

TEST_CASE("the environment chooses one seed, or their number") {
    {
        environment more("CORACLE_SEEDS", "5");
        CHECK(tried(2).size() == 5);
        environment one("CORACLE_SEED", "17");
        CHECK(tried(2) == std::vector<std::uint64_t>{17});
    }
    environment nonsense("CORACLE_SEED", "x");
    environment nonsense_too("CORACLE_SEEDS", "");
    CHECK(tried(2).size() == 2);
}

TEST_CASE("the other wishes about virtual time stay, and an exception passes through") {
    std::uint64_t failed = 0;
    try {
        for (auto time : seeds(100, virtual_time.begins(std::chrono::sys_days()))) {
            virtual_loop loop(time);
            CHECK(loop.reactor().unix_milliseconds() == 0);
            failed = time.seed();
            if (time.seed() == 3) throw std::runtime_error("broken");
        }
    } catch (const std::runtime_error&) {
    }
    CHECK(failed >= 3);
}
