// line: the bytes under a WebSocket, whatever carries them.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace coracle::duplex {

/// Never waits: whoever holds it is told when something may be possible again. Belongs to one loop.
class line {
public:
    line() noexcept = default;
    line(const line&) = delete;
    line& operator=(const line&) = delete;
    virtual ~line() = default;

    /// Who is told when more may have come, may be sent, or the peer has gone; null for nobody.
    virtual void tell(loop::edge_watcher* who) noexcept = 0;
    /// What has come, at once: 0 at the end of the stream. Nothing: a read would wait.
    virtual std::optional<result<std::size_t>> try_read(std::span<char> room) = 0;
    /// How many of them are on their way now, perhaps 0.
    virtual result<std::size_t> try_write(std::string_view bytes) = 0;
    /// The peer has ended its stream, or broken it; what it sent may still be unread.
    virtual bool hung_up() const noexcept = 0;
    /// How many bytes the peer's system has taken; nothing where nobody can tell.
    virtual std::optional<std::uint64_t> acknowledged() const noexcept { return std::nullopt; }
    /// The peer reads the end of the stream.
    virtual void shutdown_write() noexcept = 0;
    virtual void close() noexcept = 0;
};

/// Of a stream that can be read and written without waiting, as a socket_stream.
template <class Stream>
class stream_line final : public line {
public:
    explicit stream_line(Stream stream) noexcept : stream_(std::move(stream)) {}

    void tell(loop::edge_watcher* who) noexcept override { stream_.tell(who); }
    std::optional<result<std::size_t>> try_read(std::span<char> room) override { return stream_.try_read(room); }
    result<std::size_t> try_write(std::string_view bytes) override { return stream_.try_write(bytes); }
    bool hung_up() const noexcept override { return stream_.hung_up(); }
    std::optional<std::uint64_t> acknowledged() const noexcept override {
        if constexpr (requires { stream_.acknowledged(); })
            return stream_.acknowledged();
        else
            return std::nullopt;
    }
    void shutdown_write() noexcept override { [[maybe_unused]] auto best_effort = stream_.shutdown_write(); }
    void close() noexcept override { stream_.close(); }

private:
    Stream stream_;
};

}  // namespace coracle::duplex
