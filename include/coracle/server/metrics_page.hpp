// metrics_page: what is shown at /metrics: every loop's requests, connections and lag, the thread pool, the process,
// and the program's own metrics. Prometheus text format 0.0.4 and OpenMetrics 1.0; names of process_ metrics as its
// clients have them.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/app/checked_pattern.hpp>
#include <coracle/app/exposition.hpp>
#include <coracle/app/exposition_format.hpp>
#include <coracle/app/metric.hpp>
#include <coracle/app/on_loop.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/request_observer.hpp>
#include <coracle/http/refusal.hpp>
#include <coracle/loop/pool_statistics.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/loop/watchdog.hpp>
#include <coracle/os/process_facts.hpp>
#include <coracle/server/loop_counts.hpp>
#include <coracle/server/request_metrics.hpp>
#include <coracle/server/workshop.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::server {

/// Belongs to an app. Knows the loops that serve it, for as long as they do.
class metrics_page {
public:
    /// The metrics of one more loop.
    [[gnu::cold]] std::unique_ptr<request_observer> begin(const workshop& loop) {
        auto made = std::make_unique<member>(*this, loop);
        std::lock_guard lock(mutex_);
        loops_.push_back(made.get());
        return made;
    }

    /// From any thread. cost: a millisecond for some thousand series.
    [[gnu::cold]] std::string text(metrics::exposition_format how = metrics::exposition_format::prometheus) const {
        std::string page;
        metrics::exposition to(page, how);
        {
            std::lock_guard lock(mutex_);
            write_requests(to);
            write_connections(to);
            write_websockets(to);
            write_loops(to);
            if (!loops_.empty()) write_pool(to, loops_.front()->of.shop.reactor.pool().statistics());
        }
        to.one("coracle_loop_blocked_total", "counter", "Steps that held a loop for longer than the watchdog allows",
               loop::watchdog::findings());
        write_process(to, os::read_process_facts());
        metrics::metric::write_all(to);
        to.end();
        return page;
    }

private:
    /// Leaves with its loop.
    struct member final : request_observer {
        member(metrics_page& page, const workshop& loop) : of(loop), home(page) {}
        ~member() override {
            std::lock_guard lock(home.mutex_);
            std::erase(home.loops_, this);
        }
        void answered(const request_record& one) noexcept override { of.answered(one); }
        request_metrics of;
        metrics_page& home;
    };

    /// The cells of all loops with one route and method, together.
    struct row {
        std::string route;
        std::size_t method = 0;
        std::vector<const request_metrics::cell*> cells{};

