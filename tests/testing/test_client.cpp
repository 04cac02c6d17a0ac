#include <coracle/async/channel.hpp>
#include <coracle/async/event.hpp>
#include <coracle/testing/test_client.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct item {
    std::string name;
    double price = 0;
};

app make_app() {
    app app;
    app.get("/", []() -> task<json> { co_return json{{"message", "Hello, world!"}}; });
    app.get("/users/{id}", [](int id) -> task<json> {
        if (id == 9) throw http_error(404, "User not found");
        co_return json{{"id", id}};
    });
    app.get("/slow", []() -> task<std::string> {
        co_await sleep(2s);
        co_return "slow";
    });
    app.get("/wait/{ms}", [](int ms) -> task<int> {
        co_await sleep(std::chrono::milliseconds(ms));
        co_return ms;
    });
    app.get("/pool", [] { return std::string("from the pool"); });
    app.post("/items", [](item in) -> task<item> { co_return in; });
    app.route({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}, "/echo", [](request& req) -> task<json> {
        std::string body = co_await req.body.text();
        json fields = json::object();
        for (auto& [name, value] : req.headers) fields[std::string(name)] = std::string(value);
        json seen{{"method", std::string(req.method_text)},
                  {"target", std::string(req.target.text)},
                  {"headers", fields},
                  {"client", std::string(req.client.address)},
                  {"port", req.client.port},
                  {"body", body}};
        co_return seen;
    });
    app.post("/pieces", [](request& req) -> task<std::vector<std::string>> {
        std::vector<std::string> pieces;
        while (auto piece = co_await req.body.read()) pieces.emplace_back(*piece);
        co_return pieces;
    });
    app.route({"GET", "POST"}, "/to/{status}", [](request& req) -> task<response> {
        int status = std::stoi(std::string(req.path("status")));
        std::optional<std::string_view> where = req.query("where");
        co_return response::redirect(where ? *where : "/echo", status);
    });
    app.get("/round", []() -> task<response> { co_return response::redirect("/round"); });
    app.get("/login", []() -> task<response> {
        response made(200, "in");
        made.set_cookie("session", "abc");
        made.set_cookie("only_there", "1", {.path = "/users"});
        made.set_cookie("short", "1", {.max_age = 10s});
        co_return made;
    });
    app.get("/logout", []() -> task<response> {
        response made(200, "out");
        made.delete_cookie("session");
        co_return made;
    });
    app.get("/broken", []() -> task<std::string> {
        throw std::runtime_error("no database");
        co_return "";
    });
    app.get("/large", on_loop([] { return std::string(3 << 20, 'x'); }));
    app.get("/nothing", on_loop([] {}));
    return app;
}

}  // namespace

TEST_CASE("a missing user is 404") {
    test_client client{make_app()};
    CHECK(client.get("/users/9").status == 404);
    CHECK(client.get("/users/9").json() == json{{"detail", "User not found"}});
}

TEST_CASE("the slow route takes two seconds of nobody's time") {
    test_client client{make_app(), virtual_time};
    CHECK(client.get("/slow").elapsed == 2s);
}

TEST_CASE("an answer has its status, headers, text and JSON") {
    test_client client{make_app()};
    test_response reply = client.get("/");
    CHECK(reply.ok());
    CHECK(reply.status == 200);
    CHECK(reply.headers["Content-Type"] == "application/json");
    CHECK(reply.text() == R"({"message":"Hello, world!"})");
    CHECK(reply.json()["message"] == json("Hello, world!"));
    CHECK(reply.url == "http://testserver/");
    CHECK(reply.elapsed > 0ns);
    CHECK(client.get("/nothing").status == 204);
    CHECK(client.get("/nowhere").status == 404);
    CHECK(client.get("/large").body.size() == 3 << 20);
    CHECK(client.head("/large").body.empty());
    CHECK(client.head("/large").headers["content-length"] == "3145728");
    CHECK(client.options("/").headers["allow"] == "GET, HEAD, OPTIONS");
    CHECK_THROWS_WITH_AS(client.get("/users/9").raise_for_status(),
                         "coracle: http://testserver/users/9 is no success; the answer was 404 Not Found: "
                         "{\"detail\":\"User not found\"}",
                         std::runtime_error);
}

