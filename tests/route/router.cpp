#include <doctest/doctest.h>

#include <coracle/route/router.hpp>

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle::route;

namespace {

struct answer {
    outcome result;
    std::uint32_t route = 0;
    std::vector<std::string> captures{};
    std::string allow{};
    bool operator==(const answer&) const = default;
};

answer ask(const router& routes, std::string_view method, std::string_view path) {
    match found;
    routes.lookup(coracle::http::method_from(method), method, path, found);
    answer out{found.result};
    if (found.result == outcome::found) {
        out.route = found.route;
        for (std::size_t i = 0; i < found.capture_count; ++i) out.captures.emplace_back(found.captures[i]);
    }
    if (found.result == outcome::method_not_allowed || found.result == outcome::options) out.allow = found.allow;
    return out;
}

answer found(std::uint32_t route, std::vector<std::string> captures = {}) {
    return {outcome::found, route, std::move(captures), {}};
}
const answer not_found{outcome::not_found};
const answer bad_path{outcome::bad_path};
answer not_allowed(std::string allow) { return {outcome::method_not_allowed, 0, {}, std::move(allow)}; }
answer options(std::string allow) { return {outcome::options, 0, {}, std::move(allow)}; }

router made(std::initializer_list<std::pair<std::string_view, std::string_view>> table) {
    router routes;
    for (auto& [method, text] : table) routes.add({method}, pattern(text));
    routes.freeze();
    return routes;
}

}  // namespace

TEST_CASE("a router without routes finds nothing") {
    router routes = made({});
    CHECK(ask(routes, "GET", "/") == not_found);
    CHECK(ask(routes, "OPTIONS", "*") == options("OPTIONS"));
}

TEST_CASE("static paths are found exactly: case, slashes and emptiness count") {
    router routes = made({{"GET", "/"}, {"GET", "/users"}, {"GET", "/users/"}, {"GET", "/a//b"}});
    CHECK(ask(routes, "GET", "/") == found(0));
    CHECK(ask(routes, "GET", "/users") == found(1));
    CHECK(ask(routes, "GET", "/users/") == found(2));
    CHECK(ask(routes, "GET", "/a//b") == found(3));
    CHECK(ask(routes, "GET", "/a/b") == not_found);
    CHECK(ask(routes, "GET", "/Users") == not_found);
    CHECK(ask(routes, "GET", "/user") == not_found);
    CHECK(ask(routes, "GET", "//") == not_found);
}

TEST_CASE("placeholders take one segment that is not empty") {
    router routes = made({{"GET", "/users/{id}"}, {"GET", "/users/{id}/posts/{post}"}});
    CHECK(ask(routes, "GET", "/users/42") == found(0, {"42"}));
    CHECK(ask(routes, "GET", "/users/") == not_found);
    CHECK(ask(routes, "GET", "/users") == not_found);
    CHECK(ask(routes, "GET", "/users/42/") == not_found);
    CHECK(ask(routes, "GET", "/users/42/posts/7") == found(1, {"42", "7"}));
    CHECK(ask(routes, "GET", "/users/42/posts/7/8") == not_found);
}

TEST_CASE("rest takes what is left, slashes and nothing too") {
    router routes = made({{"GET", "/files/{name:path}"}, {"GET", "/{a}/x/{all:path}"}});
    CHECK(ask(routes, "GET", "/files/") == found(0, {""}));
    CHECK(ask(routes, "GET", "/files/a/b/") == found(0, {"a/b/"}));
    CHECK(ask(routes, "GET", "/files") == not_found);
    CHECK(ask(routes, "GET", "/q/x/1/2") == found(1, {"q", "1/2"}));
    CHECK(ask(routes, "GET", "/files/x/%2e%2E/%61%2Fb") == found(0, {"x/../a/b"}));
    CHECK(ask(routes, "GET", "/files/" + std::string(5000, '/')) == found(0, {std::string(5000, '/')}));
    router all = made({{"GET", "/{path:path}"}});
    CHECK(ask(all, "GET", "/") == found(0, {""}));
    CHECK(ask(all, "GET", "//") == found(0, {"/"}));
}

