package sinks

import (
	"bytes"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"confit/render/content"
)

// compareSecrets notes whether secrets differ between two texts of which the masked texts are
// shown. A secret that is added or removed is a line of the diff already.
func (c *Change) compareSecrets(before, after []byte) {
	switch {
	case c.before.why != "" || c.after.why != "" || len(before) > maxShown || len(after) > maxShown:
	case bytes.Equal(c.before.text, c.after.text):
		c.Secrets = c.Differs && c.Kind == Update
	default:
		olds, news := secretsOf(c.before.text, before), secretsOf(c.after.text, after)
		c.Secrets = !isPart(olds, news) && !isPart(news, olds)
	}
}

// secretsOf lists what a text has in place of the masks.
func secretsOf(masked, text []byte) []string {
	var all, masks, reals []string
	flush := func() {
		if len(masks) != len(reals) { // a secret of several lines
			masks, reals = []string{strings.Join(masks, "\n")}, []string{strings.Join(reals, "\n")}
		}
		for i := range masks {
			all = append(all, secretsIn(masks[i], reals[i])...)
		}
		masks, reals = nil, nil
	}
	lines := slices.Collect(strings.Lines(string(diff.Diff("", masked, "", text))))
	for _, line := range lines[min(3, len(lines)):] { // after the header
		switch text := strings.TrimSuffix(line[1:], "\n"); line[0] {
		case '-':
			masks = append(masks, text)
		case '+':
			reals = append(reals, text)
		case '\\': // no newline at the end
		default:
			flush()
		}
	}
	flush()
	return all
}

// secretsIn lists what a text has in place of the masks of a line; all between the first and
// the last character that differs where a mask does not stand for itself, as in base64.
func secretsIn(masked, text string) []string {
	parts := strings.Split(masked, content.Mask)
	var all []string
	rest, ok := strings.CutPrefix(text, parts[0])
	for i, part := range parts[1:] {
		var secret string
		if i == len(parts)-2 {
			secret, ok = strings.CutSuffix(rest, part)
		} else if ok {
			secret, rest, ok = strings.Cut(rest, part)
		}
		if all = append(all, secret); !ok {
			break
		}
	}
	if ok && len(all) > 0 {
		return all
	}
	start, end := 0, 0
	for start < min(len(masked), len(text)) && masked[start] == text[start] {
		start++
	}
	for end < min(len(masked), len(text))-start && masked[len(masked)-1-end] == text[len(text)-1-end] {
		end++
	}
	return []string{text[start : len(text)-end]}
}

// isPart tells whether all texts of part are in whole, in their order.
func isPart(part, whole []string) bool {
	for _, text := range whole {
		if len(part) > 0 && part[0] == text {
			part = part[1:]
		}
	}
	return len(part) == 0
}
