// route_list: the routes of an app in order, with everything that stands around each, read from its routers.
#pragma once

#include <coracle/app/app_route.hpp>
#include <coracle/app/required_dependency.hpp>
#include <coracle/app/route_options.hpp>
#include <coracle/app/router.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// Walks through a group and the groups in it: what is included stands where it was included.
class route_list {
public:
    /// Appends the routes of `root` to `out`, and closes all of its groups.
    static void read(route_group& root, std::vector<std::unique_ptr<app_route>>& out) {
        walk(root, {root.prefix, root.shared, surroundings_in(root, {})}, out);
    }
    /// What stands around everything that an app answers.
    static app_route::surroundings outermost(const route_group& root) { return surroundings_in(root, {}); }

private:
    struct place {
        std::string prefix;
        router_options shared;
        app_route::surroundings around;
    };

    static void walk(route_group& group, const place& at, std::vector<std::unique_ptr<app_route>>& out) {
        group.closed = true;
        std::size_t skipped = at.prefix.empty() ? 0 : route::pattern(at.prefix).placeholder_count;
        for (route_group::item& each : group.items) {
            if (each.group) {
                router_options shared = joined(joined(at.shared, each.shared), each.group->shared);
                walk(*each.group,
                     {at.prefix + each.prefix + each.group->prefix, std::move(shared),
                      surroundings_in(*each.group, at.around)},
                     out);
                continue;
            }
            route_options options = joined(at.shared, each.options);
            std::shared_ptr<endpoint> target = required_dependency::guard(each.endpoint, options.dependencies);
            out.push_back(app_route::made(std::move(target), each.methods, at.prefix + each.endpoint->text(), skipped,
                                          std::move(options), at.around, each.fallback));
        }
    }

    static app_route::surroundings surroundings_in(const route_group& group, app_route::surroundings outer) {
        for (const auto& each : group.chain) outer.chain.push_back(each.get());
        outer.errors.push_back(&group.errors);
        if (group.through) outer.through = group.through;
        return outer;
    }
    template <class T>
    static void join(std::vector<T>& to, const std::vector<T>& more) {
        for (const T& each : more) to.push_back(each);
    }
    // The inner's answers go before the outer's with the same status.
    static json joined(const json& outer, const json& inner) {
        if (!outer.is_object()) return inner;
        json both = outer;
        if (inner.is_object())
            for (const auto& [status, answer] : inner.as_object()) both[status] = answer;
        return both;
    }
    static router_options joined(router_options outer, const router_options& inner) {
        join(outer.tags, inner.tags);
        outer.deprecated = outer.deprecated || inner.deprecated;
        outer.include_in_schema = outer.include_in_schema && inner.include_in_schema;
        outer.responses = joined(outer.responses, inner.responses);
        join(outer.dependencies, inner.dependencies);
        if (inner.timeout.count() != 0) outer.timeout = inner.timeout;
        if (inner.max_body_bytes != 0) outer.max_body_bytes = inner.max_body_bytes;
        if (inner.form != http::form_limits{}) outer.form = inner.form;
        return outer;
    }
    static route_options joined(const router_options& outer, route_options inner) {
        std::vector<std::string> tags = outer.tags;
        join(tags, inner.tags);
        inner.tags = std::move(tags);
        inner.deprecated = inner.deprecated || outer.deprecated;
        inner.include_in_schema = inner.include_in_schema && outer.include_in_schema;
        inner.responses = joined(outer.responses, inner.responses);
        std::vector<required_dependency> dependencies = outer.dependencies;
        join(dependencies, inner.dependencies);
        inner.dependencies = std::move(dependencies);
        if (inner.timeout.count() == 0) inner.timeout = outer.timeout;
        if (inner.max_body_bytes == 0) inner.max_body_bytes = outer.max_body_bytes;
        if (inner.form == http::form_limits{}) inner.form = outer.form;
        return inner;
    }
};

}  // namespace coracle
