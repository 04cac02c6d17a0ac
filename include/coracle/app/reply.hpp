// reply: where a handler's result becomes an answer, according to its type: on the wire at once, or in a response that
// middleware still has to see.
#pragma once

#include <coracle/app/error_page.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/response.hpp>
#include <coracle/app/response_context.hpp>
#include <coracle/app/validation_error.hpp>
#include <coracle/async/job.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/http/exchange.hpp>
#include <coracle/http/head_cache.hpp>
#include <coracle/http/limits.hpp>
#include <coracle/http/response_head.hpp>
#include <coracle/http/response_writer.hpp>
#include <coracle/json/value.hpp>
#include <coracle/json/write.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace coracle {

/// The answer to one request. It is given once; the first bytes go into the buffer then.
/// keeps: references to the buffer, the heads, the exchange and the limits; or to the response that it becomes.
class reply {
public:
    reply(byte_buffer& out, http::head_cache& heads, http::exchange& turn, const http::limits& bounds) noexcept
        : out_(&out), writer_(std::in_place, out, heads), turn_(&turn), bounds_(&bounds) {}
    /// To be put into `into` instead of on the wire. in: a buffer to write JSON in.
    reply(response& into, byte_buffer& scratch) noexcept : out_(&scratch), into_(&into) {}

    /// Whether the answer is given.
    bool answered() const noexcept { return status_ != 0; }
    /// The status that was given; 0 before.
    int status() const noexcept { return status_; }
    /// How errors are written, from here on.
    void write_errors(const error_style& how) noexcept { errors_ = &how; }
    /// A request that is refused is an exception from here on, for who has registered an answer to it.
    /// Gives whether it was so before.
    bool throw_refusals(bool now = true) noexcept { return std::exchange(throws_, now); }
    /// What a handler's result gets besides. in: where that will stand by then, or null.
    void look_at(const std::unique_ptr<response_context>& context) noexcept { context_ = &context; }

    /// A handler's result: text as text/plain, a response as it is, anything else as JSON.
    /// in: the status for all but responses. error: json_error for what JSON cannot hold; nothing is written then.
    template <class R>
    void give(const R& result, int status) {
        if constexpr (std::same_as<R, response>) {
            send(result);
        } else {
            const http::field_list* fields = nullptr;
            if (context_ && *context_) [[unlikely]] {
                fields = &(*context_)->headers;
                if ((*context_)->status != 0) status = (*context_)->status;
            }
            if constexpr (std::same_as<R, std::monostate>)
                write({status, {}, fields}, {});
            else if constexpr (std::convertible_to<const R&, std::string_view>)
                write({status, text_type, fields}, result);
            else if (http::forbids_body(status) || http::forces_empty_body(status))
                write({status, {}, fields}, {});
            else
                send_json(status, json_type, fields, [&](byte_buffer& out) { write_json(out, result); });
        }
    }
    void send(const response& made) {
        if (made.stream) [[unlikely]]
            return send_stream(made);
        write({made.status, made.body.empty() ? std::string_view{} : text_type, &made.headers}, made.body);
    }
    /// A response with what the handler's result gets besides, and no body yet. in: the status, unless that says one.
    [[gnu::cold]] response start_response(int status) const {
        response made(status);
        if (!context_ || !*context_) return made;
        made.headers = (*context_)->headers;
        if ((*context_)->status != 0) made.status = (*context_)->status;
        return made;
    }
    /// For the server: whether the body of the answer is still to be made, and by whom. Nothing of it is written then.
    bool streams() const noexcept { return streamed_ != nullptr; }
    const std::shared_ptr<outgoing_body>& stream() const noexcept { return streamed_->stream; }
    /// For the server: writes the head of it. Out: whether the end of the connection is the end of the answer.
    bool begin_stream() {
        const response& made = *streamed_;
        if (made.status == upgrades) [[unlikely]] {
            http::response_terms last = terms();
            last.connection = http::persistence::implied;
            return writer_->begin_stream({made.status, {}, &made.headers}, last);
        }
        return writer_->begin_stream({made.status, binary_type, &made.headers}, terms(), made.stream->size());
    }
    /// For the server: where the pieces go.
    http::response_writer& writer() noexcept { return *writer_; }
    /// For the server, in a catch block before the head is written: turns the exception into the answer, as caught().
    std::exception_ptr caught_in_stream(bool wants_html) {
        status_ = 0;
        return caught(wants_html);
    }
    /// For the server: the body goes, with all that it holds.
    void end_stream() noexcept { streamed_.reset(); }

