// worker: one loop's share of a server: it accepts, serves, and ends when it is told to.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/log.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/deadline.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/sleep.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/listener.hpp>
#include <coracle/net/listening_socket.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/proxy_desk.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/workshop.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace coracle::server {

/// Belongs to the thread that calls serve(), except stop().
class worker {
public:
    worker(const app& app, const settings& how, loop::thread_pool& pool) : reactor_(pool), shop_(app, how, reactor_) {}

    /// Listens; clients can connect from here on. Error: what the system says of the address.
    result<net::address> open(const net::address& where, bool share_port, int backlog = 2048) {
        net::listen_options options;
        options.reuse_port = share_port;
        options.backlog = backlog;
        auto opened = net::listening_socket::open(where, options);
        if (!opened) return failure(opened.error());
        return take(std::move(*opened));
    }
    /// Listens at a door that is open already, too. in: `alone`: nobody else will accept who waits there when this has
    /// stopped, as the process whose socket it is.
    result<net::address> take(net::listening_socket socket, bool alone = true) {
        loop::reactor::presence here(reactor_);
        auto opened = net::listener::of(std::move(socket));
        if (!opened) return failure(opened.error());
        doors_.push_back({std::move(*opened), alone});
        return doors_.back().listener.where();
    }

    /// Undoes open() and take().
    void close() { doors_.clear(); }

    /// Serves until stop(), and then until its connections and what handlers spawned have ended. `each_turn()` is
    /// called in each turn of the loop.
    void serve(function<void()> each_turn) { loop::run_on(reactor_, accept_and_serve(), each_turn); }

    /// Answers who has come, ends what is idle, and lets what runs finish; handlers and spawned tasks that wait are
    /// cancelled after graceful_timeout, calls on the thread pool cannot be. From any thread.
    /// in: `alone` is as of take(), for all doors: what was true when they were taken is not any more.
    void stop(bool alone = false) {
        reactor_.post([this, alone] {
            for (door& each : doors_) each.alone = each.alone || alone;
            stop_asked_.set();
            shop_.admission.room().set();  // for who waits to accept
        });
    }
    /// Calls `f` on this loop when it has begun the last request that it may.
    void when_used_up(function<void()> f) { shop_.used_up = std::move(f); }
    /// On its own loop.
    bool stopping() const noexcept { return shop_.stopping(); }
    /// Whether its loop has taken a step since this was asked last, or waits for the world. From one thread at a time.
    bool turns() noexcept {
        auto now = reactor_.look();
        return std::exchange(step_seen_, now.step) != now.step || now.asleep;
    }
    loop::reactor& reactor() noexcept { return reactor_; }

private:
    struct door {
        net::listener listener;
        bool alone;
    };

    task<> accept_and_serve() {
        task_group connections(report);
        task_group accepting;
        shop_.announce();
        for (door& each : doors_) accepting.spawn(accept_at(each.listener, connections));
        accepting.spawn(rouse(connections));
        shop_.dormitory.open(true);
        co_await stop_asked_.wait();
        shop_.stop();
        rouse_all(connections);
        async::job_group& background = reactor_.background();
        auto run_out = [&] {
            connections.cancel();
            background.jobs().cancel();
        };
        loop::deadline<decltype(run_out)> grace(reactor_, run_out);
        grace.set(shop_.how.graceful_timeout);
        if (last_call()) {
            // No client begins to connect any more. Those who have may need as long as a request may be on its way.
            task<> all_served = connections.join();
            [[maybe_unused]] bool served = co_await try_for(shop_.how.last_chance, std::move(all_served));
        }
        accepting.cancel();
        co_await accepting.join();
        rouse_all(connections);
        for (door& each : doors_) close_door(each, connections);
        doors_.clear();
        co_await connections.join();
        while (background.running() > 0) co_await background;
    }
    task<> accept_at(net::listener& listener, task_group& connections) {
        try {
            for (;;) {
                auto next = co_await listener.accept();
                if (shop_.admission.full()) [[unlikely]]
                    co_await room();
                if (next)
                    admit(std::move(*next), connections);
                else if (stop_asked_.is_set())
                    co_return;
                else
                    co_await sleep(pause);
            }
        } catch (...) {
            stop_asked_.set();
            throw;
        }
    }
    /// Goes on with the connections that wake from their sleep.
    task<> rouse(task_group& connections) {
        for (;;) {
            co_await shop_.dormitory.somebody_woke().wait();
            rouse_all(connections);
        }
    }
    void rouse_all(task_group& connections) {
        while (std::optional<dormitory::guest> one = shop_.dormitory.next_awake()) {
            try {
                net::socket_stream stream(std::move(one->socket), std::move(one->peer));
                connections.spawn(connection(std::move(stream), shop_, one->tls, one->asked));
            } catch (...) {
                shop_.admission.connection_ends();
                report(std::current_exception());
            }
        }
    }
    [[gnu::cold]] bool last_call() noexcept {
        bool any = false;
        for (door& each : doors_) any = (each.alone && each.listener.last_call()) || any;
        return any;
    }
    /// Who has come and waits there would be reset by the close, if nobody else accepts him.
    [[gnu::cold]] void close_door(door& one, task_group& connections) {
        bool more = one.alone;
        while (more) {
            auto next = one.listener.try_accept();
            more = next.has_value();
            if (more) admit(std::move(*next), connections);
        }
        one.listener.close();
    }

    /// One more than there may be has come: he waits here, the others in the kernel, until one of the idle has made
    /// room for him.
    task<> room() {
        admission::seeker waits(shop_.admission);
        while (shop_.admission.full() && !stop_asked_.is_set()) {
            shop_.admission.room().clear();
            if (shop_.admission.crowded()) {
                if (shop_.dormitory.make_room()) continue;  // one that sleeps is gone at once
                if (shop_.clients.make_room()) shop_.admission.makes_room();
            }
            co_await shop_.admission.room().wait();
        }
    }
    /// D18: one connection that cannot be served, for want of memory say, is no reason to serve no other.
    void admit(net::incoming from, task_group& connections) {
        try {
            if (shop_.how.proxy.protocol) [[unlikely]] {
                connections.spawn(shop_.how.proxy.trusted.desk().receive(std::move(from), shop_));
                return;
            }
            net::socket_stream stream(std::move(from.socket), std::move(from.peer));
            connections.spawn(connection(std::move(stream), shop_));
        } catch (...) {
            report(std::current_exception());
        }
    }
    static void report(const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& why) {
            log::error(std::string("a connection ended: ") + why.what());
        } catch (...) {
            log::error("a connection ended with an exception that is no std::exception");
        }
    }

    static constexpr auto pause = std::chrono::milliseconds(10);  // after an error that nobody knows

    loop::reactor reactor_;
    workshop shop_;
    std::vector<door> doors_;
    std::uint64_t step_seen_ = 0;
    event stop_asked_;
};

}  // namespace coracle::server
