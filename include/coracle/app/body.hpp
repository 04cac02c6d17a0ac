// body: a request's body, taken whole or piece by piece. What has arrived already is given without waiting and without
// a coroutine.
#pragma once

#include <coracle/app/http_error.hpp>
#include <coracle/app/validation_error.hpp>
#include <coracle/async/caller.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/http/refusal.hpp>
#include <coracle/json/decode.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// Where a body's bytes come from: the server's connection, or a test.
class body_source {
public:
    struct piece {
        std::string_view bytes{};
        bool last = false;  ///< nothing follows
    };

    /// The next bytes, if they are here; nothing when they have to be waited for. Not asked again after the last piece.
    /// keeps: pieces stay where they are until wait() is called. error: http_error when the body is refused.
    virtual std::optional<piece> poll() = 0;
    /// Ends when poll() has an answer. error: http_error 400 when the client leaves, 408 when it is too slow.
    virtual task<> wait() = 0;
    /// This request may have so much of a body, in the place of the server's own limit. In: before the first poll().
    virtual void allow(std::uint64_t) noexcept {}

protected:
    ~body_source() = default;
};

/// The body of a request. One coroutine reads it, once: `auto text = co_await req.body.text();`
class body {
public:
    class read_operation;
    class text_operation;
    class view_operation;
    template <class T>
    class json_operation;

    body() noexcept = default;
    body(const body&) = delete;
    body& operator=(const body&) = delete;

    /// The next piece as it arrived; nothing at the end. The view is good until the next read, also across other waits.
    /// error: http_error 413 when the body is too large.
    read_operation read() noexcept;
    /// All of it (or what read() left). Asked again, it gives the same text. error: as read().
    text_operation text() noexcept;
    /// All of it as a value: a struct, a list, a map, or json. error: validation_error (422) for what is no JSON or no
    /// T. Content-Type is not looked at.
    template <class T = coracle::json>
    json_operation<T> json() noexcept;
    /// The text, without a copy where it arrived in one piece. The view is good until anything else is awaited.
    view_operation view() noexcept;

    /// Refuses (413) when more than `bytes` come; the server's own limit holds besides.
    void limit(std::uint64_t bytes) noexcept { most_ = bytes; }
    /// The same in the place of the server's limit, which may be smaller. In: before any of it was read.
    void allow(std::uint64_t bytes) noexcept {
        most_ = bytes;
        if (source_) source_->allow(bytes);
    }
    /// Whether there can be a body: a request without one reads as empty text.
    bool present() const noexcept { return present_; }

    /// What text() or view() have taken in already, for who reads piece by piece what they left.
    std::string_view gathered() {
        if (!whole_.empty()) own();
        return whole_;
    }

    /// For the server: a new request, with its source, or with no body.
    void open(body_source* source) noexcept {
        source_ = source;
        present_ = source != nullptr;
        whole_ = {};
        text_.clear();
        owned_ = ended_ = false;
        received_ = 0;
        most_ = std::numeric_limits<std::uint64_t>::max();
    }

    /// For the server: what has not been read yet will not come any more.
    void let_go() {
        if (!whole_.empty()) own();
        source_ = nullptr;
    }

private:
    bool ended() const noexcept { return ended_ || source_ == nullptr; }

    std::optional<body_source::piece> next() {
        auto piece = source_->poll();
        if (!piece) return piece;
        received_ += piece->bytes.size();
        if (received_ > most_) {
            const auto& facts = http::facts_of(http::refusal::body_too_large);
            throw http_error(facts.status, facts.detail);
        }
        ended_ = piece->last;
        return piece;
    }

    /// Puts the pieces that are here behind whole_; true when that is all of the body.
    bool gather() {
        while (!ended()) {
            auto piece = next();
            if (!piece) return false;
            if (piece->bytes.empty()) continue;
            if (whole_.empty() && !owned_) {
                whole_ = piece->bytes;
                continue;
            }
            own();
            text_.append(piece->bytes);
            whole_ = text_;
        }
        return true;
    }
    task<> gather_rest() {
        bool complete = false;
        while (!complete) {
            own();
            co_await source_->wait();
            complete = gather();
        }
    }
    void own() {
        if (std::exchange(owned_, true)) return;
        text_.assign(whole_);
        whole_ = text_;
    }

    body_source* source_ = nullptr;
    std::string_view whole_{};
    std::string text_{};
    std::string piece_{};
    std::uint64_t received_ = 0;
    std::uint64_t most_ = std::numeric_limits<std::uint64_t>::max();
    bool present_ = false;
    bool owned_ = false;  // whole_ looks into text_
    bool ended_ = false;
};

/// The awaiter of body::view().
class [[nodiscard("write co_await before it")]] body::view_operation {
public:
    explicit view_operation(body& of) noexcept : body_(&of) {}
    bool await_ready() { return body_->gather(); }
    bool await_suspend(async::caller waiting) {
        rest_.emplace(body_->gather_rest());
        running_.emplace(std::move(*rest_).operator co_await());
        return running_->await_suspend(waiting);
    }
    std::string_view await_resume() {
        if (running_) running_->await_resume();
        return body_->whole_;
    }

protected:
    body* body_;

private:
    std::optional<task<>> rest_;
    std::optional<task<>::awaiter> running_;
};

/// The awaiter of body::text().
class [[nodiscard("write co_await before it")]] body::text_operation : public body::view_operation {
public:
    using view_operation::view_operation;
    const std::string& await_resume() {
        view_operation::await_resume();
        body_->own();
        return body_->text_;
    }
};

/// The awaiter of body::json().
template <class T>
class [[nodiscard("write co_await before it")]] body::json_operation : public body::view_operation {
public:
    using view_operation::view_operation;
    T await_resume() {
        std::vector<validation_issue> issues;
        std::optional<T> value = read_json_text<T>(view_operation::await_resume(), issues, "body");
        if (!value) throw validation_error(std::move(issues));
        return *std::move(value);
    }
};

/// The awaiter of body::read().
class [[nodiscard("write co_await before it")]] body::read_operation {
public:
    explicit read_operation(body& of) noexcept : body_(&of) {}
    bool await_ready() {
        while (!body_->ended()) {
            piece_ = body_->next();
            if (!piece_) return false;
            if (!piece_->bytes.empty()) return true;
        }
        piece_.reset();
        return true;
    }
    bool await_suspend(async::caller waiting) {
        rest_.emplace(more());
        running_.emplace(std::move(*rest_).operator co_await());
        return running_->await_suspend(waiting);
    }
    std::optional<std::string_view> await_resume() {
        if (running_) running_->await_resume();
        if (!piece_) return std::nullopt;
        // The source's bytes last until the connection reads again, the handler's until it asks again.
        body_->piece_.assign(piece_->bytes);
        return body_->piece_;
    }

private:
    task<> more() {
        bool ready = false;
        while (!ready) {
            co_await body_->source_->wait();
            ready = await_ready();
        }
    }

    body* body_;
    std::optional<body_source::piece> piece_;
    std::optional<task<>> rest_;
    std::optional<task<>::awaiter> running_;
};

inline body::read_operation body::read() noexcept { return read_operation(*this); }
inline body::text_operation body::text() noexcept { return text_operation(*this); }
inline body::view_operation body::view() noexcept { return view_operation(*this); }
template <class T>
body::json_operation<T> body::json() noexcept {
    return json_operation<T>(*this);
}

}  // namespace coracle
