// context: lists that share their tails, and how long their values live.
#include <coracle/async/context.hpp>

#include <doctest/doctest.h>

#include <utility>

using namespace coracle;
using async::context;

namespace {

class number final : public async::context_node {
public:
    number(const void* key, async::context_node* below, int held) : context_node(key, below), value(held) { ++alive; }
    ~number() override { --alive; }
    int value;
    static inline int alive = 0;
};

const int a = 0, b = 0;
int in(const context& where, const void* key) {
    auto* found = where.find(key);
    return found ? static_cast<const number*>(found)->value : -1;
}

}  // namespace

TEST_CASE("a copy sees what was there, and not what is set later on either side") {
    {
        context first;
        CHECK(first.empty());
        first.set<number>(&a, 1);
        context second = first;
        first.set<number>(&a, 2);
        second.set<number>(&b, 3);
        CHECK(in(first, &a) == 2);
        CHECK(in(first, &b) == -1);
        CHECK(in(second, &a) == 1);
        CHECK(in(second, &b) == 3);
        second = first;
        CHECK(in(second, &a) == 2);
        context moved = std::move(second);
        CHECK(in(moved, &a) == 2);
    }
    CHECK(number::alive == 0);
}

TEST_CASE("setting again and again keeps one value, as long as nobody else sees the old one") {
    {
        context mine;
        for (int i = 0; i < 100; ++i) {
            mine.set<number>(&a, i);
            mine.set<number>(&b, -i);
        }
        CHECK(number::alive == 2);
        CHECK(in(mine, &a) == 99);
        CHECK(in(mine, &b) == -99);
        context other = mine;
        mine.set<number>(&a, 7);
        mine.set<number>(&a, 8);
        CHECK(number::alive == 3);
        CHECK(in(other, &a) == 99);
        CHECK(in(mine, &a) == 8);
        CHECK(in(mine, &b) == -99);
    }
    CHECK(number::alive == 0);
}

TEST_CASE("a thread borrows a context for a while") {
    context outer, inner;
    CHECK(context::borrowed() == nullptr);
    {
        context::lent first(&outer);
        CHECK(context::borrowed() == &outer);
        {
            context::lent second(&inner);
            CHECK(context::borrowed() == &inner);
        }
        CHECK(context::borrowed() == &outer);
    }
    CHECK(context::borrowed() == nullptr);
}
