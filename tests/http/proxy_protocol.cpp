#include <coracle/http/proxy_protocol.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

using namespace coracle;

namespace in_proxy_protocol {

using state = http::proxy_header_state;

std::string told(const http::proxy_header_reader& reader) {
    const http::proxy_header& said = reader.header();
    std::string out;
    if (said.ipv4) ip::append_ipv4(out, *said.ipv4);
    if (said.ipv6) ip::append_ipv6(out, *said.ipv6);
    if (said.from_unix_socket) out += "unix:" + std::string(said.path);
    if (out.empty()) return "nobody";
    return out + " " + std::to_string(said.port) + (said.tls ? " tls" : "");
}

/// What a header gives: the same whole, with a tail, and, from memory that ends with it, at every shorter length.
std::string read(std::string_view header) {
    http::proxy_header_reader reader;
    state whole = reader.read(header);
    std::string result = whole == state::complete  ? told(reader)
                         : whole == state::refused ? "refused: " + std::string(reader.why())
                                                   : "more";
    if (whole == state::complete) {
        CHECK(reader.consumed() == header.size());
        for (std::string_view tail : {"G", "GET / HTTP/1.1\r\n\r\n", "\r\n", "PROXY TCP4 "}) {
            std::string longer = std::string(header) + std::string(tail);
            CHECK(reader.read(longer) == state::complete);
            CHECK(reader.consumed() == header.size());
            CHECK(told(reader) == result);
        }
    }
    for (std::size_t size = 0; size < header.size(); ++size) {
        auto exact = std::make_unique<char[]>(size + 1);
        header.copy(exact.get(), size);
        state early = reader.read({exact.get(), size});
        CHECK(early != state::complete);
        if (whole == state::complete) CHECK(early == state::need_more);
        if (early == state::need_more) CHECK(told(reader) == "nobody");
    }
    return result;
}

std::string two_bytes(std::size_t number) { return {static_cast<char>(number >> 8), static_cast<char>(number)}; }
std::string binary(char command, char family, std::string_view rest) {
    return std::string("\r\n\r\n\0\r\nQUIT\n", 12) + command + family + two_bytes(rest.size()) + std::string(rest);
}
std::string addition(char type, std::string_view value) {
    return std::string(1, type) + two_bytes(value.size()) + std::string(value);
}
const std::string four = std::string("\xC0\x00\x02\x01\xC0\x00\x02\x02", 8) + two_bytes(56324) + two_bytes(443);
const std::string six =
    std::string("\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x01", 16) + std::string(16, '\0') + two_bytes(1) + two_bytes(2);

std::uint32_t crc32c(std::string_view bytes) {
    std::uint32_t sum = 0xFFFFFFFFu;
    for (char c : bytes) {
        sum ^= static_cast<unsigned char>(c);
        for (int i = 0; i < 8; ++i) sum = (sum & 1) ? (sum >> 1) ^ 0x82F63B78u : sum >> 1;
    }
    return ~sum;
}

}  // namespace in_proxy_protocol
using namespace in_proxy_protocol;

TEST_CASE("version 1 says who has come over TCP, or that it does not know") {
    CHECK(read("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n") == "192.0.2.1 56324");
    CHECK(read("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n") == "2001:db8::1 1");
    CHECK(read("PROXY UNKNOWN\r\n") == "nobody");
    CHECK(read("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n") == "nobody");
    CHECK(read("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
               "65535\r\n") == "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535");
}

TEST_CASE("version 1: nothing but its one form, within 107 bytes") {
    for (std::string_view bad : {"PROXY\r\n",
                                 "PROXY \r\n",
                                 "PROXY  TCP4 192.0.2.1 192.0.2.2 56324 443\r\n",
                                 "proxy UNKNOWN\r\n",
                                 "PROXY UNKNOWN\n",
                                 "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\n",
                                 "PROXY TCP4 192.0.2.1 192.0.2.2 56324\r\n",
                                 "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 \r\n",
                                 "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443 1\r\n",
                                 "PROXY TCP4 192.0.2.1 192.0.2.2 056324 443\r\n",
                                 "PROXY TCP4 192.0.2.1 192.0.2.2 65536 443\r\n",
                                 "PROXY TCP4 192.0.2.1 192.0.2.2 -1 443\r\n",
                                 "PROXY TCP4 192.0.2.1 192.0.2.2 1 00\r\n",
                                 "PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n",
                                 "PROXY TCP4 ::1 ::1 1 2\r\n",
                                 "PROXY TCP6 1.2.3.4 ::1 1 2\r\n",
                                 "PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n",
                                 "PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n",
                                 "PROXY TCP4 192.0.2.1 192.0.2.2 1\r2\r\n",
                                 "GET / HTTP/1.1\r\n\r\n",
                                 "\r\n\r\nGET",
                                 "\x16\x03\x01",
                                 "PROXX"}) {
        CAPTURE(bad);
        CHECK(read(bad).starts_with("refused: "));
    }
    CHECK(read("PROXY UNKNOWN " + std::string(90, 'x')) == "more");
    CHECK(read("PROXY UNKNOWN " + std::string(93, 'x')).starts_with("refused: "));
    CHECK(read("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n") == "nobody");
    CHECK(read("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n").starts_with("refused: "));
}

