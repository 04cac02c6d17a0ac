#include <doctest/doctest.h>

#include <coracle/app/body.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

// Gives its pieces one by one; an empty entry means: not here yet, wait.
class script final : public body_source {
public:
    explicit script(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
    int waits = 0;

    std::optional<piece> poll() override {
        if (at_ == pieces_.size()) return piece{{}, true};
        if (pieces_[at_].empty()) return std::nullopt;
        ++at_;
        return piece{pieces_[at_ - 1], at_ == pieces_.size()};
    }
    task<> wait() override {
        ++waits;
        for (std::size_t i = 0; i < at_; ++i) pieces_[i].assign(pieces_[i].size(), '#');  // given before, gone now
        ++at_;
        co_return;
    }

private:
    std::vector<std::string> pieces_;
    std::size_t at_ = 0;
};

// Runs what never really suspends.
template <class T>
T now(task<T> work) {
    work.start();
    REQUIRE(work.done());
    return work.result();
}

task<std::string> text_of(body& from) { co_return co_await from.text(); }
task<std::string> view_of(body& from) {
    std::string_view all = co_await from.view();
    co_return std::string(all);
}
task<std::vector<std::string>> pieces_of(body& from) {
    std::vector<std::string> out;
    while (auto part = co_await from.read()) out.emplace_back(*part);
    co_return out;
}

using list = std::vector<std::string>;

}  // namespace

TEST_CASE("a request without a body reads as empty") {
    body none;
    none.open(nullptr);
    CHECK(!none.present());
    CHECK(now(text_of(none)) == "");
    CHECK(now(pieces_of(none)) == list{});
}

TEST_CASE("a body that has arrived is given without waiting, and in one piece without a copy") {
    script source({"hello"});
    body all;
    all.open(&source);
    CHECK(all.present());
    auto operation = all.view();
    CHECK(operation.await_ready());
    CHECK(operation.await_resume() == "hello");
    CHECK(source.waits == 0);
    CHECK(now(view_of(all)) == "hello");
    CHECK(now(text_of(all)) == "hello");
}

TEST_CASE("a body in pieces is put together, whether or not it has to be waited for") {
    for (const list& pieces :
         {list{"ab", "cd"}, list{"ab", "", "cd"}, list{"", "ab", "", "", "cd", ""}, list{"", "abcd"}}) {
        script source(pieces);
        body all;
        all.open(&source);
        CHECK(now(view_of(all)) == "abcd");
        CHECK(now(text_of(all)) == "abcd");
        CHECK(now(pieces_of(all)) == list{});
    }
}

TEST_CASE("read gives the pieces as they come, and nothing at the end") {
    script source({"ab", "", "cd", "e", "", ""});
    body all;
    all.open(&source);
    CHECK(now(pieces_of(all)) == list{"ab", "cd", "e"});
    CHECK(source.waits == 3);
    CHECK(now(pieces_of(all)) == list{});
}

TEST_CASE("text after read is what is left") {
    script source({"ab", "cd", "ef"});
    body all;
    all.open(&source);
    auto first = [](body& from) -> task<std::string> {
        auto part = co_await from.read();
        co_return std::string(*part);
    };
    CHECK(now(first(all)) == "ab");
    CHECK(now(text_of(all)) == "cdef");
}

TEST_CASE("a piece stays good while its source goes on") {
    script source({"ab", "", "cd"});
    body all;
    all.open(&source);
    auto look = [](body& from, script& of) -> task<std::string> {
        auto part = co_await from.read();
        co_await of.wait();
        co_return std::string(*part);
    };
    CHECK(now(look(all, source)) == "ab");
}

TEST_CASE("a body beyond its limit is 413") {
    for (bool whole : {true, false}) {
        script source({"abc", "", "def"});
        body all;
        all.open(&source);
        all.limit(5);
        try {
            if (whole)
                now(text_of(all));
            else
                now(pieces_of(all));
            FAIL("not refused");
        } catch (const http_error& error) {
            CHECK(error.status() == 413);
            CHECK(error.detail() == json("The body is too large"));
        }
    }
}

TEST_CASE("a body object serves one request after the other") {
    body reused;
    for (int i = 0; i < 3; ++i) {
        script source({"x", "", std::to_string(i)});
        reused.open(&source);
        CHECK(now(text_of(reused)) == "x" + std::to_string(i));
    }
    reused.open(nullptr);
    CHECK(now(text_of(reused)) == "");
}

TEST_CASE("json reads a body as a value, or says what is wrong as a 422") {
    struct item {
        int n = 0;
        std::string name{};
    };
    auto read = [](body& from) -> task<item> { co_return co_await from.json<item>(); };
    for (const list& pieces : {list{R"({"n":1,"name":"a"})"}, list{"", R"({"n":1,)", "", R"("name":"a"})"}}) {
        script source(pieces);
        body all;
        all.open(&source);
        item got = now(read(all));
        CHECK(got.n == 1);
        CHECK(got.name == "a");
    }
    script source({R"({"n":"x"})"});
    body all;
    all.open(&source);
    try {
        now(read(all));
        FAIL("not refused");
    } catch (const validation_error& error) {
        CHECK(error.issues().size() == 2);
    }
    auto any = [](body& from) -> task<json> { co_return co_await from.json(); };
    script list_source({"[1,2]"});
    all.open(&list_source);
    CHECK(now(any(all)) == json::array({1, 2}));
}
