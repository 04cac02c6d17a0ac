#include <doctest/doctest.h>

#include <coracle/json/decode.hpp>
#include <coracle/json/write.hpp>

#include <array>
#include <chrono>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

enum class color { red, green };
struct address {
    std::string street;
    int zip = 0;
};
struct everything {
    int id = 0;
    std::string name;
    double price = 0;
    bool active = false;
    std::optional<std::string> note;
    std::vector<address> homes;
    std::vector<bool> flags;
    std::map<std::string, unsigned char> levels;
    color shade = color::red;
    std::unique_ptr<everything> next;
    json extra = json::object();
    std::chrono::milliseconds wait{0};
    std::variant<int, std::string> either = 0;
    std::array<int, 2> both{0, 0};
    std::set<int> numbers{0};
    std::deque<float> parts{0};
    char letter = 'x';
    address home{"Main", 1};
};
struct no_members {};

/// The decoder alone: whether it dares.
template <class T>
bool decodes(std::string_view text, T& out) {
    auto exact = std::make_unique<char[]>(text.size());
    if (!text.empty()) std::memcpy(exact.get(), text.data(), text.size());
    detail::json_scanner scanner({exact.get(), text.size()});
    return scanner.begin() && detail::json_decoder(scanner, 64).read(out) && scanner.end();
}
template <class T>
bool decodes(std::string_view text) {
    T out{};
    return decodes(text, out);
}
/// By way of a json.
template <class T>
std::string by_value(std::string_view text) {
    auto value = json::try_parse(text);
    if (!value) return "refused";
    T out{};
    std::vector<validation_issue> issues;
    return read_json(*value, out, issues) ? to_json_text(out) : "refused";
}
template <class T>
std::string whole(std::string_view text) {
    std::vector<validation_issue> issues;
    auto out = read_json_text<T>(text, issues);
    CHECK(out.has_value() == issues.empty());
    return out ? to_json_text(*out) : "refused";
}

constexpr std::string_view full =
    R"({"id":7,"name":"a \"name\" \u00e9","price":1.5,"active":true,"note":null,"homes":[{"street":"s","zip":1},{"street":"t"}],)"
    R"("flags":[true,false],"levels":{"a":1,"b":255},"shade":"green","next":{"name":"n","homes":[],"flags":[],"levels":{},"either":1},)"
    R"("extra":{"k":[1]},"wait":"PT1.5S","either":"x","both":[1,2],"numbers":[3,1],"parts":[0.5],"letter":"y",)"
    R"("home":{"street":"here"},"unknown":[{"deep":["er"]}]})";

}  // namespace

TEST_CASE("a right text is decoded straight, members in any order, unknown ones passed over") {
    everything out;
    REQUIRE(decodes(full, out));
    CHECK(out.id == 7);
    CHECK(out.name == "a \"name\" \xC3\xA9");
    CHECK(out.homes[1].street == "t");
    CHECK(out.flags == std::vector<bool>{true, false});
    CHECK(out.levels["b"] == 255);
    CHECK(out.shade == color::green);
    CHECK(out.next->name == "n");
    CHECK(out.extra["k"][0].as_int() == 1);
    CHECK(out.wait == 1500ms);
    CHECK(std::get<1>(out.either) == "x");
    CHECK(out.both[1] == 2);
    CHECK(out.numbers == std::set<int>{1, 3});
    CHECK(out.home.zip == 0);  // a nested struct that comes replaces the default as a whole
    CHECK(whole<everything>(full) == by_value<everything>(full));
    address swapped;
    CHECK(decodes(R"( { "zip" : 5 , "street" : "x" } )", swapped));
    CHECK(swapped.zip == 5);
    CHECK(decodes<no_members>("{}"));
    CHECK(decodes<no_members>(R"({"a":1})"));
}

TEST_CASE("whatever needs a second look is left to the other way, which may still take it") {
    for (std::string_view text :
         {R"({"street":"x","zip":"5"})", R"({"street":"x","zip":5.0})", R"({"street":"x","zip":true})",
          R"({"street":"x","zip":1,"zip":2})", R"({"str\u0065et":"x"})", R"({"street":1,"street":"x"})"}) {
        CHECK(!decodes<address>(text));
        CHECK(whole<address>(text) != "refused");
        CHECK(whole<address>(text) == by_value<address>(text));
    }
    for (std::string_view text :
         {R"({"zip":1})", R"({"street":null})", "[]", "null", "", "{", R"({"street":"x"}x)",
          R"({"street":"x","zip":99999999999})", R"({"street":"x",})", R"({"street" "x"})",
          R"({"street":"x","u":[1,}})", "\xEF\xBB\xBF{\"street\":\"x\"}", R"({"street":"\ud800"})"}) {
        CHECK(!decodes<address>(text));
        CHECK(whole<address>(text) == "refused");
        CHECK(by_value<address>(text) == "refused");
    }
}

