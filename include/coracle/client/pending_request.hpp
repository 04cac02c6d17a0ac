// pending_request: a request that is being described, and is sent when it is awaited.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/generator.hpp>
#include <coracle/async/task.hpp>
#include <coracle/client/call.hpp>
#include <coracle/client/client_settings.hpp>
#include <coracle/client/client_timeouts.hpp>
#include <coracle/client/generator_stream.hpp>
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
    /// error: invalid_url, unsupported_protocol.
    pending_request(const std::shared_ptr<const client::client_settings>& with, std::string_view method,
                    std::string_view url)
        : with_(with), request_(with->request(method, url)) {}
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
    /// Pieces that are made while they are sent, and while the answer is read, if that comes before the last of them.
    /// An answer of 300 or more, or one that closes, ends it. With `.header("expect", "100-continue")` it begins when
    /// the server asks for it, or says nothing for a second.
    pending_request&& body(std::unique_ptr<body_stream> stream) {
        request_.body = request_body(std::move(stream));
        return std::move(*this);
    }
    /// One more field of an urlencoded form.
    pending_request&& form(std::string_view name, std::string_view value) {
        std::string all(request_.body.bytes());
        if (!all.empty()) all += '&';
        http::encode_percent(name, all);
        all += '=';
        http::encode_percent(value, all);
        return body(std::move(all), "application/x-www-form-urlencoded");
    }
    template <class Number>
        requires std::is_arithmetic_v<Number>
    pending_request&& form(std::string_view name, Number value) {
        return form(name, std::string_view(to_json_text(value)));
    }
    /// A form with files: `.multipart(multipart_body().field("title", "me").file_on_disk("photo", "me.png"))`.
    template <class Form>
        requires requires(Form&& of, std::string& type) { std::forward<Form>(of).take(type); }
    pending_request&& multipart(Form form) {
        std::string type;
        request_.body = std::move(form).take(type);
        request_.fields.set("content-type", type);
        return std::move(*this);
    }
    /// Pieces that a coroutine makes while they are sent; in chunks, unless it is said how many bytes they have. Sent
    /// once: no redirect and no retry has them a second time.
    pending_request&& body(generator<std::string> pieces, std::optional<std::uint64_t> bytes = std::nullopt) {
        return body(std::make_unique<client::generator_stream>(std::move(pieces), bytes));
    }

    /// In the place of the client's: `.timeout(1s)`, `.timeout(client_timeouts().read(1min))`.
    pending_request&& timeout(client_timeouts of) {
        request_.options.timeout = of;
        return std::move(*this);
    }
    /// The reply is given when its head has come, also while the body of the request is still sent; its own is read
    /// piece by piece. Letting go of it ends both.
    pending_request&& stream() {
        request_.options.stream = true;
        return std::move(*this);
    }
    /// A larger body of the answer is refused.
    pending_request&& max_body_bytes(std::uint64_t most) {
        request_.options.max_body_bytes = most;
        return std::move(*this);
    }

    /// Up to 20 redirects are followed: `redirect_rules` of the options say how far.
    pending_request&& follow_redirects(bool yes = true) {
        policies().redirects.follow = yes;
        return std::move(*this);
    }
    /// So many attempts in all, where another one can do no harm.
    pending_request&& attempts(unsigned most) {
        policies().retry.attempts = most;
        return std::move(*this);
    }
    /// In the place of the client's. error: std::invalid_argument for what cannot be sent.
    pending_request&& auth(client::auth who) {
        policies().auth = std::move(who);
        request_.options.own_auth = true;
        return std::move(*this);
    }
    pending_request&& basic_auth(std::string_view user, std::string_view password) {
        return auth(client::basic(user, password));
    }
    pending_request&& bearer(std::string_view token) { return auth(client::bearer(token)); }
    /// Whose cookies are shown, and who keeps those of the answer.
    pending_request&& cookie_jar(client::cookie_store kept) {
        policies().cookies = std::move(kept);
        return std::move(*this);
    }

    /// As a task, for gather() and the like.
    task<http_reply> send() && { return client::perform_kept(std::move(with_), std::move(request_)); }
    /// The whole of it, to look at or to send later.
    outgoing_request& request() noexcept { return request_; }

    /// The reply is written where it is wanted, and moved once.
    class [[nodiscard("write co_await before it")]] awaiter {
    public:
        awaiter(const client::client_settings& with, outgoing_request& request)
            : work_(client::perform_into(with, request, reply_)), waits_(std::move(work_).operator co_await()) {}
        awaiter(const awaiter&) = delete;
        awaiter& operator=(const awaiter&) = delete;
        bool await_ready() const noexcept { return waits_.await_ready(); }
        bool await_suspend(async::caller waiting) { return waits_.await_suspend(waiting); }
        http_reply await_resume() {
            waits_.await_resume();
            return std::move(reply_);
        }

    private:
        http_reply reply_;
        task<> work_;
        task<>::awaiter waits_;
    };
    awaiter operator co_await() && { return awaiter(*with_, request_); }

private:
    // Of this request alone; its client's are shared.
    client::client_policies& policies() {
        std::shared_ptr<client::client_policies>& own = request_.options.policies;
        if (!own) own = std::make_shared<client::client_policies>(with_->policies);
        return *own;
    }

    std::shared_ptr<const client::client_settings> with_;
    outgoing_request request_;
};

}  // namespace coracle
