// exchange: a request goes out on a connection of its own for that time, and its answer comes back.
// RFC 9112 9.3 (persistence), 9.3.1 (what may be asked again), RFC 9110 7.8 (Upgrade).
#pragma once

#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/result.hpp>
#include <coracle/client/client_connection.hpp>
#include <coracle/client/client_error.hpp>
#include <coracle/client/client_settings.hpp>
#include <coracle/client/connection_body.hpp>
#include <coracle/client/connection_pool.hpp>
#include <coracle/client/exchange_terms.hpp>
#include <coracle/client/http_reply.hpp>
#include <coracle/client/loop_pools.hpp>
#include <coracle/client/outgoing_request.hpp>
#include <coracle/client/request_head.hpp>
#include <coracle/client/request_url.hpp>
#include <coracle/client/tcp_transport.hpp>
#include <coracle/client/transport.hpp>
#include <coracle/client/tunnel.hpp>
#include <coracle/client/upload.hpp>
#include <coracle/http/authority.hpp>
#include <coracle/loop/reactor.hpp>
#include <coracle/loop/timeout_scope.hpp>
#include <coracle/net/any_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::client {

/// What came behind a 101.
struct stream_behind {
    net::any_stream stream{};
    std::string already{};
};

/// One request on one connection, or, when the first was stale, on two. A template so that only programs which send
/// requests pay for it. keeps: all it is given, until it has ended.
template <class Settings = client_settings>
class exchange {
public:
    exchange(const Settings& with, outgoing_request& request, const exchange_terms& terms) noexcept
        : with_(with), request_(request), terms_(terms) {}

    /// out: the answer, without its url and method. in: where the stream goes that a 101 leaves, if it may come.
    task<> converse(http_reply& reply, stream_behind* behind = nullptr) {
        check_scheme();
        if (request_.body.is_stream()) {
            request_.options.in_own_code = true;
            co_await request_.body.stream()->prepare();
            request_.options.in_own_code = false;
        }
        connection_pool& pool = terms_.on().template own<loop_pools>().of(with_.options);
        bool may_repeat = request_.is_idempotent();
        bool stale_before = false;
        for (;;) {
            connection_pool::lease line = pool.try_acquire(pool_scheme(), pool_authority());
            if (!line) line = co_await wait_for_slot(pool);
            bool reused = static_cast<bool>(line->stream);
            // Another client has opened it, who has no guard.
            if (reused && request_.options.guard && !request_.options.guard->fault(line->stream.peer()).empty())
                continue;
            // What cannot be asked twice is not given to a connection that may be closed by now.
            if (reused && !may_repeat && !line->is_fresh(true)) continue;
            if (!reused) co_await open(*line);

            client_connection& here = *line;
            net::socket_stream* socket = here.stream.socket();
            begin(here);
            std::error_code unsent{};
            typename upload<>::owner rest;
            if (has_more() || asks()) {
                rest = upload<>::begun(here, terms_, request_, asks());
            } else {
                result<void> sent;
                if (socket)
                    sent = co_await socket->write(here.out.view(), request_.body.bytes());
                else
                    sent = co_await here.stream.write(here.out.view(), request_.body.bytes());
                if (!sent) unsent = sent.error();
                if (here.late()) terms_.throw_late(request_.text(), here);
            }

            bool heard = false;
            std::error_code broken{};
            std::string surplus;
            while (!is_enough(here)) {
                if (rest && !rest->done())
                    rest->is_heard(true);
                else
                    terms_.begin_reading(here);
                result<std::string_view> bytes = std::string_view();
                if (socket)
                    bytes = co_await socket->read();
                else
                    bytes = co_await here.stream.read();
                if (rest && rest->failure()) throw_maker(*rest);
                if (!bytes) {
                    broken = bytes.error();
                    break;
                }
                if (bytes->empty()) {
                    here.reader.end();
                    break;
                }
                heard = true;
                std::size_t used = here.hear(*bytes);
                if (used < bytes->size() && behind) surplus = bytes->substr(used);
                if (rest && is_refused(here, *rest)) {
                    here.spoil();
                    co_await take_back(rest);
                }
            }
            if (rest) {
                if (here.reader.keeps_alive()) co_await rest->ended();  // the server listens on
                if (rest->failure()) throw_maker(*rest);
                unsent = rest->unsent();
                if (broken || !is_open(here) || rest->done()) co_await take_back(rest);
            }
            if (here.late()) terms_.throw_late(request_.text(), here);
            if (broken || here.reader.failed()) {
                bool stale = reused && !heard && !stale_before && may_repeat;
                if (stale && request_.body.rewind()) {
                    stale_before = true;
                    line.give_back(false);
                    pool.forget_idle(pool_scheme(), pool_authority());
                    continue;
                }
                throw_failed(here, broken, unsent, heard);
            }
            if (unsent) here.spoil();
            take_answer(reply, line, std::move(rest), behind, std::move(surplus));
            co_return;
        }
    }

private:
    /// Whom the connection leads to: a proxy, or who is asked.
    const http::url& next_host() const noexcept {
        return request_.options.through ? request_.options.through->at : request_.url;
    }
    // What a proxy forwards shares its connections; a tunnel leads to one host, and is known by both.
    std::string_view pool_scheme() const noexcept {
        return request_.options.through ? std::string_view("proxy") : std::string_view(request_.url.scheme);
    }
    std::string_view pool_authority() {
        if (request_.options.way != proxy_way::tunnel) return next_host().authority;
        // And by who was let through: nobody goes through on another's name.
        if (tunnel_.empty())
            tunnel_ =
                next_host().authority + " to " + request_.url.authority + ' ' + request_.options.through->authorization;
        return tunnel_;
    }