TEST_CASE("what goes along is what the app sees") {
    test_client client{make_app()};
    test_response made = client.post("/items", {.json = item{"tea", 2.5}});
    CHECK(made.json<item>().name == "tea");
    CHECK(made.json<item>().price == 2.5);

    json seen = client
                    .post("/echo?a=1", {.headers = {{"x-id", 7}, {"Accept", "text/html"}},
                                        .query = {{"q", "a b&c"}, {"deep", true}},
                                        .form = {{"user", "j\xC3\xB6"}, {"n", 1.5}},
                                        .cookies = {{"theme", "dark"}}})
                    .json();
    CHECK(seen["target"] == json("/echo?a=1&q=a+b%26c&deep=true"));
    CHECK(seen["body"] == json("user=j%C3%B6&n=1.5"));
    CHECK(seen["headers"]["content-type"] == json("application/x-www-form-urlencoded"));
    CHECK(seen["headers"]["x-id"] == json("7"));
    CHECK(seen["headers"]["Accept"] == json("text/html"));
    CHECK(!seen["headers"].contains("accept"));
    CHECK(seen["headers"]["cookie"] == json("theme=dark"));
    CHECK(seen["headers"]["host"] == json("testserver"));
    CHECK(seen["headers"]["user-agent"] == json("testclient"));
    CHECK(seen["client"] == json("testclient"));
    CHECK(seen["port"] == json(50000));

    CHECK(client.put("/echo", {.body = "raw"}).json()["body"] == json("raw"));
    CHECK(client.patch("/echo", {.json = json{{"a", nullptr}}}).json()["body"] == json("{\"a\":null}"));
    CHECK(client.del("/echo").json()["method"] == json("DELETE"));
    CHECK(client.get("/echo").json()["headers"].find("content-length") == nullptr);
    CHECK(client.post("/echo").json()["headers"]["content-length"] == json("0"));
}

TEST_CASE("a body can come in pieces, which the app reads one by one") {
    test_client client{make_app()};
    CHECK(client.post("/pieces", {.pieces = {"a", "bc", "def"}}).text() == R"(["a","bc","def"])");
    CHECK(client.post("/items", {.headers = {{"content-type", "application/json"}}, .pieces = {"{\"name\":", "\"x\"}"}})
              .json<item>()
              .name == "x");
}

TEST_CASE("what cannot be sent is refused with a sentence") {
    test_client client{make_app()};
    CHECK_THROWS_AS(client.get("/", {.headers = {{"x", "a\r\nb: c"}}}), std::invalid_argument);
    CHECK_THROWS_AS(client.request("G E T", "/"), std::invalid_argument);
    CHECK_THROWS_AS(client.post("/", {.json = 1, .body = "x"}), std::logic_error);
    CHECK_THROWS_AS(client.get("http:nowhere"), std::invalid_argument);
    CHECK_THROWS_WITH_AS(test_client(make_app(), {.base_url = "testserver"}),
                         "coracle: the base_url of a test_client is like http://testserver, not 'testserver'",
                         std::logic_error);
    CHECK(client.get("/echo?a b").json()["target"] == json("/echo?a%20b"));
}

