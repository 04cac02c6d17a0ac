// readiness: whether requests should be sent to this server, as its checks see it.
// The words are Kubernetes': alive is to be left running, ready is to be sent requests.
#pragma once

#include <coracle/app/stop_notice.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/exception_text.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/log.hpp>
#include <coracle/json/value.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/timeout.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle::server {

/// Belongs to an app; asked on every loop. However often it is asked, a check runs once at a time and loop, and not
/// again within `fresh`: who asks without end does not ask the database without end.
class readiness {
public:
    static constexpr std::chrono::milliseconds fresh{500};

    /// in: a function or a coroutine without parameters, that gives bool or nothing; what it throws is a no.
    template <class Check>
    void add(std::string name, Check call, std::chrono::milliseconds limit) {
        static_assert(std::is_invocable_v<Check&>, "coracle: a check for ready_when() takes no parameters");
        auto made = std::make_unique<check>();
        made->name = std::move(name);
        made->limit = limit;
        made->call = [call = std::move(call)]() mutable { return ask(call); };
        checks_.push_back(std::move(made));
    }

    /// What is told of it. W6: whether each check holds, never why not; that is for the log.
    struct verdict {
        bool ready = true;
        json told = json::object();
    };
    task<verdict> look() {
        verdict all;
        std::vector<std::shared_ptr<flight>> flights;
        flights.reserve(checks_.size());
        for (const auto& each : checks_) flights.push_back(begin(*each));
        for (std::size_t n = 0; n < checks_.size(); ++n) {
            [[maybe_unused]] bool in_time = co_await try_for(checks_[n]->limit, end_of(*flights[n]));
            bool good = flights[n]->done.is_set() && flights[n]->good;
            all.ready = all.ready && good;
            all.told[checks_[n]->name] = json(good ? "ok" : "failed");
        }
        co_return all;
    }

private:
    struct check {
        const std::uint64_t number = next_number();  // its address may be another's later
        std::string name;
        std::chrono::milliseconds limit{};
        function<task<bool>()> call;
        std::atomic<bool> held{true};  // when it was asked last
    };
    /// One run of a check on a loop, under way or over.
    struct flight {
        event done;
        bool good = false;
        os::time_point ended{};
    };
    /// A loop's own.
    struct flights_of_loop {
        struct entry {
            std::uint64_t number;
            std::shared_ptr<flight> last;
        };
        std::vector<entry> all;
    };

    static std::uint64_t next_number() noexcept {
        static constinit std::atomic<std::uint64_t> last{0};
        return ++last;
    }
    template <class Check>
    static task<bool> ask(Check& call) {
        using gives = std::invoke_result_t<Check&>;
        if constexpr (std::is_same_v<gives, task<bool>>) {
            return call();
        } else if constexpr (std::is_same_v<gives, task<>>) {
            return ask_for_nothing(call);
        } else {
            static_assert(std::is_void_v<gives> || std::is_convertible_v<gives, bool>,
                          "coracle: a check for ready_when() gives bool, or nothing, or a task of one of them");
            return ask_on_pool(call);
        }
    }
    template <class Check>
    static task<bool> ask_for_nothing(Check& call) {
        task<> work = call();
        co_await std::move(work);
        co_return true;
    }
    template <class Check>
    static task<bool> ask_on_pool(Check& call) {
        bool good = true;
        auto blocking = [&] {
            if constexpr (std::is_void_v<std::invoke_result_t<Check&>>)
                call();
            else
                good = static_cast<bool>(call());
        };
        co_await offload(blocking);
        co_return good;
    }

    static task<> end_of(flight& of) { co_await of.done.wait(); }
    std::shared_ptr<flight> begin(check& one) {
        auto& here = loop::reactor::current().own<flights_of_loop>();
        flights_of_loop::entry* mine = nullptr;
        for (auto& each : here.all)
            if (each.number == one.number) mine = &each;
        if (!mine) mine = &here.all.emplace_back(flights_of_loop::entry{one.number, nullptr});
        bool old =
            mine->last && mine->last->done.is_set() && loop::reactor::current().now() - mine->last->ended >= fresh;
        if (mine->last && !old) return mine->last;
        mine->last = std::make_shared<flight>();
        std::shared_ptr<flight> mine_now = mine->last;
        spawn(run(one, mine_now));
        return mine_now;
    }
    /// As a job of its own: who asked may have left, and another may have come.
    static task<> run(check& one, std::shared_ptr<flight> here) {
        std::string why;
        try {
            task<bool> work = one.call();
            here->good = co_await timeout(one.limit, std::move(work));
            if (!here->good) why = "it says no";
        } catch (const cancelled&) {
            why = "it was cancelled";
        } catch (...) {
            why = exception_trace(std::current_exception());
        }
        here->ended = loop::reactor::current().now();
        here->done.set();
        if (one.held.exchange(here->good) == here->good) co_return;
        if (here->good)
            log::info("ready again: " + one.name);
        else
            log::warning("not ready: " + one.name + " failed: " + why);
    }

    std::vector<std::unique_ptr<check>> checks_;
};

}  // namespace coracle::server
