package format

import (
	"strconv"
	"strings"

	"confit/render/tree"
)

// DecodeDownward reads the labels or annotations of a pod, as the downward API writes
// them into a file: key="value" a line, the value quoted as Go does. All leaves are
// text.
func DecodeDownward(data []byte, o *tree.Origin) (*tree.Node, error) {
	text, err := fileText(data, o)
	if err != nil {
		return nil, err
	}
	var pairs []pair
	line := 0
	for text := range strings.SplitSeq(text, "\n") {
		if line++; text == "" {
			continue
		}
		key, quoted, _ := strings.Cut(text, "=")
		value, err := strconv.Unquote(quoted)
		if key == "" || err != nil || quoted[0] != '"' {
			return nil, dataProblem(o, line, "downward-syntax", `the line is not key="value", as the downward API writes labels and annotations`,
				"mount metadata.labels or metadata.annotations here, or give the file another name: it is then one text")
		}
		if _, bad := invalidUTF8([]byte(value)); bad {
			return nil, dataProblem(o, line, "not-utf8", "the value is not UTF-8 text", "")
		}
		pairs = append(pairs, pair{key, value, line})
	}
	return textMap(pairs, o)
}
