// request_parser: reads the head of a request as its bytes arrive, strictly, and each byte once.
// RFC 9112 2 (messages), 3 (request line), 5 (field syntax).
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/base/scan.hpp>
#include <coracle/http/framing.hpp>
#include <coracle/http/limits.hpp>
#include <coracle/http/refusal.hpp>
#include <coracle/http/request_head.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace coracle::http {

enum class parse_state : std::uint8_t { need_more, complete, refused };

/// One head at a time. Only CR LF ends a line, nothing is folded, joined or repaired, and what is wrong is refused at
/// its first wrong byte. Allocates nothing (the fields in the head keep their memory).
/// Keeps: a reference to the limits.
class request_parser {
public:
    explicit request_parser(const limits& bounds = default_limits) noexcept : bounds_(&bounds) {}
    explicit request_parser(const limits&&) = delete;

    /// Goes on with a request. `bytes` begins with its first byte and contains at least what it contained before; it
    /// may have moved, and the views in `head` then move with it. After refused, the answer stays refused.
    parse_state parse(std::string_view bytes, request_head& head);

    /// After complete: the size of the head in bytes, so where the body begins.
    std::size_t consumed() const noexcept { return at_; }
    /// After refused: the reason.
    refusal why() const noexcept { return why_; }
    /// Whether a byte of this request has been seen (a connection without one is idle).
    bool started() const noexcept { return at_ != 0; }
    /// Whether it has been reset, or never used.
    bool is_fresh() const noexcept { return stage_ == stage::fresh; }
    /// Ready for the next request.
    void reset() noexcept {
        base_ = nullptr;
        at_ = token_ = token_size_ = value_ = query_ = 0;
        stage_ = stage::fresh;
        framing_.reset();
    }

private:
    // Where the next byte belongs. Up to version_end it is the request line; then lines of fields follow.
    enum class stage : std::uint8_t {
        fresh,
        first_byte,
        blank_lf,
        method,
        path,
        query,
        version,
        version_lf,
        line,
        name,
        space,
        value,
        value_lf,
        last_lf,
        complete,
        refused,
    };

    // The path of nearly every request; it has one caller.
    [[gnu::always_inline]] const char* read_plain_head(const char* begin, const char* end, request_head& head);
    parse_state parse_on(std::string_view bytes, request_head& head);
    bool skip_blank_line(const char* begin, const char* p, const char* end);
    bool read_request_line(const char* begin, const char* p, const char* end, request_head& head);
    bool read_fields(const char* begin, const char* p, const char* end, request_head& head);
    const char* read_other_method(const char* begin, const char* p, const char* end, request_head& head);
    bool split_other_target(request_head& head);
    /// Of the bytes that may stand in a value.
    static bool is_space(char c) noexcept { return static_cast<unsigned char>(c) <= ' '; }
    static refusal wrong_in_name(const char* name, const char* p) noexcept;
    static refusal wrong_in_value(char c) noexcept { return c == '\n' ? refusal::bare_lf : refusal::bad_field_value; }

    /// A head never reaches beyond it, so what stands there cannot change the answer.
    std::size_t limit() const noexcept { return bounds_->head_bytes < UINT32_MAX ? bounds_->head_bytes : UINT32_MAX; }
    /// All bytes up to `p` are read; the next one belongs to `next`.
    bool wait(stage next, const char* begin, const char* p) noexcept {
        stage_ = next;
        at_ = static_cast<std::uint32_t>(p - begin);
        return false;
    }
    bool refuse(refusal why) noexcept {
        stage_ = stage::refused;
        why_ = why;
        return false;
    }
    static std::uint32_t offset(const char* begin, const char* p) noexcept {
        return static_cast<std::uint32_t>(p - begin);
    }

    const limits* bounds_;
    const char* base_ = nullptr;
    std::uint32_t at_ = 0;          // everything before it is read
    std::uint32_t token_ = 0;       // where the method, target, version or field name being read begins
    std::uint32_t token_size_ = 0;  // of the field name, once its colon was seen
    std::uint32_t value_ = 0;       // where the field value being read begins
    std::uint32_t query_ = 0;       // where the query begins, 0 when there is none
    stage stage_ = stage::fresh;
    refusal why_ = refusal::bad_method;
    framing framing_{};
};

