// file: a file as what a handler gives back. Starlette's FileResponse.
#pragma once

#include <coracle/app/answer_fields.hpp>
#include <coracle/app/response.hpp>
#include <coracle/async/task.hpp>

#include <string>
#include <utility>

namespace coracle {

class request;

/// `file("out/4711.pdf", {.filename = "invoice.pdf"})`
struct file_options {
    std::string filename{};       ///< under which the client keeps it; makes it an attachment
    std::string media_type{};     ///< empty: by the end of the file's name
    std::string cache_control{};  ///< as `max-age=3600`
    std::string disposition{};    ///< `inline` or `attachment`; empty: an attachment if it has a filename
    int status = 200;             ///< with another one it is always sent whole
    int missing = 500;            ///< what it is when there is no such file: our mistake, or with 404 the client's
    /// The path is a name below this directory, and leads nowhere else, by no step and no link. For names that clients
    /// choose; one that names nothing there is 404.
    std::string directory{};
    /// Whether links are followed in `directory`, wherever they lead.
    bool follow_symlinks = false;
};

/// Given back by a handler: `app.get("/report", []() -> task<file> { co_return file("report.pdf"); });`. Opened off
/// the loop, sent by the kernel; ranges, ETag, Last-Modified, 304 and 412 for GET and HEAD. More fields and cookies may
/// be put into it as into a response.
class file : public answer_fields {
public:
    /// in: the path of a plain file, relative to where the program runs.
    explicit file(std::string path, file_options options = {}) : path_(std::move(path)), options_(std::move(options)) {}

    /// The answer to this request, for a handler that gives back a response, or middleware: `co_return co_await
    /// page.respond(req);`. error: http_error 400, 403, 404, 412, 416; std::system_error. Defined in
    /// server/file_response.hpp.
    task<response> respond(const request& asked) const;

    const std::string& path() const noexcept { return path_; }
    const file_options& options() const noexcept { return options_; }

private:
    std::string path_;
    file_options options_;
};

}  // namespace coracle
