#include <doctest/doctest.h>

#include <coracle/websocket/message_transform.hpp>
#include <coracle/websocket/session.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ws = coracle::ws;
using coracle::byte_buffer;

namespace {

// Stands for a compressor: a pair of bytes is a count and a letter. It can blow up, and it can be broken.
class run_lengths final : public ws::message_transform {
public:
    explicit run_lengths(std::size_t smallest) : smallest_(smallest) {}

    verdict unpack(std::string_view piece, bool last, byte_buffer& out, std::size_t most) override {
        for (char c : piece) {
            if (!half_) {
                half_ = true;
                count_ = static_cast<unsigned char>(c);
                continue;
            }
            half_ = false;
            if (count_ > most) return verdict::too_big;
            most -= count_;
            out.append(std::string(count_, c));
        }
        return last && half_ ? verdict::broken : verdict::good;
    }
    bool pack(std::string_view piece, bool first, bool, byte_buffer& out) override {
        if (first && piece.size() < smallest_) return false;
        for (char c : piece) {
            out.push_back('\1');
            out.push_back(c);
        }
        return true;
    }

private:
    std::size_t smallest_;
    bool half_ = false;
    std::size_t count_ = 0;
};

ws::mask_key fixed_key() { return {1, 2, 3, 4}; }

ws::session server_with_transform(const ws::limits& bounds = ws::default_limits) {
    ws::session out = ws::session::server(bounds);
    out.transform(std::make_unique<run_lengths>(3));
    return out;
}

std::string frame(bool marked, ws::opcode what, std::string_view payload, bool last = true) {
    byte_buffer out;
    ws::frame_writer(fixed_key).write(out, what, payload, last, marked ? 4 : 0);
    return std::string(out.view());
}

std::string told(ws::session& to, std::string bytes, std::size_t step) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        std::size_t size = step < bytes.size() - at ? step : bytes.size() - at;
        std::span<char> arrived(bytes.data() + at, size);
        while (ws::event what = to.next(arrived)) {
            if (what.what == ws::event::kind::message) out.append(what.first ? "[" : "").append(what.data);
            if (what.what == ws::event::kind::message && what.last) out += "]";
            if (what.what == ws::event::kind::failed)
                out.append("failed ").append(std::to_string(number(what.code))).append(": ").append(what.data);
        }
    }
    return out;
}

}  // namespace

TEST_CASE("message_transform: a marked message is unpacked, whole and in pieces of every size, and others are not") {
    const std::string bytes = frame(true, ws::opcode::text, "\3a\2b") + frame(false, ws::opcode::text, "\3a") +
                              frame(true, ws::opcode::text, "\1", false) + frame(false, ws::opcode::ping, "?") +
                              frame(false, ws::opcode::continuation, "x\4y");
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        ws::session server = server_with_transform();
        CHECK(told(server, bytes, step) == "[aaabb][\3a][xyyyy]");
        ws::session piecewise = server_with_transform();
        piecewise.deliver(ws::delivery::pieces);
        CHECK(told(piecewise, bytes, step) == "[aaabb][\3a][xyyyy]");
    }
}

TEST_CASE("D16 message_transform: a small frame that would become more than a message may have is refused by 1009") {
    ws::limits bounds;
    bounds.message_bytes = 1000;
    std::string bomb;
    for (int i = 0; i < 400; ++i) bomb += "\xFFz";
    for (auto how : {ws::delivery::whole, ws::delivery::pieces})
        for (std::size_t step : {1U, 7U, 5000U}) {
            ws::session server = server_with_transform(bounds);
            server.deliver(how);
            std::string out = told(server, frame(true, ws::opcode::binary, bomb), step);
            CHECK(out.ends_with("failed 1009: the message is too big"));
            CHECK(out.size() < 1100);
        }
    // The bound is a message's, not the connection's.
    ws::session server = server_with_transform(bounds);
    std::string good = frame(true, ws::opcode::binary, "\xFFz\xFFz\xFFz");
    CHECK(told(server, good + good, 1000).size() == 2 * (765 + 2));
}

TEST_CASE("message_transform: what it calls broken fails by 1007, and so does text that is none behind it") {
    ws::session server = server_with_transform();
    CHECK(told(server, frame(true, ws::opcode::text, "\3"), 100) == "failed 1007: a message cannot be decompressed");
    ws::session other = server_with_transform();
    CHECK(told(other, frame(true, ws::opcode::text, "\1\xFF"), 100) == "failed 1007: a text is not UTF-8");
}

TEST_CASE("D16 message_transform: the mark is refused on a control frame, on a continuation, and without a transform") {
    ws::session one = server_with_transform();
    CHECK(told(one, frame(true, ws::opcode::ping, ""), 100).starts_with("failed 1002: a reserved bit"));
    ws::session two = server_with_transform();
    CHECK(told(two, frame(true, ws::opcode::text, "\1a", false) + frame(true, ws::opcode::continuation, "\1b"), 100)
              .starts_with("failed 1002: a reserved bit"));
    ws::session three = ws::session::server();
    CHECK(told(three, frame(true, ws::opcode::text, "\1a"), 100).starts_with("failed 1002: a reserved bit"));
}

TEST_CASE("message_transform: what it packs is marked on the first frame only, and what it leaves is sent as it is") {
    ws::session client = ws::session::client(fixed_key);
    client.transform(std::make_unique<run_lengths>(3));
    CHECK(!client.sends_unchanged());
    byte_buffer out;
    client.send(out, ws::data_kind::text, "abc");
    client.send(out, ws::data_kind::text, "ab");
    client.send_piece(out, ws::data_kind::text, "abc", false);
    client.send_piece(out, ws::data_kind::text, "d", false);
    client.send_piece(out, ws::data_kind::text, "", true);
    client.send_piece(out, ws::data_kind::text, "a", false);
    client.send_piece(out, ws::data_kind::text, "bcd", true);
    ws::session server = server_with_transform();
    CHECK(told(server, std::string(out.view()), 1000) == "[abc][ab][abcd][abcd]");
    CHECK((static_cast<unsigned char>(out.view()[0]) & 0x70U) == 0x40U);
}
