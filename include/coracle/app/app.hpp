// app: the routes of a program and what answers them.
#pragma once

// First, since a compiler tells the way to a mistake through the includes.
#include <coracle/app/result_type.hpp>

#include <coracle/app/app_options.hpp>
#include <coracle/app/app_route.hpp>
#include <coracle/app/app_table.hpp>
#include <coracle/app/documentation.hpp>
#include <coracle/app/dependency_store.hpp>
#include <coracle/app/lifespan.hpp>
#include <coracle/app/override_dependency.hpp>
#include <coracle/app/openapi.hpp>
#include <coracle/app/process_options.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/required_dependency.hpp>
#include <coracle/app/resolved.hpp>
#include <coracle/app/route_list.hpp>
#include <coracle/app/router.hpp>
#include <coracle/app/run_options.hpp>
#include <coracle/app/typed_store.hpp>
#include <coracle/app/typescript.hpp>
#include <coracle/app/url_for.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/log.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

class request_observer;
namespace server {
class workshop;
}

/// A web application: `app app; app.get("/", [] { return "hello"; }); app.run({.port = 8000});`
/// Routes are added first; the first that fits a request answers it. error of adding: std::logic_error, for a route
/// that could never be reached or that does not fit its handler; what the compiler can see, it says.
class app : public router {
public:
    explicit app(app_options options = {}) : options_(std::move(options)) {
        group()->shared.dependencies = options_.dependencies;
    }
    app(app&&) noexcept = default;
    app& operator=(app&&) noexcept = default;

    /// Another app below a path, with its own middleware, errors, documentation and lifespan: `app.mount("/admin",
    /// make_admin())`. It answers whatever begins with that path; there it sees its own paths.
    /// error: std::logic_error as for a prefix.
    app& mount(std::string_view path, app below, std::string name = {});

    /// What is done before the first request and after the last: `app.lifespan([&]() -> generator<> { co_await
    /// db.connect(); co_yield {}; co_await db.close(); });`. Of several, and of mounted apps, the last to begin is the
    /// first to end. Nothing is served before all have begun; one that throws ends the program with 3.
    template <class F>
    app& lifespan(F make) {
        lifespan_.add(std::move(make));
        return *this;
    }
    /// Halves of a lifespan: a function or a coroutine without parameters.
    template <class F>
    app& on_startup(F f) {
        lifespan_.on_startup(std::move(f));
        return *this;
    }
    template <class F>
    app& on_shutdown(F f) {
        lifespan_.on_shutdown(std::move(f));
        return *this;
    }
    /// For the server, around serving: the lifespans. error: what a beginning, or an end, throws.
    task<> start();
    task<> stop();

    /// For tests: calls `fake` wherever `Function` is depended on: `app.override<get_db>([&]() -> database& { return
    /// empty; });`. It has parameters of its own, which may be dependencies, that which it stands in for among them.
    /// in: while no request is under way. cost: without any, one look at a pointer in a request with dependencies.
    template <auto Function, class Fake>
    app& override(Fake fake) {
        if constexpr (detail::good_override<Function, Fake>())
            dependencies().override_with(&detail::function_name<detail::constant_function<Function>>,
                                         std::make_unique<detail::kept_override<Fake>>(std::move(fake)));
        return *this;
    }
    /// Takes one away, or all.
    template <auto Function>
    app& restore() {
        dependencies().override_with(&detail::function_name<detail::constant_function<Function>>, nullptr);
        return *this;
    }
    app& restore_all() {
        if (dependencies_) dependencies_->clear_overrides();
        return *this;
    }
    /// What a dependency gives outside of a request: `auto db = co_await app.resolve<get_db>(); use(*db); co_await
    /// db.close();`. error: validation_error when it needs something of a request; what its function throws.
    template <auto Function>
    task<resolved<Function>> resolve() {
        return detail::resolve<Function>(dependencies_.get(), *this);
    }

    /// A value of type T that belongs to the app, made when it is asked for first. Handlers take it as state<T>.
    /// With several workers, and by plain functions, it is used from several threads at once.
    template <class T>
    T& state() const {
        if (T* there = state_->find<T>()) return *there;
        return state_->emplace<T>();
    }
    /// Makes that value from `arguments`.
    template <class T, class... A>
    T& emplace_state(A&&... arguments) {
        return state_->emplace<T>(std::forward<A>(arguments)...);
    }

