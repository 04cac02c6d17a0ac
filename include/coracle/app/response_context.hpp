// response_context: what a handler or a dependency wants changed in an answer that is made from somebody's result.
// FastAPI's parameter of type Response.
#pragma once

#include <coracle/app/parameter.hpp>
#include <coracle/app/set_cookie.hpp>
#include <coracle/http/field_list.hpp>

#include <chrono>
#include <string_view>

namespace coracle {

/// A handler parameter: `[](int id, response_context& answer) { answer.status = 201; answer.headers.set(...); ... }`.
/// One per request, shared by the handler and its dependencies. Answers that are a `response`, or an error, are sent as
/// they are.
class response_context {
public:
    int status = 0;  ///< 0: the route's own
    http::field_list headers{};

    /// Adds a Set-Cookie field. error: std::invalid_argument for what a cookie cannot hold.
    void set_cookie(std::string_view name, std::string_view value, const cookie_options& options = {}) {
        headers.add("set-cookie", set_cookie_value(name, value, options));
    }
    /// Makes the browser forget it; in: the path and domain it was set with.
    void delete_cookie(std::string_view name, cookie_options options = {}) {
        options.max_age = std::chrono::seconds(0);
        options.expires = std::chrono::sys_seconds();
        set_cookie(name, {}, options);
    }
};

template <>
struct parameter<response_context&> {
    static constexpr parameter_source source = parameter_source::context;
    static constexpr bool said_aloud = false;
    static response_context& of(request& asked);
};

}  // namespace coracle
