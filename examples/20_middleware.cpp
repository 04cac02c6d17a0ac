// What:  middleware: code that stands around every request, of your own or of coracle.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 20_middleware.cpp -o middleware -pthread && ./middleware
// Try:   curl -i -H 'origin: https://example.com' http://127.0.0.1:8000/nowhere   and swap the two app.use()
// Next:  24_security.cpp asks who is there.
#include <coracle.hpp>
using namespace coracle;

task<response> no_teapots(request& req, next next) {
    if (req.headers["accept"] == "application/coffee") co_return response(418, "I am a teapot\n");
    auto reply = co_await next(req);  // the handler, or the middleware further in; a 404 and a thrown error, too
    reply.headers.set("x-brewed-by", "coracle");
    co_return reply;
}

int main() {
    app app;
    // The first is the outermost. Others of the kind: request_id, timing, rate_limit, sessions, trusted_host.
    app.use(cors({.allow_origins = {"https://example.com"}, .allow_methods = {"GET", "POST"}}));
    app.use(no_teapots);
    app.get("/", []() -> task<json> { co_return json{{"message", "Tea?"}}; });
    app.post("/orders", []() -> task<json> {
        throw http_error(409, "Sold out");
        co_return json();
    });
    return app.run({.port = 8000});
}
