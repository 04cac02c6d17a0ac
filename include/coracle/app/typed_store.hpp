// typed_store: values that are found by their type. Behind app.state<T>() and request.state<T>().
#pragma once

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace coracle {

/// One value of each type. Values stay where they are until the store goes, and go in reverse.
class typed_store {
public:
    typed_store() noexcept = default;
    typed_store(typed_store&&) noexcept = default;
    typed_store& operator=(typed_store&& other) noexcept {
        clear();
        values_ = std::move(other.values_);
        return *this;
    }
    ~typed_store() { clear(); }

    /// Makes the value, or puts a new one in its place.
    template <class T, class... A>
    T& emplace(A&&... arguments) {
        auto made = std::unique_ptr<void, void (*)(void*) noexcept>(
            new T{std::forward<A>(arguments)...}, [](void* one) noexcept { delete static_cast<T*>(one); });
        T& value = *static_cast<T*>(made.get());
        for (entry& each : values_)
            if (each.key == &key<T>) {
                each.value = std::move(made);
                return value;
            }
        values_.push_back({&key<T>, std::move(made)});
        return value;
    }
    template <class T>
    T* find() const noexcept {
        for (const entry& each : values_)
            if (each.key == &key<T>) return static_cast<T*>(each.value.get());
        return nullptr;
    }
    bool empty() const noexcept { return values_.empty(); }
    void clear() noexcept {
        while (!values_.empty()) values_.pop_back();
    }

private:
    template <class T>
    static constexpr char key = 0;
    struct entry {
        const void* key;
        std::unique_ptr<void, void (*)(void*) noexcept> value;
    };
    std::vector<entry> values_;
};

}  // namespace coracle
