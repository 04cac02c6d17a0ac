#include <coracle/client/http_client_options.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace coracle;
using namespace std::chrono_literals;

TEST_CASE("a client that says nothing has a hundred connections, keeps twenty for five seconds, and waits five") {
    http_client_options usual;
    CHECK(usual.limits.connections == 100);
    CHECK(usual.limits.idle == 20);
    CHECK(usual.limits.idle_for == 5s);
    CHECK(usual.timeout.read() == 5s);
    http_client_options said{.base_url = "http://example.com", .timeout = 1s, .headers = {{"accept", "text/plain"}}};
    CHECK(said.timeout.connect() == 1s);
    CHECK(said.limits == usual.limits);
}
