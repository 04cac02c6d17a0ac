// seeds: the same test in many orders, and how to repeat the one that failed.
#pragma once

#include <coracle/base/ascii.hpp>
#include <coracle/testing/virtual_time.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string_view>

namespace coracle {

/// `for (auto time : seeds(1000)) run(time, work());`: virtual time with each seed from 1 to `count`. When an exception
/// ends the loop, the seed that it came from is printed. The environment may say CORACLE_SEED=17 for that one alone,
/// and CORACLE_SEEDS=5000 for another count.
class seeds {
public:
    explicit seeds(std::uint64_t count, testing::virtual_clock how = virtual_time) noexcept
        : how_(how), last_(from_environment("CORACLE_SEEDS").value_or(count)) {
        if (auto only = from_environment("CORACLE_SEED")) now_ = last_ = *only;
    }
    seeds(const seeds&) = delete;
    seeds& operator=(const seeds&) = delete;
    ~seeds() {
        if (std::uncaught_exceptions() > exceptions_ && now_ <= last_)
            std::fprintf(stderr, "coracle: it failed with seed %llu; CORACLE_SEED=%llu runs that one alone\n",
                         static_cast<unsigned long long>(now_), static_cast<unsigned long long>(now_));
    }

    class end_of_seeds {};
    class iterator {
    public:
        explicit iterator(seeds& of) noexcept : seeds_(of) {}
        testing::virtual_clock operator*() const noexcept { return seeds_.how_.seed(seeds_.now_); }
        iterator& operator++() noexcept {
            ++seeds_.now_;
            return *this;
        }
        bool operator==(end_of_seeds) const noexcept { return seeds_.now_ > seeds_.last_; }

    private:
        seeds& seeds_;
    };
    iterator begin() noexcept { return iterator(*this); }
    end_of_seeds end() const noexcept { return {}; }

private:
    static std::optional<std::uint64_t> from_environment(const char* name) noexcept {
        const char* text = std::getenv(name);
        if (!text) return std::nullopt;
        return ascii::parse_decimal<std::uint64_t>(std::string_view(text));
    }

    testing::virtual_clock how_;
    std::uint64_t now_ = 1;
    std::uint64_t last_;
    int exceptions_ = std::uncaught_exceptions();
};

}  // namespace coracle
