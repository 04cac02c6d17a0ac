#include <coracle/app/request_record.hpp>

#include <coracle/app/mounted_app.hpp>

#include <app/stage.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace coracle;

TEST_CASE("a client is written as an address with its port, or as what it is") {
    request asked;
    request_record one{asked};
    auto client = [&](peer who) {
        asked.client = who;
        std::string out;
        one.append_client(out);
        return out;
    };
    CHECK(client({"127.0.0.1", 60084}) == "127.0.0.1:60084");
    CHECK(client({"::1", 1}) == "[::1]:1");
    CHECK(client({"unix:", 0}) == "unix:");
    CHECK(client({"203.0.113.7", 0}) == "203.0.113.7");
    CHECK(client({"testclient", 50000}) == "testclient:50000");
    CHECK(client({"a\nb", 1}) == "a\\x0ab:1");
}

TEST_CASE("a request is named by its id, else by its trace if the app traces") {
    request asked;
    request_record one{asked};
    CHECK(one.tag() == "");
    asked.fields.push_back({"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"});
    CHECK(one.tag() == "");  // nobody has looked
    CHECK(asked.trace().valid());
    CHECK(one.tag() == "4bf92f3577b34da6a3ce929d0e0e4736");
    asked.id = "7f3a";
    CHECK(one.tag() == "7f3a");
}

TEST_CASE("a route is told as it was written, below what it is mounted at, whatever the path was") {
    app inner;
    std::string seen;
    auto look = [&](request& req, next next) -> task<response> {
        response reply = co_await next(req);
        request_record one{req};
        seen = one.route();
        co_return reply;
    };
    inner.get("/users/{id}", on_loop([](int) { return std::string("u"); }));
    app middle;
    middle.mount("/inner", std::move(inner));
    app app;
    app.use(look);
    app.get("/items/{id}", on_loop([](int) { return std::string("i"); }));
    app.mount("/tenants/{name}", std::move(middle));
    stage on(app);
    (void)on.get("/items/7");
    CHECK(seen == "/items/{id}");
    (void)on.get("/tenants/ann/inner/users/9");
    CHECK(seen == "/tenants/{name}/inner/users/{id}");
    (void)on.get("/tenants/ann/inner/nowhere");
    CHECK(seen == "/tenants/{name}/inner/{path:path}");
    (void)on.get("/tenants/ann/nowhere");
    CHECK(seen == "/tenants/{name}/{path:path}");
    (void)on.get("/nowhere/4711");
    CHECK(seen == "");
}
