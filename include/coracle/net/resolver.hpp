// resolver: the addresses of names, looked up on the thread pool, once for all who ask, and remembered for a while.
// RFC 6724 (their order), RFC 6761 6.3 (localhost), RFC 4007 11 (zones). What a name is: host_name.
#pragma once

#include <coracle/async/arrival.hpp>
#include <coracle/async/blocking_call.hpp>
#include <coracle/async/caller.hpp>
#include <coracle/async/checkpoint.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/timer_queue.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/host_name.hpp>
#include <coracle/net/ip_literal.hpp>
#include <coracle/net/name_cache.hpp>
#include <coracle/os/name_lookup.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::net {

using families = os::families;

/// Why a name has no address, for programs and in a sentence: "no address for 'nosuch.example': ...".
struct resolve_error {
    std::error_code code;
    std::string message;
};

/// How names are looked up. Blocks; called on threads of the pool, for several names at once; outlives the resolver
/// while one is under way. in: an ASCII name; a service by name, or nothing for port 0.
using name_lookup =
    function<result<std::vector<address>>(const std::string& host, const std::string& service, families wanted)>;

/// As the system does it.
inline result<std::vector<address>> look_up_by_system(const std::string& host, const std::string& service,
                                                      families wanted) {
    auto found = os::look_up(host, service, wanted);
    if (!found) return failure(found.error());
    std::vector<address> all;
    for (const os::socket_address& each : *found) all.emplace_back(each);
    return all;
}

namespace detail {

struct lookup_outcome {
    result<std::vector<address>> found = failure(std::error_code());
    std::exception_ptr thrown;
};

// Who owns what: a lookup under way belongs to itself, on its thread, and shares this with the resolver, which may go
// first, as may the loop. `home` is set only while a task waits, so while the loop is there to be told.
class lookup_meeting final : public async::arrival, public std::enable_shared_from_this<lookup_meeting> {
public:
    // Of the loop's thread.
    function<void()> ended;  // null once nobody is to be told

    /// On the loop's thread: from here on `home` is told. False when the lookup was dropped and never happens.
    bool join(async::scheduler& home) {
        std::lock_guard lock(mutex_);
        if (dropped_) return false;
        home_ = &home;
        return true;
    }
    /// Nobody waits any more. A lookup that has not begun never will.
    void leave() noexcept {
        std::lock_guard lock(mutex_);
        home_ = nullptr;
    }
    std::shared_ptr<const lookup_outcome> outcome() {
        std::lock_guard lock(mutex_);
        return outcome_;
    }

    /// On the pool's thread.
    bool still_wanted() noexcept {
        std::lock_guard lock(mutex_);
        dropped_ = home_ == nullptr;
        return !dropped_;
    }
    void settle(std::shared_ptr<const lookup_outcome> outcome) noexcept {
        std::lock_guard lock(mutex_);
        outcome_ = std::move(outcome);
        if (!home_) return;  // who asks next finds it
        under_way_ = shared_from_this();
        home_->deliver(*this);
    }

private:
    void arrived() noexcept override {
        auto self = std::move(under_way_);
        if (function<void()> tell = std::exchange(ended, nullptr)) tell();
    }
    void lost() noexcept override { auto self = std::move(under_way_); }

    std::shared_ptr<lookup_meeting> under_way_;
    std::mutex mutex_;  // guards what follows
    async::scheduler* home_ = nullptr;
    std::shared_ptr<const lookup_outcome> outcome_;
    bool dropped_ = false;
};

class lookup_call final : public async::blocking_call {
public:
    lookup_call(std::shared_ptr<name_lookup> how, std::string host, std::string service, families wanted,
                std::shared_ptr<lookup_meeting> meeting)
        : how_(std::move(how)),
          host_(std::move(host)),
          service_(std::move(service)),
          wanted_(wanted),
          meeting_(std::move(meeting)) {
        stands_in = lane::files;
    }

private:
    void run() noexcept override {
        std::unique_ptr<lookup_call> self(this);
        if (!meeting_->still_wanted()) return;
        auto outcome = std::make_shared<lookup_outcome>();
        try {
            outcome->found = (*how_)(host_, service_, wanted_);
        } catch (...) {
            outcome->thrown = std::current_exception();
        }
        meeting_->settle(std::move(outcome));
    }
    void arrived() noexcept override {}
    void lost() noexcept override {}

    std::shared_ptr<name_lookup> how_;
    std::string host_;
    std::string service_;
    families wanted_;
    std::shared_ptr<lookup_meeting> meeting_;
};

}  // namespace detail

/// Belongs to one thread; its tasks end before it does. A hundred tasks that ask for one name make one lookup. A task
/// that is cancelled leaves at once, and the others go on waiting; what nobody waits for any more is not begun.
/// in: `how` is for tests, and for those who have a better way than the system's.
/// The system tells no time to live: answers are kept for 30 s, unknown names for 2 s, other failures not at all.
class resolver {
public:
    using answer = result<std::vector<address>, resolve_error>;

