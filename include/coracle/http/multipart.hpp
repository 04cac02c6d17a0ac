// multipart: takes a multipart body apart as its bytes arrive, without copying what the parts hold.
// RFC 2046 5.1 (boundaries, preamble, padding, epilogue); RFC 7578 (form data).
//
// Facts:
// - A delimiter is CR LF, two dashes and the boundary. CR stands in it once, at its begin, so after a mismatch the
//   search goes on where it stopped: each byte is looked at once, whatever the parts hold.
// - What might be the begin of a delimiter at the end of a piece is the same bytes as the delimiter's own, so nothing
//   of the piece has to be kept: if it was none, the delimiter's begin is given out as data.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/owned_fields.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::http {

/// How much of a multipart body is framing; what its parts hold, others bound. Beyond any of it: 400.
struct multipart_limits {
    /// Starlette takes 1000 files and 1000 fields.
    std::size_t parts = 2000;
    /// The field lines of one part with the blank line, in bytes, and their number. Browsers send two lines.
    std::size_t head_bytes = 8 * 1024;
    std::size_t head_lines = 16;
    /// RFC 2046 5.1.1.
    std::size_t boundary_bytes = 70;
    /// What stands before the first boundary and means nothing. No browser sends any.
    std::size_t preamble_bytes = 8 * 1024;
};

inline constexpr multipart_limits default_multipart_limits{};

enum class multipart_state : std::uint8_t {
    need_more,  ///< all bytes given are used up
    part,       ///< a part begins: see head()
    data,       ///< `data` is not empty: some of what the part holds
    part_end,   ///< the part has ended
    complete,   ///< the last boundary was there; whatever follows means nothing
    refused,    ///< see why(); no byte after this means anything
};

/// What one call of next() found.
struct multipart_step {
    std::size_t consumed = 0;  ///< bytes of the input that are used up
    std::string_view data{};   ///< good until the next call, and as long as the input
    multipart_state state = multipart_state::need_more;
};

/// One body. Input may be given in any pieces and thrown away after each.
class multipart_parser {
public:
    /// in: `boundary`, as the Content-Type names it, see is_boundary().
    explicit multipart_parser(std::string_view boundary, const multipart_limits& bounds = default_multipart_limits)
        : bounds_(bounds) {
        delimiter_.reserve(boundary.size() + 5);
        delimiter_.append("\r\n--").append(boundary);
        size_ = delimiter_.size();
        delimiter_ += '-';  // the begin of the last one
        matched_ = 2;       // the body begins as if behind the end of a line
    }

    /// Whether a boundary can be one: visible ASCII and spaces, none at the end, and not too many of them.
    static bool is_boundary(std::string_view text, const multipart_limits& bounds = default_multipart_limits) noexcept {
        auto visible = [](char c) { return c >= 0x20 && c < 0x7F; };
        return !text.empty() && text.size() <= bounds.boundary_bytes && text.back() != ' ' &&
               std::all_of(text.begin(), text.end(), visible);
    }

    /// Goes on with the body. Call again with what is left of the input until need_more, complete or refused.
    multipart_step next(std::string_view in);
    /// The body has ended. out: whether it was whole; if not, see why().
    bool finish() {
        if (stage_ == stage::complete) return true;
        if (stage_ != stage::refused)
            refuse(parts_ == 0 ? "the boundary that Content-Type names does not stand in the body"
                               : "the body ends before the boundary that closes it");
        return false;
    }

    /// The header fields of the part that has begun, until it ends.
    const fields& head() const noexcept { return head_; }
    /// The same for longer.
    owned_fields take_head() const {
        owned_fields kept(head_bytes_);
        for (field each : head_) {
            const char* from = head_bytes_.data();
            const char* to = kept.bytes().data();
            kept.push_back({rebased(each.name, from, to), rebased(each.value, from, to)});
        }
        return kept;
    }
    /// What is wrong, as the end of a sentence.
    std::string_view why() const noexcept { return why_; }

private:
    enum class stage : std::uint8_t {
        preamble,
        content,
        tail,  // behind a boundary
        tail_dash,
        tail_cr,
        padding,
        padding_cr,
        head,
        complete,
        refused,
    };

    multipart_step search(std::string_view in);
    multipart_step look_behind_boundary(std::string_view in);
    multipart_step read_head(std::string_view in);
    bool read_line(std::string_view line);

    /// Bytes that turned out to be no delimiter: data of a part, or nothing.
    multipart_step give(std::size_t consumed, std::string_view bytes) {
        if (stage_ == stage::content) return {consumed, bytes, multipart_state::data};
        skipped_ += bytes.size();
        if (skipped_ > bounds_.preamble_bytes) return refuse("the boundary that Content-Type names does not come");
        return {consumed, {}, multipart_state::need_more};
    }
    multipart_step no_delimiter(std::size_t consumed, std::size_t held) {
        stage_ = parts_ == 0 ? stage::preamble : stage::content;
        return give(consumed, std::string_view(delimiter_).substr(0, held));
    }
    multipart_step begin_head(std::size_t consumed) {
        stage_ = stage::head;
        head_bytes_.clear();
        head_.clear();
        line_ = lines_ = 0;
        return end_part(consumed);
    }
    multipart_step end_part(std::size_t consumed) {
        bool ends = std::exchange(open_, false);
        return {consumed, {}, ends ? multipart_state::part_end : multipart_state::need_more};
    }
    multipart_step refuse(std::string_view why) noexcept {
        stage_ = stage::refused;
        why_ = why;
        return {0, {}, multipart_state::refused};
    }

