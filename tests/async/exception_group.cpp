// exception_group: what several failures say together, and how one of them is found.
#include <coracle/async/exception_group.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

using coracle::exception_group;

namespace {

std::exception_ptr failure(const char* text) { return std::make_exception_ptr(std::runtime_error(text)); }

}  // namespace

TEST_CASE("the text of a group lists what every failure says, in order") {
    exception_group group({failure("no such user"), std::make_exception_ptr(7), failure("refused")});
    CHECK(std::string(group.what()) == "3 tasks failed: no such user; an exception that is no std::exception; refused");
    CHECK(group.errors().size() == 3);
    CHECK(std::string(exception_group({failure("alone")}).what()) == "1 task failed: alone");
}

TEST_CASE("a failure is found by its type, the first of several, and by its base") {
    exception_group group({failure("first"), std::make_exception_ptr(std::out_of_range("second")), failure("third")});
    const auto* range = group.find<std::out_of_range>();
    REQUIRE(range != nullptr);
    CHECK(std::string(range->what()) == "second");
    const auto* any = group.find<std::exception>();
    REQUIRE(any != nullptr);
    CHECK(std::string(any->what()) == "first");
    CHECK(group.find<std::bad_alloc>() == nullptr);
    CHECK(group.find<int>() == nullptr);
}

TEST_CASE("a group within a group is flattened") {
    auto inner = std::make_exception_ptr(exception_group({failure("b"), failure("c")}));
    exception_group group({failure("a"), inner, failure("d")});
    CHECK(std::string(group.what()) == "4 tasks failed: a; b; c; d");
    CHECK(group.errors().size() == 4);
}

TEST_CASE("a copy shares the failures, as exceptions are copied without throwing") {
    static_assert(std::is_nothrow_copy_constructible_v<exception_group>);
    exception_group group({failure("a"), failure("b")});
    exception_group copy = group;
    CHECK(&copy.errors() == &group.errors());
    CHECK(std::string(copy.what()) == group.what());
}

TEST_CASE("nothing is thrown for none, one as it is, and several as a group") {
    std::vector<std::exception_ptr> errors;
    CHECK_NOTHROW(exception_group::throw_all(errors));
    errors.push_back(failure("one"));
    CHECK_THROWS_WITH_AS(exception_group::throw_all(errors), "one", std::runtime_error);
    errors.push_back(failure("two"));
    CHECK_THROWS_WITH_AS(exception_group::throw_all(errors), "2 tasks failed: one; two", exception_group);
}
