// class json: any JSON value, built in braces, looked into, changed.
// RFC 8259. Objects keep the order in which their members came. Reading text is in parse.hpp, writing in write.hpp,
// making a value from ranges, structs, enums and time in convert.hpp.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/json/error.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

class json;
class json_member;
struct parse_options;

/// What a json holds. Integers are `unsigned_integer` only above the range of int64.
enum class json_kind : unsigned char { null, boolean, integer, unsigned_integer, number, string, array, object };

constexpr std::string_view kind_name(json_kind kind) noexcept {
    constexpr std::string_view names[] = {"null",     "a boolean", "an integer", "an integer",
                                          "a number", "a string",  "an array",   "an object"};
    return names[static_cast<std::size_t>(kind)];
}

namespace detail {

struct conversion_tag {};

template <class T>
concept no_probe = !requires { typename T::coracle_probe; };

// A closure that is still being defined is incomplete; asking more of it would be a hard error on g++.
template <class T>
concept complete = requires { sizeof(T); };

/// Part of a text, and no number.
template <class T>
concept code_unit = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
concept json_text = std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>;

// Found by argument-dependent lookup through the tag, in convert.hpp.
template <class T>
concept converts_to_json = requires(const T& value) { make_json(conversion_tag{}, value); };

}  // namespace detail

/// A JSON value. `json{{"a", 1}, {"b", json{{"c", nullptr}}}}` is an object; an array is `json::array({1, 2})`.
/// Copying and destroying take no stack, however deep the value is.
class json {
public:
    using array_type = std::vector<json>;
    using object_type = std::vector<json_member>;

    json() noexcept : integer_(0) {}
    json(std::nullptr_t) noexcept : integer_(0) {}
    json(std::initializer_list<json_member> members);

    template <std::same_as<bool> T>
    json(T value) noexcept : kind_(json_kind::boolean), boolean_(value) {}

    template <class T>
        requires(std::is_arithmetic_v<T> && !std::same_as<T, bool> && !detail::code_unit<T>)
    json(T value) noexcept {
        if constexpr (std::is_floating_point_v<T>) {
            kind_ = json_kind::number;
            number_ = static_cast<double>(value);
        } else if constexpr (std::is_signed_v<T>) {
            kind_ = json_kind::integer;
            integer_ = static_cast<std::int64_t>(value);
        } else {
            auto wide = static_cast<std::uint64_t>(value);
            bool fits = wide <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
            kind_ = fits ? json_kind::integer : json_kind::unsigned_integer;
            unsigned_ = wide;
            if (fits) integer_ = static_cast<std::int64_t>(wide);
        }
    }
    template <std::same_as<char> T>
    json(T letter) : json(std::string(1, letter)) {}

    json(std::string&& text) noexcept : kind_(json_kind::string), string_(std::move(text)) {}
    template <class T>
        requires(detail::no_probe<std::remove_cvref_t<T>> && detail::complete<std::remove_cvref_t<T>> &&
                 detail::json_text<std::remove_cvref_t<T>>)
    json(const T& text) : json() {
        if constexpr (std::is_pointer_v<T>)
            if (text == nullptr) return;
        std::construct_at(&string_, std::string_view(text));
        kind_ = json_kind::string;
    }

    /// Optionals and smart pointers (null when empty), ranges, maps with text keys, tuples, variants, enums (by name),
    /// time (ISO 8601) and plain structs. Needs convert.hpp.
    template <class T>
        requires(detail::no_probe<std::remove_cvref_t<T>> && detail::complete<std::remove_cvref_t<T>> &&
                 !std::derived_from<std::remove_cvref_t<T>, json> && !std::is_arithmetic_v<std::remove_cvref_t<T>> &&
                 !detail::json_text<std::remove_cvref_t<T>> && detail::converts_to_json<std::remove_cvref_t<T>>)
    json(const T& value) : json(make_json(detail::conversion_tag{}, value)) {}

    json(const json& other);
    json(json&& other) noexcept { take(other); }
    json& operator=(json other) noexcept {
        destroy();
        take(other);
        return *this;
    }
    ~json() {
        if (kind_ >= json_kind::string) destroy();
    }

