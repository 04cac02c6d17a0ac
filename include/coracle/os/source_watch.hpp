// source_watch: which files below some directories have changed.
// inotify(7) of Linux says when to look; elsewhere one looks now and then. POSIX stat(2), fnmatch(3), readdir(3).
#pragma once

#include <coracle/os/error.hpp>
#include <coracle/os/file_descriptor.hpp>
#include <coracle/os/pipe.hpp>

#include <dirent.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/inotify.h>
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace coracle::os {

// Facts:
// - Editors write a new file and rename it over the old one, or write twice, or leave a swap file beside it. So an
//   event is a hint only, and the files themselves are compared.
// - inotify watches a directory and not what is below it, and its queue can overflow: comparing does not mind.
// - An edit may leave the size as it was, and fall into the tick of the clock of the one before: then it is seen late.

/// Looks at the files below `dirs` whose names fit one of `includes` and none of `excludes`, which also keep out
/// directories. A glob with a slash is compared with the whole path. Symbolic links to directories are not followed.
class source_watch {
public:
    source_watch(std::vector<std::string> dirs, std::vector<std::string> includes, std::vector<std::string> excludes)
        : dirs_(std::move(dirs)), includes_(std::move(includes)), excludes_(std::move(excludes)) {
#if defined(__linux__)
        hints_ = file_descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
#endif
        seen_ = look();
    }

    /// Becomes readable when it is worth calling changes(); -1 where nobody says so.
    int descriptor() const noexcept { return hints_.get(); }
    std::size_t size() const noexcept { return seen_.size(); }

    /// The paths of the files that are new, gone or other than the last time.
    std::vector<std::string> changes() {
        if (hints_) drain(hints_.get());
        std::vector<source> now = look();
        std::vector<std::string> changed;
        auto before = seen_.begin();
        for (const source& each : now) {
            for (; before != seen_.end() && before->path < each.path; ++before) changed.push_back(before->path);
            bool known = before != seen_.end() && before->path == each.path;
            if (!known || !(*before == each)) changed.push_back(each.path);
            if (known) ++before;
        }
        for (; before != seen_.end(); ++before) changed.push_back(before->path);
        seen_ = std::move(now);
        return changed;
    }

private:
    static constexpr std::size_t most_files = 100'000;
    static constexpr int deepest = 64;

    struct source {
        std::string path;
        std::int64_t size = 0;
        std::int64_t seconds = 0;
        std::int64_t nanoseconds = 0;
        std::uint64_t inode = 0;
        friend bool operator==(const source&, const source&) = default;
    };

    static bool fits(const std::vector<std::string>& globs, const std::string& path, const char* name) {
        for (const std::string& each : globs) {
            const char* text = each.find('/') == std::string::npos ? name : path.c_str();
            if (::fnmatch(each.c_str(), text, 0) == 0) return true;
        }
        return false;
    }
    std::vector<source> look() {
        std::vector<source> found;
        for (const std::string& each : dirs_) look_into(each, 0, found);
        std::sort(found.begin(), found.end(), [](const source& a, const source& b) { return a.path < b.path; });
        auto same = [](const source& a, const source& b) { return a.path == b.path; };
        found.erase(std::unique(found.begin(), found.end(), same), found.end());
        return found;
    }
    void look_into(const std::string& dir, int depth, std::vector<source>& found) {
#if defined(__linux__)
        // Before it is read: what changes meanwhile is a hint then. Adding it again changes nothing.
        if (hints_)
            ::inotify_add_watch(hints_.get(), dir.c_str(),
                                IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_MOVE | IN_DELETE | IN_ONLYDIR);
#endif
        DIR* open = ::opendir(dir.c_str());
        if (!open) return;
        while (dirent* entry = ::readdir(open)) {
            const char* name = entry->d_name;
            if (name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0))) continue;
            std::string path = dir == "." ? std::string(name) : dir + '/' + name;
            if (fits(excludes_, path, name)) continue;
            struct stat what{};
            if (::lstat(path.c_str(), &what) < 0) continue;
            if (S_ISDIR(what.st_mode)) {
                if (depth < deepest) look_into(path, depth + 1, found);
            } else if (fits(includes_, path, name) && ::stat(path.c_str(), &what) == 0 && S_ISREG(what.st_mode)) {
                if (found.size() < most_files) found.push_back(source_of(std::move(path), what));
            }
        }
        ::closedir(open);
    }
    static source source_of(std::string path, const struct stat& what) {
#if defined(__APPLE__)
        const timespec& changed = what.st_mtimespec;
#else
        const timespec& changed = what.st_mtim;
#endif
        return {std::move(path), static_cast<std::int64_t>(what.st_size), static_cast<std::int64_t>(changed.tv_sec),
                static_cast<std::int64_t>(changed.tv_nsec), static_cast<std::uint64_t>(what.st_ino)};
    }

    std::vector<std::string> dirs_;
    std::vector<std::string> includes_;
    std::vector<std::string> excludes_;
    file_descriptor hints_;
    std::vector<source> seen_;
};

}  // namespace coracle::os
