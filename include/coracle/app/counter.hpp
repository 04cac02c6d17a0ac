// counter: a metric that only grows. Prometheus counter.
#pragma once

#include <coracle/app/exposition.hpp>
#include <coracle/app/metric.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::metrics {

class counter_series {
public:
    /// From any thread. in: what is not negative. cost: an addition that hardly ever meets another.
    void inc(double more = 1) noexcept {
        if (more > 0) sum_.add(more);
    }
    double value() const noexcept { return sum_.get(); }
    void write(exposition& to, std::string_view labels) const { to.sample(labels, value()); }

private:
    spread_sum<double> sum_;
};

/// `metrics::counter orders{"orders_total", "Orders that were taken"}; orders.inc();`, with labels
/// `metrics::counter sales{"sales_total", "Sales", {"kind"}}; sales.with("book").inc();`. Lives as long as it is shown.
class counter final : public family<counter_series> {
public:
    /// error: std::logic_error, see metric.
    counter(std::string name, std::string help, std::vector<std::string> label_names = {})
        : family(std::move(name), std::move(help), "counter", std::move(label_names)) {
        join();
    }
    ~counter() override { leave(); }

    void inc(double more = 1) { only().inc(more); }
    double value() { return only().value(); }
};

}  // namespace coracle::metrics
