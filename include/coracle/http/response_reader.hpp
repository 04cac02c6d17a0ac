// response_reader: an answer, read as its bytes arrive, as strictly as requests are. For clients.
// RFC 9112 4 (status line), 5 (field lines), 6.3 (where the body ends), 7.1 (chunks), RFC 9110 15.2 (interim answers).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/scan.hpp>
#include <coracle/http/body_decoder.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/limits.hpp>
#include <coracle/http/owned_fields.hpp>
#include <coracle/http/status.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::http {

/// What a client takes from a server. Who asks for a body reads all of it, in whatever small chunks.
inline constexpr limits response_limits = [] {
    limits all;
    all.head_bytes = 64 * 1024;
    all.fields = 256;
    all.body_bytes = UINT64_MAX;
    all.chunk_overhead_bytes = SIZE_MAX / 2;
    all.trailer_bytes = 16 * 1024;
    return all;
}();

/// One answer at a time: start(), then feed() until complete() or failed(). Whatever two readers might understand
/// differently is a failure.
class response_reader {
public:
    /// in: whether it answers HEAD, and so has no body whatever it says. keeps: a reference to the limits.
    void start(bool head_only, const limits& bounds = response_limits) {
        stage_ = stage::head;
        head_only_ = head_only;
        until_end_ = closes_ = old_ = chunked_ = continue_ = false;
        interims_ = 0;
        status_ = 0;
        seen_ = line_ = 0;
        length_.reset();
        head_.clear();
        headers_ = owned_fields();
        trailer_text_.clear();
        body_.clear();
        bounds_ = &bounds;
    }
    void start(bool, const limits&&) = delete;

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
        else if (stage_ != stage::complete && stage_ != stage::failed)
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
    /// It asks for the body of the request (RFC 9110 15.2.1).
    bool told_to_continue() const noexcept { return continue_; }
    const owned_fields& headers() const noexcept { return headers_; }
    owned_fields take_headers() noexcept { return std::exchange(headers_, owned_fields()); }
    /// Whether another request may follow on the connection.
    bool keeps_alive() const noexcept { return complete() && !until_end_ && !closes_ && status_ != 101; }
    /// How long the body is, where that was said.
    std::optional<std::uint64_t> length() const noexcept { return length_; }
    /// What of the body has come and was not taken.
    std::string take_body() { return std::exchange(body_, {}); }
    std::size_t body_waiting() const noexcept { return body_.size(); }
    bool has_trailers() const noexcept { return trailer_text_.size() > 2; }
    /// What came behind a body in chunks, without what only a header may say. in: when it is complete.
    owned_fields take_trailers() {
        owned_fields all(std::exchange(trailer_text_, {}));
        std::string_view rest = all.bytes();
        while (rest.size() > 2) {
            std::string_view line = next_line(rest);
            std::size_t colon = line.find(':');
            std::string_view name = line.substr(0, colon);
            if (!is_header_only(name)) all.push_back({name, ascii::trim(line.substr(colon + 1))});
        }
        return all;
    }

private:
    enum class stage : std::uint8_t { head, body, complete, failed };
    static constexpr unsigned most_interims = 8;
    static constexpr std::uint64_t most_reserved = 1024 * 1024;  // a promise of more is believed as it comes

    std::size_t feed_head(std::string_view bytes) {
        std::size_t before = head_.size();
        bool whole = before == 0;  // nothing was kept: perhaps all of it stands in these bytes
        if (whole && seen_ == 0) {
            if (std::size_t all = read_head(bytes, false)) return all;
        }
        if (!whole) head_ += bytes;
        std::string_view text = whole ? bytes : std::string_view(head_);
        std::size_t end = find_end(text);
        if (stage_ == stage::failed) return bytes.size();
        if (end == 0) {
            if (text.size() > bounds_->head_bytes) {
                fail("its head is too large");
            } else if (whole) {
                head_ = bytes;
            }
            return bytes.size();
        }
        if (end > bounds_->head_bytes) {
            fail("its head is too large");
            return bytes.size();
        }
        seen_ = line_ = 0;
        if (whole) {
            read_head(text.substr(0, end), true);
        } else {
            read_head(std::string_view(head_).substr(0, end), true);
            head_.clear();
        }
        return end - before;
    }
    /// Behind the empty line; 0 when it has not come.
    std::size_t find_end(std::string_view text) {
        while (seen_ < text.size()) {
            const void* found = std::memchr(text.data() + seen_, '\n', text.size() - seen_);
            if (!found) break;
            auto at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
            if (at == line_ || text[at - 1] != '\r') {
                fail("one of its lines does not end in CR LF");
                return 0;
            }
            bool empty = at - line_ == 1;
            seen_ = line_ = at + 1;
            if (empty) return seen_;
        }
        seen_ = text.size();
        return 0;
    }

