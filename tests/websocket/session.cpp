#include <doctest/doctest.h>

#include <coracle/websocket/session.hpp>

namespace ws = coracle::ws;

static_assert(sizeof(ws::session) <= 200);

TEST_CASE("session: a message is given where it lies, unmasked") {
    ws::session server = ws::session::server();
    ws::session client = ws::session::client(+[] { return ws::mask_key{1, 2, 3, 4}; });
    coracle::byte_buffer wire;
    client.send(wire, ws::data_kind::text, "hello");
    std::span<char> arrived(wire.data(), wire.size());
    ws::event what = server.next(arrived);
    CHECK(what.what == ws::event::kind::message);
    CHECK(what.data == "hello");
    CHECK(what.data.data() == wire.data() + 6);
    CHECK(!server.next(arrived));
}
