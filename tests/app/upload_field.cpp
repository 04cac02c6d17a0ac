#include <doctest/doctest.h>

#include <coracle/app/depends.hpp>
#include <coracle/app/require.hpp>
#include <coracle/app/upload_field.hpp>

#include <app/stage.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace coracle;

namespace {

constexpr std::string_view multipart = "multipart/form-data; boundary=x";

std::string field(std::string_view name, std::string_view value) {
    return "--x\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" + std::string(value) +
           "\r\n";
}
std::string file(std::string_view name, std::string_view filename, std::string_view bytes) {
    return "--x\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"; filename=\"" +
           std::string(filename) + "\"\r\nContent-Type: text/plain\r\n\r\n" + std::string(bytes) + "\r\n";
}
std::string form_of(std::string parts) { return parts + "--x--\r\n"; }

std::string refused(std::string_view inside) { return R"({"detail":[)" + std::string(inside) + "]}"; }
std::string missing(std::string_view name, std::string_view input = "null") {
    return R"({"type":"missing","loc":["body",")" + std::string(name) + R"("],"msg":"Field required","input":)" +
           std::string(input) + "}";
}
std::string no_file(std::string_view loc, std::string_view input) {
    return R"({"type":"value_error","loc":["body",)" + std::string(loc) +
           R"(],"msg":"Value error, Expected UploadFile, received: <class 'str'>","input":")" + std::string(input) +
           R"(","ctx":{"error":{}}})";
}
std::string no_text(std::string_view loc, std::string_view filename, std::string_view name) {
    return R"({"type":"string_type","loc":["body",)" + std::string(loc) +
           R"(],"msg":"Input should be a valid string","input":{"filename":")" + std::string(filename) +
           R"(","size":1,"headers":{"content-disposition":"form-data; name=\")" + std::string(name) +
           R"(\"; filename=\")" + std::string(filename) + R"(\"","content-type":"text/plain"}}})";
}

struct profile {
    std::string name;
    int age = 3;
    upload_file avatar;
    std::optional<upload_file> banner;
    std::vector<upload_file> more;
};

json told(const std::vector<upload_file>& files) {
    json names = json::array();
    for (const upload_file& each : files) names.push_back(json(each.filename));
    return names;
}

std::string name_of(form_field<"name"> name) { return *name; }
std::string size_of(form_field<"file", upload_file> file) { return std::to_string(file->size); }
std::string two_files;
void note_file(upload_file file) { two_files += file.filename; }

}  // namespace

TEST_CASE("the file of a form is a parameter, and what is no file is refused in FastAPI's words") {
    app app;
    app.post("/", [](upload_file file) -> task<json> {
        std::string text = co_await file.text();
        co_return json{{"filename", file.filename}, {"type", file.content_type}, {"size", file.size}, {"text", text}};
    });
    stage play(app);
    std::string plain = R"({"filename":"a.txt","type":"text/plain","size":5,"text":"hello"})";
    struct {
        std::string body;
        std::string_view type;
        std::string answer;
    } table[] = {
        {form_of(file("file", "a.txt", "hello")), multipart, plain},
        {form_of(file("file", "a.txt", "hello")), "Multipart/Form-Data;BOUNDARY=\"x\"", plain},
        {form_of(file("file", "b.txt", "1") + file("file", "a.txt", "hello")), multipart, plain},
        {form_of(field("a", "b") + file("other", "a.txt", "hello")), multipart, plain},
        {form_of(file("other", "b.txt", "1") + file("file", "a.txt", "hello")), multipart, plain},
        {form_of(file("file", "", "x")), multipart, R"({"filename":"","type":"text/plain","size":1,"text":"x"})"},
        {form_of(file("file", "a", "")), multipart, R"({"filename":"a","type":"text/plain","size":0,"text":""})"},
        {form_of(""), multipart, refused(missing("file"))},
        {form_of(file("file", "", "")), multipart, refused(missing("file"))},
        {form_of(field("file", "")), multipart, refused(missing("file"))},
        {form_of(field("file", "hello")), multipart, refused(no_file("\"file\"", "hello"))},
        {"file=a", "application/x-www-form-urlencoded", refused(no_file("\"file\"", "a"))},
        {R"({"file":1})", "application/json", refused(missing("file"))},
        {"", multipart,
         R"({"detail":"Invalid multipart data: the boundary that Content-Type names does not stand in )"
         R"(the body"})"},
        {"", "", refused(missing("file"))},
    };
    for (const auto& row : table) {
        CAPTURE(row.body);
        CAPTURE(row.type);
        for (bool late : {false, true}) {
            play.body_late = late;
            heard answer = play.post("/", row.body, row.type);
            CHECK(answer.body == row.answer);
            CHECK(answer.status == (row.answer.starts_with(R"({"detail":[)") ? 422 : row.answer[2] == 'd' ? 400 : 200));
        }
    }
}

