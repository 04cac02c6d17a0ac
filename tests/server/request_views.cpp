// Scenarios of views of a request: how long they are good for who keeps one in a stream or in a background task.
#include "loopback.hpp"

#include <coracle/app/app.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/generator.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace coracle;

inline namespace in_request_views {

// One loop, so that who is served meanwhile reads into the same room.
struct theatre {
    app site;
    event curtain;
    std::vector<std::string> seen;

    task<> note_later(std::string_view path, std::string_view field, std::string_view body) {
        co_await curtain.wait();
        seen.push_back(std::string(path) + " " + std::string(field) + " " + std::string(body));
    }
    generator<std::string> recite_later(std::string_view path, std::string_view field) {
        co_yield "first ";
        co_await curtain.wait();
        std::string all(path);
        all.append(" ").append(field);
        co_yield std::move(all);
    }
    theatre() {
        site.get("/open", on_loop([this] {
                     curtain.set();
                     return "open";
                 }));
        site.get("/seen", on_loop([this] { return std::to_string(seen.size()); }));
    }
};
std::string asks(std::string_view path, std::string_view field) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nhost: x\r\nx-field: " + std::string(field) + "\r\n\r\n";
}
const std::string noise(4000, 'z');

TEST_CASE("D18: a stream that on_loop() gives back may keep views of the head of its request") {
    theatre here;
    here.site.get("/stream/{n}", on_loop([&](request& req) {
                      return response::streamed(here.recite_later(req.target.path, req.headers["x-field"]));
                  }));
    loopback::running server(here.site);
    loopback::client one(server.port()), other(server.port());
    one.send(asks("/stream/1", "the field"));
    CHECK(other.ask(asks("/" + noise, noise)).status == 404);
    CHECK(other.ask(asks("/open", noise)).body == "open");
    CHECK(one.receive().body == "first /stream/1 the field");
}

TEST_CASE("D18: background tasks may keep views of the head of their request, behind its answer and the next request") {
    theatre here;
    here.site.get("/now/{n}", on_loop([&](request& req, background_tasks& after) {
                      after.add(here.note_later(req.target.path, req.headers["x-field"], ""));
                      return "added";
                  }));
    here.site.get("/plain/{n}", [&](request& req, background_tasks& after) {
        after.add(here.note_later(req.target.path, req.headers["x-field"], ""));
        return "added";
    });
    here.site.get("/task/{n}", [&](request& req, background_tasks& after) -> task<std::string> {
        after.add(here.note_later(req.target.path, req.headers["x-field"], ""));
        co_return "added";
    });
    here.site.post("/text/{n}", [&](request& req, background_tasks& after) -> task<std::string> {
        const std::string& text = co_await req.body.text();
        after.add(here.note_later(req.target.path, req.headers["x-field"], text));
        co_return "added";
    });
    loopback::running server(here.site);
    loopback::client one(server.port()), other(server.port());
    std::string post =
        "POST /text/4 HTTP/1.1\r\nhost: x\r\nx-field: d\r\ncontent-length: 300\r\n\r\n" + std::string(300, 'b');
    one.send(asks("/now/1", "a") + asks("/plain/2", "b") + asks("/task/3", "c") + post + asks("/" + noise, noise));
    for (int i = 0; i < 4; ++i) CHECK(one.receive().body == "added");
    CHECK(one.receive().status == 404);
    CHECK(one.ask(asks("/" + noise, noise)).status == 404);
    CHECK(other.ask(asks("/" + noise, noise)).status == 404);
    CHECK(other.ask(asks("/open", "")).body == "open");
    while (other.ask(asks("/seen", "")).body != "4") std::this_thread::yield();
    server.stop();
    CHECK(here.seen ==
          std::vector<std::string>{"/now/1 a ", "/plain/2 b ", "/task/3 c ", "/text/4 d " + std::string(300, 'b')});
}

}  // namespace in_request_views
