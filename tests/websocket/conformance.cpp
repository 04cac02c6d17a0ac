// Scenario: what Autobahn's test suite asks of either side, sections 1 to 7 and 10, as a table of our own words.
#include <doctest/doctest.h>

#include <coracle/websocket/session.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ws = coracle::ws;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

constexpr unsigned fin = 0x80;
constexpr unsigned more = 0, text = 1, binary = 2, closing = 8, ping = 9, pong = 10;

enum class length_form { shortest, two_bytes, eight_bytes, with_the_top_bit };

// A frame as the peer sends it, right or wrong.
struct raw_frame {
    unsigned first;
    std::string payload{};
    length_form form = length_form::shortest;
    bool wrong_side = false;  // masked where it must not be, and the other way round
};

struct situation {
    const char* what;
    std::vector<raw_frame> sent;
    std::string heard;  // the events, and behind | the answers
};

std::string on_the_wire(const raw_frame& from, bool masked) {
    masked = masked != from.wrong_side;
    std::string out(1, static_cast<char>(static_cast<unsigned char>(from.first)));
    std::uint64_t size = from.payload.size();
    std::size_t bytes = from.form == length_form::shortest    ? size < 126       ? 0
                                                                : size < 0x10000 ? 2
                                                                                 : 8
                        : from.form == length_form::two_bytes ? 2
                                                              : 8;
    if (from.form == length_form::with_the_top_bit) size |= 1ULL << 63U;
    out += static_cast<char>((masked ? 0x80U : 0U) | (bytes == 0 ? size : bytes == 2 ? 126U : 127U));
    while (bytes-- > 0) out += static_cast<char>(size >> (8 * bytes) & 0xFFU);
    if (!masked) return out + from.payload;
    const ws::mask_key key{0xA1, 0x02, static_cast<unsigned char>(from.payload.size()), 0x7F};
    for (unsigned char each : key) out += static_cast<char>(each);
    std::size_t at = out.size();
    out += from.payload;
    ws::mask(from.payload.data(), out.data() + at, from.payload.size(), key);
    return out;
}

std::string shown(std::string_view data) {
    if (data.size() > 30) return "*" + std::to_string(data.size());
    return std::string(data);
}

std::string answers_of(ws::session& from) {
    std::string bytes(from.answers());
    from.answered();
    std::string out;
    std::string_view rest = bytes;
    while (!rest.empty()) {
        std::size_t size = ws::frame_head_size(static_cast<unsigned char>(rest[1]));
        ws::frame_head head = ws::read_frame_head(rest.substr(0, size));
        CHECK(head.masked == from.is_client());
        std::string payload(rest.substr(size, static_cast<std::size_t>(head.length)));
        ws::mask(payload.data(), payload.data(), payload.size(), head.key);
        rest.remove_prefix(size + payload.size());
        if (head.what == ws::opcode::pong) out += " pong(" + shown(payload) + ")";
        if (head.what != ws::opcode::close) continue;
        ws::close_reason reason;
        CHECK(ws::read_close_reason(payload, reason) == ws::close_fault::none);
        out += " close(" + (payload.empty() ? "" : std::to_string(ws::number(reason.code))) + ")";
    }
    return out;
}

std::string heard(ws::session& by, std::string bytes, std::size_t step) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        std::size_t size = step < bytes.size() - at ? step : bytes.size() - at;
        std::span<char> arrived(bytes.data() + at, size);
        while (ws::event what = by.next(arrived)) {
            switch (what.what) {
                case ws::event::kind::message:
                    out += what.type == ws::data_kind::text ? "text" : "binary";
                    break;
                case ws::event::kind::ping:
                    out += "ping";
                    break;
                case ws::event::kind::pong:
                    out += "pong";
                    break;
                case ws::event::kind::close:
                    out += "close " + std::to_string(ws::number(what.code)) + " ";
                    break;
                default:
                    out += "failed " + std::to_string(ws::number(what.code));
                    what.data = {};
            }
            out += what.ends() ? shown(what.data) : "(" + shown(what.data) + ")";
            out += " ";
        }
        CHECK(arrived.empty());
    }
    return out + "|" + answers_of(by);
}

ws::mask_key some_key() { return {7, 0, 255, 3}; }

