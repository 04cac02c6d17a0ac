// trace_context: which distributed trace a request belongs to, taken from it and passed on.
// W3C Trace Context, level 1 (traceparent, tracestate); the random flag of level 2.
#pragma once

#include <coracle/app/hex_id.hpp>
#include <coracle/async/context_local.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/http/fields.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

/// One span of a trace: what this service does for one request, or a part of that.
class trace_context {
public:
    /// Of nothing: valid() is false.
    trace_context() noexcept = default;

    /// What a request says of the span that it came from; invalid when it says nothing, or nothing that can be
    /// understood (then its tracestate counts for nothing, too).
    static trace_context of(const http::fields& fields) {
        trace_context made;
        std::size_t lines = 0;
        for (std::string_view value : fields.get_all("traceparent")) {
            if (!made.read_parent(value)) return {};
            if (++lines > 1) return {};
        }
        if (made.valid()) made.read_state(fields);
        return made;
    }
    /// The first span of a new trace. in: on a loop; whether those who gather traces should keep it.
    static trace_context begin(bool sampled = true) {
        trace_context made;
        made.trace_ = hex_id<32>::make();
        made.span_ = hex_id<16>::make();
        made.flags_ = static_cast<unsigned char>((sampled ? sampled_flag : 0U) | random_flag);
        return made;
    }
    /// A span below this one, for a request to another service or a part of the work. in: valid, on a loop.
    trace_context child() const {
        trace_context made = *this;
        made.parent_ = span_;
        made.span_ = hex_id<16>::make();
        return made;
    }

    bool valid() const noexcept { return !trace_.empty() && !span_.empty(); }
    explicit operator bool() const noexcept { return valid(); }
    /// 32 hexadecimal digits, the same in all services that the request comes to.
    std::string_view trace_id() const noexcept { return trace_.text(); }
    /// 16 hexadecimal digits.
    std::string_view span_id() const noexcept { return span_.text(); }
    /// Of the span above this one; zeros when it is the first.
    std::string_view parent_id() const noexcept { return parent_.text(); }
    bool sampled() const noexcept { return (flags_ & sampled_flag) != 0; }
    /// What others say besides, to be passed on as it is; empty: nothing.
    const std::string& state() const noexcept { return state_; }

    /// The value of the field traceparent for whom this span calls: `00-<trace>-<span>-01`.
    std::string traceparent() const {
        std::string text = "00-";
        text.append(trace_id()).append("-").append(span_id()).append("-");
        return text.append({ascii::hex_digit(flags_ >> 4U), ascii::hex_digit(flags_)});
    }

    /// That of the request that is answered here, also in calls on the thread pool; invalid where there is none, or
    /// where the app does not use tracing().
    static const trace_context& current() noexcept { return here().get(); }
    /// Makes it the current one until the end of a block: `auto within = span.enter();` in: a job.
    auto enter() const { return here().set_within(*this); }

private:
    static constexpr unsigned sampled_flag = 1;
    static constexpr unsigned random_flag = 2;
    static constexpr std::size_t longest_state = 512;
    static constexpr std::size_t most_members = 32;

    static const context_local<trace_context>& here() noexcept {
        static const context_local<trace_context> span;
        return span;
    }

    bool read_parent(std::string_view value) noexcept {
        // version "-" trace "-" span "-" flags; later versions may go on behind another dash.
        if (value.size() < 55 || value[2] != '-' || value[35] != '-' || value[52] != '-') return false;
        auto version = hex_id<2>::read(value.substr(0, 2));
        auto trace = hex_id<32>::read(value.substr(3, 32));
        auto span = hex_id<16>::read(value.substr(36, 16));
        auto flags = hex_id<2>::read(value.substr(53, 2));
        if (!version || !trace || !span || !flags || version->text() == "ff") return false;
        if (trace->empty() || span->empty()) return false;
        if (version->empty() ? value.size() != 55 : value.size() > 55 && value[55] != '-') return false;
        trace_ = *trace;
        span_ = *span;
        unsigned known = *ascii::parse_hex(flags->text()) & (sampled_flag | random_flag);
        flags_ = static_cast<unsigned char>(known);
        return true;
    }
    void read_state(const http::fields& fields) {
        std::string all;
        std::size_t members = 0;
        for (std::string_view line : fields.get_all("tracestate")) {
            bool fine = true;
            http::for_each_element(line, [&](std::string_view member) {
                fine =
                    ++members <= most_members && is_member(member) && !names(all, member.substr(0, member.find('=')));
                if (!fine) return false;
                if (!all.empty()) all += ',';
                all += member;
                return all.size() <= longest_state;
            });
            if (!fine || all.size() > longest_state) return;
        }
        state_ = std::move(all);
    }
    /// Whether one of the members has this key.
    static bool names(std::string_view members, std::string_view key) noexcept {
        bool found = false;
        http::for_each_element(members, [&](std::string_view each) {
            found = each.substr(0, each.find('=')) == key;
            return !found;
        });
        return found;
    }
    static bool is_member(std::string_view member) noexcept {
        std::size_t equals = member.find('=');
        if (equals == 0 || equals == member.npos || equals > 256) return false;
        for (char c : member.substr(0, equals))
            if (!ascii::is_lower(c) && !ascii::is_digit(c) && std::string_view("_-*/@").find(c) == member.npos)
                return false;
        std::string_view value = member.substr(equals + 1);
        if (value.empty() || value.size() > 256) return false;
        for (char c : value)
            if (c < 0x20 || c > 0x7E || c == '=') return false;
        return true;
    }

    hex_id<32> trace_;
    hex_id<16> span_;
    hex_id<16> parent_;
    unsigned char flags_ = 0;
    std::string state_;
};

}  // namespace coracle
