// bind: fills a handler's parameters from a request, and collects everything that is wrong with it on the way.
// Order of the issues: path, query, body, as FastAPI has it.
#pragma once

#include <coracle/app/checked_pattern.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/validation_error.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/decode.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/route/pattern.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

/// One request on its way into a handler's parameters.
struct binding {
    request& asked;
    const route::pattern& route;
    std::vector<validation_issue> issues{};

    binding(request& from, const route::pattern& by) noexcept : asked(from), route(by) {}

    void refuse(text_problem why, json loc, json input) {
        issues.push_back(
            {std::string(why.type), std::move(loc), std::move(why.msg), std::move(input), std::move(why.ctx)});
    }
    void missing(json loc) { refuse({"missing", "Field required", {}}, std::move(loc), {}); }
};

namespace detail {

/// Text from the wire as it can be shown: what is no UTF-8 becomes U+FFFD.
inline std::string shown(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t good = utf8::first_invalid(text);
        out.append(text.substr(0, good));
        text.remove_prefix(good);
        if (text.empty()) break;
        out.append("\xEF\xBF\xBD");
        text.remove_prefix(1);
    }
    return out;
}

inline constexpr std::size_t no_index = static_cast<std::size_t>(-1);

inline json location(std::string_view root, std::string_view name, std::size_t index = no_index) {
    json loc = json::array({root, name});
    if (index != no_index) loc.push_back(index);
    return loc;
}

/// The value of one word from `root`; nothing, and an issue, when it is none.
template <class T>
std::optional<T> bind_text(binding& with, std::string_view text, std::string_view root, std::string_view name,
                           std::size_t index = no_index) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
        if (auto plain = plain_integer<T>(text)) [[likely]]
            return plain;
    text_problem why;
    std::optional<T> value = from_text<T>(text, why);
    if (!value) with.refuse(std::move(why), location(root, name, index), json(shown(text)));
    return value;
}

template <class P>
inline constexpr bool may_be_absent = is_optional<P>;
template <class T>
inline constexpr bool may_be_absent<json_body<T>> = is_optional<T>;

inline bool is_json_type(std::string_view media_type) noexcept {
    if (ascii::iequals(media_type, "application/json")) return true;
    constexpr std::string_view top = "application/";
    constexpr std::string_view suffix = "+json";
    return media_type.size() > top.size() + suffix.size() && ascii::iequals(media_type.substr(0, top.size()), top) &&
           ascii::iequals(media_type.substr(media_type.size() - suffix.size()), suffix);
}

}  // namespace detail

/// Reads a parameter of type P. One specialisation per kind of parameter; `stored` is what waits for the call.
template <class P>
struct parameter_reader;

template <class P>
    requires(parameter<P>::source == parameter_source::context)
struct parameter_reader<P> {
    using stored = request*;
    static void read(stored& to, binding& with, std::size_t) { to = &with.asked; }
    static P take(stored& from) noexcept { return *from; }
};

template <pattern_value P>
struct parameter_reader<P> {
    using stored = std::optional<P>;
    using element = detail::element_t<P>;

    /// in: n, which of the route's names it is.
    static void read(stored& to, binding& with, std::size_t n) {
        std::string_view name = with.route.parameter_name(n);
        if (n < with.route.placeholder_count) {
            if constexpr (scalar<P>) to = detail::bind_text<P>(with, with.asked.matched[n], "path", name);
            return;
        }
        const query_values& all = with.asked.queries();
        if constexpr (detail::scalar_list<P>::value) {
            to.emplace();
            std::size_t index = 0;
            for (std::size_t i = 0; i < all.size(); ++i) {
                if (all.name(i) != name) continue;
                if (auto one = detail::bind_text<element>(with, all.value(i), "query", name, index++))
                    to->push_back(*std::move(one));
            }
        } else {
            std::optional<std::string_view> text = all.last(name);
            const route::pattern_query& query = with.route.queries[n - with.route.placeholder_count];
            if (!text && query.has_default) text = query.default_text;
            if (text)
                to = detail::bind_text<element>(with, *text, "query", name);
            else if constexpr (detail::is_optional<P>)
                to.emplace();
            else
                with.missing(detail::location("query", name));
        }
    }
    static P take(stored& from) { return *std::move(from); }
};

template <class P>
    requires(parameter<P>::source == parameter_source::body)
struct parameter_reader<P> {
    using stored = std::optional<P>;

    static void read(stored&, binding&, std::size_t) noexcept {}
    /// in: the whole body.
    static void read_body(stored& to, binding& with, std::string_view text) {
        if (text.empty()) {
            if constexpr (detail::may_be_absent<P>)
                to.emplace();
            else
                with.missing(json::array({"body"}));
            return;
        }
        if (!detail::is_json_type(with.asked.media_type())) {
            with.refuse(
                {"model_attributes_type", "Input should be a valid dictionary or object to extract fields from", {}},
                json::array({"body"}), json(detail::shown(text)));
            return;
        }
        if constexpr (parameter<P>::said_aloud) {
            if (auto value = read_json_text<typename P::value_type>(text, with.issues, "body"))
                to.emplace(*std::move(value));
        } else {
            to = read_json_text<P>(text, with.issues, "body");
        }
    }
    static P take(stored& from) { return *std::move(from); }
};

/// What a handler with these parameters is called with.
template <class... P>
class arguments {
public:
    static constexpr bool has_body = count_from<parameter_source::body, P...> != 0;

    /// Everything but the body. What is wrong is in `with.issues` then.
    void read(binding& with) {
        [[maybe_unused]] std::size_t n = 0;
        read_each(with, n, std::index_sequence_for<P...>{});
    }
    void read_body(binding& with, std::string_view text) {
        read_body_each(with, text, std::index_sequence_for<P...>{});
    }

    /// in: everything was read, and nothing was wrong.
    template <class F>
    decltype(auto) call(F& handler) {
        return call_with(handler, std::index_sequence_for<P...>{});
    }

private:
    template <std::size_t... I>
    void read_each([[maybe_unused]] binding& with, [[maybe_unused]] std::size_t& n, std::index_sequence<I...>) {
        (parameter_reader<P>::read(std::get<I>(stored_), with,
                                   parameter<P>::source == parameter_source::pattern ? n++ : n),
         ...);
    }
    template <std::size_t... I>
    void read_body_each([[maybe_unused]] binding& with, [[maybe_unused]] std::string_view text,
                        std::index_sequence<I...>) {
        [[maybe_unused]] auto one = [&]<class Q>(std::type_identity<Q>, auto& to) {
            if constexpr (parameter<Q>::source == parameter_source::body)
                parameter_reader<Q>::read_body(to, with, text);
        };
        (one(std::type_identity<P>{}, std::get<I>(stored_)), ...);
    }
    template <class F, std::size_t... I>
    decltype(auto) call_with(F& handler, std::index_sequence<I...>) {
        return handler(parameter_reader<P>::take(std::get<I>(stored_))...);
    }

    std::tuple<typename parameter_reader<P>::stored...> stored_;
};

}  // namespace coracle
