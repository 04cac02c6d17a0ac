#include <coracle/client/mask_keys.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

TEST_CASE("each frame has a key of its own, also when the bytes at hand are used up") {
    std::vector<std::string> seen;
    std::size_t again = 0;
    for (int i = 0; i < 300; ++i) {
        coracle::ws::mask_key key = coracle::client::next_mask_key();
        std::string text(key.begin(), key.end());
        for (const std::string& before : seen) again += before == text;
        seen.push_back(text);
    }
    CHECK(again <= 1);  // by chance, once in a hundred thousand runs
}