void check_all(const std::vector<situation>& table) {
    for (const situation& each : table)
        for (bool server : {true, false}) {
            std::string bytes;
            for (const raw_frame& frame : each.sent) bytes += on_the_wire(frame, server);
            CAPTURE(each.what);
            CAPTURE(server);
            auto run = [&](const std::string& sent, std::size_t step) {
                ws::session by = server ? ws::session::server() : ws::session::client(some_key);
                std::string out = heard(by, sent, step);
                if (each.heard.find("failed") != std::string::npos || each.heard.find("close ") != std::string::npos)
                    CHECK(by.phase() == ws::phase::closed);
                return out;
            };
            CHECK(run(bytes, bytes.size()) == each.heard);
            CHECK(run(bytes, 1) == each.heard);
            CHECK(run(bytes, 7) == each.heard);
            CHECK(run(bytes, 997) == each.heard);
            // With a tail: half a head, or what comes too late.
            std::string tail = bytes + static_cast<char>(0x8A);
            CHECK(run(tail, tail.size()) == each.heard);
        }
}

std::string of(std::size_t size, char what = '*') { return std::string(size, what); }
std::string code(unsigned number, std::string_view reason = {}) {
    std::string out;
    out += static_cast<char>(number >> 8U);
    out += static_cast<char>(number & 0xFFU);
    return out + std::string(reason);
}

}  // namespace

TEST_CASE("D16 conformance 1: messages of every length form, text and binary") {
    std::vector<situation> table;
    for (std::size_t size : {0U, 1U, 125U, 126U, 127U, 128U, 65535U, 65536U, 70000U}) {
        table.push_back({"text", {{fin | text, of(size)}}, "text(" + shown(of(size)) + ") |"});
        table.push_back({"binary", {{fin | binary, of(size, '\xFE')}}, "binary(" + shown(of(size, '\xFE')) + ") |"});
    }
    table.push_back({"one after the other",
                     {{fin | text, "a"}, {fin | binary, "b"}, {fin | text, ""}, {fin | text, "c"}},
                     "text(a) binary(b) text() text(c) |"});
    check_all(table);
}

TEST_CASE("D16 conformance 1: lengths in a longer form than needed, or with the top bit, are refused") {
    std::vector<situation> table;
    for (std::size_t size : {0U, 5U, 125U})
        table.push_back({"two bytes", {{fin | text, of(size), length_form::two_bytes}}, "failed 1002 | close(1002)"});
    for (std::size_t size : {0U, 5U, 125U, 126U, 65535U})
        table.push_back({"eight", {{fin | text, of(size), length_form::eight_bytes}}, "failed 1002 | close(1002)"});
    table.push_back({"top bit", {{fin | text, of(70000), length_form::with_the_top_bit}}, "failed 1002 | close(1002)"});
    table.push_back({"right", {{fin | text, of(126), length_form::two_bytes}}, "text(*126) |"});
    table.push_back({"right", {{fin | text, of(65536), length_form::eight_bytes}}, "text(*65536) |"});
    check_all(table);
}

TEST_CASE("D16 conformance 2: pings are answered with what they carry, pongs need no asking") {
    check_all({
        {"empty ping", {{fin | ping}}, "ping() | pong()"},
        {"ping", {{fin | ping, "Hello, world!"}}, "ping(Hello, world!) | pong(Hello, world!)"},
        {"no text",
         {{fin | ping, "\x00\xFF\xFE\xFD\xFC\xFB\x00\xFF"s}},
         "ping(\x00\xFF\xFE\xFD\xFC\xFB\x00\xFF) | pong(\x00\xFF\xFE\xFD\xFC\xFB\x00\xFF)"s},
        {"the largest", {{fin | ping, of(125)}}, "ping(*125) | pong(*125)"},
        {"too large", {{fin | ping, of(126)}}, "failed 1002 | close(1002)"},
        {"much too large", {{fin | pong, of(70000)}}, "failed 1002 | close(1002)"},
        {"pong", {{fin | pong}}, "pong() |"},
        {"pong with data", {{fin | pong, "unasked"}}, "pong(unasked) |"},
        {"pong and ping", {{fin | pong, "unasked"}, {fin | ping, "1"}}, "pong(unasked) ping(1) | pong(1)"},
        {"ten pings",
         {{fin | ping, "0"},
          {fin | ping, "1"},
          {fin | ping, "2"},
          {fin | ping, "3"},
          {fin | ping, "4"},
          {fin | ping, "5"},
          {fin | ping, "6"},
          {fin | ping, "7"},
          {fin | ping, "8"},
          {fin | ping, "9"}},
         "ping(0) ping(1) ping(2) ping(3) ping(4) ping(5) ping(6) ping(7) ping(8) ping(9) | pong(0) pong(1) pong(2) "
         "pong(3) pong(4) pong(5) pong(6) pong(7) pong(8) pong(9)"},
    });
}

