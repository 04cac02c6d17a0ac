#include <coracle/base/intrusive_list.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <type_traits>
#include <vector>

using namespace coracle;

namespace {

struct waiter : list_node {
    explicit waiter(int n) : number(n) {}
    int number;
};

std::vector<int> numbers(intrusive_list<waiter>& list) {
    std::vector<int> out;
    list.for_each([&](waiter& w) { out.push_back(w.number); });
    return out;
}

using ints = std::vector<int>;

}  // namespace

static_assert(!std::is_copy_constructible_v<waiter> && !std::is_move_constructible_v<waiter>);

TEST_CASE("first in is first out") {
    intrusive_list<waiter> list;
    CHECK(list.empty());
    waiter a(1), b(2), c(3);
    CHECK_FALSE(a.linked());
    list.push_back(a);
    list.push_back(b);
    list.push_back(c);
    CHECK(a.linked());
    CHECK(numbers(list) == ints{1, 2, 3});
    CHECK(&list.front() == &a);
    CHECK(&list.pop_front() == &a);
    CHECK_FALSE(a.linked());
    CHECK(&list.pop_front() == &b);
    CHECK(&list.pop_front() == &c);
    CHECK(list.empty());
}

TEST_CASE("push_front goes before all others") {
    intrusive_list<waiter> list;
    waiter a(1), b(2);
    list.push_front(a);
    list.push_front(b);
    CHECK(numbers(list) == ints{2, 1});
}

TEST_CASE("an item leaves from the front, the middle and the back, and leaving twice is nothing") {
    intrusive_list<waiter> list;
    waiter a(1), b(2), c(3), d(4);
    for (waiter* w : {&a, &b, &c, &d}) list.push_back(*w);
    b.unlink();
    CHECK(numbers(list) == ints{1, 3, 4});
    b.unlink();
    d.unlink();
    CHECK(numbers(list) == ints{1, 3});
    a.unlink();
    CHECK(numbers(list) == ints{3});
    c.unlink();
    CHECK(list.empty());
}

TEST_CASE("an item leaves when it is destroyed") {
    intrusive_list<waiter> list;
    waiter a(1);
    list.push_back(a);
    {
        waiter b(2);
        list.push_back(b);
        auto c = std::make_unique<waiter>(3);
        list.push_back(*c);
        CHECK(numbers(list) == ints{1, 2, 3});
    }
    CHECK(numbers(list) == ints{1});
}

TEST_CASE("an item that is pushed again moves, within a list and from one to another") {
    intrusive_list<waiter> list, other;
    waiter a(1), b(2), c(3);
    for (waiter* w : {&a, &b, &c}) list.push_back(*w);
    list.push_back(a);
    CHECK(numbers(list) == ints{2, 3, 1});
    list.push_back(a);
    CHECK(numbers(list) == ints{2, 3, 1});
    list.push_front(a);
    list.push_front(a);
    CHECK(numbers(list) == ints{1, 2, 3});
    other.push_back(b);
    CHECK(numbers(list) == ints{1, 3});
    CHECK(numbers(other) == ints{2});
}

TEST_CASE("splice_back moves everything behind what is there") {
    intrusive_list<waiter> list, other;
    waiter a(1), b(2), c(3), d(4);
    list.splice_back(other);
    CHECK(list.empty());
    other.push_back(a);
    list.splice_back(other);
    CHECK(numbers(list) == ints{1});
    CHECK(other.empty());
    other.push_back(b);
    other.push_back(c);
    list.splice_back(other);
    CHECK(numbers(list) == ints{1, 2, 3});
    CHECK(other.empty());
    other.push_back(d);
    CHECK(numbers(other) == ints{4});
    list.splice_back(other);
    c.unlink();
    CHECK(numbers(list) == ints{1, 2, 4});
    other.splice_back(list);
    CHECK(numbers(other) == ints{1, 2, 4});
    CHECK(list.empty());
}

TEST_CASE("for_each lets an item leave, be destroyed or move to another list while it is visited") {
    intrusive_list<waiter> list, other;
    std::vector<std::unique_ptr<waiter>> owned;
    for (int i = 0; i < 6; ++i) list.push_back(*owned.emplace_back(std::make_unique<waiter>(i)));
    ints seen;
    list.for_each([&](waiter& w) {
        int number = w.number;
        seen.push_back(number);
        if (number % 3 == 0) w.unlink();
        if (number % 3 == 1) owned[static_cast<std::size_t>(number)].reset();
        if (number % 3 == 2) other.push_back(w);
    });
    CHECK(seen == ints{0, 1, 2, 3, 4, 5});
    CHECK(list.empty());
    CHECK(numbers(other) == ints{2, 5});
}

TEST_CASE("a list that ends before its items leaves them unharmed") {
    waiter a(1), b(2);
    {
        intrusive_list<waiter> list;
        list.push_back(a);
        list.push_back(b);
    }
    intrusive_list<waiter> later;
    later.push_back(b);
    later.push_back(a);
    CHECK(numbers(later) == ints{2, 1});
}

TEST_CASE("any() ends with the first that is fit, which may leave the list meanwhile") {
    intrusive_list<waiter> list;
    waiter a(1), b(2), c(3);
    list.push_back(a);
    list.push_back(b);
    list.push_back(c);
    int asked = 0;
    CHECK(list.any([&](waiter& one) {
        ++asked;
        if (one.number == 2) one.unlink();
        return one.number == 2;
    }));
    CHECK(asked == 2);
    CHECK(numbers(list) == ints{1, 3});
    CHECK_FALSE(list.any([](waiter&) { return false; }));
}
