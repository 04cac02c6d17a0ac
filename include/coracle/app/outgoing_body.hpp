// outgoing_body: the body of an answer that is made while it is sent, piece by piece, as fast as the client takes it.
// RFC 9112 6 and 7.1.
#pragma once

#include <coracle/app/outgoing_client.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace coracle {

/// What `response::stream` holds. Asked by one coroutine, and not at all where the answer has no body (HEAD, 204, 304).
/// It is made once: a response that is kept and given a second time is an error, and the answer to that is 500.
class outgoing_body {
public:
    outgoing_body() = default;
    outgoing_body(const outgoing_body&) = delete;
    outgoing_body& operator=(const outgoing_body&) = delete;
    struct piece {
        std::string_view bytes{};  ///< good until the next call of next()
        int file = -1;             ///< or: `length` bytes of this open file, from `offset`
        std::uint64_t offset = 0;
        std::uint64_t length = 0;

        std::uint64_t size() const noexcept { return file < 0 ? bytes.size() : length; }
    };

    virtual ~outgoing_body() = default;

    /// How many bytes it will have, where that is known: content-length. Else it is sent in chunks, or to HTTP/1.0 up
    /// to the end of the connection. A body that has more or fewer after all cuts the connection (W5).
    virtual std::optional<std::uint64_t> size() const noexcept { return std::nullopt; }

    /// The next piece, nothing at the end. error: before the head is sent, an answer as any handler's exception;
    /// behind it, the connection is cut.
    virtual task<std::optional<piece>> next() = 0;

    /// The client has left, or the server stops: next() has returned and will not be called any more.
    virtual task<> abandon() { co_return; }

    /// Not empty for live news, which have no end of their own: sent whenever there was none for 15 s. Their head does
    /// not wait for the first piece, and they end when the server stops.
    virtual std::string_view heartbeat() const noexcept { return {}; }

    /// For the server: makes it and sends it. Here, so that programs without such bodies have nothing of it.
    virtual task<> send_to(outgoing_client& client) {
        if (!client.wants_pieces()) {
            client.begin();
            client.end(true);
            co_return;
        }
        if (sent_.exchange(true, std::memory_order_relaxed)) {
            client.fail(std::make_exception_ptr(std::logic_error(
                "coracle: a response with a stream was given for a second time; its body is made while it is sent, "
                "once: make such a response anew for each request")));
            co_return;
        }
        std::exception_ptr failure;
        bool wanted = true;
        bool more = true;
        while (wanted && more && !failure) {
            std::optional<piece> made;
            {
                async::cancel_scope making(async::this_job());
                try {
                    task<std::optional<piece>> step = next();
                    step.start();
                    if (!step.done()) client.waits(making, heartbeat());
                    made = co_await std::move(step);
                } catch (...) {
                    failure = std::current_exception();
                }
                client.goes_on();
                if (failure && making.swallows() && async::is_cancellation(failure)) {
                    failure = nullptr;
                    wanted = false;
                }
            }
            more = made.has_value();
            if (failure) break;
            try {
                if (!client.has_begun()) client.begin();
                if (!more || made->size() == 0) continue;
                if (made->size() > client.room())
                    throw std::logic_error("coracle: the body of an answer has more bytes than its size() said");
                if (made->file >= 0)
                    wanted = co_await client.send_file(made->file, made->offset, made->length);
                else if (made->bytes.size() >= large)
                    wanted = co_await client.send(made->bytes);
                else if (client.write(made->bytes))
                    wanted = co_await client.send();
            } catch (...) {
                failure = std::current_exception();
            }
        }
        if (failure || !wanted) co_await abandon();
        if (async::is_cancellation(failure)) std::rethrow_exception(failure);
        if (failure)
            client.fail(failure);
        else
            client.end(wanted);
    }

private:
    static constexpr std::size_t large = 16 * 1024;  // to be copied

    std::atomic<bool> sent_{false};  // those who keep a response may serve on several loops
};

}  // namespace coracle
