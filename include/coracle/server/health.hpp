// health: the routes that tell whoever looks after the program whether to restart it, and whether to send it requests.
// Kubernetes' liveness and readiness probes.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/app/checked_pattern.hpp>
#include <coracle/app/on_loop.hpp>
#include <coracle/app/stop_notice.hpp>
#include <coracle/async/task.hpp>
#include <coracle/json/value.hpp>
#include <coracle/server/readiness.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace coracle {

template <class Options>
app& app::health(std::string path, Options options) {
    route_options how = std::move(options);
    how.include_in_schema = false;
    get(runtime_pattern(std::move(path)), std::move(how), on_loop([] {
            response made = response::json(json{{"status", "ok"}});
            made.headers.set("cache-control", "no-store");
            return made;
        }));
    return *this;
}

template <class Options>
app& app::ready(std::string path, Options options) {
    route_options how = std::move(options);
    how.include_in_schema = false;
    server::readiness& all = state<server::readiness>();
    get(runtime_pattern(std::move(path)), std::move(how), [&all]() -> task<response> {
        server::readiness::verdict seen = co_await all.look();
        bool stopping = server_stopping().given();
        json told = json::object();
        told["status"] = json(stopping ? "stopping" : seen.ready ? "ok" : "unavailable");
        if (!seen.told.empty()) told["checks"] = std::move(seen.told);
        response made = response::json(told, seen.ready && !stopping ? 200 : 503);
        made.headers.set("cache-control", "no-store");
        co_return made;
    });
    return *this;
}

template <class Check>
app& app::ready_when(std::string name, Check check, std::chrono::milliseconds limit) {
    state<server::readiness>().add(std::move(name), std::move(check), limit);
    return *this;
}

}  // namespace coracle
