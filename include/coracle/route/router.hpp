// router: (method, path) -> the first registered route that matches both, at a cost that does not grow with the routes.
// A path without placeholders is one hash lookup whose answer was worked out when the table was frozen. All others go
// down a tree of segments; each node knows the earliest route below it, so later ones are not looked at.
#pragma once

#include <coracle/base/assert.hpp>
#include <coracle/http/method.hpp>
#include <coracle/http/percent.hpp>
#include <coracle/route/convertor.hpp>
#include <coracle/route/match.hpp>
#include <coracle/route/method_table.hpp>
#include <coracle/route/path_segments.hpp>
#include <coracle/route/pattern.hpp>
#include <coracle/route/text_table.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coracle::route {

/// The table of routes. Filled, frozen, then looked up from any number of threads at once.
/// HEAD goes where GET goes, unless the same path has a HEAD route of its own; OPTIONS is answered where no route does.
class router {
public:
    router() : nodes_(1) {}

    /// Adds a route for all of `methods`. out: its number, 0 for the first, counting up.
    /// error: std::logic_error for a method that is none, for a pair of method and path that a route already answers,
    /// and after freeze().
    std::uint32_t add(std::span<const std::string_view> methods, const pattern& route) {
        if (frozen_) throw std::logic_error("coracle: routes are added before the server starts, not while it runs");
        if (methods.empty())
            throw std::logic_error("coracle: the route '" + std::string(route.text) + "' has no method to answer");
        method_bits bits = 0;
        for (std::string_view method : methods) bits |= 1U << methods_.add(method);

        std::uint32_t at = grow(route);
        for (const ending& other : nodes_[at].endings)
            if (method_bits both = other.methods & bits)
                throw std::logic_error("coracle: " + first_name(both) + " " + std::string(route.text) +
                                       " would never be called: '" + texts_[other.route] +
                                       "' is registered before it and takes the same requests");
        auto number = static_cast<std::uint32_t>(texts_.size());
        nodes_[at].endings.push_back({number, bits});
        texts_.emplace_back(route.text);
        all_methods_ |= bits;
        if (route.segment_count > deepest_) deepest_ = route.segment_count;
        if (!remember_static(route)) all_static_ = false;
        return number;
    }
    std::uint32_t add(std::initializer_list<std::string_view> methods, const pattern& route) {
        return add(std::span(methods.begin(), methods.size()), route);
    }

    std::size_t size() const noexcept { return texts_.size(); }
    bool frozen() const noexcept { return frozen_; }

    /// Ends registration and makes the tables that lookups use. A second call does nothing.
    void freeze() {
        if (std::exchange(frozen_, true)) return;
        for (std::uint32_t at = 0; at < growing_edges_.size(); ++at)
            for (const named_number& edge : growing_edges_[at]) {
                node& parent = nodes_[at];
                parent.only_text = edges_.insert(at, edge.name, edge.number);
                parent.only_literal = ++parent.literals == 1 ? edge.number : no_node;
            }
        edges_.freeze();
        note_earliest(0);
        for (const named_number& path : growing_statics_) {
            statics_.insert(0, path.name, static_cast<std::uint32_t>(answers_.size()));
            answer_static(path.name);
        }
        statics_.freeze();
        growing_edges_.clear();
        growing_statics_.clear();
    }

    /// Fills `out` with the answer for one request. in: a frozen router; the method, and its text where it is `other`;
    /// the path as it stood on the wire, without the query.
    /// cost: the same for one route and a thousand; no memory, unless the path has escapes or methods are listed.
    void lookup(http::method method, std::string_view token, std::string_view path, match& out) const {
        if (!lookup_static(method, path, out)) look_further(method, token, path, out);
    }
    /// The same for a path without placeholders at its first place in the table, where nearly all of them stand. False:
    /// look_further().
    [[gnu::always_inline]] bool lookup_static(http::method method, std::string_view path, match& out) const noexcept {
        CORACLE_ASSERT(frozen_);
        out.hash = 0;
        if (method == http::method::other || path.size() > statics_.longest()) return false;
        out.hash = statics_.hash_of(0, path);
        std::uint32_t row = statics_.find_first(0, path, out.hash);
        return row != text_table::none && take_answer(row, static_cast<std::uint32_t>(method), out);
    }
    /// in: as lookup_static() has left it.
    [[gnu::noinline]] void look_further(http::method method, std::string_view token, std::string_view path,
                                        match& out) const {
        std::uint32_t number = methods_.find(method, token);
        std::uint32_t row = out.hash != 0 ? statics_.find(0, path, out.hash) : statics_.find(0, path);
        if (row != text_table::none) {
            if (number != method_table::none && take_answer(row, number, out)) return;
        } else if (is_no_path(path)) {
            out.result = outcome::not_found;
            return;
        }
        search_tree(number, path, out);
    }

private:
    static constexpr std::uint32_t no_route = static_cast<std::uint32_t>(-1);
    static constexpr std::uint32_t no_node = 0;  // the root is nobody's child
    static constexpr std::size_t convertors = 5;
    static constexpr auto rest = static_cast<std::size_t>(convertor::rest);

