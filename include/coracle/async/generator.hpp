// generator<T>: a coroutine that gives values one by one, and may wait in between. Python's asynchronous generators
// (PEP 525): anext is next(), athrow is throw_in(), aclose is finish().
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/frame_pool.hpp>
#include <coracle/base/assert.hpp>

#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace coracle {

/// Thrown at the co_yield of a generator that finish() ends. No std::exception, as `cancelled` is none.
struct generator_exit final {};

template <class T = void>
class generator;

namespace detail {

class generator_resumption;

class generator_promise_base : public async::call_frame {
public:
    generator_promise_base() noexcept {}
    inline ~generator_promise_base();
    generator_promise_base(const generator_promise_base&) = delete;
    generator_promise_base& operator=(const generator_promise_base&) = delete;

    static void* operator new(std::size_t bytes) { return async::frame_pool::allocate(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept { async::frame_pool::release(frame, bytes); }

    std::suspend_always initial_suspend() noexcept { return {}; }

    struct final_awaiter {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
            return done.promise().hand_over();
        }
        void await_resume() noexcept {}
    };
    final_awaiter final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { error_ = std::current_exception(); }

    /// What a co_yield waits in.
    class pause {
    public:
        explicit pause(generator_promise_base& of) noexcept : of_(of) {}
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(async::caller at) noexcept {
            of_.stands_at(at.at());
            return of_.hand_over();
        }
        void await_resume() { of_.rethrow_error(); }

    private:
        generator_promise_base& of_;
    };

    bool started() const noexcept { return started_; }

private:
    friend class generator_resumption;
    inline std::coroutine_handle<> hand_over() noexcept;
    void rethrow_error() {
        if (error_) [[unlikely]]
            std::rethrow_exception(std::exchange(error_, nullptr));
    }

    generator_resumption* asked_ = nullptr;  // who is suspended until it yields or ends
    std::exception_ptr error_;               // on its way in while it runs, on its way out when it is done
    bool started_ = false;
    bool running_ = false;
};

template <class T>
class generator_promise final : public generator_promise_base {
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                  "coracle: a generator cannot yield a value that is aligned beyond the usual, for compilers do not "
                  "align coroutine frames for it; yield a std::unique_ptr to it");
    static_assert(!std::is_const_v<T>, "coracle: a generator yields values, generator<T>, not generator<const T>");

    // Keeps a copy of what the generator goes on to use.
    class copying_pause : public pause {
    public:
        copying_pause(generator_promise& of, const T& value) : pause(of), copy_(value) {
            of.value_ = std::addressof(copy_);
        }
        copying_pause(const copying_pause&) = delete;  // not even as a trivial type, in registers
        copying_pause& operator=(const copying_pause&) = delete;

    private:
        T copy_;
    };

public:
    generator_promise() noexcept {}
    generator<T> get_return_object(std::source_location function = std::source_location::current()) noexcept;
    pause yield_value(T&& value) noexcept {
        value_ = std::addressof(value);
        return pause(*this);
    }
    template <class U = T>
    copying_pause yield_value(const std::type_identity_t<U>& value) {
        static_assert(std::is_copy_constructible_v<U>,
                      "coracle: this value cannot be copied; write co_yield std::move(name)");
        return copying_pause(*this, value);
    }

    using given = std::optional<T>;
    given take() { return given(std::move(*value_)); }
    static given nothing() noexcept { return std::nullopt; }

private:
    T* value_ = nullptr;  // a temporary of the co_yield, which lives until the generator goes on
};

template <class T>
class generator_promise<T&> final : public generator_promise_base {
public:
    generator_promise() noexcept {}
    generator<T&> get_return_object(std::source_location function = std::source_location::current()) noexcept;
    pause yield_value(T& value) noexcept {
        value_ = std::addressof(value);
        return pause(*this);
    }

    using given = T*;
    given take() noexcept { return value_; }
    static given nothing() noexcept { return nullptr; }

private:
    T* value_ = nullptr;
};

template <>
class generator_promise<void> final : public generator_promise_base {
public:
    // No aggregate: g++ 12 would see to that.
    class braces {
    public:
        braces() noexcept {}
    };

    generator_promise() noexcept {}
    inline generator<void> get_return_object(std::source_location function = std::source_location::current()) noexcept;
    pause yield_value(braces) noexcept { return pause(*this); }

    using given = bool;
    static given take() noexcept { return true; }
    static given nothing() noexcept { return false; }
};

/// Runs a generator to its next co_yield, or to its end, and waits for that.
class generator_resumption {
public:
    /// in: a null frame for a generator that will not run any more.
    generator_resumption(std::coroutine_handle<> frame, generator_promise_base* promise,
                         std::exception_ptr thrown) noexcept
        : frame_(frame), promise_(promise), thrown_(std::move(thrown)) {}
    generator_resumption(const generator_resumption&) = delete;
    generator_resumption& operator=(const generator_resumption&) = delete;
    ~generator_resumption() {
        if (promise_ && promise_->asked_ == this) promise_->asked_ = nullptr;
    }

