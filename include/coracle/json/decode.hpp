// decode: a text straight into C++ values, without a json in between; several times faster.
//
// It takes only what is right beyond doubt: each value of the kind its type is written as, each member once. At
// anything else it stops, and the text is read again by parse.hpp and read.hpp, which know the lax rules and say what
// is wrong. So it decides nothing by itself: what it takes, they would take with the same result.
#pragma once

#include <coracle/json/field_default.hpp>
#include <coracle/json/member_name.hpp>
#include <coracle/json/parse.hpp>
#include <coracle/json/read.hpp>
#include <coracle/json/reflect.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/validation.hpp>
#include <coracle/json/value.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

namespace detail {

class json_decoder {
public:
    json_decoder(json_scanner& scanner, unsigned max_depth) noexcept : scanner_(scanner), levels_left_(max_depth) {}

    /// False at anything that needs a second look; `out` is then good for nothing.
    template <class T>
    bool read(T& out) {
        if constexpr (reads_itself<T>) {
            return read_by_value(out);
        } else if constexpr (checked_type<T>) {
            return read_checked(out);
        } else if constexpr (std::same_as<T, bool>) {
            if (scanner_.eat("true")) {
                out = true;
                return true;
            }
            out = false;
            return scanner_.eat("false");
        } else if constexpr (std::is_arithmetic_v<T> && !code_unit<T>) {
            return read_number(out);
        } else if constexpr (std::same_as<T, std::string>) {
            return scanner_.eat('"') && scanner_.string(out);
        } else if constexpr (spelled<T>) {
            std::string_view text;
            text_problem ignored;
            if (!scanner_.plain_string(text)) return false;
            auto value = T::from_text(text, ignored);
            if (value) out = *std::move(value);
            return value.has_value();
        } else if constexpr (patch_type<T>) {
            if (scanner_.peek() == 'n') {
                out = nullptr;
                return scanner_.eat("null");
            }
            return read(out.emplace());
        } else if constexpr (std::is_enum_v<T>) {
            std::string_view name;
            if (!scanner_.plain_string(name)) return false;
            auto value = reflect::enum_cast<T>(name);
            if (value) out = *value;
            return value.has_value();
        } else if constexpr (is_a<T, std::optional>) {
            if (scanner_.peek() == 'n') {
                out.reset();
                return scanner_.eat("null");
            }
            out.emplace();
            return read(*out);
        } else if constexpr (is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>) {
            if (scanner_.peek() == 'n') {
                out.reset();
                return scanner_.eat("null");
            }
            auto made = std::make_unique<typename T::element_type>();
            bool good = read(*made);
            out = std::move(made);
            return good;
        } else if constexpr (requires { out.emplace_back(); } && json_list<T>) {
            return read_list(out);
        } else if constexpr (json_map<T> && !weakly_hashed<T>) {
            return read_map(out);
        } else if constexpr (json_struct<T>) {
            return read_struct(out);
        } else {
            return read_by_value(out);
        }
    }

private:
    /// What has rules of its own: by way of a json, of this part only.
    template <class T>
    bool read_by_value(T& out) {
        json part = json_parser(scanner_, levels_left_).value();
        if (scanner_.failed()) return false;
        if constexpr (std::same_as<T, json>) {
            out = std::move(part);
            return true;
        }
        std::vector<validation_issue> ignored;
        return json_reader({}, ignored).read(part, out, json_place());
    }

    template <class T>
    bool read_checked(T& out) {
        typename T::checked_value value{};
        text_problem ignored;
        if (!read(value)) return false;
        auto made = T::make(std::move(value), ignored);
        if (made) out = *std::move(made);
        return made.has_value();
    }

    template <class T>
    bool read_number(T& out) {
        json number;
        if (!scanner_.number(number)) return false;
        if constexpr (std::is_floating_point_v<T>) {
            out = static_cast<T>(number.as_double());
            return std::isfinite(out);
        } else if (number.type() == json_kind::integer) {
            std::int64_t value = number.as_int();
            out = static_cast<T>(value);
            return std::in_range<T>(value);
        } else if (number.type() == json_kind::unsigned_integer) {
            std::uint64_t value = number.as_uint();
            out = static_cast<T>(value);
            return std::in_range<T>(value);
        } else {
            return false;
        }
    }

    bool open(char bracket) noexcept { return scanner_.peek() == bracket && scanner_.open_level(levels_left_); }
    bool close() noexcept {
        ++levels_left_;
        return !scanner_.failed();
    }

