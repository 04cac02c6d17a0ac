// A text is refused with a position inside of it, or what is written of its value reads back as the same value; and the
// straight way into a struct takes nothing that the way by json does not take with the same result.
#include <coracle/json/decode.hpp>
#include <coracle/json/parse.hpp>
#include <coracle/json/read.hpp>
#include <coracle/json/write.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace coracle;

enum class color { red, green };
struct leaf {
    std::string a;
    int b = 0;
};
struct everything {
    int i = 0;
    std::string s = "s";
    double d = 0;
    bool t = false;
    std::optional<std::string> o;
    std::vector<leaf> l{leaf{}};
    std::map<std::string, unsigned char> m{{"k", 1}};
    color c = color::red;
    std::unique_ptr<everything> n;
    json j = json::object();
    std::chrono::milliseconds w{0};
    std::variant<int, std::string> v = "x";
    std::chrono::sys_seconds p{std::chrono::seconds(1)};
};

void demand(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

void read_and_write(std::string_view text) {
    auto value = json::try_parse(text);
    if (!value) {
        const parse_error& why = value.error();
        demand(why.position <= text.size() && why.character <= why.position, "the position is inside of the text");
        demand(why.line >= 1 && why.column >= 1 && !why.message.empty(), "an error says what and where");
        return;
    }
    std::string written = value->dump();
    auto again = json::try_parse(written);
    demand(again.has_value(), "what was written is JSON");
    demand(*again == *value, "what was written reads back as the same");
    demand(again->dump() == written, "writing is stable");
    auto indented = json::try_parse(value->dump(1));
    demand(indented.has_value() && *indented == *value, "an indented text is the same value");
    json copy = *value;
    demand(copy == *value, "a copy is the same");
}

template <class T>
void decode(std::string_view text) {
    detail::json_scanner scanner(text);
    T straight{};
    bool taken = scanner.begin() && detail::json_decoder(scanner, 64).read(straight) && scanner.end();
    std::vector<validation_issue> issues;
    auto value = read_json_text<T>(text, issues, "body");
    demand(value.has_value() == issues.empty(), "there is a value, or what is wrong");
    for (const auto& issue : issues)
        demand(issue.loc.is_array() && !issue.msg.empty(), "an issue has a place and words");
    if (!taken) return;
    auto parsed = json::try_parse(text);
    demand(parsed.has_value(), "what is decoded is JSON");
    T by_value{};
    demand(read_json(*parsed, by_value, issues), "what is decoded is read");
    demand(to_json_text(by_value) == to_json_text(straight), "both ways give the same");
}

void write_raw(std::string_view bytes) {
    bool valid = utf8::is_valid(bytes);
    byte_buffer out;
    try {
        write_json(out, bytes);
        demand(valid, "only UTF-8 is written");
        auto back = json::try_parse(out.view());
        demand(back.has_value() && back->as_string() == bytes, "text comes back unchanged");
    } catch (const json_error&) {
        demand(!valid && out.empty(), "UTF-8 is written, and nothing is left of the rest");
    }
}

template <class... T>
void read_words(std::string_view text) {
    text_problem why;
    ((from_text<T>(text, why) ? void() : demand(!why.msg.empty(), "a refused word says why")), ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    read_and_write(text);
    decode<everything>(text);
    decode<std::vector<leaf>>(text);
    write_raw(text);
    read_words<int, std::uint64_t, std::int8_t, double, float, bool, std::string, color, std::chrono::nanoseconds,
               std::chrono::duration<double>, std::chrono::minutes, std::chrono::year_month_day,
               std::chrono::sys_time<std::chrono::nanoseconds>, std::chrono::sys_seconds>(text);
    return 0;
}
