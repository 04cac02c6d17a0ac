// Invariant: the parts of a target are pieces of it that put it together again; what decodes is never longer than it
// was, encodes back to the same, and what is broken is refused in a path and kept in a query.
#include <coracle/base/utf8.hpp>
#include <coracle/http/authority.hpp>
#include <coracle/http/date.hpp>
#include <coracle/http/percent.hpp>
#include <coracle/http/query.hpp>
#include <coracle/http/target.hpp>

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
bool inside(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_target(http::method m, std::string_view text) {
    auto found = http::parse_target(m, text);
    if (!found) return;
    const http::target& t = *found;
    demand(t.text == text && inside(t.path, text) && inside(t.query, text) && inside(t.authority, text));
    demand(t.path.find('?') == std::string_view::npos && t.text.find('#') == std::string_view::npos);
    std::string again;
    switch (t.form) {
        case http::target_form::authority:
            again = t.authority;
            break;
        case http::target_form::asterisk:
            again = t.path;
            break;
        case http::target_form::origin:
        case http::target_form::absolute:
            demand(t.path.starts_with('/'));
            if (t.form == http::target_form::absolute) again = text.substr(0, text.find("//") + 2);
            again += t.authority;
            if (t.path.data() >= t.authority.data() + t.authority.size() || t.authority.empty()) again += t.path;
            if (text.find('?') != std::string_view::npos) (again += '?') += t.query;
            break;
    }
    demand(again == text);
    if (!t.authority.empty()) demand(http::parse_authority(t.authority).has_value());
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto copy = std::make_unique<char[]>(size);
    if (size) std::memcpy(copy.get(), data, size);
    std::string_view text(copy.get(), size);

    for (auto m : {http::method::get, http::method::options, http::method::connect, http::method::other})
        check_target(m, text);

    std::string storage;
    auto path = http::decode_path(text, storage);
    demand(path || path.error() == http::refusal::bad_escape || path.error() == http::refusal::nul_in_path);
    if (path) {
        demand(path->size() <= text.size());
        std::string encoded, back;
        http::encode_percent(*path, encoded);
        auto same = http::decode_path(encoded, back);
        demand(same ? *same == *path : path->find('\0') != std::string_view::npos);
    }

    std::string query_storage;
    std::string_view query = http::decode_query(text, query_storage);
    demand(coracle::utf8::is_valid(query));

    http::query_reader pairs(text, 50);
    std::size_t count = 0;
    while (pairs.next()) {
        ++count;
        demand(coracle::utf8::is_valid(pairs.name()) && coracle::utf8::is_valid(pairs.value()));
    }
    demand(count <= 50 && (!pairs.too_many() || count == 50));

    if (auto parts = http::parse_authority(text)) demand(inside(parts->host, text) && !parts->host.empty());
    if (auto moment = http::parse_date(text)) {
        char written[http::date_size];
        http::write_date(*moment, written);
        demand(http::parse_date({written, sizeof written}) == moment);
    }
    return 0;
}
