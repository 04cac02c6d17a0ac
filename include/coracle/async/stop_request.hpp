// stop_request: std::stop_source and std::stop_token, where the standard library has them.
// Facts: libc++ has had them only since version 20; without them a call that wants a std::stop_token does not compile.
#pragma once

#include <type_traits>
#include <version>

#if defined(__cpp_lib_jthread)
#include <stop_token>
#endif

namespace coracle::async {

#if defined(__cpp_lib_jthread)
using stop_request = std::stop_source;

/// F wants to hear that nobody waits for it any more: it takes a std::stop_token before its arguments.
template <class F, class... A>
concept takes_stop_token = std::is_invocable_v<F&, std::stop_token, A...>;
#else
struct stop_request {
    struct token {
        bool stop_requested() const noexcept { return false; }
    };
    token get_token() const noexcept { return {}; }
    bool request_stop() noexcept { return false; }
};

template <class F, class... A>
concept takes_stop_token = std::is_invocable_v<F&, stop_request::token, A...>;
#endif

}  // namespace coracle::async
