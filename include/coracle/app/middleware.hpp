// middleware: a coroutine around the handler, and around what stands between. Starlette's dispatch(request, call_next).
#pragma once

#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>

#include <cstddef>

namespace coracle {

class app;
class app_route;
class reply;

/// What a middleware stands in front of: `auto reply = co_await next(req);`. It may be called once, or not at all.
/// It never throws but `cancelled`: an exception of the handler is a response by then.
class next {
public:
    task<response> operator()(request& asked) const { return respond_(*app_, *to_, asked, depth_); }

    /// What calls the rest of a chain.
    using responder = task<response> (*)(const app&, const app_route&, request&, std::size_t depth);
    next(const app& served, const app_route& to, std::size_t depth, responder respond) noexcept
        : app_(&served), to_(&to), depth_(depth), respond_(respond) {}

private:
    const app* app_;
    const app_route* to_;
    std::size_t depth_;
    responder respond_;
};

/// `app.use([](request& req, next next) -> task<response> { auto reply = co_await next(req); ... co_return reply; });`
/// It sees every request that its app or router answers, those that find no route too. Of several, the first that was
/// added is the outermost. With more than one worker it is called from several threads at once.
using middleware = function<task<response>(request&, next)>;

/// How an app calls a route with something around it. Said by who puts something there, so that an app with nothing
/// around its routes pays nothing.
using passage = task<> (*)(const app&, const app_route&, request&, reply&);
template <class App>
struct passage_of {
    static task<> call(const App& served, const app_route& to, request& asked, reply& answer) {
        return served.call_through(to, asked, answer);
    }
};

}  // namespace coracle
