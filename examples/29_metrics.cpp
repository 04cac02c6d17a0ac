// What:  what a server tells of itself: metrics for Prometheus, health and readiness, logs with ids.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 29_metrics.cpp -o shop -pthread && ./shop --log-format json
// Try:   curl http://127.0.0.1:8000/orders -d '{"item":"tea"}'   and   curl http://127.0.0.1:8000/metrics
// Next:  30_tcp_echo.cpp is a server without HTTP.
#include <coracle.hpp>
using namespace coracle;

enum class drink { tea, coffee };
struct order {
    drink item = drink::tea;
};

metrics::counter orders{"shop_orders_total", "Orders that were taken", {"item"}};
metrics::gauge boxes{"shop_boxes", "Boxes of tea that are left"};

int main(int argc, char** argv) {
    app app;
    app.use(request_id());  // req.id is in every log line, and in the answer
    app.use(tracing());     // takes the traceparent of whoever calls, and passes it on
    app.use_metrics("/metrics").health("/healthz").ready("/readyz");
    app.ready_when("tea", []() -> task<bool> { co_return boxes.value() > 0; });
    boxes.set(1);

    app.post("/orders", [](order in) -> task<json> {
        bool tea = in.item == drink::tea;
        orders.with(tea ? "tea" : "coffee").inc();  // a label has few values: never what clients write
        if (tea) boxes.dec();
        if (tea) log::warning("a box of tea less");
        co_return json{{"boxes", boxes.value()}};
    });
    return app.run(argc, argv);
}
