// The file of scenarios, as README.md describes it: sections, lines, words, steps.
#ifndef SCRIPT_HPP
#define SCRIPT_HPP

#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// What is wrong with a scenario, or with what came of it.
struct complaint : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct line {
    int number;
    std::vector<std::string> words;
};

struct section {
    std::string name;
    bool is_fragment;
    std::vector<line> lines;
};

/// The words of a line; single quotes keep spaces in one.
inline std::vector<std::string> words_of(const std::string &text)
{
    std::vector<std::string> words;
    bool in_word = false, in_quotes = false;
    for (const char c : text) {
        if (!in_quotes && (c == ' ' || c == '\r')) {
            in_word = false;
            continue;
        }
        if (!in_word)
            words.emplace_back();
        in_word = true;
        if (c == '\'')
            in_quotes = !in_quotes;
        else
            words.back() += c;
    }
    if (in_quotes)
        throw std::runtime_error("a quote has no end: " + text);
    return words;
}

inline std::vector<section> read_script(const std::string &path)
{
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("cannot read " + path);
    std::vector<section> sections;
    std::string text;
    for (int number = 1; std::getline(file, text); number++) {
        const std::size_t first = text.find_first_not_of(" \r");
        if (first == std::string::npos || text[first] == '#')
            continue;
        std::vector<std::string> words = words_of(text);
        if (words.size() == 2 && (words[0] == "scenario" || words[0] == "fragment"))
            sections.push_back({words[1], words[0] == "fragment", {}});
        else if (sections.empty())
            throw std::runtime_error("a step before the first scenario");
        else
            sections.back().lines.push_back({number, std::move(words)});
    }
    return sections;
}

using arguments = std::map<std::string, std::string>;

struct step {
    std::string result;
    std::string verb;
    arguments given;
    std::optional<std::string> fails;
    std::vector<std::pair<std::string, std::string>> expectations;
};

/// The step of a line; `replace` puts in what names stand for.
inline step read_step(const line &from,
                      const std::function<std::string(const std::string &)> &replace)
{
    step made;
    auto word = from.words.begin();
    const auto end = from.words.end();
    if (from.words.size() >= 3 && word[1] == "=") {
        made.result = word[0];
        word += 2;
    }
    made.verb = *word++;
    const auto split = [&](const std::string &text) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos)
            throw complaint("'" + text + "' is no argument");
        return std::pair(text.substr(0, equals), replace(text.substr(equals + 1)));
    };
    for (; word != end && *word != "fails"; ++word)
        made.given.insert(split(*word));
    if (word == end)
        return made;
    if (++word == end)
        throw complaint("fails names no status");
    made.fails = *word;
    while (++word != end)
        made.expectations.push_back(split(*word));
    return made;
}

#endif
