// Invariant: a body is the same data, the same length and the same verdict whole and in any pieces; the data never
// exceeds its bound, and nothing behind the end of the body is touched.
#include <coracle/http/body_decoder.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace {
namespace http = coracle::http;

void demand(bool condition) {
    if (!condition) std::abort();
}

struct outcome {
    std::string data{};
    std::size_t consumed = 0;
    http::body_state state = http::body_state::need_more;
    int why = -1;
    bool operator==(const outcome&) const = default;
};

outcome read(http::body_length length, std::string_view bytes, std::size_t step, const http::limits& bounds) {
    http::body_decoder decoder;
    outcome out;
    if (auto why = decoder.start(length, bounds)) return {{}, 0, http::body_state::refused, static_cast<int>(*why)};
    if (decoder.complete()) return {{}, 0, http::body_state::complete, -1};
    for (std::size_t at = 0; at < bytes.size() && out.state == http::body_state::need_more; at += step) {
        std::string_view piece = bytes.substr(at, step);
        auto copy = std::make_unique<char[]>(piece.size());
        std::memcpy(copy.get(), piece.data(), piece.size());
        std::string_view rest(copy.get(), piece.size());
        do {
            http::decoded got = decoder.decode(rest);
            demand(got.consumed <= rest.size());
            demand(got.state != http::body_state::data || (!got.data.empty() && got.consumed != 0));
            out.data += got.data;
            out.consumed += got.consumed;
            out.state = got.state;
            rest.remove_prefix(got.consumed);
        } while (out.state == http::body_state::data);
        demand(out.state != http::body_state::need_more || rest.empty());
        demand(out.data.size() <= bounds.body_bytes && decoder.received() == out.data.size());
    }
    if (out.state == http::body_state::refused) out.why = static_cast<int>(decoder.why());
    return out;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // First byte: 'c' chunked, else so many bytes; second: the size of the pieces.
    if (size < 2) return 0;
    http::limits bounds;
    bounds.body_bytes = 100;
    bounds.chunk_line_bytes = 30;
    bounds.chunk_extension_bytes = 50;
    bounds.chunk_overhead_bytes = 60;
    bounds.trailer_bytes = 40;
    bounds.trailers = 3;
    http::body_length length{http::body_length::kind::fixed, data[0]};
    if (data[0] == 'c') length = {http::body_length::kind::chunked, 0};
    std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

    const outcome whole = read(length, bytes, bytes.size() + 1, bounds);
    demand(read(length, bytes, data[1] % 19 + 1U, bounds) == whole);
    demand(read(length, bytes, 1, bounds) == whole);
    if (whole.state == http::body_state::complete)
        demand(read(length, bytes.substr(0, whole.consumed), 1, bounds) == whole);
    // In chunks with generous limits the body is what it was: encode the data again and read it.
    if (whole.state == http::body_state::complete && length.how == http::body_length::kind::chunked) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string again;
        for (std::size_t at = 0; at < whole.data.size(); at += 15) {
            std::string_view part = std::string_view(whole.data).substr(at, 15);
            ((again += digits[part.size()]) += "\r\n").append(part) += "\r\n";
        }
        again += "0\r\n\r\n";
        outcome same = read(length, again, 4, bounds);
        demand(same.data == whole.data && same.state == http::body_state::complete && same.consumed == again.size());
    }
    return 0;
}
