#include <doctest/doctest.h>

#include <coracle/websocket/event.hpp>

namespace ws = coracle::ws;

TEST_CASE("event: nothing is false, and only a close or a failure ends the rest") {
    ws::event what;
    CHECK(!what);
    using kind = ws::event::kind;
    for (kind each : {kind::message, kind::ping, kind::pong, kind::close, kind::failed}) {
        what.what = each;
        CHECK(what);
        CHECK(what.ends() == (each == kind::close || each == kind::failed));
    }
}
