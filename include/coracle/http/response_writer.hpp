// response_writer: puts an answer on the wire, in one piece, or with a body that is written behind its head.
// RFC 9110 6.4 and 8.6, RFC 9112 4, 6 and 7.1. Names of fields are sent in lower-case.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/head_cache.hpp>
#include <coracle/http/response_head.hpp>
#include <coracle/http/status.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::http {

/// The interim answer that asks for the body.
inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

namespace detail {
constexpr std::size_t decimal_size(std::uint64_t value) noexcept {
    if (value < 100) return value < 10 ? 1 : 2;
    std::size_t digits = 1;
    for (std::uint64_t bound = 10; digits < 20 && value >= bound; bound *= 10) ++digits;
    return digits;
}
constexpr char* write_decimal(char* to, std::uint64_t value, std::size_t digits) noexcept {
    if (digits == 2) {  // as most small answers have it
        to[0] = static_cast<char>('0' + static_cast<unsigned>(value) / 10);
        to[1] = static_cast<char>('0' + static_cast<unsigned>(value) % 10);
        return to + 2;
    }
    for (std::size_t i = digits; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
    return to + digits;
}
inline char* write_text(char* to, std::string_view text) noexcept {
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return to + text.size();
}
constexpr std::string_view connection_line(persistence connection) noexcept {
    switch (connection) {
        case persistence::close:
            return "connection: close\r\n";
        case persistence::keep_alive:
            return "connection: keep-alive\r\n";
        default:
            return {};
    }
}
}  // namespace detail

/// Writes answers into a buffer, one after the other. Lengths and the connection's fate are written here from what is
/// really sent, and nowhere else (W5). Keeps: references to the buffer and the cache.
class response_writer {
public:
    response_writer(byte_buffer& out, head_cache& cache) noexcept : out_(&out), cache_(&cache) {}

    /// A whole answer. A body that the status or HEAD forbids is left out.
    /// Error: std::invalid_argument, and nothing is written.
    [[gnu::always_inline]] void write(const response_head& head, const response_terms& terms, std::string_view body) {
        if (head.status != 200 || (head.fields && !head.fields->empty()) || body.empty() ||
            terms.connection != persistence::implied || terms.head_only) [[unlikely]]
            return write_other(head, terms, body);
        // As nearly every answer is.
        std::string_view block = cache_->block(head.status, head.content_type);
        char* const start = out_->prepare(block.size() + body.size() + tail_size);
        char* to = detail::write_text(start, block);
        to = detail::write_decimal(to, body.size(), detail::decimal_size(body.size()));
        to = detail::write_text(to, "\r\n\r\n");
        to = detail::write_text(to, body);
        out_->commit(static_cast<std::size_t>(to - start));
    }

    /// An answer whose body follows: append it to the buffer, then finish(). Nothing may be consumed from the buffer in
    /// between. `digits` is a guess of how many the length will have; a wrong one costs moving the body.
    void begin(const response_head& head, const response_terms& terms, std::size_t digits = 3) {
        CORACLE_ASSERT(mode_ == mode::idle && digits >= 1 && digits <= 19);
        bool bodiless = forbids_body(head.status);
        digits_ = bodiless ? 0 : digits;
        begin_at_ = out_->size();
        std::uint64_t guess = 1;
        for (std::size_t i = 1; i < digits; ++i) guess *= 10;
        write_head_alone(head, terms, bodiless ? no_length : guess);
        length_at_ = begin_at_ + prefix_size_;
        body_at_ = out_->size();
        drop_ = bodiless || terms.head_only || forces_empty_body(head.status);
        empty_ = forces_empty_body(head.status);
        mode_ = mode::measured;
    }
    /// The body of begin() is in the buffer. Out: its size.
    std::size_t finish() {
        CORACLE_ASSERT(mode_ == mode::measured && out_->size() >= body_at_);
        std::size_t size = out_->size() - body_at_;
        if (drop_) out_->truncate(body_at_);
        if (digits_ != 0) write_length(empty_ ? 0 : size);
        mode_ = mode::idle;
        return size;
    }
    /// The answer of begin() shall not be sent after all: the buffer is as it was before it.
    void abandon() noexcept {
        CORACLE_ASSERT(mode_ == mode::measured);
        out_->truncate(begin_at_);
        mode_ = mode::idle;
    }

