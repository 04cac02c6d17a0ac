// body_decoder: takes the transfer coding off a body as its bytes arrive, without copying the data.
// RFC 9112 6 (length), 7.1 (chunks, extensions, trailers).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/scan.hpp>
#include <coracle/http/body_length.hpp>
#include <coracle/http/limits.hpp>
#include <coracle/http/refusal.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::http {

enum class body_state : std::uint8_t {
    need_more,  ///< all bytes given are used up
    data,       ///< `data` is not empty; go on with the bytes that are left
    complete,   ///< the body has ended, perhaps with the last of its data; what is left belongs to the next request
    refused,    ///< see why(); no byte after this means anything
};

/// What one call of decode() found.
struct decoded {
    std::size_t consumed = 0;  ///< bytes of the input that are used up
    std::string_view data{};   ///< a run of body data: a view into the input
    body_state state = body_state::need_more;
};

/// One body at a time. Remembers counts only, so input may be given in any pieces and thrown away after each.
/// Trailer fields are checked and dropped, or kept apart: nothing in them can pass for a header field.
class body_decoder {
public:
    /// A new body, of which at most `most` bytes are accepted. Error: body_too_large, before any byte was read.
    /// Keeps: a reference to the limits.
    std::optional<refusal> start(body_length length, const limits& bounds, std::uint64_t most);
    std::optional<refusal> start(body_length length, const limits& bounds = default_limits) {
        return start(length, bounds, bounds.body_bytes);
    }
    std::optional<refusal> start(body_length, const limits&&) = delete;
    std::optional<refusal> start(body_length, const limits&&, std::uint64_t) = delete;

    /// The trailer section is copied to `to`, line by line as it came. In: after start(). Keeps: a reference.
    void keep_trailers(std::string& to) noexcept { trailer_text_ = &to; }

    /// Goes on with the body. Out: at most one run of data; call again with the rest until need_more or complete.
    decoded decode(std::string_view in);

    bool complete() const noexcept { return stage_ == stage::complete; }
    refusal why() const noexcept { return why_; }
    /// Bytes of data given out so far.
    std::uint64_t received() const noexcept { return received_; }
    /// Bytes still to come, where they are known: a body of fixed length.
    std::optional<std::uint64_t> remaining() const noexcept {
        if (stage_ == stage::complete) return 0;
        return stage_ == stage::fixed ? std::optional(left_) : std::nullopt;
    }

private:
    enum class stage : std::uint8_t {
        complete,
        fixed,
        size_first,
        size,
        extension,
        size_lf,
        chunk,
        chunk_cr,
        chunk_lf,
        trailer,
        trailer_name,
        trailer_value,
        trailer_lf,
        last_lf,
        refused,
    };

    decoded data_run(std::string_view in, std::size_t at, stage after);
    bool step(char c);
    bool size_digit(char c);
    bool size_line_ends();
    bool go(stage next) noexcept {
        stage_ = next;
        return true;
    }
    bool refuse(refusal why) noexcept {
        stage_ = stage::refused;
        why_ = why;
        return false;
    }

    const limits* bounds_ = &default_limits;
    std::uint64_t most_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t left_ = 0;      // of the fixed body or of this chunk
    std::uint64_t framing_ = 0;   // bytes that were not data
    std::size_t line_ = 0;        // bytes of this chunk-size line
    std::size_t digits_ = 0;      // of this chunk size
    std::size_t extensions_ = 0;  // bytes of all of them
    std::size_t trailer_bytes_ = 0;
    std::size_t trailers_ = 0;
    std::string* trailer_text_ = nullptr;
    stage stage_ = stage::complete;
    refusal why_ = refusal::truncated;
};

inline std::optional<refusal> body_decoder::start(body_length length, const limits& bounds, std::uint64_t most) {
    *this = body_decoder();
    bounds_ = &bounds;
    most_ = most;
    left_ = length.bytes;
    switch (length.how) {
        case body_length::kind::none:
            break;
        case body_length::kind::chunked:
            stage_ = stage::size_first;
            break;
        case body_length::kind::fixed:
            stage_ = left_ == 0 ? stage::complete : stage::fixed;
            if (left_ > most_) refuse(refusal::body_too_large);
            break;
    }
    if (stage_ == stage::refused) return why_;
    return std::nullopt;
}

