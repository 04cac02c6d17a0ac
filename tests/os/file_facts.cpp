#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/file_facts.hpp>

#include <os/tree.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>

using namespace coracle;

namespace {

TEST_CASE("a file is looked at as it is now") {
    tree all;
    all.write("a", "12345");
    os::file_descriptor a(::open(all.at("a").c_str(), O_RDONLY));
    timespec times[2] = {{1, 0}, {1'700'000'000, 123'456'789}};
    REQUIRE(::futimens(a.get(), times) == 0);
    auto facts = os::look_at(a.get());
    REQUIRE(facts);
    CHECK(facts->kind == os::file_kind::plain);
    CHECK(facts->size == 5);
    CHECK(facts->modified == 1'700'000'000'123'456'789);
    times[1] = {-5, 0};
    if (::futimens(a.get(), times) == 0) CHECK(os::look_at(a.get())->modified == -5'000'000'000);

    os::file_descriptor top(::open(all.top().c_str(), O_RDONLY));
    CHECK(os::look_at(top.get())->kind == os::file_kind::directory);
    os::file_descriptor device(::open("/dev/null", O_RDONLY));
    CHECK(os::look_at(device.get())->kind == os::file_kind::other);
    CHECK(os::look_at(-1).error() == std::errc::bad_file_descriptor);
}

}  // namespace
