// spool: where the files of a form wait for their handler: a mebibyte of memory, beyond that a file without a name.
// Starlette's SpooledTemporaryFile, but one for all files of a request: many small ones take no more memory than a
// large one, and one descriptor.
#pragma once

#include <coracle/app/disk_file.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/offload_detached.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/stop_token.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// Written from begin to end, then read in any order by any number of readers, in turn. The disk is used on the thread
/// pool, so no loop waits for it. error: std::system_error.
class spool {
public:
    static constexpr std::size_t most_in_memory = std::size_t{1} << 20;

    spool() = default;
    spool(const spool&) = delete;
    spool& operator=(const spool&) = delete;
    ~spool() {
        // To close the last descriptor of a large file takes the disk's time.
        if (!file_ || !async::scheduler::current_or_null()) return;
        try {
            auto closing = [held = std::move(file_)]() mutable { held.reset(); };
            offload_detached(lane::clean_up, std::move(closing));
        } catch (...) {  // no thread to be had: it was closed here
        }
    }

    std::uint64_t size() const noexcept { return size_; }
    /// Whether it has become a file.
    bool on_disk() const noexcept { return file_ != nullptr; }

    /// Behind what is there. When it is full() then, write_out() comes before the next call.
    void append(std::string_view bytes) {
        memory_.append(bytes);
        size_ += bytes.size();
    }
    bool full() const noexcept { return memory_.size() > (file_ ? written_at_once : most_in_memory); }
    task<> write_out() {
        auto writing = [this] {
            if (!file_) file_ = disk_file::unnamed();
            file_->append(memory_);
        };
        co_await offload(writing).on(lane::files);
        memory_.clear();
        if (memory_.capacity() > 2 * written_at_once) memory_.shrink_to_fit();
    }
    /// All is there: it can be read.
    task<> finish() {
        if (file_ && !memory_.empty()) co_await write_out();
        memory_.shrink_to_fit();
    }

    /// At most `most` bytes from `at`; empty at the end.
    task<std::string> read(std::uint64_t at, std::size_t most) {
        if (!file_) co_return read_now(at, most);
        auto reading = [this, at, most] { return read_now(at, most); };
        std::string bytes = co_await offload(reading).on(lane::files);
        co_return bytes;
    }
    /// The same where it stands, for plain functions, which run on the pool.
    std::string read_now(std::uint64_t at, std::size_t most) {
        most = static_cast<std::size_t>(std::min<std::uint64_t>(most, at < size_ ? size_ - at : 0));
        if (!file_) return most == 0 ? std::string() : memory_.substr(static_cast<std::size_t>(at), most);
        std::string bytes;
        while (bytes.size() < most) {
            std::string more = file_->read_at(at + bytes.size(), most - bytes.size());
            if (more.empty()) break;
            bytes += more;
        }
        return bytes;
    }
    /// Writes `count` bytes from `at` into another file and keeps that. Leaves off, and keeps nothing, when asked to.
    void copy_now(std::uint64_t at, std::uint64_t count, disk_file& to, const stop_token& stop) {
        while (count != 0 && !stop.stop_requested()) {
            std::string bytes = read_now(at, static_cast<std::size_t>(std::min<std::uint64_t>(count, most_in_memory)));
            if (bytes.empty()) break;
            to.append(bytes);
            at += bytes.size();
            count -= bytes.size();
        }
        if (!stop.stop_requested()) to.keep();
    }

private:
    static constexpr std::size_t written_at_once = 256 * 1024;

    std::string memory_;
    std::unique_ptr<disk_file> file_;
    std::uint64_t size_ = 0;
};

}  // namespace coracle
