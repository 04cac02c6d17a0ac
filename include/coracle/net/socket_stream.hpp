// socket_stream: a connected TCP or unix socket on this thread's loop.
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/os/bytes_acknowledged.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/send_file.hpp>
#include <coracle/os/socket.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::net {

namespace detail {

// Attempts stand in the frames of waiting connections, so they hold no more than they must.

/// How many bytes a call has moved, or why it has not.
class moved {
public:
    /// False when the call would block.
    bool take(const result<std::size_t>& outcome) noexcept {
        if (outcome) {
            count_ = static_cast<std::ptrdiff_t>(*outcome);
            return true;
        }
        count_ = -outcome.error().value();
        return !os::is_would_block(outcome.error());
    }
    result<std::size_t> get() const noexcept {
        if (count_ < 0) return failure(std::error_code(static_cast<int>(-count_), std::system_category()));
        return static_cast<std::size_t>(count_);
    }
    bool fills_less_than(std::size_t room) const noexcept {
        return count_ >= 0 && static_cast<std::size_t>(count_) < room;
    }

private:
    std::ptrdiff_t count_ = 0;
};

/// Receives once. `exhausted` spares the call that would only say "would block": a read that does not fill its room has
/// emptied the socket, and the descriptor knows when that is not the whole truth.
inline bool receive_once(loop::descriptor& on, std::span<char> room, moved& outcome) noexcept {
    if (!outcome.take(os::receive(on.get(), room))) return false;
    if (outcome.fills_less_than(room.size())) on.exhausted(loop::direction::in);
    return true;
}

class read_attempt {
public:
    explicit read_attempt(std::span<char> room) noexcept : room_(room) {}
    bool operator()(loop::descriptor& on) noexcept { return receive_once(on, room_, outcome_); }
    coracle::result<std::size_t> result() const noexcept { return outcome_.get(); }

private:
    std::span<char> room_;
    moved outcome_;
};

class scratch_read_attempt {
public:
    explicit scratch_read_attempt(const loop::descriptor& on) : scratch_(on.home().scratch().data()) {}
    bool operator()(loop::descriptor& on) noexcept { return receive_once(on, on.home().scratch(), outcome_); }
    coracle::result<std::string_view> result() const noexcept {
        auto count = outcome_.get();
        if (!count) return failure(count.error());
        return std::string_view(scratch_, *count);
    }

private:
    const char* scratch_;
    moved outcome_;
};

class write_attempt {
public:
    write_attempt(std::string_view first, std::string_view second) noexcept : first_(first), second_(second) {}
    bool operator()(int fd) noexcept {
        while (!first_.empty() || !second_.empty()) {
            auto sent = first_.empty()    ? os::send_some(fd, second_)
                        : second_.empty() ? os::send_some(fd, first_)
                                          : os::send_some(fd, first_, second_);
            if (!sent) {
                if (os::is_would_block(sent.error())) return false;
                error_ = sent.error().value();
                return true;
            }
            std::size_t of_first = *sent < first_.size() ? *sent : first_.size();
            first_.remove_prefix(of_first);
            second_.remove_prefix(*sent - of_first);
        }
        return true;
    }
    coracle::result<void> result() const noexcept {
        if (error_ != 0) return failure(std::error_code(error_, std::system_category()));
        return {};
    }

private:
    std::string_view first_;
    std::string_view second_;
    int error_ = 0;
};

/// Sends by the kernel; a file that it does not send so is read and sent, 64 KiB at a time.
class file_attempt {
public:
    file_attempt(int file, std::uint64_t offset, std::uint64_t count) noexcept
        : file_(file), offset_(offset), left_(count) {}
    bool operator()(loop::descriptor& on) noexcept {
        while (left_ > 0) {
            auto sent = read_ ? send_read(on) : os::send_file(on.get(), file_, offset_, left_);
            if (!sent) {
                if (os::is_would_block(sent.error())) return false;
                if (!read_ && cannot_be_sent(sent.error())) {
                    read_ = true;
                    continue;
                }
                error_ = sent.error().value();
                return true;
            }
            if (*sent == 0) {  // P6: it is shorter than it was
                error_ = static_cast<int>(std::errc::invalid_seek);
                return true;
            }
            offset_ += *sent;
            left_ -= *sent;
        }
        return true;
    }
    coracle::result<void> result() const noexcept {
        if (error_ != 0) return failure(std::error_code(error_, std::system_category()));
        return {};
    }

private:
    static bool cannot_be_sent(const std::error_code& why) noexcept {
        return why == std::errc::invalid_argument || why == std::errc::function_not_supported ||
               why == std::errc::operation_not_supported;
    }
    coracle::result<std::size_t> send_read(loop::descriptor& on) noexcept {
        auto room = on.home().scratch();
        auto most = static_cast<std::size_t>(left_ < room.size() ? left_ : room.size());
        auto count = os::read_some_at(file_, offset_, room.data(), most);
        if (!count || *count == 0) return count;
        return os::send_some(on.get(), {room.data(), *count});
    }

