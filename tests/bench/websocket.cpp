// Bytes per nanosecond of what is done to every byte of a WebSocket: masking beside memcpy of the same bytes, the check
// for UTF-8, and all that a session does with a message that has arrived.
#include <coracle/base/utf8_progress.hpp>
#include <coracle/websocket/mask.hpp>
#include <coracle/websocket/session.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace {

using namespace coracle;

template <class F>
void measure(const char* what, std::size_t size, F&& once) {
    const std::size_t times = (16U << 20U) / (size < 64 ? 64 : size) + 1;
    double best = 1e18;
    for (int round = 0; round < 20; ++round) {
        auto start = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < times; ++i) once();
        std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
        if (took.count() < best) best = took.count();
    }
    std::printf("websocket_%s_%zu  %.2f\n", what, size, static_cast<double>(size * times) / best);
}

void touched(const void* bytes) { asm volatile("" : : "r"(bytes) : "memory"); }

ws::mask_key a_key() { return {0x9E, 0x37, 0x79, 0xB9}; }

void measure_all(std::size_t size) {
    // Neither of them where a vector would like it.
    std::string from(size + 3, 'x');
    std::string to(size + 5, '\0');
    const char* source = from.data() + 3;
    char* target = to.data() + 5;
    measure("memcpy", size, [&] {
        std::memcpy(target, source, size);
        touched(target);
    });
    measure("mask", size, [&] {
        ws::mask(source, target, size, a_key(), 1);
        touched(target);
    });
    measure("mask_in_place", size, [&] {
        ws::mask(target, target, size, a_key(), 1);
        touched(target);
    });
    measure("utf8", size, [&] {
        utf8_progress text;
        if (!text.take({source, size})) std::abort();
        touched(source);
    });
    byte_buffer frame;
    ws::session client = ws::session::client(a_key);
    client.send(frame, ws::data_kind::text, {source, size});
    const std::string wire(frame.view());
    std::string bytes = wire;
    ws::session server = ws::session::server();
    measure("read_text", size, [&] {
        std::memcpy(bytes.data(), wire.data(), wire.size());  // as the kernel would
        std::span<char> arrived(bytes);
        ws::event what = server.next(arrived);
        if (what.data.size() != size) std::abort();
        touched(what.data.data());
    });
    measure("write_text", size, [&] {
        frame.clear();
        client.send(frame, ws::data_kind::text, {source, size});
        touched(frame.data());
    });
}

}  // namespace

int main() {
    for (std::size_t size : {std::size_t{64}, std::size_t{4096}, std::size_t{65536}, std::size_t{16} << 20U})
        measure_all(size);
}
