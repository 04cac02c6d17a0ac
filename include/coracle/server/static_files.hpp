// static_files: app.files() and app.frontend(): a directory as a part of an app. Starlette's StaticFiles, FastAPI's
// app.frontend(). Nothing lists a directory (W9), and what is not there, or leads outside, is 404 alike (P3).
#pragma once

#include <coracle/app/app.hpp>
#include <coracle/app/endpoint.hpp>
#include <coracle/app/files_options.hpp>
#include <coracle/app/http_error.hpp>
#include <coracle/app/reply.hpp>
#include <coracle/app/request.hpp>
#include <coracle/app/response.hpp>
#include <coracle/app/router.hpp>
#include <coracle/async/task.hpp>
#include <coracle/http/field_list.hpp>
#include <coracle/http/file_path.hpp>
#include <coracle/http/hashed_name.hpp>
#include <coracle/http/media_type.hpp>
#include <coracle/http/method.hpp>
#include <coracle/http/weighted_list.hpp>
#include <coracle/os/directory.hpp>
#include <coracle/os/working_directory.hpp>
#include <coracle/server/file_answer.hpp>
#include <coracle/server/file_search.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace coracle::server {

/// The endpoint of a directory.
class static_files final : public endpoint {
public:
    enum class caching : unsigned char {
        by_option,    ///< what `cache_control` says, or nothing
        for_good,     ///< no file ever changes
        by_the_name,  ///< those with a hash in their names never change
    };
    struct manner {
        served_directory from{};
        bool hidden = false;
        caching cached = caching::by_option;
        std::string cache_control{};
        std::string fallback{};   ///< what pages that are not there get; empty: nothing; `auto`
        bool pages_only = false;  ///< and only who asks for a page gets it
    };

    static_files(std::string_view text, manner how) : endpoint(text, {}, {false, true}), how_(std::move(how)) {}

    void run_now(request&, reply&) override { CORACLE_ASSERT(runs_now()); }
    task<> run(request& asked, reply& answer) override {
        response made = co_await respond(asked);
        answer.give(made, made.status);
    }

private:
    using outcome = file_search::outcome;

    task<response> respond(const request& asked) {
        std::optional<http::file_path> path = http::read_file_path(below_prefix(asked), how_.hidden);
        if (path) {
            file_search search(how_.from, std::move(*path), reads(asked), codings(asked));
            outcome found = co_await search.find();
            if (found == outcome::found) co_return answer_with(search, asked, 200);
            if (found == outcome::forbidden) throw http_error(403);
            if (found == outcome::slash) co_return with_slash(asked);
        }
        if (how_.fallback.empty() || (how_.pages_only && !wants_page(asked))) throw http_error(404);
        response page = co_await respond_otherwise(asked);
        co_return page;
    }
    task<response> respond_otherwise(const request& asked) {
        bool either = how_.fallback == "auto";
        std::string first = either ? "404.html" : how_.fallback;
        for (const std::string& name : {first, std::string("index.html")}) {
            file_search search(how_.from, {name, false}, reads(asked), codings(asked));
            outcome found = co_await search.find();
            if (found == outcome::found) co_return answer_with(search, asked, name == "404.html" ? 404 : 200);
            if (!either) break;
        }
        throw http_error(404);
    }

    response answer_with(file_search& found, const request& asked, int status) const {
        file_answer answer(asked, std::move(found.file));
        answer.status = status;
        std::string_view type = http::media_type_of(found.name);
        if (!type.empty()) answer.media_type = type;
        if (found.coding) {
            answer.encoding = found.coding->name;
            answer.form = found.coding->name;
        }
        answer.varies = how_.from.precompressed;
        answer.cache_control = how_.cache_control;
        bool for_good = how_.cached == caching::for_good ||
                        (how_.cached == caching::by_the_name && http::is_hashed_name(found.name));
        if (for_good && status == 200) answer.cache_control = "public, max-age=31536000, immutable";
        return answer.make();
    }

    /// W11: the last name of the path and a slash, without host, scheme or a path that could be taken for one.
    static response with_slash(const request& asked) {
        std::string_view path = asked.target.path;
        std::string location = "./";
        location.append(path.substr(path.rfind('/') + 1)).append("/");
        if (!asked.target.query.empty()) location.append("?").append(asked.target.query);
        return response::redirect(location);
    }

