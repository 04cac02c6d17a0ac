// stop_request: how a call on another thread hears that nobody waits for it any more.
// coracle::stop_token is std::stop_token where the standard library has one.
#pragma once

#include <coracle/base/stop_token.hpp>

#include <type_traits>

namespace coracle::async {

using stop_request = stop_source;

/// F wants to hear that nobody waits for it any more: it takes a stop_token before its arguments.
template <class F, class... A>
concept takes_stop_token = std::is_invocable_v<F&, stop_token, A...>;

}  // namespace coracle::async