    int file_;
    std::uint64_t offset_;
    std::uint64_t left_;
    int error_ = 0;
    bool read_ = false;
};

}  // namespace detail

/// A byte_stream over a socket. Moves while nobody waits for it; never leaves its loop.
class socket_stream {
    template <class Attempt>
    using operation = loop::descriptor::operation<Attempt>;

public:
    /// Of the current reactor. in: a connected, non-blocking socket.
    /// error: std::system_error when the kernel refuses to watch it (no memory left); the socket is closed then.
    socket_stream(os::file_descriptor socket, address peer)
        : socket_stream(std::make_unique<loop::descriptor>(std::move(socket)), std::move(peer)) {}
    socket_stream(std::unique_ptr<loop::descriptor> socket, address peer) noexcept
        : descriptor_(std::move(socket)), peer_(std::move(peer)) {}
    socket_stream(socket_stream&&) noexcept = default;
    socket_stream& operator=(socket_stream&&) noexcept = default;

    /// The view is into the loop's scratch room, shared by all of its streams: no memory while nothing arrives.
    operation<detail::scratch_read_attempt> read() {
        return descriptor_->until(loop::direction::in, detail::scratch_read_attempt(*descriptor_));
    }
    operation<detail::read_attempt> read(std::span<char> room) {
        CORACLE_ASSERT(!room.empty());
        return descriptor_->until(loop::direction::in, detail::read_attempt(room));
    }
    /// Head and body in one system call as far as the kernel takes them, without copying them together.
    /// keeps: the bytes must stay where they are until it has returned.
    operation<detail::write_attempt> write(std::string_view head, std::string_view body = {}) {
        return descriptor_->until(loop::direction::out, detail::write_attempt(head, body));
    }

    /// Bytes of an open file, without a way through this process where the kernel can.
    /// keeps: the file must stay open until it has returned. error: also invalid_seek, when the file ends before (P6),
    /// and io_error of the disk.
    operation<detail::file_attempt> send_file(int file, std::uint64_t offset, std::uint64_t count) {
        return descriptor_->until(loop::direction::out, detail::file_attempt(file, offset, count));
    }

    result<std::size_t> try_write(std::string_view bytes) noexcept {
        auto sent = os::send_some(descriptor_->get(), bytes);
        if (!sent && os::is_would_block(sent.error())) return std::size_t{0};
        return sent;
    }

    /// What has come, without waiting; nothing when a read would wait. For who is told of what happens on it.
    std::optional<result<std::size_t>> try_read(std::span<char> room) noexcept {
        auto count = os::receive(descriptor_->get(), room);
        if (!count && os::is_would_block(count.error())) return std::nullopt;
        return count;
    }

    /// Who reads goes on with the error that nothing is there to be read: for who wants the socket back.
    void excuse_reader() noexcept { descriptor_->excuse(loop::direction::in); }
    /// Gives the socket away, with what has come and was not read. in: nobody reads or writes.
    os::file_descriptor release() noexcept { return descriptor_->release(); }
    void shutdown_read() noexcept { os::shutdown_receiving(descriptor_->get()); }
    result<void> shutdown_write() noexcept { return os::shutdown_sending(descriptor_->get()); }
    void close() noexcept {
        if (descriptor_) descriptor_->close();  // it has moved elsewhere
    }
    /// Closes with a reset: nothing more is sent, and the peer's next call fails.
    void abort() noexcept {
        [[maybe_unused]] auto best_effort = os::reset_on_close(descriptor_->get());
        descriptor_->close();
    }
    bool is_open() const noexcept { return descriptor_->is_open(); }
    bool hung_up() const noexcept { return descriptor_->hung_up(); }
    /// A read would not wait: something has come, or the end. cost: a system call.
    bool readable() const noexcept {
        char byte;
        auto seen = os::peek(descriptor_->get(), std::span<char>(&byte, 1));
        return seen || !os::is_would_block(seen.error());
    }
    void tell(loop::edge_watcher* who) noexcept { descriptor_->tell(who); }
    const address& peer() const noexcept { return peer_; }
    /// Bytes that the peer has taken since it connected; nothing where the system does not say.
    std::optional<std::uint64_t> acknowledged() const noexcept { return os::bytes_acknowledged(descriptor_->get()); }
    /// For system calls that this class does not know; -1 when it is closed.
    int native_handle() const noexcept { return descriptor_->get(); }

private:
    std::unique_ptr<loop::descriptor> descriptor_;
    address peer_;
};

/// Once it is connected a TCP stream is a socket_stream like any other, and so is a unix stream.
using tcp_stream = socket_stream;
using unix_stream = socket_stream;

static_assert(byte_stream<socket_stream>);

}  // namespace coracle::net
