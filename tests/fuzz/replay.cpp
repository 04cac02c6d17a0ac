// replay: the main of a fuzzer without an engine: feeds it a corpus, so that `meson test` repeats what was found.
// Each input is fed whole, then cut short at every length, from memory of exactly that size: a sanitizer sees one byte
// too far.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// Longer inputs are fed whole only: the cuts would take as long as fuzzing.
constexpr std::size_t longest_cut = 512;

void feed(const std::string& input, std::size_t size) {
    auto exact = std::make_unique<std::uint8_t[]>(size);
    if (size) std::memcpy(exact.get(), input.data(), size);
    LLVMFuzzerTestOneInput(exact.get(), size);
}

}  // namespace

int main(int count, char** arguments) {
    std::vector<std::filesystem::path> files;
    for (int i = 1; i < count; ++i) {
        if (!std::filesystem::is_directory(arguments[i])) {
            files.emplace_back(arguments[i]);
            continue;
        }
        for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[i]))
            if (entry.is_regular_file()) files.push_back(entry.path());
    }
    if (files.empty()) {
        std::fputs("replay: no inputs; name files or folders of inputs, such as tests/fuzz/corpus/NOUN\n", stderr);
        return 2;
    }
    std::sort(files.begin(), files.end());
    feed("", 0);
    for (const auto& file : files) {
        std::ifstream stream(file, std::ios::binary);
        std::string input{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
        // Printed before it runs, so that the last line of a crash names the input.
        std::printf("%s\n", file.filename().string().c_str());
        std::fflush(stdout);
        feed(input, input.size());
        if (input.size() <= longest_cut)
            for (std::size_t size = 0; size < input.size(); ++size) feed(input, size);
    }
    std::printf("[replay] inputs: %zu | %zu passed | 0 failed |\n", files.size(), files.size());
}
