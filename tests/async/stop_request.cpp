// stop_request: who wants a token, and who does not.
#include <coracle/async/stop_request.hpp>

#include <doctest/doctest.h>

using namespace coracle;

TEST_CASE("a callable takes a stop token when that can come before its arguments") {
    auto none = [](int) {};
    auto token = [](stop_token, int) {};
    auto last = [](int, stop_token) {};
    CHECK(!async::takes_stop_token<decltype(none), int>);
    CHECK(async::takes_stop_token<decltype(token), int>);
    CHECK(!async::takes_stop_token<decltype(token)>);
    CHECK(!async::takes_stop_token<decltype(last), int>);
}

TEST_CASE("a request reaches the tokens that were made of it") {
    async::stop_request request;
    stop_token token = request.get_token();
    CHECK(!token.stop_requested());
    CHECK(request.request_stop());
    CHECK(token.stop_requested());
}
