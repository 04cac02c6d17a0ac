// time_span: how long, in whichever unit it was said. Every std::chrono duration becomes one.
#pragma once

#include <chrono>
#include <ratio>
#include <string>
#include <type_traits>
#include <utility>

namespace coracle::loop {

/// A number of nanoseconds; what does not fit is as long as can be, a fraction is rounded up, and what is no number is
/// no time. So `timeout(std::chrono::hours::max(), ...)` waits for ever instead of overflowing.
class time_span {
public:
    template <class Rep, class Period>
    constexpr time_span(std::chrono::duration<Rep, Period> said) noexcept  // implicit: users write 5s
        : length_(converted(said)) {}
    /// A number without a unit would be a guess.
    template <class Number>
        requires std::is_arithmetic_v<Number>
    constexpr time_span(Number) noexcept {
        static_assert(!std::is_arithmetic_v<Number>, "coracle: say the unit of a time: 5s, 100ms, 1.5s");
    }

    constexpr std::chrono::nanoseconds nanoseconds() const noexcept { return length_; }
    constexpr bool for_ever() const noexcept { return length_ == length_.max(); }

private:
    template <class Rep, class Period>
    static constexpr std::chrono::nanoseconds converted(std::chrono::duration<Rep, Period> said) noexcept {
        using std::chrono::nanoseconds;
        if constexpr (std::is_convertible_v<std::chrono::duration<Rep, Period>, nanoseconds>) {
            constexpr auto most = nanoseconds::max().count() / std::ratio_divide<Period, std::nano>::num;
            if (std::cmp_greater(said.count(), most)) return nanoseconds::max();
            if (std::cmp_less(said.count(), -most)) return nanoseconds::min();
            return said;
        } else {
            // A double this large is whole, and one below the bound fits.
            std::chrono::duration<double, std::nano> wanted = said;
            if (!(wanted.count() > 0)) return nanoseconds::zero();
            bool fits = wanted.count() < static_cast<double>(nanoseconds::max().count());
            return fits ? std::chrono::ceil<nanoseconds>(wanted) : nanoseconds::max();
        }
    }
    std::chrono::nanoseconds length_{};
};

/// For messages, in the largest unit that leaves no fraction: "5s", "1500ms", "90s".
inline std::string to_text(time_span length) {
    auto count = length.nanoseconds().count();
    if (count == 0) return "0s";
    const char* unit = "ns";
    for (const char* larger : {"us", "ms", "s"}) {
        if (count % 1000 != 0) break;
        count /= 1000;
        unit = larger;
    }
    return std::to_string(count) + unit;
}

}  // namespace coracle::loop
