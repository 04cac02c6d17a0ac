// field_list: header fields that own their text, for what coracle sends. Kept as they will stand on the wire.
// RFC 9110 5.1, 5.5; RFC 9112 6 (framing).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/base/scan.hpp>
#include <coracle/http/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::http {

/// Whether this field says where a message ends or whether the connection stays, and so is coracle's own to write.
constexpr bool is_framing_field(std::string_view name) noexcept {
    switch (name.size()) {
        case 2:
            return same_name(name, "te");
        case 4:
            return same_name(name, "date");
        case 7:
            return same_name(name, "trailer") || same_name(name, "upgrade");
        case 10:
            return same_name(name, "connection") || same_name(name, "keep-alive");
        case 14:
            return same_name(name, "content-length");
        case 17:
            return same_name(name, "transfer-encoding");
        default:
            return false;
    }
}

/// A value that can be sent: no control character but HT, and no white space at either end.
inline bool is_field_value(std::string_view value) noexcept {
    const char* end = value.data() + value.size();
    return (value.empty() || scan::value_end(value.data(), end) == end) && ascii::trim(value).size() == value.size();
}

/// Fields to be sent, in order. Names become lower-case. What could not be sent safely never gets in: a name that is
/// no token, a value with a control character, a framing field.
class field_list {
public:
    class const_iterator;

    /// Puts the field in the place of all those with this name. Error: std::invalid_argument.
    void set(std::string_view name, std::string_view value) {
        std::string line = line_of(name, value);
        remove(std::string_view(line).substr(0, name.size()));
        append(line, name.size());
    }
    /// One more field, also when there is one with this name. Error: std::invalid_argument.
    void add(std::string_view name, std::string_view value) { append(line_of(name, value), name.size()); }
    /// What goes with 101 and 426: the protocol that the connection is to speak. RFC 9110 7.8.
    [[gnu::cold]] void upgrade_to(std::string_view protocol) {
        append(std::string("upgrade: ").append(protocol).append(line_end), 7);
        append(std::string("connection: upgrade\r\n"), 10);
    }
    /// Takes away all fields with this name; true when there was one.
    bool remove(std::string_view name) {
        bool found = false;
        for (std::size_t i = items_.size(); i-- > 0;)
            if (same_name(at(i).name, name)) {
                erase(i);
                found = true;
            }
        return found;
    }
    void clear() noexcept {
        text_.clear();
        items_.clear();
    }

    /// The first value with this name, if any.
    std::optional<std::string_view> get(std::string_view name) const noexcept {
        for (std::size_t i = 0; i < items_.size(); ++i)
            if (same_name(at(i).name, name)) return at(i).value;
        return std::nullopt;
    }
    /// The same; empty when there is none.
    std::string_view operator[](std::string_view name) const noexcept { return get(name).value_or(std::string_view{}); }
    bool contains(std::string_view name) const noexcept { return get(name).has_value(); }
    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }
    const_iterator begin() const noexcept;
    const_iterator end() const noexcept;

    /// All fields as they stand in a head: `name: value` CR LF, each.
    std::string_view wire() const noexcept { return text_; }

private:
    struct place {
        std::uint32_t at = 0;
        std::uint32_t name_size = 0;
        std::uint32_t value_size = 0;
    };
    static constexpr std::string_view colon = ": ";
    static constexpr std::string_view line_end = "\r\n";

    field at(std::size_t i) const noexcept {
        const place& item = items_[i];
        const char* name = text_.data() + item.at;
        return {{name, item.name_size}, {name + item.name_size + colon.size(), item.value_size}};
    }
    // A string of its own: `name` and `value` may look into text_, which is about to change.
    static std::string line_of(std::string_view name, std::string_view value) {
        if (!ascii::is_token(name))
            throw std::invalid_argument(
                "a header field name must be a token (letters, digits and !#$%&'*+-.^_`|~), and this one is not");
        if (!is_field_value(value))
            throw std::invalid_argument("the value of header field '" + std::string(name) +
                                        "' must have no control characters and no white space at its ends");
        if (is_framing_field(name))
            throw std::invalid_argument("header field '" + std::string(name) +
                                        "' is written by coracle from what is really sent; do not set it");
        std::string line = ascii::lower(name);
        line.append(colon).append(value).append(line_end);
        return line;
    }
    void append(const std::string& line, std::size_t name_size) {
        if (line.size() > UINT32_MAX - text_.size()) throw std::invalid_argument("the header fields are too long");
        std::size_t value_size = line.size() - name_size - colon.size() - line_end.size();
        items_.push_back({static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(name_size),
                          static_cast<std::uint32_t>(value_size)});
        text_.append(line);
    }
    void erase(std::size_t i) {
        const place item = items_[i];
        auto size = static_cast<std::uint32_t>(item.name_size + colon.size() + item.value_size + line_end.size());
        text_.erase(item.at, size);
        items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(i));
        for (std::size_t later = i; later < items_.size(); ++later) items_[later].at -= size;
    }

    std::string text_;
    std::vector<place> items_;
};

/// Gives fields as views that end with the next change of the list.
class field_list::const_iterator {
public:
    using value_type = field;
    using difference_type = std::ptrdiff_t;
    const_iterator() noexcept = default;
    const_iterator(const field_list& of, std::size_t i) noexcept : of_(&of), i_(i) {}
    // The field is kept here so that `for (auto& [name, value] : list)` has something to refer to.
    const field& operator*() const noexcept {
        here_ = of_->at(i_);
        return here_;
    }
    const field* operator->() const noexcept { return &**this; }
    const_iterator& operator++() noexcept {
        ++i_;
        return *this;
    }
    const_iterator operator++(int) noexcept {
        const_iterator before = *this;
        ++i_;
        return before;
    }
    bool operator==(const const_iterator& other) const noexcept { return i_ == other.i_; }

private:
    const field_list* of_ = nullptr;
    std::size_t i_ = 0;
    mutable field here_{};
};

inline field_list::const_iterator field_list::begin() const noexcept { return {*this, 0}; }
inline field_list::const_iterator field_list::end() const noexcept { return {*this, items_.size()}; }

}  // namespace coracle::http
