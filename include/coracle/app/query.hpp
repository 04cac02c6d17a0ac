// query: the query string as a struct.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/parameter_struct.hpp>
#include <coracle/app/wrapped.hpp>
#include <coracle/json/schema.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace coracle {

/// The query string as a struct whose members are the names:
/// `app.get("/search", [](query<filter> q) { return find(q->text, q->limit); })`
/// Members with an initialiser have that default, a std::optional may be missing, a std::vector takes every value of
/// its name; of another member's values the last counts. Other names are passed over, or refused by a struct that says
/// `using extra = forbidden;`.
template <class T>
class query : public wrapped<T> {
    static_assert((static_cast<void>(detail::good_parameter_struct<T>()), true));

public:
    using wrapped<T>::wrapped;
};

template <class T>
struct parameter<query<T>> {
    static constexpr parameter_source source = parameter_source::query;
    static constexpr bool good = parameter_struct<T>;
    static constexpr bool said_aloud = true;
};

template <parameter_struct T>
struct parameter_reader<query<T>> {
    using stored = std::optional<T>;

    static void read(stored& to, binding& with, std::size_t) {
        to = detail::bind_struct<T>(with, detail::text_source::query, with.asked.queries().pairs());
    }
    static query<T> take(stored& from) { return query<T>(*std::move(from)); }
    static void describe(operation& told) { told.parameters(parameter_place::query, &definition_of<T>); }
};

}  // namespace coracle
