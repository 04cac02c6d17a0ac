#include <doctest/doctest.h>

#include <coracle/app/typescript_runtime.hpp>

using namespace coracle;

TEST_CASE("the runtime ends inside of the class whose methods follow") {
    static_assert(typescript_runtime.starts_with("\nexport interface ClientOptions"));
    static_assert(typescript_runtime.ends_with("  }\n"));
    CHECK(typescript_runtime.find("export class Client {") != typescript_runtime.npos);
}
