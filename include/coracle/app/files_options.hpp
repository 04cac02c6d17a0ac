// files_options: what app.files() and app.frontend() can be told. Starlette's StaticFiles, FastAPI's app.frontend().
#pragma once

#include <string>

namespace coracle {

/// `app.files("/static", "public", {.cache_control = "max-age=3600"});`
struct files_options {
    bool html = false;             ///< a directory is its index.html, and what is not there is 404.html
    bool follow_symlinks = false;  ///< wherever they lead, out of the directory too; else they are not there
    bool hidden_files = false;     ///< names that begin with a dot; those in /.well-known/ always
    bool precompressed = false;    ///< `site.css.br`, `.zst` or `.gz` beside it goes to who can read it
    bool check_dir = true;         ///< it is a mistake when there is no such directory at the start
    bool immutable = false;        ///< no file ever changes: clients need not ask for a year
    std::string cache_control{};   ///< of every file, as `max-age=3600`
    std::string name{};            ///< for url_for("static", "css/site.css")
};

/// `app.frontend("dist");`
struct frontend_options {
    /// What a page that is not there gets: a file, with 200, or 404.html, with 404; empty: nothing but 404; `auto`:
    /// 404.html if there is one, and else index.html.
    std::string fallback = "auto";
    bool follow_symlinks = false;
    bool hidden_files = false;
    bool precompressed = true;
    bool check_dir = true;
    /// Of what has no hash in its name, as index.html: asked for again each time, and not sent again.
    std::string cache_control = "no-cache";
};

}  // namespace coracle
