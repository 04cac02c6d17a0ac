// What reading and writing HTTP/1.1 costs: `name  ns/op` a line, the best of several rounds.
#include <coracle/base/byte_buffer.hpp>
#include <coracle/http/body_decoder.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/head_cache.hpp>
#include <coracle/http/query.hpp>
#include <coracle/http/request_parser.hpp>
#include <coracle/http/response_writer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

namespace http = coracle::http;

template <class T>
void keep(const T& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

/// Nanoseconds for one call of f, in the best of ten rounds of about 20 ms.
template <class F>
double nanoseconds(F&& f) {
    using clock = std::chrono::steady_clock;
    auto timed = [&](long count) {
        auto start = clock::now();
        for (long i = 0; i < count; ++i) f();
        return std::chrono::duration<double, std::nano>(clock::now() - start).count();
    };
    long count = 1;
    while (timed(count) < 20e6) count *= 2;
    double best = timed(count);
    for (int round = 0; round < 9; ++round) best = std::min(best, timed(count));
    return best / static_cast<double>(count);
}
void report(const char* name, double ns) { std::printf("%-32s %10.1f ns/op\n", name, ns); }
void demand(bool condition) {
    if (!condition) std::abort();
}

constexpr std::string_view plaintext = "GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
constexpr std::string_view browser =
    "GET /items/42?skip=0&limit=10 HTTP/1.1\r\n"
    "Host: www.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Connection: keep-alive\r\n"
    "Referer: https://www.example.com/items\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "Cache-Control: max-age=0\r\n"
    "\r\n";

void heads() {
    http::request_parser parser;
    http::request_head head;
    auto one = [&](std::string_view bytes) {
        parser.reset();
        demand(parser.parse(bytes, head) == http::parse_state::complete);
        keep(head);
    };
    report("head_plaintext", nanoseconds([&] { one(plaintext); }));
    report("head_browser", nanoseconds([&] { one(browser); }));

    std::string batch;
    for (int i = 0; i < 16; ++i) batch += plaintext;
    report("head_plaintext_pipelined_16", nanoseconds([&] {
                                              std::string_view rest = batch;
                                              while (!rest.empty()) {
                                                  one(rest);
                                                  rest.remove_prefix(parser.consumed());
                                              }
                                          }) / 16);
    report("head_browser_bytewise", nanoseconds([&] {
               parser.reset();
               for (std::size_t size = 1; size < browser.size(); ++size)
                   (void)parser.parse(browser.substr(0, size), head);
               demand(parser.parse(browser, head) == http::parse_state::complete);
           }));
    one(browser);
    report("field_lookup_last_of_10", nanoseconds([&] { keep(head.fields["cache-control"]); }));
    report("field_lookup_missing", nanoseconds([&] { keep(head.fields["x-request-id"]); }));
    report("query_two_pairs", nanoseconds([&] {
               for (http::query_reader pairs(head.target.query); pairs.next();) keep(pairs.value());
           }));
}

void bodies() {
    auto run = [](const char* name, std::size_t chunk) {
        std::string bytes;
        std::string data(chunk, 'x');
        char size[32];
        std::snprintf(size, sizeof size, "%zx\r\n", chunk);
        std::size_t total = 0;
        for (; total < 1024 * 1024; total += chunk) ((bytes += size) += data) += "\r\n";
        bytes += "0\r\n\r\n";
        double ns = nanoseconds([&] {
            http::body_decoder decoder;
            demand(!decoder.start({http::body_length::kind::chunked, 0}).has_value());
            std::string_view rest = bytes;
            while (!decoder.complete()) rest.remove_prefix(decoder.decode(rest).consumed);
        });
        std::printf("%-32s %10.1f ns/op %10.0f MB/s\n", name, ns, static_cast<double>(total) / ns * 1000);
    };
    run("body_1MiB_chunks_of_16", 16);
    run("body_1MiB_chunks_of_1024", 1024);
    run("body_1MiB_chunks_of_16384", 16384);
}

void answers() {
    coracle::byte_buffer out;
    http::head_cache cache;
    http::response_writer writer(out, cache);
    cache.tick(784111777);
    constexpr std::string_view body = "Hello, World!";
    report("answer_plaintext", nanoseconds([&] {
               out.clear();
               cache.tick(784111777);
               writer.write({200, "text/plain"}, {}, body);
               keep(out);
           }));
    report("answer_json_measured", nanoseconds([&] {
               out.clear();
               writer.begin({200, "application/json"}, {}, 2);
               out.append(R"({"message":"Hello, World!"})");
               writer.finish();
           }));
    report("answer_json_wrong_guess", nanoseconds([&] {
               out.clear();
               writer.begin({200, "application/json"}, {}, 3);
               out.append(R"({"message":"Hello, World!"})");
               writer.finish();
           }));
    http::field_list fields;
    fields.set("location", "/items/42");
    fields.set("set-cookie", "session=0123456789abcdef; httponly");
    report("answer_with_two_fields", nanoseconds([&] {
               out.clear();
               writer.write({201, "application/json", &fields}, {}, body);
           }));
    report("field_list_of_two", nanoseconds([&] {
               http::field_list list;
               list.set("location", "/items/42");
               list.set("set-cookie", "session=0123456789abcdef; httponly");
               keep(list);
           }));
    std::int64_t now = 784111777;
    report("tick_to_the_next_second", nanoseconds([&] { cache.tick(++now); }));
}

}  // namespace

int main() {
    heads();
    bodies();
    answers();
}
