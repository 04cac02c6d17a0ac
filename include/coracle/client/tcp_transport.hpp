// tcp_transport, unix_transport: streams over the network, and to a unix socket of this machine.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/client/transport.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/any_stream.hpp>
#include <coracle/net/connect.hpp>
#include <coracle/net/dialer.hpp>
#include <coracle/net/host_name.hpp>
#include <coracle/net/resolve.hpp>

#include <string>
#include <system_error>
#include <utility>

namespace coracle::client {

/// To whichever address of the host answers first.
class tcp_transport : public transport {
public:
    task<result<net::any_stream, net::connect_error>> open(destination to) override {
        net::dialer<> by_name;
        if (to.guard) {
            auto guarded = co_await open_guarded(std::move(to), by_name);
            co_return guarded;
        }
        auto stream = co_await by_name.connect(net::this_resolver(), std::move(to.host), to.port);
        if (!stream) co_return failure(stream.error());
        co_return net::any_stream(std::move(*stream));
    }

private:
    /// C7: what was looked at is what is connected to, so a name may mean something else the next time.
    static task<result<net::any_stream, net::connect_error>> open_guarded(destination to, net::dialer<>& by) {
        std::string whom = net::quoted_host(to.host);
        auto found = co_await net::this_resolver().resolve(std::move(to.host), to.port);
        if (!found) co_return failure(net::connect_error{found.error().code, found.error().message, {}});
        std::string refused;
        auto good = to.guard->allowed(std::move(*found), refused);
        if (good.empty()) co_return failure(forbidden(whom, refused));
        auto stream = co_await by.connect(std::move(good));
        if (!stream) co_return failure(stream.error());
        co_return net::any_stream(std::move(*stream));
    }
    static net::connect_error forbidden(const std::string& whom, const std::string& why) {
        return {std::make_error_code(std::errc::permission_denied),
                whom + " is not asked, for the client has an address_guard: " + why,
                {}};
    }
};

/// Whatever host is asked for.
class unix_transport : public transport {
public:
    /// in: a path; "@name" is an abstract one.
    explicit unix_transport(std::string path) : path_(std::move(path)) {}

    task<result<net::any_stream, net::connect_error>> open(destination) override {
        auto where = net::address::parse("unix:" + path_);
        if (!where)
            co_return failure(refused(std::make_error_code(std::errc::invalid_argument), where.error().message));
        auto stream = co_await net::connect(*where);
        if (!stream) co_return failure(refused(stream.error(), stream.error().message()));
        co_return net::any_stream(std::move(*stream));
    }

private:
    net::connect_error refused(std::error_code code, const std::string& why) const {
        return {code, "cannot connect to unix:" + path_ + ": " + why, {}};
    }
    std::string path_;
};

}  // namespace coracle::client
