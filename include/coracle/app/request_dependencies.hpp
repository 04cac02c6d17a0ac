// request_dependencies: all that was set up for one request, in order, and how it is taken down again.
// The order and the fate of exceptions are FastAPI's: two AsyncExitStacks, that of the function inside that of the
// request.
#pragma once

#include <coracle/app/after_response.hpp>
#include <coracle/app/bind.hpp>
#include <coracle/app/dependency.hpp>
#include <coracle/app/dependency_store.hpp>
#include <coracle/app/request.hpp>
#include <coracle/async/caller.hpp>
#include <coracle/async/frame_pool.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// Lives from the first dependency of a request until the request is over.
class request_dependencies final : public clean_up {
public:
    /// in: null for an app that knows of none.
    request_dependencies(request& asked, const dependency_store* store, bool makes_app_values = false) noexcept
        : asked_(asked), store_(store), overridden_(store && store->overrides()), makes_app_values_(makes_app_values) {}
    ~request_dependencies() {
        while (top_) delete std::exchange(top_, top_->below_);
    }
    /// Whose they are.
    request& asked() const noexcept { return asked_; }
    static void* operator new(std::size_t bytes) { return async::frame_pool::allocate(bytes); }
    static void operator delete(void* one, std::size_t bytes) noexcept { async::frame_pool::release(one, bytes); }

    /// To be called behind those that are there.
    dependency_block& add(std::unique_ptr<dependency_block> more) noexcept {
        dependency_block& block = *more;
        block.below_ = std::exchange(top_, more.release());
        for (dependency* each : block.all_) each->number_ = count_++;
        if (overridden_) [[unlikely]]
            find_needed(block);
        return block;
    }
    /// The body is here: what needs it can be called. The text stays where it is until the last of them has been.
    void has_body(std::string_view text) noexcept {
        body_ = text;
        body_is_here_ = true;
        for (dependency_block* each = top_; each; each = each->below_) each->next_ = 0;
    }
    /// Calls what can be called. Gives the next one that has to be waited for: `co_await dependency_step(all, *next);`
    /// Null: all is done, but for what needs the body while that is not here. error: what a function throws.
    dependency* advance(dependency_block& block) {
        for (; block.next_ < block.all_.size(); ++block.next_) {
            dependency& one = *block.all_[block.next_];
            if (one.stage_ != dependency::stage::untouched) continue;
            if (one.facts_.needs_body && !body_is_here_ && !overridden_)
                want_body(one);
            else if (dependency* waits = resolve(block, one))
                return waits;
        }
        return nullptr;
    }
    std::string_view body_text() const noexcept { return body_; }
    /// Whether something is left that needs the body.
    bool wants_body() const noexcept { return wants_body_; }
    /// How it is taken in for that; null: as text.
    body_taker take_body() const noexcept { return take_body_; }

    bool has_issues() const noexcept { return !issues_.empty(); }
    /// What is wrong with the parameters of the handler itself, behind all others.
    [[gnu::cold]] void note(std::vector<validation_issue>& issues) { note(last_number, issues); }
    /// All of them, in order; of a body that is no JSON only that.
    [[gnu::cold]] std::vector<validation_issue> take_issues() {
        std::vector<validation_issue> all;
        for (noted& each : issues_) {
            if (each.issue.type == "json_invalid") all.clear();
            all.push_back(std::move(each.issue));
            if (all.back().type == "json_invalid") break;
        }
        issues_.clear();
        return all;
    }

    /// Whether something of this scope has to be closed.
    bool open(scope which) const noexcept { return to_close_[index(which)] != 0; }
    bool open() const noexcept { return open(scope::function) || open(scope::request); }
    /// Closes what is open in this scope, the last one first. in: the error on its way out. Gives what is then.
    /// Runs shielded from cancellation.
    task<std::exception_ptr> close(scope which, std::exception_ptr error);
    /// The handler has failed, or something before it: throws the error into all that is open. Gives what became of it.
    task<std::exception_ptr> unwind(std::exception_ptr error) {
        bool stopped = async::is_cancellation(error);
        error = co_await close(scope::function, std::move(error));
        if (!error) error = swallowed();
        error = co_await close(scope::request, std::move(error));
        if (!error) error = swallowed();
        if (stopped) error = std::make_exception_ptr(cancelled());
        co_return error;
    }

