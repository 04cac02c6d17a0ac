// transport, secure_layer: how a client comes by its streams. The core does not know what carries them.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/result.hpp>
#include <coracle/client/address_guard.hpp>
#include <coracle/net/any_stream.hpp>
#include <coracle/net/dialer.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace coracle::client {

/// Whom a stream is to lead to.
struct destination {
    destination(std::string to, std::uint16_t at, bool encrypted) noexcept
        : host(std::move(to)), port(at), secure(encrypted) {}

    std::string host;  ///< a name or an address, without brackets
    std::uint16_t port;
    bool secure;  ///< what goes over it will be encrypted: https, wss
    /// Addresses that it refuses are not connected to. Null: all may be.
    const address_guard* guard = nullptr;
};

/// Opens streams: over TCP, over a unix socket, to an app in this process, by a script of a test. Used by all loops
/// that its client is used on.
class transport {
public:
    transport() noexcept = default;
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    virtual ~transport() = default;

    /// Has no deadline of its own: it is cancelled when connecting takes too long. error: a sentence with the host.
    virtual task<result<net::any_stream, net::connect_error>> open(destination to) = 0;
    /// Its streams need no secure_layer for https: they do not leave the process, or are encrypted already.
    virtual bool secure() const noexcept { return false; }
    /// Whether a stream is worth keeping for the next request. Where it costs nothing to open one, it is not: what
    /// serves the other end would wait for its end.
    virtual bool keeps() const noexcept { return true; }
};

/// Puts encryption over a stream. <coracle/with/openssl.hpp> has one.
class secure_layer {
public:
    secure_layer() noexcept = default;
    secure_layer(const secure_layer&) = delete;
    secure_layer& operator=(const secure_layer&) = delete;
    virtual ~secure_layer() = default;

    /// Ends when the peer has shown that it is `host`. error: a sentence that says what is wrong with it.
    virtual task<result<net::any_stream, net::connect_error>> wrap(net::any_stream plain, std::string host) = 0;

    /// What clients use that were given none; null until a header of with/ sets it, before the first client is made.
    static std::shared_ptr<secure_layer>& usual() noexcept {
        static std::shared_ptr<secure_layer> one;
        return one;
    }
};

}  // namespace coracle::client
