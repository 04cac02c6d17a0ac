#include <coracle/http/exchange.hpp>

#include <doctest/doctest.h>

#include <set>
#include <vector>

namespace http = coracle::http;
using http::happening;
using http::persistence;
using http::turn;

namespace {
http::request_head plain() { return {}; }
http::request_head with_body(std::uint64_t size) {
    http::request_head head;
    head.method = http::method::post;
    head.content_length = size;
    return head;
}
http::request_head with_chunks() {
    http::request_head head;
    head.method = http::method::post;
    head.chunked = true;
    return head;
}
http::request_head old(bool keep_alive) {
    http::request_head head;
    head.version = http::version::http_1_0;
    head.keep_alive = keep_alive;
    return head;
}
http::request_head expecting(http::request_head head) {
    head.expect_continue = true;
    return head;
}
persistence answered(http::exchange& turns) {
    persistence said = turns.begin_answer().connection;
    turns.end_answer();
    return said;
}
}  // namespace

TEST_CASE("an HTTP/1.1 connection stays and says nothing about it") {
    http::exchange turns;
    for (int i = 0; i < 3; ++i) {
        CHECK(turns.reads_head());
        turns.head_read(plain());
        CHECK(turns.whose() == turn::answer);
        CHECK_FALSE(turns.reads_head());  // F19
        CHECK_FALSE(turns.reads_body());
        CHECK(turns.begin_answer().connection == persistence::implied);
        CHECK(turns.whose() == turn::body);
        CHECK_FALSE(turns.reads_head());  // F19
        turns.end_answer();
    }
    CHECK(turns.reads_head());
}

TEST_CASE("F19: the next request is not read before the answer is finished") {
    http::exchange turns;
    turns.head_read(with_body(3));
    CHECK_FALSE(turns.reads_head());
    turns.body_bytes(3);
    turns.body_read();
    CHECK_FALSE(turns.reads_head());
    (void)turns.begin_answer();
    CHECK_FALSE(turns.reads_head());
    turns.end_answer();
    CHECK(turns.reads_head());
}

TEST_CASE("a client that wishes to go is told so and let go") {
    http::exchange turns;
    http::request_head head;
    head.keep_alive = false;
    turns.head_read(head);
    CHECK(turns.is_last());
    CHECK(answered(turns) == persistence::close);
    CHECK(turns.whose() == turn::close);
    CHECK_FALSE(turns.reads_head());
}

TEST_CASE("HTTP/1.0 is told keep-alive when it asked for it, else close") {
    http::exchange stays, goes;
    stays.head_read(old(true));
    http::response_terms terms = stays.begin_answer();
    CHECK(terms.connection == persistence::keep_alive);
    CHECK_FALSE(terms.chunks);
    stays.end_answer();
    CHECK(stays.reads_head());
    stays.head_read(plain());  // the same connection, now in HTTP/1.1
    terms = stays.begin_answer();
    CHECK(terms.chunks);
    CHECK(terms.connection == persistence::implied);
    goes.head_read(old(false));
    CHECK(answered(goes) == persistence::close);
    CHECK(goes.whose() == turn::close);
}

TEST_CASE("the server may make an answer the last") {
    http::exchange turns;
    turns.head_read(plain());
    turns.close_after_answer();
    CHECK(answered(turns) == persistence::close);
    CHECK(turns.whose() == turn::close);
    http::exchange idle;
    idle.close_after_answer();
    CHECK(idle.reads_head());
    idle.head_read(plain());
    CHECK(answered(idle) == persistence::close);
}

TEST_CASE("an answer without an end of its own is the last") {
    http::exchange turns;
    turns.head_read(old(true));
    (void)turns.begin_answer();
    turns.end_answer(true);
    CHECK(turns.whose() == turn::close);
}

TEST_CASE("HEAD asks for a head only, and the next request for more") {
    http::exchange turns;
    http::request_head head;
    head.method = http::method::head;
    turns.head_read(head);
    CHECK(turns.begin_answer().head_only);
    turns.end_answer();
    turns.head_read(plain());
    CHECK_FALSE(turns.begin_answer().head_only);
}

TEST_CASE("F17: a body that nobody asked for is read past, up to a bound, and then the next request is read") {
    http::exchange turns;
    turns.head_read(with_body(100));
    CHECK(turns.reads_body());
    CHECK(answered(turns) == persistence::implied);
    CHECK(turns.whose() == turn::drain);
    CHECK_FALSE(turns.reads_head());
    CHECK(turns.reads_body());
    turns.body_bytes(60);
    CHECK(turns.whose() == turn::drain);
    turns.body_bytes(40);
    turns.body_read();
    CHECK(turns.reads_head());
    turns.head_read(plain());
    CHECK_FALSE(turns.reads_body());
}

TEST_CASE("F17: what is known to be too much to read past closes the connection, and says so") {
    http::limits bounds;
    bounds.drain_bytes = 50;
    http::exchange turns;
    turns.head_read(with_body(100));
    turns.body_bytes(49, bounds);
    CHECK(turns.begin_answer(bounds).connection == persistence::close);
    turns.end_answer();
    CHECK(turns.whose() == turn::close);
    CHECK_FALSE(turns.reads_body());

    http::exchange nearly;
    nearly.head_read(with_body(100));
    nearly.body_bytes(50, bounds);
    CHECK(nearly.begin_answer(bounds).connection == persistence::implied);
    nearly.end_answer();
    CHECK(nearly.whose() == turn::drain);
}

