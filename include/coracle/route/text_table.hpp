// text_table: (owner, text) -> number; filled once, frozen, then asked for ever. The router's only hash table.
// Its keys come from the program and never from a peer, and freezing looks for a seed without long probes, so no
// choice of paths makes a lookup slow.
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/base/same_text.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::route {

/// A frozen hash table of texts. Keeps: its own copy of the keys. Lookups are const and allocate nothing.
class text_table {
public:
    static constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);

    /// in: a pair that is not in the table yet; a value other than none. out: the table's copy of the text.
    std::string_view insert(std::uint32_t owner, std::string_view text, std::uint32_t value) {
        CORACLE_ASSERT(slots_.empty());
        keys_.emplace_back(text);
        entries_.push_back({keys_.back(), owner, value, 0});
        if (text.size() > longest_) longest_ = text.size();
        return keys_.back();
    }

    /// Lays the slots out. No insert after this.
    void freeze() {
        CORACLE_ASSERT(slots_.empty());
        std::size_t size = 8;
        while (size < entries_.size() * 2) size *= 2;
        while (!try_sizes(size)) size *= 2;
    }

    /// The number stored under (owner, text), or none. cost: one hash of the text, at most eight slots.
    std::uint32_t find(std::uint32_t owner, std::string_view text) const noexcept {
        if (text.size() > longest_) return none;
        return find(owner, text, hash_of(owner, text));
    }
    std::size_t longest() const noexcept { return longest_; }
    /// In: a text that is not longer than longest().
    std::uint32_t hash_of(std::uint32_t owner, std::string_view text) const noexcept {
        return hash(seed_, owner, text);
    }
    /// The same where it is the first that the hash leads to, as nearly always, and not long; else none.
    [[gnu::always_inline]] std::uint32_t find_first(std::uint32_t owner, std::string_view text,
                                                    std::uint32_t hash) const noexcept {
        const entry& slot = slots_[hash & mask_];
        bool found = slot.hash == hash && slot.owner == owner && text.size() <= 32 && same_text(slot.text, text);
        return found ? slot.value : none;
    }
    std::uint32_t find(std::uint32_t owner, std::string_view text, std::uint32_t wanted) const noexcept {
        for (std::size_t at = wanted & mask_;; at = (at + 1) & mask_) {
            const entry& slot = slots_[at];
            if (slot.value == none) return none;
            if (slot.hash == wanted && slot.owner == owner && same_text(slot.text, text)) return slot.value;
        }
    }

private:
    struct entry {
        std::string_view text{};
        std::uint32_t owner = 0;
        std::uint32_t value = none;
        std::uint32_t hash = 0;
    };
    static constexpr std::size_t longest_probe = 8;
    static constexpr std::uint64_t seeds_per_size = 32;

    [[gnu::always_inline]] static std::uint32_t hash(std::uint64_t seed, std::uint32_t owner,
                                                     std::string_view text) noexcept {
        constexpr std::uint64_t odd = 0x9E3779B97F4A7C15ULL;
        auto word = [&](std::size_t at) {
            std::uint64_t value;
            std::memcpy(&value, text.data() + at, sizeof value);
            return value;
        };
        auto half = [&](std::size_t at) {
            std::uint32_t value;
            std::memcpy(&value, text.data() + at, sizeof value);
            return static_cast<std::uint64_t>(value);
        };
        std::size_t size = text.size();
        std::uint64_t state = seed + owner * odd + size;
        auto mix = [&](std::uint64_t value) {
            state = (state ^ value) * odd;
            state ^= state >> 29;
        };
        // The last bytes are read as a word that overlaps the one before: no loop over single bytes.
        if (size >= 8) {
            for (std::size_t at = 0; at + 8 < size; at += 8) mix(word(at));
            mix(word(size - 8));
        } else if (size >= 4) {
            mix(half(0) << 32 | half(size - 4));
        } else if (size > 0) {
            auto byte = [&](std::size_t at) {
                return static_cast<std::uint64_t>(static_cast<unsigned char>(text[at]));
            };
            mix(byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1));
        }
        state *= odd;
        return static_cast<std::uint32_t>(state >> 32);
    }

    bool try_sizes(std::size_t size) {
        mask_ = size - 1;
        for (std::uint64_t seed = 1; seed <= seeds_per_size; ++seed)
            if (try_seed(seed)) return true;
        return false;
    }

    bool try_seed(std::uint64_t seed) {
        seed_ = seed * 0xD6E8FEB86659FD93ULL;
        slots_ = std::vector<entry>(mask_ + 1);
        for (entry one : entries_) {
            one.hash = hash(seed_, one.owner, one.text);
            std::size_t at = one.hash & mask_;
            std::size_t probes = 1;
            for (; slots_[at].value != none; at = (at + 1) & mask_) ++probes;
            if (probes > longest_probe) return false;
            slots_[at] = one;
        }
        return longest_run() <= 2 * longest_probe;
    }

    /// A lookup that misses walks to the end of the run of full slots it lands in.
    std::size_t longest_run() const noexcept {
        std::size_t longest = 0;
        std::size_t run = 0;
        for (std::size_t at = 0; at <= 2 * mask_ + 1; ++at) {
            run = slots_[at & mask_].value == none ? 0 : run + 1;
            if (run > longest) longest = run;
        }
        return longest;
    }

    std::deque<std::string> keys_;  // a deque: views into it hold while it grows and moves
    std::vector<entry> entries_;
    std::vector<entry> slots_;
    std::uint64_t seed_ = 0;
    std::size_t mask_ = 0;
    std::size_t longest_ = 0;
};

}  // namespace coracle::route
