#include <doctest/doctest.h>

#include <coracle/app/generated_body.hpp>
#include <coracle/app/header.hpp>
#include <coracle/app/require.hpp>
#include <coracle/testing/test_client.hpp>

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct row {
    int id = 0;
    std::string name;
};
struct db_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A dependency that says when it is opened and closed, and of what.
std::string story;
struct connection {
    std::string rows = "rows";
};
generator<connection> get_connection() {
    story += "open ";
    connection one;
    try {
        co_yield std::move(one);
    } catch (const cancelled&) {
        story += "rolled back, cancelled";
        throw;
    } catch (const std::exception& why) {
        story += std::string("rolled back, ") + why.what();
        throw;
    }
    co_await sleep(0s);
    story += "closed";
}

task<> tell_background() {
    story += " background ";
    co_return;
}

}  // namespace

TEST_CASE("a generator of text is the answer, piece by piece") {
    app site;
    site.get("/numbers{?count=3}", [](int count) -> generator<std::string> {
        for (int i = 0; i < count; ++i) {
            co_await sleep(100ms);
            co_yield std::to_string(i) + "\n";
        }
    });
    site.get("/words", []() -> generator<const char*> {
        co_yield "one ";
        co_yield "two";
    });
    site.get("/views", []() -> generator<std::string_view> {
        std::string held = "held";
        co_yield std::string_view(held);
    });
    test_client client(site, virtual_time);
    test_response whole = client.get("/numbers");
    CHECK(whole.body == "0\n1\n2\n");
    CHECK(whole.headers["content-type"] == "text/plain; charset=utf-8");
    CHECK(whole.headers["transfer-encoding"] == "chunked");
    CHECK(whole.elapsed == 300ms);
    CHECK(client.get("/numbers?count=0").body == "");
    CHECK(client.get("/words").body == "one two");
    CHECK(client.get("/views").body == "held");
    auto numbers = client.stream("GET", "/numbers?count=1000000");
    CHECK(numbers.read() == "0\n");
    CHECK(numbers.read() == "1\n");
}

TEST_CASE("a generator of anything else is JSON Lines, one compact value per line") {
    app site;
    site.get("/rows", []() -> generator<row> {
        row one{1, "a\nb"};
        co_yield one;
        row two{2, "\"quoted\""};
        co_yield two;
    });
    site.get("/ints", []() -> generator<int> {
        for (int i = 0; i < 3; ++i) co_yield i;
    });
    site.get("/kept", []() -> generator<row&> {
        row one{7, "kept"};
        co_yield one;
    });
    test_client client(site, virtual_time);
    test_response rows = client.get("/rows");
    CHECK(rows.headers["content-type"] == "application/jsonl");
    CHECK(rows.body == "{\"id\":1,\"name\":\"a\\nb\"}\n{\"id\":2,\"name\":\"\\\"quoted\\\"\"}\n");
    CHECK(client.get("/ints").body == "0\n1\n2\n");
    CHECK(client.get("/kept").body == "{\"id\":7,\"name\":\"kept\"}\n");
}

TEST_CASE("a coroutine may wait first and give a generator then, and a response may hold one") {
    app site;
    site.get("/count/{n}", [](int n) -> task<generator<int>> {
        co_await sleep(1s);
        if (n > 3) throw http_error(404);
        auto count = [](int most) -> generator<int> {
            for (int i = 0; i < most; ++i) co_yield i;
        };
        co_return count(n);
    });
    site.get("/csv", []() -> task<response> {
        auto rows = []() -> generator<std::string> {
            co_yield std::string("a,b\n");
            co_await sleep(1s);
            co_yield std::string("1,2\n");
        };
        response made = response::streamed(rows(), {{"content-type", "text/csv"}}, 201);
        made.headers.set("content-disposition", "attachment");
        co_return made;
    });
    test_client client(site, virtual_time);
    CHECK(client.get("/count/2").body == "0\n1\n");
    CHECK(client.get("/count/4").status == 404);
    test_response csv = client.get("/csv");
    CHECK(csv.status == 201);
    CHECK(csv.headers["content-type"] == "text/csv");
    CHECK(csv.headers["content-disposition"] == "attachment");
    CHECK(csv.body == "a,b\n1,2\n");
}

TEST_CASE("parameters, the response_context, the route's status and middleware are as for any handler") {
    app site;
    site.use([](request& asked, next rest) -> task<response> {
        response made = co_await rest(asked);
        made.headers.set("x-seen", made.stream ? "before a byte" : "whole");
        co_return made;
    });
    site.post("/echo/{n}{?times=2}", {.status = 202},
              [](int n, int times, row in, request& asked, response_context& context,
                 header<"x-mark", std::optional<std::string>> mark) -> generator<std::string> {
                  context.headers.set("x-first", "yes");
                  for (int i = 0; i < times; ++i) {
                      co_await sleep(1ms);
                      co_yield in.name + std::to_string(n) + mark->value_or("-") + std::string(asked.headers["host"]);
                  }
              });
    test_client client(site, virtual_time);
    test_response made =
        client.post("/echo/7?times=3", {.headers = {{"x-mark", "!"}}, .json = json{{"id", 1}, {"name", "a"}}});
    CHECK(made.status == 202);
    CHECK(made.body == "a7!testservera7!testservera7!testserver");
    CHECK(made.headers["x-seen"] == "before a byte");
    CHECK(made.headers["x-first"] == "yes");
    CHECK(client.post("/echo/x").status == 422);
}

