#include <coracle/base/result.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

using namespace coracle;

namespace {

enum class fault { none, small, large };

result<int, fault> half(int n) {
    if (n % 2) return failure(fault::small);
    return n / 2;
}

result<void, fault> check(bool good) {
    if (!good) return failure(fault::large);
    return {};
}

result<std::string> read(bool good) {
    if (!good) return failure(std::make_error_code(std::errc::connection_reset));
    return std::string("text");
}

}  // namespace

static_assert(!std::is_default_constructible_v<result<int>>, "a result has a value or a reason");
static_assert(!std::is_convertible_v<result<int>, bool>, "only an explicit question");
static_assert(std::is_same_v<result<int>::error_type, std::error_code>);
static_assert(std::is_same_v<result<void>::value_type, void>);
static_assert(std::is_copy_constructible_v<result<std::string>>);
static_assert(std::is_move_constructible_v<result<std::unique_ptr<int>>>);
static_assert(!std::is_copy_constructible_v<result<std::unique_ptr<int>>>);

TEST_CASE("a result is a value") {
    auto four = half(8);
    REQUIRE(four);
    CHECK(four.has_value());
    CHECK(*four == 4);
    *four = 5;
    CHECK(*four == 5);
    CHECK(four.value_or(0) == 5);
}

TEST_CASE("a result is a reason") {
    auto none = half(7);
    REQUIRE_FALSE(none);
    CHECK_FALSE(none.has_value());
    CHECK(none.error() == fault::small);
    CHECK(none.value_or(-1) == -1);
}

TEST_CASE("a result without a value is success or a reason") {
    CHECK(check(true));
    auto bad = check(false);
    REQUIRE_FALSE(bad);
    CHECK(bad.error() == fault::large);
    result<void> fine;
    CHECK(fine.has_value());
}

TEST_CASE("the usual reason is an error_code") {
    auto good = read(true);
    REQUIRE(good);
    CHECK(*good == "text");
    CHECK(good->size() == 4);
    auto bad = read(false);
    REQUIRE_FALSE(bad);
    CHECK(bad.error() == std::errc::connection_reset);
}

TEST_CASE("value and reason of the same type are told apart") {
    result<int, int> value = 1, reason = failure(1);
    CHECK(value);
    CHECK_FALSE(reason);
    CHECK(*value == reason.error());
    result<std::string, std::string> text = failure(std::string("why"));
    CHECK(text.error() == "why");
}

TEST_CASE("a move-only value moves out") {
    auto make = [](bool good) -> result<std::unique_ptr<int>> {
        if (!good) return failure(std::make_error_code(std::errc::not_enough_memory));
        return std::make_unique<int>(3);
    };
    auto made = make(true);
    REQUIRE(made);
    std::unique_ptr<int> owned = *std::move(made);
    CHECK(*owned == 3);
    CHECK(made.has_value());
    CHECK(*made == nullptr);
    std::unique_ptr<int> direct = *make(true);
    CHECK(*direct == 3);
    CHECK_FALSE(make(false));
}

TEST_CASE("results are assigned over one another, whichever side holds") {
    result<std::string> state = read(true);
    state = read(false);
    CHECK_FALSE(state);
    state = read(true);
    REQUIRE(state);
    result<std::string> copy = state;
    CHECK(*copy == *state);
    copy = result<std::string>("other");
    CHECK(*copy == "other");
    CHECK(*state == "text");
}

TEST_CASE("a const result is read") {
    const auto eight = half(16);
    CHECK(*eight == 8);
    const result<std::string> text("abc");
    CHECK(text->size() == 3);
}

TEST_CASE("results work at compile time") {
    constexpr result<int, fault> three = 3;
    static_assert(three && *three == 3);
    constexpr result<void, fault> bad = failure(fault::large);
    static_assert(!bad && bad.error() == fault::large);
    CHECK(*three == 3);
}

TEST_CASE("a value_or whose default has another type") {
    result<std::string> bad = failure(std::make_error_code(std::errc::io_error));
    CHECK(bad.value_or("default") == "default");
}

TEST_CASE("a result is copied, moved and assigned between values and reasons, and nothing is lost or freed twice") {
    using parts = result<std::string, std::unique_ptr<std::string>>;
    using texts = result<std::string, std::string>;
    std::string longer(100, 'x');
    parts value{longer};
    parts reason{failure(std::make_unique<std::string>(longer))};
    parts moved = std::move(value);
    CHECK(*moved == longer);
    moved = std::move(reason);
    REQUIRE(!moved);
    CHECK(*moved.error() == longer);
    moved = parts(std::string("short"));
    CHECK(*moved == "short");
    parts& itself = moved;
    moved = std::move(itself);
    CHECK(*moved == "short");

    texts a{longer};
    texts b{failure(std::string("no"))};
    texts c = a;
    CHECK(*c == *a);
    c = b;
    CHECK(c.error() == "no");
    b = a;
    CHECK(*b == longer);
    texts& same = b;
    b = same;
    CHECK(*b == longer);
}
static_assert(std::is_trivially_destructible_v<result<int, fault>>, "what needs no care gets none");
static_assert(sizeof(result<int, fault>) == 8);
