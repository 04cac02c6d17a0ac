// generated_body: the body of an answer whose pieces a generator gives: text, server-sent events, or JSON Lines.
// jsonlines.org: one compact value per line.
#pragma once

#include <coracle/app/event_stream.hpp>
#include <coracle/app/outgoing_body.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/async/generator.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/method.hpp>
#include <coracle/http/status.hpp>
#include <coracle/json/write.hpp>

#include <concepts>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle {

namespace detail {

/// What a generator's values are on the wire.
enum class stream_kind : unsigned char { text, events, json_lines };

template <class T>
inline constexpr stream_kind stream_kind_of =
    std::same_as<std::remove_cvref_t<T>, sse_event>                        ? stream_kind::events
    : std::convertible_to<const std::remove_cvref_t<T>&, std::string_view> ? stream_kind::text
                                                                           : stream_kind::json_lines;

/// The media type, and what else such an answer says unless the handler has said it.
[[gnu::cold]] inline void describe_stream(response& made, stream_kind kind) {
    auto unless_said = [&made](std::string_view name, std::string_view value) {
        if (!made.headers.contains(name)) made.headers.set(name, value);
    };
    switch (kind) {
        case stream_kind::text:
            return unless_said("content-type", "text/plain; charset=utf-8");
        case stream_kind::json_lines:
            return unless_said("content-type", "application/jsonl");
        case stream_kind::events:
            unless_said("content-type", "text/event-stream");
            unless_said("cache-control", "no-cache");
            return unless_said("x-accel-buffering", "no");  // nginx would hold them back otherwise
    }
}

}  // namespace detail

template <class T>
class generated_body final : public outgoing_body {
    static constexpr detail::stream_kind kind = detail::stream_kind_of<T>;

public:
    explicit generated_body(generator<T> pieces) noexcept : pieces_(std::move(pieces)) {}

    /// Makes the first piece now, so that what it throws can still be an answer.
    task<> begin() {
        value_ = co_await pieces_.next();
        begun_ = true;
    }
    task<std::optional<piece>> next() override {
        if (!std::exchange(begun_, false)) value_ = co_await pieces_.next();
        if (!value_) co_return std::nullopt;
        piece one;
        if constexpr (kind == detail::stream_kind::text) {
            one.bytes = *value_;
        } else {
            text_.clear();
            if constexpr (kind == detail::stream_kind::events) {
                value_->write(text_);
            } else {
                write_json(text_, *value_);
                text_.push_back('\n');
            }
            one.bytes = text_.view();
        }
        co_return one;
    }
    /// It hears of it as of any cancellation: at its co_yield.
    task<> abandon() override {
        if (pieces_.done()) co_return;
        try {
            std::exception_ptr left = std::make_exception_ptr(cancelled());
            value_ = co_await pieces_.throw_in(left);
        } catch (...) {
            // Nobody is left to be told.
        }
    }
    std::string_view heartbeat() const noexcept override {
        return kind == detail::stream_kind::events ? std::string_view(": ping\n\n") : std::string_view();
    }

private:
    generator<T> pieces_;
    typename generator<T>::promise_type::given value_ = generator<T>::promise_type::nothing();
    byte_buffer text_;
    bool begun_ = false;
};

template <class T>
response response::streamed(generator<T> pieces, std::initializer_list<http::field> fields, int code) {
    response made(code);
    for (const http::field& one : fields) made.headers.add(one.name, one.value);
    detail::describe_stream(made, detail::stream_kind_of<T>);
    made.stream = std::make_shared<generated_body<T>>(std::move(pieces));
    return made;
}

/// A handler's result that is a generator: its first piece is made before the answer is given, but for events, which
/// may be long in coming.
template <class T>
task<> give_stream(generator<T> pieces, const request& asked, reply& answer, int status) {
    auto body = std::make_shared<generated_body<T>>(std::move(pieces));
    if (detail::stream_kind_of<T> != detail::stream_kind::events && asked.method != http::method::head &&
        !http::forbids_body(status) && !http::forces_empty_body(status))
        co_await body->begin();
    response made = answer.start_response(status);
    detail::describe_stream(made, detail::stream_kind_of<T>);
    made.stream = std::move(body);
    answer.send(made);
}

}  // namespace coracle
