// expect: this value cannot be copied; write co_yield std::move(name)
#include <coracle/async/generator.hpp>

#include <memory>

coracle::generator<std::unique_ptr<int>> boxes() {
    auto box = std::make_unique<int>(1);
    co_yield box;
}
