// Both spellings, wherever there are two: what stands in is asked as the standard's is.
#include <coracle/base/stop_token.hpp>

#include <doctest/doctest.h>

#include <thread>
#include <utility>

using namespace coracle;

TEST_CASE_TEMPLATE("a request reaches every token and every copy, and is made once", Source, stop_source,
                   detail::plain_stop_source) {
    Source source;
    Source copy = source;
    auto token = source.get_token();
    auto second = token;
    CHECK(token.stop_possible());
    CHECK_FALSE(token.stop_requested());
    CHECK(copy.request_stop());
    CHECK_FALSE(source.request_stop());
    CHECK(source.stop_requested());
    CHECK(token.stop_requested());
    CHECK(second.stop_requested());
    CHECK(source.get_token().stop_requested());
}

TEST_CASE_TEMPLATE("a token of nobody is never asked", Token, stop_token, detail::plain_stop_token) {
    Token none;
    CHECK_FALSE(none.stop_possible());
    CHECK_FALSE(none.stop_requested());
}

TEST_CASE_TEMPLATE("a token outlives its source, and a source that was moved from asks nobody", Source, stop_source,
                   detail::plain_stop_source) {
    auto token = Source().get_token();
    CHECK_FALSE(token.stop_requested());
    Source first;
    token = first.get_token();
    Source moved = std::move(first);
    CHECK_FALSE(first.request_stop());  // NOLINT(bugprone-use-after-move): what is left is the question
    CHECK_FALSE(token.stop_requested());
    CHECK(moved.request_stop());
    CHECK(token.stop_requested());
}

TEST_CASE_TEMPLATE("a thread hears of the request, and sees what was done before it", Source, stop_source,
                   detail::plain_stop_source) {
    Source source;
    int told = 0;
    int heard = 0;
    std::thread works([token = source.get_token(), &told, &heard] {
        while (!token.stop_requested()) std::this_thread::yield();
        heard = told;
    });
    told = 7;
    source.request_stop();
    works.join();
    CHECK(heard == 7);
}
