// websocket_message: what the peer of a WebSocket has sent, as a value.
// RFC 6455 5.6.
#pragma once

#include <coracle/async/frame_pool.hpp>
#include <coracle/duplex/websocket_error.hpp>
#include <coracle/json/decode.hpp>
#include <coracle/json/validation.hpp>
#include <coracle/websocket/opcode.hpp>

#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle {

/// Text or bytes. cost: what is small comes from a pool of the thread, so that an echo allocates nothing.
class websocket_message {
public:
    /// error: std::bad_alloc.
    websocket_message(ws::data_kind kind, std::string_view bytes, bool first = true, bool last = true)
        : data_(bytes.empty() ? nullptr : static_cast<char*>(async::frame_pool::allocate(bytes.size()))),
          size_(bytes.size()),
          kind_(kind),
          first_(first),
          last_(last) {
        if (data_) std::memcpy(data_, bytes.data(), bytes.size());
    }
    websocket_message(websocket_message&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)),
          kind_(other.kind_),
          first_(other.first_),
          last_(other.last_) {}
    websocket_message& operator=(websocket_message&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        kind_ = other.kind_;
        first_ = other.first_;
        last_ = other.last_;
        return *this;
    }
    ~websocket_message() {
        if (data_) async::frame_pool::release(data_, size_);
    }

    bool is_text() const noexcept { return kind_ == ws::data_kind::text; }
    ws::data_kind kind() const noexcept { return kind_; }
    std::size_t size() const noexcept { return size_; }
    /// What it carries, whatever its kind. keeps: this message.
    std::string_view bytes() const noexcept { return {data_, size_}; }
    /// A copy that is yours. error: websocket_error 1003 for a binary message.
    std::string text() const {
        if (!is_text()) throw websocket_error(1003, "text was wanted, and this message is binary");
        return std::string(bytes());
    }
    /// What it says as JSON, of either kind. error: websocket_error 1007 that tells what is wrong with it.
    template <class T>
    T json() const {
        std::vector<validation_issue> issues;
        if (auto value = read_json_text<T>(bytes(), issues, "message")) return *std::move(value);
        throw not_json(issues);
    }

    /// Where messages come in pieces (websocket_options::pieces): whether this one begins, or ends, its message.
    bool first() const noexcept { return first_; }
    bool last() const noexcept { return last_; }

private:
    [[gnu::cold]] static websocket_error not_json(const std::vector<validation_issue>& issues) {
        std::string where;
        if (!issues.empty())
            for (const coracle::json& part : issues.front().loc.as_array())
                where += (where.empty() ? "" : ".") + (part.is_string() ? part.as_string() : part.dump());
        return websocket_error(
            1007, issues.empty() ? "the message is not the JSON that was wanted" : where + ": " + issues.front().msg);
    }

    char* data_;
    std::size_t size_;
    ws::data_kind kind_;
    bool first_;
    bool last_;
};

}  // namespace coracle
