// Cost of a lookup with 1, 10 and 500 routes: the first, the last, and a path that no route takes.
#include <coracle/route/router.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace coracle;

double nanoseconds_per_lookup(const route::router& routes, std::string_view path) {
    route::match found;
    double best = 1e9;
    std::uint64_t seen = 0;
    for (int round = 0; round < 400; ++round) {
        constexpr int lookups = 5000;
        auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < lookups; ++i) {
            asm volatile("" : : "r"(path.data()) : "memory");
            routes.lookup(http::method::get, {}, path, found);
            seen += found.route;
        }
        std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        if (took.count() / lookups < best) best = took.count() / lookups;
    }
    asm volatile("" : : "r"(seen));
    return best;
}

void measure(int size, std::string_view form, std::string_view tail) {
    route::router routes;
    for (int i = 0; i < size; ++i) {
        std::string text = "/api/v1/resource" + std::to_string(i) + std::string(tail);
        routes.add({"GET"}, route::pattern(text));
    }
    routes.freeze();
    std::string end = tail.empty() ? "" : "/12345";
    auto report = [&](const char* which, const std::string& path) {
        std::printf("route_%.*s_%d_%s  %.1f\n", static_cast<int>(form.size()), form.data(), size, which,
                    nanoseconds_per_lookup(routes, path));
    };
    report("first", "/api/v1/resource0" + end);
    report("last", "/api/v1/resource" + std::to_string(size - 1) + end);
    report("miss", "/api/v1/resource" + std::to_string(size) + end);
}

}  // namespace

int main() {
    for (int size : {1, 10, 500}) measure(size, "static", "");
    for (int size : {1, 10, 500}) measure(size, "parameter", "/{id}");
}
