// Many clients that ask again and again, and count what they were owed and did not get.
#pragma once

#include <coracle/async/task.hpp>
#include <coracle/loop/timeout.hpp>
#include <coracle/net/address.hpp>
#include <coracle/net/connect.hpp>
#include <coracle/net/socket_stream.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace load {

using namespace coracle;
using namespace std::chrono_literals;

struct load_count {
    int connected = 0;
    int answered = 0;
    int refused = 0;
    int lost = 0;  // asked on an open connection, and got no answer or half of one
    std::string how{};
};

inline const std::string body(3000, 'x');

/// One client among many: asks again and again, on one connection for as long as the server keeps it.
inline task<> insist(net::address where, load_count& count) {
    for (;;) {
        auto open = co_await try_for(500ms, net::connect(where));
        if (!open || !*open) {
            ++count.refused;
            co_return;
        }
        ++count.connected;
        net::socket_stream stream = std::move(**open);
        bool stays = true;
        while (stays) {
            auto sent = co_await stream.write("GET /work HTTP/1.1\r\nhost: x\r\n\r\n");
            std::string got;
            bool whole = false;
            while (sent && !whole) {
                auto bytes = co_await stream.read();
                if (!bytes || bytes->empty()) {
                    if (!bytes) got += " (" + bytes.error().message() + ")";
                    break;
                }
                got += *bytes;
                whole = got.ends_with(body);
            }
            if (!whole) {
                ++count.lost;
                count.how += sent ? "[got '" + got.substr(0, 200) + "']" : "[" + sent.error().message() + "]";
                co_return;
            }
            ++count.answered;
            stays = got.find("connection: close") == got.npos;
        }
    }
}

}  // namespace load