TEST_CASE("D16 conformance 3: reserved bits that nobody agreed to") {
    std::vector<situation> table;
    for (unsigned bits = 1; bits < 8; ++bits)
        for (unsigned what : {text, binary, closing, ping, pong}) {
            table.push_back(
                {"alone", {{fin | bits << 4U | what, what == closing ? "" : "x"}}, "failed 1002 | close(1002)"});
            table.push_back({"behind a message",
                             {{fin | text, "a"}, {fin | bits << 4U | what, ""}, {fin | ping, "never"}},
                             "text(a) failed 1002 | close(1002)"});
        }
    check_all(table);
}

TEST_CASE("D16 conformance 4: opcodes that have no meaning") {
    std::vector<situation> table;
    for (unsigned what : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U})
        for (unsigned last : {0U, fin}) {
            table.push_back({"empty", {{last | what}}, "failed 1002 | close(1002)"});
            table.push_back({"not empty", {{last | what, "payload"}}, "failed 1002 | close(1002)"});
            table.push_back({"between",
                             {{fin | text, "a"}, {last | what, "x"}, {fin | ping}},
                             "text(a) failed 1002 | close(1002)"});
        }
    check_all(table);
}

TEST_CASE("D16 conformance 5: fragments, and control frames between them") {
    check_all({
        {"fragmented ping", {{ping, "a"}, {fin | more, "b"}}, "failed 1002 | close(1002)"},
        {"fragmented pong", {{pong, "a"}, {fin | more, "b"}}, "failed 1002 | close(1002)"},
        {"fragmented close", {{closing, code(1000)}}, "failed 1002 | close(1002)"},
        {"two", {{text, "frag"}, {fin | more, "ment"}}, "text(fragment) |"},
        {"with a ping", {{text, "frag"}, {fin | ping, "?"}, {fin | more, "ment"}}, "ping(?) text(fragment) | pong(?)"},
        {"empty ones", {{text}, {more}, {fin | more}}, "text() |"},
        {"one of them not", {{text}, {more, "x"}, {fin | more}}, "text(x) |"},
        {"binary", {{binary, "1"}, {more, "2"}, {more, "3"}, {fin | more, "4"}}, "binary(1234) |"},
        {"pings all along",
         {{text, "a"}, {fin | ping, "1"}, {more, "b"}, {fin | ping, "2"}, {fin | pong, "3"}, {fin | more, "c"}},
         "ping(1) ping(2) pong(3) text(abc) | pong(1) pong(2)"},
        {"nothing to continue", {{fin | more, "x"}, {fin | text, "a"}}, "failed 1002 | close(1002)"},
        {"nothing to continue, not the last", {{more, "x"}}, "failed 1002 | close(1002)"},
        {"nothing any more", {{fin | text, "a"}, {fin | more, "x"}}, "text(a) failed 1002 | close(1002)"},
        {"nothing any more to continue",
         {{text, "a"}, {fin | more, "b"}, {fin | more, "c"}},
         "text(ab) failed 1002 | close(1002)"},
        {"text in a text", {{text, "a"}, {fin | text, "b"}}, "failed 1002 | close(1002)"},
        {"binary in a text", {{text, "a"}, {binary, "b"}}, "failed 1002 | close(1002)"},
        {"text in a binary", {{binary, "a"}, {more, "b"}, {fin | text, "c"}}, "failed 1002 | close(1002)"},
        {"closed in the middle",
         {{text, "a"}, {fin | closing, code(1000)}, {fin | more, "b"}},
         "close 1000  | close(1000)"},
    });
}

