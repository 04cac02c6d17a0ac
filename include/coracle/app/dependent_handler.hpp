// dependent_handler: an endpoint made from a handler that has dependencies.
// First what needs no body: it may refuse before a byte of the body is read. Then the body, what needs it, the handler.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/dependency.hpp>
#include <coracle/app/dependency_call.hpp>
#include <coracle/app/dependency_graph.hpp>
#include <coracle/app/depends.hpp>
#include <coracle/app/endpoint.hpp>
#include <coracle/app/handler.hpp>
#include <coracle/app/kept_app_values.hpp>
#include <coracle/app/on_loop.hpp>
#include <coracle/app/request_dependencies.hpp>
#include <coracle/app/signature.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>

#include <exception>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle::detail {

template <class Parameters>
inline constexpr bool some_depend = false;
template <class... P>
inline constexpr bool some_depend<types<P...>> = count_from<parameter_source::dependency, P...> != 0;

/// What is the same for all handlers that have dependencies.
class dependent_endpoint : public endpoint {
public:
    dependent_endpoint(std::string_view text, const route_options& options, bool keeps_request, bool takes_body,
                       bool keeps_body, body_taker take_body = nullptr)
        : endpoint(text, options, {false, keeps_request}),
          takes_body_(takes_body),
          keeps_body_(keeps_body),
          take_body_(take_body) {}

    void run_now(request&, reply&) final { CORACLE_ASSERT(runs_now()); }
    task<> run(request& asked, reply& answer) final {
        dependency_frame frame(asked);
        request_dependencies& all = frame.all();
        std::exception_ptr failure;
        try {
            dependency_block& mine = all.add(make_block());
            while (dependency* next = all.advance(mine)) co_await dependency_step(all, *next);
            {
                binding with(asked, *asked.pattern);
                read(mine, with);
                if (!with.issues.empty()) all.note(with.issues);
            }
            if (takes_body_ || all.wants_body()) {
                std::string_view text;
                if (body_taker take = take_body_ ? take_body_ : all.take_body()) {
                    text = co_await take(asked);
                } else if (keeps_body_ || all.wants_body()) {
                    const std::string& whole = co_await asked.body.text();
                    text = whole;
                } else {
                    text = co_await asked.body.view();
                }
                all.has_body(text);
                while (dependency* next = all.advance(mine)) co_await dependency_step(all, *next);
                binding with(asked, *asked.pattern);
                read_body(mine, with, text);
                if (!with.issues.empty()) all.note(with.issues);
            }
            if (all.has_issues())
                refuse(all, answer);
            else
                co_await give(all, mine, answer);
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) {
            if (all.open()) failure = co_await all.unwind(std::move(failure));
            std::rethrow_exception(failure);
        }
        frame.end();
    }

protected:
    /// The dependencies, and room for the handler's own parameters.
    virtual std::unique_ptr<dependency_block> make_block() const = 0;
    virtual void read(dependency_block& mine, binding& with) const = 0;
    virtual void read_body(dependency_block& mine, binding& with, std::string_view text) const = 0;
    /// in: all parameters are filled. Calls the handler and gives its result.
    virtual task<> give(request_dependencies& all, dependency_block& mine, reply& answer) = 0;

    /// A body that is made while it is sent may use what was set up for the function: that is closed behind it.
    template <class R>
    static bool still_to_make([[maybe_unused]] const R& made) noexcept {
        if constexpr (std::is_same_v<R, response>)
            return made.stream != nullptr;
        else
            return false;
    }
    /// Before the answer is given.
    static task<> close_function(request_dependencies& all) {
        std::exception_ptr failure = co_await all.close(scope::function, nullptr);
        if (failure) std::rethrow_exception(failure);
    }

    /// A file is opened while all is there that may have made it. A template, because GCC makes every other coroutine
    /// of a class, and this one needs what stands in server/.
    template <class File>
    static task<> give_file(request_dependencies& all, const File& made, reply& answer) {
        response opened = co_await made.respond(all.asked());
        if (all.open(scope::function)) co_await close_function(all);
        answer.give(opened, opened.status);
    }

private:
    /// error: the same, where something is open that has to hear of it.
    [[gnu::cold]] static void refuse(request_dependencies& all, reply& answer) {
        if (all.open()) throw validation_error(all.take_issues());
        answer.send(validation_error(all.take_issues()));
    }

