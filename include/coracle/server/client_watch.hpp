// client_watch: whether a client is still there, while a handler waits for something and nobody reads its stream.
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/base/byte_buffer.hpp>
#include <coracle/base/result.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/server/meter.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace coracle::server {

/// What is known of a client that is not heard.
enum class presence : std::uint8_t {
    here,
    silent,  ///< it has ended its stream: it waits for its answer, or it has gone
    gone,    ///< what was sent to it came back
};

/// Of one request. A client that has ended its stream and one that has gone look the same until something is sent to
/// them: who is gone answers with a reset. So it is sent a probe, which stands where the answer is now and means
/// nothing. What is answered already goes out meanwhile, as far as the client takes it.
class client_watch {
public:
    // A client that ends its stream early may still want its answer; most handlers have it by then. A page that gives
    // up a request looks the same, and what it asked for is to end within 50 ms.
    static constexpr std::chrono::milliseconds probe_time{40};
    static constexpr std::chrono::seconds heartbeat_time{15};

    /// in: the job of the handler, and in it what makes the next piece of the answer, if that waits.
    void begin(async::job& handler, async::cancel_scope* making = nullptr) noexcept {
        handler_ = &handler;
        making_ = making;
        on_ = true;
    }
    /// False: it was not on.
    bool end() noexcept { return std::exchange(on_, false); }
    bool is_on() const noexcept { return on_; }
    /// Whether it is the answer that waits, and not the handler for what it will answer.
    bool makes_answer() const noexcept { return making_ != nullptr; }

    /// The answer comes to its end: what makes its next piece makes none.
    void stop_making() noexcept {
        if (making_) making_->cancel();
    }
    /// Nobody wants the answer.
    void cancel() noexcept { making_ ? making_->cancel() : handler_->root().cancel(); }

    /// Something has happened on the stream. Silent: ask() it, after probe_time.
    template <net::byte_stream Stream>
    presence look(Stream& stream, byte_buffer& unsent, meter& counts) noexcept {
        send(stream, unsent, counts);
        if (!stream.hung_up()) return presence::here;
        // Nothing is sent with this, but a connection that has been reset says so.
        if (!stream.try_write({})) return presence::gone;
        return probed_ ? presence::here : presence::silent;
    }
    /// in: what may stand where the answer is now and means nothing, if there is such a thing.
    template <net::byte_stream Stream>
    presence ask(Stream& stream, byte_buffer& unsent, meter& counts, std::string_view probe) {
        probed_ = probed_ || stream.hung_up();
        if (unsent.empty()) {
            unsent.append(probe);
            send(stream, unsent, counts);
        }
        return after_probe(stream);
    }
    /// The same at every heartbeat_time of an answer without end. A client that took less than `least` bytes from one
    /// beat to the next, while more waited for it, has gone, or as good as. in: what writes the beat, which is its
    /// probe.
    template <net::byte_stream Stream, class Write>
    presence beat(Stream& stream, byte_buffer& unsent, meter& counts, std::uint64_t least, Write write) {
        probed_ = probed_ || stream.hung_up();
        bool waits = !unsent.empty();
        if (waits && held_up_) {
            std::uint64_t more = taken_by(stream, counts) - taken_;
            if (more == 0 || more < least) return presence::gone;
        }
        held_up_ = waits;
        if (!waits) write();
        send(stream, unsent, counts);
        taken_ = held_up_ ? taken_by(stream, counts) : 0;
        return after_probe(stream);
    }

private:
    template <class Stream>
    void send(Stream& stream, byte_buffer& unsent, meter& counts) noexcept {
        if (unsent.empty()) return;
        if (result<std::size_t> sent = stream.try_write(unsent.view())) {
            counts.sent(*sent);
            unsent.consume(*sent);
        }
        held_up_ = held_up_ && !unsent.empty();
    }
    /// By the client, where the system tells it, for the system may hold a lot; else by the system.
    template <class Stream>
    static std::uint64_t taken_by(Stream& stream, const meter& counts) noexcept {
        if constexpr (requires { stream.acknowledged(); })
            if (std::optional<std::uint64_t> taken = stream.acknowledged()) return *taken;
        return counts.sent();
    }
    template <class Stream>
    static presence after_probe(Stream& stream) noexcept {
        return stream.hung_up() && !stream.try_write({}) ? presence::gone : presence::here;
    }

    async::job* handler_ = nullptr;
    async::cancel_scope* making_ = nullptr;
    bool on_ = false;
    bool probed_ = false;
    bool held_up_ = false;     // a beat found what was before it unsent, and some of it still is
    std::uint64_t taken_ = 0;  // when it did
};

}  // namespace coracle::server
