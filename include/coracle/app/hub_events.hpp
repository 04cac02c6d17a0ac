// hub_events: a hub as server-sent events, which a browser follows, and comes back to where it was.
// WHATWG HTML 9.2.4 (Last-Event-ID).
#pragma once

#include <coracle/app/event_stream.hpp>
#include <coracle/app/hub.hpp>
#include <coracle/app/hub_subscription.hpp>
#include <coracle/app/sse_event.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace coracle {

namespace detail {

template <class T>
event_stream follow(hub_subscription<T> mine) {
    for (;;) {
        hub_item<T> item = co_await mine.receive();
        if (!item) co_return;
        sse_event event(*item);
        event.id(std::to_string(item.id()));
        co_yield std::move(event);
    }
}

}  // namespace detail

/// `app.get("/events", [&](header<"last-event-id", std::optional<std::uint64_t>> seen) {
///     return hub_events(notes, *seen);
/// });`
/// What is published from here on, or behind what was seen; text as it stands, anything else as JSON; each with its id.
/// Who is too slow has his stream ended, comes back by himself, and gets what he has missed, as far as it is kept.
template <class T>
event_stream hub_events(hub<T>& of, std::optional<std::uint64_t> seen = std::nullopt) {
    return detail::follow(seen ? of.subscribe(*seen) : of.subscribe());
}

}  // namespace coracle