TEST_CASE("a convertor that does not take the text is no match") {
    router routes =
        made({{"GET", "/n/{id:int}"}, {"GET", "/n/{id:float}"}, {"GET", "/n/{id:uuid}"}, {"GET", "/n/{id}"}});
    CHECK(ask(routes, "GET", "/n/42") == found(0, {"42"}));
    CHECK(ask(routes, "GET", "/n/4.2") == found(1, {"4.2"}));
    CHECK(ask(routes, "GET", "/n/123e4567e89b12d3a456426614174000") == found(2, {"123e4567e89b12d3a456426614174000"}));
    CHECK(ask(routes, "GET", "/n/-42") == found(3, {"-42"}));
    router strict = made({{"GET", "/n/{id:int}"}});
    CHECK(ask(strict, "GET", "/n/abc") == not_found);
    CHECK(ask(strict, "POST", "/n/abc") == not_found);
    CHECK(ask(strict, "GET", "/n/%34%32") == found(0, {"42"}));
}

TEST_CASE("the first registered full match wins, whatever its form") {
    router first = made({{"GET", "/users/me"}, {"GET", "/users/{id}"}});
    CHECK(ask(first, "GET", "/users/me") == found(0));
    CHECK(ask(first, "GET", "/users/you") == found(1, {"you"}));
    router second = made({{"GET", "/users/{id}"}, {"GET", "/users/me"}});
    CHECK(ask(second, "GET", "/users/me") == found(0, {"me"}));
    router third = made({{"GET", "/{all:path}"}, {"GET", "/users/{id}"}, {"GET", "/users"}});
    CHECK(ask(third, "GET", "/users/me") == found(0, {"users/me"}));
    CHECK(ask(third, "GET", "/users") == found(0, {"users"}));
    router method = made({{"POST", "/{a}"}, {"GET", "/x"}, {"POST", "/x"}});
    CHECK(ask(method, "POST", "/x") == found(0, {"x"}));
    CHECK(ask(method, "GET", "/x") == found(1));
}

TEST_CASE("the search turns back where a branch leads nowhere") {
    router routes = made({{"GET", "/a/{x}/c"}, {"GET", "/{y}/b/d"}, {"GET", "/{y}/{z}/e"}});
    CHECK(ask(routes, "GET", "/a/b/c") == found(0, {"b"}));
    CHECK(ask(routes, "GET", "/a/b/d") == found(1, {"a"}));
    CHECK(ask(routes, "GET", "/a/b/e") == found(2, {"a", "b"}));
    CHECK(ask(routes, "GET", "/a/b/f") == not_found);
}

TEST_CASE("405 lists the methods of all routes that take the path") {
    router routes = made({{"GET", "/x"}, {"POST", "/{a}"}, {"DELETE", "/{a}"}, {"PUT", "/x"}, {"PURGE", "/{r:path}"}});
    CHECK(ask(routes, "PATCH", "/x") == not_allowed("GET, HEAD, POST, PUT, DELETE, OPTIONS, PURGE"));
    CHECK(ask(routes, "GET", "/y") == not_allowed("POST, DELETE, OPTIONS, PURGE"));
    CHECK(ask(routes, "BREW", "/y/z") == not_allowed("OPTIONS, PURGE"));
    CHECK(ask(routes, "PURGE", "/x") == found(4, {"x"}));
    CHECK(ask(routes, "get", "/x") == not_allowed("GET, HEAD, POST, PUT, DELETE, OPTIONS, PURGE"));
    CHECK(ask(routes, "", "/x").result == outcome::method_not_allowed);
}

TEST_CASE("HEAD goes where GET goes, or to the HEAD route of that very path") {
    router routes = made({{"GET", "/x"}, {"GET", "/{a}"}, {"HEAD", "/{b}"}, {"POST", "/p/q"}});
    CHECK(ask(routes, "HEAD", "/x") == found(0));
    CHECK(ask(routes, "HEAD", "/y") == found(2, {"y"}));
    CHECK(ask(routes, "GET", "/y") == found(1, {"y"}));
    CHECK(ask(routes, "HEAD", "/p/q") == not_allowed("POST, OPTIONS"));
    router own = made({{"GET", "/x"}, {"HEAD", "/x"}});
    CHECK(ask(own, "HEAD", "/x") == found(1));
    CHECK(ask(own, "GET", "/x") == found(0));
    router page = made({{"GET", "/items/{id}"}});
    CHECK(ask(page, "HEAD", "/items/1") == found(0, {"1"}));
    router only = made({{"HEAD", "/x"}});
    CHECK(ask(only, "HEAD", "/x") == found(0));
    CHECK(ask(only, "GET", "/x") == not_allowed("HEAD, OPTIONS"));
}

