// resource: a class whose members answer the methods of one path. Starlette's HTTPEndpoint, a class-based view.
#pragma once

#include <coracle/app/checked_pattern.hpp>
#include <coracle/app/router.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle {

namespace detail {

/// A member function with its object: a handler like any other.
template <class C, class Member>
class bound_member;
template <class C, class R, class... A>
class bound_member<C, R (C::*)(A...)> {
public:
    bound_member(std::shared_ptr<C> of, R (C::*member)(A...)) noexcept : of_(std::move(of)), member_(member) {}
    R operator()(A... arguments) const { return ((*of_).*member_)(std::forward<A>(arguments)...); }

private:
    std::shared_ptr<C> of_;
    R (C::*member_)(A...);
};
template <class C, class R, class... A>
class bound_member<C, R (C::*)(A...) const> {
public:
    bound_member(std::shared_ptr<C> of, R (C::*member)(A...) const) noexcept : of_(std::move(of)), member_(member) {}
    R operator()(A... arguments) const { return ((*of_).*member_)(std::forward<A>(arguments)...); }

private:
    std::shared_ptr<C> of_;
    R (C::*member_)(A...) const;
};

template <class C>
concept answers_get = requires { &C::get; };
template <class C>
concept answers_post = requires { &C::post; };
template <class C>
concept answers_put = requires { &C::put; };
template <class C>
concept answers_patch = requires { &C::patch; };
template <class C>
concept answers_del = requires { &C::del; };

}  // namespace detail

/// The route of a resource, checked by the compiler against each of its members.
template <class C>
class resource_pattern {
public:
    template <std::size_t N>
    consteval resource_pattern(const char (&literal)[N]) : text_(literal, N - 1) {
        static_assert(detail::answers_get<C> || detail::answers_post<C> || detail::answers_put<C> ||
                          detail::answers_patch<C> || detail::answers_del<C>,
                      "coracle: a resource has at least one member function called get, post, put, patch or del, and "
                      "no overloads of it");
        if constexpr (detail::answers_get<C>) check<decltype(&C::get), false>(literal);
        if constexpr (detail::answers_post<C>) check<decltype(&C::post), true>(literal);
        if constexpr (detail::answers_put<C>) check<decltype(&C::put), true>(literal);
        if constexpr (detail::answers_patch<C>) check<decltype(&C::patch), true>(literal);
        if constexpr (detail::answers_del<C>) check<decltype(&C::del), false>(literal);
    }
    std::string_view text() const noexcept { return text_; }

private:
    template <class Member, bool MayHaveBody, std::size_t N>
    static consteval void check(const char (&literal)[N]) {
        checked_pattern<detail::bound_member<C, Member>, MayHaveBody> checked(literal);
        static_cast<void>(checked);
    }
    std::string_view text_;
};

/// Adds a route for each of the members get, post, put, patch and del that the object has:
/// `resource(app, "/users/{id}", user_resource(db));`. They are handlers like any other, with the same rules; the
/// object is shared by all requests. error: as for a route.
template <class C>
void resource(router& to, resource_pattern<std::type_identity_t<C>> pattern, C object) {
    auto shared = std::make_shared<C>(std::move(object));
    auto made = runtime_pattern(std::string(pattern.text()));
    if constexpr (detail::answers_get<C>) to.get(made, detail::bound_member<C, decltype(&C::get)>(shared, &C::get));
    if constexpr (detail::answers_post<C>) to.post(made, detail::bound_member<C, decltype(&C::post)>(shared, &C::post));
    if constexpr (detail::answers_put<C>) to.put(made, detail::bound_member<C, decltype(&C::put)>(shared, &C::put));
    if constexpr (detail::answers_patch<C>)
        to.patch(made, detail::bound_member<C, decltype(&C::patch)>(shared, &C::patch));
    if constexpr (detail::answers_del<C>) to.del(made, detail::bound_member<C, decltype(&C::del)>(shared, &C::del));
}

}  // namespace coracle
