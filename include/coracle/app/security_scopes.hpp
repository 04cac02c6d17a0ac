// security_scopes: what a route demands of who asks, told to the dependency that knows who it is. FastAPI's Security
// and SecurityScopes.
#pragma once

#include <coracle/app/depends.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/base/fixed_string.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace coracle {

/// A parameter of a dependency, as const security_scopes&: the scopes of every security<> on the way to it, the
/// handler's first.
class security_scopes {
public:
    constexpr security_scopes() noexcept = default;
    constexpr explicit security_scopes(std::span<const std::string_view> all) noexcept : scopes(all) {}

    std::span<const std::string_view> scopes{};

    bool contains(std::string_view name) const noexcept {
        for (std::string_view each : scopes)
            if (each == name) return true;
        return false;
    }
    /// With a blank between, as in the field WWW-Authenticate: Bearer scope="items:read me".
    std::string scope_str() const {
        std::string all;
        for (std::string_view each : scopes) all.append(all.empty() ? "" : " ").append(each);
        return all;
    }
};

/// As depends<function>, and says which scopes are demanded: security<current_user, "items:read">.
template <auto Function, fixed_string... Scopes>
class security : public detail::handle_of<Function> {
    using handle = detail::handle_of<Function>;

public:
    using handle::handle;
};

namespace detail {
template <auto F, fixed_string... Scopes>
inline constexpr bool is_dependency<security<F, Scopes...>> = true;
}  // namespace detail

template <auto F, fixed_string... Scopes>
struct parameter<security<F, Scopes...>> : detail::dependency_source<F> {};
template <auto F, fixed_string... Scopes>
struct parameter_reader<security<F, Scopes...>> : detail::dependency_reader<security<F, Scopes...>, F> {
    static void describe(operation& told) {
        static constexpr std::string_view names[] = {Scopes.view()..., std::string_view()};
        told.begin_scopes({names, sizeof...(Scopes)});
        detail::dependency_reader<security<F, Scopes...>, F>::describe(told);
        told.end_scopes(sizeof...(Scopes));
    }
};

template <>
struct parameter<const security_scopes&> {
    static constexpr parameter_source source = parameter_source::dependency;
    static constexpr bool said_aloud = false;
};
template <>
struct parameter_reader<const security_scopes&> {
    using stored = const security_scopes*;
    static void read(stored&, binding&, std::size_t) noexcept {}
    static const security_scopes& take(stored from) noexcept { return *from; }
};

}  // namespace coracle
