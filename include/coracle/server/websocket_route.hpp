// websocket_route: app.websocket(): an endpoint that answers with 101, and a handler that lives as long as its
// WebSocket.
#pragma once

#include <coracle/app/after_response.hpp>
#include <coracle/app/bind.hpp>
#include <coracle/app/dependent_handler.hpp>
#include <coracle/app/endpoint.hpp>
#include <coracle/app/handler.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/app/router.hpp>
#include <coracle/app/signature.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/server/served_websocket.hpp>
#include <coracle/server/websocket_origin.hpp>
#include <coracle/websocket/handshake.hpp>
#include <coracle/websocket/subprotocol.hpp>

#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle {

namespace server {

/// What stands behind the head of a 101.
template <class Served>
class upgrade_body final : public outgoing_body {
public:
    explicit upgrade_body(std::shared_ptr<Served> to) noexcept : to_(std::move(to)) {}
    ~upgrade_body() override {
        if (to_) to_->is_not_wanted();
    }
    task<std::optional<piece>> next() override { co_return std::nullopt; }
    task<> send_to(outgoing_client& client) override {
        client.begin();
        std::shared_ptr<Served> to = std::move(to_);
        static_cast<upgradable_client&>(client).hand_over(*to);
        co_return;
    }

private:
    std::shared_ptr<Served> to_;
};

/// From the end of the handler to that of the WebSocket. Apart, so that one that lives pays nothing for it: where it is
/// inlined its frame becomes part of the caller's.
template <class Served>
[[gnu::noinline]] task<> wind_up(std::shared_ptr<Served> me, std::exception_ptr failure) {
    bool stopped = async::is_cancellation(failure);
    me->handler_ended(failure);
    failure = nullptr;
    if (!stopped) co_await me->socket().close();
    if (request* rest = me->unfinished()) co_await rest->app().conclude(*rest);
    if (stopped) throw cancelled{};
}

/// Where the handshake has another answer after all, the request stays until the handler has ended that looks at it.
template <class Served>
class end_of_handler final : public clean_up {
public:
    end_of_handler(const std::shared_ptr<Served>& of, join_handle<> life) noexcept : of_(of), life_(std::move(life)) {}
    task<> run(std::exception_ptr) override {
        std::shared_ptr<Served> still = of_.lock();
        if (!still || still->is_open()) co_return;
        still.reset();
        try {
            co_await life_;
        } catch (...) {
            // Its failure is told by whoever it belongs to.
        }
    }

private:
    std::weak_ptr<Served> of_;  // which may own this
    join_handle<> life_;
};

/// All lines of a field as one text; `storage` holds it when there are several.
inline std::string_view joined_field(const http::fields& of, std::string_view name, std::string& storage) {
    std::string_view one;
    std::size_t count = 0;
    for (std::string_view each : of.get_all(name)) {
        one = each;
        storage.append(count++ == 0 ? "" : ", ").append(each);
    }
    return count == 1 ? one : std::string_view(storage);
}

/// Answers a request that is no right handshake. False: it is one.
[[gnu::cold]] inline bool refuse_handshake(const request& asked, const websocket_route_options& how, reply& answer) {
    std::string upgrade, connection, key, version;
    ws::upgrade_request said;
    said.is_get = asked.method == http::method::get;
    said.is_http_1_1 = asked.version == http::version::http_1_1;
    said.upgrade = joined_field(asked.headers, "upgrade", upgrade);
    said.connection = joined_field(asked.headers, "connection", connection);
    said.key = joined_field(asked.headers, "sec-websocket-key", key);
    said.version = joined_field(asked.headers, "sec-websocket-version", version);
    ws::upgrade_refusal why = ws::refusal_of(said);
    if (!why && (asked.chunked || asked.content_length.value_or(0) != 0))
        why = {400, "the request for a WebSocket has no body"};
    for (std::string_view each : asked.headers.get_all("sec-websocket-protocol"))
        if (!why && !ws::is_subprotocol_list(each)) why = {400, "Sec-WebSocket-Protocol must be a list of names"};
    if (!why && !may_open_websocket(asked, how.allow_origins))
        why = {403, "pages of this origin may not open this WebSocket"};
    if (!why) return false;
    http::field_list fields;
    if (why.status == 426) {
        fields.upgrade_to("websocket");
        fields.set("sec-websocket-version", ws::version);
    }
    answer.send_detail(why.status, json(why.why), &fields);
    return true;
}

template <class H>
class websocket_endpoint final : public endpoint {
    using bound = typename coracle::detail::arguments_from<parameters_of<H>>::type;
    static constexpr bool depends = coracle::detail::some_depend<parameters_of<H>>;
    static constexpr bool keeps = depends || coracle::detail::arguments_from<parameters_of<H>>::sees_request;
    using inner = std::conditional_t<depends, coracle::detail::handler_endpoint<H>, H>;

public:
    websocket_endpoint(std::string_view text, websocket_route_options how, H handler)
        : endpoint(text, {}, {.now = false, .keeps_request = true, .websocket = true, .joins_issues = true}),
          how_(std::move(how)),
          socket_options_(std::make_shared<const websocket_options>(how_.socket)),
          handler_(make(text, std::move(handler))) {}

