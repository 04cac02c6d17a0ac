// T40: loads a server, and says how long its clients wait. With a rate, the time of a request runs from when it was
// due, so that a server that stands still is seen by all who would have come meanwhile.
//     bench_load http://127.0.0.1:8000/ --rate 5000 --connections 64 --seconds 10
//     bench_load http://127.0.0.1:8000/             as fast as the answers come
#include "load_generator.hpp"

#include <coracle.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace coracle;

namespace {

constexpr const char* usage =
    "usage: bench_load http://HOST[:PORT]/PATH [OPTION VALUE]...\n"
    "  --rate N         requests a second; without: each connection asks as soon as it is answered\n"
    "  --connections N  64; as many requests are under way at most\n"
    "  --seconds N      10\n"
    "  --timeout N      5; seconds for one answer\n"
    "  --method NAME    GET, or POST with a body\n"
    "  --header LINE    `name: value`, again for more\n"
    "  --body TEXT\n";

struct asked_for {
    bench::load_plan plan;
    std::string url;
    std::string host;
    std::uint16_t port = 80;
};

double number(std::string_view option, const char* text) {
    char* end = nullptr;
    double value = std::strtod(text, &end);
    if (end == text || *end != '\0' || !(value > 0) || value > 1e9)
        throw std::invalid_argument(std::string(option) + " needs a number above 0, not '" + text + "'");
    return value;
}
std::chrono::nanoseconds seconds(std::string_view option, const char* text) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(number(option, text) * 1e9));
}

asked_for read(int argc, char** argv) {
    asked_for out;
    std::string method, fields, body;
    for (int i = 1; i < argc; ++i) {
        std::string_view word = argv[i];
        if (!word.starts_with("--")) {
            out.url = word;
            continue;
        }
        if (i + 1 == argc) throw std::invalid_argument(std::string(word) + " needs a value");
        const char* value = argv[++i];
        if (word == "--rate")
            out.plan.rate = number(word, value);
        else if (word == "--connections")
            out.plan.connections = static_cast<std::size_t>(std::max(1.0, number(word, value)));
        else if (word == "--seconds")
            out.plan.duration = seconds(word, value);
        else if (word == "--timeout")
            out.plan.patience = seconds(word, value);
        else if (word == "--method")
            method = value;
        else if (word == "--header")
            fields.append(value).append("\r\n");
        else if (word == "--body")
            body = value;
        else
            throw std::invalid_argument("there is no option " + std::string(word));
    }
    http::url to = http::url::parse(out.url);
    if (to.scheme != "http" || to.authority.empty())
        throw std::invalid_argument("a URL is needed, as http://127.0.0.1:8000/");
    std::string_view authority = to.authority;
    std::size_t colon = authority.rfind(':');
    bool has_port = colon != authority.npos && authority.find(']', colon) == authority.npos;
    if (has_port) {
        auto port = ascii::parse_decimal<std::uint16_t>(authority.substr(colon + 1));
        if (!port) throw std::invalid_argument("the port of the URL is no number");
        out.port = *port;
    }
    out.host = authority.substr(0, has_port ? colon : authority.size());
    if (out.host.starts_with('[') && out.host.ends_with(']')) out.host = out.host.substr(1, out.host.size() - 2);
    if (method.empty()) method = body.empty() ? "GET" : "POST";
    out.plan.head_only = method == "HEAD";
    std::string& text = out.plan.request;
    text = method + ' ' + (to.path.empty() ? "/" : to.path) + (to.query ? '?' + *to.query : "") + " HTTP/1.1\r\nhost: ";
    text += to.authority + "\r\n" + fields;
    if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
        text += "content-length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n" + body;
    return out;
}

task<bench::load_result> load(const asked_for& asked) {
    // Of the addresses of the name, the one that answers.
    net::dialer<> first;
    auto found = co_await first.connect(net::this_resolver(), asked.host, asked.port);
    if (!found) throw std::runtime_error(found.error().message);
    net::address where = found->peer();
    found->close();
    auto dial = [&where] { return net::connect(where); };
    bench::load_generator<net::socket_stream> generator(asked.plan, dial);
    bench::load_result got = co_await generator.run();
    co_return got;
}

void print(const char* what, const bench::latency_histogram& of) {
    auto ms = [](std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e6; };
    std::printf("%-12s p50 %.3f  p90 %.3f  p99 %.3f  p99.9 %.3f  max %.3f ms\n", what, ms(of.percentile(50)),
                ms(of.percentile(90)), ms(of.percentile(99)), ms(of.percentile(99.9)), ms(of.max()));
}

void print(const asked_for& asked, const bench::load_result& got) {
    auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
    std::printf("%s, %zu connections, ", asked.url.c_str(), asked.plan.connections);
    if (asked.plan.rate > 0)
        std::printf("open loop at %.0f requests/s\n", asked.plan.rate);
    else
        std::printf("closed loop\n");
    std::printf("%-12s %.1f (%llu answers in %.2f s, %.1f MB/s)\n", "requests/s", got.per_second(),
                number(got.answered), std::chrono::duration<double>(got.took).count(),
                static_cast<double>(got.bytes) / 1e6 / std::chrono::duration<double>(got.took).count());
    print("latency", got.latency);
    if (asked.plan.rate > 0) print("from sending", got.exchange);
    std::printf("%-12s %llu: status 400 and above %llu, not connected %llu, broken %llu, late %llu, not sent %llu\n",
                "errors", number(got.errors()), number(got.refused), number(got.unconnected), number(got.broken),
                number(got.late), number(got.unsent));
}

}  // namespace

int main(int argc, char** argv) {
    asked_for asked;
    try {
        asked = read(argc, argv);
    } catch (const std::exception& why) {
        std::fprintf(stderr, "bench_load: %s\n%s", why.what(), usage);
        return 2;
    }
    os::raise_file_limit();
    try {
        bench::load_result got = run(load(asked));
        print(asked, got);
        return got.errors() == 0 ? 0 : 1;
    } catch (const std::exception& why) {
        std::fprintf(stderr, "bench_load: %s\n", why.what());
        return 1;
    }
}
