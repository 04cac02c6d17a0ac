// app_table: which route of an app answers a request, and what is answered where none does.
// RFC 9110 15.5.6 (405 and Allow), 9.3.7 (OPTIONS).
#pragma once

#include <coracle/app/app_options.hpp>
#include <coracle/app/app_route.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/refusal.hpp>
#include <coracle/json/value.hpp>
#include <coracle/route/router.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// The routes of a frozen app.
class app_table {
public:
    /// in: unmatched, what no route takes, where middleware or an error's answer waits for that; or null.
    void fill(std::vector<std::unique_ptr<app_route>> routes, std::unique_ptr<app_route> unmatched) {
        add(routes);
        routes_ = std::move(routes);
        unmatched_ = std::move(unmatched);
    }
    bool filled() const noexcept { return table_.frozen(); }
    const std::vector<std::unique_ptr<app_route>>& routes() const noexcept { return routes_; }

    /// What answers; null when it has been answered. Notes in the request what was found.
    const app_route* find(request& asked, reply& answer, const app_options& options) const {
        std::string_view path = asked.target.path;
        path.remove_prefix(asked.below);
        if (!table_.lookup_static(asked.method, path, asked.matched) || options.like_fastapi) [[unlikely]]
            return find_further(asked, answer, options);
        return found(asked);
    }
    /// Answers what no route takes, behind the middleware. out: false when `refusal` is to be thrown.
    bool answer_unmatched(request& asked, reply& answer, const app_options& options, bool errors_are_answered) const {
        if (asked.matched.result == route::outcome::not_found && options.redirect_slashes == slashes::redirect &&
            find_with_other_slash(asked, answer, options))
            return true;
        if (errors_are_answered && asked.matched.result != route::outcome::options) return false;
        refuse(asked, answer);
        return true;
    }
    http_error refusal(const request& asked) const;

private:
    const app_route* found(request& asked) const {
        const app_route* to = routes_[asked.matched.route].get();
        asked.pattern = &to->pattern();
        asked.skipped = to->skipped();
        return to;
    }
    void add(std::vector<std::unique_ptr<app_route>>& routes);
    const app_route* find_further(request& asked, reply& answer, const app_options& options) const;
    const app_route* find_otherwise(request& asked, reply& answer, const app_options& options) const;
    const app_route* find_fallback(request& asked, bool may_redirect) const;
    void restrict_like_fastapi(request& asked) const;
    bool look_up_other_slash(const request& asked, std::string& other, route::match& match) const;
    bool find_with_other_slash(request& asked, reply& answer, const app_options& options) const;
    void refuse(const request& asked, reply& answer) const;

    route::router table_;
    std::unique_ptr<route::router> fallbacks_;  // the last routes, where there are some that answer what no other does
    std::vector<std::unique_ptr<app_route>> routes_;
    std::unique_ptr<app_route> unmatched_;
};

/// Those that answer what no other does go to the end, and into a table of their own.
[[gnu::cold]] inline void app_table::add(std::vector<std::unique_ptr<app_route>>& routes) {
    std::vector<std::unique_ptr<app_route>> last;
    for (auto& each : routes) {
        std::vector<std::string_view> methods(each->methods().begin(), each->methods().end());
        if (each->fallback()) {
            if (!fallbacks_) fallbacks_ = std::make_unique<route::router>();
            fallbacks_->add(methods, each->pattern());
            last.push_back(std::move(each));
        } else {
            table_.add(methods, each->pattern());
        }
    }
    table_.freeze();
    if (last.empty()) return;
    fallbacks_->freeze();
    std::size_t kept = 0;
    for (auto& each : routes)
        if (each) routes[kept++].swap(each);
    for (auto& each : last) routes[kept++] = std::move(each);
}

/// Null when there is none for this request, which then is what it was.
[[gnu::cold]] inline const app_route* app_table::find_fallback(request& asked, bool may_redirect) const {
    route::match match;
    std::string other;
    if (may_redirect && look_up_other_slash(asked, other, match)) return nullptr;
    fallbacks_->lookup(asked.method, asked.method_text, asked.target.path.substr(asked.below), match);
    if (match.result != route::outcome::found) return nullptr;
    asked.matched.result = route::outcome::found;
    asked.matched.route = static_cast<std::uint32_t>(table_.size()) + match.route;
    asked.matched.capture_count = 0;  // it reads the path itself, which it has to see undecoded
    return found(asked);
}

[[gnu::noinline]] inline const app_route* app_table::find_further(request& asked, reply& answer,
                                                                  const app_options& options) const {
    table_.look_further(asked.method, asked.method_text, asked.target.path.substr(asked.below), asked.matched);
    if (asked.matched.result != route::outcome::found || options.like_fastapi) [[unlikely]]
        return find_otherwise(asked, answer, options);
    return found(asked);
}

