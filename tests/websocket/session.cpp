#include <doctest/doctest.h>

#include <coracle/base/random_sequence.hpp>
#include <coracle/websocket/session.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ws = coracle::ws;
using coracle::byte_buffer;
using namespace std::string_view_literals;
using kind = ws::event::kind;

// What an idle connection costs: no buffer, and this.
static_assert(sizeof(ws::session) <= 200);

namespace {

ws::mask_key plain_key() { return {1, 2, 3, 4}; }

std::string frame_from_client(ws::opcode what, std::string_view payload, bool last = true) {
    byte_buffer out;
    ws::frame_writer(plain_key).write(out, what, payload, last);
    return std::string(out.view());
}

// Gives bytes to a session and keeps the first event.
struct fed {
    std::string bytes;
    std::span<char> rest;
    ws::event what;
    fed(ws::session& to, std::string all) : bytes(std::move(all)), rest(bytes), what(to.next(rest)) {}
};

}  // namespace

TEST_CASE("session: a message that arrived whole is given where it lies, unmasked") {
    ws::session server = ws::session::server();
    fed got(server, frame_from_client(ws::opcode::text, "hello") + frame_from_client(ws::opcode::binary, "you"));
    CHECK(got.what.what == kind::message);
    CHECK(got.what.type == ws::data_kind::text);
    CHECK(got.what.first);
    CHECK(got.what.last);
    CHECK(got.what.data == "hello");
    CHECK(got.what.data.data() == got.bytes.data() + 6);
    ws::event next = server.next(got.rest);
    CHECK(next.data == "you");
    CHECK(next.data.data() == got.bytes.data() + got.bytes.size() - 3);
    CHECK(!server.next(got.rest));
}

TEST_CASE("session: a client reads without changing a byte") {
    ws::session client = ws::session::client(plain_key);
    ws::session server = ws::session::server();
    byte_buffer wire;
    server.send(wire, ws::data_kind::binary, "\1\2\3\4\5");
    const std::string before(wire.view());
    fed got(client, before);
    CHECK(got.what.data == "\1\2\3\4\5");
    CHECK(got.bytes == before);
}

TEST_CASE("D16 session: an announced length takes no memory; what arrived does") {
    ws::limits bounds;
    bounds.message_bytes = 1ULL << 62U;
    ws::session server = ws::session::server(bounds);
    ws::frame_head head;
    head.what = ws::opcode::binary;
    head.masked = true;
    head.length = 1ULL << 61U;
    fed got(server, std::string(ws::frame_prefix(head).view()) + std::string(1000, 'x'));
    CHECK(!got.what);
    for (int i = 0; i < 10; ++i) {
        fed more(server, std::string(1000, 'x'));
        CHECK(!more.what);
    }
    server.ended();
}

TEST_CASE("D16 session: a message above the limit is refused when its head is read, and the sum of its fragments too") {
    ws::limits bounds;
    bounds.message_bytes = 1000;
    for (std::uint64_t size : {1001ULL, 70000ULL, 0x7FFFFFFFFFFFFFFFULL}) {
        ws::session server = ws::session::server(bounds);
        ws::frame_head head;
        head.what = ws::opcode::text;
        head.masked = true;
        head.length = size;
        fed got(server, std::string(ws::frame_prefix(head).view()));
        CHECK(got.what.what == kind::failed);
        CHECK(got.what.code == ws::close_code::too_big);
        CHECK(server.answers() ==
              "\x88\x18\x03\xF1"
              "the message is too big"sv);
    }
    ws::session server = ws::session::server(bounds);
    CHECK(!fed(server, frame_from_client(ws::opcode::text, std::string(600, 'a'), false)).what);
    CHECK(!fed(server, frame_from_client(ws::opcode::continuation, std::string(400, 'a'), false)).what);
    CHECK(!fed(server, frame_from_client(ws::opcode::continuation, "", false)).what);
    CHECK(fed(server, frame_from_client(ws::opcode::continuation, "a", false)).what.code == ws::close_code::too_big);
    ws::session exact = ws::session::server(bounds);
    CHECK(fed(exact, frame_from_client(ws::opcode::text, std::string(1000, 'a'))).what.data.size() == 1000);
    CHECK(fed(exact, frame_from_client(ws::opcode::text, std::string(1000, 'a'))).what.data.size() == 1000);
}

