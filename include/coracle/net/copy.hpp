// copy: all that one stream brings, into another. What proxies and echoes are made of. Go's io.Copy, socat.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/result.hpp>
#include <coracle/net/byte_stream.hpp>

#include <cstdint>
#include <string_view>

namespace coracle::net {

/// Sends to `to` what comes from `from`, as it comes, until that ends; then `to` is told so (shutdown_write), and can
/// still be read from. Gives how many bytes it were. They may be the two directions of one stream.
/// A `to` that takes nothing makes `from` wait: no more than one read is held, and none while nothing has to wait.
/// keeps: both streams. error: of the first of the two that fails; when cancelled, what was read last may be lost.
template <byte_stream From, byte_stream To>
task<result<std::uint64_t>> copy(From& from, To& to) {
    std::uint64_t count = 0;
    byte_buffer rest;
    for (;;) {
        auto bytes = co_await from.read();
        if (!bytes) co_return failure(bytes.error());
        if (bytes->empty()) break;
        count += bytes->size();
        auto sent = to.try_write(*bytes);
        if (!sent) co_return failure(sent.error());
        if (*sent == bytes->size()) continue;
        rest.append(bytes->substr(*sent));  // the view ends with the next co_await
        auto written = co_await to.write(rest.view());
        if (!written) co_return failure(written.error());
        rest.release();
    }
    if (auto told = to.shutdown_write(); !told) co_return failure(told.error());
    co_return count;
}

}  // namespace coracle::net
