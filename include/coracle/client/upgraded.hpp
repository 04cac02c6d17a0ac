// upgraded: what became of the wish to go on with another protocol.
// RFC 9110 7.8, 15.2.2.
#pragma once

#include <coracle/client/http_reply.hpp>
#include <coracle/net/any_stream.hpp>

#include <string>
#include <utility>

namespace coracle::client {

/// A 101 and the stream behind it, or an ordinary answer, whose stream is empty then.
class upgraded {
public:
    explicit upgraded(http_reply answer) noexcept : reply(std::move(answer)) {}
    upgraded(http_reply answer, net::any_stream behind, std::string read) noexcept
        : reply(std::move(answer)), stream(std::move(behind)), already(std::move(read)) {}

    http_reply reply;
    /// No longer a connection of the pool; there are no timeouts on it any more.
    net::any_stream stream;
    /// What came behind the 101 and is the beginning of what the stream says.
    std::string already;

    explicit operator bool() const noexcept { return static_cast<bool>(stream); }
};

}  // namespace coracle::client
