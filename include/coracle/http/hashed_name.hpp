// hashed_name: whether a file has a hash of its content in its name, as bundlers put it there: its content never
// changes then. Vite and Rollup (`index-B7PI925R.js`), webpack (`main.3f2a9c1b.css`), esbuild, Parcel.
#pragma once

#include <coracle/base/ascii.hpp>

#include <cstddef>
#include <string_view>

namespace coracle::http {

/// Not every hash looks like one, but hardly a word or a number does: a mistake either way costs, the one a question of
/// the client, the other a year of an old file.
constexpr bool is_hashed_name(std::string_view name) noexcept {
    name.remove_prefix(name.rfind('/') + 1);
    // What stands before the extension, or extensions: `main.3f2a9c1b.js.map`.
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
        std::string_view stem = name.substr(0, dot);
        std::size_t from = stem.find_last_of(".-_") + 1;
        // Base64 has `-` and `_` of its own: such a hash is as long as Vite's.
        if (stem.size() - from < 8 && stem.size() > 9 && stem[stem.size() - 9] == '-') from = stem.size() - 8;
        std::string_view hash = stem.substr(from);
        if (from == 0 || hash.size() < 8) continue;
        bool hex = true, digits = false, letters = false;
        std::size_t changes = 0;
        int before = 0;
        for (char c : hash) {
            int kind = ascii::is_digit(c) ? 1 : ascii::is_lower(c) ? 2 : ascii::is_upper(c) ? 3 : 4;
            hex = hex && (kind == 1 || (c >= 'a' && c <= 'f'));
            digits = digits || kind == 1;
            letters = letters || kind == 2 || kind == 3;
            changes += before != 0 && kind != before;
            before = kind;
        }
        if ((hex && digits && letters) || (letters && changes >= 3)) return true;
    }
    return false;
}

}  // namespace coracle::http
