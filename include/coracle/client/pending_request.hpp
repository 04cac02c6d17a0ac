// pending_request: a request that is being described, and is sent when it is awaited.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/task.hpp>
#include <coracle/client/client_settings.hpp>
#include <coracle/client/client_timeouts.hpp>
#include <coracle/client/exchange.hpp>
#include <coracle/client/http_reply.hpp>
#include <coracle/client/outgoing_request.hpp>
#include <coracle/client/request_body.hpp>
#include <coracle/http/percent.hpp>
#include <coracle/json/write.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle {

/// `auto reply = co_await http.get("/users/1").query("full", "1").header("accept-language", "en");`
/// keeps: nothing of its client, which may go before.
class [[nodiscard("a request is sent when it is awaited: write co_await before it")]] pending_request {
public:
    pending_request(std::shared_ptr<const client::client_settings> with, outgoing_request request)
        : with_(std::move(with)), request_(std::move(request)) {}
    pending_request(pending_request&&) = default;

    /// One more pair of the query, percent-encoded.
    pending_request&& query(std::string_view name, std::string_view value) {
        std::string& all = request_.url.query ? *request_.url.query : request_.url.query.emplace();
        if (!all.empty()) all += '&';
        http::encode_percent(name, all);
        all += '=';
        http::encode_percent(value, all);
        return std::move(*this);
    }
    template <class Number>
        requires std::is_arithmetic_v<Number>
    pending_request&& query(std::string_view name, Number value) {
        return query(name, std::string_view(to_json_text(value)));
    }
    /// In the place of the client's of this name. error: std::invalid_argument for what cannot be sent.
    pending_request&& header(std::string_view name, std::string_view value) {
        request_.fields.set(name, value);
        return std::move(*this);
    }
    /// The value as JSON.
    template <class T>
    pending_request&& json(const T& value) {
        return body(to_json_text(value), "application/json");
    }
    pending_request&& body(std::string bytes) {
        request_.body = request_body(std::move(bytes));
        return std::move(*this);
    }
    pending_request&& body(std::string bytes, std::string_view content_type) {
        request_.fields.set("content-type", content_type);
        return body(std::move(bytes));
    }
    /// Pieces that are made while they are sent.
    pending_request&& body(std::unique_ptr<body_stream> stream) {
        request_.body = request_body(std::move(stream));
        return std::move(*this);
    }
    /// In the place of the client's: `.timeout(1s)`, `.timeout(client_timeouts().read(1min))`.
    pending_request&& timeout(client_timeouts of) {
        request_.options.timeout = of;
        return std::move(*this);
    }
    /// The reply is given when its head has come; its body is read piece by piece.
    pending_request&& stream() {
        request_.options.stream = true;
        return std::move(*this);
    }
    /// A larger body of the answer is refused.
    pending_request&& max_body_bytes(std::uint64_t most) {
        request_.options.max_body_bytes = most;
        return std::move(*this);
    }

    /// As a task, for gather() and the like.
    task<http_reply> send() && { return client::send(std::move(with_), std::move(request_)); }
    /// The whole of it, to look at or to send later.
    outgoing_request& request() noexcept { return request_; }

    class [[nodiscard("write co_await before it")]] awaiter {
    public:
        explicit awaiter(task<http_reply> work) noexcept
            : work_(std::move(work)), waits_(std::move(work_).operator co_await()) {}
        bool await_ready() const noexcept { return waits_.await_ready(); }
        bool await_suspend(async::caller waiting) { return waits_.await_suspend(waiting); }
        http_reply await_resume() { return waits_.await_resume(); }

    private:
        task<http_reply> work_;
        task<http_reply>::awaiter waits_;
    };
    awaiter operator co_await() && { return awaiter(client::send(*with_, request_)); }

private:
    std::shared_ptr<const client::client_settings> with_;
    outgoing_request request_;
};

}  // namespace coracle