TEST_CASE("files have names, may be missing, and may be many, beside fields that are text") {
    app app;
    app.post("/optional",
             [](std::optional<upload_file> file) -> task<json> { co_return file ? json(file->filename) : json(); });
    app.post("/all", [](std::vector<upload_file> files) -> task<json> { co_return told(files); });
    app.post("/named",
             [](form_field<"a", upload_file> a, form_field<"b", std::optional<upload_file>> b,
                form_field<"c", std::vector<upload_file>> c, form_field<"name"> name,
                form_field<"tag", std::vector<std::string>> tags, form_field<"n", int, 5> n) -> task<json> {
                 co_return json{{"a", a->filename}, {"b", *b ? json((*b)->filename) : json()},
                                {"c", told(*c)},    {"name", *name},
                                {"tags", *tags},    {"n", *n}};
             });
    stage play(app);
    CHECK(play.post("/optional", form_of(""), multipart).body == "null");
    CHECK(play.post("/optional", form_of(file("file", "", "")), multipart).body == "null");
    CHECK(play.post("/optional", form_of(field("file", "")), multipart).body == "null");
    CHECK(play.post("/optional", form_of(file("z", "a", "1")), multipart).body == "\"a\"");
    CHECK(play.post("/optional", form_of(field("file", "x")), multipart).body == refused(no_file("\"file\"", "x")));

    CHECK(play.post("/all", form_of(""), multipart).body == "[]");
    CHECK(play.post("/all", form_of(file("files", "a", "1") + file("b", "b", "2")), multipart).body == R"(["a","b"])");
    CHECK(play.post("/all", form_of(file("files", "", "") + file("files", "a", "2")), multipart).body == R"(["a"])");
    CHECK(play.post("/all", form_of(file("files", "a", "1") + field("files", "2")), multipart).body ==
          refused(no_file("\"files\",1", "2")));
    CHECK(play.post("/all", form_of(field("files", "2")), multipart).body == refused(no_file("\"files\",0", "2")));

    std::string given = file("a", "A", "1") + field("name", "joe");
    CHECK(play.post("/named", form_of(given), multipart).body ==
          R"({"a":"A","b":null,"c":[],"name":"joe","tags":[],"n":5})");
    CHECK(play.post("/named",
                    form_of(given + file("c", "C", "1") + field("tag", "x") + file("c", "D", "1") +
                            file("b", "B", "1") + field("tag", "") + field("n", "7")),
                    multipart)
              .body == R"({"a":"A","b":"B","c":["C","D"],"name":"joe","tags":["x",""],"n":7})");
    CHECK(
        play.post("/named", form_of(field("name", "") + field("n", "q")), multipart).body ==
        refused(missing("a") + "," + missing("name") +
                R"(,{"type":"int_parsing","loc":["body","n"],"msg":"Input should be a valid integer, unable to parse )"
                R"(string as an integer","input":"q"})"));
    CHECK(play.post("/named", form_of(file("a", "A", "1") + file("name", "f", "1") + file("tag", "g", "1")), multipart)
              .body == refused(no_text("\"name\"", "f", "name") + "," + no_text("\"tag\",0", "g", "tag")));
}

TEST_CASE("files are members of a struct") {
    app app;
    app.post("/", [](form<profile> in) -> task<json> {
        co_return json{{"name", in->name},
                       {"age", in->age},
                       {"avatar", in->avatar.filename},
                       {"banner", in->banner ? json(in->banner->filename) : json()},
                       {"more", told(in->more)}};
    });
    stage play(app);
    std::string given = field("name", "joe") + file("avatar", "a.png", "1");
    CHECK(play.post("/", form_of(given), multipart).body ==
          R"({"name":"joe","age":3,"avatar":"a.png","banner":null,"more":[]})");
    CHECK(play.post("/", form_of(given + file("banner", "b", "1") + file("more", "c", "1") + file("more", "d", "1")),
                    multipart)
              .body == R"({"name":"joe","age":3,"avatar":"a.png","banner":"b","more":["c","d"]})");
    CHECK(play.post("/", form_of(field("name", "joe") + field("avatar", "joe")), multipart).body ==
          refused(no_file("\"avatar\"", "joe")));
    CHECK(play.post("/", form_of(given + field("more", "q") + file("more", "z", "1")), multipart).body ==
          refused(no_file("\"more\",0", "q")));
    CHECK(play.post("/", form_of(given + field("banner", "q")), multipart).body == refused(no_file("\"banner\"", "q")));
    CHECK(play.post("/", form_of(""), multipart).body ==
          refused(missing("name", "{}") + "," + missing("avatar", "{}")));
    CHECK(play.post("/", form_of(file("name", "f", "1") + file("avatar", "", "")), multipart).body ==
          refused(no_text("\"name\"", "f", "name") + "," +
                  missing("avatar", R"({"name":{"filename":"f","size":1,"headers":{"content-disposition":"form-data; )"
                                    R"(name=\"name\"; filename=\"f\"","content-type":"text/plain"}}})")));
    CHECK(play.post("/", "name=joe", "application/x-www-form-urlencoded").body ==
          refused(missing("avatar", R"({"name":"joe"})")));
}

TEST_CASE("dependencies, requirements and the handler read one form") {
    app app;
    app.post("/both", [](depends<name_of> name, depends<size_of> size, upload_file file) -> task<std::string> {
        std::string text = co_await file.text();
        co_return *name + *size + text;
    });
    app.post("/required", {.dependencies = {require<note_file>}},
             [](form_field<"name"> name) -> task<std::string> { co_return two_files + *name; });
    app.post("/inner", {.dependencies = {require<note_file>}},
             [](depends<name_of> name) -> task<std::string> { co_return *name; });
    stage play(app);
    std::string body = form_of(field("name", "joe") + file("file", "f.txt", "abc"));
    CHECK(play.post("/both", body, multipart).body == "joe3abc");
    CHECK(play.post("/required", body, multipart).body == "f.txtjoe");
    CHECK(play.post("/inner", body, multipart).body == "joe");
    CHECK(play.post("/both", form_of(""), multipart).body ==
          refused(missing("name") + "," + missing("file") + "," + missing("file")));
}
