// What:  how a server stops: who is being served is answered, what is endless is told, and nobody new is let in.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 27_graceful_stop.cpp -o stops -pthread && ./stops
// Try:   curl 127.0.0.1:8000/report & curl -N 127.0.0.1:8000/ticks & sleep 1; kill -TERM $(pidof stops); wait
// Next:  28_behind_a_proxy.cpp puts it behind nginx.
#include <coracle.hpp>
using namespace coracle;

task<> told(stop_notice& stopping) { co_await stopping.wait(); }

int main() {
    app app;
    app.get("/report", []() -> task<std::string> {  // has graceful_timeout to finish; is cancelled then
        co_await sleep(1s);
        co_return "all of it";
    });
    app.get("/ticks", [](stop_notice& stopping) -> generator<std::string> {  // would go on for ever
        while (!stopping.given()) {
            co_yield "tick\n";
            [[maybe_unused]] bool so = co_await try_for(1s, told(stopping));  // a second, or less
        }
        co_yield "The server stops; come back in a minute.\n";
    });
    app.get("/count", [](stop_notice& stopping) {  // on the thread pool nothing can be cancelled: it asks
        int seconds = 0;
        for (; !stopping.given() && seconds < 3600; ++seconds) std::this_thread::sleep_for(100ms);
        return seconds < 3600 ? "interrupted" : "an hour";
    });
    app.on_shutdown([] { std::puts("Nobody is served any more"); });
    return app.run({.port = 8000, .graceful_timeout = 5s});
}
