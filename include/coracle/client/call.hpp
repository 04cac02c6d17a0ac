// call: all that becomes of a request that is awaited: one exchange, or an errand of several, with the hooks of its
// client.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/client/client_policies.hpp>
#include <coracle/client/client_settings.hpp>
#include <coracle/client/errand.hpp>
#include <coracle/client/exchange.hpp>
#include <coracle/client/exchange_terms.hpp>
#include <coracle/client/http_reply.hpp>
#include <coracle/client/outgoing_request.hpp>
#include <coracle/client/request_url.hpp>
#include <coracle/client/upgraded.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/url.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/timeout_scope.hpp>
#include <coracle/os/poller.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace coracle::client {

/// One exchange of an errand, or all of a call. Hooks see each.
template <class Settings>
class hooked_exchange {
public:
    hooked_exchange(const Settings& with, const exchange_terms& terms, stream_behind* behind) noexcept
        : with_(with), terms_(terms), behind_(behind) {}

    task<http_reply> operator()(outgoing_request& request) {
        os::time_point began = terms_.on().now();
        // What a hook adds is for this exchange: it sees the next one again, perhaps with another host.
        restored_fields after(request);
        if (with_.options.on_request) {
            after.restore();
            request.options.in_own_code = true;
            co_await with_.options.on_request(request);
            request.options.in_own_code = false;
        }
        check_whole_url(request.url, request.url.authority);
        exchange<Settings> once(with_, request, terms_);
        http_reply reply;
        co_await once.converse(reply, behind_);
        reply.url = request.url;
        reply.method = request.method;
        reply.elapsed = terms_.on().now() - began;
        if (with_.options.on_reply) {
            request.options.in_own_code = true;
            co_await with_.options.on_reply(reply);
            request.options.in_own_code = false;
        }
        co_return reply;
    }
    /// Whether there is time to wait so long, and to ask once more.
    bool has_time(std::chrono::nanoseconds wait) const noexcept {
        return loop::later(terms_.on().now(), wait) < terms_.last;
    }

private:
    class restored_fields {
    public:
        explicit restored_fields(outgoing_request& of) noexcept : of_(of) {}
        restored_fields(const restored_fields&) = delete;
        restored_fields& operator=(const restored_fields&) = delete;
        ~restored_fields() {
            if (before_) of_.fields = std::move(*before_);
        }
        void restore() { before_.emplace(of_.fields); }

    private:
        outgoing_request& of_;
        std::optional<http::field_list> before_;
    };

    const Settings& with_;
    const exchange_terms& terms_;
    stream_behind* behind_;
};

/// A request that nothing is done about but to send it. Its frame is small enough for the pool of frames.
template <class Settings>
task<> perform_alone(const Settings& with, outgoing_request& request, http_reply& reply, stream_behind* behind) {
    exchange_terms terms(loop::reactor::current(), with.time_for(request));
    exchange<Settings> once(with, request, terms);
    co_await once.converse(reply, behind);
    reply.url = std::move(request.url);
    reply.method = std::move(request.method);
    reply.elapsed = terms.now() - terms.began;
}
/// One with hooks, policies, or a body whose maker takes its time.
template <class Settings>
task<> perform_errand(const Settings& with, const client_policies& by, outgoing_request& request, http_reply& reply,
                      stream_behind* behind) {
    exchange_terms terms(loop::reactor::current(), with.time_for(request));
    hooked_exchange<Settings> each(with, terms, behind);
    const http::url* home = with.base && !request.options.own_auth ? &*with.base : nullptr;
    timeout_scope limit(terms.last);  // also of hooks, and of what makes the body
    try {
        reply = co_await run_errand(by, request, with.usual_fields, home, each);
    } catch (const cancelled&) {
        if (!limit.swallows()) throw;
        terms.throw_late_in_all(request.text());
    }
    reply.elapsed = terms.now() - terms.began;
}
/// out: the answer. error: request_error and what is below it; `cancelled`. keeps: all of it, until it has ended.
template <class Settings>
task<> perform_into(const Settings& with, outgoing_request& request, http_reply& reply,
                    stream_behind* behind = nullptr) {
    const client_policies& by = request.options.policies ? *request.options.policies : with.policies;
    bool alone = by.do_nothing() && !with.options.on_request && !with.options.on_reply && !request.body.is_stream();
    return alone ? perform_alone(with, request, reply, behind) : perform_errand(with, by, request, reply, behind);
}

/// The same for who lets both go.
template <class Settings>
task<http_reply> perform_kept(std::shared_ptr<const Settings> with, outgoing_request request) {
    http_reply reply;
    co_await perform_into(*with, request, reply);
    co_return reply;
}
/// The same for who goes on with another protocol.
template <class Settings>
task<upgraded> perform_upgrade(std::shared_ptr<const Settings> with, outgoing_request request) {
    stream_behind behind;
    http_reply reply;
    co_await perform_into(*with, request, reply, &behind);
    co_return upgraded(std::move(reply), std::move(behind.stream), std::move(behind.already));
}

}  // namespace coracle::client
