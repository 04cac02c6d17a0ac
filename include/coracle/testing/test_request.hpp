// test_request: what a test asks of an app, in the words of httpx.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/multipart_writer.hpp>
#include <coracle/http/percent.hpp>
#include <coracle/http/url.hpp>
#include <coracle/json/convert.hpp>
#include <coracle/json/value.hpp>
#include <coracle/json/write.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace coracle {

/// A name and its value: `{"page", 2}`.
struct test_pair {
    std::string name;
    std::string value;

    test_pair(std::string_view called, std::string_view text) : name(called), value(text) {}
    test_pair(std::string_view called, const char* text) : name(called), value(text) {}
    template <class T>
        requires std::is_arithmetic_v<T>
    test_pair(std::string_view called, T number) : name(called), value(coracle::json(number).dump()) {}
};

/// A file, and the name of its field in the form: `{"avatar", "me.png", bytes, "image/png"}`.
struct test_file {
    std::string field;
    std::string filename;
    std::string bytes;
    std::string type{};  ///< empty: not said
};

/// What goes along: `client.post("/items", {.query = {{"dry", true}}, .json = item{"tea", 2.5}})`.
struct test_options {
    std::vector<test_pair> headers{};
    std::vector<test_pair> query{};          ///< behind what the URL has already
    std::optional<coracle::json> json{};     ///< any value; sent as application/json
    std::vector<test_pair> form{};           ///< sent as application/x-www-form-urlencoded
    std::vector<test_file> files{};          ///< sent as multipart/form-data, behind the fields of `form`
    std::optional<std::string> body{};       ///< sent as it is
    std::vector<std::string> pieces{};       ///< a body in chunks, each of which the app can read before the next
    std::vector<test_pair> cookies{};        ///< besides those that the client keeps
    std::optional<bool> follow_redirects{};  ///< else as the client does
};

/// `client.send_all({{"GET", "/a"}, {"POST", "/b", {.json = 1}}})`.
struct test_request {
    std::string method = "GET";
    std::string url{};
    test_options with{};
};

namespace testing {

/// A request as it is sent, and as a redirect changes it.
struct outgoing_request {
    std::string method;
    http::url url;
    std::vector<test_pair> headers{};
    std::string cookies{};  // of this request alone
    std::string body{};
    std::vector<std::string> pieces{};
    bool has_body = false;

    bool has(std::string_view name) const noexcept {
        for (const test_pair& one : headers)
            if (ascii::iequals(one.name, name)) return true;
        return false;
    }
    void drop(std::string_view name) {
        std::erase_if(headers, [name](const test_pair& one) { return ascii::iequals(one.name, name); });
    }
    void drop_body() {
        body.clear();
        pieces.clear();
        has_body = false;
        for (std::string_view name : {"content-length", "content-type", "transfer-encoding"}) drop(name);
    }

