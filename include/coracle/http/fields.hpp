// fields: the header fields of a request, as views in the order of the wire.
// RFC 9110 5.1 to 5.3, 5.6.1 (lists).
#pragma once

#include <coracle/base/ascii.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace coracle::http {

/// One header field. The name is as it was sent; comparing it ignores case.
struct field {
    std::string_view name{};
    std::string_view value{};
};

/// Same field name, that is, same token whatever the case.
constexpr bool same_name(std::string_view a, std::string_view b) noexcept {
    // Most names differ in length or in the first letter, so the loop is seldom entered.
    return a.size() == b.size() && (a.empty() || ((a[0] ^ b[0]) & 0xDF) == 0) && ascii::iequals(a, b);
}

/// Calls f(element) for each element of a comma-separated list; empty elements do not count. f returns false to stop.
template <class F>
constexpr void for_each_element(std::string_view list, F&& f) {
    while (!list.empty()) {
        std::size_t comma = list.find(',');
        std::string_view element = ascii::trim(list.substr(0, comma));
        if (!element.empty() && !f(element)) return;
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
}

/// `view`, which looks into the bytes at `from`, looking into the same bytes at `to`.
inline std::string_view rebased(std::string_view view, const char* from, const char* to) noexcept {
    if (view.data() == nullptr) return view;
    // The old bytes may be gone, so their addresses are numbers here and no longer pointers.
    auto distance = reinterpret_cast<std::uintptr_t>(view.data()) - reinterpret_cast<std::uintptr_t>(from);
    return {to + distance, view.size()};
}

/// Fields as views into bytes owned by somebody else. Memory is kept across clear(), so a reused object allocates no
/// more. Lookups are linear: the number of fields is bounded by limits::fields.
class fields {
public:
    using const_iterator = std::vector<field>::const_iterator;
    class values;

    const_iterator begin() const noexcept { return items_.begin(); }
    const_iterator end() const noexcept { return items_.end(); }
    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }

    /// The first value with this name; empty when there is none.
    std::string_view operator[](std::string_view name) const noexcept {
        for (const field& item : items_)
            if (same_name(item.name, name)) return item.value;
        return {};
    }
    /// The first value with this name, if any.
    std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (const field& item : items_)
            if (same_name(item.name, name)) return item.value;
        return std::nullopt;
    }
    bool contains(std::string_view name) const noexcept { return find(name).has_value(); }
    /// The values of all lines with this name, in order: `for (std::string_view value : fields.get_all("cookie"))`.
    values get_all(std::string_view name) const noexcept;

    /// Whether `token` is an element of the comma-separated list that all lines with this name make together.
    bool has_token(std::string_view name, std::string_view token) const noexcept {
        bool found = false;
        for (const field& item : items_)
            if (same_name(item.name, name))
                for_each_element(item.value, [&](std::string_view element) {
                    found = found || ascii::iequals(element, token);
                    return !found;
                });
        return found;
    }

    void push_back(field item) { add(item.name, item.value); }
    [[gnu::always_inline]] void add(std::string_view name, std::string_view value) {
        if (items_.size() == items_.capacity()) [[unlikely]]
            grow();
        items_.push_back({name, value});
    }
    void clear() noexcept { items_.clear(); }
    /// All views look into bytes that have moved from `from` to `to`.
    void rebase(const char* from, const char* to) noexcept {
        for (field& item : items_) item = {rebased(item.name, from, to), rebased(item.value, from, to)};
    }

private:
    [[gnu::noinline]] void grow() { items_.reserve(items_.empty() ? 16 : 2 * items_.size()); }

    std::vector<field> items_;
};

/// The values of one name. Keeps: references into the fields and the name.
class fields::values {
public:
    class iterator {
    public:
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        iterator() noexcept = default;
        iterator(const_iterator at, const values& of) noexcept : at_(at), of_(&of) { skip(); }
        std::string_view operator*() const noexcept { return at_->value; }
        iterator& operator++() noexcept {
            ++at_;
            skip();
            return *this;
        }
        iterator operator++(int) noexcept {
            iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const iterator& other) const noexcept { return at_ == other.at_; }

    private:
        void skip() noexcept {
            while (at_ != of_->last_ && !same_name(at_->name, of_->name_)) ++at_;
        }
        const_iterator at_{};
        const values* of_ = nullptr;
    };

    values(const_iterator first, const_iterator last, std::string_view name) noexcept
        : first_(first), last_(last), name_(name) {}
    iterator begin() const noexcept { return {first_, *this}; }
    iterator end() const noexcept { return {last_, *this}; }

private:
    const_iterator first_;
    const_iterator last_;
    std::string_view name_;
};

inline fields::values fields::get_all(std::string_view name) const noexcept { return {begin(), end(), name}; }

}  // namespace coracle::http
