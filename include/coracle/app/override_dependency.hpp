// override_dependency: for tests: a function in the place of another, which nobody has to know. FastAPI's
// app.dependency_overrides.
#pragma once

#include <coracle/app/dependency_graph.hpp>
#include <coracle/app/dependency_store.hpp>
#include <coracle/app/depends.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace coracle::detail {

/// As a parameter, the function that stands in.
template <class Fake>
struct standing_in {};
template <class Fake>
inline constexpr bool is_dependency<standing_in<Fake>> = true;
template <class Fake>
struct asks_for<standing_in<Fake>> {
    using function = kept_function<Fake>;
    static constexpr scope lives = scope::request;
    static constexpr bool alone = false;
    static constexpr bool scopes = false;
    template <class Outer>
    using names = Outer;
};

template <class Fake>
class kept_override final : public dependency_override {
public:
    explicit kept_override(Fake fake) : fake_(std::move(fake)) {}
    std::unique_ptr<dependency_block> make() override {
        auto block = std::make_unique<memory_of<asking_parameter<standing_in<Fake>>>>();
        block->last().calls(&fake_);
        return block;
    }

private:
    Fake fake_;
};

template <auto Function, class Fake>
consteval bool good_override() {
    static_assert(has_signature<Fake>,
                  "coracle: what stands in for a dependency is a function, or an object with one call operator");
    if constexpr (has_signature<Fake>) {
        constexpr bool same = std::is_same_v<std::remove_cvref_t<result_of_dependency<Function>>,
                                             std::remove_cvref_t<dependency_result<Fake>>>;
        static_assert(same, "coracle: what stands in for a dependency gives a value of the same type");
        if constexpr (same) return good_dependency<Fake, scope::request>(parameters_of<Fake>{});
    }
    return false;
}

}  // namespace coracle::detail
