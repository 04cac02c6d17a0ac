// require: a dependency of a route, a router or an app, whose value nobody wants. FastAPI's dependencies=[Depends(f)].
#pragma once

#include <coracle/app/dependency_graph.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/app/guarded_endpoint.hpp>
#include <coracle/app/kept_app_values.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/required_dependency.hpp>
#include <coracle/app/security_scopes.hpp>
#include <coracle/base/fixed_string.hpp>

#include <memory>
#include <type_traits>

namespace coracle {

namespace detail {

template <class P>
struct requirement {
    static constexpr bool good = good_needs(types<P>{});
    using asking = std::conditional_t<good, asking_parameter<P>, asking_nothing>;
    using memory = memory_of<asking>;
    static std::unique_ptr<dependency_block> make() { return std::make_unique<memory>(); }
    static constexpr required_dependency::facts facts{
        &make,
        &parameter_reader<P>::describe,
        memory::reads_body,
        good&& coracle::detail::sees_request<asking>(typename asking::parameters{}),
        app_values_in<needs_of<asking>>::all,
        &guarded_endpoint::make};
};

}  // namespace detail

/// `app.get("/admin", {.dependencies = {require<verify_token>}}, handler)`, and in the options of a router or an app.
/// They are called before the handler's own, the app's first; one that both name is called once all the same.
template <auto Function, scope Scope = scope::request>
inline constexpr required_dependency require{detail::requirement<depends<Function, Scope>>::facts};

/// The same with scopes, as security<function, "items:read">.
template <auto Function, fixed_string... Scopes>
inline constexpr required_dependency require_security{detail::requirement<security<Function, Scopes...>>::facts};

}  // namespace coracle