    // Sorted vectors of these stand where a std::map would be, which costs every program compile time.
    struct named_number {
        std::string name;
        std::uint32_t number;
    };
    /// The number that goes with the name in a sorted list: `otherwise`, when it is new there.
    static std::uint32_t number_of(std::vector<named_number>& list, std::string name, std::uint32_t otherwise) {
        std::size_t low = 0;
        for (std::size_t high = list.size(); low < high;) {
            std::size_t middle = low + (high - low) / 2;
            if (list[middle].name < name)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == list.size() || list[low].name != name)
            list.insert(list.begin() + static_cast<std::ptrdiff_t>(low), {std::move(name), otherwise});
        return list[low].number;
    }

    /// False: the tree has to be asked.
    [[gnu::always_inline]] bool take_answer(std::uint32_t row, std::uint32_t number, match& out) const noexcept {
        std::uint32_t route = answers_[row + number];
        if (route == no_route) return false;
        out.result = outcome::found;
        out.route = route;
        out.capture_count = 0;
        return true;
    }

    struct ending {
        std::uint32_t route;
        method_bits methods;
    };
    struct node {
        std::uint32_t earliest = no_route;  // the first route that ends here or below
        std::array<std::uint32_t, convertors> placeholders{};
        std::uint32_t literals = 0;
        std::uint32_t only_literal = no_node;  // the child, where there is one literal and no more
        std::string_view only_text{};
        bool has_placeholders = false;
        std::vector<ending> endings{};  // in order of registration
    };

    /// One lookup on its way through the tree.
    struct journey {
        method_bits wanted = 0;
        method_bits seen = 0;  // methods of every route whose path matches; complete when best stays no_route
        std::uint32_t best = no_route;
        std::uint32_t best_node = 0;
        std::uint32_t held = 0;
        std::uint32_t best_held = 0;
        bool best_takes_rest = false;
        path_segments segments{};
        std::uint8_t captures[pattern::max_segments];  // the segment that each placeholder took
        std::uint8_t best_captures[pattern::max_segments];

        // The arrays are written before they are read.
        explicit journey(method_bits bits) noexcept : wanted(bits) {}
    };

    /// No route has placeholders, and none of the paths that all of them have together is this one.
    [[gnu::noinline]] bool is_no_path(std::string_view path) const noexcept {
        return all_static_ && path.starts_with('/') && path.find('%') == std::string_view::npos;
    }

    std::string first_name(method_bits bits) const {
        std::uint32_t number = 0;
        while ((bits >> number & 1U) == 0) ++number;
        return std::string(methods_.name(number));
    }

    static std::string decoded(std::string_view text) {
        std::string storage;
        return std::string(*http::decode_path(text, storage));
    }

    /// The node that the route ends in, made if need be.
    std::uint32_t grow(const pattern& route) {
        std::uint32_t at = 0;
        for (std::size_t i = 0; i < route.segment_count; ++i) {
            const pattern_segment& segment = route.segments[i];
            auto next = static_cast<std::uint32_t>(nodes_.size());
            if (segment.is_placeholder) {
                nodes_[at].has_placeholders = true;
                std::uint32_t& child = nodes_[at].placeholders[static_cast<std::size_t>(segment.kind)];
                next = child == no_node ? child = next : child;
            } else {
                if (growing_edges_.size() <= at) growing_edges_.resize(at + 1);
                next = number_of(growing_edges_[at], decoded(segment.text), next);
            }
            if (next == nodes_.size()) nodes_.emplace_back();
            at = next;
        }
        return at;
    }

    /// False when the route's paths cannot be listed.
    bool remember_static(const pattern& route) {
        if (route.placeholder_count != 0) return false;
        std::string path;
        for (std::size_t i = 0; i < route.segment_count; ++i) {
            std::string text = decoded(route.segments[i].text);
            // On the wire these bytes of a segment are always escaped, and escaped paths go down the tree.
            if (text.find_first_of("/%") != std::string::npos) return false;
            path += '/';
            path += text;
        }
        number_of(growing_statics_, std::move(path), 0);
        return true;
    }

