// any_stream: a byte_stream of a kind that only its maker knows: a socket, TLS over a socket, an app in this process.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/net/socket_stream.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace coracle::net {

/// Owns a stream and models byte_stream; empty until it is given one, and when it was moved from.
/// cost: one allocation, and a frame for each call that waits; who asks for socket() first need not pay the latter.
class any_stream {
public:
    any_stream() noexcept = default;
    template <byte_stream Stream>
        requires(!std::same_as<Stream, any_stream>)
    any_stream(Stream stream) : held_(std::make_unique<holder<Stream>>(std::move(stream))) {}  // NOLINT: implicit
    explicit operator bool() const noexcept { return held_ != nullptr; }

    /// The socket, where it is one and nothing else.
    socket_stream* socket() const noexcept { return held_ ? held_->socket : nullptr; }

    // As every byte_stream.

    task<result<std::string_view>> read() { return held_->read(); }
    task<result<std::size_t>> read(std::span<char> room) { return held_->read_into(room); }
    /// keeps: the bytes must stay where they are until it has returned.
    task<result<void>> write(std::string_view head, std::string_view body = {}) { return held_->write(head, body); }
    result<std::size_t> try_write(std::string_view bytes) { return held_->try_write(bytes); }
    /// As a socket_stream's. error: operation_not_supported, unless reads_at_once().
    std::optional<result<std::size_t>> try_read(std::span<char> room) { return held_->try_read(room); }
    /// Whether tell() and try_read() can be used: whoever holds the stream need not be a coroutine.
    bool reads_at_once() const noexcept { return held_ && held_->at_once; }
    void shutdown_read() noexcept { held_->shutdown_read(); }
    result<void> shutdown_write() { return held_->shutdown_write(); }
    void close() noexcept {
        if (held_) held_->close();
    }
    bool hung_up() const noexcept { return !held_ || held_->hung_up(); }
    const address& peer() const { return held_->peer(); }

    /// A read would not wait. in: the answer of a stream that cannot say it without reading.
    bool readable(bool otherwise) const noexcept { return !held_ || held_->readable(otherwise); }
    /// `who` is told of all that happens on it; false when this stream cannot.
    bool tell(loop::edge_watcher* who) noexcept { return held_ && held_->tell(who); }

private:
    class face {
    public:
        face() noexcept = default;
        face(const face&) = delete;
        face& operator=(const face&) = delete;
        virtual ~face() = default;
        virtual task<result<std::string_view>> read() = 0;
        virtual task<result<std::size_t>> read_into(std::span<char> room) = 0;
        virtual task<result<void>> write(std::string_view head, std::string_view body) = 0;
        virtual result<std::size_t> try_write(std::string_view bytes) = 0;
        virtual std::optional<result<std::size_t>> try_read(std::span<char> room) = 0;
        virtual void shutdown_read() noexcept = 0;
        virtual result<void> shutdown_write() = 0;
        virtual void close() noexcept = 0;
        virtual bool hung_up() const noexcept = 0;
        virtual bool readable(bool otherwise) const noexcept = 0;
        virtual bool tell(loop::edge_watcher* who) noexcept = 0;
        virtual const address& peer() const = 0;
        socket_stream* socket = nullptr;
        bool at_once = false;
    };

    template <class Stream>
    class holder final : public face {
    public:
        explicit holder(Stream stream) : stream_(std::move(stream)) {
            if constexpr (std::same_as<Stream, socket_stream>) this->socket = &stream_;
            this->at_once = requires(std::span<char> room) {
                stream_.tell(nullptr);
                stream_.try_read(room);
            };
        }
        task<result<std::string_view>> read() override { co_return co_await stream_.read(); }
        task<result<std::size_t>> read_into(std::span<char> room) override { co_return co_await stream_.read(room); }
        task<result<void>> write(std::string_view head, std::string_view body) override {
            co_return co_await stream_.write(head, body);
        }
        result<std::size_t> try_write(std::string_view bytes) override { return stream_.try_write(bytes); }
        std::optional<result<std::size_t>> try_read(std::span<char> room) override {
            if constexpr (requires { stream_.try_read(room); })
                return stream_.try_read(room);
            else
                return result<std::size_t>(failure(std::make_error_code(std::errc::operation_not_supported)));
        }
        void shutdown_read() noexcept override { stream_.shutdown_read(); }
        result<void> shutdown_write() override { return stream_.shutdown_write(); }
        void close() noexcept override { stream_.close(); }
        bool hung_up() const noexcept override { return stream_.hung_up(); }
        bool readable([[maybe_unused]] bool otherwise) const noexcept override {
            if constexpr (requires { stream_.readable(); })
                return stream_.readable();
            else
                return otherwise || stream_.hung_up();
        }
        bool tell(loop::edge_watcher* who) noexcept override {
            if constexpr (requires { stream_.tell(who); }) {
                stream_.tell(who);
                return true;
            } else {
                return false;
            }
        }
        const address& peer() const override { return stream_.peer(); }

    private:
        Stream stream_;
    };

    std::unique_ptr<face> held_;
};

static_assert(byte_stream<any_stream>);

}  // namespace coracle::net
