#include <coracle/app/trace_context.hpp>

#include <coracle/http/field_list.hpp>
#include <coracle/loop/run.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

using namespace coracle;

namespace {

constexpr std::string_view good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

trace_context read(std::initializer_list<http::field> lines) {
    http::fields fields;
    for (const http::field& each : lines) fields.push_back(each);
    return trace_context::of(fields);
}
std::string state_of(std::initializer_list<std::string_view> lines) {
    http::fields fields;
    fields.push_back({"traceparent", good});
    for (std::string_view each : lines) fields.push_back({"tracestate", each});
    return trace_context::of(fields).state();
}

}  // namespace

TEST_CASE("a traceparent is taken apart, and is what is passed on") {
    trace_context one = read({{"Traceparent", good}});
    CHECK(one.valid());
    CHECK(one.trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736");
    CHECK(one.span_id() == "00f067aa0ba902b7");
    CHECK(one.parent_id() == "0000000000000000");
    CHECK(one.sampled());
    CHECK(one.traceparent() == good);
    CHECK(!read({{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}}).sampled());
    // Flags that are not known are not passed on; those of level 2 are.
    CHECK(read({{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff"}})
              .traceparent()
              .ends_with("-03"));
}

TEST_CASE("W10: a traceparent that is none counts for nothing, and so does its tracestate") {
    for (std::string_view wrong : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                                   "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
                                   "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                   "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                   "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                   "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                   "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                                   "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
                                   "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                   "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                   "00-4bf92f3577b34da6a3ce929d0e0e473\n-00f067aa0ba902b7-01",
                                   "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x"}) {
        CAPTURE(wrong);
        trace_context one = read({{"traceparent", wrong}, {"tracestate", "a=1"}});
        CHECK(!one);
        CHECK(one.state().empty());
    }
    CHECK(!read({}));
    CHECK(!read({{"traceparent", good}, {"traceparent", good}}));
}

TEST_CASE("a later version is read as far as it is known") {
    CHECK(read({{"traceparent", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}).traceparent() == good);
    CHECK(read({{"traceparent", "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes"}}).valid());
}

TEST_CASE("a tracestate is passed on as it came, in one line") {
    CHECK(state_of({"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"}) == "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
    CHECK(state_of({"a=1 , b=2", "c=3"}) == "a=1,b=2,c=3");
    CHECK(state_of({"tenant@system=x"}) == "tenant@system=x");
    CHECK(state_of({}) == "");
    CHECK(state_of({"a=1,,b=2"}) == "a=1,b=2");
}

TEST_CASE("W10: a tracestate with one wrong member is none") {
    for (std::string_view wrong : {"a", "=1", "A=1", "a=", "a=1=2", "a=1,a=2", "a=\x1b[0m", "a b=1", "a=\xff"}) {
        CAPTURE(wrong);
        CHECK(state_of({wrong}) == "");
    }
    std::string many;
    for (int i = 0; i < 33; ++i) many += "k" + std::to_string(i) + "=v,";
    CHECK(state_of({many}) == "");
    CHECK(state_of({"a=" + std::string(257, 'x')}) == "");
    CHECK(state_of({"a=" + std::string(250, 'x') + ",b=" + std::string(250, 'y') + ",c=" + std::string(20, 'z')}) ==
          "");
}

TEST_CASE("a child stands below its span, in the same trace") {
    auto all = []() -> task<> {
        trace_context came = read({{"traceparent", good}, {"tracestate", "a=1"}});
        trace_context mine = came.child();
        CHECK(mine.trace_id() == came.trace_id());
        CHECK(mine.parent_id() == came.span_id());
        CHECK(mine.span_id() != came.span_id());
        CHECK(mine.state() == "a=1");
        CHECK(mine.sampled());
        CHECK(trace_context::begin().sampled());
        CHECK(!trace_context::begin(false).sampled());
        CHECK(trace_context::begin().trace_id() != trace_context::begin().trace_id());
        CHECK(read({{"traceparent", trace_context::begin().traceparent()}}).valid());
        {
            auto within = mine.enter();
            CHECK(trace_context::current().span_id() == mine.span_id());
        }
        CHECK(!trace_context::current());
        co_return;
    };
    run(all());
    CHECK(!trace_context::current());
}
