// file: a file on disk, by calls that may block; loop/file makes them elsewhere.
// POSIX open(2), pread(2), fsync(2), rename(2), mkostemp(3).
#pragma once

#include <coracle/base/result.hpp>
#include <coracle/base/stop_token.hpp>
#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/named_error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::os {

// Facts:
// - Files of /proc and /sys say that their size is 0: only reading to the end tells.
// - After a crash a file that was renamed may be empty, unless it was synced before, and may have its old name, unless
//   its directory was synced afterwards.
// - write() of more than 2 GiB writes 2 GiB (Linux), or nothing (macOS, EINVAL).

/// Some bytes of an open file from `offset`, which no other call moves; 0 at its end.
inline result<std::size_t> read_some_at(int fd, std::uint64_t offset, char* to, std::size_t room) noexcept {
    for (;;) {
        ssize_t count = ::pread(fd, to, room, static_cast<off_t>(offset));
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) return last_failure();
    }
}

/// What a file is opened for.
enum class file_mode : unsigned char {
    read,    ///< must be there
    write,   ///< made, or emptied
    append,  ///< made if it is not there; every write goes to its end
    update,  ///< must be there; read and written in place
    create,  ///< must not be there; read and written
};

/// An open file with its name. Any number of threads may use read_at() and write_at().
class file {
public:
    static constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

    /// in: `permissions` of a file that is made, less the umask.
    static result<file, named_error> open(std::string path, file_mode mode, unsigned permissions = 0666) {
        if (path.find('\0') != std::string::npos)
            return named_failure(std::make_error_code(std::errc::invalid_argument), "open", path);
        file made;
        made.fd_ = file_descriptor(uninterrupted(
            [&]() noexcept { return ::open(path.c_str(), flags_of(mode), static_cast<mode_t>(permissions)); }));
        if (!made.fd_) return named_failure(last_error(), "open", path);
        made.path_ = std::move(path);
        return made;
    }

    /// One without a name, read and written, which goes with its last descriptor. in: on which file system.
    static result<file, named_error> unnamed(std::string directory) {
        if (directory.find('\0') != std::string::npos)
            return named_failure(std::make_error_code(std::errc::invalid_argument), "make a file in", directory);
        file made;
#if defined(O_TMPFILE)
        made.fd_ = file_descriptor(uninterrupted(
            [&]() noexcept { return ::open(directory.c_str(), O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600); }));
#endif
        if (!made.fd_) {  // a file system that cannot do that: for a moment it has a name
            std::string name = directory + "/coracle-XXXXXX";
            made.fd_ = file_descriptor(::mkostemp(name.data(), O_CLOEXEC));
            if (!made.fd_) return named_failure(last_error(), "make a file in", directory);
            ::unlink(name.c_str());
        }
        made.path_ = directory;
        return made;
    }
    /// Where those are made: what TMPDIR says, or /tmp.
    static std::string temporary_directory() {
        const char* told = std::getenv("TMPDIR");
        return told && *told ? told : "/tmp";
    }

    const std::string& path() const noexcept { return path_; }
    int native_handle() const noexcept { return fd_.get(); }

    /// At most `most` bytes from where the last read() or write() ended; empty at the end of the file.
    result<std::string, named_error> read(std::size_t most) {
        return read_with(most, [&](char* to, std::size_t room) noexcept { return ::read(fd_.get(), to, room); });
    }
    /// The same from `offset`, which no other call moves.
    result<std::string, named_error> read_at(std::uint64_t offset, std::size_t most) {
        return read_with(most, [&](char* to, std::size_t room) noexcept {
            return ::pread(fd_.get(), to, room, static_cast<off_t>(offset));
        });
    }
    /// From where the last read() or write() ended to the end of the file.
    /// error: file_too_large when that is more than `most`; operation_canceled when asked to stop.
    result<std::string, named_error> read_all(std::size_t most = no_limit, const stop_token& stop = {}) {
        std::string all;
        for (;;) {
            auto piece = read(std::min(all.empty() ? likely_rest() : step, step));
            if (!piece) return failure(piece.error());
            if (piece->empty()) return all;
            if (piece->size() > most - all.size())
                return named_failure(std::make_error_code(std::errc::file_too_large), "read all of", path_);
            if (all.empty())
                all = std::move(*piece);
            else
                all += *piece;
            if (stop.stop_requested())
                return named_failure(std::make_error_code(std::errc::operation_canceled), "read", path_);
        }
    }

    /// All of it. error: no_space_on_device, ...; some may have been written then.
    result<void, named_error> write(std::string_view bytes) {
        return write_with(bytes, [&](const char* from, std::size_t count, std::size_t) noexcept {
            return ::write(fd_.get(), from, count);
        });
    }
    result<void, named_error> write_at(std::uint64_t offset, std::string_view bytes) {
        return write_with(bytes, [&](const char* from, std::size_t count, std::size_t done) noexcept {
            return ::pwrite(fd_.get(), from, count, static_cast<off_t>(offset + done));
        });
    }

