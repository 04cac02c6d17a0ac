// pattern_parser: a regular expression as a program, or what is wrong with it. Runs in the compiler, too.
// ECMA-262 section 22.2.1 and Rust's regex, where they agree; what needs backtracking is refused.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/code_set.hpp>
#include <coracle/json/text_program.hpp>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// What can be wrong with a pattern.
enum class pattern_fault : unsigned char {
    none,
    not_utf8,
    open_group,
    closed_group,
    open_class,
    bad_range,
    bad_class,
    nothing_to_repeat,
    bad_repeat,
    bad_escape,
    back_reference,
    look_around,
    bad_group,
    too_large,
};

namespace detail {

constexpr std::string_view sentence_of(pattern_fault fault) noexcept {
    switch (fault) {
        case pattern_fault::none:
            return "";
        case pattern_fault::not_utf8:
            return "is not UTF-8";
        case pattern_fault::open_group:
            return "has a ( without its )";
        case pattern_fault::closed_group:
            return "has a ) without its (; a parenthesis itself is \\)";
        case pattern_fault::open_class:
            return "has a [ without its ]; a bracket itself is \\[";
        case pattern_fault::bad_range:
            return "has a range in [...] that does not go up from one character to another";
        case pattern_fault::bad_class:
            return "has [: or && in [...], which means something else elsewhere; write the characters out";
        case pattern_fault::nothing_to_repeat:
            return "has a * + ? or { with nothing before it to repeat; the characters themselves are \\* \\+ \\? \\{";
        case pattern_fault::bad_repeat:
            return "has a {...} that is no {n}, {n,} or {n,m} with n <= m <= 1000; a brace itself is \\{";
        case pattern_fault::bad_escape:
            return "has a backslash before something that it gives no meaning to";
        case pattern_fault::back_reference:
            return "refers back to a group, which cannot be matched in linear time";
        case pattern_fault::look_around:
            return "looks around, (?=...) or (?<=...), which cannot be matched in linear time";
        case pattern_fault::bad_group:
            return "has a (? that is no (?: and no (?i) at the very front";
        case pattern_fault::too_large:
            return "is too large: repetitions are written out, up to 2000 steps and 50 levels";
    }
    return "";
}

/// Makes the program of a pattern. By recursive descent; after the first fault it only finds its way out.
class pattern_parser {
    using fragment = std::vector<text_instruction>;

public:
    fragment code{};
    std::vector<code_range> ranges{};
    pattern_fault fault = pattern_fault::none;

    constexpr explicit pattern_parser(std::string_view text) : text_(text) {
        for (std::size_t at = 0; at < text.size();) {
            std::size_t length = utf8::sequence_length(text.substr(at));
            if (length == 0) {
                fault = pattern_fault::not_utf8;
                return;
            }
            at += length;
        }
        ignore_case_ = eat("(?i)");
        code = alternatives(0);
        if (!done()) fail(pattern_fault::closed_group);
        add(code, {text_op::found, 0, 0});
    }

private:
    constexpr bool done() const noexcept { return fault != pattern_fault::none || at_ == text_.size(); }
    constexpr bool sees(std::string_view words) const noexcept { return text_.substr(at_).starts_with(words); }
    constexpr bool eat(std::string_view words) noexcept {
        if (!sees(words)) return false;
        at_ += words.size();
        return true;
    }
    constexpr void fail(pattern_fault why) noexcept {
        if (fault == pattern_fault::none) fault = why;
    }
    constexpr void add(fragment& to, text_instruction one) {
        if (to.size() < max_text_program)
            to.push_back(one);
        else
            fail(pattern_fault::too_large);
    }
    constexpr void add(fragment& to, const fragment& from) {
        if (to.size() + from.size() <= max_text_program)
            to.insert(to.end(), from.begin(), from.end());
        else
            fail(pattern_fault::too_large);
    }
    static constexpr int length(const fragment& of) noexcept { return static_cast<int>(of.size()); }

    constexpr fragment alternatives(int depth) {
        std::vector<fragment> all;
        if (depth > 50) fail(pattern_fault::too_large);
        do {
            all.push_back(sequence(depth));
        } while (!done() && eat("|"));
        fragment made = std::move(all.back());
        for (all.pop_back(); !all.empty(); all.pop_back()) {
            fragment joined;
            add(joined, {text_op::fork, 1, length(all.back()) + 2});
            add(joined, all.back());
            add(joined, {text_op::jump, length(made) + 1, 0});
            add(joined, made);
            made = std::move(joined);
        }
        return made;
    }
    constexpr fragment sequence(int depth) {
        fragment made;
        while (!done() && !sees("|") && !sees(")")) add(made, repeated(atom(depth)));
        return made;
    }

