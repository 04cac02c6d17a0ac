// expect: no member named
// lines: 15
// T22: the beginner who forgets to write co_await before get_user().
#include <coracle/app/app.hpp>
#include <string>

struct user {
    std::string name;
};
coracle::task<user> get_user(int id) { co_return user{std::to_string(id)}; }

int main() {
    coracle::app app;
    app.get("/users/{id}", [](int id) -> coracle::task<std::string> {
        auto found = get_user(id);
        co_return found.name;
    });
}
