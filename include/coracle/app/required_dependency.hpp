// required_dependency: what has to be called before a route's handler, though nobody wants its value.
#pragma once

#include <coracle/app/dependency.hpp>
#include <coracle/async/task.hpp>

#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace coracle {

class endpoint;
class operation;
class required_dependency;

class app_values;
class dependency_store;
class lifespan;

/// How a value in scope::app is made, and what keeps all of them: by way of this, so that who has none pays nothing.
struct app_value {
    const void* function;
    std::unique_ptr<dependency_block> (*make)();
    std::unique_ptr<app_values> (*keep)(dependency_store& store, lifespan& begins);
};
/// The values of one app, from its start to its stop. It stands in the lifespan itself.
class app_values {
public:
    virtual ~app_values() = default;
    /// Will be made with all that it needs, unless it is there.
    virtual void add(const app_value& one) = 0;
};

/// One of a route's, a router's or an app's `dependencies`: `{.dependencies = {require<verify_token>}}`.
class required_dependency {
public:
    struct facts {
        std::unique_ptr<dependency_block> (*make)();
        void (*describe)(operation&);
        bool needs_body;
        bool sees_request;
        std::span<const app_value> app_values;
        std::shared_ptr<endpoint> (*guard)(std::shared_ptr<endpoint>, std::vector<required_dependency>);
    };
    constexpr explicit required_dependency(const facts& all) noexcept : facts_(&all) {}

    std::unique_ptr<dependency_block> make() const { return facts_->make(); }
    /// The endpoint with all of these in front of it. By way of one of them, so that who requires nothing pays nothing.
    static std::shared_ptr<endpoint> guard(std::shared_ptr<endpoint> inner,
                                           const std::vector<required_dependency>& all) {
        return all.empty() ? inner : all.front().facts_->guard(std::move(inner), all);
    }
    void describe(operation& told) const { facts_->describe(told); }
    bool needs_body() const noexcept { return facts_->needs_body; }
    bool sees_request() const noexcept { return facts_->sees_request; }
    std::span<const app_value> app_values() const noexcept { return facts_->app_values; }

private:
    const facts* facts_;
};

}  // namespace coracle
