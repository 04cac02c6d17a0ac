#include <coracle/http/status.hpp>

#include <coracle/http/refusal.hpp>

#include <doctest/doctest.h>

namespace http = coracle::http;

TEST_CASE("the phrases are those of the registry") {
    CHECK(http::reason_phrase(200) == "OK");
    CHECK(http::reason_phrase(404) == "Not Found");
    CHECK(http::reason_phrase(413) == "Content Too Large");
    CHECK(http::reason_phrase(422) == "Unprocessable Content");
    CHECK(http::reason_phrase(431) == "Request Header Fields Too Large");
    CHECK(http::reason_phrase(299).empty());
    CHECK(http::reason_phrase(0).empty());
}

TEST_CASE("phrases can stand in a status line") {
    for (int status = 0; status < 1000; ++status)
        for (char c : http::reason_phrase(status)) CHECK((c >= ' ' && c <= '~'));
}

TEST_CASE("1xx, 204 and 304 have no body, 205 an empty one") {
    for (int status : {100, 101, 103, 199, 204, 304}) CHECK(http::forbids_body(status));
    for (int status : {200, 201, 205, 206, 301, 404, 500}) CHECK_FALSE(http::forbids_body(status));
    CHECK(http::forces_empty_body(205));
    CHECK_FALSE(http::forces_empty_body(204));
}

TEST_CASE("a status has three digits and a class") {
    for (int status : {100, 200, 418, 599}) CHECK(http::is_status(status));
    for (int status : {-1, 0, 99, 600, 1000, 20000}) CHECK_FALSE(http::is_status(status));
}
