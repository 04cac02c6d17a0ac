#include <doctest/doctest.h>

#include <coracle/app/hub.hpp>
#include <coracle/async/gather.hpp>
#include <coracle/async/select.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/loop/loop_thread.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/submit.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <async/hand_loop.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace coracle;
using namespace std::chrono_literals;

namespace {

using text_hub = hub<std::string>;

task<std::string> read_all(text_hub::subscription mine) {
    std::string all;
    while (auto item = co_await mine.receive()) all += std::to_string(item.id()) + *item + " ";
    co_return all;
}
struct heard_of_all {
    int items = 0;
    bool in_order = true;
};

}  // namespace

TEST_CASE("everybody who has subscribed gets every item from then on, by id, until the hub is closed") {
    hand_loop loop;
    text_hub notes;
    CHECK(notes.publish("unheard") == 1);
    {
        started one(loop, read_all(notes.subscribe()));
        CHECK(notes.publish("a") == 2);
        started two(loop, read_all(notes.subscribe()));
        CHECK(notes.publish("b") == 3);
        loop.turn_until_idle();
        CHECK_FALSE(one.ended());
        CHECK(notes.statistics().subscribers == 2);
        CHECK(notes.statistics().loops == 1);
        notes.publish("c");
        notes.close();
        CHECK(notes.publish("late") == 0);
        loop.turn_until_idle();
        CHECK(one.result() == "2a 3b 4c ");
        CHECK(two.result() == "3b 4c ");
    }
    CHECK(run_through(loop, read_all(notes.subscribe())).empty());
    CHECK(notes.statistics().published == 4);
    CHECK(notes.statistics().subscribers == 0);
    CHECK(notes.statistics().loops == 0);
    CHECK(notes.statistics().kept == 4);
}

TEST_CASE("an item is stored once: all who get it have the same") {
    hand_loop loop;
    hub<std::shared_ptr<int>> shared;
    auto one = shared.subscribe();
    auto two = shared.subscribe();
    auto value = std::make_shared<int>(5);
    shared.publish(value);
    loop.turn_until_idle();
    auto first = one.try_receive();
    auto second = two.try_receive();
    CHECK(&*first == &*second);
    CHECK(value.use_count() == 2);
    CHECK_FALSE(one.try_receive());
}

TEST_CASE("who comes back gets what is kept behind the last that it saw, and is told what is lost") {
    hand_loop loop;
    text_hub notes(hub_options{.capacity = 3});
    for (const char* text : {"a", "b", "c", "d", "e"}) notes.publish(text);
    auto all = notes.subscribe(0);
    auto two = notes.subscribe(2);
    auto one = notes.subscribe(1);
    auto seen_all = notes.subscribe(5);
    auto of_another_run = notes.subscribe(17);
    auto first = all.try_receive();
    CHECK(first.id() == 3);
    CHECK(all.missed() == 2);
    CHECK(two.try_receive().id() == 3);
    CHECK(two.missed() == 0);
    CHECK(one.try_receive().id() == 3);
    CHECK(one.missed() == 1);
    CHECK(one.try_receive().id() == 4);
    CHECK(one.missed() == 0);
    CHECK(one.missed_in_all() == 1);
    CHECK_FALSE(seen_all.try_receive());
    CHECK(of_another_run.try_receive().id() == 3);
    CHECK(of_another_run.missed() == 2);
    notes.publish("f");
    loop.turn_until_idle();
    CHECK(seen_all.try_receive().id() == 6);
    hub<int> later(hub_options{.first_id = 1000});
    CHECK(later.publish(1) == 1000);
    auto before = later.subscribe(999);
    CHECK(before.try_receive().id() == 1000);
    CHECK(before.missed() == 0);
    auto old = later.subscribe(5);
    CHECK(old.try_receive().id() == 1000);
    CHECK(old.missed() == 0);  // what this hub has given it has all
}

