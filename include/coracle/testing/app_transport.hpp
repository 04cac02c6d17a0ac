// app_transport: an http_client that asks an app in this process, without a socket. httpx's ASGITransport.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/join_handle.hpp>
#include <coracle/async/spawn.hpp>
#include <coracle/async/task.hpp>
#include <coracle/async/yield_now.hpp>
#include <coracle/base/result.hpp>
#include <coracle/client/transport.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/any_stream.hpp>
#include <coracle/net/dialer.hpp>
#include <coracle/net/memory_stream.hpp>
#include <coracle/server/connection.hpp>
#include <coracle/server/settings.hpp>
#include <coracle/server/workshop.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace coracle {

namespace testing {

/// See app_transport. A template so that who includes it and does not use it pays nothing.
template <class Stream = net::memory_stream>
class basic_app_transport final : public client::transport {
public:
    /// keeps: the app, or a reference. error: as app::freeze().
    explicit basic_app_transport(app&& served) : app_(std::make_shared<app>(std::move(served))) { app_->freeze(); }
    explicit basic_app_transport(app& served) : app_(std::shared_ptr<app>(), &served) { app_->freeze(); }

    /// A connection to the app, whatever host is asked for. The first one starts its lifespan.
    /// error: what the lifespan throws; std::logic_error on another loop than before, and when it is closed.
    task<result<net::any_stream, net::connect_error>> open(client::destination to) override {
        loop::reactor& here = loop::reactor::current();
        check(here);
        std::shared_ptr<stage>& kept = *stage_;
        if (!kept) {
            kept = std::make_shared<stage>(app_, here);
            here.template own<stages>().all.push_back(stage_);
            spawn(start(kept));
        }
        std::shared_ptr<stage> in = kept;
        co_await in->begun.wait();
        if (in->failure) std::rethrow_exception(in->failure);
        check(loop::reactor::current());
        auto ends = Stream::pair();
        ends.second.set_peer(net::address(net::ipv4_bytes{127, 0, 0, 1}, 50000));
        std::erase_if(served_, [](const join_handle<void>& each) { return each.done(); });
        served_.push_back(spawn(serve(std::move(in), std::move(ends.second), to.secure)));
        co_return net::any_stream(std::move(ends.first));
    }
    /// https is plain here: nothing leaves the process.
    bool secure() const noexcept override { return true; }
    /// A loop that ends, and a server that stops, wait for the connections of the app.
    bool keeps() const noexcept override { return false; }

    /// Hangs up, and ends the lifespan. Handlers that are at work have the time to see it, then are cancelled.
    /// error: what the end of the lifespan throws.
    task<> close() {
        closed_ = true;
        std::shared_ptr<stage> in = *stage_;
        if (!in) co_return;
        co_await in->begun.wait();
        in->shop.stop();
        for (int turn = 0; turn < 10; ++turn) co_await yield_now();
        for (join_handle<void>& each : served_) each.cancel();
        for (join_handle<void>& each : served_) {
            try {
                co_await each;
            } catch (const cancelled&) {
            }
        }
        served_.clear();
        if (!in->failure) co_await app_->stop();
    }

private:
    // Lives as long as a connection, so also when the transport went first.
    struct stage {
        stage(std::shared_ptr<app> served, loop::reactor& on) : app_of(std::move(served)), shop(*app_of, quiet(), on) {}
        static server::settings quiet() {
            server::settings how;
            how.access_log = false;
            return how;
        }
        std::shared_ptr<app> app_of;
        server::workshop shop;
        event begun;
        std::exception_ptr failure;
    };

    // Of a loop, which takes them along.
    struct stages {
        stages() = default;
        stages(const stages&) = delete;
        stages& operator=(const stages&) = delete;
        ~stages() {
            for (const std::weak_ptr<std::shared_ptr<stage>>& each : all)
                if (auto kept = each.lock()) kept->reset();
        }
        std::vector<std::weak_ptr<std::shared_ptr<stage>>> all;
    };

    void check(loop::reactor& here) {
        if (closed_) throw std::logic_error("coracle: this app_transport is closed");
        if (*stage_ && &(*stage_)->shop.reactor != &here)
            throw std::logic_error(
                "coracle: an app_transport belongs to the loop that used it first; make one for each");
    }
    /// On its own, so that whoever asked first may give up.
    static task<> start(std::shared_ptr<stage> in) {
        try {
            co_await in->app_of->start();
        } catch (...) {
            in->failure = std::current_exception();
        }
        in->begun.set();
    }
    static task<> serve(std::shared_ptr<stage> in, Stream stream, bool secure) {
        in->shop.announce();
        co_await server::connection(std::move(stream), in->shop, secure);
    }

    std::shared_ptr<app> app_;
    std::shared_ptr<std::shared_ptr<stage>> stage_ = std::make_shared<std::shared_ptr<stage>>();
    std::vector<join_handle<void>> served_;
    bool closed_ = false;
};

}  // namespace testing

/// `auto inside = std::make_shared<app_transport>(make_app()); http_client http{{.base_url = "http://app", .transport =
/// inside}};` and in the end `co_await inside->close();`. The whole server answers, over a stream in memory for each
/// request: bodies in pieces both ways, lifespan, cancellation when the client leaves; also in virtual time. On one
/// loop.
using app_transport = testing::basic_app_transport<>;

}  // namespace coracle
