// supervisor: a parent that holds the listening sockets and keeps worker processes alive. One that crashes takes no
// requests but its own with it, and another takes its place. Each begins as the program does, from its file: after a
// SIGHUP, and after a crash, that is a program newly built. The signals are those of gunicorn and uvicorn.
#pragma once

#include <coracle/app/process_options.hpp>
#include <coracle/app/run_options.hpp>
#include <coracle/base/log.hpp>
#include <coracle/net/listening_socket.hpp>
#include <coracle/os/last_call.hpp>
#include <coracle/os/pipe.hpp>
#include <coracle/os/readiness_probe.hpp>
#include <coracle/os/service_notice.hpp>
#include <coracle/os/signal_mailbox.hpp>
#include <coracle/os/this_program.hpp>
#include <coracle/server/worker_process.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::server {

/// Plain calls that block: it has nothing else to do.
class supervisor {
public:
    /// in: the sockets that the workers share, and whether they are this process's own; the words of the program.
    /// error: std::logic_error, std::system_error.
    supervisor(const run_options& options, const process_options& how, std::vector<net::listening_socket> doors,
               bool own_doors, std::vector<std::string> words)
        : how_(how),
          grace_(options.graceful_timeout),
          doors_(std::move(doors)),
          own_doors_(own_doors),
          words_(std::move(words)),
          signals_(os::open_alarm()),
          mailbox_(numbers, std::move(signals_.writer)),
          manager_(os::service_notice::from_environment()) {
        if (how.count < 1)
            throw std::logic_error("coracle: processes must be at least 1, and are " + std::to_string(how.count));
        wanted_ = static_cast<std::size_t>(how.count);
    }
    supervisor(const supervisor&) = delete;
    supervisor& operator=(const supervisor&) = delete;

