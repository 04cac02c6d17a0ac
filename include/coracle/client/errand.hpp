// errand: one call with all that it takes: attempts, redirects, answered challenges. The exchanges are somebody else's.
// RFC 9110 15.4 (redirects), 11.6 (challenges), 10.2.3 (Retry-After); RFC 6265 5.4 (cookies).
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/client/client_error.hpp>
#include <coracle/client/client_policies.hpp>
#include <coracle/client/http_reply.hpp>
#include <coracle/client/outgoing_request.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/url.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/sleep.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::client {

/// What becomes of a request between its exchanges.
class errand {
public:
    /// in: the fields that every request of the client has, which from here on are the request's; the origin that
    /// `by.auth` is for, or null for that of the request. keeps: policies and request, which changes.
    errand(const client_policies& by, outgoing_request& request, const http::field_list& usual, const http::url* home)
        : by_(by), request_(request) {
        if (!std::exchange(request.options.has_usual_fields, true))
            for (const auto& [name, value] : usual)
                if (!request.fields.contains(name)) request.fields.add(name, value);
        own_cookies_ = request.fields["cookie"];
        bool elsewhere = home && !home->same_origin(request.url);
        // Who writes the field by hand means it.
        if (!elsewhere && !request.fields.contains("authorization")) auth_ = by.auth;
    }

    /// Before an exchange: cookies, credentials, and the way that it takes.
    [[gnu::cold]] void prepare() {
        std::string cookies = by_.cookies.header(request_.url, now());
        if (!cookies.empty() && !own_cookies_.empty()) cookies += "; ";
        cookies += own_cookies_;
        if (by_.cookies && cookies.empty()) request_.fields.remove("cookie");
        if (!cookies.empty()) request_.fields.set("cookie", cookies);
        if (auth_) {
            shown_ = auth_->authorization({request_.method, request_.url, {}, challenges_});
            if (shown_.empty())
                request_.fields.remove("authorization");
            else
                request_.fields.set("authorization", shown_);
        }
        proxy_way way = by_.proxy.way_of(request_.url);
        request_.options.way = way;
        request_.options.through = way == proxy_way::direct ? nullptr : &by_.proxy.server();
        request_.options.guard = by_.guard ? &by_.guard : nullptr;
        if (std::exchange(proxy_knows_, false)) request_.fields.remove("proxy-authorization");
        if (way == proxy_way::forward && !by_.proxy.server().authorization.empty()) {
            request_.fields.set("proxy-authorization", by_.proxy.server().authorization);
            proxy_knows_ = true;
        }
        ++attempts_;
    }

    /// What an answer leaves behind, whether or not somebody will see it.
    void keep(const http_reply& answer) { by_.cookies.store(answer.headers, request_.url, now()); }

    /// How long to wait before the same exchange is tried again; nothing: what came is what there is.
    [[gnu::cold]] std::optional<std::chrono::nanoseconds> wait_after(const http_reply& answer) {
        attempt what;
        what.status = answer.status;
        what.retry_after = answer.headers["retry-after"];
        return wait_after(what);
    }
    [[gnu::cold]] std::optional<std::chrono::nanoseconds> wait_after(const std::exception_ptr& failure) {
        // C6: whatever its kind, it says nothing about how far the request came.
        if (request_.options.in_own_code) return std::nullopt;
        attempt what;
        std::optional<attempt_end> end = end_of(failure);
        if (!end) return std::nullopt;
        what.end = *end;
        return wait_after(what);
    }

    /// Whether the answer leads on to another exchange, for which the request is ready then.
    /// error: too_many_redirects, redirect_refused.
    [[gnu::cold]] bool goes_on(const http_reply& answer) {
        if (answer.status == 401 && auth_) {
            authorized_request asked{request_.method, request_.url, shown_, challenges_};
            if (auth_->challenged(asked, answer.headers) && request_.body.rewind()) {
                ++challenges_;
                return true;
            }
        }
        if (!by_.redirects.follow || !is_redirect(answer.status)) return false;
        redirected_request asked{request_.url, request_.method, request_.body.present(), request_.body.rewind(),
                                 followed_};
        auto next = redirect(by_.redirects, asked, answer.status, answer.headers);
        if (!next) refuse(next.error());
        if (!*next) return false;
        take_away_private(request_.fields, by_.redirects, **next);
        if ((*next)->leaves_origin) {
            own_cookies_.clear();
            auth_ = {};
            shown_.clear();
        }
        if ((*next)->drops_body) request_.body.clear();
        request_.method = std::move((*next)->method);
        request_.url = std::move((*next)->to);
        ++followed_;
        attempts_ = challenges_ = 0;
        return true;
    }

