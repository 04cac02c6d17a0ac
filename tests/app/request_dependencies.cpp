// request_dependencies: the order of calls and of clean-up, where exceptions go, and what a client that leaves stops.
#include <coracle/app/request_dependencies.hpp>

#include <coracle/app/app.hpp>
#include <coracle/base/random_sequence.hpp>

#include <app/stage.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace coracle;

namespace {

std::string order;

/// What a generator does with an exception, and at its end.
enum class habit : unsigned char { passes, swallows, replaces, fails };

std::string kind_of_current() {
    try {
        throw;
    } catch (const http_error& error) {
        return "http" + std::to_string(error.status());
    } catch (const validation_error&) {
        return "422";
    } catch (const std::logic_error&) {
        return "logic";
    } catch (const std::runtime_error&) {
        return "error";
    } catch (const cancelled&) {
        return "cancelled";
    }
}

struct named {
    char name;
    int number;
    habit way = habit::passes;

    generator<int> operator()() const {
        order += std::string(" +") + name + std::to_string(number);
        struct last {
            const named& of;
            ~last() { order += std::string(" -") + of.name + std::to_string(of.number); }
        } at_the_end{*this};
        try {
            co_yield 1;
        } catch (...) {
            order += std::string(" ") + name + std::to_string(number) + "<" + kind_of_current();
            if (way == habit::replaces) throw http_error(409, "busy");
            if (way != habit::swallows) throw;
        }
        if (way == habit::fails) throw http_error(410, "gone");
    }
};

template <int N, habit Way = habit::passes>
using r = depends<named{'r', N, Way}>;
template <int N, habit Way = habit::passes>
using f = depends<named{'f', N, Way}, scope::function>;

task<int> fine() {
    order += " H";
    co_return 1;
}
task<int> refuses() {
    order += " H";
    throw http_error(418, "tea");
    co_return 1;
}
task<int> breaks() {
    order += " H";
    throw std::runtime_error("x");
    co_return 1;
}

/// One request to an endpoint, of which a test sees the middle.
class scene {
public:
    explicit scene(std::string_view bytes = "GET / HTTP/1.1\r\nhost: test\r\n\r\n") : bytes_(bytes) {
        http::request_parser parser;
        REQUIRE(parser.parse(bytes_, asked) == http::parse_state::complete);
        asked.pattern = &pattern_;
        turn_.head_read(asked);
        answer.emplace(out, heads_, turn_, http::default_limits);
    }
    template <class H>
    void play(H handler) {
        target_ = std::make_unique<detail::handler_endpoint<H>>("/", route_options{}, std::move(handler));
        work.emplace(loop, target_->run(asked, *answer));
        loop.turn_until_idle();
    }

    hand_loop loop;
    request asked;
    byte_buffer out;
    std::optional<reply> answer;
    std::optional<started<>> work;

private:
    std::string bytes_;
    route::pattern pattern_{"/"};
    http::head_cache heads_;
    http::exchange turn_;
    std::unique_ptr<endpoint> target_;
};

}  // namespace

TEST_CASE("clean-up runs in reverse, that of the function before the answer; exceptions go through it, as in FastAPI") {
    order.clear();
    app app;
    app.get("/ok", [](r<1>, f<1>, r<2>, f<2>) -> task<int> { return fine(); });
    app.get("/http", [](r<1>, f<1>, r<2>, f<2>) -> task<int> { return refuses(); });
    app.get("/err", [](r<1>, f<1>) -> task<int> { return breaks(); });
    app.get("/swr", [](r<1>, r<2, habit::swallows>, r<3>) -> task<int> { return breaks(); });
    app.get("/swf", [](r<1>, f<1>, f<2, habit::swallows>) -> task<int> { return breaks(); });
    app.get("/rep", [](r<1>, r<2, habit::replaces>, r<3>) -> task<int> { return breaks(); });
    app.get("/failf", [](r<1>, f<1>, f<2, habit::fails>) -> task<int> { return fine(); });
    app.get("/failr", [](r<1>, r<2, habit::fails>) -> task<int> { return fine(); });
    static constexpr auto deny = []() -> int { throw http_error(401, "no"); };
    app.get("/deny", [](r<1>, depends<deny>, r<2>) -> task<int> { return fine(); });
    app.get("/plain", [](r<1>, f<1>) -> int { throw http_error(418); });
    stage play(app);
    auto ran = [&](std::string_view target, int status) {
        order.clear();
        play.errors.clear();
        CHECK(play.get(target).status == status);
        return order;
    };
    CHECK(ran("/ok", 200) == " +r1 +f1 +r2 +f2 H -f2 -f1 -r2 -r1");
    CHECK(ran("/http", 418) == " +r1 +f1 +r2 +f2 H f2<http418 -f2 f1<http418 -f1 r2<http418 -r2 r1<http418 -r1");
    CHECK(ran("/err", 500) == " +r1 +f1 H f1<error -f1 r1<error -r1");
    CHECK(play.errors == "x\n");
    CHECK(ran("/swr", 500) == " +r1 +r2 +r3 H r3<error -r3 r2<error -r2 -r1");
    CHECK(
        play.errors ==
        "coracle: a dependency has caught the exception of the handler and not thrown it on, so there is no answer\n");
    CHECK(ran("/swf", 500) == " +r1 +f1 +f2 H f2<error -f2 -f1 r1<logic -r1");
    CHECK(ran("/rep", 409) == " +r1 +r2 +r3 H r3<error -r3 r2<error -r2 r1<http409 -r1");
    CHECK(ran("/failf", 410) == " +r1 +f1 +f2 H -f2 f1<http410 -f1 r1<http410 -r1");
    CHECK(ran("/failr", 200) == " +r1 +r2 H -r2 r1<http410 -r1");
    CHECK(play.errors == "410 Gone: gone\n");  // nobody can be told any more
    CHECK(ran("/deny", 401) == " +r1 r1<http401 -r1");
    CHECK(ran("/plain", 418) == " +r1 +f1 f1<http418 -f1 r1<http418 -r1");
}

