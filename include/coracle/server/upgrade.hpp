// upgrade: how a connection leaves HTTP, and who goes on with it.
// RFC 9110 7.8. In words that cost nothing to programs where that does not happen.
#pragma once

#include <coracle/app/outgoing_client.hpp>
#include <coracle/duplex/line.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/server/transaction.hpp>

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle::server {

class workshop;

/// Makes a line of a stream, which it moves from; null for a socket_stream, of which everybody knows how.
using line_maker = std::unique_ptr<duplex::line> (*)(void* stream);

template <class Stream>
std::unique_ptr<duplex::line> make_line(void* stream) {
    return std::make_unique<duplex::stream_line<Stream>>(std::move(*static_cast<Stream*>(stream)));
}
template <class Stream>
constexpr line_maker line_maker_of() noexcept {
    if constexpr (std::is_same_v<Stream, net::socket_stream>)
        return nullptr;
    else if constexpr (requires(Stream& stream) {
                           stream.try_read({});
                           stream.tell(nullptr);
                       })
        return &make_line<Stream>;
    else
        return nullptr;
}

/// What is left of a connection that has spoken HTTP.
struct estate {
    workshop& shop;
    void* stream;
    line_maker make;
    std::string_view arrived;  ///< behind the request
    std::string_view unsent;   ///< the answer, and those before it
    std::unique_ptr<transaction> request;

    std::unique_ptr<duplex::line> line() const { return make ? make(stream) : make_line<net::socket_stream>(stream); }
};

/// Who goes on with it.
class heir {
public:
    virtual void inherit(estate left) = 0;

protected:
    ~heir() = default;
};

/// The client of an answer that is a server's: all are.
class upgradable_client : public outgoing_client {
public:
    /// In: the head of the answer is written. It was the last word of HTTP here.
    virtual void hand_over(heir& to) = 0;

protected:
    ~upgradable_client() = default;
};

}  // namespace coracle::server