    /// in: whether the text is all of it, each line with its CR LF, and the empty one; else it may go on behind it, or
    /// be only a part. out: how long it is; 0: nothing was read, and somebody looks for its end first.
    std::size_t read_head(std::string_view text, bool is_whole) {
        const char* at = text.data();
        const char* end = at + text.size();
        const char* line_end = text.size() >= 14 ? scan::value_end(at + 12, end) : at;
        bool good = ends_line(line_end, end) && (text.starts_with("HTTP/1.1 ") || text.starts_with("HTTP/1.0 ")) &&
                    (at[12] == ' ' || at[12] == '\r');
        auto status = good ? ascii::parse_decimal<unsigned>(text.substr(9, 3)) : std::nullopt;
        if (!is_whole && (!status || *status < 200)) return 0;
        if (!status || *status < 100) return fail_head(is_whole, "its first line is no status line");
        old_ = at[7] == '0';
        headers_.clear();
        std::size_t count = 0;
        bool keep_alive = false;
        closes_ = false;
        for (at = line_end + 2; at != end && *at != '\r'; at = line_end + 2) {
            const char* name_begin = at;
            at = scan::token_end(at, end);
            std::string_view name(name_begin, static_cast<std::size_t>(at - name_begin));
            line_end = scan::value_end(at, end);
            if (name.empty() || at == end || *at != ':' || !ends_line(line_end, end))
                return fail_head(is_whole, "one of its header lines is no field");
            if (++count > bounds_->fields) return fail_head(is_whole, "it has too many header fields");
            std::string_view value = ascii::trim({at + 1, static_cast<std::size_t>(line_end - at - 1)});
            headers_.push_back({name, value});
            if (name.size() == 10 || name.size() == 14 || name.size() == 17) {
                note(name, value, keep_alive);
                if (stage_ == stage::failed) return fail_head(is_whole, why_);
            }
        }
        std::size_t size = static_cast<std::size_t>(at - text.data()) + 2;
        if (!ends_line(at, end) || size > bounds_->head_bytes) return fail_head(is_whole, "its head is too large");
        headers_.keep_copy_of(text.substr(0, size));
        if (*status < 200 && *status != 101) {  // the answer is still to come
            continue_ = continue_ || *status == 100;
            if (++interims_ > most_interims) fail("it is announced again and again and does not come");
            length_.reset();
            chunked_ = false;
            return size;
        }
        if (chunked_ && (length_ || old_)) {
            fail(length_ ? "it has two lengths" : "it has chunks, and HTTP/1.0 has none");
            return size;
        }
        status_ = static_cast<int>(*status);
        closes_ = closes_ || (old_ && !keep_alive);
        find_body();
        return size;
    }
    /// What is wrong is told of a head that is whole.
    [[gnu::cold]] std::size_t fail_head(bool is_whole, std::string_view why) {
        headers_ = owned_fields();
        length_.reset();
        chunked_ = false;
        stage_ = stage::head;
        if (is_whole) fail(why);
        return 0;
    }
    /// What a field says about the message as a whole.
    void note(std::string_view name, std::string_view value, bool& keep_alive) {
        if (is(name, "content-length")) {
            if (length_) return fail("it has two lengths");
            if (value.size() <= 19) length_ = ascii::parse_decimal<std::uint64_t>(value);
            if (!length_) fail("its length is no number");
        } else if (is(name, "transfer-encoding")) {
            if (chunked_ || !ascii::iequals(value, "chunked")) return fail("its coding is not known");
            chunked_ = true;
        } else if (is(name, "connection")) {
            for_each_element(value, [&](std::string_view option) {
                closes_ = closes_ || ascii::iequals(option, "close");
                keep_alive = keep_alive || ascii::iequals(option, "keep-alive");
                return true;
            });
        }
    }

