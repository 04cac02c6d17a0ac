// dependency_store: what stands in for a function, and the values of the app.
#include <coracle/app/dependency_store.hpp>

#include <doctest/doctest.h>

#include <memory>

using namespace coracle;

namespace {
class nobody final : public dependency_override {
public:
    std::unique_ptr<dependency_block> make() override { return nullptr; }
};
}  // namespace

TEST_CASE("an override is found by its function, replaced by the next one, and taken away") {
    dependency_store store;
    int f = 0;
    int g = 0;
    CHECK(!store.overrides());
    auto first = std::make_unique<nobody>();
    dependency_override* known = first.get();
    store.override_with(&f, std::move(first));
    CHECK(store.overrides());
    CHECK(store.find_override(&f) == known);
    CHECK(store.find_override(&g) == nullptr);
    auto second = std::make_unique<nobody>();
    known = second.get();
    store.override_with(&f, std::move(second));
    CHECK(store.find_override(&f) == known);
    store.override_with(&f, nullptr);
    CHECK(!store.overrides());
    store.override_with(&f, std::make_unique<nobody>());
    store.clear_overrides();
    CHECK(!store.overrides());
}

TEST_CASE("a value of the app is found by its function") {
    dependency_store store;
    int f = 0;
    int value = 3;
    CHECK(store.find_value(&f) == nullptr);
    store.has_value(&f, &value);
    CHECK(store.find_value(&f) == &value);
    store.clear_values();
    CHECK(store.find_value(&f) == nullptr);
}
