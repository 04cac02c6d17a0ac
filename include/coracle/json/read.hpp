// read: json values as C++ values, by pydantic's lax rules. Everything that is wrong is found in one pass.
// A member may be left out when it has a default: field_default.hpp says what counts as one.
#pragma once

#include <coracle/json/alternative.hpp>
#include <coracle/json/convert.hpp>
#include <coracle/json/field_default.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/from_value.hpp>
#include <coracle/json/issue_list.hpp>
#include <coracle/json/member_name.hpp>
#include <coracle/json/parse.hpp>
#include <coracle/json/place.hpp>
#include <coracle/json/reflect.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/tagged.hpp>
#include <coracle/json/validation.hpp>
#include <coracle/json/value.hpp>
#include <coracle/json/write.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

namespace detail {

/// A type with a function `bool from_json(const json&, T&)` beside it, which then says what is read as one.
template <class T>
concept reads_itself = requires(const json& in, T& out) {
    { from_json(in, out) } -> std::same_as<bool>;
};
/// The same with a third parameter, in which it says what is wrong.
template <class T>
concept reads_and_explains = requires(const json& in, T& out, text_problem& why) {
    { from_json(in, out, why) } -> std::same_as<bool>;
};

/// A container that hashes with std::hash, whose values anybody can collide (threat D3).
template <class T>
concept weakly_hashed =
    requires { typename T::hasher; } && std::same_as<typename T::hasher, std::hash<typename T::key_type>>;

class json_reader {
public:
    json_reader(std::string_view root, std::vector<validation_issue>& issues) noexcept : issues_(root, issues) {}

    /// False, and issues, when `in` is no T.
    template <class T>
    bool read(const json& in, T& out, const json_place& at) {
        if constexpr (std::same_as<T, json>) {
            out = in;
            return true;
        } else if constexpr (reads_itself<T>) {
            return from_json(in, out) || refuse(in, at, "value_error", "Value error, this is not what was expected");
        } else if constexpr (reads_and_explains<T>) {
            text_problem why;
            return from_json(in, out, why) || refuse(in, at, std::move(why));
        } else if constexpr (checked_type<T>) {
            return read_checked(in, out, at);
        } else if constexpr (scalar<T>) {
            text_problem why;
            return take(from_value<T>(in, why), out, in, at, why);
        } else if constexpr (std::same_as<T, char>) {
            text_problem why;
            return take(value_as_letter(in, why), out, in, at, why);
        } else if constexpr (patch_type<T>) {
            out = nullptr;
            return in.is_null() || read(in, out.emplace(), at);
        } else if constexpr (is_a<T, std::optional>) {
            if (in.is_null()) {
                out.reset();
                return true;
            }
            out.emplace();
            return read(in, *out, at);
        } else if constexpr (is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>) {
            if (in.is_null()) {
                out.reset();
                return true;
            }
            auto made = std::make_unique<typename T::element_type>();
            bool good = read(in, *made, at);
            out = std::move(made);
            return good;
        } else if constexpr (tagged_variant<T>) {
            return read_tagged(in, out, at, std::make_index_sequence<std::variant_size_v<T>>{});
        } else if constexpr (is_a<T, std::variant>) {
            return read_variant(in, out, at, std::make_index_sequence<std::variant_size_v<T>>{});
        } else if constexpr (std::same_as<T, std::monostate>) {
            return in.is_null() || refuse(in, at, "none_required", "Input should be None");
        } else if constexpr (is_std_array<T>) {
            return read_array(in, out, at);
        } else if constexpr (json_tuple<T>) {
            return read_tuple(in, out, at, std::make_index_sequence<std::tuple_size_v<T>>{});
        } else if constexpr (json_map<T>) {
            return read_map(in, out, at);
        } else if constexpr (json_list<T>) {
            return read_list(in, out, at);
        } else {
            static_assert(json_struct<T>,
                          "coracle: this type cannot be read from JSON; make it a plain struct, or write a function "
                          "`bool from_json(const json&, T&)` beside it");
            if constexpr (json_struct<T>)
                return read_struct(in, out, at, std::make_index_sequence<reflect::field_count<T>>{});
            return false;
        }
    }

private:
    template <class... What>
    bool refuse(const json& in, const json_place& at, What&&... what) {
        return issues_.refuse(in, at, std::forward<What>(what)...);
    }
    /// What was made, or the issue that it was not.
    template <class T, class U>
    bool take(std::optional<T> made, U& out, const json& in, const json_place& at, text_problem& why) {
        if (made) out = *std::move(made);
        return made || refuse(in, at, std::move(why));
    }

