// schema: the JSON Schema of a C++ type, made from the type itself.
// JSON Schema draft 2020-12 as OpenAPI 3.1 uses it, in the words and the order that pydantic writes. One schema per
// type: what may be left out of a request is not "required", though answers always have it.
#pragma once

#include <coracle/json/convert.hpp>
#include <coracle/json/enum_names.hpp>
#include <coracle/json/field_default.hpp>
#include <coracle/json/literal.hpp>
#include <coracle/json/member_name.hpp>
#include <coracle/json/patch.hpp>
#include <coracle/json/reflect.hpp>
#include <coracle/json/schema_components.hpp>
#include <coracle/json/schema_notes.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/tagged.hpp>
#include <coracle/json/type_name.hpp>
#include <coracle/json/value.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle {

template <class T>
json schema_of(schema_components& named);

namespace detail {

/// What is known of a member before the program runs.
struct schema_field {
    std::string_view name;
    schema_function schema;
    json (*value)(const void* member);  ///< null when it has no form in JSON
};

template <class M>
constexpr json (*value_function() noexcept)(const void*) {
    if constexpr (std::is_constructible_v<json, const M&>)
        return [](const void* member) { return json(*static_cast<const M*>(member)); };
    else
        return nullptr;
}

template <class T, std::size_t... I>
constexpr std::array<schema_field, sizeof...(I)> schema_fields(std::index_sequence<I...>) noexcept {
    return {schema_field{member_name<T, I>, &schema_of<std::remove_cv_t<reflect::field_type<T, I>>>,
                         value_function<std::remove_cv_t<reflect::field_type<T, I>>>()}...};
}

template <class T>
[[gnu::cold]] schema_notes<T> notes_of(const T* object, std::span<const void* const> members) {
    schema_notes<T> notes(object, members);
    if constexpr (has_schema_notes<T>) describe(notes);
    return notes;
}

template <class T, std::size_t I>
bool has_default() {
    if constexpr (std::default_initializable<T>)
        return may_be_left_out<T, I>();
    else
        return json_nullable<std::remove_cv_t<reflect::field_type<T, I>>>;
}

template <class T, std::size_t... I>
[[gnu::cold]] json struct_schema(schema_components& named, const T& object, bool made, std::index_sequence<I...>) {
    static constexpr auto fields = schema_fields<T>(std::index_sequence<I...>{});
    [[maybe_unused]] auto members = reflect::tie(object);
    const std::array<const void*, sizeof...(I)> at{static_cast<const void*>(&std::get<I>(members))...};
    const std::array<bool, sizeof...(I)> optional{has_default<T, I>()...};
    schema_properties written(reflect::type_name<T>());
    for (std::size_t i = 0; i < sizeof...(I); ++i) {
        json schema = fields[i].schema(named);
        json initial = made && optional[i] && fields[i].value ? fields[i].value(at[i]) : json();
        written.add(fields[i].name, std::move(schema), std::move(initial), !optional[i]);
    }
    json schema = std::move(written).take();
    if constexpr (has_schema_notes<T>) {
        auto notes = notes_of<T>(&object, at);
        if (!notes.whole().is_null()) schema = notes.whole();
        for (std::size_t i = 0; i < sizeof...(I); ++i)
            if (json* property = property_of(schema, fields[i].name)) overwrite(*property, notes.field(i).words());
        overwrite(schema, notes.words());
    }
    return schema;
}

}  // namespace detail

/// The schema of a struct or enum itself, which else stands among the components.
template <class T>
[[gnu::cold]] json definition_of(schema_components& named) {
    using namespace detail;
    if constexpr (std::is_enum_v<T>) {
        json names = json::array();
        for (const auto& entry : reflect::enum_entries<T>) names.push_back(json(entry.name));
        json schema = enum_schema(reflect::type_name<T>(), std::move(names));
        if constexpr (has_schema_notes<T>) {
            auto notes = notes_of<T>(nullptr, {});
            overwrite(schema, notes.words());
        }
        return schema;
    } else if constexpr (std::default_initializable<T>) {
        const T object{};
        return struct_schema<T>(named, object, true, std::make_index_sequence<reflect::field_count<T>>{});
    } else {
        // Never made: only the addresses of its members are asked for.
        alignas(T) static const unsigned char room[sizeof(T)] = {};
        return struct_schema<T>(named, *reinterpret_cast<const T*>(room), false,
                                std::make_index_sequence<reflect::field_count<T>>{});
    }
}

