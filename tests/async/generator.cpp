// generator<T>: values one by one, with waiting in between, exceptions both ways, and a stack that does not grow.
#include <coracle/async/generator.hpp>

#include <coracle/async/cancel_scope.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/tasks.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

struct noted {
    std::string& to;
    char what;
    noted(std::string& text, char letter) : to(text), what(letter) {}
    ~noted() { to += what; }
};

struct counted {
    static inline int alive = 0;
    static inline int copies = 0;
    static inline int moves = 0;
    int value;
    explicit counted(int v) : value(v) { ++alive; }
    counted(const counted& other) : value(other.value) { ++alive, ++copies; }
    counted(counted&& other) noexcept : value(other.value) { ++alive, ++moves; }
    ~counted() { --alive; }
    static void reset() { copies = moves = 0; }
};

generator<int> count_to(int n) {
    for (int i = 1; i <= n; ++i) co_yield i;
}
generator<int> count_with_waits(int n) {
    for (int i = 1; i <= n; ++i) {
        co_await hop();
        co_yield i;
    }
    co_await hop();
}
generator<std::string> lines(int n) {
    for (int i = 0; i < n; ++i) co_yield std::to_string(i) + "\n";
}
generator<> three_steps(std::string& to) {
    for (int i = 0; i < 3; ++i) {
        to += 's';
        co_yield {};
    }
}

task<int> sum(generator<int> numbers) {
    int total = 0;
    while (auto number = co_await numbers.next()) total += *number;
    co_return total;
}

/// What `work` throws as a std::exception; empty when nothing.
task<std::string> what_of(task<> work) {
    try {
        co_await std::move(work);
    } catch (const std::exception& error) {
        co_return error.what();
    }
    co_return "";
}

std::exception_ptr error(const char* text) { return std::make_exception_ptr(std::runtime_error(text)); }

}  // namespace

TEST_CASE("calling a generator runs nothing, and each value runs it to its next co_yield") {
    hand_loop loop;
    auto work = []() -> task<std::string> {
        std::string order;
        generator<> steps = three_steps(order);
        CHECK(order.empty());
        CHECK(!steps.done());
        while (bool more = co_await steps.next()) order += more ? 'c' : '?';
        CHECK(steps.done());
        bool after = co_await steps.next();
        CHECK(!after);
        co_return order;
    };
    CHECK(run_through(loop, work()) == "scscsc");
}

TEST_CASE("values come in order, whether the generator waits or not") {
    hand_loop loop;
    CHECK(run_through(loop, sum(count_to(100))) == 5050);
    CHECK(run_through(loop, sum(count_with_waits(100))) == 5050);
    CHECK(run_through(loop, sum(count_to(0))) == 0);
    auto text = []() -> task<std::string> {
        std::string all;
        generator<std::string> from = lines(3);
        while (auto line = co_await from.next()) all += *line;
        co_return all;
    };
    CHECK(run_through(loop, text()) == "0\n1\n2\n");
}

TEST_CASE("a value is moved once from the co_yield, copied once from a name, and gone when it was used") {
    hand_loop loop;
    counted::alive = 0;
    auto work = []() -> task<> {
        auto values = []() -> generator<counted> {
            co_yield counted(1);
            counted named(2);
            co_yield named;
            CHECK(named.value == 2);
            co_yield std::move(named);
            const counted fixed(4);
            co_yield fixed;
        };
        generator<counted> from = values();
        counted::reset();
        {
            auto first = co_await from.next();
            CHECK(first->value == 1);
            CHECK(counted::copies == 0);
            CHECK(counted::moves == 1);
        }
        counted::reset();
        {
            auto second = co_await from.next();
            CHECK(second->value == 2);
            CHECK(counted::copies == 1);
            CHECK(counted::moves == 1);
        }
        counted::reset();
        {
            auto third = co_await from.next();
            CHECK(third->value == 2);
            CHECK(counted::copies == 0);
            CHECK(counted::moves == 1);
        }
        auto fourth = co_await from.next();
        CHECK(fourth->value == 4);
        auto end = co_await from.next();
        CHECK(!end);
    };
    run_through(loop, work());
    CHECK(counted::alive == 0);
}

