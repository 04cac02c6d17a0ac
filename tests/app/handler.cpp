#include <doctest/doctest.h>

#include <coracle/app/app.hpp>

#include <app/stage.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

struct user {
    int id = 0;
    std::string name{};
};
enum class kind { book, food };

task<user> load(int id) {
    co_await hop();
    if (id == 9) throw http_error(404, "User not found");
    co_return user{id, "Alice"};
}

}  // namespace

TEST_CASE("T05: a JSON literal is the answer, byte for byte") {
    app app;
    app.get("/", []() -> task<json> { co_return json{{"message", "Hello, world!"}}; });
    stage play(app);
    heard answer = play.get("/");
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"message":"Hello, world!"})");
    CHECK(answer.field("content-type") == "application/json");
    CHECK(answer.field("content-length") == "27");
}

TEST_CASE("T20: a path parameter: found, not found, and no integer") {
    app app;
    app.get("/users/{user_id}", load);
    stage play(app);
    CHECK(play.get("/users/1").body == R"({"id":1,"name":"Alice"})");
    heard none = play.get("/users/9");
    CHECK(none.status == 404);
    CHECK(none.body == R"({"detail":"User not found"})");
    CHECK(none.field("content-type") == "application/json");
    heard bad = play.get("/users/abc");
    CHECK(bad.status == 422);
    CHECK(bad.body == R"({"detail":[{"type":"int_parsing","loc":["path","user_id"],"msg":"Input should be)"
                      R"( a valid integer, unable to )"
                      R"(parse string as an integer","input":"abc"}]})");
}

TEST_CASE("T21: a plain parameter that is not in the path comes from the query, also of a POST") {
    app app;
    app.post("/users{?name}", [](std::string name) -> task<user> { co_return user{3, name}; });
    stage play(app);
    CHECK(play.ask("POST /users?name=Carol").body == R"({"id":3,"name":"Carol"})");
    heard bad = play.ask("POST /users");
    CHECK(bad.status == 422);
    CHECK(bad.body == R"({"detail":[{"type":"missing","loc":["query","name"],"msg":"Field required","inpu)"
                      R"(t":null}]})");
}

TEST_CASE("T33: a plain function and a coroutine give the same answer, one on the pool and one on the loop") {
    std::thread::id plain;
    std::thread::id waiting;
    app app;
    app.get("/plain/{id}", [&](int id) {
        plain = std::this_thread::get_id();
        return user{id, "Bob"};
    });
    app.get("/waiting/{id}", [&](int id) -> task<user> {
        waiting = std::this_thread::get_id();
        co_return user{id, "Bob"};
    });
    stage play(app);
    heard one = play.get("/plain/7");
    heard two = play.get("/waiting/7");
    CHECK(one.head == two.head);
    CHECK(one.body == two.body);
    CHECK(one.body == R"({"id":7,"name":"Bob"})");
}

TEST_CASE("a plain function is offloaded, on_loop and coroutines are not") {
    int calls = 0;
    app app;
    app.get("/plain", [&] { return ++calls; });
    app.get("/loop", on_loop([&] { return ++calls; }));
    app.get("/coroutine", [&]() -> task<int> { co_return ++calls; });
    app.get("/nothing", [&] { ++calls; });
    stage play(app);

    CHECK(play.get("/loop").body == "1");
    CHECK(!play.moved);
    CHECK(play.get("/coroutine").body == "2");
    CHECK(play.moved);
    CHECK(play.get("/plain").body == "3");
    CHECK(play.moved);
    CHECK(play.get("/nothing").status == 204);
    CHECK(calls == 4);
}

TEST_CASE("what a plain function throws on its thread becomes the answer") {
    app app;
    app.get("/known", []() -> int { throw http_error(418); });
    app.get("/unknown", []() -> int { throw std::runtime_error("/etc/passwd"); });
    stage play(app);
    CHECK(play.get("/known").status == 418);
    CHECK(play.get("/unknown").status == 500);
    CHECK(play.errors == "/etc/passwd\n");
}

