// mounted_app: an app below a path of another one.
#pragma once

#include <coracle/app/app.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// The endpoint that hands requests down.
class mounted_app final : public endpoint {
public:
    /// in: how many segments stand before the paths of `below`.
    mounted_app(std::string_view text, const app& below, std::size_t segments)
        : endpoint(text, {}, {.now = false, .keeps_request = true}), below_(below), segments_(segments) {}

    void run_now(request&, reply&) override { CORACLE_ASSERT(runs_now()); }
    task<> run(request& asked, reply& answer) override {
        std::string_view path = asked.target.path;
        std::size_t at = asked.below;
        for (std::size_t n = 0; n < segments_; ++n) at = path.find('/', at + 1);
        asked.below = at == path.npos ? path.size() : at;  // none behind it, where that is ignored
        const app_route* to = below_.find(asked, answer);
        if (to) co_await below_.call(*to, asked, answer);
    }
    const app& below() const noexcept { return below_; }

private:
    const app& below_;
    std::size_t segments_;
};

inline app& app::mount(std::string_view path, app below, std::string name) {
    check_open();
    router::check_prefix(path);
    if (path.empty()) throw std::logic_error("coracle: an app is mounted below a path, such as \"/admin\"");
    auto owned = std::make_unique<app>(std::move(below));
    for (const observer_maker& each : owned->observers_) observe(each);
    std::string text = std::string(path) + "/{path:path}";
    static constexpr std::string_view all[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"};
    add_endpoint(all, std::make_shared<mounted_app>(text, *owned, route::pattern(path).segment_count),
                 {.include_in_schema = false});
    mounted_.push_back({std::string(path), std::move(name), std::move(owned)});
    starts_below_ = [](app& above) { above.start_below(); };
    return *this;
}

[[gnu::cold]] inline void app::start_below() {
    for (mounting& each : mounted_) {
        app* below = each.below.get();
        below->above_ = this;
        lifespan_.once([below] { return below->start(); }, [below] { return below->stop(); });
    }
}

}  // namespace coracle
