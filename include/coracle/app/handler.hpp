// handler: an endpoint made from any handler: bind, call, give the result.
// A coroutine is awaited on the loop, a plain function is called on the thread pool, on_loop() where it stands.
#pragma once

#include <coracle/app/background_tasks.hpp>
#include <coracle/app/bind.hpp>
#include <coracle/app/description.hpp>
#include <coracle/app/endpoint.hpp>
#include <coracle/app/file.hpp>
#include <coracle/app/generated_body.hpp>
#include <coracle/app/on_loop.hpp>
#include <coracle/app/result_type.hpp>
#include <coracle/app/signature.hpp>
#include <coracle/async/offload.hpp>

#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace coracle::detail {

template <class Parameters>
struct arguments_from;
template <class... P>
struct arguments_from<types<P...>> {
    using type = arguments<P...>;
    static constexpr bool sees_request = count_from<parameter_source::context, P...> != 0;
    static constexpr bool has_background = (std::is_same_v<P, background_tasks&> || ...);
};

template <class H>
class handler_endpoint final : public endpoint {
    using result = result_of<H>;
    using bound = typename arguments_from<parameters_of<H>>::type;
    static constexpr bool nothing = std::is_void_v<result>;
    static constexpr bool loops = is_loop_handler<H>;
    static constexpr bool opens = std::is_same_v<result, file>;  // what it gives back has to be waited for
    static constexpr bool now = loops && !bound::has_body && !opens;
    static constexpr bool sees_request = arguments_from<parameters_of<H>>::sees_request;
    // What it sees of the request may live longer than its call: in the body of a response, in a background task.
    static constexpr bool leaves_something =
        std::is_same_v<result, response> || arguments_from<parameters_of<H>>::has_background;

public:
    handler_endpoint(std::string_view text, const route_options& options, H handler)
        : endpoint(text, options, {now, opens || (sees_request && (!loops || leaves_something)), false, !bound::none}),
          handler_(std::move(handler)) {}

    [[gnu::cold]] void describe(operation& told) const override {
        describe_parameters(told, parameters_of<H>{});
        describe_result<result>(told);
    }

    void run_now([[maybe_unused]] request& asked, [[maybe_unused]] reply& answer) override {
        if constexpr (now) {
            bound parameters;
            if (read(parameters, asked, answer)) call_here(parameters, answer);
        } else {
            CORACLE_ASSERT(runs_now());
        }
    }

    task<> run(request& asked, reply& answer) override {
        bound parameters;
        if constexpr (bound::has_body) {
            binding with(asked, *asked.pattern);
            if (asked.earlier_issues) with.issues = *asked.earlier_issues;
            parameters.read(with);
            if constexpr (bound::take_body != nullptr) {
                std::string_view text = co_await bound::take_body(asked);
                parameters.read_body(with, text);
            } else {
                std::string_view text = co_await asked.body.view();
                parameters.read_body(with, text);
            }
            if (!with.issues.empty()) {
                answer.send(validation_error(std::move(with.issues)));
                co_return;
            }
        } else {
            if (!read(parameters, asked, answer)) co_return;
        }
        if constexpr (loops && opens) {
            const file made = parameters.call(handler_.call());
            response opened = co_await made.respond(asked);
            answer.give(opened, opened.status);
        } else if constexpr (loops) {
            call_here(parameters, answer);
        } else if constexpr (is_streamed<result> && is_coroutine<H>) {
            result pieces = co_await parameters.call(handler_);
            co_await give_stream(std::move(pieces), asked, answer, status(nothing));
        } else if constexpr (is_streamed<result>) {
            result pieces = parameters.call(handler_);
            co_await give_stream(std::move(pieces), asked, answer, status(nothing));
        } else if constexpr (is_coroutine<H> && nothing) {
            co_await parameters.call(handler_);
            answer.give(std::monostate{}, status(nothing));
        } else if constexpr (is_coroutine<H>) {
            result made = co_await parameters.call(handler_);
            if constexpr (opens) {
                response opened = co_await made.respond(asked);
                answer.give(opened, opened.status);
            } else {
                answer.give(made, status(nothing));
            }
        } else if constexpr (nothing) {
            auto call = [this, &parameters] { parameters.call(handler_); };
            co_await offload(call);
            answer.give(std::monostate{}, status(nothing));
        } else {
            auto call = [this, &parameters] { return parameters.call(handler_); };
            result made = co_await offload(call);
            if constexpr (opens) {
                response opened = co_await made.respond(asked);
                answer.give(opened, opened.status);
            } else {
                answer.give(made, status(nothing));
            }
        }
        co_return;
    }

private:
    /// False when the request was refused.
    [[gnu::always_inline]] bool read([[maybe_unused]] bound& parameters, [[maybe_unused]] request& asked,
                                     [[maybe_unused]] reply& answer) const {
        if constexpr (bound::none)
            return true;  // what is wrong already, who stands before it has answered
        else
            return read_some(parameters, asked, answer);
    }
    [[gnu::noinline]] bool read_some(bound& parameters, request& asked, reply& answer) const {
        binding with(asked, *asked.pattern);
        if (asked.earlier_issues) with.issues = *asked.earlier_issues;
        parameters.read(with);
        if (with.issues.empty()) [[likely]]
            return true;
        answer.send(validation_error(std::move(with.issues)));
        return false;
    }

    [[gnu::always_inline]] void call_here(bound& parameters, reply& answer) {
        if constexpr (loops && !opens) {
            if constexpr (nothing) {
                parameters.call(handler_.call());
                answer.give(std::monostate{}, status(nothing));
            } else {
                answer.give(parameters.call(handler_.call()), status(nothing));
            }
        }
    }

    H handler_;
};

}  // namespace coracle::detail
