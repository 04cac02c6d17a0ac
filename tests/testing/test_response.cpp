#include <coracle/testing/test_response.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace coracle;

namespace {
struct item {
    std::string name;
    int count = 0;
};
test_response with(std::string body, int status = 200) {
    test_response made;
    made.status = status;
    made.body = std::move(body);
    made.url = "http://testserver/x";
    return made;
}
}  // namespace

TEST_CASE("a body is text, JSON, or a value") {
    CHECK(with("abc").text() == "abc");
    CHECK(with("[1]").json() == json::array({1}));
    CHECK(with(R"({"name":"tea","count":3})").json<item>().count == 3);
    CHECK(with("[1,2]").json<std::vector<int>>().size() == 2);
}

TEST_CASE("a body that is something else is shown") {
    CHECK_THROWS_WITH_AS(with("<html>", 502).json(),
                         "coracle: the body is no JSON: Expecting value: line 1 column 1 (char 0); the answer was 502 "
                         "Bad Gateway: <html>",
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(with(R"({"name":1})", 201).json<item>(),
                         doctest::Contains("the answer was 201 Created: {\"name\":1}"), std::runtime_error);
    CHECK_THROWS_WITH(with(std::string(10'000, 'x')).json(), doctest::Contains("xxx..."));
}

TEST_CASE("a failure can be an exception") {
    CHECK(with("", 204).raise_for_status().ok());
    CHECK(!with("", 302).raise_for_status().ok());
    CHECK_THROWS_AS(with("", 400).raise_for_status(), std::runtime_error);
    CHECK_THROWS_AS(with("", 503).raise_for_status(), std::runtime_error);
}
