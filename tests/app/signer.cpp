#include <doctest/doctest.h>

#include <coracle/app/signer.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {
const std::string key = "0123456789abcdef";
const std::string other = "fedcba9876543210";
constexpr std::int64_t now = 1'800'000'000;
}  // namespace

TEST_CASE("what was signed is opened, by who has the key") {
    signer links({key}, "links");
    for (std::string_view payload : {"", "a", "user 7", "a.b.c", "\xff\x00\xfe"}) {
        std::string text = links.sign(payload, now);
        CHECK(links.open(text, now) == payload);
        CHECK(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") == text.npos);
        CHECK(!signer({other}, "links").open(text, now));
        CHECK(!signer({key}, "cookies").open(text, now));
    }
    // As HMAC(HMAC(key, "coracle.signer.links"), "dXNlciA3.1800000000") by another implementation.
    CHECK(links.sign("user 7", now) == "dXNlciA3.1800000000.Gp--AVuuJWubvqc4lfV_lIfapo1vTN_izj1MvSCDquA");
}

TEST_CASE("a text with any byte changed, added or taken away is none") {
    signer links({key}, "links");
    const std::string text = links.sign("user 7", now);
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (char c : std::string_view("A0._-=x\0", 8)) {
            std::string changed = text;
            changed[at] = c;
            if (changed != text) CHECK(!links.open(changed, now));
            changed = text;
            changed.insert(at, 1, c);
            CHECK(!links.open(changed, now));
        }
        std::string shorter = text;
        shorter.erase(at, 1);
        CHECK(!links.open(shorter, now));
        CHECK(!links.open(text.substr(0, at), now));
        CHECK(!links.open(text.substr(at + 1), now));
    }
    for (std::string_view wrong :
         {"", ".", "..", "...", "a.b.c", "a", "dXNlciA3.1800000000.", ".1800000000.", "\xff.\xff.\xff"})
        CHECK(!links.open(wrong, now));
    CHECK(!links.open(std::string(100'000, '.'), now));
    CHECK(!links.open(std::string(100'000, 'a'), now));
}

TEST_CASE("a text grows old, to the second, and does not come from the future") {
    signer links({key}, "links");
    const std::string text = links.sign("x", now);
    CHECK(links.open(text, now + 100, 100));
    CHECK(!links.open(text, now + 101, 100));
    CHECK(links.open(text, now + 1'000'000'000));
    CHECK(links.open(text, now - 60, 100));
    CHECK(!links.open(text, now - 61, 100));
    CHECK(!links.open(text, 0));
    CHECK(links.open(text, now, 0));
}

TEST_CASE("keys are replaced one by one: the first signs, all of them open") {
    signer old({key}, "x");
    signer both({other, key}, "x");
    signer fresh({other}, "x");
    const std::string text = old.sign("a", now);
    CHECK(both.open(text, now) == "a");
    CHECK(fresh.open(both.sign("b", now), now) == "b");
    CHECK(!old.open(both.sign("b", now), now));
    CHECK(!fresh.open(text, now));
}

TEST_CASE("W14: a key that can be guessed is refused, with a word on where to get one") {
    auto refusal = [](std::vector<std::string> keys) -> std::string {
        try {
            signer made(keys, "x");
        } catch (const std::logic_error& error) {
            return error.what();
        }
        return {};
    };
    CHECK(refusal({}).find("secret_token()") != std::string::npos);
    CHECK(refusal({"secret"}).find("at least 16 bytes") != std::string::npos);
    CHECK(refusal({key, ""}).find("at least 16 bytes") != std::string::npos);
    CHECK(refusal({key, other}).empty());
}
