// kept_app_values: the dependencies in scope::app: made before the first request, cleaned up after the last.
#pragma once

#include <coracle/app/dependency_graph.hpp>
#include <coracle/app/dependency_store.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/app/lifespan.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/request_dependencies.hpp>
#include <coracle/app/required_dependency.hpp>
#include <coracle/async/task.hpp>
#include <coracle/route/pattern.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

namespace coracle {

/// A request of nobody, and what is called for it: for values that are made outside of requests.
class dependencies_of_nobody {
public:
    explicit dependencies_of_nobody(const dependency_store* store, bool makes_app_values = false)
        : all_(std::in_place, nobody_, store, makes_app_values) {
        nobody_.pattern = &nowhere_;
    }
    request_dependencies& all() noexcept { return *all_; }
    request& nobody() noexcept { return nobody_; }

    /// Calls all of `block`. error: validation_error for what only a request has; what a function throws.
    task<> call(dependency_block& block) {
        while (dependency* next = all_->advance(block)) co_await dependency_step(*all_, *next);
        if (all_->wants_body()) {
            all_->has_body({});
            while (dependency* next = all_->advance(block)) co_await dependency_step(*all_, *next);
        }
        if (all_->has_issues()) throw validation_error(all_->take_issues());
    }
    /// The same; error: when it has gone through what was open.
    task<> call_or_unwind(dependency_block& block) {
        std::exception_ptr failure;
        try {
            co_await call(block);
        } catch (...) {
            failure = std::current_exception();
        }
        if (!failure) co_return;
        if (all_->open()) failure = co_await all_->unwind(failure);
        std::rethrow_exception(failure);
    }
    /// Cleans up in reverse. error: what that throws.
    task<> close() {
        std::exception_ptr failure = co_await all_->close(scope::function, nullptr);
        failure = co_await all_->close(scope::request, failure);
        all_.reset();
        if (failure) std::rethrow_exception(failure);
    }

private:
    route::pattern nowhere_{};
    request nobody_;
    std::optional<request_dependencies> all_;
};

class kept_app_values final : public app_values {
public:
    explicit kept_app_values(dependency_store& store) : store_(store), made_(&store, true) {}

    void add(const app_value& one) override { wanted_.push_back(one); }
    /// They are made behind what has begun already, and end before it; also when not all could be made.
    static std::unique_ptr<app_values> keep(dependency_store& store, lifespan& begins) {
        auto all = std::make_unique<kept_app_values>(store);
        begins.once(nullptr, [here = all.get()] { return here->close(); });
        begins.once([here = all.get()] { return here->make(); }, nullptr);
        return all;
    }

private:
    task<> make() {
        for (const app_value& one : wanted_) {
            if (store_.find_value(one.function)) continue;
            dependency_block& block = made_.all().add(one.make());
            co_await made_.call(block);
            for (dependency* each : block.all()) store_.has_value(each->facts().function, each->value());
        }
    }
    task<> close() {
        store_.clear_values();
        co_await made_.close();
    }

    dependency_store& store_;
    dependencies_of_nobody made_;
    std::vector<app_value> wanted_;
};

namespace detail {

/// Those that something needs, each with all that it needs itself.
template <class Nodes>
struct app_values_in;
template <class... Node>
struct app_values_in<node_list<false, Node...>> {
    template <class N>
    static std::unique_ptr<dependency_block> make() {
        return std::make_unique<memory_of<asking_parameter<depends<N::function::value, scope::app>>, true>>();
    }
    static constexpr std::size_t count = (std::size_t{Node::facts.lives == scope::app} + ... + std::size_t{0});
    static constexpr std::array<app_value, count> all = [] {
        std::array<app_value, count> found{};
        [[maybe_unused]] std::size_t at = 0;
        [[maybe_unused]] auto look = [&]<class N>(std::type_identity<N>) {
            if constexpr (N::facts.lives == scope::app)
                found[at++] = {N::facts.function, &make<N>, &kept_app_values::keep};
        };
        (look(std::type_identity<Node>{}), ...);
        return found;
    }();
};

}  // namespace detail

}  // namespace coracle
