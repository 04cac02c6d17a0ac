// Invariant: a text that is read as a moment is written and read as the same moment; every moment is written in 29
// characters that can be read again, and the century of two digits is never more than fifty years ahead.
#include <coracle/http/date.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

namespace {
namespace http = coracle::http;

void demand(bool condition) {
    if (!condition) std::abort();
}
constexpr std::int64_t first = -62167219200, last = 253402300799;  // of the years that have four digits

void write_and_read(std::int64_t moment) {
    char text[http::date_size];
    http::write_date(moment, text);
    auto again = http::parse_date({text, sizeof text});
    demand(again.has_value());
    demand(*again == (moment < first ? first : moment > last ? last : moment));
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A number, which is a moment and a present, then a text.
    std::int64_t number = 0;
    if (size >= sizeof number) std::memcpy(&number, data, sizeof number);
    write_and_read(number);
    // Two digits of a year are read up to fifty years ahead, which may not be beyond what four can write.
    constexpr std::int64_t year = 366 * 86400, latest = last - 51 * year;
    std::int64_t now = number < first ? first : number > latest ? latest : number;

    auto copy = std::make_unique<char[]>(size);
    if (size) std::memcpy(copy.get(), data, size);
    for (std::size_t skip : {std::size_t{0}, sizeof number}) {
        if (size < skip) continue;
        std::string_view text(copy.get() + skip, size - skip);
        auto moment = http::parse_date(text, now);
        if (!moment) continue;
        demand(*moment >= first && *moment <= last);
        write_and_read(*moment);
        if (text.find('-') != std::string_view::npos && now > 0) demand(*moment < now + 51 * year);
    }
    return 0;
}
