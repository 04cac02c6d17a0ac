#include <coracle/duplex/spare_buffers.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace coracle;

TEST_CASE("a buffer that is given back is taken again, empty; a large one is not kept") {
    duplex::spare_buffers spare;
    CHECK(spare.take().capacity() == 0);
    byte_buffer one;
    one.append("hello");
    const char* memory = one.data();
    spare.give_back(std::move(one));
    byte_buffer again = spare.take();
    CHECK(again.empty());
    CHECK(again.prepare(1) == memory);
    byte_buffer large;
    large.append(std::string(100'000, 'x'));
    spare.give_back(std::move(large));
    CHECK(spare.take().capacity() == 0);
}