TEST_CASE("what is wrong is told as FastAPI tells it") {
    std::vector<validation_issue> issues;
    CHECK(!read_json_text<address>(R"({"zip":"x"})", issues, "body"));
    REQUIRE(issues.size() == 2);
    CHECK(issues[0].type == "missing");
    CHECK(issues[0].loc.dump() == R"(["body","street"])");
    CHECK(issues[0].input.dump() == R"({"zip":"x"})");
    CHECK(issues[1].type == "int_parsing");
    issues.clear();
    CHECK(!read_json_text<address>("{\"a\": \xC3\xA9}", issues, "body"));
    REQUIRE(issues.size() == 1);
    CHECK(issues[0].type == "json_invalid");
    CHECK(issues[0].loc.dump() == R"(["body",6])");
    CHECK(issues[0].msg == "JSON decode error");
    CHECK(issues[0].input.dump() == "{}");
    CHECK(issues[0].ctx.dump() == R"({"error":"Expecting value"})");
    issues.clear();
    CHECK(!read_json_text<json>("{a:1}", issues, "body"));
    CHECK(issues[0].ctx["error"].as_string() == "Expecting property name enclosed in double quotes");
    CHECK(issues[0].loc.dump() == R"(["body",1])");
}

TEST_CASE("json itself, and every top-level type, can be asked for") {
    CHECK(whole<json>("[1,{\"a\":2}]") == "[1,{\"a\":2}]");
    CHECK(whole<int>(" 5 ") == "5");
    CHECK(whole<std::vector<int>>("[1,\"2\"]") == "[1,2]");
    CHECK(whole<std::string>("\"\\n\"") == "\"\\n\"");
    CHECK(whole<std::optional<address>>("null") == "null");
    CHECK(whole<std::tuple<int, bool>>("[1,true]") == "[1,true]");
    CHECK(whole<std::map<std::string, int>>(R"({"b":1,"a":2,"b":3})") == R"({"a":2,"b":3})");
}

TEST_CASE("D12: depth is counted in known and in unknown members alike") {
    struct deep {
        std::vector<std::vector<std::vector<int>>> lists;
    };
    CHECK(whole<deep>(R"({"lists":[[[1]]]})") != "refused");
    std::vector<validation_issue> issues;
    CHECK(read_json_text<deep>(R"({"lists":[[[1]]]})", issues, {}, {.max_depth = 4}));
    CHECK(!read_json_text<deep>(R"({"lists":[[[1]]]})", issues, {}, {.max_depth = 3}));
    CHECK(!read_json_text<address>(R"({"street":"x","u":[[[]]]})", issues, {}, {.max_depth = 3}));
    CHECK(read_json_text<address>(R"({"street":"x","u":[[]]})", issues, {}, {.max_depth = 3}));
    for (std::string opened : {std::string(100'000, '['), "{\"street\":\"x\",\"u\":" + std::string(100'000, '[')}) {
        auto start = std::chrono::steady_clock::now();
        CHECK(!read_json_text<address>(opened, issues));
        CHECK(std::chrono::steady_clock::now() - start < 50ms);
    }
    std::string chain;
    for (int i = 0; i < 100'000; ++i) chain += "{\"next\":";
    CHECK(!read_json_text<everything>(chain, issues));
}

TEST_CASE("both ways agree about every small change of a text") {
    std::mt19937_64 random(5);
    const std::string_view pieces[] = {
        "\"", "\\", "{",     "}", "[",           "]",        ",",           ":",        "null", "true",    "1",  "-",
        ".5", "e9", "\"5\"", " ", "99999999999", "\"zip\":", "\"street\":", "\xC3\xA9", "\xFF", "\\u0041", "{}", "[]"};
    int taken = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text(full);
        for (auto n = random() % 2 + 1; n; --n) {
            auto at = random() % text.size();
            switch (random() % 3) {
                case 0:
                    text.erase(at, random() % 8 + 1);
                    break;
                case 1:
                    text.insert(at, pieces[random() % std::size(pieces)]);
                    break;
                default:
                    text[at] = static_cast<char>(random() % 96 + 32);
                    break;
            }
        }
        everything out;
        if (!decodes(text, out)) continue;
        ++taken;
        if (to_json_text(out) != by_value<everything>(text)) FAIL(text);
    }
    CHECK(taken > 500);
}
