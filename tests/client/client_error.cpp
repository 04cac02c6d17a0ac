#include <coracle/client/client_error.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <system_error>
#include <type_traits>

using namespace coracle;

TEST_CASE("who catches a branch of the tree catches what is below it") {
    auto is = [](const auto& thrown, auto* kind) {
        try {
            throw thrown;
        } catch (const std::remove_pointer_t<decltype(kind)>&) {
            return true;
        } catch (...) {
            return false;
        }
    };
    using namespace std::chrono_literals;
    read_timed_out late("late", 5s);
    CHECK(late.after() == 5s);
    CHECK(is(late, static_cast<client_timed_out*>(nullptr)));
    CHECK(is(late, static_cast<transport_error*>(nullptr)));
    CHECK(is(late, static_cast<request_error*>(nullptr)));
    CHECK(!is(late, static_cast<network_error*>(nullptr)));
    connect_failed refused("refused", std::make_error_code(std::errc::connection_refused));
    CHECK(refused.code() == std::errc::connection_refused);
    CHECK(is(refused, static_cast<network_error*>(nullptr)));
    CHECK(is(remote_protocol_error("no HTTP"), static_cast<protocol_error*>(nullptr)));
    CHECK(!is(status_error("404", 404), static_cast<request_error*>(nullptr)));
    CHECK(is(status_error("404", 404), static_cast<client_error*>(nullptr)));
    CHECK(is(invalid_url("no"), static_cast<std::invalid_argument*>(nullptr)));
}