TEST_CASE("D16 session: lengths whose sum would wrap around are refused") {
    ws::limits bounds;
    bounds.message_bytes = ~0ULL;
    ws::session server = ws::session::server(bounds);
    server.deliver(ws::delivery::pieces);
    CHECK(fed(server, frame_from_client(ws::opcode::binary, "0123456789", false)).what);
    ws::frame_head head;
    head.what = ws::opcode::continuation;
    head.masked = true;
    head.length = 0x7FFFFFFFFFFFFFFFULL;
    CHECK(!fed(server, std::string(ws::frame_prefix(head).view())).what);
    ws::limits small;
    small.message_bytes = 100;
    ws::session other = ws::session::server(small);
    CHECK(!fed(other, frame_from_client(ws::opcode::binary, "0123456789", false)).what);
    CHECK(fed(other, std::string(ws::frame_prefix(head).view())).what.code == ws::close_code::too_big);
}

TEST_CASE("D16 session: a message in more fragments than allowed is refused by 1008") {
    ws::limits bounds;
    bounds.message_frames = 10;
    for (auto how : {ws::delivery::whole, ws::delivery::pieces}) {
        ws::session server = ws::session::server(bounds);
        server.deliver(how);
        CHECK(!fed(server, frame_from_client(ws::opcode::text, "", false)).what);
        for (int i = 0; i < 9; ++i) CHECK(!fed(server, frame_from_client(ws::opcode::continuation, "", false)).what);
        fed got(server, frame_from_client(ws::opcode::continuation, "", false));
        CHECK(got.what.what == kind::failed);
        CHECK(got.what.code == ws::close_code::policy_violation);
    }
    ws::session server = ws::session::server(bounds);
    for (int i = 0; i < 100; ++i) {
        CHECK(fed(server, frame_from_client(ws::opcode::text, "x")).what.data == "x");
        CHECK(!fed(server, frame_from_client(ws::opcode::text, "y", false)).what);
        for (int k = 0; k < 8; ++k) CHECK(!fed(server, frame_from_client(ws::opcode::continuation, "", false)).what);
        CHECK(fed(server, frame_from_client(ws::opcode::continuation, "")).what);
    }
}

TEST_CASE("D16 session: text that is no UTF-8 is refused by its first wrong byte, within the frame") {
    std::string bytes = frame_from_client(ws::opcode::text, "caf\xC3\xA9 \xF4\x90 and much behind it");
    for (auto how : {ws::delivery::whole, ws::delivery::pieces}) {
        ws::session server = ws::session::server();
        server.deliver(how);
        std::size_t at = 0;
        ws::event what;
        for (; at < bytes.size() && what.what != kind::failed; ++at) {
            std::string one = bytes.substr(at, 1);
            std::span<char> arrived(one);
            what = server.next(arrived);
        }
        CHECK(what.code == ws::close_code::invalid_data);
        CHECK(at == 6 + 8);
    }
}

TEST_CASE("D16 session: a flood of pings is answered in a bounded buffer, and the newest always is") {
    ws::session server = ws::session::server();
    for (int i = 0; i < 100000; ++i) {
        std::string payload = std::to_string(i) + std::string(100, '.');
        CHECK(fed(server, frame_from_client(ws::opcode::ping, payload)).what.what == kind::ping);
        if (server.answers().size() > 1024 + 127) FAIL("it grows");
        if (!server.answers().ends_with(payload)) FAIL("the newest is not there");
    }
    CHECK(server.answers().substr(2, 2) == "0.");
    server.answered();
    CHECK(server.answers().empty());
    (void)fed(server, frame_from_client(ws::opcode::ping, "a"));
    CHECK(server.answers() ==
          "\x8A\x01"
          "a"sv);
}

TEST_CASE("session: a control frame that arrives in pieces within a message in pieces disturbs nothing") {
    const std::string bytes =
        frame_from_client(ws::opcode::text, "abc", false) + frame_from_client(ws::opcode::ping, std::string(125, 'p')) +
        frame_from_client(ws::opcode::pong, "q") + frame_from_client(ws::opcode::continuation, "def", true);
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        ws::session server = ws::session::server();
        std::string out;
        for (std::size_t at = 0; at < bytes.size(); at += step) {
            std::string piece = bytes.substr(at, step);
            std::span<char> arrived(piece);
            while (ws::event what = server.next(arrived))
                out.append("(").append(what.data.size() > 100 ? "p" : what.data).append(")");
        }
        CHECK(out == "(p)(q)(abcdef)");
    }
}