    /// Request line and fields. in: `chunked`: the length of the body is not known.
    std::string head(std::string_view jar_cookies, bool chunked) const {
        std::string out = method + ' ' + url.target() + " HTTP/1.1\r\n";
        auto line = [&out](std::string_view name, std::string_view value) {
            out.append(name).append(": ").append(value).append("\r\n");
        };
        if (!has("host")) line("host", url.authority);
        if (!has("accept")) line("accept", "*/*");
        if (!has("connection")) line("connection", "keep-alive");
        if (!has("user-agent")) line("user-agent", "testclient");
        for (const test_pair& one : headers) line(one.name, one.value);
        std::string all_cookies(jar_cookies);
        if (!all_cookies.empty() && !cookies.empty()) all_cookies += "; ";
        all_cookies += cookies;
        if (!all_cookies.empty() && !has("cookie")) line("cookie", all_cookies);
        bool expects_body = method == "POST" || method == "PUT" || method == "PATCH";
        if (chunked)
            line("transfer-encoding", "chunked");
        else if ((has_body || expects_body) && !has("content-length"))
            line("content-length", std::to_string(body.size()));
        return out.append("\r\n");
    }
};

/// Escaped as forms and queries are: a space is `+`.
inline void append_form(std::string& out, const std::vector<test_pair>& pairs) {
    auto word = [&out](std::string_view text) {
        for (bool more = true; more;) {
            std::size_t space = text.find(' ');
            http::encode_percent(text.substr(0, space), out);
            more = space != text.npos;
            if (more) out += '+';
            text.remove_prefix(more ? space + 1 : 0);
        }
    };
    for (const test_pair& one : pairs) {
        if (!out.empty()) out += '&';
        word(one.name);
        out += '=';
        word(one.value);
    }
}

/// in: what every request of the client has. error: std::invalid_argument, std::logic_error for what makes no sense.
inline outgoing_request prepare(test_request asked, const http::url& base, const std::vector<test_pair>& usual) {
    test_options& with = asked.with;
    outgoing_request out{std::move(asked.method), http::url::parse(asked.url)};
    if (!ascii::is_token(out.method))
        throw std::invalid_argument("coracle: '" + out.method + "' is no method; a method is GET, POST, PUT and so on");
    if (out.url.scheme.empty() && out.url.authority.empty()) {
        std::string_view under = base.path;
        if (under.ends_with('/')) under.remove_suffix(1);
        std::string path(under);
        if (!out.url.path.starts_with('/')) path += '/';
        out.url.path = path + out.url.path;
        out.url.authority = base.authority;
    } else if (out.url.authority.empty()) {
        throw std::invalid_argument("coracle: '" + asked.url + "' has no host; write /path or http://host/path");
    }
    if (out.url.scheme.empty()) out.url.scheme = base.scheme;
    if (out.url.path.empty()) out.url.path = "/";
    if (!with.query.empty()) {
        std::string query = std::move(out.url.query).value_or(std::string());
        append_form(query, with.query);
        out.url.query = std::move(query);
    }
    for (const test_pair& one : with.headers) {
        if (!ascii::is_token(one.name) || !http::is_field_value(one.value))
            throw std::invalid_argument("coracle: the header '" + one.name +
                                        "' cannot be sent: its name is a token, "
                                        "and its value has no control characters and no white space at its ends");
    }
    out.headers = usual;
    for (const test_pair& one : with.headers) out.drop(one.name);
    out.headers.insert(out.headers.end(), with.headers.begin(), with.headers.end());
    for (const test_pair& one : with.cookies) {
        if (!out.cookies.empty()) out.cookies += "; ";
        out.cookies.append(one.name).append("=").append(one.value);
    }
    bool is_form = !with.form.empty() || !with.files.empty();
    int bodies = (with.json ? 1 : 0) + (is_form ? 1 : 0) + (with.body ? 1 : 0) + (with.pieces.empty() ? 0 : 1);
    if (bodies > 1)
        throw std::logic_error("coracle: a request has one body: .json, .form with .files, .body or .pieces");
    out.has_body = bodies > 0;
    std::string type;
    if (with.json) {
        out.body = with.json->dump();
        type = "application/json";
    }
    if (!with.files.empty()) {
        http::multipart_writer written;
        for (const test_pair& one : with.form) written.field(one.name, one.value);
        for (const test_file& one : with.files) written.file(one.field, one.filename, one.bytes, one.type);
        out.body = written.take_body(type);
    } else if (!with.form.empty()) {
        append_form(out.body, with.form);
        type = "application/x-www-form-urlencoded";
    }
    if (with.body) out.body = std::move(*with.body);
    out.pieces = std::move(with.pieces);
    if (!type.empty() && !out.has("content-type")) out.headers.emplace_back("content-type", type);
    return out;
}

/// in: an answer's status and Location. Whether it sends the client on: then the request is what it is to ask next.
inline bool redirect(outgoing_request& asked, int status, std::string_view location) {
    bool moves = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    if (!moves || location.empty()) return false;
    http::url next = asked.url.resolve(http::url::parse(location));
    if (next.fragment.empty()) next.fragment = asked.url.fragment;
    if (!next.same_origin(asked.url)) {
        asked.drop("authorization");
        asked.drop("host");
    }
    bool becomes_get = (status == 303 && asked.method != "HEAD") || (status == 302 && asked.method != "HEAD") ||
                       (status == 301 && asked.method == "POST");
    if (becomes_get && asked.method != "GET") {
        asked.method = "GET";
        asked.drop_body();
    }
    asked.url = std::move(next);
    return true;
}

}  // namespace testing

}  // namespace coracle