    /// How many redirects so far.
    unsigned followed() const noexcept { return followed_; }

private:
    static std::int64_t now() { return loop::reactor::current().unix_milliseconds() / 1000; }
    static std::uint64_t random() {
        char bytes[sizeof(std::uint64_t)];
        loop::reactor::current().random_bytes(bytes);
        std::uint64_t number = 0;
        std::memcpy(&number, bytes, sizeof number);
        return number;
    }

    std::optional<std::chrono::nanoseconds> wait_after(attempt what) {
        if (attempts_ >= by_.retry.attempts) return std::nullopt;
        what.number = attempts_;
        what.method = request_.known_method();
        what.replayable = request_.body.rewind();
        return wait_before_retry(by_.retry, what, now(), random());
    }
    /// Nothing for what another attempt would not change.
    static std::optional<attempt_end> end_of(const std::exception_ptr& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const connect_failed& why) {
            if (why.code() == std::errc::permission_denied) return std::nullopt;  // the guard will not change its mind
            return attempt_end::unsent;
        } catch (const connect_timed_out&) {
            return attempt_end::unsent;
        } catch (const pool_timed_out&) {
            return std::nullopt;
        } catch (const total_timed_out&) {
            return std::nullopt;
        } catch (const client_timed_out&) {
            return attempt_end::unanswered;
        } catch (const network_error&) {
            return attempt_end::unanswered;
        } catch (const remote_protocol_error&) {
            return attempt_end::torn;
        } catch (...) {
            return std::nullopt;
        }
    }
    [[noreturn]] static void refuse(const redirect_error& why) {
        if (why.fault == redirect_fault::too_many) throw too_many_redirects("coracle: " + why.message);
        throw redirect_refused("coracle: " + why.message);
    }

    const client_policies& by_;
    outgoing_request& request_;
    auth auth_;
    std::string own_cookies_;   // written by hand
    std::string shown_;         // of Authorization, by auth_
    bool proxy_knows_ = false;  // who asks
    unsigned attempts_ = 0;
    unsigned challenges_ = 0;
    unsigned followed_ = 0;
};

/// Of an answer that nobody will see as a stream, the rest is read, so that its connection can be used again; if there
/// is much of it, it is closed.
template <class Reply>
task<> pass_over(Reply& answer, bool is_stream) {
    std::size_t most = 64 * 1024;
    try {
        while (is_stream) {
            std::optional<std::string> piece = co_await answer.read();
            if (!piece) co_return;
            if (piece->size() > most) break;
            most -= piece->size();
        }
    } catch (const request_error&) {
        // it was not wanted anyway
    }
    if (is_stream) answer.close();
}

/// in: `exchange(request)` gives a task of an http_reply, as often as it is asked, and `exchange.has_time(wait)` says
/// whether there is time to wait so long and to ask once more. A template so that who sends no
/// request has nothing of it.
template <class Exchange>
task<http_reply> run_errand(const client_policies& by, outgoing_request& request, const http::field_list& usual,
                            const http::url* home, Exchange& exchange) {
    errand steps(by, request, usual, home);
    std::vector<http_reply> history;
    for (;;) {
        steps.prepare();
        std::optional<http_reply> answer;
        std::exception_ptr failure;
        try {
            http_reply made = co_await exchange(request);
            answer.emplace(std::move(made));
        } catch (const request_error&) {
            failure = std::current_exception();
        }
        std::optional<std::chrono::nanoseconds> wait;
        if (answer) {
            steps.keep(*answer);
            wait = steps.wait_after(*answer);
        } else {
            wait = steps.wait_after(failure);
        }
        if (wait && !exchange.has_time(*wait)) wait.reset();
        if (failure && !wait) std::rethrow_exception(failure);
        if (wait) {
            if (answer) co_await pass_over(*answer, request.options.stream);
            answer.reset();
            co_await sleep(*wait);
            continue;
        }
        unsigned before = steps.followed();
        bool more = steps.goes_on(*answer);
        if (!more) {
            answer->history = std::move(history);
            co_return std::move(*answer);
        }
        co_await pass_over(*answer, request.options.stream);
        if (steps.followed() != before) history.push_back(std::move(*answer));
    }
}

}  // namespace coracle::client