namespace detail {

template <class T>
[[gnu::cold]] json described_schema() {
    if constexpr (has_schema_notes<T>) {
        auto notes = notes_of<T>(nullptr, {});
        json schema = notes.whole().is_null() ? json::object() : notes.whole();
        overwrite(schema, notes.words());
        return schema;
    }
    return json::object();
}

/// A type that looks at what it holds: checked<int, minimum<1>>.
template <class T>
concept has_constraints = requires {
    typename T::checked_value;
    T::for_each_constraint([](std::string_view, const json&) {});
};
template <has_constraints T>
[[gnu::cold]] json constrained_schema(schema_components& named) {
    json schema = schema_of<typename T::checked_value>(named);
    T::for_each_constraint([&schema](std::string_view word, json value) {
        constrain(schema, word, std::move(value), json_map<typename T::checked_value>);
    });
    return schema;
}

[[gnu::cold]] inline json literal_schema(std::span<const std::string_view> texts) {
    json schema = json::object();
    if (texts.size() == 1)
        schema["const"] = texts[0];
    else
        schema["enum"] = json::array(texts);
    schema["type"] = "string";
    return schema;
}

template <class T>
inline constexpr char schema_key = 0;

template <class T, std::size_t... I>
json any_schema(schema_components& named, std::index_sequence<I...>) {
    constexpr schema_function each[] = {&schema_of<std::variant_alternative_t<I, T>>...};
    return any_of(named, each);
}
/// OpenAPI's discriminator: which alternative a tag means.
template <class T, std::size_t... I>
[[gnu::cold]] json tagged_schema(schema_components& named, std::index_sequence<I...>) {
    constexpr std::string_view name = variant_tag<T>::name;
    json choices = json::array();
    json mapping = json::object();
    auto add = [&]<class One>(std::type_identity<One>) {
        choices.push_back(schema_of<One>(named));
        for (std::string_view text : tags<One, literal_called<One>(name)>)
            put(mapping, text, choices[choices.size() - 1]["$ref"]);
    };
    (add(std::type_identity<std::variant_alternative_t<I, T>>{}), ...);
    json made{{"oneOf", std::move(choices)}};
    put(made, "discriminator", json{{"propertyName", name}, {"mapping", std::move(mapping)}});
    return made;
}
template <class T, std::size_t... I>
json tuple_schema(schema_components& named, std::index_sequence<I...>) {
    constexpr std::array<schema_function, sizeof...(I)> each{
        &schema_of<std::remove_cv_t<std::tuple_element_t<I, T>>>...};
    return tuple_of(named, each);
}

}  // namespace detail

/// The schema of T; structs and enums become components of `named`, and a `$ref` stands in their place.
template <class T>
[[gnu::cold]] json schema_of(schema_components& named) {
    using namespace detail;
    if constexpr (!std::same_as<T, std::remove_cvref_t<T>>) {
        return schema_of<std::remove_cvref_t<T>>(named);
    } else if constexpr (requires { schema_form<T>::make(named); }) {
        return schema_form<T>::make(named);
    } else if constexpr (has_constraints<T>) {
        return constrained_schema<T>(named);
    } else if constexpr (requires { T::values; } && spelled<T>) {
        return literal_schema(T::values);
    } else if constexpr (spelled<T>) {
        return T::schema();
    } else if constexpr (patch_type<T>) {
        return nullable(schema_of<typename T::patched_value>(named));
    } else if constexpr (std::derived_from<T, json>) {
        return json::object();
    } else if constexpr (std::same_as<T, bool>) {
        return typed("boolean");
    } else if constexpr (std::same_as<T, char>) {
        return letter_schema();
    } else if constexpr (std::is_integral_v<T>) {
        return integer_schema(sizeof(T) * 8, std::is_signed_v<T>);
    } else if constexpr (std::is_floating_point_v<T>) {
        return number_schema(sizeof(T) == sizeof(float));
    } else if constexpr (std::same_as<T, std::monostate> || std::same_as<T, std::nullptr_t>) {
        return typed("null");
    } else if constexpr (json_text<T>) {
        return typed("string");
    } else if constexpr (describes_itself<T>) {
        return described_schema<T>();
    } else if constexpr (std::is_enum_v<T>) {
        return named.refer(&schema_key<T>, reflect::type_path<T>, &reflect::type_name<T>, &definition_of<T>);
    } else if constexpr (time_type<T>) {
        return typed("string", is_duration<T> ? "duration" : date_type<T> ? "date" : "date-time");
    } else if constexpr (json_nullable<T>) {
        return nullable(schema_of<std::remove_cvref_t<decltype(*std::declval<T&>())>>(named));
    } else if constexpr (tagged_variant<T>) {
        return tagged_schema<T>(named, std::make_index_sequence<std::variant_size_v<T>>{});
    } else if constexpr (is_a<T, std::variant>) {
        return any_schema<T>(named, std::make_index_sequence<std::variant_size_v<T>>{});
    } else if constexpr (is_std_array<T>) {
        return fixed_list(schema_of<typename T::value_type>(named), std::tuple_size_v<T>);
    } else if constexpr (json_tuple<T>) {
        return tuple_schema<T>(named, std::make_index_sequence<std::tuple_size_v<T>>{});
    } else if constexpr (json_map<T>) {
        return map_of(schema_of<typename T::mapped_type>(named));
    } else if constexpr (json_list<T>) {
        constexpr bool is_set = requires { typename T::key_type; };
        return list_of(schema_of<typename T::value_type>(named), is_set);
    } else if constexpr (json_struct<T>) {
        return named.refer(&schema_key<T>, reflect::type_path<T>, &reflect::type_name<T>, &definition_of<T>);
    } else {
        return json::object();
    }
}

}  // namespace coracle
