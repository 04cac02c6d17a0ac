// served_websocket: one WebSocket of a server, from its handshake to its line in the log.
// RFC 6455 4.2. The request and all that HTTP needs goes with the handshake, unless the handler may look at it later.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/app/cookie_pairs.hpp>
#include <coracle/app/outgoing_body.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/request_record.hpp>
#include <coracle/app/response.hpp>
#include <coracle/app/validation_error.hpp>
#include <coracle/app/websocket_parameter.hpp>
#include <coracle/async/event.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/report.hpp>
#include <coracle/duplex/opening.hpp>
#include <coracle/duplex/websocket.hpp>
#include <coracle/server/client_list.hpp>
#include <coracle/server/transaction.hpp>
#include <coracle/server/upgrade.hpp>
#include <coracle/server/websocket_route_options.hpp>
#include <coracle/server/workshop.hpp>
#include <coracle/websocket/handshake.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::server {

/// Held by the job of its handler, and until the handshake is answered by that of the request.
class served_websocket final : duplex::opening, public heir, listed_client {
public:
    /// in: whether the handler, or what it depends on, may look at the request until its end.
    served_websocket(request& asked, const websocket_route_options& how,
                     std::shared_ptr<const websocket_options> options, bool keeps_request)
        : how_(how),
          asked_(&asked),
          keeps_request_(keeps_request),
          socket_(std::move(options), this, ws::session::server(options_of(how))) {
        asked.state<websocket_place>().here = &socket_;
    }
    websocket& socket() noexcept { return socket_; }

    // What became of the handshake.

    event& decided() noexcept { return decided_; }
    /// It goes over a connection, or did.
    bool is_open() const noexcept { return shop_ != nullptr; }
    bool accepted() const noexcept { return decision_ == decision::accept; }
    /// The answer, for who has waited for it. error: what the handler threw instead of one.
    [[gnu::cold]] void answer(reply& to, std::shared_ptr<outgoing_body> body) {
        if (failure_) {
            try {
                std::rethrow_exception(failure_);
            } catch (const validation_error&) {
                return to.send(response(403));
            } catch (const websocket_error&) {
                return to.send(response(403));
            } catch (const websocket_closed&) {
                return to.send(response(403));
            }
        }
        if (accepted()) {
            answer_.status = 101;
            answer_.headers.upgrade_to("websocket");
            answer_.headers.set("sec-websocket-accept", ws::accept_for(asked_->headers["sec-websocket-key"]).view());
            if (!subprotocol_.empty()) answer_.headers.set("sec-websocket-protocol", subprotocol_);
            answer_.stream = std::move(body);
        }
        to.send(answer_);
        answer_ = response();
    }
    /// The request has another answer after all.
    void is_not_wanted() noexcept {
        if (shop_) return;
        asked_ = nullptr;
        socket_.abandon();
    }

    /// The 101 is written.
    void inherit(estate left) override {
        shop_ = &left.shop;
        began_ = shop_->reactor.turn_time();
        request& asked = *asked_;
        served_ = &asked.app();
        below_ = asked.below;
        scheme_is_https_ = asked.scheme == "https";
        id_ = asked.id;
        address_ = asked.client.address;
        port_ = asked.client.port;
        if (keeps_request_ || asked.dependencies || asked.after.pending()) {
            kept_ = std::move(left.request);
            asked.client.address = address_;
            asked.body.open(nullptr);
        } else {
            head_ = left.request->head_bytes();
            asked_ = nullptr;
            shop_->transactions.give_back(std::move(left.request));
        }
        shop_->counts.websockets.opened.add();
        shop_->clients.is_busy(*this);
        socket_.open(left.line(), left.arrived, left.unsent, std::move(subprotocol_), &shop_->counts.websockets);
        if (shop_->stopping()) make_answer_last();
    }

