// rate_table: one number for each client, in a table that never grows, whoever asks from however many addresses.
#pragma once

#include <coracle/base/hmac.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace coracle {

/// Clients are known by 128 bits of a keyed hash of their names, so that nobody can choose a name that takes the place
/// of another's. Eight places for those whose hashes begin alike; the one whose number is least makes room.
class rate_table {
public:
    /// in: how many clients it holds; rounded up to a power of two.
    explicit rate_table(std::size_t clients) {
        std::size_t rows = 1;
        while (rows * width < clients && rows < (std::size_t{1} << 24)) rows *= 2;
        rows_ = rows;
    }

    /// With this key from here on; what it knew is forgotten.
    void use_key(std::string_view secret) {
        key_ = hmac_sha256(secret);
        places_.clear();
    }
    /// The number of this client; 0 for one who is not known, or whose number is not above `now`. keeps: valid until
    /// the next call.
    std::int64_t& find(std::string_view client, std::int64_t now) {
        if (places_.empty()) places_.resize(rows_ * width);
        const sha256::digest hash = key_.sign(client);
        std::array<std::uint64_t, 3> part{};
        std::memcpy(part.data(), hash.bytes.data(), sizeof part);
        place* row = &places_[(part[0] & (rows_ - 1)) * width];
        place* least = row;
        for (std::size_t i = 0; i < width; ++i) {
            if (row[i].first == part[1] && row[i].second == part[2]) {
                if (row[i].number <= now) row[i].number = 0;
                return row[i].number;
            }
            if (row[i].number < least->number) least = &row[i];
        }
        *least = {part[1], part[2], 0};
        return least->number;
    }
    std::size_t size() const noexcept { return rows_ * width; }

private:
    static constexpr std::size_t width = 8;
    struct place {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        std::int64_t number = 0;
    };
    std::size_t rows_;
    hmac_sha256 key_{{}};
    std::vector<place> places_;
};

}  // namespace coracle
