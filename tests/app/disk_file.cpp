#include <doctest/doctest.h>

#include <coracle/app/disk_file.hpp>

#include <type_traits>

using namespace coracle;

TEST_CASE("a file on the disk is known to app/ by what it can do; server/stored_file is one") {
    CHECK(std::is_abstract_v<disk_file>);
    CHECK(std::has_virtual_destructor_v<disk_file>);
}
