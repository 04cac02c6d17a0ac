// bind: fills a handler's parameters from a request, and collects everything that is wrong with it on the way.
// Order of the issues: path, query, header, cookie, body, and among those of one source as declared, as FastAPI has it.
#pragma once

#include <coracle/app/checked_pattern.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/validation_error.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/base/printable.hpp>
#include <coracle/base/utf8.hpp>
#include <coracle/json/decode.hpp>
#include <coracle/http/percent.hpp>
#include <coracle/json/from_text.hpp>
#include <coracle/json/read.hpp>
#include <coracle/json/shape.hpp>
#include <coracle/json/validation.hpp>
#include <coracle/json/value.hpp>
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

/// Takes a body in, and gives the text of it that is read as one.
using body_taker = task<std::string_view> (*)(request&);

/// One request on its way into a handler's parameters.
struct binding {
    request& asked;
    const route::pattern& route;
    std::vector<validation_issue> issues{};
    json document{};  ///< the JSON body, once a body_field has asked for it
    enum class document_state : unsigned char { unread, absent, broken, read } document_is = document_state::unread;

    binding(request& from, const route::pattern& by) noexcept : asked(from), route(by) {}

    [[gnu::cold]] void refuse(text_problem why, json loc, json input) {
        if (issues.size() >= max_validation_issues) return;
        std::size_t size = detail::rough_size(input, repeatable_);
        if (size > repeatable_)
            input = json();
        else
            repeatable_ -= size;
        issues.push_back(
            {std::string(why.type), std::move(loc), std::move(why.msg), std::move(input), std::move(why.ctx)});
    }
    [[gnu::cold]] void missing(json loc) { refuse({"missing", "Field required", {}}, std::move(loc), {}); }

    /// Puts the issues behind the first `begin` into the order of their sources.
    [[gnu::cold]] void sort_issues(std::size_t begin) {
        std::vector<validation_issue> sorted;
        sorted.reserve(issues.size() - begin);
        for (int rank = 0; rank < 5; ++rank)
            for (std::size_t i = begin; i < issues.size(); ++i)
                if (rank_of(issues[i]) == rank) sorted.push_back(issues[i]);
        for (std::size_t i = 0; i < sorted.size(); ++i) issues[begin + i] = std::move(sorted[i]);
    }

private:
    static int rank_of(const validation_issue& issue) {
        constexpr std::string_view sources[] = {"path", "query", "header", "cookie"};
        int rank = 0;
        while (rank < 4 && (issue.loc.empty() || issue.loc[0] != sources[rank])) ++rank;
        return rank;
    }

    std::size_t repeatable_ = max_repeated_input;
};

