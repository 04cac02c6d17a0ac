// two_ends: a WebSocket's two sides over a stream in memory, its server's first.
#pragma once

#include <coracle/duplex/websocket.hpp>
#include <coracle/net/memory_stream.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace duplex_tests {

/// Counts what reaches the stream.
class counted_line final : public coracle::duplex::line {
public:
    counted_line(coracle::net::memory_stream stream, int& writes) : inner_(std::move(stream)), writes_(writes) {}
    void tell(coracle::loop::edge_watcher* who) noexcept override { inner_.tell(who); }
    std::optional<coracle::result<std::size_t>> try_read(std::span<char> room) override {
        return inner_.try_read(room);
    }
    coracle::result<std::size_t> try_write(std::string_view bytes) override {
        ++writes_;
        return inner_.try_write(bytes);
    }
    bool hung_up() const noexcept override { return inner_.hung_up(); }
    void shutdown_write() noexcept override { inner_.shutdown_write(); }
    void close() noexcept override { inner_.close(); }

private:
    coracle::duplex::stream_line<coracle::net::memory_stream> inner_;
    int& writes_;
};

inline coracle::ws::mask_key some_key() { return {1, 2, 3, 4}; }

/// Both are open. in: how the server's side is; how much the stream holds unread.
struct two_ends {
    explicit two_ends(coracle::websocket_options how = {}, std::size_t capacity = 64 * 1024)
        : options(std::make_shared<const coracle::websocket_options>(how)),
          theirs(std::make_shared<const coracle::websocket_options>()),
          server(options, nullptr, coracle::ws::session::server(options->limits)),
          client(theirs, nullptr, coracle::ws::session::client(&some_key, theirs->limits)) {
        auto [here, there] = coracle::net::memory_stream::pair(capacity);
        server.open(std::make_unique<counted_line>(std::move(here), writes), {}, {}, {});
        client.open(std::make_unique<coracle::duplex::stream_line<coracle::net::memory_stream>>(std::move(there)), {},
                    {}, {});
    }
    int writes = 0;
    std::shared_ptr<const coracle::websocket_options> options;
    std::shared_ptr<const coracle::websocket_options> theirs;
    coracle::websocket server;
    coracle::websocket client;
};

/// A server's side, and the bare stream of whoever is at the other end.
struct one_end {
    explicit one_end(coracle::websocket_options how = {}, std::size_t capacity = 64 * 1024)
        : options(std::make_shared<const coracle::websocket_options>(how)),
          ends(coracle::net::memory_stream::pair(capacity)),
          server(options, nullptr, coracle::ws::session::server(options->limits)) {
        server.open(std::make_unique<counted_line>(std::move(ends.first), writes), {}, {}, {});
    }
    int writes = 0;
    std::shared_ptr<const coracle::websocket_options> options;
    std::pair<coracle::net::memory_stream, coracle::net::memory_stream> ends;
    coracle::websocket server;
    coracle::net::memory_stream& peer = ends.second;
};

/// A client's frame, masked by zeros.
inline std::string frame(int opcode, std::string_view payload, bool last = true) {
    std::string out{static_cast<char>((last ? 0x80 : 0) | opcode)};
    if (payload.size() < 126) {
        out += static_cast<char>(0x80 | payload.size());
    } else {
        out += static_cast<char>(0x80 | 126);
        out += static_cast<char>(payload.size() >> 8);
        out += static_cast<char>(payload.size() & 0xFF);
    }
    out.append(4, '\0');
    return out.append(payload);
}

}  // namespace duplex_tests
