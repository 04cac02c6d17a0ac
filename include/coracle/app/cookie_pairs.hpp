// cookie_pairs: what the Cookie fields of a request say.
// RFC 6265 4.2.1, 5.4. Of two cookies with one name the first counts: browsers send the more specific path first.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/fields.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coracle {

/// A cookie as it was sent; quotes around the value are taken off, nothing is decoded.
struct cookie_pair {
    std::string_view name{};
    std::string_view value{};
};

/// The cookies of a request, in order, at most 50: `for (auto& [name, value] : req.cookies())`.
/// keeps: a reference to the request's fields; views into them. cost: linear, no memory.
class cookie_pairs {
public:
    static constexpr std::size_t most = 50;
    class iterator;

    explicit cookie_pairs(const http::fields& fields) noexcept : fields_(&fields) {}

    iterator begin() const noexcept;
    iterator end() const noexcept;
    std::optional<std::string_view> find(std::string_view name) const noexcept;
    bool contains(std::string_view name) const noexcept { return find(name).has_value(); }
    /// The value of the first cookie with this name; empty when there is none. Cookie names are case-sensitive.
    std::string_view operator[](std::string_view name) const noexcept {
        return find(name).value_or(std::string_view{});
    }

    /// The value of a cookie of this request, as its sender meant it: between the quotes that were taken off, a
    /// backslash escapes what follows it, be it a character or three octal digits (`\\"`, `\\054`). out: `value` itself
    /// when nothing was escaped, else a view into `storage`.
    static std::string_view unescape(std::string_view value, std::string& storage);

private:
    const http::fields* fields_;
};

/// Goes through the pairs of all Cookie fields.
class cookie_pairs::iterator {
public:
    using value_type = cookie_pair;
    using difference_type = std::ptrdiff_t;

    iterator() noexcept = default;
    iterator(http::fields::const_iterator at, http::fields::const_iterator last) noexcept
        : at_(at), last_(last), left_(most + 1) {
        ++*this;
    }

    const cookie_pair& operator*() const noexcept { return pair_; }
    const cookie_pair* operator->() const noexcept { return &pair_; }
    iterator& operator++() noexcept {
        if (--left_ != 0 && next()) return *this;
        left_ = 0;
        return *this;
    }
    iterator operator++(int) noexcept {
        iterator before = *this;
        ++*this;
        return before;
    }
    /// Counts down; all ends are equal.
    bool operator==(const iterator& other) const noexcept { return left_ == other.left_; }

private:
    bool next() noexcept {
        for (;;) {
            while (rest_.empty()) {
                if (at_ == last_) return false;
                if (http::same_name(at_->name, "cookie")) rest_ = at_->value;
                ++at_;
            }
            std::size_t end = rest_.find(';');
            std::string_view one = ascii::trim(rest_.substr(0, end));
            rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
            std::size_t equals = one.find('=');
            if (equals == std::string_view::npos || equals == 0) continue;
            pair_ = {ascii::trim(one.substr(0, equals)), ascii::trim(one.substr(equals + 1))};
            std::string_view& value = pair_.value;
            if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
                value = value.substr(1, value.size() - 2);
            return true;
        }
    }

    http::fields::const_iterator at_{};
    http::fields::const_iterator last_{};
    std::string_view rest_{};
    cookie_pair pair_{};
    std::size_t left_ = 0;
};

inline cookie_pairs::iterator cookie_pairs::begin() const noexcept { return {fields_->begin(), fields_->end()}; }
inline cookie_pairs::iterator cookie_pairs::end() const noexcept { return {}; }

inline std::optional<std::string_view> cookie_pairs::find(std::string_view name) const noexcept {
    for (const cookie_pair& pair : *this)
        if (pair.name == name) return pair.value;
    return std::nullopt;
}

inline std::string_view cookie_pairs::unescape(std::string_view value, std::string& storage) {
    std::size_t at = value.find('\\');
    // Before a value stands at least '=', or the quote.
    if (at == value.npos || value.data()[-1] != '"') return value;
    auto is_octal = [&](std::size_t i, char most) { return i < value.size() && value[i] >= '0' && value[i] <= most; };
    storage.assign(value.substr(0, at));
    while (at < value.size()) {
        if (value[at] != '\\' || at + 1 == value.size()) {
            storage.push_back(value[at++]);
        } else if (is_octal(at + 1, '3') && is_octal(at + 2, '7') && is_octal(at + 3, '7')) {
            storage.push_back(
                static_cast<char>((value[at + 1] - '0') << 6 | (value[at + 2] - '0') << 3 | (value[at + 3] - '0')));
            at += 4;
        } else {
            storage.push_back(value[at + 1]);
            at += 2;
        }
    }
    return storage;
}

}  // namespace coracle
