#include <coracle/http/date.hpp>

#include <doctest/doctest.h>

#include <clocale>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace http = coracle::http;

namespace {
std::string written(std::int64_t seconds) {
    std::string out(http::date_size, '\0');
    http::write_date(seconds, out.data());
    return out;
}
}  // namespace

TEST_CASE("moments are written as the RFC's example is") {
    CHECK(written(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(written(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(written(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
    CHECK(written(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
    CHECK(written(4107542399) == "Sun, 28 Feb 2100 23:59:59 GMT");
    CHECK(written(4107542400) == "Mon, 01 Mar 2100 00:00:00 GMT");  // 2100 is no leap year
    CHECK(written(253402300799) == "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST_CASE("moments beyond four digits of a year become the nearest that fit") {
    CHECK(written(INT64_MAX) == "Fri, 31 Dec 9999 23:59:59 GMT");
    CHECK(written(INT64_MIN) == "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST_CASE("dates agree with the C library, and come back") {
    for (std::int64_t seconds = -5000000000; seconds < 9000000000; seconds += 86399 * 37 + 11) {
        auto moment = static_cast<std::time_t>(seconds);
        std::tm fields{};
        REQUIRE(gmtime_r(&moment, &fields) != nullptr);
        char expected[64];
        std::strftime(expected, sizeof expected, "%a, %d %b %Y %H:%M:%S GMT", &fields);
        REQUIRE(written(seconds) == expected);
        REQUIRE(http::parse_date(expected) == seconds);
    }
}

TEST_CASE("F23: dates do not speak the language of the process") {
    for (auto name : {"tr_TR.UTF-8", "de_DE.UTF-8", "C.UTF-8"}) {
        if (!std::setlocale(LC_ALL, name)) continue;
        CHECK(written(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    }
    std::setlocale(LC_ALL, "C");
}

TEST_CASE("all three forms are read") {
    CHECK(http::parse_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777);
    CHECK(http::parse_date("Sunday, 06-Nov-94 08:49:37 GMT") == 784111777);
    CHECK(http::parse_date("Sun Nov  6 08:49:37 1994") == 784111777);
    CHECK(http::parse_date("Wed Nov 16 08:49:37 1994") == 784111777 + 10 * 86400);
    CHECK(http::parse_date("Sat, 31 Dec 2016 23:59:60 GMT") == 1483228799);  // a leap second
}

TEST_CASE("a year of two digits is never more than fifty years ahead") {
    constexpr std::int64_t in_2026 = 1790000000;
    CHECK(written(*http::parse_date("Sunday, 06-Nov-94 08:49:37 GMT", in_2026)).substr(12, 4) == "1994");
    CHECK(written(*http::parse_date("Sunday, 06-Nov-76 08:49:37 GMT", in_2026)).substr(12, 4) == "2076");
    CHECK(written(*http::parse_date("Sunday, 06-Nov-77 08:49:37 GMT", in_2026)).substr(12, 4) == "1977");
    CHECK(written(*http::parse_date("Sunday, 06-Nov-26 08:49:37 GMT", in_2026)).substr(12, 4) == "2026");
}

TEST_CASE("what is no date is none") {
    for (auto text : {"",
                      "S",
                      "Sun",
                      "Sun,",
                      "Sun, ",
                      "Sun, 06 Nov 1994 08:49:37",
                      "Sun, 06 Nov 1994 08:49:37 gmt",
                      "Sun, 06 Nov 1994 08:49:37 GMT ",
                      " Sun, 06 Nov 1994 08:49:37 GMT",
                      "Sun, 6 Nov 1994 08:49:37 GMT",
                      "Sun, 06 nov 1994 08:49:37 GMT",
                      "Sun, 06 Nov 94 08:49:37 GMT",
                      "Sun, 00 Nov 1994 08:49:37 GMT",
                      "Sun, 31 Nov 1994 08:49:37 GMT",
                      "Wed, 29 Feb 1995 08:49:37 GMT",
                      "Sun, 06 Nov 1994 24:00:00 GMT",
                      "Sun, 06 Nov 1994 08:60:37 GMT",
                      "Sun, 06 Nov 1994 08:49:61 GMT",
                      "Sun, -6 Nov 1994 08:49:37 GMT",
                      "Sun, 06 ovD 1994 08:49:37 GMT",
                      "Sun, 06 Nov 1994 08:49:37 +0000",
                      "Foo, 06 Nov 1994 08:49:37 GMT",
                      "Sunday, 06-Nov-1994 08:49:37 GMT",
                      "Sun Nov 6 08:49:37 1994",
                      "Sun Nov  6 08:49:37 94",
                      "784111777",
                      "0"})
        CHECK_MESSAGE(!http::parse_date(text).has_value(), text);
}
