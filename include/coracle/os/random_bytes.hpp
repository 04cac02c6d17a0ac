// random_bytes: what nobody can guess, for keys, tokens and ids.
// POSIX.1-2024 getentropy(3); Linux, macOS and FreeBSD have it.
#pragma once

#include <coracle/base/base64.hpp>
#include <coracle/os/error.hpp>

#include <sys/random.h>
#include <unistd.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace coracle {

namespace os {

/// Fills `out` from the kernel's generator. From any thread. error: std::system_error when the kernel has none.
inline void random_bytes(std::span<char> out) {
    constexpr std::size_t most = 256;  // that one call gives
    while (!out.empty()) {
        std::size_t size = out.size() < most ? out.size() : most;
        if (::getentropy(out.data(), size) != 0)
            throw std::system_error(last_error(), "coracle: the system has no random bytes to give");
        out = out.subspan(size);
    }
}

}  // namespace os

/// A text that nobody can guess, of letters, digits, `-` and `_`: a key for the session middleware, a token for a link.
/// Python's secrets.token_urlsafe. in: how many bytes of randomness; 16 are enough against any guessing.
inline std::string secret_token(std::size_t bytes = 32) {
    std::string raw(bytes, '\0');
    os::random_bytes({raw.data(), raw.size()});
    return base64::encode_url(raw);
}

}  // namespace coracle
