// body_length: where the body of a request ends. The method has no say in it.
// RFC 9112 6.3.
#pragma once

#include <coracle/http/request_head.hpp>

#include <cstdint>

namespace coracle::http {

/// Nothing follows the head, or `bytes` bytes, or chunks.
struct body_length {
    enum class kind : std::uint8_t { none, fixed, chunked };
    kind how = kind::none;
    std::uint64_t bytes = 0;  ///< of a fixed one

    friend constexpr bool operator==(const body_length&, const body_length&) = default;
};

/// For a head that the parser let pass, which never has both lengths. A GET has a body as well as a POST.
constexpr body_length body_length_of(const request_head& head) noexcept {
    if (head.chunked) return {body_length::kind::chunked, 0};
    if (head.content_length.value_or(0) != 0) return {body_length::kind::fixed, *head.content_length};
    return {};
}

}  // namespace coracle::http
