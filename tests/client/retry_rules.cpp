#include <coracle/client/retry_rules.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

using namespace coracle;
using namespace std::chrono_literals;
using client::attempt_end;

namespace {

constexpr std::int64_t now = 1'700'000'000;  // Tue, 14 Nov 2023 22:13:20 GMT
constexpr std::uint64_t all_of_it = UINT64_MAX;

client::attempt answered(int status, std::string_view retry_after = {}) {
    client::attempt what;
    what.status = status;
    what.retry_after = retry_after;
    return what;
}
client::attempt failed(attempt_end end, http::method by, bool replayable = true, bool began = true) {
    client::attempt what;
    what.end = end;
    what.method = by;
    what.replayable = replayable;
    what.began_body = began;
    return what;
}
std::optional<std::chrono::nanoseconds> wait(const client::attempt& what, client::retry_rules rules = {}) {
    if (rules.attempts == 1) rules.attempts = 3;
    return client::wait_before_retry(rules, what, now, 0);
}

}  // namespace

TEST_CASE("nothing is repeated unless the rules say so, and not more often") {
    CHECK(!client::wait_before_retry({}, answered(503), now, 0));
    client::attempt third = answered(503);
    third.number = 3;
    CHECK(!wait(third));
    third.number = 2;
    CHECK(wait(third));
}

TEST_CASE("statuses that pass are asked again, others are answers") {
    for (int status : {429, 502, 503, 504}) CHECK(wait(answered(status)));
    for (int status : {200, 301, 400, 401, 404, 408, 425, 500, 501}) CHECK(!wait(answered(status)));
    client::retry_rules mine;
    mine.statuses = {404};
    CHECK(wait(answered(404), mine));
    CHECK(!wait(answered(503), mine));
}

TEST_CASE("C6 what changes things is not sent twice when the server may have it") {
    using enum http::method;
    for (http::method method : {get, head, options, put, del}) {
        CHECK(wait(failed(attempt_end::unsent, method)));
        CHECK(wait(failed(attempt_end::unanswered, method)));
        CHECK(wait(failed(attempt_end::torn, method)));
    }
    for (http::method method : {post, patch, other}) {
        CHECK(wait(failed(attempt_end::unsent, method)));
        CHECK(!wait(failed(attempt_end::unanswered, method)));
        CHECK(!wait(failed(attempt_end::torn, method)));
        client::attempt refused = answered(503);
        refused.method = method;
        CHECK(!wait(refused));
    }
}

TEST_CASE("C6 a body that cannot be sent again is not, unless none of it was taken") {
    CHECK(!wait(failed(attempt_end::unanswered, http::method::put, false)));
    CHECK(!wait(failed(attempt_end::unsent, http::method::put, false)));
    CHECK(wait(failed(attempt_end::unsent, http::method::post, false, false)));
    CHECK(!wait(failed(attempt_end::unanswered, http::method::post, false, false)));
    client::attempt refused = answered(503);
    refused.method = http::method::put;
    refused.replayable = false;
    CHECK(!wait(refused));
}

TEST_CASE("connect errors are left alone where the rules say so") {
    client::retry_rules rules;
    rules.connect_errors = false;
    CHECK(!wait(failed(attempt_end::unsent, http::method::get), rules));
    CHECK(wait(answered(503), rules));
}

TEST_CASE("waits double up to a cap, and each is chosen from nothing to the whole") {
    client::retry_rules rules;
    rules.attempts = 100;
    rules.first_wait = 100ms;
    rules.most_wait = 1s;
    std::chrono::nanoseconds most[] = {100ms, 200ms, 400ms, 800ms, 1s, 1s};
    client::attempt what = answered(503);
    for (unsigned i = 0; i < 6; ++i) {
        what.number = i + 1;
        CHECK(client::wait_before_retry(rules, what, now, 0) == 0ns);
        std::uint64_t whole = static_cast<std::uint64_t>(most[i].count());
        CHECK(client::wait_before_retry(rules, what, now, whole) == most[i]);
        CHECK(client::wait_before_retry(rules, what, now, whole + 1) == 0ns);
        CHECK(*client::wait_before_retry(rules, what, now, all_of_it) <= most[i]);
    }
    what.number = 99;
    CHECK(*client::wait_before_retry(rules, what, now, 1'000'000'000) == 1s);
    rules.first_wait = -1s;
    CHECK(client::wait_before_retry(rules, what, now, 7) == 0ns);
}

TEST_CASE("Retry-After is obeyed, in seconds and as a date, up to where patience ends") {
    CHECK(wait(answered(503, "7")) == 7s);
    CHECK(wait(answered(429, "0")) == 0s);
    CHECK(wait(answered(503, "Tue, 14 Nov 2023 22:13:50 GMT")) == 30s);
    CHECK(wait(answered(503, "Tuesday, 14-Nov-23 22:13:50 GMT")) == 30s);
    CHECK(wait(answered(503, "Tue, 14 Nov 2023 22:00:00 GMT")) == 0s);  // over already
    CHECK(wait(answered(503, "60")) == 60s);
    CHECK(!wait(answered(503, "61")));
    CHECK(!wait(answered(503, "Wed, 15 Nov 2023 22:13:50 GMT")));
    client::retry_rules patient;
    patient.most_patience = 24h;
    CHECK(wait(answered(503, "3600"), patient) == 1h);
}

TEST_CASE("a Retry-After that cannot be read is none, and no number makes it overflow") {
    for (const char* bad : {"", "soon", "-1", "+5", "5.5", "0x10", "1e3", "5 5", "Tue, 99 Nov 2023 22:13:50 GMT",
                            "Tue, 14 Nov 2023", "\xff", "5,5"}) {
        CAPTURE(bad);
        CHECK(wait(answered(503, bad)) == 0ns);  // the chosen part of the usual wait
    }
    for (const char* never :
         {"99999999999999999999999999", "4294967296", "18446744073709551616", "Fri, 31 Dec 9999 23:59:59 GMT"})
        CHECK(!wait(answered(503, never)));
    client::retry_rules endless;
    endless.most_patience = std::chrono::nanoseconds::max();
    CHECK(*wait(answered(503, "99999999999999999999999999"), endless) <= 366 * 24h);
    CHECK(*wait(answered(503, "Fri, 31 Dec 9999 23:59:59 GMT"), endless) <= 366 * 24h);
}
