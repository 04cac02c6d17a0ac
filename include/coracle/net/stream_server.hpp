// stream_server: every connection a job of its own, over TCP or unix sockets. asyncio.start_server.
#pragma once

#include <coracle/async/event.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/task_group.hpp>
#include <coracle/base/function.hpp>
#include <coracle/base/report.hpp>
#include <coracle/base/result.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/timer_queue.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/listener.hpp>
#include <coracle/net/socket_stream.hpp>
#include <coracle/os/poller.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <exception>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace coracle::net {

/// What serves a connection: `task<> talk(net::tcp_stream client)`. Its end closes the connection.
template <class Handler>
concept stream_handler = std::is_invocable_r_v<task<>, Handler&, socket_stream>;

/// `net::stream_server server("127.0.0.1:8001");  co_await server.serve(talk);` Of the loop on which it is made.
/// A client whose handler throws is alone in it: it is told to on_failure(), and the others go on.
class stream_server {
public:
    using report_failure = function<void(const address& client, const std::exception_ptr& why)>;

    /// Bound and listening: clients can connect before serve(). in: as address::parse; port 0 lets the kernel choose.
    /// error: std::logic_error for what is no address; std::system_error when it cannot be listened on.
    explicit stream_server(std::string_view where, const listen_options& options = {})
        : stream_server(opened(where, options)) {}
    explicit stream_server(listener door) : door_(std::move(door)) {}
    stream_server(const stream_server&) = delete;
    stream_server& operator=(const stream_server&) = delete;

    const address& where() const noexcept { return door_.where(); }
    /// Who is being served now.
    std::size_t clients() const noexcept { return clients_; }
    /// From here on no more than `most` are served at once; the next ones wait in the kernel's backlog. At least one.
    void limit_clients(std::size_t most) noexcept { most_clients_ = most > 0 ? most : 1; }
    /// in: called on the loop. When nobody asks for them, failures are reports.
    void on_failure(report_failure told) { told_ = std::move(told); }

    /// Accepts and serves until stop(), or until it is cancelled, and returns when every client has gone. Once.
    /// error: `cancelled`; std::system_error when the listening socket fails, then too after every client has gone.
    template <class Handler>
        requires stream_handler<std::decay_t<Handler>>
    task<> serve(Handler&& handler) {
        static_assert(async::survives_gcc_12<Handler>,
                      "coracle: g++ 12 destroys the captures of a temporary lambda in a co_await expression twice; "
                      "capture by reference, or name the lambda first");
        return serving<std::decay_t<Handler>>(std::forward<Handler>(handler));
    }

    /// No further client comes in; those there are have `grace` to finish, then they are cancelled. Harmless twice: the
    /// first grace counts.
    void stop(std::chrono::nanoseconds grace = std::chrono::seconds(10)) {
        if (std::exchange(stopping_, true)) return;
        grace_ = grace;
        door_.close();
        room_.set();
        if (leaving_) leaving_->begin(grace_);
    }
    bool stopping() const noexcept { return stopping_; }

private:
    class patience final : loop::timer {
    public:
        patience(task_group& with, patience*& known_as) noexcept : clients_(with), known_as_(known_as) {
            known_as_ = this;
        }
        ~patience() { known_as_ = nullptr; }
        void begin(std::chrono::nanoseconds grace) {
            loop::reactor& on = loop::reactor::current();
            on.timers().arm(*this, loop::later(on.now(), grace));
        }

    private:
        void fire(os::time_point) noexcept override { clients_.cancel(); }
        task_group& clients_;
        patience*& known_as_;
    };

    static listener opened(std::string_view where, const listen_options& options) {
        auto there = address::parse(where);
        if (!there) throw std::logic_error("coracle: " + there.error().message);
        auto door = listener::open(*there, options);
        if (!door) throw std::system_error(door.error(), "coracle: cannot listen on " + there->text());
        return std::move(*door);
    }

    template <class Handler>
    task<> serving(Handler handler) {
        task_group clients;
        std::exception_ptr interrupted;
        try {
            co_await accept_all(handler, clients);
        } catch (...) {
            interrupted = std::current_exception();
        }
        patience end(clients, leaving_);
        if (stopping_) end.begin(grace_);
        co_await clients.join();
        if (interrupted) std::rethrow_exception(interrupted);
    }

    template <class Handler>
    task<> accept_all(Handler& handler, task_group& clients) {
        for (;;) {
            while (clients_ >= most_clients_ && !stopping_) {
                room_.clear();
                co_await room_.wait();
            }
            auto next = co_await door_.accept();
            if (stopping_) co_return;
            if (!next) throw std::system_error(next.error(), "coracle: accepting on " + where().text());
            clients.spawn(attend(handler, std::move(*next)));
        }
    }

    template <class Handler>
    task<> attend(Handler& handler, incoming who) {
        presence here(*this);
        address peer = who.peer;
        try {
            socket_stream client(std::move(who.socket), std::move(who.peer));
            co_await handler(std::move(client));
        } catch (const cancelled&) {
            throw;
        } catch (...) {
            failed(peer, std::current_exception());
        }
    }

    class presence {
    public:
        explicit presence(stream_server& at) noexcept : server_(at) { ++server_.clients_; }
        presence(const presence&) = delete;
        presence& operator=(const presence&) = delete;
        ~presence() {
            --server_.clients_;
            server_.room_.set();
        }

    private:
        stream_server& server_;
    };

    void failed(const address& who, const std::exception_ptr& why) noexcept {
        try {
            if (told_) return told_(who, why);
            std::rethrow_exception(why);
        } catch (const std::exception& known) {
            report("serving " + who.text() + " failed: " + known.what());
        } catch (...) {
            report("serving " + who.text() + " failed with something that is no std::exception");
        }
    }

    listener door_;
    std::size_t clients_ = 0;
    std::size_t most_clients_ = std::numeric_limits<std::size_t>::max();
    event room_;
    bool stopping_ = false;
    patience* leaving_ = nullptr;  // while those who were let in are waited for
    std::chrono::nanoseconds grace_{};
    report_failure told_;
};

}  // namespace coracle::net
