// response_reader: an answer, read as its bytes arrive. For clients.
// RFC 9112 4 (status line), 6.3 (where the body ends), RFC 9110 15.2 (interim answers).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/body_decoder.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/limits.hpp>
#include <coracle/http/owned_fields.hpp>
#include <coracle/http/status.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::http {

/// One answer at a time: start(), then feed() until complete() or failed().
class response_reader {
public:
    /// in: whether it answers HEAD, and so has no body whatever it says.
    void start(bool head_only) {
        *this = response_reader();
        head_only_ = head_only;
    }

    /// out: how many of the bytes belong to this answer.
    std::size_t feed(std::string_view bytes) {
        std::size_t used = 0;
        while (used < bytes.size() && stage_ == stage::head) used += feed_head(bytes.substr(used));
        while (used < bytes.size() && stage_ == stage::body) used += feed_body(bytes.substr(used));
        return used;
    }
    /// The stream has ended.
    void end() {
        if (stage_ == stage::body && until_end_)
            stage_ = stage::complete;
        else if (stage_ != stage::complete)
            fail(head_.empty() && stage_ == stage::head ? "the connection was closed before the answer"
                                                        : "the connection was closed in the middle of the answer");
    }

    bool has_head() const noexcept { return status_ != 0; }
    bool complete() const noexcept { return stage_ == stage::complete; }
    /// What is wrong with the answer, in a few words.
    std::optional<std::string_view> failed() const noexcept {
        return stage_ == stage::failed ? std::optional(why_) : std::nullopt;
    }

    int status() const noexcept { return status_; }
    const owned_fields& headers() const noexcept { return headers_; }
    /// Whether another request may follow on the connection.
    bool keeps_alive() const noexcept { return complete() && !until_end_ && !closes_; }
    /// What of the body has come and was not taken.
    std::string take_body() { return std::exchange(body_, {}); }
    std::size_t body_waiting() const noexcept { return body_.size(); }

private:
    enum class stage : std::uint8_t { head, body, complete, failed };
    static constexpr std::size_t most_head_bytes = 64 * 1024;
    // Who asked for a body reads all of it, in whatever small chunks.
    static constexpr limits bounds = [] {
        limits all;
        all.chunk_overhead_bytes = SIZE_MAX / 2;
        return all;
    }();

    std::size_t feed_head(std::string_view bytes) {
        std::size_t before = head_.size();
        head_ += bytes;
        std::size_t end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
        if (end == std::string::npos) {
            if (head_.size() > most_head_bytes) fail("its head is too large");
            return bytes.size();
        }
        head_.resize(end + 4);
        std::size_t used = head_.size() - before;
        read_head(std::exchange(head_, {}));
        return used;
    }

    void read_head(std::string text) {
        headers_ = owned_fields(std::move(text));
        std::string_view rest = headers_.bytes();
        std::string_view line = next_line(rest);
        bool good = line.size() >= 12 && (line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ")) &&
                    (line.size() == 12 || line[12] == ' ');
        auto status = good ? ascii::parse_decimal<unsigned>(line.substr(9, 3)) : std::nullopt;
        if (!status || *status < 100) return fail("its first line is no status line");
        while (!(line = next_line(rest)).empty()) {
            std::size_t colon = line.find(':');
            std::string_view name = line.substr(0, colon);
            std::string_view value = colon == line.npos ? line : ascii::trim(line.substr(colon + 1));
            if (colon == line.npos || !ascii::is_token(name) || !is_field_value(value))
                return fail("one of its header lines is no field");
            headers_.push_back({name, value});
        }
        if (*status < 200 && *status != 101) return;  // interim: the answer is still to come
        status_ = static_cast<int>(*status);
        closes_ = headers_.has_token("connection", "close") ||
                  (headers_.bytes().starts_with("HTTP/1.0") && !headers_.has_token("connection", "keep-alive"));
        find_body();
    }

    void find_body() {
        stage_ = stage::complete;
        if (head_only_ || status_ == 101 || forbids_body(status_)) return;
        body_length length;
        if (headers_.contains("transfer-encoding")) {
            if (headers_.contains("content-length")) return fail("it has two lengths");
            if (!ascii::iequals(headers_["transfer-encoding"], "chunked")) return fail("its coding is not known");
            length.how = body_length::kind::chunked;
        } else if (headers_.contains("content-length")) {
            std::optional<std::uint64_t> bytes;
            for (std::string_view value : headers_.get_all("content-length")) {
                auto one = ascii::parse_decimal<std::uint64_t>(value);
                if (!one || (bytes && *bytes != *one)) return fail("its length is no number");
                bytes = one;
            }
            length = {body_length::kind::fixed, *bytes};
        } else {
            until_end_ = true;
        }
        stage_ = stage::body;
        if (until_end_) return;
        (void)decoder_.start(length, bounds, UINT64_MAX);
        if (decoder_.complete() || length == body_length{body_length::kind::fixed, 0}) stage_ = stage::complete;
    }

    std::size_t feed_body(std::string_view bytes) {
        if (until_end_) {
            body_ += bytes;
            return bytes.size();
        }
        decoded step = decoder_.decode(bytes);
        body_ += step.data;
        if (step.state == body_state::refused) fail("its chunks are broken");
        if (decoder_.complete()) stage_ = stage::complete;
        return step.consumed;
    }

    static std::string_view next_line(std::string_view& rest) {
        std::size_t end = rest.find("\r\n");
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 2);
        return line;
    }
    void fail(std::string_view why) {
        stage_ = stage::failed;
        why_ = why;
    }

    stage stage_ = stage::head;
    bool head_only_ = false;
    bool until_end_ = false;
    bool closes_ = false;
    int status_ = 0;
    std::string head_;
    owned_fields headers_;
    body_decoder decoder_;
    std::string body_;
    std::string_view why_;
};

}  // namespace coracle::http