TEST_CASE("values have destructors: they run in reverse too, those of the function before the answer is made") {
    struct handle {
        char name;
        explicit handle(char n) : name(n) { order += std::string(" +") + n; }
        handle(const handle&) = delete;
        handle& operator=(const handle&) = delete;
        ~handle() { order += std::string(" -") + name; }
    };
    static constexpr auto a = [] { return handle('a'); };
    static constexpr auto b = [](depends<a>) { return handle('b'); };
    static constexpr auto c = [](depends<b>) { return handle('c'); };
    static constexpr auto d = [](depends<named{'r', 1}>) -> handle { return handle('d'); };
    app app;
    app.get("/", [](depends<a>, depends<c, scope::function>, depends<d>) -> task<int> { return fine(); });
    app.get("/throws", [](depends<c, scope::function>) -> task<int> { return breaks(); });
    stage play(app);
    order.clear();
    play.get("/");
    CHECK(order == " +a +b +c +r1 +d H -c -d -r1 -b -a");
    order.clear();
    play.get("/throws");
    CHECK(order == " +a +b +c H -c -b -a");
}

TEST_CASE("each generator sees how its value was used up to its own clean-up, whatever the handler threw") {
    static constexpr auto account = []() -> generator<std::string&> {
        std::string log = "begin";
        bool failed = false;
        try {
            co_yield log;
        } catch (const std::runtime_error&) {
            failed = true;
        }
        co_await hop();  // clean-up may wait, also after an exception
        order = log + (failed ? " rollback" : " commit");
        if (failed) throw http_error(503, "try again");
    };
    app app;
    app.get("/good", [](depends<account, scope::function> log) -> task<int> {
        *log += " insert";
        co_return 1;
    });
    app.get("/bad", [](depends<account> log) -> task<int> {
        *log += " insert";
        throw std::runtime_error("constraint");
        co_return 1;
    });
    stage play(app);
    CHECK(play.get("/good").status == 200);
    CHECK(order == "begin insert commit");
    CHECK(play.get("/bad").body == R"({"detail":"try again"})");
    CHECK(order == "begin insert rollback");
    CHECK(play.errors.empty());
}

TEST_CASE("all issues of all dependencies are told, in the order of declaration, and who needs them is not called") {
    struct body {
        int price = 0;
    };
    static constexpr auto needs_body = [](body in) {
        order += " b";
        return in.price;
    };
    static constexpr auto above = [](depends<needs_body> price) {
        order += " a";
        return *price;
    };
    static constexpr auto good = [] {
        order += " g";
        return 1;
    };
    app app;
    app.post("/{id}", [](int id, depends<above>, depends<good>, body) -> task<int> {
        order += " H";
        co_return id;
    });
    app.post("/open/{id}", [](r<1>, int id, depends<above>) -> task<int> {
        order += " H";
        co_return id;
    });
    stage play(app);
    order.clear();
    heard bad = play.post("/x", R"({"price":"y"})");
    CHECK(bad.status == 422);
    CHECK(bad.body ==
          R"({"detail":[{"type":"int_parsing","loc":["body","price"],"msg":"Input should be a valid integer,)"
          R"( unable to parse string as an integer","input":"y"},{"type":"int_parsing","loc":["path","id"],)"
          R"("msg":"Input should be a valid integer, unable to parse string as an integer","input":"x"},)"
          R"({"type":"int_parsing","loc":["body","price"],"msg":"Input should be a valid integer, unable to)"
          R"( parse string as an integer","input":"y"}]})");
    CHECK(order == " g");
    order.clear();
    CHECK(play.post("/1", R"({"price":2})").body == "1");
    CHECK(order == " g b a H");  // what needs no body is first
    order.clear();
    CHECK(play.post("/open/1", R"({"price":"y"})").status == 422);
    CHECK(order == " +r1 r1<422 -r1");
}

