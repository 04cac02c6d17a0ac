// metric: what a program counts and shows at /metrics, with its name, its help and its labels.
// Prometheus data model.
#pragma once

#include <coracle/app/exposition.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/log.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::metrics {

/// Whatever can be shown. All that live are.
class metric : public list_node {
public:
    metric(const metric&) = delete;
    metric& operator=(const metric&) = delete;

    const std::string& name() const noexcept { return name_; }

    /// Writes all there are, those that were made first go first. From any thread.
    [[gnu::cold]] static void write_all(exposition& to) {
        std::lock_guard lock(everything().mutex);
        everything().all.for_each([&](metric& each) { each.write(to); });
    }

protected:
    /// error: std::logic_error for a name or a label that Prometheus would refuse.
    [[gnu::cold]] metric(std::string name, std::string help, std::string_view type, std::vector<std::string> labels)
        : name_(std::move(name)), help_(std::move(help)), type_(type), labels_(std::move(labels)) {
        if (!is_metric_name(name_))
            throw std::logic_error("coracle: '" + name_ +
                                   "' is no name of a metric; one is letters, digits and underscores: orders_total");
        if (type_ == "counter" && !name_.ends_with("_total"))
            throw std::logic_error("coracle: the name of a counter ends in _total: " + name_ + "_total");
        for (const std::string& each : labels_)
            if (!is_label_name(each) || (type_ == "histogram" && each == "le"))
                throw std::logic_error("coracle: '" + each + "' is no label of " + name_ +
                                       "; one is letters, digits and underscores, and not le in a histogram");
    }
    virtual ~metric() = default;
    /// The last that a constructor does: from here on it is read. error: std::logic_error for a name that is there.
    [[gnu::cold]] void join() {
        std::lock_guard lock(everything().mutex);
        bool there = false;
        const metric* alike = nullptr;
        everything().all.for_each([&](metric& each) {
            there = there || each.name_ == name_;
            if (each.family_name() == family_name()) alike = &each;
        });
        if (there)
            throw std::logic_error("coracle: there are two metrics with the name " + name_ +
                                   "; make it once, at namespace scope say, and use it everywhere");
        if (alike)
            throw std::logic_error("coracle: " + alike->name_ + " and " + name_ +
                                   " are one name to OpenMetrics, which calls a counter by its name without _total");
        everything().all.push_back(*this);
    }
    /// The first that a destructor does: nobody reads it any more.
    void leave() noexcept {
        std::lock_guard lock(everything().mutex);
        unlink();
    }

    virtual void write(exposition& to) const = 0;
    void begin(exposition& to) const { to.family(name_, type_, help_); }
    const std::vector<std::string>& labels() const noexcept { return labels_; }

private:
    struct all_there_are {
        std::mutex mutex;
        intrusive_list<metric> all;
    };
    static all_there_are& everything() noexcept {
        // Metrics at namespace scope may go after any static, so this one never does. Without memory at the start
        // there is no program. NOLINTNEXTLINE(bugprone-unhandled-exception-at-new)
        static all_there_are* const forever = new all_there_are;
        return *forever;
    }

    std::string_view family_name() const noexcept {
        std::string_view all = name_;
        if (type_ == "counter") all.remove_suffix(std::string_view("_total").size());
        return all;
    }

    std::string name_;
    std::string help_;
    std::string_view type_;
    std::vector<std::string> labels_;
};

/// A number that many threads add to, each mostly at a place of its own.
template <class T>
class spread_sum {
public:
    void add(T more) noexcept {
        std::atomic<T>& mine = cells_[place()].value;
        T before = mine.load(std::memory_order_relaxed);
        while (!mine.compare_exchange_weak(before, before + more, std::memory_order_relaxed)) {
        }
    }
    T get() const noexcept {
        T all{};
        for (const cell& each : cells_) all += each.value.load(std::memory_order_relaxed);
        return all;
    }

private:
    static constexpr std::size_t places = 8;
    struct alignas(64) cell {
        std::atomic<T> value{};
    };
    static std::size_t place() noexcept {
        static constinit std::atomic<std::size_t> next{0};
        thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed) % places;
        return mine;
    }
    std::array<cell, places> cells_{};
};

/// A metric with a Series for each combination of values of its labels.
template <class Series>
class family : public metric {
public:
    /// So many combinations of values are kept apart, so that what clients send cannot fill the memory; what comes then
    /// is counted with the value `(other)`.
    static constexpr std::size_t most_series = 1000;

    /// The series of these values, one for each label, which stays where it is: `auto& books = orders.with("book");`.
    /// From any thread. error: std::logic_error for too few or too many. cost: a lock; keep what it gives.
    template <class... Value>
    Series& with(const Value&... values) {
        const std::string_view all[] = {std::string_view(values)..., std::string_view()};
        return find(all, sizeof...(Value));
    }

protected:
    family(std::string name, std::string help, std::string_view type, std::vector<std::string> label_names)
        : metric(std::move(name), std::move(help), type, std::move(label_names)) {
        if (labels().empty()) only_ = std::make_unique<Series>();
    }

    /// Before a series is used.
    virtual void prepare(Series&) const {}
    /// That of a metric without labels.
    Series& only() {
        if (!only_) throw_unlabelled();
        return *only_;
    }
    void write(exposition& to) const override {
        begin(to);
        if (only_) only_->write(to, {});
        std::lock_guard lock(mutex_);
        for (const std::unique_ptr<entry>& each : all_) each->series.write(to, each->labels);
    }

private:
    struct entry {
        std::string key;
        std::string labels;
        Series series;
        entry* next_with_hash = nullptr;
    };

    [[noreturn, gnu::cold]] void throw_unlabelled() const {
        throw std::logic_error("coracle: " + name() + " has labels; say their values: " + name() + ".with(\"...\")");
    }
    [[gnu::cold]] Series& find(const std::string_view* values, std::size_t count) {
        if (count != labels().size())
            throw std::logic_error("coracle: " + name() + " has " + std::to_string(labels().size()) +
                                   " labels, and with() was given " + std::to_string(count) + " values");
        if (count == 0) return only();
        std::string key;
        std::uint64_t hash = 14695981039346656037ULL;
        for (std::size_t i = 0; i < count; ++i)
            key.append(std::to_string(values[i].size())).append(":").append(values[i]);
        for (char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        std::unique_lock lock(mutex_);
        entry*& first = by_hash_[hash % by_hash_.size()];
        for (entry* each = first; each; each = each->next_with_hash)
            if (each->key == key) return each->series;
        bool many = all_.size() >= most_series;
        if (many && other_) return other_->series;
        auto made = std::make_unique<entry>();
        for (std::size_t i = 0; i < count; ++i) append_label(made->labels, labels()[i], many ? "(other)" : values[i]);
        all_.push_back(std::move(made));
        entry& added = *all_.back();
        prepare(added.series);
        if (many) {
            other_ = &added;
            lock.unlock();  // who hears of it may count it
            log::warning("the metric " + name() +
                         " has too many combinations of labels; what is new is counted as "
                         "(other). Labels are for few values: not for ids or names of users");
            return added.series;
        }
        added.key = std::move(key);
        added.next_with_hash = first;
        first = &added;
        return added.series;
    }

    std::unique_ptr<Series> only_;
    mutable std::mutex mutex_;  // guards what follows
    std::vector<std::unique_ptr<entry>> all_;
    std::array<entry*, 256> by_hash_{};
    entry* other_ = nullptr;
};

}  // namespace coracle::metrics
