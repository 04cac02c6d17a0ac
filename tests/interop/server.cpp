// The server that other people's clients and proxies talk to. It says what it understood.
#include <coracle.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct order {
    std::string name;
    int count = 0;
};

json sum_of(std::uint64_t size, std::uint64_t sum) {
    return json{{"size", static_cast<std::int64_t>(size)}, {"sum", static_cast<std::int64_t>(sum)}};
}

struct counting final : outgoing_body {
    explicit counting(int n) : left(n) {}
    task<std::optional<piece>> next() override {
        if (left == 0) co_return std::nullopt;
        --left;
        co_await sleep(1ms);
        text = "line " + std::to_string(left) + "\n";
        piece one;
        one.bytes = text;
        co_return one;
    }
    int left;
    std::string text;
};

// What a reader of metrics may stumble over.
metrics::counter asked{"interop_asked_total", "Said \"twice\",\nwith a \\", {"who"}};
metrics::histogram took{"interop_took_seconds", "Times", {"who"}, {0.001, 1, 10, 1e6, 1e21}};
metrics::gauge unlike{"interop_unlike_ratio", ""};

}  // namespace

int main(int argc, char** argv) {
    app app;
    app.get("/hello", on_loop([] { return json{{"message", "Hello, world!"}}; }));
    app.get("/whoami", [](request& req) -> task<json> {
        co_return json{{"client", std::string(req.client.address)},
                       {"port", static_cast<int>(req.client.port)},
                       {"scheme", std::string(req.scheme)},
                       {"base", req.origin() + req.base_path()}};
    });
    app.get("/items/{id}", {.name = "item"}, [](request& req, int id) -> task<json> {
        co_return json{{"id", id}, {"next", req.url_for("item", id + 1)}};
    });
    app.post("/orders", {.status = 201}, [](order in) -> task<order> { co_return in; });
    app.post("/form", [](form<order> in) -> task<order> { co_return *in; });
    app.put("/upload", [](request& req) -> task<json> {
        std::uint64_t size = 0;
        std::uint64_t sum = 0;
        while (auto piece = co_await req.body.read()) {
            size += piece->size();
            for (char c : *piece) sum += static_cast<unsigned char>(c);
        }
        co_return sum_of(size, sum);
    });
    app.get("/large/{n}",
            [](int n) -> task<std::string> { co_return std::string(static_cast<std::size_t>(n < 0 ? 0 : n), 'x'); });
    app.get("/stream/{n}", [](int n) -> task<response> {
        response reply(200);
        reply.headers.set("content-type", "text/plain");
        reply.stream = std::make_shared<counting>(n);
        co_return reply;
    });
    app.get("/nothing", on_loop([] {}));
    app.use_metrics();
    for (std::string_view who : {"a\"b", "c\\d\n", "\xff", ""}) {
        asked.with(who).inc(0.5);
        took.with(who).observe(2);
    }
    unlike.set(-1.25e-9);
    if (const char* folder = std::getenv("INTEROP_FILES")) app.files("/files", folder);
    app.get("/fails", []() -> task<int> {
        throw std::runtime_error("told to");
        co_return 1;
    });
    app.error_log([](const std::exception_ptr&, const request&) {});
    return app.run(argc, argv, {.port = 0, .proxy = {.trusted = {"127.0.0.1"}, .host = true}, .root_path = "/api"});
}
