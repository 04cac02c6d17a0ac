#include <doctest/doctest.h>

#include <coracle/http/content_disposition.hpp>

#include <string>
#include <string_view>

using namespace coracle::http;

namespace {
std::string read(std::string_view field) {
    auto said = parse_form_disposition(field);
    if (!said) return "refused";
    return said->name + (said->filename ? "|" + *said->filename : "");
}
}  // namespace

TEST_CASE("a part says its name, and its file name if it is a file") {
    struct {
        std::string_view field;
        std::string_view meaning;
    } table[] = {
        {"form-data; name=\"a\"", "a"},
        {"form-data; name=a", "a"},
        {"form-data;name=a;filename=b.txt", "a|b.txt"},
        {"attachment; Name=\"a\"; FileName=\"\"", "a|"},
        {"form-data; name=\"a\"; filename=\"b;c.txt\"", "a|b;c.txt"},
        {"form-data; name=\"a%22b\"; filename=\"c%22d.txt\"", "a\"b|c\"d.txt"},
        {"form-data; name=\"a\"; filename=\"c\\\"d.txt\"", "a|c\"d.txt"},
        {"form-data; name=\"a\"; filename=\"c%0Ad%25.txt\"", "a|c%0Ad%25.txt"},
        {"form-data; name=\"a\"; filename=\"C:\\fakepath\\b.txt\"", "a|b.txt"},
        {"form-data; name=\"a\"; filename=\"C:\\\\fakepath\\\\b.txt\"", "a|b.txt"},
        {"form-data; name=\"a\"; filename=\"\\\\\\\\host\\\\share\\\\b.txt\"", "a|b.txt"},
        {"form-data; name=\"a\"; filename=\"..\\b.txt\"", "a|..\\b.txt"},
        {"form-data; name=\"a\"; filename=\"../../etc/passwd\"", "a|../../etc/passwd"},
        {"form-data; name=\"\xC3\xBC\"; filename=\"\xE2\x82\xAC\"", "\xC3\xBC|\xE2\x82\xAC"},
        {"form-data; name=\"a\"; filename=\"\xFC\"", "a|\xC3\xBC"},
        {"form-data; name=\"a\"; filename*=UTF-8''%e2%82%ac.txt", "a|\xE2\x82\xAC.txt"},
        {"form-data; name=\"a\"; filename*=utf-8'en'b.txt", "a|b.txt"},
        {"form-data; name=\"a\"; filename=\"x\"; filename*=UTF-8''b.txt", "a|x"},
        {"form-data; name=\"a\"; filename*=latin-1''b.txt", "a"},
        {"form-data; name=\"a\"; filename*=UTF-8''%e2%8", "a"},
        {"form-data; name=\"a\"; filename*=UTF-8''%FF", "a"},
        {"form-data; name=\"a\"; filename*=b", "a"},
        {"form-data; name=\"\"", ""},
        {"form-data", "refused"},
        {"", "refused"},
        {"form-data; filename=\"a\"", "refused"},
        {"form-data; name=a; name=b", "refused"},
        {"form-data; name=a; filename=b; filename=c", "refused"},
    };
    for (const auto& row : table) {
        CAPTURE(row.field);
        CHECK(read(row.field) == row.meaning);
    }
}

TEST_CASE("W3 whatever stands in a name, it cannot end its field or its line") {
    for (int byte = 0; byte < 256; ++byte) {
        CAPTURE(byte);
        std::string value = "a" + std::string(1, static_cast<char>(byte)) + "; name=\"evil";
        std::string field = "form-data";
        append_form_parameter(field, "name", "n");
        append_form_parameter(field, "filename", value);
        CHECK(field.find('\r') == field.npos);
        CHECK(field.find('\n') == field.npos);
        auto back = parse_form_disposition(field);
        REQUIRE(back);
        CHECK(back->name == "n");
        REQUIRE(back->filename);
        CHECK(back->filename->ends_with("; name=\"evil"));
    }
}

TEST_CASE("W3 a backslash hides no quote, however many there are") {
    for (std::string text : {"a\\", "\\", "a\\\\", "a\\\\\\", "C:\\x\\", "a\\b"}) {
        CAPTURE(text);
        std::string field = "form-data";
        append_form_parameter(field, "name", text);
        append_form_parameter(field, "filename", "b.txt");
        auto back = parse_form_disposition(field);
        REQUIRE(back);
        CHECK(back->name == text);
        CHECK(back->filename == "b.txt");
    }
}