    result<std::uint64_t, named_error> size() const {
        struct stat about{};
        if (::fstat(fd_.get(), &about) < 0) return named_failure(last_error(), "look at", path_);
        return static_cast<std::uint64_t>(about.st_size);
    }
    /// Cuts it, or fills it up with zeros.
    result<void, named_error> resize(std::uint64_t bytes) {
        if (uninterrupted([&]() noexcept { return ::ftruncate(fd_.get(), static_cast<off_t>(bytes)); }) < 0)
            return named_failure(last_error(), "resize", path_);
        return {};
    }
    /// What was written outlives a crash of the machine when it returns.
    result<void, named_error> sync() {
        if (uninterrupted([&]() noexcept { return ::fsync(fd_.get()); }) < 0)
            return named_failure(last_error(), "sync", path_);
        return {};
    }
    /// error: what the file system had not told before (no_space_on_device, io_error); it is closed all the same.
    result<void, named_error> close() {
        if (::close(fd_.release()) < 0 && errno != EINTR) return named_failure(last_error(), "close", path_);
        return {};
    }

private:
    static constexpr std::size_t step = std::size_t{1} << 20;

    static int flags_of(file_mode mode) noexcept {
        switch (mode) {
            case file_mode::write:
                return O_CLOEXEC | O_WRONLY | O_CREAT | O_TRUNC;
            case file_mode::append:
                return O_CLOEXEC | O_WRONLY | O_CREAT | O_APPEND;
            case file_mode::update:
                return O_CLOEXEC | O_RDWR;
            case file_mode::create:
                return O_CLOEXEC | O_RDWR | O_CREAT | O_EXCL;
            case file_mode::read:
                break;
        }
        return O_CLOEXEC | O_RDONLY;
    }

    /// One more than is left, so that one read() finds the end too.
    std::size_t likely_rest() const noexcept {
        struct stat about{};
        if (::fstat(fd_.get(), &about) < 0 || about.st_size <= 0) return 4096;
        return static_cast<std::size_t>(std::min<std::uint64_t>(static_cast<std::uint64_t>(about.st_size), step - 1)) +
               1;
    }

    template <class Read>
    result<std::string, named_error> read_with(std::size_t most, Read call) {
        std::string bytes(std::min(most, std::size_t{1} << 30), '\0');
        auto count = uninterrupted([&]() noexcept { return call(bytes.data(), bytes.size()); });
        if (count < 0) return named_failure(last_error(), "read", path_);
        bytes.resize(static_cast<std::size_t>(count));
        return bytes;
    }
    template <class Write>
    result<void, named_error> write_with(std::string_view bytes, Write call) {
        std::size_t done = 0;
        while (done < bytes.size()) {
            std::size_t count = std::min(bytes.size() - done, std::size_t{1} << 30);
            auto taken = uninterrupted([&]() noexcept { return call(bytes.data() + done, count, done); });
            if (taken < 0) return named_failure(last_error(), "write to", path_);
            done += static_cast<std::size_t>(taken);
        }
        return {};
    }

    file_descriptor fd_;
    std::string path_;
};

/// The whole file. error: as file::open and file::read_all.
inline result<std::string, named_error> read_file(std::string path, std::size_t most = file::no_limit,
                                                  const stop_token& stop = {}) {
    auto from = file::open(std::move(path), file_mode::read);
    if (!from) return failure(from.error());
    return from->read_all(most, stop);
}

/// Opens it by `mode` (write, append, ...), writes all of it and closes it.
inline result<void, named_error> write_file(std::string path, std::string_view bytes,
                                            file_mode mode = file_mode::write) {
    auto to = file::open(std::move(path), mode);
    if (!to) return failure(to.error());
    if (auto done = to->write(bytes); !done) return done;
    return to->close();
}

/// A file of this content instead of the old one, by rename: whoever opens it finds all of the old or all of the new,
/// also after a crash. Its permissions stay; a link stays a link.
inline result<void, named_error> replace_file(std::string path, std::string_view bytes) {
    static constinit std::atomic<unsigned> counter{0};
    if (std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free); real)
        path = real.get();
    std::string beside = path + "." + std::to_string(::getpid()) + "-" + std::to_string(counter.fetch_add(1)) + ".new";
    auto to = file::open(beside, file_mode::create);
    if (!to) return failure(to.error());
    auto give_up = [&](named_error why) {
        ::unlink(beside.c_str());
        return failure(std::move(why));
    };
    struct stat old{};
    if (::stat(path.c_str(), &old) == 0 && ::fchmod(to->native_handle(), old.st_mode & 07777) < 0)
        return give_up(named_error(last_error(), "keep the permissions of '" + path + "'"));
    if (auto done = to->write(bytes); !done) return give_up(done.error());
    if (auto done = to->sync(); !done) return give_up(done.error());
    if (auto done = to->close(); !done) return give_up(done.error());
    if (std::rename(beside.c_str(), path.c_str()) < 0)
        return give_up(named_error(last_error(), "replace '" + path + "'"));
    std::size_t slash = path.rfind('/');
    std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    file_descriptor names(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (names) ::fsync(names.get());  // file systems that cannot do that need it not
    return {};
}

}  // namespace coracle::os