    void check_scheme() const {
        if (!request_.url.is_secure() || secured() || (with_.options.transport && with_.options.transport->secure()))
            return;
        throw unsupported_protocol(request_.text() + ": " + request_.url.scheme +
                                   " needs a library that encrypts; #include <coracle/with/openssl.hpp> and link "
                                   "OpenSSL, or give the client its .tls");
    }
    std::shared_ptr<secure_layer> secured() const {
        return with_.options.tls ? with_.options.tls : secure_layer::usual();
    }

    task<connection_pool::lease> wait_for_slot(connection_pool& pool) {
        timeout_scope limit(terms_.until(terms_.time.pool()));
        try {
            connection_pool::lease given = co_await pool.acquire(pool_scheme(), pool_authority());
            co_return given;
        } catch (const cancelled&) {
            if (!limit.swallows()) throw;
        }
        terms_.throw_no_slot(request_.text(), pool.limits().connections);
    }

    task<> open(client_connection& line) {
        const http::url& url = request_.url;
        check_whole_url(url, url.authority);  // one that was used before leads to where this one has led
        timeout_scope limit(terms_.until(terms_.time.connect()));
        try {
            std::shared_ptr<transport> way = transport_used();
            const http::url& next = next_host();
            auto where = http::parse_authority(next.authority);
            std::uint16_t port = where && where->port ? *where->port : usual_port(next.scheme);
            bool tunnel = request_.options.way == proxy_way::tunnel;
            destination to(next.host(), port, url.is_secure() && !tunnel);
            to.guard = request_.options.guard;
            result<net::any_stream, net::connect_error> stream = co_await way->open(std::move(to));
            if (stream && tunnel) {
                auto opened = co_await open_tunnel(*stream, url, *request_.options.through);
                if (!opened) throw proxy_error(request_.text() + ": " + opened.error());
            }
            if (stream && url.is_secure() && !way->secure()) {
                std::shared_ptr<secure_layer> layer = secured();
                stream = co_await layer->wrap(std::move(*stream), url.host());
            }
            if (!stream) throw_unconnected(stream.error());
            line.stream = std::move(*stream);
            co_return;
        } catch (const cancelled&) {
            if (!limit.swallows()) throw;
        }
        terms_.throw_no_connection(request_.text());
    }
    std::shared_ptr<transport> transport_used() const {
        if (with_.options.transport) return with_.options.transport;
        if (!with_.options.unix_socket.empty()) return std::make_shared<unix_transport>(with_.options.unix_socket);
        return std::make_shared<tcp_transport>();
    }