    /// When the answer has been sent. in: what ended it, if its body was made meanwhile and failed. error: another one.
    task<> run(std::exception_ptr failure) override {
        std::exception_ptr before = failure;
        if (open(scope::function)) failure = co_await close(scope::function, std::move(failure));
        failure = co_await close(scope::request, std::move(failure));
        if (failure && failure != before) std::rethrow_exception(failure);
    }

private:
    friend class dependency_step;
    struct noted {
        unsigned number;
        validation_issue issue;
    };

    static constexpr unsigned last_number = ~0U;
    static std::size_t index(scope which) noexcept { return which == scope::function ? 1 : 0; }
    static std::exception_ptr swallowed() {
        return std::make_exception_ptr(
            std::logic_error("coracle: a dependency has caught the exception of the handler and not thrown it on, so "
                             "there is no answer"));
    }

    /// Gives `one` back when it has to be waited for.
    dependency* resolve(dependency_block& block, dependency& one) {
        if (top_ != &block || block.below_ || overridden_ || (one.lives_ == scope::app && !makes_app_values_)) {
            bool found = false;
            if (dependency* waits = find_elsewhere(block, one, found)) return waits;
            if (found) return nullptr;
        }
        binding with(asked_, *asked_.pattern);
        one.read(with);
        if (one.facts_.needs_body) one.read_body(with, body_);
        bool callable = with.issues.empty();
        if (!callable) note(one.number_, with.issues);
        for (dependency* each : one.needs_) callable = callable && each->stage_ == dependency::stage::ready;
        if (!callable) {
            one.stage_ = dependency::stage::failed;
            return nullptr;
        }
        if (one.facts_.waits) return &one;
        one.call();
        has_come(one);
        return nullptr;
    }
    void has_come(dependency& one) noexcept {
        one.stage_ = dependency::stage::ready;
        if (!one.facts_.held) return;
        dependency*& last = opened_[index(one.lives_)];
        one.below_ = std::exchange(last, &one);
        // Values that nothing waits for may as well go with the request, in the same order.
        if (one.facts_.cleans_up || one.lives_ == scope::function) ++to_close_[index(one.lives_)];
    }

    /// Whether `one` has its value, or will have it, from somewhere else.
    [[gnu::cold]] dependency* find_elsewhere(dependency_block& block, dependency& one, bool& found);
    [[gnu::cold]] dependency* stand_in(dependency_block& block, dependency& one);
    /// What stands in for `one` where it stands; null for none, and within what stands in for it.
    dependency_override* override_of(const dependency_block& block, const dependency& one) const noexcept {
        if (!overridden_) return nullptr;
        for (const dependency_block* at = &block; at; at = at->inside_)
            if (at->stands_for_ == one.facts_.function) return nullptr;
        return store_->find_override(one.facts_.function);
    }
    [[gnu::cold]] void find_needed(const dependency_block& block) noexcept {
        for (dependency* each : block.all_) each->stage_ = dependency::stage::unneeded;
        for (dependency* each : block.roots_) is_needed(block, *each);
    }
    void is_needed(const dependency_block& block, dependency& one) noexcept {
        if (one.stage_ != dependency::stage::unneeded) return;
        one.stage_ = dependency::stage::untouched;
        if (override_of(block, one)) return;
        for (dependency* each : one.needs_) is_needed(block, *each);
    }
    static void take_over(dependency& one, const dependency& from) noexcept {
        one.value_ = from.value_;
        one.stage_ = from.stage_;
    }
    [[gnu::cold]] void note(unsigned number, std::vector<validation_issue>& issues) {
        std::size_t at = issues_.size();
        while (at > 0 && issues_[at - 1].number > number) --at;
        for (validation_issue& each : issues)
            issues_.insert(issues_.begin() + static_cast<std::ptrdiff_t>(at++), {number, std::move(each)});
        issues.clear();
    }

    request& asked_;
    const dependency_store* store_;
    dependency_block* top_ = nullptr;  // the last one first, all its own
    dependency* opened_[2] = {};       // of the request, of the function
    unsigned to_close_[2] = {};
    std::vector<noted> issues_;
    std::string_view body_;
    unsigned count_ = 0;
    bool body_is_here_ = false;
    void want_body(const dependency& one) noexcept {
        wants_body_ = true;
        if (one.facts_.take_body) take_body_ = one.facts_.take_body;
    }

    bool wants_body_ = false;
    body_taker take_body_ = nullptr;
    bool overridden_;
    bool makes_app_values_;
};

