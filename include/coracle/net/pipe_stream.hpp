// pipe_stream: one end of a pipe, or a terminal, as a stream of bytes on this thread's loop.
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/descriptor.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/pipe.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::net {

namespace detail {

/// A descriptor, and whether its reader has been sent home.
struct pipe_end {
    explicit pipe_end(os::file_descriptor fd) : descriptor(std::move(fd)) {}
    bool deaf = false;
    loop::descriptor descriptor;
};

/// Reads once: into the loop's scratch room when none is given.
class pipe_read {
public:
    pipe_read(pipe_end& from, std::span<char> room) noexcept : from_(&from), room_(room) {}
    bool operator()(loop::descriptor& on) noexcept {
        got_ = from_->deaf ? std::size_t{0} : os::read_some(on.get(), room_);
        if (!got_) return !os::is_would_block(got_.error());
        if (*got_ < room_.size() && !from_->deaf) on.exhausted(loop::direction::in);
        return true;
    }
    coracle::result<std::size_t> result() const noexcept { return got_; }

private:
    pipe_end* from_;
    std::span<char> room_;
    coracle::result<std::size_t> got_ = std::size_t{0};
};

class pipe_read_view {
public:
    explicit pipe_read_view(pipe_end& from)
        : scratch_(from.descriptor.home().scratch().data()), inner_(from, from.descriptor.home().scratch()) {}
    bool operator()(loop::descriptor& on) noexcept { return inner_(on); }
    coracle::result<std::string_view> result() const noexcept {
        auto count = inner_.result();
        if (!count) return failure(count.error());
        return std::string_view(scratch_, *count);
    }

private:
    const char* scratch_;
    pipe_read inner_;
};

class pipe_write {
public:
    pipe_write(std::string_view first, std::string_view second) noexcept : first_(first), second_(second) {}
    bool operator()(int fd) noexcept {
        for (std::string_view* part : {&first_, &second_}) {
            while (!part->empty()) {
                auto taken = os::write_some(fd, *part);
                if (!taken) {
                    if (os::is_would_block(taken.error())) return false;
                    error_ = taken.error();
                    return true;
                }
                part->remove_prefix(*taken);
            }
        }
        return true;
    }
    coracle::result<void> result() const noexcept {
        if (error_) return failure(error_);
        return {};
    }

private:
    std::string_view first_;
    std::string_view second_;
    std::error_code error_;
};

}  // namespace detail

/// A byte_stream over a descriptor that is no socket. A pipe goes one way: its other direction is an error
/// (bad_file_descriptor). A writer is held back while the pipe is full (64 KiB on Linux), and gets broken_pipe, never a
/// SIGPIPE, when nobody reads any more. Moves while nobody waits for it; never leaves its loop.
class pipe_stream {
    template <class Attempt>
    using operation = loop::descriptor::operation<Attempt>;

public:
    /// Of the current reactor. Makes the descriptor non-blocking, for everybody who shares the open file.
    /// error: std::system_error (not open; a plain file, which no poller watches); the descriptor is closed then.
    explicit pipe_stream(os::file_descriptor end) {
        if (auto done = os::set_blocking(end.get(), false); !done)
            throw std::system_error(done.error(), "coracle: a pipe that is not open");
        end_ = std::make_unique<detail::pipe_end>(std::move(end));
    }
    pipe_stream(pipe_stream&&) noexcept = default;
    pipe_stream& operator=(pipe_stream&&) noexcept = default;

    operation<detail::pipe_read_view> read() {
        return end_->descriptor.until(loop::direction::in, detail::pipe_read_view(*end_));
    }
    operation<detail::pipe_read> read(std::span<char> room) {
        CORACLE_ASSERT(!room.empty());
        return end_->descriptor.until(loop::direction::in, detail::pipe_read(*end_, room));
    }
    /// keeps: the bytes must stay where they are until it has returned.
    operation<detail::pipe_write> write(std::string_view head, std::string_view body = {}) {
        return end_->descriptor.until(loop::direction::out, detail::pipe_write(head, body));
    }
    result<std::size_t> try_write(std::string_view bytes) noexcept {
        auto taken = os::write_some(end_->descriptor.get(), bytes);
        if (!taken && os::is_would_block(taken.error())) return std::size_t{0};
        return taken;
    }

    /// A pipe's one end knows one direction: both of these close it.
    void shutdown_read() noexcept {
        end_->deaf = true;
        end_->descriptor.close();
    }
    result<void> shutdown_write() noexcept {
        end_->descriptor.close();
        return {};
    }
    void close() noexcept { end_->descriptor.close(); }
    bool is_open() const noexcept { return end_->descriptor.is_open(); }
    bool hung_up() const noexcept { return end_->descriptor.hung_up(); }
    /// Nobody: a pipe has no address.
    const address& peer() const noexcept {
        static const address nobody;
        return nobody;
    }
    /// For system calls that this class does not know; -1 when it is closed.
    int native_handle() const noexcept { return end_->descriptor.get(); }

private:
    std::unique_ptr<detail::pipe_end> end_;
};

static_assert(byte_stream<pipe_stream>);

}  // namespace coracle::net