    multipart_limits bounds_;
    std::string delimiter_;  // and a dash behind it
    std::size_t size_ = 0;   // of the delimiter without that dash
    std::size_t matched_ = 0;
    std::size_t skipped_ = 0;
    std::size_t parts_ = 0;
    std::string head_bytes_{};
    std::size_t line_ = 0;  // where the last line of the head begins
    std::size_t lines_ = 0;
    fields head_{};
    std::string_view why_{};
    stage stage_ = stage::preamble;
    bool open_ = false;
};

inline multipart_step multipart_parser::next(std::string_view in) {
    std::size_t used = 0;
    for (;;) {
        std::string_view rest = in.substr(used);
        if (stage_ == stage::complete) return {in.size(), {}, multipart_state::complete};
        if (stage_ == stage::refused) return {used, {}, multipart_state::refused};
        if (rest.empty()) return {used, {}, multipart_state::need_more};
        multipart_step step = stage_ <= stage::content ? search(rest)
                              : stage_ == stage::head  ? read_head(rest)
                                                       : look_behind_boundary(rest);
        used += step.consumed;
        if (step.state == multipart_state::need_more) continue;
        step.consumed = used;
        return step;
    }
}

inline multipart_step multipart_parser::search(std::string_view in) {
    if (matched_ == 0) {
        const void* found = std::memchr(in.data(), '\r', in.size());
        std::size_t clean = found ? static_cast<std::size_t>(static_cast<const char*>(found) - in.data()) : in.size();
        // As far as no delimiter begins that may be one, all of it is data.
        while (clean < in.size()) {
            std::size_t same = 1;
            std::size_t most = std::min(size_, in.size() - clean);
            while (same < most && in[clean + same] == delimiter_[same]) ++same;
            if (same == most) {
                if (clean != 0) return give(clean, in.substr(0, clean));
                matched_ = same;
                if (same == size_) stage_ = stage::tail;
                return {same, {}, multipart_state::need_more};
            }
            const void* more = std::memchr(in.data() + clean + same, '\r', in.size() - clean - same);
            clean = more ? static_cast<std::size_t>(static_cast<const char*>(more) - in.data()) : in.size();
        }
        return give(clean, in);
    }
    std::size_t used = 0;
    while (used < in.size() && matched_ < size_ && in[used] == delimiter_[matched_]) ++used, ++matched_;
    if (matched_ == size_) stage_ = stage::tail;
    if (matched_ == size_ || used == in.size()) return {used, {}, multipart_state::need_more};
    return give(used, std::string_view(delimiter_).substr(0, std::exchange(matched_, 0)));
}

inline multipart_step multipart_parser::look_behind_boundary(std::string_view in) {
    const char c = in[0];
    const bool blank = c == ' ' || c == '\t';
    switch (stage_) {
        case stage::tail:
            matched_ = 0;
            if (c == '-' || c == '\r') {
                stage_ = c == '-' ? stage::tail_dash : stage::tail_cr;
            } else if (blank) {
                stage_ = stage::padding;
            } else {
                return no_delimiter(0, size_);
            }
            return {1, {}, multipart_state::need_more};
        case stage::tail_dash:
            if (c != '-') return no_delimiter(0, size_ + 1);
            stage_ = stage::complete;
            return end_part(1);
        case stage::tail_cr:
            if (c == '\n') return begin_head(1);
            matched_ = 1;  // that CR may begin another one
            return no_delimiter(0, size_);
        case stage::padding:
            if (!blank && c != '\r') return refuse("only spaces and a line end may follow a boundary");
            if (++skipped_ > bounds_.preamble_bytes) return refuse("too many spaces follow the boundaries");
            if (c == '\r') stage_ = stage::padding_cr;
            return {1, {}, multipart_state::need_more};
        default:
            if (c != '\n') return refuse("only spaces and a line end may follow a boundary");
            return begin_head(1);
    }
}

inline multipart_step multipart_parser::read_head(std::string_view in) {
    const void* found = std::memchr(in.data(), '\n', in.size());
    std::size_t size = found ? static_cast<std::size_t>(static_cast<const char*>(found) - in.data()) + 1 : in.size();
    if (size > bounds_.head_bytes - head_bytes_.size()) return refuse("the header fields of a part are too long");
    head_bytes_.append(in.substr(0, size));
    if (!found) return {size, {}, multipart_state::need_more};
    std::string_view line = std::string_view(head_bytes_).substr(line_);
    if (!line.ends_with("\r\n")) return refuse("a line of the header fields must end with CR LF, and LF came alone");
    if (line.size() > 2) {
        if (++lines_ > bounds_.head_lines) return refuse("a part has too many header fields");
        line_ = head_bytes_.size();
        return {size, {}, multipart_state::need_more};
    }
    for (std::size_t at = 0; at < line_;) {
        std::size_t end = head_bytes_.find('\n', at);
        if (!read_line(std::string_view(head_bytes_).substr(at, end - 1 - at)))
            return {0, {}, multipart_state::refused};
        at = end + 1;
    }
    if (++parts_ > bounds_.parts) return refuse("it has too many parts");
    stage_ = stage::content;
    open_ = true;
    return {size, {}, multipart_state::part};
}

inline bool multipart_parser::read_line(std::string_view line) {
    std::size_t colon = line.find(':');
    std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || !ascii::is_token(name)) {
        refuse("a header field of a part must be a name, a colon and a value");
        return false;
    }
    std::string_view value = ascii::trim(line.substr(colon + 1));
    // Browsers send the name of a file as it is, but for line ends and quotes, so other control characters may come.
    if (value.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos) {
        refuse("a header field of a part has a CR or a NUL in it");
        return false;
    }
    head_.push_back({name, value});
    return true;
}

}  // namespace coracle::http
