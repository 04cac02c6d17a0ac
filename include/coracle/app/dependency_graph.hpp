// dependency_graph: which dependencies a handler has, found by the compiler: each one once, behind what it needs.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/checked_pattern.hpp>
#include <coracle/app/dependency.hpp>
#include <coracle/app/dependency_call.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/security_scopes.hpp>
#include <coracle/app/signature.hpp>
#include <coracle/base/fixed_string.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace coracle::detail {

/// The names that security<> demands on the way to a dependency.
template <fixed_string... Names>
struct scope_names {
    static constexpr std::array<std::string_view, sizeof...(Names)> texts{Names.view()...};
    static constexpr security_scopes all{std::span<const std::string_view>(texts)};
    static constexpr bool has([[maybe_unused]] std::string_view name) { return ((Names.view() == name) || ...); }
};
template <class Outer, fixed_string... Inner>
struct joined_names {
    using type = Outer;
};
template <fixed_string... Outer, fixed_string First, fixed_string... Rest>
struct joined_names<scope_names<Outer...>, First, Rest...> {
    using longer = std::conditional_t<scope_names<Outer...>::has(First.view()), scope_names<Outer...>,
                                      scope_names<Outer..., First>>;
    using type = typename joined_names<longer, Rest...>::type;
};

/// What a parameter says of the dependency that fills it.
template <class P>
struct asks_for {
    static constexpr bool scopes = std::is_same_v<P, const security_scopes&>;
};
template <class Parameters>
inline constexpr bool ask_for_scopes = false;
template <class... P>
inline constexpr bool ask_for_scopes<types<P...>> = (asks_for<P>::scopes || ...);
template <auto F, scope S>
struct asks_for<depends<F, S>> {
    using function = constant_function<F>;
    static constexpr scope lives = S;
    static constexpr bool alone = false;
    static constexpr bool scopes = ask_for_scopes<parameters_of<std::remove_cv_t<decltype(F)>>>;
    template <class Outer>
    using names = Outer;
};
template <auto F, scope S>
struct asks_for<fresh<F, S>> : asks_for<depends<F, S>> {
    static constexpr bool alone = true;
};
template <auto F, fixed_string... Names>
struct asks_for<security<F, Names...>> : asks_for<depends<F>> {
    template <class Outer>
    using names = typename joined_names<Outer, Names...>::type;
};

template <class Function>
inline constexpr char function_name = 0;

/// The parameter of Consumer that a fresh<> fills.
template <class Consumer, std::size_t Parameter>
struct used_alone {};

template <class... P>
consteval std::size_t count_needs(types<P...>) {
    return (std::size_t{is_dependency<P>} + ... + std::size_t{0});
}
template <class Consumer, class... P>
consteval bool needs_body(types<P...>);
template <class Consumer, class... P>
consteval body_taker takes_body(types<P...>);

/// One dependency. in: Names, those that it is called with, and Use, void when all may share it.
template <class Function, scope Scope, class Names, class Use = void>
struct dependency_node {
    using function = Function;
    using parameters = parameters_of<typename Function::type>;
    using names = Names;
    using result = dependency_result<typename Function::type>;
    static constexpr call_kind kind = kind_of<typename Function::type>();
    static constexpr std::size_t need_count = count_needs(parameters{});
    static constexpr dependency_facts facts{
        &function_name<Function>,
        Scope,
        needs_body<dependency_node>(parameters{}),
        kind != call_kind::plain,
        kind == call_kind::generator || (std::is_object_v<result> && !std::is_trivially_destructible_v<result>),
        kind == call_kind::generator,
        takes_body<dependency_node>(parameters{})};
};

/// What fills the parameter P, the I-th of Consumer.
template <class P, class Consumer, std::size_t I>
using node_of =
    dependency_node<typename asks_for<P>::function, asks_for<P>::lives,
                    std::conditional_t<asks_for<P>::scopes,
                                       typename asks_for<P>::template names<typename Consumer::names>, scope_names<>>,
                    std::conditional_t<asks_for<P>::alone, used_alone<Consumer, I>, void>>;