TEST_CASE("D16 conformance 6: a text is UTF-8, in one frame and across frames") {
    const std::string kosme = "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5";
    std::vector<situation> table{
        {"empty", {{text}, {fin | more}}, "text() |"},
        {"kosme", {{fin | text, kosme}}, "text(" + kosme + ") |"},
        {"kosme, then not",
         {{fin | text, kosme + "\xED\xA0\x80"
                               "edited"}},
         "failed 1007 | close(1007)"},
        {"the first of each length",
         {{fin | text, "\x01\xC2\x80\xE0\xA0\x80\xF0\x90\x80\x80"}},
         "text(\x01\xC2\x80\xE0\xA0\x80\xF0\x90\x80\x80) |"},
        {"the last of each length",
         {{fin | text, "\x7F\xDF\xBF\xEF\xBF\xBF\xF4\x8F\xBF\xBF"}},
         "text(\x7F\xDF\xBF\xEF\xBF\xBF\xF4\x8F\xBF\xBF) |"},
        {"beside the surrogates",
         {{fin | text, "\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBD"}},
         "text(\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBD) |"},
        {"no characters, but points",
         {{fin | text, "\xEF\xBF\xBE\xF0\x9F\xBF\xBF"}},
         "text(\xEF\xBF\xBE\xF0\x9F\xBF\xBF) |"},
        {"zero", {{fin | text, std::string(1, '\0')}}, "text(" + std::string(1, '\0') + ") |"},
        {"binary may be anything", {{fin | binary, "\xFF\xFE"}}, "binary(\xFF\xFE) |"},
        {"fragments of no text", {{text, "a"}, {fin | more, "\xFF"}}, "failed 1007 | close(1007)"},
        {"its end is missing", {{text, "\xCE"}, {fin | more}}, "failed 1007 | close(1007)"},
        {"its end is in the next message", {{fin | text, "\xCE"}, {fin | text, "\xBA"}}, "failed 1007 | close(1007)"},
        {"a ping within a character",
         {{text, "\xCE"}, {fin | ping, "\xFF"}, {fin | more, "\xBA"}},
         "ping(\xFF) text(\xCE\xBA) | pong(\xFF)"},
    };
    for (std::size_t cut = 0; cut <= kosme.size(); ++cut)
        table.push_back(
            {"cut", {{text, kosme.substr(0, cut)}, {fin | more, kosme.substr(cut)}}, "text(" + kosme + ") |"});
    for (std::string_view bad : {"\x80"sv,
                                 "\xBF"sv,
                                 "\x80\xBF\x80"sv,
                                 "\xC0 "sv,
                                 "\xE0 "sv,
                                 "\xF0 "sv,
                                 "\xC3"sv,
                                 "\xE0\xA0"sv,
                                 "\xF0\x90\x80"sv,
                                 "\xFE"sv,
                                 "\xFF"sv,
                                 "\xFE\xFE\xFF\xFF"sv,
                                 "\xC0\xAF"sv,
                                 "\xE0\x80\xAF"sv,
                                 "\xF0\x80\x80\xAF"sv,
                                 "\xF8\x80\x80\x80\xAF"sv,
                                 "\xFC\x80\x80\x80\x80\xAF"sv,
                                 "\xC1\xBF"sv,
                                 "\xE0\x9F\xBF"sv,
                                 "\xF0\x8F\xBF\xBF"sv,
                                 "\xC0\x80"sv,
                                 "\xE0\x80\x80"sv,
                                 "\xED\xA0\x80"sv,
                                 "\xED\xAD\xBF"sv,
                                 "\xED\xB0\x80"sv,
                                 "\xED\xBF\xBF"sv,
                                 "\xED\xA0\x80\xED\xB0\x80"sv,
                                 "\xF4\x90\x80\x80"sv,
                                 "\xF7\xBF\xBF\xBF"sv,
                                 "\xFB\xBF\xBF\xBF\xBF"sv}) {
        table.push_back({"alone", {{fin | text, std::string(bad)}}, "failed 1007 | close(1007)"});
        table.push_back({"behind ASCII", {{fin | text, of(50) + std::string(bad)}}, "failed 1007 | close(1007)"});
        table.push_back(
            {"in the middle", {{fin | text, of(3) + std::string(bad) + of(50)}}, "failed 1007 | close(1007)"});
        std::vector<raw_frame> one_by_one;
        for (char each : bad) one_by_one.push_back({one_by_one.empty() ? text : more, std::string(1, each)});
        one_by_one.push_back({fin | more});
        table.push_back({"one by one", one_by_one, "failed 1007 | close(1007)"});
    }
    check_all(table);
}

