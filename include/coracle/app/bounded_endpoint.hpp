// bounded_endpoint: an endpoint whose answer must begin within a time, or whose body or form has bounds of its own.
#pragma once

#include <coracle/app/endpoint.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/required_dependency.hpp>
#include <coracle/async/alarm.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/http/form_limits.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace coracle {

/// Stands around the endpoint, so that a route without bounds pays nothing; middleware and error handlers stand around
/// it and see its errors: http_error 504 when the time was up and the handler had been cancelled, 413.
class bounded_endpoint final : public endpoint {
public:
    struct bounds {
        std::chrono::milliseconds time{0};  ///< 0: none
        std::uint64_t body_bytes = 0;       ///< 0: none of its own
        http::form_limits form{};

        bool any() const noexcept { return time.count() != 0 || body_bytes != 0 || form != http::form_limits{}; }
    };
    bounded_endpoint(std::shared_ptr<endpoint> inner, const bounds& most)
        : endpoint(inner->text(), {}, {false, inner->keeps_request(), inner->is_websocket()}),
          inner_(std::move(inner)),
          most_(most) {}

    /// `inner` with these bounds; as it is when there are none, or when it never waits.
    /// error: std::logic_error for a time below zero.
    [[gnu::cold]] static std::shared_ptr<endpoint> around(std::shared_ptr<endpoint> inner, const bounds& most) {
        if (most.time.count() < 0)
            throw std::logic_error("coracle: the timeout of the route '" + inner->text() +
                                   "' must be 0, for no bound, or more, and is " + std::to_string(most.time.count()) +
                                   "ms");
        if (!most.any() || inner->runs_now()) return inner;
        return std::make_shared<bounded_endpoint>(std::move(inner), most);
    }

    [[gnu::cold]] void describe(operation& told) const override { inner_->describe(told); }
    std::span<const app_value> app_values() const noexcept override { return inner_->app_values(); }

    void run_now(request&, reply&) override { CORACLE_ASSERT(runs_now()); }
    task<> run(request& asked, reply& answer) override {
        if (most_.body_bytes > 0) asked.body.allow(most_.body_bytes);
        if (most_.form != http::form_limits{}) asked.state<http::form_limits>() = most_.form;
        return most_.time.count() > 0 ? run_in_time(asked, answer) : inner_->run(asked, answer);
    }

private:
    task<> run_in_time(request& asked, reply& answer) {
        async::cancel_scope in_time(async::this_job());
        std::unique_ptr<async::alarm> alarm = async::scheduler::current().cancel_later(in_time, most_.time);
        try {
            task<> work = inner_->run(asked, answer);
            co_await std::move(work);
        } catch (const cancelled&) {
            if (!in_time.swallows()) throw;
        }
        // An answer that is there, however late, is better than none.
        if (!answer.answered()) throw too_late();
    }
    [[gnu::cold]] http_error too_late() const {
        auto count = most_.time.count();
        std::string length = count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
        return http_error(504, "The answer was not ready within " + length);
    }

    std::shared_ptr<endpoint> inner_;
    bounds most_;
};

}  // namespace coracle
