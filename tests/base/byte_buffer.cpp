#include <coracle/base/byte_buffer.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace coracle;

static_assert(!std::is_copy_constructible_v<byte_buffer>);
static_assert(std::is_nothrow_move_constructible_v<byte_buffer> && std::is_nothrow_move_assignable_v<byte_buffer>);

TEST_CASE("an empty buffer owns no memory and takes every call that changes nothing") {
    byte_buffer buffer;
    CHECK(buffer.empty());
    CHECK(buffer.size() == 0);
    CHECK(buffer.capacity() == 0);
    CHECK(buffer.view() == "");
    buffer.append("");
    buffer.consume(0);
    buffer.truncate(0);
    buffer.commit(0);
    buffer.clear();
    buffer.release();
    CHECK(buffer.capacity() == 0);
    buffer.append(std::string_view());
    CHECK(buffer.empty());
}

TEST_CASE("bytes come out in the order they went in, whatever they are") {
    byte_buffer buffer;
    buffer.append("GET");
    buffer.push_back(' ');
    buffer.append(std::string_view("\0\xFF\r\n", 4));
    CHECK(buffer.view() == std::string_view("GET \0\xFF\r\n", 8));
    buffer.consume(4);
    CHECK(buffer.view() == std::string_view("\0\xFF\r\n", 4));
    CHECK(std::memcmp(buffer.data(), "\0\xFF\r\n", 4) == 0);
    buffer.data()[0] = 'x';
    CHECK(buffer.view()[0] == 'x');
}

TEST_CASE("prepare gives room for what was asked, and commit takes what was used") {
    byte_buffer buffer;
    for (std::size_t count : {1u, 255u, 256u, 257u, 5000u, 100000u}) {
        std::string before(buffer.view());
        char* room = buffer.prepare(count);
        // Every byte of it is ours: a sanitizer looks.
        std::memset(room, 'r', count);
        CHECK(buffer.view() == before);
        buffer.commit(count / 2);
        CHECK(buffer.size() == before.size() + count / 2);
        CHECK(buffer.view().substr(before.size()) == std::string(count / 2, 'r'));
    }
}

TEST_CASE("what was prepared and not committed does not show") {
    byte_buffer buffer;
    buffer.append("a");
    std::memcpy(buffer.prepare(3), "xyz", 3);
    CHECK(buffer.view() == "a");
    buffer.append("b");
    CHECK(buffer.view() == "ab");
}

TEST_CASE("consume keeps the memory, and the room of consumed bytes is used again") {
    byte_buffer buffer;
    buffer.append(std::string(200, 'a'));
    std::size_t capacity = buffer.capacity();
    buffer.consume(200);
    CHECK(buffer.empty());
    CHECK(buffer.capacity() == capacity);
    // A buffer that is read as fast as it is written never grows, also when a rest always stays.
    buffer.append("rest");
    for (int i = 0; i < 1000; ++i) {
        buffer.append(std::string(100, static_cast<char>('a' + i % 26)));
        buffer.consume(100);
        REQUIRE(buffer.size() == 4);
    }
    CHECK(buffer.capacity() <= 2 * capacity);
}

TEST_CASE("truncate drops at the back, from where reading stands") {
    byte_buffer buffer;
    buffer.append("0123456789");
    buffer.consume(2);
    buffer.truncate(3);
    CHECK(buffer.view() == "234");
    buffer.append("x");
    CHECK(buffer.view() == "234x");
    buffer.truncate(0);
    CHECK(buffer.empty());
    buffer.append("new");
    CHECK(buffer.view() == "new");
}

TEST_CASE("clear keeps the memory, release gives it back, and both leave a buffer that works") {
    byte_buffer buffer;
    buffer.append("text");
    buffer.clear();
    CHECK(buffer.empty());
    CHECK(buffer.capacity() > 0);
    buffer.append("more");
    CHECK(buffer.view() == "more");
    buffer.release();
    CHECK(buffer.capacity() == 0);
    CHECK(buffer.view() == "");
    buffer.append("again");
    CHECK(buffer.view() == "again");
}

TEST_CASE("moving takes the bytes along and leaves an empty buffer that works") {
    byte_buffer first;
    first.append("0123");
    first.consume(1);
    byte_buffer second(std::move(first));
    CHECK(second.view() == "123");
    CHECK(first.empty());
    CHECK(first.capacity() == 0);
    first.append("new");
    CHECK(first.view() == "new");
    first = std::move(second);
    CHECK(first.view() == "123");
    byte_buffer& alias = first;
    first = std::move(alias);
    CHECK(first.view() == "123");
}

TEST_CASE("a size that cannot be is bad_alloc, and the buffer is as it was") {
    byte_buffer buffer;
    buffer.append("kept");
    for (std::size_t count :
         {std::numeric_limits<std::size_t>::max(), std::numeric_limits<std::size_t>::max() - 4,
          std::numeric_limits<std::size_t>::max() / 2, std::numeric_limits<std::size_t>::max() / 4}) {
        CHECK_THROWS_AS(buffer.prepare(count), std::bad_alloc);
        CHECK(buffer.view() == "kept");
    }
}

TEST_CASE("any sequence of calls gives the bytes that a string gives") {
    std::mt19937 random(20240607);
    for (int round = 0; round < 200; ++round) {
        byte_buffer buffer;
        std::string model;
        unsigned char next = 0;
        for (int step = 0; step < 120; ++step) {
            std::size_t count = random() % 4 == 0 ? random() % 2000 : random() % 40;
            switch (random() % 8) {
                case 0:
                case 1: {
                    std::string bytes;
                    for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(next++);
                    buffer.append(bytes);
                    model += bytes;
                    break;
                }
                case 2:
                    buffer.push_back('p');
                    model += 'p';
                    break;
                case 3: {
                    char* room = buffer.prepare(count);
                    std::size_t used = count ? random() % (count + 1) : 0;
                    if (used) std::memset(room, 'q', used);
                    buffer.commit(used);
                    model.append(used, 'q');
                    break;
                }
                case 4:
                case 5: {
                    std::size_t taken = count < model.size() ? count : model.size();
                    buffer.consume(taken);
                    model.erase(0, taken);
                    break;
                }
                case 6: {
                    std::size_t left = model.size() - (count < model.size() ? count : model.size()) / 2;
                    buffer.truncate(left);
                    model.resize(left);
                    break;
                }
                default:
                    if (count == 1) buffer.release(), model.clear();
                    if (count == 2) buffer.clear(), model.clear();
                    if (count == 3) buffer = byte_buffer(std::move(buffer));
                    break;
            }
            REQUIRE(buffer.size() == model.size());
            REQUIRE(buffer.view() == model);
            REQUIRE(buffer.capacity() >= buffer.size());
        }
    }
}
