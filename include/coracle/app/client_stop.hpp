// client_stop: a handler's parameter that says when nobody waits for its answer any more.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/request.hpp>
#include <coracle/base/stop_token.hpp>

#include <cstddef>
#include <utility>

namespace coracle {

/// `[](stop_token gone) { while (!gone.stop_requested()) compute_some(); }`: also on the thread pool, where nobody can
/// cancel. The request's own, made on the loop before the handler is called.
template <>
struct parameter<stop_token> {
    static constexpr parameter_source source = parameter_source::context;
    static constexpr bool said_aloud = false;
};
template <>
struct parameter_reader<stop_token> {
    using stored = stop_token;
    static void read(stored& to, binding& with, std::size_t) { to = with.asked.stop_token(); }
    static stop_token take(stored& from) noexcept { return std::move(from); }
};

}  // namespace coracle
