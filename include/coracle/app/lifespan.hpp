// lifespan: what an app does before its first request and after its last.
#pragma once

#include <coracle/async/generator.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

/// The beginnings and ends of one app, in order; ends run in reverse. Belongs to the loop that starts it.
class lifespan {
public:
    template <class F>
    void on_startup(F f) {
        add_step({to_task(std::move(f)), nullptr, nullptr});
    }
    template <class F>
    void on_shutdown(F f) {
        add_step({nullptr, to_task(std::move(f)), nullptr});
    }
    template <class F>
    void add(F f) {
        add_step({nullptr, nullptr, std::move(f)});
    }
    /// Halves that are forgotten when all has ended, for who adds them anew before each start.
    void once(function<task<>()> startup, function<task<>()> shutdown) {
        add_step({std::move(startup), std::move(shutdown), nullptr});
        steps_.back().once = true;
        forget_ = &lifespan::forget_once;
    }

    /// error: what a beginning throws; what had begun before it has ended then.
    task<> start() {
        std::exception_ptr failure;
        try {
            for (step& each : steps_) co_await each.begin(each);
        } catch (...) {
            failure = std::current_exception();
        }
        if (!failure) co_return;
        try {
            co_await stop();
        } catch (...) {
            // The first failure is the news.
        }
        std::rethrow_exception(failure);
    }
    /// Ends all that has begun, the last first. error: the first that an end throws; the others are run all the same.
    task<> stop() {
        std::exception_ptr failure;
        for (std::size_t n = steps_.size(); n-- > 0;) {
            try {
                co_await steps_[n].end(steps_[n]);
            } catch (...) {
                if (!failure) failure = std::current_exception();
            }
        }
        if (forget_) forget_(steps_);
        if (failure) std::rethrow_exception(failure);
    }

private:
    struct step {
        function<task<>()> startup{};
        function<task<>()> shutdown{};
        function<generator<>()> make{};
        std::optional<generator<>> running{};
        task<> (*begin)(step&) = nullptr;  // told by who adds one, so that a lifespan without any costs nothing
        task<> (*end)(step&) = nullptr;
        bool begun = false;
        bool once = false;
    };

    [[gnu::cold]] void add_step(step one) {
        one.begin = &lifespan::begin;
        one.end = &lifespan::end;
        steps_.push_back(std::move(one));
    }
    [[gnu::cold]] static void forget_once(std::vector<step>& steps) {
        std::erase_if(steps, [](const step& each) { return each.once; });
    }

    template <class F>
    static function<task<>()> to_task(F f) {
        if constexpr (std::is_same_v<std::invoke_result_t<F&>, task<>>)
            return f;
        else
            return [f = std::move(f)]() mutable { return call(f); };
    }
    template <class F>
    static task<> call(F& f) {
        f();
        co_return;
    }
    static task<> begin(step& one) {
        if (one.startup) {
            task<> work = one.startup();
            co_await std::move(work);
        }
        if (one.make) {
            one.running.emplace(one.make());
            [[maybe_unused]] bool more = co_await one.running->next();
        }
        one.begun = true;
    }
    static task<> end(step& one) {
        if (!std::exchange(one.begun, false)) co_return;
        if (one.shutdown) {
            task<> work = one.shutdown();
            co_await std::move(work);
        }
        if (one.running) {
            [[maybe_unused]] bool more = co_await one.running->next();
            one.running.reset();
        }
    }

    std::vector<step> steps_;
    void (*forget_)(std::vector<step>&) = nullptr;
};

}  // namespace coracle
