#include <coracle/http/weighted_list.hpp>

#include <doctest/doctest.h>

#include <string_view>

using namespace coracle;

namespace {

int weight(std::string_view list, std::string_view token) {
    http::fields asked;
    asked.push_back({"Accept-Encoding", list});
    auto found = http::weight_in(asked, "accept-encoding", token);
    return found ? static_cast<int>(*found) : -1;
}

TEST_CASE("an element counts what its q says, and fully without one") {
    CHECK(weight("gzip, br;q=0.5, zstd;q=0", "gzip") == 1000);
    CHECK(weight("gzip, br;q=0.5, zstd;q=0", "br") == 500);
    CHECK(weight("gzip, br;q=0.5, zstd;q=0", "zstd") == 0);
    CHECK(weight("gzip", "br") == -1);
    CHECK(weight("", "br") == -1);
    CHECK(weight("GZIP ; Q=0.25", "gzip") == 250);
    CHECK(weight("text/html;level=1;q=0.125", "text/html") == 125);
    CHECK(weight("a;q=1.000", "a") == 1000);
    CHECK(weight("a;q=1.", "a") == 1000);
}

TEST_CASE("a star stands for what is not named") {
    CHECK(weight("*;q=0.1, gzip;q=0", "br") == 100);
    CHECK(weight("*;q=0.1, gzip;q=0", "gzip") == 0);
    CHECK(weight("*", "br") == 1000);
}

TEST_CASE("a q that is none refuses") {
    for (const char* bad : {"a;q=", "a;q=2", "a;q=1.5", "a;q=-1", "a;q=0.1234", "a;q=0,5", "a;q=.5", "a;q=x", "a;q=10"})
        CHECK_MESSAGE(weight(bad, "a") == 0, bad);
}

TEST_CASE("lines of one name are one list") {
    http::fields asked;
    asked.push_back({"accept", "a"});
    asked.push_back({"Accept", "b;q=0.2"});
    CHECK(*http::weight_in(asked, "accept", "b") == 200);
}

}  // namespace