TEST_CASE("what is yielded and not taken over is destroyed with the generator") {
    hand_loop loop;
    counted::alive = 0;
    auto work = []() -> task<> {
        auto values = []() -> generator<counted> {
            counted kept(1);
            for (;;) co_yield kept;
        };
        generator<counted> from = values();
        auto first = co_await from.next();
        CHECK(counted::alive == 3);  // the name, its copy, what was given
        co_return;
    };
    run_through(loop, work());
    CHECK(counted::alive == 0);
}

TEST_CASE("types that only move, and references, are yielded") {
    hand_loop loop;
    auto work = []() -> task<> {
        auto boxes = []() -> generator<std::unique_ptr<int>> {
            co_yield std::make_unique<int>(1);
            auto named = std::make_unique<int>(2);
            co_yield std::move(named);
        };
        generator<std::unique_ptr<int>> from = boxes();
        int total = 0;
        while (auto box = co_await from.next()) total += **box;
        CHECK(total == 3);

        std::vector<std::string> words{"a", "b"};
        auto each = [&words]() -> generator<std::string&> {
            for (std::string& word : words) co_yield word;
        };
        generator<std::string&> walk = each();
        while (std::string* word = co_await walk.next()) *word += '!';
        CHECK(words == std::vector<std::string>{"a!", "b!"});

        auto looked = [&words]() -> generator<const std::string&> {
            for (const std::string& word : words) co_yield word;
        };
        generator<const std::string&> look = looked();
        const std::string* first = co_await look.next();
        CHECK(first == &words[0]);
    };
    run_through(loop, work());
}

TEST_CASE("a yielded value is converted as an argument is") {
    hand_loop loop;
    auto work = []() -> task<std::string> {
        auto words = []() -> generator<std::string> {
            co_yield "one";
            co_yield {};
            const char* three = "three";
            co_yield three;
        };
        std::string all;
        generator<std::string> from = words();
        while (auto word = co_await from.next()) all += *word + ",";
        co_return all;
    };
    CHECK(run_through(loop, work()) == "one,,three,");
}

TEST_CASE("an exception comes out once, and after it the generator is at its end") {
    hand_loop loop;
    auto work = []() -> task<> {
        auto fails = [](bool waits) -> generator<int> {
            co_yield 1;
            if (waits) co_await hop();
            throw std::runtime_error("no more");
        };
        for (int waits = 0; waits < 2; ++waits) {
            generator<int> from = fails(waits != 0);
            auto first = co_await from.next();
            CHECK(first == 1);
            std::string said;
            try {
                auto second = co_await from.next();
                CHECK(!second);
            } catch (const std::runtime_error& error) {
                said = error.what();
            }
            CHECK(said == "no more");
            CHECK(from.done());
            auto third = co_await from.next();
            CHECK(!third);
        }
    };
    run_through(loop, work());
}

TEST_CASE("throw_in throws at the co_yield, and what happens then is up to the generator") {
    hand_loop loop;
    auto work = []() -> task<> {
        auto stubborn = [](std::string& heard) -> generator<int> {
            for (int i = 0;; ++i) {
                try {
                    co_yield i;
                } catch (const std::runtime_error& error) {
                    heard += error.what();
                    if (heard == "abc") throw std::logic_error("enough");
                    if (heard == "ab!") co_return;
                }
            }
        };
        std::string heard;
        generator<int> goes_on = stubborn(heard);
        auto first = co_await goes_on.next();
        CHECK(first == 0);
        auto second = co_await goes_on.throw_in(error("a"));
        CHECK(second == 1);
        auto third = co_await goes_on.throw_in(error("b"));
        CHECK(third == 2);
        bool replaced = false;
        try {
            auto fourth = co_await goes_on.throw_in(error("c"));
            CHECK(!fourth);
        } catch (const std::logic_error&) {
            replaced = true;
        }
        CHECK(replaced);

        std::string again = "ab";
        generator<int> gives_up = stubborn(again);
        first = co_await gives_up.next();
        auto none = co_await gives_up.throw_in(error("!"));
        CHECK(!none);  // swallowed
        CHECK(gives_up.done());

        auto deaf = []() -> generator<int> { co_yield 1; };
        generator<int> passes = deaf();
        first = co_await passes.next();
        std::string came_back;
        try {
            first = co_await passes.throw_in(error("through"));
        } catch (const std::runtime_error& error) {
            came_back = error.what();
        }
        CHECK(came_back == "through");
        CHECK(passes.done());
    };
    run_through(loop, work());
}

