// siphash: a hash that nobody can aim at who does not know its key, for tables whose keys come from outside.
// Aumasson, Bernstein: SipHash, a fast short-input PRF (2012). Tables take SipHash-1-3, as Rust's and CPython's do.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace coracle {

/// 128 bits, kept secret by whoever owns the table.
struct siphash_key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

/// `siphash<1, 3> hash(key); hash.add(text); hash.add(number); hash.finish()`: with so many rounds for each eight
/// bytes, and so many at the end. Each add() counts its length, so that "ab", "c" is not "a", "bc"; of() is the
/// published function of one text.
template <int Each, int Last>
class siphash {
public:
    explicit constexpr siphash(siphash_key key) noexcept
        : a_(key.low ^ 0x736f6d6570736575),
          b_(key.high ^ 0x646f72616e646f6d),
          c_(key.low ^ 0x6c7967656e657261),
          d_(key.high ^ 0x7465646279746573) {}

    static std::uint64_t of(siphash_key key, std::string_view text) noexcept {
        siphash hash(key);
        std::uint64_t rest = hash.whole_words(text);
        return hash.finish_with(rest | static_cast<std::uint64_t>(text.size()) << 56);
    }

    constexpr void add(std::uint64_t number) noexcept { mix(number); }
    void add(std::string_view text) noexcept {
        std::uint64_t rest = whole_words(text);
        mix(rest | static_cast<std::uint64_t>(text.size()) << 56);
    }
    constexpr std::uint64_t finish() noexcept { return finish_with(0); }

private:
    constexpr void round() noexcept {
        a_ += b_;
        c_ += d_;
        b_ = std::rotl(b_, 13) ^ a_;
        d_ = std::rotl(d_, 16) ^ c_;
        a_ = std::rotl(a_, 32);
        c_ += b_;
        a_ += d_;
        b_ = std::rotl(b_, 17) ^ c_;
        d_ = std::rotl(d_, 21) ^ a_;
        c_ = std::rotl(c_, 32);
    }
    constexpr void mix(std::uint64_t word) noexcept {
        d_ ^= word;
        for (int i = 0; i < Each; ++i) round();
        a_ ^= word;
    }
    /// Mixes in all eights; gives what is left of the text, at most seven bytes.
    std::uint64_t whole_words(std::string_view text) noexcept {
        for (; text.size() >= 8; text.remove_prefix(8)) {
            std::uint64_t word;
            std::memcpy(&word, text.data(), sizeof word);
            mix(little_endian(word));
        }
        std::uint64_t rest = 0;
        for (std::size_t i = 0; i < text.size(); ++i)
            rest |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
        return rest;
    }
    constexpr std::uint64_t finish_with(std::uint64_t last) noexcept {
        mix(last);
        c_ ^= 0xff;
        for (int i = 0; i < Last; ++i) round();
        return a_ ^ b_ ^ c_ ^ d_;
    }
    static constexpr std::uint64_t little_endian(std::uint64_t word) noexcept {
        if constexpr (std::endian::native == std::endian::big) return __builtin_bswap64(word);
        return word;
    }

    std::uint64_t a_;
    std::uint64_t b_;
    std::uint64_t c_;
    std::uint64_t d_;
};

/// What hash tables use.
using table_hash = siphash<1, 3>;

}  // namespace coracle
