// range: which bytes of a representation a Range field asks for. RFC 9110 14.1, 14.2.
// D15: at most 16 ranges, numbers that saturate, one pass; what asks for more than that is answered as a whole.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/fields.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace coracle::http {

/// `length` bytes from `first` on; never empty.
struct byte_range {
    std::uint64_t first = 0;
    std::uint64_t length = 0;

    constexpr std::uint64_t end() const noexcept { return first + length; }
    friend constexpr bool operator==(const byte_range&, const byte_range&) noexcept = default;
};

/// What a Range field comes to.
enum class range_answer : unsigned char {
    whole,          ///< everything: no bytes unit, or too many ranges
    parts,          ///< these ranges, 206
    unsatisfiable,  ///< nothing of it is there, 416
    malformed,      ///< no list of ranges, 400
};

/// The ranges of one Range field in a representation of known size: sorted, those that touch joined to one.
class range_set {
public:
    /// Ranges that one field may name; a list of more is for nothing but work (CVE-2011-3192, CVE-2025-62727).
    static constexpr std::size_t most = 16;

    /// in: the field's value, and the size of what it is about.
    constexpr range_set(std::string_view field, std::uint64_t size) noexcept : size_(size) { answer_ = read(field); }

    constexpr range_answer answer() const noexcept { return answer_; }
    constexpr std::size_t size() const noexcept { return count_; }
    constexpr const byte_range* begin() const noexcept { return ranges_.data(); }
    constexpr const byte_range* end() const noexcept { return ranges_.data() + count_; }
    constexpr const byte_range& operator[](std::size_t n) const noexcept { return ranges_[n]; }

private:
    constexpr range_answer read(std::string_view field) noexcept {
        // Another unit is for servers that know it: RFC 9110 14.2.
        std::size_t equals = field.find('=');
        if (equals == std::string_view::npos) return range_answer::malformed;
        if (!ascii::iequals(ascii::trim(field.substr(0, equals)), "bytes")) return range_answer::whole;
        std::size_t named = 0;
        bool good = true;
        bool whole = false;
        for_each_element(field.substr(equals + 1), [&](std::string_view one) {
            if (++named > most)
                whole = true;
            else
                good = take(one, whole);
            return good && !whole;
        });
        if (!good || named == 0) return range_answer::malformed;
        if (whole) return range_answer::whole;
        return count_ == 0 ? range_answer::unsatisfiable : range_answer::parts;
    }

    /// False when it is no range.
    constexpr bool take(std::string_view one, bool& whole) noexcept {
        std::size_t dash = one.find('-');
        if (dash == std::string_view::npos) return false;
        std::string_view from = ascii::trim(one.substr(0, dash));
        std::string_view to = ascii::trim(one.substr(dash + 1));
        if (from.empty()) {
            std::optional<std::uint64_t> suffix = number(to);
            if (!suffix) return false;
            // The last bytes of nothing are all there is, and no Content-Range can say so.
            if (size_ == 0 && *suffix > 0) whole = true;
            std::uint64_t length = *suffix < size_ ? *suffix : size_;
            put({size_ - length, length});
            return true;
        }
        std::optional<std::uint64_t> first = number(from);
        std::optional<std::uint64_t> last = to.empty() ? std::optional(no_number) : number(to);
        if (!first || !last || *last < *first) return false;
        if (*first < size_) put({*first, (*last < size_ ? *last + 1 : size_) - *first});
        return true;
    }
    /// One that cannot be counted is larger than every file.
    static constexpr std::optional<std::uint64_t> number(std::string_view digits) noexcept {
        std::uint64_t value = 0;
        if (digits.empty()) return std::nullopt;
        for (char c : digits) {
            if (!ascii::is_digit(c)) return std::nullopt;
            auto digit = static_cast<std::uint64_t>(c - '0');
            value = value > (no_number - digit) / 10 ? no_number : value * 10 + digit;
        }
        return value;
    }
    /// Where it belongs, joined with those that it touches.
    constexpr void put(const byte_range& added) noexcept {
        if (added.length == 0) return;
        std::uint64_t first = added.first;
        std::uint64_t end = added.end();
        std::size_t at = 0;
        while (at < count_ && ranges_[at].end() < first) ++at;
        std::size_t after = at;
        for (; after < count_ && ranges_[after].first <= end; ++after) {
            if (ranges_[after].first < first) first = ranges_[after].first;
            if (ranges_[after].end() > end) end = ranges_[after].end();
        }
        if (after == at) {
            for (std::size_t i = count_++; i > at; --i) ranges_[i] = ranges_[i - 1];
        } else {
            for (std::size_t i = after; i < count_; ++i) ranges_[at + 1 + i - after] = ranges_[i];
            count_ -= after - at - 1;
        }
        ranges_[at] = {first, end - first};
    }

    static constexpr std::uint64_t no_number = ~std::uint64_t{0};

    std::array<byte_range, most> ranges_{};
    std::size_t count_ = 0;
    std::uint64_t size_;
    range_answer answer_ = range_answer::whole;
};

}  // namespace coracle::http
