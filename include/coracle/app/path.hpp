// path: a placeholder of the route as a parameter, by its name. For dependencies, which do not know its place.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/wrapped.hpp>
#include <coracle/base/fixed_string.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/schema.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// What the placeholder {id} took: `task<item> existing(path<"id", int> id);`. Also one of a router's prefix.
/// error: std::logic_error at the first request when the route has no such placeholder.
template <fixed_string Name, class T = std::string>
class path : public wrapped<T> {
    static_assert(scalar<T>, "coracle: a placeholder is one value: a number, a bool, a std::string, an enum or a time");

public:
    static constexpr std::string_view name = Name.view();
    using wrapped<T>::wrapped;
};

template <fixed_string Name, class T>
struct parameter<path<Name, T>> {
    static constexpr parameter_source source = parameter_source::path;
    static constexpr bool said_aloud = true;
    static constexpr bool finds(std::string_view name) noexcept { return name == Name.view(); }
};
template <fixed_string Name, class T>
struct parameter_reader<path<Name, T>> {
    using stored = std::optional<T>;
    static void read(stored& to, binding& with, std::size_t) {
        std::size_t number = 0;
        for (std::size_t i = 0; i < with.route.segment_count; ++i) {
            if (!with.route.segments[i].is_placeholder) continue;
            if (with.route.segments[i].text == Name.view()) {
                to = detail::bind_text<T>(with, with.asked.matched[number], "path", Name.view());
                return;
            }
            ++number;
        }
        absent(with.route.text);
    }
    static void describe(operation& told) { told.parameter(parameter_place::path, Name.view(), &schema_of<T>, true); }
    static path<Name, T> take(stored& from) { return path<Name, T>(*std::move(from)); }

private:
    [[noreturn, gnu::cold]] static void absent(std::string_view route) {
        throw std::logic_error("coracle: the route '" + std::string(route) + "' has no placeholder {" +
                               std::string(Name.view()) + "}, which one of its parameters is");
    }
};

}  // namespace coracle
