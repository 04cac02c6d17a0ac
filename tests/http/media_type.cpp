#include <coracle/http/media_type.hpp>

#include <doctest/doctest.h>

#include <cstddef>

using namespace coracle;

namespace {

TEST_CASE("a name's end tells its type, whatever its case, and text is UTF-8") {
    CHECK(http::media_type_of("index.html") == "text/html; charset=utf-8");
    CHECK(http::media_type_of("a/b.c/PHOTO.JPG") == "image/jpeg");
    CHECK(http::media_type_of("app.js") == "text/javascript; charset=utf-8");
    CHECK(http::media_type_of("app.js.map") == "application/json");
    CHECK(http::media_type_of("site.webmanifest") == "application/manifest+json");
    CHECK(http::media_type_of("module.wasm") == "application/wasm");
    CHECK(http::media_type_of("x.7z") == "application/x-7z-compressed");
    CHECK(http::media_type_of("x.zst") == "application/zstd");
}

TEST_CASE("what nobody knows has no type") {
    for (const char* name : {"", "README", ".html", "a/.html", "x.unknown", "x.", "x.webmanifesto", "x.ht", "x.html/y"})
        CHECK_MESSAGE(http::media_type_of(name).empty(), name);
    CHECK(http::file_extension("a.b/c").empty());
    CHECK(http::file_extension("a.tar.gz") == "gz");
}

TEST_CASE("the table is in order, and its longest extension fits") {
    for (std::size_t i = 0; i < http::detail::file_kind_count; ++i) {
        if (i > 0) CHECK(http::detail::file_kinds[i - 1].extension < http::detail::file_kinds[i].extension);
        CHECK(http::detail::file_kinds[i].extension.size() <= http::detail::longest_extension);
    }
}

}  // namespace
