// Reflection of plain structs without macros: how many members, what they are called, and each of them in turn.
//
// Facts: a struct is counted by bracing it with objects that convert to anything (they carry the name coracle_probe,
// so that a type with a greedy converting constructor can exclude them); names are read from the signature of a
// function instantiated with a member's address. That signature is returned as const char*, because g++ appends a
// note about the return type when it is a class. Costs about 30 ms of compile time per struct of eight members.
#pragma once

#include <coracle/json/tie.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace coracle::reflect {

namespace detail {

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
/// Converts to everything except T itself, so that T{probe} is never a copy. Never run, but defined: converting
/// constructors of std::optional name the operator, and clang wants to see it for types without linkage.
template <class T>
struct probe {
    using coracle_probe = void;
    template <class U>
        requires(!std::is_same_v<std::remove_cv_t<U>, T>)
    operator U() const noexcept {
        __builtin_unreachable();
    }
};
template <class T>
struct base_probe {
    using coracle_probe = void;
    template <class U>
        requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T>)
    operator U() const noexcept {
        __builtin_unreachable();
    }
};
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
template <class T, std::size_t>
using probe_at = probe<T>;

template <class T, std::size_t... I>
consteval bool can_brace(std::index_sequence<I...>) {
    return requires { T{probe_at<T, I>{}...}; };
}
template <class T, std::size_t... Before, std::size_t... After>
consteval bool can_brace_gap(std::index_sequence<Before...>, std::index_sequence<After...>) {
    return requires { T{probe_at<T, Before>{}..., {}, probe_at<T, After>{}...}; };
}

inline constexpr std::size_t uncountable = static_cast<std::size_t>(-1);

// Upwards: members that cannot be default-constructed make the first counts fail, so look for success, then failure.
template <class T, std::size_t Count, bool Seen>
consteval std::size_t count() {
    if constexpr (Count > max_fields + 1) {
        return Seen ? Count - 1 : uncountable;
    } else if constexpr (can_brace<T>(std::make_index_sequence<Count>{})) {
        return count<T, Count + 1, true>();
    } else if constexpr (Seen) {
        return Count - 1;
    } else {
        return count<T, Count + 1, false>();
    }
}

// A C array swallows several initialisers (brace elision): `{}` in its place fits only with that many fewer.
template <class T, std::size_t Count, std::size_t At, std::size_t Length = 1>
consteval std::size_t slots() {
    if constexpr (At + Length > Count) {
        return 1;
    } else if constexpr (can_brace_gap<T>(std::make_index_sequence<At>{},
                                          std::make_index_sequence<Count - At - Length>{})) {
        return Length;
    } else {
        return slots<T, Count, At, Length + 1>();
    }
}
template <class T, std::size_t Count, std::size_t At = 0>
consteval bool has_array() {
    if constexpr (At >= Count) {
        return false;
    } else if constexpr (slots<T, Count, At>() != 1) {
        return true;
    } else {
        return has_array<T, Count, At + 1>();
    }
}

}  // namespace detail

/// A plain struct: public members, no constructors, no virtual functions.
template <class T>
concept aggregate = std::is_class_v<T> && std::is_aggregate_v<T>;

/// Whether T inherits from something it could be initialised with.
template <class T>
inline constexpr bool has_base = requires { T{detail::base_probe<T>{}}; };

namespace detail {

template <class T>
consteval std::size_t checked_count() {
    static_assert(aggregate<T>,
                  "coracle: this type is not an aggregate (a plain struct with public members and no constructors)");
    if constexpr (aggregate<T>) {
        static_assert(!has_base<T>, "coracle: a reflected struct must not inherit; compose it as a member instead");
        constexpr std::size_t found = count<T, 0, false>();
        static_assert(found != uncountable,
                      "coracle: the members of this struct cannot be counted (a reference member, or a member type "
                      "that no value converts to)");
        static_assert(found == uncountable || found <= max_fields,
                      "coracle: a reflected struct can have at most 40 members; group some into a nested struct");
        if constexpr (found <= max_fields && !has_base<T>) {
            constexpr bool arrays = has_array<T, found>();
            static_assert(!arrays, "coracle: C arrays cannot be reflected; use std::array, std::vector or std::string");
            if constexpr (!arrays) return found;
        }
    }
    return 0;
}

}  // namespace detail

/// Number of members of T.
template <class T>
inline constexpr std::size_t field_count = detail::checked_count<std::remove_cv_t<T>>();

/// References to the members of `object`, in order of declaration.
template <class T>
constexpr auto tie(T& object) noexcept {
    return detail::tie_members<field_count<T>>(object);
}

/// Type of member I, without const of the object.
template <class T, std::size_t I>
using field_type = std::remove_reference_t<std::tuple_element_t<I, decltype(reflect::tie(std::declval<T&>()))>>;

namespace detail {

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif
template <class T>
struct phantom_holder {
    T value;
};
/// Never defined: only addresses inside it are named, so T needs no default constructor.
template <class T>
extern const phantom_holder<T> phantom;

/// One spelling of "pointer to member" in the signatures of both compilers.
template <class Pointer>
struct pointer_holder {
    Pointer pointer;
};
template <class Pointer>
pointer_holder(Pointer) -> pointer_holder<Pointer>;

template <class T, auto Pointer>
consteval const char* signature() {
    return __PRETTY_FUNCTION__;
}

// Bytes of UTF-8 names are all 0x80 or more.
constexpr bool is_identifier(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}
constexpr std::string_view last_identifier(std::string_view text) noexcept {
    std::size_t end = text.size();
    while (end && !is_identifier(text[end - 1])) --end;
    std::size_t begin = end;
    while (begin && is_identifier(text[begin - 1])) --begin;
    return text.substr(begin, end - begin);
}

template <auto>
struct addressable {};

template <class T, std::size_t I>
consteval auto copy_name() {
    constexpr bool has_address =
        requires { typename addressable<pointer_holder{&std::get<I>(reflect::tie(phantom<T>.value))}>; };
    static_assert(has_address, "coracle: reference members and bit-fields cannot be reflected");
    if constexpr (has_address) {
        constexpr std::string_view name =
            last_identifier(signature<T, pointer_holder{&std::get<I>(reflect::tie(phantom<T>.value))}>());
        std::array<char, name.size()> copy{};
        for (std::size_t i = 0; i < name.size(); ++i) copy[i] = name[i];
        return copy;
    } else {
        return std::array<char, 1>{};
    }
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

/// Only the name itself reaches the object file, not the long signature.
template <class T, std::size_t I>
inline constexpr auto stored_name = copy_name<T, I>();

}  // namespace detail

/// Name of member I of T.
template <class T, std::size_t I>
inline constexpr std::string_view field_name{detail::stored_name<std::remove_cv_t<T>, I>.data(),
                                             detail::stored_name<std::remove_cv_t<T>, I>.size()};

/// Names of all members of T, in order of declaration.
template <class T>
inline constexpr auto field_names = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::string_view, sizeof...(I)>{field_name<T, I>...};
}(std::make_index_sequence<field_count<T>>{});

/// Calls visit(name, member) for each member, in order of declaration.
template <class T, class F>
constexpr void for_each_field(T& object, F&& visit) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        [[maybe_unused]] auto members = reflect::tie(object);
        (visit(field_name<T, I>, std::get<I>(members)), ...);
    }(std::make_index_sequence<field_count<T>>{});
}

}  // namespace coracle::reflect
