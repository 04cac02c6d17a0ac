// file_body: pieces of a file as the body of an answer, with text between them. The file is never mapped (P6).
#pragma once

#include <coracle/app/outgoing_body.hpp>
#include <coracle/async/blocking_call.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/http/range.hpp>
#include <coracle/os/file.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/send_file.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coracle::server {

/// Owns the file. What is not in memory is brought there on the thread pool, so that the loop never waits for the disk.
class file_body final : public outgoing_body {
public:
    explicit file_body(os::file_descriptor file) noexcept : file_(std::move(file)) {}

    /// What is sent, in order.
    void add(std::string text) {
        size_ += text.size();
        parts_.push_back({std::move(text), {}});
    }
    void add(const http::byte_range& bytes) {
        size_ += bytes.length;
        parts_.push_back({{}, bytes});
    }

    std::optional<std::uint64_t> size() const noexcept override { return size_; }

    task<std::optional<piece>> next() override {
        while (at_ < parts_.size() && done_ == parts_[at_].size()) {
            ++at_;
            done_ = 0;
        }
        if (at_ == parts_.size()) co_return std::nullopt;
        const part& now = parts_[at_];
        piece made;
        if (!now.text.empty()) {
            made.bytes = now.text;
            done_ = now.text.size();
            co_return made;
        }
        made.file = file_.get();
        made.offset = now.bytes.first + done_;
        made.length = now.bytes.length - done_ < step ? now.bytes.length - done_ : step;
        done_ += made.length;
        if (!os::seems_cached(made.file, made.offset, made.length)) {
            auto fetch = [made] { bring_into_memory(made); };
            co_await offload(fetch).on(lane::files);
        }
        co_return made;
    }

private:
    struct part {
        std::string text;
        http::byte_range bytes;

        std::uint64_t size() const noexcept { return text.empty() ? bytes.length : text.size(); }
    };
    static constexpr std::uint64_t step = 256 * 1024;

    /// Reads it to nowhere. What the disk has to say against it will be said when it is sent.
    static void bring_into_memory(piece of) noexcept {
        char room[16 * 1024];
        while (of.length > 0) {
            auto most = static_cast<std::size_t>(of.length < sizeof room ? of.length : sizeof room);
            auto count = os::read_some_at(of.file, of.offset, room, most);
            if (!count || *count == 0) return;
            of.offset += *count;
            of.length -= *count;
        }
    }

    os::file_descriptor file_;
    std::vector<part> parts_;
    std::size_t at_ = 0;
    std::uint64_t done_ = 0;  // of the part at at_
    std::uint64_t size_ = 0;
};

}  // namespace coracle::server
