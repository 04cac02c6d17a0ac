// text_program: looks for a pattern in a text, in time proportional to the text, whatever the pattern and the text are.
// Thompson's simulation of a nondeterministic automaton: all ways at once, no backtracking (threat D11).
#pragma once

#include <coracle/json/code_set.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coracle::detail {

enum class text_op : unsigned char {
    one_of,    ///< takes a code point of ranges[a .. a + b), which are in order
    jump,      ///< goes on at here + a
    fork,      ///< goes on at here + a and at here + b
    at_start,  ///< goes on where the text begins
    at_end,
    at_word_edge,
    inside_word,  ///< or outside: no edge
    found,
};
struct text_instruction {
    text_op op{};
    int a = 0;
    int b = 0;
};

/// The most instructions of a program: a search keeps a few bytes on the stack for each.
inline constexpr std::size_t max_text_program = 2000;

struct text_program {
    const text_instruction* code = nullptr;
    std::size_t size = 0;
    const code_range* ranges = nullptr;
};

constexpr bool is_word_character(char32_t c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The code point at `at`, which moves behind it. in: well-formed UTF-8; any other byte stands for itself.
constexpr char32_t next_code_point(std::string_view text, std::size_t& at) noexcept {
    auto lead = static_cast<unsigned char>(text[at++]);
    if (lead < 0xC0) return lead;
    unsigned more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    char32_t point = lead & (0x3Fu >> more);
    for (; more != 0 && at < text.size(); --more) point = point << 6 | (static_cast<unsigned char>(text[at++]) & 0x3F);
    return point;
}

/// Places of a program that a search has come to, each once.
class place_set {
public:
    /// in: how many places the program has.
    explicit place_set(std::size_t places) noexcept {
        for (std::size_t i = 0; i < places; ++i) seen_[i] = 0;
    }
    void clear() noexcept {
        size_ = 0;
        ++round_;
    }
    void add(std::size_t place) noexcept {
        if (seen_[place] == round_) return;
        seen_[place] = round_;
        places_[size_++] = static_cast<std::uint16_t>(place);
    }
    std::size_t size() const noexcept { return size_; }
    std::size_t operator[](std::size_t i) const noexcept { return places_[i]; }

private:
    std::size_t size_ = 0;
    std::size_t round_ = 1;
    std::uint16_t places_[max_text_program];
    std::size_t seen_[max_text_program];
};

/// Whether the pattern stands anywhere in `text`. Cost: at most size of program times size of text, which is what
/// `steps` counts; nothing is allocated.
[[gnu::noinline]] inline bool search(const text_program& program, std::string_view text, std::size_t& steps) noexcept {
    // `here` grows while it is walked over: an instruction that takes nothing adds where it goes on.
    place_set sets[2] = {place_set(program.size), place_set(program.size)};
    bool turn = false;
    char32_t before = 0;
    std::size_t at = 0;
    for (bool first = true;; first = false) {
        bool last = at == text.size();
        std::size_t behind = at;
        char32_t c = last ? 0 : next_code_point(text, behind);
        place_set& here = sets[turn];
        place_set& next = sets[!turn];
        here.add(0);
        next.clear();
        for (std::size_t i = 0; i < here.size(); ++i) {
            std::size_t place = here[i];
            const text_instruction& now = program.code[place];
            ++steps;
            bool goes_on = false;
            switch (now.op) {
                case text_op::found:
                    return true;
                case text_op::one_of:
                    if (!last && holds(program.ranges + now.a, static_cast<std::size_t>(now.b), c)) next.add(place + 1);
                    break;
                case text_op::fork:
                    here.add(place + static_cast<std::size_t>(now.b));
                    [[fallthrough]];
                case text_op::jump:
                    here.add(place + static_cast<std::size_t>(now.a));
                    break;
                case text_op::at_start:
                    goes_on = first;
                    break;
                case text_op::at_end:
                    goes_on = last;
                    break;
                case text_op::at_word_edge:
                    goes_on = (!first && is_word_character(before)) != (!last && is_word_character(c));
                    break;
                case text_op::inside_word:
                    goes_on = (!first && is_word_character(before)) == (!last && is_word_character(c));
                    break;
            }
            if (goes_on) here.add(place + 1);
        }
        if (last) return false;
        turn = !turn;
        before = c;
        at = behind;
    }
}

}  // namespace coracle::detail
