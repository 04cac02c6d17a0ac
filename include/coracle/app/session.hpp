// session: what the app remembers of a browser, in a signed cookie that the browser keeps. Starlette's request.session.
// RFC 6265; the user can read it and cannot change it, so it is no place for secrets.
#pragma once

#include <coracle/app/clock.hpp>
#include <coracle/app/cookies.hpp>
#include <coracle/app/middleware.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/app/set_cookie.hpp>
#include <coracle/app/signer.hpp>
#include <coracle/async/task.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/json/parse.hpp>
#include <coracle/json/value.hpp>
#include <coracle/json/write.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// A handler parameter under the middleware `sessions`: `[](session& visit) { visit.set("user", 7); ... }`. Values by
/// name, of any kind that JSON has. The cookie is sent again only when something has changed.
class session {
public:
    /// The value with this name; null when there is none.
    const json& operator[](std::string_view name) const noexcept {
        static const json nothing;
        const json* found = values_.find(name);
        return found ? *found : nothing;
    }
    bool contains(std::string_view name) const noexcept { return values_.contains(name); }
    bool empty() const noexcept { return values_.empty(); }
    std::size_t size() const noexcept { return values_.size(); }
    const json& values() const noexcept { return values_; }

    void set(std::string_view name, json value) {
        values_[name] = std::move(value);
        modified_ = true;
    }
    /// False when there was none.
    bool erase(std::string_view name) {
        bool was_there = values_.erase(name);
        modified_ = modified_ || was_there;
        return was_there;
    }
    /// Forgets everything; the browser is told to forget the cookie, too.
    void clear() {
        values_ = json::object();
        modified_ = true;
    }

private:
    friend class sessions;
    friend struct parameter<session&>;
    json values_ = json::object();
    bool under_middleware_ = false;
    bool came_with_values_ = false;
    bool accessed_ = false;
    bool modified_ = false;
};

/// What sessions() is told. The defaults are Starlette's.
struct session_options {
    /// Secrets of at least 16 bytes, as secret_token() makes them, from outside of the program. The first signs; what
    /// was signed with the others is still good, so that a key can be replaced without anybody being logged out.
    std::vector<std::string> keys{};
    std::string cookie = "session";
    std::optional<std::chrono::seconds> max_age = std::chrono::hours(14 * 24);  ///< nothing: until the browser closes
    std::string path = "/";
    std::string domain{};  ///< empty: this host only
    coracle::same_site same_site = coracle::same_site::lax;
    bool https_only = false;
    bool partitioned = false;
};

/// `app.use(sessions({.keys = {key}}));`
class sessions {
public:
    /// Browsers drop cookies whose name and value are longer than this.
    static constexpr std::size_t longest_cookie = 4096;

    /// error: std::logic_error for keys that can be guessed, std::invalid_argument for what a cookie cannot hold.
    explicit sessions(session_options options)
        : shared_(std::make_shared<const shared>(
              shared{signer(options.keys, "session." + options.cookie), std::move(options)})) {
        detail::check_cookie(shared_->given.cookie, {}, attributes());
    }

    /// The session that the cookies tell; an empty one when they tell none, or it was changed, or is too old.
    session open(const request& asked, std::int64_t now) const;
    /// What the answer has to say of it.
    void close(const session& visit, response& answer, std::int64_t now) const;

    task<response> operator()(request& asked, next next) const {
        session& visit = asked.state<session>();
        visit = open(asked, unix_seconds());
        response reply = co_await next(asked);
        close(visit, reply, unix_seconds());
        co_return reply;
    }

private:
    struct shared {
        signer keys;
        session_options given;
    };

    cookie_options attributes() const noexcept {
        const session_options& given = shared_->given;
        cookie_options out;
        out.path = given.path;
        out.domain = given.domain;
        out.secure = given.https_only;
        out.http_only = true;
        out.same_site = given.same_site;
        out.partitioned = given.partitioned;
        return out;
    }

    std::shared_ptr<const shared> shared_;
};

/// It belongs to the request, so that handlers take it by reference.
template <>
struct parameter<session&> {
    static constexpr parameter_source source = parameter_source::context;
    static constexpr bool said_aloud = false;
    /// error: std::logic_error without the middleware.
    static session& of(request& asked) {
        session& visit = asked.state<session>();
        if (!visit.under_middleware_)
            throw std::logic_error(
                "coracle: this handler takes a session&, and no middleware keeps one: app.use(sessions(...))");
        visit.accessed_ = true;
        return visit;
    }
};
template <>
struct parameter<const session&> : parameter<session&> {};

inline session sessions::open(const request& asked, std::int64_t now) const {
    const session_options& given = shared_->given;
    session out;
    out.under_middleware_ = true;
    std::optional<std::int64_t> most;
    if (given.max_age) most = given.max_age->count();
    // All of that name are tried: one that somebody else put there must not hide the one that is good.
    for (const cookie_pair& each : asked.cookies()) {
        if (each.name != given.cookie || each.value.size() > longest_cookie) continue;
        std::optional<std::string> text = shared_->keys.open(each.value, now, most);
        if (!text) continue;
        auto values = json::try_parse(*text);
        if (!values || !values->is_object()) continue;
        out.values_ = *std::move(values);
        out.came_with_values_ = true;
        break;
    }
    return out;
}

inline void sessions::close(const session& visit, response& answer, std::int64_t now) const {
    if (!visit.accessed_ && !visit.modified_) return;
    std::string vary;
    for (const http::field& each : answer.headers)
        if (http::same_name(each.name, "vary")) vary.append(each.value).append(", ");
    answer.headers.set("vary", vary + "Cookie");
    if (!visit.modified_) return;
    cookie_options how = attributes();
    if (!visit.empty()) {
        std::string value = shared_->keys.sign(visit.values().dump(), now);
        if (shared_->given.cookie.size() + value.size() > longest_cookie)
            throw std::length_error("coracle: a session of " + std::to_string(visit.values().dump().size()) +
                                    " bytes does not fit into a cookie; keep the data here and only its name there");
        how.max_age = shared_->given.max_age;
        answer.set_cookie(shared_->given.cookie, value, how);
    } else if (visit.came_with_values_) {
        how.expires = std::chrono::sys_seconds();
        answer.set_cookie(shared_->given.cookie, "null", how);
    }
}

}  // namespace coracle
