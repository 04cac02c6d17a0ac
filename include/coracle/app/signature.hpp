// signature: what a handler takes and gives, read from its type.
#pragma once

#include <coracle/async/generator.hpp>
#include <coracle/async/task.hpp>

#include <type_traits>

namespace coracle {

/// A list of types.
template <class... T>
struct types {};

namespace detail {

template <class F>
struct function_signature {};
template <class R, class... A>
struct function_signature<R(A...)> {
    using result = R;
    using parameters = types<A...>;
};
template <class R, class... A>
struct function_signature<R(A...) noexcept> : function_signature<R(A...)> {};
template <class R, class... A>
struct function_signature<R (*)(A...)> : function_signature<R(A...)> {};
template <class R, class... A>
struct function_signature<R (*)(A...) noexcept> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...)> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) const> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) noexcept> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) const noexcept> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...)&> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) const&> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) & noexcept> : function_signature<R(A...)> {};
template <class C, class R, class... A>
struct function_signature<R (C::*)(A...) const & noexcept> : function_signature<R(A...)> {};

template <class F>
struct signature_of : function_signature<F> {};
template <class F>
    requires requires { &F::operator(); }
struct signature_of<F> : function_signature<decltype(&F::operator())> {};

template <class R>
struct awaited_result {
    using type = R;
    static constexpr bool waits = false;
};
template <class R>
struct awaited_result<task<R>> {
    using type = R;
    static constexpr bool waits = true;
};

}  // namespace detail

/// A function, or an object with exactly one call operator that is no template: its parameters can be read.
template <class F>
concept has_signature = requires { typename detail::signature_of<std::decay_t<F>>::parameters; };

/// The types of a handler's parameters, as `types<...>`.
template <has_signature F>
using parameters_of = typename detail::signature_of<std::decay_t<F>>::parameters;

/// What calling it gives: R, or task<R> for a coroutine.
template <has_signature F>
using returned_by = typename detail::signature_of<std::decay_t<F>>::result;

/// What it gives in the end: R for a coroutine too.
template <has_signature F>
using result_of = typename detail::awaited_result<returned_by<F>>::type;

/// Whether a handler's result is the pieces of an answer, which it goes on to make while they are sent.
template <class R>
inline constexpr bool is_streamed = false;
template <class T>
inline constexpr bool is_streamed<generator<T>> = true;

/// Whether it is a coroutine that has to be awaited.
template <has_signature F>
inline constexpr bool is_coroutine = detail::awaited_result<returned_by<F>>::waits;

}  // namespace coracle
