// load_generator: requests at a given rate, whether they are answered or not, and how long each client would have
// waited. "Coordinated omission" (Gil Tene): who asks only after he was answered asks least when the server is slowest,
// and who counts from when he got round to asking never counts the queue.
#pragma once

#include "latency_histogram.hpp"

#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/result.hpp>
#include <coracle/http/response_reader.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/os/poller.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coracle::bench {

struct load_plan {
    std::string request{};         ///< its bytes, the same each time
    bool head_only = false;        ///< it is a HEAD, whose answer has no body
    std::size_t connections = 64;  ///< as many requests are under way at most; the others wait, and their time runs
    /// Requests a second of all connections together: an open loop. 0: each connection asks again as soon as it is
    /// answered, a closed loop, which shows what a server can do but not how long clients wait.
    double rate = 0;
    std::chrono::nanoseconds duration = std::chrono::seconds(10);
    std::chrono::nanoseconds patience = std::chrono::seconds(5);  ///< for one answer, from when it was asked for
};

struct load_result {
    latency_histogram latency;   ///< from when a request was due; who was never answered counts up to when he gave up
    latency_histogram exchange;  ///< from when it was sent to the end of its answer: what others call latency
    std::uint64_t answered = 0;
    std::uint64_t refused = 0;      ///< of those: answers of 400 and more
    std::uint64_t unconnected = 0;  ///< nobody was there
    std::uint64_t broken = 0;       ///< half an answer, or none, or no HTTP
    std::uint64_t late = 0;         ///< not answered within the patience
    std::uint64_t unsent = 0;       ///< due, but no connection was free until the end
    std::uint64_t bytes = 0;        ///< received
    std::chrono::nanoseconds took{};

    std::uint64_t errors() const noexcept { return refused + unconnected + broken + late + unsent; }
    double per_second() const noexcept {
        double seconds = std::chrono::duration<double>(took).count();
        return seconds > 0 ? static_cast<double>(answered) / seconds : 0;
    }
};

/// `load_generator<net::socket_stream> load(plan, dial); load_result got = co_await load.run();` Once.
template <net::byte_stream Stream>
class load_generator {
public:
    using dial_function = function<task<result<Stream>>()>;

    load_generator(load_plan plan, dial_function dial) : plan_(std::move(plan)), dial_(std::move(dial)) {}
    load_generator(const load_generator&) = delete;
    load_generator& operator=(const load_generator&) = delete;

    /// Connects, then asks until the time is up, and waits for the last answers.
    task<load_result> run() {
        std::vector<std::optional<Stream>> lines(plan_.connections);
        task_group dialing;
        for (auto& line : lines) dialing.spawn(dial(line));
        co_await dialing.join();
        begin_ = last_ = loop::now();
        end_ = begin_ + plan_.duration;
        task_group clients;
        for (auto& line : lines) clients.spawn(keep_asking(line));
        co_await clients.join();
        result_.took = last_ - begin_;
        co_return std::move(result_);
    }

private:
    enum class fate : std::uint8_t { answered, unconnected, broken };

    task<bool> dial(std::optional<Stream>& line) {
        auto opened = co_await dial_();
        if (opened) line.emplace(std::move(*opened));
        co_return opened.has_value();
    }

    /// When the next request is to be sent, whoever is free for it.
    std::optional<os::time_point> next_due() {
        os::time_point due = loop::now();
        if (plan_.rate > 0)
            due = begin_ +
                  std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(next_++) * 1e9 / plan_.rate));
        return due < end_ ? std::optional(due) : std::nullopt;
    }

    task<> keep_asking(std::optional<Stream>& line) {
        http::response_reader reader;
        while (std::optional<os::time_point> due = next_due()) {
            if (*due > loop::now()) co_await sleep_until(*due);
            if (loop::now() >= end_) {
                ++result_.unsent;
                result_.latency.record(loop::now() - *due);
                continue;
            }
            os::time_point sent = loop::now();
            std::optional<fate> got = co_await try_for(plan_.patience, ask(line, reader, sent));
            last_ = loop::now();
            if (!got || *got == fate::answered) result_.latency.record(last_ - *due);
            if (!got) {
                ++result_.late;
                line.reset();
            } else if (*got == fate::answered) {
                ++result_.answered;
                result_.refused += reader.status() >= 400 ? 1 : 0;
                result_.exchange.record(last_ - sent);
                if (!reader.keeps_alive()) line.reset();
            } else {
                ++(*got == fate::broken ? result_.broken : result_.unconnected);
                line.reset();
                // Nothing else holds a closed loop back where nobody answers.
                if (plan_.rate <= 0) co_await sleep(pause);
            }
        }
        line.reset();
    }

    /// One that was used before may have been closed by the server just now, as it may between two requests: then a
    /// new one.
    task<fate> ask(std::optional<Stream>& line, http::response_reader& reader, os::time_point& sent) {
        if (line && line->hung_up()) line.reset();
        for (;;) {
            bool fresh = !line;
            if (fresh) {
                bool connected = co_await dial(line);
                if (!connected) co_return fate::unconnected;
            }
            sent = loop::now();
            reader.start(plan_.head_only);
            auto written = co_await line->write(plan_.request);
            bool heard = false;
            bool open = written.has_value();
            while (open && !reader.complete() && !reader.failed()) {
                auto bytes = co_await line->read();
                open = bytes && !bytes->empty();
                if (bytes && bytes->empty()) reader.end();
                if (!open) continue;
                heard = true;
                result_.bytes += bytes->size();
                bool all = reader.feed(*bytes) == bytes->size();
                if (!all) co_return fate::broken;  // more than was asked for
                (void)reader.take_body();
            }
            if (reader.complete()) co_return fate::answered;
            if (fresh || heard) co_return fate::broken;
            line.reset();
        }
    }

    static constexpr std::chrono::milliseconds pause{10};

    load_plan plan_;
    dial_function dial_;
    load_result result_;
    std::uint64_t next_ = 0;
    os::time_point begin_{};
    os::time_point end_{};
    os::time_point last_{};
};

}  // namespace coracle::bench