inline decoded body_decoder::decode(std::string_view in) {
    if (stage_ == stage::fixed) return data_run(in, 0, stage::complete);
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (stage_ == stage::complete) return {i, {}, body_state::complete};
        if (stage_ == stage::chunk) return data_run(in, i, stage::chunk_cr);
        if (!step(in[i])) return {i, {}, body_state::refused};
    }
    if (stage_ == stage::complete) return {in.size(), {}, body_state::complete};
    return {in.size(), {}, stage_ == stage::refused ? body_state::refused : body_state::need_more};
}

/// Data from in[at] on, until it has all come; `after` is what follows it.
inline decoded body_decoder::data_run(std::string_view in, std::size_t at, stage after) {
    std::size_t size = in.size() - at;
    if (size > left_) size = static_cast<std::size_t>(left_);
    left_ -= size;
    received_ += size;
    if (left_ == 0) stage_ = after;
    decoded out{at + size, in.substr(at, size), size == 0 ? body_state::need_more : body_state::data};
    if (stage_ == stage::complete) out.state = body_state::complete;
    return out;
}

/// One byte of framing. False when it is refused.
inline bool body_decoder::step(char c) {
    ++framing_;
    switch (stage_) {
        case stage::size_first:
            line_ = digits_ = 0;
            left_ = 0;
            stage_ = stage::size;
            ++line_;
            return size_digit(c);
        case stage::size:
            ++line_;
            if (c == '\r') return go(stage::size_lf);
            if (c == ';') return go(stage::extension);
            return size_digit(c);
        case stage::extension:
            // Nobody here knows an extension, so it only must not hide a line end, and not be long.
            if (++line_ > bounds_->chunk_line_bytes || ++extensions_ > bounds_->chunk_extension_bytes)
                return refuse(refusal::chunk_line_too_long);
            if (c == '\r') return go(stage::size_lf);
            return !scan::ends_value(c) || refuse(refusal::bad_chunk_extension);
        case stage::size_lf:
            if (c != '\n') return refuse(refusal::bad_chunk_size);
            return size_line_ends();
        case stage::chunk_cr:
            return c == '\r' ? go(stage::chunk_lf) : refuse(refusal::bad_chunk_end);
        case stage::chunk_lf:
            return c == '\n' ? go(stage::size_first) : refuse(refusal::bad_chunk_end);
        default:
            break;
    }
    // The trailer section, including the empty line that ends the body.
    if (++trailer_bytes_ > bounds_->trailer_bytes) return refuse(refusal::trailers_too_large);
    if (trailer_text_) trailer_text_->push_back(c);
    switch (stage_) {
        case stage::trailer:
            if (c == '\r') return go(stage::last_lf);
            if (++trailers_ > bounds_->trailers) return refuse(refusal::trailers_too_large);
            return ascii::is_token(c) ? go(stage::trailer_name) : refuse(refusal::bad_trailer);
        case stage::trailer_name:
            if (c == ':') return go(stage::trailer_value);
            return ascii::is_token(c) || refuse(refusal::bad_trailer);
        case stage::trailer_value:
            if (c == '\r') return go(stage::trailer_lf);
            return !scan::ends_value(c) || refuse(refusal::bad_trailer);
        case stage::trailer_lf:
            return c == '\n' ? go(stage::trailer) : refuse(refusal::bad_trailer);
        case stage::last_lf:
            return c == '\n' ? go(stage::complete) : refuse(refusal::bad_trailer);
        default:
            return false;  // refused before: it stays so
    }
}

inline bool body_decoder::size_digit(char c) {
    int digit = ascii::hex_value(c);
    if (digit < 0 || digits_ == 16) return refuse(refusal::bad_chunk_size);
    ++digits_;
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
    return true;
}

inline bool body_decoder::size_line_ends() {
    if (left_ > most_ - received_) return refuse(refusal::body_too_large);
    if (left_ == 0) return go(stage::trailer);
    // Counted against the data before this chunk, so that a promise of much data buys nothing.
    if (framing_ > received_ + bounds_->chunk_overhead_bytes) return refuse(refusal::chunk_overhead);
    return go(stage::chunk);
}

}  // namespace coracle::http
