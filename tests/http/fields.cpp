#include <coracle/http/fields.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace http = coracle::http;

namespace {
http::fields made(std::initializer_list<http::field> items) {
    http::fields fields;
    for (const http::field& item : items) fields.push_back(item);
    return fields;
}
std::vector<std::string_view> list_of(const http::fields& fields, std::string_view name) {
    std::vector<std::string_view> all;
    for (std::string_view value : fields.get_all(name)) all.push_back(value);
    return all;
}
}  // namespace

TEST_CASE("fields are found by name whatever the case, the first one first") {
    auto fields = made({{"Host", "a"}, {"X-Id", "1"}, {"x-id", "2"}, {"Empty", ""}});
    CHECK(fields["host"] == "a");
    CHECK(fields["X-ID"] == "1");
    CHECK(fields["nothing"].empty());
    CHECK(fields.find("empty").has_value());
    CHECK(fields.find("empty")->empty());
    CHECK_FALSE(fields.find("nothing").has_value());
    CHECK(fields.contains("hOsT"));
    CHECK_FALSE(fields.contains("hos"));
    CHECK(fields.size() == 4);
}

TEST_CASE("names are compared as tokens: only letters have a case") {
    CHECK(http::same_name("Content-Length", "content-length"));
    CHECK_FALSE(http::same_name("a^", "a~"));
    CHECK_FALSE(http::same_name("^", "~"));
    CHECK_FALSE(http::same_name("a_b", "a-b"));
    CHECK_FALSE(http::same_name("abc", "abcd"));
    CHECK(http::same_name("", ""));
    CHECK_FALSE(http::same_name("\xC4", "\xE4"));
}

TEST_CASE("all values of a name come in order") {
    auto fields = made({{"a", "1"}, {"b", "2"}, {"A", "3"}, {"c", "4"}, {"a", "5"}});
    CHECK(list_of(fields, "a") == std::vector<std::string_view>{"1", "3", "5"});
    CHECK(list_of(fields, "c") == std::vector<std::string_view>{"4"});
    CHECK(list_of(fields, "d").empty());
    CHECK(list_of(http::fields{}, "a").empty());
}

TEST_CASE("fields are gone through in the order of the wire") {
    auto fields = made({{"b", "2"}, {"a", "1"}});
    std::string seen;
    for (auto& [name, value] : fields) (seen += name) += value;
    CHECK(seen == "b2a1");
}

TEST_CASE("F22: a token is found in a list and in nothing else") {
    auto fields = made({{"Connection", "Keep-Alive ,\tUPGRADE"}, {"connection", ", close,"}, {"x", "close"}});
    CHECK(fields.has_token("connection", "upgrade"));
    CHECK(fields.has_token("connection", "close"));  // of the second line
    CHECK(fields.has_token("connection", "keep-alive"));
    for (auto part : {"keep", "alive", "clos", "closed", "", "keep-alive ,\tUPGRADE", "up grade"})
        CHECK_FALSE(fields.has_token("connection", part));
    CHECK_FALSE(fields.has_token("y", "close"));
    auto tricky = made({{"Upgrade", "not-websocket, websocket2, web socket, \"websocket\", websocket;a"}});
    CHECK_FALSE(tricky.has_token("upgrade", "websocket"));
}

TEST_CASE("views follow bytes that move") {
    std::string first = "name:value,other:";
    auto fields = made({{{first.data(), 4}, {first.data() + 5, 5}}, {{first.data() + 11, 5}, {first.data() + 17, 0}}});
    auto second = std::make_unique<std::string>(first);
    fields.rebase(first.data(), second->data());
    first.assign(first.size(), '!');
    CHECK(fields["name"] == "value");
    CHECK(fields.find("other").has_value());
    CHECK(fields.begin()->name.data() == second->data());
}

TEST_CASE("a view of nothing stays one when bytes move") {
    char a = 'a', b = 'b';
    CHECK(http::rebased({}, &a, &b).data() == nullptr);
    CHECK(http::rebased({&a, 1}, &a, &b) == "b");
}

TEST_CASE("cleared fields keep their memory") {
    http::fields fields;
    for (int i = 0; i < 20; ++i) fields.push_back({"a", "b"});
    const http::field* before = &*fields.begin();
    fields.clear();
    CHECK(fields.empty());
    for (int i = 0; i < 20; ++i) fields.push_back({"c", "d"});
    CHECK(&*fields.begin() == before);
}

TEST_CASE("W4: a value is given as it was sent, escapes and all") {
    auto fields = made({{"x", "a%0d%0ab+c"}});
    CHECK(fields["x"] == "a%0d%0ab+c");
}
