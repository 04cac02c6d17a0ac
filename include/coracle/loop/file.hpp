// file: files that do not hold the loop, by the file lane of the thread pool. aiofiles, anyio.open_file.
// Fact: poll(2) calls every plain file ready, so there is nothing to wait for but another thread.
#pragma once

#include <coracle/async/blocking_call.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/offload_detached.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/result.hpp>
#include <coracle/base/stop_token.hpp>
#include <coracle/os/file.hpp>
#include <coracle/os/named_error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace coracle {

using os::file_mode;
using os::named_error;

namespace loop {

namespace detail {

/// In the file lane: a cancelled call that has begun is waited for, since it may use what the awaiting coroutine holds.
template <class F>
auto in_files_lane(F& call) {
    auto request = offload(call);
    return std::move(request).on(lane::files);
}

}  // namespace detail

/// An open file: `co_await file.read(4096)`. Each call is made on a thread of the pool and awaited; any number of jobs
/// may use read_at() and write_at() at a time. error: os::named_error, with the path in its message; `cancelled`, and
/// then a call that had begun has been waited for. Bytes to write must stay where they are until it has returned.
/// It is closed by close(), which tells errors, or else when it goes, on the pool and in silence.
class file {
    // Before its uses, which deduce their types from it.
    template <class F>
    auto call(const char* verb, F f) {
        using returns = std::invoke_result_t<F&, os::file&>;
        auto calling = [held = open_, path = path_, verb, f]() mutable -> returns {
            if (!held) return os::named_failure(std::make_error_code(std::errc::bad_file_descriptor), verb, path);
            return f(*held);
        };
        return detail::in_files_lane(calling);
    }

public:
    explicit file(os::file open) : open_(std::make_shared<os::file>(std::move(open))), path_(open_->path()) {}
    file(file&&) noexcept = default;
    file& operator=(file&& other) noexcept {
        if (this != &other) {
            leave();
            open_ = std::move(other.open_);
            path_ = std::move(other.path_);
        }
        return *this;
    }
    ~file() { leave(); }

    const std::string& path() const noexcept { return path_; }
    bool is_open() const noexcept { return open_ != nullptr; }

    /// At most `most` bytes from where the last read() or write() ended, as std::string; empty at the end.
    auto read(std::size_t most) {
        return call("read", [most](os::file& on) { return on.read(most); });
    }
    auto read_at(std::uint64_t offset, std::size_t most) {
        return call("read", [offset, most](os::file& on) { return on.read_at(offset, most); });
    }
    /// The rest of it. error: file_too_large when that is more than `most`.
    auto read_all(std::size_t most = os::file::no_limit) {
        return call("read", [most](os::file& on) { return on.read_all(most); });
    }
    /// All of `bytes`.
    auto write(std::string_view bytes) {
        return call("write to", [bytes](os::file& on) { return on.write(bytes); });
    }
    auto write_at(std::uint64_t offset, std::string_view bytes) {
        return call("write to", [offset, bytes](os::file& on) { return on.write_at(offset, bytes); });
    }
    /// In bytes, as std::uint64_t.
    auto size() {
        return call("look at", [](os::file& on) { return on.size(); });
    }
    auto resize(std::uint64_t bytes) {
        return call("resize", [bytes](os::file& on) { return on.resize(bytes); });
    }
    /// What was written outlives a crash of the machine when it returns.
    auto sync() {
        return call("sync", [](os::file& on) { return on.sync(); });
    }
    /// No further call is taken; the last of those under way closes it, and otherwise this one, which then tells what
    /// the file system says. Once it is called the file is closed, cancelled or not.
    auto close() {
        bool last = open_.use_count() == 1;
        auto closing = [held = std::move(open_), path = path_, last]() mutable -> result<void, os::named_error> {
            if (!held) return os::named_failure(std::make_error_code(std::errc::bad_file_descriptor), "close", path);
            std::shared_ptr<os::file> mine = std::move(held);
            if (!last) return {};
            return mine->close();
        };
        return detail::in_files_lane(closing);
    }

private:
    void leave() noexcept {
        if (!open_ || !async::scheduler::current_or_null()) return open_.reset();
        try {
            auto closing = [held = std::move(open_)]() mutable { held.reset(); };
            offload_detached(lane::clean_up, std::move(closing));
        } catch (...) {  // no thread to be had: it was closed here
        }
    }

    std::shared_ptr<os::file> open_;  // shared with the calls under way
    std::string path_;
};

}  // namespace loop

/// `auto log = co_await open_file("app.log", file_mode::append);`, a result that holds a loop::file.
inline auto open_file(std::string path, file_mode mode = file_mode::read, unsigned permissions = 0666) {
    auto opening = [path = std::move(path), mode, permissions]() -> result<loop::file, named_error> {
        auto made = os::file::open(path, mode, permissions);
        if (!made) return failure(made.error());
        return loop::file(std::move(*made));
    };
    return loop::detail::in_files_lane(opening);
}

/// The whole file as a string: `auto page = co_await read_file("index.html");`
/// error: os::named_error, with the path in its message; file_too_large when it holds more than `most` bytes.
inline auto read_file(std::string path, std::size_t most = os::file::no_limit) {
    auto reading = [path = std::move(path), most](const stop_token& stop) { return os::read_file(path, most, stop); };
    return loop::detail::in_files_lane(reading);
}

/// Makes the file, or empties it, and writes all of `bytes`: who reads it meanwhile, or after a crash, finds a part.
/// keeps: the bytes must stay where they are until it has returned. error: os::named_error.
inline auto write_file(std::string path, std::string_view bytes) {
    auto writing = [path = std::move(path), bytes] { return os::write_file(path, bytes); };
    return loop::detail::in_files_lane(writing);
}
/// The same to the end of what is there.
inline auto append_file(std::string path, std::string_view bytes) {
    auto writing = [path = std::move(path), bytes] { return os::write_file(path, bytes, file_mode::append); };
    return loop::detail::in_files_lane(writing);
}
/// The same in one step: whoever opens the file finds all of the old or all of the new, also after a crash.
/// cost: the disk's time to write it, twice.
inline auto replace_file(std::string path, std::string_view bytes) {
    auto writing = [path = std::move(path), bytes] { return os::replace_file(path, bytes); };
    return loop::detail::in_files_lane(writing);
}

}  // namespace coracle
