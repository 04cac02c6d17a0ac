// scripted_upstream: a transport to a server that a test writes as a coroutine, without a socket.
#pragma once

#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/function.hpp>
#include <coracle/client/transport.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/net/any_stream.hpp>
#include <coracle/net/memory_stream.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::client {

/// The next request on `line`, its body included; empty when the client has closed.
inline task<std::string> next_request(net::memory_stream& line) {
    std::string all;
    for (;;) {
        std::size_t end = all.find("\r\n\r\n");
        if (end != std::string::npos) {
            std::size_t length = 0;
            if (std::size_t at = all.find("content-length: "); at < end)
                length = ascii::parse_decimal<std::size_t>(all.substr(at + 16, all.find("\r\n", at) - at - 16)).value();
            bool chunked = all.find("transfer-encoding: chunked") < end;
            if (chunked ? all.ends_with("0\r\n\r\n") && all.size() > end + 4 : all.size() >= end + 4 + length)
                co_return all;
        }
        auto more = co_await line.read();
        if (!more || more->empty()) co_return std::string();
        all += *more;
    }
}

inline std::string answer(std::string_view body, int status = 200, std::string_view fields = {}) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Any\r\ncontent-length: " + std::to_string(body.size());
    if (!fields.empty()) text.append("\r\n").append(fields);
    return text.append("\r\n\r\n").append(body);
}

/// Each connection is served by a job of its own: `serve(line, number)`, the first one is number 1.
class scripted_upstream final : public transport, public std::enable_shared_from_this<scripted_upstream> {
public:
    using serve_function = function<task<>(net::memory_stream&, int)>;

    explicit scripted_upstream(serve_function serve, std::size_t capacity = 64 * 1024)
        : serve_(std::make_unique<serve_function>(std::move(serve))), capacity_(capacity) {}
    /// One that answers each request by `with(request)`, until the client closes.
    static std::shared_ptr<scripted_upstream> answering(function<std::string(const std::string&)> with) {
        auto reply = std::make_shared<function<std::string(const std::string&)>>(std::move(with));
        return std::make_shared<scripted_upstream>([reply](net::memory_stream& line, int) -> task<> {
            for (;;) {
                std::string asked = co_await next_request(line);
                if (asked.empty()) co_return;
                std::string said = (*reply)(asked);
                auto sent = co_await line.write(said);
                if (!sent) co_return;
            }
        });
    }

    int opened = 0;
    int open_now = 0;
    std::chrono::nanoseconds takes{};        ///< to connect
    std::optional<std::error_code> refuses;  ///< to connect
    bool encrypted = false;
    std::string last_host;
    std::uint16_t last_port = 0;

    task<result<net::any_stream, net::connect_error>> open(destination to) override {
        last_host = to.host;
        last_port = to.port;
        if (takes > takes.zero()) co_await sleep(takes);
        if (refuses) {
            net::connect_error why{*refuses, "cannot connect to '" + to.host + "': " + refuses->message(), {}};
            co_return failure(std::move(why));
        }
        auto ends = net::memory_stream::pair(capacity_);
        auto job = spawn(serve(std::move(ends.second), ++opened));
        co_return net::any_stream(std::move(ends.first));
    }
    bool secure() const noexcept override { return encrypted; }

private:
    struct counted {
        int& of;
        explicit counted(int& number) noexcept : of(number) { ++of; }
        counted(const counted&) = delete;
        counted& operator=(const counted&) = delete;
        ~counted() { --of; }
    };
    task<> serve(net::memory_stream line, int number) {
        auto self = shared_from_this();  // the test may let go of it first
        counted here(open_now);
        co_await (*serve_)(line, number);
    }
    std::unique_ptr<serve_function> serve_;
    std::size_t capacity_;
};

}  // namespace coracle::client
