#include <coracle/server/client_list.hpp>

#include <doctest/doctest.h>

namespace {

class caller final : public coracle::server::listed_client {
public:
    void hang_up() noexcept override {
        ++hung_up;
        unlink();
    }
    void make_answer_last() noexcept override { ++told; }
    int hung_up = 0;
    int told = 0;
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
