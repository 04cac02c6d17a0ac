#include <coracle/http/preconditions.hpp>

#include <doctest/doctest.h>

#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;
using http::precondition;

namespace {

constexpr std::int64_t now = 1'000'000'000;    // Sun, 09 Sep 2001 01:46:40 GMT
constexpr std::int64_t modified = now - 3600;  // 00:46:40
constexpr std::string_view then = "Sun, 09 Sep 2001 00:46:40 GMT";
constexpr std::string_view before = "Sun, 09 Sep 2001 00:46:39 GMT";
constexpr std::string_view after = "Sun, 09 Sep 2001 00:46:41 GMT";

using lines = std::vector<std::pair<std::string_view, std::string_view>>;
http::fields fields(const lines& all) {
    http::fields made;
    for (auto [name, value] : all) made.push_back({name, value});
    return made;
}
precondition judge(const lines& all, http::method how = http::method::get) {
    return http::judge_preconditions(fields(all), how, {{"\"v2\"", false}, modified}, now);
}
bool ranged(const lines& all, std::int64_t at = now) {
    return http::range_applies(fields(all), {{"\"v2\"", false}, modified}, at);
}

TEST_CASE("without conditions everything goes on") { CHECK(judge({}) == precondition::proceed); }

TEST_CASE("If-None-Match that names the state is 304 for who reads and 412 for who writes") {
    CHECK(judge({{"if-none-match", "\"v1\", W/\"v2\""}}) == precondition::not_modified);
    CHECK(judge({{"if-none-match", "*"}}) == precondition::not_modified);
    CHECK(judge({{"if-none-match", "\"v2\""}}, http::method::head) == precondition::not_modified);
    CHECK(judge({{"if-none-match", "\"v2\""}}, http::method::put) == precondition::failed);
    CHECK(judge({{"if-none-match", "\"v1\""}}) == precondition::proceed);
    CHECK(judge({{"if-none-match", "v2"}}) == precondition::proceed);
    CHECK(judge({{"if-none-match", "\"v1\""}, {"If-None-Match", "\"v2\""}}) == precondition::not_modified);
}

TEST_CASE("If-Match wants the very state") {
    CHECK(judge({{"if-match", "\"v1\", \"v2\""}}) == precondition::proceed);
    CHECK(judge({{"if-match", "*"}}) == precondition::proceed);
    CHECK(judge({{"if-match", "\"v1\""}}) == precondition::failed);
    CHECK(judge({{"if-match", "W/\"v2\""}}) == precondition::failed);
    CHECK(judge({{"if-match", ""}}) == precondition::failed);
}

TEST_CASE("dates say the same to those who have no tags") {
    CHECK(judge({{"if-modified-since", then}}) == precondition::not_modified);
    CHECK(judge({{"if-modified-since", after}}) == precondition::not_modified);
    CHECK(judge({{"if-modified-since", before}}) == precondition::proceed);
    CHECK(judge({{"if-modified-since", then}}, http::method::put) == precondition::proceed);
    CHECK(judge({{"if-unmodified-since", then}}) == precondition::proceed);
    CHECK(judge({{"if-unmodified-since", before}}) == precondition::failed);
    CHECK(judge({{"if-modified-since", "Sunday, 09-Sep-01 00:46:40 GMT"}}) == precondition::not_modified);
}

TEST_CASE("a date that is none, or stands there twice, is not there") {
    CHECK(judge({{"if-modified-since", "yesterday"}}) == precondition::proceed);
    CHECK(judge({{"if-unmodified-since", "0"}}) == precondition::proceed);
    CHECK(judge({{"if-modified-since", then}, {"if-modified-since", then}}) == precondition::proceed);
}

TEST_CASE("a tag goes before a date, and what the client may not know before what it has") {
    CHECK(judge({{"if-none-match", "\"v1\""}, {"if-modified-since", then}}) == precondition::proceed);
    CHECK(judge({{"if-none-match", "\"v2\""}, {"if-modified-since", before}}) == precondition::not_modified);
    CHECK(judge({{"if-match", "\"v2\""}, {"if-unmodified-since", before}}) == precondition::proceed);
    CHECK(judge({{"if-match", "\"v1\""}, {"if-none-match", "\"v2\""}}) == precondition::failed);
    CHECK(judge({{"if-match", "\"v2\""}, {"if-none-match", "\"v2\""}}) == precondition::not_modified);
    CHECK(judge({{"if-unmodified-since", before}, {"if-modified-since", then}}) == precondition::failed);
}

TEST_CASE("If-Range lets a range through for the very state only") {
    CHECK(ranged({}));
    CHECK(ranged({{"if-range", "\"v2\""}}));
    CHECK_FALSE(ranged({{"if-range", "\"v1\""}}));
    CHECK_FALSE(ranged({{"if-range", "W/\"v2\""}}));
    CHECK(ranged({{"if-range", then}}));
    CHECK_FALSE(ranged({{"if-range", after}}));
    CHECK_FALSE(ranged({{"if-range", before}}));
    CHECK_FALSE(ranged({{"if-range", "v2"}}));
    CHECK_FALSE(ranged({{"if-range", "\"v2\""}, {"if-range", "\"v2\""}}));
}

TEST_CASE("the date of what was modified just now may be that of two states") {
    CHECK_FALSE(ranged({{"if-range", then}}, modified));
    CHECK_FALSE(ranged({{"if-range", then}}, modified + 1));
    CHECK(ranged({{"if-range", then}}, modified + 2));
}

}  // namespace
