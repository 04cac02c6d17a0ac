#include <coracle/server/workshop.hpp>

#include <coracle/loop/thread_pool.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using namespace coracle;

TEST_CASE("buffers come back empty, with their memory, unless they grew too large") {
    app served;
    loop::thread_pool pool(1);
    loop::reactor reactor(pool);
    server::workshop shop(served, {}, reactor);
    byte_buffer first = shop.take_buffer();
    CHECK(first.capacity() == 0);
    first.append("hello");
    std::size_t capacity = first.capacity();
    shop.give_back(std::move(first));
    byte_buffer second = shop.take_buffer();
    CHECK(second.empty());
    CHECK(second.capacity() == capacity);
    second.append(std::string(1 << 20, 'x'));
    shop.give_back(std::move(second));
    CHECK(shop.take_buffer().capacity() == 0);
}

TEST_CASE("heads carry today's date") {
    app served;
    loop::thread_pool pool(1);
    loop::reactor reactor(pool);
    server::workshop shop(served, {}, reactor);
    CHECK(shop.heads().date().ends_with(" GMT"));
    CHECK(shop.heads().date().find("1970") == std::string_view::npos);
}

TEST_CASE("stopping reaches the clients, and stays") {
    class waiting final : public server::listed_client {
    public:
        void hang_up() noexcept override { told = true; }
        bool gives_way() noexcept override { return false; }
        void make_answer_last() noexcept override {}
        bool told = false;
    };
    app served;
    loop::thread_pool pool(1);
    loop::reactor reactor(pool);
    server::workshop shop(served, {}, reactor);
    waiting idle;
    shop.clients.is_idle(idle);
    CHECK_FALSE(shop.stopping());
    shop.stop();
    CHECK(shop.stopping());
    CHECK(idle.told);
}