        std::string labels() const {
            std::string_view text = http::method_text(static_cast<http::method>(method));
            std::string all;
            metrics::append_label(all, "method", text.empty() ? "other" : text);
            metrics::append_label(all, "route", route.empty() ? "(none)" : std::string_view(route));
            return all;
        }
        template <class F>
        std::uint64_t sum(F f) const {
            std::uint64_t all = 0;
            for (const auto* each : cells) all += f(*each);
            return all;
        }
    };
    std::vector<row> rows() const {
        std::vector<row> all;
        for (const member* each : loops_)
            each->of.for_each_cell([&](const request_metrics::cell& one) {
                for (row& known : all)
                    if (known.method == one.method && known.route == one.route) return known.cells.push_back(&one);
                all.push_back({one.route, one.method, {&one}});
            });
        std::sort(all.begin(), all.end(), [](const row& a, const row& b) {
            return a.route != b.route ? a.route < b.route : a.method < b.method;
        });
        return all;
    }
    [[gnu::cold]] void write_requests(metrics::exposition& to) const {
        using cell = request_metrics::cell;
        std::vector<row> all = rows();
        to.family("http_requests_total", "counter",
                  "Requests that were answered, by the route as it is written and the kind of status");
        constexpr std::string_view kinds[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
        for (const row& each : all)
            for (std::size_t kind = 0; kind < 5; ++kind) {
                std::uint64_t count = each.sum([&](const cell& one) { return one.statuses[kind].get(); });
                std::string labels = each.labels();
                metrics::append_label(labels, "status", kinds[kind]);
                if (count != 0) to.sample(labels, count);
            }
        to.family("http_request_duration_seconds", "histogram",
                  "From the end of a request's head to the end of its answer");
        for (const row& each : all) {
            double seconds = 0;
            for (const cell* one : each.cells) seconds += one->took.seconds();
            write_times(to, each.labels(), request_bounds, seconds,
                        [&](std::size_t at) { return each.sum([at](const cell& one) { return one.took[at]; }); });
        }
        to.family("http_response_bytes_total", "counter", "What answers had, heads included");
        for (const row& each : all) to.sample(each.labels(), each.sum([](const cell& one) { return one.bytes.get(); }));
    }

    template <class Bounds, class Count>
    [[gnu::cold]] static void write_times(metrics::exposition& to, const std::string& labels, const Bounds& bounds,
                                          double seconds, Count count) {
        std::uint64_t all = 0;
        for (std::size_t at = 0; at <= bounds.size(); ++at) {
            all += count(at);
            to.bucket(labels, at < bounds.size() ? bounds[at] : HUGE_VAL, all);
        }
        to.sample(labels, seconds, "_sum");
        to.sample(labels, all, "_count");
    }

    template <class F>
    std::uint64_t sum(F f) const {
        std::uint64_t all = 0;
        for (const member* each : loops_) all += f(each->of.shop.counts);
        return all;
    }
    [[gnu::cold]] void write_connections(metrics::exposition& to) const {
        to.one("http_requests_in_progress", "gauge", "Requests that are being answered",
               sum([](const loop_counts& of) { return loop_counts::between(of.requests_begun, of.requests_ended); }));
        to.one("http_open_connections", "gauge", "Connections that are open", sum([](const loop_counts& of) {
                   return loop_counts::between(of.connections_opened, of.connections_closed);
               }));
        to.one("http_connections_total", "counter", "Connections that were opened",
               sum([](const loop_counts& of) { return of.connections_opened.get(); }));
        to.one("http_received_bytes_total", "counter", "What clients have sent",
               sum([](const loop_counts& of) { return of.bytes_received.get(); }));
        to.one("http_sent_bytes_total", "counter", "What clients were sent",
               sum([](const loop_counts& of) { return of.bytes_sent.get(); }));
        to.one("http_turned_away_total", "counter", "Requests that were answered 503 because too many were under way",
               sum([](const loop_counts& of) { return of.turned_away.get(); }));
        to.one("http_connections_cut_total", "counter", "Connections whose clients took too long to take an answer",
               sum([](const loop_counts& of) { return of.cut.get(); }));
        to.family("http_refused_total", "counter", "Requests that were refused before they came to a route, by reason");
        for (std::size_t n = 0; n < http::refusals; ++n) {
            std::uint64_t count = sum([n](const loop_counts& of) { return of.refused[n].get(); });
            std::string labels;
            metrics::append_label(labels, "reason", http::facts_of(static_cast<http::refusal>(n)).name);
            if (count != 0) to.sample(labels, count);
        }
    }
    [[gnu::cold]] void write_websockets(metrics::exposition& to) const {
        using counts = duplex::websocket_counts;
        auto all = [this](auto f) { return sum([f](const loop_counts& of) { return f(of.websockets); }); };
        if (all([](const counts& of) { return of.opened.get(); }) == 0) return;
        to.one("websocket_open", "gauge", "WebSockets that are open",
               all([](const counts& of) { return loop_counts::between(of.opened, of.closed); }));
        to.family("websocket_messages_total", "counter", "Messages of WebSockets, by the way they went");
        std::string labels;
        metrics::append_label(labels, "direction", "in");
        to.sample(labels, all([](const counts& of) { return of.messages_received.get(); }));
        labels.clear();
        metrics::append_label(labels, "direction", "out");
        to.sample(labels, all([](const counts& of) { return of.messages_sent.get(); }));
        to.family("websocket_closed_total", "counter", "WebSockets that have ended, by their close code");
        for (std::size_t n = 0; n < counts().codes.size(); ++n) {
            std::uint64_t count = all([n](const counts& of) { return of.codes[n].get(); });
            labels.clear();
            metrics::append_label(labels, "code", n < 16 ? std::to_string(1000 + n) : "other");
            if (count != 0) to.sample(labels, count);
        }
    }
    [[gnu::cold]] void write_loops(metrics::exposition& to) const {
        to.one("coracle_loops", "gauge", "Loops that serve, each on a thread of its own", loops_.size());
        to.family("coracle_loop_lag_seconds", "histogram", "How late a loop came to what was due, once a second");
        for (std::size_t n = 0; n < loops_.size(); ++n) {
            const loop::loop_lag* lag = loops_[n]->of.lag();
            if (!lag) continue;
            std::string labels;
            metrics::append_label(labels, "loop", std::to_string(n));
            write_times(to, labels, loop::loop_lag::bounds, lag->seen().seconds(),
                        [&](std::size_t at) { return lag->seen()[at]; });
        }
    }
    [[gnu::cold]] static void write_pool(metrics::exposition& to, const loop::pool_statistics& seen) {
        constexpr std::string_view names[] = {"user", "files", "clean_up"};
        static_assert(std::size(names) == async::lanes);
        to.one("coracle_pool_threads", "gauge", "Threads for calls that block", seen.threads);
        auto each_lane = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
            to.family(name, type, help);
            for (std::size_t n = 0; n < async::lanes; ++n) {
                std::string labels;
                metrics::append_label(labels, "lane", names[n]);
                to.sample(labels, value(seen.lanes[n]));
            }
        };
        using lane = loop::lane_statistics;
        each_lane("coracle_pool_queued", "gauge", "Calls that wait for a thread",
                  [](const lane& of) { return of.queued; });
        each_lane("coracle_pool_running", "gauge", "Calls that have a thread",
                  [](const lane& of) { return of.running; });
        each_lane("coracle_pool_limit", "gauge", "So many calls run at the same time, and no more",
                  [](const lane& of) { return of.limit; });
        each_lane("coracle_pool_calls_total", "counter", "Calls that have ended",
                  [](const lane& of) { return of.completed; });
        each_lane("coracle_pool_wait_seconds_total", "counter", "How long calls have waited for a thread, all together",
                  [](const lane& of) { return std::chrono::duration<double>(of.waited).count(); });
    }
    [[gnu::cold]] static void write_process(metrics::exposition& to, const os::process_facts& seen) {
        to.one("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.",
               seen.cpu_seconds);
        if (seen.resident_bytes)
            to.one("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", *seen.resident_bytes);
        if (seen.virtual_bytes)
            to.one("process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.", *seen.virtual_bytes);
        if (seen.start_time)
            to.one("process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.",
                   *seen.start_time);
        if (seen.open_files) to.one("process_open_fds", "gauge", "Number of open file descriptors.", *seen.open_files);
        if (seen.most_files)
            to.one("process_max_fds", "gauge", "Maximum number of open file descriptors.", *seen.most_files);
        if (seen.threads) to.one("process_threads", "gauge", "Number of OS threads in the process.", *seen.threads);
    }

    mutable std::mutex mutex_;  // guards what follows
    std::vector<member*> loops_;
};

}  // namespace coracle::server

namespace coracle {

template <class Options>
app& app::use_metrics(std::string path, Options options) {
    using server::metrics_page;
    metrics_page& page = state<metrics_page>();
    observe({[](void* who, server::workshop& loop) { return static_cast<metrics_page*>(who)->begin(loop); }, &page});
    route_options how = std::move(options);
    how.include_in_schema = false;
    get(runtime_pattern(std::move(path)), std::move(how), on_loop([&page](request& asked) {
            metrics::exposition_format format = metrics::exposition_format_for(asked.headers);
            response made(200, page.text(format), {{"content-type", metrics::media_type_of(format)}});
            made.headers.set("cache-control", "no-store");
            return made;
        }));
    return *this;
}

}  // namespace coracle
