// byte_stream: what every stream of bytes can do, whatever carries them. A concept; nothing derives from it.
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/net/address.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coracle::net {

namespace detail {
template <class Awaitable>
decltype(auto) awaiter_of(Awaitable&& from) {
    if constexpr (requires { std::forward<Awaitable>(from).operator co_await(); })
        return std::forward<Awaitable>(from).operator co_await();
    else
        return std::forward<Awaitable>(from);
}
}  // namespace detail

/// `co_await` of it gives a T.
template <class Awaitable, class T>
concept awaitable_for = requires {
    { detail::awaiter_of(std::declval<Awaitable>()).await_resume() } -> std::same_as<T>;
};

/// Bytes in, bytes out, in order. One job may read while another writes.
/// - `co_await read()`: what has arrived, at most 64 KiB, as a view that is valid until the next co_await; empty at the
///   end of the stream.
/// - `co_await read(room)`: the same into `room`, which is not empty; how many bytes, 0 at the end of the stream.
/// - `co_await write(bytes)`, `co_await write(head, body)`: returns when all of it is on its way. After an error, or
///   when it was cancelled, some of it may have been sent: close the stream.
/// - `try_write(bytes)`: how many of them are on their way without waiting, perhaps 0. Not while a write is under way.
/// - `shutdown_read()`: who reads, now or later, gets the end of the stream; writing goes on.
/// - `shutdown_write()`: the peer reads the end of the stream; reading goes on. Not while a write is under way.
/// - `close()`: both directions, at once; who waits for the stream gets an error. Harmless when it is closed.
/// - `hung_up()`: the peer will send no more, although what it sent may still be unread. A hint that may come late.
/// - `tell(watcher)`: a loop::edge_watcher is told of all that happens on it, until `tell(nullptr)`; it must not close
///   the stream. Not every stream can.
/// - `peer()`: who is at the other end, also after close().
/// The errors are std::error_code (connection_reset, broken_pipe, bad_file_descriptor after close()); waiting ends with
/// `cancelled` as everywhere.
template <class Stream>
concept byte_stream = requires(Stream& stream, const Stream& same, std::span<char> room, std::string_view bytes) {
    { stream.read() } -> awaitable_for<result<std::string_view>>;
    { stream.read(room) } -> awaitable_for<result<std::size_t>>;
    { stream.write(bytes) } -> awaitable_for<result<void>>;
    { stream.write(bytes, bytes) } -> awaitable_for<result<void>>;
    { stream.try_write(bytes) } -> std::same_as<result<std::size_t>>;
    { stream.shutdown_read() } noexcept;
    { stream.shutdown_write() } -> std::same_as<result<void>>;
    { stream.close() } noexcept;
    { same.hung_up() } noexcept -> std::same_as<bool>;
    { same.peer() } -> std::convertible_to<const address&>;
};

}  // namespace coracle::net
