// Cost of JSON: writing structs and values, parsing to a json, and reading text into structs.
#include <coracle/json/decode.hpp>
#include <coracle/json/parse.hpp>
#include <coracle/json/write.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace coracle;

struct small {
    int id = 42;
    std::string name = "a small item";
    double price = 19.99;
    bool active = true;
};
struct address {
    std::string street = "Main Street 1";
    int zip = 12345;
};
struct eight {
    int id = 1;
    std::string name = "eight members";
    double price = 3.5;
    std::optional<std::string> note = "note";
    std::vector<int> tags = {1, 2, 3};
    bool active = true;
    address home{"Main Street 1", 12345};
    std::uint64_t count = 123456789;
};

/// Best of 15 rounds of about 2 ms: the machine is shared.
template <class F>
double nanoseconds_per_call(F&& call) {
    using clock = std::chrono::steady_clock;
    using nanoseconds = std::chrono::duration<double, std::nano>;
    auto run = [&](long calls) {
        auto start = clock::now();
        for (long i = 0; i < calls; ++i) call();
        return nanoseconds(clock::now() - start).count() / static_cast<double>(calls);
    };
    long calls = std::max(1L, static_cast<long>(2e6 / std::max(1.0, run(1))));
    double best = 1e18;
    for (int round = 0; round < 15; ++round) best = std::min(best, run(calls));
    return best;
}
void report(const char* name, double nanoseconds, std::size_t bytes) {
    std::printf("%-28s %10.1f ns/op %8.0f MB/s\n", name, nanoseconds, static_cast<double>(bytes) * 1e3 / nanoseconds);
}

template <class T>
void write(const char* name, const T& value) {
    byte_buffer out;
    double cost = nanoseconds_per_call([&] {
        out.clear();
        write_json(out, value);
        asm volatile("" : : "r"(out.data()) : "memory");
    });
    report(name, cost, out.size());
}
void parse(const char* name, std::string_view text) {
    double cost = nanoseconds_per_call([&] {
        auto value = json::try_parse(text);
        asm volatile("" : : "r"(&value) : "memory");
    });
    report(name, cost, text.size());
}
template <class T>
void read(const char* name, std::string_view text) {
    std::vector<validation_issue> issues;
    double cost = nanoseconds_per_call([&] {
        auto value = read_json_text<T>(text, issues);
        asm volatile("" : : "r"(&value) : "memory");
    });
    report(name, cost, text.size());
}

}  // namespace

int main() {
    json message{{"message", "Hello, world!"}};
    std::vector<eight> thousand(1000);
    std::string plain(10'000, 'x');
    std::string mixed;
    while (mixed.size() < 10'000) mixed += "a line with \"quotes\" and \xC3\xA9\xE2\x82\xAC\n";

    write("write json message", message);
    write("write struct of 4", small{});
    write("write struct of 8", eight{});
    write("write json of 8", json(eight{}));
    write("write 1000 structs", thousand);
    write("write plain string", plain);
    write("write mixed string", mixed);
    parse("parse message", message.dump());
    parse("parse struct of 4", to_json_text(small{}));
    parse("parse struct of 8", to_json_text(eight{}));
    parse("parse 1000 structs", to_json_text(thousand));
    parse("parse plain string", to_json_text(plain));
    parse("parse mixed string", to_json_text(mixed));
    read<small>("read struct of 4", to_json_text(small{}));
    read<eight>("read struct of 8", to_json_text(eight{}));
    read<std::vector<eight>>("read 1000 structs", to_json_text(thousand));
    read<small>("read struct of 4, lax", R"({"id":"42","name":"a small item","price":"19.99","active":"yes"})");
}
