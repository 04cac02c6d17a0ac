// literal: one of a few texts, known when the program is compiled: literal<"asc", "desc">. Python's typing.Literal.
// With one text it is a tag, by which the alternatives of a variant are told apart (tagged.hpp).
#pragma once

#include <coracle/base/fixed_string.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/value.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace coracle {

/// Made without a value it is the first of the texts. As a member of a struct that is read it is required, unless its
/// initialiser is another one than the first.
template <fixed_string... Text>
class literal {
    static_assert(sizeof...(Text) > 0, "coracle: a literal has at least one text: literal<\"asc\", \"desc\">");

public:
    static constexpr std::array<std::string_view, sizeof...(Text)> values{Text.view()...};

    constexpr literal() noexcept = default;
    template <std::size_t N>
    consteval literal(const char (&text)[N]) {
        auto found = find({text, N - 1});
        if (!found) throw "coracle: this text is none of the literal's";
        which_ = *found;
    }

    constexpr std::string_view text() const noexcept { return values[which_]; }
    constexpr operator std::string_view() const noexcept { return text(); }
    /// Which of the texts it is, from 0.
    constexpr std::size_t index() const noexcept { return which_; }
    template <std::same_as<literal> Same>
    friend constexpr bool operator==(const literal& a, const Same& b) noexcept {
        return a.which_ == b.which_;
    }
    friend constexpr bool operator==(const literal& a, std::string_view b) noexcept { return a.text() == b; }

    std::string to_text() const { return std::string(text()); }
    static std::optional<literal> from_text(std::string_view text, text_problem& why) {
        auto found = find(text);
        if (!found) {
            why = not_a_text();
            return std::nullopt;
        }
        literal made;
        made.which_ = *found;
        return made;
    }
    [[gnu::cold]] static text_problem not_a_text() {
        std::string expected = detail::names_in_words(values.data(), values.size());
        return {"literal_error", "Input should be " + expected, json{{"expected", expected}}};
    }

private:
    static constexpr std::optional<std::size_t> find(std::string_view text) noexcept {
        for (std::size_t i = 0; i < values.size(); ++i)
            if (values[i] == text) return i;
        return std::nullopt;
    }

    std::size_t which_ = 0;
};

}  // namespace coracle