    resolver() : resolver(name_lookup(&look_up_by_system)) {}
    explicit resolver(name_lookup how) : how_(std::make_shared<name_lookup>(std::move(how))) {}
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;
    ~resolver() {
        for (question& each : open_) each.meeting->ended = nullptr;
    }

    /// The addresses of `host` with `port`, the one to try first in front; never none.
    /// in: a name, "localhost", "192.0.2.1", "::1", "[::1]", "fe80::1%eth0". Only names are looked up.
    /// error: a sentence with the host and what is wrong; `cancelled`; what a lookup of your own throws.
    task<answer> resolve(std::string host, std::uint16_t port, families wanted = families::both) {
        if (auto known = without_lookup(host, port, wanted)) {
            co_await async::checkpoint();
            co_return std::move(*known);
        }
        auto outcome = co_await found(std::move(host), std::string(), wanted, port);
        co_return std::move(outcome);
    }
    /// The same with a port by number or by name: "443", "https".
    task<answer> resolve(std::string host, std::string service, families wanted = families::both) {
        if (auto port = ascii::parse_decimal<std::uint16_t>(service)) {
            auto numbered = co_await resolve(std::move(host), *port, wanted);
            co_return std::move(numbered);
        }
        if (auto fault = service_fault(service); !fault.empty()) co_return refused(std::move(fault));
        std::optional<answer> literal = without_lookup(host, 0, wanted);
        if (literal && !*literal) co_return std::move(*literal);
        if (literal) host = is_localhost(host) ? "localhost" : (*literal)->front().host();
        auto outcome = co_await found(std::move(host), std::move(service), wanted, std::nullopt);
        co_return std::move(outcome);
    }

    void keep_answers_for(std::chrono::nanoseconds time) noexcept { keep_answers_ = time; }
    void keep_unknown_for(std::chrono::nanoseconds time) noexcept { keep_unknown_ = time; }
    /// Looks up anew from here on.
    void forget() noexcept { cache_.clear(); }
    /// Answers that are kept, valid or not.
    std::size_t kept() const noexcept { return cache_.size(); }
    /// Names that are being looked up.
    std::size_t open() const noexcept { return open_.size(); }

private:
    using outcome_pointer = std::shared_ptr<const detail::lookup_outcome>;
    class waiter;

    struct question {
        std::string key;
        std::shared_ptr<detail::lookup_meeting> meeting;
        intrusive_list<waiter> waiters;
        loop::reactor* expecting = nullptr;  // while somebody waits

        void expect(loop::reactor& on) noexcept {
            if (!std::exchange(expecting, &on)) on.expect(1);
        }
        void expect_no_more() noexcept {
            if (loop::reactor* on = std::exchange(expecting, nullptr)) on->expect(-1);
        }
    };

    /// From its construction one of those who wait for the answer, or the owner of it.
    class [[nodiscard("write co_await before it")]] waiter final : public async::operation {
    public:
        waiter(resolver& with, question& of) : question_(&of) {
            loop::reactor& here = loop::reactor::current();
            of.waiters.push_back(*this);
            of.expect(here);
            of.meeting->join(here);
            if (outcome_pointer outcome = of.meeting->outcome()) with.close(of, std::move(outcome));
        }
        ~waiter() { leave(); }

        bool await_ready() const noexcept { return false; }
        bool await_suspend(async::caller waiting) {
            if (refused()) return declined(waiting);
            if (outcome_) return done_at_once(waiting);
            park(waiting);
            return true;
        }
        outcome_pointer await_resume() {
            throw_if_cancelled();
            return std::move(outcome_);
        }
        void cancel() noexcept override {
            leave();
            finish_cancelled();
        }
        void answered(outcome_pointer with) noexcept {
            question_ = nullptr;
            outcome_ = std::move(with);
            unlink();
            finish();
        }

    private:
        void leave() noexcept {
            question* left = std::exchange(question_, nullptr);
            if (!left) return;
            unlink();
            if (!left->waiters.empty()) return;
            left->meeting->leave();
            left->expect_no_more();
        }
        question* question_;
        outcome_pointer outcome_;
    };

    static failure<resolve_error> refused(std::string why) {
        return failure(resolve_error{std::make_error_code(std::errc::invalid_argument), std::move(why)});
    }
    static std::string no_address(std::string_view host, families wanted) {
        std::string kind = wanted == families::ipv4 ? "IPv4 " : wanted == families::ipv6 ? "IPv6 " : "";
        return "no " + kind + "address for " + quoted_host(host) + ": ";
    }
    static std::string service_fault(std::string_view service) {
        bool plain = !service.empty();
        bool digits = true;
        for (char c : service) {
            plain = plain && c > ' ' && c < '\x7f';
            digits = digits && ascii::is_digit(c);
        }
        if (plain && !digits) return {};
        return quoted_host(service) + " is no port from 0 to 65535 and no name of a service";
    }

    static std::optional<std::uint32_t> interface_of(std::string_view zone) {
        if (auto number = ascii::parse_decimal<std::uint32_t>(zone)) return number;
        std::uint32_t number = zone.empty() ? 0 : os::interface_number(std::string(zone));
        if (number == 0) return std::nullopt;
        return number;
    }

