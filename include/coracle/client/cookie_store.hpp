// cookie_store: the cookies of a client, or of several, kept across their requests.
// RFC 6265 5.3 and 5.4, by http::cookie_jar.
#pragma once

#include <coracle/http/cookie_jar.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/url.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace coracle::client {

/// A jar behind a lock: `cookie_store::made()` is one that is empty, and copies share it, between clients, loops and
/// threads alike; each call is one step to the others. One that is default-made keeps nothing: no cookies are sent.
/// Two requests that are under way at the same time see what was stored before they were sent.
class cookie_store {
public:
    cookie_store() = default;
    static cookie_store made() {
        cookie_store out;
        out.kept_ = std::make_shared<guarded_jar>();
        return out;
    }
    explicit operator bool() const noexcept { return kept_ != nullptr; }

    /// What an answer from `from` sets. in: now in seconds since 1970.
    void store(const http::fields& answer, const http::url& from, std::int64_t now) const {
        if (!kept_ || !answer.contains("set-cookie")) return;
        std::lock_guard lock(kept_->mutex);
        for (std::string_view each : answer.get_all("set-cookie")) kept_->jar.store(each, from, now);
    }
    /// The value of Cookie for a request to `to`; empty when there is none to show.
    std::string header(const http::url& to, std::int64_t now) const {
        if (!kept_) return {};
        std::lock_guard lock(kept_->mutex);
        return kept_->jar.header(to, now);
    }
    /// Calls f with the jar, which nobody else uses meanwhile: to set, to look, to save. in: not default-made.
    template <class F>
    decltype(auto) with(F&& f) const {
        std::lock_guard lock(kept_->mutex);
        return f(kept_->jar);
    }

private:
    struct guarded_jar {
        std::mutex mutex;
        http::cookie_jar jar;
    };
    std::shared_ptr<guarded_jar> kept_;
};

}  // namespace coracle::client