TEST_CASE("a catch-all for GET and HEAD does not take HEAD away from the routes before it") {
    router routes;
    routes.add({"GET"}, pattern("/items/{id}"));
    routes.add({"GET", "HEAD"}, pattern("/{page:path}"));
    routes.freeze();
    CHECK(ask(routes, "HEAD", "/items/1") == found(0, {"1"}));
    CHECK(ask(routes, "HEAD", "/other") == found(1, {"other"}));
}

TEST_CASE("OPTIONS is answered where no route does") {
    router routes = made({{"GET", "/x"}, {"POST", "/x"}, {"OPTIONS", "/own"}, {"GET", "/own"}});
    CHECK(ask(routes, "OPTIONS", "/x") == options("GET, HEAD, POST, OPTIONS"));
    CHECK(ask(routes, "OPTIONS", "/own") == found(2));
    CHECK(ask(routes, "OPTIONS", "/none") == not_found);
    CHECK(ask(routes, "OPTIONS", "*") == options("GET, HEAD, POST, OPTIONS"));
    CHECK(ask(routes, "GET", "*") == bad_path);
}

TEST_CASE("one route may answer several methods") {
    router routes;
    CHECK(routes.add({"GET", "POST", "GET"}, pattern("/echo")) == 0);
    CHECK(routes.add({"PUT"}, pattern("/echo")) == 1);
    routes.freeze();
    CHECK(ask(routes, "POST", "/echo") == found(0));
    CHECK(ask(routes, "PUT", "/echo") == found(1));
}

TEST_CASE("P4: paths are matched decoded, and an escaped slash stays data in its segment") {
    router routes =
        made({{"GET", "/a/b"}, {"GET", "/x%2Fy"}, {"GET", "/{one}"}, {"GET", "/my%20file"}, {"GET", "/%41"}});
    CHECK(ask(routes, "GET", "/a/b") == found(0));
    CHECK(ask(routes, "GET", "/%61/%62") == found(0));
    CHECK(ask(routes, "GET", "/a%2Fb") == found(2, {"a/b"}));
    CHECK(ask(routes, "GET", "/x%2fy") == found(1));
    CHECK(ask(routes, "GET", "/x/y") == not_found);
    CHECK(ask(routes, "GET", "/%252F") == found(2, {"%2F"}));
    CHECK(ask(routes, "GET", "/%2e%2e") == found(2, {".."}));
    CHECK(ask(routes, "GET", "/my%20file") == found(2, {"my file"}));
    router files = made({{"GET", "/my%20file"}, {"GET", "/%41"}});
    CHECK(ask(files, "GET", "/my%20file") == found(0));
    CHECK(ask(files, "GET", "/my%2520file") == not_found);
    CHECK(ask(files, "GET", "/A") == found(1));
}

TEST_CASE("D14: a broken escape is a bad path, whatever the routes are") {
    router routes = made({{"GET", "/"}, {"GET", "/{a}"}, {"GET", "/f/{p:path}"}});
    for (std::string_view path :
         {"/%", "/%4", "/%zz", "/%00", "/f/a%", "/f/%00", "/q/%4/r/s", "/no/such/place/%", "", "x", "x/y"}) {
        CAPTURE(path);
        CHECK(ask(routes, "GET", path) == bad_path);
        CHECK(ask(routes, "BREW", path) == bad_path);
    }
}

TEST_CASE("what can never be called is refused at registration") {
    router routes;
    routes.add({"GET", "PUT"}, pattern("/users/{id}"));
    CHECK_THROWS_WITH_AS(routes.add({"POST", "PUT"}, pattern("/users/{name}")),
                         doctest::Contains("PUT /users/{name} would never be called: '/users/{id}'"), std::logic_error);
    CHECK_NOTHROW(routes.add({"GET"}, pattern("/users/{id:int}")));
    CHECK_NOTHROW(routes.add({"POST"}, pattern("/users/{name}")));
    routes.add({"GET"}, pattern("/%41"));
    CHECK_THROWS_AS(routes.add({"GET"}, pattern("/A")), std::logic_error);
    CHECK_THROWS_AS(routes.add({"GET"}, pattern("/A{?q}")), std::logic_error);
    CHECK_THROWS_WITH_AS(routes.add(std::span<const std::string_view>{}, pattern("/B")), doctest::Contains("no method"),
                         std::logic_error);
    CHECK_THROWS_AS(routes.add({"get"}, pattern("/B")), std::logic_error);
    routes.freeze();
    CHECK_THROWS_WITH_AS(routes.add({"GET"}, pattern("/late")), doctest::Contains("before the server starts"),
                         std::logic_error);
    CHECK(routes.frozen());
    CHECK(ask(routes, "PUT", "/users/7") == found(0, {"7"}));
}