    /// Until Ctrl-C or SIGTERM, or until a worker says that it cannot start. out: the exit code.
    int run() {
        log::info("Started parent process [" + std::to_string(os::process_number()) + "]");
        while (!stopping_ || !all_.empty()) {
            hear_signals();
            tend();
            tell_manager();
            if (!stopping_ || !all_.empty()) wait();
        }
        doors_.clear();
        log::info("Stopped parent process [" + std::to_string(os::process_number()) + "]");
        return code_;
    }

private:
    using clock = worker_process::clock;
    using milliseconds = std::chrono::milliseconds;
    static constexpr int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGTTIN, SIGTTOU, SIGCHLD};
    static constexpr auto young = std::chrono::seconds(5);  // who ends before this age is not replaced at once
    static constexpr milliseconds first_pause{200}, longest_pause{10'000};

    static std::string name_of(const worker_process& one) { return "[" + std::to_string(one.number()) + "]"; }

    void wait() {
        std::vector<int> heard{signals_.reader.get()};
        for (const auto& each : all_)
            if (each->line() >= 0) heard.push_back(each->line());
        os::wait_readable(heard, milliseconds(100));
    }

    void hear_signals() {
        os::drain(signals_.reader.get());
        while (int number = mailbox_.take()) {
            if (number == SIGINT || number == SIGTERM) stop_asked(number);
            if (number == SIGHUP && !stopping_) replace_all();
            if (number == SIGTTIN && !stopping_) want(wanted_ + 1);
            if (number == SIGTTOU && !stopping_ && wanted_ > 1) want(wanted_ - 1);
        }
    }
    void stop_asked(int number) {
        if (!stopping_) return stop(0);
        // Some send SIGTERM twice in a row; a second Ctrl-C is a person who will not wait.
        if (number == SIGTERM && clock::now() - stopped_at_ < milliseconds(500)) return;
        log::warning("A second signal: the worker processes are killed");
        code_ = 128 + number;
        for (auto& each : all_) each->kill();
    }
    void stop(int code) {
        stopping_ = true;
        stopped_at_ = clock::now();
        code_ = code;
        manager_.stopping();
        if (own_doors_)
            for (const net::listening_socket& each : doors_) [[maybe_unused]]
                bool held = os::last_call(each.native_handle(), each.where().family());
        for (auto& each : all_)
            each->tell_to_end(own_doors_ ? process_word::stop : process_word::leave, grace_ + milliseconds(2'000));
    }
    void replace_all() {
        log::info("SIGHUP: the worker processes are replaced, one after the other");
        manager_.reloading();
        reloading_ = true;
        for (auto& each : all_)
            if (!each->leaving()) each->to_be_replaced = true;
    }
    void want(std::size_t count) {
        wanted_ = count;
        log::info(std::to_string(count) + " worker processes are wanted");
    }

    /// Who has ended goes, who hangs is killed, who lacks is started.
    void tend() {
        for (std::size_t n = 0; n < all_.size();) {
            worker_process& one = *all_[n];
            if (one.look()) {
                std::unique_ptr<worker_process> dead = std::move(all_[n]);
                all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(n));
                bury(*dead);
                continue;
            }
            if (one.overdue()) {
                log::warning("Worker process " + name_of(one) + " does not stop; it is killed");
                one.kill();
            } else if (one.hangs(how_.health_timeout)) {
                log::error("Worker process " + name_of(one) + " does not answer; it is killed");
                one.kill();
            }
            ++n;
        }
        if (stopping_) return;
        hand_over();
        std::size_t serving = 0;
        for (const auto& each : all_) serving += !each->leaving() && each->replaces == 0 ? 1 : 0;
        while (serving < wanted_ && clock::now() >= next_start_ && start(0)) ++serving;
        for (std::size_t n = all_.size(); n-- > 0 && serving > wanted_;) {
            if (all_[n]->leaving() || all_[n]->replaces != 0) continue;
            all_[n]->tell_to_end(process_word::leave, grace_ + milliseconds(2'000));
            --serving;
        }
    }
    void bury(const worker_process& dead) {
        if (stopping_ || dead.leaving()) return log::info("Stopped worker process " + name_of(dead));
        bool cannot_start = !dead.ready() && dead.status()->code() == 3;
        std::string how = "Worker process " + name_of(dead) + " ended (" + dead.status()->text() + ")";
        if (dead.replaces != 0) {
            log::error(how + " before it was ready; the others serve on as they are");
            for (auto& each : all_) each->to_be_replaced = false;
            return;
        }
        log::error(how);
        if (cannot_start) return stop(3);
        pause_ = dead.age() >= young          ? milliseconds(0)
                 : pause_.count() == 0        ? first_pause
                 : pause_ * 2 < longest_pause ? pause_ * 2
                                              : longest_pause;
        next_start_ = clock::now() + pause_;
    }
    /// The replacement that is ready lets its predecessor go; then the next one's begins.
    void hand_over() {
        bool one_begins = false;
        for (auto& each : all_) {
            if (each->replaces == 0) continue;
            if (!each->ready()) {
                one_begins = true;
                continue;
            }
            for (auto& old : all_)
                if (old->number() == each->replaces)
                    old->tell_to_end(process_word::leave, grace_ + milliseconds(2'000));
            each->replaces = 0;
        }
        for (std::size_t n = 0; n < all_.size() && !one_begins; ++n) {
            if (!all_[n]->to_be_replaced) continue;
            all_[n]->to_be_replaced = false;
            if (all_[n]->leaving()) continue;
            one_begins = start(all_[n]->number());
        }
    }
    bool start(long in_place_of) {
        try {
            all_.push_back(std::make_unique<worker_process>(words_, doors_));
            all_.back()->replaces = in_place_of;
            log::info("Started worker process " + name_of(*all_.back()));
            return true;
        } catch (const std::exception& why) {
            log::error(why.what());
            next_start_ = clock::now() + longest_pause;
            return false;
        }
    }

    void tell_manager() {
        if (stopping_ || !manager_.listens()) return;
        bool all_ready = !all_.empty();
        for (const auto& each : all_) all_ready = all_ready && each->ready() && !each->to_be_replaced;
        if (all_ready && (!told_ready_ || reloading_)) {
            manager_.ready(std::to_string(wanted_) + " worker processes");
            told_ready_ = true;
            reloading_ = false;
        }
        if (manager_.interval() && clock::now() - told_alive_ >= *manager_.interval()) {
            told_alive_ = clock::now();
            manager_.alive();
        }
    }

    process_options how_;
    milliseconds grace_;
    std::vector<net::listening_socket> doors_;
    bool own_doors_;
    std::vector<std::string> words_;
    os::pipe_ends signals_;
    os::signal_mailbox mailbox_;
    os::service_notice manager_;
    std::vector<std::unique_ptr<worker_process>> all_;
    std::size_t wanted_ = 0;
    milliseconds pause_{0};
    clock::time_point next_start_{};
    clock::time_point stopped_at_{};
    clock::time_point told_alive_{};
    bool stopping_ = false;
    bool reloading_ = false;
    bool told_ready_ = false;
    int code_ = 0;
};

}  // namespace coracle::server