TEST_CASE("F17: chunks that turn out to be too much to read past close the connection") {
    http::limits bounds;
    bounds.drain_bytes = 50;
    http::exchange turns;
    turns.head_read(with_chunks());
    turns.body_bytes(1000, bounds);  // read for the handler: does not count
    CHECK(turns.begin_answer(bounds).connection == persistence::implied);
    turns.end_answer();
    turns.body_bytes(50, bounds);
    CHECK(turns.whose() == turn::drain);
    turns.body_bytes(1, bounds);
    CHECK(turns.whose() == turn::close);
    CHECK_FALSE(turns.reads_body());
}

TEST_CASE("a body may end while the answer is written") {
    http::exchange turns;
    turns.head_read(with_body(10));
    (void)turns.begin_answer();
    turns.body_bytes(10);
    turns.body_read();
    turns.end_answer();
    CHECK(turns.reads_head());
}

TEST_CASE("F24: 100 Continue is due once, when the body is asked for") {
    http::exchange turns;
    turns.head_read(expecting(with_body(5)));
    CHECK(turns.body_wanted(false));
    CHECK_FALSE(turns.body_wanted(false));
    turns.body_bytes(5);
    turns.body_read();
    CHECK(answered(turns) == persistence::implied);
    CHECK(turns.reads_head());
    turns.head_read(with_body(5));
    CHECK_FALSE(turns.body_wanted(false));
}

TEST_CASE("F24: it is not due when the body comes anyway, nor without a body, nor after the answer began") {
    http::exchange comes;
    comes.head_read(expecting(with_body(5)));
    CHECK_FALSE(comes.body_wanted(true));
    http::exchange came;
    came.head_read(expecting(with_body(5)));
    came.body_bytes(1);
    CHECK_FALSE(came.body_wanted(false));
    http::exchange none;
    none.head_read(expecting(with_body(0)));
    CHECK_FALSE(none.body_wanted(false));
    http::exchange late;
    late.head_read(expecting(with_body(5)));
    (void)late.begin_answer();
    CHECK_FALSE(late.body_wanted(false));
}

TEST_CASE("F24: an answer in place of 100 Continue is the last, for the body may come or not") {
    http::exchange turns;
    turns.head_read(expecting(with_body(5)));
    CHECK(answered(turns) == persistence::close);
    CHECK(turns.whose() == turn::close);
}

TEST_CASE("F20: a bad head is answered, and nothing after it is read") {
    http::exchange turns;
    CHECK(turns.refuse(plain()));
    CHECK(turns.whose() == turn::answer);
    CHECK_FALSE(turns.reads_head());
    CHECK_FALSE(turns.reads_body());
    CHECK(answered(turns) == persistence::close);
    CHECK(turns.whose() == turn::close);
}

TEST_CASE("F20: a bad body is answered if the answer has not begun, else the answer begun is the last") {
    http::exchange early;
    early.head_read(with_chunks());
    CHECK(early.refuse(with_chunks()));
    CHECK_FALSE(early.reads_body());
    CHECK(answered(early) == persistence::close);
    CHECK(early.whose() == turn::close);

    http::exchange late;
    late.head_read(with_chunks());
    CHECK(late.begin_answer().connection == persistence::implied);
    CHECK_FALSE(late.refuse(with_chunks()));
    CHECK_FALSE(late.reads_body());
    late.end_answer();
    CHECK(late.whose() == turn::close);

    http::exchange after;
    after.head_read(with_chunks());
    (void)answered(after);
    CHECK(after.whose() == turn::drain);
    CHECK_FALSE(after.refuse(with_chunks()));
    CHECK(after.whose() == turn::close);
}

TEST_CASE("a refused head does not inherit from the request before it") {
    http::exchange turns;
    http::request_head head = old(true);
    head.method = http::method::head;
    turns.head_read(head);
    (void)answered(turns);
    CHECK(turns.refuse(plain()));
    http::response_terms terms = turns.begin_answer();
    CHECK_FALSE(terms.head_only);
    CHECK(terms.connection == persistence::close);
}

TEST_CASE("nothing wakes a connection that is to be closed") {
    http::exchange turns;
    turns.head_read(with_body(10));
    turns.close_now();
    turns.body_bytes(10);
    turns.body_read();
    CHECK_FALSE(turns.refuse(plain()));
    (void)turns.begin_answer();
    turns.end_answer();
    CHECK(turns.whose() == turn::close);
    CHECK_FALSE(turns.reads_head());
    CHECK_FALSE(turns.reads_body());
}

TEST_CASE("the table leads to every turn, and from each of them to the end") {
    std::set<turn> reached{turn::request};
    std::vector<turn> todo{turn::request};
    while (!todo.empty()) {
        turn from = todo.back();
        todo.pop_back();
        bool ends = false;
        for (int what = 0; what < 8; ++what) {
            turn to = http::detail::next_turn(from, static_cast<happening>(what));
            if (to == http::detail::never) continue;
            ends = true;
            if (from == turn::close) CHECK(to == turn::close);
            if (reached.insert(to).second) todo.push_back(to);
        }
        CHECK(ends);
    }
    CHECK(reached.size() == 5);
    // Only a finished answer, or a body read past after one, gives the turn back to the client.
    for (auto from : {turn::request, turn::answer, turn::body, turn::drain, turn::close})
        for (int what = 0; what < 8; ++what)
            if (http::detail::next_turn(from, static_cast<happening>(what)) == turn::request)
                CHECK(((from == turn::body && static_cast<happening>(what) == happening::answer_ended) ||
                       (from == turn::drain && static_cast<happening>(what) == happening::body_read)));
}
