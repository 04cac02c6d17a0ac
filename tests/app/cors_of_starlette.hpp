// cors_of_starlette: what CORSMiddleware of Starlette 1.10 answers: eight configurations, 21 requests each.
// > configuration|method|Origin|Access-Control-Request-Method|-Headers|-Private-Network|Vary of the handler (- is none)
// < status and body; then the fields, with access-control- as ac-, and for long values (4), (all) and (safe).
#pragma once

#include <string_view>

namespace coracle {

inline constexpr std::string_view cors_of_starlette = R"cors(
> 0|GET|-|-|-|-|-
< 200 hi
  vary: Origin
> 0|GET|https://a.example|-|-|-|-
< 200 hi
  vary: Origin
> 0|GET|https://x.b.example|-|-|-|-
< 200 hi
  vary: Origin
> 0|GET|https://A.example|-|-|-|-
< 200 hi
  vary: Origin
> 0|GET|null|-|-|-|-
< 200 hi
  vary: Origin
> 0|GET||-|-|-|-
< 200 hi
  vary: Origin
> 0|GET|https://a.example|-|-|-|Accept, Cookie
< 200 hi
  vary: Accept, Cookie, Origin
> 0|OPTIONS|https://a.example|-|-|-|-
< 200 hi
  vary: Origin
> 0|OPTIONS|-|GET|-|-|-
< 200 hi
  vary: Origin
> 0|OPTIONS|https://a.example|GET|-|-|-
< 400 Disallowed CORS origin
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 0|OPTIONS|https://x.b.example|PUT|-|-|-
< 400 Disallowed CORS origin, method
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 0|OPTIONS|https://evil.example|DELETE|X-Evil|-|-
< 400 Disallowed CORS origin, method, headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 0|OPTIONS|https://a.example|POST|x-key, AUTHORIZATION|-|-
< 400 Disallowed CORS origin, method, headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 0|OPTIONS|https://a.example|GET|content-type,accept|-|-
< 400 Disallowed CORS origin
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 0|OPTIONS|https://a.example|GET||-|-
< 400 Disallowed CORS origin, headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 0|OPTIONS|https://a.example|GET|accept,|-|-
< 400 Disallowed CORS origin, headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 0|OPTIONS|https://a.example|get|-|-|-
< 400 Disallowed CORS origin, method
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 0|OPTIONS|https://a.example|GET|-|true|-
< 400 Disallowed CORS origin, private-network
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 0|OPTIONS|https://evil.example|TRACE|x|no|-
< 400 Disallowed CORS origin, method, headers, private-network
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 0|OPTIONS|null|GET|-|-|-
< 400 Disallowed CORS origin
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 0|OPTIONS|https://a.example.test|GET|-|-|-
< 400 Disallowed CORS origin
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 1|GET|-|-|-|-|-
< 200 hi
  vary: Origin
> 1|GET|https://a.example|-|-|-|-
< 200 hi
  ac-allow-origin: https://a.example
  vary: Origin
> 1|GET|https://x.b.example|-|-|-|-
< 200 hi
  vary: Origin
> 1|GET|https://A.example|-|-|-|-
< 200 hi
  vary: Origin
> 1|GET|null|-|-|-|-
< 200 hi
  vary: Origin
> 1|GET||-|-|-|-
< 200 hi
  vary: Origin
> 1|GET|https://a.example|-|-|-|Accept, Cookie
< 200 hi
  ac-allow-origin: https://a.example
  vary: Accept, Cookie, Origin
> 1|OPTIONS|https://a.example|-|-|-|-
< 200 hi
  ac-allow-origin: https://a.example
  vary: Origin
> 1|OPTIONS|-|GET|-|-|-
< 200 hi
  vary: Origin
> 1|OPTIONS|https://a.example|GET|-|-|-
< 200 OK
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 1|OPTIONS|https://x.b.example|PUT|-|-|-
< 400 Disallowed CORS origin, method
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 1|OPTIONS|https://evil.example|DELETE|X-Evil|-|-
< 400 Disallowed CORS origin, method, headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 1|OPTIONS|https://a.example|POST|x-key, AUTHORIZATION|-|-
< 400 Disallowed CORS method, headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 1|OPTIONS|https://a.example|GET|content-type,accept|-|-
< 200 OK
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 1|OPTIONS|https://a.example|GET||-|-
< 400 Disallowed CORS headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 1|OPTIONS|https://a.example|GET|accept,|-|-
< 400 Disallowed CORS headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 1|OPTIONS|https://a.example|get|-|-|-
< 400 Disallowed CORS method
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 1|OPTIONS|https://a.example|GET|-|true|-
< 400 Disallowed CORS private-network
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 1|OPTIONS|https://evil.example|TRACE|x|no|-
< 400 Disallowed CORS origin, method, headers, private-network
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 1|OPTIONS|null|GET|-|-|-
< 400 Disallowed CORS origin
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 1|OPTIONS|https://a.example.test|GET|-|-|-
< 400 Disallowed CORS origin
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 2|GET|-|-|-|-|-
< 200 hi
  vary: Origin
> 2|GET|https://a.example|-|-|-|-
< 200 hi
  ac-allow-origin: *
  vary: Origin
> 2|GET|https://x.b.example|-|-|-|-
< 200 hi
  ac-allow-origin: *
  vary: Origin
> 2|GET|https://A.example|-|-|-|-
< 200 hi
  ac-allow-origin: *
  vary: Origin
> 2|GET|null|-|-|-|-
< 200 hi
  ac-allow-origin: *
  vary: Origin
> 2|GET||-|-|-|-
< 200 hi
  ac-allow-origin: *
  vary: Origin
> 2|GET|https://a.example|-|-|-|Accept, Cookie
< 200 hi
  ac-allow-origin: *
  vary: Accept, Cookie, Origin
> 2|OPTIONS|https://a.example|-|-|-|-
< 200 hi
  ac-allow-origin: *
  vary: Origin
> 2|OPTIONS|-|GET|-|-|-
< 200 hi
  vary: Origin
> 2|OPTIONS|https://a.example|GET|-|-|-
< 200 OK
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 2|OPTIONS|https://x.b.example|PUT|-|-|-
< 400 Disallowed CORS method
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 2|OPTIONS|https://evil.example|DELETE|X-Evil|-|-
< 400 Disallowed CORS method, headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 2|OPTIONS|https://a.example|POST|x-key, AUTHORIZATION|-|-
< 400 Disallowed CORS method, headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 2|OPTIONS|https://a.example|GET|content-type,accept|-|-
< 200 OK
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 2|OPTIONS|https://a.example|GET||-|-
< 400 Disallowed CORS headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 2|OPTIONS|https://a.example|GET|accept,|-|-
< 400 Disallowed CORS headers
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 2|OPTIONS|https://a.example|get|-|-|-
< 400 Disallowed CORS method
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 2|OPTIONS|https://a.example|GET|-|true|-
< 400 Disallowed CORS private-network
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 2|OPTIONS|https://evil.example|TRACE|x|no|-
< 400 Disallowed CORS method, headers, private-network
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 2|OPTIONS|null|GET|-|-|-
< 200 OK
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 2|OPTIONS|https://a.example.test|GET|-|-|-
< 200 OK
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 3|GET|-|-|-|-|-
< 200 hi
  vary: Origin
> 3|GET|https://a.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: https://a.example
  vary: Origin
> 3|GET|https://x.b.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: https://x.b.example
  vary: Origin
> 3|GET|https://A.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: https://A.example
  vary: Origin
> 3|GET|null|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: null
  vary: Origin
> 3|GET||-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: (empty)
  vary: Origin
> 3|GET|https://a.example|-|-|-|Accept, Cookie
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: https://a.example
  vary: Accept, Cookie, Origin
> 3|OPTIONS|https://a.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: https://a.example
  vary: Origin
> 3|OPTIONS|-|GET|-|-|-
< 200 hi
  vary: Origin
> 3|OPTIONS|https://a.example|GET|-|-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 3|OPTIONS|https://x.b.example|PUT|-|-|-
< 400 Disallowed CORS method
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://x.b.example
  ac-max-age: 600
  vary: (4)
> 3|OPTIONS|https://evil.example|DELETE|X-Evil|-|-
< 400 Disallowed CORS method, headers
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://evil.example
  ac-max-age: 600
  vary: (4)
> 3|OPTIONS|https://a.example|POST|x-key, AUTHORIZATION|-|-
< 400 Disallowed CORS method, headers
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 3|OPTIONS|https://a.example|GET|content-type,accept|-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 3|OPTIONS|https://a.example|GET||-|-
< 400 Disallowed CORS headers
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 3|OPTIONS|https://a.example|GET|accept,|-|-
< 400 Disallowed CORS headers
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 3|OPTIONS|https://a.example|get|-|-|-
< 400 Disallowed CORS method
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 3|OPTIONS|https://a.example|GET|-|true|-
< 400 Disallowed CORS private-network
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 3|OPTIONS|https://evil.example|TRACE|x|no|-
< 400 Disallowed CORS method, headers, private-network
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://evil.example
  ac-max-age: 600
  vary: (4)
> 3|OPTIONS|null|GET|-|-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: null
  ac-max-age: 600
  vary: (4)
> 3|OPTIONS|https://a.example.test|GET|-|-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example.test
  ac-max-age: 600
  vary: (4)
> 4|GET|-|-|-|-|-
< 200 hi
  vary: Origin
> 4|GET|https://a.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: https://a.example
  ac-expose-headers: X-A, X-B
  vary: Origin
> 4|GET|https://x.b.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-expose-headers: X-A, X-B
  vary: Origin
> 4|GET|https://A.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-expose-headers: X-A, X-B
  vary: Origin
> 4|GET|null|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-expose-headers: X-A, X-B
  vary: Origin
> 4|GET||-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-expose-headers: X-A, X-B
  vary: Origin
> 4|GET|https://a.example|-|-|-|Accept, Cookie
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: https://a.example
  ac-expose-headers: X-A, X-B
  vary: Accept, Cookie, Origin
> 4|OPTIONS|https://a.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: https://a.example
  ac-expose-headers: X-A, X-B
  vary: Origin
> 4|OPTIONS|-|GET|-|-|-
< 200 hi
  vary: Origin
> 4|OPTIONS|https://a.example|GET|-|-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-methods: (all)
  ac-allow-origin: https://a.example
  ac-max-age: 5
  vary: (4)
> 4|OPTIONS|https://x.b.example|PUT|-|-|-
< 400 Disallowed CORS origin
  ac-allow-credentials: true
  ac-allow-methods: (all)
  ac-max-age: 5
  vary: (4)
> 4|OPTIONS|https://evil.example|DELETE|X-Evil|-|-
< 400 Disallowed CORS origin
  ac-allow-credentials: true
  ac-allow-headers: X-Evil
  ac-allow-methods: (all)
  ac-max-age: 5
  vary: (4)
> 4|OPTIONS|https://a.example|POST|x-key, AUTHORIZATION|-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: x-key, AUTHORIZATION
  ac-allow-methods: (all)
  ac-allow-origin: https://a.example
  ac-max-age: 5
  vary: (4)
> 4|OPTIONS|https://a.example|GET|content-type,accept|-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: content-type,accept
  ac-allow-methods: (all)
  ac-allow-origin: https://a.example
  ac-max-age: 5
  vary: (4)
> 4|OPTIONS|https://a.example|GET||-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: (empty)
  ac-allow-methods: (all)
  ac-allow-origin: https://a.example
  ac-max-age: 5
  vary: (4)
> 4|OPTIONS|https://a.example|GET|accept,|-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: accept,
  ac-allow-methods: (all)
  ac-allow-origin: https://a.example
  ac-max-age: 5
  vary: (4)
> 4|OPTIONS|https://a.example|get|-|-|-
< 400 Disallowed CORS method
  ac-allow-credentials: true
  ac-allow-methods: (all)
  ac-allow-origin: https://a.example
  ac-max-age: 5
  vary: (4)
> 4|OPTIONS|https://a.example|GET|-|true|-
< 400 Disallowed CORS private-network
  ac-allow-credentials: true
  ac-allow-methods: (all)
  ac-allow-origin: https://a.example
  ac-max-age: 5
  vary: (4)
> 4|OPTIONS|https://evil.example|TRACE|x|no|-
< 400 Disallowed CORS origin, method, private-network
  ac-allow-credentials: true
  ac-allow-headers: x
  ac-allow-methods: (all)
  ac-max-age: 5
  vary: (4)
> 4|OPTIONS|null|GET|-|-|-
< 400 Disallowed CORS origin
  ac-allow-credentials: true
  ac-allow-methods: (all)
  ac-max-age: 5
  vary: (4)
> 4|OPTIONS|https://a.example.test|GET|-|-|-
< 400 Disallowed CORS origin
  ac-allow-credentials: true
  ac-allow-methods: (all)
  ac-max-age: 5
  vary: (4)
> 5|GET|-|-|-|-|-
< 200 hi
  vary: Origin
> 5|GET|https://a.example|-|-|-|-
< 200 hi
  ac-allow-origin: *
  ac-expose-headers: X-A
  vary: Origin
> 5|GET|https://x.b.example|-|-|-|-
< 200 hi
  ac-allow-origin: *
  ac-expose-headers: X-A
  vary: Origin
> 5|GET|https://A.example|-|-|-|-
< 200 hi
  ac-allow-origin: *
  ac-expose-headers: X-A
  vary: Origin
> 5|GET|null|-|-|-|-
< 200 hi
  ac-allow-origin: *
  ac-expose-headers: X-A
  vary: Origin
> 5|GET||-|-|-|-
< 200 hi
  ac-allow-origin: *
  ac-expose-headers: X-A
  vary: Origin
> 5|GET|https://a.example|-|-|-|Accept, Cookie
< 200 hi
  ac-allow-origin: *
  ac-expose-headers: X-A
  vary: Accept, Cookie, Origin
> 5|OPTIONS|https://a.example|-|-|-|-
< 200 hi
  ac-allow-origin: *
  ac-expose-headers: X-A
  vary: Origin
> 5|OPTIONS|-|GET|-|-|-
< 200 hi
  vary: Origin
> 5|OPTIONS|https://a.example|GET|-|-|-
< 200 OK
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 5|OPTIONS|https://x.b.example|PUT|-|-|-
< 400 Disallowed CORS method
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 5|OPTIONS|https://evil.example|DELETE|X-Evil|-|-
< 400 Disallowed CORS method, headers
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 5|OPTIONS|https://a.example|POST|x-key, AUTHORIZATION|-|-
< 200 OK
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 5|OPTIONS|https://a.example|GET|content-type,accept|-|-
< 200 OK
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 5|OPTIONS|https://a.example|GET||-|-
< 400 Disallowed CORS headers
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 5|OPTIONS|https://a.example|GET|accept,|-|-
< 400 Disallowed CORS headers
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 5|OPTIONS|https://a.example|get|-|-|-
< 400 Disallowed CORS method
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 5|OPTIONS|https://a.example|GET|-|true|-
< 400 Disallowed CORS private-network
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 5|OPTIONS|https://evil.example|TRACE|x|no|-
< 400 Disallowed CORS method, headers, private-network
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 5|OPTIONS|null|GET|-|-|-
< 200 OK
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 5|OPTIONS|https://a.example.test|GET|-|-|-
< 200 OK
  ac-allow-headers: Accept, Accept-Language, Content-Language, Content-Type, X-Key, authorization
  ac-allow-methods: GET, POST
  ac-allow-origin: *
  ac-max-age: 600
  vary: (4)
> 6|GET|-|-|-|-|-
< 200 hi
  vary: Origin
> 6|GET|https://a.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: https://a.example
  vary: Origin
> 6|GET|https://x.b.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  vary: Origin
> 6|GET|https://A.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  vary: Origin
> 6|GET|null|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: null
  vary: Origin
> 6|GET||-|-|-|-
< 200 hi
  ac-allow-credentials: true
  vary: Origin
> 6|GET|https://a.example|-|-|-|Accept, Cookie
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: https://a.example
  vary: Accept, Cookie, Origin
> 6|OPTIONS|https://a.example|-|-|-|-
< 200 hi
  ac-allow-credentials: true
  ac-allow-origin: https://a.example
  vary: Origin
> 6|OPTIONS|-|GET|-|-|-
< 200 hi
  vary: Origin
> 6|OPTIONS|https://a.example|GET|-|-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 6|OPTIONS|https://x.b.example|PUT|-|-|-
< 400 Disallowed CORS origin, method
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 6|OPTIONS|https://evil.example|DELETE|X-Evil|-|-
< 400 Disallowed CORS origin, method, headers
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 6|OPTIONS|https://a.example|POST|x-key, AUTHORIZATION|-|-
< 400 Disallowed CORS method, headers
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 6|OPTIONS|https://a.example|GET|content-type,accept|-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 6|OPTIONS|https://a.example|GET||-|-
< 400 Disallowed CORS headers
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 6|OPTIONS|https://a.example|GET|accept,|-|-
< 400 Disallowed CORS headers
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 6|OPTIONS|https://a.example|get|-|-|-
< 400 Disallowed CORS method
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 6|OPTIONS|https://a.example|GET|-|true|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: https://a.example
  ac-allow-private-network: true
  ac-max-age: 600
  vary: (4)
> 6|OPTIONS|https://evil.example|TRACE|x|no|-
< 400 Disallowed CORS origin, method, headers
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-private-network: true
  ac-max-age: 600
  vary: (4)
> 6|OPTIONS|null|GET|-|-|-
< 200 OK
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-allow-origin: null
  ac-max-age: 600
  vary: (4)
> 6|OPTIONS|https://a.example.test|GET|-|-|-
< 400 Disallowed CORS origin
  ac-allow-credentials: true
  ac-allow-headers: (safe)
  ac-allow-methods: GET
  ac-max-age: 600
  vary: (4)
> 7|GET|-|-|-|-|-
< 200 hi
  vary: Origin
> 7|GET|https://a.example|-|-|-|-
< 200 hi
  ac-allow-origin: https://a.example
  vary: Origin
> 7|GET|https://x.b.example|-|-|-|-
< 200 hi
  ac-allow-origin: https://x.b.example
  vary: Origin
> 7|GET|https://A.example|-|-|-|-
< 200 hi
  vary: Origin
> 7|GET|null|-|-|-|-
< 200 hi
  vary: Origin
> 7|GET||-|-|-|-
< 200 hi
  vary: Origin
> 7|GET|https://a.example|-|-|-|Accept, Cookie
< 200 hi
  ac-allow-origin: https://a.example
  vary: Accept, Cookie, Origin
> 7|OPTIONS|https://a.example|-|-|-|-
< 200 hi
  ac-allow-origin: https://a.example
  vary: Origin
> 7|OPTIONS|-|GET|-|-|-
< 200 hi
  vary: Origin
> 7|OPTIONS|https://a.example|GET|-|-|-
< 400 Disallowed CORS method
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 7|OPTIONS|https://x.b.example|PUT|-|-|-
< 200 OK
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-allow-origin: https://x.b.example
  ac-max-age: 600
  vary: (4)
> 7|OPTIONS|https://evil.example|DELETE|X-Evil|-|-
< 400 Disallowed CORS origin, method, headers
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-max-age: 600
  vary: (4)
> 7|OPTIONS|https://a.example|POST|x-key, AUTHORIZATION|-|-
< 400 Disallowed CORS method, headers
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 7|OPTIONS|https://a.example|GET|content-type,accept|-|-
< 400 Disallowed CORS method
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 7|OPTIONS|https://a.example|GET||-|-
< 400 Disallowed CORS method, headers
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 7|OPTIONS|https://a.example|GET|accept,|-|-
< 400 Disallowed CORS method, headers
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 7|OPTIONS|https://a.example|get|-|-|-
< 400 Disallowed CORS method
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 7|OPTIONS|https://a.example|GET|-|true|-
< 400 Disallowed CORS method, private-network
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-allow-origin: https://a.example
  ac-max-age: 600
  vary: (4)
> 7|OPTIONS|https://evil.example|TRACE|x|no|-
< 400 Disallowed CORS origin, method, headers, private-network
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-max-age: 600
  vary: (4)
> 7|OPTIONS|null|GET|-|-|-
< 400 Disallowed CORS origin, method
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-max-age: 600
  vary: (4)
> 7|OPTIONS|https://a.example.test|GET|-|-|-
< 400 Disallowed CORS origin, method
  ac-allow-headers: (safe)
  ac-allow-methods: PUT
  ac-max-age: 600
  vary: (4)
)cors";

}  // namespace coracle