TEST_CASE("version 2 says who has come over IPv4, IPv6 or a unix socket") {
    CHECK(read(binary('\x21', '\x11', four)) == "192.0.2.1 56324");
    CHECK(read(binary('\x21', '\x21', six)) == "2001:db8::1 1");
    std::string path = "/run/app.sock";
    CHECK(read(binary('\x21', '\x31', path + std::string(216 - path.size(), '\0'))) == "unix:/run/app.sock 0");
    CHECK(read(binary('\x21', '\x31', std::string(216, 'p'))) == "unix:" + std::string(108, 'p') + " 0");
    CHECK(read(binary('\x21', '\x31', std::string(216, '\0'))) == "unix: 0");
}

TEST_CASE("version 2: a proxy that speaks for itself, or of what it does not know, says nothing") {
    CHECK(read(binary('\x20', '\0', "")) == "nobody");
    CHECK(read(binary('\x20', '\x11', four)) == "nobody");
    CHECK(read(binary('\x20', '\x77', "anything")) == "nobody");
    CHECK(read(binary('\x21', '\0', "")) == "nobody");
    CHECK(read(binary('\x21', '\0', "anything at all")) == "nobody");
}

TEST_CASE("version 2: what is added behind the addresses is skipped, but for TLS and the checksum") {
    CHECK(read(binary('\x21', '\x11', four + addition('\x02', "shop.example") + addition('\x04', ""))) ==
          "192.0.2.1 56324");
    std::string by_tls = std::string("\x01\0\0\0\0", 5) + addition('\x21', "TLSv1.3");
    CHECK(read(binary('\x21', '\x11', four + addition('\x20', by_tls))) == "192.0.2.1 56324 tls");
    by_tls[0] = '\0';
    CHECK(read(binary('\x21', '\x11', four + addition('\x20', by_tls))) == "192.0.2.1 56324");

    CHECK(crc32c("123456789") == 0xE3069283u);
    std::string header = binary('\x21', '\x11', four + addition('\x03', std::string(4, '\0')) + addition('\x05', "id"));
    std::uint32_t sum = crc32c(header);
    std::size_t at = 16 + 12 + 3;
    for (std::size_t i = 0; i < 4; ++i) header[at + i] = static_cast<char>(sum >> (24 - 8 * i));
    CHECK(read(header) == "192.0.2.1 56324");
    header[16] = '\x01';  // another address
    CHECK(read(header).starts_with("refused: "));
}

TEST_CASE("version 2: what it cannot say is refused, and so is what is longer than it needs to be") {
    for (const std::string& bad :
         {binary('\x22', '\x11', four), binary('\x11', '\x11', four), binary('\x31', '\x11', four),
          binary('\x21', '\x12', four), binary('\x21', '\x41', four), binary('\x21', '\x11', four.substr(1)),
          binary('\x21', '\x21', four), binary('\x21', '\x31', six), binary('\x21', '\x11', ""),
          binary('\x21', '\x11', four + "\x02"), binary('\x21', '\x11', four + std::string("\x02\0", 2)),
          binary('\x21', '\x11', four + std::string("\x02\0\x05", 3) + "four"),
          binary('\x21', '\x11', four + addition('\x03', "abc")),
          binary('\x21', '\x11', four + addition('\x20', "1234")),
          binary('\x21', '\x11', four + addition('\x04', std::string(4096, 'x')))}) {
        CHECK(read(bad).starts_with("refused: "));
    }
    http::proxy_header_reader reader(32);
    CHECK(reader.read(binary('\x21', '\x11', four)) == state::complete);
    CHECK(reader.read(binary('\x21', '\x21', six).substr(0, 16)) == state::refused);  // before it has come
    CHECK(reader.why() == "the PROXY header is too long");
}
