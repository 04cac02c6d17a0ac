#include <doctest/doctest.h>

#include <coracle/json/reflect.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace coracle;

namespace {

template <class T>
std::string names() {
    std::string all;
    for (auto name : reflect::field_names<T>) {
        if (!all.empty()) all += ' ';
        all += name;
    }
    return std::to_string(reflect::field_count<T>) + ": " + all;
}

struct address {
    std::string street;
    int zip = 0;
};
struct item {
    int id = 0;
    std::string name;
    double price = 1.5;
    std::optional<int> stock;
    std::vector<std::string> tags = {"a", "b"};
    address home;
    std::optional<address> work;
    std::map<std::string, int> counts{{"k", 1}};
    std::unique_ptr<int> pointer;
    bool active{true};
};
struct empty {};
struct only_vector {
    std::vector<int> values;
};
struct only_struct {
    item inner;
};
struct only_function {
    std::function<void(int)> call;
};
struct tree {
    int value = 0;
    std::vector<tree> children;
    std::unique_ptr<tree> other;
};
struct no_default {
    explicit no_default(int) {}
};
struct odd_members {
    no_default first;
    const int fixed = 1;
    std::mutex lock;
    std::atomic<int> count{0};
    std::array<int, 3> three;
    std::chrono::milliseconds wait{5};
    std::variant<int, std::string> either;
    const char* text = nullptr;
    std::string_view view;
};
union word {
    int a;
    float b;
};
struct holds_union {
    word w;
    [[no_unique_address]] empty e;
    struct {
        int z;
    } unnamed;
};
struct odd_names {
    int class_, _x, x9, operator_, v, value, pointer, größe;
};
template <class T, int N>
struct page {
    std::vector<T> items;
    std::array<T, N> first;
};
template <std::size_t N>
struct label {
    char text[N];
    constexpr label(const char (&from)[N]) {
        for (std::size_t i = 0; i < N; ++i) text[i] = from[i];
    }
};
template <label L>
struct labelled {
    int inside;
};
struct holds_labels {
    labelled<"a.b::c)"> first;
    labelled<"x]; }"> second;
};
struct base {
    int x;
};
struct derived : base {
    int y;
};
struct from_empty : empty {
    int y;
};
struct has_base_member {
    base b;
    int y;
};
class closed {
public:
    int a = 0;

private:
    [[maybe_unused]] int b = 0;
};
struct constructed {
    constructed() {}
    int a = 0;
};

}  // namespace

TEST_CASE("members are counted and named in order") {
    CHECK(names<item>() == "10: id name price stock tags home work counts pointer active");
    CHECK(names<empty>() == "0: ");
    CHECK(names<only_vector>() == "1: values");
    CHECK(names<only_struct>() == "1: inner");
    CHECK(names<only_function>() == "1: call");
    CHECK(names<tree>() == "3: value children other");
    CHECK(names<const address>() == "2: street zip");
}

TEST_CASE("members that cannot be copied, moved or default-constructed are no obstacle") {
    CHECK(names<odd_members>() == "9: first fixed lock count three wait either text view");
    CHECK(names<holds_union>() == "3: w e unnamed");
}

TEST_CASE("names are read exactly, whatever stands around them") {
    CHECK(names<odd_names>() == "8: class_ _x x9 operator_ v value pointer größe");
    CHECK(names<page<std::pair<int, std::string>, 3>>() == "2: items first");
    CHECK(names<holds_labels>() == "2: first second");
    CHECK(names<labelled<"x]">>() == "1: inside");
}

TEST_CASE("local types and types in templates and lambdas are reflected too") {
    struct local {
        int aa;
        std::string bb;
    };
    CHECK(names<local>() == "2: aa bb");
    auto inside = []<class T>(T) {
        struct deeper {
            T cc;
            T dd;
        };
        return names<deeper>();
    };
    CHECK(inside(1) == "2: cc dd");
}

TEST_CASE("each member is visited once, in order, and can be changed") {
    address home{"Main Street", 1};
    std::string seen;
    reflect::for_each_field(home, [&](std::string_view name, auto& member) {
        seen += name;
        seen += ' ';
        if constexpr (std::is_same_v<std::remove_reference_t<decltype(member)>, int>) member = 2;
    });
    CHECK(seen == "street zip ");
    CHECK(home.zip == 2);
    std::get<0>(reflect::tie(home)) = "Side Street";
    CHECK(home.street == "Side Street");
    static_assert(std::is_same_v<reflect::field_type<address, 1>, int>);
}

TEST_CASE("names and counts are constants") {
    static_assert(reflect::field_count<address> == 2);
    static_assert(reflect::field_name<address, 1> == "zip");
    static_assert(reflect::field_names<address>[0] == "street");
}

TEST_CASE("what is no plain struct is seen as such") {
    static_assert(reflect::aggregate<item>);
    static_assert(!reflect::aggregate<closed>);
    static_assert(!reflect::aggregate<constructed>);
    static_assert(!reflect::aggregate<int>);
    static_assert(reflect::has_base<derived>);
    static_assert(reflect::has_base<from_empty>);
    static_assert(!reflect::has_base<has_base_member>);
    CHECK(names<has_base_member>() == "2: b y");
}
