// request_id: a name for each request, for logs of several services to agree on.
// The field X-Request-ID is nobody's standard and everybody's habit.
#pragma once

#include <coracle/app/hex_id.hpp>
#include <coracle/app/middleware.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/async/context_local.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/log.hpp>
#include <coracle/http/field_list.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

struct request_id_options {
    std::string header = "x-request-id";
    bool take = true;  ///< what the client, or a proxy before it, calls the request; else always a new one
};

/// `app.use(request_id());` Each answer says its x-request-id: the one that the request brought, if it is fit for logs,
/// or a new one that nobody can guess. It is req.id, log lines tell it, and whatever the request runs finds it in
/// request_id::current().
class request_id {
public:
    static constexpr std::size_t longest = 128;

    /// error: std::logic_error when the field could not be sent.
    explicit request_id(request_id_options options = {}) : options_(std::move(options)) {
        if (!ascii::is_token(options_.header) || http::is_framing_field(options_.header))
            throw std::logic_error("coracle: request_id: '" + options_.header +
                                   "' is no name of a field; the usual one is x-request-id");
        log::set_tagger([]() noexcept { return here().is_set() ? std::string_view(current()) : std::string_view(); });
    }

    /// The id of the request that is being answered here, also in calls on the thread pool; `-` where there is none.
    static const std::string& current() noexcept { return here().get(); }

    /// Whether it can be copied into logs and headers as it is (W10): up to 128 letters, digits and -_.:+/=~@
    static constexpr bool is_fit(std::string_view id) noexcept {
        if (id.empty() || id.size() > longest) return false;
        for (char c : id)
            if (!ascii::is_alpha(c) && !ascii::is_digit(c) && std::string_view("-_.:+/=~@").find(c) == id.npos)
                return false;
        return true;
    }
    /// W14: 32 hexadecimal digits, 128 bits of the system's randomness. in: on a loop.
    static std::string make() { return std::string(hex_id<32>::make().text()); }
    /// The one that the request brought, or a new one. A request that brings two brings none.
    std::string choose(const request& asked) const {
        std::size_t count = 0;
        std::string_view brought;
        for (std::string_view each : asked.fields.get_all(options_.header)) {
            brought = each;
            ++count;
        }
        return options_.take && count == 1 && is_fit(brought) ? std::string(brought) : make();
    }

    task<response> operator()(request& asked, next next) const {
        asked.id = choose(asked);
        auto within = here().set_within(asked.id);
        response reply = co_await next(asked);
        reply.headers.set(options_.header, here().get());
        co_return reply;
    }

private:
    static const context_local<std::string>& here() noexcept {
        static const context_local<std::string> id{"-"};
        return id;
    }

    request_id_options options_;
};

}  // namespace coracle
