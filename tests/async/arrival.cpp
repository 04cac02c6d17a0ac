// arrival: it arrives or is lost; the loops that deliver are tested in tests/loop/reactor.cpp.
#include <coracle/async/arrival.hpp>

#include <async/hand_loop.hpp>
#include <doctest/doctest.h>

#include <string>

using namespace coracle;

namespace {

struct letter final : async::arrival {
    std::string& log;
    char name;
    letter(std::string& l, char n) : log(l), name(n) {}
    void arrived() noexcept override { log += name; }
    void lost() noexcept override { log += '-'; }
};

}  // namespace

TEST_CASE("what is delivered arrives once, in order, unless it is withdrawn") {
    hand_loop loop;
    std::string log;
    letter a(log, 'a'), b(log, 'b'), c(log, 'c');
    loop.deliver(a);
    loop.deliver(b);
    loop.deliver(c);
    CHECK(log.empty());
    loop.withdraw(b);
    loop.turn();
    CHECK(log == "ac");
    loop.deliver(b);
    loop.deliver(a);
    loop.turn();
    loop.turn();
    CHECK(log == "acba");
}

TEST_CASE("one that dies on its way is not delivered") {
    hand_loop loop;
    std::string log;
    {
        letter gone(log, 'g');
        loop.deliver(gone);
    }
    loop.turn();
    CHECK(log.empty());
}
