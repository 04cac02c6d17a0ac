// depends: a handler parameter that a function fills, whose own parameters are filled the same way. FastAPI's Depends.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/checked_pattern.hpp>
#include <coracle/app/dependency.hpp>
#include <coracle/app/description.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/signature.hpp>
#include <coracle/async/generator.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle {

namespace detail {

template <auto F>
struct pool_call {
    static constexpr auto call = F;
};

template <auto F>
struct signature_of<pool_call<F>> : signature_of<std::remove_cv_t<decltype(F)>> {};

template <class F>
inline constexpr bool is_pool_call = false;
template <auto F>
inline constexpr bool is_pool_call<pool_call<F>> = true;

template <class R>
struct yielded_result : awaited_result<R> {
    static constexpr bool yields = false;
};
template <class R>
struct yielded_result<generator<R>> {
    using type = R;
    static constexpr bool waits = true;
    static constexpr bool yields = true;
};

/// What a dependency's function gives in the end.
template <class F>
using dependency_result = typename yielded_result<returned_by<F>>::type;

/// What is common to all that hand a dependency's value over.
template <class R>
class dependency_handle {
public:
    using value_type = std::remove_reference_t<R>;

    /// Outside of an app, as in tests: `handler(user)` for a handler that takes depends<current_user>.
    dependency_handle(value_type& value) noexcept : value_(std::addressof(value)) {}

    value_type& operator*() const noexcept { return *value_; }
    value_type* operator->() const noexcept { return value_; }
    operator value_type&() const noexcept { return *value_; }

private:
    value_type* value_;
};
template <class R>
    requires std::is_void_v<R>
class dependency_handle<R> {
public:
    using value_type = void;
};

template <auto F>
using result_of_dependency = dependency_result<std::remove_cv_t<decltype(F)>>;
template <auto F>
using handle_of = dependency_handle<result_of_dependency<F>>;

}  // namespace detail

/// What `function` gives, as a parameter of a handler or of another dependency:
/// `task<user> current_user(header<"authorization"> token); app.get("/me", [](depends<current_user> me) -> task<user> {
/// co_return *me; });`. Its own parameters are filled from the request as a handler's are (a path parameter by name:
/// path<"id", int>), and may be dependencies themselves. It is called once in a request, however many ask for it, after
/// what it depends on, and one after the other. What it throws is the answer.
/// in: a function, a captureless lambda or another constant that can be called; it may be a coroutine. A generator
/// yields its value once, and goes on to clean up at the end of its scope: in reverse, for scope::request when the
/// answer has been sent, for scope::function before. When the handler throws, its co_yield does.
/// A plain function is called where the loop stands; one that blocks is depends<blocking<function>>.
/// keeps: nothing; the value belongs to the request. cost: no allocation.
template <auto Function, scope Scope = scope::request>
class depends : public detail::handle_of<Function> {
    using handle = detail::handle_of<Function>;

public:
    using handle::handle;
};

/// The same, and called for this parameter alone. FastAPI's use_cache=False.
template <auto Function, scope Scope = scope::request>
class fresh : public detail::handle_of<Function> {
    using handle = detail::handle_of<Function>;

public:
    using handle::handle;
};

/// A plain function that blocks, to be called on the thread pool: depends<blocking<load_settings>>.
template <auto Function>
inline constexpr detail::pool_call<Function> blocking{};

namespace detail {

template <class P>
inline constexpr bool is_dependency = false;
template <auto F, scope S>
inline constexpr bool is_dependency<depends<F, S>> = true;
template <auto F, scope S>
inline constexpr bool is_dependency<fresh<F, S>> = true;

/// Whether a function looks this name of the route up: by path<>, or by hand.
template <class... P>
constexpr bool some_find([[maybe_unused]] std::string_view name, types<P...>) {
    return ((parameter<P>::source == parameter_source::context || finds_name<P>(name)) || ...);
}
template <class... P>
[[gnu::cold]] void describe_each(operation& told, types<P...>) {
    (describe_parameter<P>(told, 0), ...);
}

// clang-format off
/// Whether the parameters of a function can be filled wherever it is asked for: the route has no say in it.
template <class... P>
consteval bool fillable(types<P...>) {
    if constexpr (!good_parameters<true>(types<P...>{})) {
        return false;
    } else {
        constexpr bool named = count_from<parameter_source::pattern, P...> == 0;
        static_assert(named,
                      "coracle: a dependency does not know the order of its routes' names; take path<\"id\", int>, "
                      "query<T>, header<\"x\"> or cookie<\"x\">, which say where a value comes from");
        return named;
    }
}
// clang-format on

template <auto F>
struct dependency_source {
    static constexpr parameter_source source = parameter_source::dependency;
    static constexpr bool said_aloud = false;
    static constexpr bool good = fillable(parameters_of<std::remove_cv_t<decltype(F)>>{});
    static constexpr bool finds(std::string_view name) {
        return some_find(name, parameters_of<std::remove_cv_t<decltype(F)>>{});
    }
};
/// `stored` is set by whoever knows all dependencies of the request.
template <class P, auto F>
struct dependency_reader {
    using stored = dependency*;
    using R = result_of_dependency<F>;
    static void read(stored&, binding&, std::size_t) noexcept {}
    static void describe(operation& told) { describe_each(told, parameters_of<std::remove_cv_t<decltype(F)>>{}); }
    static P take(stored from) noexcept {
        if constexpr (std::is_void_v<R>)
            return P();
        else
            return P(*static_cast<std::remove_reference_t<R>*>(from->value()));
    }
};

}  // namespace detail

template <auto F, scope S>
struct parameter<depends<F, S>> : detail::dependency_source<F> {};
template <auto F, scope S>
struct parameter<fresh<F, S>> : detail::dependency_source<F> {};
template <auto F, scope S>
struct parameter_reader<depends<F, S>> : detail::dependency_reader<depends<F, S>, F> {};
template <auto F, scope S>
struct parameter_reader<fresh<F, S>> : detail::dependency_reader<fresh<F, S>, F> {};

}  // namespace coracle
