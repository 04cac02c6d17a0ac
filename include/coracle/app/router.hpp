// router: a group of routes with what they share. FastAPI's APIRouter.
#pragma once

#include <coracle/app/app_options.hpp>
#include <coracle/app/checked_pattern.hpp>
#include <coracle/app/dependent_handler.hpp>
#include <coracle/app/endpoint.hpp>
#include <coracle/app/error_handlers.hpp>
#include <coracle/app/files_options.hpp>
#include <coracle/app/handler.hpp>
#include <coracle/app/middleware.hpp>
#include <coracle/app/on_loop.hpp>
#include <coracle/app/result_type.hpp>
#include <coracle/app/route_options.hpp>
#include <coracle/base/function.hpp>
#include <coracle/http/status.hpp>
#include <coracle/route/router.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

struct websocket_route_options;

namespace detail {
template <class H, bool MayHaveBody>
consteval bool good_route_handler() {
    if constexpr (good_handler<H, MayHaveBody>())
        if constexpr (!is_loop_handler<H> || !(is_coroutine<H> || is_streamed<result_of<H>>))
            return good_result<result_of<H>>();
    return false;
}
}  // namespace detail

/// What a router holds, in the order in which it was said. The app reads it when it is frozen.
struct route_group {
    struct item {
        std::shared_ptr<coracle::endpoint> endpoint{};  ///< a route; or else
        std::shared_ptr<route_group> group{};           ///< a router that was included
        std::vector<std::string> methods{};
        route_options options{};
        std::string prefix{};
        router_options shared{};
        bool fallback = false;  ///< a route that answers only what no other does
    };
    std::string prefix{};
    router_options shared{};
    std::vector<item> items{};
    std::vector<std::unique_ptr<middleware>> chain{};
    error_handlers errors{};
    passage through = nullptr;  // what calls a route with some of these around it
    route::router known{};      // so that a route that would never be called is refused where it is written
    bool closed = false;
};

/// Routes that belong together: `router users("/users", {.tags = {"users"}}); users.get("/{id}", one);
/// app.include(users);`. It is kept, not copied: routes that are added after include() count too. A copy is the same
/// router. error of adding: std::logic_error, for a route that could never be reached or that does not fit its handler;
/// what the compiler can see, it says.
class router {
public:
    /// in: what stands before each of its paths: empty, or `/name` without a slash at its end. error: std::logic_error.
    explicit router(std::string prefix = {}, router_options shared = {}) : group_(std::make_shared<route_group>()) {
        check_prefix(prefix);
        group_->prefix = std::move(prefix);
        group_->shared = std::move(shared);
    }