template <class P, class Consumer, std::size_t I>
consteval bool needs_body_for() {
    if constexpr (is_dependency<P>)
        return asks_for<P>::lives != scope::app && node_of<P, Consumer, I>::facts.needs_body;
    else
        return is_from_body(parameter<P>::source);
}
template <class Consumer, class... P>
consteval bool needs_body(types<P...>) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return (needs_body_for<P, Consumer, I>() || ...);
    }(std::index_sequence_for<P...>{});
}
template <class P, class Consumer, std::size_t I>
consteval body_taker taker_for() {
    if constexpr (!is_dependency<P>)
        return body_taker_of<P>();
    else if constexpr (asks_for<P>::lives != scope::app)
        return node_of<P, Consumer, I>::facts.take_body;
    else
        return nullptr;
}
template <class Consumer, class... P>
consteval body_taker takes_body(types<P...>) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        body_taker found = nullptr;
        ((found = found ? found : taker_for<P, Consumer, I>()), ...);
        return found;
    }(std::index_sequence_for<P...>{});
}
template <class Consumer, class... P>
consteval bool sees_request(types<P...>);
template <class P, class Consumer, std::size_t I>
consteval bool sees_request_for() {
    if constexpr (is_dependency<P>) {
        using node = node_of<P, Consumer, I>;
        return sees_request<node>(typename node::parameters{});
    } else {
        return parameter<P>::source == parameter_source::context;
    }
}
/// Consumer, or what it needs, may hold on to the request.
template <class Consumer, class... P>
consteval bool sees_request(types<P...>) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return (sees_request_for<P, Consumer, I>() || ...);
    }(std::index_sequence_for<P...>{});
}

/// The handler, as the first that asks.
template <class H>
struct asking_handler {
    using parameters = parameters_of<H>;
    using names = scope_names<>;
};

/// Dependencies in the order of their calls. in: WithApp, whether those in scope::app are made too, and not only found.
template <bool WithApp, class... Node>
struct node_list {
    template <class N>
    static constexpr bool has = (std::is_same_v<Node, N> || ...);
    template <class N>
    static constexpr bool ends_at = N::facts.lives == scope::app && !WithApp;
    template <class N>
    using with = node_list<WithApp, Node..., N>;
};

template <class List, class Consumer, class Parameters, std::size_t I = 0>
struct with_needs {
    using type = List;
};
template <class List, class Node, bool There = List::template has<Node>>
struct with_node {
    using type = List;
};
template <class List, class Node>
struct with_node<List, Node, false> {
    using needs = std::conditional_t<List::template ends_at<Node>, types<>, typename Node::parameters>;
    using type = typename with_needs<List, Node, needs>::type::template with<Node>;
};
template <class List, class Consumer, class P, bool Is, std::size_t I>
struct with_parameter {
    using type = List;
};
template <class List, class Consumer, class P, std::size_t I>
struct with_parameter<List, Consumer, P, true, I> : with_node<List, node_of<P, Consumer, I>> {};
template <class List, class Consumer, class P, class... Rest, std::size_t I>
struct with_needs<List, Consumer, types<P, Rest...>, I>
    : with_needs<typename with_parameter<List, Consumer, P, is_dependency<P>, I>::type, Consumer, types<Rest...>,
                 I + 1> {};

/// All that Consumer needs.
template <class Consumer, bool WithApp = false>
using needs_of = typename with_needs<node_list<WithApp>, Consumer, typename Consumer::parameters>::type;

// clang-format off
template <class F, scope Scope, class P>
consteval bool good_need();

/// What can be said of a dependency without its route. Stops at the first mistake.
template <class F, scope Scope, class... P>
consteval bool good_dependency(types<P...>) {
    if constexpr (!fillable(types<P...>{})) {
        return false;
    } else if constexpr (Scope == scope::app) {
        constexpr bool free = count_from<parameter_source::dependency, P...> == sizeof...(P);
        static_assert(free,
                      "coracle: a dependency in scope::app is made before there is a request; it takes other "
                      "dependencies in scope::app, and nothing of a request");
        return free && (good_need<F, Scope, P>() && ...);
    } else {
        return (good_need<F, Scope, P>() && ...);
    }
}
template <class F, scope Scope, class P>
consteval bool good_need() {
    if constexpr (is_dependency<P>) {
        using needed = typename asks_for<P>::function::type;
        constexpr bool stays = Scope != scope::app || asks_for<P>::lives == scope::app;
        static_assert(stays,
                      "coracle: a dependency in scope::app outlives every request; what it depends on is in scope::app "
                      "too: depends<function, scope::app>");
        constexpr bool longer = kind_of<F>() != call_kind::generator || Scope != scope::request ||
                                asks_for<P>::lives != scope::function;
        static_assert(longer,
                      "coracle: a generator in scope::request cleans up after the answer, when what is in "
                      "scope::function is gone; put both into one scope: depends<function, scope::function>");
        if constexpr (stays && longer)
            return good_dependency<needed, asks_for<P>::lives>(parameters_of<needed>{});
        else
            return false;
    } else {
        return true;
    }
}
// clang-format on