TEST_CASE("what needs no body runs, and refuses, before a byte of the body is there") {
    static constexpr auto deny = [](request& asked) {
        if (asked.headers["token"] != "secret") throw http_error(401, "Not authenticated");
    };
    struct body {
        int price = 0;
    };
    class never final : public body_source {
    public:
        std::optional<piece> poll() override {
            ++polled;
            return std::nullopt;
        }
        task<> wait() override { co_await hop(&held); }
        hop* held = nullptr;
        int polled = 0;
    };
    auto handler = [](body in, depends<deny>) -> task<int> { co_return in.price; };
    {
        scene one("POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 12\r\n\r\n");
        never source;
        one.asked.body.open(&source);
        one.play(handler);
        REQUIRE(one.work->ended());
        bool refused = false;
        try {
            one.work->result();
        } catch (const http_error& error) {
            refused = error.status() == 401;
        }
        CHECK(refused);
        CHECK(source.polled == 0);
    }
    {
        scene one("POST / HTTP/1.1\r\nhost: test\r\ntoken: secret\r\ncontent-length: 12\r\n\r\n");
        never source;
        one.asked.body.open(&source);
        one.play(handler);
        CHECK(!one.work->ended());
        CHECK(source.polled == 1);
    }
}

TEST_CASE("a client that leaves: what waits is cancelled, what is open is cleaned up, also where that waits") {
    static hop* held;
    static constexpr auto slow = []() -> task<int> {
        co_await hop(&held);
        order += " slow";
        co_return 1;
    };
    static constexpr auto session = []() -> generator<int> {
        order += " +s";
        bool left = false;
        try {
            co_yield 1;
        } catch (const cancelled&) {
            left = true;
        }
        co_await hop();
        order += left ? " left" : " -s";
        if (left) throw cancelled();
    };
    static constexpr auto slow_end = []() -> generator<int> {
        order += " +e";
        co_yield 1;
        co_await hop(&held);
        order += " -e";
    };
    auto in_dependency = [](depends<session>, r<1>, depends<slow>) -> task<int> { return fine(); };
    auto in_handler = [](depends<session>, r<1>) -> task<int> {
        co_await hop(&held);
        co_return 1;
    };
    auto in_pool = [](depends<session>, r<1>) {};
    auto in_clean_up = [](depends<session>, depends<slow_end, scope::function>) -> task<int> { return fine(); };
    auto leave = [](auto handler) {
        order.clear();
        held = nullptr;
        scene one;
        one.play(handler);
        REQUIRE(!one.work->ended());
        one.work->cancel();
        one.loop.turn_until_idle();
        if (held && !one.work->ended()) {
            held->let_go();
            one.loop.turn_until_idle();
        }
        REQUIRE(one.work->ended());
        bool thrown = one.work->threw_cancelled();
        CHECK(!one.asked.dependencies);
        CHECK(one.asked.after.pending() != thrown);
        run_through(one.loop, one.asked.after.run([](const std::exception_ptr&) {}));
        return order + (thrown ? " cancelled" : one.answer->answered() ? " answered" : " nothing");
    };
    CHECK(leave(in_dependency) == " +s +r1 r1<cancelled -r1 left cancelled");
    CHECK(leave(in_handler) == " +s +r1 r1<cancelled -r1 left cancelled");
    CHECK(leave(in_pool) == " +s +r1 r1<cancelled -r1 left cancelled");
    CHECK(leave(in_clean_up) == " +s +e H -e -s answered");
}