    std::span<const app_value> app_values() const noexcept override {
        if constexpr (depends)
            return handler_.app_values();
        else
            return {};
    }

    void run_now(request&, reply&) override { CORACLE_ASSERT(runs_now()); }
    task<> run(request& asked, reply& answer) override {
        if (refuse_handshake(asked, how_, answer)) co_return;
        auto me = std::make_shared<served_websocket>(asked, how_, socket_options_, keeps_request);
        join_handle<> life = spawn(live(me, asked));
        bool left = false;
        try {
            co_await me->decided().wait();
        } catch (const cancelled&) {
            left = true;
            life.cancel();
        }
        if (!me->accepted() || left) {
            async::cancel_scope part(async::this_job(), true);
            try {
                co_await life;  // it looks at the request
            } catch (...) {
            }
        }
        if (left) throw cancelled{};
        if (me->keeps_request() && me->accepted())
            asked.after.keep(std::make_unique<end_of_handler<served_websocket>>(me, std::move(life)));
        me->answer(answer, std::make_shared<upgrade_body<served_websocket>>(me));
    }

private:
    // websocket& alone is no look at the request.
    template <class... P>
    static constexpr bool sees_request(types<P...>) noexcept {
        return ((parameter<P>::source == parameter_source::context && !std::is_same_v<P, websocket&>) || ...);
    }
    static constexpr bool keeps_request = depends || sees_request(parameters_of<H>{});

    static inner make(std::string_view text, H handler) {
        if constexpr (depends)
            return inner(text, {}, std::move(handler));
        else
            return handler;
    }

    /// The handler's job, as long as the WebSocket lives.
    task<> live(std::shared_ptr<served_websocket> me, request& asked) {
        std::exception_ptr failure;
        try {
            if constexpr (depends) {
                if (asked.earlier_issues) throw validation_error(*asked.earlier_issues);
                response made;
                byte_buffer scratch;
                reply nobodys(made, scratch);
                nobodys.throw_refusals();
                co_await handler_.run(asked, nobodys);
            } else {
                bound parameters;
                read(parameters, asked);
                co_await parameters.call(handler_);
            }
        } catch (...) {
            failure = std::current_exception();
        }
        co_await wind_up(std::move(me), std::move(failure));
    }
    static void read(bound& parameters, request& asked) {
        binding with(asked, *asked.pattern);
        if (asked.earlier_issues) with.issues = *asked.earlier_issues;
        parameters.read(with);
        if (!with.issues.empty()) throw validation_error(std::move(with.issues));
    }

    websocket_route_options how_;
    std::shared_ptr<const websocket_options> socket_options_;
    inner handler_;
};

}  // namespace server

template <class H, class Options>
router& router::add_websocket(std::string_view text, H handler, Options options) {
    if constexpr (detail::good_handler<H, false>()) {
        static_assert(is_coroutine<H> && std::is_void_v<result_of<H>>,
                      "coracle: the handler of a WebSocket is a coroutine that gives nothing: [](websocket& ws) -> "
                      "task<> { ... }");
        if constexpr (is_coroutine<H> && std::is_void_v<result_of<H>>) {
            static constexpr std::string_view get[] = {"GET"};
            route_options shared;
            shared.name = options.name;
            shared.include_in_schema = false;
            shared.dependencies = options.dependencies;
            shared.timeout = options.timeout;
            add_endpoint(get,
                         std::make_shared<server::websocket_endpoint<H>>(text, std::move(options), std::move(handler)),
                         std::move(shared));
        }
    }
    return *this;
}

}  // namespace coracle
