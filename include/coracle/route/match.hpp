// match: what the router answers to a method and a path. Reused from request to request, so it allocates nothing twice.
#pragma once

#include <coracle/http/fields.hpp>
#include <coracle/route/pattern.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace coracle::route {

/// How a lookup ended.
enum class outcome : unsigned char {
    found,               ///< `route` and `captures` say what to call
    options,             ///< nobody takes OPTIONS here: answer 204 with `allow`
    not_found,           ///< 404
    method_not_allowed,  ///< 405 with `allow`
    bad_path,            ///< 400: no leading slash, a broken percent escape, or %00
};

/// The answer of router::lookup.
/// keeps: `captures` are views into the path that was looked up, or into `decoded` when that is not empty.
struct match {
    outcome result = outcome::not_found;
    std::uint32_t route = 0;  ///< the number that router::add gave
    std::uint32_t hash = 0;   ///< of the path, if the router has had to know it
    std::size_t capture_count = 0;
    std::array<std::string_view, pattern::max_parameters> captures{};  ///< per placeholder, decoded exactly once
    std::string allow{};                                               ///< value for the Allow field
    std::string decoded{};  ///< the path without its percent escapes, when it had any

    match() = default;
    match(const match&) = delete;
    match& operator=(const match&) = delete;

    std::string_view operator[](std::size_t n) const noexcept { return captures[n]; }
    /// The bytes of the path have moved from `from` to `to`.
    void rebase(const char* from, const char* to) noexcept {
        if (!decoded.empty()) return;
        for (std::size_t i = 0; i < capture_count; ++i) captures[i] = http::rebased(captures[i], from, to);
    }
};

}  // namespace coracle::route
