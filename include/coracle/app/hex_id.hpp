// hex_id: an id in hexadecimal digits that nobody can guess, for requests and traces.
// W3C Trace Context 3.2.2 (the digits are lower-case, and not all zeros).
#pragma once

#include <coracle/async/scheduler.hpp>
#include <coracle/base/ascii.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace coracle {

/// An id of `Size` lower-case hexadecimal digits; all zeros: none.
template <std::size_t Size>
class hex_id {
public:
    constexpr hex_id() noexcept { digits_.fill('0'); }
    static constexpr std::optional<hex_id> read(std::string_view text) noexcept {
        hex_id made;
        if (text.size() != Size) return std::nullopt;
        for (std::size_t i = 0; i < Size; ++i) {
            if (ascii::hex_value(text[i]) < 0 || ascii::is_upper(text[i])) return std::nullopt;
            made.digits_[i] = text[i];
        }
        return made;
    }
    /// in: on a loop.
    static hex_id make() {
        hex_id made;
        while (made.empty()) {
            std::array<char, Size / 2> bytes{};
            async::scheduler::current().random_bytes(bytes);
            for (std::size_t i = 0; i < Size; ++i) {
                auto byte = static_cast<unsigned char>(bytes[i / 2]);
                made.digits_[i] = ascii::hex_digit(i % 2 == 0 ? byte >> 4U : byte);
            }
        }
        return made;
    }
    constexpr std::string_view text() const noexcept { return {digits_.data(), Size}; }
    constexpr bool empty() const noexcept { return text().find_first_not_of('0') == std::string_view::npos; }
    friend bool operator==(const hex_id&, const hex_id&) = default;

private:
    std::array<char, Size> digits_;
};

}  // namespace coracle