    constexpr fragment repeated(const fragment& one) {
        int least = 1;
        int most = 1;  // -1: any number
        if (done()) return one;
        if (eat("*"))
            least = 0, most = -1;
        else if (eat("+"))
            most = -1;
        else if (eat("?"))
            least = 0;
        else if (!sees("{"))
            return one;
        else if (!counts(least, most))
            return {};
        eat("?");  // lazy: another match, but whether there is one is all that is asked
        if (sees("*") || sees("+") || sees("?") || sees("{")) fail(pattern_fault::nothing_to_repeat);
        return repeat(one, least, most);
    }
    constexpr bool counts(int& least, int& most) {
        std::size_t end = text_.find('}', at_);
        std::string_view inside = end == text_.npos ? std::string_view() : text_.substr(at_ + 1, end - at_ - 1);
        auto number = [&](int& to) {
            to = 0;
            std::size_t digits = 0;
            while (digits < inside.size() && ascii::is_digit(inside[digits]) && to <= 1000)
                to = to * 10 + (inside[digits++] - '0');
            inside.remove_prefix(digits);
            return digits != 0 && to <= 1000;
        };
        bool good = number(least);
        most = least;
        if (good && inside.starts_with(',')) {
            inside.remove_prefix(1);
            if (inside.empty())
                most = -1;
            else
                good = number(most) && most >= least;
        }
        if (!good || !inside.empty()) fail(pattern_fault::bad_repeat);
        at_ = end == text_.npos ? text_.size() : end + 1;
        return fault == pattern_fault::none;
    }
    constexpr fragment repeat(const fragment& one, int least, int most) {
        fragment made;
        int n = length(one);
        if ((static_cast<std::size_t>(n) + 1) * static_cast<std::size_t>(least > most ? least : most) >
            max_text_program) {
            fail(pattern_fault::too_large);
            return made;
        }
        for (int i = 0; i < least; ++i) add(made, one);
        if (most < 0 && least > 0) {
            add(made, {text_op::fork, -n, 1});
        } else if (most < 0) {
            add(made, {text_op::fork, 1, n + 2});
            add(made, one);
            add(made, {text_op::jump, -n - 1, 0});
        }
        for (int left = most - least; left > 0; --left) {
            add(made, {text_op::fork, 1, left * (n + 1)});
            add(made, one);
        }
        return made;
    }

    constexpr fragment atom(int depth) {
        switch (text_[at_]) {
            case '(':
                return group(depth);
            case '[':
                return taking(char_class());
            case '\\':
                return escape();
            case '^':
                ++at_;
                return {{text_op::at_start, 0, 0}};
            case '$':
                ++at_;
                return {{text_op::at_end, 0, 0}};
            case '*':
            case '+':
            case '?':
            case '{':
                fail(pattern_fault::nothing_to_repeat);
                return {};
            default:
                break;
        }
        code_set set;
        char32_t c = next_code_point(text_, at_);
        if (c == '.') {
            set.add('\n', '\n');
            set.invert();
        } else {
            set.add(c, c);
        }
        return taking(std::move(set));
    }
    constexpr fragment group(int depth) {
        ++at_;
        if (sees("?=") || sees("?!") || sees("?<=") || sees("?<!"))
            fail(pattern_fault::look_around);
        else if (sees("?") && !eat("?:"))
            fail(pattern_fault::bad_group);
        if (fault != pattern_fault::none) return {};
        fragment inside = alternatives(depth + 1);
        if (fault == pattern_fault::none && !eat(")")) fail(pattern_fault::open_group);
        return inside;
    }
    constexpr fragment taking(code_set set) {
        if (ignore_case_) set.ignore_case();
        text_instruction one{text_op::one_of, static_cast<int>(ranges.size()), static_cast<int>(set.ranges().size())};
        for (const code_range& range : set.ranges()) ranges.push_back(range);
        return {one};
    }