/// The part of one endpoint in a request's dependencies: the first one makes them, and ends them.
class dependency_frame {
public:
    explicit dependency_frame(request& asked) : asked_(asked), first_(!asked.dependencies) {
        if (first_) asked.dependencies = std::make_unique<request_dependencies>(asked, asked.dependency_store());
    }
    dependency_frame(const dependency_frame&) = delete;
    dependency_frame& operator=(const dependency_frame&) = delete;
    /// Also when the endpoint is destroyed while it waits.
    ~dependency_frame() {
        if (first_ && !ended_) asked_.dependencies.reset();
    }
    request_dependencies& all() const noexcept { return static_cast<request_dependencies&>(*asked_.dependencies); }
    /// The answer was given: what is open is closed when it has been sent.
    void end() noexcept {
        ended_ = true;
        if (first_ && all().open()) asked_.after.keep(std::move(asked_.dependencies));
    }

private:
    request& asked_;
    bool first_;
    bool ended_ = false;
};

/// Waits for one: `co_await dependency_step(all, *next)`.
class [[nodiscard("write co_await before it")]] dependency_step {
public:
    dependency_step(request_dependencies& all, dependency& one) noexcept : all_(all), one_(one) {}
    dependency_step(const dependency_step&) = delete;
    dependency_step& operator=(const dependency_step&) = delete;
    /// Destroyed while it waits: what it waits for belongs to the job that goes, and not to the request.
    ~dependency_step() {
        if (!ended_) one_.drop();
    }
    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) { return one_.begin(waiting); }
    void await_resume() {
        ended_ = true;
        one_.end();
        all_.has_come(one_);
    }

private:
    request_dependencies& all_;
    dependency& one_;
    bool ended_ = false;
};

namespace detail {

/// Waits until one has cleaned up.
class [[nodiscard]] dependency_closing {
public:
    dependency_closing(dependency& one, std::exception_ptr error) noexcept : one_(one), error_(std::move(error)) {}
    dependency_closing(const dependency_closing&) = delete;
    dependency_closing& operator=(const dependency_closing&) = delete;
    ~dependency_closing() {
        if (!ended_) one_.drop();
    }
    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) { return one_.begin_close(waiting, std::move(error_)); }
    void await_resume() {
        ended_ = true;
        one_.end_close();
    }

private:
    dependency& one_;
    std::exception_ptr error_;
    bool ended_ = false;
};

}  // namespace detail

inline task<std::exception_ptr> request_dependencies::close(scope which, std::exception_ptr error) {
    if (!open(which)) co_return error;
    async::cancel_scope part(async::this_job(), true);
    dependency*& last = opened_[index(which)];
    while (last) {
        dependency& one = *std::exchange(last, last->below_);
        try {
            co_await detail::dependency_closing(one, error);
            error = nullptr;
        } catch (...) {
            error = std::current_exception();
        }
    }
    to_close_[index(which)] = 0;
    co_return error;
}

inline dependency* request_dependencies::find_elsewhere(dependency_block& block, dependency& one, bool& found) {
    found = true;
    if (override_of(block, one)) return stand_in(block, one);
    if (one.lives_ == scope::app && !makes_app_values_) {
        one.value_ = store_ ? store_->find_value(one.facts_.function) : nullptr;
        if (!one.value_)
            throw std::logic_error("coracle: a dependency of scope::app is there when the app has started, not before");
        one.stage_ = dependency::stage::ready;
        return nullptr;
    }
    for (dependency_block* each = top_; each; each = each->below_) {
        if (each == &block) continue;
        for (dependency* other : each->all_) {
            bool known = other->stage_ == dependency::stage::ready || other->stage_ == dependency::stage::failed;
            if (&other->facts_ != &one.facts_ || !known) continue;
            take_over(one, *other);
            return nullptr;
        }
    }
    for (dependency* each : one.needs_) {
        if (each->stage_ != dependency::stage::untouched) continue;
        want_body(one);  // for something that stands in and has a body of its own to read
        return nullptr;
    }
    if (one.facts_.needs_body && !body_is_here_) {
        want_body(one);
        return nullptr;
    }
    found = false;
    return nullptr;
}

inline dependency* request_dependencies::stand_in(dependency_block& block, dependency& one) {
    if (!one.stand_in_) {
        std::unique_ptr<dependency_block> made = override_of(block, one)->make();
        made->inside_ = &block;
        made->stands_for_ = one.facts_.function;
        made->roots_.back()->lives_ = one.lives_ == scope::app ? scope::request : one.lives_;
        one.stand_in_ = &add(std::move(made));
    }
    if (dependency* waits = advance(*one.stand_in_)) return waits;
    take_over(one, *one.stand_in_->roots_.back());
    return nullptr;
}

}  // namespace coracle
