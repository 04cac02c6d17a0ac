// memory_stream: two ends of a stream that exists in memory only, and a script for what networks do to streams.
// No descriptor, no time: tests of whatever takes a byte_stream, and clients that call an app without a socket.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/assert.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/byte_stream.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::net {

namespace detail {

class memory_attempter : public async::operation {
public:
    void woken() noexcept { try_again(); }

protected:
    ~memory_attempter() = default;
};

/// One direction: what one end writes and the other reads.
struct memory_pipe {
    std::deque<std::string> chunks;  // each is one read, or several
    std::size_t waiting = 0;         // bytes in them
    std::size_t capacity = 0;
    std::size_t largest_read = 0;  // 0: no limit
    std::string held;              // what the last read() gave a view into
    bool ended = false;            // the writer sends no more
    bool deaf = false;             // the reader has gone
    std::error_code read_error;
    std::error_code write_error;
    memory_attempter* reader = nullptr;
    memory_attempter* writer = nullptr;
    loop::edge_watcher* reading_end = nullptr;
    loop::edge_watcher* writing_end = nullptr;

    void put(std::string bytes) {
        waiting += bytes.size();
        if (!bytes.empty()) chunks.push_back(std::move(bytes));
        wake_reader();
    }
    std::size_t room() const noexcept { return waiting < capacity ? capacity - waiting : 0; }
    bool readable() const noexcept { return !chunks.empty() || ended || read_error; }
    /// At most `most` bytes of the first chunk into `held`.
    void take(std::size_t most) {
        if (largest_read != 0 && largest_read < most) most = largest_read;
        std::string& first = chunks.front();
        if (first.size() <= most) {
            held = std::move(first);
            chunks.pop_front();
        } else {
            held.assign(first, 0, most);
            first.erase(0, most);
        }
        waiting -= held.size();
        wake_writer();
    }
    void wake_reader() noexcept { wake(reader, reading_end); }
    void wake_writer() noexcept { wake(writer, writing_end); }

private:
    static void wake(memory_attempter* who, loop::edge_watcher* told) noexcept {
        if (who) who->woken();
        if (told) told->on_edge();
    }
};

struct memory_line {
    memory_pipe pipes[2];
    bool closed[2] = {false, false};
};

inline std::error_code closed_here() noexcept { return std::make_error_code(std::errc::bad_file_descriptor); }

/// Tries at once and after each change; the manners of loop::descriptor::operation.
template <class Attempt>
class [[nodiscard("write co_await before it")]] memory_operation final : public memory_attempter {
public:
    memory_operation(std::shared_ptr<memory_line> line, memory_attempter* memory_pipe::* side, Attempt attempt)
        : line_(std::move(line)), slot_(attempt.pipe.*side), attempt_(std::move(attempt)) {}
    memory_operation(const memory_operation&) = delete;
    ~memory_operation() { leave(); }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(async::caller waiting) {
        if (refused()) return declined(waiting);
        if (slot_)
            throw std::logic_error("coracle: two jobs wait for the same direction of one stream; give it one owner");
        bool first = may_go_on();
        if (first && attempt_.tried()) return false;
        park(waiting);
        slot_ = this;
        if (!first) try_again();
        return true;
    }
    auto await_resume() {
        throw_if_cancelled();
        return attempt_.result();
    }
    void cancel() noexcept override {
        leave();
        finish_cancelled();
    }

private:
    void leave() noexcept {
        if (slot_ == this) slot_ = nullptr;
    }
    bool ready() noexcept override {
        if (!attempt_.tried()) return false;
        leave();
        settled();
        return true;
    }

    std::shared_ptr<memory_line> line_;  // outlives the stream if the stream goes first
    memory_attempter*& slot_;
    Attempt attempt_;
};

struct memory_read_attempt {
    memory_pipe& pipe;
    const bool& closed;
    std::size_t most;
    std::error_code error{};

    bool tried() {
        if (closed) error = closed_here();
        if (closed || !pipe.readable()) return closed;
        pipe.held.clear();
        if (!pipe.chunks.empty())
            pipe.take(most);
        else
            error = pipe.read_error;
        return true;
    }
    coracle::result<std::string_view> result() const noexcept {
        if (error) return failure(error);
        return std::string_view(pipe.held);
    }
};

struct memory_read_into_attempt {
    memory_pipe& pipe;
    const bool& closed;
    std::span<char> room;
    memory_read_attempt inner{pipe, closed, room.size()};

    bool tried() { return inner.tried(); }
    coracle::result<std::size_t> result() const noexcept {
        auto bytes = inner.result();
        if (!bytes) return failure(bytes.error());
        if (!bytes->empty()) std::memcpy(room.data(), bytes->data(), bytes->size());
        return bytes->size();
    }
};

struct memory_write_attempt {
    memory_pipe& pipe;
    const bool& closed;
    std::string_view first;
    std::string_view second;
    std::error_code error{};

    bool tried() {
        if (closed) error = closed_here();
        if (!closed && pipe.write_error) error = pipe.write_error;
        if (!closed && !error && (pipe.deaf || pipe.ended)) error = std::make_error_code(std::errc::broken_pipe);
        std::string chunk;
        for (std::string_view* from : {&first, &second}) {
            std::string_view fits = from->substr(0, error ? 0 : pipe.room() - std::min(pipe.room(), chunk.size()));
            chunk += fits;
            from->remove_prefix(fits.size());
        }
        if (!chunk.empty()) pipe.put(std::move(chunk));
        return error || (first.empty() && second.empty());
    }
    coracle::result<void> result() const noexcept {
        if (error) return failure(error);
        return {};
    }
};

}  // namespace detail

