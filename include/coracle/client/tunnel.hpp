// tunnel: a stream to somebody behind a proxy, which passes on what it does not understand.
// RFC 9110 9.3.6 (CONNECT: a 2xx has no body, whatever its fields say).
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/result.hpp>
#include <coracle/client/proxy_rules.hpp>
#include <coracle/http/response_reader.hpp>
#include <coracle/http/url.hpp>
#include <coracle/net/any_stream.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace coracle::client {

/// Asks the proxy at the other end of `stream` to connect to `to`. Afterwards what goes over it goes to `to`.
/// error: a sentence, with what the proxy said. Has no deadline of its own.
template <class Stream>
task<result<void, std::string>> open_tunnel(Stream& stream, const http::url& to, const proxy& by) {
    const std::string who = "the proxy " + by.at.authority;
    const std::string head = connect_head(to, by);
    result<void> sent = co_await stream.write(head);
    if (!sent) co_return failure(who + " could not be asked: " + sent.error().message());
    http::response_reader answer;
    answer.start(true);
    bool surplus = false;
    while (!answer.complete() && !answer.failed()) {
        result<std::string_view> bytes = co_await stream.read();
        if (!bytes) co_return failure(who + " broke off: " + bytes.error().message());
        if (bytes->empty()) {
            answer.end();
            break;
        }
        surplus = answer.feed(*bytes) < bytes->size();
    }
    if (answer.failed())
        co_return failure(who + " gives an answer that cannot be used: " + std::string(*answer.failed()));
    if (answer.status() < 200 || answer.status() > 299)
        co_return failure(who + " does not connect to " + to.authority + ": it says " +
                          std::to_string(answer.status()));
    // Whoever is behind it waits for us to speak first: what comes already is the proxy's.
    if (surplus) co_return failure(who + " says more than was asked");
    co_return result<void, std::string>();
}

}  // namespace coracle::client
