// Invariant: any text is a pattern or has a fault with a sentence; a search takes at most as many steps as program
// times text; and what a pattern finds, it finds in a group, as one of two alternatives, and behind anything that
// comes first.
#include <coracle/base/utf8.hpp>
#include <coracle/json/pattern_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace coracle;

void check(bool holds) {
    if (!holds) std::abort();
}

bool found(const std::string& pattern, std::string_view text, bool& good) {
    detail::pattern_parser parsed(pattern);
    good = parsed.fault == pattern_fault::none;
    if (!good) return false;
    std::size_t steps = 0;
    bool yes = detail::search({parsed.code.data(), parsed.code.size(), parsed.ranges.data()}, text, steps);
    check(steps <= parsed.code.size() * (text.size() + 1));
    return yes;
}

}  // namespace

// The input is a pattern, a line feed, and a text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string input(reinterpret_cast<const char*>(data), size);
    std::size_t cut_at = input.find('\n');
    std::string pattern = input.substr(0, cut_at);
    std::string text = cut_at == std::string::npos ? std::string() : input.substr(cut_at + 1);

    detail::pattern_parser parsed(pattern);
    check(parsed.code.size() <= detail::max_text_program);
    if (parsed.fault != pattern_fault::none) {
        check(!detail::sentence_of(parsed.fault).empty());
        return 0;
    }
    bool good = false;
    bool yes = found(pattern, text, good);
    if (pattern.starts_with("(?i)")) return 0;
    bool grouped = found("(?:" + pattern + ")", text, good);
    check(!good || grouped == yes);
    bool either = found(pattern + "|" + pattern, text, good);
    check(!good || either == yes);
    bool once = found("(?:" + pattern + "){1}", text, good);
    check(!good || once == yes);
    bool anywhere = found("^(?:.|\\n)*(?:" + pattern + ")", text, good);
    if (good && utf8::is_valid(text)) check(anywhere == yes);
    return 0;
}
