// stored_file: disk_file, which app/ writes uploads with, over the files of os/.
// POSIX rename(2), unlink(2).
#pragma once

#include <coracle/app/disk_file.hpp>
#include <coracle/os/file.hpp>
#include <coracle/os/named_error.hpp>
#include <coracle/os/random_bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace coracle {

namespace server {

class stored_file final : public disk_file {
public:
    /// in: an open file that is new and has its path as name, or none (then `target` is empty); `target`, where it goes
    /// when it is kept.
    stored_file(os::file open, std::string target) : open_(std::move(open)), target_(std::move(target)) {
        kept_ = target_.empty();
    }
    ~stored_file() override {
        if (!kept_) std::remove(open_.path().c_str());
    }

    /// error: std::system_error.
    static os::file open(result<os::file, os::named_error> made) {
        if (!made) made.error().raise();
        return std::move(*made);
    }

    const std::string& path() const noexcept override { return target_; }
    void append(std::string_view bytes) override {
        if (auto done = open_.write_at(size_, bytes); !done) done.error().raise();
        size_ += bytes.size();
    }
    std::string read_at(std::uint64_t offset, std::size_t most) override {
        auto bytes = open_.read_at(offset, most);
        if (!bytes) bytes.error().raise();
        return std::move(*bytes);
    }
    void keep() override {
        if (kept_) return;
        const std::string now = open_.path();
        if (auto done = open_.close(); !done) done.error().raise();
        if (now != target_ && std::rename(now.c_str(), target_.c_str()) != 0)
            os::named_error(os::last_error(), "replace '" + target_ + "'").raise();
        kept_ = true;
    }

private:
    os::file open_;
    std::string target_;
    std::uint64_t size_ = 0;
    bool kept_ = false;
};

}  // namespace server

inline std::unique_ptr<disk_file> disk_file::unnamed() {
    os::file made = server::stored_file::open(os::file::unnamed(os::file::temporary_directory()));
    return std::make_unique<server::stored_file>(std::move(made), std::string());
}
inline std::unique_ptr<disk_file> disk_file::instead_of(const std::string& path) {
    std::string beside = path + "." + secret_token(9) + ".new";
    os::file made = server::stored_file::open(os::file::open(std::move(beside), os::file_mode::create));
    return std::make_unique<server::stored_file>(std::move(made), path);
}
inline std::unique_ptr<disk_file> disk_file::create(const std::string& path) {
    os::file made = server::stored_file::open(os::file::open(path, os::file_mode::create));
    return std::make_unique<server::stored_file>(std::move(made), path);
}
inline std::unique_ptr<disk_file> disk_file::create_in(const std::string& directory) {
    return create(directory + "/" + secret_token(18));
}

}  // namespace coracle
