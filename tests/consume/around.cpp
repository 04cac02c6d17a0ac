// The programs of the plan, section "After the response, around the request, for the app's life" and what the sections
// before it say of headers, cookies, forms and queries, as a user writes them: one file, the single header.
#include <coracle.hpp>

#include <string>
#include <vector>

using namespace coracle;

struct item {
    std::string name;
    double price = 0;
};
struct stored {
    int id = 0;
    item data;
};
struct filter {
    int skip = 0;
    std::vector<std::string> tag;
};
struct credentials {
    std::string username;
    std::string password;
};
struct new_user {
    std::string name;
    std::string email;
};
struct user {
    int id = 0;
    std::string email;
};
struct db_error {
    std::string what;
};
struct database {
    std::vector<std::string> log;
    task<> connect() {
        co_await sleep(1ms);
        log.push_back("connected");
    }
    task<> close() { co_await sleep(1ms); }
};
database db;

task<user> save(new_user in) {
    co_await sleep(1ms);
    co_return user{1, in.email};
}
task<> send_email(std::string to) {
    co_await sleep(20ms);
    db.log.push_back("mail to " + to);
}
task<user> current_user(header<"authorization"> token) {
    if (*token != "Bearer ann") throw http_error(401, "Not authenticated");
    co_return user{7, "ann@example.com"};
}

int main() {
    app app;
    app.put("/items/{id}", [&](int id, item in, header<"if-match"> tag, cookie<"session"> session) -> task<stored> {
        co_return stored{id, item{in.name + *tag + *session, in.price}};
    });
    app.get("/search", [](query<filter> q) -> task<json> { co_return json{{"skip", q->skip}, {"tag", q->tag}}; });
    app.post("/login", [](form<credentials> who) -> task<json> { co_return json{{"user", who->username}}; });
    app.on_error<db_error>([](const db_error&, request&) { return response(503); });
    app.get("/broken", []() -> task<json> {
        throw db_error{"down"};
        co_return json();
    });
    app.post("/users", {.status = 201}, [&](new_user in, background_tasks& background) -> task<user> {
        auto saved = co_await save(in);
        background.add(send_email(saved.email));
        co_return saved;
    });
    app.get("/me", [](depends<current_user> me) -> task<user> { co_return *me; });
    app.get("/log", [&]() -> task<json> {
        co_await sleep(300ms);
        co_return db.log;
    });
    app.use([](request& req, next next) -> task<response> {
        auto reply = co_await next(req);
        reply.headers.set("x-took", "0");
        co_return reply;
    });
    app.use(cors({.allow_origins = {"https://example.com"}}));
    app.lifespan([&]() -> generator<> {
        co_await db.connect();
        co_yield {};
        co_await db.close();
    });
    router users{"/users"};
    users.get("/{id}", [](int id) -> task<user> { co_return user{id, "x@example.com"}; });
    app.include(users);
    return app.run({.host = "127.0.0.1", .port = 8000, .workers = 1, .access_log = false});
}