    /// As it stood on the wire: what the router gives is decoded, and a slash that was data looks like any other.
    static std::string_view below_prefix(const request& asked) noexcept {
        std::string_view path = asked.target.path.substr(asked.below);
        for (std::size_t n = 1; asked.pattern && n < asked.pattern->segment_count; ++n) {
            std::size_t slash = path.find('/', 1);
            path.remove_prefix(slash == std::string_view::npos ? path.size() : slash);
        }
        return path;
    }
    static bool reads(const request& asked) noexcept {
        return asked.method == http::method::get && !asked.fields.contains("range");
    }
    wanted_codings codings(const request& asked) const {
        return how_.from.precompressed ? wanted_codings(asked.fields) : wanted_codings();
    }
    /// A browser that goes to a page says that it wants HTML; a script that asks for data does not. And a name of a
    /// known kind is that of a file.
    static bool wants_page(const request& asked) {
        std::string_view type_of_name = http::media_type_of(asked.target.path);
        if (!type_of_name.empty() && !type_of_name.starts_with("text/html")) return false;
        for (std::string_view list : asked.fields.get_all("accept")) {
            bool wants = false;
            http::for_each_element(list, [&](std::string_view each) {
                std::string_view type = ascii::trim(each.substr(0, each.find(';')));
                wants =
                    wants || ((ascii::iequals(type, "text/html") || ascii::iequals(type, "application/xhtml+xml")) &&
                              http::weight_of(each) > 0);
                return !wants;
            });
            if (wants) return true;
        }
        return false;
    }

    manner how_;
};

/// The directory as a path that stays right wherever the program goes. error: std::logic_error, when it is to be there
/// and is not.
[[gnu::cold]] inline std::string path_to_serve(const char* call, std::string directory, bool must_be_there) {
    if (directory.empty() || directory.front() != '/') directory = os::working_directory() + '/' + directory;
    if (!must_be_there) return directory;
    auto opened = os::directory::open(directory);
    if (!opened)
        throw std::logic_error("coracle: " + std::string(call) + " cannot serve the directory '" + directory +
                               "': " + opened.error().message() + "; make it, or say {.check_dir = false}");
    return directory;
}

}  // namespace coracle::server

namespace coracle {

[[gnu::cold]] inline router& router::files(std::string_view path, std::string directory, files_options options) {
    check_prefix(path);
    http::field_list().set("cache-control", options.cache_control);  // what cannot be sent is refused here
    server::static_files::manner how;
    how.from = {server::path_to_serve("files()", std::move(directory), options.check_dir),
                options.follow_symlinks ? os::links::follow : os::links::refuse, options.html, options.precompressed};
    how.hidden = options.hidden_files;
    how.cached = options.immutable ? server::static_files::caching::for_good : server::static_files::caching::by_option;
    how.cache_control = std::move(options.cache_control);
    how.fallback = options.html ? "404.html" : "";
    static constexpr std::string_view methods[] = {"GET", "HEAD"};
    std::string text = std::string(path) + "/{path:path}";
    route_options route{.name = std::move(options.name), .include_in_schema = false};
    add_endpoint(methods, std::make_shared<server::static_files>(text, std::move(how)), std::move(route));
    return *this;
}

[[gnu::cold]] inline router& router::frontend(std::string_view path, std::string directory, frontend_options options) {
    check_prefix(path);
    http::field_list().set("cache-control", options.cache_control);
    server::static_files::manner how;
    how.from = {server::path_to_serve("frontend()", std::move(directory), options.check_dir),
                options.follow_symlinks ? os::links::follow : os::links::refuse, true, options.precompressed};
    how.hidden = options.hidden_files;
    how.cached = server::static_files::caching::by_the_name;
    how.cache_control = std::move(options.cache_control);
    how.fallback = std::move(options.fallback);
    how.pages_only = true;
    add_fallback(std::make_shared<server::static_files>(std::string(path) + "/{path:path}", std::move(how)));
    return *this;
}

}  // namespace coracle