TEST_CASE("results are sent by their type") {
    app app;
    app.get("/text", []() -> task<std::string> { co_return "caf\xC3\xA9"; });
    app.get("/literal", on_loop([] { return "text"; }));
    app.get("/number", on_loop([] { return 1.5; }));
    app.get("/yes", on_loop([] { return true; }));
    app.get("/list", []() -> task<std::vector<user>> { co_return {{1, "a"}, {2, "b"}}; });
    app.get("/none", []() -> task<std::optional<user>> { co_return std::nullopt; });
    app.get("/some", []() -> task<std::optional<user>> { co_return user{1, "a"}; });
    app.get("/nothing", []() -> task<> { co_return; });
    app.get("/kind", on_loop([] { return kind::food; }));
    app.get("/made", {.status = 201}, []() -> task<user> { co_return user{1, "a"}; });
    app.get("/made-nothing", {.status = 202}, []() -> task<> { co_return; });
    app.get("/by-hand", {.status = 201}, []() -> task<response> {
        response reply(418, "short");
        reply.headers.set("x-a", "b");
        co_return reply;
    });
    stage play(app);
    CHECK(play.get("/text").body == "caf\xC3\xA9");
    CHECK(play.get("/text").field("content-type") == "text/plain; charset=utf-8");
    CHECK(play.get("/literal").body == "text");
    CHECK(play.get("/number").body == "1.5");
    CHECK(play.get("/yes").body == "true");
    CHECK(play.get("/list").body == R"([{"id":1,"name":"a"},{"id":2,"name":"b"}])");
    CHECK(play.get("/none").body == "null");
    CHECK(play.get("/none").status == 200);
    CHECK(play.get("/some").body == R"({"id":1,"name":"a"})");
    CHECK(play.get("/nothing").status == 204);
    CHECK(play.get("/nothing").body == "");
    CHECK(play.get("/nothing").field("content-length") == "");
    CHECK(play.get("/kind").body == R"("food")");
    CHECK(play.get("/made").status == 201);
    CHECK(play.get("/made-nothing").status == 202);
    CHECK(play.get("/made-nothing").field("content-length") == "0");
    heard by_hand = play.get("/by-hand");
    CHECK(by_hand.status == 418);
    CHECK(by_hand.body == "short");
    CHECK(by_hand.field("x-a") == "b");
    CHECK(by_hand.field("content-type") == "text/plain; charset=utf-8");
}

TEST_CASE("HEAD is GET without the body, whatever the handler is") {
    app app;
    app.get("/c", []() -> task<user> { co_return user{1, "a"}; });
    app.get("/l", on_loop([] { return user{1, "a"}; }));
    stage play(app);
    for (std::string path : {"/c", "/l"}) {
        heard answer = play.ask("HEAD " + path);
        CHECK(answer.status == 200);
        CHECK(answer.body == "");
        CHECK(answer.field("content-length") == "19");
    }
}

TEST_CASE("handlers that move, are mutable, or are function objects stay where they were put") {
    struct counter {
        int n = 0;
        int operator()() { return ++n; }
    };
    app app;
    app.get("/owned", on_loop([held = std::make_unique<int>(7)] { return *held; }));
    app.get("/object", on_loop(counter{}));
    app.get("/waits", [text = std::string(100, 'x')]() -> task<std::string> {
        co_await hop();
        co_return text;
    });
    for (int i = 0; i < 100; ++i) app.get(runtime_pattern("/more" + std::to_string(i)), [i] { return i; });
    stage play(app);
    CHECK(play.get("/owned").body == "7");
    CHECK(play.get("/object").body == "1");
    CHECK(play.get("/object").body == "2");
    CHECK(play.get("/waits").body == std::string(100, 'x'));
    CHECK(play.get("/more99").body == "99");
}

TEST_CASE("a handler can take the request itself, and move-only things are moved") {
    app app;
    app.route({"GET", "POST"}, "/echo/{id}", [](request& req) -> task<response> {
        auto text = co_await req.body.text();
        response reply(201, std::string(req.method_text) + " " + std::string(req.path("id")) + " " + text);
        reply.headers.set("location", "/echo/1");
        reply.set_cookie("session", "abc");
        co_return reply;
    });
    app.get("/const/{id}",
            on_loop([](const request& req, int id) { return std::string(req.client.address) + std::to_string(id); }));
    stage play(app);
    CHECK(play.ask("POST /echo/7", "hello").body == "POST 7 hello");
    CHECK(play.get("/echo/7").body == "GET 7 ");
    CHECK(play.get("/echo/7").field("set-cookie") == "session=abc; Path=/; SameSite=lax");
    CHECK(play.get("/const/5").body == "127.0.0.15");
    play.body_late = true;
    CHECK(play.ask("POST /echo/8", "late").body == "POST 8 late");
}
