// test_line: a connection in memory between a test_client and the server of its app, and what a test sees of both ends.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/async/context_local.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/join_handle.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/result.hpp>
#include <coracle/http/response_reader.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/net/memory_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::testing {

/// An address with a name of its own: Starlette's TestClient is ("testclient", 50000).
class named_address : public net::address {
public:
    named_address(std::string name, std::uint16_t port)
        : net::address(local(name)), name_(std::move(name)), named_port_(port) {}
    const std::string& host() const noexcept { return name_; }
    std::uint16_t port() const noexcept { return named_port_; }
    std::string text() const { return name_ + ':' + std::to_string(named_port_); }

private:
    std::string name_;
    std::uint16_t named_port_;
};

/// What the server's end tells the test.
struct line_facts {
    event at_rest{};  ///< the last thing that the server did was to wait for the next request, or to close
    std::vector<std::exception_ptr> failures{};  ///< that no handler caught
};

/// Of the connection whose request is served here.
inline constinit context_local<line_facts*> line_served_here;

/// The server's end. A server that has answered, and done what there was to do afterwards, reads.
class served_stream {
public:
    /// in: the facts, which a WebSocket may still tell when its line has gone.
    served_stream(net::memory_stream inner, named_address peer, std::shared_ptr<line_facts> facts)
        : inner_(std::move(inner)), peer_(std::move(peer)), facts_(std::move(facts)) {}

    auto read() {
        facts_->at_rest.set();
        return inner_.read();
    }
    auto read(std::span<char> room) {
        facts_->at_rest.set();
        return inner_.read(room);
    }
    auto write(std::string_view head, std::string_view body = {}) {
        facts_->at_rest.clear();
        return inner_.write(head, body);
    }
    result<std::size_t> try_write(std::string_view bytes) {
        facts_->at_rest.clear();
        return inner_.try_write(bytes);
    }
    std::optional<result<std::size_t>> try_read(std::span<char> room) { return inner_.try_read(room); }
    void shutdown_read() noexcept { inner_.shutdown_read(); }
    result<void> shutdown_write() noexcept { return inner_.shutdown_write(); }
    void close() noexcept {
        facts_->at_rest.set();
        inner_.close();
    }
    bool hung_up() const noexcept { return inner_.hung_up(); }
    void tell(loop::edge_watcher* who) noexcept { inner_.tell(who); }
    const named_address& peer() const noexcept { return peer_; }

private:
    net::memory_stream inner_;
    named_address peer_;
    std::shared_ptr<line_facts> facts_;
};

/// The client's end, with the answer under way on it.
class test_line {
public:
    explicit test_line(net::memory_stream stream) : stream_(std::move(stream)) {}

    const std::shared_ptr<line_facts> shared_facts = std::make_shared<line_facts>();
    line_facts& facts = *shared_facts;
    http::response_reader answer{};
    bool busy = false;
    std::optional<join_handle<>> server{};  ///< the job that serves the other end

    bool is_open() const noexcept { return stream_.is_open() && !stream_.hung_up(); }
    void close() noexcept { stream_.close(); }
    /// More of the answer is there, or its end, and was not looked at.
    bool has_news() const noexcept { return stream_.readable(); }

    void send(std::string_view bytes) {
        facts.at_rest.clear();
        // What is read at once is taken from the front of a piece: small ones are cheaper.
        constexpr std::size_t piece = 64 * 1024;
        for (; !bytes.empty(); bytes.remove_prefix(bytes.size() < piece ? bytes.size() : piece))
            stream_.push(std::string(bytes.substr(0, piece)));
    }
    void send_chunk(std::string_view bytes) {
        if (bytes.empty()) return;
        std::string size;
        for (std::size_t left = bytes.size(); left > 0; left /= 16)
            size.insert(size.begin(), ascii::hex_digit(static_cast<unsigned>(left % 16)));
        send(size + "\r\n" + std::string(bytes) + "\r\n");
    }
    void send_last_chunk() { send("0\r\n\r\n"); }

    /// How much of an answer is waited for.
    enum class part : unsigned char { head, piece, all };

    /// error: std::runtime_error for an answer that is broken or does not come.
    task<> listen(part until) {
        while (!answer.complete()) {
            if (until == part::head && answer.has_head()) co_return;
            if (until == part::piece && answer.body_waiting() > 0) co_return;
            auto bytes = co_await stream_.read();
            if (!bytes || bytes->empty()) {
                answer.end();
            } else if (std::size_t used = answer.feed(*bytes); used < bytes->size()) {
                if (answer.status() == 101)
                    behind_ = bytes->substr(used);
                else
                    close();  // somebody says more than was asked
            }
            if (answer.failed()) {
                std::string why = "coracle: the answer cannot be read: ";
                throw std::runtime_error(why.append(*answer.failed()));
            }
        }
    }

    /// For who goes on with the line behind 101. in: where to put what came behind it.
    net::memory_stream take_stream(std::string& behind) {
        behind = std::exchange(behind_, {});
        net::memory_stream nobodys = net::memory_stream::pair().first;
        return std::exchange(stream_, std::move(nobodys));
    }

private:
    net::memory_stream stream_;
    std::string behind_;
};

}  // namespace coracle::testing