TEST_CASE("session: in pieces, a message is given as it arrives, with its first and its last marked") {
    ws::session server = ws::session::server();
    server.deliver(ws::delivery::pieces);
    std::string bytes = frame_from_client(ws::opcode::text, "abc", false) + frame_from_client(ws::opcode::ping, "!") +
                        frame_from_client(ws::opcode::continuation, "", false) +
                        frame_from_client(ws::opcode::continuation, "de") + frame_from_client(ws::opcode::binary, "");
    std::string out;
    std::span<char> arrived(bytes);
    while (ws::event what = server.next(arrived))
        out.append(what.first ? "[" : "").append(what.data).append(what.last ? "]" : "");
    CHECK(out == "[abc[!]de][]");  // the ping is an event of its own

    // Nothing is kept of it: each piece lies in what arrived.
    std::string large = frame_from_client(ws::opcode::binary, std::string(5000, 'x'));
    std::size_t sum = 0;
    for (std::size_t at = 0; at < large.size(); at += 100) {
        std::span<char> some(large.data() + at, at + 100 < large.size() ? 100 : large.size() - at);
        const char* from = some.data();
        while (ws::event what = server.next(some)) {
            CHECK(what.data.data() >= from);
            CHECK(what.data.data() + what.data.size() <= from + 100);
            CHECK(what.first == (sum == 0));
            sum += what.data.size();
            CHECK(what.last == (sum == 5000));
        }
    }
    CHECK(sum == 5000);
}

TEST_CASE("session: after our close, messages are read past until the peer's close comes, and nothing is answered") {
    ws::session server = ws::session::server();
    byte_buffer out;
    (void)fed(server, frame_from_client(ws::opcode::ping, "before"));
    (void)fed(server, frame_from_client(ws::opcode::text, "begun", false));
    server.close(out, ws::close_code::going_away, "bye");
    CHECK(out.view() ==
          "\x8A\x06"
          "before"
          "\x88\x05\x03\xE9"
          "bye"sv);  // what was due goes first
    CHECK(server.answers().empty());
    CHECK(server.phase() == ws::phase::closing);
    CHECK(!server.may_send());
    out.clear();
    server.close(out);
    CHECK(out.empty());
    CHECK(!fed(server, frame_from_client(ws::opcode::continuation, "\xFF")).what);
    CHECK(!fed(server, frame_from_client(ws::opcode::text, std::string(100000, 'x'))).what);
    CHECK(fed(server, frame_from_client(ws::opcode::ping, "?")).what.what == kind::ping);
    CHECK(server.answers().empty());
    fed last(server, frame_from_client(ws::opcode::close, "\x03\xE9"sv) + "behind it");
    CHECK(last.what.what == kind::close);
    CHECK(last.what.code == ws::close_code::going_away);
    CHECK(last.rest.empty());
    CHECK(server.phase() == ws::phase::closed);
    CHECK(server.answers().empty());
    CHECK(!fed(server, frame_from_client(ws::opcode::text, "x")).what);
    CHECK(!server.ended());
}

TEST_CASE("session: frames are still checked while closing, and a fault needs no second close frame") {
    ws::session server = ws::session::server();
    byte_buffer out;
    server.close(out);
    fed got(server,
            "\x81\x01"
            "a");
    CHECK(got.what.what == kind::failed);
    CHECK(got.what.code == ws::close_code::protocol_error);
    CHECK(server.answers().empty());
}

TEST_CASE("session: a connection that ends without a close frame is lost, and said so once") {
    ws::session server = ws::session::server();
    (void)fed(server, "\x81");
    ws::event what = server.ended();
    CHECK(what.what == kind::close);
    CHECK(what.code == ws::close_code::lost);
    CHECK(!server.ended());
    CHECK(!server.may_send());
    ws::session closing = ws::session::client(plain_key);
    byte_buffer out;
    closing.close(out, ws::close_code::none);
    CHECK(out.view() == "\x88\x80\1\2\3\4"sv);
    CHECK(closing.ended().code == ws::close_code::lost);
}

