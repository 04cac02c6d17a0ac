// timing: how long the app took for its answer, where the browser's tools show it.
// W3C Server Timing 3; X-Process-Time is what FastAPI's tutorial makes.
#pragma once

#include <coracle/app/clock.hpp>
#include <coracle/app/middleware.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/async/task.hpp>
#include <coracle/http/field_list.hpp>

#include <chrono>
#include <string>

namespace coracle {

struct timing_options {
    bool server_timing = true;  ///< `server-timing: app;dur=2.5`, in milliseconds
    bool process_time = false;  ///< `x-process-time: 0.002500`, in seconds
};

/// `app.use(timing());` What stands outside of it is not counted.
class timing {
public:
    explicit timing(timing_options options = {}) noexcept : options_(options) {}

    void mark(std::chrono::nanoseconds took, http::field_list& answer) const {
        auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        if (micros < 0) micros = 0;
        if (options_.server_timing) {
            std::string fraction = std::to_string(1000 + micros % 1000).substr(1);
            answer.add("server-timing", "app;dur=" + std::to_string(micros / 1000) + "." + fraction);
        }
        if (options_.process_time) {
            std::string fraction = std::to_string(1'000'000 + micros % 1'000'000).substr(1);
            answer.set("x-process-time", std::to_string(micros / 1'000'000) + "." + fraction);
        }
    }

    task<response> operator()(request& asked, next next) const {
        const std::chrono::nanoseconds begin = steady_time();
        response reply = co_await next(asked);
        mark(steady_time() - begin, reply.headers);
        co_return reply;
    }

private:
    timing_options options_;
};

}  // namespace coracle
