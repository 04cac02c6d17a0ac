// weighted_list: what a client would rather have, of a list with weights: `gzip;q=0.5, br`.
// RFC 9110 12.4.2 (weights), 12.5.1 (Accept), 12.5.3 (Accept-Encoding).
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/fields.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace coracle::http {

/// `;q=0.5` among the parameters of an element, in thousandths. Without one, 1000; one that cannot be read is 0.
constexpr unsigned weight_of(std::string_view element) noexcept {
    std::size_t semicolon = element.find(';');
    while (semicolon != std::string_view::npos) {
        element.remove_prefix(semicolon + 1);
        semicolon = element.find(';');
        std::string_view parameter = ascii::trim(element.substr(0, semicolon));
        if (parameter.size() < 2 || ascii::to_lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
        parameter.remove_prefix(2);
        if (parameter.empty() || parameter.size() > 5 || (parameter[0] != '0' && parameter[0] != '1')) return 0;
        if (parameter.size() > 1 && parameter[1] != '.') return 0;
        unsigned value = parameter[0] == '1' ? 1000 : 0;
        unsigned place = 100;
        for (char c : parameter.substr(parameter.size() > 1 ? 2 : 1)) {
            if (!ascii::is_digit(c)) return 0;
            value += static_cast<unsigned>(c - '0') * place;
            place /= 10;
        }
        return value > 1000 ? 0 : value;
    }
    return 1000;
}

/// The weight that the list in all fields of this name gives to `token`, in thousandths: its own, or else that of `*`.
/// Nothing when neither is there.
inline std::optional<unsigned> weight_in(const fields& asked, std::string_view name, std::string_view token) {
    std::optional<unsigned> own;
    std::optional<unsigned> others;
    for (std::string_view list : asked.get_all(name))
        for_each_element(list, [&](std::string_view element) {
            std::string_view value = ascii::trim(element.substr(0, element.find(';')));
            if (!own && ascii::iequals(value, token)) own = weight_of(element);
            if (!others && value == "*") others = weight_of(element);
            return true;
        });
    return own ? own : others;
}

}  // namespace coracle::http