    template <class T>
    bool read_checked(const json& in, T& out, const json_place& at) {
        using value_type = typename T::checked_value;
        if constexpr (T::is_strict)
            if (!is_strictly<value_type>(in)) return refuse(in, at, wrong_kind<value_type>());
        if constexpr (json_list<value_type> && !is_json_set<value_type>)
            if (in.is_array() && in.size() > T::most_items) return wrong_size(in, at, T::most_items, "List");
        text_problem why;
        value_type value{};
        return read(in, value, at) && take(T::make(std::move(value), why), out, in, at, why);
    }
    template <class T>
    static bool is_strictly(const json& in) noexcept {
        if constexpr (std::is_floating_point_v<T>)
            return in.is_number();
        else
            return is_kindred<T>(in);
    }

    template <class T>
    bool read_list(const json& in, T& out, const json_place& at) {
        static_assert(!weakly_hashed<T>,
                      "coracle: std::hash can be made to collide by who sends the document (threat D3); read into a "
                      "std::set or a std::vector, or give the container a seeded hash");
        static_assert(std::default_initializable<typename T::value_type>,
                      "coracle: what is read from JSON must be makeable without arguments");
        if (!in.is_array())
            return is_json_set<T> ? refuse(in, at, "set_type", "Input should be a valid set")
                                  : refuse(in, at, "list_type", "Input should be a valid list");
        out.clear();
        bool good = true;
        std::size_t index = 0;
        for (const json& element : in.as_array()) {
            typename T::value_type value{};
            good = read(element, value, json_place(at, index++)) && good;
            out.insert(out.end(), std::move(value));
        }
        return good;
    }
    template <class T>
    bool read_array(const json& in, T& out, const json_place& at) {
        if (!in.is_array()) return refuse(in, at, "list_type", "Input should be a valid list");
        if (in.size() != out.size()) return wrong_size(in, at, out.size(), "List");
        bool good = true;
        for (std::size_t i = 0; i < out.size(); ++i) good = read(in[i], out[i], json_place(at, i)) && good;
        return good;
    }
    template <class T, std::size_t... I>
    bool read_tuple(const json& in, T& out, const json_place& at, std::index_sequence<I...>) {
        if (!in.is_array()) return refuse(in, at, "tuple_type", "Input should be a valid tuple");
        if (in.size() > sizeof...(I)) return wrong_size(in, at, sizeof...(I), "Tuple");
        bool good = true;
        ((good = (I < in.size() ? read(in[I], std::get<I>(out), json_place(at, I))
                                : refuse(in, json_place(at, I), "missing", "Field required")) &&
                 good),
         ...);
        return good;
    }
    bool wrong_size(const json& in, const json_place& at, std::size_t size, std::string_view what) {
        bool few = in.size() < size;
        std::string msg(what);
        msg += few ? " should have at least " : " should have at most ";
        msg += std::to_string(size) + (size == 1 ? " item" : " items") + " after validation, not " +
               std::to_string(in.size());
        return refuse(
            in, at, few ? "too_short" : "too_long", std::move(msg),
            json{{"field_type", what}, {few ? "min_length" : "max_length", size}, {"actual_length", in.size()}});
    }
    template <class T>
    bool read_map(const json& in, T& out, const json_place& at) {
        static_assert(!weakly_hashed<T>,
                      "coracle: std::hash can be made to collide by who sends the document (threat D3); read into a "
                      "std::map, or give the container a seeded hash");
        if (!in.is_object()) return refuse(in, at, "dict_type", "Input should be a valid dictionary");
        out.clear();
        bool good = true;
        for (const json_member& member : in.as_object()) {
            typename T::mapped_type value{};
            good = read(member.value, value, json_place(at, member.key)) && good;
            out.insert_or_assign(typename T::key_type(member.key), std::move(value));
        }
        return good;
    }
    // The first alternative that takes it without converting, else the first that takes it at all; when none does, what
    // all of them say. Alternatives inside of alternatives multiply, so they are counted.
    template <class T, std::size_t... I>
    bool read_variant(const json& in, T& out, const json_place& at, std::index_sequence<I...>) {
        auto before = issues_.now();
        std::array<issue_list::span, sizeof...(I)> said{};
        auto try_one = [&]<std::size_t N>(std::integral_constant<std::size_t, N>, bool kindred) {
            using alternative = std::variant_alternative_t<N, T>;
            if (is_kindred<alternative>(in) != kindred || attempts_left_ == 0) return false;
            --attempts_left_;
            alternative value{};
            if constexpr (std::same_as<alternative, std::monostate>) {
                if (!in.is_null()) return false;
            } else {
                said[N].begin = issues_.now().issues;
                bool good = read_alternative(in, value, at, told_alternatives<T> > 1);
                said[N].end = issues_.now().issues;
                if (!good) return false;
            }
            out.template emplace<N>(std::move(value));
            return true;
        };
        if ((try_one(std::integral_constant<std::size_t, I>{}, true) || ...) ||
            (try_one(std::integral_constant<std::size_t, I>{}, false) || ...)) {
            issues_.go_back(before);
            return true;
        }
        if (issues_.now().issues == before.issues)
            return refuse(in, at, "union_too_complex", "Input has too many possible meanings");
        issues_.arrange(before, said);
        return false;
    }
    template <class T>
    bool read_alternative(const json& in, T& out, const json_place& at, bool named) {
        if (!named) return read(in, out, at);
        return read(in, out, json_place(at, &alternative_name<T>));
    }
    template <class T, std::size_t... I>
    bool read_tagged(const json& in, T& out, const json_place& at, std::index_sequence<I...>) {
        constexpr std::string_view name = variant_tag<T>::name;
        if (!in.is_object())
            return refuse(in, at, "model_attributes_type",
                          "Input should be a valid dictionary or object to extract fields from");
        const json* tag = in.find(name);
        if (!tag) return refuse_tag(in, at, name);
        bool good = false;
        auto try_one = [&]<std::size_t N>(std::integral_constant<std::size_t, N>) {
            using alternative = std::variant_alternative_t<N, T>;
            constexpr auto& texts = tags<alternative, literal_called<alternative>(name)>;
            if (!tag->is_string() || std::find(texts.begin(), texts.end(), tag->as_string()) == texts.end())
                return false;
            alternative value{};
            good = read(in, value, json_place(at, tag->as_string()));
            if (good) out.template emplace<N>(std::move(value));
            return true;
        };
        if ((try_one(std::integral_constant<std::size_t, I>{}) || ...)) return good;
        std::string expected;
        auto tell = [&](const auto& texts) {
            for (std::string_view text : texts)
                expected.append(expected.empty() ? "'" : ", '").append(text).append("'");
        };
        (tell(tags<std::variant_alternative_t<I, T>, literal_called<std::variant_alternative_t<I, T>>(name)>), ...);
        return refuse_tag(in, at, name, *tag, expected);
    }
    [[gnu::cold]] bool refuse_tag(const json& in, const json_place& at, std::string_view name) {
        std::string quoted = "'" + std::string(name) + "'";
        return refuse(in, at, "union_tag_not_found", "Unable to extract tag using discriminator " + quoted,
                      json{{"discriminator", quoted}});
    }
    [[gnu::cold]] bool refuse_tag(const json& in, const json_place& at, std::string_view name, const json& tag,
                                  const std::string& expected) {
        std::string quoted = "'" + std::string(name) + "'";
        // As Python spells it.
        std::string text = tag.is_string()                              ? tag.as_string()
                           : tag.is_null()                              ? "None"
                           : tag.is_bool()                              ? tag.as_bool() ? "True" : "False"
                           : rough_size(tag, 1000) <= std::size_t{1000} ? tag.dump()
                                                                        : "...";
        return refuse(
            in, at, "union_tag_invalid",
            "Input tag '" + text + "' found using " + quoted + " does not match any of the expected tags: " + expected,
            json{{"discriminator", quoted}, {"tag", text}, {"expected_tags", expected}});
    }
    template <class T, std::size_t... I>
    bool read_struct(const json& in, T& out, const json_place& at, std::index_sequence<I...>) {
        if (!in.is_object())
            return refuse(in, at, "model_attributes_type",
                          "Input should be a valid dictionary or object to extract fields from");
        bool good = true;
        ((good = read_member<T, I>(in, out, at) && good), ...);
        if constexpr (forbids_extra<T>) good = refuse_extra(in, at, member_names<T>) && good;
        if constexpr (has_validate<T>) good = good && validate_here(in, out, at);
        return good;
    }
    [[gnu::cold]] bool refuse_extra(const json& in, const json_place& at, std::span<const std::string_view> names) {
        bool good = true;
        for (const json_member& member : in.as_object())
            if (std::find(names.begin(), names.end(), member.key) == names.end())
                good = refuse(member.value, json_place(at, member.key), "extra_forbidden",
                              "Extra inputs are not permitted");
        return good;
    }
    template <class T>
    bool validate_here(const json& in, T& out, const json_place& at) {
        try {
            run_validate(out);
            return true;
        } catch (const validation_failed& why) {
            if (why.member().empty()) return refuse(in, at, why.type(), why.msg(), why.ctx());
            const json* member = in.find(why.member());
            return refuse(member ? *member : in, json_place(at, why.member()), why.type(), why.msg(), why.ctx());
        } catch (const std::invalid_argument& why) {
            return refuse(in, at, "value_error", std::string("Value error, ") + why.what(),
                          json{{"error", json::object()}});
        }
    }
    // `out` still has the defaults of T in the members that were not read yet.
    template <class T, std::size_t I>
    bool read_member(const json& in, T& out, const json_place& at) {
        constexpr std::string_view name = member_name<T, I>;
        using member_type = reflect::field_type<T, I>;
        static_assert(!std::is_const_v<member_type>,
                      "coracle: a const member cannot be read from JSON; drop the const");
        json_place here(at, name);
        const json* member = in.find(name);
        if (!member) return may_be_left_out<T, I>() || refuse(in, here, "missing", "Field required");
        auto& to = std::get<I>(reflect::tie(out));
        // What this struct put into a nested one gives way to the nested one's own defaults, as a whole.
        if constexpr (json_struct<member_type> && std::is_move_assignable_v<member_type>) to = member_type{};
        return read(*member, to, here);
    }

    issue_list issues_;
    unsigned attempts_left_ = 10'000;
};

}  // namespace detail

/// Reads `in` into `out`, which is a T{}; members that T does not have are passed over.
/// out: false, and what is wrong at the end of `issues`, with `root` ("body") in front of each place.
template <class T>
bool read_json(const json& in, T& out, std::vector<validation_issue>& issues, std::string_view root = {}) {
    return detail::json_reader(root, issues).read(in, out, json_place());
}

template <class T>
T json::get() const {
    T value{};
    std::vector<validation_issue> issues;
    if (!read_json(*this, value, issues))
        throw json_error("not what was asked for: " + issues.front().msg + ", at " + issues.front().loc.dump());
    return value;
}

}  // namespace coracle
