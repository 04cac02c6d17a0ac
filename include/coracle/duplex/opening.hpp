// opening: how a WebSocket came to be, as the WebSocket sees it: what was asked, and on the server what is answered.
// RFC 6455 4.
#pragma once

#include <coracle/http/field_list.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/target.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::duplex {

/// Lives as long as its WebSocket. What it gives are views into itself.
class opening {
public:
    opening() noexcept = default;
    opening(const opening&) = delete;
    opening& operator=(const opening&) = delete;

    /// Answers 101. The WebSocket is told when that is done, or will never be. in: empty for no subprotocol.
    virtual void accept(std::string_view subprotocol, const http::field_list& headers) = 0;
    /// Answers something else, and nothing more comes.
    virtual void deny(int status, std::string body, http::field_list headers) = 0;

    /// What was asked.
    virtual const http::fields& headers() = 0;
    virtual http::target target() = 0;
    virtual std::optional<std::string_view> query(std::string_view name) = 0;
    virtual std::string_view path(std::string_view name) = 0;
    virtual std::optional<std::string_view> cookie(std::string_view name) = 0;
    virtual std::string_view client_address() = 0;
    virtual std::uint16_t client_port() = 0;

protected:
    ~opening() = default;
};

}  // namespace coracle::duplex
