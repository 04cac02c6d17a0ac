#include <coracle/app/exposition_format.hpp>

#include <coracle/http/fields.hpp>

#include <doctest/doctest.h>

#include <string_view>

using namespace coracle;

namespace {
bool open(std::string_view accept) {
    http::fields asked;
    asked.push_back({"accept", accept});
    return metrics::exposition_format_for(asked) == metrics::exposition_format::openmetrics;
}
}  // namespace

TEST_CASE("OpenMetrics is for who names it") {
    CHECK(metrics::exposition_format_for({}) == metrics::exposition_format::prometheus);
    CHECK(!open("*/*"));
    CHECK(!open("text/html, */*;q=0.1"));
    CHECK(open("application/openmetrics-text"));
    CHECK(open("Application/OpenMetrics-Text; version=1.0.0; charset=utf-8"));
    // What Prometheus 3 and Prometheus 2 send.
    CHECK(
        open("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;"
             "version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,"
             "*/*;q=0.2"));
    CHECK(
        open("application/openmetrics-text;version=\"1.0.0\",application/openmetrics-text;version=0.0.1;q=0.75,"
             "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
}

TEST_CASE("text is for who likes it better, or wants a version that is not there") {
    CHECK(!open("text/plain, application/openmetrics-text;q=0.9"));
    CHECK(!open("application/openmetrics-text;q=0"));
    CHECK(!open("application/openmetrics-text;version=0.0.1"));
    CHECK(!open("application/openmetrics-text;version=2.0.0, text/plain"));
    CHECK(!open("application/openmetrics-text;q=0.1, */*"));
    CHECK(open("application/openmetrics-text, text/plain"));
    CHECK(open(",, ;, application/openmetrics-text;version=1.0.0"));
}
