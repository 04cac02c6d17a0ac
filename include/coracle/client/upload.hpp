// upload: a request that is still being sent while its answer is read already.
// RFC 9112 9.3 (an answer may come before all has been sent), RFC 9110 10.1.1 (Expect: 100-continue).
#pragma once

#include <coracle/async/event.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/result.hpp>
#include <coracle/client/client_connection.hpp>
#include <coracle/client/client_error.hpp>
#include <coracle/client/connection_pool.hpp>
#include <coracle/client/exchange_terms.hpp>
#include <coracle/client/outgoing_request.hpp>
#include <coracle/client/request_body.hpp>
#include <coracle/loop/timeout_scope.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::client {

/// Sends the head that is written in `line.out`, and the body behind it, as a job of its own that ends with this. Who
/// reads the answer meanwhile has no time of its own: a peer that takes bytes is there, and the maker of a body takes
/// the time that it takes.
template <class Lease = connection_pool::lease>
class upload final : async::group_member, async::remains {
public:
    /// Each has the time for writing, and so much a slow line takes within it.
    static constexpr std::size_t piece_bytes = 32 * 1024;
    /// How long a server that was asked whether it wants the body may think about it.
    static constexpr std::chrono::seconds patience{1};

    /// Whoever destroys it from within its own code, as a maker of a body that closes the answer, stays alive.
    struct end {
        void operator()(upload* of) const noexcept { of->stop(); }
    };
    using owner = std::unique_ptr<upload, end>;

    /// in: whether the body waits until the server asks for it. keeps: the connection; the body, until body().
    static owner begun(client_connection& line, const exchange_terms& terms, outgoing_request& request, bool asks) {
        owner made(new upload(line, terms, request, asks));
        made->begin();
        return made;
    }

    bool done() const noexcept { return !running_; }
    /// What its maker threw, or who cancelled it; null when all was sent, or could not be.
    const std::exception_ptr& failure() const noexcept { return failure_; }
    /// It is the maker of the body who failed, and not the way that it takes.
    bool failed_in_maker() const noexcept { return in_maker_; }
    /// The peer took no more of it; it may answer all the same.
    std::error_code unsent() const noexcept { return unsent_; }
    /// Resumes when it is done.
    event::waiter ended() noexcept { return ended_.wait(); }
    /// For who wants the body back: await ended().
    void cancel() noexcept {
        if (running_) running_->as.root().cancel();
    }
    /// in: it is done.
    request_body body() noexcept { return std::move(body_); }

    /// The server wants the body.
    void go_on() noexcept { wanted_.set(); }
    /// Whether somebody waits for the answer: whoever does not read it may be why the peer takes nothing.
    void is_heard(bool now) {
        heard_ = now;
        set_clock();
    }
    /// Who has the connection from here on; it stays as long as is needed where this goes within its own code.
    void lend(Lease& line) noexcept { lease_ = &line; }

private:
    struct running {
        running(async::scope& parent, request_body of, task<> first) noexcept
            : as(parent), body(std::move(of)), work(std::move(first)) {}
        // The other way round they go: what the maker waits for belongs to the job that it waits in.
        async::job as;
        request_body body;
        task<> work;
    };

    upload(client_connection& line, const exchange_terms& terms, outgoing_request& request, bool asks)
        : line_(line),
          terms_(terms),
          where_(request.text()),
          asks_(asks),
          on_(async::scheduler::current()),
          running_(std::in_place, on_.background().jobs(), request.body.take(), send()) {}
    ~upload() {
        if (running_) finish();
    }

    void begin() {
        on_.background().begun();
        on_.background().keep(*this);
        async::scheduler::run_as as(on_, running_->as, running_->work.where());
        running_->work.start(this);
    }
    void stop() noexcept {
        if (!running_ || on_.running_job() != &running_->as) {
            delete this;
            return;
        }
        left_ = true;
        line_.stream.close();
        if (lease_) kept_ = std::move(*lease_);
        running_->as.root().cancel();
    }
    void task_ended() noexcept override { on_.leave_to_bury(*this); }
    void bury() noexcept override {
        failure_ = running_->work.error();
        body_ = std::move(running_->body);
        finish();
        if (left_) {
            delete this;
            return;
        }
        if (failure_) line_.stream.close();  // wakes whoever reads
        try {
            set_clock();
        } catch (...) {
            line_.stream.close();  // no memory for its deadline
        }
        ended_.set();
    }
    void abandon() noexcept override {
        async::remains::unlink();
        running_.reset();
    }
    // Waiting for all that is in the background is over where this was the last.
    void finish() noexcept {
        async::group_member::unlink();
        running_.reset();
        on_.background().ended();
    }

