#include <coracle/app/mounted_app.hpp>
#include <coracle/server/run_command.hpp>

#include <os/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace coracle;

namespace {

// What is written to a stream meanwhile.
class captured {
public:
    explicit captured(FILE* stream) : stream_(stream), file_(std::tmpfile()) {
        std::fflush(stream_);
        before_ = ::dup(::fileno(stream_));
        ::dup2(::fileno(file_), ::fileno(stream_));
    }
    ~captured() {
        restore();
        std::fclose(file_);
    }
    std::string text() {
        restore();
        std::string all;
        std::rewind(file_);
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) all += static_cast<char>(c);
        return all;
    }

private:
    void restore() {
        if (before_ < 0) return;
        std::fflush(stream_);
        ::dup2(before_, ::fileno(stream_));
        ::close(before_);
        before_ = -1;
    }
    FILE* stream_;
    FILE* file_;
    int before_ = -1;
};

struct said {
    int code = 0;
    std::string output{};
    std::string errors{};
};
said run(std::vector<const char*> words) {
    app served({.title = "Shop", .version = "1.2.0"});
    served.get("/", on_loop([] { return 1; }));
    served.post("/users", {.status = 201, .name = "new_user", .tags = {"users", "new"}}, on_loop([] { return 1; }));
    app admin;
    admin.get("/people/{id}", on_loop([](int id) { return id; }));
    admin.del("/people/{id}", on_loop([](int) {}));
    served.mount("/admin", std::move(admin));
    words.insert(words.begin(), "/usr/bin/shop");
    captured output(stdout), errors(stderr);
    said all;
    all.code = served.run(static_cast<int>(words.size()), words.data(), {.port = 0});
    all.output = output.text();
    all.errors = errors.text();
    return all;
}

}  // namespace

TEST_CASE("a program tells its version, its options and its routes, and ends with 0") {
    said version = run({"--version"});
    CHECK(version.code == 0);
    CHECK(version.output == "Shop 1.2.0 (coracle " CORACLE_VERSION_STRING ")\n");
    CHECK(version.errors == "");
    said help = run({"--help"});
    CHECK(help.code == 0);
    CHECK(help.output.starts_with("Shop 1.2.0\n\nUsage: shop [OPTIONS]\n"));
    said routes = run({"--routes"});
    CHECK(routes.code == 0);
    CHECK(routes.output ==
          "METHOD  PATH                 NAME      STATUS  TAGS\n"
          "GET     /openapi.json                  200\n"
          "GET     /docs                          200\n"
          "GET     /                              200\n"
          "POST    /users               new_user  201     users, new\n"
          "GET     /admin/openapi.json            200\n"
          "GET     /admin/docs                    200\n"
          "GET     /admin/people/{id}             200\n"
          "DELETE  /admin/people/{id}             204\n");
    said openapi = run({"--openapi"});
    CHECK(openapi.code == 0);
    CHECK(json::parse(openapi.output)["info"]["title"] == json("Shop"));
}

TEST_CASE("a command line that means nothing is a sentence and the exit code 2") {
    said wrong = run({"--prot", "1"});
    CHECK(wrong.code == 2);
    CHECK(wrong.output == "");
    CHECK(wrong.errors == "ERROR:    there is no option --prot; did you mean --port?\n");
    CHECK(run({"--port", "many"}).code == 2);
}

TEST_CASE("a start that fails is the exit code 3") {
    said failed = run({"--host", "192.0.2.1", "--port", "1"});
    CHECK(failed.code == 3);
    CHECK(failed.errors.starts_with("ERROR:    coracle: cannot listen on 192.0.2.1:1: "));
    said deaf = run({"--fd", "9999"});
    CHECK(deaf.code == 3);
    CHECK(deaf.errors.starts_with("ERROR:    coracle: descriptor 9999 is no socket that listens: "));
    app broken;
    broken.on_startup([] { throw std::runtime_error("no database"); });
    captured errors(stderr);
    const char* words[] = {"app", "--port=0"};
    CHECK(broken.run(2, words) == 3);
    CHECK(errors.text() == "ERROR:    no database\n");
}

TEST_CASE("--env-file sets what is not set, for the program and for its options") {
    temporary_folder folder;
    std::string path = folder.path + "/.env";
    auto write = [&](const char* text) {
        FILE* file = std::fopen(path.c_str(), "w");
        std::fputs(text, file);
        std::fclose(file);
    };
    ::setenv("ENV_FILE_THERE", "before", 1);
    write("ENV_FILE_NEW=\"${ENV_FILE_THERE}\\n\"\nENV_FILE_THERE=after\nCORACLE_PORT=many\n");
    said wrong = run({"--env-file", path.c_str()});
    CHECK(wrong.code == 2);
    CHECK(wrong.errors == "ERROR:    CORACLE_PORT must be a number from 0 to 65535, not 'many'\n");
    ::unsetenv("CORACLE_PORT");
    CHECK(std::string(std::getenv("ENV_FILE_NEW")) == "before\n");
    CHECK(std::string(std::getenv("ENV_FILE_THERE")) == "before");
    ::unsetenv("ENV_FILE_NEW");
    ::unsetenv("ENV_FILE_THERE");

    write("A=1\nnothing to see\n");
    CHECK(run({"--env-file", path.c_str(), "--version"}).errors ==
          "ERROR:    --env-file " + path +
              ": line 2 must be KEY=value, # a comment, or empty; quotes end with the value\n");
    ::unsetenv("A");
    ::setenv("CORACLE_ENV_FILE", (folder.path + "/none").c_str(), 1);
    said none = run({"--version"});
    ::unsetenv("CORACLE_ENV_FILE");
    CHECK(none.code == 2);
    CHECK(none.errors == "ERROR:    --env-file cannot open '" + folder.path + "/none': No such file or directory\n");
    CHECK(run({"--env-file="}).errors == "ERROR:    --env-file must be the path of a file, as .env, not ''\n");
}
