#include <coracle/client/cookie_store.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

using namespace coracle;
using http::url;

namespace {
constexpr std::int64_t now = 1'700'000'000;
void answer_from(const client::cookie_store& to, const char* where, std::vector<std::string> cookies) {
    http::fields answer;
    for (const std::string& each : cookies) answer.push_back({"Set-Cookie", each});
    to.store(answer, url::parse(where), now);
}
}  // namespace

TEST_CASE("what one answer sets, the next request shows, through every copy of the store") {
    client::cookie_store mine = client::cookie_store::made();
    client::cookie_store copy = mine;
    answer_from(mine, "http://a.test/", {"a=1", "b=2; Path=/x"});
    CHECK(copy.header(url::parse("http://a.test/x"), now) == "b=2; a=1");
    CHECK(copy.header(url::parse("http://a.test/"), now) == "a=1");
    copy.with([](http::cookie_jar& jar) { jar.set("mine", "3"); });
    CHECK(mine.header(url::parse("http://b.test/"), now) == "mine=3");
}

TEST_CASE("C1 a cookie is shown to nobody but those it belongs to, and nobody sets one for others") {
    client::cookie_store mine = client::cookie_store::made();
    answer_from(mine, "http://a.test/",
                {"own=1", "far=1; Domain=b.test", "high=1; Domain=test", "up=1; Domain=.x.a.test"});
    answer_from(mine, "https://a.test/", {"safe=1; Secure"});
    CHECK(mine.header(url::parse("http://a.test/"), now) == "own=1");
    CHECK(mine.header(url::parse("https://a.test/"), now) == "own=1; safe=1");
    CHECK(mine.header(url::parse("http://b.test/"), now).empty());
    CHECK(mine.header(url::parse("http://x.a.test/"), now).empty());
    CHECK(mine.header(url::parse("http://a.test.b.test/"), now).empty());
}

TEST_CASE("a store that was only declared keeps nothing") {
    client::cookie_store none;
    answer_from(none, "http://a.test/", {"a=1"});
    CHECK(none.header(url::parse("http://a.test/"), now).empty());
    CHECK(!none);
}

TEST_CASE("threads share a store, and none of them sees half a step") {
    client::cookie_store mine = client::cookie_store::made();
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&mine, i] {
            for (int n = 0; n < 500; ++n) {
                std::string text = std::to_string(n);
                answer_from(mine, "http://a.test/", {"a" + std::to_string(i) + "=" + text});
                std::string shown = mine.header(url::parse("http://a.test/"), now);
                CHECK(shown.find("a" + std::to_string(i) + "=" + text) != std::string::npos);
            }
        });
    for (std::thread& each : all) each.join();
    CHECK(mine.with([](http::cookie_jar& jar) { return jar.size(); }) == std::size_t{4});
}
