#include <doctest/doctest.h>

#include <coracle/app/client_stop.hpp>
#include <coracle/testing/test_client.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("a stop_token says that the client has left, on the thread pool too, where nobody can cancel") {
    app site;
    std::atomic<bool> stopped{false};
    site.get("/compute", [&](stop_token gone) -> std::string {
        auto late = std::chrono::steady_clock::now() + 20s;
        while (!gone.stop_requested() && std::chrono::steady_clock::now() < late) std::this_thread::yield();
        stopped = gone.stop_requested();
        return "done";
    });
    site.get("/quick", [](stop_token gone) { return gone.stop_requested() ? "stopped" : "wanted"; });
    {
        test_client client(site);
        CHECK(client.get("/quick").body == "wanted");
        auto leaves = [&]() -> task<> {
            auto one = spawn(client.send({"GET", "/compute"}));
            co_await sleep(1ms);
            one.cancel();
        };
        client.run(leaves());
    }
    CHECK(stopped);
}

TEST_CASE("a route can opt out: its handler goes on, and can ask") {
    app site;
    std::string story;
    site.get("/job", {.cancel_on_disconnect = false}, [&](request& asked) -> task<> {
        stop_token gone = asked.stop_token();
        story += asked.is_disconnected() ? "gone " : "here ";
        co_await sleep(2s);
        story += asked.is_disconnected() ? "gone " : "here ";
        story += gone.stop_requested() ? "asked" : "not asked";
    });
    test_client client(site, virtual_time);
    auto leaves = [&]() -> task<> {
        auto one = spawn(client.send({"GET", "/job"}));
        co_await sleep(1s);
        one.cancel();
    };
    client.run(leaves());
    client.wait(2s);
    CHECK(story == "here gone asked");
}