    /// The handler has ended. in: what it threw. Tells the one who waits for the handshake, or closes.
    void handler_ended(const std::exception_ptr& failure) {
        if (!shop_) {
            if (decision_ == decision::none) {
                failure_ = failure;
                answer_.status = 403;
                decide(decision::refuse);
            }
            socket_.abandon();
            return;
        }
        int code = 1000;
        std::string reason;
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const cancelled&) {
            code = 1012;
        } catch (const websocket_error& error) {
            code = error.code();
            reason = error.reason();
        } catch (const websocket_closed&) {
        } catch (...) {
            code = 1011;
            tell_of(failure);
        }
        socket_.begin_close(code, reason);
    }
    /// Whether the request has something left to do: background tasks, clean-up.
    request* unfinished() noexcept { return kept_ && kept_->request.after.pending() ? &kept_->request : nullptr; }
    /// It is over. Also when the loop ends, and nobody waits any more.
    ~served_websocket() {
        socket_.cut();
        if (!shop_) return;
        try {
            shop_->counts.websockets.closed.add();
            shop_->counts.websockets.codes[duplex::websocket_counts::place_of(socket_.close_code())].add();
            shop_->counts.connections_closed.add();
            if (shop_->tells()) tell();
        } catch (...) {
            report("there was no memory for the log line of a WebSocket");
        }
        if (kept_) shop_->transactions.give_back(std::move(kept_));
        shop_->admission.connection_ends();
    }

private:
    enum class decision : unsigned char { none, accept, refuse };

    static const ws::limits& options_of(const websocket_route_options& how) noexcept { return how.socket.limits; }

    void decide(decision what) noexcept {
        decision_ = what;
        decided_.set();
    }
    void accept(std::string_view subprotocol, const http::field_list& headers) override {
        subprotocol_ = subprotocol.empty() ? usual_subprotocol() : std::string(subprotocol);
        answer_.headers = headers;
        decide(decision::accept);
    }
    void deny(int status, std::string body, http::field_list headers) override {
        answer_.status = status;
        answer_.body = std::move(body);
        answer_.headers = std::move(headers);
        decide(decision::refuse);
    }
    std::string usual_subprotocol() {
        for (const std::string& ours : how_.subprotocols)
            for (std::string_view line : asked().headers.get_all("sec-websocket-protocol"))
                if (ws::is_offered_subprotocol(line, ours)) return ours;
        return {};
    }

    /// The request, read again from what is left of it.
    request& asked() {
        if (asked_) return *asked_;
        if (!shop_) throw websocket_closed(1006, {});
        kept_ = shop_->transactions.take();
        asked_ = &kept_->request;
        [[maybe_unused]] auto same = kept_->parser.parse(head_, *asked_);
        asked_->client = {address_, port_};
        asked_->scheme = scheme_is_https_ ? "https" : "http";
        asked_->below = below_;
        asked_->id = id_;
        response made;
        byte_buffer scratch;
        reply nobodys(made, scratch);
        served_->find(*asked_, nobodys);
        return *asked_;
    }
    const http::fields& headers() override { return asked().headers; }
    http::target target() override { return asked().target; }
    std::optional<std::string_view> query(std::string_view name) override { return asked().query(name); }
    std::string_view path(std::string_view name) override { return asked().path(name); }
    std::optional<std::string_view> cookie(std::string_view name) override { return asked().cookies().find(name); }
    std::string_view client_address() override { return shop_ ? std::string_view(address_) : asked_->client.address; }
    std::uint16_t client_port() override { return shop_ ? port_ : asked_->client.port; }

    // The server stops.
    void hang_up() noexcept override { make_answer_last(); }
    void make_answer_last() noexcept override {
        try {
            socket_.begin_close(ws::close_code::service_restart, {});
        } catch (...) {
            socket_.cut();
        }
    }

    [[gnu::cold]] void tell_of(const std::exception_ptr& failure) {
        request& of = asked();
        of.app().note(failure, of);
    }
    void tell() {
        request_record one{asked()};
        one.status = 101;
        one.took = shop_->reactor.now() - began_;
        one.close_code = socket_.close_code();
        shop_->tell(one);
    }

    const websocket_route_options& how_;
    request* asked_;
    workshop* shop_ = nullptr;  // once it is open
    std::unique_ptr<transaction> kept_;
    std::string head_;
    std::string address_;
    std::string id_;
    std::string subprotocol_;
    const coracle::app* served_ = nullptr;
    std::size_t below_ = 0;
    os::time_point began_{};
    std::exception_ptr failure_;
    response answer_;
    event decided_;
    std::uint16_t port_ = 0;
    decision decision_ = decision::none;
    bool keeps_request_;
    bool scheme_is_https_ = false;
    websocket socket_;
};

}  // namespace coracle::server
