// incoming_body: a request body as it comes in over a connection.
// RFC 9112 6 and 7.
#pragma once

#include <coracle/app/body.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>
#include <coracle/http/body_decoder.hpp>
#include <coracle/http/body_length.hpp>
#include <coracle/http/exchange.hpp>
#include <coracle/http/limits.hpp>
#include <coracle/http/refusal.hpp>
#include <coracle/http/request_head.hpp>
#include <coracle/server/input.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace coracle::server {

/// What a body asks of its connection: to wait for more bytes.
class feeds_body {
public:
    /// Waits until more has been put into the input; says 100 Continue before, if `say_continue`.
    /// Gives why no more comes, if so: truncated, too_slow.
    virtual task<std::optional<http::refusal>> more(bool say_continue) = 0;

protected:
    ~feeds_body() = default;
};

/// The body of the request whose turn it is. What comes in is decoded when it is asked for, so a client cannot send
/// faster than the handler reads.
class incoming_body final : public body_source {
public:
    incoming_body(feeds_body& connection, input& in, http::exchange& turn, const http::limits& bounds) noexcept
        : connection_(connection), input_(in), turn_(turn), bounds_(bounds) {}

    /// The same body on behalf of another request, to be read past.
    incoming_body(const incoming_body& from, const http::request_head& head) noexcept : incoming_body(from) {
        head_ = &head;
    }
    void start(const http::request_head& head, std::uint64_t most) {
        head_ = &head;
        failed_ = decoder_.start(http::body_length_of(head), bounds_, most);
    }
    void allow(std::uint64_t bytes) noexcept override {
        if (!begun_ && turn_.reads_body()) failed_ = decoder_.start(http::body_length_of(*head_), bounds_, bytes);
    }

    std::optional<piece> poll() override {
        if (failed_) refuse(*failed_);
        std::string_view bytes;
        while (bytes.empty() && !decoder_.complete() && !input_.unread().empty()) bytes = decode();
        if (bytes.empty() && !decoder_.complete()) return std::nullopt;
        return piece{bytes, decoder_.complete()};
    }

    task<> wait() override {
        if (failed_) refuse(*failed_);
        bool say_continue = turn_.body_wanted(!input_.unread().empty());
        if (std::optional<http::refusal> why = co_await connection_.more(say_continue)) refuse(*why);
    }

    /// Reads past what the handler left, as far as it has arrived.
    void drop() {
        while (turn_.reads_body() && !input_.unread().empty() && !failed_) decode();
        if (failed_ && turn_.reads_body()) turn_.refuse(*head_);
    }

private:
    std::string_view decode() {
        begun_ = true;
        http::decoded step = decoder_.decode(input_.unread());
        input_.use(step.consumed);
        if (step.state == http::body_state::refused) {
            failed_ = decoder_.why();
            if (turn_.whose() != http::turn::drain) refuse(*failed_);
            return {};
        }
        turn_.body_bytes(step.consumed, bounds_);
        if (decoder_.complete()) turn_.body_read();
        return step.data;
    }
    [[noreturn]] void refuse(http::refusal why) {
        failed_ = why;
        turn_.refuse(*head_);
        const http::refusal_facts& facts = http::facts_of(why);
        throw http_error(facts.status, std::string(facts.detail));
    }

    feeds_body& connection_;
    input& input_;
    http::exchange& turn_;
    const http::limits& bounds_;
    const http::request_head* head_ = nullptr;
    http::body_decoder decoder_;
    std::optional<http::refusal> failed_;
    bool begun_ = false;
};

}  // namespace coracle::server