template <class... P>
consteval bool good_needs(types<P...>) {
    return (good_need<void(), scope::function, P>() && ...);
}

/// In a request's memory, the value of a dependency in scope::app is found and not made.
template <class Node>
class found_in_app final : public dependency {
public:
    found_in_app() noexcept : dependency(Node::facts) {}
    void read(binding&) override {}
    void read_body(binding&, std::string_view) override {}
    void call() override {}
    bool begin(async::caller) override { return false; }
    void end() override {}
    bool begin_close(async::caller, std::exception_ptr) override { return false; }
    void end_close() override {}
    void drop() noexcept override {}
};

/// All that Consumer needs, in memory.
template <class Consumer, class Nodes>
class dependency_memory;
template <class Consumer, bool WithApp, class... Node>
class dependency_memory<Consumer, node_list<WithApp, Node...>> : public dependency_block {
    template <class N>
    using slot = std::conditional_t<node_list<WithApp>::template ends_at<N>, found_in_app<N>, dependency_call<N>>;

public:
    static constexpr bool reads_body = (Node::facts.needs_body || ...);
    static constexpr body_taker take_body = takes_body<Consumer>(typename Consumer::parameters{});
    static constexpr bool waits_with_body = ((Node::facts.needs_body && Node::facts.waits) || ...);

    dependency_memory() : all_{&std::get<slot<Node>>(slots_)...} {
        (connect_needs<Node>(), ...);
        fill_roots(typename Consumer::parameters{});
        consists_of(all_, roots_);
    }
    ~dependency_memory() { drop_all(); }

    /// Lets the parameters of the one that asks know what fills them.
    template <class Arguments>
    void fill(Arguments& parameters) noexcept {
        fill_each<Consumer>(parameters, typename Consumer::parameters{});
    }
    /// The last dependency, for what it is called with.
    auto& last() noexcept { return std::get<sizeof...(Node) - 1>(slots_); }

private:
    template <class N>
    void connect_needs() {
        if constexpr (!node_list<WithApp>::template ends_at<N>) {
            auto& one = std::get<slot<N>>(slots_);
            fill_each<N>(one.filled(), typename N::parameters{});
            list_needs<N>(one.needs().data(), typename N::parameters{});
            connect(one, one.needs());
        }
    }
    template <class By, class Arguments, class... P>
    void fill_each(Arguments& parameters, types<P...>) noexcept {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (fill_one<By, P, I>(parameters), ...);
        }(std::index_sequence_for<P...>{});
    }
    template <class By, class P, std::size_t I, class Arguments>
    void fill_one(Arguments& parameters) noexcept {
        if constexpr (is_dependency<P>)
            parameters.template stored<I>() = &std::get<slot<node_of<P, By, I>>>(slots_);
        else if constexpr (std::is_same_v<P, const security_scopes&>)
            parameters.template stored<I>() = &By::names::all;
    }
    template <class By, class... P>
    void list_needs([[maybe_unused]] dependency** to, types<P...>) noexcept {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (list_one<By, P, I>(to), ...);
        }(std::index_sequence_for<P...>{});
    }
    template <class By, class P, std::size_t I>
    void list_one(dependency**& to) noexcept {
        if constexpr (is_dependency<P>) *to++ = &std::get<slot<node_of<P, By, I>>>(slots_);
    }
    template <class... P>
    void fill_roots(types<P...> parameters) noexcept {
        list_needs<Consumer>(roots_.data(), parameters);
    }

    std::tuple<slot<Node>...> slots_;
    std::array<dependency*, sizeof...(Node)> all_;
    std::array<dependency*, count_needs(typename Consumer::parameters{})> roots_{};
};

template <class Consumer, bool WithApp = false>
using memory_of = dependency_memory<Consumer, needs_of<Consumer, WithApp>>;

/// One parameter, as if a handler had it and nothing else.
template <class P>
struct asking_parameter {
    using parameters = types<P>;
    using names = scope_names<>;
};
struct asking_nothing {
    using parameters = types<>;
    using names = scope_names<>;
};

}  // namespace coracle::detail
