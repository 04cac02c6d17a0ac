// buffered_reader: lines, records and counted bytes out of a byte_stream. asyncio.StreamReader.
#pragma once

#include <coracle/async/checkpoint.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/result.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/net/read_error.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace coracle::net {

/// Takes from a stream what was asked for, and keeps what came behind it for the next call. One job reads at a time.
/// A call that fails, or is cancelled, takes nothing: what has arrived stays, buffered() shows it, and the next call
/// finds it. What a call gives is a view that is valid until the next one.
/// error: those of the stream; read_error::end_of_stream when nothing was left to read, incomplete when it was less
/// than asked for, limit_exceeded as soon as it is more than allowed.
/// keeps: the stream. cost: no memory while nothing is buffered and nothing arrives.
template <byte_stream Stream>
class buffered_reader {
public:
    static constexpr std::size_t default_limit = 64 * 1024;

    explicit buffered_reader(Stream& from) noexcept : stream_(from) {}
    /// in: what was read from the stream before, and stands in front of the rest.
    buffered_reader(Stream& from, std::string_view already) : stream_(from) { buffer_.append(already); }
    buffered_reader(const buffered_reader&) = delete;
    buffered_reader& operator=(const buffered_reader&) = delete;

    /// The next line, without the "\n" or "\r\n" that ends it: `while (auto line = co_await reader.read_line())`.
    /// in: `limit` bytes at most, the end not counted. What the stream ends with without a "\n" is no line: incomplete.
    task<result<std::string_view>> read_line(std::size_t limit = default_limit) {
        std::size_t seen = 0;
        for (bool waited = false;; waited = true) {
            std::string_view all = buffer_.view();
            std::size_t end = all.find('\n', seen);
            std::size_t length = end == all.npos ? all.size() : end;
            // A "\r" may still turn out to be half of the end.
            if (length > 0 && all[length - 1] == '\r') --length;
            if (length > limit) co_return failure(make_error_code(read_error::limit_exceeded));
            if (end != all.npos) {
                if (!waited) co_await async::checkpoint();
                co_return take(length, end + 1);
            }
            seen = all.size();
            auto more = co_await fetch();
            if (!more) co_return failure(more.error());
        }
    }

    /// What stands before the next `delimiter`, which is taken too, but not given.
    task<result<std::string_view>> read_until(std::string_view delimiter, std::size_t limit = default_limit) {
        CORACLE_ASSERT(!delimiter.empty());
        std::size_t seen = 0;
        for (bool waited = false;; waited = true) {
            std::string_view all = buffer_.view();
            std::size_t end = all.find(delimiter, seen);
            // The last bytes may be the beginning of the delimiter.
            seen = all.size() < delimiter.size() ? 0 : all.size() - delimiter.size() + 1;
            if ((end == all.npos ? seen : end) > limit) co_return failure(make_error_code(read_error::limit_exceeded));
            if (end != all.npos) {
                if (!waited) co_await async::checkpoint();
                co_return take(end, end + delimiter.size());
            }
            auto more = co_await fetch();
            if (!more) co_return failure(more.error());
        }
    }

    /// Exactly `count` bytes. All of them are buffered: the caller sees to it that `count` is reasonable.
    task<result<std::string_view>> read_exactly(std::size_t count) {
        bool waited = buffer_.size() < count;
        while (buffer_.size() < count) {
            auto more = co_await fetch();
            if (!more) co_return failure(more.error());
        }
        if (!waited) co_await async::checkpoint();
        co_return take(count, count);
    }

    /// What is buffered, or else what arrives next; empty at the end of the stream, as the stream's own read().
    task<result<std::string_view>> read_some() {
        if (buffer_.empty()) {
            auto more = co_await fetch();
            if (!more && more.error() != read_error::end_of_stream) co_return failure(more.error());
        } else {
            co_await async::checkpoint();
        }
        co_return take(buffer_.size(), buffer_.size());
    }

    /// All that comes before the end of the stream.
    task<result<std::string_view>> read_all(std::size_t limit) {
        for (;;) {
            if (buffer_.size() > limit) co_return failure(make_error_code(read_error::limit_exceeded));
            auto arrived = co_await stream_.read();
            if (!arrived) co_return failure(arrived.error());
            if (arrived->empty()) co_return take(buffer_.size(), buffer_.size());
            buffer_.append(*arrived);
        }
    }

    /// What has arrived and was not taken yet. Valid until the next call.
    std::string_view buffered() const noexcept { return buffer_.view(); }
    /// Takes the first `count` of the buffered bytes without giving them.
    void discard(std::size_t count) noexcept { buffer_.consume(count); }
    Stream& stream() noexcept { return stream_; }

private:
    static constexpr std::size_t kept_capacity = 16 * 1024;

    std::string_view take(std::size_t given, std::size_t taken) noexcept {
        std::string_view what(buffer_.data(), given);
        buffer_.consume(taken);
        return what;
    }
    /// One read more into the buffer. error: the stream's, and that of its end.
    task<result<void>> fetch() {
        if (buffer_.empty() && buffer_.capacity() > kept_capacity) buffer_.release();
        auto arrived = co_await stream_.read();
        if (!arrived) co_return failure(arrived.error());
        if (arrived->empty())
            co_return failure(make_error_code(buffer_.empty() ? read_error::end_of_stream : read_error::incomplete));
        buffer_.append(*arrived);
        co_return {};
    }

    Stream& stream_;
    byte_buffer buffer_;
};

}  // namespace coracle::net
