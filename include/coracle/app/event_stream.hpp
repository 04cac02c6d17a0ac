// event_stream: server-sent events, as a handler gives them: kept alive, and ended when the server stops.
// WHATWG HTML 9.2.
#pragma once

#include <coracle/app/sse_event.hpp>
#include <coracle/async/generator.hpp>

namespace coracle {

/// `app.get("/ticks", []() -> event_stream { for (int i = 0;; ++i) { co_await sleep(1s); co_yield sse_event(i); } });`
/// While there is no event, `: ping` goes out every 15 s. The head goes out as soon as it waits: what it throws before
/// that is an answer as any handler's. When the client leaves, and when the server stops, it is cancelled where it
/// waits. Where a client came back, `header<"last-event-id", std::optional<std::string>>` says what it saw last.
using event_stream = generator<sse_event>;

}  // namespace coracle
