// server: an app at an address, on one loop or several.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/loop/interrupt.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/net/address.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/worker.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace coracle::server {

/// start(), then serve() until stop(). keeps: a reference to the app, which is frozen.
class server {
public:
    /// Error: std::logic_error for options that mean nothing, and for what is wrong with the app's routes.
    server(coracle::app& served, const run_options& options)
        : options_(options), where_(address_of(options)), pool_(threads_of(options)) {
        if (options.workers < 1)
            throw std::logic_error("coracle: workers must be at least 1, and is " + std::to_string(options.workers));
        served.freeze();
        settings how = settings_of(options);
        for (int i = 0; i < options.workers; ++i) workers_.push_back(std::make_unique<worker>(served, how, pool_));
    }
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Listens; clients can connect from here on. Error: std::system_error, with the address and what is wrong with it.
    void start() {
        for (auto& each : workers_) {
            auto opened = each->open(where_, workers_.size() > 1);
            if (!opened) throw std::system_error(opened.error(), "coracle: cannot listen on " + where_.text());
            where_ = *opened;  // the others share the port that the first one got
        }
    }
    const net::address& where() const noexcept { return where_; }
    unsigned port() const noexcept { return where_.port(); }

    /// Serves on this thread, and on one more for each further worker, until stop(), Ctrl-C or SIGTERM, and until what
    /// was under way then has ended.
    void serve() {
        std::vector<std::thread> threads;
        for (std::size_t i = 1; i < workers_.size(); ++i)
            threads.emplace_back([&each = *workers_[i]] { each.serve([] {}); });
        worker& first = *workers_.front();
        if (options_.signals) {
            loop::interrupt signals(first.reactor());
            bool told = false;
            first.serve([&] {
                if (signals.asked() && !std::exchange(told, true)) stop();
            });
        } else {
            first.serve([] {});
        }
        for (std::thread& each : threads) each.join();
    }

    /// From any thread, and again.
    void stop() {
        for (auto& each : workers_) each->stop();
    }

private:
    static net::address address_of(const run_options& options) {
        if (options.port < 0 || options.port > 65535)
            throw std::logic_error("coracle: a port is a number from 0 to 65535, not " + std::to_string(options.port));
        auto parsed = net::address::of(options.host, static_cast<std::uint16_t>(options.port));
        if (!parsed) throw std::logic_error("coracle: the host " + parsed.error().message);
        return *parsed;
    }
    static std::size_t threads_of(const run_options& options) {
        return options.threads > 0 ? options.threads : loop::thread_pool::default_size();
    }
    static settings settings_of(const run_options& options) {
        settings how;
        how.access_log = options.access_log;
        return how;
    }

    run_options options_;
    net::address where_;
    loop::thread_pool pool_;
    std::vector<std::unique_ptr<worker>> workers_;
};

}  // namespace coracle::server
