// type_name: what a type is called where people read it, the same with every compiler: item, page[item], vector[int].
//
// Facts: taken from the signature of a function, which clang and g++ spell differently: "(anonymous namespace)::" and
// "{anonymous}::", defaults of template arguments, "long" and "long int". So only the name itself is read from it, and
// template arguments are named one by one.
#pragma once

#include <coracle/json/reflect.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace coracle::reflect {

namespace detail {

template <class T>
consteval const char* type_signature() {
    return __PRETTY_FUNCTION__;
}

/// `ns::item` from "const char* ...() [with T = ns::item<int>]": namespaces and classes that have a name, no arguments.
/// Written at `out` from its end backwards. out: where it begins.
consteval std::size_t copy_type_path(std::string_view signature, char* out, std::size_t end) {
    std::string_view text = signature.substr(signature.find("T = ") + 4);
    text.remove_suffix(1);
    auto skip_group = [&] {
        int depth = 0;
        while (!text.empty()) {
            char c = text.back();
            text.remove_suffix(1);
            if (c == '>' || c == ')' || c == '}') ++depth;
            if (c == '<' || c == '(' || c == '{') --depth;
            if (depth == 0) return;
        }
    };
    std::size_t begin = end;
    while (!text.empty()) {
        bool function = text.ends_with(')');
        if (!is_identifier(text.back())) skip_group();
        std::string_view name = text.substr(text.size());
        while (!text.empty() && is_identifier(text.back())) {
            name = std::string_view(text.data() + text.size() - 1, name.size() + 1);
            text.remove_suffix(1);
        }
        if (!name.empty() && !function) {
            if (begin != end) {
                out[--begin] = ':';
                out[--begin] = ':';
            }
            for (std::size_t i = name.size(); i; --i) out[--begin] = name[i - 1];
        }
        if (!text.ends_with("::")) break;
        text.remove_suffix(2);
    }
    return begin;
}

template <class T, std::size_t Room>
consteval std::size_t type_path_length() {
    std::array<char, Room> room{};
    return Room - copy_type_path(type_signature<T>(), room.data(), Room);
}
template <class T>
consteval auto stored_path() {
    constexpr std::size_t room = std::string_view(type_signature<T>()).size();
    std::array<char, type_path_length<T, room>()> copy{};
    copy_type_path(type_signature<T>(), copy.data(), copy.size());
    return copy;
}

/// Only this reaches the object file, not the long signature.
template <class T>
inline constexpr auto stored_type_path = stored_path<T>();

template <class T>
struct named_arguments {
    static void append(std::string&) {}
};

}  // namespace detail

/// The name of a class or enum with the namespaces and classes around it, without template arguments: "shop::item".
template <class T>
inline constexpr std::string_view type_path{detail::stored_type_path<T>.data(), detail::stored_type_path<T>.size()};

/// What T is called, without namespaces, with template arguments that are types: "page[item]".
template <class T>
[[gnu::cold]] std::string type_name() {
    if constexpr (std::is_same_v<T, bool>) {
        return "bool";
    } else if constexpr (std::is_integral_v<T>) {
        std::string name = std::is_signed_v<T> ? "int" : "uint";
        return sizeof(T) == 4 ? name : name + std::to_string(sizeof(T) * 8);
    } else if constexpr (std::is_floating_point_v<T>) {
        return sizeof(T) == 4 ? "float" : "double";
    } else if constexpr (std::is_same_v<T, std::string>) {
        return "string";
    } else if constexpr (std::is_class_v<T> || std::is_enum_v<T>) {
        std::string name(type_path<T>.substr(type_path<T>.rfind(':') + 1));
        detail::named_arguments<T>::append(name);
        return name;
    } else {
        return "value";
    }
}

namespace detail {

template <template <class...> class Template, class... A>
struct named_arguments<Template<A...>> {
    static void append(std::string& name) {
        // Allocators, comparisons and deleters say nothing about what is held.
        std::string_view between = "[";
        auto one = [&]<class B>(std::type_identity<B>) {
            if constexpr (!std::is_empty_v<B> || !type_path<B>.starts_with("std::")) {
                name.append(between).append(type_name<B>());
                between = ", ";
            }
        };
        (one(std::type_identity<A>{}), ...);
        if (between != "[") name += ']';
    }
};

}  // namespace detail

}  // namespace coracle::reflect
