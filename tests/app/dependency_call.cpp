// dependency_call: one dependency with its type.
#include <coracle/app/dependency_call.hpp>

#include <coracle/app/dependency_graph.hpp>
#include <coracle/app/request.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace coracle;
using namespace coracle::detail;

namespace {
int alive = 0;
struct fixed {
    explicit fixed(int v) : value(v) { ++alive; }
    fixed(const fixed&) = delete;
    fixed& operator=(const fixed&) = delete;
    ~fixed() { --alive; }
    int value;
};
fixed make() { return fixed(3); }
template <auto F>
using call_of = dependency_call<dependency_node<constant_function<F>, scope::request, scope_names<>>>;
}  // namespace

TEST_CASE("made_in_place holds what cannot move, until it is told") {
    alive = 0;
    {
        made_in_place<fixed> room;
        CHECK(alive == 0);
        CHECK(room.make([] { return fixed(2); }).value == 2);
        CHECK(room->value == 2);
        CHECK(alive == 1);
        room.reset();
        CHECK(alive == 0);
        room.reset();
        room.make([] { return fixed(4); });
    }
    CHECK(alive == 0);
}

TEST_CASE("a call leaves its value where it stands, and drops it") {
    alive = 0;
    call_of<make> one;
    CHECK(kind_of<decltype(&make)>() == call_kind::plain);
    one.call();
    CHECK(static_cast<fixed*>(one.value())->value == 3);
    CHECK(alive == 1);
    one.drop();
    CHECK(alive == 0);
}

TEST_CASE("what passes a value without clean-up on its way out passes unchanged") {
    call_of<make> one;
    one.call();
    CHECK(!one.begin_close(std::noop_coroutine(), nullptr));
    one.end_close();
    CHECK(alive == 0);
    one.call();
    one.begin_close(std::noop_coroutine(), std::make_exception_ptr(3));
    CHECK_THROWS_AS(one.end_close(), int);
    CHECK(alive == 0);
}
