// deflate_terms: what two sides agree on about permessage-deflate: offers read, answered and checked; no compression.
// RFC 7692 5, 7.1; RFC 6455 9.1.
#pragma once

#include <coracle/websocket/extension_list.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::ws {

/// The parameters of an offer, or of what was agreed to.
struct deflate_terms {
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    std::uint8_t server_max_window_bits = 15;
    std::uint8_t client_max_window_bits = 15;
    bool client_window_offered = false;  ///< the client understands client_max_window_bits, so an answer may have it

    bool operator==(const deflate_terms&) const = default;
};

namespace detail {

/// 8 to 15, without a sign, a zero in front or anything behind. D16: 7 and 16 kill a compressor.
constexpr std::optional<std::uint8_t> window_bits(std::string_view text) noexcept {
    if (text.size() == 1 && (text[0] == '8' || text[0] == '9')) return static_cast<std::uint8_t>(text[0] - '0');
    if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5')
        return static_cast<std::uint8_t>(10 + text[1] - '0');
    return std::nullopt;
}

}  // namespace detail

/// in: the parameters of one permessage-deflate; `answer`: a server's, in which client_max_window_bits has a value.
/// out: nothing when one of them is unknown, there twice, or has a value that it must not have.
constexpr std::optional<deflate_terms> read_deflate_terms(extension_list::parameters all, bool answer) noexcept {
    deflate_terms terms;
    unsigned seen = 0;
    while (all.next()) {
        unsigned which = 0;
        if (all.name() == "server_no_context_takeover" && !all.has_value()) {
            which = 1;
            terms.server_no_context_takeover = true;
        } else if (all.name() == "client_no_context_takeover" && !all.has_value()) {
            which = 2;
            terms.client_no_context_takeover = true;
        } else if (all.name() == "server_max_window_bits" && all.has_value()) {
            auto bits = detail::window_bits(all.value());
            if (!bits) return std::nullopt;
            which = 4;
            terms.server_max_window_bits = *bits;
        } else if (all.name() == "client_max_window_bits" && (all.has_value() || !answer)) {
            which = 8;
            terms.client_window_offered = true;
            if (all.has_value()) {
                auto bits = detail::window_bits(all.value());
                if (!bits) return std::nullopt;
                terms.client_max_window_bits = *bits;
            }
        } else {
            return std::nullopt;
        }
        if ((seen & which) != 0) return std::nullopt;
        seen |= which;
    }
    if (all.broken()) return std::nullopt;
    return terms;
}

/// A server's choice: the first offer in a Sec-WebSocket-Extensions field that can be met, with what `ours` asks for
/// taken into it; nothing when there is none, and then the answer has no such field.
constexpr std::optional<deflate_terms> agree_to_deflate(std::string_view field,
                                                        const deflate_terms& ours = {}) noexcept {
    for (extension_list each(field); each.next();) {
        if (each.name() != "permessage-deflate") continue;
        std::optional<deflate_terms> terms = read_deflate_terms(each.all_parameters(), false);
        if (!terms) continue;
        // A server that wants a client to use less memory can say so only to one that offered to listen.
        if (ours.client_max_window_bits < 15 && !terms->client_window_offered) continue;
        terms->server_no_context_takeover |= ours.server_no_context_takeover;
        terms->client_no_context_takeover |= ours.client_no_context_takeover;
        if (ours.server_max_window_bits < terms->server_max_window_bits)
            terms->server_max_window_bits = ours.server_max_window_bits;
        if (ours.client_max_window_bits < terms->client_max_window_bits)
            terms->client_max_window_bits = ours.client_max_window_bits;
        return terms;
    }
    return std::nullopt;
}

/// What stands in Sec-WebSocket-Extensions: of an offer, or of the answer to it.
inline std::string deflate_field(const deflate_terms& terms, bool answer) {
    std::string out = "permessage-deflate";
    if (terms.server_no_context_takeover) out += "; server_no_context_takeover";
    if (terms.client_no_context_takeover) out += "; client_no_context_takeover";
    if (terms.server_max_window_bits < 15)
        out.append("; server_max_window_bits=").append(std::to_string(terms.server_max_window_bits));
    if (terms.client_max_window_bits < 15)
        out.append("; client_max_window_bits=").append(std::to_string(terms.client_max_window_bits));
    else if (terms.client_window_offered && !answer)
        out += "; client_max_window_bits";
    return out;
}

/// A client's check of the answer to its offer. out: nothing when the server agreed to what was not asked for.
/// in: `field` is the answer's; when it is empty, there is no compression and nothing to check.
constexpr std::optional<deflate_terms> deflate_answer(std::string_view field, const deflate_terms& offered) noexcept {
    extension_list each(field);
    if (!each.next() || each.name() != "permessage-deflate") return std::nullopt;
    std::optional<deflate_terms> terms = read_deflate_terms(each.all_parameters(), true);
    if (!terms || each.next() || each.broken()) return std::nullopt;
    if (terms->client_window_offered && !offered.client_window_offered) return std::nullopt;
    if (terms->server_max_window_bits > offered.server_max_window_bits) return std::nullopt;
    if (offered.server_no_context_takeover && !terms->server_no_context_takeover) return std::nullopt;
    return terms;
}

}  // namespace coracle::ws
