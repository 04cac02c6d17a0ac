// resolver: the addresses of names, looked up on the thread pool, once for all who ask, and remembered for a while.
// RFC 6724 (their order, which the system keeps). Which hosts need no lookup: host_literal; what a name is: host_name.
#pragma once

#include <coracle/async/caller.hpp>
#include <coracle/async/checkpoint.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/intrusive_list.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/timer_queue.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/host_literal.hpp>
#include <coracle/net/host_name.hpp>
#include <coracle/net/lookup.hpp>
#include <coracle/net/name_cache.hpp>
#include <coracle/os/name_lookup.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace coracle::net {

/// Belongs to one thread; its tasks end before it does. A hundred tasks that ask for one name make one lookup. A task
/// that is cancelled leaves at once, and the others go on waiting; what nobody waits for any more is not begun.
/// in: `how` is for tests, and for those who have a better way than the system's.
/// The system tells no time to live: answers are kept for 30 s, unknown names for 2 s, other failures not at all.
class resolver {
public:
    using answer = resolve_answer;

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
        if (auto fault = service_fault(service); !fault.empty()) co_return refused_host(std::move(fault));
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
    using outcome_pointer = std::shared_ptr<const lookup_outcome>;
    class waiter;

    struct question {
        std::string key;
        std::shared_ptr<lookup> meeting;
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
            if (outcome_pointer outcome = of.meeting->take_outcome()) with.close(of, outcome);
        }
        ~waiter() { leave(); }

        bool await_ready() const noexcept { return false; }
        bool await_suspend(async::caller waiting) {
            if (refused()) {
                leave();  // the question may be gone when its turn comes
                return declined(waiting);
            }
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
        close_what_has_ended();
        question& made = open_.emplace_back();
        try {
            made.key = key;
            made.meeting = std::make_shared<lookup>();
            made.meeting->ended = [this, &made] { close(made, made.meeting->take_outcome()); };
            made.meeting->join(here);
            auto call = std::make_unique<lookup_call>(how_, host, service, wanted, made.meeting);
            here.offload_detached(*call);
            [[maybe_unused]] lookup_call* on_its_way = call.release();
        } catch (...) {
            open_.pop_back();
            throw;
        }
        return made;
    }

    /// Those that nobody waited for when they ended: nobody was told.
    void close_what_has_ended() noexcept {
        for (auto next = open_.begin(); next != open_.end();) {
            auto each = next++;
            if (!each->waiters.empty()) continue;
            if (outcome_pointer outcome = each->meeting->take_outcome())
                close(*each, outcome);
            else if (each->meeting->dropped())
                open_.erase(each);
        }
    }
    /// Remembers the answer, and gives it to all who wait.
    void close(question& done, const outcome_pointer& outcome) noexcept {
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