    void find_body() {
        stage_ = stage::complete;
        if (head_only_ || status_ == 101 || forbids_body(status_)) return;
        body_length length;
        if (chunked_) {
            length.how = body_length::kind::chunked;
        } else if (length_) {
            if (*length_ > bounds_->body_bytes) return fail(too_large);
            length = {body_length::kind::fixed, *length_};
            body_.reserve(static_cast<std::size_t>(*length_ < most_reserved ? *length_ : most_reserved));
        } else {
            until_end_ = true;
            received_ = 0;
        }
        stage_ = stage::body;
        if (until_end_) return;
        (void)decoder_.start(length, *bounds_, bounds_->body_bytes);
        if (chunked_) decoder_.keep_trailers(trailer_text_);
        if (decoder_.complete() || length == body_length{body_length::kind::fixed, 0}) stage_ = stage::complete;
    }

    std::size_t feed_body(std::string_view bytes) {
        if (until_end_) {
            received_ += bytes.size();
            if (received_ > bounds_->body_bytes) fail(too_large);
            body_ += bytes;
            return bytes.size();
        }
        decoded step = decoder_.decode(bytes);
        body_ += step.data;
        if (step.state == body_state::refused)
            fail(decoder_.why() == refusal::body_too_large ? too_large : "its chunks are broken");
        if (decoder_.complete()) stage_ = stage::complete;
        return step.consumed;
    }

    static constexpr std::string_view too_large = "its body is larger than allowed";

    /// Whether a token is this name, whatever its case: no token has a byte that bit 0x20 turns into another one's.
    template <std::size_t N>
    static bool is(std::string_view name, const char (&lower)[N]) noexcept {
        if (name.size() != N - 1) return false;
        unsigned differs = 0;
        for (std::size_t i = 0; i < N - 1; ++i) differs |= static_cast<unsigned char>((name[i] | 0x20) ^ lower[i]);
        return differs == 0;
    }
    /// in: the first control character but HT of a line.
    static bool ends_line(const char* at, const char* end) noexcept {
        return end - at >= 2 && at[0] == '\r' && at[1] == '\n';
    }
    /// Where a message ends, who may see it and where it goes: in a trailer it comes too late to be believed.
    static bool is_header_only(std::string_view name) noexcept {
        for (std::string_view each : {"host", "authorization", "set-cookie", "location", "content-type",
                                      "content-encoding", "content-range", "www-authenticate", "proxy-authenticate"})
            if (same_name(name, each)) return true;
        return is_framing_field(name);
    }
    static std::string_view next_line(std::string_view& rest) {
        std::size_t end = rest.find('\n');
        std::string_view line = rest.substr(0, end - 1);
        rest.remove_prefix(end + 1);
        return line;
    }
    [[gnu::cold]] void fail(std::string_view why) {
        stage_ = stage::failed;
        why_ = why;
    }

    stage stage_ = stage::head;
    bool head_only_ = false;
    bool until_end_ = false;
    bool closes_ = false;
    bool old_ = false;
    bool chunked_ = false;
    bool continue_ = false;
    unsigned interims_ = 0;
    int status_ = 0;
    std::size_t seen_ = 0;  // of the head: no line ends before this
    std::size_t line_ = 0;  // where the line begins that has not ended
    std::optional<std::uint64_t> length_;
    std::uint64_t received_ = 0;  // of a body that ends with the stream
    const limits* bounds_ = &response_limits;
    std::string head_;
    owned_fields headers_;
    body_decoder decoder_;
    std::string trailer_text_;
    std::string body_;
    std::string_view why_;
};

}  // namespace coracle::http
