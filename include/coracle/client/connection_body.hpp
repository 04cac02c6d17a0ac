// connection_body: the body of an answer that is read from its connection as it is asked for.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/client/client_connection.hpp>
#include <coracle/client/connection_pool.hpp>
#include <coracle/client/exchange_terms.hpp>
#include <coracle/client/reply_stream.hpp>
#include <coracle/client/upload.hpp>
#include <coracle/http/owned_fields.hpp>

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::client {

/// Nothing is read that is not asked for, so the peer is held back by who reads slowly. The connection goes back to
/// its pool with the last byte; before that, nobody else can use it, and it is closed.
template <class Lease = connection_pool::lease>
class connection_body final : public reply_stream {
public:
    using sent = typename upload<Lease>::owner;

    /// in: what of the request is still to be sent while the body is read already.
    connection_body(Lease line, const exchange_terms& terms, std::string where, sent rest = {})
        : line_(std::move(line)), terms_(terms), where_(std::move(where)), rest_(std::move(rest)) {
        if (rest_) rest_->lend(line_);
        pause();
    }

    task<std::optional<std::string>> read() override {
        while (line_) {
            if (!line_.alive())
                throw body_misuse("coracle: the body of " + where_ +
                                  " was read outside of the loop that asked for it; read it before run() ends");
            client_connection& line = *line_;
            bool sends = rest_ && !rest_->done();
            if (line.reader.complete() && !(sends && line.reader.keeps_alive())) {
                co_return ended();
            }
            if (line.reader.body_waiting() > 0) co_return line.reader.take_body();
            if (line.reader.complete()) {  // the server listens on, and what it is told is not cut off
                rest_->is_heard(true);
                co_await rest_->ended();
                if (line_.alive() && rest_->failure()) fail_unsent();
                continue;
            }
            if (sends)
                rest_->is_heard(true);
            else
                terms_.begin_reading(line);
            result<std::string_view> bytes = std::string_view();
            if (net::socket_stream* socket = line.stream.socket())
                bytes = co_await socket->read();
            else
                bytes = co_await line.stream.read();
            if (!line_.alive()) continue;
            if (rest_ && rest_->failure()) fail_unsent();
            take(line, bytes);
        }
        co_return std::nullopt;
    }
    void stop() noexcept override {
        if (!line_.alive()) return;
        line_->stream.close();
        stopped_ = true;
        if (rest_) rest_->cancel();  // whose end is perhaps waited for
    }
    const http::owned_fields& trailers() const noexcept override { return trailers_; }

private:
    void take(client_connection& line, const result<std::string_view>& bytes) {
        if (line.late()) fail_late();
        if (!bytes) fail_broken(bytes.error());
        if (bytes->empty())
            line.reader.end();
        else
            line.hear(*bytes);
        if (line.reader.failed()) fail_unreadable();
        pause();
    }
    /// Nobody reads.
    void pause() {
        if (rest_ && !rest_->done())
            rest_->is_heard(false);
        else
            line_->rest();
    }
    std::optional<std::string> ended() {
        std::string last = line_->reader.take_body();
        trailers_ = line_->reader.take_trailers();
        line_->has_served();
        if (rest_ && (!rest_->done() || rest_->unsent())) line_->spoil();
        bool again = line_->may_serve_again();
        rest_.reset();
        line_.give_back(again);
        if (last.empty()) return std::nullopt;
        return last;
    }
    // The connection does not stay with a body that has failed.
    class farewell {
    public:
        explicit farewell(connection_body& of) noexcept : of_(of) {}
        farewell(const farewell&) = delete;
        farewell& operator=(const farewell&) = delete;
        ~farewell() {
            of_.rest_.reset();
            of_.line_.give_back(false);
        }

    private:
        connection_body& of_;
    };
    [[gnu::cold, noreturn]] void fail_late() {
        farewell after(*this);
        terms_.throw_late(where_, *line_);
    }
    [[gnu::cold, noreturn]] void fail_broken(std::error_code why) {
        farewell after(*this);
        terms_.throw_broken(where_, why);
    }
    [[gnu::cold, noreturn]] void fail_unreadable() {
        farewell after(*this);
        terms_.throw_unreadable(where_, *line_->reader.failed());
    }
    [[gnu::cold, noreturn]] void fail_unsent() {
        farewell after(*this);
        if (stopped_) terms_.throw_broken(where_, std::make_error_code(std::errc::operation_canceled));
        std::rethrow_exception(rest_->failure());
    }

    Lease line_;
    exchange_terms terms_;
    std::string where_;
    http::owned_fields trailers_;
    sent rest_;  // goes before the connection that it is sent on
    bool stopped_ = false;
};

}  // namespace coracle::client
