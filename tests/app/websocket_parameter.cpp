#include <coracle/app/websocket_parameter.hpp>

#include <coracle/app/request.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace coracle;

TEST_CASE("a websocket& is where the server has put it, and nowhere in a request without one") {
    request asked;
    CHECK_THROWS_AS(parameter<websocket&>::of(asked), std::logic_error);
    int stands_for_one = 0;
    asked.state<websocket_place>().here = reinterpret_cast<websocket*>(&stands_for_one);
    CHECK(static_cast<void*>(&parameter<websocket&>::of(asked)) == &stands_for_one);
    static_assert(parameter<websocket&>::source == parameter_source::context);
}