TEST_CASE("an error before the first piece goes the way of all errors, on_error and middleware too") {
    app site;
    site.on_error<db_error>([](const db_error& why, request&) { return response(503, why.what()); });
    site.use([](request& asked, next rest) -> task<response> {
        response made = co_await rest(asked);
        made.headers.set("x-seen", std::to_string(made.status));
        co_return made;
    });
    site.get("/{n}", [](int n) -> generator<int> {
        co_await sleep(1s);
        if (n == 1) throw db_error("no connection");
        if (n == 2) throw http_error(404, "No such table");
        co_yield 1;
    });
    test_client client(site, virtual_time);
    CHECK(client.get("/1").status == 503);
    CHECK(client.get("/1").body == "no connection");
    CHECK(client.get("/1").headers["x-seen"] == "503");
    CHECK(client.get("/2").json()["detail"] == "No such table");
    CHECK(client.get("/3").body == "1\n");
}

TEST_CASE("an error behind the first piece cuts the connection and is in the log") {
    app site;
    site.get("/nan", []() -> generator<double> {
        co_yield 1.5;
        co_yield std::numeric_limits<double>::quiet_NaN();
    });
    site.get("/late", []() -> generator<int> {
        co_yield 1;
        co_await sleep(1s);
        throw db_error("gone");
    });
    test_client client(site, virtual_time);
    CHECK_THROWS(client.get("/nan"));
    CHECK_THROWS_WITH(client.get("/late"),
                      "coracle: the answer cannot be read: the connection was closed in the middle of the answer");
}

TEST_CASE("HEAD runs nothing of a generator") {
    app site;
    int begun = 0;
    site.get("/", [&begun]() -> generator<std::string> {
        ++begun;
        co_yield std::string("a");
    });
    site.get("/none", {.status = 204}, [&begun]() -> generator<std::string> {
        ++begun;
        co_yield std::string("a");
    });
    test_client client(site, virtual_time);
    test_response head = client.head("/");
    CHECK(head.status == 200);
    CHECK(head.headers["content-type"] == "text/plain; charset=utf-8");
    CHECK(head.body == "");
    CHECK(client.get("/none").status == 204);
    CHECK(begun == 0);
}

TEST_CASE("dependencies stay open until the last piece is sent, of either scope, and background tasks follow it") {
    app site;
    site.get("/request", [](depends<get_connection> db, background_tasks& after) -> generator<std::string> {
        after.add(tell_background());
        story += "first ";
        co_yield db->rows;
        co_await sleep(1s);
        story += "last ";
        co_yield db->rows;
    });
    site.get("/function", [](depends<get_connection, scope::function> db) -> generator<std::string> {
        story += "first ";
        co_yield db->rows;
        co_await sleep(1s);
        story += "last ";
        co_yield db->rows;
    });
    site.get("/required", {.dependencies = {require<get_connection>}}, []() -> generator<std::string> {
        story += "first ";
        co_yield std::string("rows");
        story += "last ";
    });
    test_client client(site, virtual_time);
    story.clear();
    CHECK(client.get("/request").body == "rowsrows");
    CHECK(story == "open first last  background closed");
    story.clear();
    CHECK(client.get("/function").body == "rowsrows");
    CHECK(story == "open first last closed");
    story.clear();
    CHECK(client.get("/required").body == "rows");
    CHECK(story == "open first last closed");
}

TEST_CASE("a dependency hears of what ended the pieces, before the head and behind it") {
    app site;
    site.get("/{when}", [](int when, depends<get_connection> db, background_tasks& after) -> generator<std::string> {
        after.add(tell_background());
        if (when == 0) throw db_error("early");
        co_yield db->rows;
        co_await sleep(1s);
        throw db_error("late");
    });
    test_client_options how;
    how.raise_server_exceptions = false;
    site.error_log([](const std::exception_ptr&, const request&) {});
    test_client client(site, virtual_time, how);
    story.clear();
    CHECK(client.get("/0").status == 500);
    CHECK(story == "open rolled back, early");
    story.clear();
    CHECK_THROWS(client.get("/1"));
    client.wait(1s);
    CHECK(story == "open rolled back, late");
}

TEST_CASE("the document says what the items of a stream are, in FastAPI's words") {
    app site;
    site.get("/text", []() -> generator<std::string> { co_yield std::string(); });
    site.get("/rows", []() -> generator<row> {
        row one;
        co_yield one;
    });
    site.get("/events", []() -> event_stream { co_yield sse_event("x"); });
    json all = site.openapi();
    auto content = [&](const char* path) { return all["paths"][path]["get"]["responses"]["200"]["content"]; };
    CHECK(content("/text").dump() == R"({"text/plain":{"schema":{"type":"string"}}})");
    CHECK(content("/rows").dump() == R"({"application/jsonl":{"itemSchema":{"$ref":"#/components/schemas/row"}}})");
    CHECK(content("/events").dump() ==
          R"({"text/event-stream":{"itemSchema":{"type":"object","properties":{"data":{"type":"string"},)"
          R"("event":{"type":"string"},"id":{"type":"string"},"retry":{"type":"integer","minimum":0}}}}})");
    CHECK(all["components"]["schemas"].find("row") != nullptr);
    CHECK(site.typescript().find("rows") != std::string::npos);
}