TEST_CASE("throw_in does not begin a new generator, and gives the error back from one at its end") {
    hand_loop loop;
    auto work = []() -> task<> {
        std::string order;
        for (int ended = 0; ended < 2; ++ended) {
            generator<> steps = three_steps(order);
            if (ended != 0)
                while (bool more = co_await steps.next()) CHECK(more);
            std::string before = order;
            std::string said;
            try {
                bool more = co_await steps.throw_in(error("back"));
                CHECK(!more);
            } catch (const std::runtime_error& error) {
                said = error.what();
            }
            CHECK(said == "back");
            CHECK(order == before);
            CHECK(steps.done());
            bool more = co_await steps.next();
            CHECK(!more);
        }
    };
    run_through(loop, work());
}

TEST_CASE("finish lets a generator clean up, also where that waits") {
    hand_loop loop;
    auto work = []() -> task<> {
        std::string order;
        auto resource = [&order]() -> generator<int> {
            noted last(order, 'd');
            bool left = false;
            try {
                co_yield 1;
            } catch (const generator_exit&) {
                left = true;
            }
            if (left) order += 'x';
            co_await hop();
            order += 'w';
            if (left) throw generator_exit();
        };
        {
            generator<int> open = resource();
            auto value = co_await open.next();
            CHECK(value == 1);
            co_await open.finish();
            CHECK(order == "xwd");
            CHECK(open.done());
            co_await open.finish();
        }
        order.clear();
        generator<int> never = resource();
        co_await never.finish();
        CHECK(order.empty());
        CHECK(never.done());

        generator<int> plain = count_to(3);
        auto one = co_await plain.next();
        CHECK(one == 1);
        co_await plain.finish();
        one = co_await plain.next();
        CHECK(!one);
    };
    run_through(loop, work());
}

TEST_CASE("finish tells of what goes wrong: another exception, or one more value") {
    hand_loop loop;
    auto work = []() -> task<> {
        auto bad = [](bool throws) -> generator<int> {
            try {
                co_yield 1;
            } catch (const generator_exit&) {
                if (throws) throw std::runtime_error("cannot close");
            }
            co_yield 2;
        };
        auto end = [](generator<int>& of) -> task<> { co_await of.finish(); };
        generator<int> throws = bad(true);
        auto first = co_await throws.next();
        std::string said = co_await what_of(end(throws));
        CHECK(said == "cannot close");
        generator<int> yields = bad(false);
        first = co_await yields.next();
        said = co_await what_of(end(yields));
        CHECK(said == "coracle: a generator that is to come to its end has yielded once more");
    };
    run_through(loop, work());
}

TEST_CASE("one asks at a time: a second one, or the generator itself, hears so") {
    hand_loop loop;
    hop* held = nullptr;
    auto slow = [&]() -> generator<int> {
        co_await hop(&held);
        co_yield 1;
    };
    generator<int> shared = slow();
    auto ask = [&]() -> task<> {
        auto value = co_await shared.next();
        CHECK(value == 1);
    };
    started<> first(loop, ask());
    started<std::string> second(loop, what_of(ask()));
    REQUIRE(second.ended());
    CHECK(second.result() == "coracle: this generator is running already; one awaits its next value at a time");
    held->let_go();
    loop.turn_until_idle();
    CHECK(first.ended());
    first.result();

    auto work = []() -> task<> {
        generator<int>* self = nullptr;
        auto eats_itself = [&self]() -> generator<int> {
            auto mine = co_await self->next();
            co_yield mine.value_or(0);
        };
        generator<int> odd = eats_itself();
        self = &odd;
        auto end = [](generator<int>& of) -> task<> {
            auto value = co_await of.next();
            CHECK(!value);
        };
        std::string said = co_await what_of(end(odd));
        CHECK(said.starts_with("coracle: this generator is running already"));
    };
    run_through(loop, work());
}

