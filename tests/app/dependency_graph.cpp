// dependency_graph: what the compiler finds: each dependency once, behind what it needs.
#include <coracle/app/dependency_graph.hpp>

#include <coracle/app/app.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

using namespace coracle;
using namespace coracle::detail;

namespace {

struct item {
    int price = 0;
};
int a() { return 1; }
int b(depends<a> x) { return *x; }
task<int> c(depends<b> x, depends<a> y) { co_return *x + *y; }
int priced(item in) { return in.price; }
int above(depends<priced> x) { return *x; }
int looks(request&) { return 1; }
int beyond(depends<looks> x) { return *x; }
int pool() { return 1; }
std::string text() { return {}; }
generator<int> yields() { co_yield 1; }

template <class... P>
struct asking {
    using parameters = types<P...>;
    using names = scope_names<>;
};
template <auto F, scope S = scope::request>
using node = dependency_node<constant_function<F>, S, scope_names<>>;

template <class List, class... Node>
constexpr bool is = std::is_same_v<List, node_list<false, Node...>>;

static_assert(is<needs_of<asking<int>>>);
static_assert(is<needs_of<asking<depends<a>>>, node<a>>);
static_assert(is<needs_of<asking<depends<c>, int, depends<a>>>, node<a>, node<b>, node<c>>);
static_assert(is<needs_of<asking<depends<a>, depends<a, scope::function>>>, node<a>, node<a, scope::function>>);
// What lives in the app is found there, with all that it needs.
static_assert(is<needs_of<asking<depends<b, scope::app>>>, node<b, scope::app>>);

static_assert(node<c>::need_count == 2);
static_assert(node<c>::facts.waits && !node<b>::facts.waits);
static_assert(!node<c>::facts.needs_body && node<priced>::facts.needs_body && node<above>::facts.needs_body);
static_assert(node<text>::facts.held && !node<a>::facts.held && node<yields>::facts.held);
static_assert(node<yields>::facts.cleans_up && !node<text>::facts.cleans_up);
static_assert(node<blocking<pool>>::facts.waits);
static_assert(&node<a>::facts != &node<a, scope::function>::facts);
static_assert(node<a>::facts.function == node<a, scope::function>::facts.function);

static_assert(sees_request<asking<int>>(types<depends<beyond>>{}) && !sees_request<asking<int>>(types<depends<c>>{}));

static_assert(std::is_same_v<joined_names<scope_names<"a">, "b", "a">::type, scope_names<"a", "b">>);

}  // namespace

TEST_CASE("a block of memory knows its dependencies in the order of their calls, and who asks for which") {
    memory_of<asking<depends<c>, depends<a>>> block;
    REQUIRE(block.all().size() == 3);
    CHECK(&block.all()[0]->facts() == &node<a>::facts);
    CHECK(&block.all()[1]->facts() == &node<b>::facts);
    CHECK(&block.all()[2]->facts() == &node<c>::facts);
    REQUIRE(block.roots().size() == 2);
    CHECK(block.roots()[0] == block.all()[2]);
    CHECK(block.roots()[1] == block.all()[0]);
}
