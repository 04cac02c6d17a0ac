// close_code: why a WebSocket ends, as a number.
// RFC 6455 7.4; IANA's WebSocket Close Code Number Registry (1012 to 1014).
#pragma once

#include <cstdint>

namespace coracle::ws {

/// The registered ones. 3000 to 3999 are for libraries, 4000 to 4999 for applications: `ws::close_code{4001}`.
enum class close_code : std::uint16_t {
    normal = 1000,
    going_away = 1001,        ///< the page is left, the server stops
    protocol_error = 1002,    ///< the peer does not keep to RFC 6455
    unsupported_data = 1003,  ///< text where binary was wanted, or the other way round
    none = 1005,              ///< the peer closed and gave no code; never sent
    lost = 1006,              ///< the connection ended without a close frame; never sent
    invalid_data = 1007,      ///< text that is not UTF-8, or a message that is not what its type says
    policy_violation = 1008,
    too_big = 1009,
    extension_missing = 1010,  ///< a client's: the server did not agree to what it needs
    internal_error = 1011,
    service_restart = 1012,
    try_again_later = 1013,
    bad_gateway = 1014,
    tls_failure = 1015,  ///< never sent
};

constexpr std::uint16_t number(close_code code) noexcept { return static_cast<std::uint16_t>(code); }

/// Whether a close frame may have it: not those that stand for the absence of one, not what nobody has registered, and
/// nothing that is no close code at all.
constexpr bool may_be_sent(close_code code) noexcept {
    std::uint16_t n = number(code);
    if (n >= 3000) return n <= 4999;
    return n >= 1000 && n <= 1014 && n != 1004 && n != 1005 && n != 1006;
}

}  // namespace coracle::ws
