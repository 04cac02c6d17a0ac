// The same as bench_client by libcurl's multi interface: what C++ programs ask others with today.
#include <curl/curl.h>
#include <sys/resource.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

std::size_t take(char*, std::size_t size, std::size_t count, void* into) {
    *static_cast<unsigned long long*>(into) += size * count;
    return size * count;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_curl PORT PATH [CONNECTIONS] [SECONDS]\n");
        return 2;
    }
    int connections = argc > 3 ? std::atoi(argv[3]) : 64;
    double seconds = argc > 4 ? std::atof(argv[4]) : 3;
    std::string url = std::string("http://127.0.0.1:") + argv[1] + argv[2];
    curl_global_init(CURL_GLOBAL_ALL);
    CURLM* multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(connections));
    unsigned long long bytes = 0;
    std::vector<CURL*> handles;
    for (int i = 0; i < connections; ++i) {
        CURL* one = curl_easy_init();
        curl_easy_setopt(one, CURLOPT_URL, url.c_str());
        curl_easy_setopt(one, CURLOPT_WRITEFUNCTION, take);
        curl_easy_setopt(one, CURLOPT_WRITEDATA, &bytes);
        curl_easy_setopt(one, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        curl_multi_add_handle(multi, one);
        handles.push_back(one);
    }
    auto began = clock_type::now();
    auto until = began + std::chrono::duration_cast<clock_type::duration>(std::chrono::duration<double>(seconds));
    unsigned long long answered = 0;
    for (int running = connections; running > 0;) {
        curl_multi_perform(multi, &running);
        int left = 0;
        while (CURLMsg* said = curl_multi_info_read(multi, &left)) {
            if (said->msg != CURLMSG_DONE) continue;
            CURL* one = said->easy_handle;
            if (said->data.result != CURLE_OK) {
                std::fprintf(stderr, "%s\n", curl_easy_strerror(said->data.result));
                return 1;
            }
            ++answered;
            curl_multi_remove_handle(multi, one);
            if (clock_type::now() < until) {
                curl_multi_add_handle(multi, one);
                ++running;
            }
        }
        if (running > 0) curl_multi_poll(multi, nullptr, 0, 100, nullptr);
    }
    double took = std::chrono::duration<double>(clock_type::now() - began).count();
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto spent = [](const timeval& of) {
        return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
    };
    std::printf("libcurl %d connections: %.0f requests/s, %.2f CPU-s per million, %llu bytes of bodies\n", connections,
                static_cast<double>(answered) / took,
                (spent(used.ru_utime) + spent(used.ru_stime)) / static_cast<double>(answered) * 1e6, bytes);
    for (CURL* one : handles) curl_easy_cleanup(one);
    curl_multi_cleanup(multi);
    curl_global_cleanup();
}
