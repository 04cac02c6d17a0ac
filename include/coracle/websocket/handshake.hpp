// handshake: the values by which an HTTP connection becomes a WebSocket, from both sides.
// RFC 6455 4.1, 4.2, 11.3; RFC 9110 7.8 (Upgrade).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/base64.hpp>
#include <coracle/base/sha1.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coracle::ws {

inline constexpr std::string_view version = "13";

/// What of a request says that it wants to be a WebSocket. A field that came more than once is one text, with ", "
/// between the values, as RFC 9110 5.3 has it; empty: the field is not there.
struct upgrade_request {
    bool is_get = false;
    bool is_http_1_1 = false;
    std::string_view upgrade{};
    std::string_view connection{};
    std::string_view key{};      ///< Sec-WebSocket-Key
    std::string_view version{};  ///< Sec-WebSocket-Version
};

/// Why an answer is not 101.
struct upgrade_refusal {
    std::uint16_t status = 0;  ///< 0: none. With 426 goes `Sec-WebSocket-Version: 13`, and `Upgrade: websocket`
    std::string_view why{};
    explicit operator bool() const noexcept { return status != 0; }
};

/// Whether a list of tokens has this one, whatever the case.
constexpr bool has_token(std::string_view list, std::string_view token) noexcept {
    while (!list.empty()) {
        std::size_t comma = list.find(',');
        if (ascii::iequals(ascii::trim(list.substr(0, comma)), token)) return true;
        list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
    }
    return false;
}

/// Whether the request asks for a WebSocket at all, rightly or not; otherwise it is a plain request.
constexpr bool asks_for_websocket(std::string_view upgrade) noexcept { return has_token(upgrade, "websocket"); }

/// Whether it is what 16 bytes look like in base64.
constexpr bool is_key(std::string_view key) noexcept {
    constexpr std::size_t size = base64::encoded_size(16);
    if (key.size() != size || !key.ends_with("==")) return false;
    for (char c : key.substr(0, size - 2))
        if (!ascii::is_alpha(c) && !ascii::is_digit(c) && c != '+' && c != '/') return false;
    // The last letter has two bits that belong to a byte.
    return std::string_view("AQgw").find(key[size - 3]) != std::string_view::npos;
}

/// What keeps the request from becoming a WebSocket.
constexpr upgrade_refusal refusal_of(const upgrade_request& asked) noexcept {
    if (!asks_for_websocket(asked.upgrade))
        return {426, "this is a WebSocket: send Upgrade: websocket and Connection: Upgrade"};
    if (!asked.is_get) return {405, "a WebSocket is asked for by GET"};
    if (!asked.is_http_1_1) return {400, "a WebSocket is asked for in HTTP/1.1"};
    if (!has_token(asked.connection, "upgrade")) return {400, "the Connection field does not name Upgrade"};
    if (asked.version != version) return {426, "the version of the WebSocket protocol is 13"};
    if (!is_key(asked.key)) return {400, "Sec-WebSocket-Key must be 16 bytes in base64, once"};
    return {};
}

/// Sec-WebSocket-Accept, or Sec-WebSocket-Key: text of a fixed length.
template <std::size_t Size>
struct handshake_text {
    std::array<char, Size> letters{};
    constexpr std::string_view view() const noexcept { return {letters.data(), Size}; }
};
using accept_text = handshake_text<base64::encoded_size(sha1::digest_size)>;
using key_text = handshake_text<base64::encoded_size(16)>;

/// The server's proof that it read the key and knows what a WebSocket is.
constexpr accept_text accept_for(std::string_view key) noexcept {
    sha1 hash;
    hash.update(key);
    hash.update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    accept_text out;
    base64::encode_to(hash.finish().view(), out.letters.data());
    return out;
}

/// The client's key. in: 16 random bytes; another one for each connection.
constexpr key_text key_of(std::string_view random) noexcept {
    key_text out;
    base64::encode_to(random.substr(0, 16), out.letters.data());
    return out;
}

/// What of the answer to its request a client has to look at.
struct upgrade_answer {
    std::uint16_t status = 0;
    std::string_view upgrade{};
    std::string_view connection{};
    std::string_view accept{};  ///< Sec-WebSocket-Accept
};

/// Why the answer makes no WebSocket; empty when it does. Subprotocol and extensions are checked by
/// is_offered_subprotocol() and deflate_answer().
constexpr std::string_view fault_of(const upgrade_answer& answer, std::string_view key) noexcept {
    if (answer.status != 101) return "the server did not answer 101 Switching Protocols";
    if (!ascii::iequals(ascii::trim(answer.upgrade), "websocket")) return "the answer has no Upgrade: websocket";
    if (!has_token(answer.connection, "upgrade")) return "the answer has no Connection: Upgrade";
    if (answer.accept != accept_for(key).view())
        return "the answer has another Sec-WebSocket-Accept than the key asks for";
    return {};
}

}  // namespace coracle::ws
