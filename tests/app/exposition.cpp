#include <coracle/app/exposition.hpp>

#include <coracle/base/random_sequence.hpp>
#include <coracle/base/utf8.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

using namespace coracle;
using namespace std::literals;

namespace {

std::string label(std::string_view value) {
    std::string out;
    metrics::append_label(out, "l", value);
    return out;
}
std::string number(double value) {
    std::string out;
    metrics::append_value(out, value);
    return out;
}
/// What a reader of the format makes of a label's value; nothing when it is not one.
std::string read_label(std::string_view text) {
    REQUIRE(text.starts_with("l=\""));
    REQUIRE(text.ends_with('"'));
    text = text.substr(3, text.size() - 4);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        REQUIRE(text[i] != '"');
        REQUIRE(text[i] != '\n');
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        ++i;
        REQUIRE(i < text.size());
        REQUIRE((text[i] == '\\' || text[i] == '"' || text[i] == 'n'));
        out += text[i] == 'n' ? '\n' : text[i];
    }
    return out;
}

}  // namespace

TEST_CASE("names are those that Prometheus reads") {
    for (std::string_view good : {"a", "_a1", "http_requests_total", "a:b"}) CHECK(metrics::is_metric_name(good));
    for (std::string_view bad : {"", "1a", "a-b", "a b", "\xc3\xa9", "a\n"}) CHECK(!metrics::is_metric_name(bad));
    CHECK(metrics::is_label_name("kind"));
    CHECK(!metrics::is_label_name("a:b"));
    CHECK(!metrics::is_label_name("__name__"));
}

TEST_CASE(
    "OpenMetrics: a counter is called without _total and its samples with it, units are said, and there is an end") {
    std::string page;
    metrics::exposition to(page, metrics::exposition_format::openmetrics);
    to.one("sent_bytes_total", "counter", "Bytes that were \"sent\"", 7U);
    to.family("took_seconds", "histogram", "Time");
    to.bucket("a=\"b\"", 1, 2);
    to.bucket("", 0.5, 3);
    to.bucket("", 1e20, 3);
    to.bucket("", HUGE_VAL, 4);
    to.one("seconds", "gauge", "No unit alone", 1.5);
    to.end();
    CHECK(page ==
          "# HELP sent_bytes Bytes that were \\\"sent\\\"\n# TYPE sent_bytes counter\n# UNIT sent_bytes bytes\n"
          "sent_bytes_total 7\n"
          "# HELP took_seconds Time\n# TYPE took_seconds histogram\n# UNIT took_seconds seconds\n"
          "took_seconds_bucket{a=\"b\",le=\"1.0\"} 2\ntook_seconds_bucket{le=\"0.5\"} 3\n"
          "took_seconds_bucket{le=\"1e+20\"} 3\ntook_seconds_bucket{le=\"+Inf\"} 4\n"
          "# HELP seconds No unit alone\n# TYPE seconds gauge\nseconds 1.5\n# EOF\n");
}

TEST_CASE("a family is its help, its type and its samples") {
    std::string page;
    metrics::exposition to(page);
    to.family("orders_total", "counter", "Orders, a \\ and\na line");
    std::string labels;
    metrics::append_label(labels, "kind", "a \"book\"");
    metrics::append_label(labels, "paid", "yes\\no\n");
    to.sample(labels, std::uint64_t{18446744073709551615ULL});
    to.one("heat", "gauge", "h", 36.6);
    CHECK(page ==
          "# HELP orders_total Orders, a \\\\ and\\na line\n"
          "# TYPE orders_total counter\n"
          "orders_total{kind=\"a \\\"book\\\"\",paid=\"yes\\\\no\\n\"} 18446744073709551615\n"
          "# HELP heat h\n# TYPE heat gauge\nheat 36.6\n");
}

TEST_CASE("numbers are the shortest that read back, and there are three that are none") {
    CHECK(number(0) == "0");
    CHECK(number(0.1) == "0.1");
    CHECK(number(1e21) == "1e+21");
    CHECK(number(HUGE_VAL) == "+Inf");
    CHECK(number(-HUGE_VAL) == "-Inf");
    CHECK(number(std::nan("")) == "NaN");
}

TEST_CASE("W10: a label holds each of the 256 bytes, and no value breaks its line") {
    for (int byte = 0; byte < 256; ++byte) {
        std::string text(1, static_cast<char>(byte));
        std::string out = label(text);
        CHECK(utf8::is_valid(out));
        CHECK(read_label(out) == (byte < 0x80 ? text : "\xef\xbf\xbd"));
    }
    random_sequence draw(3);
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (std::size_t n = draw.below(20); n > 0; --n) text += static_cast<char>(draw.below(256));
        std::string out = label(text);
        CHECK(utf8::is_valid(out));
        std::string back = read_label(out);
        if (utf8::is_valid(text)) CHECK(back == text);
    }
}
