package main

import (
	"fmt"
	"os"
	"strings"
)

// section is a scenario or a fragment.
type section struct {
	isFragment bool
	name       string
	lines      []line
}

// line is a step as it stands there, with its names not yet replaced.
type line struct {
	number int
	words  []string
}

func readScript(path string) ([]section, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var sections []section
	for i, written := range strings.Split(string(text), "\n") {
		first := strings.TrimLeft(strings.TrimRight(written, "\r"), " ")
		if first == "" || first[0] == '#' {
			continue
		}
		words, err := splitWords(first)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		switch {
		case len(words) == 2 && (words[0] == "scenario" || words[0] == "fragment"):
			sections = append(sections, section{isFragment: words[0] == "fragment", name: words[1]})
		case len(sections) == 0:
			return nil, fmt.Errorf("line %d: a step before the first scenario", i+1)
		default:
			last := &sections[len(sections)-1]
			last.lines = append(last.lines, line{i + 1, words})
		}
	}
	return sections, nil
}

// splitWords splits at spaces outside of single quotes, which do not belong to the words.
func splitWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	isWord, isQuoted := false, false
	for i := 0; i <= len(text); i++ {
		switch {
		case i == len(text) || text[i] == ' ' && !isQuoted:
			if isWord {
				words = append(words, word.String())
			}
			word.Reset()
			isWord = false
		case text[i] == '\'':
			isQuoted, isWord = !isQuoted, true
		default:
			word.WriteByte(text[i])
			isWord = true
		}
	}
	if isQuoted {
		return nil, fmt.Errorf("a quote is not closed")
	}
	return words, nil
}