    /// An answer that comes in any number of pieces: of `size` bytes together if that is known, else in chunks, or to
    /// HTTP/1.0 up to the end of the connection. Out: whether the end of the connection is the end of this answer.
    bool begin_stream(const response_head& head, response_terms terms,
                      std::optional<std::uint64_t> size = std::nullopt) {
        CORACLE_ASSERT(mode_ == mode::idle);
        bool bodiless = forbids_body(head.status) || forces_empty_body(head.status);
        bool unframed = !bodiless && !size && !terms.chunks;
        if (unframed) terms.connection = persistence::close;
        write_head_alone(head, terms,
                         forces_empty_body(head.status) ? 0
                         : bodiless || unframed         ? no_length
                         : size                         ? *size
                                                        : chunked);
        drop_ = bodiless || terms.head_only;
        chunks_ = terms.chunks && !size;
        left_ = size.value_or(no_length);
        mode_ = mode::stream;
        return unframed;
    }
    /// Whether the pieces of begin_stream() are sent; else there is no use in making them.
    bool sends_pieces() const noexcept { return mode_ == mode::stream && !drop_; }
    /// A piece of the answer; an empty one is nothing.
    void piece(std::string_view data) {
        CORACLE_ASSERT(mode_ == mode::stream);
        if (drop_ || data.empty()) return;
        out_->prepare(chunk_line_size + data.size());
        open_piece(data.size());
        out_->append(data);
        close_piece();
    }
    /// The same for a piece that goes to the client on another way, behind what is in the buffer: what stands before
    /// it, and what stands behind it. in: not 0.
    void open_piece(std::uint64_t size) {
        CORACLE_ASSERT(sends_pieces() && size != 0);
        left_ -= left_ == no_length ? 0 : size < left_ ? size : left_;
        if (!chunks_) return;
        char line[18];
        char* first = line + 16;
        for (; size != 0; size >>= 4) *--first = ascii::hex_digit(static_cast<unsigned>(size & 15));
        line[16] = '\r';
        line[17] = '\n';
        out_->append({first, static_cast<std::size_t>(line + sizeof line - first)});
    }
    void close_piece() {
        if (chunks_) out_->append("\r\n");
    }
    /// What may be sent before a piece and means nothing: the first digit of its size, or of that of the last chunk.
    std::string_view piece_prefix() const noexcept {
        return sends_pieces() && chunks_ ? std::string_view("0") : std::string_view{};
    }
    /// How much may still come: what is left of the size that was said.
    std::uint64_t room() const noexcept { return left_; }
    /// W5: false when less has come than was said, and the client has to be told by the end of the connection.
    bool end_stream() {
        CORACLE_ASSERT(mode_ == mode::stream);
        if (!drop_ && chunks_) out_->append("0\r\n\r\n");
        mode_ = mode::idle;
        return drop_ || left_ == 0 || left_ == no_length;
    }

private:
    enum class mode : std::uint8_t { idle, measured, stream };
    static constexpr std::uint64_t no_length = ~std::uint64_t{0};
    static constexpr std::uint64_t chunked = no_length - 1;
    static constexpr std::size_t chunk_line_size = 20;  // the line before a piece and the line end behind it
    static constexpr std::string_view chunked_field = "transfer-encoding: chunked";

    // Behind the block: digits or the coding (26), two line ends and a connection line (24) fit into this.
    static constexpr std::size_t tail_size = 64;

    [[gnu::noinline]] void write_other(const response_head& head, const response_terms& terms, std::string_view body) {
        std::uint64_t length = forces_empty_body(head.status) ? 0 : body.size();
        bool bodiless = forbids_body(head.status);
        bool send = !bodiless && !terms.head_only && length != 0;
        write_head(head, terms, bodiless ? no_length : length, send ? body : std::string_view{});
    }

    [[gnu::always_inline]] void write_head(const response_head& head, const response_terms& terms, std::uint64_t length,
                                           std::string_view body) {
        std::string_view fields = head.fields ? head.fields->wire() : std::string_view{};
        std::string_view block;
        if (fields.empty()) [[likely]]
            block = cache_->block(head.status, head.content_type);
        else
            block = block_beside(*head.fields, head);
        if (length >= chunked) block.remove_suffix(head_cache::length_field.size());
        char* const start = out_->prepare(block.size() + fields.size() + body.size() + tail_size);
        char* to = detail::write_text(start, block);
        prefix_size_ = block.size();
        if (length < chunked)
            to = detail::write_text(detail::write_decimal(to, length, detail::decimal_size(length)), "\r\n");
        else if (length == chunked)
            to = detail::write_text(detail::write_text(to, chunked_field), "\r\n");
        if (!fields.empty() || terms.connection != persistence::implied) [[unlikely]]
            to = detail::write_text(detail::write_text(to, fields), detail::connection_line(terms.connection));
        to = detail::write_text(to, "\r\n");
        to = detail::write_text(to, body);
        out_->commit(static_cast<std::size_t>(to - start));
    }

    /// The same for a body that follows: one copy of it is enough.
    [[gnu::noinline]] void write_head_alone(const response_head& head, const response_terms& terms,
                                            std::uint64_t length) {
        write_head(head, terms, length, {});
    }

    /// The handler's own content-type or server field takes the place of the one in the block.
    [[gnu::noinline]] std::string_view block_beside(const field_list& fields, const response_head& head) {
        std::string_view type = fields.contains("content-type") ? std::string_view{} : head.content_type;
        return fields.contains("server") ? cache_->without_server(head.status, type) : cache_->block(head.status, type);
    }

    void write_length(std::uint64_t length) {
        std::size_t needed = detail::decimal_size(length);
        if (needed != digits_) {
            std::size_t after = out_->size() - length_at_ - digits_;
            if (needed > digits_) {
                out_->prepare(needed - digits_);
                out_->commit(needed - digits_);
            }
            char* at = out_->data() + length_at_;
            std::memmove(at + needed, at + digits_, after);
            if (needed < digits_) out_->truncate(length_at_ + needed + after);
        }
        detail::write_decimal(out_->data() + length_at_, length, needed);
    }

    byte_buffer* out_;
    head_cache* cache_;
    // These are written before they are read.
    std::size_t prefix_size_;  // of what stands before the length
    std::size_t begin_at_;     // of the answer, like the two below from the front of the buffer
    std::size_t length_at_;    // of the digits
    std::size_t body_at_;
    std::size_t digits_;
    std::uint64_t left_ = no_length;  // of the size that was said of a stream
    mode mode_ = mode::idle;
    bool drop_ = false;   // the body is not sent
    bool empty_ = false;  // and its length is 0
    bool chunks_ = false;
};

}  // namespace coracle::http
