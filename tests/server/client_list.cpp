#include <coracle/server/client_list.hpp>

#include <doctest/doctest.h>

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
