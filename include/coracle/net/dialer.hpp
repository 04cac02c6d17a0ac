// dialer: a stream to a host by its name, over whichever of its addresses answers first. Happy eyeballs.
// RFC 8305 4 (the order of the addresses) and 5 (how attempts begin, and which one wins).
#pragma once

#include <coracle/async/event.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/timer_queue.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/net/connect.hpp>
#include <coracle/net/host_name.hpp>
#include <coracle/net/resolve.hpp>
#include <coracle/net/resolver.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/os/poller.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::net {

/// Why there is no stream: for programs, in a sentence with the host, and address by address in the order of the ends.
struct connect_error {
    struct attempt {
        address where;
        std::error_code code;
    };
    std::error_code code;
    std::string message;
    std::vector<attempt> attempts;
};

/// The same addresses, those of the first one's family and the others by turns: no family that is broken on the way
/// holds up the other.
inline std::vector<address> interleaved(const std::vector<address>& all) {
    std::vector<address> order;
    std::size_t next[2] = {0, 0};  // of the first one's family, and of the others
    auto find = [&](bool other) {
        std::size_t at = next[other];
        while (at < all.size() && (all[at].family() != all.front().family()) != other) ++at;
        next[other] = at + 1;
        return at;
    };
    for (bool other = false; order.size() < all.size(); other = !other)
        if (std::size_t at = find(other); at < all.size()) order.push_back(all[at]);
    return order;
}

/// Tries the addresses of a name one after the other, each 250 ms after the one before, or as soon as one has failed.
/// The first stream wins; the other attempts are cancelled and have ended, with their sockets, before it is given.
/// in: `dial` is for tests, and for streams of another kind.
template <byte_stream Stream = socket_stream>
class dialer {
public:
    using dial_function = function<task<result<Stream>>(address)>;
    using answer = result<Stream, connect_error>;

    dialer()
        requires std::same_as<Stream, socket_stream>
        : dialer(dial_function([](address where) { return net::connect(std::move(where)); })) {}
    explicit dialer(dial_function dial) : dial_(std::move(dial)) {}
    dialer(const dialer&) = delete;
    dialer& operator=(const dialer&) = delete;

    /// RFC 8305 8 allows 10 ms to 2 s.
    void begin_attempts_after(std::chrono::nanoseconds delay) noexcept { delay_ = delay; }

    /// in: as resolver::resolve(), a port by number or by name. keeps: this and the resolver.
    /// error: that of the name, or of all its addresses together; `cancelled`; what the dial function throws.
    template <class Port>
    task<answer> connect(resolver& names, std::string host, Port port, families wanted = families::both) {
        std::string whom = quoted_host(host);
        auto found = co_await names.resolve(std::move(host), std::move(port), wanted);
        if (!found) co_return failure(connect_error{found.error().code, found.error().message, {}});
        whom += " port " + std::to_string(found->front().port());
        auto stream = co_await race(interleaved(*found), std::move(whom));
        co_return std::move(stream);
    }
    /// To whichever of these addresses answers first, tried in this order.
    task<answer> connect(std::vector<address> all) { return race(std::move(all), {}); }

private:
    struct contest {
        event news;
        std::size_t running = 0;
        bool broken = false;  // an attempt has thrown
        std::optional<Stream> winner;
        std::vector<connect_error::attempt> failures;
        task_group attempts;  // goes first: they use the rest
    };
    class alarm final : loop::timer {
    public:
        explicit alarm(event& rings) noexcept : rings_(rings) {}
        void set(std::chrono::nanoseconds after) {
            loop::reactor& on = loop::reactor::current();
            on.timers().arm(*this, loop::later(on.now(), after));
        }
        void clear() noexcept { disarm(); }

    private:
        void fire(os::time_point) noexcept override { rings_.set(); }
        event& rings_;
    };
    class runner {
    public:
        explicit runner(contest& in) noexcept : in_(in) { ++in_.running; }
        runner(const runner&) = delete;
        runner& operator=(const runner&) = delete;
        void ended_well() noexcept { ended_well_ = true; }
        ~runner() {
            --in_.running;
            in_.broken = in_.broken || !ended_well_;
            in_.news.set();
        }

    private:
        contest& in_;
        bool ended_well_ = false;
    };

    task<answer> race(std::vector<address> order, std::string whom) {
        contest all;
        std::exception_ptr interrupted;
        try {
            co_await begin_attempts(order, all);
        } catch (...) {
            interrupted = std::current_exception();
        }
        all.attempts.cancel();
        co_await all.attempts.join();
        if (interrupted) std::rethrow_exception(interrupted);
        if (!all.winner) co_return failure(told(whom, std::move(all.failures)));
        co_return std::move(*all.winner);
    }

    /// Until one has won or all have failed.
    task<> begin_attempts(const std::vector<address>& order, contest& all) {
        alarm next(all.news);
        for (std::size_t i = 0; i < order.size() || all.running > 0;) {
            all.news.clear();
            if (i < order.size()) {
                all.attempts.spawn(attempt(order[i++], all));
                next.set(delay_);
            }
            if (!all.winner) co_await all.news.wait();
            next.clear();
            if (all.winner || all.broken) co_return;
        }
    }

    task<> attempt(address where, contest& all) {
        runner here(all);
        auto stream = co_await dial_(where);
        if (!stream)
            all.failures.push_back(connect_error::attempt{std::move(where), stream.error()});
        else if (!all.winner)
            all.winner.emplace(std::move(*stream));
        here.ended_well();
    }

    static connect_error told(const std::string& whom, std::vector<connect_error::attempt> failures) {
        connect_error all{std::make_error_code(std::errc::address_not_available), "cannot connect", {}};
        if (!whom.empty()) all.message += " to " + whom;
        bool of_the_peer = false;
        for (std::size_t i = 0; i < failures.size(); ++i) {
            const auto& [where, code] = failures[i];
            all.message += (i == 0 ? ": " : "; ") + where.text() + ": " + code.message();
            // What a host says is worth more than that this machine has no way to it.
            bool no_way = code == std::errc::network_unreachable || code == std::errc::address_not_available ||
                          code == std::errc::address_family_not_supported || code == std::errc::host_unreachable;
            if (i == 0 || (!no_way && !of_the_peer)) all.code = code;
            of_the_peer = of_the_peer || !no_way;
        }
        if (failures.empty()) all.message += ": there is no address to try";
        all.attempts = std::move(failures);
        return all;
    }

    dial_function dial_;
    std::chrono::nanoseconds delay_ = std::chrono::milliseconds(250);
};

/// A TCP stream to a host by its name or literal address: `auto stream = co_await net::connect("example.org", 80);`
/// in: as resolve(). Has no deadline of its own but the kernel's: put it into a timeout.
/// error: `stream.error().message` says host and reason, of every address that was tried.
inline task<dialer<>::answer> connect(std::string host, std::uint16_t port, families wanted = families::both) {
    dialer<> by_name;
    auto stream = co_await by_name.connect(this_resolver(), std::move(host), port, wanted);
    co_return std::move(stream);
}
/// The same with a port by number or by name: "443", "https".
inline task<dialer<>::answer> connect(std::string host, std::string service, families wanted = families::both) {
    dialer<> by_name;
    auto stream = co_await by_name.connect(this_resolver(), std::move(host), std::move(service), wanted);
    co_return std::move(stream);
}

}  // namespace coracle::net
