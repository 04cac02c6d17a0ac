// fixed_string: a text as a template argument, as in header<"user-agent"> and pattern<"[a-z]+">.
// C++20 [temp.param] 6: a class whose members are public can be the type of one.
#pragma once

#include <cstddef>
#include <string_view>

namespace coracle {

/// The text of a literal of N bytes, its closing zero among them. Two with the same text are the same argument.
template <std::size_t N>
struct fixed_string {
    char bytes[N]{};

    consteval fixed_string(const char (&literal)[N]) noexcept {
        for (std::size_t i = 0; i < N; ++i) bytes[i] = literal[i];
    }
    constexpr std::string_view view() const noexcept { return {bytes, N - 1}; }
    constexpr std::size_t size() const noexcept { return N - 1; }
};

}  // namespace coracle
