// The names of enumerators, without macros: reflect::enum_entries, enum_name, enum_cast.
//
// Facts: a value that has an enumerator prints as its name in a function's signature, any other as "(type)7". Many
// candidates stand in one signature, because 144 instantiations cost 75 ms and one costs 5. Looked at only when a name
// is wanted. Of two names for one value the compilers print one, so aliases are not seen.
#pragma once

#include <coracle/json/reflect.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle::reflect {

/// First and last value that is asked for a name; specialise for an enum that has others:
/// `template <> inline constexpr int coracle::reflect::enum_max<my_flags> = 4096;`
template <class E>
inline constexpr int enum_min = -16;
template <class E>
inline constexpr int enum_max = 127;

/// An `enum class`, or an enum with an explicit underlying type: every value of that type is a value of the enum.
template <class E>
concept fixed_enum = std::is_enum_v<E> && requires { E{0}; };

template <class E>
struct enum_entry {
    E value{};
    std::string_view name{};
};

namespace detail {

// clang defines an enum inside a class template, and so knows its names, only when a name is looked up in it.
template <class E>
concept looked_into = requires { E::coracle_looks_here; };

template <class E, E... Value>
consteval const char* enum_signature() {
    return __PRETTY_FUNCTION__;
}

template <class E>
consteval int first_candidate() {
    using limits = std::numeric_limits<std::underlying_type_t<E>>;
    constexpr long long wanted = enum_min<E>;
    if constexpr (!limits::is_signed) return wanted < 0 ? 0 : static_cast<int>(wanted);
    return wanted < static_cast<long long>(limits::min()) ? static_cast<int>(limits::min()) : static_cast<int>(wanted);
}
template <class E>
consteval int last_candidate() {
    using limits = std::numeric_limits<std::underlying_type_t<E>>;
    constexpr auto wanted = static_cast<unsigned long long>(enum_max<E> < 0 ? 0 : enum_max<E>);
    if constexpr (enum_max<E> < 0) return enum_max<E>;
    return wanted > static_cast<unsigned long long>(limits::max()) ? static_cast<int>(limits::max())
                                                                   : static_cast<int>(wanted);
}

/// One value as the signature spells it: its name, or nothing for "(type)7", "7" and "-7".
constexpr std::string_view enumerator(std::string_view item) noexcept {
    std::size_t end = item.size();
    while (end && item[end - 1] == ' ') --end;
    if (!end || !is_identifier(item[end - 1])) return {};
    std::size_t begin = end;
    while (begin && is_identifier(item[begin - 1])) --begin;
    bool digits = item[begin] >= '0' && item[begin] <= '9';
    bool cast = begin && (item[begin - 1] == ')' || item[begin - 1] == '-');
    return digits || cast ? std::string_view{} : item.substr(begin, end - begin);
}

/// The list of values at the end of the signature, cut at the commas outside of any bracket.
template <std::size_t Count>
consteval std::array<std::string_view, Count> cut(std::string_view signature) {
    std::array<std::string_view, Count> items{};
    std::size_t end = signature.size();
    while (signature[end - 1] != '>' && signature[end - 1] != '}') --end;  // clang: <a, b>]  g++: {a, b}]
    --end;
    std::size_t item = Count;
    int depth = 0;
    std::size_t i = end;
    while (item) {  // from the back, because what precedes the list may contain anything
        char c = signature[i - 1];
        bool closes = c == ')' || c == '>' || c == ']' || c == '}';
        bool opens = c == '(' || c == '<' || c == '[' || c == '{';
        if (depth == 0 && (c == ',' || opens)) {
            items[--item] = signature.substr(i, end - i);
            end = i - 1;
        } else if (closes) {
            ++depth;
        } else if (opens) {
            --depth;
        }
        --i;
    }
    return items;
}

template <class E, int First, int... Offset>
consteval auto name_candidates(std::integer_sequence<int, Offset...>) {
    auto names = cut<sizeof...(Offset)>(enum_signature<E, static_cast<E>(First + Offset)...>());
    for (auto& name : names) name = enumerator(name);
    return names;
}
/// The names of 256 values at a time, because clang limits the steps of one constant expression.
inline constexpr int chunk_size = 256;
template <class E, int First>
inline constexpr auto chunk = name_candidates<E, First>(
    std::make_integer_sequence<int, (last_candidate<E>() - First >= chunk_size ? chunk_size
                                                                               : last_candidate<E>() - First + 1)>{});

/// Calls visit(value, name) for each enumerator.
template <class E, int... Chunk, class F>
constexpr void visit_names(std::integer_sequence<int, Chunk...>, F visit) {
    auto one = [&](int first, const auto& names) {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (!names[i].empty()) visit(static_cast<E>(first + static_cast<int>(i)), names[i]);
    };
    (one(first_candidate<E>() + Chunk * chunk_size, chunk<E, first_candidate<E>() + Chunk * chunk_size>), ...);
}

template <class E, std::size_t Count, std::size_t Letters>
struct enum_table {
    std::array<E, Count> values{};
    std::array<std::size_t, Count + 1> ends{};
    std::array<char, Letters> text{};
};

template <class E>
consteval auto find_entries() {
    static_assert(
        fixed_enum<E>,
        "coracle: a reflected enum must be an `enum class` or have an explicit underlying type (enum e : int)");
    if constexpr (fixed_enum<E> && !looked_into<E>) {
        constexpr int width = last_candidate<E>() - first_candidate<E>();
        static_assert(width >= 0, "coracle: enum_min of this enum is greater than its enum_max");
        constexpr auto chunks = std::make_integer_sequence<int, width / chunk_size + 1>{};
        constexpr std::size_t count = [&] {
            std::size_t sum = 0;
            visit_names<E>(chunks, [&](E, std::string_view) { ++sum; });
            return sum;
        }();
        constexpr std::size_t letters = [&] {
            std::size_t sum = 0;
            visit_names<E>(chunks, [&](E, std::string_view name) { sum += name.size(); });
            return sum;
        }();
        static_assert(count > 0,
                      "coracle: no enumerator of this enum lies in [enum_min, enum_max]; specialise "
                      "coracle::reflect::enum_min and enum_max for it");
        enum_table<E, count, letters> found;
        std::size_t at = 0;
        std::size_t length = 0;
        visit_names<E>(chunks, [&](E value, std::string_view name) {
            for (char c : name) found.text[length++] = c;
            found.values[at] = value;
            found.ends[++at] = length;
        });
        return found;
    }
}

/// Only the names reach the object file, not the long signature.
template <class E>
inline constexpr auto found_entries = find_entries<E>();

}  // namespace detail

/// Every enumerator of E in [enum_min, enum_max], by rising value.
template <class E>
inline constexpr auto enum_entries = [] {
    constexpr auto& found = detail::found_entries<E>;
    std::array<enum_entry<E>, found.values.size()> entries{};
    for (std::size_t i = 0; i < entries.size(); ++i)
        entries[i] = {found.values[i], {found.text.data() + found.ends[i], found.ends[i + 1] - found.ends[i]}};
    return entries;
}();

/// Name of `value`; empty when it has none.
template <class E>
constexpr std::string_view enum_name(E value) noexcept {
    for (const auto& entry : enum_entries<E>)
        if (entry.value == value) return entry.name;
    return {};
}

/// The enumerator called `name`, or nothing.
template <class E>
constexpr std::optional<E> enum_cast(std::string_view name) noexcept {
    for (const auto& entry : enum_entries<E>)
        if (entry.name == name) return entry.value;
    return std::nullopt;
}

}  // namespace coracle::reflect
