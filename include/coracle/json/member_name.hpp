// member_name: what a member of a struct is called in JSON, when that is not its name in C++. Said in the struct:
//   struct item { int class_; using json_names = renamed<"class_", "class">; };
//   struct item { int unit_price; using json_names = camel_case; };        // unitPrice
#pragma once

#include <coracle/base/fixed_string.hpp>
#include <coracle/json/reflect.hpp>
#include <coracle/json/scan.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle {

/// Pairs of texts: a member's name, then its name in JSON. The other members keep theirs.
template <fixed_string... NameThenName>
struct renamed {
    static_assert(sizeof...(NameThenName) % 2 == 0,
                  "coracle: renamed<...> takes pairs: a member's name, then its name in JSON");
    static constexpr std::array<std::string_view, sizeof...(NameThenName)> pairs{NameThenName.view()...};

    template <std::size_t Most>
    static consteval std::size_t rename(std::string_view name, std::array<char, Most>& out) {
        for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
            if (pairs[i] == name) name = pairs[i + 1];
        for (std::size_t i = 0; i < name.size(); ++i) out[i] = name[i];
        return name.size();
    }
};

/// unit_price is unitPrice, as pydantic's to_camel has it.
struct camel_case {
    template <std::size_t Most>
    static consteval std::size_t rename(std::string_view name, std::array<char, Most>& out) {
        std::size_t size = 0;
        bool upper = false;
        for (char c : name) {
            if (c == '_' && size != 0) {
                upper = true;
                continue;
            }
            out[size++] = upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
            upper = false;
        }
        return size;
    }
};

namespace detail {

template <class T>
concept renames_members = requires { typename T::json_names; };

template <class T>
consteval bool good_renames() {
    if constexpr (requires { T::json_names::pairs; }) {
        constexpr auto& pairs = T::json_names::pairs;
        constexpr bool known = [] {
            for (std::size_t i = 0; i < pairs.size(); i += 2) {
                bool found = false;
                for (std::string_view name : reflect::field_names<T>) found = found || name == pairs[i];
                if (!found) return false;
            }
            return true;
        }();
        static_assert(known, "coracle: json_names renames a member that the struct does not have");
        constexpr bool plain = [] {
            for (std::size_t i = 1; i < pairs.size(); i += 2)
                for (char c : pairs[i])
                    if (!is_plain(c) && static_cast<unsigned char>(c) < 0x80) return false;
            return true;
        }();
        static_assert(plain, "coracle: a name in JSON has no quotation mark, backslash or control character");
        return known && plain;
    }
    return true;
}

struct renamed_text {
    std::array<char, 128> bytes{};
    std::size_t size = 0;
};
template <class T, std::size_t I>
consteval renamed_text make_rename() {
    renamed_text made;
    if constexpr (good_renames<T>()) made.size = T::json_names::rename(reflect::field_name<T, I>, made.bytes);
    return made;
}
template <class T, std::size_t I>
    requires renames_members<T>
inline constexpr renamed_text stored_rename = make_rename<T, I>();

template <class T, std::size_t I>
constexpr std::string_view name_in_json() noexcept {
    if constexpr (renames_members<T>)
        return {stored_rename<T, I>.bytes.data(), stored_rename<T, I>.size};
    else
        return reflect::field_name<T, I>;
}

}  // namespace detail

/// What member I of T is called in JSON.
template <class T, std::size_t I>
inline constexpr std::string_view member_name = detail::name_in_json<std::remove_cv_t<T>, I>();

/// Of all members, in order of declaration.
template <class T>
inline constexpr auto member_names = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::string_view, sizeof...(I)>{member_name<T, I>...};
}(std::make_index_sequence<reflect::field_count<T>>{});

}  // namespace coracle
