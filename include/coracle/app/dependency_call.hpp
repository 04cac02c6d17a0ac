// dependency_call: one dependency with its type: its parameters, its call and its value.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/dependency.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/app/signature.hpp>
#include <coracle/async/caller.hpp>
#include <coracle/async/generator.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle::detail {

/// Room for a T that is made by a function, and neither copied nor moved.
template <class T>
class made_in_place {
public:
    made_in_place() noexcept {}
    made_in_place(const made_in_place&) = delete;
    made_in_place& operator=(const made_in_place&) = delete;
    ~made_in_place() { reset(); }
    template <class Make>
    T& make(Make&& make_it) {
        ::new (static_cast<void*>(room_)) T(make_it());
        there_ = true;
        return **this;
    }
    void reset() noexcept {
        if (std::exchange(there_, false)) (**this).~T();
    }
    T& operator*() noexcept { return *std::launder(reinterpret_cast<T*>(room_)); }
    T* operator->() noexcept { return &**this; }

private:
    alignas(T) std::byte room_[sizeof(T)];
    bool there_ = false;
};

/// The function as a constant; or one that somebody keeps, as what stands in for another.
template <auto F>
struct constant_function {
    using type = std::remove_cv_t<decltype(F)>;
    static constexpr type value = F;
    static constexpr const type& get(void*) noexcept { return value; }
};
template <class F>
struct kept_function {
    using type = F;
    static F& get(void* kept) noexcept { return *static_cast<F*>(kept); }
};

template <class Parameters>
struct arguments_of;
template <class... P>
struct arguments_of<types<P...>> {
    using type = arguments<P...>;
    static constexpr bool sees_request = count_from<parameter_source::context, P...> != 0;
};

/// A value of type R that is made once: an object, a reference, or nothing.
template <class R>
class dependency_value {
public:
    template <class Make>
    const void* make(Make&& make_it) {
        return std::addressof(value_.make(std::forward<Make>(make_it)));
    }
    const void* take(std::optional<R> given) {
        return make([&]() -> R { return *std::move(given); });
    }
    void reset() noexcept { value_.reset(); }

private:
    made_in_place<R> value_;
};
template <class R>
class dependency_value<R&> {
public:
    template <class Make>
    static const void* make(Make&& make_it) {
        return std::addressof(make_it());
    }
    static const void* take(R* given) noexcept { return given; }
    static void reset() noexcept {}
};
template <>
class dependency_value<void> {
public:
    template <class Make>
    const void* make(Make&& make_it) {
        make_it();
        return this;
    }
    const void* take(bool) const noexcept { return this; }
    static void reset() noexcept {}
};

enum class call_kind : unsigned char { plain, pool, coroutine, generator };

template <class F>
consteval call_kind kind_of() {
    using returned = yielded_result<returned_by<F>>;
    return is_pool_call<F>    ? call_kind::pool
           : returned::yields ? call_kind::generator
           : returned::waits  ? call_kind::coroutine
                              : call_kind::plain;
}

/// What waits while a function of this kind is called. in: `call` calls it.
template <call_kind Kind, class R>
class dependency_wait;

template <class R>
class dependency_wait<call_kind::coroutine, R> {
public:
    template <class Call>
    bool begin(async::caller waiting, Call&& call) {
        work_.emplace(call());
        running_.emplace(std::move(*work_).operator co_await());
        return !running_->await_ready() && running_->await_suspend(waiting);
    }
    template <class Value>
    const void* end(Value& to) {
        return to.make([&]() -> R { return running_->await_resume(); });
    }
    void reset() noexcept {
        running_.reset();
        work_.reset();
    }

private:
    std::optional<task<R>> work_;
    std::optional<typename task<R>::awaiter> running_;
};

template <class R>
class dependency_wait<call_kind::pool, R> {
    struct pool_work {
        dependency_wait& of;
        std::conditional_t<std::is_reference_v<R>, std::remove_reference_t<R>*, R> operator()() const {
            if constexpr (std::is_reference_v<R>)
                return std::addressof(of.call_());
            else
                return of.call_();
        }
    };
    using operation = decltype(std::declval<async::offload_request<pool_work>>().operator co_await());

public:
    template <class Call>
    bool begin(async::caller waiting, Call&& call) {
        call_ = call;
        running_.make([&] { return offload(pool_work{*this}).operator co_await(); });
        return running_->await_suspend(waiting);
    }
    template <class Value>
    const void* end(Value& to) {
        if constexpr (std::is_reference_v<R>)
            return running_->await_resume();
        else
            return to.make([&]() -> R { return running_->await_resume(); });
    }
    void reset() noexcept { running_.reset(); }

private:
    function<R()> call_;
    made_in_place<operation> running_;
};

