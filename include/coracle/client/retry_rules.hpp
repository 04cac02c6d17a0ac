// retry_rules: whether a request is worth another attempt, and after how long.
// RFC 9110 9.2.2 (idempotent methods), 10.2.3 (Retry-After); exponential backoff with full jitter.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/date.hpp>
#include <coracle/http/method.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace coracle::client {

/// How attempts are repeated: not at all, unless it is said: `retry_rules{.attempts = 3}`.
struct retry_rules {
    unsigned attempts = 1;                                                 ///< with the first one
    std::chrono::nanoseconds first_wait = std::chrono::milliseconds(200);  ///< doubled with every attempt
    std::chrono::nanoseconds most_wait = std::chrono::seconds(20);         ///< to which it grows
    /// A server that asks for more patience than this with Retry-After is not asked again.
    std::chrono::nanoseconds most_patience = std::chrono::seconds(60);
    std::vector<int> statuses{429, 502, 503, 504};
    bool connect_errors = true;  ///< no connection, or one that ended before the answer
};

/// How far an attempt came before it failed.
enum class attempt_end : std::uint8_t {
    unsent,      ///< there was no connection: the server knows nothing of it
    unanswered,  ///< sent, at least in part; no byte of an answer
    torn,        ///< some of an answer
    answered,    ///< with a status that may be asked again
};

/// An attempt that is over.
struct attempt {
    attempt_end end = attempt_end::answered;
    int status = 0;                  ///< when it was answered
    std::string_view retry_after{};  ///< the field of the answer
    http::method method = http::method::get;
    bool replayable = true;  ///< there is no body, or it can be sent once more
    bool began_body = true;  ///< some of it was taken from its source
    unsigned number = 1;
};

/// Whether the same bytes may be sent to a server that perhaps has them already. Only this allows the silent second
/// attempt on a connection that was idle and, it turns out, closed: C6.
constexpr bool may_resend(const attempt& what) noexcept {
    bool body_is_whole = what.replayable || !what.began_body;
    if (what.end == attempt_end::unsent) return body_is_whole;
    return body_is_whole && http::is_idempotent(what.method);
}

/// The wait that Retry-After asks for; nothing when it says nothing that can be read. in: now in seconds since 1970.
inline std::optional<std::chrono::nanoseconds> asked_patience(std::string_view field, std::int64_t now) noexcept {
    if (field.empty()) return std::nullopt;
    constexpr std::uint32_t longest = 366u * 24 * 3600;  // what is meant by more digits is: never
    bool digits = field.find_first_not_of("0123456789") == field.npos;
    if (digits) {
        std::uint32_t seconds = ascii::parse_decimal<std::uint32_t>(field).value_or(longest);
        return std::chrono::seconds(seconds < longest ? seconds : longest);
    }
    std::optional<std::int64_t> when = http::parse_date(field, now);
    if (!when) return std::nullopt;
    std::int64_t left = *when > now ? *when - now : 0;
    return std::chrono::seconds(left < longest ? left : longest);
}

/// The wait before the next attempt; nothing when there is none to make.
/// in: now in seconds since 1970; any 64 random bits, which choose a wait from nothing to the whole of it.
[[gnu::cold]] inline std::optional<std::chrono::nanoseconds> wait_before_retry(const retry_rules& rules,
                                                                               const attempt& what, std::int64_t now,
                                                                               std::uint64_t random) {
    if (what.number >= rules.attempts || !may_resend(what)) return std::nullopt;
    if (what.end == attempt_end::answered) {
        bool listed = false;
        for (int status : rules.statuses) listed = listed || status == what.status;
        if (!listed) return std::nullopt;
        if (auto patience = asked_patience(what.retry_after, now)) {
            if (*patience > rules.most_patience) return std::nullopt;
            return patience;
        }
    } else if (!rules.connect_errors) {
        return std::nullopt;
    }
    std::chrono::nanoseconds most = rules.first_wait;
    for (unsigned i = 1; i < what.number && most.count() > 0 && most < rules.most_wait; ++i)
        most = most > rules.most_wait / 2 ? rules.most_wait : most * 2;
    if (most > rules.most_wait) most = rules.most_wait;
    if (most.count() <= 0) return std::chrono::nanoseconds(0);
    return std::chrono::nanoseconds(random % (static_cast<std::uint64_t>(most.count()) + 1));
}

}  // namespace coracle::client