    /// Who is told of exceptions that are nobody's answer, on the loop that served the request: with several workers,
    /// from several threads at once. The default writes a line to the standard error.
    app& error_log(function<void(const std::exception_ptr&, const request&)> log) {
        error_log_ = std::move(log);
        return *this;
    }

    /// Shows what there is to count, for Prometheus: requests by route, their times, connections, the loops, the thread
    /// pool, the process, and what the program counts itself (metrics::counter). Of a mounted app: the whole server's.
    /// in: the path, and options of the route: `{.dependencies = {require<insider>}}`, for these numbers are not for
    /// strangers. Defined in server/metrics_page.hpp.
    template <class Options = route_options>
    app& use_metrics(std::string path = "/metrics", Options options = {});
    /// `{"status":"ok"}` as long as the loop turns; if it does not, restart it. Defined in server/health.hpp, as the
    /// next two.
    template <class Options = route_options>
    app& health(std::string path = "/healthz", Options options = {});
    /// Whether requests should be sent here: 200, or 503 while the server stops or a check fails.
    template <class Options = route_options>
    app& ready(std::string path = "/readyz", Options options = {});
    /// A check for that, of an app with ready(): a function or a coroutine that gives bool, or throws. A plain function
    /// runs on the thread pool. `app.ready_when("database", [&]() -> task<bool> { co_return co_await db.ping(); });`
    /// in: how long it may take; then it has failed.
    template <class Check>
    app& ready_when(std::string name, Check check, std::chrono::milliseconds limit = std::chrono::seconds(1));

    /// For parts of the server that follow every request: who makes an observer for each loop that serves the app.
    struct observer_maker {
        std::unique_ptr<request_observer> (*make)(void* who, server::workshop& loop);
        void* who;  ///< which lives as long as the app
    };
    app& observe(observer_maker maker) {
        observers_.push_back(maker);
        return *this;
    }
    const std::vector<observer_maker>& observers() const noexcept { return observers_; }

    /// For test clients: the log is `log` from here on. Gives what it was.
    function<void(const std::exception_ptr&, const request&)> exchange_error_log(
        function<void(const std::exception_ptr&, const request&)> log) {
        return std::exchange(error_log_, std::move(log));
    }

    /// The path of the route with this name (`route_options::name`; behind the mount's path and a colon for a mounted
    /// app's). in: a value for each placeholder, in order. error: std::out_of_range for a name that no route has, or
    /// the wrong number of values.
    template <class... A>
    std::string url_path_for(std::string_view name, const A&... values) const {
        const std::string texts[] = {route_value(values)..., std::string()};
        return find_url(name, std::span(texts, sizeof...(A)));
    }

    /// Serves until Ctrl-C. out: the exit code. Defined in server/serve.hpp.
    int run(const run_options& options = {});
    /// The same, as the command line and the environment say: `int main(int argc, char** argv) { ... return
    /// app.run(argc, argv); }`, then `./program --help`. in: what holds where these say nothing. out: 2 for a command
    /// line that means nothing. Defined in server/run_command.hpp.
    template <class Word>
    int run(int argc, Word** argv, const run_options& defaults = {});
    /// The same in several processes: `app.run_processes({.count = 4}, {.port = 8000})`. One that crashes is replaced,
    /// and takes no requests but its own with it. Each runs main() from its beginning, and does what stands before
    /// this. Ctrl-C and SIGTERM stop all; SIGHUP replaces one after the other by what the program's file is now, and
    /// no request is lost; SIGTTIN and SIGTTOU start one more and end one. What is broadcast stays in its process.
    /// out: 3 when a worker cannot start. Defined in server/run_processes.hpp.
    template <class Processes = process_options>
    int run_processes(const Processes& how, const run_options& options = {});

    /// The OpenAPI document, without a server: `std::puts(app.openapi().dump(2).c_str())`. Ends registration.
    /// error: std::logic_error as freeze().
    json openapi() {
        freeze();
        return openapi_document(options_, routes()).take();
    }