TEST_CASE("an endpoint destroyed while it waits, anywhere, destroys what was set up in reverse") {
    static hop* held;
    static constexpr auto slow = []() -> task<int> {
        struct last {
            ~last() { order += " -slow"; }
        } at_the_end;
        co_await hop(&held);
        co_return 1;
    };
    static constexpr auto slow_start = []() -> generator<int> {
        co_await hop(&held);
        co_yield 1;
    };
    static constexpr auto slow_end = []() -> generator<int> {
        struct last {
            ~last() { order += " -end"; }
        } at_the_end;
        co_yield 1;
        co_await hop(&held);
    };
    static constexpr auto pool = [] { order += " pool"; };
    auto drop = [](auto handler) {
        order.clear();
        scene one;
        one.play(handler);
        REQUIRE(!one.work->ended());
        one.work.reset();
        CHECK(!one.asked.dependencies);
        return order;
    };
    CHECK(drop([](r<1>, r<2>, depends<slow>) -> task<int> { return fine(); }) == " +r1 +r2 -slow -r2 -r1");
    CHECK(drop([](r<1>, depends<slow_start>) -> task<int> { return fine(); }) == " +r1 -r1");
    CHECK(drop([](r<1>, depends<blocking<pool>>) -> task<int> { return fine(); }) == " +r1 -r1");
    CHECK(drop([](r<1>, f<1>) -> task<int> {
              co_await hop(&held);
              co_return 1;
          }) == " +r1 +f1 -f1 -r1");
    CHECK(drop([](r<1>, depends<slow_end, scope::function>, r<2>) -> task<int> { return fine(); }) ==
          " +r1 +r2 H -end -r2 -r1");
}

namespace {

/// A graph made by a seed, called by request_dependencies and by a model of what FastAPI does.
struct plan {
    struct one {
        std::vector<std::size_t> needs{};
        scope lives = scope::request;
        bool waits = false;
        bool cleans_up = false;
        bool needs_body = false;
        bool misread = false;
        bool throws = false;
        habit way = habit::passes;
    };
    std::vector<one> all;

    explicit plan(std::uint64_t seed) {
        random_sequence dice(seed);
        std::size_t size = 1 + dice.below(9);
        bool troubled = dice.percent(50);
        for (std::size_t i = 0; i < size; ++i) {
            one made;
            for (std::size_t j = 0; j < i; ++j)
                if (dice.percent(30)) made.needs.push_back(j);
            made.cleans_up = dice.percent(50);
            made.waits = made.cleans_up || dice.percent(50);
            made.lives = dice.percent(50) ? scope::function : scope::request;
            made.needs_body = dice.percent(20);
            made.misread = troubled && dice.percent(8);
            made.throws = troubled && dice.percent(5);
            if (troubled && dice.percent(25))
                made.way = std::array{habit::swallows, habit::replaces, habit::fails}[dice.below(3)];
            for (std::size_t need : made.needs) made.needs_body = made.needs_body || all[need].needs_body;
            all.push_back(made);
        }
    }
};

std::string text_of(std::size_t i) { return " " + std::to_string(i); }

class planned final : public dependency {
public:
    planned(const dependency_facts& facts, const plan::one& how, std::size_t number)
        : dependency(facts), how_(how), number_(number) {}

    void read(binding& with) override {
        if (how_.misread) with.missing(json(number_));
    }
    void read_body(binding&, std::string_view) override {}
    void call() override {
        start();
        has_value(this);
    }
    bool begin(async::caller waiting) override {
        open_.emplace(run());
        step_.emplace(ask());
        running_.emplace(std::move(*step_).operator co_await());
        return running_->await_suspend(waiting);
    }
    void end() override {
        running_->await_resume();
        has_value(this);
    }
    bool begin_close(async::caller waiting, std::exception_ptr error) override {
        if (!facts().cleans_up) {
            error_ = error;
            return false;
        }
        step_.emplace(go_on(error));
        running_.emplace(std::move(*step_).operator co_await());
        return running_->await_suspend(waiting);
    }
    void end_close() override {
        if (error_) std::rethrow_exception(error_);
        if (facts().cleans_up) running_->await_resume();
    }
    void drop() noexcept override {
        running_.reset();
        step_.reset();
        open_.reset();
    }

private:
    void start() {
        order += text_of(number_);
        if (how_.throws) throw std::runtime_error("x");
    }
    generator<> run() {
        if (number_ % 2 == 0) co_await hop();
        start();
        if (!facts().cleans_up) {
            co_yield {};
            co_return;
        }
        try {
            co_yield {};
        } catch (...) {
            order += text_of(number_) + "<" + kind_of_current();
            if (how_.way == habit::replaces) throw http_error(409, "busy");
            if (how_.way != habit::swallows) throw;
        }
        order += text_of(number_) + "-";
        if (how_.way == habit::fails) throw http_error(410, "gone");
    }
    task<> ask() { [[maybe_unused]] bool more = co_await open_->next(); }
    task<> go_on(std::exception_ptr error) {
        bool more = false;
        if (error)
            more = co_await open_->throw_in(error);
        else
            more = co_await open_->next();
        CHECK(!more);
    }

