#include <doctest/doctest.h>

#include <coracle/route/path_segments.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

using coracle::route::path_segments;

namespace {

// Reads from a heap copy of exactly the path's size, so that an over-read is seen by the address sanitizer.
std::vector<std::string> read(std::string_view path, bool& good, std::size_t limit = 33) {
    std::unique_ptr<char[]> copy(new char[path.size()]);
    path.copy(copy.get(), path.size());
    std::string storage;
    path_segments segments;
    good = segments.read({copy.get(), path.size()}, limit, storage);
    std::vector<std::string> out;
    if (good)
        for (std::size_t i = 0; i < segments.count(); ++i) out.emplace_back(segments[i]);
    if (good && !out.empty()) out.emplace_back(segments.from(segments.count() - 1));
    return out;
}

using list = std::vector<std::string>;

}  // namespace

TEST_CASE("a path is cut at each slash; the last entry here is the rest of the path from the last segment") {
    bool good = false;
    CHECK(read("/", good) == list{"", ""});
    CHECK(good);
    CHECK(read("/a", good) == list{"a", "a"});
    CHECK(read("/a/", good) == list{"a", "", ""});
    CHECK(read("//a", good) == list{"", "a", "a"});
    CHECK(read("/a/b/c", good, 2) == list{"a", "b", "b/c"});
    CHECK(read("/a/b", good, 2) == list{"a", "b", "b"});
    CHECK(read("/%61/b/c", good, 2) == list{"a", "b", "b/c"});
}

TEST_CASE("P4: escapes are decoded once, after the cut: an escaped slash is data") {
    bool good = false;
    CHECK(read("/a%2Fb/c", good) == list{"a/b", "c", "c"});
    CHECK(read("/a%2fb", good) == list{"a/b", "a/b"});
    CHECK(read("/%252F", good) == list{"%2F", "%2F"});
    CHECK(read("/%2e%2E/x", good) == list{"..", "x", "x"});
    CHECK(read("/caf%C3%A9", good) == list{"caf\xC3\xA9", "caf\xC3\xA9"});
    CHECK(read("/a+b", good) == list{"a+b", "a+b"});
}

TEST_CASE("D14: broken escapes and NUL are refused and never read over") {
    for (std::string_view bad : {"/%", "/%4", "/a%", "/a%4", "/%zz", "/%4z", "/%z4", "/%00", "/ok/%00/x", "/%4/x",
                                 "/% 41", "", "a", "*", "%2F"}) {
        CAPTURE(bad);
        bool good = true;
        read(bad, good);
        CHECK_FALSE(good);
    }
    bool good = true;
    read("/a/b/c/%4", good, 2);
    CHECK_FALSE(good);  // checked beyond the limit too: the answer does not depend on the routes
}
