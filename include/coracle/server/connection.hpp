// connection: the bridge. One client's connection from its first byte to its last, each step a word of the river:
// bytes > net stream > http parser > route > app: bind, the handler, reply > http writer > net stream > bytes.
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/async/job.hpp>
#include <coracle/async/task.hpp>
#include <coracle/net/byte_stream.hpp>
#include <coracle/server/conversation.hpp>
#include <coracle/server/workshop.hpp>

#include <utility>

namespace coracle::server {

/// Ends when the client leaves, when an answer was the last, when the client is too slow, or by `cancelled`.
/// in: whether the client's bytes have come by TLS, up to here or up to a proxy. keeps: a reference to the shop.
template <net::byte_stream Stream>
task<> connection(Stream stream, workshop& shop, bool tls = false, std::uint32_t asked_before = 0) {
    conversation<Stream> client(stream, shop, tls, asked_before);
    while (client.listens()) {
        auto bytes = co_await stream.read();
        if (client.is_asleep()) [[unlikely]] {
            if (client.goes_to_sleep()) co_return;
            continue;
        }
        client.hear(bytes);
        do {
            while (request* asked = client.next_request()) {
                reply& answer = client.answer();
                const app_route* found = shop.app.find(*asked, answer);
                shop.reactor.label_running_job(found ? found->text().c_str() : nullptr);
                if (found && found->runs_now()) {
                    if (found->keeps_request()) [[unlikely]]
                        client.keep_request();
                    shop.app.call_now(*found, *asked, answer);
                } else if (found && client.admits()) {
                    if (found->keeps_request()) client.keep_request();
                    task<> handling = shop.app.call(*found, *asked, answer);
                    handling.start();  // it reads the body through the client, see conversation::more()
                    if (!handling.done()) client.waits();
                    try {
                        co_await std::move(handling);
                    } catch (const cancelled&) {
                        if (!client.has_left()) throw;
                    }
                    client.goes_on();
                }
                if (client.streams()) {
                    co_await client.send_stream();
                    if (client.is_given_away()) co_return;
                }
                client.answered();
                shop.reactor.label_running_job(nullptr);
            }
            client.send_at_once();
            while (client.has_outgoing()) {
                auto outcome = co_await stream.write(client.outgoing());
                client.sent(outcome);
            }
            client.conclude_answered();
        } while (client.held_back());
    }
    co_await client.take_leave();
}

}  // namespace coracle::server