    /// A client for browsers and Node, in TypeScript: an interface for each struct, a method for each operation. Ends
    /// registration. error: std::logic_error as freeze().
    std::string typescript() {
        json document = openapi();
        return typescript_client(document).text();
    }

    const app_options& settings() const noexcept { return options_; }
    /// Its routes as they answer, those of its routers too. in: a frozen app.
    const std::vector<std::unique_ptr<app_route>>& routes() const noexcept { return table_.routes(); }
    /// Calls `f(path, app)` for each app that is mounted in it.
    template <class F>
    void for_each_mounted(F f) const {
        for (const mounting& each : mounted_) f(each.path, std::as_const(*each.below));
    }
    /// The app that it is mounted in, or null.
    const app* above() const noexcept { return above_; }
    /// The paths that it is mounted at, one behind the other, as they were written.
    std::string path_from_root() const;
    /// Whether one of its routes has this pattern. in: a pattern by its address.
    bool has(const route::pattern& one) const noexcept {
        for (const auto& each : routes())
            if (&each->pattern() == &one) return true;
        return false;
    }
    /// For the server: handlers have so much time where their routes say nothing, those of mounted apps too. In: a
    /// frozen app, before the first request.
    void answer_within(std::chrono::milliseconds most);
    /// How many routes were added to it and its routers.
    std::size_t size() const noexcept { return count(*group()); }
    /// Ends registration. A second call does nothing. error: std::logic_error for two operations with one id.
    void freeze();

    /// For the server: what answers this request; null when it has been answered: 404, 405, 400 or OPTIONS.
    /// in: a frozen app. Notes in the request what the router found.
    const app_route* find(request& asked, reply& answer) const {
        asked.belongs_to(*this, dependencies_.get());
        answer.write_errors(style_);
        answer.look_at(asked.response_context_slot());
        return table_.find(asked, answer, options_);
    }
    /// For the server: calls a route that runs now. What it throws becomes the answer.
    void call_now(const app_route& to, request& asked, reply& answer) const {
        try {
            to.target()->run_now(asked, answer);
        } catch (...) {
            note(answer.caught(wants_html(asked)), asked);
        }
    }
    /// For the server: calls any route. error: `cancelled` only.
    task<> call(const app_route& to, request& asked, reply& answer) const {
        return to.plain() ? call_plainly(to, asked, answer) : to.through()(*this, to, asked, answer);
    }
    /// For the server: whether the handler of this request, which was found, is cancelled when the client leaves.
    bool cancels_on_disconnect(const request& asked) const noexcept {
        return asked.matched.result != route::outcome::found ||
               routes()[asked.matched.route]->options().cancel_on_disconnect;
    }
    /// For the server, when the answer has been sent: what the request still has to do. error: `cancelled` only.
    task<> conclude(request& asked) const {
        return asked.after.run_for(this, &asked, [](const void* me, const void* of, const std::exception_ptr& failure) {
            static_cast<const app*>(me)->note(failure, *static_cast<const request*>(of));
        });
    }
    /// Whether the client would rather see an error as HTML.
    static bool wants_html(const request& asked) noexcept {
        return asked.headers["accept"].find("text/html") != std::string_view::npos;
    }
    /// Tells the log of an exception that is nobody's answer.
    void note(const std::exception_ptr& unknown, const request& asked) const;

    /// What middleware `depth - 1` stands in front of.
    task<response> respond(const app_route& to, request& asked, std::size_t depth) const;

private:
    friend struct passage_of<app>;
    dependency_store& dependencies() {
        if (!dependencies_) dependencies_ = std::make_unique<dependency_store>();
        return *dependencies_;
    }

    task<> call_plainly(const app_route& to, request& asked, reply& answer) const {
        std::exception_ptr unknown;
        try {
            co_await to.target()->run(asked, answer);
        } catch (...) {
            asked.after.drop_tasks();
            unknown = answer.caught(wants_html(asked));
        }
        note(unknown, asked);
    }
    task<> call_through(const app_route& to, request& asked, reply& answer) const {
        response made = co_await respond(to, asked, 0);
        try {
            answer.send(made);
        } catch (...) {
            note(answer.caught(wants_html(asked)), asked);
        }
    }
    task<response> answer_error(const app_route& to, request& asked, std::exception_ptr error) const;
    static task<response> respond_at(const app& served, const app_route& to, request& asked, std::size_t depth) {
        return served.respond(to, asked, depth);
    }
    void start_below();

