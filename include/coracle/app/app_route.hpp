// app_route: a route where it stands in its app, with its prefixes, routers and middleware around it.
#pragma once

#include <coracle/app/bounded_endpoint.hpp>
#include <coracle/app/endpoint.hpp>
#include <coracle/app/error_handlers.hpp>
#include <coracle/app/middleware.hpp>
#include <coracle/app/route_options.hpp>
#include <coracle/route/pattern.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace coracle {

/// Made when the app is frozen; stays where it is. Used from every loop at once.
class app_route {
public:
    /// What stands around a route, from the outside in.
    struct surroundings {
        std::vector<middleware*> chain{};
        std::vector<const error_handlers*> errors{};
        passage through = nullptr;
    };

    /// in: the endpoint, null for what no route takes; the whole pattern, and how many of its placeholders are not the
    /// handler's own but the prefix's.
    app_route(std::shared_ptr<endpoint> to, std::vector<std::string> methods, std::string text, std::size_t skipped,
              route_options options, surroundings around, bool fallback = false)
        : unbounded_(std::move(to)),
          target_(unbounded_),
          methods_(std::move(methods)),
          text_(std::move(text)),
          pattern_(target_ ? route::pattern(text_) : route::pattern()),
          skipped_(skipped),
          options_(std::move(options)),
          around_(std::move(around)),
          fallback_(fallback) {
        if (target_) target_ = bounded_endpoint::around(unbounded_, bounds_within(options_.timeout));
        std::size_t kept = 0;
        for (const error_handlers* each : around_.errors)
            if (!each->empty()) around_.errors[kept++] = each;
        while (around_.errors.size() > kept) around_.errors.pop_back();
        plain_ = target_ && around_.chain.empty() && around_.errors.empty();
    }
    app_route(const app_route&) = delete;
    app_route& operator=(const app_route&) = delete;

    /// The same on the heap, for all who make one.
    [[gnu::cold, gnu::noinline]] static std::unique_ptr<app_route> made(std::shared_ptr<coracle::endpoint> to,
                                                                        std::vector<std::string> methods,
                                                                        std::string text, std::size_t skipped,
                                                                        route_options options, surroundings around,
                                                                        bool fallback = false) {
        return std::unique_ptr<app_route>(new app_route(std::move(to), std::move(methods), std::move(text), skipped,
                                                        std::move(options), std::move(around), fallback));
    }

    /// Its handler has so much time if the route says nothing of it. In: before the first request.
    [[gnu::cold]] void answer_within(std::chrono::milliseconds most) {
        if (target_ && options_.timeout.count() == 0)
            target_ = bounded_endpoint::around(unbounded_, bounds_within(most));
    }

    coracle::endpoint* target() const noexcept { return target_.get(); }
    const std::vector<std::string>& methods() const noexcept { return methods_; }
    /// The whole pattern as it was written.
    const std::string& text() const noexcept { return text_; }
    const route::pattern& pattern() const noexcept { return pattern_; }
    std::size_t skipped() const noexcept { return skipped_; }
    /// Those of the route with those of its routers.
    const route_options& options() const noexcept { return options_; }
    const std::vector<middleware*>& chain() const noexcept { return around_.chain; }
    const std::vector<const error_handlers*>& errors() const noexcept { return around_.errors; }

    /// Whether it answers only what no other route does.
    bool fallback() const noexcept { return fallback_; }
    /// Whether nothing stands around it: its answer goes straight to the wire.
    bool plain() const noexcept { return plain_; }
    /// What calls one that is not plain.
    passage through() const noexcept { return around_.through; }
    /// Whether call_now() may be used: then it is the cheaper way, without a coroutine.
    bool runs_now() const noexcept { return plain_ && target_->runs_now(); }
    /// Whether the request's bytes must have found their place before it is called, because they are looked at while
    /// it waits.
    bool keeps_request() const noexcept { return !plain_ || target_->keeps_request(); }

private:
    bounded_endpoint::bounds bounds_within(std::chrono::milliseconds most) const noexcept {
        return {most, options_.max_body_bytes, options_.form};
    }
    std::shared_ptr<coracle::endpoint> unbounded_;
    std::shared_ptr<coracle::endpoint> target_;  // the same, with its bounds
    std::vector<std::string> methods_;
    std::string text_;
    route::pattern pattern_;
    std::size_t skipped_;
    route_options options_;
    surroundings around_;
    bool fallback_ = false;
    bool plain_ = false;
};

}  // namespace coracle
