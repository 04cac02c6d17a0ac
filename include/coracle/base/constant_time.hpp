// constant_time: comparing secrets without telling by the time it takes how much of a guess was right.
// Python's secrets.compare_digest.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace coracle {

/// Whether a secret and what somebody sent are the same: `if (!secure_equal(sent.password, expected)) ...`
/// Takes as long for a wrong first byte as for a wrong last one. Texts of different length are told apart at once, so
/// compare hashes where the length is a secret, too.
constexpr bool secure_equal(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    if (std::is_constant_evaluated()) return a == b;
    // volatile: a compiler that knows the answer after the first difference must not act on it.
    volatile unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<unsigned char>(difference |
                                                (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
    return difference == 0;
}

}  // namespace coracle
