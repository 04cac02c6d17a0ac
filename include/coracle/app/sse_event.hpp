// sse_event: one server-sent event. The fields and the bytes are those of FastAPI's ServerSentEvent.
// WHATWG HTML 9.2.6 (interpreting an event stream).
#pragma once

#include <coracle/base/byte_buffer.hpp>
#include <coracle/json/value.hpp>
#include <coracle/json/write.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle {

/// `co_yield sse_event("hello");` or with more fields `co_yield sse_event(price).event("price").id("17");`.
/// Text is its data as it stands; any other value, a struct too, is its data as JSON.
class sse_event {
public:
    /// Without data, for a comment or a retry alone: a client dispatches nothing.
    sse_event() = default;
    template <class T>
        requires(!std::same_as<std::remove_cvref_t<T>, sse_event>)
    explicit sse_event(const T& value) {
        if constexpr (std::convertible_to<const T&, std::string_view>)
            raw_data(value);
        else
            data(value);
    }

    /// As JSON, text too: `data("hello")` is `data: "hello"`. error: json_error for what JSON cannot hold.
    template <class T>
    sse_event& data(const T& value) & {
        data_ = to_json_text(value);
        return *this;
    }
    /// As it stands, in as many lines as it has.
    sse_event& raw_data(std::string_view text) & {
        data_ = text;
        return *this;
    }
    /// What `addEventListener(name, ...)` waits for; without it `message`. error: std::invalid_argument for more than a
    /// line (W3), as in id().
    sse_event& event(std::string_view name) & {
        event_ = one_line(name, "event");
        return *this;
    }
    /// What the client sends as Last-Event-ID when it comes back. error: also for NUL.
    sse_event& id(std::string_view text) & {
        if (text.find('\0') != text.npos)
            throw std::invalid_argument("coracle: the id of an sse_event must have no NUL in it");
        id_ = one_line(text, "id");
        return *this;
    }
    /// How long a client waits before it comes back. error: std::invalid_argument for less than nothing.
    sse_event& retry(std::chrono::milliseconds pause) & {
        if (pause.count() < 0) throw std::invalid_argument("coracle: the retry of an sse_event must not be negative");
        retry_ = pause;
        return *this;
    }
    /// What clients pass over, in as many lines as it has.
    sse_event& comment(std::string_view text) & {
        comment_ = text;
        return *this;
    }

    // The same for one that is made where it is yielded.

    template <class T>
    sse_event data(const T& value) && {
        return std::move(data(value));
    }
    sse_event raw_data(std::string_view text) && { return std::move(raw_data(text)); }
    sse_event event(std::string_view name) && { return std::move(event(name)); }
    sse_event id(std::string_view text) && { return std::move(id(text)); }
    sse_event retry(std::chrono::milliseconds pause) && { return std::move(retry(pause)); }
    sse_event comment(std::string_view text) && { return std::move(comment(text)); }

    /// As it stands on the wire, with the blank line that ends it.
    void write(byte_buffer& out) const {
        if (comment_) write_lines(out, ": ", *comment_);
        if (event_) write_line(out, "event: ", *event_);
        if (data_) write_lines(out, "data: ", *data_);
        if (id_) write_line(out, "id: ", *id_);
        if (retry_) write_line(out, "retry: ", std::to_string(retry_->count()));
        out.append("\n");
    }
    std::string text() const {
        byte_buffer out;
        write(out);
        return std::string(out.view());
    }

private:
    static std::string one_line(std::string_view text, const char* field) {
        if (text.find_first_of("\r\n") != text.npos)
            throw std::invalid_argument(std::string("coracle: the ") + field +
                                        " of an sse_event is one line, and this has a line end in it");
        return std::string(text);
    }
    static void write_line(byte_buffer& out, std::string_view name, std::string_view text) {
        out.append(name);
        out.append(text);
        out.append("\n");
    }
    /// CR LF, LF and CR end a line, as a client reads it.
    static void write_lines(byte_buffer& out, std::string_view name, std::string_view text) {
        for (;;) {
            std::size_t end = text.find_first_of("\r\n");
            write_line(out, name, text.substr(0, end));
            if (end == text.npos) return;
            text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
        }
    }

    std::optional<std::string> data_;
    std::optional<std::string> event_;
    std::optional<std::string> id_;
    std::optional<std::string> comment_;
    std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace coracle
