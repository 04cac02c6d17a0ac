#include <coracle/os/native_poller.hpp>

#include <doctest/doctest.h>

#include <type_traits>

using namespace coracle;

TEST_CASE("the native poller is kqueue where there is one, else epoll") {
#if __has_include(<sys/event.h>)
    static_assert(std::is_same_v<os::native_poller, os::kqueue_poller>);
#else
    static_assert(std::is_same_v<os::native_poller, os::epoll_poller>);
#endif
    auto poller = os::make_native_poller();
    REQUIRE(poller);
    poller->wake();
    poller->wait(std::nullopt);
}
