#include <doctest/doctest.h>

#include <coracle/app/response_model.hpp>
#include <coracle/json/write.hpp>

using namespace coracle;

namespace {
struct inner {
    int a;
};
struct problem {
    std::string why;
    inner in;
};
}  // namespace

TEST_CASE("a model brings its components along") {
    json made = response_model<problem>("Gone");
    CHECK(made["description"].as_string() == "Gone");
    CHECK(made["content"].dump() == R"({"application/json":{"schema":{"$ref":"#/components/schemas/problem"}}})");
    CHECK(made["x-components"].size() == 2);
}

TEST_CASE("a model may be anything, of any media type") {
    CHECK(response_model<std::string>("Text", "text/plain").dump() ==
          R"({"description":"Text","content":{"text/plain":{"schema":{"type":"string"}}}})");
    CHECK(!response_model<bool>().contains("description"));
}