    bool takes_body_;
    bool keeps_body_;  // somebody waits between those who look at it
    body_taker take_body_;
};

template <class H>
    requires(some_depend<parameters_of<H>>)
class handler_endpoint<H> final : public dependent_endpoint {
    using result = result_of<H>;
    using bound = typename arguments_from<parameters_of<H>>::type;
    static constexpr bool good = good_needs(parameters_of<H>{});
    using needed = memory_of<std::conditional_t<good, asking_handler<H>, asking_nothing>>;
    static constexpr bool nothing = std::is_void_v<result>;
    static constexpr bool loops = is_loop_handler<H>;
    static constexpr bool opens = std::is_same_v<result, file>;  // what it gives back has to be waited for
    static constexpr body_taker taken = bound::take_body ? bound::take_body : needed::take_body;
    static constexpr bool keeps_request = opens || (good && sees_request<asking_handler<H>>(parameters_of<H>{}));

    class memory final : public needed {
    public:
        memory() {
            if constexpr (good) this->fill(parameters);
        }
        bound parameters;
    };
    static bound& of(dependency_block& mine) noexcept { return static_cast<memory&>(mine).parameters; }

public:
    handler_endpoint(std::string_view text, const route_options& options, H handler)
        : dependent_endpoint(text, options, keeps_request, bound::has_body || needed::reads_body,
                             needed::waits_with_body, taken),
          handler_(std::move(handler)) {}

    [[gnu::cold]] void describe(operation& told) const override {
        describe_parameters(told, parameters_of<H>{});
        describe_result<result>(told);
    }
    std::span<const app_value> app_values() const noexcept override {
        return app_values_in<needs_of<std::conditional_t<good, asking_handler<H>, asking_nothing>>>::all;
    }

private:
    std::unique_ptr<dependency_block> make_block() const override { return std::make_unique<memory>(); }
    void read(dependency_block& mine, binding& with) const override { of(mine).read(with); }
    void read_body([[maybe_unused]] dependency_block& mine, [[maybe_unused]] binding& with,
                   [[maybe_unused]] std::string_view text) const override {
        if constexpr (bound::has_body) of(mine).read_body(with, text);
    }

    task<> give(request_dependencies& all, dependency_block& mine, reply& answer) override {
        bound& parameters = of(mine);
        if constexpr (is_streamed<result> && is_coroutine<H>) {
            result pieces = co_await parameters.call(handler_);
            co_await give_stream(std::move(pieces), all.asked(), answer, status(nothing));
        } else if constexpr (is_streamed<result>) {
            result pieces = parameters.call(handler_);
            co_await give_stream(std::move(pieces), all.asked(), answer, status(nothing));
        } else if constexpr (nothing) {
            if constexpr (loops) {
                parameters.call(handler_.call());
            } else if constexpr (is_coroutine<H>) {
                co_await parameters.call(handler_);
            } else {
                auto call = [this, &parameters] { parameters.call(handler_); };
                co_await offload(call);
            }
            if (all.open(scope::function)) co_await close_function(all);
            answer.give(std::monostate{}, status(nothing));
        } else if constexpr (loops) {
            result made = parameters.call(handler_.call());
            if constexpr (opens) {
                co_await give_file(all, made, answer);
            } else {
                if (all.open(scope::function) && !still_to_make(made)) co_await close_function(all);
                answer.give(made, status(nothing));
            }
        } else if constexpr (is_coroutine<H>) {
            result made = co_await parameters.call(handler_);
            if constexpr (opens) {
                co_await give_file(all, made, answer);
            } else {
                if (all.open(scope::function) && !still_to_make(made)) co_await close_function(all);
                answer.give(made, status(nothing));
            }
        } else {
            auto call = [this, &parameters] { return parameters.call(handler_); };
            result made = co_await offload(call);
            if constexpr (opens) {
                co_await give_file(all, made, answer);
            } else {
                if (all.open(scope::function) && !still_to_make(made)) co_await close_function(all);
                answer.give(made, status(nothing));
            }
        }
    }

    H handler_;
};

}  // namespace coracle::detail