    /// An array of these values; `json::array()` is empty.
    static json array(std::initializer_list<json> values = {});
    /// An array of the elements of a range.
    template <class Range>
        requires(!std::same_as<std::remove_cvref_t<Range>, json> &&
                 requires(Range& range) { range.begin() != range.end(); })
    static json array(const Range& range) {
        json made = array();
        for (const auto& element : range) {
            if constexpr (requires { typename Range::value_type; })
                made.array_.emplace_back(static_cast<const typename Range::value_type&>(element));  // vector<bool>
            else
                made.array_.emplace_back(element);
        }
        return made;
    }
    /// An object of names and values in turn: `json::object("id", 1, "name", "x")`. Also for awaited expressions, where
    /// g++ 12 refuses braces.
    template <class... NamesAndValues>
    static json object(NamesAndValues&&... names_and_values);

    /// Reads a text. Error: json_error. Defined in parse.hpp.
    static json parse(std::string_view text);
    static json parse(std::string_view text, const parse_options& options);
    /// Reads a text without throwing. Defined in parse.hpp.
    static result<json, parse_error> try_parse(std::string_view text);
    static result<json, parse_error> try_parse(std::string_view text, const parse_options& options);
    /// Writes compact text, or with `indent` spaces per level. Error: json_error for NaN, infinity, invalid UTF-8, more
    /// than 512 levels. Defined in write.hpp.
    std::string dump() const;
    std::string dump(unsigned indent) const;

    json_kind type() const noexcept { return kind_; }
    bool is_null() const noexcept { return kind_ == json_kind::null; }
    bool is_bool() const noexcept { return kind_ == json_kind::boolean; }
    /// An integer of any sign and size; 1.0 is none.
    bool is_integer() const noexcept { return kind_ == json_kind::integer || kind_ == json_kind::unsigned_integer; }
    /// Any number, integers too.
    bool is_number() const noexcept { return is_integer() || kind_ == json_kind::number; }
    bool is_string() const noexcept { return kind_ == json_kind::string; }
    bool is_array() const noexcept { return kind_ == json_kind::array; }
    bool is_object() const noexcept { return kind_ == json_kind::object; }

    /// The value as what it is. Error: json_error when it is something else, or an integer out of range.
    bool as_bool() const {
        expect(kind_ == json_kind::boolean, "a boolean");
        return boolean_;
    }
    std::int64_t as_int() const {
        expect(kind_ == json_kind::integer, "an integer in the range of int64");
        return integer_;
    }
    std::uint64_t as_uint() const {
        expect(kind_ == json_kind::unsigned_integer || (kind_ == json_kind::integer && integer_ >= 0),
               "an integer of 0 or more");
        return kind_ == json_kind::integer ? static_cast<std::uint64_t>(integer_) : unsigned_;
    }
    double as_double() const {
        expect(is_number(), "a number");
        return kind_ == json_kind::number    ? number_
               : kind_ == json_kind::integer ? static_cast<double>(integer_)
                                             : static_cast<double>(unsigned_);
    }
    const std::string& as_string() const& {
        expect(is_string(), "a string");
        return string_;
    }
    std::string& as_string() & {
        expect(is_string(), "a string");
        return string_;
    }
    std::string as_string() && {
        expect(is_string(), "a string");
        return std::move(string_);
    }
    const array_type& as_array() const& {
        expect(is_array(), "an array");
        return array_;
    }
    array_type& as_array() & {
        expect(is_array(), "an array");
        return array_;
    }
    const object_type& as_object() const& {
        expect(is_object(), "an object");
        return object_;
    }
    object_type& as_object() & {
        expect(is_object(), "an object");
        return object_;
    }
    /// The value as a T, by the rules of read.hpp. Error: json_error.
    template <class T>
    T get() const;

    /// Members of an object, elements of an array, 0 for everything else.
    std::size_t size() const noexcept;
    bool empty() const noexcept { return size() == 0; }

