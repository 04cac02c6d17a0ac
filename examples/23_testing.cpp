// What:  tests of an app without a server: no port, no socket, and sleeping takes no time.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 23_testing.cpp -o testing -pthread && ./testing
// Try:   throw std::runtime_error in a handler; leave out virtual_time; put the calls into doctest's TEST_CASE.
// Next:  30_tcp_echo.cpp is a server without HTTP.
#include <coracle.hpp>
#include <cstdio>
using namespace coracle;

struct order {
    std::string tea;
    int cups = 1;
};

app make_app() {
    app app;
    app.post("/orders", {.status = 201}, [](order in) -> task<order> {
        co_await sleep(std::chrono::minutes(4 * in.cups));  // tea takes its time
        co_return in;
    });
    app.get("/orders/{id}", [](int id) -> task<order> {
        if (id != 7) throw http_error(404, "No such order");
        co_return order{"green", 2};
    });
    return app;
}

int main() {
    test_client client{make_app(), virtual_time};
    auto made = client.post("/orders", {.json = order{"black", 3}});
    auto minutes = std::chrono::duration_cast<std::chrono::minutes>(made.elapsed);
    std::printf("%d after %d minutes: %s\n", made.status, int(minutes.count()), made.text().c_str());
    std::printf("%s\n", client.get("/orders/7").json<order>().tea.c_str());
    std::printf("%s\n", client.get("/orders/8").json()["detail"].as_string().c_str());
    auto both = client.send_all({{"GET", "/orders/one"}, {"GET", "/orders/7"}});
    std::printf("%d %d\n", both[0].status, both[1].status);
}
