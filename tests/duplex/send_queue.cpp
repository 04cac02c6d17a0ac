#include <coracle/duplex/send_queue.hpp>
#include <coracle/websocket/frame_writer.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace coracle;

namespace {
void add(duplex::send_queue& to, ws::opcode what, std::size_t size) {
    ws::frame_writer().write(to.bytes(), what, std::string(size, 'x'));
    if (!ws::is_control(what)) to.one_more_message();
}
}  // namespace

TEST_CASE("what is dropped is the oldest whole message of which nothing is sent") {
    duplex::send_queue queue;
    queue.precede("HTTP/1.1 101\r\n\r\n");
    add(queue, ws::opcode::text, 10);
    add(queue, ws::opcode::ping, 4);
    add(queue, ws::opcode::binary, 300);
    add(queue, ws::opcode::text, 3);
    CHECK(queue.messages() == 3);
    queue.sent(16 + 5);  // into the first message
    CHECK(queue.messages() == 2);
    std::size_t before = queue.size();
    CHECK(queue.drop_oldest());
    CHECK(before - queue.size() == 304);  // the large one: a ping is no message
    CHECK(queue.messages() == 1);
    CHECK(queue.drop_oldest());
    CHECK(!queue.drop_oldest());
    CHECK(queue.size() == 7 + 6);
    queue.sent(7 + 6);
    CHECK(queue.empty());
    byte_buffer memory = queue.take_memory();
    CHECK(!queue.has_memory());
    queue.use(std::move(memory));
    CHECK(queue.has_memory());
}
