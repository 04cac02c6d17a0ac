// documentation: what an app serves of itself: its OpenAPI document, and the page that shows it.
#pragma once

#include <coracle/app/app_options.hpp>
#include <coracle/app/app_route.hpp>
#include <coracle/app/docs_page.hpp>
#include <coracle/app/endpoint.hpp>
#include <coracle/app/operation_ids.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace coracle {

/// The endpoint of one of the two. What it serves is made once for each place that the app is seen at.
class documentation final : public endpoint {
public:
    documentation(std::string_view url, response (*make)(const request&))
        : endpoint(url, {}, {.now = true, .keeps_request = false}), make_(make) {}

    /// Puts the routes of the documentation before those of the app, but where one of those has the same path.
    /// error: std::logic_error for two operations with one id.
    [[gnu::cold]] static void add(const app_options& options, const app_route::surroundings& around,
                                  std::vector<std::unique_ptr<app_route>>& routes) {
        operation_ids(routes);
        if (options.openapi_url.empty()) return;
        std::vector<std::unique_ptr<app_route>> all;
        auto put = [&](const std::string& url, response (*make)(const request&)) {
            for (const auto& each : routes)
                if (each->text() == url) return;
            all.push_back(app_route::made(std::make_shared<documentation>(url, make), {"GET"}, url, 0,
                                          {.include_in_schema = false}, around));
        };
        put(options.openapi_url, &document);
        if (!options.docs_url.empty()) put(options.docs_url, &page);
        for (auto& each : routes) all.push_back(std::move(each));
        routes = std::move(all);
    }

    [[gnu::cold]] void run_now(request& asked, reply& answer) override {
        std::string base = asked.base_path();
        std::lock_guard alone(guard_);
        if (made_.body.empty() || made_for_ != base) {
            made_ = make_(asked);
            made_for_ = std::move(base);
        }
        answer.send(made_);
    }
    [[gnu::cold]] task<> run(request& asked, reply& answer) override {
        run_now(asked, answer);
        co_return;
    }

private:
    // Defined in app.hpp.
    static response document(const request& asked);
    static response page(const request& asked);

    response (*make_)(const request&);
    std::mutex guard_;
    response made_;
    std::string made_for_;
};

}  // namespace coracle
