#include <doctest/doctest.h>

#include <coracle/websocket/extension_list.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace ws = coracle::ws;

namespace {

std::string told(std::string_view field) {
    std::string out;
    ws::extension_list each(field);
    while (each.next()) {
        out.append("[").append(each.name());
        auto all = each.all_parameters();
        while (all.next()) {
            out.append(" ").append(all.name());
            if (all.has_value()) out.append("=").append(all.value());
        }
        out += "]";
    }
    return out + (each.broken() ? "!" : "");
}

}  // namespace

TEST_CASE("extension_list: names, parameters, values and quoted values, with white space where it may stand") {
    CHECK(told("") == "");
    CHECK(told(" , ") == "");
    CHECK(told("foo") == "[foo]");
    CHECK(told("foo, bar; baz=2") == "[foo][bar baz=2]");
    CHECK(told("permessage-deflate; client_max_window_bits; server_max_window_bits=\"10\" , x") ==
          "[permessage-deflate client_max_window_bits server_max_window_bits=10][x]");
    CHECK(told(" a ; b = c\t;d,,e") == "[a b=c d][e]");
}

TEST_CASE("D17 extension_list: the first mistake ends the list") {
    for (std::string_view bad : {";", "a;", "a;;b", "a=b", "a b", "a; b=", "a; =c", "a; b=\"c", "a; b=\"\"",
                                 "a; b=\"c d\"", "a; b=\"c\"d", "\"a\"", "a; b=c=d", "a\x01", "@"}) {
        CAPTURE(bad);
        std::string out = told(bad);
        CHECK(out == "!");
        CHECK(told("ok; x=1, " + std::string(bad) + ", later") == "[ok x=1]!");
    }
}

TEST_CASE("D17 extension_list: a hundred kilobytes of white space, semicolons and quotes are read in linear time") {
    const auto start = std::chrono::steady_clock::now();
    for (const char* part : {" ", ",", ";", "\"", "a,", "a;b,", "a; ", "\\\"", "a;b=\"", "; a=b", "\t "})
        for (const char* begin : {"", "a", "a;b=\"", "a;"}) {
            std::string field = begin;
            while (field.size() < 100'000) field += part;
            (void)told(field);
            (void)told(field + "\x01");
        }
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}