TEST_CASE("redirects are followed, as browsers and httpx do") {
    test_client client{make_app()};
    for (int status : {307, 308}) {
        test_response end = client.post("/to/" + std::to_string(status), {.json = 7});
        CHECK(end.json()["method"] == json("POST"));
        CHECK(end.json()["body"] == json("7"));
        CHECK(end.json()["headers"]["content-type"] == json("application/json"));
        REQUIRE(end.history.size() == 1);
        CHECK(end.history[0].status == status);
        CHECK(end.url == "http://testserver/echo");
    }
    for (int status : {301, 302, 303}) {
        test_response end = client.post("/to/" + std::to_string(status), {.json = 7});
        CHECK(end.json()["method"] == json("GET"));
        CHECK(end.json()["body"] == json(""));
        CHECK(!end.json()["headers"].contains("content-type"));
    }
    CHECK(client.get("/to/302", {.follow_redirects = false}).status == 302);
    CHECK(client.get("/to/302", {.follow_redirects = false}).headers["location"] == "/echo");
    CHECK_THROWS_WITH_AS(client.get("/round"),
                         "coracle: more than 20 redirects, the last one to http://testserver/round",
                         std::runtime_error);
    test_response away = client.get("/to/307?where=http://other.example/echo",
                                    {.headers = {{"authorization", "Bearer x"}, {"x-stays", "1"}}});
    CHECK(away.json()["headers"]["host"] == json("other.example"));
    CHECK(!away.json()["headers"].contains("authorization"));
    CHECK(away.json()["headers"]["x-stays"] == json("1"));

    test_client still{make_app(), {.follow_redirects = false}};
    CHECK(still.get("/to/302").status == 302);
    CHECK(still.get("/to/302", {.follow_redirects = true}).status == 200);
}

TEST_CASE("cookies are kept, by path and for their time") {
    test_client client{make_app(), virtual_time};
    test_response in = client.get("/login");
    CHECK(in.cookies["session"] == "abc");
    CHECK(client.cookies.size() == 3);
    CHECK(client.get("/echo").json()["headers"]["cookie"] == json("session=abc; short=1"));
    client.wait(11s);
    CHECK(client.get("/echo").json()["headers"]["cookie"] == json("session=abc"));
    client.get("/logout");
    CHECK(!client.get("/echo").json()["headers"].contains("cookie"));
    client.cookies.set("mine", "1");
    CHECK(client.get("/echo").json()["headers"]["cookie"] == json("mine=1"));
    CHECK(client.get("/echo", {.cookies = {{"once", "2"}}}).json()["headers"]["cookie"] == json("mine=1; once=2"));
}

TEST_CASE("an exception that no handler caught comes out of the call, or is 500 when it should be") {
    test_client client{make_app()};
    CHECK_THROWS_WITH_AS(client.get("/broken"), "no database", std::runtime_error);
    CHECK(client.get("/").status == 200);

    int logged = 0;
    app served = make_app();
    served.error_log([&](const std::exception_ptr&, const request&) { ++logged; });
    {
        test_client calm{served, {.raise_server_exceptions = false}};
        CHECK(calm.get("/broken").status == 500);
        CHECK(logged == 1);
    }
    {
        test_client raising{served};
        CHECK_THROWS_AS(raising.get("/broken"), std::runtime_error);
        CHECK(logged == 2);
    }
    test_client after{served, {.raise_server_exceptions = false}};  // the log of before is in its place again
    CHECK(after.get("/broken").status == 500);
    CHECK(logged == 3);
}

TEST_CASE("calls at once share their time") {
    test_client client{make_app(), virtual_time};
    std::vector<test_request> all;
    for (int i = 0; i < 100; ++i) all.push_back({"GET", "/wait/" + std::to_string(1000 + i)});
    auto answers = client.send_all(std::move(all));
    CHECK(answers.size() == 100);
    CHECK(answers[0].text() == "1000");
    CHECK(answers[99].text() == "1099");
    CHECK(answers[99].elapsed == 1099ms);
    CHECK(client.get("/wait/5").elapsed == 5ms);
}

TEST_CASE("a connection that the server gave up meanwhile is not used again") {
    test_client client{make_app(), virtual_time};
    CHECK(client.get("/").status == 200);
    client.wait(1h);
    CHECK(client.get("/").status == 200);
}

