#include <coracle/testing/test_client.hpp>
#include <coracle/testing/test_upload.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("the app reads each piece before the next one is written") {
    app app;
    std::vector<std::string> seen;
    app.post("/files", [&](request& req) -> task<std::size_t> {
        while (auto piece = co_await req.body.read()) seen.emplace_back(*piece);
        co_return seen.size();
    });
    test_client client{app, virtual_time};
    auto upload = client.upload("POST", "/files", {.headers = {{"x-id", 1}}});
    CHECK(seen.empty());
    upload.write("a");
    CHECK(seen.back() == "a");
    client.wait(5s);  // the server's patience for a body is longer
    upload.write("bc").write("def");
    CHECK(seen.back() == "def");
    CHECK(!upload.answered());
    test_response reply = upload.finish();
    CHECK(reply.text() == "3");
    CHECK(reply.elapsed == 5s);
    CHECK_THROWS_AS(upload.write("x"), std::logic_error);
    CHECK_THROWS_AS(upload.finish(), std::logic_error);
}

TEST_CASE("an app that refuses early has answered before the body is there") {
    app app;
    app.post("/files", [](request&) -> task<> {
        throw http_error(403, "No files today");
        co_return;
    });
    app.get("/", on_loop([] { return 1; }));
    test_client client{app};
    auto upload = client.upload("POST", "/files");
    CHECK(upload.answered());
    upload.write("for nobody");
    CHECK(upload.finish().status == 403);
    CHECK(client.get("/").status == 200);
}

TEST_CASE("an upload that is given up ends in the middle for the app") {
    app app;
    std::string said;
    app.post("/files", [&](request& req) -> task<> {
        try {
            while (co_await req.body.read()) {
            }
        } catch (const http_error& why) {
            said = why.what();
            throw;
        }
    });
    test_client client{app};
    {
        auto upload = client.upload("POST", "/files");
        upload.write("abc");
    }
    client.close();
    CHECK(said == "400 Bad Request: The connection ended before the request did");
}