    bool await_ready() const noexcept { return !frame_ || frame_.done(); }
    // As with a task, what is called runs inside, so that the stack unwinds after each value.
    bool await_suspend(async::caller parent) {
        generator_promise_base& promise = *promise_;
        if (promise.running_) [[unlikely]]
            throw std::logic_error("coracle: this generator is running already; one awaits its next value at a time");
        promise.called_by(parent.frame());
        if (parent.frame()) parent.frame()->stands_at(parent.at());
        if (thrown_) [[unlikely]]
            promise.error_ = std::exchange(thrown_, nullptr);
        promise.started_ = promise.running_ = true;
        frame_.resume();
        if (!promise.running_) return false;
        continuation_ = parent.handle();
        promise.asked_ = this;
        return true;
    }

protected:
    /// True when it has yielded, false when it has come to its end. error: what came out of it, or did not get in.
    bool yielded() {
        if (frame_ && !frame_.done()) [[likely]]
            return true;
        if (promise_) promise_->rethrow_error();
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
        return false;
    }

private:
    friend class generator_promise_base;
    std::coroutine_handle<> frame_;
    generator_promise_base* promise_;
    std::coroutine_handle<> continuation_;
    std::exception_ptr thrown_;
};

inline generator_promise_base::~generator_promise_base() {
    // Whoever waits for it is not resumed any more, as with everything that is destroyed while it is awaited.
    if (!asked_) return;
    asked_->promise_ = nullptr;
    asked_->frame_ = nullptr;
}

inline std::coroutine_handle<> generator_promise_base::hand_over() noexcept {
    running_ = false;
    generator_resumption* asked = std::exchange(asked_, nullptr);
    return asked ? asked->continuation_ : std::noop_coroutine();
}

}  // namespace detail

/// A coroutine with co_yield: `generator<int> count() { for (int i = 0;; ++i) co_yield i; }`. Calling it runs nothing.
/// It runs when it is asked, within whoever asks: it is cancelled with them, and may be asked by another task later.
/// `while (auto number = co_await numbers.next()) use(*number);`, and for generator<>, which yields no value,
/// `co_yield {};` and `while (bool more = co_await steps.next())`.
/// Destroyed before its end, it destroys what it holds; where its clean-up has to wait, finish() it.
/// On g++ 12 a yielded aggregate is named first, and so is every braced list: `item made{1, "x"}; co_yield made;`
/// cost: one pooled frame for all values; for each one about 7 ns, and a move.
template <class T>
class [[nodiscard("a generator does nothing until it is asked: while (auto value = co_await name.next())")]] generator {
public:
    using promise_type = detail::generator_promise<T>;
    using value_type = T;

    generator(generator&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    generator& operator=(generator&& other) noexcept {
        if (this != &other) {
            drop();
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~generator() { drop(); }

    class [[nodiscard("write co_await before it")]] next_operation;
    class [[nodiscard("write co_await before it")]] finish_operation;

    /// Its next value: std::optional<T>, T* when it yields references, bool when it yields nothing; empty at its end
    /// and ever after. error: what it throws, once. std::logic_error when it is running already.
    next_operation next() noexcept { return next_operation(frame_, nullptr); }
    /// Throws `error` at the co_yield where it stands, and goes on as next(). One that has not begun does not begin,
    /// and one that has ended stays so: the error comes back.
    next_operation throw_in(std::exception_ptr error) noexcept {
        end_if_new();
        return next_operation(frame_, std::move(error));
    }
    /// Lets it come to its end: throws generator_exit at the co_yield where it stands, and waits until it is done.
    /// error: what else it throws; std::logic_error when it yields once more.
    finish_operation finish() noexcept {
        end_if_new();
        return finish_operation(frame_);
    }

    /// It will yield nothing more.
    bool done() const noexcept { return !frame_ || frame_.done(); }
    /// Where it stands, or waits; before it runs, where its function is. In: not done.
    std::source_location where() const noexcept { return frame_.promise().at(); }

private:
    friend promise_type;
    explicit generator(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
    void drop() noexcept {
        if (frame_) std::exchange(frame_, nullptr).destroy();
    }
    void end_if_new() noexcept {
        if (frame_ && !frame_.promise().started()) drop();
    }
    std::coroutine_handle<promise_type> frame_;
};

/// The awaiter of next() and throw_in().
template <class T>
class generator<T>::next_operation : public detail::generator_resumption {
public:
    next_operation(std::coroutine_handle<promise_type> frame, std::exception_ptr thrown) noexcept
        : generator_resumption(frame, frame ? &frame.promise() : nullptr, std::move(thrown)), of_(frame) {}
    typename promise_type::given await_resume() {
        if (!yielded()) return promise_type::nothing();
        return of_.promise().take();
    }

private:
    std::coroutine_handle<promise_type> of_;
};

/// The awaiter of finish().
template <class T>
class generator<T>::finish_operation : public detail::generator_resumption {
public:
    explicit finish_operation(std::coroutine_handle<promise_type> frame) noexcept
        : generator_resumption(
              frame, frame ? &frame.promise() : nullptr,
              frame && !frame.done() ? std::make_exception_ptr(generator_exit()) : std::exception_ptr()) {}
    void await_resume() {
        bool again = false;
        try {
            again = yielded();
        } catch (const generator_exit&) {
        }
        if (again) throw std::logic_error("coracle: a generator that is to come to its end has yielded once more");
    }
};

namespace detail {

template <class T>
generator<T> generator_promise<T>::get_return_object(std::source_location function) noexcept {
    stands_at(function);
    return generator<T>(std::coroutine_handle<generator_promise>::from_promise(*this));
}
template <class T>
generator<T&> generator_promise<T&>::get_return_object(std::source_location function) noexcept {
    stands_at(function);
    return generator<T&>(std::coroutine_handle<generator_promise>::from_promise(*this));
}
inline generator<void> generator_promise<void>::get_return_object(std::source_location function) noexcept {
    stands_at(function);
    return generator<void>(std::coroutine_handle<generator_promise>::from_promise(*this));
}

}  // namespace detail

}  // namespace coracle
