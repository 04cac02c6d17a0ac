// A server under test and a plain blocking client for it, on 127.0.0.1 and a port that the kernel chooses.
// The client is nothing of coracle's, so that a fault of both cannot hide itself.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/server/serve.hpp>

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace loopback {

/// Runs the app on a thread of its own, from here to the end of the block.
class running {
public:
    explicit running(coracle::app& app, coracle::run_options options = {}) : server_(app, quiet(options)) {
        server_.start();
        thread_ = std::thread([this] { server_.serve(); });
    }
    ~running() { stop(); }
    void stop() {
        if (!thread_.joinable()) return;
        server_.stop();
        thread_.join();
    }
    unsigned port() const { return server_.port(); }

private:
    static coracle::run_options quiet(coracle::run_options options) {
        options.host = "127.0.0.1";
        options.port = 0;
        options.access_log = false;
        options.banner = false;
        options.signals = false;
        return options;
    }
    coracle::server::server server_;
    std::thread thread_;
};

struct reply {
    int status = 0;
    std::string head;
    std::string body;
    /// The value of a field, lower-case name; empty when absent.
    std::string field(std::string_view name) const {
        std::string wanted = "\r\n" + std::string(name) + ":";
        std::string lower = head;
        for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        auto at = lower.find(wanted);
        if (at == std::string::npos) return {};
        auto begin = head.find_first_not_of(' ', at + wanted.size());
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

/// A connection. Every wait gives up after `patience`, with an exception.
class client {
public:
    explicit client(unsigned port, std::chrono::milliseconds patience = std::chrono::seconds(20))
        : patience_(patience) {
        fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
        int one = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error("connect failed");
    }
    client(client&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)), patience_(other.patience_), left_(std::move(other.left_)) {}
    ~client() {
        if (fd_ >= 0) ::close(fd_);
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0) throw std::runtime_error("send failed");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void half_close() { ::shutdown(fd_, SHUT_WR); }
    int fd() const { return fd_; }

    /// The next response. `to_head`: it answers HEAD, so it has no body whatever its head says.
    reply receive(bool to_head = false) {
        reply got;
        std::size_t end;
        while ((end = left_.find("\r\n\r\n")) == std::string::npos) more();
        got.head = left_.substr(0, end + 2);
        left_.erase(0, end + 4);
        got.status = std::atoi(got.head.c_str() + 9);
        if (to_head || got.status < 200 || got.status == 204 || got.status == 304) return got;
        if (got.field("transfer-encoding") == "chunked") {
            for (;;) {
                std::size_t line;
                while ((line = left_.find("\r\n")) == std::string::npos) more();
                auto size = std::strtoul(left_.c_str(), nullptr, 16);
                while (left_.size() < line + 2 + size + 2) more();
                got.body += left_.substr(line + 2, size);
                left_.erase(0, line + 2 + size + 2);
                if (size == 0) return got;
            }
        }
        auto length = std::strtoul(got.field("content-length").c_str(), nullptr, 10);
        while (left_.size() < length) more();
        got.body = left_.substr(0, length);
        left_.erase(0, length);
        return got;
    }
    reply ask(std::string_view request) {
        send(request);
        return receive(request.starts_with("HEAD "));
    }
    reply get(std::string_view target) { return ask("GET " + std::string(target) + " HTTP/1.1\r\nhost: test\r\n\r\n"); }
    reply post(std::string_view target, std::string_view body, std::string_view type = "application/json") {
        return ask("POST " + std::string(target) + " HTTP/1.1\r\nhost: test\r\ncontent-type: " + std::string(type) +
                   "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    }
    /// So many bytes of another protocol.
    std::string read(std::size_t count) {
        while (left_.size() < count) more();
        std::string bytes = left_.substr(0, count);
        left_.erase(0, count);
        return bytes;
    }
    /// Everything until the server closes.
    std::string drain() {
        std::string all = std::exchange(left_, {});
        while (fill()) all += std::exchange(left_, {});
        return all;
    }
    /// True when the server has closed and nothing is left to read.
    bool closed() { return left_.empty() && !fill(); }

private:
    void more() {
        if (!fill()) throw std::runtime_error("the server closed in the middle of: " + left_);
    }
    bool fill() {
        pollfd readable{fd_, POLLIN, 0};
        if (::poll(&readable, 1, static_cast<int>(patience_.count())) <= 0)
            throw std::runtime_error("no answer in time");
        char bytes[65536];
        auto count = ::recv(fd_, bytes, sizeof bytes, 0);
        if (count <= 0) return false;
        left_.append(bytes, static_cast<std::size_t>(count));
        return true;
    }

    int fd_ = -1;
    std::chrono::milliseconds patience_;
    std::string left_;
};

inline reply get(unsigned port, std::string_view target) { return client(port).get(target); }

}  // namespace loopback
