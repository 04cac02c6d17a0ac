// response: an answer made by hand. Handlers that give back anything else have one made for them.
#pragma once

#include <coracle/app/answer_fields.hpp>
#include <coracle/app/outgoing_body.hpp>
#include <coracle/async/generator.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/percent.hpp>
#include <coracle/json/write.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// Status, fields and body: `response reply(201, "made\n"); reply.headers.set("location", "/echo/1");`
/// A body is sent as text/plain unless `headers` has a content-type.
class response : public answer_fields {
public:
    int status = 200;
    std::string body{};
    /// Makes the body while it is sent, in the place of `body`. Null for most.
    std::shared_ptr<outgoing_body> stream{};

    response() = default;
    response(int code) : status(code) {}
    /// error: std::invalid_argument for a field that cannot be sent.
    response(int code, std::string text, std::initializer_list<http::field> fields = {})
        : status(code), body(std::move(text)) {
        for (const http::field& one : fields) headers.add(one.name, one.value);
    }

    static response text(std::string text, int code = 200) { return {code, std::move(text)}; }
    static response html(std::string page, int code = 200) {
        return {code, std::move(page), {{"content-type", "text/html; charset=utf-8"}}};
    }
    /// Sends the client to `target`, a path or a URL; what a URL cannot hold is percent-encoded. 307 keeps the method.
    static response redirect(std::string_view target, int code = 307) {
        std::string location;
        // Escapes that are there already stay: "%" is kept, everything between is encoded.
        for (bool more = true; more;) {
            std::size_t percent = target.find('%');
            more = percent != std::string_view::npos;
            http::encode_percent(target.substr(0, percent), location, ":/#?=@[]!$&'()*+,;");
            if (!more) break;
            location += '%';
            target.remove_prefix(percent + 1);
        }
        return {code, {}, {{"location", location}}};
    }
    /// Any value as JSON, as a handler's result would be. error: json_error for what JSON cannot hold.
    template <class T>
    static response json(const T& value, int code = 200) {
        return {code, to_json_text(value), {{"content-type", "application/json"}}};
    }
    /// Pieces that are sent as a generator makes them: `response::streamed(rows(db), {{"content-type", "text/csv"}})`.
    /// Text goes as it is (text/plain), sse_event as such, anything else as a line of JSON (application/jsonl).
    /// Defined in generated_body.hpp.
    template <class T>
    static response streamed(generator<T> pieces, std::initializer_list<http::field> fields = {}, int code = 200);
};

}  // namespace coracle