template <class R>
class dependency_wait<call_kind::generator, R> {
public:
    template <class Call>
    bool begin(async::caller waiting, Call&& call) {
        open_.emplace(call());
        next_.make([&] { return open_->next(); });
        return !next_->await_ready() && next_->await_suspend(waiting);
    }
    template <class Value>
    const void* end(Value& to) {
        auto given = next_->await_resume();
        next_.reset();
        if (!given)
            throw std::logic_error("coracle: the generator of a dependency has ended without a co_yield of its value");
        return to.take(std::move(given));
    }
    bool begin_close(async::caller waiting, std::exception_ptr error) {
        if (error)
            next_.make([&] { return open_->throw_in(std::move(error)); });
        else
            next_.make([&] { return open_->next(); });
        return !next_->await_ready() && next_->await_suspend(waiting);
    }
    void end_close() {
        bool again = static_cast<bool>(next_->await_resume());
        if (again)
            throw std::logic_error(
                "coracle: the generator of a dependency has yielded twice; it yields its value once");
    }
    void reset() noexcept {
        next_.reset();
        open_.reset();
    }

private:
    std::optional<generator<R>> open_;
    made_in_place<typename generator<R>::next_operation> next_;
};

template <class R>
class dependency_wait<call_kind::plain, R> {
public:
    static void reset() noexcept {}
};

/// in: Node says which function it is, and what its parameters are filled with.
template <class Node>
class dependency_call final : public dependency {
    using function_type = typename Node::function::type;
    using parameters = parameters_of<function_type>;
    using result = dependency_result<function_type>;
    static constexpr call_kind kind = kind_of<function_type>();

public:
    dependency_call() noexcept : dependency(Node::facts) {}

    typename arguments_of<parameters>::type& filled() noexcept { return arguments_; }
    std::array<dependency*, Node::need_count>& needs() noexcept { return needs_; }
    void calls(void* kept) noexcept { kept_ = kept; }

    void read(binding& with) override { arguments_.read(with); }
    void read_body([[maybe_unused]] binding& with, [[maybe_unused]] std::string_view text) override {
        if constexpr (arguments_of<parameters>::type::has_body) arguments_.read_body(with, text);
    }
    void call() override {
        if constexpr (kind == call_kind::plain) has_value(value_.make([this]() -> result { return run(); }));
    }
    bool begin([[maybe_unused]] async::caller waiting) override {
        if constexpr (kind == call_kind::plain)
            return false;
        else
            return wait_.begin(waiting, [this]() -> returned_by<function_type> { return run(); });
    }
    void end() override {
        if constexpr (kind != call_kind::plain) {
            struct last {
                dependency_wait<kind, result>& of;
                ~last() {
                    if (kind != call_kind::generator) of.reset();
                }
            } at_the_end{wait_};
            has_value(wait_.end(value_));
        }
    }
    bool begin_close([[maybe_unused]] async::caller waiting, [[maybe_unused]] std::exception_ptr error) override {
        if constexpr (kind == call_kind::generator) {
            return wait_.begin_close(waiting, std::move(error));
        } else {
            on_its_way_ = std::move(error);
            return false;
        }
    }
    void end_close() override {
        struct last {
            dependency_call& of;
            ~last() { of.drop(); }
        } at_the_end{*this};
        if constexpr (kind == call_kind::generator)
            wait_.end_close();
        else if (on_its_way_)
            std::rethrow_exception(std::exchange(on_its_way_, nullptr));
    }
    void drop() noexcept override {
        wait_.reset();
        value_.reset();
    }

private:
    returned_by<function_type> run() {
        auto& function = Node::function::get(kept_);
        if constexpr (is_pool_call<function_type>)
            return arguments_.call(function.call);
        else
            return arguments_.call(function);
    }

    typename arguments_of<parameters>::type arguments_;
    std::array<dependency*, Node::need_count> needs_{};
    [[no_unique_address]] dependency_value<result> value_;
    [[no_unique_address]] dependency_wait<kind, result> wait_;
    std::exception_ptr on_its_way_;
    [[maybe_unused]] void* kept_ = nullptr;
};

}  // namespace coracle::detail
