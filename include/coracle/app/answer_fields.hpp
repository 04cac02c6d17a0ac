// answer_fields: the header fields of an answer, its cookies among them.
#pragma once

#include <coracle/app/set_cookie.hpp>
#include <coracle/http/field_list.hpp>

#include <chrono>
#include <string_view>

namespace coracle {

/// What a response made by hand and the answer that is made of somebody's result have in common.
class answer_fields {
public:
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

}  // namespace coracle
