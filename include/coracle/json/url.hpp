// url: an absolute URL that came from outside, read and made normal as browsers do it, which is how pydantic does it.
// WHATWG URL Standard; pydantic 2.14 for words. Following links and redirects is the matter of http/url.hpp.
#pragma once

#include <coracle/base/fixed_string.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/url_parser.hpp>
#include <coracle/json/value.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace coracle {

/// A URL with one of these schemes, or with any when none is said. Made without a text it is empty, and no URL.
/// Before a server asks for one that a stranger sent, look at host(): localhost and 10.0.0.1 are URLs too.
template <fixed_string... Scheme>
class url_of {
public:
    /// Of what came; pydantic's limit for HttpUrl, which is what browsers take.
    static constexpr std::size_t most_bytes = sizeof...(Scheme) == 0 ? 65'536 : 2'083;

    static constexpr std::string_view called = "url";

    url_of() = default;
    /// error: std::invalid_argument when it is none.
    explicit url_of(std::string_view text) {
        text_problem why;
        auto made = from_text(text, why);
        if (!made) throw std::invalid_argument("coracle: " + why.msg);
        *this = *std::move(made);
    }
    static std::optional<url_of> parse(std::string_view text) {
        text_problem ignored;
        return from_text(text, ignored);
    }

    /// The whole URL in its normal form: `HTTP://Example.com:80` is `http://example.com/`.
    const std::string& text() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }

    // The parts are views of text(), encoded as they stand there.
    std::string_view scheme() const noexcept { return view().substr(0, view().find(':')); }
    std::string_view user() const noexcept { return user_info().substr(0, user_info().find(':')); }
    std::string_view password() const noexcept {
        std::size_t colon = user_info().find(':');
        return colon == std::string_view::npos ? std::string_view() : user_info().substr(colon + 1);
    }
    /// In lower case, an IPv6 address in brackets.
    std::string_view host() const noexcept {
        std::string_view all = place();
        return all.substr(0, port_colon(all));
    }
    /// Nothing when it is the usual one of the scheme.
    std::optional<unsigned> port() const noexcept {
        std::string_view all = place();
        std::size_t colon = port_colon(all);
        if (colon == all.npos) return std::nullopt;
        return ascii::parse_decimal<unsigned>(all.substr(colon + 1));
    }
    std::string_view path() const noexcept {
        std::string_view rest = view().substr(authority_end());
        return rest.substr(0, rest.find_first_of("?#"));
    }
    /// Without the question mark.
    std::string_view query() const noexcept {
        std::string_view rest = view().substr(0, view().find('#'));
        std::size_t mark = rest.find('?');
        return mark == rest.npos ? std::string_view() : rest.substr(mark + 1);
    }
    /// Without the hash sign.
    std::string_view fragment() const noexcept {
        std::size_t hash = view().find('#');
        return hash == view().npos ? std::string_view() : view().substr(hash + 1);
    }
    friend bool operator==(const url_of& a, const url_of& b) noexcept { return a.text_ == b.text_; }
    friend auto operator<=>(const url_of& a, const url_of& b) noexcept { return a.text_ <=> b.text_; }

    std::string to_text() const { return text_; }
    static std::optional<url_of> from_text(std::string_view text, text_problem& why) {
        std::optional<url_of> made(std::in_place);
        if (text.size() > most_bytes) {
            why = {"url_too_long", "URL should have at most " + std::to_string(most_bytes) + " characters",
                   json{{"max_length", most_bytes}}};
            return std::nullopt;
        }
        std::string_view wrong = "it is not UTF-8";
        if (utf8::is_valid(text)) wrong = detail::url_parser::parse(text, made->text_);
        if (!wrong.empty())
            why = {"url_parsing", "Input should be a valid URL, " + std::string(wrong), json{{"error", wrong}}};
        else if (!made->has_good_scheme())
            why = wrong_scheme();
        else
            return made;
        return std::nullopt;
    }
    static text_problem not_a_text() { return {"url_type", "URL input should be a string or URL", {}}; }
    static json schema() {
        json made{{"type", "string"}, {"format", "uri"}, {"minLength", 1}};
        if (sizeof...(Scheme) != 0) made["maxLength"] = most_bytes;
        return made;
    }

private:
    std::string_view view() const noexcept { return text_; }
    bool has_good_scheme() const noexcept { return sizeof...(Scheme) == 0 || ((scheme() == Scheme.view()) || ...); }
    [[gnu::cold]] static text_problem wrong_scheme() {
        constexpr std::array<std::string_view, sizeof...(Scheme)> names{Scheme.view()...};
        std::string expected = detail::names_in_words(names.data(), names.size());
        return {"url_scheme", "URL scheme should be " + expected, json{{"expected_schemes", expected}}};
    }
    bool has_authority() const noexcept {
        std::size_t colon = view().find(':');
        return colon != view().npos && view().substr(colon).starts_with("://");
    }
    std::size_t authority_end() const noexcept {
        std::size_t colon = view().find(':');
        if (!has_authority()) return colon == view().npos ? view().size() : colon + 1;
        std::size_t end = view().find_first_of("/?#", colon + 3);
        return end == view().npos ? view().size() : end;
    }
    std::string_view authority() const noexcept {
        if (!has_authority()) return {};
        std::size_t begin = view().find(':') + 3;
        return view().substr(begin, authority_end() - begin);
    }
    std::string_view user_info() const noexcept {
        std::size_t at = authority().find('@');
        return at == authority().npos ? std::string_view() : authority().substr(0, at);
    }
    std::string_view place() const noexcept {
        std::size_t at = authority().find('@');
        return at == authority().npos ? authority() : authority().substr(at + 1);
    }
    static std::size_t port_colon(std::string_view place) noexcept {
        std::size_t bracket = place.find(']');
        return place.find(':', bracket == place.npos ? 0 : bracket);
    }

    std::string text_{};
};

/// pydantic's AnyUrl.
using any_url = url_of<>;
/// pydantic's HttpUrl.
using http_url = url_of<"http", "https">;
/// pydantic's WebsocketUrl.
using websocket_url = url_of<"ws", "wss">;

}  // namespace coracle
