#include <doctest/doctest.h>

#include <coracle/app/cache_loader.hpp>

#include <async/hand_loop.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

constexpr cache_times times{1h, 1min};

template <class V, class F>
lasting<V> load(F f, int key = 7) {
    hand_loop loop;
    return run_through(loop, cache_load<V>(f, key, times));
}
task<int> doubled(int key) {
    co_await hop();
    co_return 2 * key;
}
class later_number {
public:
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    int await_resume() const noexcept { return 9; }
};

}  // namespace

TEST_CASE("a loader is a function, a coroutine, or gives something to await; of nothing or of the key") {
    CHECK(load<int>([] { return 5; }).value == 5);
    CHECK(load<int>([](int key) { return key; }).value == 7);
    CHECK(load<int>(doubled).value == 14);
    CHECK(load<int>([] { return doubled(4); }).value == 8);
    CHECK(load<int>([] { return later_number(); }).value == 9);
    CHECK(load<std::string>([] { return "text"; }).value == "text");
}

TEST_CASE("what it gives is kept for the usual time, or for its own, or as long as nothing is kept") {
    CHECK(load<int>([] { return 5; }).ttl == 1h);
    CHECK(load<int>([] { return lasting(5, 3s); }).ttl == 3s);
    CHECK(load<int>([]() -> task<lasting<int>> { co_return lasting(5, 4s); }).ttl == 4s);
    using maybe = std::optional<int>;
    CHECK(load<maybe>([] { return 5; }).ttl == 1h);
    CHECK(load<maybe>([]() -> task<maybe> { co_return std::nullopt; }).ttl == 1min);
    CHECK(load<maybe>([] { return lasting(maybe(), 2s); }).ttl == 2s);
    CHECK(load<maybe>([] { return lasting(5, 2s); }).value == 5);
}

TEST_CASE("a cache owns its loader, made from any of them") {
    hand_loop loop;
    cache_loader<int, int> none;
    CHECK_FALSE(none);
    cache_loader<int, int> from_function = doubled;
    CHECK(from_function);
    CHECK(run_through(loop, from_function(21, times)).value == 42);
    int base = 100;
    cache_loader<int, int> from_lambda = [base](int key) -> task<lasting<int>> {
        co_await hop();
        co_return lasting(base + key, 5s);
    };
    CHECK(run_through(loop, from_lambda(1, times)).value == 101);
    CHECK(run_through(loop, from_lambda(1, times)).ttl == 5s);
}

TEST_CASE("a load sees its loader without its type") {
    hand_loop loop;
    CHECK(run_through(loop, cache_loader_view<int, int>(doubled)(21, times)).value == 42);
    const auto constant = [] { return 7; };
    CHECK(run_through(loop, cache_loader_view<int, int>(constant)(1, times)).value == 7);
    int calls = 0;
    auto counts = [&calls](int key) -> task<int> {
        ++calls;
        co_await hop();
        co_return key;
    };
    cache_loader_view<int, int> seen(counts);
    CHECK(run_through(loop, seen(5, times)).value == 5);
    cache_loader<int, int> owned = counts;
    CHECK(run_through(loop, cache_loader_view<int, int>(owned)(6, times)).value == 6);
    CHECK(calls == 2);
}
