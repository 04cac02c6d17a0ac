// completion, completer: one value that another thread or a callback of some C library will have. A one-shot channel.
#pragma once

#include <coracle/async/arrival.hpp>
#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace coracle {

/// Thrown by completion::wait() when nobody is left who could complete it.
class completer_dropped : public std::runtime_error {
public:
    completer_dropped() : std::runtime_error("every completer was dropped, and none was used: nothing will come") {}
};

namespace loop {

/// What a completion and its completers share.
template <class T>
class pending_value {
public:
    /// False when there is an outcome already, or nobody wants one. From any thread.
    template <class... Value>
    bool set(Value&&... value) {
        std::lock_guard lock(mutex_);
        if (done_ || unwanted_) return false;
        value_.emplace(std::forward<Value>(value)...);
        tell_with_lock();
        return true;
    }
    bool fail(std::exception_ptr error) noexcept {
        std::lock_guard lock(mutex_);
        if (done_ || unwanted_) return false;
        error_ = std::move(error);
        tell_with_lock();
        return true;
    }

    class waiter;
    void unwanted() noexcept {
        std::lock_guard lock(mutex_);
        unwanted_ = waiter_ == nullptr;
    }
    bool done() noexcept {
        std::lock_guard lock(mutex_);
        return done_;
    }

private:
    void tell_with_lock() noexcept {
        done_ = true;
        if (waiter_) waiter_->tell_with_lock();
    }

    std::mutex mutex_;  // guards what follows; the value is the waiter's once done_ is true
    bool done_ = false;
    bool unwanted_ = false;
    waiter* waiter_ = nullptr;
    std::optional<async::value_of<T>> value_;
    std::exception_ptr error_;
};

/// The awaiter of completion::wait().
template <class T>
class [[nodiscard("write co_await before wait()")]] pending_value<T>::waiter final : public async::operation,
                                                                                     async::arrival {
public:
    explicit waiter(std::shared_ptr<pending_value> on) noexcept : on_(std::move(on)) {}
    ~waiter() {
        std::lock_guard lock(on_->mutex_);
        if (on_->waiter_ != this) return;
        on_->waiter_ = nullptr;
        if (on_->done_) this->home().withdraw(*this);
    }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (this->refused()) return this->declined(waiting);
        std::lock_guard lock(on_->mutex_);
        if (on_->waiter_) throw std::logic_error("coracle: two jobs wait for one completion; one of them would get it");
        if (on_->done_) return this->done_at_once(waiting);
        this->park(waiting);
        on_->waiter_ = this;
        return true;
    }
    T await_resume() {
        this->throw_if_cancelled();
        if (on_->error_) std::rethrow_exception(std::exchange(on_->error_, nullptr));
        if (!on_->value_) throw std::logic_error("coracle: the outcome of a completion was taken before");
        async::value_of<T> value = std::move(*on_->value_);
        on_->value_.reset();
        if constexpr (!std::is_void_v<T>) return value;
    }
    // What has been completed counts as done, and is on its way.
    void cancel() noexcept override {
        std::lock_guard lock(on_->mutex_);
        if (on_->done_) return;
        on_->waiter_ = nullptr;
        this->finish_cancelled();
    }

private:
    friend class pending_value;
    void tell_with_lock() noexcept { this->home().deliver(*this); }
    void arrived() noexcept override {
        leave();
        this->finish();
    }
    void lost() noexcept override { leave(); }
    void leave() noexcept {
        std::lock_guard lock(on_->mutex_);
        on_->waiter_ = nullptr;
    }

    std::shared_ptr<pending_value> on_;  // the completion may go first
};

}  // namespace loop

/// Completes a completion, once: the first of its copies that is used decides. From any thread, and from a callback of
/// a library that knows no loop; not from a signal handler.
template <class T>
class completer {
public:
    /// False when it was completed already, or nobody waits any more.
    bool set(async::value_of<T> value) const
        requires(!std::is_void_v<T>)
    {
        return end_->value->set(std::move(value));
    }
    bool set() const
        requires std::is_void_v<T>
    {
        return end_->value->set();
    }
    /// wait() throws it.
    bool fail(std::exception_ptr error) const noexcept { return end_->value->fail(std::move(error)); }

    /// For the `void*` of a C callback: owns a completer until from() takes it back, once.
    void* release() && { return new completer(std::move(*this)); }
    static completer from(void* released) {
        std::unique_ptr<completer> owned(static_cast<completer*>(released));
        return std::move(*owned);
    }

private:
    template <class>
    friend class completion;
    struct last_end {
        std::shared_ptr<loop::pending_value<T>> value;
        explicit last_end(std::shared_ptr<loop::pending_value<T>> of) noexcept : value(std::move(of)) {}
        ~last_end() { value->fail(std::make_exception_ptr(completer_dropped())); }
    };
    explicit completer(std::shared_ptr<last_end> end) noexcept : end_(std::move(end)) {}

    std::shared_ptr<last_end> end_;
};

/// `completion<int> rows; start(query, rows.completer()); int n = co_await rows.wait();`
/// Belongs to the thread of its loop. When it goes first, completers find that nobody waits any more, unless somebody
/// does.
/// cost: an allocation; completing it costs none but the value's own.
template <class T = void>
class completion {
    static_assert(!std::is_reference_v<T>, "coracle: a completion carries a value, not a reference");

public:
    completion() : value_(std::make_shared<loop::pending_value<T>>()) {}
    completion(const completion&) = delete;
    completion& operator=(const completion&) = delete;
    ~completion() { value_->unwanted(); }

    /// One more copy. When the last one goes without having been used, wait() throws completer_dropped.
    coracle::completer<T> completer() {
        std::shared_ptr end = end_.lock();
        if (!end) end_ = end = std::make_shared<typename coracle::completer<T>::last_end>(value_);
        return coracle::completer<T>(std::move(end));
    }

    /// Waits for the value. A cancelled wait loses nothing: a later one gets what has come. error: what fail() was
    /// given; completer_dropped.
    auto wait() noexcept { return typename loop::pending_value<T>::waiter(value_); }
    bool done() const noexcept { return value_->done(); }

private:
    std::shared_ptr<loop::pending_value<T>> value_;
    std::weak_ptr<typename coracle::completer<T>::last_end> end_;
};

}  // namespace coracle
