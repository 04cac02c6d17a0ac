// What:  an app behind nginx or haproxy that still knows its clients, and under which address they see it.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 28_behind_a_proxy.cpp -o behind -pthread && ./behind
// Try:   nginx -p . -c 28_behind_a_proxy/nginx.conf   and   curl -i http://127.0.0.1:8080/api/whoami
// Next:  30_tcp_echo.cpp is a server without HTTP; 28_behind_a_proxy/haproxy.cfg is the same with haproxy.
#include <coracle.hpp>
using namespace coracle;

int main(int argc, char** argv) {
    app app;
    app.get("/whoami", [](request& req) -> task<json> {
        co_return json{{"client", std::string(req.client.address)}, {"scheme", std::string(req.scheme)}};
    });
    app.get("/items/{id}", {.name = "item"}, [](request& req, int id) -> task<json> {
        co_return json{{"id", id}, {"next", req.url_for("item", id + 1)}};
    });
    app.post("/upload", [](request& req) -> task<json> {
        std::int64_t size = 0;
        while (auto piece = co_await req.body.read()) size += static_cast<std::int64_t>(piece->size());
        co_return json{{"size", size}};
    });
    // Whom it believes, and what: nginx and haproxy, on this machine, set X-Forwarded-Host, too.
    return app.run(argc, argv, {.proxy = {.trusted = {"127.0.0.1"}, .host = true}, .root_path = "/api"});
}