    std::uint32_t note_earliest(std::uint32_t at) {
        std::uint32_t earliest = nodes_[at].endings.empty() ? no_route : nodes_[at].endings.front().route;
        for (std::uint32_t child : nodes_[at].placeholders)
            if (child != no_node) earliest = std::min(earliest, note_earliest(child));
        if (at < growing_edges_.size())
            for (const named_number& edge : growing_edges_[at])
                earliest = std::min(earliest, note_earliest(edge.number));
        return nodes_[at].earliest = earliest;
    }

    /// Appends the row of answers for a path without placeholders: per method the route to call, or no_route where the
    /// tree has to be asked (an earlier route with placeholders wins, or the method is not allowed).
    void answer_static(const std::string& path) {
        match found;
        for (std::uint32_t method = 0; method < methods_.size(); ++method) {
            search_tree(method, path, found);
            answers_.push_back(found.result == outcome::found && found.capture_count == 0 ? found.route : no_route);
        }
    }

    void search_tree(std::uint32_t method, std::string_view path, match& out) const {
        out.capture_count = 0;
        if (path == "*" && method == method_table::options) return allow(outcome::options, all_methods_, out);
        bool is_head = method == method_table::head;
        method_bits wanted = method == method_table::none ? 0 : 1U << method;
        if (is_head) wanted |= 1U << method_table::get;
        journey trip(wanted);
        if (!trip.segments.read(path, deepest_ + 1, out.decoded)) {
            out.result = outcome::bad_path;
            return;
        }
        walk(0, 0, trip);
        if (trip.best == no_route) {
            if (trip.seen == 0) {
                out.result = outcome::not_found;
                return;
            }
            return allow(method == method_table::options ? outcome::options : outcome::method_not_allowed, trip.seen,
                         out);
        }
        out.result = outcome::found;
        out.route = is_head ? head_of(trip) : trip.best;
        out.capture_count = trip.best_held;
        for (std::size_t i = 0; i < trip.best_held; ++i) out.captures[i] = trip.segments[trip.best_captures[i]];
        if (trip.best_takes_rest)
            out.captures[trip.best_held - 1] = trip.segments.from(trip.best_captures[trip.best_held - 1]);
    }

    /// HEAD asks for what GET would answer, so it goes where GET goes, or to the HEAD route of that very path.
    std::uint32_t head_of(const journey& trip) const {
        for (const ending& route : nodes_[trip.best_node].endings)
            if (route.methods >> method_table::head & 1U) return route.route;
        return trip.best;
    }

    void allow(outcome result, method_bits methods, match& out) const {
        out.result = result;
        methods_.list(methods, out.allow);
    }

    void finish(std::uint32_t number, bool takes_rest, journey& trip) const {
        for (const ending& route : nodes_[number].endings) {
            trip.seen |= route.methods;
            if ((route.methods & trip.wanted) == 0 || route.route >= trip.best) continue;
            trip.best = route.route;
            trip.best_node = number;
            trip.best_takes_rest = takes_rest;
            trip.best_held = trip.held;
            std::copy_n(trip.captures, trip.held, trip.best_captures);
        }
    }

    std::uint32_t literal_child(std::uint32_t number, std::string_view segment) const {
        const node& at = nodes_[number];
        if (at.only_literal != no_node) return at.only_text == segment ? at.only_literal : no_node;
        if (at.literals == 0) return no_node;
        std::uint32_t child = edges_.find(number, segment);
        return child == text_table::none ? no_node : child;
    }

    // Every node stands for one way to read the path so far, so none is visited twice: the work is bounded by the
    // branches of the tree at the path's depth, whatever the path.
    void walk(std::uint32_t number, std::size_t depth, journey& trip) const {
        const node& at = nodes_[number];
        if (at.earliest >= trip.best) return;
        if (depth == trip.segments.count()) return finish(number, false, trip);
        std::string_view segment = trip.segments[depth];
        if (std::uint32_t child = literal_child(number, segment); child != no_node) walk(child, depth + 1, trip);
        if (!at.has_placeholders) return;
        trip.captures[trip.held++] = static_cast<std::uint8_t>(depth);
        for (std::size_t kind = 0; kind < rest; ++kind)
            if (std::uint32_t child = at.placeholders[kind];
                child != no_node && takes(static_cast<convertor>(kind), segment))
                walk(child, depth + 1, trip);
        if (std::uint32_t child = at.placeholders[rest]; child != no_node) finish(child, true, trip);
        --trip.held;
    }

    method_table methods_;
    std::vector<node> nodes_;
    std::vector<std::string> texts_;
    std::vector<std::vector<named_number>> growing_edges_;  // by node
    std::vector<named_number> growing_statics_;
    text_table edges_;
    text_table statics_;
    std::vector<std::uint32_t> answers_;  // rows of one route per method
    method_bits all_methods_ = 0;
    std::size_t deepest_ = 0;
    bool all_static_ = true;
    bool frozen_ = false;
};

}  // namespace coracle::route
