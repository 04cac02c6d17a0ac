// route_options: what a route, or a router, may be told besides its pattern and its handler. FastAPI's words.
#pragma once

#include <coracle/app/required_dependency.hpp>
#include <coracle/http/form_limits.hpp>
#include <coracle/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace coracle {

/// `app.post("/users", {.status = 201, .tags = {"users"}}, create);` Most of it is for the documentation.
struct route_options {
    int status = 0;                      ///< of its answers; 0: 200, or 204 for a handler that gives back nothing
    std::string name{};                  ///< for url_for(); an included router's name stands before it: "users:one"
    std::string summary{};               ///< one line; empty: made from the name or the path
    std::string description{};           ///< Markdown
    std::vector<std::string> tags{};     ///< groups of the documentation
    bool deprecated = false;             ///< still there, and better not used
    std::string operation_id{};          ///< for generated clients; empty: made from the name, or method and path
    bool include_in_schema = true;       ///< whether the documentation has it
    std::string response_description{};  ///< of the answer with `status`; empty: "Successful Response"
    json responses{};                    ///< other answers, by status: `{{"404", {{"description", "No such user"}}}}`
    std::vector<required_dependency> dependencies{};  ///< called before the handler: `{require<verify_token>}`
    /// Whether a handler that waits is cancelled when its client leaves. False for what must be done to its end.
    bool cancel_on_disconnect = true;
    json extra{};  ///< put over the operation in the document, member by member
    /// For its handler, until the answer begins, the reading of the body included; then it is cancelled at its wait and
    /// the answer is 504. 0: as the server has it. A handler that never waits cannot be interrupted.
    std::chrono::milliseconds timeout{0};
    /// Of its body; more is 413. 0: as the server has it. It may be more than that, or less.
    std::uint64_t max_body_bytes = 0;
    /// Of a form that it takes, whichever way it is read: `{.form = {.max_files = 3}}`. Starlette's numbers.
    http::form_limits form{};
};

/// What all routes of a router share: `router admin("/admin", {.tags = {"admin"}});`
struct router_options {
    std::vector<std::string> tags{};                  ///< before those of its routes
    bool deprecated = false;                          ///< all of its routes
    bool include_in_schema = true;                    ///< false: none of its routes
    json responses{};                                 ///< besides those of its routes
    std::vector<required_dependency> dependencies{};  ///< called before those of its routes
    std::chrono::milliseconds timeout{0};             ///< of those of its routes that say nothing
    std::uint64_t max_body_bytes = 0;                 ///< of those of its routes that say nothing
    http::form_limits form{};                         ///< of those of its routes that say nothing
};

}  // namespace coracle
