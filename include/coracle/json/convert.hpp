// convert: C++ values as json values. Structs by reflection, enums by name, time as ISO 8601, nothing as null.
#pragma once

#include <coracle/json/enum_names.hpp>
#include <coracle/json/instant.hpp>
#include <coracle/json/member_name.hpp>
#include <coracle/json/reflect.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/value.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace coracle {

namespace detail {

// What the constructor of json from any T looks for. A type of your own with a function `json to_json(const T&)` beside
// it is made by that.
template <describes_itself T>
json make_json(conversion_tag, const T& value) {
    return to_json(value);
}
template <spelled T>
    requires(!describes_itself<T> && !json_text<T>)
json make_json(conversion_tag, const T& value) {
    return json(value.to_text());
}
template <patch_type T>
json make_json(conversion_tag, const T& value) {
    return value.has_value() ? json(*value) : json();
}
template <checked_type T>
    requires(!describes_itself<T>)
json make_json(conversion_tag, const T& value) {
    return json(*value);
}
template <json_nullable T>
json make_json(conversion_tag, const T& value) {
    return value ? json(*value) : json();
}
template <class T>
    requires(std::is_enum_v<T> && !describes_itself<T>)
json make_json(conversion_tag, const T& value) {
    std::string_view name = reflect::enum_name(value);
    // A number that no enumerator has is told as what it is.
    if (name.empty()) return json(static_cast<std::underlying_type_t<T>>(value));
    return json(name);
}
template <json_list T>
    requires(!describes_itself<T>)
json make_json(conversion_tag, const T& list) {
    json made = json::array();
    for (const auto& element : list) made.push_back(json(static_cast<const typename T::value_type&>(element)));
    return made;
}
template <json_map T>
    requires(!describes_itself<T>)
json make_json(conversion_tag, const T& map) {
    json made = json::object();
    for (const auto& [name, value] : map)
        made.as_object().emplace_back(std::string(std::string_view(name)), json(value));
    return made;
}
template <json_tuple T>
json make_json(conversion_tag, const T& tuple) {
    json made = json::array();
    std::apply([&](const auto&... each) { (made.push_back(json(each)), ...); }, tuple);
    return made;
}
template <class... T>
json make_json(conversion_tag, const std::variant<T...>& value) {
    return std::visit([](const auto& held) { return json(held); }, value);
}
inline json make_json(conversion_tag, const std::monostate&) { return json(); }
template <time_type T>
json make_json(conversion_tag, const T& value) {
    char text[max_time_length];
    return json(std::string(text, write_time(text, value)));
}
template <json_struct T>
    requires(!describes_itself<T>)
json make_json(conversion_tag, const T& object) {
    json made = json::object();
    made.as_object().reserve(reflect::field_count<T>);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        [[maybe_unused]] auto members = reflect::tie(object);
        [[maybe_unused]] auto add = [&](std::string_view name, const auto& member) {
            if constexpr (patch_type<std::remove_cvref_t<decltype(member)>>)
                if (!member.present()) return;
            made.as_object().emplace_back(std::string(name), json(member));
        };
        (add(member_name<T, I>, std::get<I>(members)), ...);
    }(std::make_index_sequence<reflect::field_count<T>>{});
    return made;
}

}  // namespace detail

}  // namespace coracle
