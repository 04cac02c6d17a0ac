// rate_limit: so many requests in so much time for each client, and 429 for the rest.
// draft-ietf-httpapi-ratelimit-headers-10 (RateLimit, RateLimit-Policy), RFC 6585 4 (429), ITU-T I.371 (the algorithm).
#pragma once

#include <coracle/app/clock.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/middleware.hpp>
#include <coracle/app/rate_table.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/function.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/status.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

struct rate_limit_options {
    int limit = 60;                                           ///< requests
    std::chrono::milliseconds per = std::chrono::minutes(1);  ///< in this time
    int burst = 0;                                            ///< at once, after a silence; 0: all of them
    std::size_t clients = 16'384;                             ///< that are known at a time; 24 bytes each
    std::string name = "default";                             ///< of the rule, in the answers
    function<std::string(request&)> key{};                    ///< who is limited; else the client's address
};

/// What was decided of one request.
struct rate_verdict {
    bool allowed = true;
    std::int64_t left = 0;          ///< requests that may follow at once
    std::chrono::seconds full{0};   ///< until all of the limit is there again
    std::chrono::seconds retry{0};  ///< until the next one is allowed; 0 now
};

/// Around the app: `app.use(rate_limit({.limit = 100, .per = 1min}));`. For one route: `rate_limit logins({.limit =
/// 5});` and `logins.require(req)` in its handler or a dependency. Each client has a bucket of tokens that fills
/// evenly. Copies share one table, which has a fixed size and may be used from several threads: when it is full, who
/// has used least of the limit is forgotten.
/// Clients of IPv6 are told apart by their first 64 bits, since everybody has 2^64 addresses behind them.
class rate_limit {
public:
    /// error: std::logic_error for a limit that lets nobody through.
    explicit rate_limit(rate_limit_options options) : shared_(std::make_shared<shared>(std::move(options))) {}

    /// Takes a token of this client's, if there is one. From any thread.
    rate_verdict take(std::string_view client) const { return shared_->take(client); }
    rate_verdict take(request& asked) const {
        return shared_->given.key ? take(shared_->key_of(asked)) : take(client_network(asked.client.address));
    }
    /// As a dependency does it. error: http_error 429, with Retry-After.
    void require(request& asked) const {
        rate_verdict verdict = take(asked);
        if (verdict.allowed) return;
        throw http_error(429, json(http::reason_phrase(429)),
                         {{"retry-after", std::to_string(verdict.retry.count())},
                          {"ratelimit-policy", shared_->policy},
                          {"ratelimit", shared_->state(verdict)}});
    }
    void mark(const rate_verdict& verdict, http::field_list& answer) const {
        answer.add("ratelimit-policy", shared_->policy);
        answer.add("ratelimit", shared_->state(verdict));
    }

    task<response> operator()(request& asked, next next) const {
        const rate_verdict verdict = take(asked);
        response reply;
        if (verdict.allowed) {
            reply = co_await next(asked);
        } else {
            reply = response(429, "{\"detail\":\"Too Many Requests\"}");
            reply.headers.add("content-type", "application/json");
            reply.headers.add("retry-after", std::to_string(verdict.retry.count()));
        }
        mark(verdict, reply.headers);
        co_return reply;
    }

    /// Who stands behind an address: itself, or the first 64 bits of an IPv6 address.
    static std::string client_network(std::string_view address);

private:
    struct shared {
        explicit shared(rate_limit_options options);
        std::string key_of(request& asked) {
            std::lock_guard lock(mutex);
            return given.key(asked);
        }
        rate_verdict take(std::string_view client);
        std::string state(const rate_verdict& verdict) const {
            return '"' + given.name + "\";r=" + std::to_string(verdict.left) +
                   ";t=" + std::to_string(verdict.full.count());
        }

        rate_limit_options given;
        std::string policy;
        std::int64_t step = 0;   // nanoseconds in which one token grows
        std::int64_t depth = 0;  // of the bucket, in nanoseconds
        std::mutex mutex;        // guards the table, and calls of `key`
        rate_table table;
        bool keyed = false;
    };
    std::shared_ptr<shared> shared_;
};

inline rate_limit::shared::shared(rate_limit_options options) : given(std::move(options)), table(given.clients) {
    const std::int64_t span = std::chrono::nanoseconds(given.per).count();
    if (given.limit < 1 || span < given.limit || given.burst < 0)
        throw std::logic_error("coracle: rate_limit: .limit is at least 1, .per is above 0 and .burst is not negative");
    if (given.per > std::chrono::hours(24 * 366) || given.burst / given.limit > 1000)
        throw std::logic_error("coracle: rate_limit: .per is at most a year, and .burst a thousand times .limit");
    if (!ascii::is_token(given.name))
        throw std::logic_error("coracle: rate_limit: .name is letters, digits and dashes");
    step = span / given.limit;
    depth = step * (given.burst > 0 ? given.burst : given.limit);
    auto window = std::chrono::ceil<std::chrono::seconds>(given.per).count();
    policy = '"' + given.name + "\";q=" + std::to_string(given.limit) + ";w=" + std::to_string(window);
}

inline rate_verdict rate_limit::shared::take(std::string_view client) {
    const std::int64_t now = steady_time().count();
    std::int64_t filled = now;  // when the bucket will be full
    rate_verdict verdict;
    {
        std::lock_guard lock(mutex);
        if (!keyed) {
            std::array<char, 32> secret{};
            if (async::scheduler* here = async::scheduler::current_or_null()) {
                here->random_bytes(secret);
                table.use_key({secret.data(), secret.size()});
                keyed = true;
            }
        }
        std::int64_t& mark = table.find(client, now);
        if (mark > filled) filled = mark;
        verdict.allowed = filled + step - depth <= now;
        if (verdict.allowed) mark = filled = filled + step;
    }
    auto seconds = [](std::int64_t span) {
        return std::chrono::ceil<std::chrono::seconds>(std::chrono::nanoseconds(span));
    };
    verdict.left = (depth - (filled - now)) / step;
    verdict.full = seconds(filled - now);
    if (!verdict.allowed) verdict.retry = seconds(filled + step - depth - now);
    return verdict;
}

inline std::string rate_limit::client_network(std::string_view address) {
    if (address.starts_with("unix:") || address.find(':') == address.npos) return std::string(address);
    address = address.substr(0, address.find('%'));
    // An IPv4 address in IPv6's clothes is that IPv4 address.
    if (address.find('.') != address.npos) return std::string(address.substr(address.rfind(':') + 1));
    std::array<std::string_view, 4> first{"0", "0", "0", "0"};
    std::size_t gap = address.find("::");
    std::string_view before = address.substr(0, gap);
    std::string_view behind = gap == address.npos ? std::string_view{} : address.substr(gap + 2);
    auto each_group = [](std::string_view groups, auto&& f) {
        std::size_t count = 0;
        while (!groups.empty()) {
            std::size_t colon = groups.find(':');
            f(count++, groups.substr(0, colon));
            groups.remove_prefix(colon == groups.npos ? groups.size() : colon + 1);
        }
        return count;
    };
    std::size_t behind_count = each_group(behind, [](std::size_t, std::string_view) {});
    auto put = [&](std::size_t at, std::string_view group) {
        if (at < first.size()) first[at] = group;
    };
    each_group(before, put);
    if (behind_count <= 8)
        each_group(behind, [&](std::size_t at, std::string_view group) { put(8 - behind_count + at, group); });
    std::string out;
    for (std::string_view group : first) out.append(ascii::lower(group)).append(":");
    return out + ":/64";
}

}  // namespace coracle
