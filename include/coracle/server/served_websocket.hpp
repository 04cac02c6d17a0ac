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
#include <coracle/server/websocket_terms.hpp>
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

    event& decided() noexcept { return handshake_->decided; }
    /// It goes over a connection, or did.
    bool is_open() const noexcept { return shop_ != nullptr; }
    bool accepted() const noexcept { return decision_ == decision::accept; }
    /// The handler, or what it depends on, may look at the request until its end; or has looked at it before the
    /// answer, and may hold what it saw.
    bool keeps_request() const noexcept { return keeps_request_; }
    /// The answer, for who has waited for it. error: what the handler threw instead of one.
    [[gnu::cold]] void answer(reply& to, std::shared_ptr<outgoing_body> body) {
        handshake& mine = *handshake_;
        if (mine.failure) {
            try {
                std::rethrow_exception(mine.failure);
            } catch (const validation_error&) {
                return to.send(response(403));
            } catch (const websocket_error&) {
                return to.send(response(403));
            } catch (const websocket_closed&) {
                return to.send(response(403));
            }
        }
        if (accepted()) {
            mine.answer.status = 101;
            mine.answer.headers.upgrade_to("websocket");
            ws::accept_text proof = ws::accept_for(asked_->headers["sec-websocket-key"]);
            mine.answer.headers.set("sec-websocket-accept", proof.view());
            if (!mine.subprotocol.empty()) mine.answer.headers.set("sec-websocket-protocol", mine.subprotocol);
            mine.answer.stream = std::move(body);
        }
        to.send(mine.answer);
        mine.answer = response();
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
        below_ = static_cast<std::uint32_t>(asked.below);
        scheme_is_https_ = asked.scheme == "https";
        port_ = asked.client.port;
        if (keeps_request_ || asked.dependencies || asked.after.pending()) {
            if (!facts_) keep(asked, {});
            kept_ = std::move(left.request);
            asked.client.address = address();
            asked.body.open(nullptr);
        } else {
            keep(asked, left.request->head_bytes());
            asked_ = nullptr;
            shop_->transactions.give_back(std::move(left.request));
        }
        shop_->counts.websockets.opened.add();
        shop_->clients.is_busy(*this);
        if (websocket_terms::any(shop_->how.limits)) [[unlikely]]
            socket_.follow(shop_->reactor.own<websocket_terms>().of(socket_.options(), shop_->how.limits));
        socket_.open(left.line(), left.arrived, left.unsent, std::move(handshake_->subprotocol),
                     &shop_->counts.websockets);
        handshake_.reset();
        if (shop_->stopping()) make_answer_last();
    }

    /// The handler has ended. in: what it threw. Tells the one who waits for the handshake, or closes.
    void handler_ended(const std::exception_ptr& failure) {
        if (!shop_) {
            if (decision_ == decision::none) {
                handshake_->failure = failure;
                handshake_->answer.status = 403;
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
    struct handshake {
        event decided;
        response answer;
        std::string subprotocol;
        std::exception_ptr failure;
    };

    static const ws::limits& options_of(const websocket_route_options& how) noexcept { return how.socket.limits; }

    void decide(decision what) noexcept {
        decision_ = what;
        handshake_->decided.set();
    }
    void accept(std::string_view subprotocol, const http::field_list& headers) override {
        handshake_->subprotocol = subprotocol.empty() ? usual_subprotocol() : std::string(subprotocol);
        handshake_->answer.headers = headers;
        decide(decision::accept);
    }
    void deny(int status, std::string body, http::field_list headers) override {
        handshake_->answer.status = status;
        handshake_->answer.body = std::move(body);
        handshake_->answer.headers = std::move(headers);
        decide(decision::refuse);
    }
    std::string usual_subprotocol() {
        for (const std::string& ours : how_.subprotocols)
            for (std::string_view line : asked_->headers.get_all("sec-websocket-protocol"))
                if (ws::is_offered_subprotocol(line, ours)) return ours;
        return {};
    }

    /// What is left of the request: its head, the address of its client, and its name, in one piece of memory.
    void keep(const request& asked, std::string_view head) {
        head_size_ = static_cast<std::uint32_t>(head.size());
        address_size_ = static_cast<std::uint16_t>(asked.client.address.size());
        id_size_ = static_cast<std::uint16_t>(asked.id.size());
        facts_ = std::make_unique_for_overwrite<char[]>(head_size_ + address_size_ + id_size_ + std::size_t{1});
        char* to = facts_.get();
        for (std::string_view each : {head, asked.client.address, std::string_view(asked.id)}) {
            each.copy(to, each.size());
            to += each.size();
        }
    }
    std::string_view address() const noexcept { return {facts_.get() + head_size_, address_size_}; }

    /// The request, read again from what is left of it. Where nothing is left of it yet, what is seen of it stays.
    request& asked() {
        if (asked_) {
            keeps_request_ = true;
            return *asked_;
        }
        if (!shop_) throw websocket_closed(1006, {});
        kept_ = shop_->transactions.take();
        asked_ = &kept_->request;
        [[maybe_unused]] auto same = kept_->parser.parse({facts_.get(), head_size_}, *asked_);
        asked_->client = {address(), port_};
        asked_->scheme = scheme_is_https_ ? "https" : "http";
        asked_->below = below_;
        asked_->id = std::string(facts_.get() + head_size_ + address_size_, id_size_);
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
    std::string_view client_address() override {
        if (!facts_) keep(asked(), {});
        return address();
    }
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
    std::unique_ptr<char[]> facts_;
    std::unique_ptr<handshake> handshake_ = std::make_unique<handshake>();
    const coracle::app* served_ = nullptr;
    os::time_point began_{};
    std::uint32_t below_ = 0;
    std::uint32_t head_size_ = 0;
    std::uint16_t address_size_ = 0;
    std::uint16_t id_size_ = 0;
    std::uint16_t port_ = 0;
    decision decision_ = decision::none;
    bool keeps_request_;
    bool scheme_is_https_ = false;
    websocket socket_;
};

}  // namespace coracle::server
