#include <coracle/http/attachment.hpp>
#include <coracle/http/field_list.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace coracle;

namespace {

TEST_CASE("a plain name stands in quotes") {
    CHECK(http::content_disposition("attachment", "report 1.pdf") == "attachment; filename=\"report 1.pdf\"");
    CHECK(http::content_disposition("inline", "") == "inline");
}

TEST_CASE("another name is there as near as ASCII comes, and escaped") {
    CHECK(http::content_disposition("attachment", "na\xc3\xafve \xe2\x82\xac.txt") ==
          "attachment; filename=\"na_ve _.txt\"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt");
    CHECK(http::content_disposition("attachment", "a\"b\\c/d%41") ==
          "attachment; filename=\"a_b_c_d_41\"; filename*=UTF-8''a%22b%5Cc%2Fd%2541");
    CHECK(http::content_disposition("attachment", "\xff.txt") == "attachment; filename=\"_.txt\"");
}

TEST_CASE("W3: no byte of a file's name ends the field or its quotes") {
    for (int byte = 0; byte < 256; ++byte) {
        std::string name = "a" + std::string(1, static_cast<char>(byte)) + "b: c\r\nx";
        std::string value = http::content_disposition("attachment", name);
        http::field_list list;
        list.set("content-disposition", value);  // throws for what cannot be sent
        CHECK(list.size() == 1);
        std::size_t quotes = 0;
        for (char c : value) {
            quotes += c == '"';
            CHECK((static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f));
        }
        CHECK(quotes == 2);
        CHECK(value.find('\\') == std::string::npos);
    }
}

}  // namespace
