// resolved: a dependency's value outside of a request: in a job, a command, a test.
#pragma once

#include <coracle/app/dependency_graph.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/app/kept_app_values.hpp>
#include <coracle/async/task.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace coracle {

/// What `auto db = co_await app.resolve<get_db>();` gives: `*db`, `db->query()`. `co_await db.close();` cleans up, in
/// reverse; without it the generators are destroyed where they stand, when this goes.
template <auto Function>
class resolved {
public:
    using value_type = std::remove_reference_t<detail::result_of_dependency<Function>>;

    resolved(std::unique_ptr<dependencies_of_nobody> all, void* value) noexcept
        : all_(std::move(all)), value_(static_cast<value_type*>(value)) {}

    value_type& operator*() const noexcept { return *value_; }
    value_type* operator->() const noexcept { return value_; }

    /// error: what the clean-up throws.
    task<> close() {
        if (all_) co_await all_->close();
        all_.reset();
    }

private:
    std::unique_ptr<dependencies_of_nobody> all_;
    value_type* value_;
};

namespace detail {
template <auto Function>
task<resolved<Function>> resolve(const dependency_store* store, const app& of) {
    static_assert(good_needs(types<depends<Function>>{}), "coracle: this dependency cannot be resolved, see above");
    auto all = std::make_unique<dependencies_of_nobody>(store);
    all->nobody().belongs_to(of, store);
    dependency_block& block = all->all().add(std::make_unique<memory_of<asking_parameter<depends<Function>>>>());
    co_await all->call_or_unwind(block);
    co_return resolved<Function>(std::move(all), block.roots()[0]->value());
}
}  // namespace detail

}  // namespace coracle
