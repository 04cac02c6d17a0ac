#include <doctest/doctest.h>

#include <coracle/websocket/handshake.hpp>

#include <string>
#include <string_view>

namespace ws = coracle::ws;

namespace {

constexpr std::string_view rfc_key = "dGhlIHNhbXBsZSBub25jZQ==";
static_assert(ws::accept_for(rfc_key).view() == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

ws::upgrade_request good_request() {
    ws::upgrade_request asked;
    asked.is_get = asked.is_http_1_1 = true;
    asked.upgrade = "websocket";
    asked.connection = "Upgrade";
    asked.key = rfc_key;
    asked.version = "13";
    return asked;
}

}  // namespace

TEST_CASE("websocket handshake: the example of RFC 6455 1.3, and its key from its bytes") {
    CHECK(ws::accept_for(rfc_key).view() == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(ws::key_of("the sample nonce").view() == rfc_key);
    CHECK(ws::is_key(rfc_key));
}

TEST_CASE("websocket handshake: a key is 16 bytes in base64 and nothing else") {
    for (std::string_view key :
         {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
          "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25j====", "dGhlIHNhbXBsZSBub25jZWE=",
          "dGhlIHNhbXBsZSBub25j-Q==", "dGhlIHNhbXBsZSBub25j Q==", "x, dGhlIHNhbXBsZSBub25jZQ=="}) {
        CAPTURE(key);
        CHECK(!ws::is_key(key));
    }
    CHECK(ws::is_key("AAAAAAAAAAAAAAAAAAAAAA=="));
    CHECK(ws::is_key("+/+/+/+/+/+/+/+/+/+/+w=="));
}

TEST_CASE("websocket handshake: what a request must say, and the status of one that does not") {
    CHECK(!ws::refusal_of(good_request()));
    auto status = [](auto change) {
        ws::upgrade_request asked = good_request();
        change(asked);
        return ws::refusal_of(asked).status;
    };
    using request = ws::upgrade_request;
    CHECK(status([](request& r) { r.upgrade = "h2c, WebSocket"; }) == 0);
    CHECK(status([](request& r) { r.connection = "keep-alive, upgrade"; }) == 0);
    CHECK(status([](request& r) { r.upgrade = ""; }) == 426);
    CHECK(status([](request& r) { r.upgrade = "websockets"; }) == 426);
    CHECK(status([](request& r) { r.connection = ""; }) == 400);
    CHECK(status([](request& r) { r.connection = "keep-alive"; }) == 400);
    CHECK(status([](request& r) { r.is_get = false; }) == 405);
    CHECK(status([](request& r) { r.is_http_1_1 = false; }) == 400);
    CHECK(status([](request& r) { r.version = ""; }) == 426);
    CHECK(status([](request& r) { r.version = "8"; }) == 426);
    CHECK(status([](request& r) { r.version = "13, 8"; }) == 426);
    CHECK(status([](request& r) { r.key = ""; }) == 400);
    // Twice: the fields are one list.
    CHECK(status([](request& r) { r.key = "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="; }) == 400);
    CHECK(ws::refusal_of({}).why.find("Upgrade: websocket") != std::string_view::npos);
}

TEST_CASE("websocket handshake: tokens are found in a list whatever their case, and only whole") {
    CHECK(ws::has_token("Upgrade", "upgrade"));
    CHECK(ws::has_token("keep-alive,\tUPGRADE ", "upgrade"));
    CHECK(ws::has_token(",,upgrade", "upgrade"));
    CHECK(!ws::has_token("upgrade-insecure", "upgrade"));
    CHECK(!ws::has_token("", "upgrade"));
    CHECK(!ws::has_token("not upgrade", "upgrade"));
}

TEST_CASE("websocket handshake: a client believes only the answer to its own key") {
    ws::upgrade_answer answer;
    answer.status = 101;
    answer.upgrade = "WebSocket";
    answer.connection = "Upgrade";
    answer.accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    CHECK(ws::fault_of(answer, rfc_key).empty());
    CHECK(!ws::fault_of(answer, "AAAAAAAAAAAAAAAAAAAAAA==").empty());
    auto wrong = [&](auto change) {
        ws::upgrade_answer other = answer;
        change(other);
        return !ws::fault_of(other, rfc_key).empty();
    };
    CHECK(wrong([](ws::upgrade_answer& a) { a.status = 200; }));
    CHECK(wrong([](ws::upgrade_answer& a) { a.upgrade = "h2c"; }));
    CHECK(wrong([](ws::upgrade_answer& a) { a.upgrade = ""; }));
    CHECK(wrong([](ws::upgrade_answer& a) { a.connection = "close"; }));
    CHECK(wrong([](ws::upgrade_answer& a) { a.accept = ""; }));
    CHECK(wrong([](ws::upgrade_answer& a) { a.accept = "S3pPLMBiTxaQ9kYGzzhZRbK+xOo="; }));
}
