// request_observer: who it is told to is tried in tests/server; here, that one can be had without a server.
#include <coracle/app/request_observer.hpp>

#include <doctest/doctest.h>

#include <memory>

using namespace coracle;

TEST_CASE("an observer hears of requests, and goes by its base") {
    struct counting final : request_observer {
        explicit counting(int& to) : count(to) {}
        ~counting() override { count = -1; }
        void answered(const request_record& one) noexcept override { count += one.status; }
        int& count;
    };
    int count = 0;
    std::unique_ptr<request_observer> one = std::make_unique<counting>(count);
    request asked;
    one->answered({.asked = asked, .status = 200});
    CHECK(count == 200);
    one.reset();
    CHECK(count == -1);
}
