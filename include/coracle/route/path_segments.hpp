// path_segments: a request's path, cut at its slashes and then decoded, each byte exactly once.
// RFC 3986 2.4: what separates is looked for before anything is decoded, so %2F is data inside a segment.
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/http/percent.hpp>
#include <coracle/route/pattern.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace coracle::route {

/// The first segments of a path. keeps: views into the path; when it had escapes, into the storage given, which is
/// empty otherwise.
class path_segments {
public:
    // The array is large and written before it is read: it stays as it is.
    path_segments() noexcept {}

    /// Reads at most `limit` segments (and checks the escapes of all). in: limit at most pattern::max_segments + 1.
    /// False: no leading slash, a broken escape, or %00. cost: allocates only when the path has escapes.
    bool read(std::string_view path, std::size_t limit, std::string& storage) {
        CORACLE_ASSERT(limit > 0 && limit <= pattern::max_segments + 1);
        count_ = 0;
        storage.clear();
        if (path.empty() || path[0] != '/') return false;
        if (path.find('%') != std::string_view::npos) return read_escaped(path, limit, storage);
        end_ = path.data() + path.size();
        std::size_t start = 1;
        for (std::size_t at = 1; at < path.size(); at += word) {
            for (std::uint64_t slashes = slashes_at(path, at); slashes != 0; slashes &= slashes - 1) {
                std::size_t slash = at + static_cast<std::size_t>(std::countr_zero(slashes)) / 8;
                keep(path.substr(start, slash - start));
                if (count_ == limit) return true;
                start = slash + 1;
            }
        }
        keep(path.substr(start));
        return true;
    }

    std::size_t count() const noexcept { return count_; }
    std::string_view operator[](std::size_t n) const noexcept { return {pieces_[n].data, pieces_[n].size}; }
    /// Everything from the n-th segment to the end of the path.
    std::string_view from(std::size_t n) const noexcept {
        return {pieces_[n].data, static_cast<std::size_t>(end_ - pieces_[n].data)};
    }

private:
    struct piece {
        const char* data;
        std::size_t size;
    };

    static constexpr std::size_t word = 8;

    void keep(std::string_view segment) noexcept { pieces_[count_++] = {segment.data(), segment.size()}; }

    /// The slashes among the eight bytes from `at` on: bit 8n + 7 for the n-th of them.
    static std::uint64_t slashes_at(std::string_view path, std::size_t at) noexcept {
        std::uint64_t bytes = 0;
        if (std::endian::native == std::endian::little && path.size() >= word) {
            // The last word is read so that it ends with the path, then shifted to where it should have begun.
            std::size_t from = path.size() - at < word ? path.size() - word : at;
            std::memcpy(&bytes, path.data() + from, word);
            bytes >>= 8 * (at - from);
        } else {
            for (std::size_t i = 0; i < word && at + i < path.size(); ++i)
                bytes |= static_cast<std::uint64_t>(static_cast<unsigned char>(path[at + i])) << 8 * i;
        }
        constexpr std::uint64_t ones = 0x0101010101010101ULL;
        constexpr std::uint64_t low = 0x7F * ones;
        bytes ^= '/' * ones;
        return ~(((bytes & low) + low) | bytes | low);
    }

    bool read_escaped(std::string_view path, std::size_t limit, std::string& storage) {
        storage.reserve(path.size());  // decoding never lengthens, so views into it hold
        std::string decoded;
        for (std::size_t at = 0; at != std::string_view::npos;) {
            std::size_t slash = path.find('/', at + 1);
            std::size_t length = slash == std::string_view::npos ? slash : slash - at - 1;
            auto segment = http::decode_path(path.substr(at + 1, length), decoded);
            if (!segment) return false;
            if (at != 0) storage.push_back('/');
            std::size_t start = storage.size();
            storage.append(*segment);
            if (count_ < limit) keep(std::string_view(storage).substr(start));
            at = slash;
        }
        end_ = storage.data() + storage.size();
        return true;
    }

    std::size_t count_ = 0;
    const char* end_ = nullptr;
    piece pieces_[pattern::max_segments + 1];
};

}  // namespace coracle::route
