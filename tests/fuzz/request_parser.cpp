// Invariant: a stream of requests means the same whole and cut anywhere, whatever moves in between; and nothing is read
// outside of it. What a complete head says is made of pieces of the stream.
#include "../http/wire_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {
void demand(bool condition) {
    if (!condition) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // The first byte chooses the limits, the second where to cut; both leave the samples of the corpus readable.
    if (size < 2) return 0;
    coracle::http::limits bounds;
    if (data[0] & 1) {
        bounds.head_bytes = 64;
        bounds.target_bytes = 16;
        bounds.fields = 3;
        bounds.body_bytes = 20;
        bounds.chunk_line_bytes = 20;
        bounds.chunk_extension_bytes = 24;
        bounds.chunk_overhead_bytes = 40;
        bounds.trailer_bytes = 20;
        bounds.trailers = 2;
    }
    std::size_t stride = data[1] % 37 + 1U;
    std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

    const std::string whole = wire::events_of(bytes, {}, bounds);
    std::vector<std::size_t> cuts;
    for (std::size_t at = stride; at < bytes.size(); at += stride) cuts.push_back(at);
    demand(wire::events_of(bytes, cuts, bounds) == whole);
    demand(wire::events_of(bytes, {bytes.size() / 2}, bounds) == whole);
    demand(wire::events_bytewise(bytes, bounds) == whole);

    // F20, F18: behind a refusal or a close nothing counts; behind a finished message everything does.
    wire::reader again(bounds);
    again.feed(bytes);
    constexpr std::string_view tail = "GET /t HTTP/1.1\r\nHost: t\r\n\r\n";
    bool open = again.stays_open();
    bool closed = again.turns().whose() == coracle::http::turn::close;
    again.feed(tail);
    if (closed) demand(again.events() == whole);
    if (open) demand(again.events() == whole + "request GET /t HTTP/1.1\nfield Host: t\nend\n");
    return 0;
}
