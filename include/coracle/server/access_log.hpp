// access_log: one line per answered request, in uvicorn's words, written once per turn of the loop.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/scheduler.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/http/status.hpp>

#include <cstdio>
#include <string>
#include <string_view>

namespace coracle::server {

/// Collects the lines of one loop and writes them in one go when the loop has served what was ready.
class access_log final : async::operation {
public:
    explicit access_log(std::FILE* to) noexcept : to_(to) {}
    ~access_log() { write(); }

    /// Appends `INFO:     127.0.0.1:60084 - "GET /docs?x=1 HTTP/1.1" 200 OK`. Bytes that could steer a terminal or
    /// break the line are written as \xHH.
    void line(std::string_view client, std::string_view method, std::string_view target, std::string_view version,
              int status) {
        lines_.append("INFO:     ");
        lines_.append(client);
        lines_.append(" - \"");
        append_escaped(method);
        lines_.push_back(' ');
        append_escaped(target);
        lines_.push_back(' ');
        lines_.append(version);
        lines_.append("\" ");
        lines_.append(std::to_string(status));
        lines_.push_back(' ');
        lines_.append(http::reason_phrase(status));
        lines_.push_back('\n');
        if (!linked()) async::scheduler::current().make_ready(*this);
    }

private:
    void append_escaped(std::string_view text) {
        static constexpr char digits[] = "0123456789abcdef";
        for (char c : text) {
            auto byte = static_cast<unsigned char>(c);
            if (byte >= 0x20 && byte < 0x7F && c != '"') {
                lines_.push_back(c);
                continue;
            }
            lines_.append("\\x");
            lines_.push_back(digits[byte >> 4]);
            lines_.push_back(digits[byte & 15]);
        }
    }
    void write() noexcept {
        if (lines_.empty()) return;
        std::fwrite(lines_.data(), 1, lines_.size(), to_);
        std::fflush(to_);
        lines_.clear();
    }
    bool ready() noexcept override {
        write();
        return false;
    }
    void cancel() noexcept override {}

    std::FILE* to_;
    byte_buffer lines_;
};

}  // namespace coracle::server