    template <class T>
    bool read_list(T& out) {
        if (!open('[')) return false;
        out.clear();
        if (!scanner_.eat(']')) {
            do {
                if constexpr (std::same_as<typename T::value_type, bool>) {
                    bool value = false;
                    if (!read(value)) return false;
                    out.push_back(value);
                } else {
                    out.emplace_back(typename T::value_type{});
                    if (!read(out.back())) return false;
                }
            } while (scanner_.next_or_close(']'));
        }
        return close();
    }

    template <class T>
    bool read_map(T& out) {
        if (!open('{')) return false;
        out.clear();
        if (!scanner_.eat('}')) {
            do {
                std::string name;
                if (!scanner_.name(name)) return false;
                typename T::mapped_type value{};
                if (!read(value)) return false;
                out.insert_or_assign(typename T::key_type(std::move(name)), std::move(value));
            } while (scanner_.next_or_close('}'));
        }
        return close();
    }

    template <class T>
    bool read_struct(T& out) {
        constexpr std::size_t count = reflect::field_count<T>;
        constexpr auto indexes = std::make_index_sequence<count>{};
        if (!open('{')) return false;
        std::uint64_t seen = 0;
        if (!scanner_.eat('}')) {
            std::size_t expected = 0;
            do {
                std::string_view name;
                if (!scanner_.plain_string(name) || !scanner_.colon()) return false;
                std::size_t which = find_field<T>(name, expected);
                if (which == count) {
                    if constexpr (forbids_extra<T>) return false;
                    json_parser(scanner_, levels_left_).value();
                    if (scanner_.failed()) return false;
                    continue;
                }
                if (seen >> which & 1) return false;
                seen |= std::uint64_t{1} << which;
                if (!read_field(out, which, indexes)) return false;
                expected = which + 1;
            } while (scanner_.next_or_close('}'));
        }
        if (!close() || !all_there<T>(seen, indexes)) return false;
        if constexpr (has_validate<T>) return validate_quietly(out);
        return true;
    }
    template <class T>
    static bool validate_quietly(T& out) {
        try {
            run_validate(out);
            return true;
        } catch (const std::invalid_argument&) {
            return false;  // read once more, it says why
        }
    }
    /// The member called `name`; usually the one behind the last.
    template <class T>
    static std::size_t find_field(std::string_view name, std::size_t expected) noexcept {
        constexpr auto& names = member_names<T>;
        if (expected < names.size() && names[expected] == name) return expected;
        std::size_t which = 0;
        while (which < names.size() && names[which] != name) ++which;
        return which;
    }
    template <class T, std::size_t... I>
    bool read_field(T& out, std::size_t which, std::index_sequence<I...>) {
        [[maybe_unused]] auto members = reflect::tie(out);
        bool good = false;
        (void)((which == I && ((good = read_over(std::get<I>(members))), true)) || ...);
        return good;
    }
    template <class T>
    bool read_over(T& out) {
        static_assert(!std::is_const_v<T>, "coracle: a const member cannot be read from JSON; drop the const");
        if constexpr (json_struct<T> && std::is_move_assignable_v<T>) out = T{};
        return read(out);
    }
    template <class T, std::size_t... I>
    static bool all_there(std::uint64_t seen, std::index_sequence<I...>) {
        return (((seen >> I & 1) || may_be_left_out<T, I>()) && ...);
    }

    json_scanner& scanner_;
    unsigned levels_left_;
};

}  // namespace detail

/// Reads `text` as a T, with members that T does not have passed over.
/// out: nothing, and all that is wrong at the end of `issues`, with `root` ("body") in front of each place; a text that
/// is no JSON is one issue of type json_invalid.
template <class T>
std::optional<T> read_json_text(std::string_view text, std::vector<validation_issue>& issues,
                                std::string_view root = {}, const parse_options& options = {}) {
    static_assert(std::default_initializable<T>, "coracle: what is read from JSON must be makeable without arguments");
    if constexpr (!std::same_as<T, json>) {
        std::optional<T> value(std::in_place);
        detail::json_scanner scanner(text);
        detail::json_decoder decoder(scanner, options.max_depth < 512 ? options.max_depth : 512);
        if (scanner.begin() && decoder.read(*value) && scanner.end()) return value;
    }
    auto parsed = json::try_parse(text, options);
    if (!parsed) {
        const parse_error& why = parsed.error();
        json loc = json::array();
        if (!root.empty()) loc.push_back(json(root));
        loc.push_back(json(why.character));
        issues.push_back(
            {"json_invalid", std::move(loc), "JSON decode error", json::object(), json{{"error", why.message}}});
        return std::nullopt;
    }
    if constexpr (std::same_as<T, json>) {
        return *std::move(parsed);
    } else {
        std::optional<T> value(std::in_place);
        if (!read_json(*parsed, *value, issues, root)) value.reset();
        return value;
    }
}

}  // namespace coracle
