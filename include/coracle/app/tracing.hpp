// tracing: a span of the distributed trace for each request, which whatever the request runs can find and pass on.
// W3C Trace Context.
#pragma once

#include <coracle/app/middleware.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/app/trace_context.hpp>
#include <coracle/async/task.hpp>

#include <utility>

namespace coracle {

struct tracing_options {
    bool take = true;     ///< the trace that the client, or a proxy before it, has begun; else always a new one
    bool sampled = true;  ///< whether those who gather traces should keep the ones that begin here
};

/// `app.use(tracing());` The request has a span of its own then, req.trace(), below the one that its traceparent names;
/// trace_context::current() finds it, log lines tell it, and http clients send a child of it.
class tracing {
public:
    explicit tracing(tracing_options options = {}) noexcept : options_(options) {}

    task<response> operator()(request& asked, next next) const {
        trace_context came = options_.take ? asked.trace() : trace_context();
        asked.trace(came ? came.child() : trace_context::begin(options_.sampled));
        auto within = asked.trace().enter();
        response reply = co_await next(asked);
        co_return reply;
    }

private:
    tracing_options options_;
};

}  // namespace coracle