TEST_CASE("D16 conformance 7: closing, its codes and its reasons") {
    const std::string kosme = "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5";
    std::vector<situation> table{
        {"a message, then close",
         {{fin | text, "a"}, {fin | closing, code(1000)}},
         "text(a) close 1000  | close(1000)"},
        {"two closes", {{fin | closing, code(1000)}, {fin | closing, code(1000)}}, "close 1000  | close(1000)"},
        {"a ping behind", {{fin | closing, code(1000)}, {fin | ping, "x"}}, "close 1000  | close(1000)"},
        {"a text behind", {{fin | closing, code(1000)}, {fin | text, "x"}}, "close 1000  | close(1000)"},
        {"garbage behind", {{fin | closing, code(1000)}, {0xFF, "x"}}, "close 1000  | close(1000)"},
        {"a large message, then a ping", {{text, of(70000)}, {fin | closing}, {fin | ping}}, "close 1005  | close()"},
        {"empty", {{fin | closing}}, "close 1005  | close()"},
        {"half a code", {{fin | closing, "\x03"}}, "failed 1002 | close(1002)"},
        {"a code alone", {{fin | closing, code(1000)}}, "close 1000  | close(1000)"},
        {"with a reason", {{fin | closing, code(1001, "Bye " + kosme)}}, "close 1001 Bye " + kosme + " | close(1001)"},
        {"the longest reason", {{fin | closing, code(1000, of(123))}}, "close 1000 *123 | close(1000)"},
        {"a longer one", {{fin | closing, code(1000, of(124))}}, "failed 1002 | close(1002)"},
        {"a reason that is no text",
         {{fin | closing, code(1000, kosme + "\xED\xA0\x80")}},
         "failed 1007 | close(1007)"},
        {"a reason cut short", {{fin | closing, code(1000, "\xCE")}}, "failed 1007 | close(1007)"},
    };
    for (unsigned good : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 1012U, 1013U, 1014U, 3000U,
                          3999U, 4000U, 4999U})
        table.push_back({"good",
                         {{fin | closing, code(good)}},
                         "close " + std::to_string(good) + "  | close(" + std::to_string(good) + ")"});
    for (unsigned bad : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U, 65535U}) {
        table.push_back({"bad", {{fin | closing, code(bad)}}, "failed 1002 | close(1002)"});
        table.push_back({"bad, with a reason", {{fin | closing, code(bad, "why")}}, "failed 1002 | close(1002)"});
    }
    check_all(table);
}

TEST_CASE("D16 conformance: a mask on the wrong side") {
    check_all({
        {"text", {{fin | text, "a", length_form::shortest, true}}, "failed 1002 | close(1002)"},
        {"empty", {{fin | text, "", length_form::shortest, true}}, "failed 1002 | close(1002)"},
        {"ping", {{fin | ping, "a", length_form::shortest, true}}, "failed 1002 | close(1002)"},
        {"a fragment", {{text, "a"}, {fin | more, "b", length_form::shortest, true}}, "failed 1002 | close(1002)"},
        {"close", {{fin | closing, code(1000), length_form::shortest, true}}, "failed 1002 | close(1002)"},
    });
}

TEST_CASE("conformance 10: a message that is cut into frames of any size is the same message") {
    std::vector<situation> table;
    for (std::size_t size : {1U, 64U, 125U, 1300U, 65535U}) {
        std::vector<raw_frame> frames;
        const std::string whole = of(65536);
        for (std::size_t at = 0; at < whole.size(); at += size)
            frames.push_back({(at == 0 ? text : more) | (at + size >= whole.size() ? fin : 0), whole.substr(at, size)});
        table.push_back({"cut", frames, "text(*65536) |"});
    }
    check_all(table);
}
