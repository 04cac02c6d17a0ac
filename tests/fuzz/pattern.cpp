// Invariant: any text is a pattern or an error with a sentence; and a route made from a pattern takes exactly the paths
// that a walk over its segments takes, with the same captures.
#include <coracle/http/percent.hpp>
#include <coracle/route/pattern.hpp>
#include <coracle/route/router.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace coracle;

void check(bool holds) {
    if (!holds) std::abort();
}

std::optional<std::vector<std::string>> cut(std::string_view path) {
    if (!path.starts_with('/')) return std::nullopt;
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at != path.npos;) {
        std::size_t slash = path.find('/', at + 1);
        std::string storage;
        auto piece = http::decode_path(path.substr(at + 1, slash == path.npos ? slash : slash - at - 1), storage);
        if (!piece) return std::nullopt;
        pieces.emplace_back(*piece);
        at = slash;
    }
    return pieces;
}

std::optional<std::vector<std::string>> captured(const route::pattern& one, const std::vector<std::string>& path) {
    std::vector<std::string> captures;
    for (std::size_t i = 0; i < one.segment_count; ++i) {
        if (i == path.size()) return std::nullopt;
        const route::pattern_segment& segment = one.segments[i];
        std::string storage;
        if (!segment.is_placeholder) {
            if (*http::decode_path(segment.text, storage) != path[i]) return std::nullopt;
            continue;
        }
        if (!route::takes(segment.kind, path[i])) return std::nullopt;
        captures.push_back(path[i]);
        if (segment.kind != route::convertor::rest) continue;
        for (++i; i < path.size(); ++i) captures.back() += "/" + path[i];
        return captures;
    }
    if (path.size() != one.segment_count) return std::nullopt;
    return captures;
}

}  // namespace

// The input is a pattern, a line feed, and a path.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string input(reinterpret_cast<const char*>(data), size);
    std::size_t cut_at = input.find('\n');
    std::string text = input.substr(0, cut_at);
    std::string path = cut_at == std::string::npos ? std::string() : input.substr(cut_at + 1);

    std::optional<route::pattern> parsed;
    try {
        parsed.emplace(text);
    } catch (const route::pattern_error& error) {
        check(std::string_view(error.what()).find("' is wrong: ") != std::string_view::npos);
        return 0;
    }
    check(parsed->segment_count >= 1 && parsed->segment_count <= route::pattern::max_segments);
    check(parsed->parameter_count() <= route::pattern::max_parameters);
    for (std::size_t i = 0; i < parsed->parameter_count(); ++i) check(!parsed->parameter_name(i).empty());

    route::router routes;
    routes.add({"GET"}, *parsed);
    routes.freeze();
    route::match found;
    routes.lookup(http::method::get, {}, path, found);
    auto pieces = cut(path);
    check((found.result == route::outcome::bad_path) == !pieces);
    if (!pieces) return 0;
    auto captures = captured(*parsed, *pieces);
    check((found.result == route::outcome::found) == captures.has_value());
    if (!captures) return 0;
    check(found.capture_count == captures->size());
    for (std::size_t i = 0; i < captures->size(); ++i) check(found.captures[i] == (*captures)[i]);
    return 0;
}
