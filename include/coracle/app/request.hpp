// request: what the client asks, as plain data.
#pragma once

#include <coracle/app/body.hpp>
#include <coracle/app/cookies.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/query_values.hpp>
#include <coracle/http/request_head.hpp>
#include <coracle/route/match.hpp>
#include <coracle/route/pattern.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coracle {

/// Who sent it. Facts of the connection, never of a header field.
struct peer {
    std::string_view address{};  ///< `127.0.0.1`, `::1`, or `unix:` with the name of the socket if it has one
    std::uint16_t port = 0;
};

/// One request: `method`, `target`, `headers` and what else stands in its head, `client`, `body`. It belongs to its
/// connection; handlers see it by reference. keeps: views of the bytes that the head was read from.
class request : public http::request_head {
public:
    /// The header fields in the order they came: `req.headers["x-id"]` (empty when there is none), `for (auto& [name,
    /// value] : req.headers)`. Names are compared without regard to case.
    const http::fields& headers = fields;
    peer client{};
    coracle::body body{};
    /// What the router found. The server fills it.
    route::match matched{};
    const route::pattern* pattern = nullptr;

    request() = default;
    request(const request&) = delete;
    request& operator=(const request&) = delete;

    coracle::cookies cookies() const noexcept { return coracle::cookies(fields); }

    /// The query parameter with this name, decoded; the last one when it is repeated. error: http_error 400 when the
    /// query has more parameters than allowed.
    std::optional<std::string_view> query(std::string_view name) const { return queries().last(name); }
    /// All query parameters, in order.
    const query_values& queries() const {
        if (!queries_read_) {
            const auto& facts = http::facts_of(http::refusal::too_many_pairs);
            if (!queries_.read(target.query)) throw http_error(facts.status, facts.detail);
            queries_read_ = true;
        }
        return queries_;
    }

    /// What the placeholder `{name}` of the route took, decoded. error: std::out_of_range when the route has none.
    std::string_view path(std::string_view name) const {
        std::size_t number = 0;
        for (std::size_t i = 0; pattern && i < pattern->segment_count; ++i) {
            if (!pattern->segments[i].is_placeholder) continue;
            if (pattern->segments[i].text == name) return matched[number];
            ++number;
        }
        throw std::out_of_range("coracle: the route '" + std::string(pattern ? pattern->text : "") +
                                "' has no placeholder {" + std::string(name) + "}");
    }

    /// The Content-Type without its parameters, as it was sent; empty when there is none.
    std::string_view media_type() const noexcept {
        std::string_view type = fields["content-type"];
        return ascii::trim(type.substr(0, type.find(';')));
    }

    /// For the server: as new, with the memory that it has.
    void reset() noexcept {
        http::request_head::clear();
        client = {};
        body.open(nullptr);
        matched.result = route::outcome::not_found;
        matched.capture_count = 0;
        pattern = nullptr;
        queries_read_ = false;
    }
    /// For the server: the bytes of the head have moved from `from` to `to`.
    void rebase(const char* from, const char* to) noexcept {
        http::request_head::rebase(from, to);
        matched.rebase(from, to);
    }

private:
    mutable query_values queries_{};
    mutable bool queries_read_ = false;
};

}  // namespace coracle
