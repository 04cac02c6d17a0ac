// What:  a parameter that a function fills; the function has parameters too, and may clean up after the answer.
// Run:   clang++-19 -std=c++20 -O2 -I../single_include 17_dependencies.cpp -o dependencies -pthread && ./dependencies
// Try:   curl http://127.0.0.1:8000/me -H 'x-token: ann'; and without the token
// Next:  18_background_tasks.cpp does work after the answer.
#include <coracle.hpp>
using namespace coracle;

struct user {
    std::string name;
};
struct database {
    int reads = 0;
};

// Goes on behind its co_yield when the answer has been sent; when the handler throws, the co_yield does.
generator<database&> open_database() {
    database db;
    co_yield db;
    std::printf("%d reads\n", db.reads);
}

// Called once in a request, however many ask for it.
task<user> current_user(header<"x-token"> token, depends<open_database> db) {
    db->reads += 1;
    if (*token != "ann") throw http_error(401, "Who are you?");
    co_return user{"Ann"};
}

void check_version(header<"x-version", int, 2> version) {
    if (*version < 2) throw http_error(426, "Please update");
}

int main() {
    app app({.dependencies = {require<check_version>}});  // in front of every route
    app.get("/me", [](depends<current_user> me) -> task<user> { co_return *me; });
    app.get("/reads", [](depends<current_user>, depends<open_database> db) -> task<int> { co_return db->reads; });
    return app.run({.port = 8000});
}
