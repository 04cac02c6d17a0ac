// Scenarios in which nothing is allocated between a request and its answer: counted, not believed.
#include <doctest/doctest.h>

#include <coracle/app/app.hpp>
#include <coracle/app/cookie.hpp>
#include <coracle/app/header.hpp>
#include <coracle/app/ttl_cache.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/http/exchange.hpp>
#include <coracle/http/head_cache.hpp>
#include <coracle/http/request_parser.hpp>

#include <async/hand_loop.hpp>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <optional>
#include <string>
#include <string_view>

namespace {
thread_local std::size_t allocations = 0;

void* counted(std::size_t size) {
    ++allocations;
    if (void* room = std::malloc(size == 0 ? 1 : size)) return room;
    throw std::bad_alloc();
}
}  // namespace

// The others of the standard library call these two.
void* operator new(std::size_t size) { return counted(size); }
void operator delete(void* room) noexcept { std::free(room); }
void operator delete(void* room, std::size_t) noexcept { std::free(room); }

using namespace coracle;

namespace {

enum class kind { book, food };

/// How many allocations it takes to answer this request, when the same was answered before.
std::size_t allocations_of(app& served, std::string_view bytes, std::string_view expected) {
    served.freeze();
    http::head_cache heads;
    heads.tick(784111777);
    request asked;
    byte_buffer out;
    std::size_t count = 0;
    for (int turn = 0; turn < 4; ++turn) {
        http::request_parser parser;
        asked.reset();
        out.consume(out.view().size());
        REQUIRE(parser.parse(bytes, asked) == http::parse_state::complete);
        asked.client = {"127.0.0.1", 4711};
        asked.body.open(nullptr);
        http::exchange exchange;
        exchange.head_read(asked);
        std::size_t before = allocations;
        reply answer(out, heads, exchange, http::default_limits);
        const app_route* found = served.find(asked, answer);
        bool runs = found && found->runs_now();
        if (runs) served.call_now(*found, asked, answer);
        count = allocations - before;
        REQUIRE(runs);
        CHECK(out.view().ends_with(expected));
    }
    return count;
}

}  // namespace

TEST_CASE("allocations are counted") {
    std::size_t before = allocations;
    std::string large(100, 'x');
    CHECK(allocations == before + 1);
}

TEST_CASE("binding and routing allocate nothing for a GET with path and query scalars") {
    app app;
    app.get("/plain", on_loop([] { return 1; }));
    app.get("/items/{id}/{rate}/{what}{?skip=0,limit=10,deep,most,least}",
            on_loop([](int id, double rate, kind what, int skip, int limit, bool deep, std::optional<int> most,
                       std::optional<long> least) {
                return id + skip + limit + (deep ? 1 : 0) + (what == kind::food ? 1 : 0) + most.value_or(0) +
                       static_cast<int>(rate) + static_cast<int>(least.value_or(0));
            }));
    for (int i = 0; i < 50; ++i)
        app.get(runtime_pattern("/other" + std::to_string(i) + "/{id}"), on_loop([](int id) { return id; }));
    CHECK(allocations_of(app, "GET /plain HTTP/1.1\r\nhost: test\r\n\r\n", "1") == 0);
    CHECK(allocations_of(app,
                         "GET /items/100/20.5/food?limit=30&skip=4&deep=true&x=unknown&most=5 HTTP/1.1\r\n"
                         "host: test\r\naccept: */*\r\n\r\n",
                         "161") == 0);
    CHECK(allocations_of(app, "GET /other49/7 HTTP/1.1\r\nhost: test\r\n\r\n", "7") == 0);
}

TEST_CASE("nor for short texts, header fields and cookies") {
    app app;
    app.get("/{name}{?q}", on_loop([](std::string name, std::optional<std::string> q, header<"x-n", int, 10> n,
                                      header<"x-tag"> tag, cookie<"session", int> session) {
                return *n + *session + static_cast<int>(name.size() + q->size() + tag->size());
            }));
    CHECK(allocations_of(app,
                         "GET /tea?q=a+b%26 HTTP/1.1\r\nhost: test\r\nx-tag: abc\r\ncookie: a=b; session=5\r\n\r\n",
                         "25") == 0);
}

TEST_CASE("what is in a cache is given without an allocation, and without a coroutine frame") {
    hand_loop loop;
    ttl_cache<std::string, int> cache{{.max_size = 10}};
    cache.set("a key that has to be allocated", 7);
    auto count = run_through(loop, [](ttl_cache<std::string, int>& from) -> task<std::size_t> {
        std::size_t before = allocations;
        int sum = 0;
        for (int i = 0; i < 100; ++i) sum += co_await from.get("a key that has to be allocated", [] { return 0; });
        CHECK(sum == 700);
        co_return allocations - before;
    }(cache));
    CHECK(count == 0);
}