    const plan::one& how_;
    std::size_t number_;
    std::optional<generator<>> open_;
    std::optional<task<>> step_;
    std::optional<task<>::awaiter> running_;
    std::exception_ptr error_;
};

class planned_block final : public dependency_block {
public:
    explicit planned_block(const plan& from) {
        facts_.reserve(from.all.size());
        for (std::size_t i = 0; i < from.all.size(); ++i) {
            const plan::one& how = from.all[i];
            facts_.push_back({nullptr, how.lives, how.needs_body, how.waits, how.cleans_up, how.cleans_up});
            made_.push_back(std::make_unique<planned>(facts_[i], how, i));
            all_.push_back(made_.back().get());
        }
        needs_.resize(made_.size());
        for (std::size_t i = 0; i < made_.size(); ++i) {
            for (std::size_t need : from.all[i].needs) needs_[i].push_back(all_[need]);
            connect(*made_[i], needs_[i]);
        }
        consists_of(all_, all_);
    }
    ~planned_block() override { drop_all(); }

private:
    std::vector<dependency_facts> facts_;
    std::vector<std::unique_ptr<planned>> made_;
    std::vector<dependency*> all_;
    std::vector<std::vector<dependency*>> needs_;
};

/// FastAPI in twenty lines: what is called in which order, what is thrown where, and what comes out.
std::string model(const plan& from) {
    std::string text;
    std::vector<std::size_t> stacks[2];
    std::vector<char> good(from.all.size(), 0);
    std::string error;
    std::string issues;
    for (bool body : {false, true})
        for (std::size_t i = 0; i < from.all.size() && error.empty(); ++i) {
            const plan::one& one = from.all[i];
            if (one.needs_body != body) continue;
            bool callable = !one.misread;
            for (std::size_t need : one.needs) callable = callable && good[need] != 0;
            if (!callable) continue;
            text += text_of(i);
            if (one.throws) {
                error = "error";
                break;
            }
            good[i] = 1;
            if (one.cleans_up) stacks[one.lives == scope::function ? 0 : 1].push_back(i);
        }
    for (std::size_t i = 0; i < from.all.size(); ++i)
        if (from.all[i].misread) issues += text_of(i);
    if (error.empty()) text += issues.empty() ? " H" : " !" + issues;
    if (error.empty() && !issues.empty()) error = "422";
    bool failed = !error.empty();
    for (std::vector<std::size_t>& stack : stacks) {
        while (!stack.empty()) {
            std::size_t i = stack.back();
            stack.pop_back();
            habit way = from.all[i].way;
            if (!error.empty()) text += text_of(i) + "<" + error;
            if (!error.empty() && way == habit::replaces)
                error = "http409";
            else if (error.empty() || way == habit::swallows) {
                error.clear();
                text += text_of(i) + "-";
                if (way == habit::fails) error = "http410";
            }
        }
        if (failed && error.empty()) error = "logic";
        failed = failed || !error.empty();
    }
    return text + " = " + error;
}

task<std::string> carry_out(const plan& from, request& asked) {
    request_dependencies all(asked, nullptr);
    std::exception_ptr failure;
    try {
        dependency_block& mine = all.add(std::make_unique<planned_block>(from));
        while (dependency* next = all.advance(mine)) co_await dependency_step(all, *next);
        all.has_body({});
        while (dependency* next = all.advance(mine)) co_await dependency_step(all, *next);
        if (all.has_issues()) {
            order += " !";
            std::vector<validation_issue> issues = all.take_issues();
            for (const validation_issue& each : issues) order += text_of(static_cast<std::size_t>(each.loc.as_int()));
            throw validation_error(std::move(issues));
        }
        order += " H";
        failure = co_await all.close(scope::function, nullptr);
        if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure)
        failure = co_await all.unwind(failure);
    else
        failure = co_await all.close(scope::request, nullptr);
    std::string end;
    try {
        if (failure) std::rethrow_exception(failure);
    } catch (...) {
        end = kind_of_current();
    }
    co_return order + " = " + end;
}

}  // namespace

TEST_CASE("any graph of dependencies is called, refused and cleaned up as FastAPI would") {
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        CAPTURE(seed);
        plan from(seed);
        scene one;
        order.clear();
        std::string seen = run_through(one.loop, carry_out(from, one.asked));
        REQUIRE(seen == model(from));
    }
}