    void send(int status, std::string_view type, std::string_view body) { write({status, type, nullptr}, body); }
    /// `{"detail": ...}`, or no body where the status has none.
    void send(const http_error& error) { send_detail(error.status(), error.detail(), &error.headers()); }
    /// 422 with every issue. error: `error` itself, when somebody else answers errors.
    void send(const validation_error& error) {
        if (throws_) error.raise();
        send_detail(422, error.detail());
    }
    void send_detail(int status, const json& detail, const http::field_list* fields = nullptr) {
        if (http::forbids_body(status) || http::forces_empty_body(status)) return write({status, {}, fields}, {});
        if (errors_ && errors_->format == error_format::problem) {
            return send_json(status, "application/problem+json", fields,
                             [&](byte_buffer& out) { write_json(out, problem_details(status, detail)); });
        }
        send_json(status, json_type, fields, [&](byte_buffer& out) {
            out.append("{\"detail\":");
            write_json(out, detail);
            out.push_back('}');
        });
    }

    /// For a catch block: turns the exception being handled into an answer, unless one has been given.
    /// in: whether the client would rather see HTML. out: the exception when it is nobody's answer, for the log; the
    /// client sees a bare 500 (W6). error: `cancelled`, which is thrown on.
    std::exception_ptr caught(bool wants_html = false) {
        std::exception_ptr unknown = std::current_exception();
        if (!answered()) {
            try {
                throw;
            } catch (const cancelled&) {
                throw;
            } catch (const http_error& error) {
                if (answer_with(error)) return nullptr;
            } catch (const validation_error& error) {
                if (answer_with(error)) return nullptr;
            } catch (...) {
            }
            send_failure(unknown, wants_html);
        }
        return unknown;
    }

private:
    static constexpr std::string_view json_type = "application/json";
    static constexpr std::string_view text_type = "text/plain; charset=utf-8";
    static constexpr int upgrades = 101;  // the body of such an answer is another protocol
    static constexpr std::string_view binary_type = "application/octet-stream";

    [[gnu::cold]] void send_stream(const response& made) {
        if (made.status != upgrades) check_status(made.status);
        if (into_)
            *into_ = made;
        else
            streamed_ = std::make_unique<response>(made);
        status_ = made.status;
    }
    static void check_status(int status) {
        if (status < 200 || !http::is_status(status))
            throw std::invalid_argument("the status of an answer is a number from 200 to 599, not " +
                                        std::to_string(status));
    }

    [[gnu::cold]] void send_failure(const std::exception_ptr& unknown, bool wants_html) {
        if (errors_ && errors_->debug) return send(error_page(unknown, wants_html));
        if (errors_ && errors_->plain_500) return send(500, text_type, "Internal Server Error");
        send_detail(500, json("Internal Server Error"));
    }

    /// False when it cannot be sent: an impossible status, a detail that is no JSON.
    template <class Error>
    bool answer_with(const Error& error) {
        try {
            send(error);
            return true;
        } catch (const std::exception&) {
            return false;
        }
    }

    // The exchange is asked once; what a failed attempt was told holds for the next one.
    const http::response_terms& terms() {
        if (!std::exchange(has_terms_, true)) turn_->begin_answer(terms_, *bounds_);
        return terms_;
    }
    void write(const http::response_head& head, std::string_view body) {
        if (head.status < 200)
            throw std::invalid_argument("the status of an answer is a number from 200 to 599, not " +
                                        std::to_string(head.status));
        if (into_) [[unlikely]] {
            put(head, body);
        } else {
            writer_->write(head, terms(), body);
        }
        status_ = head.status;
    }
    template <class Write>
    void send_json(int status, std::string_view type, const http::field_list* fields, Write write_body) {
        if (into_) [[unlikely]] {
            out_->clear();
            write_body(*out_);
            return write({status, type, fields}, out_->view());
        }
        writer_->begin({status, type, fields}, terms());
        try {
            write_body(*out_);
        } catch (...) {
            writer_->abandon();
            throw;
        }
        writer_->finish();
        status_ = status;
    }
    [[gnu::cold]] void put(const http::response_head& head, std::string_view body) {
        if (!http::is_status(head.status))
            throw std::invalid_argument("the status of an answer is a number from 200 to 599, not " +
                                        std::to_string(head.status));
        into_->status = head.status;
        if (head.fields && head.fields != &into_->headers)
            into_->headers = *head.fields;
        else if (!head.fields)
            into_->headers.clear();
        if (!head.content_type.empty() && !into_->headers.contains("content-type"))
            into_->headers.set("content-type", head.content_type);
        into_->body.assign(body);
    }

    byte_buffer* out_;
    std::optional<http::response_writer> writer_;
    http::exchange* turn_ = nullptr;
    const http::limits* bounds_ = nullptr;
    response* into_ = nullptr;
    const error_style* errors_ = nullptr;
    const std::unique_ptr<response_context>* context_ = nullptr;
    http::response_terms terms_;
    bool has_terms_ = false;
    std::unique_ptr<const response> streamed_;
    int status_ = 0;
    bool throws_ = false;
};

}  // namespace coracle
