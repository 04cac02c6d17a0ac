// endpoint: a route and what answers it, with the handler's type forgotten.
#pragma once

#include <coracle/app/operation.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/required_dependency.hpp>
#include <coracle/app/route_options.hpp>
#include <coracle/async/task.hpp>

#include <span>
#include <string>
#include <string_view>

namespace coracle {

/// A handler with its type forgotten, as it was registered. Stays where it is from registration to the end of the app.
/// Used from every loop at once.
class endpoint {
public:
    /// What the server has to know before it calls.
    struct manner {
        bool now = false;            ///< answers at once, without waiting: call run_now()
        bool keeps_request = false;  ///< the handler may hold on to the request's bytes while it waits
        bool websocket = false;      ///< it answers with 101
        bool joins_issues = false;   ///< it says what is wrong with the request already, with what it finds itself
    };

    endpoint(std::string_view text, const route_options& options, manner how)
        : text_(text), status_(options.status), how_(how) {}
    endpoint(const endpoint&) = delete;
    endpoint& operator=(const endpoint&) = delete;
    virtual ~endpoint() = default;

    /// The pattern as it was written; the prefixes of routers stand before it.
    const std::string& text() const noexcept { return text_; }
    /// Whether run_now() may be called; then it is the cheaper way, without a coroutine.
    bool runs_now() const noexcept { return how_.now; }
    /// Whether views of the request have to stay good while run() waits, or because another thread looks at them: its
    /// bytes must have found their place before run() is called.
    bool keeps_request() const noexcept { return how_.keeps_request; }

    bool is_websocket() const noexcept { return how_.websocket; }
    /// Whether it looks at request::earlier_issues. Who does not is not called when there are some.
    bool joins_issues() const noexcept { return how_.joins_issues; }

    /// Tells what it takes and gives, for the documentation.
    virtual void describe(operation&) const {}

    /// What it needs that lives as long as the app.
    virtual std::span<const app_value> app_values() const noexcept { return {}; }

    /// Fills the handler's parameters, calls it, and gives its result. error: whatever the handler throws.
    virtual void run_now(request& asked, reply& answer) = 0;
    /// The same with waiting for the body, for a coroutine, or for the thread pool.
    virtual task<> run(request& asked, reply& answer) = 0;

protected:
    /// The status of answers, for handlers that give back something or nothing.
    int status(bool nothing) const noexcept { return status_ != 0 ? status_ : nothing ? 204 : 200; }

private:
    std::string text_;
    int status_;
    manner how_;
};

}  // namespace coracle
