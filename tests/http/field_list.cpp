#include <coracle/http/field_list.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace http = coracle::http;

TEST_CASE("fields are set, added, found and removed whatever the case of their names") {
    http::field_list list;
    CHECK(list.empty());
    list.set("X-Took", "1ms");
    list.add("Set-Cookie", "a=1");
    list.add("set-cookie", "b=2");
    CHECK(list.size() == 3);
    CHECK(list["x-took"] == "1ms");
    CHECK(list.get("SET-COOKIE") == "a=1");
    CHECK(list["nothing"].empty());
    CHECK_FALSE(list.get("nothing").has_value());
    list.set("Set-Cookie", "c=3");
    CHECK(list.size() == 2);
    CHECK(list.wire() == "x-took: 1ms\r\nset-cookie: c=3\r\n");
    CHECK(list.remove("X-TOOK"));
    CHECK_FALSE(list.remove("x-took"));
    CHECK(list.wire() == "set-cookie: c=3\r\n");
    list.set("empty", "");
    CHECK(list.contains("empty"));
    CHECK(list["empty"].empty());
    list.clear();
    CHECK(list.wire().empty());
    CHECK(list.size() == 0);
}

TEST_CASE("taking fields away from the middle leaves the others whole") {
    http::field_list list;
    for (auto name : {"a", "b", "c", "b", "d"}) list.add(name, std::string(name) + "-value");
    CHECK(list.remove("b"));
    std::string seen;
    for (auto& [name, value] : list) ((seen += name) += '=') += std::string(value) + ";";
    CHECK(seen == "a=a-value;c=c-value;d=d-value;");
    CHECK(list.wire() == "a: a-value\r\nc: c-value\r\nd: d-value\r\n");
}

TEST_CASE("a value may come from the list itself") {
    http::field_list list;
    list.set("a", "some text that is too long to be kept in place");
    list.set("b", list["a"]);
    list.set("a", list["b"].substr(5));
    list.add("a", list["a"]);
    CHECK(list.wire() ==
          "b: some text that is too long to be kept in place\r\n"
          "a: text that is too long to be kept in place\r\n"
          "a: text that is too long to be kept in place\r\n");
}

TEST_CASE("W1: of all 256 bytes only those that cannot end a line get into a value") {
    for (int byte = 0; byte < 256; ++byte) {
        std::string value = std::string("a") + static_cast<char>(byte) + "b";
        bool good = (byte >= 0x20 && byte != 0x7F) || byte == '\t';
        http::field_list list;
        if (good) {
            list.set("x", value);
            CHECK(list["x"] == value);
        } else {
            CHECK_THROWS_AS(list.set("x", value), std::invalid_argument);
            CHECK_THROWS_AS(list.add("x", value), std::invalid_argument);
            CHECK(list.wire().empty());
        }
    }
    http::field_list list;
    CHECK_THROWS_AS(list.set("location", "/a\r\nset-cookie: evil=1"), std::invalid_argument);
    CHECK_THROWS_AS(list.set("x", " a"), std::invalid_argument);
    CHECK_THROWS_AS(list.set("x", "a\t"), std::invalid_argument);
}

TEST_CASE("W1: of all 256 bytes only those of a token get into a name") {
    int good = 0;
    for (int byte = 0; byte < 256; ++byte) {
        std::string name = std::string("x") + static_cast<char>(byte);
        http::field_list list;
        try {
            list.set(name, "v");
            ++good;
        } catch (const std::invalid_argument&) {
            CHECK(list.wire().empty());
        }
    }
    CHECK(good == 77);
    http::field_list list;
    CHECK_THROWS_AS(list.set("", "v"), std::invalid_argument);
    CHECK_THROWS_AS(list.add("a: b\r\nc", "v"), std::invalid_argument);
}

TEST_CASE("a refused change changes nothing") {
    http::field_list list;
    list.set("a", "1");
    CHECK_THROWS_AS(list.set("a", "\n"), std::invalid_argument);
    CHECK(list.wire() == "a: 1\r\n");
}

TEST_CASE("W5: the fields that frame a message are not the handler's to set") {
    http::field_list list;
    for (auto name :
         {"content-length", "Transfer-Encoding", "CONNECTION", "Keep-Alive", "Date", "Trailer", "Upgrade", "TE"}) {
        CHECK_THROWS_AS(list.set(name, "1"), std::invalid_argument);
        CHECK_THROWS_AS(list.add(name, "1"), std::invalid_argument);
    }
    CHECK(list.empty());
    for (auto name : {"content-type", "content-lengths", "server", "connections", "dat", "vary", "t", "tr", "etag"})
        list.set(name, "1");
    CHECK(list.size() == 9);
}

TEST_CASE("an error says which field, and what would be right") {
    http::field_list list;
    try {
        list.set("content-length", "5");
        FAIL("it was let in");
    } catch (const std::invalid_argument& error) {
        CHECK(std::string_view(error.what()).find("'content-length' is written by coracle") != std::string_view::npos);
    }
    try {
        list.set("x-name", "a\nb");
        FAIL("it was let in");
    } catch (const std::invalid_argument& error) {
        CHECK(std::string_view(error.what()).find("'x-name' must have no control characters") !=
              std::string_view::npos);
    }
}
