#include <doctest/doctest.h>

#include <coracle/http/file_name.hpp>

#include <string>
#include <string_view>

using namespace coracle::http;

TEST_CASE("D10 a name that leads elsewhere, hides, or is a device is refused as a file name") {
    for (std::string_view good : {"a.txt", "Ünter den Linden.PDF", "a b", "a..b", "a", "console.txt", "com.txt",
                                  "com10", "~x", "-rf", "null"}) {
        CAPTURE(good);
        CHECK(file_name_mistake(good) == "");
    }
    for (std::string_view bad :
         {std::string_view(""),          std::string_view("."),           std::string_view(".."),
          std::string_view("../a"),      std::string_view("/etc/passwd"), std::string_view("a/b"),
          std::string_view("a\\b"),      std::string_view("..\\a"),       std::string_view("a\0b", 3),
          std::string_view(".htaccess"), std::string_view("a\nb"),        std::string_view("a\x7F"),
          std::string_view("a."),        std::string_view("a "),          std::string_view("con"),
          std::string_view("CON.txt"),   std::string_view("nul .txt"),    std::string_view("Aux"),
          std::string_view("com1"),      std::string_view("LPT9.tar.gz"), std::string_view("a:b"),
          std::string_view("C:"),        std::string_view("a*"),          std::string_view("a?"),
          std::string_view("a|b"),       std::string_view("<a>"),         std::string_view("a\"b"),
          std::string_view("\xFF\xFE")}) {
        CAPTURE(bad);
        CHECK(file_name_mistake(bad) != "");
    }
    CHECK(file_name_mistake(std::string(255, 'a')) == "");
    CHECK(file_name_mistake(std::string(256, 'a')) == "it is longer than 255 bytes");
}