    static std::size_t count(const route_group& of) {
        std::size_t routes = 0;
        for (const route_group::item& each : of.items) routes += each.group ? count(*each.group) : 1;
        return routes;
    }
    std::string find_url(std::string_view name, std::span<const std::string> values) const;

    struct mounting {
        std::string path;
        std::string name;
        std::unique_ptr<app> below;
    };
    app_options options_;
    error_style style_;
    app_table table_;
    std::vector<mounting> mounted_;
    void (*starts_below_)(app&) = nullptr;  // by way of mount(), so that who mounts nothing pays nothing
    coracle::lifespan lifespan_;
    std::unique_ptr<dependency_store> dependencies_;  // null until there is something in it
    std::unique_ptr<app_values> app_values_;
    std::unique_ptr<typed_store> state_ = std::make_unique<typed_store>();
    mutable function<void(const std::exception_ptr&, const request&)> error_log_;
    std::vector<observer_maker> observers_;
    const app* above_ = nullptr;  // the app that this one is mounted in
};

[[gnu::cold]] inline void app::freeze() {
    if (table_.filled()) return;
    style_ = {options_.errors, options_.debug, options_.like_fastapi};
    std::vector<std::unique_ptr<app_route>> routes;
    route_list::read(*group(), routes);
    documentation::add(options_, route_list::outermost(*group()), routes);
    auto around = route_list::outermost(*group());
    std::unique_ptr<app_route> unmatched;
    if (!around.chain.empty() || !around.errors.front()->empty())
        unmatched = app_route::made(nullptr, {}, {}, 0, {}, std::move(around));
    table_.fill(std::move(routes), std::move(unmatched));
    for (mounting& each : mounted_) {
        each.below->above_ = this;
        each.below->freeze();
    }
}

[[gnu::cold]] inline void app::answer_within(std::chrono::milliseconds most) {
    for (const auto& each : routes()) {
        bool leads_below = false;
        for (const mounting& one : mounted_) leads_below = leads_below || each->text() == one.path + "/{path:path}";
        if (!leads_below) each->answer_within(most);
    }
    for (mounting& each : mounted_) each.below->answer_within(most);
}

inline task<response> app::respond(const app_route& to, request& asked, std::size_t depth) const {
    response made;
    byte_buffer scratch;
    reply captured(made, scratch);
    captured.write_errors(style_);
    captured.look_at(asked.response_context_slot());
    if (!to.errors().empty()) captured.throw_refusals();
    std::exception_ptr failure;
    try {
        if (depth < to.chain().size()) {
            next rest(*this, to, depth + 1, &respond_at);
            task<response> inner = (*to.chain()[depth])(asked, rest);
            made = co_await std::move(inner);
        } else if (to.target()) {
            co_await to.target()->run(asked, captured);
        } else if (!table_.answer_unmatched(asked, captured, options_, !to.errors().empty())) {
            failure = std::make_exception_ptr(table_.refusal(asked));
        }
    } catch (const cancelled&) {
        throw;
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure) made = co_await answer_error(to, asked, failure);
    co_return made;
}

[[gnu::cold]] inline task<response> app::answer_error(const app_route& to, request& asked,
                                                      std::exception_ptr error) const {
    asked.after.drop_tasks();
    std::optional<http_error> known;
    bool unknown = false;
    try {
        std::rethrow_exception(error);
    } catch (const http_error& one) {
        known = one;
    } catch (const validation_error& one) {
        known = http_error(422, one.detail());
    } catch (...) {
        unknown = true;
    }
    // The innermost router's answers first; those for the status 500 when nobody knows the exception.
    for (int attempt = 0; attempt < 2; ++attempt) {
        for (std::size_t n = to.errors().size(); n-- > 0;) {
            try {
                std::optional<task<response>> answer = to.errors()[n]->answer(error, known ? &*known : nullptr, asked);
                if (!answer) continue;
                if (attempt == 1) note(error, asked);
                response made = co_await *std::move(answer);
                co_return made;
            } catch (const cancelled&) {
                throw;
            } catch (...) {
                error = std::current_exception();
            }
            unknown = false;
            attempt = 2;
            break;
        }
        if (!unknown) break;
        known = http_error(500);
    }
    response made;
    byte_buffer scratch;
    reply captured(made, scratch);
    captured.write_errors(style_);
    std::exception_ptr nobodys;
    try {
        std::rethrow_exception(error);
    } catch (...) {
        nobodys = captured.caught(wants_html(asked));
    }
    note(nobodys, asked);
    co_return made;
}