TEST_CASE("who waits for ever is named") {
    app served;
    event never;
    served.get("/never", [&]() -> task<int> {
        co_await never.wait();
        co_return 1;
    });
    served.get("/soon", on_loop([] { return 1; }));
    test_client client{served, virtual_time.patience(1ms)};
    std::string said;
    try {
        client.get("/never");
    } catch (const testing::deadlock& why) {
        said = why.what();
    }
    CHECK(said.find("/never") != std::string::npos);
    CHECK(client.get("/soon").status == 200);

    test_client real{served, {.timeout = 20ms}};
    try {
        real.get("/never");
    } catch (const std::runtime_error& why) {
        said = why.what();
    }
    CHECK(said.find("no answer to GET http://testserver/never within the timeout") != std::string::npos);
    CHECK(said.find("task of /never waits") != std::string::npos);
}

TEST_CASE("tasks of the test run beside the handlers") {
    app served;
    channel<int> numbers{4};
    served.get("/next", [&]() -> task<int> {
        auto got = co_await numbers.receive();
        co_return got.value_or(-1);
    });
    test_client client{served, virtual_time};
    auto both = [&]() -> task<int> {
        join_handle<test_response> asked = spawn(client.send({"GET", "/next"}));
        co_await sleep(5s);
        co_await numbers.send(41);
        test_response reply = co_await asked;
        co_return reply.json<int>() + 1;
    };
    CHECK(client.run(both()) == 42);
    auto wrong = [&]() -> task<> {
        client.get("/next");
        co_return;
    };
    CHECK_THROWS_AS(client.run(wrong()), std::logic_error);
}

TEST_CASE("plain functions answer from the thread pool, in real and in virtual time") {
    test_client real{make_app()};
    CHECK(real.get("/pool").text() == "from the pool");
    test_client client{make_app(), virtual_time};
    CHECK(client.get("/pool").text() == "from the pool");
}

TEST_CASE("a closed client says so") {
    test_client client{make_app()};
    client.close();
    client.close();
    CHECK_THROWS_AS(client.get("/"), std::logic_error);
}

TEST_CASE("redirects and cookies work for streams too") {
    test_client client{make_app()};
    auto stream = client.stream("GET", "/to/302?where=/login");
    CHECK(stream.status() == 200);
    CHECK(stream.finish() == "in");
    CHECK(client.cookies["session"] == "abc");
}

TEST_CASE("the app's life is that of the client") {
    std::vector<std::string> told;
    app served;
    served.lifespan([&]() -> generator<> {
        co_await sleep(1s);
        told.push_back("begins");
        co_yield {};
        co_await sleep(1s);
        told.push_back("ends");
    });
    served.get("/", [&]() -> task<int> {
        told.push_back("serves");
        co_return 1;
    });
    {
        test_client client{served, virtual_time};
        CHECK(told == std::vector<std::string>{"begins"});
        client.get("/");
    }
    CHECK(told == std::vector<std::string>{"begins", "serves", "ends"});

    app broken;
    broken.on_startup([] { throw std::runtime_error("no database"); });
    CHECK_THROWS_WITH_AS(test_client(std::move(broken)), "no database", std::runtime_error);
    app sticky;
    sticky.on_shutdown([] { throw std::runtime_error("still busy"); });
    test_client client{sticky};
    CHECK_THROWS_WITH_AS(client.close(), "still busy", std::runtime_error);
}

TEST_CASE("background tasks are done when the call returns, and take none of the time of the answer") {
    std::vector<std::string> sent;
    app served;
    served.post("/users", [&](background_tasks& background) -> task<std::string> {
        auto send = [&]() -> task<> {
            co_await sleep(3s);
            sent.push_back("hello");
        };
        background.add(send);
        co_return "made";
    });
    served.post("/broken", [&](background_tasks& background) -> task<std::string> {
        background.add([] { throw std::runtime_error("no mail today"); });
        co_return "made";
    });
    test_client client{served, virtual_time};
    CHECK(client.post("/users").elapsed == 0s);
    CHECK(sent.size() == 1);
    CHECK(client.elapsed() == 3s);
    CHECK_THROWS_WITH_AS(client.post("/broken"), "no mail today", std::runtime_error);
    CHECK(client.send_all({{"POST", "/users"}, {"POST", "/users"}})[1].text() == "made");
    CHECK(sent.size() == 3);
    CHECK(client.elapsed() == 6s);
}