TEST_CASE("session: what one side sends, the other hears, in every length and in pieces") {
    ws::session client = ws::session::client(plain_key);
    ws::session server = ws::session::server();
    for (bool from_client : {true, false}) {
        ws::session& from = from_client ? client : server;
        ws::session& to = from_client ? server : client;
        for (std::size_t size : {0U, 1U, 7U, 8U, 125U, 126U, 65535U, 65536U, 1U << 20U}) {
            byte_buffer wire;
            const std::string text(size, 'x');
            from.send(wire, ws::data_kind::text, text);
            from.send_piece(wire, ws::data_kind::binary, text, false);
            CHECK(from.sends_pieces());
            from.ping(wire, std::string(200, '?'));
            from.pong(wire, "!");
            from.send_piece(wire, ws::data_kind::binary, "y", false);
            from.send_piece(wire, ws::data_kind::binary, "z", true);
            CHECK(!from.sends_pieces());
            fed got(to, std::string(wire.view()));
            CHECK(got.what.data == text);
            CHECK(got.what.type == ws::data_kind::text);
            CHECK(to.next(got.rest).data == std::string(125, '?'));
            CHECK(to.next(got.rest).what == kind::pong);
            ws::event whole = to.next(got.rest);
            CHECK(whole.type == ws::data_kind::binary);
            CHECK(whole.data == text + "yz");
            to.answered();
        }
    }
}

TEST_CASE("session: a server announces what it sends from where it lies") {
    ws::session server = ws::session::server();
    CHECK(server.sends_unchanged());
    byte_buffer wire;
    for (std::size_t size : {5U, 126U, 70000U})
        for (auto type : {ws::data_kind::text, ws::data_kind::binary}) {
            const std::string body(size, 'b');
            byte_buffer copied;
            ws::session other = ws::session::server();
            other.send(copied, type, body);
            CHECK(std::string(server.announce(type, size).view()) + body == copied.view());
        }
    CHECK(server.announce(ws::data_kind::text, 3, false).view() == "\x01\x03"sv);
    CHECK(server.announce(ws::data_kind::text, 3, false).view() == "\x00\x03"sv);
    CHECK(server.announce(ws::data_kind::text, 3, true).view() == "\x80\x03"sv);
    CHECK(server.announce(ws::data_kind::binary, 3, true).view() == "\x82\x03"sv);
    CHECK(!ws::session::client(plain_key).sends_unchanged());
}

TEST_CASE("session: any cuts of any traffic give the same events") {
    coracle::random_sequence random(1);
    for (int round = 0; round < 300; ++round) {
        std::string bytes;
        bool in_message = false;
        for (std::uint64_t i = random.below(20); i > 0; --i) {
            std::string payload(random.below(random.percent(10) ? 1000 : 130), static_cast<char>(random.below(128)));
            if (random.percent(20)) {
                bytes +=
                    frame_from_client(random.percent(50) ? ws::opcode::ping : ws::opcode::pong, payload.substr(0, 125));
                continue;
            }
            bool last = random.percent(50);
            auto what = in_message           ? ws::opcode::continuation
                        : random.percent(50) ? ws::opcode::text
                                             : ws::opcode::binary;
            bytes += frame_from_client(what, payload, last);
            in_message = !last;
        }
        if (random.percent(30)) bytes += "\x83";
        if (random.percent(30)) bytes += frame_from_client(ws::opcode::close, "\x03\xE8 so");
        auto run = [&](bool cut) {
            ws::session server = ws::session::server();
            std::string out;
            for (std::size_t at = 0; at < bytes.size();) {
                std::string piece = bytes.substr(at, cut ? 1 + random.below(200) : bytes.size());
                at += piece.size();
                std::span<char> arrived(piece);
                while (ws::event what = server.next(arrived))
                    out.append(std::to_string(static_cast<int>(what.what))).append(what.data).append(";");
            }
            return out.append(server.answers());
        };
        const std::string whole = run(false);
        for (int again = 0; again < 5; ++again)
            if (run(true) != whole) FAIL("cut, it is heard differently");
    }
}

TEST_CASE("nothing behind a text that is not UTF-8 is looked at") {
    ws::session server = ws::session::server();
    std::string bytes =
        frame_from_client(ws::opcode::text, "\xFF", true) + frame_from_client(ws::opcode::text, "fine", true);
    std::span<char> arrived(bytes);
    ws::event what = server.next(arrived);
    CHECK(what.what == kind::failed);
    CHECK(what.code == ws::close_code::invalid_data);
    CHECK(arrived.empty());
    CHECK(!server.next(arrived));
}
