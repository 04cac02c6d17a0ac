// histogram: a metric of lengths of time or sizes: how many were at most so long. Prometheus histogram.
#pragma once

#include <coracle/app/exposition.hpp>
#include <coracle/app/metric.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::metrics {

/// Seconds, from what a cache answers to what a client gives up on; those of Prometheus' own clients.
inline constexpr double default_bounds[] = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

class histogram_series {
public:
    /// in: bounds that rise. keeps: them.
    void bound(const std::vector<double>& bounds) {
        bounds_ = &bounds;
        counts_ = std::make_unique<spread_sum<std::uint64_t>[]>(bounds.size() + 1);
    }
    /// From any thread.
    void observe(double value) noexcept {
        std::size_t at = 0;
        while (at < bounds_->size() && !(value <= (*bounds_)[at])) ++at;
        counts_[at].add(1);
        sum_.add(value);
    }
    void observe(std::chrono::nanoseconds took) noexcept { observe(std::chrono::duration<double>(took).count()); }
    void write(exposition& to, std::string_view labels) const {
        std::uint64_t all = 0;
        for (std::size_t i = 0; i <= bounds_->size(); ++i) {
            all += counts_[i].get();
            to.bucket(std::string(labels), i < bounds_->size() ? (*bounds_)[i] : HUGE_VAL, all);
        }
        to.sample(labels, sum_.get(), "_sum");
        to.sample(labels, all, "_count");
    }

private:
    const std::vector<double>* bounds_ = nullptr;
    std::unique_ptr<spread_sum<std::uint64_t>[]> counts_;
    spread_sum<double> sum_;
};

/// `metrics::histogram took{"checkout_seconds", "How long a checkout takes"}; took.observe(250ms);`
class histogram final : public family<histogram_series> {
public:
    /// in: `bounds`, the sizes that are told apart, rising. error: std::logic_error for others, and see metric.
    histogram(std::string name, std::string help, std::vector<std::string> label_names = {},
              std::vector<double> bounds = {std::begin(default_bounds), std::end(default_bounds)})
        : family(std::move(name), std::move(help), "histogram", std::move(label_names)), bounds_(std::move(bounds)) {
        for (std::size_t i = 0; i < bounds_.size(); ++i)
            if (!std::isfinite(bounds_[i]) || (i > 0 && bounds_[i] <= bounds_[i - 1]))
                throw std::logic_error("coracle: the bounds of " + this->name() + " must be finite and rise");
        if (labels().empty()) only().bound(bounds_);
        join();
    }
    ~histogram() override { leave(); }

    template <class T>
    void observe(T value) {
        only().observe(value);
    }

private:
    void prepare(histogram_series& made) const override { made.bound(bounds_); }
    std::vector<double> bounds_;
};

}  // namespace coracle::metrics
