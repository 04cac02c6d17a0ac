#include <coracle/app/metric.hpp>

#include <coracle/app/counter.hpp>
#include <coracle/app/gauge.hpp>
#include <coracle/app/histogram.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace coracle;

namespace {
std::string page() {
    std::string text;
    metrics::exposition to(text);
    metrics::metric::write_all(to);
    return text;
}
}  // namespace

TEST_CASE("a metric is shown as long as it lives") {
    {
        metrics::counter one{"of_a_moment_total", "One"};
        CHECK(page().find("# TYPE of_a_moment_total counter\nof_a_moment_total 0\n") != std::string::npos);
    }
    CHECK(page().find("of_a_moment_total") == std::string::npos);
}

TEST_CASE("what Prometheus would refuse is refused when it is made, in a sentence") {
    CHECK_THROWS_WITH_AS(
        metrics::gauge("my-gauge", ""),
        "coracle: 'my-gauge' is no name of a metric; one is letters, digits and underscores: orders_total",
        std::logic_error);
    CHECK_THROWS_WITH_AS(metrics::counter("orders", ""), "coracle: the name of a counter ends in _total: orders_total",
                         std::logic_error);
    CHECK_THROWS_WITH_AS(metrics::histogram("h", "", {"le"}),
                         "coracle: 'le' is no label of h; one is letters, digits and underscores, and not le in a "
                         "histogram",
                         std::logic_error);
    metrics::counter one{"same_total", ""};
    CHECK_THROWS_WITH_AS(metrics::counter("same_total", ""),
                         "coracle: there are two metrics with the name same_total; make it once, at namespace scope "
                         "say, and use it everywhere",
                         std::logic_error);
    CHECK_THROWS_WITH_AS(metrics::gauge("same", ""),
                         "coracle: same_total and same are one name to OpenMetrics, which calls a counter by its name "
                         "without _total",
                         std::logic_error);
    CHECK_THROWS_AS(metrics::histogram("h", "", {}, {1, 1}), std::logic_error);
}

TEST_CASE("each combination of labels has a series of its own") {
    metrics::counter sales{"sales_total", "Sales", {"kind", "paid"}};
    auto& books = sales.with("book", "yes");
    books.inc(2);
    sales.with("book", "no").inc();
    sales.with("a:b", "").inc();
    sales.with("a", ":b").inc();
    CHECK(&books == &sales.with(std::string("book"), "yes"));
    CHECK(page().find("sales_total{kind=\"book\",paid=\"yes\"} 2\n"
                      "sales_total{kind=\"book\",paid=\"no\"} 1\n"
                      "sales_total{kind=\"a:b\",paid=\"\"} 1\n"
                      "sales_total{kind=\"a\",paid=\":b\"} 1\n") != std::string::npos);
    CHECK_THROWS_WITH_AS(sales.with("book"), "coracle: sales_total has 2 labels, and with() was given 1 values",
                         std::logic_error);
    CHECK_THROWS_WITH_AS(sales.inc(), "coracle: sales_total has labels; say their values: sales_total.with(\"...\")",
                         std::logic_error);
    metrics::counter plain{"plain_total", ""};
    plain.with().inc();
    CHECK(plain.value() == 1);
}

TEST_CASE("D18: labels that clients choose do not fill the memory, and are complained of once") {
    static int complaints;
    complaints = 0;
    log::sink before = log::set_sink([](const log_message&) noexcept { ++complaints; });
    metrics::counter all{"hostile_total", "", {"agent"}};
    for (int i = 0; i < 5000; ++i) all.with(std::to_string(i)).inc();
    log::set_sink(before);
    std::string text = page();
    std::size_t lines = 0;
    for (std::size_t at = 0; (at = text.find("hostile_total{", at)) != text.npos; ++at) ++lines;
    CHECK(lines == 1001);
    CHECK(text.find("hostile_total{agent=\"(other)\"} 4000\n") != text.npos);
    CHECK(complaints == 1);
}

TEST_CASE("who hears that there are too many labels may count them, and look at the page") {
    static metrics::counter* counted;
    static bool asked;
    metrics::counter all{"heard_total", "", {"agent"}};
    counted = &all;
    asked = false;
    log::sink before = log::set_sink([](const log_message&) noexcept {
        std::thread other([] {
            counted->with("0").inc();
            (void)page();
            asked = true;
        });
        other.join();
    });
    for (int i = 0; i < 1001; ++i) all.with(std::to_string(i)).inc();
    log::set_sink(before);
    CHECK(asked);
    CHECK(all.with("0").value() == 2);
}

TEST_CASE("threads count together, and nothing is lost, while the page is written") {
    metrics::counter all{"threads_total", "", {"n"}};
    metrics::histogram took{"threads_seconds", ""};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&, i] {
            auto& mine = all.with(i % 2 == 0 ? "even" : "odd");
            for (int n = 0; n < 1000; ++n) {
                mine.inc();
                took.observe(0.5);
                all.with("all").inc();
            }
        });
    for (int i = 0; i < 20; ++i) (void)page();
    for (std::thread& each : threads) each.join();
    CHECK(all.with("even").value() == 2000);
    CHECK(all.with("all").value() == 4000);
    CHECK(page().find("threads_seconds_count 4000\n") != std::string::npos);
}
