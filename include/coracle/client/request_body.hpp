// request_body: what a request carries: bytes, or a stream that is made while it is sent.
#pragma once

#include <coracle/async/task.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// A body that comes in pieces. One request reads it, once, unless it can be rewound.
class body_stream {
public:
    body_stream() noexcept = default;
    body_stream(const body_stream&) = delete;
    body_stream& operator=(const body_stream&) = delete;
    virtual ~body_stream() = default;

    /// Called before length() and read(), each time it is sent: opens what has to be opened.
    virtual task<> prepare() { co_return; }
    /// The next piece; nothing at the end. keeps: the view stays good until the next call.
    virtual task<std::optional<std::string_view>> read() = 0;
    /// How many bytes there are in all, when that is known: else they are sent as chunks.
    virtual std::optional<std::uint64_t> length() const { return std::nullopt; }
    /// Goes back to its first byte, for a redirect or a retry. False: it cannot.
    virtual bool rewind() { return false; }
};

/// Nothing, bytes, or a stream.
class request_body {
public:
    request_body() noexcept = default;
    explicit request_body(std::string bytes) noexcept : bytes_(std::move(bytes)), present_(true) {}
    explicit request_body(std::unique_ptr<body_stream> stream) noexcept
        : stream_(std::move(stream)), present_(stream_ != nullptr) {}

    /// There is one, perhaps of no bytes.
    bool present() const noexcept { return present_; }
    bool is_stream() const noexcept { return stream_ != nullptr; }
    /// Empty for a stream.
    std::string_view bytes() const noexcept { return bytes_; }
    /// Null for bytes.
    body_stream* stream() const noexcept { return stream_.get(); }
    std::optional<std::uint64_t> length() const {
        if (stream_) return stream_->length();
        return bytes_.size();
    }
    /// Makes it ready to be sent once more. False: it was a stream that cannot be made again.
    bool rewind() { return !taken_ && (!stream_ || stream_->rewind()); }
    /// For who sends it while the request goes its way; what stays here cannot be sent.
    request_body take() noexcept {
        request_body all = std::move(*this);
        taken_ = true;
        return all;
    }
    void clear() noexcept { *this = request_body(); }

private:
    std::string bytes_;
    std::unique_ptr<body_stream> stream_;
    bool present_ = false;
    bool taken_ = false;
};

}  // namespace coracle
