#include <doctest/doctest.h>

#include <coracle/json/field_default.hpp>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

/// A letter per member: d has a default, r is required.
template <class T>
std::string defaults() {
    std::string all;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((all += detail::may_be_left_out<T, I>() ? 'd' : 'r'), ...);
    }(std::make_index_sequence<reflect::field_count<T>>{});
    return all;
}

enum class color { red, green };
struct address {
    std::string street;
    int zip;
};
struct settled {
    int a = 0;
    bool b = false;
};

struct item {
    std::string name;
    double price = 0;
    std::optional<std::string> note;
};
struct numbers {
    int a;
    int b = 0;
    bool c;
    bool d = false;
    double e;
    double f = 0.0;
    color g;
    color h = color::red;
    signed char i;
    unsigned long long j = 0;
    const char* k;
    const char* l = nullptr;
    long double m;
    long double n = 0;
    int o{};
    float p;
};
struct patterns {  // defaults that look like the memory they are made over
    unsigned char a = 0x55;
    unsigned char b = 0xAA;
    int c = 0x55555555;
    unsigned d = 0xAAAAAAAA;
    int e;
};
struct containers {
    std::string a;
    std::string b = "x";
    std::string c = "";
    std::vector<int> d;
    std::vector<int> e = {1};
    std::map<std::string, int> f;
    std::map<std::string, int> g{{"k", 1}};
    std::set<int> h;
    json i;
    json j = json::object();
    std::vector<address> k;
    std::vector<address> l{address{"x", 1}};
};
struct nullables {
    std::optional<int> a;
    std::optional<int> b = 1;
    std::unique_ptr<address> c;
    std::shared_ptr<int> d;
};
struct nested {
    address a;
    address b{"Main", 0};
    address c = {"", 1};
    settled d;
    settled e{.a = 1};
    address f{};  // zip has an initial value here, where a lone address has none
};
struct times {
    std::chrono::seconds a;
    std::chrono::seconds b = 0s;
    std::chrono::year_month_day c;
    std::chrono::year_month_day d{};
    std::chrono::sys_seconds e;
    std::chrono::sys_seconds f{1s};
};
struct others {
    std::array<int, 3> a;
    std::array<int, 3> b{};
    std::array<std::string, 2> c;
    std::array<std::string, 2> d{"x", ""};
    std::pair<int, std::string> e;
    std::pair<int, std::string> f{1, ""};
    std::tuple<int, bool> g;
    std::tuple<int, bool> h{0, true};
    std::variant<int, std::string> i;
    std::variant<int, std::string> j = "x";
};
struct mixed {  // what cannot be made in a constant expression, beside what must be told
    std::map<std::string, int> counts;
    int required;
    int skip = 0;
    int counted = [] {
        static int made = 0;
        return ++made;
    }();
};
struct padded {
    char a = 'x';
    double b;
    char c;
    short d = 0;
    char e;
    int f = 0;
    bool g;
};
struct tree {
    int value;
    std::vector<tree> children;
    std::unique_ptr<tree> next;
};

}  // namespace

TEST_CASE("a FastAPI user's item: the name is required, price and note are not") { CHECK(defaults<item>() == "rdd"); }

TEST_CASE("an initialised number, bool, enum or pointer is told from one that is not, zero or not") {
    CHECK(defaults<numbers>() == "rdrdrdrdrdrdrddr");
    CHECK(defaults<patterns>() == "ddddr");
    CHECK(defaults<padded>() == "drrdrdr");
}

TEST_CASE("texts and containers have a default when it is not empty") {
    CHECK(defaults<containers>() == "rdrrdrdrrdrd");
}

TEST_CASE("what can be null is never required") { CHECK(defaults<nullables>() == "dddd"); }

TEST_CASE("a nested struct has a default when it differs from what it is alone") {
    CHECK(defaults<nested>() == "rddrdd");
}

TEST_CASE("time, arrays, tuples and variants follow the same rule") {
    CHECK(defaults<times>() == "rdrdrd");
    CHECK(defaults<others>() == "rdrdrdrdrd");
}

TEST_CASE("the rule holds in every struct, and again when asked again") {
    CHECK(defaults<mixed>() == "rrdd");
    CHECK(defaults<mixed>() == "rrdd");
    CHECK(defaults<tree>() == "rrd");
    struct local {
        int a;
        int b = 0;
    };
    CHECK(defaults<local>() == "rd");
}

namespace {
struct without_equality {
    int x;
};
struct holds_some {
    std::optional<std::variant<without_equality, int>> perhaps;
    std::unique_ptr<without_equality> owned;
    int count = 3;
};
}  // namespace

TEST_CASE("an optional holds what has no equality") {
    CHECK(detail::may_be_left_out<holds_some, 0>());
    CHECK(detail::may_be_left_out<holds_some, 1>());
    CHECK(detail::may_be_left_out<holds_some, 2>());
}
