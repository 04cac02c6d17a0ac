#include <coracle/app/log_format.hpp>

#include <coracle/base/random_sequence.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/parse.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <source_location>
#include <string>
#include <string_view>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

struct asking {
    asking() {
        asked.method_text = "GET";
        asked.target.text = "/docs?x=1";
        asked.client = {"127.0.0.1", 60084};
        one.status = 200;
        one.took = 1234567ns;
        one.bytes = 345;
    }
    std::string plain(bool colored = false) const {
        std::string line;
        write_request_plainly(one, line, colored);
        return line;
    }
    std::string with(const log_format& how) const {
        std::string line;
        how.request(one, line, false);
        return line;
    }
    request asked;
    request_record one{asked};
};

std::string milliseconds(std::chrono::nanoseconds took) {
    char text[32];
    detail::line_pen pen(text);
    pen.milliseconds(took, false);
    return std::string(text, pen.at());
}
std::string message(const log_format& how, const log_message& one) {
    std::string line;
    how.message(one, line, false);
    return line;
}
/// Without what changes from moment to moment.
std::string untimed(std::string line) {
    std::size_t at = line.find("20");
    std::size_t end = line.find('Z', at);
    return line.replace(at, end + 1 - at, "now");
}

}  // namespace

TEST_CASE("the line has uvicorn's words, then time, bytes and id") {
    asking of;
    CHECK(of.plain() == "INFO:     127.0.0.1:60084 - \"GET /docs?x=1 HTTP/1.1\" 200 OK 1.2ms 345B");
    of.asked.id = "7f3a";
    CHECK(of.plain() == "INFO:     127.0.0.1:60084 - \"GET /docs?x=1 HTTP/1.1\" 200 OK 1.2ms 345B [7f3a]");
    of.one.whole = false;
    of.asked.id.clear();
    CHECK(of.plain().ends_with(" 200 OK 1.2ms 345B broken off"));
    of.one.status = request_record::client_left;
    of.one.bytes = 0;
    CHECK(of.plain().ends_with("\" 499 Client Left 1.2ms 0B broken off"));
    of.one.status = 299;
    CHECK(of.plain().find("\" 299  1.2ms") != std::string::npos);
}

TEST_CASE("colours go with the status") {
    asking of;
    CHECK(of.plain(true) ==
          "\x1b[32mINFO\x1b[0m:     127.0.0.1:60084 - \"\x1b[1mGET /docs?x=1 HTTP/1.1\x1b[0m\" \x1b[32m200 OK\x1b[0m "
          "1.2ms 345B");
    of.one.status = 404;
    CHECK(of.plain(true).find("\x1b[31m404 Not Found\x1b[0m") != std::string::npos);
    of.one.status = 503;
    CHECK(of.plain(true).find("\x1b[91m503 ") != std::string::npos);
}

TEST_CASE("times are the finer the shorter they are") {
    CHECK(milliseconds(0ns) == "0.00");
    CHECK(milliseconds(-5ns) == "0.00");
    CHECK(milliseconds(4us) == "0.00");
    CHECK(milliseconds(49us) == "0.05");
    CHECK(milliseconds(994us) == "0.99");
    CHECK(milliseconds(995us) == "1.0");
    CHECK(milliseconds(1999us) == "2.0");
    CHECK(milliseconds(99'949us) == "99.9");
    CHECK(milliseconds(99'950us) == "100");
    CHECK(milliseconds(2s) == "2000");
    CHECK(milliseconds(1h) == "3600000");
}

TEST_CASE("json: an object with all that there is to tell") {
    asking of;
    of.asked.id = "7f3a";
    of.asked.fields.push_back({"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"});
    CHECK(
        untimed(of.with(json_log)) ==
        "{\"time\":\"now\",\"level\":\"info\",\"message\":\"request\",\"client\":\"127.0.0.1:60084\",\"method\":"
        "\"GET\","
        "\"target\":\"/docs?x=1\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"duration_ms\":1.235,\"bytes\":345,"
        "\"request_id\":\"7f3a\",\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"span_id\":\"00f067aa0ba902b7\"}");
    of.one.whole = false;
    CHECK(json::parse(of.with(json_log))["whole"] == json(false));
}

TEST_CASE("logfmt: names and values, those with spaces between quotes") {
    asking of;
    of.asked.target.text = "/a b";
    CHECK(untimed(of.with(logfmt_log)) ==
          "time=now level=info message=request client=127.0.0.1:60084 method=GET target=\"/a b\" protocol=HTTP/1.1 "
          "status=200 duration_ms=1.235 bytes=345");
    of.asked.target.text = "";
    CHECK(of.with(logfmt_log).find(" target=\"\" ") != std::string::npos);
    of.asked.target.text = "/?a=1";
    CHECK(of.with(logfmt_log).find(" target=\"/?a=1\" ") != std::string::npos);
}

TEST_CASE("messages in both formats tell level, text, place and id") {
    auto here = std::source_location::current();
    log_message one{log_level::warning, "the cache is \"cold\"", here, "7f3a"};
    json read = json::parse(message(json_log, one));
    CHECK(read["level"] == json("warning"));
    CHECK(read["message"] == json("the cache is \"cold\""));
    CHECK(read["at"].as_string().ends_with(":" + std::to_string(here.line())));
    CHECK(read["request_id"] == json("7f3a"));
    CHECK(untimed(message(logfmt_log, {log_level::error, "a b"})) == "time=now level=error message=\"a b\"");
}

TEST_CASE("times of the day are those of RFC 3339") {
    auto text = [](std::chrono::milliseconds since) {
        std::string out;
        detail::append_time(out, std::chrono::sys_time<std::chrono::milliseconds>(since));
        return out;
    };
    CHECK(text(0ms) == "1970-01-01T00:00:00.000Z");
    CHECK(text(1706704496500ms) == "2024-01-31T12:34:56.500Z");
    CHECK(text(951782399999ms) == "2000-02-28T23:59:59.999Z");
}

TEST_CASE("W10: whatever a peer says, each format is one line, and JSON is JSON") {
    random_sequence draw(11);
    for (int round = 0; round < 500; ++round) {
        std::string bytes;
        for (std::size_t n = draw.below(60); n > 0; --n) bytes += static_cast<char>(draw.below(256));
        asking of;
        of.asked.target.text = bytes;
        of.asked.method_text = bytes;
        of.asked.client.address = bytes;
        of.asked.id = bytes;
        for (const std::string& line : {of.plain(), of.with(json_log), of.with(logfmt_log),
                                        message(json_log, {log_level::info, bytes, {}, bytes}),
                                        message(logfmt_log, {log_level::info, bytes, {}, bytes})}) {
            CHECK(utf8::is_valid(line));
            for (char c : line) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
        }
        CHECK(json::parse(of.with(json_log))["status"] == json(200));
        CHECK(json::parse(message(json_log, {log_level::info, bytes, {}, bytes})).is_object());
    }
}

TEST_CASE("a WebSocket has one line, at its end, with uvicorn's words, its code and how long it was") {
    asking of;
    of.one.status = 101;
    of.one.close_code = 1001;
    CHECK(of.plain() == "INFO:     127.0.0.1:60084 - \"WebSocket /docs?x=1\" [accepted] 1001 1.2ms");
    of.asked.id = "7f3a";
    of.asked.target.text = "/\"\x1b";
    CHECK(of.plain() == "INFO:     127.0.0.1:60084 - \"WebSocket /\\x22\\x1b\" [accepted] 1001 1.2ms [7f3a]");
    CHECK(json::parse(of.with(json_log))["close_code"] == 1001);
}
