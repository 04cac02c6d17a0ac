// The other server of 40_the_api.cpp: it knows who has written what, and takes its time.
#pragma once

#include <coracle.hpp>

struct blog_post {
    int id = 0;
    std::string title;
};
struct blog_comment {
    int post = 0;
    std::string text;
};

inline coracle::app blog_api() {
    using namespace coracle;
    app app;
    app.get("/posts{?author}", [](int author) -> task<std::vector<blog_post>> {
        co_await sleep(300ms);
        std::vector<blog_post> all;
        if (author == 1) all = {{10, "Coroutines for tea drinkers"}, {11, "What I did not compile today"}};
        co_return all;
    });
    app.get("/comments{?author}", [](int author) -> task<std::vector<blog_comment>> {
        co_await sleep(300ms);
        if (author == 2) throw http_error(500, "The comments are on fire");
        std::vector<blog_comment> all;
        if (author == 1) all = {{10, "I forgot the sugar."}};
        co_return all;
    });
    return app;
}