    /// Member called `key`, or nullptr; also when this is no object. Cost: linear.
    const json* find(std::string_view key) const noexcept;
    json* find(std::string_view key) noexcept { return const_cast<json*>(std::as_const(*this).find(key)); }
    bool contains(std::string_view key) const noexcept { return find(key) != nullptr; }
    /// Member called `key`. Error: json_error when there is none.
    const json& at(std::string_view key) const;
    json& at(std::string_view key) { return const_cast<json&>(std::as_const(*this).at(key)); }
    const json& operator[](std::string_view key) const { return at(key); }
    /// Member called `key`, made when missing; null becomes an object. Cost: linear.
    json& operator[](std::string_view key);
    /// Element `index`. Error: json_error when there is none.
    template <std::integral Index>
    const json& operator[](Index index) const {
        return element(static_cast<std::uint64_t>(index));
    }
    template <std::integral Index>
    json& operator[](Index index) {
        return const_cast<json&>(element(static_cast<std::uint64_t>(index)));
    }
    /// Removes the member called `key`; false when there was none.
    bool erase(std::string_view key);
    /// Appends to an array; null becomes an array.
    json& push_back(json value);

    /// Elements of an array; null has none. Error: json_error for everything else.
    const json* begin() const { return elements().data(); }
    const json* end() const { return elements().data() + elements().size(); }
    json* begin() { return const_cast<json*>(std::as_const(*this).begin()); }
    json* end() { return const_cast<json*>(std::as_const(*this).end()); }
    /// Members of an object: `for (auto& [key, value] : j.items())`. Error: json_error.
    std::span<const json_member> items() const;
    std::span<json_member> items();

    /// Same value: 1 and 1.0 are equal, the order of members does not matter.
    friend bool operator==(const json& a, const json& b) { return equal(a, b); }

private:
    void expect(bool holds, std::string_view wanted) const {
        if (!holds) [[unlikely]]
            mismatch(wanted);
    }
    [[noreturn]] void mismatch(std::string_view wanted) const {
        throw json_error("expected " + std::string(wanted) + ", found " + std::string(kind_name(kind_)));
    }
    const json& element(std::uint64_t index) const;
    std::span<const json> elements() const;
    bool is_container() const noexcept { return kind_ >= json_kind::array; }
    void take(json& other) noexcept;
    void destroy() noexcept;
    void unravel() noexcept;
    bool is_nested() const noexcept;
    json* last() noexcept;
    void drop_last() noexcept;
    void copy_shallow(const json& other);
    static bool equal_numbers(const json& a, const json& b) noexcept;
    static bool equal(const json& a, const json& b);

    json_kind kind_ = json_kind::null;
    union {
        bool boolean_;
        std::int64_t integer_;
        std::uint64_t unsigned_;
        double number_;
        std::string string_;
        array_type array_;
        object_type object_;
    };
};

/// A name and a value: what objects are made of, and what `{"name", value}` in a literal is.
class json_member {
public:
    json_member(std::string name, json held) noexcept : key(std::move(name)), value(std::move(held)) {}

    std::string key;
    json value;
};

inline json::json(std::initializer_list<json_member> members) : json() {
    std::construct_at(&object_);
    kind_ = json_kind::object;
    object_.reserve(members.size());
    for (const auto& member : members) {
        if (json* present = find(member.key))
            *present = member.value;
        else
            object_.push_back(member);
    }
}

inline json json::array(std::initializer_list<json> values) {
    json made;
    ::new (static_cast<void*>(&made.array_)) array_type(values);
    made.kind_ = json_kind::array;
    return made;
}

template <class... NamesAndValues>
json json::object(NamesAndValues&&... names_and_values) {
    static_assert(sizeof...(NamesAndValues) % 2 == 0,
                  "coracle: json::object takes names and values in turn: json::object(\"id\", 1, \"name\", \"x\")");
    json made(std::initializer_list<json_member>{});
    if constexpr (sizeof...(NamesAndValues) > 0) {
        made.object_.reserve(sizeof...(NamesAndValues) / 2);
        auto add = [&](auto& self, auto&& name, auto&& value, auto&&... more) -> void {
            static_assert(detail::json_text<std::remove_cvref_t<decltype(name)>>,
                          "coracle: json::object takes names and values in turn, and a name must be text");
            made[std::string_view(name)] = json(std::forward<decltype(value)>(value));
            if constexpr (sizeof...(more) > 0) self(self, std::forward<decltype(more)>(more)...);
        };
        add(add, std::forward<NamesAndValues>(names_and_values)...);
    }
    return made;
}

inline std::size_t json::size() const noexcept {
    return kind_ == json_kind::array ? array_.size() : kind_ == json_kind::object ? object_.size() : 0;
}

