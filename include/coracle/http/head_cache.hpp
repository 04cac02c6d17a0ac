// head_cache: the beginnings of answers, ready-made: status line, server, date and content type in one block.
// RFC 9112 4 (status line), RFC 9110 6.6.1 (date), 10.2.4 (server).
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/base/same_text.hpp>
#include <coracle/http/date.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/status.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coracle::http {

/// Blocks for the few pairs of status and content type that a server sends all day, each rendered once and its date
/// rewritten once a second. One per loop; it has no clock: somebody calls tick(). Fixed size, whatever is asked of it.
class head_cache {
public:
    /// `server` stands in the server field; empty: there is none. Error: std::invalid_argument.
    /// in: whether there is a date; more fields as they stand in a head, as field_list::wire() has them.
    explicit head_cache(std::string_view server = "coracle", bool dated = true, std::string_view more = {})
        : server_(server), more_(more), dated_(dated) {
        if (!is_field_value(server))
            throw std::invalid_argument("the name of the server must have no control characters and no outer spaces");
        write_date(0, date_.data());
    }

    /// What time it is, in seconds since 1970. Cost: nothing unless the second is another one.
    void tick(std::int64_t unix_seconds) noexcept {
        if (unix_seconds == now_) return;
        now_ = unix_seconds;
        write_date(unix_seconds, date_.data());
        for (slot& each : slots_)
            if (each.size != 0 && dated_) std::memcpy(each.text.data() + each.date_at, date_.data(), date_size);
    }
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, as of the last tick.
    std::string_view date() const noexcept { return {date_.data(), date_size}; }

    /// What every block ends with: the length is written behind it, or it is cut off where none belongs.
    static constexpr std::string_view length_field = "content-length: ";

    /// Everything from `HTTP/1.1` to `content-length: `; without a content-type line when `type` is empty. Valid until
    /// the next call. Error: std::invalid_argument for a status not in 100..599 and a type that is no field value.
    [[gnu::always_inline]] std::string_view block(int status, std::string_view type) {
        slot& last = slots_[last_];
        if (last.holds(status, type)) [[likely]]
            return last.block();
        return other_block(status, type);
    }

    /// The same without the server's own field, made afresh; valid until the next call.
    [[gnu::cold]] std::string_view without_server(int status, std::string_view type) {
        large_ = render(status, type, false);
        return large_;
    }

    /// The same made afresh, with the server's own field only if `with_server`.
    std::string render(int status, std::string_view type, bool with_server = true) const {
        if (!is_status(status))
            throw std::invalid_argument("an HTTP status is a number from 100 to 599, not " + std::to_string(status));
        if (!is_field_value(type))
            throw std::invalid_argument("a content type must have no control characters and no outer spaces");
        std::string out = "HTTP/1.1 " + std::to_string(status) + ' ';
        out.append(reason_phrase(status)).append("\r\n");
        if (with_server && !server_.empty()) out.append("server: ").append(server_).append("\r\n");
        if (dated_) out.append("date: ").append(date()).append("\r\n");
        out.append(more_);
        if (!type.empty()) out.append("content-type: ").append(type).append("\r\n");
        return out.append(length_field);
    }

private:
    struct slot {
        int status = 0;
        std::uint16_t size = 0;  // 0: free
        std::uint16_t date_at = 0;
        std::uint16_t type_size = 0;
        std::array<char, 246> text{};
        [[gnu::always_inline]] bool holds(int wanted, std::string_view wanted_type) const noexcept {
            return size != 0 && status == wanted && same_text(type(), wanted_type);
        }
        std::string_view block() const noexcept { return {text.data(), size}; }
        // Its place follows from the end: `X` CR LF `content-length: `.
        std::string_view type() const noexcept {
            return {text.data() + size - length_field.size() - (type_size ? 2 + type_size : 0), type_size};
        }
    };

    [[gnu::noinline]] std::string_view other_block(int status, std::string_view type) {
        for (std::size_t i = 0; i < slots_.size(); ++i)
            if (slots_[i].holds(status, type)) {
                last_ = i;
                return slots_[i].block();
            }
        std::string text = render(status, type);
        if (text.size() > slots_[0].text.size()) {
            large_ = std::move(text);
            return large_;
        }
        last_ = victim_++ % slots_.size();
        slot& made = slots_[last_];
        made.status = status;
        made.size = static_cast<std::uint16_t>(text.size());
        made.date_at = static_cast<std::uint16_t>(dated_ ? text.find("\r\ndate: ") + 8 : 0);
        made.type_size = static_cast<std::uint16_t>(type.size());
        std::memcpy(made.text.data(), text.data(), text.size());
        return made.block();
    }

    std::string server_;
    std::string more_;
    bool dated_;
    std::int64_t now_ = 0;
    std::array<char, date_size> date_{};
    std::array<slot, 8> slots_{};
    std::size_t last_ = 0;
    std::size_t victim_ = 0;
    std::string large_{};
};

}  // namespace coracle::http
