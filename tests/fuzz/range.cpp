// Invariant: the ranges that are served lie in the file, in order, apart from one another, at most sixteen; what the
// other fields and paths that choose a file say never reads outside of them, and no path has a step in it.
#include <coracle/http/attachment.hpp>
#include <coracle/http/byteranges.hpp>
#include <coracle/http/entity_tag.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/file_path.hpp>
#include <coracle/http/hashed_name.hpp>
#include <coracle/http/media_type.hpp>
#include <coracle/http/preconditions.hpp>
#include <coracle/http/range.hpp>
#include <coracle/http/weighted_list.hpp>

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

void check_ranges(std::string_view text, std::uint64_t size) {
    http::range_set set(text, size);
    demand(set.size() <= http::range_set::most);
    demand((set.answer() != http::range_answer::parts) || set.size() > 0);
    std::uint64_t before = 0;
    for (const http::byte_range& each : set) {
        demand(each.length > 0 && each.length <= size && each.first <= size - each.length);
        demand(&each == set.begin() || each.first > before);
        before = each.end();
        demand(!http::content_range(each, size).empty());
    }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto copy = std::make_unique<char[]>(size);
    if (size) std::memcpy(copy.get(), data, size);
    std::string_view text(copy.get(), size);

    for (std::uint64_t length : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}, ~std::uint64_t{0}})
        check_ranges(text, length);

    auto alone = http::parse_entity_tag(text);
    if (alone) demand(alone->quoted.size() >= 2 && alone->quoted.size() + (alone->weak ? 2 : 0) == size);
    std::size_t tags = 0;
    http::for_each_entity_tag(text, [&](const http::entity_tag& one) {
        demand(one.quoted.data() >= text.data() && one.quoted.data() + one.quoted.size() <= text.data() + size);
        demand(http::parse_entity_tag(one.quoted).has_value());
        return ++tags < 1000;
    });
    if (alone) demand(tags == 1);

    http::fields asked;
    for (std::string_view name : {"if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"})
        asked.push_back({name, text});
    http::validators there{{"\"a\"", false}, 784111777};
    for (auto how : {http::method::get, http::method::put}) {
        auto judged = http::judge_preconditions(asked, how, there, 1'000'000'000);
        demand(how == http::method::get || judged != http::precondition::not_modified);
    }
    if (http::range_applies(asked, there, 1'000'000'000)) demand(alone || http::parse_date(text).has_value());

    asked.clear();
    asked.push_back({"accept-encoding", text});
    if (auto weight = http::weight_in(asked, "accept-encoding", "gzip")) demand(*weight <= 1000);

    for (bool hidden : {false, true}) {
        auto path = http::read_file_path(text, hidden);
        if (!path) continue;
        demand(path->names.size() <= size && !path->names.starts_with('/') && !path->names.ends_with('/'));
        demand(path->names.find("//") == std::string::npos && path->names.find('\\') == std::string::npos);
        std::string within = '/' + path->names + '/';
        demand(path->names.empty() || (within.find("/../") == within.npos && within.find("/./") == within.npos));
        demand(path->names.find('\0') == std::string::npos);
    }

    static_cast<void>(http::is_hashed_name(text));
    demand(http::file_extension(text).size() <= size);
    static_cast<void>(http::media_type_of(text));
    demand(http::is_field_value(http::content_disposition("attachment", text)));
    return 0;
}