namespace detail {

/// Text from the wire as it can be shown: what is no UTF-8 becomes U+FFFD.
inline std::string shown(std::string_view text) {
    std::string out(text);
    http::detail::replace_invalid_utf8(out);
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

/// Whether a body of this type is parsed as JSON: application/json or application/anything+json.
inline bool is_json_type(std::string_view media_type) noexcept {
    constexpr std::string_view top = "application/";
    if (media_type.size() <= top.size() || !ascii::iequals(media_type.substr(0, top.size()), top)) return false;
    std::string_view subtype = media_type.substr(top.size());
    if (subtype.find('/') != subtype.npos) return false;
    constexpr std::string_view suffix = "+json";
    return ascii::iequals(subtype, "json") ||
           (subtype.size() >= suffix.size() && ascii::iequals(subtype.substr(subtype.size() - suffix.size()), suffix));
}

struct kind_words {
    std::string_view type;
    std::string_view msg;
};
/// What is said of a value that is nothing like a T.
template <class T>
constexpr kind_words wrong_document() noexcept {
    if constexpr (is_optional<T>)
        return wrong_document<typename T::value_type>();
    else if constexpr (json_map<T>)
        return {"dict_type", "Input should be a valid dictionary"};
    else if constexpr (json_list<T>)
        return {"list_type", "Input should be a valid list"};
    else
        return {"model_attributes_type", "Input should be a valid dictionary or object to extract fields from"};
}

/// The text of a JSON body without the byte order mark that some senders put before it.
constexpr std::string_view without_mark(std::string_view text) noexcept {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    return text.substr(text.starts_with(mark) ? mark.size() : 0);
}

/// A body that is no JSON is all that an answer tells, since nothing is known of the rest. error: http_error 400 when
/// it is not even text.
[[gnu::cold]] inline void settle_body(binding& with, std::string_view text) {
    if (with.issues.empty() || with.issues.back().type != "json_invalid") return;
    if (!utf8::is_valid(text)) throw http_error(400, "There was an error parsing the body");
    with.issues.erase(with.issues.begin(), with.issues.end() - 1);
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
    static P take(stored& from) { return parameter<P>::of(*from); }
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

namespace detail {
[[noreturn, gnu::cold]] inline void refuse_coding(std::string_view coding) {
    std::string said = "This body has the content coding ";
    append_printable(said, coding.substr(0, 40));
    said += ", and none is taken: send it as it is, without Content-Encoding";
    throw http_error(415, std::move(said), {{"accept-encoding", "identity"}});
}
}  // namespace detail

/// For who reads a body that must be what its Content-Type says. error: http_error 415 for one with a content coding,
/// gzip say: nothing is inflated here, so that a few bytes cannot become many (D5). RFC 9110 8.4, 15.5.16.
inline void demand_plain_body(const request& asked) {
    std::string_view coding = asked.headers["content-encoding"];
    if (!coding.empty() && !ascii::iequals(coding, "identity")) [[unlikely]]
        detail::refuse_coding(coding);
}

template <class P>
    requires(parameter<P>::source == parameter_source::body)
struct parameter_reader<P> {
    using stored = std::optional<P>;

    static void read(stored&, binding&, std::size_t) noexcept {}
    /// in: the whole body.
    static void read_body(stored& to, binding& with, std::string_view text) {
        if constexpr (parameter<P>::said_aloud)
            read_document<typename P::value_type>(to, with, text);
        else
            read_document<P>(to, with, text);
    }
    static P take(stored& from) { return *std::move(from); }

private:
    template <class T>
    static void read_document(stored& to, binding& with, std::string_view text) {
        if (!text.empty()) demand_plain_body(with.asked);
        if (text.empty()) {
            if constexpr (detail::is_optional<T>)
                to.emplace();
            else
                with.missing(json::array({"body"}));
        } else if (!detail::is_json_type(with.asked.media_type())) {
            constexpr detail::kind_words words = detail::wrong_document<T>();
            with.refuse({words.type, std::string(words.msg), {}}, json::array({"body"}), json(detail::shown(text)));
        } else {
            text = detail::without_mark(text);
            if (auto value = read_json_text<T>(text, with.issues, "body"))
                to.emplace(*std::move(value));
            else
                detail::settle_body(with, text);
        }
    }
};

/// How the body is taken in for what these parameters read from it. Null: as its text, whole.
template <class... P>
constexpr body_taker body_taker_of() noexcept {
    body_taker found = nullptr;
    [[maybe_unused]] auto look = [&found]<class Q>(std::type_identity<Q>) {
        if constexpr (is_from_form(parameter<Q>::source)) found = parameter<Q>::take_body;
    };
    (look(std::type_identity<P>{}), ...);
    return found;
}

/// What a handler with these parameters is called with.
template <class... P>
class arguments {
public:
    static constexpr bool has_body = (is_from_body(parameter<P>::source) || ...);
    static constexpr body_taker take_body = body_taker_of<P...>();
    static constexpr bool none = sizeof...(P) == 0;

    /// Everything but the body. What is wrong is in `with.issues` then.
    void read(binding& with) {
        [[maybe_unused]] std::size_t n = with.asked.skipped;
        std::size_t before = with.issues.size();
        read_each(with, n, std::index_sequence_for<P...>{});
        if (with.issues.size() - before > 1) [[unlikely]]
            with.sort_issues(before);
    }
    void read_body(binding& with, std::string_view text) {
        read_body_each(with, text, std::index_sequence_for<P...>{});
    }

    /// in: everything was read, and nothing was wrong.
    template <class F>
    decltype(auto) call(F& handler) {
        return call_with(handler, std::index_sequence_for<P...>{});
    }

    /// What waits for the call: for dependencies, which somebody else fills.
    template <std::size_t I>
    auto& stored() noexcept {
        return std::get<I>(stored_);
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
            if constexpr (is_from_body(parameter<Q>::source)) parameter_reader<Q>::read_body(to, with, text);
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
