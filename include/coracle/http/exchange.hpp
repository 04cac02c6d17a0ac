// exchange: whose turn it is on a connection, and what becomes of it after each answer. All of it is in this file.
// RFC 9110 10.1.1 (Expect), RFC 9112 9.3 (persistence, pipelining), 9.6 (tear-down).
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/http/body_length.hpp>
#include <coracle/http/limits.hpp>
#include <coracle/http/method.hpp>
#include <coracle/http/request_head.hpp>
#include <coracle/http/response_head.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace coracle::http {

/// What a connection is waiting for.
enum class turn : std::uint8_t {
    request,  ///< the client's: the head of the next request
    answer,   ///< ours: the request is being handled, no byte of the answer is written
    body,     ///< ours: the head of the answer is written, the answer is not finished
    drain,    ///< the client's: the answer is finished, the rest of the request body is read past
    close,    ///< write out what is written, then close; no byte that still comes in is interpreted
};

/// What can happen on it.
enum class happening : std::uint8_t {
    head_read,     ///< a whole request head has been read
    refused,       ///< the head or the body cannot be understood, is too much or too slow
    answer_begun,  ///< the head of the answer is written
    answer_ended,  ///< the answer is finished, and so is the request; the connection stays
    answer_early,  ///< the answer is finished, the request body is not; the connection stays
    answer_last,   ///< the answer is finished, and was the last one here
    body_read,     ///< the last byte of the request body has been read
    too_much,      ///< what was to be read past is more than limits::drain_bytes
};

namespace detail {
/// A mistake of the caller: asserted, and safe in a release.
inline constexpr turn never = static_cast<turn>(255);

/// The whole of it: what is waited for, and what happens, gives what is waited for next.
constexpr turn next_turn(turn now, happening what) noexcept {
    using enum turn;
    constexpr turn table[5][8] = {
        // clang-format off
        //           head_read refused  answer_begun answer_ended answer_early answer_last body_read too_much
        /*request*/ {answer,   answer,  never,       never,       never,       never,      never,    never},
        /*answer*/  {never,    answer,  body,        never,       never,       never,      answer,   never},
        /*body*/    {never,    body,    never,       request,     drain,       close,      body,     never},
        /*drain*/   {never,    close,   never,       never,       never,       never,      request,  close},
        /*close*/   {close,    close,   close,       close,       close,       close,      close,    close},
        // clang-format on
    };
    return table[static_cast<std::size_t>(now)][static_cast<std::size_t>(what)];
}

/// The same as one number, without the question whether it can be: who makes a mistake closes.
inline constexpr auto turns_behind = [] {
    std::array<turn, 5 * 8> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
        turn next = next_turn(static_cast<turn>(i / 8), static_cast<happening>(i % 8));
        all[i] = next == never ? turn::close : next;
    }
    return all;
}();
constexpr turn turn_behind(turn now, happening what) noexcept {
    return turns_behind[static_cast<std::size_t>(now) * 8 + static_cast<std::size_t>(what)];
}
}  // namespace detail

/// The turns of one connection, as values: it reads, writes and times nothing. The server tells it what happened and
/// asks what to do.
class exchange {
public:
    turn whose() const noexcept { return turn_; }
    /// F19: the next request is looked at in its turn only, however many have arrived.
    bool reads_head() const noexcept { return turn_ == turn::request; }
    /// Whether bytes that arrive belong to a request body and may be decoded.
    bool reads_body() const noexcept { return body_open_ && turn_ != turn::close; }
    /// Whether the answer now due, or being written, is the last on this connection.
    bool is_last() const noexcept { return last_; }

    /// A request has been read and goes to its handler.
    void head_read(const request_head& head) noexcept {
        happens(happening::head_read);
        last_ = last_ || !head.keep_alive;
        modern_ = head.version == version::http_1_1;
        head_only_ = head.method == method::head;
        length_ = body_length_of(head);
        body_open_ = length_.how != body_length::kind::none;
        continue_due_ = head.expect_continue && body_open_;
        body_bytes_ = drained_ = 0;
    }

    /// The handler wants the body. Out: whether `100 Continue` is to be written now. True once at most, and not when
    /// the client has sent some of the body without waiting.
    bool body_wanted(bool some_has_arrived) noexcept {
        bool due = continue_due_ && !some_has_arrived && turn_ == turn::answer;
        continue_due_ = false;
        return due;
    }

    /// Whether the client may still be waiting for 100.
    bool continue_due() const noexcept { return continue_due_; }

    /// So many more bytes of the request body have been read, framing included.
    void body_bytes(std::uint64_t count, const limits& bounds = default_limits) noexcept {
        if (count == 0) return;
        continue_due_ = false;
        body_bytes_ += count;
        if (turn_ != turn::drain) return;
        drained_ += count;
        if (drained_ > bounds.drain_bytes) happens(happening::too_much);
    }

    /// All of the request body has been read.
    void body_read() noexcept {
        if (!body_open_) return;
        body_open_ = continue_due_ = false;
        happens(happening::body_read);
    }

    /// F20: nothing that comes in is interpreted any more. `head` is what is known of the request. Out: whether the
    /// refusal is to be answered; otherwise the answer that was begun, or finished, is all that the client gets.
    bool refuse(const request_head& head) noexcept {
        if (turn_ == turn::request) {
            modern_ = true;
            head_only_ = head.method == method::head;
        }
        happens(happening::refused);
        last_ = true;
        body_open_ = continue_due_ = false;
        return turn_ == turn::answer;
    }

    /// The next answer to begin shall be the last on the connection: the server stops, or the handler says so.
    void close_after_answer() noexcept { last_ = true; }

    /// Nothing more can come or go: the connection broke, or nobody should wait for it any longer.
    void close_now() noexcept { turn_ = turn::close; }

    /// The head of the answer is about to be written. Out: what it has to say.
    response_terms begin_answer(const limits& bounds = default_limits) noexcept {
        response_terms terms;
        begin_answer(terms, bounds);
        return terms;
    }
    void begin_answer(response_terms& terms, const limits& bounds) noexcept {
        // A client that still waits for 100 may send its body or leave it out, so nobody could tell what its next
        // bytes are. And a rest that is known to be too much to read past is not worth beginning with.
        if (continue_due_) last_ = true;
        if (body_open_ && length_.how == body_length::kind::fixed && length_.bytes - body_bytes_ > bounds.drain_bytes)
            last_ = true;
        continue_due_ = false;
        happens(happening::answer_begun);
        terms.head_only = head_only_;
        terms.chunks = modern_;
        terms.connection = last_ ? persistence::close : modern_ ? persistence::implied : persistence::keep_alive;
    }

    /// The last byte of the answer is written. `unframed`: only closing the connection tells the client where it ends.
    void end_answer(bool unframed = false) noexcept {
        last_ = last_ || unframed;
        happens(last_ ? happening::answer_last : body_open_ ? happening::answer_early : happening::answer_ended);
    }

private:
    void happens(happening what) noexcept {
        CORACLE_ASSERT(detail::next_turn(turn_, what) != detail::never);
        turn_ = detail::turn_behind(turn_, what);
    }

    body_length length_{};
    std::uint64_t body_bytes_ = 0;  // read of this request body
    std::uint64_t drained_ = 0;     // of these, read past after the answer
    turn turn_ = turn::request;
    bool last_ = false;          // no request after this one
    bool modern_ = true;         // the client speaks HTTP/1.1
    bool head_only_ = false;     // the request is HEAD
    bool body_open_ = false;     // some of the request body has not been read
    bool continue_due_ = false;  // the client waits for 100
};

}  // namespace coracle::http
