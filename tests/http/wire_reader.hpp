// wire_reader: what a stream of bytes means as requests, told as lines of text. The least connection there can be:
// parser, decoder and exchange as the server uses them, with a handler that wants every body and answers at once.
#pragma once

#include <coracle/http/body_decoder.hpp>
#include <coracle/http/body_length.hpp>
#include <coracle/http/exchange.hpp>
#include <coracle/http/limits.hpp>
#include <coracle/http/refusal.hpp>
#include <coracle/http/request_head.hpp>
#include <coracle/http/request_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wire {

namespace http = coracle::http;

/// Bytes as visible text: \r \n \t \\ and \xHH for what cannot be seen.
inline std::string visible(std::string_view bytes) {
    std::string out;
    for (char c : bytes) {
        auto byte = static_cast<unsigned char>(c);
        constexpr std::string_view digits = "0123456789abcdef";
        if (c == '\r')
            out += "\\r";
        else if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\\')
            out += "\\\\";
        else if (byte < 0x20 || byte > 0x7e)
            (out += "\\x").append({digits[byte >> 4], digits[byte & 15]});
        else
            out += c;
    }
    return out;
}

/// Feed bytes in any pieces; read events() at the end.
class reader {
public:
    explicit reader(const http::limits& bounds = http::default_limits) : bounds_(bounds), parser_(bounds_) {}
    reader(const reader&) = delete;
    reader& operator=(const reader&) = delete;

    void feed(std::string_view bytes) {
        if (exchange_.whose() == http::turn::close) return;
        // Each time a new block of exactly this size: AddressSanitizer sees a read beyond it, and a view that was not
        // rebased looks into freed memory.
        std::size_t left = size_ - used_;
        std::unique_ptr<char[]> grown(new char[left + bytes.size()]);
        if (left) std::memcpy(grown.get(), bytes_.get() + used_, left);
        if (!bytes.empty()) std::memcpy(grown.get() + left, bytes.data(), bytes.size());
        bytes_ = std::move(grown);
        size_ = left + bytes.size();
        used_ = 0;
        while (step()) {
        }
    }

    /// One line for each event. What is not finished at the end is `more`.
    std::string events() const {
        std::string out = text_;
        if (!body_.empty()) out += "body " + visible(body_) + "\n";
        bool idle = exchange_.reads_head() && !parser_.started() && used_ == size_;
        if (exchange_.whose() != http::turn::close && !idle) out += "more\n";
        return out;
    }
    bool stays_open() const { return exchange_.reads_head() && !parser_.started() && used_ == size_; }
    const http::exchange& turns() const { return exchange_; }

private:
    std::string_view rest() const { return {bytes_.get() + used_, size_ - used_}; }

    bool step() {
        if (exchange_.reads_head()) return read_head();
        if (exchange_.reads_body()) return read_body();
        return false;
    }

    bool read_head() {
        switch (parser_.parse(rest(), head_)) {
            case http::parse_state::need_more:
                return false;
            case http::parse_state::refused:
                refuse(parser_.why());
                return false;
            case http::parse_state::complete:
                break;
        }
        used_ += parser_.consumed();
        parser_.reset();
        tell_head();
        exchange_.head_read(head_);
        if (auto why = decoder_.start(http::body_length_of(head_), bounds_)) {
            refuse(*why);
            return false;
        }
        if (exchange_.body_wanted(false)) text_ += "continue\n";
        if (!exchange_.reads_body()) end();
        return true;
    }

    bool read_body() {
        http::decoded got = decoder_.decode(rest());
        used_ += got.consumed;
        body_ += got.data;
        exchange_.body_bytes(got.consumed, bounds_);
        switch (got.state) {
            case http::body_state::need_more:
                return false;
            case http::body_state::data:
                return true;
            case http::body_state::refused:
                refuse(decoder_.why());
                return false;
            case http::body_state::complete:
                break;
        }
        exchange_.body_read();
        end();
        return true;
    }

    void tell_head() {
        text_ += "request " + std::string(head_.method_text) + " " + visible(head_.target.text) + " " +
                 std::string(http::version_text(head_.version)) + "\n";
        for (const auto& [name, value] : head_.fields) text_ += "field " + visible(name) + ": " + visible(value) + "\n";
    }

    void end() {
        if (!body_.empty()) text_ += "body " + visible(body_) + "\n";
        body_.clear();
        exchange_.begin_answer(bounds_);
        exchange_.end_answer();
        text_ += exchange_.whose() == http::turn::close ? "close\n" : "end\n";
    }

    void refuse(http::refusal why) {
        if (!body_.empty()) text_ += "body " + visible(body_) + "\n";
        body_.clear();
        const http::refusal_facts& facts = http::facts_of(why);
        text_ += "refused " + std::to_string(facts.status) + " " + std::string(facts.name) + "\n";
        if (exchange_.refuse(head_)) {
            exchange_.begin_answer(bounds_);
            exchange_.end_answer();
        }
    }

    http::limits bounds_;
    http::request_parser parser_;
    http::request_head head_{};
    http::body_decoder decoder_{};
    http::exchange exchange_{};
    std::unique_ptr<char[]> bytes_{};
    std::size_t size_ = 0;
    std::size_t used_ = 0;
    std::string body_{};
    std::string text_{};
};

/// The events of `bytes`, fed in pieces that end where `cuts` says.
inline std::string events_of(std::string_view bytes, const std::vector<std::size_t>& cuts = {},
                             const http::limits& bounds = http::default_limits) {
    reader r(bounds);
    std::size_t at = 0;
    for (std::size_t cut : cuts) {
        r.feed(bytes.substr(at, cut - at));
        at = cut;
    }
    r.feed(bytes.substr(at));
    return r.events();
}

/// The same, one byte at a time.
inline std::string events_bytewise(std::string_view bytes, const http::limits& bounds = http::default_limits) {
    reader r(bounds);
    for (char c : bytes) r.feed({&c, 1});
    return r.events();
}

}  // namespace wire
