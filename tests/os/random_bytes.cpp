#include <coracle/os/random_bytes.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <vector>

using namespace coracle;

TEST_CASE("W14: no two tokens are the same, and they have the bits that they say") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) CHECK(seen.insert(secret_token(16)).second);
    CHECK(secret_token().size() == 43);  // 256 bits, six in a letter
    CHECK(secret_token(16).size() == 22);
    CHECK(secret_token(0).empty());
    std::string letters = secret_token(3000);
    CHECK(letters.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          letters.npos);
}

TEST_CASE("every byte of what was asked for is random, also beyond what one call of the kernel gives") {
    for (std::size_t size : {1U, 255U, 256U, 257U, 1000U}) {
        std::vector<unsigned> ones(size);
        std::vector<char> bytes(size);
        for (int round = 0; round < 64; ++round) {
            os::random_bytes(bytes);
            for (std::size_t i = 0; i < size; ++i) ones[i] += static_cast<unsigned char>(bytes[i]) & 1U;
        }
        // A fair coin shows one side 64 times in a row once in 2^63 attempts.
        for (unsigned each : ones) CHECK((each > 0 && each < 64));
    }
    os::random_bytes({});
}
