// cors: which other sites' scripts may read this app's answers. To the byte what Starlette's CORSMiddleware says.
// Fetch, 3.2 (CORS protocol); Private Network Access 3.
#pragma once

#include <coracle/app/middleware.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/report.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/method.hpp>
#include <coracle/http/request_head.hpp>
#include <coracle/json/text_pattern.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// What cors() allows. `*` stands for everything in the first three.
struct cors_options {
    std::vector<std::string> allow_origins{};  ///< as browsers send them: `https://example.com`, no path, no slash
    std::vector<std::string> allow_methods{"GET"};
    std::vector<std::string> allow_headers{};   ///< besides Accept, Accept-Language, Content-Language, Content-Type
    bool allow_credentials = false;             ///< cookies and Authorization may come along
    std::string allow_origin_regex{};           ///< and all origins that this fits from end to end, in linear time
    bool allow_private_network = false;         ///< public sites may ask this app although its address is private
    std::vector<std::string> expose_headers{};  ///< that scripts may read, besides the usual ones
    int max_age = 600;                          ///< seconds for which a browser need not ask again
};

/// `app.use(cors({.allow_origins = {"https://example.com"}, .allow_methods = {"*"}}));` Use it first, so that it stands
/// outside of everything: errors then carry its fields too, and scripts can read them.
///
/// W12: `*` with credentials lets every site on the web act as the user and read what the app answers. Starlette does
/// that by sending the asking origin back, and so does this, for programs that are brought over; it is reported when
/// the app is made. The origin `null`, which any page can give itself in a sandboxed frame, has to be listed by name.
class cors {
public:
    /// error: std::logic_error for an origin that no browser sends, std::invalid_argument for a bad regular expression.
    explicit cors(cors_options options) : rules_(std::make_shared<const rules>(std::move(options))) {}

    /// The answer to a preflight, the question that a browser asks before the request itself: 200, or 400 with what is
    /// not allowed. Nothing when it is none.
    std::optional<response> preflight(const http::request_head& asked) const {
        std::optional<std::string_view> origin = asked.fields.find("origin");
        if (!origin || asked.method != http::method::options) return std::nullopt;
        std::optional<std::string_view> method = asked.fields.find("access-control-request-method");
        if (!method) return std::nullopt;
        return rules_->preflight(*origin, *method, asked.fields);
    }
    /// What the answer to any other request says.
    void mark(const http::request_head& asked, http::field_list& answer) const {
        rules_->mark(asked.fields.find("origin"), answer);
    }

    task<response> operator()(request& asked, next next) const {
        std::optional<response> settled = preflight(asked);
        if (settled) co_return *std::move(settled);
        response reply = co_await next(asked);
        mark(asked, reply.headers);
        co_return reply;
    }

private:
    struct rules {
        explicit rules(cors_options options);
        bool allows(std::string_view origin) const noexcept;
        response preflight(std::string_view origin, std::string_view method, const http::fields& fields) const;
        void mark(std::optional<std::string_view> origin, http::field_list& answer) const;

        cors_options given;
        std::optional<text_pattern> pattern;  // of origins
        std::vector<std::string> headers;     // lower-case
        bool all_origins = false;
        bool all_headers = false;
        http::field_list always;      // of a preflight
        http::field_list for_simple;  // of other requests that have an origin
    };
    std::shared_ptr<const rules> rules_;
};

namespace detail {

inline bool lists(const std::vector<std::string>& all, std::string_view one) noexcept {
    for (const std::string& each : all)
        if (each == one) return true;
    return false;
}
inline std::string joined(const std::vector<std::string>& all) {
    std::string out;
    for (const std::string& each : all) out.append(out.empty() ? "" : ", ").append(each);
    return out;
}

/// error: std::logic_error for what no browser would ever send.
[[gnu::cold]] inline void check_origin(std::string_view origin) {
    if (origin == "*" || origin == "null") return;
    std::size_t scheme = origin.find("://");
    const char* wrong = nullptr;
    if (scheme == origin.npos || scheme == 0 || scheme + 3 == origin.size())
        wrong = "begins with its scheme, as in https://example.com";
    else if (origin.find('/', scheme + 3) != origin.npos)
        wrong = "has no path and no slash at its end, as in https://example.com";
    else if (origin.find('*') != origin.npos)
        wrong = "has no wildcard; use .allow_origin_regex for several of them";
    if (wrong) throw std::logic_error("coracle: cors: the origin '" + std::string(origin) + "': an origin " + wrong);
}

}  // namespace detail

