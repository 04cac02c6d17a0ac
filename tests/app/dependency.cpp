// dependency, dependency_block: values that are made and dropped in order, in one piece of memory.
#include <coracle/app/dependency.hpp>

#include <coracle/app/bind.hpp>

#include <doctest/doctest.h>

#include <array>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

using namespace coracle;

namespace {

constexpr dependency_facts number_facts{nullptr, scope::request, false, false, false, false};

class number final : public dependency {
public:
    number(std::string& log, char name) : dependency(number_facts), log_(log), name_(name) {}
    void read(binding&) override {}
    void read_body(binding&, std::string_view) override {}
    void call() override { has_value(&name_); }
    bool begin(async::caller) override { return false; }
    void end() override {}
    bool begin_close(async::caller, std::exception_ptr) override { return false; }
    void end_close() override {}
    void drop() noexcept override { log_ += name_; }

private:
    std::string& log_;
    char name_;
};

class three final : public dependency_block {
public:
    explicit three(std::string& log) : a(log, 'a'), b(log, 'b'), c(log, 'c') { consists_of(all_, roots_); }
    ~three() override { drop_all(); }
    number a, b, c;

private:
    std::array<dependency*, 3> all_{&a, &b, &c};
    std::array<dependency*, 1> roots_{&c};
};

}  // namespace

TEST_CASE("a block drops its values in reverse, and knows which of them are asked for") {
    std::string log;
    {
        auto block = std::make_unique<three>(log);
        CHECK(block->all().size() == 3);
        CHECK(block->roots()[0] == &block->c);
        CHECK(block->a.now() == dependency::stage::untouched);
        CHECK(block->a.value() == nullptr);
        block->a.call();
        CHECK(*static_cast<char*>(block->a.value()) == 'a');
    }
    CHECK(log == "cba");
}
