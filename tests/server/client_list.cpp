#include <coracle/server/client_list.hpp>

#include <doctest/doctest.h>

#include <array>

namespace {

class caller final : public coracle::server::listed_client {
public:
    void hang_up() noexcept override {
        ++hung_up;
        unlink();
    }
    bool gives_way() noexcept override {
        ++asked;
        return willing;
    }
    void make_answer_last() noexcept override { ++told; }
    bool is_idle() const noexcept override { return between; }
    bool falls_asleep() noexcept override {
        ++looked_at;
        if (tired) unlink();
        return tired;
    }
    bool between = true;
    bool tired = false;
    int looked_at = 0;
    int hung_up = 0;
    int told = 0;
    int asked = 0;
    bool willing = true;
};

}  // namespace

TEST_CASE("stopping hangs up on the idle and tells the busy, and the idle can leave the list meanwhile") {
    coracle::server::client_list clients;
    caller idle, other, busy, gone;
    CHECK_FALSE(clients.any_idle());
    clients.is_idle(idle);
    clients.is_idle(gone);
    clients.is_idle(other);
    clients.is_idle(busy);
    clients.is_busy(busy);
    gone.unlink();
    CHECK(clients.any_idle());
    clients.stop();
    CHECK(idle.hung_up == 1);
    CHECK(other.hung_up == 1);
    CHECK(busy.hung_up == 0);
    CHECK(busy.told == 1);
    CHECK(gone.hung_up + gone.told == 0);
    CHECK_FALSE(clients.any_idle());
}

TEST_CASE("the one that has been idle longest makes room, if it can") {
    coracle::server::client_list clients;
    caller first, second, third;
    CHECK_FALSE(clients.make_room());
    clients.is_idle(first);
    clients.is_idle(second);
    clients.is_idle(third);
    first.willing = false;
    CHECK(clients.make_room());
    CHECK(first.asked == 1);
    CHECK(second.asked == 1);
    CHECK(third.asked == 0);
}

TEST_CASE("D8: who has asked nothing yet does not keep those behind awake") {
    coracle::server::client_list clients;
    std::array<caller, 6> strangers;
    for (caller& each : strangers) {
        each.between = false;
        clients.is_idle(each);
    }
    std::array<caller, 3> guests;
    for (caller& each : guests) {
        each.tired = true;
        clients.is_idle(each);
    }
    CHECK_FALSE(clients.lay_down());
    CHECK(clients.lay_down());
    CHECK(guests[0].looked_at + guests[1].looked_at + guests[2].looked_at == 2);
    CHECK(clients.lay_down());
    for (caller& each : guests) CHECK(each.looked_at == 1);
    for (caller& each : strangers) CHECK(each.looked_at == 0);
    caller fresh;
    clients.is_idle(fresh);
    for (int i = 0; i < 4; ++i) CHECK_FALSE(clients.lay_down());
    CHECK(clients.any_idle());
}
