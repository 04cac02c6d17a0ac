// dependency_store: what an app knows of its dependencies: the values that live as long as it, and what tests
// put in the place of a function.
#pragma once

#include <coracle/app/dependency.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace coracle {

/// What stands in for a function. FastAPI's app.dependency_overrides.
class dependency_override {
public:
    virtual ~dependency_override() = default;
    /// For one request: its last root is what stands in.
    virtual std::unique_ptr<dependency_block> make() = 0;
};

/// Changed while no request is under way, read by all workers.
class dependency_store {
public:
    bool overrides() const noexcept { return !overrides_.empty(); }
    dependency_override* find_override(const void* function) const noexcept {
        for (const auto& each : overrides_)
            if (each.function == function) return each.by.get();
        return nullptr;
    }
    /// Takes the place of an earlier one. in: null to take that away.
    void override_with(const void* function, std::unique_ptr<dependency_override> by) {
        std::erase_if(overrides_, [&](const entry& each) { return each.function == function; });
        if (by) overrides_.push_back({function, std::move(by)});
    }
    void clear_overrides() noexcept { overrides_.clear(); }

    /// The value in scope::app. Null before the app has started.
    void* find_value(const void* function) const noexcept {
        for (const value& each : values_)
            if (each.function == function) return each.at;
        return nullptr;
    }
    void has_value(const void* function, void* at) { values_.push_back({function, at}); }
    void clear_values() noexcept { values_.clear(); }

private:
    struct entry {
        const void* function;
        std::unique_ptr<dependency_override> by;
    };
    struct value {
        const void* function;
        void* at;
    };
    std::vector<entry> overrides_;
    std::vector<value> values_;
};

}  // namespace coracle
