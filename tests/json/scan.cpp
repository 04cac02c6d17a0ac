#include <doctest/doctest.h>

#include <coracle/json/scan.hpp>

#include <memory>
#include <string>

using namespace coracle;

TEST_CASE("every byte is plain or not, alone and at every place of a word") {
    for (int value = 0; value < 256; ++value) {
        auto c = static_cast<char>(value);
        bool plain = value >= 0x20 && value < 0x80 && value != '"' && value != '\\';
        CHECK(detail::is_plain(c) == plain);
        for (std::size_t length = 1; length < 20; ++length) {
            for (std::size_t at = 0; at < length; ++at) {
                auto exact = std::make_unique<char[]>(length);  // of exactly this size: reading on is seen
                for (std::size_t i = 0; i < length; ++i) exact[i] = i % 2 ? '~' : ' ';
                exact[at] = c;
                const char* stop = detail::skip_plain(exact.get(), exact.get() + length);
                if (static_cast<std::size_t>(stop - exact.get()) != (plain ? length : at))
                    FAIL("byte ", value, " at ", at);
            }
        }
    }
}

TEST_CASE("the first of several special bytes is found, whatever stands behind it") {
    for (int first = 0; first < 256; ++first) {
        for (int second : {0x00, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D, 0x7F, 0x80, 0xFF}) {
            std::string text = "ab";
            text += static_cast<char>(first);
            text += static_cast<char>(second);
            text += "cdef";
            std::size_t wanted = 0;
            while (wanted < text.size() && detail::is_plain(text[wanted])) ++wanted;
            const char* stop = detail::skip_plain(text.data(), text.data() + text.size());
            if (static_cast<std::size_t>(stop - text.data()) != wanted) FAIL("bytes ", first, " ", second);
        }
    }
}

TEST_CASE("an empty run is its own end") {
    const char* nowhere = nullptr;
    CHECK(detail::skip_plain(nowhere, nowhere) == nowhere);
}