TEST_CASE("who falls further behind than is kept is ended, or misses the oldest, and the others notice nothing") {
    for (when_slow policy : {when_slow::close, when_slow::drop_oldest}) {
        hand_loop loop;
        text_hub notes(hub_options{.capacity = 2, .slow = policy});
        auto slow = notes.subscribe();
        std::string quick_heard;
        started quick(loop, [](text_hub::subscription mine, std::string& into) -> task<> {
            while (auto item = co_await mine.receive()) into += *item;
        }(notes.subscribe(), quick_heard));
        for (const char* text : {"a", "b", "c", "d"}) {
            notes.publish(text);
            loop.turn_until_idle();
        }
        CHECK(quick_heard == "abcd");
        auto item = slow.try_receive();
        if (policy == when_slow::close) {
            CHECK_FALSE(item);
            CHECK(slow.too_slow());
            CHECK(slow.ended());
            CHECK(slow.missed() == 3);  // when it was found out, the third had come
            CHECK(notes.statistics().too_slow == 1);
            CHECK(run_through(loop, read_all(std::move(slow))).empty());
        } else {
            CHECK(*item == "c");
            CHECK(slow.missed() == 2);
            CHECK(slow.unread() == 1);
            CHECK(*slow.try_receive() == "d");
            CHECK(notes.statistics().missed == 2);
        }
        notes.close();
        loop.turn_until_idle();
        CHECK(quick.ended());
    }
}

TEST_CASE("a policy that would make others pay is refused with what to take instead") {
    CHECK_THROWS_AS(text_hub(hub_options{.slow = when_slow::wait}), std::logic_error);
    CHECK_THROWS_AS(text_hub(hub_options{.slow = when_slow::drop_newest}), std::logic_error);
    CHECK_THROWS_AS(text_hub(hub_options{.capacity = 0}), std::logic_error);
    CHECK_THROWS_AS(text_hub(hub_options{.first_id = 0}), std::logic_error);
    text_hub notes;
    CHECK_THROWS_AS(static_cast<void>(notes.subscribe()), std::logic_error);  // outside of a loop
}

TEST_CASE("what for_each is at is cancelled when it has become too slow, and it ends") {
    hand_loop loop;
    text_hub notes(hub_options{.capacity = 2});
    int begun = 0;
    hop* stuck = nullptr;
    started slow(loop, [](text_hub& from, int& count, hop*& held) -> task<std::string> {
        auto mine = from.subscribe();
        co_await mine.for_each([&](const hub_item<std::string>&) -> task<> {
            ++count;
            co_await hop(&held);  // a peer that does not read
        });
        co_return mine.too_slow() ? "too slow" : "ended";
    }(notes, begun, stuck));
    for (const char* text : {"a", "b", "c", "d"}) {
        notes.publish(text);
        loop.turn_until_idle();
    }
    CHECK(begun == 1);
    CHECK(slow.result() == "too slow");
    started whole(loop, [](text_hub& from, std::string& into) -> task<> {
        auto mine = from.subscribe();
        co_await mine.for_each([&](const hub_item<std::string>& item) -> task<> {
            into += *item;
            co_return;
        });
    }(notes, *std::make_unique<std::string>()));
    whole.cancel();
    loop.turn_until_idle();
    CHECK(whole.threw_cancelled());
}

TEST_CASE("a subscription that goes ends who waits with it, and its branch goes with the last") {
    hand_loop loop;
    text_hub notes;
    auto mine = std::make_unique<text_hub::subscription>(notes.subscribe());
    started waits(loop, [](text_hub::subscription& with) -> task<bool> {
        auto item = co_await with.receive();
        co_return static_cast<bool>(item);
    }(*mine));
    started also(loop, [](text_hub::subscription& with) -> task<bool> {
        auto item = co_await with.receive();
        co_return static_cast<bool>(item);
    }(*mine));
    loop.turn_until_idle();
    CHECK(notes.statistics().loops == 1);
    also.cancel();
    notes.publish("under way");  // and the branch goes with its news under way
    mine.reset();
    CHECK(notes.statistics().loops == 0);
    loop.turn_until_idle();
    CHECK_FALSE(waits.result());
    CHECK(also.threw_cancelled());
    text_hub::subscription none;
    CHECK(none.ended());
    CHECK_FALSE(none.try_receive());
}

