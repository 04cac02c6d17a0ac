#include <coracle/http/hashed_name.hpp>

#include <doctest/doctest.h>

using namespace coracle;

namespace {

TEST_CASE("the names that bundlers give have a hash") {
    for (const char* name :
         {"assets/index-B7PI925R.js", "index-DiwrgTda.css", "main.3f2a9c1b.js", "main.3f2a9c1b.css.map",
          "chunk-PWQ7TGYK4.a1b2c3d4e5f60718.js", "static/js/787.1c7b6f3a.chunk.js",
          "logo-6ce24c58023cc2f8fd88fe9d219db6c6.svg", "vendor-C_x-9dKq.js", "app_B7PI925R.mjs"})
        CHECK_MESSAGE(http::is_hashed_name(name), name);
}

TEST_CASE("words, numbers and dates are none") {
    for (const char* name :
         {"index.html", "jquery-validation.js", "report-20240101.pdf", "photo-image001.jpg", "IMG_00000001.jpg",
          "logo-version2.svg", "app.min.js", "main.css", "", "a", "B7PI925R.js", "bootstrap-5.3.3.min.css",
          "a-deadbeef.txt", "my-internationalization.js", "robots.txt", "data-2024-01-02.json"})
        CHECK_FALSE_MESSAGE(http::is_hashed_name(name), name);
}

}  // namespace
