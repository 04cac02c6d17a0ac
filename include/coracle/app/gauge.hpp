// gauge: a metric that goes up and down, or that is asked for when somebody looks. Prometheus gauge.
#pragma once

#include <coracle/app/exposition.hpp>
#include <coracle/app/metric.hpp>
#include <coracle/base/function.hpp>

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::metrics {

class gauge_series {
public:
    /// From any thread, as the next.
    void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
    void inc(double more = 1) noexcept {
        double before = value_.load(std::memory_order_relaxed);
        while (!value_.compare_exchange_weak(before, before + more, std::memory_order_relaxed)) {
        }
    }
    void dec(double less = 1) noexcept { inc(-less); }
    double value() const noexcept { return value_.load(std::memory_order_relaxed); }
    void write(exposition& to, std::string_view labels) const { to.sample(labels, value()); }

private:
    std::atomic<double> value_{0};
};

/// `metrics::gauge rooms{"rooms_open", "Rooms with somebody in them"}; rooms.inc(); ... rooms.dec();`
class gauge final : public family<gauge_series> {
public:
    /// error: std::logic_error, see metric.
    gauge(std::string name, std::string help, std::vector<std::string> label_names = {})
        : family(std::move(name), std::move(help), "gauge", std::move(label_names)) {
        join();
    }
    /// One whose value is asked for: `metrics::gauge queued{"jobs_queued", "Jobs that wait", [&] { return
    /// double(jobs.size()); }};`. It is called on the thread that writes the page, under a lock: it must not wait.
    gauge(std::string name, std::string help, function<double()> ask)
        : family(std::move(name), std::move(help), "gauge", {}), ask_(std::move(ask)) {
        join();
    }
    ~gauge() override { leave(); }

    void set(double value) { only().set(value); }
    void inc(double more = 1) { only().inc(more); }
    void dec(double less = 1) { only().dec(less); }
    double value() { return ask_ ? ask_() : only().value(); }

private:
    void write(exposition& to) const override {
        if (!ask_) return family::write(to);
        begin(to);
        to.sample({}, ask_());
    }
    mutable function<double()> ask_;
};

}  // namespace coracle::metrics