TEST_CASE("receive may be a case of select, and have a time limit") {
    text_hub one;
    text_hub two;
    virtual_loop loop;
    loop.run([](text_hub& a, text_hub& b) -> task<> {
        auto from_a = a.subscribe();
        auto from_b = b.subscribe();
        b.publish("b");
        auto got = co_await select(from_a.receive(), from_b.receive());
        CHECK(got.index() == 1);
        CHECK(*std::get<1>(got) == "b");
        bool late = false;
        try {
            co_await timeout(
                1s, [](text_hub::subscription& with) -> task<> { static_cast<void>(co_await with.receive()); }(from_a));
        } catch (const timed_out&) {
            late = true;
        }
        CHECK(late);
        a.publish("a");
        auto item = co_await from_a.receive();
        CHECK(*item == "a");
    }(one, two));
}

TEST_CASE("subscriptions end when the server that they belong to stops, and no others") {
    hand_loop loop;
    text_hub notes;
    stop_notice notice(loop);
    auto under = [&](bool server) -> task<std::string> {
        if (server) {
            auto within = detail::notice_here.set_within(&notice);
            co_return co_await read_all(notes.subscribe());
        }
        co_return co_await read_all(notes.subscribe());
    };
    started of_server(loop, under(true));
    started of_none(loop, under(false));
    notes.publish("a");
    loop.turn_until_idle();
    notice.give();
    loop.turn_until_idle();
    CHECK(of_server.result() == "1a ");
    CHECK_FALSE(of_none.ended());
    started late(loop, under(true));
    loop.turn_until_idle();
    CHECK(late.result().empty());
    notes.close();
    loop.turn_until_idle();
    CHECK(of_none.result() == "1a ");
}

TEST_CASE("T31 200 clients, 50 messages a second: every client gets every message in order, the slow one is dropped") {
    text_hub room(hub_options{.capacity = 64});
    virtual_loop loop;
    std::vector<heard_of_all> clients(200);
    int slow_read = 0;
    bool slow_dropped = false;
    loop.run([](text_hub& hub, std::vector<heard_of_all>& all, int& read, bool& dropped) -> task<> {
        std::vector<join_handle<>> ends;
        for (heard_of_all& each : all)
            ends.push_back(spawn([](text_hub::subscription mine, heard_of_all& of) -> task<> {
                std::uint64_t last = 0;
                while (auto item = co_await mine.receive()) {
                    of.in_order =
                        of.in_order && item.id() == last + 1 && *item == "message " + std::to_string(item.id());
                    last = item.id();
                    ++of.items;
                    co_await sleep(5ms);  // the way to the client
                }
            }(hub.subscribe(), each)));
        ends.push_back(spawn([](text_hub::subscription mine, int& count, bool& was) -> task<> {
            co_await mine.for_each([&](const hub_item<std::string>&) -> task<> {
                ++count;
                co_await sleep(1h);  // does not read
            });
            was = mine.too_slow();
        }(hub.subscribe(), read, dropped)));
        for (int i = 1; i <= 500; ++i) {
            hub.publish("message " + std::to_string(i));
            co_await sleep(20ms);
        }
        CHECK(dropped);
        hub.close();
        for (auto& each : ends) co_await each;
    }(room, clients, slow_read, slow_dropped));
    CHECK(slow_read == 1);
    for (const heard_of_all& each : clients) {
        CHECK(each.items == 500);
        CHECK(each.in_order);
    }
    CHECK(room.statistics().too_slow == 1);
    CHECK(loop.elapsed() < 11s);
}

