// connection_body: the body of an answer that is read from its connection as it is asked for.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/client/client_connection.hpp>
#include <coracle/client/connection_pool.hpp>
#include <coracle/client/exchange_terms.hpp>
#include <coracle/client/reply_stream.hpp>
#include <coracle/http/owned_fields.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::client {

/// Nothing is read that is not asked for, so the peer is held back by who reads slowly. The connection goes back to
/// its pool with the last byte; before that, nobody else can use it, and it is closed.
template <class Lease = connection_pool::lease>
class connection_body final : public reply_stream {
public:
    connection_body(Lease line, const exchange_terms& terms, std::string where)
        : line_(std::move(line)), terms_(terms), where_(std::move(where)) {
        line_->rest();
    }

    task<std::optional<std::string>> read() override {
        while (line_) {
            if (!line_.alive())
                throw body_misuse("coracle: the body of " + where_ +
                                  " was read outside of the loop that asked for it; read it before run() ends");
            client_connection& line = *line_;
            if (line.reader.complete()) {
                co_return ended();
            }
            if (line.reader.body_waiting() > 0) co_return line.reader.take_body();
            terms_.begin_reading(line);
            result<std::string_view> bytes = std::string_view();
            if (net::socket_stream* socket = line.stream.socket())
                bytes = co_await socket->read();
            else
                bytes = co_await line.stream.read();
            if (!line_.alive()) continue;
            take(line, bytes);
        }
        co_return std::nullopt;
    }
    void stop() noexcept override {
        if (line_.alive()) line_->stream.close();
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
        line.rest();
    }
    std::optional<std::string> ended() {
        std::string last = line_->reader.take_body();
        trailers_ = line_->reader.take_trailers();
        line_->has_served();
        line_.give_back(line_->may_serve_again());
        if (last.empty()) return std::nullopt;
        return last;
    }
    // The connection does not stay with a body that has failed.
    [[gnu::cold, noreturn]] void fail_late() {
        Lease lost = std::move(line_);
        terms_.throw_late(where_, *lost);
    }
    [[gnu::cold, noreturn]] void fail_broken(std::error_code why) {
        Lease lost = std::move(line_);
        terms_.throw_broken(where_, why);
    }
    [[gnu::cold, noreturn]] void fail_unreadable() {
        Lease lost = std::move(line_);
        terms_.throw_unreadable(where_, *lost->reader.failed());
    }

    Lease line_;
    exchange_terms terms_;
    std::string where_;
    http::owned_fields trailers_;
};

}  // namespace coracle::client