    template <class H>
    router& get(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"GET"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    router& get(checked_pattern<std::type_identity_t<H>, false> pattern, route_options options, H handler) {
        return add<false>({"GET"}, pattern.text(), std::move(options), std::move(handler));
    }
    template <class H>
    router& post(checked_pattern<std::type_identity_t<H>, true> pattern, H handler) {
        return add<true>({"POST"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    router& post(checked_pattern<std::type_identity_t<H>, true> pattern, route_options options, H handler) {
        return add<true>({"POST"}, pattern.text(), std::move(options), std::move(handler));
    }
    template <class H>
    router& put(checked_pattern<std::type_identity_t<H>, true> pattern, H handler) {
        return add<true>({"PUT"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    router& put(checked_pattern<std::type_identity_t<H>, true> pattern, route_options options, H handler) {
        return add<true>({"PUT"}, pattern.text(), std::move(options), std::move(handler));
    }
    template <class H>
    router& patch(checked_pattern<std::type_identity_t<H>, true> pattern, H handler) {
        return add<true>({"PATCH"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    router& patch(checked_pattern<std::type_identity_t<H>, true> pattern, route_options options, H handler) {
        return add<true>({"PATCH"}, pattern.text(), std::move(options), std::move(handler));
    }
    /// DELETE, which is a word of C++.
    template <class H>
    router& del(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"DELETE"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    router& del(checked_pattern<std::type_identity_t<H>, false> pattern, route_options options, H handler) {
        return add<false>({"DELETE"}, pattern.text(), std::move(options), std::move(handler));
    }
    /// Every GET route answers HEAD by itself; this is for one that can do it cheaper.
    template <class H>
    router& head(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"HEAD"}, pattern.text(), {}, std::move(handler));
    }
    /// Every path answers OPTIONS with its methods by itself; this is for one that has more to say.
    template <class H>
    router& options(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"OPTIONS"}, pattern.text(), {}, std::move(handler));
    }
    /// Any methods: `app.route({"GET", "POST"}, "/echo", echo)`.
    template <class H>
    router& route(std::initializer_list<std::string_view> methods,
                  checked_pattern<std::type_identity_t<H>, true> pattern, H handler) {
        return add<true>(methods, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    router& route(std::initializer_list<std::string_view> methods,
                  checked_pattern<std::type_identity_t<H>, true> pattern, route_options options, H handler) {
        return add<true>(methods, pattern.text(), std::move(options), std::move(handler));
    }

    /// A WebSocket: `app.websocket("/ws", [](websocket& ws) -> task<> { while (auto message = co_await ws.receive())
    /// co_await ws.send(*message); });`. Its parameters are filled as those of any route, but for a body; its end is
    /// the end of the WebSocket. Middleware sees the handshake: a request, answered by 101 or a refusal.
    /// Defined in server/websocket_route.hpp.
    template <class H>
    router& websocket(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add_websocket(pattern.text(), std::move(handler));
    }
    template <class H, class Options = websocket_route_options>
    router& websocket(checked_pattern<std::type_identity_t<H>, false> pattern, std::type_identity_t<Options> options,
                      H handler) {
        return add_websocket(pattern.text(), std::move(handler), std::move(options));
    }

    /// All routes of `other`, here, behind `prefix` too: `app.include(users, "/v1")`. Any number of times.
    /// error: std::logic_error for a router that would include itself.
    router& include(const router& other, std::string prefix = {}, router_options shared = {}) {
        check_prefix(prefix);
        check_open();
        if (reaches(*other.group_, group_.get()))
            throw std::logic_error("coracle: a router cannot include itself, and '" + other.group_->prefix + "' would");
        group_->items.push_back({nullptr, other.group_, {}, {}, std::move(prefix), std::move(shared)});
        return *this;
    }

    /// The files of a directory below a path: `app.files("/static", "public");`. GET and HEAD; ranges, ETag and 304;
    /// nothing outside of the directory, no links, no hidden files, no list of what is there. The directory is looked
    /// up anew for each request, so it may be replaced. error: std::logic_error when there is none.
    /// Defined in server/static_files.hpp, as the next.
    router& files(std::string_view path, std::string directory, files_options options = {});
    /// A single page app that a bundler has built: `app.frontend("dist");`. Answers what no route does; pages that are
    /// no files get index.html, where the script finds out what they are.
    router& frontend(std::string directory, frontend_options options = {}) {
        return frontend({}, std::move(directory), std::move(options));
    }
    router& frontend(std::string_view path, std::string directory, frontend_options options = {});

    /// Puts a middleware around all that this router answers, inside of those that are there already. For an app,
    /// around what finds no route too.
    template <class M>
        requires std::is_invocable_r_v<task<response>, M&, request&, next>
    router& use(M around) {
        check_open();
        group_->chain.push_back(std::make_unique<middleware>(std::move(around)));
        group_->through = &passage_of<app>::call;
        return *this;
    }

    /// What answers exceptions of type E, and of types derived from it, that leave this router's handlers:
    /// `app.on_error<db_error>([](const db_error& e, request&) { return response(503); });`. A function or a coroutine
    /// of (const E&) or (const E&, request&). An inner router's goes before an outer one's.
    template <class E, class F>
    router& on_error(F answer) {
        check_open();
        group_->errors.on_error<E>(std::move(answer));
        group_->through = &passage_of<app>::call;
        return *this;
    }
    /// What answers errors with this status: `app.on_status(404, [](request& req) { return response::html(page); });`.
    /// A function or a coroutine of (), (request&) or (request&, const http_error&). It goes before on_error. 500 is
    /// for exceptions that are nobody's answer; they are logged all the same.
    template <class F>
    router& on_status(int status, F answer) {
        check_open();
        group_->errors.on_status(status, std::move(answer));
        group_->through = &passage_of<app>::call;
        return *this;
    }

    /// For the app that is made of it.
    const std::shared_ptr<route_group>& group() const noexcept { return group_; }

protected:
    void add_endpoint(std::span<const std::string_view> methods, std::shared_ptr<endpoint> made,
                      route_options options) {
        check_open();
        route::pattern pattern = route::pattern::behind_prefix(made->text());
        group_->items.reserve(group_->items.size() + 1);
        std::vector<std::string> names(methods.begin(), methods.end());
        group_->known.add(methods, pattern);
        group_->items.push_back({std::move(made), nullptr, std::move(names), std::move(options), {}, {}});
    }
    /// What answers GET and HEAD where no other route does.
    void add_fallback(std::shared_ptr<endpoint> made) {
        check_open();
        group_->items.push_back({std::move(made), nullptr, {"GET"}, {.include_in_schema = false}, {}, {}, true});
    }
    void check_open() const {
        if (group_->closed)
            throw std::logic_error("coracle: routes are added before the server starts, not while it runs");
    }

    static void check_prefix(std::string_view prefix) {
        if (prefix.empty()) return;
        route::pattern read(prefix);
        if (prefix.ends_with('/') || read.query_count != 0)
            throw std::logic_error("coracle: the prefix '" + std::string(prefix) +
                                   "' of a router starts with '/', and ends without one and without {?query}");
    }

private:
    template <class H, class Options = websocket_route_options>
    router& add_websocket(std::string_view text, H handler, Options options = {});
    // What the compiler has refused is not looked at any further, so that its sentence stands alone.
    template <bool MayHaveBody, class H>
    router& add(std::initializer_list<std::string_view> methods, std::string_view text, route_options options,
                H handler) {
        if constexpr (detail::good_route_handler<H, MayHaveBody>()) {
            check_status(text, options);
            auto made = std::make_shared<detail::handler_endpoint<H>>(text, options, std::move(handler));
            add_endpoint(std::span(methods.begin(), methods.size()), std::move(made), std::move(options));
        }
        return *this;
    }

    static void check_status(std::string_view text, const route_options& options) {
        if (options.status == 0 || (options.status >= 200 && http::is_status(options.status))) return;
        throw std::logic_error("coracle: the route '" + std::string(text) + "' has the status " +
                               std::to_string(options.status) +
                               ", and the status of an answer is a number from 200 to 599");
    }
    static bool reaches(const route_group& from, const route_group* wanted) {
        if (&from == wanted) return true;
        for (const route_group::item& each : from.items)
            if (each.group && reaches(*each.group, wanted)) return true;
        return false;
    }

    std::shared_ptr<route_group> group_;
};

}  // namespace coracle
