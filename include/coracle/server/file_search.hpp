// file_search: which file below a directory a request gets: the file itself, its index, a compressed sibling, a page
// for what is not there. Made once without waiting for the disk, and if that fails once more on the thread pool.
#pragma once

#include <coracle/async/blocking_call.hpp>
#include <coracle/async/offload.hpp>
#include <coracle/async/task.hpp>
#include <coracle/base/result.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/file_path.hpp>
#include <coracle/http/weighted_list.hpp>
#include <coracle/os/directory.hpp>
#include <coracle/os/error.hpp>
#include <coracle/server/opened_file.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace coracle::server {

/// A directory whose files are served, and how.
struct served_directory {
    std::string path{};
    os::links links = os::links::refuse;
    bool html = false;           ///< a directory is its index.html
    bool precompressed = false;  ///< and a file may be its `.br`, `.zst` or `.gz`
};

/// One way to write a file smaller. In the order in which they are taken where the client does not care.
struct file_coding {
    std::string_view name;
    std::string_view extension;
};
inline constexpr std::array<file_coding, 3> file_codings{{{"br", ".br"}, {"zstd", ".zst"}, {"gzip", ".gz"}}};

/// Those that a client takes, the best first.
class wanted_codings {
public:
    wanted_codings() = default;
    explicit wanted_codings(const http::fields& asked) {
        unsigned plain = http::weight_in(asked, "accept-encoding", "identity").value_or(1);
        std::array<unsigned, file_codings.size()> weights{};
        for (std::size_t i = 0; i < file_codings.size(); ++i) {
            unsigned weight = http::weight_in(asked, "accept-encoding", file_codings[i].name).value_or(0);
            if (weight == 0 || weight < plain) continue;
            std::size_t at = count_++;
            for (; at > 0 && weights[at - 1] < weight; --at) {
                weights[at] = weights[at - 1];
                order_[at] = order_[at - 1];
            }
            weights[at] = weight;
            order_[at] = i;
        }
    }
    std::size_t size() const noexcept { return count_; }
    const file_coding& operator[](std::size_t n) const noexcept { return file_codings[order_[n]]; }

private:
    std::array<std::size_t, file_codings.size()> order_{};
    std::size_t count_ = 0;
};

/// Stays where it is from the call to the end of find().
class file_search {
public:
    enum class outcome : unsigned char {
        found,
        missing,    ///< also what is no plain file, and what leads outside
        forbidden,  ///< it is there, and not ours to read
        slash,      ///< a directory with an index, asked for without the slash at its end
    };

    file_search(const served_directory& in, http::file_path path, bool reads_small, wanted_codings codings = {})
        : in_(in), path_(std::move(path)), codings_(codings), reads_(reads_small) {}
    file_search(const file_search&) = delete;

    /// error: std::system_error for a directory that cannot be opened, a disk that fails, a lack of descriptors.
    task<outcome> find() {
        if (look(os::patience::none)) co_return outcome_;
        auto patiently = [this] { look(os::patience::waits); };
        co_await offload(patiently).on(lane::files);
        co_return outcome_;
    }

    /// What was found.
    opened_file file{};
    std::string name{};                   ///< of it, or of what it is the compressed form of
    const file_coding* coding = nullptr;  ///< null for the file itself

private:
    /// False when it would have to wait.
    bool look(os::patience how) {
        auto top = os::directory::open(in_.path, how);
        if (!top && os::is_would_block(top.error())) return false;
        if (!top) throw std::system_error(top.error(), "coracle: cannot open the directory '" + in_.path + "'");
        name = path_.names;
        if (path_.directory) {
            if (!in_.html) return is(outcome::missing);
            name += name.empty() ? "index.html" : "/index.html";
        }
        auto found = open(*top, how);
        if (found) {
            file = std::move(*found);
            return is(outcome::found);
        }
        if (found.error() == std::errc::is_a_directory && in_.html && !path_.directory) {
            coding = nullptr;
            found = opened_file::of(top->open_below(name + "/index.html", in_.links, how), false, how);
            if (found) return is(outcome::slash);
        }
        return failed(found.error());
    }
    result<opened_file> open(const os::directory& top, os::patience how) {
        for (std::size_t n = 0; in_.precompressed && n < codings_.size(); ++n) {
            coding = &codings_[n];
            auto found =
                opened_file::of(top.open_below(name + std::string(coding->extension), in_.links, how), reads_, how);
            if (found || os::is_would_block(found.error())) return found;
        }
        coding = nullptr;
        return opened_file::of(top.open_below(name, in_.links, how), reads_, how);
    }
    bool failed(const std::error_code& why) {
        if (os::is_would_block(why)) return false;
        if (why == std::errc::permission_denied || why == std::errc::operation_not_permitted)
            return is(outcome::forbidden);
        if (why == std::errc::no_such_file_or_directory || why == std::errc::not_a_directory ||
            why == std::errc::is_a_directory || why == std::errc::filename_too_long ||
            why == std::errc::no_such_device_or_address)
            return is(outcome::missing);
        throw std::system_error(why, "coracle: cannot open '" + in_.path + '/' + name + "'");
    }
    bool is(outcome what) noexcept {
        outcome_ = what;
        return true;
    }

    const served_directory& in_;
    http::file_path path_;
    wanted_codings codings_;
    bool reads_;
    outcome outcome_ = outcome::missing;
};

}  // namespace coracle::server
