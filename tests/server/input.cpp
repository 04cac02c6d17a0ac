#include <coracle/server/input.hpp>

#include <doctest/doctest.h>

#include <string>

using coracle::server::input;

TEST_CASE("what is used at once is never copied") {
    input in;
    std::string scratch = "hello world";
    in.take(scratch);
    CHECK(in.unread().data() == scratch.data());
    in.use(6);
    CHECK(in.unread() == "world");
    in.use(5);
    CHECK(in.unread().empty());
}

TEST_CASE("what is kept survives the scratch it came from, and grows by what comes") {
    input in;
    std::string scratch = "hel";
    in.take(scratch);
    in.use(1);
    in.keep();
    scratch = "???";
    CHECK(in.unread() == "el");
    in.keep();
    CHECK(in.unread() == "el");
    in.take("lo");
    CHECK(in.unread() == "ello");
    in.use(4);
    in.release();
    in.take("new");
    CHECK(in.unread() == "new");
}

TEST_CASE("used bytes stay where they are until more comes or is kept") {
    input in;
    in.take("head and body");
    in.keep();
    std::string_view head = in.unread().substr(0, 4);
    in.use(9);
    CHECK(head == "head");
    CHECK(in.unread() == "body");
}