/// One end of a line in memory. Both ends belong to one thread. Moves while nobody waits for it.
class memory_stream {
    template <class Attempt>
    using operation = detail::memory_operation<Attempt>;

public:
    /// in: a writer waits when `capacity` bytes lie unread.
    static std::pair<memory_stream, memory_stream> pair(std::size_t capacity = 64 * 1024) {
        auto line = std::make_shared<detail::memory_line>();
        for (auto& pipe : line->pipes) pipe.capacity = capacity > 0 ? capacity : 1;
        return {memory_stream(line, 0), memory_stream(line, 1)};
    }
    memory_stream(memory_stream&&) noexcept = default;
    memory_stream& operator=(memory_stream&& other) noexcept {
        if (this != &other) {
            close();
            line_ = std::move(other.line_);
            side_ = other.side_;
            peer_ = std::move(other.peer_);
        }
        return *this;
    }
    ~memory_stream() { close(); }

    // As every byte_stream.

    operation<detail::memory_read_attempt> read() {
        return {line_, &detail::memory_pipe::reader, detail::memory_read_attempt{in(), closed(), largest_read}};
    }
    operation<detail::memory_read_into_attempt> read(std::span<char> room) {
        CORACLE_ASSERT(!room.empty());
        return {line_, &detail::memory_pipe::reader, detail::memory_read_into_attempt{in(), closed(), room}};
    }
    operation<detail::memory_write_attempt> write(std::string_view head, std::string_view body = {}) {
        return {line_, &detail::memory_pipe::writer, detail::memory_write_attempt{out(), closed(), head, body}};
    }
    result<std::size_t> try_write(std::string_view bytes) {
        if (closed()) return failure(detail::closed_here());
        if (out().write_error) return failure(out().write_error);
        if (out().deaf || out().ended) return failure(std::make_error_code(std::errc::broken_pipe));
        std::string_view fits = bytes.substr(0, out().room());
        if (!fits.empty()) out().put(std::string(fits));
        return fits.size();
    }
    std::optional<result<std::size_t>> try_read(std::span<char> room) {
        detail::memory_read_into_attempt now{in(), closed(), room};
        if (!now.tried()) return std::nullopt;
        return now.result();
    }
    void shutdown_read() noexcept {
        in().ended = true;
        in().wake_reader();
    }
    result<void> shutdown_write() noexcept {
        if (closed()) return failure(detail::closed_here());
        out().ended = true;
        out().wake_reader();
        return {};
    }
    void close() noexcept {
        if (!line_ || closed()) return;
        closed() = true;
        out().ended = true;
        in().deaf = true;
        for (auto& pipe : line_->pipes) {
            pipe.wake_reader();
            pipe.wake_writer();
        }
    }
    bool is_open() const noexcept { return line_ && !line_->closed[side_]; }
    bool hung_up() const noexcept {
        const detail::memory_pipe& from = line_->pipes[1 - side_];
        return from.ended || from.read_error;
    }
    void tell(loop::edge_watcher* who) noexcept { in().reading_end = out().writing_end = who; }
    const address& peer() const noexcept { return peer_; }

    // The script, for this end.

    /// What peer() says.
    void set_peer(address who) { peer_ = std::move(who); }
    /// No read gives more than `bytes`, as if the network had cut what was sent; 0 for no limit.
    void limit_reads(std::size_t bytes) noexcept { in().largest_read = bytes; }
    /// Reads fail with `why` as soon as all that has arrived is read, also the one that waits now.
    void fail_reads(std::error_code why) noexcept {
        in().read_error = why;
        in().wake_reader();
    }
    /// Writes fail with `why`, also the one that waits now.
    void fail_writes(std::error_code why) noexcept {
        out().write_error = why;
        out().wake_writer();
    }

    // The same line without waiting, for those who are no coroutine.

    /// Sends at once, however much lies unread. Each call is a chunk of its own: one read of the peer gives at most
    /// one chunk.
    void push(std::string bytes) { out().put(std::move(bytes)); }
    /// All that has arrived and was not read.
    std::string take_all() {
        std::string all;
        for (const std::string& chunk : in().chunks) all += chunk;
        in().chunks.clear();
        in().waiting = 0;
        in().wake_writer();
        return all;
    }
    /// A read would not wait.
    bool readable() const noexcept { return line_->pipes[1 - side_].readable(); }
    /// The peer has ended its stream and nothing is left to read.
    bool at_end() const noexcept {
        const detail::memory_pipe& from = line_->pipes[1 - side_];
        return from.ended && from.chunks.empty();
    }

private:
    static constexpr std::size_t largest_read = 64 * 1024;

    memory_stream(std::shared_ptr<detail::memory_line> line, std::size_t side) noexcept
        : line_(std::move(line)), side_(side) {}

    detail::memory_pipe& out() noexcept { return line_->pipes[side_]; }
    detail::memory_pipe& in() noexcept { return line_->pipes[1 - side_]; }
    bool& closed() noexcept { return line_->closed[side_]; }
    std::shared_ptr<detail::memory_line> line_;
    std::size_t side_ = 0;
    address peer_;
};

static_assert(byte_stream<memory_stream>);

}  // namespace coracle::net
