// app: the routes of a program and what answers them.
#pragma once

#include <coracle/app/checked_pattern.hpp>
#include <coracle/app/endpoint.hpp>
#include <coracle/app/handler.hpp>
#include <coracle/app/on_loop.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/run_options.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/function.hpp>
#include <coracle/http/refusal.hpp>
#include <coracle/route/router.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <initializer_list>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

namespace detail {
template <class H, bool MayHaveBody>
consteval bool good_route_handler() {
    if constexpr (good_handler<H, MayHaveBody>())
        if constexpr (!(is_loop_handler<H> && is_coroutine<H>)) return good_result<result_of<H>>();
    return false;
}
}  // namespace detail

/// A web application: `app app; app.get("/", [] { return "hello"; }); app.run({.port = 8000});`
/// Routes are added first; the first that fits a request answers it. error of adding: std::logic_error, for a route
/// that could never be reached or that does not fit its handler; what the compiler can see, it says.
class app {
public:
    app() = default;
    app(app&&) noexcept = default;
    app& operator=(app&&) noexcept = default;

    template <class H>
    app& get(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"GET"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& get(checked_pattern<std::type_identity_t<H>, false> pattern, route_options options, H handler) {
        return add<false>({"GET"}, pattern.text(), options, std::move(handler));
    }
    template <class H>
    app& post(checked_pattern<std::type_identity_t<H>, true> pattern, H handler) {
        return add<true>({"POST"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& post(checked_pattern<std::type_identity_t<H>, true> pattern, route_options options, H handler) {
        return add<true>({"POST"}, pattern.text(), options, std::move(handler));
    }
    template <class H>
    app& put(checked_pattern<std::type_identity_t<H>, true> pattern, H handler) {
        return add<true>({"PUT"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& put(checked_pattern<std::type_identity_t<H>, true> pattern, route_options options, H handler) {
        return add<true>({"PUT"}, pattern.text(), options, std::move(handler));
    }
    template <class H>
    app& patch(checked_pattern<std::type_identity_t<H>, true> pattern, H handler) {
        return add<true>({"PATCH"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& patch(checked_pattern<std::type_identity_t<H>, true> pattern, route_options options, H handler) {
        return add<true>({"PATCH"}, pattern.text(), options, std::move(handler));
    }
    /// DELETE, which is a word of C++.
    template <class H>
    app& del(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"DELETE"}, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& del(checked_pattern<std::type_identity_t<H>, false> pattern, route_options options, H handler) {
        return add<false>({"DELETE"}, pattern.text(), options, std::move(handler));
    }
    /// Every GET route answers HEAD by itself; this is for one that can do it cheaper.
    template <class H>
    app& head(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"HEAD"}, pattern.text(), {}, std::move(handler));
    }
    /// Every path answers OPTIONS with its methods by itself; this is for one that has more to say.
    template <class H>
    app& options(checked_pattern<std::type_identity_t<H>, false> pattern, H handler) {
        return add<false>({"OPTIONS"}, pattern.text(), {}, std::move(handler));
    }
    /// Any methods: `app.route({"GET", "POST"}, "/echo", echo)`.
    template <class H>
    app& route(std::initializer_list<std::string_view> methods, checked_pattern<std::type_identity_t<H>, true> pattern,
               H handler) {
        return add<true>(methods, pattern.text(), {}, std::move(handler));
    }
    template <class H>
    app& route(std::initializer_list<std::string_view> methods, checked_pattern<std::type_identity_t<H>, true> pattern,
               route_options options, H handler) {
        return add<true>(methods, pattern.text(), options, std::move(handler));
    }

    /// Who is told of exceptions that are nobody's answer, on the loop that served the request: with several workers,
    /// from several threads at once. The default writes a line to the standard error.
    app& error_log(function<void(const std::exception_ptr&, const request&)> log) {
        error_log_ = std::move(log);
        return *this;
    }

    /// For test clients: the log is `log` from here on. Gives what it was.
    function<void(const std::exception_ptr&, const request&)> exchange_error_log(
        function<void(const std::exception_ptr&, const request&)> log) {
        return std::exchange(error_log_, std::move(log));
    }

    /// Serves until Ctrl-C. out: the exit code. Defined in server/serve.hpp.
    int run(const run_options& options = {});

    std::size_t size() const noexcept { return endpoints_.size(); }
    /// Ends registration. A second call does nothing.
    void freeze() { router_.freeze(); }

    /// For the server: what answers this request; null when it has been answered: 404, 405, 400 or OPTIONS.
    /// in: a frozen app. Notes in the request what the router found.
    endpoint* find(request& asked, reply& answer) const {
        router_.lookup(asked.method, asked.method_text, asked.target.path, asked.matched);
        if (asked.matched.result != route::outcome::found) [[unlikely]] {
            refuse(asked, answer);
            return nullptr;
        }
        endpoint* found = endpoints_[asked.matched.route].get();
        asked.pattern = &found->pattern();
        return found;
    }
    /// For the server: calls an endpoint that runs now. What it throws becomes the answer.
    void call_now(endpoint& found, request& asked, reply& answer) const {
        try {
            found.run_now(asked, answer);
        } catch (...) {
            note(answer.caught(), asked);
        }
    }
    /// For the server: calls any endpoint. error: `cancelled` only.
    task<> call(endpoint& found, request& asked, reply& answer) const {
        std::exception_ptr unknown;
        try {
            co_await found.run(asked, answer);
        } catch (...) {
            unknown = answer.caught();
        }
        note(unknown, asked);
    }

private:
    // What the compiler has refused is not looked at any further, so that its sentence stands alone.
    template <bool MayHaveBody, class H>
    app& add(std::initializer_list<std::string_view> methods, std::string_view text, const route_options& options,
             H handler) {
        if (options.status != 0 && (options.status < 200 || !http::is_status(options.status)))
            throw std::logic_error("coracle: the route '" + std::string(text) + "' has the status " +
                                   std::to_string(options.status) +
                                   ", and the status of an answer is a number from 200 to 599");
        if constexpr (detail::good_route_handler<H, MayHaveBody>()) {
            auto made = std::make_unique<detail::handler_endpoint<H>>(text, options, std::move(handler));
            // Reserved first, so that nothing can fail once the router knows the route.
            endpoints_.reserve(endpoints_.size() + 1);
            router_.add(methods, made->pattern());
            endpoints_.push_back(std::move(made));
        }
        return *this;
    }

    static void refuse(const request& asked, reply& answer) {
        const route::match& found = asked.matched;
        if (found.result == route::outcome::not_found) return answer.send_detail(404, json("Not Found"));
        if (found.result == route::outcome::bad_path) {
            std::string_view path = asked.target.path;
            const auto& facts = http::facts_of(!path.starts_with('/')          ? http::refusal::bad_target
                                               : path.find("%00") == path.npos ? http::refusal::bad_escape
                                                                               : http::refusal::nul_in_path);
            return answer.send_detail(facts.status, json(facts.detail));
        }
        http::field_list fields;
        fields.add("allow", found.allow);
        if (found.result == route::outcome::options) return answer.send_detail(204, json(), &fields);
        answer.send_detail(405, json("Method Not Allowed"), &fields);
    }

    void note(const std::exception_ptr& unknown, const request& asked) const {
        if (!unknown) return;
        if (error_log_) {
            try {
                return error_log_(unknown, asked);
            } catch (...) {
                // The answer is given already; what is left to tell is told below.
            }
        }
        std::string text = "an exception that is no std::exception";
        try {
            std::rethrow_exception(unknown);
        } catch (const std::exception& error) {
            text = error.what();
        } catch (...) {
        }
        std::string line =
            "ERROR:    " + std::string(asked.method_text) + ' ' + std::string(asked.target.path) + ": " + text;
        // W10: what steers a terminal, or looks like another line, is not for a log.
        for (char& c : line)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
        std::fprintf(stderr, "%s\n", line.c_str());
    }

    route::router router_;
    std::vector<std::unique_ptr<endpoint>> endpoints_;
    mutable function<void(const std::exception_ptr&, const request&)> error_log_;
};

}  // namespace coracle
