// The section "Waiting for several things" of the plan, as a user writes it: one file, the single header.
#include <coracle.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace coracle;

struct user {
    std::string name;
};
struct job {
    int number = 0;
};

task<user> fetch_user(int id) {
    co_await sleep(20ms);
    if (id < 0) throw std::runtime_error("no such user");
    co_return user{"ada"};
}
task<std::vector<std::string>> fetch_posts(int id) {
    co_await sleep(10ms);
    co_return std::vector<std::string>(3, "post of " + std::to_string(id));
}
task<int> fetch_comments(int id) {
    co_await sleep(5ms);
    co_return 10 * id;
}
task<std::string> primary() {
    co_await sleep(1h);
    co_return "primary";
}
task<std::string> replica() {
    co_await sleep(5ms);
    co_return "replica";
}
task<> fetch(std::string url) {
    co_await sleep(5ms);
    std::printf("fetched %s\n", url.c_str());
}
std::size_t hash_password(const std::string& text) { return text.size(); }

task<> several(int id) {
    auto [user, posts, comments] = co_await gather(fetch_user(id), fetch_posts(id), fetch_comments(id));
    std::printf("%s, %zu posts, %d comments\n", user.name.c_str(), posts.size(), comments);

    std::vector<task<::user>> tasks;
    tasks.push_back(fetch_user(id));
    tasks.push_back(fetch_user(-1));
    auto results = co_await gather_settled(std::move(tasks));
    for (auto& each : results) {
        if (each)
            std::printf("value: %s\n", each->name.c_str());
        else
            std::printf("error: %s\n", each.error_text().c_str());
    }

    auto first = co_await race(primary(), replica());
    std::printf("first: %s\n", first.c_str());
    auto answer = co_await timeout(5s, fetch_user(id));
    std::printf("answer: %s\n", answer.name.c_str());

    std::vector<std::string> urls = {"/a", "/b"};
    co_await with_group([&](task_group& group) -> task<> {
        for (auto& url : urls) group.spawn(fetch(url));
        co_return;
    });

    std::string text = "secret";
    std::size_t hash = co_await offload([&] { return hash_password(text); });
    std::printf("hash: %zu\n", hash);

    channel<job> jobs{16};
    job j;
    j.number = 7;
    co_await jobs.send(j);
    jobs.close();
    while (auto next = co_await jobs.receive()) std::printf("job %d\n", next->number);
}

int main() {
    run(several(3));
    try {
        run(several(-1));
    } catch (const std::runtime_error& error) {
        std::printf("the first failure: %s\n", error.what());
    }
}