    void set_clock() {
        if (line_.late()) return;
        if (!heard_)
            line_.rest();
        else if (!running_)
            terms_.begin_reading(line_);
        else if (writing_)
            terms_.begin_writing(line_);
        else
            line_.begin(client_connection::phase::reading, terms_.now(), std::chrono::nanoseconds::max(), terms_.last);
    }
    task<bool> write(std::string_view head, std::string_view body = std::string_view()) {
        writing_ = true;
        set_clock();
        result<void> sent = co_await line_.stream.write(head, body);
        writing_ = false;
        set_clock();
        if (!sent) unsent_ = sent.error();
        co_return sent.has_value();
    }
    /// In pieces, `head` before the first.
    task<bool> write_pieces(std::string_view head, std::string_view rest) {
        bool sent = true;
        do {
            sent = co_await write(head, rest.substr(0, piece_bytes));
            head = {};
            rest.remove_prefix(rest.size() < piece_bytes ? rest.size() : piece_bytes);
        } while (sent && !rest.empty());
        co_return sent;
    }

    task<> send() {
        std::string_view head = line_.out.view();
        if (asks_) {
            bool asked = co_await write(head);
            if (!asked) co_return;
            head = {};
            co_await be_asked();
        }
        if (running_->body.is_stream()) {
            co_await send_stream(head, *running_->body.stream());
            co_return;
        }
        bool sent = co_await write_pieces(head, running_->body.bytes());
        (void)sent;
    }
    task<> be_asked() {
        timeout_scope limit(patience);
        try {
            co_await wanted_.wait();
        } catch (const cancelled&) {
            if (!limit.swallows()) throw;
        }
    }
    task<> send_stream(std::string_view head, body_stream& from) {
        std::optional<std::uint64_t> left = from.length();
        bool chunked = !left;
        if (!head.empty()) {
            bool sent = co_await write(head);
            if (!sent) co_return;
        }
        for (;;) {
            in_maker_ = true;
            std::optional<std::string_view> piece = co_await from.read();
            in_maker_ = false;
            if (!piece) break;
            if (piece->empty()) continue;
            if (left && *left < piece->size()) throw_other_length();
            if (left) *left -= piece->size();
            line_.out.clear();
            if (chunked) append_chunk_size(line_.out, piece->size());
            bool sent = co_await write_pieces(line_.out.view(), *piece);
            if (sent && chunked) sent = co_await write("\r\n");
            if (!sent) co_return;
        }
        if (left && *left > 0) throw_other_length();
        if (!chunked) co_return;
        bool sent = co_await write("0\r\n\r\n");
        (void)sent;
    }
    static void append_chunk_size(byte_buffer& out, std::size_t size) {
        char digits[16];
        char* at = digits + sizeof digits;
        for (; size > 0; size /= 16) *--at = ascii::hex_digit(static_cast<unsigned>(size % 16));
        out.append({at, static_cast<std::size_t>(digits + sizeof digits - at)});
        out.append("\r\n");
    }
    [[gnu::cold, noreturn]] void throw_other_length() const {
        throw local_protocol_error(where_ + ": the body is not as long as its length() says");
    }

    client_connection& line_;
    const exchange_terms terms_;
    const std::string where_;
    request_body body_;
    Lease* lease_ = nullptr;
    Lease kept_;
    event wanted_;
    event ended_;
    std::error_code unsent_;
    std::exception_ptr failure_;
    const bool asks_;
    bool writing_ = false;
    bool in_maker_ = false;
    bool heard_ = true;
    bool left_ = false;
    async::scheduler& on_;
    std::optional<running> running_;  // until it has ended
};

}  // namespace coracle::client
