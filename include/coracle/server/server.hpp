// server: an app at an address, on one loop or several.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/base/report.hpp>
#include <coracle/http/forwarded.hpp>
#include <coracle/loop/interrupt.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/loop/timer_queue.hpp>
#include <coracle/loop/watchdog.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/listening_socket.hpp>
#include <coracle/os/random_bytes.hpp>
#include <coracle/os/service_notice.hpp>
#include <coracle/os/socket.hpp>
#include <coracle/server/limits_report.hpp>
#include <coracle/server/log_voice.hpp>
#include <coracle/server/overtime.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/worker.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace coracle::server {

/// Error: std::logic_error for what is no address.
[[gnu::cold]] inline net::address address_of(const run_options& options) {
    if (options.port < 0 || options.port > 65535)
        throw std::logic_error("coracle: a port is a number from 0 to 65535, not " + std::to_string(options.port));
    auto parsed = net::address::of(options.host, static_cast<std::uint16_t>(options.port));
    if (!parsed) throw std::logic_error("coracle: the host " + parsed.error().message);
    return *parsed;
}
/// A door of one's own. Error: std::system_error, with the address and what is wrong with it.
[[gnu::cold]] inline net::listening_socket opened(const net::address& where, int backlog) {
    net::listen_options how;
    how.backlog = backlog;
    how.socket_file_mode = 0666;
    auto door = net::listening_socket::open(where, how);
    if (!door) throw std::system_error(door.error(), "coracle: cannot listen on " + where.text());
    return std::move(*door);
}
/// A door of somebody else's.
[[gnu::cold]] inline net::listening_socket inherited(int number) {
    auto door = net::listening_socket::inherit(number);
    if (!door)
        throw std::system_error(door.error(),
                                "coracle: descriptor " + std::to_string(number) + " is no socket that listens");
    return std::move(*door);
}

/// start(), then serve() until stop(). keeps: a reference to the app, which is frozen.
class server {
public:
    /// Error: std::logic_error for options that mean nothing, and for what is wrong with the app's routes.
    server(coracle::app& served, const run_options& options)
        : app_(served), options_(options), where_(address_of(options)), pool_(threads_of(options)) {
        if (options.workers < 1)
            throw std::logic_error("coracle: workers must be at least 1, and is " + std::to_string(options.workers));
        check(options.limits);
        served.freeze();
        served.answer_within(options.limits.request_timeout);
        settings how = settings_of(options);
        for (int i = 0; i < options.workers; ++i) workers_.push_back(std::make_unique<worker>(served, how, pool_));
        if (how.limits.max_requests != 0)
            for (auto& each : workers_) each->when_used_up([this] { stop(); });
    }
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    ~server() {
        end_app();
        if (overtime_) overtime_->go_on();
    }

    /// Begins the app's lifespans, then listens; clients can connect from here on. in: sockets that listen already and
    /// are somebody else's, who keeps them open; with any, nothing else is opened. Error: what a lifespan throws;
    /// std::system_error, with the address and what is wrong with it.
    void start(std::vector<net::listening_socket> given = {}) {
        loop::run_on(workers_.front()->reactor(), app_.start());
        app_runs_ = true;
        if (options_.fd >= 0) given.push_back(inherited(options_.fd));
        for (net::listening_socket& each : given) share(std::move(each), false);
        if (given.empty()) open_doors();
        // Who is told that it listens may stop it at once; a lifespan that hangs can still be interrupted.
        if (options_.signals) signals_.emplace(workers_.front()->reactor());
    }
    /// Whom to tell of readiness, of the stop, and that all loops turn. keeps: the reference.
    void serves_for(const os::service_notice& manager) noexcept { manager_ = &manager; }
    /// Who ends the process when what runs does not end. keeps: the reference.
    void leaves_after(overtime& late) noexcept { overtime_ = &late; }
    const net::address& where() const noexcept { return where_; }
    unsigned port() const noexcept { return where_.port(); }

    /// Serves on this thread, and on one more for each further worker, until stop(), Ctrl-C or SIGTERM, and until what
    /// was under way then has ended. error: what ended a worker; the others have stopped then.
    void serve() {
        std::optional<loop::watchdog> watchdog;
        std::list<loop::watchdog::watch> watches;
        if (options_.watchdog.count() > 0) watchdog.emplace(options_.watchdog);
        if (watchdog)
            for (auto& each : workers_) watches.emplace_back(*watchdog, each->reactor());
        std::optional<heartbeat> pulse;
        if (manager_ && manager_->interval()) pulse.emplace(*this, *manager_->interval());
        bool told = false, said = false;
        auto look = [&] {
            if (signals_ && signals_->asked() && !std::exchange(told, true)) stop();
            if (!workers_.front()->stopping() || std::exchange(said, true)) return;
            if (manager_) manager_->stopping();
            if (overtime_) overtime_->begin();
        };
        std::vector<std::thread> threads(workers_.size() - 1);
        for (std::size_t i = 0; i < threads.size(); ++i)
            threads[i] = std::thread([this, &each = *workers_[i + 1]] { serve_on(each, [] {}); });
        serve_on(*workers_.front(), look);
        if (overtime_) overtime_->begin();  // also when a failure has ended it
        for (std::thread& each : threads) each.join();
        if (overtime_) overtime_->rest();
        if (std::exchange(app_runs_, false)) loop::run_on(workers_.front()->reactor(), app_.stop());
        signals_.reset();
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    }

