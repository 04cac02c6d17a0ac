#include <coracle/app/histogram.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("a histogram counts what is at most as long as each of its bounds") {
    metrics::histogram took{"took_seconds", "How long", {"kind"}, {0.1, 1}};
    auto& one = took.with("a");
    one.observe(0.1);
    one.observe(500ms);
    one.observe(3.0);
    std::string text;
    metrics::exposition to(text);
    metrics::metric::write_all(to);
    CHECK(text.find("# TYPE took_seconds histogram\n"
                    "took_seconds_bucket{kind=\"a\",le=\"0.1\"} 1\n"
                    "took_seconds_bucket{kind=\"a\",le=\"1\"} 2\n"
                    "took_seconds_bucket{kind=\"a\",le=\"+Inf\"} 3\n"
                    "took_seconds_sum{kind=\"a\"} 3.6\n"
                    "took_seconds_count{kind=\"a\"} 3\n") != text.npos);
}

TEST_CASE("what is no number is longer than all") {
    metrics::histogram odd{"odd_seconds", ""};
    odd.observe(std::nan(""));
    odd.observe(HUGE_VAL);
    std::string text;
    metrics::exposition to(text);
    metrics::metric::write_all(to);
    CHECK(text.find("odd_seconds_bucket{le=\"10\"} 0\nodd_seconds_bucket{le=\"+Inf\"} 2\n") != text.npos);
}
