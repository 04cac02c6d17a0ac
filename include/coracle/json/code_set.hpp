// code_set: a set of characters, as [a-z] and \w in a pattern mean one. Characters are code points.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace coracle::detail {

struct code_range {
    char32_t first = 0;
    char32_t last = 0;
};

/// Whether one of `count` ranges, which are in order and apart, holds `c`.
constexpr bool holds(const code_range* ranges, std::size_t count, char32_t c) noexcept {
    while (count != 0) {
        std::size_t half = count / 2;
        if (c < ranges[half].first) {
            count = half;
        } else if (c <= ranges[half].last) {
            return true;
        } else {
            ranges += half + 1;
            count -= half + 1;
        }
    }
    return false;
}

/// A set of code points: ranges in order, none touching the next.
class code_set {
public:
    constexpr void add(char32_t first, char32_t last) {
        std::size_t at = 0;
        while (at < ranges_.size() && ranges_[at].last + 1 < first) ++at;
        std::size_t end = at;
        for (; end < ranges_.size() && ranges_[end].first <= last + 1; ++end) {
            if (ranges_[end].first < first) first = ranges_[end].first;
            if (ranges_[end].last > last) last = ranges_[end].last;
        }
        std::vector<code_range> merged(ranges_.begin(), ranges_.begin() + static_cast<std::ptrdiff_t>(at));
        merged.push_back({first, last});
        for (; end < ranges_.size(); ++end) merged.push_back(ranges_[end]);
        ranges_ = std::move(merged);
    }
    constexpr void add(const code_set& other) {
        for (const code_range& range : other.ranges_) add(range.first, range.last);
    }
    constexpr void invert() {
        std::vector<code_range> rest;
        char32_t from = 0;
        for (const code_range& range : ranges_) {
            if (range.first > from) rest.push_back({from, range.first - 1});
            from = range.last + 1;
        }
        if (from <= 0x10FFFF) rest.push_back({from, 0x10FFFF});
        ranges_ = std::move(rest);
    }
    /// Adds the other case of ASCII letters.
    constexpr void ignore_case() {
        code_set both = *this;
        for (char32_t letter = 'a'; letter <= 'z'; ++letter) {
            char32_t upper = letter - 32;
            if (holds(letter)) both.add(upper, upper);
            if (holds(upper)) both.add(letter, letter);
        }
        *this = std::move(both);
    }
    constexpr bool holds(char32_t c) const noexcept { return detail::holds(ranges_.data(), ranges_.size(), c); }
    constexpr const std::vector<code_range>& ranges() const noexcept { return ranges_; }

private:
    std::vector<code_range> ranges_;
};

}  // namespace coracle::detail
