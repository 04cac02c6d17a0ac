// parameter_struct: a struct that is filled from names and texts, member by member: from the query string, the header
// fields, the cookies, or a form. FastAPI's parameter models, with its answers.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/cookie_pairs.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/json/field_default.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/member_name.hpp>
#include <coracle/json/read.hpp>
#include <coracle/json/reflect.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/validation.hpp>
#include <coracle/json/value.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

class upload_file;

/// How many texts, or files, a member takes: one, or all of its name.
enum class text_count : unsigned char { none, one, many };

namespace detail {

/// Whether a member is a file of a form, perhaps one, or all of its name.
template <class T>
inline constexpr bool is_file_member = std::same_as<element_t<T>, upload_file>;

template <class T>
consteval text_count texts_for() {
    if constexpr (is_file_member<T>) {
        return std::same_as<T, std::vector<upload_file>> ? text_count::many : text_count::one;
    } else if constexpr (scalar<T> || std::same_as<T, char>) {
        return text_count::one;
    } else if constexpr (is_optional<T>) {
        return texts_for<typename T::value_type>();
    } else if constexpr (requires { typename T::checked_value; }) {
        return is_file_member<typename T::checked_value> ? text_count::none : texts_for<typename T::checked_value>();
    } else if constexpr (json_list<T>) {
        return texts_for<typename T::value_type>() == text_count::one ? text_count::many : text_count::none;
    } else {
        return text_count::none;
    }
}

template <class T>
consteval bool good_members() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return ((texts_for<std::remove_cv_t<reflect::field_type<T, I>>>() != text_count::none) && ...);
    }(std::make_index_sequence<reflect::field_count<T>>{});
}

template <class T>
consteval bool has_files() {
    if constexpr (json_struct<T>)
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return (is_file_member<std::remove_cv_t<reflect::field_type<T, I>>> || ...);
        }(std::make_index_sequence<reflect::field_count<T>>{});
    return false;
}

struct text_member {
    std::string_view name;
    bool many;
    bool is_file;
};
template <class T>
inline constexpr auto text_members = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<text_member, sizeof...(I)>{
        text_member{member_name<T, I>, texts_for<std::remove_cv_t<reflect::field_type<T, I>>>() == text_count::many,
                    is_file_member<std::remove_cv_t<reflect::field_type<T, I>>>}...};
}(std::make_index_sequence<reflect::field_count<T>>{});

}  // namespace detail

/// A plain struct whose members are words, optional words or lists of words.
template <class T>
concept parameter_struct = detail::json_struct<T> && detail::good_members<T>();

namespace detail {

/// Where the names and texts come from.
enum class text_source : unsigned char { query, header, cookie, form };

/// Names and texts on their way into a struct's members.
class text_gatherer {
public:
    /// in: files, by the place of their pair what is shown of them, and null for texts; empty when all are texts.
    text_gatherer(text_source source, std::span<const http::field> pairs, std::span<const text_member> members,
                  std::span<const json> files = {}) noexcept
        : source_(source), pairs_(pairs), members_(members), files_(files) {}

    std::string_view root() const noexcept {
        constexpr std::string_view roots[] = {"query", "header", "cookie", "body"};
        return roots[static_cast<std::size_t>(source_)];
    }

    /// What came for member n: a text, or an array; nothing when nothing came. A file for a file is null, and is put in
    /// its place later.
    std::optional<json> find(std::size_t n) const { return find(n, members_[n].is_file); }

    /// What came for member n, and what is shown of a file unless it is put in its place later.
    std::optional<json> find(std::size_t n, bool later) const {
        const text_member& member = members_[n];
        json list = json::array();
        const http::field* found = nullptr;
        for (const http::field& pair : pairs_) {
            if (!is_for(pair.name, member.name)) continue;
            if (member.many)
                list.push_back(later && is_file(pair) ? json() : text(pair));
            else if (!found || !first_counts())
                found = &pair;
        }
        if (member.many && !list.empty()) return list;
        // A form sends every field that it has: an empty one was not filled in.
        if (!found || (source_ == text_source::form && found->value.empty() && !is_file(*found))) return std::nullopt;
        return later && is_file(*found) ? json() : text(*found);
    }
    /// All that came for members.
    json known() const {
        json made = json::object();
        for (std::size_t n = 0; n < members_.size(); ++n)
            if (auto value = find(n, false))
                made.as_object().emplace_back(std::string(members_[n].name), *std::move(value));
        return made;
    }
    /// Appends what came for nobody: a text, or an array of those of one name.
    void append_extra(json& to) const {
        std::size_t known = to.size();
        for (const http::field& pair : pairs_) {
            if (is_known(pair.name)) continue;
            std::string name = shown_name(pair.name);
            json* before = nullptr;
            for (json_member& each : to.items().subspan(known))
                if (each.key == name) before = &each.value;
            if (!before)
                to.as_object().emplace_back(std::move(name), text(pair));
            else if (source_ == text_source::cookie)
                continue;
            else if (before->is_array())
                before->push_back(text(pair));
            else
                *before = json::array({std::move(*before), text(pair)});
        }
    }
    /// A member's name as a client knows it.
    std::string client_name(std::string_view member) const {
        std::string name(member);
        if (source_ == text_source::header)
            for (char& c : name) c = c == '_' ? '-' : ascii::to_lower(c);
        return name;
    }

private:
    bool is_file(const http::field& pair) const noexcept {
        return !files_.empty() && !files_[static_cast<std::size_t>(&pair - pairs_.data())].is_null();
    }
    bool first_counts() const noexcept { return source_ == text_source::header || source_ == text_source::cookie; }
    bool is_for(std::string_view name, std::string_view member) const noexcept {
        if (source_ != text_source::header) return name == member;
        if (name.size() != member.size()) return false;
        for (std::size_t i = 0; i < name.size(); ++i)
            if (ascii::to_lower(name[i]) != (member[i] == '_' ? '-' : ascii::to_lower(member[i]))) return false;
        return true;
    }
    bool is_known(std::string_view name) const noexcept {
        for (const text_member& member : members_)
            // `save_data` is no other field than `save-data`, but neither is it that one.
            if (is_for(name, member.name) || (source_ == text_source::header && ascii::iequals(name, member.name)))
                return true;
        return false;
    }
    std::string shown_name(std::string_view name) const {
        std::string storage;
        if (source_ == text_source::header) return ascii::lower(name);
        return std::string(source_ == text_source::cookie ? utf8::from_latin1(name, storage) : name);
    }
    json text(const http::field& pair) const {
        if (is_file(pair)) return files_[static_cast<std::size_t>(&pair - pairs_.data())];
        std::string unescaped, storage;
        std::string_view value = pair.value;
        if (source_ == text_source::cookie) value = cookie_pairs::unescape(value, unescaped);
        if (first_counts()) value = utf8::from_latin1(value, storage);
        return json(value);
    }

