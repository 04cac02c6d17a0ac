// From text to json: strict, in one pass, with constant stack.
// RFC 8259. Stricter than it where it leaves a choice: no byte order mark, no unpaired surrogates, no numbers beyond
// double; of members with the same name the last counts, as in Python.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/error.hpp>
#include <coracle/json/number.hpp>
#include <coracle/json/scan.hpp>
#include <coracle/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// How json::parse reads.
struct parse_options {
    /// Levels of arrays and objects; at most 512 are ever read.
    unsigned max_depth = 64;
};

namespace detail {

/// The grammar of RFC 8259 over a text in memory. The reader of structs (decode.hpp) drives the same functions.
class json_scanner {
public:
    // A null position means "no failure", so an empty text has to stand somewhere.
    explicit json_scanner(std::string_view text) noexcept
        : begin_(text.data() ? text.data() : ""), at_(begin_), end_(begin_ + text.size()) {}

    char peek() const noexcept { return at_ == end_ ? '\0' : *at_; }
    void advance() noexcept { ++at_; }

    void skip_space() noexcept {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
    }
    /// Eats `c` when it stands here.
    bool eat(char c) noexcept {
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }
    bool eat(std::string_view word) noexcept {
        if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }
    bool fail(std::string_view message, const char* where) noexcept {
        message_ = message;
        wrong_ = where;
        return false;
    }
    bool fail(std::string_view message) noexcept { return fail(message, at_); }

    /// Up to the one value of a text.
    bool begin() noexcept {
        if (eat("\xEF\xBB\xBF")) return fail("Unexpected UTF-8 BOM", begin_);
        skip_space();
        return true;
    }
    /// Nothing stands behind that value.
    bool end() noexcept {
        skip_space();
        return at_ == end_ || fail("Extra data");
    }
    /// Eats a bracket, and the white space behind it, one level further down. in/out: how many levels are left.
    bool open_level(unsigned& levels_left) noexcept {
        if (levels_left == 0) return fail("Too many levels of nesting");
        --levels_left;
        advance();
        skip_space();
        return true;
    }
    /// Behind an element or a member: true at the next one; false behind `bracket`, or with a failure.
    bool next_or_close(char bracket) noexcept {
        skip_space();
        if (eat(bracket)) return false;
        if (!eat(',')) return fail("Expecting ',' delimiter");
        skip_space();
        return true;
    }
    /// The name of a member with its colon, up to the value.
    bool name(std::string& out) {
        if (!eat('"')) return fail("Expecting property name enclosed in double quotes");
        return string(out) && colon();
    }
    bool colon() noexcept {
        skip_space();
        if (!eat(':')) return fail("Expecting ':' delimiter");
        skip_space();
        return true;
    }

    /// The string whose quotation mark has been eaten.
    bool string(std::string& out) {
        const char* start = at_;
        const char* stop = skip_plain(at_, end_);
        if (stop != end_ && *stop == '"') {
            out.assign(start, stop);
            at_ = stop + 1;
            return true;
        }
        return string_with_escapes(out, start, stop);
    }

    /// A string in which nothing is escaped and all is ASCII, as a view into the text. False, and nothing eaten, when
    /// it is another one.
    bool plain_string(std::string_view& out) noexcept {
        if (peek() != '"') return false;
        const char* stop = skip_plain(at_ + 1, end_);
        if (stop == end_ || *stop != '"') return false;
        out = {at_ + 1, static_cast<std::size_t>(stop - at_ - 1)};
        at_ = stop + 1;
        return true;
    }

