// outgoing_client: the client of a body that is made while it is sent, as the body sees it. The server's, or a test's.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>

#include <cstdint>
#include <exception>
#include <string_view>

namespace coracle {

/// One answer's. What is written waits in a buffer until send(), or until there is nothing else to do.
class outgoing_client {
public:
    /// Whether the answer has a body at all, which HEAD, 204 and 304 have not.
    virtual bool wants_pieces() const noexcept = 0;
    /// Writes the head, once.
    virtual void begin() = 0;
    virtual bool has_begun() const noexcept = 0;

    /// The next piece has to be waited for: what is written goes out as far as it is taken, and `making` is cancelled
    /// when the client leaves. in: what is sent when that takes long, and then the stop of the server cancels it too.
    virtual void waits(async::cancel_scope& making, std::string_view heartbeat) = 0;
    virtual void goes_on() noexcept = 0;

    /// Room in the size that was said; all of it where none was.
    virtual std::uint64_t room() const noexcept = 0;
    /// Writes a piece. Many small ones are sent together: send() when this says so.
    virtual bool write(std::string_view small) = 0;
    /// Sends what is written, and behind it a piece that is too large to be copied. False: the client has left.
    virtual task<bool> send(std::string_view large = {}) = 0;
    /// The same with a piece of an open file.
    virtual task<bool> send_file(int file, std::uint64_t offset, std::uint64_t length) = 0;

    /// Nothing more comes: it was all of it, or nobody wants the rest. Where it is less than was said the connection is
    /// cut.
    virtual void end(bool whole) = 0;
    /// The body has failed: an error's answer, or, if there is a head already, the end of the connection.
    virtual void fail(const std::exception_ptr& why) = 0;

protected:
    ~outgoing_client() = default;
};

}  // namespace coracle
