// reply: where a handler's result becomes an answer on the wire, according to its type.
#pragma once

#include <coracle/app/http_error.hpp>
#include <coracle/app/response.hpp>
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
#include <optional>
#include <string>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <variant>

namespace coracle {

/// The answer to one request. It is given once; the first bytes go into the buffer then.
/// keeps: references to the buffer, the heads, the exchange and the limits.
class reply {
public:
    reply(byte_buffer& out, http::head_cache& heads, http::exchange& turn, const http::limits& bounds) noexcept
        : out_(&out), writer_(out, heads), turn_(&turn), bounds_(&bounds) {}

    /// Whether the answer is in the buffer.
    bool answered() const noexcept { return status_ != 0; }
    /// The status that was sent; 0 before.
    int status() const noexcept { return status_; }

    /// A handler's result: text as text/plain, a response as it is, anything else as JSON.
    /// in: the status for all but responses. error: json_error for what JSON cannot hold; nothing is written then.
    template <class R>
    void give(const R& result, int status) {
        if constexpr (std::same_as<R, response>) {
            send(result);
        } else if constexpr (std::same_as<R, std::monostate>) {
            send(status, {}, {});
        } else if constexpr (std::convertible_to<const R&, std::string_view>) {
            send(status, text_type, result);
        } else {
            send_json(status, nullptr, [&](byte_buffer& out) { write_json(out, result); });
        }
    }
    void send(const response& made) {
        write({made.status, made.body.empty() ? std::string_view{} : text_type, &made.headers}, made.body);
    }
    void send(int status, std::string_view type, std::string_view body) { write({status, type, nullptr}, body); }
    /// `{"detail": ...}`, or no body where the status has none.
    void send(const http_error& error) { send_detail(error.status(), error.detail(), &error.headers()); }
    /// 422 with every issue.
    void send(const validation_error& error) { send_detail(422, error.detail()); }
    void send_detail(int status, const json& detail, const http::field_list* fields = nullptr) {
        if (http::forbids_body(status) || http::forces_empty_body(status)) return write({status, {}, fields}, {});
        send_json(status, fields, [&](byte_buffer& out) {
            out.append("{\"detail\":");
            write_json(out, detail);
            out.push_back('}');
        });
    }

    /// For a catch block: turns the exception being handled into an answer, unless one has been given.
    /// out: the exception when it is nobody's answer, for the log; the client sees a bare 500 (W6).
    /// error: `cancelled`, which is thrown on.
    std::exception_ptr caught() {
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
            send(500, json_type, "{\"detail\":\"Internal Server Error\"}");
        }
        return unknown;
    }

private:
    static constexpr std::string_view json_type = "application/json";
    static constexpr std::string_view text_type = "text/plain; charset=utf-8";

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
        if (!terms_) terms_ = turn_->begin_answer(*bounds_);
        return *terms_;
    }
    void write(const http::response_head& head, std::string_view body) {
        if (head.status < 200)
            throw std::invalid_argument("the status of an answer is a number from 200 to 599, not " +
                                        std::to_string(head.status));
        writer_.write(head, terms(), body);
        status_ = head.status;
    }
    template <class Write>
    void send_json(int status, const http::field_list* fields, Write write_body) {
        writer_.begin({status, json_type, fields}, terms());
        try {
            write_body(*out_);
        } catch (...) {
            writer_.abandon();
            throw;
        }
        writer_.finish();
        status_ = status;
    }

    byte_buffer* out_;
    http::response_writer writer_;
    http::exchange* turn_;
    const http::limits* bounds_;
    std::optional<http::response_terms> terms_;
    int status_ = 0;
};

}  // namespace coracle