    void begin(client_connection& line) {
        line.bounds.head_bytes = with_.options.max_head_bytes;
        line.bounds.body_bytes = most_body();
        line.reader.start(request_.method == "HEAD", line.bounds);
        line.out.clear();
        static const http::field_list none;
        const request_options& how = request_.options;
        write_request_head(line.out, request_, how.has_usual_fields ? none : with_.usual_fields,
                           how.way == proxy_way::forward);
        terms_.begin_writing(line);
    }
    std::uint64_t most_body() const noexcept {
        if (request_.options.max_body_bytes) return *request_.options.max_body_bytes;
        return request_.options.stream ? UINT64_MAX : with_.options.max_body_bytes;
    }
    /// It is sent in pieces, and the answer may come before the last of them.
    bool has_more() const noexcept {
        return request_.body.is_stream() || request_.body.bytes().size() > upload<>::piece_bytes;
    }
    bool asks() const { return request_.body.present() && ascii::iequals(request_.fields["expect"], "100-continue"); }
    bool is_enough(const client_connection& line) const noexcept {
        return line.reader.complete() || line.reader.failed() || (request_.options.stream && line.reader.has_head());
    }
    /// Its head has come, and it is read on by who asked.
    static bool is_open(const client_connection& line) noexcept {
        return !line.late() && line.reader.has_head() && !line.reader.complete() && !line.reader.failed();
    }
    /// A server that says no, or goes, is told no more.
    bool is_refused(client_connection& line, upload<>& rest) const noexcept {
        const http::response_reader& read = line.reader;
        if (read.told_to_continue() || read.has_head()) rest.go_on();
        return !rest.done() && (read.status() >= 300 || (read.complete() && !read.keeps_alive()));
    }
    /// Whatever it is at: who asks once more needs the body.
    task<> take_back(typename upload<>::owner& rest) {
        rest->cancel();
        if (!rest->done()) co_await rest->ended();
        request_.body = rest->body();
        rest.reset();
    }
    [[gnu::cold, noreturn]] void throw_maker(const upload<>& of) {
        request_.options.in_own_code = of.failed_in_maker();
        std::rethrow_exception(of.failure());
    }

    void take_answer(http_reply& reply, connection_pool::lease& line, typename upload<>::owner rest,
                     stream_behind* behind, std::string surplus) {
        http::response_reader& read = line->reader;
        reply.status = read.status();
        reply.headers = read.take_headers();
        if (!read.complete()) {
            reply.set_stream(
                std::make_unique<connection_body<>>(std::move(line), terms_, request_.text(), std::move(rest)));
            return;
        }
        if (read.status() == 101) {
            if (!behind)
                exchange_terms::throw_unreadable(request_.text(), "it goes on with a protocol nobody asked for");
            behind->stream = line->take_stream();
            behind->already = std::move(surplus);
            line.give_back(false);
            return;
        }
        reply.set_body(read.take_body());
        if (read.has_trailers()) reply.set_trailers(read.take_trailers());
        line->has_served();
        line.give_back(line->may_serve_again());
    }

    [[gnu::cold, noreturn]] void throw_unconnected(const net::connect_error& why) const {
        throw connect_failed(request_.text() + ": " + why.message, why.code);
    }
    [[gnu::cold, noreturn]] void throw_failed(client_connection& line, std::error_code broken, std::error_code unsent,
                                              bool heard) const {
        if (unsent && !heard) exchange_terms::throw_unsent(request_.text(), unsent);
        if (broken) exchange_terms::throw_broken(request_.text(), broken);
        exchange_terms::throw_unreadable(request_.text(), *line.reader.failed());
    }

    const Settings& with_;
    outgoing_request& request_;
    const exchange_terms& terms_;
    std::string tunnel_;  // known in the pool by this
};

}  // namespace coracle::client
