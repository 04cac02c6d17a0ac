// app_options: what an application is told when it is made. FastAPI's words where FastAPI has one.
#pragma once

#include <coracle/app/required_dependency.hpp>
#include <coracle/json/value.hpp>

#include <string>
#include <vector>

namespace coracle {

/// What a path gets that no route takes, but would with a slash more or less at its end.
enum class slashes : unsigned char {
    redirect,  ///< 307 to the other one
    strict,    ///< 404
    ignore,    ///< the other one's answer
};

/// How errors are written.
enum class error_format : unsigned char {
    detail,   ///< `{"detail": ...}`, as FastAPI does
    problem,  ///< `application/problem+json`. RFC 9457
};

/// `app app({.title = "Shop", .version = "1.2.0"});`
struct app_options {
    std::string title = "coracle";
    std::string version = "0.1.0";
    std::string summary{};
    std::string description{};  ///< Markdown
    std::string terms_of_service{};
    json contact{};                                   ///< `{{"name", "Ann"}, {"email", "ann@example.com"}}`
    json license{};                                   ///< `{{"name", "MIT"}}`
    json servers{};                                   ///< a list of `{{"url", "https://..."}}`
    json tags{};                                      ///< a list of `{{"name", "users"}, {"description", "..."}}`
    json external_docs{};                             ///< `{{"url", "https://..."}}`
    std::string openapi_url = "/openapi.json";        ///< where the document is; empty: nowhere, and no page either
    std::string docs_url = "/docs";                   ///< where the page is; empty: nowhere
    std::vector<required_dependency> dependencies{};  ///< called before those of every route: `{require<verify_token>}`
    slashes redirect_slashes = slashes::redirect;
    error_format errors = error_format::detail;
    /// An exception that is nobody's answer is shown to the client, with what it is. Never where strangers are.
    bool debug = false;
    /// Where coracle's answers are better than FastAPI's, they are FastAPI's: GET does not answer HEAD, nothing answers
    /// OPTIONS by itself, Allow names the methods of the first fitting route only, redirects of slashes are absolute,
    /// and the answer 500 is plain text.
    bool like_fastapi = false;
};

}  // namespace coracle
