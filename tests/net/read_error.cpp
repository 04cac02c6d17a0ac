#include <coracle/net/read_error.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <system_error>

using namespace coracle;

TEST_CASE("the errors of reading are error codes with sentences") {
    std::error_code why = net::read_error::incomplete;
    CHECK(why == net::read_error::incomplete);
    CHECK(why != net::read_error::end_of_stream);
    CHECK(why.message() == "the stream has ended before what was to be read was complete");
    CHECK(std::error_code(net::read_error::end_of_stream).message() == "the stream has ended");
    CHECK(std::error_code(net::read_error::limit_exceeded).message() == "what was to be read is longer than the limit");
    CHECK(std::error_code(99, why.category()).message() == "unknown");
    CHECK(std::string(why.category().name()) == "read");
}

TEST_CASE("none of them is success") {
    CHECK(std::error_code(net::read_error::end_of_stream));
    CHECK(std::error_code(net::read_error::incomplete));
    CHECK(std::error_code(net::read_error::limit_exceeded));
}