[[gnu::cold]] inline const app_route* app_table::find_otherwise(request& asked, reply& answer,
                                                                const app_options& options) const {
    // Nothing behind the path at which the app is shown: no path that is wrong, but one that wants a slash.
    if (asked.below > 0 && asked.below == asked.target.path.size()) asked.matched.result = route::outcome::not_found;
    if (options.like_fastapi) restrict_like_fastapi(asked);
    if (asked.matched.result == route::outcome::found) return found(asked);
    // A redirect goes through the middleware, as every answer does: respond() makes it then.
    bool later = unmatched_ && options.redirect_slashes == slashes::redirect;
    if (asked.matched.result == route::outcome::not_found && options.redirect_slashes != slashes::strict && !later &&
        find_with_other_slash(asked, answer, options))
        return answer.answered() ? nullptr : found(asked);
    if (fallbacks_ && asked.matched.result == route::outcome::not_found)
        if (const app_route* last = find_fallback(asked, later)) return last;
    if (unmatched_) return unmatched_.get();
    refuse(asked, answer);
    return nullptr;
}

/// GET answers GET and nothing answers OPTIONS by itself; Allow names the methods of the first fitting route.
[[gnu::cold]] inline void app_table::restrict_like_fastapi(request& asked) const {
    route::match& found = asked.matched;
    auto has = [&](std::uint32_t number, std::string_view method) {
        for (const std::string& each : routes_[number]->methods())
            if (each == method) return true;
        return false;
    };
    if (found.result == route::outcome::not_found || found.result == route::outcome::bad_path) return;
    if (found.result == route::outcome::found && has(found.route, asked.method_text)) return;
    std::string_view path = asked.target.path.substr(asked.below);
    std::uint32_t first = static_cast<std::uint32_t>(routes_.size());
    for (std::size_t n = 0; n < http::known_methods; ++n) {
        route::match one;
        table_.lookup(static_cast<http::method>(n), {}, path, one);
        if (one.result == route::outcome::found && one.route < first) first = one.route;
    }
    found.result = route::outcome::method_not_allowed;
    found.allow.clear();
    if (first == routes_.size()) return;
    for (const std::string& each : routes_[first]->methods()) found.allow += (found.allow.empty() ? "" : ", ") + each;
}

/// Whether the path with a slash more, or without those at its end, is a route's.
[[gnu::cold]] inline bool app_table::look_up_other_slash(const request& asked, std::string& other,
                                                         route::match& match) const {
    std::string_view path = asked.target.path.substr(asked.below);
    if (path == "/") return false;
    std::size_t bare = path.find_last_not_of('/') + 1;
    other = path.substr(0, bare == path.size() ? path.size() : bare == 0 ? 1 : bare);
    if (bare == path.size()) other += '/';
    table_.lookup(asked.method, asked.method_text, other, match);
    return match.result != route::outcome::not_found && match.result != route::outcome::bad_path;
}

/// True when there is such a path: the request is redirected, or found.
[[gnu::cold]] inline bool app_table::find_with_other_slash(request& asked, reply& answer,
                                                           const app_options& options) const {
    std::string_view path = asked.target.path.substr(asked.below);
    std::string other;
    route::match match;
    if (!look_up_other_slash(asked, other, match)) return false;
    if (options.redirect_slashes == slashes::ignore) {
        if (match.result != route::outcome::found) return false;
        // What was captured stands in the path itself, but for an empty rest behind the slash that is not there.
        bool escaped = !match.decoded.empty();
        const char* from = escaped ? match.decoded.data() : other.data();
        std::array<std::size_t, route::pattern::max_parameters> places{};
        for (std::size_t n = 0; n < match.capture_count; ++n)
            places[n] = static_cast<std::size_t>(match.captures[n].data() - from);
        asked.matched.result = match.result;
        asked.matched.route = match.route;
        asked.matched.capture_count = match.capture_count;
        asked.matched.decoded = std::move(match.decoded);
        std::string_view to = escaped ? std::string_view(asked.matched.decoded) : path;
        for (std::size_t n = 0; n < match.capture_count; ++n)
            asked.matched.captures[n] = to.substr(std::min(places[n], to.size()), match.captures[n].size());
        return true;
    }
    // W11: relative, and never `//host`.
    std::string location = asked.base_path() + other;
    std::size_t slashes_in_front = location.find_first_not_of('/');
    if (slashes_in_front != std::string::npos && slashes_in_front > 1) location.erase(0, slashes_in_front - 1);
    if (options.like_fastapi) location.insert(0, asked.origin());
    if (!asked.target.query.empty()) location.append("?").append(asked.target.query);
    answer.send(response(307, {}, {{"location", location}}));
    return true;
}

[[gnu::cold]] inline http_error app_table::refusal(const request& asked) const {
    const route::match& found = asked.matched;
    if (found.result == route::outcome::not_found) return http_error(404);
    if (found.result == route::outcome::method_not_allowed)
        return http_error(405, json("Method Not Allowed"), {{"allow", found.allow}});
    std::string_view path = asked.target.path;
    const auto& facts = http::facts_of(!path.starts_with('/')          ? http::refusal::bad_target
                                       : path.find("%00") == path.npos ? http::refusal::bad_escape
                                                                       : http::refusal::nul_in_path);
    return http_error(facts.status, json(facts.detail));
}

inline void app_table::refuse(const request& asked, reply& answer) const {
    if (asked.matched.result == route::outcome::not_found) return answer.send_detail(404, json("Not Found"));
    if (asked.matched.result != route::outcome::options) return answer.send(refusal(asked));
    http::field_list fields;
    fields.add("allow", asked.matched.allow);
    answer.send_detail(204, json(), &fields);
}

}  // namespace coracle
