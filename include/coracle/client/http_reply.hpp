// http_reply: what came back. httpx's Response, fetch's Response.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/client/client_error.hpp>
#include <coracle/client/reply_stream.hpp>
#include <coracle/client/shown_url.hpp>
#include <coracle/http/owned_fields.hpp>
#include <coracle/http/status.hpp>
#include <coracle/http/url.hpp>
#include <coracle/json/decode.hpp>
#include <coracle/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// The head of an answer, and its body: all of it, or, when the request said stream(), as it is read.
class http_reply {
public:
    int status = 0;
    http::owned_fields headers{};
    /// Where it comes from, after redirects; and what was asked of it.
    http::url url{};
    std::string method{};
    /// From the beginning of the call until the answer was given.
    std::chrono::nanoseconds elapsed{};
    /// The redirects on the way, first one first.
    std::vector<http_reply> history{};

    http_reply() = default;
    http_reply(http_reply&&) = default;
    http_reply& operator=(http_reply&&) = default;

    bool ok() const noexcept { return status >= 200 && status < 300; }
    /// The reason phrase that is registered for the status; what the peer says there means nothing.
    std::string_view reason() const noexcept { return http::reason_phrase(status); }

    /// The body. error: body_misuse when it is a stream that was not loaded.
    const std::string& text() const& {
        check_loaded();
        return body_;
    }
    std::string text() && {
        check_loaded();
        return std::move(body_);
    }
    /// The body as a value: a struct, a list, a map, or json. error: decoding_error, which names the place in it.
    template <class T = coracle::json>
    T json() const {
        check_loaded();
        std::vector<validation_issue> issues;
        std::optional<T> value = read_json_text<T>(body_, issues);
        if (!value) undecodable(issues);
        return *std::move(value);
    }
    /// For what must have gone well. error: status_error for a status of 400 and more.
    const http_reply& raise_for_status() const {
        if (status >= 400) throw status_error(refused(), status);
        return *this;
    }

    /// The next piece of a stream: `while (auto piece = co_await reply.read())`. A body that is there already is one
    /// piece. The next one is fetched when it is asked for, so a slow reader slows the sender down.
    /// error: as http_client::send(); body_misuse after an error.
    task<std::optional<std::string>> read() {
        if (failed_) throw_failed();
        if (!rest_) {
            if (taken_ || body_.empty()) co_return std::nullopt;
            taken_ = true;
            co_return std::move(body_);
        }
        failed_ = true;
        std::optional<std::string> piece;
        try {
            marked now(reading_);
            piece = co_await rest_->read();
        } catch (const request_error&) {
            if (!closed_) throw;
        }
        if (closed_) throw_closed();
        failed_ = false;
        taken_ = true;
        if (!piece) end();
        co_return piece;
    }
    /// Reads what is left of a stream: text() and json() give it then.
    task<> load() {
        std::string all = std::move(body_);
        while (rest_) {
            std::optional<std::string> piece = co_await read();
            if (piece) all += *piece;
        }
        body_ = std::move(all);
        taken_ = false;
    }
    /// Reads no more: the connection of a stream is closed. Who reads meanwhile is told by body_misuse.
    void close() noexcept {
        if (!rest_) return;
        failed_ = true;
        closed_ = reading_;
        if (reading_)
            rest_->stop();
        else
            rest_.reset();
    }
    /// What came behind the body in chunks, kept apart from the headers. in: when the body was read.
    const http::owned_fields& trailers() const noexcept { return trailers_; }

    // For the client, and for tests.

    void set_body(std::string text) noexcept { body_ = std::move(text); }
    void set_trailers(http::owned_fields fields) { trailers_ = std::move(fields); }
    void set_stream(std::unique_ptr<client::reply_stream> rest) noexcept { rest_ = std::move(rest); }

private:
    class marked {
    public:
        explicit marked(bool& what) noexcept : what_(what) { what_ = true; }
        marked(const marked&) = delete;
        marked& operator=(const marked&) = delete;
        ~marked() { what_ = false; }

    private:
        bool& what_;
    };

    void end() {
        trailers_ = rest_->trailers();
        rest_.reset();
    }
    void check_loaded() const {
        if (rest_ || failed_ || (taken_ && body_.empty())) [[unlikely]]
            throw_not_loaded();
    }
    [[gnu::cold, noreturn]] void throw_not_loaded() const {
        throw body_misuse("coracle: the body of " + method + ' ' + client::shown_url(url) +
                          " is a stream; co_await reply.load() before text() or json(), or read() it piece by piece");
    }
    [[gnu::cold, noreturn]] void throw_failed() const {
        throw body_misuse("coracle: the body of " + method + ' ' + client::shown_url(url) +
                          " was closed, or reading it has failed; there is nothing more to read");
    }
    [[gnu::cold, noreturn]] void throw_closed() {
        rest_.reset();
        throw_failed();
    }
    /// How its bytes are to be decoded before they are a text; empty: they are one, perhaps since a hook decoded them.
    [[gnu::cold]] std::string_view coding() const {
        bool is_text = true;
        for (char c : std::string_view(body_).substr(0, 200))
            is_text = is_text && (static_cast<unsigned char>(c) >= ' ' || c == '\t' || c == '\r' || c == '\n');
        return is_text ? std::string_view() : headers["content-encoding"];
    }
    [[gnu::cold]] std::string shown_body() const {
        if (!coding().empty()) return std::to_string(body_.size()) + " bytes of " + std::string(coding());
        std::string shown = body_.substr(0, 200);
        if (shown.size() < body_.size()) shown += "...";
        return shown;
    }
    [[gnu::cold]] std::string refused() const {
        std::string sentence = method + ' ' + client::shown_url(url) + " was answered with " + std::to_string(status);
        if (!reason().empty()) sentence.append(" ").append(reason());
        if (!body_.empty()) sentence += ": " + shown_body();
        return sentence;
    }
    [[gnu::cold, noreturn]] void undecodable(const std::vector<validation_issue>& issues) const {
        std::string sentence = "the answer to " + method + ' ' + client::shown_url(url);
        if (!coding().empty()) {
            sentence.append(" is encoded with ").append(coding());
            sentence +=
                ", which was not asked for and is not decoded here; decode text(), for every answer in on_reply by "
                "set_body(), or tell the server .header(\"accept-encoding\", \"identity\")";
        } else if (issues.front().type == "json_invalid") {
            sentence += " is no JSON";
        } else {
            sentence += " is not what was expected: " + issues.front().msg + " at " + issues.front().loc.dump();
        }
        throw decoding_error(sentence + "; it is " + std::to_string(status) + ": " + shown_body());
    }

    std::string body_;
    http::owned_fields trailers_;
    std::unique_ptr<client::reply_stream> rest_;
    bool taken_ = false;   // read() has given some of it away
    bool failed_ = false;  // closed, or reading has failed
    bool reading_ = false;
    bool closed_ = false;  // while somebody read
};

}  // namespace coracle
