// error_page: how errors are written that are not `{"detail": ...}`: as problem details, or as a page for whoever
// debugs. RFC 9457
#pragma once

#include <coracle/app/app_options.hpp>
#include <coracle/app/response.hpp>
#include <coracle/base/escape_html.hpp>
#include <coracle/http/status.hpp>
#include <coracle/json/value.hpp>

#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include <cxxabi.h>

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

/// What an exception is, and what it says; then the exceptions that it came from (std::throw_with_nested), a line each.
[[gnu::cold]] inline std::string exception_trace(const std::exception_ptr& error) {
    std::string trace;
    std::exception_ptr at = error;
    for (int depth = 0; at && depth < 32; ++depth) {
        if (depth > 0) trace += "\n  because of ";
        std::exception_ptr inner;
        std::string what;
        try {
            std::rethrow_exception(at);
        } catch (const std::exception& known) {
            what = std::string(": ") + known.what();
            if (auto* nested = dynamic_cast<const std::nested_exception*>(&known)) inner = nested->nested_ptr();
        } catch (const std::string& text) {
            what = ": " + text;
        } catch (const char* text) {
            what = std::string(": ") + text;
        } catch (...) {
        }
        const std::type_info* type = nullptr;
        try {
            std::rethrow_exception(at);
        } catch (...) {
            type = abi::__cxa_current_exception_type();
        }
        int status = 0;
        char* name = type ? abi::__cxa_demangle(type->name(), nullptr, nullptr, &status) : nullptr;
        std::string_view shown = name ? name : type ? type->name() : "an exception";
        // What std::throw_with_nested makes of a type.
        for (std::string_view wrapper :
             {std::string_view("std::_Nested_exception<"), std::string_view("std::__1::__nested<")})
            if (shown.starts_with(wrapper) && shown.ends_with('>'))
                shown = shown.substr(wrapper.size(), shown.size() - wrapper.size() - 1);
        trace += shown;
        std::free(name);
        trace += what;
        at = std::move(inner);
    }
    return trace;
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