inline cors::rules::rules(cors_options options) : given(std::move(options)) {
    for (const std::string& each : given.allow_origins) detail::check_origin(each);
    if (!given.allow_origin_regex.empty()) pattern.emplace("^(?:" + given.allow_origin_regex + ")$");
    all_origins = detail::lists(given.allow_origins, "*");
    all_headers = detail::lists(given.allow_headers, "*");
    if (detail::lists(given.allow_methods, "*"))
        given.allow_methods = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY"};
    if (all_origins && given.allow_credentials)
        report(
            "cors: allow_origins is * and allow_credentials is true, so that every site can act as the user who visits "
            "it; name the origins");

    // Sorted and each once; they are few.
    std::vector<std::string> named{"Accept", "Accept-Language", "Content-Language", "Content-Type"};
    for (std::string& each : given.allow_headers) {
        std::size_t at = 0;
        while (at < named.size() && named[at] < each) ++at;
        if (at == named.size() || named[at] != each)
            named.insert(named.begin() + static_cast<std::ptrdiff_t>(at), each);
    }
    for (const std::string& each : named) headers.push_back(ascii::lower(each));

    always.add("vary",
               "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
               "Access-Control-Request-Private-Network");
    if (all_origins && !given.allow_credentials) always.add("access-control-allow-origin", "*");
    always.add("access-control-allow-methods", detail::joined(given.allow_methods));
    always.add("access-control-max-age", std::to_string(given.max_age));
    if (!all_headers) always.add("access-control-allow-headers", detail::joined(named));
    if (given.allow_credentials) always.add("access-control-allow-credentials", "true");

    if (all_origins) for_simple.add("access-control-allow-origin", "*");
    if (given.allow_credentials) for_simple.add("access-control-allow-credentials", "true");
    if (!given.expose_headers.empty())
        for_simple.add("access-control-expose-headers", detail::joined(given.expose_headers));
}

inline bool cors::rules::allows(std::string_view origin) const noexcept {
    if (all_origins && !(given.allow_credentials && origin == "null")) return true;
    if (pattern && utf8::is_valid(origin) && pattern->found_in(origin)) return true;
    return detail::lists(given.allow_origins, origin);
}

inline response cors::rules::preflight(std::string_view origin, std::string_view method,
                                       const http::fields& fields) const {
    response reply(200, "OK");
    reply.headers = always;
    std::string refused;
    auto refuse = [&](std::string_view what) { refused.append(refused.empty() ? "" : ", ").append(what); };
    if (!allows(origin))
        refuse("origin");
    else if (!all_origins || given.allow_credentials)
        reply.headers.set("access-control-allow-origin", origin);
    if (!detail::lists(given.allow_methods, method)) refuse("method");
    if (std::optional<std::string_view> wanted = fields.find("access-control-request-headers")) {
        std::string_view rest = *wanted;
        bool good = true;
        for (bool more = true; more && good && !all_headers;) {
            std::size_t comma = rest.find(',');
            good = detail::lists(headers, ascii::lower(ascii::trim(rest.substr(0, comma))));
            more = comma != rest.npos;
            if (more) rest.remove_prefix(comma + 1);
        }
        if (all_headers) reply.headers.set("access-control-allow-headers", *wanted);
        if (!good) refuse("headers");
    }
    if (fields.contains("access-control-request-private-network")) {
        if (given.allow_private_network)
            reply.headers.set("access-control-allow-private-network", "true");
        else
            refuse("private-network");
    }
    if (refused.empty()) return reply;
    reply.status = 400;
    reply.body = "Disallowed CORS " + refused;
    return reply;
}

inline void cors::rules::mark(std::optional<std::string_view> origin, http::field_list& answer) const {
    if (origin) {
        for (const http::field& each : for_simple) answer.set(each.name, each.value);
        if ((!all_origins || given.allow_credentials) && allows(*origin))
            answer.set("access-control-allow-origin", *origin);
        else if (all_origins && given.allow_credentials)
            answer.remove("access-control-allow-origin");
    }
    std::string vary;
    for (const http::field& each : answer)
        if (http::same_name(each.name, "vary")) vary.append(each.value).append(", ");
    answer.set("vary", vary + "Origin");
}

}  // namespace coracle