inline const json* json::find(std::string_view key) const noexcept {
    if (kind_ != json_kind::object) return nullptr;
    for (const auto& member : object_)
        if (member.key == key) return &member.value;
    return nullptr;
}

inline const json& json::at(std::string_view key) const {
    expect(is_object(), "an object");
    if (const json* found = find(key)) return *found;
    throw json_error("there is no member '" + std::string(key) + "'");
}

inline json& json::operator[](std::string_view key) {
    if (is_null()) *this = object();
    expect(is_object(), "an object");
    if (json* found = find(key)) return *found;
    return object_.emplace_back(std::string(key), json()).value;
}

inline const json& json::element(std::uint64_t index) const {
    expect(is_array(), "an array");
    if (index < array_.size()) return array_[static_cast<std::size_t>(index)];
    throw json_error("there is no element " + std::to_string(static_cast<std::int64_t>(index)) + " in an array of " +
                     std::to_string(array_.size()));
}

inline bool json::erase(std::string_view key) {
    expect(is_object(), "an object");
    std::size_t kept = 0;
    for (std::size_t n = 0; n < object_.size(); ++n)
        if (object_[n].key != key && kept++ != n) object_[kept - 1] = std::move(object_[n]);
    bool some = kept < object_.size();
    while (kept < object_.size()) object_.pop_back();
    return some;
}

inline json& json::push_back(json value) {
    if (is_null()) *this = array();
    expect(is_array(), "an array");
    return array_.emplace_back(std::move(value));
}

inline std::span<const json> json::elements() const {
    if (is_null()) return {};
    expect(is_array(), "an array (the members of an object are in items())");
    return array_;
}
inline std::span<const json_member> json::items() const {
    expect(is_object(), "an object");
    return object_;
}
inline std::span<json_member> json::items() {
    expect(is_object(), "an object");
    return object_;
}

inline void json::take(json& other) noexcept {
    kind_ = other.kind_;
    switch (kind_) {
        case json_kind::string:
            std::construct_at(&string_, std::move(other.string_));
            std::destroy_at(&other.string_);
            break;
        case json_kind::array:
            std::construct_at(&array_, std::move(other.array_));
            std::destroy_at(&other.array_);
            break;
        case json_kind::object:
            std::construct_at(&object_, std::move(other.object_));
            std::destroy_at(&other.object_);
            break;
        case json_kind::boolean:
            boolean_ = other.boolean_;
            break;
        case json_kind::number:
            number_ = other.number_;
            break;
        case json_kind::unsigned_integer:
            unsigned_ = other.unsigned_;
            break;
        default:
            integer_ = other.integer_;
            break;
    }
    other.kind_ = json_kind::null;
    other.integer_ = 0;
}

/// Whether a container stands in this one, so that destroying it plainly would recurse.
inline bool json::is_nested() const noexcept {
    if (kind_ == json_kind::array)
        return std::any_of(array_.begin(), array_.end(), [](const json& each) { return each.is_container(); });
    if (kind_ == json_kind::object)
        return std::any_of(object_.begin(), object_.end(),
                           [](const json_member& each) { return each.value.is_container(); });
    return false;
}

inline json* json::last() noexcept {
    if (kind_ == json_kind::array) return array_.empty() ? nullptr : &array_.back();
    return object_.empty() ? nullptr : &object_.back().value;
}
inline void json::drop_last() noexcept {
    if (kind_ == json_kind::array)
        array_.pop_back();
    else
        object_.pop_back();
}

/// Takes a deep value apart from the bottom up, in constant space: while a child is being emptied, the slot it came
/// from holds the parent's own parent.
inline void json::unravel() noexcept {
    json current = std::move(*this);
    json parent;
    for (;;) {
        if (json* child = current.last()) {
            if (!child->is_nested()) {
                current.drop_last();
                continue;
            }
            json below = std::move(*child);
            *child = std::move(parent);
            parent = std::move(current);
            current = std::move(below);
        } else {
            if (parent.is_null()) return;
            current = std::move(parent);
            parent = std::move(*current.last());
            current.drop_last();
        }
    }
}

inline void json::destroy() noexcept {
    if (is_container() && is_nested()) unravel();
    switch (kind_) {
        case json_kind::string:
            std::destroy_at(&string_);
            break;
        case json_kind::array:
            std::destroy_at(&array_);
            break;
        case json_kind::object:
            std::destroy_at(&object_);
            break;
        default:
            break;
    }
    kind_ = json_kind::null;
    integer_ = 0;
}

