#include <coracle/duplex/websocket_status.hpp>

#include <doctest/doctest.h>

#include <string_view>

using namespace coracle;

inline namespace in_websocket_status {

/// With what only a WebSocket can say.
class said_status final : public duplex::websocket_status {
public:
    using websocket_status::any_unread;
    using websocket_status::check_open;
    using websocket_status::forget_rare;
    using websocket_status::more;
    using websocket_status::set_end;
    void is(websocket_state state) { state_ = state; }
    void peer_leaves() { peer_left_ = true; }
    bool has_more() const { return rare_ != nullptr; }
    int thrown() const {
        try {
            check_open();
        } catch (const websocket_closed& closed) {
            return closed.code();
        }
        return 0;
    }
};

TEST_CASE("websocket_status: the first word about the end counts") {
    said_status one;
    CHECK(one.state() == websocket_state::connecting);
    CHECK(one.close_code() == 0);
    one.is(websocket_state::open);
    CHECK(one.thrown() == 0);
    one.set_end(4000, "enough");
    one.is(websocket_state::closing);
    one.set_end(1006, "cut");
    CHECK(!one.is_open());
    CHECK(one.close_code() == 4000);
    CHECK(one.close_reason() == "enough");
    CHECK(one.thrown() == 4000);
}

TEST_CASE("websocket_status: a peer that left has not said why yet") {
    said_status one;
    one.is(websocket_state::open);
    CHECK(one.is_open());
    one.peer_leaves();
    CHECK(!one.is_open());
    CHECK(one.state() == websocket_state::open);
    CHECK(one.close_code() == 0);
    CHECK(one.thrown() == 1006);
    one.set_end(1001, "");
    CHECK(one.thrown() == 1001);
}

TEST_CASE("websocket_status: an idle one has no more than it needs") {
    said_status one;
    CHECK(one.subprotocol().empty());
    CHECK(one.close_reason().empty());
    CHECK(one.dropped() == 0);
    CHECK(!one.any_unread());
    CHECK(!one.has_more());
    one.more().unread.append("later");
    CHECK(one.any_unread());
    one.forget_rare();
    CHECK(one.has_more());
    one.more().unread.release();
    one.forget_rare();
    CHECK(!one.has_more());
    one.more().subprotocol = "chat";
    one.forget_rare();
    CHECK(one.subprotocol() == "chat");
}

}  // namespace in_websocket_status