// ---- the property: the same answer as a walk over all routes in order

namespace {

struct naive_route {
    std::vector<std::string> methods;
    pattern route;
};

std::optional<std::string> decode(std::string_view text) {
    std::string storage;
    auto out = coracle::http::decode_path(text, storage);
    if (!out) return std::nullopt;
    return std::string(*out);
}

std::optional<std::vector<std::string>> cut(std::string_view path) {
    if (path.empty() || path[0] != '/') return std::nullopt;
    std::vector<std::string> out;
    for (std::size_t at = 0; at != path.npos;) {
        std::size_t slash = path.find('/', at + 1);
        auto piece = decode(path.substr(at + 1, slash == path.npos ? slash : slash - at - 1));
        if (!piece) return std::nullopt;
        out.push_back(*piece);
        at = slash;
    }
    return out;
}

std::optional<std::vector<std::string>> fits(const pattern& route, const std::vector<std::string>& path) {
    std::vector<std::string> captures;
    for (std::size_t i = 0; i < route.segment_count; ++i) {
        const pattern_segment& segment = route.segments[i];
        if (i >= path.size()) return std::nullopt;
        if (!segment.is_placeholder) {
            if (*decode(segment.text) != path[i]) return std::nullopt;
        } else if (segment.kind == convertor::rest) {
            std::string all = path[i];
            for (std::size_t j = i + 1; j < path.size(); ++j) all += "/" + path[j];
            captures.push_back(all);
            return captures;
        } else if (takes(segment.kind, path[i])) {
            captures.push_back(path[i]);
        } else {
            return std::nullopt;
        }
    }
    if (path.size() != route.segment_count) return std::nullopt;
    return captures;
}

bool same_shape(const pattern& a, const pattern& b) {
    if (a.segment_count != b.segment_count) return false;
    for (std::size_t i = 0; i < a.segment_count; ++i) {
        const auto& one = a.segments[i];
        const auto& two = b.segments[i];
        if (one.is_placeholder != two.is_placeholder || one.kind != two.kind) return false;
        if (!one.is_placeholder && decode(one.text) != decode(two.text)) return false;
    }
    return true;
}

bool takes_method(const naive_route& route, std::string_view method) {
    for (const auto& name : route.methods)
        if (name == method) return true;
    return false;
}

answer naive(const std::vector<naive_route>& routes, std::string_view method, std::string_view path) {
    auto pieces = cut(path);
    if (!pieces) return bad_path;
    std::vector<std::string_view> seen;
    for (std::uint32_t i = 0; i < routes.size(); ++i) {
        auto captures = fits(routes[i].route, *pieces);
        if (!captures) continue;
        if (takes_method(routes[i], method)) return found(i, *captures);
        if (method == "HEAD" && takes_method(routes[i], "GET")) {
            for (std::uint32_t j = 0; j < routes.size(); ++j)
                if (same_shape(routes[i].route, routes[j].route) && takes_method(routes[j], "HEAD"))
                    return found(j, *captures);
            return found(i, *captures);
        }
        for (const auto& name : routes[i].methods) seen.push_back(name);
    }
    if (seen.empty()) return not_found;
    std::string allow;
    for (std::string_view name : {"GET", "HEAD", "POST", "DELETE", "OPTIONS", "LOCK"}) {
        bool listed = name == "OPTIONS";
        for (auto one : seen) listed = listed || one == name || (name == "HEAD" && one == "GET");
        if (listed) allow += (allow.empty() ? "" : ", ") + std::string(name);
    }
    return method == "OPTIONS" ? options(allow) : not_allowed(allow);
}

}  // namespace