[[gnu::cold]] inline void app::note(const std::exception_ptr& unknown, const request& asked) const {
    if (!unknown) return;
    if (error_log_) {
        try {
            return error_log_(unknown, asked);
        } catch (...) {
            // The answer is given already; what is left to tell is told below.
        }
    }
    if (above_) return above_->note(unknown, asked);
    std::string said = exception_trace(unknown);
    constexpr std::string_view between = "\n  because of ";
    for (std::size_t at = 0; (at = said.find(between, at)) != said.npos;)
        said.replace(at, between.size(), "; because of ");
    // W10: what the client and the exception say is escaped where it is written.
    log::error(std::string(asked.method_text) + ' ' + std::string(asked.target.path) + ": " + said);
}

// What only a started app has begins behind its own lifespans. It is said anew each time: the app may have moved since.
[[gnu::cold]] inline task<> app::start() {
    app_values_.reset();
    for (const auto& each : routes()) {
        if (!each->target()) continue;
        for (const app_value& value : each->target()->app_values()) {
            if (!app_values_) app_values_ = value.keep(dependencies(), lifespan_);
            app_values_->add(value);
        }
    }
    if (starts_below_) starts_below_(*this);
    return lifespan_.start();
}
[[gnu::cold]] inline task<> app::stop() { return lifespan_.stop(); }

[[gnu::cold]] inline std::string app::path_from_root() const {
    if (!above_) return {};
    std::string path = above_->path_from_root();
    for (const mounting& each : above_->mounted_)
        if (each.below.get() == this) path += each.path;
    return path;
}

[[gnu::cold]] inline std::string app::find_url(std::string_view name, std::span<const std::string> values) const {
    for (const auto& each : routes())
        if (!name.empty() && each->options().name == name) return path_of(each->pattern(), values);
    for (const mounting& each : mounted_)
        if (!each.name.empty() && name.starts_with(each.name) && name.substr(each.name.size()).starts_with(':'))
            return each.path + each.below->find_url(name.substr(each.name.size() + 1), values);
    throw std::out_of_range("coracle: no route has the name '" + std::string(name) +
                            "'; say it in its options: {.name = \"" + std::string(name) + "\"}");
}

[[gnu::cold]] inline response documentation::document(const request& asked) {
    const coracle::app& of = asked.app();
    return response::json(openapi_document(of.settings(), of.routes(), asked.base_path()).take());
}
[[gnu::cold]] inline response documentation::page(const request& asked) {
    const app_options& told = asked.app().settings();
    response made = response::html(docs_page(told.title, asked.base_path() + told.openapi_url));
    made.headers.set("content-security-policy", docs_page_policy);
    return made;
}

template <class T>
T& request::app_state() const {
    return app().state<T>();
}
template <class... A>
std::string request::url_for(std::string_view name, const A&... values) const {
    return origin() + base_path() + app().url_path_for(name, values...);
}

/// A handler parameter: the app's value of type T. `[](state<database> db) -> task<user> { co_return co_await
/// db->find(7); }`. With several workers, and by plain functions, it is used from several threads at once.
template <class T>
class state {
public:
    explicit state(T& value) noexcept : value_(&value) {}
    T& operator*() const noexcept { return *value_; }
    T* operator->() const noexcept { return value_; }

private:
    T* value_;
};
template <class T>
struct parameter<state<T>> {
    static constexpr parameter_source source = parameter_source::context;
    static constexpr bool said_aloud = false;
    static state<T> of(request& asked) { return state<T>(asked.app_state<T>()); }
};

}  // namespace coracle