    text_source source_;
    std::span<const http::field> pairs_;
    std::span<const text_member> members_;
    std::span<const json> files_;
};

/// Issues of a struct, behind the first `begin`, in the words of its source.
[[gnu::cold]] inline void explain_issues(binding& with, std::size_t begin, const text_gatherer& from,
                                         std::span<const text_member> members) {
    json all;
    std::size_t left = max_repeated_input;
    for (std::size_t i = begin; i < with.issues.size(); ++i) {
        validation_issue& issue = with.issues[i];
        if (issue.loc.size() < 2 || !issue.loc[1].is_string()) continue;
        bool own = false;
        for (const text_member& member : members) own = own || issue.loc[1] == member.name;
        if (!own) continue;
        if (issue.loc.size() == 2 && issue.type == "missing") {
            if (all.is_null()) {
                all = from.known();
                from.append_extra(all);
            }
            std::size_t size = rough_size(all, left);
            issue.input = size <= left ? all : json();
            left -= size <= left ? size : 0;
        }
        issue.loc[1] = json(from.client_name(issue.loc[1].as_string()));
    }
}

[[gnu::cold]] inline void refuse_extra(binding& with, const text_gatherer& from) {
    json extra = json::object();
    from.append_extra(extra);
    for (json_member& each : extra.items())
        with.refuse({"extra_forbidden", "Extra inputs are not permitted", {}}, location(from.root(), each.key),
                    std::move(each.value));
}

template <parameter_struct T>
std::optional<T> bind_struct(binding& with, text_source source, std::span<const http::field> pairs,
                             std::span<const json> files = {}) {
    constexpr const auto& members = text_members<T>;
    text_gatherer from(source, pairs, members, files);
    json given = json::object();
    auto gather = [&]<std::size_t... I>(std::index_sequence<I...>) {
        auto one = [&](std::size_t n, bool may_be_left_out) {
            auto value = from.find(n);
            // Nothing is an empty list: a client has no other way to send one.
            if (!value && members[n].many && !may_be_left_out) value = json::array();
            if (value) given.as_object().emplace_back(std::string(members[n].name), *std::move(value));
        };
        (one(I, may_be_left_out<T, I>()), ...);
    };
    gather(std::make_index_sequence<members.size()>{});
    std::size_t before = with.issues.size();
    std::optional<T> value(std::in_place);
    bool good = json_reader(from.root(), with.issues).read(given, *value, json_place());
    if (!good) explain_issues(with, before, from, members);
    if constexpr (forbids_extra<T>) {
        refuse_extra(with, from);
        good = good && with.issues.size() == before;
    }
    if (!good) value.reset();
    return value;
}

// What query<T>, headers<T>, cookies<T> and form<T> say of a T that is none.
template <class T, bool MayHaveFiles = false>
consteval bool good_parameter_struct() {
    constexpr bool plain = json_struct<T>;
    static_assert(plain,
                  "coracle: this takes a plain struct, whose members are the names; a single value is named by "
                  "itself: {?limit}, header<\"x-id\">, cookie<\"session\">, form_field<\"name\">");
    if constexpr (plain) {
        constexpr bool members = good_members<T>();
        static_assert(members,
                      "coracle: the members of this struct are read from texts: each is a number, a bool, a "
                      "std::string, an enum or a time, or a std::optional or std::vector of these");
        constexpr bool files = MayHaveFiles || !has_files<T>();
        static_assert(files || !members, "coracle: a file comes with a form: take form<T>");
        return members && files;
    }
    return false;
}

}  // namespace detail

}  // namespace coracle