TEST_CASE("the router agrees with a walk over all routes in order, for random tables and paths") {
    std::mt19937 random(20240607);
    auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
    const std::string_view literals[] = {"", "a", "b", "ab", "%41", "x%2Fy", "7", "caf\xC3\xA9"};
    const std::string_view kinds[] = {"", ":str", ":int", ":float", ":uuid"};
    const std::string_view words[] = {"",          "a",     "b",     "ab",    "A",
                                      "%61",       "x%2Fy", "x%2fy", "7",     "7.5",
                                      "%37",       "x",     "%2",    "-1",    "caf\xC3\xA9",
                                      "caf%C3%A9", "0/",    "+",     "%252F", "123e4567e89b12d3a456426614174000"};
    const std::string_view methods[] = {"GET", "HEAD", "POST", "DELETE", "OPTIONS", "LOCK"};
    std::size_t hits = 0;
    std::size_t compared = 0;
    for (int table = 0; table < 400; ++table) {
        router routes;
        std::vector<naive_route> list;
        std::vector<std::string> texts;
        texts.reserve(64);
        std::size_t size = 1 + below(30);
        for (std::size_t r = 0; r < size; ++r) {
            std::string text;
            std::size_t depth = 1 + below(4);
            for (std::size_t s = 0; s < depth; ++s) {
                text += '/';
                std::size_t choice = below(10);
                if (choice < 5 || table % 8 == 0)
                    text += literals[below(std::size(literals))];
                else if (choice < 9)
                    text += "{p" + std::to_string(s) + std::string(kinds[below(std::size(kinds))]) + "}";
                else {
                    text += "{rest:path}";
                    break;
                }
            }
            texts.push_back(std::move(text));
            naive_route one{{}, pattern(texts.back())};
            std::vector<std::string_view> names;
            for (std::size_t m = 0; m <= below(2); ++m) {
                names.push_back(methods[below(std::size(methods))]);
                one.methods.emplace_back(names.back());
            }
            try {
                std::uint32_t number = routes.add(names, one.route);
                CHECK(number == list.size());
                list.push_back(std::move(one));
            } catch (const std::logic_error&) {
                bool really = false;
                for (const auto& other : list)
                    for (const auto& name : one.methods)
                        really = really || (same_shape(other.route, one.route) && takes_method(other, name));
                CHECK(really);
            }
        }
        routes.freeze();
        for (int probe = 0; probe < 100; ++probe) {
            std::string path;
            std::size_t depth = 1 + below(5);
            for (std::size_t s = 0; s < depth; ++s) path += "/" + std::string(words[below(std::size(words))]);
            std::string_view method = methods[below(std::size(methods))];
            answer mine = ask(routes, method, path);
            answer right = naive(list, method, path);
            hits += right.result == outcome::found;
            ++compared;
            if (mine == right) continue;
            CAPTURE(method);
            CAPTURE(path);
            for (const auto& one : list)
                for (const auto& name : one.methods) MESSAGE(name << " " << one.route.text);
            CHECK(mine.route == right.route);
            CHECK(mine.allow == right.allow);
            REQUIRE(mine == right);
        }
    }
    CHECK(compared == 40000);
    CHECK(hits > 5000);
}

TEST_CASE("a table made to branch everywhere is still answered in bounded time") {
    // Every node has a literal, a text, an int and a float child: 4^7 leaves, and a path that fits all of them.
    router routes;
    std::vector<std::string> texts{""};
    for (int depth = 0; depth < 5; ++depth) {
        std::vector<std::string> longer;
        for (const auto& text : texts)
            for (std::string_view next : {"7", "{p", "{p:int", "{p:float"}) {
                std::string part(next);
                if (part[0] == '{') part = "{p" + std::to_string(depth) + part.substr(2) + "}";
                longer.push_back(text + "/" + part);
            }
        texts = std::move(longer);
    }
    for (const auto& text : texts) routes.add({"GET"}, pattern(text));
    routes.freeze();
    CHECK(ask(routes, "GET", "/7/7/7/7/7") == found(0));
    CHECK(ask(routes, "GET", "/7/7/7/7/7/7") == not_found);
    CHECK(ask(routes, "GET", "/7/7/7/7/x") == found(1, {"x"}));
    CHECK(ask(routes, "POST", "/7/7/7/7/7") == not_allowed("GET, HEAD, OPTIONS"));
}
