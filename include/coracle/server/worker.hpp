// worker: one loop's share of a server: it accepts, serves, and ends when it is told to.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/async/job_group.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/base/log.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/deadline.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/run.hpp>
#include <coracle/loop/thread_pool.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/listener.hpp>
#include <coracle/net/listening_socket.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/workshop.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

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
    /// Listens at a door that is open already.
    result<net::address> take(net::listening_socket door) {
        return loop::run_on(reactor_, take_on_loop(std::move(door)));
    }

    /// Undoes open().
    void close() { listener_.reset(); }

    /// Serves until stop(), and then until its connections and what handlers spawned have ended. `each_turn()` is
    /// called in each turn of the loop.
    template <class EachTurn>
    void serve(EachTurn&& each_turn) {
        loop::run_on(reactor_, accept_and_serve(), each_turn);
    }

    /// Accepts nothing more, ends what is idle, and lets what runs finish; handlers and spawned tasks that wait are
    /// cancelled after the grace time, calls on the thread pool cannot be. From any thread.
    void stop() {
        reactor_.post([this] {
            if (listener_) listener_->close();
        });
    }
    loop::reactor& reactor() noexcept { return reactor_; }

private:
    task<result<net::address>> take_on_loop(net::listening_socket door) {
        auto opened = net::listener::of(std::move(door));
        if (!opened) co_return failure(opened.error());
        listener_.emplace(std::move(*opened));
        co_return listener_->where();
    }

    task<> accept_and_serve() {
        task_group connections(report);
        shop_.announce();
        bool open = true;
        while (open) {
            auto next = co_await listener_->accept();
            if (next)
                admit(std::move(*next), connections);
            else
                open = listener_->is_open();
        }
        listener_.reset();
        shop_.stop();
        async::job_group& background = reactor_.background();
        auto run_out = [&] {
            connections.cancel();
            background.jobs().cancel();
        };
        loop::deadline<decltype(run_out)> grace(reactor_, run_out);
        grace.set(shop_.how.graceful_timeout);
        co_await connections.join();
        while (background.running() > 0) co_await background;
    }

    /// D18: one connection that cannot be served, for want of memory say, is no reason to serve no other.
    void admit(net::incoming from, task_group& connections) {
        try {
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

    loop::reactor reactor_;
    workshop shop_;
    std::optional<net::listener> listener_;
};

}  // namespace coracle::server
