// disk_file: what this room asks of the disk. server/ makes them, as the rest of what needs the system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace coracle {

/// A file that is being written, by calls that may block and from one thread at a time. What has not been kept when it
/// goes is deleted. error: std::system_error, with the path in its message.
class disk_file {
public:
    /// Without a name, in the directory that TMPDIR names, or /tmp: nobody else can open it, and nothing is left of it
    /// after a crash.
    static std::unique_ptr<disk_file> unnamed();
    /// One that keep() puts in the place of what has this path; whoever opens that finds all of the old or all of the
    /// new.
    static std::unique_ptr<disk_file> instead_of(const std::string& path);
    /// A new one; what is there already is not touched. error: also std::errc::file_exists.
    static std::unique_ptr<disk_file> create(const std::string& path);
    /// A new one in a directory, with a name that nobody can guess.
    static std::unique_ptr<disk_file> create_in(const std::string& directory);

    virtual ~disk_file() = default;
    /// Where it is when it was kept.
    virtual const std::string& path() const noexcept = 0;
    virtual void append(std::string_view bytes) = 0;
    /// Fewer than `most` bytes at its end only.
    virtual std::string read_at(std::uint64_t offset, std::size_t most) = 0;
    /// It is whole: it stays.
    virtual void keep() = 0;
};

}  // namespace coracle
