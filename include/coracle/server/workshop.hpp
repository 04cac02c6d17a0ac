// workshop: what the connections of one loop share.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/app/request_observer.hpp>
#include <coracle/app/request_record.hpp>
#include <coracle/app/stop_notice.hpp>
#include <coracle/async/event.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/function.hpp>
#include <coracle/http/head_cache.hpp>
#include <coracle/http/limits.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/server/access_log.hpp>
#include <coracle/server/admission.hpp>
#include <coracle/server/client_list.hpp>
#include <coracle/server/dormitory.hpp>
#include <coracle/server/loop_counts.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/transaction.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace coracle::server {

/// Belongs to one loop, and outlives its connections.
class workshop {
public:
    workshop(const coracle::app& served, const settings& s, loop::reactor& on)
        : app(served),
          how(s),
          bounds(limits_of_message(s.limits)),
          reactor(on),
          transactions(bounds, how.limits),
          admission(how.limits, how.workers),
          heads_(how.server_header ? "coracle" : "", how.date_header, how.headers),
          log_(how.access_log_to, how.log_format, how.colors),
          tells_(how.access_log || !served.observers().empty()) {
        concluded.set();
        for (const auto& each : served.observers()) observers_.push_back(each.make(each.who, *this));
    }

    const coracle::app& app;
    const settings how;
    const http::limits bounds;
    loop::reactor& reactor;
    transaction_pool transactions;
    server::admission admission;
    /// Called when this loop has begun the last of limits.max_requests.
    function<void()> used_up;
    client_list clients;
    loop_counts counts;
    server::dormitory dormitory{reactor, admission, counts, how.limits.keep_alive};
    /// For handlers. Whoever starts connections does so in a job that has gone through announce().
    stop_notice notice{reactor};
    /// On while no answered request has something left to do: no background task, no clean-up.
    event concluded;

    /// While it lives, an answered request has something left to do.
    class conclusion {
    public:
        explicit conclusion(workshop& of) noexcept : of_(of) {
            if (of_.concluding_++ == 0) of_.concluded.clear();
        }
        conclusion(const conclusion&) = delete;
        conclusion& operator=(const conclusion&) = delete;
        ~conclusion() {
            if (--of_.concluding_ == 0) of_.concluded.set();
        }

    private:
        workshop& of_;
    };

    /// Whether anybody wants to hear of requests.
    bool tells() const noexcept { return tells_; }
    void tell(const request_record& one) {
        if (how.access_log) log_.line(one);
        for (const auto& each : observers_) each->answered(one);
    }

    /// Ready-made heads, with the date of this second.
    http::head_cache& heads() noexcept {
        if (reactor.turn_time() >= next_second_) {
            std::int64_t now = reactor.unix_milliseconds();
            heads_.tick(now / 1000);
            next_second_ = reactor.turn_time() + std::chrono::milliseconds(1000 - now % 1000);
        }
        return heads_;
    }

    /// An empty buffer for answers, with the memory of one used before.
    byte_buffer take_buffer() noexcept {
        if (buffers_.empty()) return {};
        byte_buffer taken = std::move(buffers_.back());
        buffers_.pop_back();
        return taken;
    }
    void give_back(byte_buffer used) noexcept {
        used.clear();
        if (used.capacity() <= largest_kept && buffers_.size() < kept) buffers_.push_back(std::move(used));
    }

    /// What the running job starts from here on, and that alone, finds the notice.
    void announce() { detail::notice_here.set(&notice); }

    /// Some of the connections that wait go on waiting in a smaller form.
    [[gnu::noinline]] void lay_down() noexcept {
        if (!clients.lay_down()) dormitory.found_nobody();
    }
    bool stopping() const noexcept { return stopping_; }
    /// A request has come, the `nth` of its connection. True when no other is to follow there.
    bool is_last(std::uint32_t nth) {
        if (admission.counts_request() && used_up) [[unlikely]]
            used_up();
        return nth == how.limits.max_requests_per_connection || admission.makes_room();
    }
    /// Ends the connections that wait for a request; the others end after their answer, and those whose answer has no
    /// end are told that it should come to one.
    void stop() noexcept {
        stopping_ = true;
        notice.give();  // before they are cancelled, so that who waits for it has the last word
        clients.stop();
        dormitory.stop(how.last_chance);
    }

private:
    static constexpr std::size_t largest_kept = 256 * 1024;
    static constexpr std::size_t kept = 16;

    http::head_cache heads_;
    access_log log_;
    bool tells_;
    std::vector<std::unique_ptr<request_observer>> observers_;
    loop::reactor::time_point next_second_{};
    std::vector<byte_buffer> buffers_;
    std::size_t concluding_ = 0;
    bool stopping_ = false;
};

}  // namespace coracle::server