TEST_CASE("another task may go on asking: a generator belongs to no job") {
    hand_loop loop;
    generator<int> numbers = count_with_waits(4);
    auto take_two = [&]() -> task<int> {
        auto one = co_await numbers.next();
        auto two = co_await numbers.next();
        co_return *one * 10 + *two;
    };
    CHECK(run_through(loop, take_two()) == 12);
    CHECK(run_through(loop, take_two()) == 34);
    CHECK(run_through(loop, sum(std::move(numbers))) == 0);
}

TEST_CASE("a generator is cancelled with who asks, and may clean up") {
    hand_loop loop;
    std::string order;
    auto waits = [&]() -> generator<int> {
        noted last(order, 'd');
        co_yield 1;
        try {
            co_await event().wait();
        } catch (const cancelled&) {
            order += 'c';
            throw;
        }
    };
    generator<int> from = waits();
    auto ask = [&]() -> task<> {
        auto first = co_await from.next();
        CHECK(first == 1);
        auto second = co_await from.next();
        CHECK(!second);
    };
    started<> asking(loop, ask());
    CHECK(!asking.ended());
    asking.cancel();
    loop.turn_until_idle();
    CHECK(asking.ended());
    CHECK(asking.threw_cancelled());
    CHECK(order == "cd");
    CHECK(from.done());
}

TEST_CASE("a scope around the next value cancels the wait for it alone") {
    hand_loop loop;
    hop* held = nullptr;
    auto patient = [&]() -> generator<int> {
        for (int i = 0;; ++i) {
            try {
                co_await hop(&held);
            } catch (const cancelled&) {
                i += 100;
            }
            co_yield i;
        }
    };
    coracle::cancel_scope* part = nullptr;
    auto work = [&]() -> task<int> {
        generator<int> from = patient();
        int total = 0;
        {
            coracle::cancel_scope limit;
            part = &limit;
            auto first = co_await from.next();
            total += *first;
        }
        auto second = co_await from.next();
        co_return total + *second;
    };
    started<int> asking(loop, work());
    part->cancel();
    loop.turn_until_idle();
    REQUIRE(!asking.ended());
    held->let_go();
    loop.turn_until_idle();
    CHECK(asking.result() == 201);
}

TEST_CASE("destroyed at a co_yield, while it waits, or before it began, a generator destroys what it holds") {
    hand_loop loop;
    std::string order;
    event never;
    auto inner = [&]() -> generator<int> {
        noted mine(order, 'i');
        co_yield 1;
        co_await never.wait();
    };
    auto outer = [&](noted) -> generator<int> {
        noted mine(order, 'o');
        generator<int> from = inner();
        while (auto value = co_await from.next()) co_yield *value;
    };
    {
        generator<int> unasked = outer(noted(order, 'p'));
        order.clear();  // the argument on its way
    }
    CHECK(order == "p");
    auto ask = [&](int times) -> task<> {
        generator<int> from = outer(noted(order, 'p'));
        order.clear();
        for (int i = 0; i < times; ++i) {
            auto value = co_await from.next();
            CHECK(value == 1);
        }
    };
    run_through(loop, ask(1));
    CHECK(order == "iop");
    {
        started<> waits(loop, ask(2));
        CHECK(!waits.ended());
        order.clear();
    }
    CHECK(order == "iop");
    never.set();
    CHECK(loop.idle());
}

