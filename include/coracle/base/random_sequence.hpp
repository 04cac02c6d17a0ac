// random_sequence: numbers that a seed decides, the same on every machine, for tests that can be repeated. No secrets.
// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
#pragma once

#include <coracle/base/assert.hpp>

#include <cstdint>

namespace coracle {

/// Every seed begins another sequence, neighbouring seeds too.
class random_sequence {
public:
    explicit constexpr random_sequence(std::uint64_t seed) noexcept : state_(seed) {}

    constexpr std::uint64_t next() noexcept {
        state_ += 0x9e37'79b9'7f4a'7c15;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11eb;
        return mixed ^ (mixed >> 31);
    }
    /// From 0 to `bound` - 1. in: a bound above 0.
    constexpr std::uint64_t below(std::uint64_t bound) noexcept {
        CORACLE_ASSERT(bound > 0);
        return next() % bound;  // the bias is below 2^-32 for every bound that a test has
    }
    /// From `least` to `most`, both of them possible.
    constexpr std::int64_t between(std::int64_t least, std::int64_t most) noexcept {
        CORACLE_ASSERT(least <= most);
        std::uint64_t span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least) + 1;
        std::uint64_t step = span == 0 ? next() : next() % span;
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + step);
    }
    /// True `times` in a hundred.
    constexpr bool percent(unsigned times) noexcept { return next() % 100 < times; }
    /// A sequence of its own, for a part that must not disturb the rest.
    constexpr random_sequence split() noexcept { return random_sequence(next()); }

private:
    std::uint64_t state_;
};

}  // namespace coracle
