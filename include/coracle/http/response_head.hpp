// response_head: what the head of an answer says, as plain data.
// RFC 9110 15, RFC 9112 4 and 9.3.
#pragma once

#include <coracle/http/field_list.hpp>

#include <cstdint>
#include <string_view>

namespace coracle::http {

/// What an answer says about the connection: nothing (HTTP/1.1 stays), that it stays (to HTTP/1.0), that it ends.
enum class persistence : std::uint8_t { implied, keep_alive, close };

/// What the request and the state of the connection demand of an answer. The exchange says it, the writer obeys.
struct response_terms {
    persistence connection = persistence::implied;
    bool head_only = false;  ///< the answer to HEAD: same head, no body
    bool chunks = true;      ///< the client understands chunks (HTTP/1.1)
};

/// What a handler decides. Keeps: references. A content-type or server field in `fields` takes the place of coracle's.
struct response_head {
    int status = 200;
    std::string_view content_type{};
    const field_list* fields = nullptr;
};

}  // namespace coracle::http