inline parse_state request_parser::parse(std::string_view bytes, request_head& head) {
    if (stage_ != stage::fresh) return parse_on(bytes, head);
    if (!head.is_clear()) head.clear();
    const char* const begin = bytes.data();
    const std::size_t most = limit();
    const char* const end = begin + (bytes.size() < most ? bytes.size() : most);
    if (const char* p = read_plain_head(begin, end, head)) [[likely]] {
        base_ = begin;
        at_ = offset(begin, p);
        stage_ = stage::complete;
        return parse_state::complete;
    }
    return parse_on(bytes, head);
}

/// A head that is all there and as nearly every client writes it: a path, HTTP/1.1, one space behind each colon and
/// nothing at odds. Null for any other, which is read from its beginning, byte by byte where need be.
inline const char* request_parser::read_plain_head(const char* const begin, const char* const end, request_head& head) {
    const char* p = begin;
    if (end - p >= 5 && std::memcmp(p, "GET /", 5) == 0) {
        head.method_text = {p, 3};
        p += 4;
    } else {
        p = scan::token_end(p, end);
        auto size = static_cast<std::size_t>(p - begin);
        if (end - p < 2 || p[0] != ' ' || p[1] != '/' || size == 0 || size > bounds_->method_bytes) return nullptr;
        head.method_text = {begin, size};
        head.method = method_from(head.method_text);
        if (head.method == method::connect) return nullptr;
        ++p;
    }
    const char* const target = p;
    const char* const path_end = p = scan::path_end(p, end);
    if (p != end && *p == '?') {
        p = scan::query_end(p + 1, end);
        head.target.query = {path_end + 1, static_cast<std::size_t>(p - path_end - 1)};
    }
    head.target.text = {target, static_cast<std::size_t>(p - target)};
    head.target.path = {target, static_cast<std::size_t>(path_end - target)};
    if (end - p < 11 || std::memcmp(p, " HTTP/1.1\r\n", 11) != 0 || head.target.text.size() > bounds_->target_bytes)
        return nullptr;
    p += 11;
    for (;;) {
        if (end - p < 2) return nullptr;
        if (*p == '\r') break;
        const char* const name = p;
        p = scan::token_end(p, end);
        if (end - p < 2 || p[0] != ':' || p[1] != ' ' || p == name) return nullptr;
        const std::string_view key(name, static_cast<std::size_t>(p - name));
        const char* const value = p + 2;
        p = scan::value_end(value, end);
        if (end - p < 2 || std::memcmp(p, "\r\n", 2) != 0 || p == value || is_space(*value) || is_space(p[-1]) ||
            head.fields.size() >= bounds_->fields)
            return nullptr;
        const std::string_view text(value, static_cast<std::size_t>(p - value));
        if (framing_.note(head, key, text)) return nullptr;
        head.fields.add(key, text);
        p += 2;
    }
    if (p[1] != '\n' || framing_.finish(head)) return nullptr;
    return p + 2;
}

[[gnu::noinline]] inline parse_state request_parser::parse_on(std::string_view bytes, request_head& head) {
    if (stage_ == stage::fresh) {
        head.clear();
        framing_.reset();
        stage_ = stage::first_byte;
    } else if (bytes.data() != base_) {
        head.rebase(base_, bytes.data());
    }
    base_ = bytes.data();
    if (stage_ == stage::complete) return parse_state::complete;
    if (stage_ == stage::refused) return parse_state::refused;
    CORACLE_ASSERT(bytes.size() >= at_);

    const std::size_t most = limit();
    const char* const begin = bytes.data();
    const char* const end = begin + (bytes.size() < most ? bytes.size() : most);
    if ((stage_ >= stage::method || skip_blank_line(begin, begin + at_, end)) &&
        (stage_ >= stage::line || read_request_line(begin, begin + at_, end, head)) &&
        read_fields(begin, begin + at_, end, head))
        return parse_state::complete;
    if (stage_ == stage::refused) return parse_state::refused;
    if (bytes.size() < most) return parse_state::need_more;
    refuse(stage_ <= stage::query ? refusal::target_too_long : refusal::head_too_large);
    return parse_state::refused;
}