    /// A number; false without a failure recorded when none starts here.
    bool number(json& out) {
        const char* start = at_;
        const char* p = at_;
        bool negative = p != end_ && *p == '-';
        if (negative) ++p;
        const char* digits = p;
        std::uint64_t magnitude = 0;
        if (p != end_ && *p == '0') {
            ++p;
        } else {
            while (p != end_ && is_digit(*p)) magnitude = magnitude * 10 + static_cast<std::uint64_t>(*p++ - '0');
        }
        auto whole_digits = p - digits;
        if (whole_digits == 0) return false;
        bool whole = true;
        std::int64_t exponent = 0;
        auto used_digits = whole_digits;
        if (end_ - p >= 2 && *p == '.' && is_digit(p[1])) {
            whole = false;
            const char* fraction = ++p;
            while (p != end_ && is_digit(*p)) magnitude = magnitude * 10 + static_cast<std::uint64_t>(*p++ - '0');
            exponent = fraction - p;
            used_digits += p - fraction;
        }
        if (p != end_ && (*p == 'e' || *p == 'E')) {
            const char* q = p + 1;
            bool down = q != end_ && *q == '-';
            if (q != end_ && (*q == '-' || *q == '+')) ++q;
            if (q != end_ && is_digit(*q)) {
                whole = false;
                std::int64_t power = 0;
                while (q != end_ && is_digit(*q)) {
                    if (power < 100'000) power = power * 10 + (*q - '0');
                    ++q;
                }
                exponent += down ? -power : power;
                p = q;
            }
        }
        at_ = p;
        if (whole && used_digits <= 19) {  // 19 digits always fit 64 bits
            if (!negative) {
                out = json(magnitude);
                return true;
            }
            if (magnitude <= std::uint64_t{1} << 63) {
                out = json(static_cast<std::int64_t>(0 - magnitude));
                return true;
            }
        } else if (whole && used_digits == 20 && !negative && magnitude >= 10'000'000'000'000'000'000u &&
                   *digits == '1') {
            // 20 digits that did not wrap around: 10^19 to 2^64 - 1 start with 1, and what wrapped is below 10^19.
            out = json(magnitude);
            return true;
        }
        // Exact factors of at most 2^53 and 10^22 give one correctly rounded result (Clinger).
        if (used_digits <= 19 && magnitude <= std::uint64_t{1} << 53 && exponent >= -22 && exponent <= 22) {
            auto value = static_cast<double>(magnitude);
            value = exponent < 0 ? value / exact_powers_of_ten[static_cast<std::size_t>(-exponent)]
                                 : value * exact_powers_of_ten[static_cast<std::size_t>(exponent)];
            out = json(negative ? -value : value);
            return true;
        }
        double value = read_double({start, static_cast<std::size_t>(p - start)});
        if (std::isinf(value)) return fail("Number out of range", start);
        out = json(value);
        return true;
    }

    bool failed() const noexcept { return wrong_ != nullptr; }
    /// Lines and characters are counted only now, for the one text that is wrong.
    parse_error error() const noexcept {
        parse_error why;
        why.message = message_;
        why.position = static_cast<std::size_t>(wrong_ - begin_);
        for (const char* p = begin_; p != wrong_; ++p) {
            bool starts_character = (static_cast<unsigned char>(*p) & 0xC0) != 0x80;
            why.character += starts_character ? 1u : 0u;
            why.column += starts_character ? 1u : 0u;
            if (*p == '\n') {
                ++why.line;
                why.column = 1;
            }
        }
        return why;
    }

private:
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

    bool string_with_escapes(std::string& out, const char* start, const char* stop) {
        const char* quote = start - 1;
        out.assign(start, stop);
        for (;;) {
            if (stop == end_) return fail("Unterminated string starting at", quote);
            auto byte = static_cast<unsigned char>(*stop);
            if (byte == '"') {
                at_ = stop + 1;
                return true;
            }
            const char* run = stop;
            if (byte == '\\') {
                if (!escape(out, stop, quote)) return false;
                run = stop;
            } else if (byte < 0x20) {
                return fail("Invalid control character at", stop);
            } else {
                while (stop != end_ && static_cast<unsigned char>(*stop) >= 0x80) {
                    std::size_t length = utf8::sequence_length({stop, static_cast<std::size_t>(end_ - stop)});
                    if (length == 0) return fail("Invalid UTF-8", stop);
                    stop += length;
                }
            }
            stop = skip_plain(stop, end_);
            out.append(run, stop);
        }
    }

    /// The escape at `stop`, a backslash; moves behind it.
    bool escape(std::string& out, const char*& stop, const char* quote) {
        if (end_ - stop < 2) return fail("Unterminated string starting at", quote);
        char plain = 0;
        switch (stop[1]) {
            case '"':
                plain = '"';
                break;
            case '\\':
                plain = '\\';
                break;
            case '/':
                plain = '/';
                break;
            case 'b':
                plain = '\b';
                break;
            case 'f':
                plain = '\f';
                break;
            case 'n':
                plain = '\n';
                break;
            case 'r':
                plain = '\r';
                break;
            case 't':
                plain = '\t';
                break;
            case 'u':
                return unicode_escape(out, stop);
            default:
                return fail("Invalid \\escape", stop);
        }
        out.push_back(plain);
        stop += 2;
        return true;
    }

    bool unicode_escape(std::string& out, const char*& stop) {
        int unit = hex4(stop + 2);
        if (unit < 0) return fail("Invalid \\uXXXX escape", stop + 1);
        auto code = static_cast<std::uint32_t>(unit);
        if (code >= 0xDC00 && code <= 0xDFFF) return fail("Unpaired surrogate in \\uXXXX escape", stop);
        if (code >= 0xD800 && code <= 0xDBFF) {
            int low = end_ - stop >= 8 && stop[6] == '\\' && stop[7] == 'u' ? hex4(stop + 8) : -1;
            if (low < 0xDC00 || low > 0xDFFF) return fail("Unpaired surrogate in \\uXXXX escape", stop);
            code = 0x10000 + ((code - 0xD800) << 10) + (static_cast<std::uint32_t>(low) - 0xDC00);
            stop += 6;
        }
        stop += 6;
        auto push = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
        if (code < 0x80) {
            push(code);
        } else if (code < 0x800) {
            push(0xC0 | code >> 6);
            push(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            push(0xE0 | code >> 12);
            push(0x80 | (code >> 6 & 0x3F));
            push(0x80 | (code & 0x3F));
        } else {
            push(0xF0 | code >> 18);
            push(0x80 | (code >> 12 & 0x3F));
            push(0x80 | (code >> 6 & 0x3F));
            push(0x80 | (code & 0x3F));
        }
        return true;
    }

    int hex4(const char* digits) const noexcept {
        if (end_ - digits < 4) return -1;
        int value = 0;
        for (int i = 0; i < 4; ++i) {
            char c = digits[i];
            int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
            if (digit < 0) return -1;
            value = value << 4 | digit;
        }
        return value;
    }

    const char* begin_;
    const char* at_;
    const char* end_;
    const char* wrong_ = nullptr;
    std::string_view message_;
};

/// Builds values. What is not yet complete waits on two stacks shared by all levels, so that each array and object is
/// allocated once, at its size. A value that is wrong is recorded in the scanner and comes out as null.
class json_parser {
public:
    json_parser(json_scanner& scanner, unsigned max_depth) noexcept : scanner_(scanner), levels_left_(max_depth) {}

    /// The value that starts here (white space has been skipped).
    json value() {
        switch (scanner_.peek()) {
            case '{':
                return object();
            case '[':
                return array();
            case '"': {
                scanner_.advance();
                std::string text;
                scanner_.string(text);
                return json(std::move(text));
            }
            case 't':
                if (scanner_.eat("true")) return json(true);
                break;
            case 'f':
                if (scanner_.eat("false")) return json(false);
                break;
            case 'n':
                if (scanner_.eat("null")) return json();
                break;
            default: {
                json number;
                if (scanner_.number(number) || scanner_.failed()) return number;
                break;
            }
        }
        scanner_.fail("Expecting value");
        return json();
    }

private:
    json array() {
        json made = json::array();
        if (!scanner_.open_level(levels_left_)) return made;
        std::size_t base = values_.size();
        if (base == 0) values_.reserve(16);
        if (!scanner_.eat(']')) {
            do {
                values_.push_back(value());
                if (scanner_.failed()) return made;
            } while (scanner_.next_or_close(']'));
            if (scanner_.failed()) return made;
        }
        auto first = values_.begin() + static_cast<std::ptrdiff_t>(base);
        made.as_array().assign(std::make_move_iterator(first), std::make_move_iterator(values_.end()));
        values_.erase(first, values_.end());
        ++levels_left_;
        return made;
    }

    json object() {
        json made = json::object();
        if (!scanner_.open_level(levels_left_)) return made;
        std::size_t base = members_.size();
        if (base == 0) members_.reserve(16);
        if (!scanner_.eat('}')) {
            do {
                std::string key;
                if (!scanner_.name(key)) return made;
                members_.emplace_back(std::move(key), value());
                if (scanner_.failed()) return made;
            } while (scanner_.next_or_close('}'));
            if (scanner_.failed()) return made;
        }
        auto first = members_.begin() + static_cast<std::ptrdiff_t>(base);
        auto last = merge_duplicates(first, members_.end());
        made.as_object().assign(std::make_move_iterator(first), std::make_move_iterator(last));
        members_.erase(first, members_.end());
        ++levels_left_;
        return made;
    }

    using member_iterator = std::vector<json_member>::iterator;

    /// Leaves each name once: where it came first, with the value that came last. n log n whatever the names are.
    static member_iterator merge_duplicates(member_iterator first, member_iterator last) {
        auto count = static_cast<std::size_t>(last - first);
        std::vector<std::size_t> gone;
        if (count <= 16) {
            for (std::size_t i = 1; i < count; ++i) {
                for (std::size_t j = 0; j < i; ++j) {
                    auto& earlier = first[static_cast<std::ptrdiff_t>(j)];
                    auto& later = first[static_cast<std::ptrdiff_t>(i)];
                    if (earlier.key.size() != later.key.size() || earlier.key != later.key) continue;
                    earlier.value = std::move(later.value);
                    gone.push_back(i);
                    break;
                }
            }
        } else {
            std::vector<std::size_t> order(count);
            for (std::size_t i = 0; i < count; ++i) order[i] = i;
            auto key = [&](std::size_t i) -> const std::string& { return first[static_cast<std::ptrdiff_t>(i)].key; };
            std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
                int compared = key(a).compare(key(b));
                return compared != 0 ? compared < 0 : a < b;
            });
            std::size_t owner = order[0];
            for (std::size_t i = 1; i < count; ++i) {
                if (key(order[i]) != key(owner)) {
                    owner = order[i];
                    continue;
                }
                first[static_cast<std::ptrdiff_t>(owner)].value =
                    std::move(first[static_cast<std::ptrdiff_t>(order[i])].value);
                gone.push_back(order[i]);
            }
            std::sort(gone.begin(), gone.end());
        }
        if (gone.empty()) return last;
        std::size_t kept = 0;
        std::size_t next_gone = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (next_gone < gone.size() && gone[next_gone] == i) {
                ++next_gone;
                continue;
            }
            if (kept != i) first[static_cast<std::ptrdiff_t>(kept)] = std::move(first[static_cast<std::ptrdiff_t>(i)]);
            ++kept;
        }
        return first + static_cast<std::ptrdiff_t>(kept);
    }

    json_scanner& scanner_;
    unsigned levels_left_;
    std::vector<json> values_;
    std::vector<json_member> members_;
};

}  // namespace detail

inline result<json, parse_error> json::try_parse(std::string_view text, const parse_options& options) {
    detail::json_scanner scanner(text);
    detail::json_parser parser(scanner, std::min(options.max_depth, 512u));
    if (!scanner.begin()) return failure(scanner.error());
    json value = parser.value();
    if (scanner.failed() || !scanner.end()) return failure(scanner.error());
    return value;
}

inline result<json, parse_error> json::try_parse(std::string_view text) { return try_parse(text, parse_options{}); }

inline json json::parse(std::string_view text, const parse_options& options) {
    auto read = try_parse(text, options);
    if (!read) throw json_error(read.error());
    return *std::move(read);
}

inline json json::parse(std::string_view text) { return parse(text, parse_options{}); }

}  // namespace coracle
