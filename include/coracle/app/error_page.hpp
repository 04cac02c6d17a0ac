// error_page: how errors are written that are not `{"detail": ...}`: as problem details, or as a page for whoever
// debugs. RFC 9457
#pragma once

#include <coracle/app/app_options.hpp>
#include <coracle/app/response.hpp>
#include <coracle/base/escape_html.hpp>
#include <coracle/base/exception_text.hpp>
#include <coracle/http/status.hpp>
#include <coracle/json/value.hpp>

#include <exception>
#include <string>

namespace coracle {

/// How an app writes errors. Made from its app_options.
struct error_style {
    error_format format = error_format::detail;
    bool debug = false;      ///< the client is shown what an unhandled exception says
    bool plain_500 = false;  ///< "Internal Server Error" as text
};

/// The problem details of an error: what is a text stands in `detail`, a list of issues in `errors`.
[[gnu::cold]] inline json problem_details(int status, const json& detail) {
    json problem{{"type", "about:blank"}, {"title", http::reason_phrase(status)}, {"status", status}};
    if (detail.is_array())
        problem["errors"] = detail;
    else if (!detail.is_string() || detail.as_string() != http::reason_phrase(status))
        problem["detail"] = detail;
    return problem;
}

/// The answer 500 of an app with `debug`.
[[gnu::cold]] inline response error_page(const std::exception_ptr& error, bool html) {
    std::string trace = exception_trace(error);
    if (!html) return response::text(trace + "\n", 500);
    return response::html(
        "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>500 Internal "
        "Server "
        "Error</title><style>body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:3rem auto;padding:0 1rem;"
        "color-scheme:light dark}pre{white-space:pre-wrap;padding:1rem;border:1px solid;border-radius:.5rem}</style>"
        "<h1>Internal Server Error</h1><p>A handler ended with an exception that nothing answers. This page is shown "
        "because <code>debug</code> is on.</p><pre>" +
            escape_html(trace) + "</pre>",
        500);
}

}  // namespace coracle