// RFC 9112 2.2: one empty line before the request is forgiven, for clients that count a body wrong.
inline bool request_parser::skip_blank_line(const char* begin, const char* p, const char* end) {
    if (stage_ == stage::first_byte) {
        if (p == end) return false;
        if (*p != '\r') {
            stage_ = stage::method;
            return true;
        }
        ++p;
    }
    if (p == end) return wait(stage::blank_lf, begin, p);
    if (*p != '\n') return refuse(refusal::bare_cr);
    ++p;
    wait(stage::method, begin, p);
    token_ = at_;
    return true;
}

inline bool request_parser::read_request_line(const char* begin, const char* p, const char* end, request_head& head) {
    // Each case falls into the next; a request line that arrives in pieces goes on where it stopped.
    switch (stage_) {
        case stage::method:
            if (p == begin + token_ && end - p >= 4 && std::memcmp(p, "GET ", 4) == 0) {
                head.method_text = {p, 3};
                p += 4;
            } else {
                p = read_other_method(begin, p, end, head);
                if (!p) return false;
            }
            token_ = offset(begin, p);
            [[fallthrough]];
        case stage::path:
            p = scan::path_end(p, end);
            if (offset(begin, p) - token_ > bounds_->target_bytes) return refuse(refusal::target_too_long);
            if (p == end) return wait(stage::path, begin, p);
            if (*p == '?') {
                ++p;
                query_ = offset(begin, p);
                [[fallthrough]];
                case stage::query:
                    p = scan::query_end(p, end);
                    if (offset(begin, p) - token_ > bounds_->target_bytes) return refuse(refusal::target_too_long);
                    if (p == end) return wait(stage::query, begin, p);
            }
            if (*p == '\n') return refuse(refusal::bare_lf);
            if (*p == '\r') return refuse(refusal::bad_version);
            if (*p != ' ' || p == begin + token_) return refuse(refusal::bad_target);
            head.target.text = {begin + token_, static_cast<std::size_t>(p - begin) - token_};
            ++p;
            token_ = offset(begin, p);
            [[fallthrough]];
        case stage::version:
            if (p == begin + token_ && end - p >= 10 && std::memcmp(p, "HTTP/1.1\r\n", 10) == 0) {
                p += 10;
                break;
            }
            for (; offset(begin, p) < token_ + 8; ++p) {
                if (p == end) return wait(stage::version, begin, p);
                std::uint32_t i = offset(begin, p) - token_;
                bool fits = i == 5 || i == 7 ? ascii::is_digit(*p) : *p == "HTTP/1.1"[i];
                if (!fits) return refuse(*p == '\n' ? refusal::bare_lf : refusal::bad_version);
            }
            if (p[-3] != '1' || p[-1] > '1') return refuse(refusal::unsupported_version);
            if (p[-1] == '0') head.version = version::http_1_0;
            if (p == end) return wait(stage::version, begin, p);
            if (*p != '\r') return refuse(*p == '\n' ? refusal::bare_lf : refusal::bad_version);
            ++p;
            [[fallthrough]];
        case stage::version_lf:
            if (p == end) return wait(stage::version_lf, begin, p);
            if (*p != '\n') return refuse(refusal::bare_cr);
            ++p;
            break;
        default:
            CORACLE_ASSERT(false);
            return false;
    }
    wait(stage::line, begin, p);
    std::string_view text = head.target.text;
    if (text.front() != '/' || head.method == method::connect) [[unlikely]]
        return split_other_target(head);
    std::size_t path_size = text.size();
    if (query_ != 0) {
        std::size_t query_at = query_ - offset(begin, text.data());
        path_size = query_at - 1;
        head.target.query = text.substr(query_at);
    }
    head.target.path = text.substr(0, path_size);
    return true;
}

