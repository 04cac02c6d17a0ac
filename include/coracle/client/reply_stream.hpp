// reply_stream: where the rest of an answer comes from: its connection, or a test.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/http/owned_fields.hpp>

#include <optional>
#include <string>

namespace coracle::client {

/// The body of one answer. Destroyed before its end it closes the connection.
class reply_stream {
public:
    reply_stream() noexcept = default;
    reply_stream(const reply_stream&) = delete;
    reply_stream& operator=(const reply_stream&) = delete;
    virtual ~reply_stream() = default;

    /// The next piece, never empty; nothing at the end, when the connection has been given back.
    /// error: as http_client::send().
    virtual task<std::optional<std::string>> read() = 0;
    /// Who reads goes on with an error, and nothing is read any more.
    virtual void stop() noexcept {}
    /// What came behind the body. in: after its end.
    virtual const http::owned_fields& trailers() const noexcept = 0;
};

}  // namespace coracle::client