/// Everything except what containers hold.
inline void json::copy_shallow(const json& other) {
    switch (other.kind_) {
        case json_kind::string:
            std::construct_at(&string_, other.string_);
            break;
        case json_kind::array:
            std::construct_at(&array_);
            break;
        case json_kind::object:
            std::construct_at(&object_);
            break;
        case json_kind::boolean:
            boolean_ = other.boolean_;
            break;
        case json_kind::number:
            number_ = other.number_;
            break;
        case json_kind::unsigned_integer:
            unsigned_ = other.unsigned_;
            break;
        default:
            integer_ = other.integer_;
            break;
    }
    kind_ = other.kind_;
}

inline json::json(const json& other) : integer_(0) {
    copy_shallow(other);
    if (!is_container() || other.empty()) return;
    try {
        std::vector<std::pair<const json*, json*>> open{{&other, this}};
        auto copy = [&](const json& from, json& to) {
            to.copy_shallow(from);
            if (!from.empty()) open.emplace_back(&from, &to);
        };
        while (!open.empty()) {
            auto [from, to] = open.back();
            open.pop_back();
            if (from->is_array()) {
                to->array_.resize(from->array_.size());
                for (std::size_t i = 0; i < from->array_.size(); ++i) copy(from->array_[i], to->array_[i]);
            } else {
                to->object_.reserve(from->object_.size());
                for (const auto& member : from->object_) {
                    to->object_.emplace_back(member.key, json());
                    copy(member.value, to->object_.back().value);
                }
            }
        }
    } catch (...) {
        destroy();
        throw;
    }
}

inline bool json::equal_numbers(const json& a, const json& b) noexcept {
    if (a.kind_ == b.kind_)
        return a.kind_ == json_kind::number    ? a.number_ == b.number_
               : a.kind_ == json_kind::integer ? a.integer_ == b.integer_
                                               : a.unsigned_ == b.unsigned_;
    if (a.kind_ != json_kind::number && b.kind_ != json_kind::number) return false;  // two integers, ranges apart
    const json& whole = a.kind_ == json_kind::number ? b : a;
    double number = a.kind_ == json_kind::number ? a.number_ : b.number_;
    // Exactly: 2^53 + 1 is not 2^53, though its nearest double is.
    if (whole.kind_ == json_kind::integer)
        return number >= -0x1p63 && number < 0x1p63 && static_cast<std::int64_t>(number) == whole.integer_ &&
               static_cast<double>(static_cast<std::int64_t>(number)) == number;
    return number >= 0x1p63 && number < 0x1p64 && static_cast<std::uint64_t>(number) == whole.unsigned_;
}

inline bool json::equal(const json& a, const json& b) {
    std::vector<std::pair<const json*, const json*>> open;
    auto differ = [&](const json& x, const json& y) {
        if (x.is_number() && y.is_number()) return !equal_numbers(x, y);
        if (x.kind_ != y.kind_) return true;
        if (x.is_string()) return x.string_ != y.string_;
        if (x.is_bool()) return x.boolean_ != y.boolean_;
        if (!x.is_container()) return false;
        if (x.size() != y.size()) return true;
        if (!x.empty()) open.emplace_back(&x, &y);
        return false;
    };
    if (differ(a, b)) return false;
    while (!open.empty()) {
        auto [x, y] = open.back();
        open.pop_back();
        if (x->is_array()) {
            for (std::size_t i = 0; i < x->array_.size(); ++i)
                if (differ(x->array_[i], y->array_[i])) return false;
            continue;
        }
        // Sorted, so that two large objects cost n log n whatever their keys are.
        auto sorted = [](const object_type& members) {
            std::vector<const json_member*> order;
            order.reserve(members.size());
            for (const auto& member : members) order.push_back(&member);
            std::sort(order.begin(), order.end(), [](auto* p, auto* q) { return p->key < q->key; });
            return order;
        };
        auto left = sorted(x->object_);
        auto right = sorted(y->object_);
        for (std::size_t i = 0; i < left.size(); ++i)
            if (left[i]->key != right[i]->key || differ(left[i]->value, right[i]->value)) return false;
    }
    return true;
}

}  // namespace coracle