/// Out: the first byte of the target, or nullptr when more is needed or the method is refused.
inline const char* request_parser::read_other_method(const char* begin, const char* p, const char* end,
                                                     request_head& head) {
    const char* const text = begin + token_;
    p = scan::token_end(p, end);
    auto size = static_cast<std::size_t>(p - text);
    if (size > bounds_->method_bytes) {
        refuse(refusal::method_too_long);
        return nullptr;
    }
    if (p == end) {
        wait(stage::method, begin, p);
        return nullptr;
    }
    if (*p != ' ' || size == 0) {
        constexpr char tls_handshake = 0x16;
        refuse(*p == '\n'                          ? refusal::bare_lf
               : p == begin && *p == tls_handshake ? refusal::tls_hello
                                                   : refusal::bad_method);
        return nullptr;
    }
    head.method_text = {text, size};
    head.method = method_from(head.method_text);
    return p + 1;
}

inline bool request_parser::split_other_target(request_head& head) {
    auto parts = http::detail::split_target(head.method, head.target.text);
    if (!parts) return refuse(refusal::bad_target);
    head.target = *parts;
    return true;
}

inline bool request_parser::read_fields(const char* begin, const char* p, const char* end, request_head& head) {
    const char* name = begin + token_;
    std::size_t name_size = token_size_;
    const char* value = begin + value_;
    // The switch leads into the loop, to the place in a line where the bytes ran out last time.
    switch (stage_) {
        for (;;) {
            case stage::line:
                if (p == end) return wait(stage::line, begin, p);
                if (*p == '\r') {
                    ++p;
                    break;
                }
                if (head.fields.size() >= bounds_->fields) return refuse(refusal::too_many_fields);
                name = p;
                [[fallthrough]];
            case stage::name:
                p = scan::token_end(p, end);
                if (p == end) {
                    token_ = offset(begin, name);
                    return wait(stage::name, begin, p);
                }
                if (*p != ':' || p == name) return refuse(wrong_in_name(name, p));
                name_size = static_cast<std::size_t>(p - name);
                ++p;
                [[fallthrough]];
            case stage::space:
                while (p != end && (*p == ' ' || *p == '\t')) ++p;
                value = p;
                if (p == end) {
                    token_ = offset(begin, name);
                    token_size_ = static_cast<std::uint32_t>(name_size);
                    return wait(stage::space, begin, p);
                }
                [[fallthrough]];
            case stage::value:
                p = scan::value_end(p, end);
                if (p == end) {
                    token_ = offset(begin, name);
                    token_size_ = static_cast<std::uint32_t>(name_size);
                    value_ = offset(begin, value);
                    return wait(stage::value, begin, p);
                }
                if (*p != '\r') return refuse(wrong_in_value(*p));
                ++p;
                [[fallthrough]];
            case stage::value_lf: {
                if (p == end) {
                    token_ = offset(begin, name);
                    token_size_ = static_cast<std::uint32_t>(name_size);
                    value_ = offset(begin, value);
                    return wait(stage::value_lf, begin, p);
                }
                if (*p != '\n') return refuse(refusal::bare_cr);
                const char* stop = p - 1;
                while (stop != value && (stop[-1] == ' ' || stop[-1] == '\t')) --stop;
                field item{{name, name_size}, {value, static_cast<std::size_t>(stop - value)}};
                if (auto why = framing_.note_any(head, item.name, item.value)) return refuse(*why);
                head.fields.push_back(item);
                ++p;
                continue;
            }
            case stage::last_lf:  // reached by resuming only; the loop leaves by `break` above
                break;
            default:
                CORACLE_ASSERT(false);
                return false;
        }
    }
    if (p == end) return wait(stage::last_lf, begin, p);
    if (*p != '\n') return refuse(refusal::bare_cr);
    ++p;
    if (auto why = framing_.finish(head)) return refuse(*why);
    wait(stage::complete, begin, p);
    return true;
}

/// What is wrong with the byte at `p`, where the field name that began at `name` should have its colon.
inline refusal request_parser::wrong_in_name(const char* name, const char* p) noexcept {
    if (*p == '\n') return refusal::bare_lf;
    if (*p == ' ' || *p == '\t') return p == name ? refusal::leading_space : refusal::space_before_colon;
    return *p == '\r' ? refusal::missing_colon : refusal::bad_field_name;
}

}  // namespace coracle::http
