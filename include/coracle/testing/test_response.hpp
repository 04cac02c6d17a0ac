// test_response: what an app answered, with all that a test may want to look at.
#pragma once

#include <coracle/http/cookie_jar.hpp>
#include <coracle/http/owned_fields.hpp>
#include <coracle/http/status.hpp>
#include <coracle/json/parse.hpp>
#include <coracle/json/read.hpp>
#include <coracle/json/value.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace coracle {

/// `client.get("/items/7").json<item>()`.
class test_response {
public:
    int status = 0;
    http::owned_fields headers{};
    std::string body{};
    /// From the request to the last byte of the answer; background tasks do not count.
    std::chrono::nanoseconds elapsed{};
    /// Where the answer comes from.
    std::string url{};
    /// Those that this answer set, so that the client keeps them now.
    http::cookie_jar cookies{};
    /// The redirects on the way, first one first.
    std::vector<test_response> history{};

    /// The body.
    const std::string& text() const& noexcept { return body; }
    std::string text() && { return std::move(body); }
    /// error: std::runtime_error with the body when it is no JSON.
    coracle::json json() const {
        auto read = coracle::json::try_parse(body);
        if (!read)
            throw std::runtime_error("coracle: the body is no JSON: " + std::string(read.error().what()) + seen());
        return std::move(*read);
    }
    /// The body as a T. error: std::runtime_error with the body when it is something else.
    template <class T>
    T json() const {
        try {
            return json().template get<T>();
        } catch (const json_error& wrong) {
            throw std::runtime_error("coracle: the body is " + std::string(wrong.what()) + seen());
        }
    }

    bool ok() const noexcept { return status >= 200 && status < 300; }
    /// For what must have gone well. error: std::runtime_error with status, url and body for a status of 400 and more.
    const test_response& raise_for_status() const {
        if (status >= 400) throw std::runtime_error("coracle: " + url + " is no success" + seen());
        return *this;
    }

private:
    std::string seen() const {
        std::string shown = body.substr(0, 500);
        if (shown.size() < body.size()) shown += "...";
        return "; the answer was " + std::to_string(status) + ' ' + std::string(http::reason_phrase(status)) + ": " +
               shown;
    }
};

}  // namespace coracle