TEST_CASE("several loops and threads: every subscriber has every item, in one order, and each publisher's in its own") {
    struct said {
        int by;
        int number;
    };
    constexpr int publishers = 3;
    constexpr int each_says = 400;
    hub<said> notes(hub_options{.capacity = publishers * each_says});
    std::atomic<int> ready{0};
    auto listen = [&]() -> task<std::vector<int>> {
        auto mine = notes.subscribe();
        ++ready;
        std::vector<int> next(publishers, 0);
        std::vector<int> order;
        std::uint64_t id = 0;
        for (int i = 0; i < publishers * each_says; ++i) {
            auto item = co_await mine.receive();
            CHECK(item.id() == ++id);
            CHECK(item->number == next[static_cast<std::size_t>(item->by)]++);
            order.push_back(item->by);
        }
        co_return order;
    };
    auto say = [&](int by) {
        while (ready < 6) std::this_thread::yield();
        for (int i = 0; i < each_says; ++i) notes.publish({by, i});
    };
    loop_thread loops[2];
    std::vector<std::future<std::vector<int>>> orders;
    for (int i = 0; i < 6; ++i) orders.push_back(submit(loops[i % 2], listen()));
    std::thread first(say, 0);
    std::thread second(say, 1);
    auto on_loop = submit(loops[0], [](auto& publish) -> task<> {
        co_await sleep(1ms);
        publish(2);
    }(say));
    first.join();
    second.join();
    on_loop.get();
    std::vector<int> order = orders.front().get();
    for (std::size_t i = 1; i < orders.size(); ++i) CHECK(orders[i].get() == order);
}

TEST_CASE("who comes and goes on several loops while others publish disturbs nobody") {
    text_hub notes(hub_options{.capacity = 8, .slow = when_slow::drop_oldest});
    std::atomic<bool> end{false};
    auto visit = [&]() -> task<> {
        std::uint64_t seen = 0;
        for (int i = 0; i < 200; ++i) {
            auto mine = i % 2 ? notes.subscribe(seen) : notes.subscribe();
            for (int j = 0; j < 3; ++j) {
                auto item = co_await mine.receive();
                CHECK(item);
                CHECK(item.id() > seen);
                seen = item.id();
            }
        }
    };
    std::thread publisher([&] {
        while (!end) {
            notes.publish("a text that has to be allocated");
            std::this_thread::yield();
        }
    });
    {
        loop_thread loops[2];
        std::vector<std::future<void>> visits;
        for (int i = 0; i < 6; ++i) visits.push_back(submit(loops[i % 2], visit()));
        for (auto& each : visits) each.get();
        end = true;
        publisher.join();
    }
    CHECK(notes.subscribers() == 0);
    CHECK(notes.statistics().loops == 0);
}

TEST_CASE("a broadcast to 5,000 on two loops wakes each loop once for a burst, and takes well under 500 ms") {
    hub<int> notes(hub_options{.capacity = 64});
    std::atomic<int> ready{0};
    std::atomic<int> got{0};
    auto listen = [&]() -> task<> {
        auto mine = notes.subscribe();
        ++ready;
        while (auto item = co_await mine.receive())
            if (*item == 10) ++got;
    };
    auto many = [&](int count) -> task<> {
        std::vector<task<>> all;
        for (int i = 0; i < count; ++i) all.push_back(listen());
        co_await gather(std::move(all));
    };
    loop_thread loops[2];
    auto first = submit(loops[0], many(2500));
    auto second = submit(loops[1], many(2500));
    while (ready < 5000) std::this_thread::yield();
    auto begin = std::chrono::steady_clock::now();
    for (int i = 1; i <= 10; ++i) notes.publish(i);
    while (got < 5000) std::this_thread::yield();
    CHECK(std::chrono::steady_clock::now() - begin < 5s);  // ten of them; on a quiet machine some milliseconds
    CHECK(notes.statistics().subscribers == 5000);
    CHECK(notes.statistics().loops == 2);
    notes.close();
    first.get();
    second.get();
}
