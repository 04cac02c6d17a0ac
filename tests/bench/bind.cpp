// Cost of binding parameters, and of answering through an endpoint from bytes to bytes; without a socket.
#include <coracle/app/app.hpp>
#include <coracle/http/exchange.hpp>
#include <coracle/http/head_cache.hpp>
#include <coracle/http/request_parser.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace coracle;

struct item {
    std::string name{};
    double price = 0;
    int stock = 0;
};

class whole_body final : public body_source {
public:
    explicit whole_body(std::string_view bytes) : bytes_(bytes) {}
    std::optional<piece> poll() override { return piece{bytes_, true}; }
    task<> wait() override { co_return; }

private:
    std::string_view bytes_;
};

template <class F>
double nanoseconds(F&& once) {
    double best = 1e9;
    for (int round = 0; round < 200; ++round) {
        constexpr int calls = 2000;
        auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < calls; ++i) once();
        std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        if (took.count() / calls < best) best = took.count() / calls;
    }
    return best;
}

void read(request& into, http::request_parser& parser, std::string_view bytes) {
    parser.reset();
    into.reset();
    if (parser.parse(bytes, into) != http::parse_state::complete) std::puts("the request does not parse");
}

/// From the bytes of a request to the bytes of its answer.
void measure(app& served, const char* name, std::string head, std::string_view body = {}) {
    head += " HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    if (!body.empty()) head += "content-length: " + std::to_string(body.size()) + "\r\n";
    head += "\r\n";
    request asked;
    http::request_parser parser;
    http::head_cache heads;
    byte_buffer out;
    double cost = nanoseconds([&] {
        out.clear();
        read(asked, parser, head);
        whole_body source(body);
        asked.body.open(body.empty() ? nullptr : &source);
        http::exchange turn;
        turn.head_read(asked);
        reply answer(out, heads, turn, http::default_limits);
        const app_route* found = served.find(asked, answer);
        if (found->runs_now()) {
            served.call_now(*found, asked, answer);
        } else {
            task<> handling = served.call(*found, asked, answer);
            handling.start();
        }
        if (answer.status() != 200) std::printf("%s answers %d\n", name, answer.status());
    });
    std::printf("%s  %.1f\n", name, cost);
}

void measure_parse() {
    request asked;
    http::request_parser parser;
    std::string head = "GET /plain HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\r\n";
    std::printf("parse_alone  %.1f\n", nanoseconds([&] { read(asked, parser, head); }));
}

/// Binding alone: no route, no answer.
template <class... P>
void measure_arguments(const char* name, std::string_view text, std::string target) {
    route::pattern pattern(text);
    route::router routes;
    routes.add({"GET"}, pattern);
    routes.freeze();
    std::string head = "GET " + target + " HTTP/1.1\r\nhost: x\r\n\r\n";
    request asked;
    http::request_parser parser;
    read(asked, parser, head);
    routes.lookup(asked.method, {}, asked.target.path, asked.matched);
    const http::target there = asked.target;
    const std::size_t captures = asked.matched.capture_count;
    std::uint64_t sum = 0;
    double cost = nanoseconds([&] {
        asked.reset();  // so that the query is read anew
        asked.target = there;
        asked.matched.capture_count = captures;
        binding with(asked, pattern);
        arguments<P...> filled;
        filled.read(with);
        auto add = [](P... values) { return (static_cast<std::uint64_t>(values) + ... + 0U); };
        sum += filled.call(add);
    });
    asm volatile("" : : "r"(sum));
    std::printf("%s  %.1f\n", name, cost);
}

}  // namespace

int main() {
    app served;
    served.get("/plain", on_loop([] { return "Hello, world!"; }));
    served.get("/json", on_loop([] { return json{{"message", "Hello, world!"}}; }));
    served.get("/loop/{id}", on_loop([](int id) { return id; }));
    served.get("/coroutine/{id}", [](int id) -> task<int> { co_return id; });
    served.get("/three{?a,b,c=3}", on_loop([](int a, int b, int c) { return a + b + c; }));
    served.post("/items", [](item in) -> task<item> { co_return in; });
    served.freeze();
    measure_parse();
    measure_arguments<int>("bind_int", "/items/{id}", "/items/12345");
    measure_arguments<int, int, int>("bind_three_query", "/items{?a,b,c=3}", "/items?a=1&b=2");
    measure(served, "answer_text_on_loop", "GET /plain");
    measure(served, "answer_json_on_loop", "GET /json");
    measure(served, "answer_int_on_loop", "GET /loop/12345");
    measure(served, "answer_int_coroutine", "GET /coroutine/12345");
    measure(served, "answer_three_query", "GET /three?a=1&b=2");
    measure(served, "answer_body_three_fields", "POST /items", R"({"name":"tea","price":2.5,"stock":17})");
}