TEST_CASE("who asks may be destroyed before the generator, and the other way round") {
    hand_loop loop;
    hop* held = nullptr;
    auto waits = [&]() -> generator<int> {
        co_await hop(&held);
        co_yield 1;
    };
    auto ask = [](generator<int>& of) -> task<> {
        auto value = co_await of.next();
        CHECK(value == 1);
    };
    generator<int> longer = waits();
    {
        started<> gone(loop, ask(longer));
        CHECK(held != nullptr);
        longer = count_to(1);
        CHECK(!gone.ended());
    }
    loop.turn_until_idle();
    CHECK(run_through(loop, sum(std::move(longer))) == 1);
}

TEST_CASE("a million values need no more stack than one, waiting or not, and one frame") {
    hand_loop loop;
    auto mixed = []() -> generator<int> {
        for (int i = 0; i < 300000; ++i) {
            if (i % 3 == 0) co_await hop();
            co_yield 1;
        }
    };
    CHECK(run_through(loop, sum(count_to(40000))) == 40000 / 2 * 40001);
    CHECK(run_through(loop, sum(mixed())) == 300000);
}

namespace {
generator<int> nested(int depth, bool waits) {
    if (depth == 0) {
        for (int i = 0; i < 10; ++i) {
            if (waits) co_await hop();
            co_yield i;
        }
        co_return;
    }
    generator<int> below = nested(depth - 1, waits);
    while (auto value = co_await below.next()) co_yield *value;
}
}  // namespace

TEST_CASE("generators in generators: each value goes through all of them") {
    hand_loop loop;
    CHECK(run_through(loop, sum(nested(1000, false))) == 45);
    CHECK(run_through(loop, sum(nested(1000, true))) == 45);
    auto failing = [](auto self, int depth) -> generator<int> {
        if (depth == 0) {
            co_await hop();
            throw std::runtime_error("from below");
        }
        generator<int> below = self(self, depth - 1);
        while (auto value = co_await below.next()) co_yield *value;
    };
    auto work = [](generator<int> from) -> task<> { co_await sum(std::move(from)); };
    CHECK(run_through(loop, what_of(work(failing(failing, 200)))) == "from below");
}

TEST_CASE("generators take turns in gather, each in its own job") {
    hand_loop loop;
    auto work = []() -> task<int> {
        auto [a, b, c] = co_await gather(sum(count_with_waits(10)), sum(count_with_waits(20)), sum(count_to(30)));
        co_return a + b + c;
    };
    CHECK(run_through(loop, work()) == 55 + 210 + 465);
}

TEST_CASE("tasks() sees a generator among the calls of who waits for it") {
    hand_loop loop;
    event never;
    unsigned line = 0;
    auto waits = [&]() -> generator<int> {
        line = __LINE__ + 1;
        co_await never.wait();
        co_yield 1;
    };
    auto ask = [&]() -> task<> {
        generator<int> from = waits();
        auto value = co_await from.next();
        CHECK(!value);
    };
    started<> asking(loop, ask(), loop.root());
    auto all = tasks();
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].stack.size() == 2);
    CHECK(all[0].stack[0].line() == line);
}

TEST_CASE("where() is the line of the last co_yield") {
    hand_loop loop;
    auto work = []() -> task<> {
        unsigned line = 0;
        auto yields = [&line]() -> generator<int> {
            line = __LINE__ + 1;
            co_yield 1;
        };
        generator<int> from = yields();
        CHECK(from.where().line() != 0);
        auto value = co_await from.next();
        CHECK(value == 1);
        CHECK(from.where().line() == line);
    };
    run_through(loop, work());
}

TEST_CASE("generators move, also in the middle") {
    hand_loop loop;
    auto work = []() -> task<int> {
        std::vector<generator<int>> all;
        for (int i = 0; i < 10; ++i) all.push_back(count_with_waits(3));
        int total = 0;
        for (generator<int>& each : all) {
            auto first = co_await each.next();
            total += *first;
        }
        generator<int> moved = std::move(all[3]);
        all[3] = count_to(1);
        generator<int>& self = moved;
        moved = std::move(self);
        total += co_await sum(std::move(moved));
        co_return total;
    };
    CHECK(run_through(loop, work()) == 15);
}