    /// The answer when it can be given at once: literals, localhost, and what cannot be a name at all.
    static std::optional<answer> without_lookup(std::string_view host, std::uint16_t port, families wanted) {
        std::vector<address> all;
        if (is_localhost(host) && host_name_fault(host).empty()) {
            ipv6_bytes loopback{};
            loopback.back() = 1;
            if (wanted != families::ipv4) all.emplace_back(loopback, port);
            if (wanted != families::ipv6) all.emplace_back(ipv4_bytes{127, 0, 0, 1}, port);
            return answer(std::move(all));
        }
        std::string_view inner = host;
        if (inner.starts_with('[') && inner.ends_with(']')) inner = inner.substr(1, inner.size() - 2);
        std::size_t percent = inner.find('%');
        if (auto six = parse_ipv6(inner.substr(0, percent))) {
            std::optional<std::uint32_t> scope = 0;
            if (percent != std::string_view::npos) scope = interface_of(inner.substr(percent + 1));
            if (!scope)
                return answer(refused(quoted_host(host) + " names an interface that this machine does not have"));
            if (wanted == families::ipv4) return answer(refused(no_address(host, wanted) + "it is an IPv6 address"));
            all.emplace_back(*six, port, *scope);
            return answer(std::move(all));
        }
        if (auto four = parse_ipv4(host)) {
            if (wanted == families::ipv6) return answer(refused(no_address(host, wanted) + "it is an IPv4 address"));
            all.emplace_back(*four, port);
            return answer(std::move(all));
        }
        if (std::string fault = host_name_fault(host); !fault.empty()) return answer(refused(std::move(fault)));
        return std::nullopt;
    }

    task<answer> found(std::string host, std::string service, families wanted, std::optional<std::uint16_t> port) {
        std::string key = ascii::lower(host);
        key += wanted == families::both ? '*' : wanted == families::ipv4 ? '4' : '6';
        key += service;
        outcome_pointer outcome;
        if (const outcome_pointer* kept = cache_.find(key, loop::reactor::current().turn_time())) {
            outcome = *kept;
            co_await async::checkpoint();
        } else {
            waiter here(*this, ask(key, host, service, wanted));
            outcome = co_await here;
        }
        if (outcome->thrown) std::rethrow_exception(outcome->thrown);
        if (!outcome->found || outcome->found->empty()) {
            std::error_code code = outcome->found ? os::name_not_known() : outcome->found.error();
            co_return failure(resolve_error{code, no_address(host, wanted) + code.message()});
        }
        std::vector<address> all = *outcome->found;
        if (port)
            for (address& each : all) each = each.with_port(*port);
        co_return std::move(all);
    }

    /// The lookup of this very question that is under way, or a new one.
    question& ask(const std::string& key, const std::string& host, const std::string& service, families wanted) {
        loop::reactor& here = loop::reactor::current();
        for (auto each = open_.begin(); each != open_.end(); ++each) {
            if (each->key != key) continue;
            if (each->meeting->join(here)) return *each;
            open_.erase(each);  // was dropped when nobody waited
            break;
        }
        question& made = open_.emplace_back();
        try {
            made.key = key;
            made.meeting = std::make_shared<detail::lookup_meeting>();
            made.meeting->ended = [this, &made] { close(made, made.meeting->outcome()); };
            made.meeting->join(here);
            auto call = std::make_unique<detail::lookup_call>(how_, host, service, wanted, made.meeting);
            here.offload_detached(*call);
            static_cast<void>(call.release());
        } catch (...) {
            open_.pop_back();
            throw;
        }
        return made;
    }

    /// Remembers the answer, and gives it to all who wait.
    void close(question& done, outcome_pointer outcome) noexcept {
        done.meeting->ended = nullptr;
        done.meeting->leave();
        done.expect_no_more();
        remember(std::move(done.key), outcome);
        while (!done.waiters.empty()) done.waiters.front().answered(outcome);
        open_.remove_if([&](const question& each) { return &each == &done; });
    }
    void remember(std::string key, const outcome_pointer& outcome) noexcept {
        if (outcome->thrown) return;
        const auto& found = outcome->found;
        bool unknown = found ? found->empty() : found.error() == os::name_not_known();
        if (!found && !unknown) return;
        auto keep = unknown ? keep_unknown_ : keep_answers_;
        if (keep <= keep.zero()) return;
        try {
            os::time_point now = loop::reactor::current().turn_time();
            cache_.store(std::move(key), outcome, loop::later(now, keep));
        } catch (...) {
            // no memory: it is looked up again
        }
    }

    std::shared_ptr<name_lookup> how_;
    std::list<question> open_;
    name_cache<outcome_pointer> cache_;
    std::chrono::nanoseconds keep_answers_ = std::chrono::seconds(30);
    std::chrono::nanoseconds keep_unknown_ = std::chrono::seconds(2);
};

}  // namespace coracle::net
