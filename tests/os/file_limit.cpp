#include <coracle/os/file_limit.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <cstddef>

namespace {
struct rlimit limit_now() {
    struct rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    return limit;
}
}  // namespace

TEST_CASE("the limit of open files is raised as far as is allowed and never lowered") {
    struct rlimit before = limit_now();
    struct rlimit low = before;
    low.rlim_cur = 64;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);

    CHECK(coracle::os::raise_file_limit(128) == 128);
    CHECK(limit_now().rlim_cur == 128);
    CHECK(coracle::os::raise_file_limit(100) == 128);
    CHECK(limit_now().rlim_cur == 128);
    std::size_t most = coracle::os::raise_file_limit(static_cast<std::size_t>(-1));
    CHECK(most > 128);
    CHECK(limit_now().rlim_cur == most);
    CHECK(limit_now().rlim_max == before.rlim_max);

    ::setrlimit(RLIMIT_NOFILE, &before);
}
