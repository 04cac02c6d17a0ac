// block_hash: what MD5, SHA-1 and SHA-256 have in common: blocks of 64 bytes, and the length behind the last one.
// RFC 1321 section 3, FIPS 180-4 sections 5.1.1 and 6.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace coracle {

/// Over a whole text, `of(text)`, or piece by piece: `hash.update(...); hash.update(...); hash.finish()`. A copy goes
/// on by itself. in: a Function has the words it begins with, their order of bytes, and mixes a block into them.
template <class Function>
class block_hash {
public:
    static constexpr std::size_t block_size = 64;
    static constexpr std::size_t digest_size = sizeof Function::begin;
    /// The bytes of a hash. Compare secrets with secure_equal(a.view(), b.view()).
    struct digest {
        std::array<char, digest_size> bytes{};
        constexpr std::string_view view() const noexcept { return {bytes.data(), bytes.size()}; }
        bool operator==(const digest&) const = default;
    };

    static constexpr digest of(std::string_view text) noexcept {
        block_hash hash;
        hash.update(text);
        return hash.finish();
    }

    constexpr void update(std::string_view text) noexcept {
        std::size_t held = size_ % block_size;
        size_ += text.size();
        if (held != 0) {
            std::size_t more = block_size - held < text.size() ? block_size - held : text.size();
            copy(block_.data() + held, text.data(), more);
            text.remove_prefix(more);
            if (held + more < block_size) return;
            Function::mix(state_, block_.data());
        }
        for (; text.size() >= block_size; text.remove_prefix(block_size)) Function::mix(state_, text.data());
        copy(block_.data(), text.data(), text.size());
    }
    /// The hash of all that came. Afterwards the object is as new.
    constexpr digest finish() noexcept {
        std::size_t held = size_ % block_size;
        const std::uint64_t bits = size_ * 8;
        block_[held++] = static_cast<char>(0x80);
        if (held > block_size - sizeof bits) {
            while (held < block_size) block_[held++] = 0;
            Function::mix(state_, block_.data());
            held = 0;
        }
        while (held < block_size - sizeof bits) block_[held++] = 0;
        for (std::size_t i = 0; i < sizeof bits; ++i) block_[held++] = byte_of(bits, i);
        Function::mix(state_, block_.data());
        digest out;
        for (std::size_t i = 0; i < digest_size; ++i) out.bytes[i] = byte_of(state_[i / 4], i % 4);
        *this = block_hash();
        return out;
    }

    /// A word of a block, in the order of the function.
    static constexpr std::uint32_t word(const char* at) noexcept {
        std::uint32_t out = 0;
        for (std::size_t i = 0; i < sizeof out; ++i)
            out |= std::uint32_t{static_cast<unsigned char>(at[i])} << shift<std::uint32_t>(i);
        return out;
    }

private:
    template <class Word>
    static constexpr std::size_t shift(std::size_t byte) noexcept {
        return 8 * (Function::order == std::endian::big ? sizeof(Word) - 1 - byte : byte);
    }
    template <class Word>
    static constexpr char byte_of(Word word, std::size_t byte) noexcept {
        return static_cast<char>(word >> shift<Word>(byte) & 0xFF);
    }
    static constexpr void copy(char* to, const char* from, std::size_t size) noexcept {
        if (std::is_constant_evaluated())
            for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
        else if (size != 0)
            std::memcpy(to, from, size);
    }

    std::remove_const_t<decltype(Function::begin)> state_ = Function::begin;
    std::array<char, block_size> block_{};
    std::uint64_t size_ = 0;
};

}  // namespace coracle