    /// From any thread, and again. in: see worker::stop().
    void stop(bool alone = false) {
        for (auto& each : workers_) each->stop(alone);
    }
    /// Whether each of the loops has turned since this was asked last, or waits for the world. On the first loop.
    bool all_loops_turn() noexcept {
        bool all = true;
        for (auto& each : workers_) all = each->turns() && all;
        return all;
    }
    /// The loop of the thread that serves.
    loop::reactor& first_loop() noexcept { return workers_.front()->reactor(); }

private:
    void open_doors() {
        // A name in the file system is one for all, and so is a port where the system does not deal connections out.
        bool several = workers_.size() > 1 && where_.path().empty() && os::ports_can_be_shared;
        if (!several) return share(opened(where_, options_.backlog), true);
        where_ = alone_at(where_);
        for (auto& each : workers_) {
            auto opened = each->open(where_, true, options_.backlog);
            if (!opened) throw std::system_error(opened.error(), "coracle: cannot listen on " + where_.text());
            where_ = *opened;  // the others share the port that the first one got
        }
    }
    /// Several workers share an address, and so would another server there, without a word: makes sure that there is
    /// none. Gives the address with its port.
    net::address alone_at(const net::address& where) {
        auto opened = workers_.front()->open(where, false);
        if (!opened) throw std::system_error(opened.error(), "coracle: cannot listen on " + where.text());
        workers_.front()->close();
        return *opened;
    }
    [[gnu::cold]] void share(net::listening_socket door, bool alone) {
        where_ = door.where();
        for (std::size_t i = 1; i < workers_.size(); ++i) {
            auto same = door.share();
            auto taken =
                same ? workers_[i]->take(std::move(*same), alone) : result<net::address>(failure(same.error()));
            if (!taken) throw std::system_error(taken.error(), "coracle: cannot share " + where_.text());
        }
        auto taken = workers_.front()->take(std::move(door), alone);
        if (!taken) throw std::system_error(taken.error(), "coracle: cannot listen on " + where_.text());
    }
    /// Tells the manager again and again that all is well, for as long as it is.
    class heartbeat final : loop::timer {
    public:
        heartbeat(server& of, std::chrono::nanoseconds each) : of_(of), each_(each) { arm(of.first_loop().now()); }

    private:
        void arm(os::time_point now) { of_.first_loop().timers().arm(*this, loop::later(now, each_)); }
        void fire(os::time_point now) noexcept override {
            if (of_.all_loops_turn()) of_.manager_->alive();
            arm(now);
        }
        server& of_;
        std::chrono::nanoseconds each_;
    };
    void serve_on(worker& one, function<void()> each_turn) noexcept {
        try {
            one.serve(std::move(each_turn));
        } catch (...) {
            std::lock_guard lock(failed_);
            if (!failure_) failure_ = std::current_exception();
            stop();
        }
    }
    static std::size_t threads_of(const run_options& options) {
        return options.threads > 0 ? options.threads : loop::pool_limits::default_user();
    }
    static settings settings_of(const run_options& options) {
        settings how;
        how.access_log = options.access_log && options.log_level <= log_level::info;
        how.log_format = options.log_format;
        how.colors = how.access_log && shows_colors(options, how.access_log_to);
        how.server_header = options.server_header;
        how.limits = options.limits;
        how.limits.max_requests = requests_until_stop(options.limits, chance(options.limits.max_requests_jitter));
        how.workers = static_cast<std::size_t>(options.workers);
        how.date_header = options.date_header;
        how.headers = options.headers.wire();
        how.proxy = options.proxy;
        if (how.proxy.protocol && how.proxy.trusted.empty())
            throw std::logic_error(
                "coracle: .proxy.protocol needs .proxy.trusted: say which proxies may tell where a client comes from, "
                "or {\"*\"}");
        how.root_path = http::path_prefix(options.root_path);
        if (how.root_path.empty() && options.root_path.find_first_not_of('/') != std::string::npos)
            throw std::logic_error("coracle: .root_path is a path such as /api, not '" + options.root_path + "'");
        how.graceful_timeout = options.graceful_timeout;
        return how;
    }

    /// From 0 to `most`.
    [[gnu::cold]] static std::uint64_t chance(std::uint64_t most) {
        std::uint64_t random = 0;
        if (most != 0) os::random_bytes(std::span(reinterpret_cast<char*>(&random), sizeof random));
        return most == UINT64_MAX ? random : random % (most + 1);
    }

    // A server that never served ends what it began.
    void end_app() noexcept {
        if (!std::exchange(app_runs_, false)) return;
        try {
            loop::run_on(workers_.front()->reactor(), app_.stop());
        } catch (const std::exception& why) {
            report(std::string("the end of a lifespan failed: ") + why.what());
        } catch (...) {
            report("the end of a lifespan failed");
        }
    }

    coracle::app& app_;
    bool app_runs_ = false;
    run_options options_;
    net::address where_;
    loop::thread_pool pool_;
    std::vector<std::unique_ptr<worker>> workers_;
    std::optional<loop::interrupt> signals_;
    const os::service_notice* manager_ = nullptr;
    overtime* overtime_ = nullptr;
    std::mutex failed_;  // guards what follows
    std::exception_ptr failure_;
};

}  // namespace coracle::server
