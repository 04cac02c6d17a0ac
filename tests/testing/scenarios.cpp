// Scenarios of the acceptance list, under virtual time: exact where time is concerned, counted where memory is.
#include <coracle/app/app.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/workshop.hpp>
#include <coracle/testing/memory_network.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define CORACLE_TEST_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CORACLE_TEST_ASAN 1
#endif
#endif
#if defined(CORACLE_TEST_ASAN)
#include <sanitizer/allocator_interface.h>
#elif defined(__GLIBC__)
#include <malloc.h>
#endif

using namespace coracle;

namespace {

/// Bytes that the program holds now; nothing where nobody counts them.
std::optional<std::size_t> allocated() {
#if defined(CORACLE_TEST_ASAN)
    return __sanitizer_get_current_allocated_bytes();
#elif defined(__GLIBC__) && !defined(__SANITIZE_THREAD__)
    auto counted = ::mallinfo2();
    if (counted.uordblks == 0) return std::nullopt;
    return counted.uordblks + counted.hblkhd;
#else
    return std::nullopt;
#endif
}

task<std::string> upstream(std::string name) {
    co_await sleep(1s);
    co_return name;
}

}  // namespace

TEST_CASE("T09: three upstream calls of one second each take one second together") {
    virtual_loop loop;
    auto profile = []() -> task<std::string> {
        auto [user, posts, comments] = co_await gather(upstream("user"), upstream("posts"), upstream("comments"));
        co_return user + " " + posts + " " + comments;
    };
    CHECK(loop.run(profile()) == "user posts comments");
    CHECK(loop.elapsed() == 1s);
    auto one_by_one = []() -> task<std::string> {
        std::string all = co_await upstream("user");
        all += co_await upstream("posts");
        all += co_await upstream("comments");
        co_return all;
    };
    loop.run(one_by_one());
    CHECK(loop.elapsed() == 1s + 3s);
}

TEST_CASE("T09: one that fails at a tenth of a second is an error then, and the other two are cancelled") {
    virtual_loop loop;
    int cancelled_at_once = 0;
    auto waits = [&]() -> task<std::string> {
        try {
            co_return co_await upstream("too late");
        } catch (const cancelled&) {
            if (loop.elapsed() == 100ms) ++cancelled_at_once;
            throw;
        }
    };
    auto fails = []() -> task<std::string> {
        co_await sleep(100ms);
        throw std::runtime_error("503 from upstream");
    };
    auto profile = [&]() -> task<> { co_await gather(waits(), fails(), waits()); };
    CHECK_THROWS_WITH_AS(loop.run(profile()), "503 from upstream", std::runtime_error);
    CHECK(loop.elapsed() == 100ms);
    CHECK(cancelled_at_once == 2);
    CHECK(loop.reactor().timers().size() == 0);
}

TEST_CASE("T38: of ten thousand handlers that wait, each holds less than a kilobyte") {
    constexpr std::size_t count = 10'000;
    virtual_loop loop;
    auto handler = [](int id) -> task<json> {
        co_await sleep(1h);
        json answer{{"id", id}};
        co_return answer;
    };
    std::size_t answered = 0;
    std::size_t each = 0;
    auto serves = [&](int id) -> task<> {
        json answer = co_await handler(id);
        answered += answer.is_object();
    };
    auto work = [&]() -> task<> {
        task_group group;
        auto before = allocated();
        for (std::size_t i = 0; i < count; ++i) group.spawn(serves(static_cast<int>(i)));
        co_await sleep(1s);
        auto during = allocated();
        if (before && during) each = (*during - *before) / count;
        co_await group.join();
    };
    loop.run(work());
    CHECK(answered == count);
    CHECK(loop.elapsed() == 1h);
    INFO("bytes of a waiting handler, with its job, its caller and its timer: " << each);
    CHECK(each <= 1024);
}

TEST_CASE("T38: while its handler waits a whole connection holds no buffers") {
    constexpr std::size_t count = 2'000;
    app app;
    app.get("/slow", []() -> task<json> {
        co_await sleep(1h);
        json answer{{"message", "done"}};
        co_return answer;
    });
    app.freeze();
    virtual_loop loop;
    server::settings how;
    how.access_log = false;
    server::workshop shop(app, how, loop.reactor());
    std::vector<net::memory_stream> clients;
    std::size_t each = 0;
    auto work = [&]() -> task<> {
        std::vector<net::memory_stream> servers;
        for (std::size_t i = 0; i < count; ++i) {
            auto ends = net::memory_stream::pair();
            ends.first.push("GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            clients.push_back(std::move(ends.first));
            servers.push_back(std::move(ends.second));
        }
        task_group group;
        auto before = allocated();
        for (auto& end : servers) group.spawn(server::connection(std::move(end), shop));
        co_await sleep(1s);
        auto during = allocated();
        if (before && during && *during > *before) each = (*during - *before) / count;
        co_await group.join();
    };
    loop.run(work());
    std::size_t answered = 0;
    for (auto& client : clients) answered += client.take_all().ends_with("{\"message\":\"done\"}");
    CHECK(answered == count);
    INFO("bytes of a connection whose handler waits, without its stream: " << each);
    CHECK(each <= 4 * 1024 + 512);
}
