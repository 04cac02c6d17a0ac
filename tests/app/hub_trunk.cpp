#include <doctest/doctest.h>

#include <coracle/app/hub_trunk.hpp>

#include <memory>
#include <mutex>
#include <string>

using coracle::hub_trunk;

namespace {
struct counting final : coracle::hub_listener {
    void wake() noexcept override { ++woken; }
    int woken = 0;
};
}  // namespace

TEST_CASE("the trunk keeps the newest items, numbers all, and wakes its listeners for each") {
    hub_trunk<std::string> trunk({.capacity = 2, .first_id = 10});
    counting listener;
    {
        std::lock_guard lock(trunk.guard);
        trunk.listeners.push_back(&listener);
    }
    CHECK(trunk.publish("a") == 10);
    CHECK(trunk.publish("b") == 11);
    CHECK(trunk.publish("c") == 12);
    CHECK(listener.woken == 3);
    CHECK(trunk.oldest() == 11);
    CHECK(*trunk.items[0] == "b");
    CHECK(trunk.items[0].id() == 11);
    trunk.close();
    CHECK(listener.woken == 4);
    CHECK(trunk.publish("d") == 0);
    CHECK(trunk.statistics().published == 3);
    CHECK(trunk.statistics().kept == 2);
}

TEST_CASE("an item that nobody keeps is destroyed, and not while the trunk is locked") {
    struct asks {
        hub_trunk<std::shared_ptr<asks>>* of;
        bool* free;
        ~asks() {
            std::unique_lock lock(of->guard, std::try_to_lock);
            *free = lock.owns_lock();
        }
    };
    bool free = false;
    hub_trunk<std::shared_ptr<asks>> trunk({.capacity = 1});
    trunk.publish(std::make_shared<asks>(asks{&trunk, &free}));
    free = false;
    trunk.publish(nullptr);
    CHECK(free);
}