    constexpr fragment escape() {
        char letter = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (letter == 'b' || letter == 'B' || letter == 'A' || letter == 'z') {
            at_ += 2;
            return {{letter == 'b'   ? text_op::at_word_edge
                     : letter == 'B' ? text_op::inside_word
                     : letter == 'A' ? text_op::at_start
                                     : text_op::at_end,
                     0, 0}};
        }
        code_set set;
        char32_t c = 0;
        if (!escaped_set(set)) {
            c = escaped_character();
            set.add(c, c);
        }
        return taking(std::move(set));
    }
    /// \d and the like, which stand for more than one character.
    constexpr bool escaped_set(code_set& to) {
        char letter = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        code_set set;
        switch (letter | 0x20) {
            case 'd':
                set.add('0', '9');
                break;
            case 'w':
                set.add('0', '9');
                set.add('A', 'Z');
                set.add('_', '_');
                set.add('a', 'z');
                break;
            case 's':
                // White space of ECMA-262 22.2.2.9, which is that of Unicode and the byte order mark.
                set.add('\t', '\r');
                set.add(' ', ' ');
                set.add(0x85, 0x85);
                set.add(0xA0, 0xA0);
                set.add(0x1680, 0x1680);
                set.add(0x2000, 0x200A);
                set.add(0x2028, 0x2029);
                set.add(0x202F, 0x202F);
                set.add(0x205F, 0x205F);
                set.add(0x3000, 0x3000);
                set.add(0xFEFF, 0xFEFF);
                break;
            default:
                return false;
        }
        at_ += 2;
        if (ascii::is_upper(letter)) set.invert();
        to.add(set);
        return true;
    }
    constexpr char32_t escaped_character() {
        ++at_;
        if (at_ == text_.size()) {
            fail(pattern_fault::bad_escape);
            return 0;
        }
        char letter = text_[at_++];
        switch (letter) {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 'f':
                return '\f';
            case 'v':
                return '\v';
            case '0':
                if (at_ == text_.size() || !ascii::is_digit(text_[at_])) return 0;
                break;
            case 'x':
                return hexadecimal(2);
            case 'u':
                return hexadecimal(4);
            default:
                break;
        }
        if (ascii::is_digit(letter) || letter == 'k')
            fail(pattern_fault::back_reference);
        else if (ascii::is_alpha(letter) || letter == '_' || static_cast<unsigned char>(letter) >= 0x80 || letter < ' ')
            fail(pattern_fault::bad_escape);
        return static_cast<unsigned char>(letter);
    }
    /// `digits` of them, or any number in braces.
    constexpr char32_t hexadecimal(int digits) {
        bool braced = eat("{");
        char32_t value = 0;
        int count = 0;
        while (at_ < text_.size() && ascii::hex_value(text_[at_]) >= 0 && count < (braced ? 6 : digits)) {
            value = value * 16 + static_cast<char32_t>(ascii::hex_value(text_[at_++]));
            ++count;
        }
        bool whole = braced ? eat("}") && count != 0 : count == digits;
        if (!whole || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) fail(pattern_fault::bad_escape);
        return value;
    }

    constexpr code_set char_class() {
        ++at_;
        code_set set;
        bool inverted = eat("^");
        // Rust takes a ] that stands first for itself, ECMA-262 for the end of an empty class: \] is meant by all.
        if (sees("]")) fail(pattern_fault::open_class);
        while (!done() && !sees("]")) {
            if (sees("[:") || sees("&&")) fail(pattern_fault::bad_class);
            if (escaped_in_class(set)) continue;
            char32_t first = class_character();
            char32_t last = first;
            if (sees("-") && !sees("-]")) {
                ++at_;
                code_set ignored;
                if (done()) break;
                if (escaped_in_class(ignored))
                    fail(pattern_fault::bad_range);
                else
                    last = class_character();
                if (last < first) fail(pattern_fault::bad_range);
            }
            if (fault == pattern_fault::none) set.add(first, last);
        }
        if (!eat("]")) fail(pattern_fault::open_class);
        // Before the inversion: [^a] without case is neither a nor A.
        if (ignore_case_) set.ignore_case();
        if (inverted) set.invert();
        return set;
    }
    constexpr bool escaped_in_class(code_set& set) { return sees("\\") && escaped_set(set); }
    constexpr char32_t class_character() {
        if (!sees("\\")) return next_code_point(text_, at_);
        if (eat("\\b")) return '\b';
        return escaped_character();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool ignore_case_ = false;
};

}  // namespace detail

}  // namespace coracle
