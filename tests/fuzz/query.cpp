// Invariant: the pairs of a query or an urlencoded form are UTF-8, in their order, as many as there are; cookies are
// pieces of their field; and limits say no before anything else does.
#include <coracle/app/cookie_pairs.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/form_limits.hpp>
#include <coracle/http/percent.hpp>
#include <coracle/http/query.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace {
namespace http = coracle::http;

void demand(bool condition) {
    if (!condition) std::abort();
}
bool inside(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto copy = std::make_unique<char[]>(size);
    if (size) std::memcpy(copy.get(), data, size);
    std::string_view text(copy.get(), size);

    std::size_t count = 0;
    std::optional<std::string> last;
    for (http::query_reader pairs(text); pairs.next(); ++count) {
        demand(coracle::utf8::is_valid(pairs.name()) && coracle::utf8::is_valid(pairs.value()));
        // A byte that is no UTF-8 becomes three.
        demand(pairs.name().size() + pairs.value().size() <= 3 * size);
        if (pairs.name() == "a") last = std::string(pairs.value());
    }
    demand(http::query_value(text, "a") == last);
    auto separators = static_cast<std::size_t>(std::count(text.begin(), text.end(), '&'));
    demand(count <= separators + 1 && count <= http::default_limits.query_pairs);
    if (http::form_refusal(text).empty()) demand(count <= http::form_limits().max_fields);

    // What is escaped comes back, alone and among others.
    if (coracle::utf8::is_valid(text)) {
        std::string escaped;
        http::encode_percent(text, escaped);
        demand(http::query_value("b=1&" + escaped + "=2&a=" + escaped + "&c", "a") == std::string(text));
    }

    http::fields fields;
    std::size_t half = size / 2;
    fields.push_back({"cookie", text.substr(0, half)});
    fields.push_back({"Cookie", text.substr(half)});
    coracle::cookie_pairs cookies(fields);
    for (const auto& pair : cookies) {
        demand(inside(pair.name, text) && inside(pair.value, text));
        demand(pair.name.find(';') == std::string_view::npos && pair.value.find(';') == std::string_view::npos);
        std::string storage;
        demand(coracle::cookie_pairs::unescape(pair.value, storage).size() <= pair.value.size());
        demand(cookies.find(pair.name).has_value());
    }
    return 0;
}
